/* SPDX-License-Identifier: MIT */
#include "mime/html_text_walk.h"

#include "base/utf8.h"
#include "mime/html_text_link.h"
#include "mime/html_text_style.h"
#include "mime/html_text_tags.h"

#include "simplemailgw/view.h"

#include <stdio.h>

/* An open element. */
typedef struct frame {
    mgw_tag_role role;
    bool dropped;      /* No text of the message: scripts and the like. */
    bool hidden;       /* Not displayed. */
    bool zero_size;    /* In a font of no size. */
    bool preformatted; /* By this element. */
    bool tight;        /* A paragraph without a blank line behind it. */
    bool in_list;
    uint32_t list;   /* The index of the nearest list among the open elements, where in_list. */
    uint32_t number; /* Of a numbered list: of its last item. */
} frame;

/* The attributes that matter. */
typedef struct attributes {
    mgw_bytes style, href, alt, start, id, css_class;
    bool hidden;
} attributes;

void mgw_walk_init(mgw_walk *walk, mgw_buf *out, size_t max_depth)
{
    *walk = (mgw_walk){ .layout = { .out = out, .mark = MGW_LAYOUT_NO_MARK } };
    mgw_buf_init(&walk->frames, max_depth * sizeof(frame));
    mgw_buf_init(&walk->link, MGW_LINK_MAX + 8);
}

void mgw_walk_free(mgw_walk *walk)
{
    mgw_buf_free(&walk->frames);
    mgw_buf_free(&walk->link);
}

size_t mgw_walk_depth(const mgw_walk *walk)
{
    return walk->frames.len / sizeof(frame);
}

smgw_status mgw_walk_status(const mgw_walk *walk)
{
    if (walk->frames.status != SMGW_OK)
        return walk->frames.status;
    return walk->link.status != SMGW_OK ? walk->link.status : walk->layout.out->status;
}

static frame *frame_at(mgw_walk *walk, size_t index)
{
    return (frame *)(void *)walk->frames.data + index;
}

static frame *top(mgw_walk *walk)
{
    size_t depth = mgw_walk_depth(walk);
    return depth > 0 ? frame_at(walk, depth - 1) : NULL;
}

static bool is_shown(const frame *element)
{
    return element == NULL || (!element->dropped && !element->hidden && !element->zero_size);
}

static attributes read_attributes(const char *const *list)
{
    attributes found = { .hidden = false };
    const struct {
        mgw_bytes name;
        mgw_bytes *value;
    } wanted[] = {
        { MGW_LIT("style"), &found.style }, { MGW_LIT("href"), &found.href }, { MGW_LIT("alt"), &found.alt },
        { MGW_LIT("start"), &found.start }, { MGW_LIT("id"), &found.id },     { MGW_LIT("class"), &found.css_class },
    };
    for (; list != NULL && list[0] != NULL; list += 2) {
        mgw_bytes name = mgw_bytes_str(list[0]);
        mgw_bytes value = mgw_bytes_str(list[1]);
        for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
            if (mgw_bytes_equal(name, wanted[i].name))
                *wanted[i].value = value;
        if (mgw_bytes_equal(name, MGW_LIT("hidden")))
            found.hidden = true;
        if (mgw_bytes_equal(name, MGW_LIT("aria-hidden")))
            found.hidden = found.hidden || mgw_bytes_equal_fold(mgw_bytes_trim(value), MGW_LIT("true"));
    }
    return found;
}

static bool zero_size_of(const frame *parent, mgw_style_size size)
{
    bool inherited = parent != NULL && parent->zero_size;
    return size == MGW_STYLE_SIZE_ZERO || (inherited && size != MGW_STYLE_SIZE_SET);
}

/* Paragraphs of Word and Outlook have no margin; they put blank ones between. */
static bool is_office_paragraph(mgw_bytes css_class)
{
    return mgw_bytes_starts_with_fold(css_class, MGW_LIT("Mso")) || mgw_bytes_starts_with_fold(css_class, MGW_LIT("xMso"));
}

