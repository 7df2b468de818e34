/* SPDX-License-Identifier: MIT */
#include "text/check.h"

#include "base/utf8.h"

smgw_rule mgw_check_length(size_t len, size_t max)
{
    if (len == 0)
        return SMGW_RULE_EMPTY;
    return len > max ? SMGW_RULE_TOO_LONG : SMGW_RULE_OK;
}

/* What is wrong with a character in text that has to stand on one line. */
static smgw_rule rule_of(uint32_t rune)
{
    if (rune == 0)
        return SMGW_RULE_NUL;
    if (mgw_rune_is_line_break(rune))
        return SMGW_RULE_LINE_BREAK;
    return mgw_rune_is_control(rune) ? SMGW_RULE_CONTROL : SMGW_RULE_OK;
}

static inline smgw_rule ascii_rule_of(unsigned char c)
{
    if (c >= ' ' && c < 0x7f)
        return SMGW_RULE_OK;
    return c >= 0x80 ? SMGW_RULE_NON_ASCII : rule_of(c);
}

smgw_rule mgw_check_ascii_text(const char *text, size_t len, size_t max)
{
    smgw_rule rule = mgw_check_length(len, max);
    for (size_t i = 0; rule == SMGW_RULE_OK && i < len; i++)
        rule = ascii_rule_of((unsigned char)text[i]);
    return rule;
}

smgw_rule mgw_check_ascii(const char *text, size_t len, size_t max)
{
    smgw_rule rule = mgw_check_ascii_text(text, len, max);
    if (rule == SMGW_RULE_OK && memchr(text, ' ', len) != NULL)
        rule = SMGW_RULE_SPACE;
    return rule;
}

smgw_rule mgw_check_line(const char *text, size_t len, size_t max)
{
    smgw_rule rule = mgw_check_length(len, max);
    for (size_t i = 0; rule == SMGW_RULE_OK && i < len;) {
        uint32_t rune = 0;
        size_t step = mgw_utf8_decode(text + i, len - i, &rune);
        rule = step > 0 ? rule_of(rune) : SMGW_RULE_UTF8;
        i += step;
    }
    return rule;
}

smgw_rule mgw_check_utf8(const char *text, size_t len, size_t max)
{
    if (len > max)
        return SMGW_RULE_TOO_LONG;
    if (len > 0 && memchr(text, '\0', len) != NULL)
        return SMGW_RULE_NUL;
    return mgw_utf8_valid(text, len) ? SMGW_RULE_OK : SMGW_RULE_UTF8;
}

mgw_output mgw_output_start(char *out, size_t size, size_t *out_len)
{
    if (size > 0)
        out[0] = '\0';
    if (out_len != NULL)
        *out_len = 0;
    return (mgw_output){ out, size, 0 };
}

smgw_rule mgw_output_end(mgw_output *out, size_t *out_len)
{
    bool fits = out->len < out->size;
    if (out_len != NULL)
        *out_len = out->len;
    if (out->size > 0)
        out->data[fits ? out->len : 0] = '\0';
    return fits ? SMGW_RULE_OK : SMGW_RULE_OUTPUT;
}
