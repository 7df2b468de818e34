/* SPDX-License-Identifier: MIT */
#include "unit/text/rows.h"

#include "simplemailgw/sanitize.h"

static void uid_sets(void **state)
{
    (void)state;
    static const check_row rows[] = {
        { B("1"), SMGW_RULE_OK },            { B("*"), SMGW_RULE_OK },
        { B("1:*"), SMGW_RULE_OK },          { B("*:1"), SMGW_RULE_OK },
        { B("9:5"), SMGW_RULE_OK },          { B("1,5:9,12:*"), SMGW_RULE_OK },
        { B("4294967295"), SMGW_RULE_OK },   { B("4294967296"), SMGW_RULE_SYNTAX },
        { B("1:4294967296"), SMGW_RULE_SYNTAX }, { B("0"), SMGW_RULE_SYNTAX },
        { B("01"), SMGW_RULE_SYNTAX },       { B("-1"), SMGW_RULE_SYNTAX },
        { B(","), SMGW_RULE_SYNTAX },        { B("1,"), SMGW_RULE_SYNTAX },
        { B(",1"), SMGW_RULE_SYNTAX },       { B("1,,2"), SMGW_RULE_SYNTAX },
        { B(":"), SMGW_RULE_SYNTAX },        { B("1:"), SMGW_RULE_SYNTAX },
        { B(":1"), SMGW_RULE_SYNTAX },       { B("1:2:3"), SMGW_RULE_SYNTAX },
        { B("**"), SMGW_RULE_SYNTAX },       { B("1a"), SMGW_RULE_SYNTAX },
        { B("$"), SMGW_RULE_SYNTAX },        { B("1, 2"), SMGW_RULE_SPACE },
        { B("1:* (FLAGS) x"), SMGW_RULE_SPACE }, { B("1\r\n"), SMGW_RULE_LINE_BREAK },
        { B("1\0"), SMGW_RULE_NUL },         { B(""), SMGW_RULE_EMPTY },
        { B("\331\243"), SMGW_RULE_NON_ASCII },
    };
    check_rows(smgw_validate_uid_set, rows, COUNT_OF(rows));
    check_controls(smgw_validate_uid_set, "1:20");
    assert_int_equal(smgw_validate_uid_set_str("1:20"), SMGW_RULE_OK);
}

static void great_uid_sets(void **state)
{
    (void)state;
    char *set = repeat(',', 8001);
    for (size_t i = 0; i < 8001; i += 2)
        set[i] = '1';
    assert_int_equal(smgw_validate_uid_set(set, 1999), SMGW_RULE_OK);
    assert_int_equal(smgw_validate_uid_set(set, 2001), SMGW_RULE_COUNT);
    assert_int_equal(smgw_validate_uid_set(set, 8001), SMGW_RULE_TOO_LONG);
    free(set);

    char *long_items = repeat('1', 8001); /* 727 items of ten digits and one of three. */
    for (size_t i = 10; i < 8000; i += 11)
        long_items[i] = ',';
    assert_int_equal(smgw_validate_uid_set(long_items, 8000), SMGW_RULE_OK);
    assert_int_equal(smgw_validate_uid_set(long_items, 8001), SMGW_RULE_TOO_LONG);
    free(long_items);
}

static void flags(void **state)
{
    (void)state;
    static const check_row rows[] = {
        { B("\\Seen"), SMGW_RULE_OK },      { B("\\ANSWERED"), SMGW_RULE_OK },
        { B("\\flagged"), SMGW_RULE_OK },   { B("\\Deleted"), SMGW_RULE_OK },
        { B("\\Draft"), SMGW_RULE_OK },     { B("$Forwarded"), SMGW_RULE_OK },
        { B("NonJunk"), SMGW_RULE_OK },     { B("a}b[c"), SMGW_RULE_OK },
        { B(""), SMGW_RULE_EMPTY },         { B("\\"), SMGW_RULE_UNKNOWN_KEY },
        { B("\\Recent"), SMGW_RULE_UNKNOWN_KEY }, { B("\\*"), SMGW_RULE_UNKNOWN_KEY },
        { B("\\Seen2"), SMGW_RULE_UNKNOWN_KEY }, { B("a{1}"), SMGW_RULE_CHARACTER },
        { B("a(b"), SMGW_RULE_CHARACTER },  { B("a)b"), SMGW_RULE_CHARACTER },
        { B("a%"), SMGW_RULE_CHARACTER },   { B("*"), SMGW_RULE_CHARACTER },
        { B("a\"b"), SMGW_RULE_CHARACTER }, { B("a\\b"), SMGW_RULE_CHARACTER },
        { B("a]b"), SMGW_RULE_CHARACTER },  { B("\\Seen) (\\Deleted"), SMGW_RULE_SPACE },
        { B("a b"), SMGW_RULE_SPACE },      { B("\\Seen)\r\nA1 DELETE Archive"), SMGW_RULE_LINE_BREAK },
        { B("a\303\251"), SMGW_RULE_NON_ASCII }, { B("a\0"), SMGW_RULE_NUL },
    };
    check_rows(smgw_validate_flag, rows, COUNT_OF(rows));
    check_controls(smgw_validate_flag, "Keyword");
    char *flag = repeat('k', 256);
    assert_int_equal(smgw_validate_flag(flag, 255), SMGW_RULE_OK);
    assert_int_equal(smgw_validate_flag(flag, 256), SMGW_RULE_TOO_LONG);
    free(flag);
    assert_int_equal(smgw_validate_flag_str("\\Seen"), SMGW_RULE_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uid_sets),
        cmocka_unit_test(great_uid_sets),
        cmocka_unit_test(flags),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
