/* SPDX-License-Identifier: MIT */
#include "unit/text/rows.h"

#include "base/utf8.h"

#include "simplemailgw/sanitize.h"

static void subjects(void **state)
{
    (void)state;
    static const transform_row rows[] = {
        { B("Hello"), B("Hello") },
        { B("Hello\r\nBcc: attacker@evil.com"), B("Hello Bcc: attacker@evil.com") },
        { B("a\rb"), B("a b") },
        { B("a\nb"), B("a b") },
        { B("a\r\n\r\nb"), B("a b") },
        { B("a\r\r\n\nb"), B("a b") },
        { B("a \t\v\f b"), B("a b") },
        { B("  a  b  "), B("a b") },
        { B("\r\na\r\n"), B("a") },
        { B("\001a\037b\177c"), B("a b c") },
        { B("a\302\205b"), B("a b") },
        { B("a\302\200b\302\237c"), B("a b c") },
        { B("a\342\200\250b\342\200\251c"), B("a b c") },
        { B("a\034b\035c\036d"), B("a b c d") },
        { B("\303\251"), B("\303\251") },
        { B("a\345\230\215\345\230\212b"), B("a\345\230\215\345\230\212b") },
        { B("\360\237\230\200 \360\237\230\200"), B("\360\237\230\200 \360\237\230\200") },
        { B("a\302\240b"), B("a\302\240b") },
        { B("x"), B("x") },
        { B("123456789012345"), B("123456789012345") },
        { B("1234567890123456"), B("1234567890123456") },
        { B("12345678901234567"), B("12345678901234567") },
        { B("1234567890123456  7"), B("1234567890123456 7") },
        { B("123456789012345678901234567890123\n"), B("123456789012345678901234567890123") },
    };
    transform_rows(smgw_sanitize_subject, rows, COUNT_OF(rows));
}

static void subjects_that_are_refused(void **state)
{
    (void)state;
    static const check_row rows[] = {
        { B(""), SMGW_RULE_EMPTY },
        { B(" "), SMGW_RULE_EMPTY },
        { B("\r\n\r\n"), SMGW_RULE_EMPTY },
        { B("\t\302\205\342\200\250 "), SMGW_RULE_EMPTY },
        { B("\0"), SMGW_RULE_NUL },
        { B("a\0\r\nBcc: e@x"), SMGW_RULE_NUL },
        { B("a\377b"), SMGW_RULE_UTF8 },
        { B("a\300\212b"), SMGW_RULE_UTF8 },
        { B("a\355\240\212b"), SMGW_RULE_UTF8 },
        { B("a\303"), SMGW_RULE_UTF8 },
        { B("a\360\237\230"), SMGW_RULE_UTF8 },
    };
    refusal_rows(smgw_sanitize_subject, rows, COUNT_OF(rows));
}

/* A second space or a bad byte at any place of the blocks that the quick look works in. */
static void no_place_in_a_subject_is_overlooked(void **state)
{
    (void)state;
    char text[64], out[65], expected[65];
    size_t out_len = 0;
    for (size_t at = 1; at < 62; at++) {
        memset(text, 'a', sizeof text);
        text[at] = ' ';
        text[at + 1] = ' ';
        assert_int_equal(smgw_sanitize_subject(text, sizeof text, out, sizeof out, &out_len), SMGW_RULE_OK);
        memset(expected, 'a', sizeof expected);
        expected[at] = ' ';
        assert_int_equal(out_len, 63);
        assert_memory_equal(out, expected, 63);
        text[at] = '\n';
        text[at + 1] = 'a';
        assert_int_equal(smgw_sanitize_subject(text, sizeof text, out, sizeof out, &out_len), SMGW_RULE_OK);
        assert_int_equal(out[at], ' ');
        text[at] = '\377';
        assert_int_equal(smgw_sanitize_subject(text, sizeof text, out, sizeof out, NULL), SMGW_RULE_UTF8);
    }
}

