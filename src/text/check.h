/* SPDX-License-Identifier: MIT */
/*
 * The steps that the checks of simplemailgw/sanitize.h share, so that all of them name a broken rule alike: emptiness and
 * length first, then NUL, line breaks, controls, and last what is special to each.
 */
#ifndef MGW_TEXT_CHECK_H
#define MGW_TEXT_CHECK_H

#include "base/bytes.h"

#include "simplemailgw/common.h"

/* SMGW_RULE_EMPTY, SMGW_RULE_TOO_LONG, or OK. */
smgw_rule mgw_check_length(size_t len, size_t max);

/* 1 to `max` bytes of printable ASCII (0x21 to 0x7e): no blank, no control character. */
smgw_rule mgw_check_ascii(const char *text, size_t len, size_t max);

/* Likewise, with spaces. */
smgw_rule mgw_check_ascii_text(const char *text, size_t len, size_t max);

/* 1 to `max` bytes of UTF-8 on one line: no NUL, no line break of any script, no control character. */
smgw_rule mgw_check_line(const char *text, size_t len, size_t max);

/* At most `max` bytes of UTF-8 without NUL; everything else is acceptable. */
smgw_rule mgw_check_utf8(const char *text, size_t len, size_t max);

/*
 * The output of a sanitizer: counts all that is put and keeps what fits, so that the length needed is known at the end.
 */
typedef struct mgw_output {
    char *data;
    size_t size;
    size_t len; /* What was put, whether it fitted or not. */
} mgw_output;

/* `out` of `size` bytes is made the empty string, *out_len (may be NULL) 0, as for a failure. */
mgw_output mgw_output_start(char *out, size_t size, size_t *out_len);

static inline void mgw_output_put(mgw_output *out, const char *bytes, size_t len)
{
    if (len > 0 && out->len < out->size && len < out->size - out->len)
        memcpy(out->data + out->len, bytes, len);
    out->len += len;
}

static inline void mgw_output_put_byte(mgw_output *out, char byte)
{
    if (out->len < out->size)
        out->data[out->len] = byte;
    out->len++;
}

/* Ends the string. SMGW_RULE_OUTPUT, with the empty string, where it and its NUL do not fit. */
smgw_rule mgw_output_end(mgw_output *out, size_t *out_len);

#endif
