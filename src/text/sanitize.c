/* SPDX-License-Identifier: MIT */
/* Header fields: their text and their names. */
#include "simplemailgw/sanitize.h"

#include "base/utf8.h"
#include "text/check.h"

enum { TEXT_MAX = 65536, FIELD_NAME_MAX = 77 };

/* Whether the text is clean as it stands: printable ASCII, single spaces inside. What almost every subject is. */
static bool is_clean_subject(const char *text, size_t len)
{
    unsigned char before = ' ';
    unsigned dirty = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        dirty |= (unsigned)(c < 0x20) | (unsigned)(c >= 0x7f) | (unsigned)(c == ' ' && before == ' ');
        before = c;
    }
    return dirty == 0 && before != ' ';
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
