/* SPDX-License-Identifier: MIT */
#include "audit/escape.h"

#include "base/utf8.h"

enum { ESCAPE_MAX = 12 }; /* A surrogate pair. */

/* The letter of the two-character escape, or 0. */
static char short_escape(uint32_t rune)
{
    switch (rune) {
    case '"':
        return '"';
    case '\\':
        return '\\';
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    case '\t':
        return 't';
    default:
        return 0;
    }
}

static size_t write_u16(uint32_t unit, char *out)
{
    static const char digits[] = "0123456789abcdef";
    out[0] = '\\';
    out[1] = 'u';
    for (unsigned i = 0; i < 4; i++)
        out[2 + i] = digits[(unit >> (12 - 4 * i)) & 15];
    return 6;
}

static size_t write_escape(uint32_t rune, char *out)
{
    char letter = short_escape(rune);
    if (letter != 0) {
        out[0] = '\\';
        out[1] = letter;
        return 2;
    }
    if (rune < 0x10000)
        return write_u16(rune, out);
    uint32_t rest = rune - 0x10000;
    size_t len = write_u16(0xd800 + (rest >> 10), out);
    return len + write_u16(0xdc00 + (rest & 0x3ff), out + len);
}

size_t mgw_audit_escape(mgw_bytes text, char *out, size_t room, size_t *out_len)
{
    size_t used = 0;
    size_t taken = 0;
    while (taken < text.len) {
        uint32_t rune = 0xfffd;
        size_t step = mgw_utf8_decode(text.data + taken, text.len - taken, &rune);
        bool plain = step > 0 && mgw_rune_is_printable(rune) && short_escape(rune) == 0;
        char escape[ESCAPE_MAX];
        size_t width = plain ? step : write_escape(step > 0 ? rune : 0xfffd, escape);
        if (width > room - used)
            break;
        memcpy(out + used, plain ? text.data + taken : escape, width);
        used += width;
        taken += step > 0 ? step : 1;
    }
    *out_len = used;
    return taken;
}
