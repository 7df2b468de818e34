/* SPDX-License-Identifier: MIT */
#include "security/catalogue.h"

#include "base/utf8.h"

enum { DECODED_MAX = 256 << 20 };

static bool decode_octal(mgw_bytes *text, mgw_buf *out)
{
    unsigned value = 0;
    size_t digits = 0;
    while (digits < 3 && digits < text->len && text->data[digits] >= '0' && text->data[digits] <= '7')
        value = value * 8 + (unsigned)(text->data[digits++] - '0');
    if (digits == 0 || value > 255)
        return false;
    *text = mgw_bytes_slice(*text, digits, text->len);
    return mgw_buf_add_byte(out, (char)value) == SMGW_OK;
}

/* Behind "\u". */
static bool decode_unicode(mgw_bytes *text, mgw_buf *out)
{
    uint32_t rune = 0;
    char utf8[4];
    if (text->len < 4)
        return false;
    for (size_t i = 0; i < 4; i++) {
        int digit = mgw_hex_value((unsigned char)text->data[i]);
        if (digit < 0)
            return false;
        rune = rune << 4 | (uint32_t)digit;
    }
    *text = mgw_bytes_slice(*text, 4, text->len);
    return mgw_buf_add(out, utf8, mgw_utf8_encode(rune, utf8)) == SMGW_OK;
}

/* Behind a backslash. */
static bool decode_escape(mgw_bytes *text, bool unicode, mgw_buf *out)
{
    static const char letters[] = "rnt\"\\";
    static const char meanings[] = "\r\n\t\"\\";
    if (text->len == 0)
        return false;
    char c = text->data[0];
    const char *letter = c != '\0' ? strchr(letters, c) : NULL;
    if (letter == NULL && !(unicode && c == 'u'))
        return decode_octal(text, out);
    *text = mgw_bytes_slice(*text, 1, text->len);
    if (letter == NULL)
        return decode_unicode(text, out);
    return mgw_buf_add_byte(out, meanings[letter - letters]) == SMGW_OK;
}

/* Plain text with escapes, up to the end. */
static bool decode_plain(mgw_bytes text, bool unicode, mgw_buf *out)
{
    while (text.len > 0) {
        char c = text.data[0];
        text = mgw_bytes_slice(text, 1, text.len);
        if (c == '\\' ? !decode_escape(&text, unicode, out) : mgw_buf_add_byte(out, c) != SMGW_OK)
            return false;
    }
    return true;
}

/* The number up to the next colon, which is consumed. */
static bool take_number(mgw_bytes *text, uint64_t *number)
{
    size_t colon = mgw_bytes_find(*text, ':');
    if (colon == text->len || !mgw_bytes_to_u64(mgw_bytes_slice(*text, 0, colon), 1000000000, number))
        return false;
    *text = mgw_bytes_slice(*text, colon + 1, text->len);
    return true;
}

static bool repeat(mgw_bytes text, uint64_t count, mgw_buf *out)
{
    for (uint64_t i = 0; i < count; i++)
        if (mgw_buf_add_bytes(out, text) != SMGW_OK)
            return false;
    return true;
}

static bool count_up(mgw_bytes separator, uint64_t first, uint64_t last, mgw_buf *out)
{
    for (uint64_t n = first; n <= last; n++)
        if (mgw_buf_add_bytes(out, mgw_bytes_slice(separator, 0, n > first ? separator.len : 0)) != SMGW_OK ||
            mgw_buf_add_u64(out, n) != SMGW_OK)
            return false;
    return first <= last;
}

/* The inside of "${...}". */
static bool decode_macro(mgw_bytes inside, mgw_buf *out)
{
    uint64_t first = 0, last = 0;
    mgw_buf text = MGW_BUF_INIT(DECODED_MAX);
    bool sequence = mgw_bytes_equal(mgw_bytes_slice(inside, 0, 4), MGW_LIT("SEQ:"));
    bool ok = sequence || mgw_bytes_equal(mgw_bytes_slice(inside, 0, 4), MGW_LIT("REP:"));
    inside = mgw_bytes_slice(inside, 4, inside.len);
    ok = ok && take_number(&inside, &first) && (!sequence || take_number(&inside, &last)) &&
        decode_plain(inside, false, &text);
    if (ok && sequence)
        ok = count_up(mgw_buf_bytes(&text), first, last, out);
    else if (ok)
        ok = repeat(mgw_buf_bytes(&text), first, out);
    mgw_buf_free(&text);
    return ok;
}

static size_t find_macro(mgw_bytes text)
{
    const char *at = text.len > 0 ? memmem(text.data, text.len, "${", 2) : NULL;
    return at != NULL ? (size_t)(at - text.data) : text.len;
}

bool catalogue_decode(mgw_bytes text, bool unicode, mgw_buf *out)
{
    for (;;) {
        size_t macro = find_macro(text);
        if (!decode_plain(mgw_bytes_slice(text, 0, macro), unicode, out))
            return false;
        if (macro == text.len)
            return true;
        text = mgw_bytes_slice(text, macro + 2, text.len);
        size_t end = mgw_bytes_find(text, '}');
        if (end == text.len || !decode_macro(mgw_bytes_slice(text, 0, end), out))
            return false;
        text = mgw_bytes_slice(text, end + 1, text.len);
    }
}