static void header_values(void **state)
{
    (void)state;
    static const transform_row rows[] = {
        { B(""), B("") },
        { B("Test\r\nInjected: evil"), B("TestInjected: evil") },
        { B("a\tb"), B("a\tb") },
        { B("  a  b "), B("  a  b ") },
        { B("\r\n"), B("") },
        { B("a\302\205\342\200\250\342\200\251\302\233\177\001b"), B("ab") },
        { B("\303\251\t\303\251"), B("\303\251\t\303\251") },
    };
    transform_rows(smgw_sanitize_header_value, rows, COUNT_OF(rows));
    static const check_row refused[] = {
        { B("a\0b"), SMGW_RULE_NUL },
        { B("\377"), SMGW_RULE_UTF8 },
        { B("\300\215"), SMGW_RULE_UTF8 },
    };
    refusal_rows(smgw_sanitize_header_value, refused, COUNT_OF(refused));
}

static void every_control_character_leaves(void **state)
{
    (void)state;
    for (uint32_t rune = 1; rune < 0x2100; rune++) {
        char text[8] = "a", out[8];
        size_t len = 1 + mgw_utf8_encode(rune, text + 1);
        text[len++] = 'b';
        bool control = mgw_rune_is_control(rune);
        assert_int_equal(smgw_sanitize_header_value(text, len, out, sizeof out, NULL), SMGW_RULE_OK);
        assert_int_equal(strcmp(out, "ab") == 0, control && rune != '\t');
        assert_int_equal(smgw_sanitize_subject(text, len, out, sizeof out, NULL), SMGW_RULE_OK);
        assert_int_equal(strcmp(out, "a b") == 0, control || rune == ' ');
    }
}

static void lengths_of_text(void **state)
{
    (void)state;
    static const transform_function functions[] = { smgw_sanitize_subject, smgw_sanitize_header_value };
    char *text = repeat('a', 65537), *out = repeat('x', 65537);
    size_t out_len = 0;
    for (size_t i = 0; i < COUNT_OF(functions); i++) {
        assert_int_equal(functions[i](text, 65536, out, 65537, &out_len), SMGW_RULE_OK);
        assert_int_equal(out_len, 65536);
        assert_int_equal(functions[i](text, 65537, out, 65537, &out_len), SMGW_RULE_TOO_LONG);
        assert_int_equal(out_len, 0);
        assert_int_equal(functions[i](NULL, 0, out, 1, NULL), i == 0 ? SMGW_RULE_EMPTY : SMGW_RULE_OK);
    }
    free(text);
    free(out);
}

static void header_names(void **state)
{
    (void)state;
    static const check_row rows[] = {
        { B("Subject"), SMGW_RULE_OK },      { B("X-Mailer"), SMGW_RULE_OK },
        { B("!"), SMGW_RULE_OK },            { B("~"), SMGW_RULE_OK },
        { B(""), SMGW_RULE_EMPTY },          { B("Bcc "), SMGW_RULE_SPACE },
        { B(" Bcc"), SMGW_RULE_SPACE },      { B("Bcc:"), SMGW_RULE_CHARACTER },
        { B("B\tcc"), SMGW_RULE_CONTROL },   { B("B\303\251"), SMGW_RULE_NON_ASCII },
        { B("B\r\ncc"), SMGW_RULE_LINE_BREAK }, { B("B\0"), SMGW_RULE_NUL },
    };
    check_rows(smgw_validate_header_name, rows, COUNT_OF(rows));
    check_controls(smgw_validate_header_name, "Subject");
    char *name = repeat('n', 78);
    assert_int_equal(smgw_validate_header_name(name, 77), SMGW_RULE_OK);
    assert_int_equal(smgw_validate_header_name(name, 78), SMGW_RULE_TOO_LONG);
    free(name);
}

static void string_forms(void **state)
{
    (void)state;
    char out[32];
    assert_int_equal(smgw_sanitize_subject_str("a\nb", out, sizeof out), SMGW_RULE_OK);
    assert_string_equal(out, "a b");
    assert_int_equal(smgw_sanitize_subject_str("a b", out, 3), SMGW_RULE_OUTPUT);
    assert_int_equal(smgw_sanitize_header_value_str("a\nb", out, sizeof out), SMGW_RULE_OK);
    assert_string_equal(out, "ab");
    assert_int_equal(smgw_validate_header_name_str("To:"), SMGW_RULE_CHARACTER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(subjects),
        cmocka_unit_test(subjects_that_are_refused),
        cmocka_unit_test(no_place_in_a_subject_is_overlooked),
        cmocka_unit_test(header_values),
        cmocka_unit_test(every_control_character_leaves),
        cmocka_unit_test(lengths_of_text),
        cmocka_unit_test(header_names),
        cmocka_unit_test(string_forms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
