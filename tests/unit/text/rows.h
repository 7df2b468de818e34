/* SPDX-License-Identifier: MIT */
/* Tables of inputs and the rules that they break. */
#ifndef TESTS_UNIT_TEXT_ROWS_H
#define TESTS_UNIT_TEXT_ROWS_H

#include "support/test.h"

#include "simplemailgw/common.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The bytes of a literal, NUL bytes inside it included. */
#define B(literal) literal, sizeof(literal) - 1

typedef struct check_row {
    const char *text;
    size_t len;
    smgw_rule rule;
} check_row;

typedef smgw_rule (*check_function)(const char *text, size_t len);

/* Runs the check on a copy of the exact size, so that a tool that watches memory sees a read beyond it. */
static inline smgw_rule check_copy(check_function check, const char *text, size_t len)
{
    char *copy = malloc(len > 0 ? len : 1);
    assert_non_null(copy);
    memcpy(copy, text, len);
    smgw_rule rule = check(copy, len);
    free(copy);
    return rule;
}

static inline void check_rows(check_function check, const check_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        smgw_rule rule = check_copy(check, rows[i].text, rows[i].len);
        if (rule != rows[i].rule)
            fail_msg("row %zu \"%s\": %s, expected: %s", i, rows[i].text, smgw_rule_text(rule),
                smgw_rule_text(rows[i].rule));
    }
}

/* Puts every control byte into the middle of `around`, where it must be refused with the right rule. */
static inline void check_controls(check_function check, const char *around)
{
    char text[300];
    size_t len = strlen(around), middle = len / 2;
    for (int c = 0; c < 0x80; c = c == 0x1f ? 0x7f : c + 1) {
        memcpy(text, around, middle);
        text[middle] = (char)c;
        memcpy(text + middle + 1, around + middle, len - middle);
        smgw_rule expected = c == 0 ? SMGW_RULE_NUL
            : (c >= '\n' && c <= '\r') || (c >= 0x1c && c <= 0x1e) ? SMGW_RULE_LINE_BREAK
                                                                   : SMGW_RULE_CONTROL;
        assert_int_equal(check_copy(check, text, len + 1), expected);
    }
}

/* `len` times the byte, with a NUL; the caller frees. */
static inline char *repeat(char byte, size_t len)
{
    char *text = malloc(len + 1);
    assert_non_null(text);
    memset(text, byte, len);
    text[len] = '\0';
    return text;
}

typedef struct transform_row {
    const char *text;
    size_t len;
    const char *expected;
    size_t expected_len;
} transform_row;

typedef smgw_rule (*transform_function)(const char *text, size_t len, char *out, size_t out_size, size_t *out_len);

/* Each result must be the expected one in a buffer that just fits, and the contract for one byte less must hold. */
static inline void transform_rows(transform_function transform, const transform_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const transform_row *row = &rows[i];
        size_t out_len = 99;
        char *out = malloc(row->expected_len + 1);
        assert_non_null(out);
        smgw_rule rule = transform(row->text, row->len, out, row->expected_len + 1, &out_len);
        if (rule != SMGW_RULE_OK || out_len != row->expected_len || memcmp(out, row->expected, out_len + 1) != 0)
            fail_msg("row %zu \"%s\": %s, \"%s\"", i, row->text, smgw_rule_text(rule), out);
        assert_int_equal(transform(row->text, row->len, out, row->expected_len + 1, NULL), SMGW_RULE_OK);
        assert_memory_equal(out, row->expected, out_len + 1);

        memset(out, 'x', row->expected_len + 1);
        assert_int_equal(transform(row->text, row->len, out, row->expected_len, &out_len), SMGW_RULE_OUTPUT);
        assert_int_equal(out_len, row->expected_len);
        assert_int_equal(out[0], row->expected_len > 0 ? '\0' : 'x');
        assert_int_equal(transform(row->text, row->len, out, 0, &out_len), SMGW_RULE_OUTPUT);
        assert_int_equal(out_len, row->expected_len);
        free(out);
    }
}

/* A refusal leaves the empty string and the length 0. */
static inline void refusal_rows(transform_function transform, const check_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char out[512] = "before";
        size_t out_len = 99;
        smgw_rule rule = transform(rows[i].text, rows[i].len, out, sizeof out, &out_len);
        if (rule != rows[i].rule || out_len != 0 || out[0] != '\0')
            fail_msg("row %zu \"%s\": %s, \"%s\"", i, rows[i].text, smgw_rule_text(rule), out);
    }
}

#endif
