/* SPDX-License-Identifier: MIT */
#include "unit/text/rows.h"

#include "simplemailgw/sanitize.h"

static void message_ids(void **state)
{
    (void)state;
    static const check_row rows[] = {
        { B("<abc123@mail.example.com>"), SMGW_RULE_OK },
        { B("<CAF=+x_1.2-3%$@mail.example.com>"), SMGW_RULE_OK },
        { B("<a@b>"), SMGW_RULE_OK },
        { B("<a@[192.0.2.1]>"), SMGW_RULE_OK },
        { B("<\"a\"@b>"), SMGW_RULE_OK },
        { B(""), SMGW_RULE_EMPTY },
        { B("<"), SMGW_RULE_SYNTAX },
        { B("<>"), SMGW_RULE_SYNTAX },
        { B("><"), SMGW_RULE_SYNTAX },
        { B("a@b"), SMGW_RULE_SYNTAX },
        { B("<a@b"), SMGW_RULE_SYNTAX },
        { B("a@b>"), SMGW_RULE_SYNTAX },
        { B("<ab>"), SMGW_RULE_SYNTAX },
        { B("<@b>"), SMGW_RULE_SYNTAX },
        { B("<a@>"), SMGW_RULE_SYNTAX },
        { B("<a@b@c>"), SMGW_RULE_SYNTAX },
        { B("<a<b>@c>"), SMGW_RULE_CHARACTER },
        { B("<a@b>,<c@d>"), SMGW_RULE_CHARACTER },
        { B("<a@b><c@d>"), SMGW_RULE_CHARACTER },
        { B("<a b@c>"), SMGW_RULE_SPACE },
        { B(" <a@b>"), SMGW_RULE_SPACE },
        { B("<a@b>\t<c@d>"), SMGW_RULE_CONTROL },
        { B("<a@b>\r\nBcc: e@x"), SMGW_RULE_LINE_BREAK },
        { B("<a\0@b>"), SMGW_RULE_NUL },
        { B("<\303\251@b>"), SMGW_RULE_NON_ASCII },
    };
    check_rows(smgw_sanitize_message_id, rows, COUNT_OF(rows));
    check_controls(smgw_sanitize_message_id, "<abc@example.com>");
    assert_int_equal(smgw_sanitize_message_id_str("<a@b>"), SMGW_RULE_OK);

    char *id = repeat('a', 251);
    memcpy(id, "<a@", 3);
    id[249] = '>';
    assert_int_equal(smgw_sanitize_message_id(id, 250), SMGW_RULE_OK);
    id[249] = 'a';
    id[250] = '>';
    assert_int_equal(smgw_sanitize_message_id(id, 251), SMGW_RULE_TOO_LONG);
    free(id);
}

static void references(void **state)
{
    (void)state;
    static const transform_row rows[] = {
        { B("<a@b>"), B("<a@b>") },
        { B("<a@b> <c@d>"), B("<a@b> <c@d>") },
        { B("<a@b>|<c@d>"), B("<a@b> <c@d>") },
        { B("  <a@b> | <c@d>  "), B("<a@b> <c@d>") },
    };
    transform_rows(smgw_sanitize_references, rows, COUNT_OF(rows));
    static const check_row refused[] = {
        { B(""), SMGW_RULE_EMPTY },
        { B(" | "), SMGW_RULE_EMPTY },
        { B("<a@b> bad"), SMGW_RULE_SYNTAX },
        { B("bad|<a@b>"), SMGW_RULE_SYNTAX },
        { B("<a@b>|<c@d>\r\nBcc: e"), SMGW_RULE_LINE_BREAK },
        { B("<a@b>\r\n <c@d>"), SMGW_RULE_LINE_BREAK },
        { B("<a@b>\t<c@d>"), SMGW_RULE_CONTROL },
        { B("<a@b>,<c@d>"), SMGW_RULE_CHARACTER },
        { B("<a@b> <c\0@d>"), SMGW_RULE_NUL },
        { B("<a@b> \303\251"), SMGW_RULE_NON_ASCII },
    };
    refusal_rows(smgw_sanitize_references, refused, COUNT_OF(refused));
    char out[16];
    assert_int_equal(smgw_sanitize_references_str("<a@b>|<c@d>", out, sizeof out), SMGW_RULE_OK);
    assert_string_equal(out, "<a@b> <c@d>");
}

static void a_hundred_references(void **state)
{
    (void)state;
    char text[101 * 6 + 1] = "", out[sizeof text];
    for (int i = 0; i < 101; i++)
        memcpy(text + i * 6, "<a@b> ", 7);
    assert_int_equal(smgw_sanitize_references(text, 600, out, sizeof out, NULL), SMGW_RULE_OK);
    assert_int_equal(strlen(out), 599);
    assert_int_equal(smgw_sanitize_references(text, 606, out, sizeof out, NULL), SMGW_RULE_COUNT);
    assert_string_equal(out, "");
}

static smgw_rule numeric(const char *text, size_t len)
{
    return smgw_sanitize_message_id_numeric(text, len, NULL);
}

static void numbers(void **state)
{
    (void)state;
    static const check_row rows[] = {
        { B("1"), SMGW_RULE_OK },
        { B("123"), SMGW_RULE_OK },
        { B("4294967295"), SMGW_RULE_OK },
        { B("4294967296"), SMGW_RULE_RANGE },
        { B("9999999999"), SMGW_RULE_RANGE },
        { B("10000000000"), SMGW_RULE_TOO_LONG },
        { B("18446744073709551617"), SMGW_RULE_TOO_LONG },
        { B("0"), SMGW_RULE_RANGE },
        { B("00"), SMGW_RULE_SYNTAX },
        { B("007"), SMGW_RULE_SYNTAX },
        { B(""), SMGW_RULE_EMPTY },
        { B("-1"), SMGW_RULE_CHARACTER },
        { B("+1"), SMGW_RULE_CHARACTER },
        { B("1.0"), SMGW_RULE_CHARACTER },
        { B("0x10"), SMGW_RULE_CHARACTER },
        { B("1e3"), SMGW_RULE_CHARACTER },
        { B("*"), SMGW_RULE_CHARACTER },
        { B(" 1"), SMGW_RULE_SPACE },
        { B("1 "), SMGW_RULE_SPACE },
        { B("1\n"), SMGW_RULE_LINE_BREAK },
        { B("1\0"), SMGW_RULE_NUL },
        { B("\331\243"), SMGW_RULE_NON_ASCII },
        { B("\357\274\221"), SMGW_RULE_NON_ASCII },
    };
    check_rows(numeric, rows, COUNT_OF(rows));
    check_controls(numeric, "12");

    uint32_t number = 7;
    assert_int_equal(smgw_sanitize_message_id_numeric_str("0", &number), SMGW_RULE_RANGE);
    assert_int_equal(number, 7);
    assert_int_equal(smgw_sanitize_message_id_numeric_str("4294967295", &number), SMGW_RULE_OK);
    assert_int_equal(number, UINT32_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(message_ids),
        cmocka_unit_test(references),
        cmocka_unit_test(a_hundred_references),
        cmocka_unit_test(numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
