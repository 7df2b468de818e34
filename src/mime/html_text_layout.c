/* SPDX-License-Identifier: MIT */
#include "mime/html_text_layout.h"

#include "base/utf8.h"
#include "mime/text_flags.h"

#include "simplemailgw/view.h"

enum { NO_BREAK_SPACE = 0xa0, IDEOGRAPHIC_SPACE = 0x3000, SPACES_PER_LEVEL = 2 };

static void quote_marks(mgw_layout *layout, unsigned level)
{
    unsigned shown = level < MGW_LAYOUT_MAX_QUOTE ? level : MGW_LAYOUT_MAX_QUOTE;
    for (unsigned i = 0; i < shown; i++)
        (void)mgw_buf_add_byte(layout->out, '>');
}

static void indentation(mgw_layout *layout)
{
    unsigned levels = layout->indent < MGW_LAYOUT_MAX_INDENT ? layout->indent : MGW_LAYOUT_MAX_INDENT;
    bool bullet = layout->bullet[0] != '\0';
    if (bullet && levels > 0)
        levels--;
    for (unsigned i = 0; i < levels * SPACES_PER_LEVEL; i++)
        (void)mgw_buf_add_byte(layout->out, ' ');
    if (bullet)
        (void)mgw_buf_add_str(layout->out, layout->bullet);
    layout->bullet[0] = '\0';
}

/* A blank line between two paragraphs of a quote belongs to the quote. */
static void end_lines(mgw_layout *layout)
{
    (void)mgw_buf_add_byte(layout->out, '\n');
    if (layout->breaks > 1) {
        quote_marks(layout, layout->quote < layout->line_quote ? layout->quote : layout->line_quote);
        (void)mgw_buf_add_byte(layout->out, '\n');
    }
}

static void begin_line(mgw_layout *layout, char first)
{
    if (layout->out->len > 0)
        end_lines(layout);
    if (layout->mark_next)
        layout->mark = (ptrdiff_t)layout->out->len;
    layout->mark_next = false;
    quote_marks(layout, layout->quote);
    /* A line of the author's own that begins with ">" gets a space before it, or it would read as a quote. */
    bool own_mark = first == '>' && layout->indent == 0 && layout->bullet[0] == '\0';
    if (layout->quote > 0 || own_mark)
        (void)mgw_buf_add_byte(layout->out, ' ');
    indentation(layout);
    layout->line_quote = layout->quote;
    layout->line_open = true;
    layout->breaks = 0;
    layout->blank = false;
    layout->cell = false;
    layout->hard_space = false;
}

/* What is due before a word that begins with `first`. */
static void begin_word(mgw_layout *layout, char first)
{
    if (!layout->line_open || layout->breaks > 0)
        begin_line(layout, first);
    else if (layout->cell)
        (void)mgw_buf_add_str(layout->out, " | ");
    else if (layout->blank)
        (void)mgw_buf_add_byte(layout->out, ' ');
    layout->cell = false;
    layout->blank = false;
}

static void add_blank(mgw_layout *layout, uint32_t rune)
{
    if (layout->preformatted > 0) {
        if (rune == '\n') {
            mgw_layout_newline(layout);
            return;
        }
        begin_word(layout, ' ');
        (void)mgw_buf_add_byte(layout->out, rune == '\t' ? '\t' : ' ');
        layout->previous = ' ';
        return;
    }
    bool at_start = !layout->line_open || layout->breaks > 0;
    layout->blank = !at_start;
    layout->hard_space = layout->hard_space || (at_start && rune == NO_BREAK_SPACE);
    layout->previous = ' ';
}

static bool is_blank(uint32_t rune)
{
    return rune == ' ' || rune == '\t' || rune == '\n' || rune == '\r' || rune == '\f' || rune == NO_BREAK_SPACE ||
           (rune >= 0x2000 && rune <= 0x200a) || rune == 0x202f || rune == 0x205f || rune == IDEOGRAPHIC_SPACE ||
           rune == 0x2028 || rune == 0x2029;
}

/* The bytes at the start of `text` that need no thought: printable ASCII without spaces. */
static size_t plain_run(mgw_bytes text)
{
    size_t i = 0;
    while (i < text.len && text.data[i] > ' ' && text.data[i] < 0x7f)
        i++;
    return i;
}

/*
 * Raw C1 controls never come here; "&#146;" and the like do. They are numbers of Windows-1252 (HTML section 13.2.5.80); those
 * that it leaves free stay controls.
 */
static uint32_t meant_by(uint32_t rune)
{
    static const uint16_t windows_1252[32] = {
        0x20ac, 0x81,   0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
        0x2039, 0x0152, 0x8d,   0x017d, 0x8f,   0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
        0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x9d,   0x017e, 0x0178,
    };
    return rune >= 0x80 && rune < 0xa0 ? windows_1252[rune - 0x80] : rune;
}

static void add_visible(mgw_layout *layout, uint32_t rune)
{
    char encoded[4];
    size_t len = mgw_utf8_encode(rune, encoded);
    begin_word(layout, encoded[0]);
    (void)mgw_buf_add(layout->out, encoded, len);
    layout->previous = rune;
}

/* One character that is no printable ASCII. Returns its length. */
static size_t add_rune(mgw_layout *layout, mgw_bytes text)
{
    uint32_t rune = 0;
    size_t step = mgw_utf8_decode(text.data, text.len, &rune);
    if (step == 0)
        return 1;
    rune = meant_by(rune);
    if (is_blank(rune)) {
        add_blank(layout, rune);
    } else if (mgw_rune_is_invisible(rune) && !mgw_rune_shapes(layout->previous, rune)) {
        layout->defects |= SMGW_VIEW_INVISIBLE;
    } else if (!mgw_rune_is_control(rune)) {
        add_visible(layout, rune);
    }
    return step;
}

void mgw_layout_text(mgw_layout *layout, mgw_bytes text)
{
    while (text.len > 0 && layout->out->status == SMGW_OK) {
        size_t run = plain_run(text);
        if (run > 0) {
            begin_word(layout, text.data[0]);
            (void)mgw_buf_add(layout->out, text.data, run);
            layout->previous = (unsigned char)text.data[run - 1];
        } else {
            run = add_rune(layout, text);
        }
        text = mgw_bytes_slice(text, run, SIZE_MAX);
    }
}

void mgw_layout_break(mgw_layout *layout, int count)
{
    if (layout->hard_space)
        mgw_layout_newline(layout);
    if (layout->line_open && layout->breaks < count)
        layout->breaks = count;
    layout->previous = 0;
}

void mgw_layout_newline(mgw_layout *layout)
{
    layout->hard_space = false;
    if (layout->line_open && layout->breaks < 2)
        layout->breaks++;
    layout->previous = 0;
}

void mgw_layout_cell(mgw_layout *layout)
{
    layout->cell = layout->line_open && layout->breaks == 0;
}

void mgw_layout_bullet(mgw_layout *layout, const char *text)
{
    size_t len = strlen(text);
    if (len >= sizeof layout->bullet)
        len = sizeof layout->bullet - 1;
    memcpy(layout->bullet, text, len);
    layout->bullet[len] = '\0';
}
