/* SPDX-License-Identifier: MIT */
/* Header fields: their text and their names. */
#include "simplemailgw/sanitize.h"

#include "base/utf8.h"
#include "text/check.h"

enum { TEXT_MAX = 65536, FIELD_NAME_MAX = 77 };

/* 1 for a character that needs work, given the one before it: anything but printable ASCII, or a second space. */
static unsigned char is_dirty(unsigned char c, unsigned char before)
{
    return (unsigned char)((c < 0x20) | (c >= 0x7f) | ((c == ' ') & (before == ' ')));
}

/*
 * Whether a subject is clean as it stands, which almost every one is. It looks at all of it, without a branch, in blocks
 * whose length is a constant: compilers make a few vector instructions of that.
 */
static bool is_clean_subject(const char *text, size_t len)
{
    enum { BLOCK = 16 };
    const unsigned char *bytes = (const unsigned char *)text;
    unsigned char dirty = is_dirty(bytes[0], ' ');
    size_t i = 1;
    for (; len - i >= BLOCK; i += BLOCK)
        for (size_t k = i; k < i + BLOCK; k++)
            dirty |= is_dirty(bytes[k], bytes[k - 1]);
    for (; i < len; i++)
        dirty |= is_dirty(bytes[i], bytes[i - 1]);
    return dirty == 0 && bytes[len - 1] != ' ';
}

/* The character that begins the text, which is valid UTF-8. */
static size_t next_rune(const char *text, size_t len, uint32_t *rune)
{
    *rune = (unsigned char)text[0];
    return *rune < 0x80 ? 1 : mgw_utf8_decode(text, len, rune);
}

static void collapse(const char *text, size_t len, mgw_output *result)
{
    bool gap = false;
    for (size_t i = 0; i < len;) {
        uint32_t rune = 0;
        size_t step = next_rune(text + i, len - i, &rune);
        if (rune == ' ' || mgw_rune_is_control(rune)) {
            gap = result->len > 0;
        } else {
            mgw_output_put(result, " ", gap ? 1 : 0);
            mgw_output_put(result, text + i, step);
            gap = false;
        }
        i += step;
    }
}

smgw_rule smgw_sanitize_subject(const char *text, size_t len, char *out, size_t out_size, size_t *out_len)
{
    mgw_output result = mgw_output_start(out, out_size, out_len);
    smgw_rule rule = mgw_check_length(len, TEXT_MAX);
    if (rule != SMGW_RULE_OK)
        return rule;
    if (is_clean_subject(text, len)) {
        mgw_output_put(&result, text, len);
        return mgw_output_end(&result, out_len);
    }
    rule = mgw_check_utf8(text, len, TEXT_MAX);
    if (rule != SMGW_RULE_OK)
        return rule;
    collapse(text, len, &result);
    return result.len > 0 ? mgw_output_end(&result, out_len) : SMGW_RULE_EMPTY;
}

smgw_rule smgw_sanitize_header_value(const char *text, size_t len, char *out, size_t out_size, size_t *out_len)
{
    mgw_output result = mgw_output_start(out, out_size, out_len);
    smgw_rule rule = mgw_check_utf8(text, len, TEXT_MAX);
    if (rule != SMGW_RULE_OK)
        return rule;
    for (size_t i = 0; i < len;) {
        uint32_t rune = 0;
        size_t step = next_rune(text + i, len - i, &rune);
        if (rune == '\t' || !mgw_rune_is_control(rune))
            mgw_output_put(&result, text + i, step);
        i += step;
    }
    return mgw_output_end(&result, out_len);
}

smgw_rule smgw_validate_header_name(const char *text, size_t len)
{
    smgw_rule rule = mgw_check_ascii(text, len, FIELD_NAME_MAX);
    if (rule == SMGW_RULE_OK && memchr(text, ':', len) != NULL)
        rule = SMGW_RULE_CHARACTER;
    return rule;
}

smgw_rule smgw_sanitize_subject_str(const char *text, char *out, size_t out_size)
{
    return smgw_sanitize_subject(text, strlen(text), out, out_size, NULL);
}

smgw_rule smgw_sanitize_header_value_str(const char *text, char *out, size_t out_size)
{
    return smgw_sanitize_header_value(text, strlen(text), out, out_size, NULL);
}

smgw_rule smgw_validate_header_name_str(const char *text)
{
    return smgw_validate_header_name(text, strlen(text));
}
