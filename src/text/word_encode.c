/* SPDX-License-Identifier: MIT */
/* Writing text into a header field: as it is, as a quoted string, or as encoded words (RFC 2047). */
#include "text/encoded_word.h"

#include "base/utf8.h"

/* Octets: of a word, of a line that holds one, of what surrounds its text, and of one character in the longer encoding. */
enum {
    ENCODED_WORD_MAX = 75,
    ENCODED_LINE_MAX = 76,
    OVERHEAD = sizeof "=?UTF-8?Q?" - 1 + sizeof "?=" - 1,
    ONE_CHARACTER_MAX = 12
};

/* Where the text goes, and how far the current line has got. */
typedef struct writer {
    mgw_buf *out;
    size_t column;
} writer;

static void put(writer *w, mgw_bytes bytes)
{
    mgw_buf_add_bytes(w->out, bytes);
    w->column += bytes.len;
}

static void fold(writer *w)
{
    mgw_buf_add_str(w->out, "\r\n ");
    w->column = 1;
}

static bool is_text(mgw_bytes text)
{
    for (size_t i = 0; i < text.len;) {
        uint32_t rune = 0;
        size_t step = mgw_utf8_decode(text.data + i, text.len - i, &rune);
        if (step == 0 || (mgw_rune_is_control(rune) && rune != '\t'))
            return false;
        i += step;
    }
    return true;
}

static bool is_printable_ascii(mgw_bytes text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] < 0x20 || text.data[i] >= 0x7f)
            return false;
    return true;
}

static bool looks_encoded(mgw_bytes text)
{
    return text.len > 0 && memmem(text.data, text.len, "=?", 2) != NULL;
}

/* The next space of the text, from `start` on. */
static size_t word_end(mgw_bytes text, size_t start)
{
    return start + mgw_bytes_find(mgw_bytes_slice(text, start, text.len), ' ');
}

/* Whether the text can be folded at its spaces to short lines, and comes back the same: single spaces inside, no long word. */
static bool is_foldable(mgw_bytes text, size_t column)
{
    size_t start = 0;
    size_t room = MGW_HEADER_LINE - (column < MGW_HEADER_LINE ? column : MGW_HEADER_LINE);
    for (;;) {
        size_t end = word_end(text, start);
        if (end == start || end - start > room)
            return false;
        if (end == text.len)
            return true;
        start = end + 1;
        room = MGW_HEADER_LINE - 1;
    }
}

static void put_words(writer *w, mgw_bytes text)
{
    for (size_t start = 0; start < text.len;) {
        size_t end = word_end(text, start);
        bool first = start == 0;
        if (!first && w->column + 1 + end - start > MGW_HEADER_LINE)
            fold(w);
        else if (!first)
            put(w, MGW_LIT(" "));
        put(w, mgw_bytes_slice(text, start, end - start));
        start = end + 1;
    }
}

/* The characters that the Q encoding may leave as they are everywhere, also in a phrase (RFC 2047 section 5 (3)). */
static bool is_q_literal(unsigned char c)
{
    return mgw_is_alnum(c) || (c != '\0' && strchr("!*+-/", c) != NULL);
}

static size_t q_length(mgw_bytes text)
{
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++)
        len += is_q_literal((unsigned char)text.data[i]) || text.data[i] == ' ' ? 1 : 3;
    return len;
}

static size_t b_length(mgw_bytes text)
{
    return (text.len + 2) / 3 * 4;
}

static void put_q(writer *w, mgw_bytes text)
{
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        char coded[3] = { '=', hex[c >> 4], hex[c & 15] };
        if (c == ' ')
            put(w, MGW_LIT("_"));
        else if (is_q_literal(c))
            put(w, mgw_bytes_slice(text, i, 1));
        else
            put(w, mgw_bytes_of(coded, sizeof coded));
    }
}