static frame make_frame(const frame *parent, mgw_tag_role role, const attributes *given)
{
    mgw_style style = mgw_style_parse(given->style);
    frame result = {
        .role = role,
        .dropped = role == MGW_TAG_DROPPED || (parent != NULL && parent->dropped),
        .hidden = given->hidden || style.hidden || (parent != NULL && parent->hidden),
        .zero_size = zero_size_of(parent, style.font_size),
        .preformatted = role == MGW_TAG_PREFORMATTED || style.preformatted,
        .tight = style.tight || is_office_paragraph(given->css_class),
        .in_list = parent != NULL && parent->in_list,
        .list = parent != NULL ? parent->list : 0,
    };
    return result;
}

static void open_list(mgw_walk *walk, frame *element, const attributes *given)
{
    uint64_t start = 1;
    (void)mgw_bytes_to_u64(mgw_bytes_trim(given->start), 1000000000, &start);
    element->number = (uint32_t)start;
    mgw_layout_break(&walk->layout, element->in_list ? 1 : 2);
    element->in_list = true;
    element->list = (uint32_t)mgw_walk_depth(walk);
    walk->layout.indent++;
}

static void open_item(mgw_walk *walk, const frame *element)
{
    char bullet[16] = "- ";
    frame *list = element->in_list ? frame_at(walk, element->list) : NULL;
    if (list != NULL && list->role == MGW_TAG_NUMBERED_LIST)
        (void)snprintf(bullet, sizeof bullet, "%u. ", (unsigned)list->number++);
    mgw_layout_break(&walk->layout, 1);
    mgw_layout_bullet(&walk->layout, bullet);
}

static void open_image(mgw_walk *walk, const attributes *given)
{
    if (mgw_bytes_trim(given->alt).len == 0)
        return;
    mgw_layout_text(&walk->layout, MGW_LIT(" "));
    mgw_layout_text(&walk->layout, given->alt);
    mgw_layout_text(&walk->layout, MGW_LIT(" "));
}

static void open_link(mgw_walk *walk, const attributes *given)
{
    (void)mgw_link_clean(given->href, &walk->link, &walk->defects);
    walk->link_depth = mgw_walk_depth(walk);
    walk->link_start = walk->layout.out->len;
}

static void open_rule(mgw_walk *walk)
{
    mgw_layout_break(&walk->layout, 1);
    mgw_layout_text(&walk->layout, MGW_LIT("-----"));
    mgw_layout_break(&walk->layout, 1);
}

/* The one element that Outlook on the web and Outlook for mobiles put before the message that is answered. */
static void note_reply(mgw_walk *walk, mgw_bytes id)
{
    bool marks = mgw_bytes_equal(id, MGW_LIT("divRplyFwdMsg")) || mgw_bytes_equal(id, MGW_LIT("x_divRplyFwdMsg"));
    if (marks && walk->layout.mark == MGW_LAYOUT_NO_MARK)
        walk->layout.mark_next = true;
}

static void open_shown(mgw_walk *walk, frame *element, const attributes *given)
{
    mgw_layout *layout = &walk->layout;
    switch (element->role) {
    case MGW_TAG_INLINE:
    case MGW_TAG_DROPPED: break;
    case MGW_TAG_BLOCK: mgw_layout_break(layout, 1); break;
    case MGW_TAG_PARAGRAPH: mgw_layout_break(layout, element->tight ? 1 : 2); break;
    case MGW_TAG_BREAK: mgw_layout_newline(layout); break;
    case MGW_TAG_RULE: open_rule(walk); break;
    case MGW_TAG_LIST:
    case MGW_TAG_NUMBERED_LIST: open_list(walk, element, given); break;
    case MGW_TAG_ITEM: open_item(walk, element); break;
    case MGW_TAG_QUOTE:
        mgw_layout_break(layout, 1);
        layout->quote++;
        break;
    case MGW_TAG_PREFORMATTED: mgw_layout_break(layout, 1); break;
    case MGW_TAG_CELL: mgw_layout_cell(layout); break;
    case MGW_TAG_LINK: open_link(walk, given); break;
    case MGW_TAG_IMAGE: open_image(walk, given); break;
    }
    note_reply(walk, given->id);
    layout->preformatted += element->preformatted ? 1 : 0;
}

