/* SPDX-License-Identifier: MIT */
#include "base/utf8.h"

typedef struct lead {
    uint8_t mask;    /* Payload bits of the lead byte. */
    uint8_t length;  /* Bytes of the whole character; 0 where this byte cannot lead. */
    uint32_t lowest; /* Smallest character of this length: below it the form is overlong. */
} lead;

static lead lead_of(unsigned char byte)
{
    if (byte < 0x80)
        return (lead){ 0x7f, 1, 0 };
    if (byte >= 0xc2 && byte < 0xe0)
        return (lead){ 0x1f, 2, 0x80 };
    if (byte >= 0xe0 && byte < 0xf0)
        return (lead){ 0x0f, 3, 0x800 };
    if (byte >= 0xf0 && byte < 0xf5)
        return (lead){ 0x07, 4, 0x10000 };
    return (lead){ 0, 0, 0 };
}

static bool is_scalar(uint32_t rune)
{
    return rune <= 0x10ffff && (rune < 0xd800 || rune > 0xdfff);
}

size_t mgw_utf8_decode(const char *text, size_t len, uint32_t *rune)
{
    if (len == 0)
        return 0;
    lead first = lead_of((unsigned char)text[0]);
    if (first.length == 0 || first.length > len)
        return 0;
    uint32_t value = (unsigned char)text[0] & first.mask;
    for (size_t i = 1; i < first.length; i++) {
        unsigned char byte = (unsigned char)text[i];
        if ((byte & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (byte & 0x3fU);
    }
    if (value < first.lowest || !is_scalar(value))
        return 0;
    *rune = value;
    return first.length;
}

size_t mgw_utf8_encode(uint32_t rune, char *out)
{
    if (!is_scalar(rune))
        return 0;
    if (rune < 0x80) {
        out[0] = (char)rune;
        return 1;
    }
    size_t length = rune < 0x800 ? 2 : rune < 0x10000 ? 3 : 4;
    static const unsigned char marks[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
    for (size_t i = length - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (rune & 0x3f));
        rune >>= 6;
    }
    out[0] = (char)(marks[length] | rune);
    return length;
}

bool mgw_utf8_valid(const char *text, size_t len)
{
    for (size_t i = 0; i < len;) {
        if ((unsigned char)text[i] < 0x80) {
            i++;
            continue;
        }
        uint32_t rune = 0;
        size_t step = mgw_utf8_decode(text + i, len - i, &rune);
        if (step == 0)
            return false;
        i += step;
    }
    return true;
}

size_t mgw_utf8_cut(const char *text, size_t len, size_t max)
{
    if (len <= max)
        return len;
    while (max > 0 && ((unsigned char)text[max] & 0xc0) == 0x80)
        max--;
    return max;
}

typedef struct range {
    uint32_t first;
    uint32_t last;
} range;

static bool in_ranges(const range *ranges, size_t count, uint32_t rune)
{
    for (size_t i = 0; i < count; i++)
        if (rune >= ranges[i].first && rune <= ranges[i].last)
            return true;
    return false;
}

bool mgw_rune_is_control(uint32_t rune)
{
    return rune < 0x20 || (rune >= 0x7f && rune < 0xa0) || rune == 0x2028 || rune == 0x2029;
}

bool mgw_rune_is_line_break(uint32_t rune)
{
    static const range breaks[] = { { 0x0a, 0x0d }, { 0x1c, 0x1e }, { 0x85, 0x85 }, { 0x2028, 0x2029 } };
    return in_ranges(breaks, sizeof breaks / sizeof breaks[0], rune);
}

bool mgw_rune_is_invisible(uint32_t rune)
{
    static const range invisible[] = {
        { 0xad, 0xad },         /* soft hyphen */
        { 0x034f, 0x034f },     /* combining grapheme joiner */
        { 0x061c, 0x061c },     /* Arabic letter mark */
        { 0x115f, 0x1160 },     /* Hangul fillers */
        { 0x17b4, 0x17b5 },     /* Khmer inherent vowels */
        { 0x180b, 0x180f },     /* Mongolian selectors */
        { 0x200b, 0x200f },     /* zero width, LRM, RLM */
        { 0x202a, 0x202e },     /* bidi embeddings and overrides */
        { 0x2060, 0x206f },     /* joiners, invisible operators, bidi isolates */
        { 0x3164, 0x3164 },     /* Hangul filler */
        { 0xfe00, 0xfe0f },     /* variation selectors */
        { 0xfeff, 0xfeff },     /* BOM */
        { 0xffa0, 0xffa0 },     /* halfwidth Hangul filler */
        { 0xfff0, 0xfffb },     /* reserved ones, interlinear annotations */
        { 0x1bca0, 0x1bca3 },   /* shorthand controls */
        { 0x1d173, 0x1d17a },   /* musical controls */
        { 0xe0000, 0xe0fff },   /* tags, variation selectors supplement */
    };
    return rune >= 0xad && in_ranges(invisible, sizeof invisible / sizeof invisible[0], rune);
}

bool mgw_rune_is_printable(uint32_t rune)
{
    bool noncharacter = (rune & 0xfffe) == 0xfffe || (rune >= 0xfdd0 && rune <= 0xfdef);
    return !noncharacter && !mgw_rune_is_control(rune) && !mgw_rune_is_invisible(rune);
}