static void put_b(writer *w, mgw_bytes text)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < text.len; i += 3) {
        size_t count = text.len - i < 3 ? text.len - i : 3;
        uint32_t bits = 0;
        for (size_t k = 0; k < 3; k++)
            bits = bits << 8 | (k < count ? (unsigned char)text.data[i + k] : 0);
        char coded[4] = { alphabet[bits >> 18], alphabet[bits >> 12 & 63], '=', '=' };
        if (count > 1)
            coded[2] = alphabet[bits >> 6 & 63];
        if (count > 2)
            coded[3] = alphabet[bits & 63];
        put(w, mgw_bytes_of(coded, sizeof coded));
    }
}

typedef struct encoding {
    mgw_bytes opening;
    size_t (*length)(mgw_bytes text);
    void (*put)(writer *w, mgw_bytes text);
} encoding;

/* The longest beginning of the text, in whole characters, whose coded form has at most `room` octets. */
static size_t chunk_length(const encoding *e, mgw_bytes text, size_t room)
{
    size_t end = 0;
    while (end < text.len) {
        uint32_t rune = 0;
        size_t step = mgw_utf8_decode(text.data + end, text.len - end, &rune);
        if (e->length(mgw_bytes_slice(text, 0, end + step)) > room)
            break;
        end += step;
    }
    return end;
}

static void put_encoded(writer *w, mgw_bytes text)
{
    const encoding q = { MGW_LIT("=?UTF-8?Q?"), q_length, put_q };
    const encoding b = { MGW_LIT("=?UTF-8?B?"), b_length, put_b };
    const encoding *e = q_length(text) <= b_length(text) ? &q : &b;

    while (text.len > 0) {
        if (w->column > 1 && w->column + OVERHEAD + ONE_CHARACTER_MAX > ENCODED_LINE_MAX)
            fold(w);
        size_t line_room = ENCODED_LINE_MAX - w->column;
        size_t room = (line_room < ENCODED_WORD_MAX ? line_room : ENCODED_WORD_MAX) - OVERHEAD;
        size_t len = chunk_length(e, text, room);
        put(w, e->opening);
        e->put(w, mgw_bytes_slice(text, 0, len));
        put(w, MGW_LIT("?="));
        text = mgw_bytes_slice(text, len, text.len);
        if (text.len > 0)
            fold(w);
    }
}

static smgw_status finish(const writer *w, size_t *column)
{
    *column = w->column;
    return w->out->status;
}

smgw_status mgw_encode_unstructured(mgw_bytes text, size_t *column, mgw_buf *out)
{
    writer w = { out, *column };
    if (!is_text(text))
        return SMGW_ERR_INVALID;
    if (is_printable_ascii(text) && !looks_encoded(text) && is_foldable(text, w.column))
        put_words(&w, text);
    else
        put_encoded(&w, text);
    return finish(&w, column);
}

static bool is_atoms(mgw_bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (!mgw_is_alnum(c) && (c == '\0' || strchr(" !#$%&'*+-/=?^_`{|}~", c) == NULL))
            return false;
    }
    return true;
}

static bool needs_backslash(char c)
{
    return c == '"' || c == '\\';
}

static size_t quoted_length(mgw_bytes text)
{
    size_t len = text.len + 2;
    for (size_t i = 0; i < text.len; i++)
        len += needs_backslash(text.data[i]);
    return len;
}

static void put_quoted(writer *w, mgw_bytes text)
{
    if (w->column > 1 && w->column + quoted_length(text) > MGW_HEADER_LINE)
        fold(w);
    put(w, MGW_LIT("\""));
    for (size_t i = 0; i < text.len; i++) {
        if (needs_backslash(text.data[i]))
            put(w, MGW_LIT("\\"));
        put(w, mgw_bytes_slice(text, i, 1));
    }
    put(w, MGW_LIT("\""));
}

smgw_status mgw_encode_phrase(mgw_bytes text, size_t *column, mgw_buf *out)
{
    writer w = { out, *column };
    if (!is_text(text))
        return SMGW_ERR_INVALID;
    bool plain = is_printable_ascii(text) && !looks_encoded(text);
    if (plain && is_atoms(text) && is_foldable(text, w.column))
        put_words(&w, text);
    else if (plain && text.len > 0 && quoted_length(text) < MGW_HEADER_LINE)
        put_quoted(&w, text);
    else
        put_encoded(&w, text);
    return finish(&w, column);
}