void mgw_walk_open(mgw_walk *walk, const char *name, const char *const *list)
{
    attributes given = read_attributes(list);
    frame element = make_frame(top(walk), mgw_tag_role_of(name), &given);
    if (is_shown(&element))
        open_shown(walk, &element, &given);
    else
        element.role = MGW_TAG_INLINE;
    (void)mgw_buf_add(&walk->frames, (const char *)&element, sizeof element);
}

/* On the line of the link's text, also where a block ended that line. */
static void show_address(mgw_layout *layout, mgw_bytes address)
{
    int due = layout->breaks;
    layout->breaks = 0;
    mgw_layout_text(layout, MGW_LIT(" <"));
    mgw_layout_text(layout, address);
    mgw_layout_text(layout, MGW_LIT(">"));
    mgw_layout_break(layout, due);
}

static void close_link(mgw_walk *walk)
{
    mgw_buf *out = walk->layout.out;
    mgw_bytes address = mgw_buf_bytes(&walk->link);
    if (address.len == 0 || walk->link_depth != mgw_walk_depth(walk) || out->status != SMGW_OK)
        return;
    mgw_bytes text = mgw_bytes_slice(mgw_buf_bytes(out), walk->link_start, SIZE_MAX);
    while (text.len > 0 && (mgw_is_wsp((unsigned char)text.data[0]) || text.data[0] == '\n'))
        text = mgw_bytes_slice(text, 1, SIZE_MAX);
    text = mgw_bytes_trim(text);
    if (mgw_link_misleads(address, text))
        walk->defects |= SMGW_VIEW_LINK_MISMATCH;
    if (!mgw_link_is_text(address, text))
        show_address(&walk->layout, address);
    mgw_buf_clear(&walk->link);
}

static void close_shown(mgw_walk *walk, const frame *element)
{
    mgw_layout *layout = &walk->layout;
    layout->preformatted -= element->preformatted ? 1 : 0;
    switch (element->role) {
    case MGW_TAG_BLOCK:
    case MGW_TAG_ITEM:
    case MGW_TAG_PREFORMATTED: mgw_layout_break(layout, 1); break;
    case MGW_TAG_PARAGRAPH: mgw_layout_break(layout, element->tight ? 1 : 2); break;
    case MGW_TAG_LIST:
    case MGW_TAG_NUMBERED_LIST:
        layout->indent--;
        layout->bullet[0] = '\0';
        mgw_layout_break(layout, layout->indent > 0 ? 1 : 2);
        break;
    case MGW_TAG_QUOTE:
        mgw_layout_break(layout, 1);
        layout->quote--;
        break;
    case MGW_TAG_LINK: close_link(walk); break;
    default: break;
    }
}

void mgw_walk_close(mgw_walk *walk)
{
    const frame *last = top(walk);
    if (last == NULL)
        return;
    frame element = *last;
    mgw_buf_truncate(&walk->frames, walk->frames.len - sizeof element);
    if (is_shown(&element))
        close_shown(walk, &element);
}

static bool has_visible(mgw_bytes text)
{
    while (text.len > 0) {
        uint32_t rune = 0;
        size_t step = mgw_utf8_decode(text.data, text.len, &rune);
        if (step > 0 && rune > ' ' && rune != 0xa0 && mgw_rune_is_printable(rune))
            return true;
        text = mgw_bytes_slice(text, step > 0 ? step : 1, SIZE_MAX);
    }
    return false;
}

void mgw_walk_text(mgw_walk *walk, mgw_bytes text)
{
    const frame *element = top(walk);
    if (is_shown(element))
        mgw_layout_text(&walk->layout, text);
    else if (!element->dropped && has_visible(text))
        walk->defects |= SMGW_VIEW_HIDDEN;
}
