/* SPDX-License-Identifier: MIT */
#include "unit/text/rows.h"

#include "simplemailgw/sanitize.h"

static void names_from_a_server(void **state)
{
    (void)state;
    static const check_row rows[] = {
        { B("INBOX"), SMGW_RULE_OK },         { B("Archive/2026"), SMGW_RULE_OK },
        { B("../../x"), SMGW_RULE_OK },       { B("Entw\303\274rfe"), SMGW_RULE_OK },
        { B("a\"b\\c*%"), SMGW_RULE_OK },     { B(" "), SMGW_RULE_OK },
        { B(""), SMGW_RULE_EMPTY },           { B("INBOX\r\nA1 DELETE x"), SMGW_RULE_LINE_BREAK },
        { B("a\0b"), SMGW_RULE_NUL },         { B("a\tb"), SMGW_RULE_CONTROL },
        { B("a\177b"), SMGW_RULE_CONTROL },   { B("a\302\205b"), SMGW_RULE_LINE_BREAK },
        { B("a\302\200b"), SMGW_RULE_CONTROL }, { B("a\342\200\250b"), SMGW_RULE_LINE_BREAK },
        { B("a\342\200\251b"), SMGW_RULE_LINE_BREAK }, { B("a\377"), SMGW_RULE_UTF8 },
        { B("a\300\212"), SMGW_RULE_UTF8 },
    };
    check_rows(smgw_sanitize_folder_name, rows, COUNT_OF(rows));
    check_controls(smgw_sanitize_folder_name, "Archive");
    char *name = repeat('a', 1001);
    assert_int_equal(smgw_sanitize_folder_name(name, 1000), SMGW_RULE_OK);
    assert_int_equal(smgw_sanitize_folder_name(name, 1001), SMGW_RULE_TOO_LONG);
    free(name);
    assert_int_equal(smgw_sanitize_folder_name_str("INBOX"), SMGW_RULE_OK);
}

static void names_for_creation(void **state)
{
    (void)state;
    static const check_row rows[] = {
        { B("Archive"), SMGW_RULE_OK },       { B("a/b/c/d/e/f/g/h/i/j"), SMGW_RULE_OK },
        { B("\304\261nbox"), SMGW_RULE_OK },  { B("INBOX/x"), SMGW_RULE_OK },
        { B("INBOXES"), SMGW_RULE_OK },       { B("a b"), SMGW_RULE_OK },
        { B("a.b"), SMGW_RULE_OK },           { B(".a"), SMGW_RULE_OK },
        { B("a~b#c"), SMGW_RULE_OK },         { B("\346\227\245\346\234\254"), SMGW_RULE_OK },
        { B(""), SMGW_RULE_EMPTY },           { B("a/b/c/d/e/f/g/h/i/j/k"), SMGW_RULE_DEPTH },
        { B("INBOX"), SMGW_RULE_RESERVED },   { B("iNbOx "), SMGW_RULE_RESERVED },
        { B("~root"), SMGW_RULE_RESERVED },   { B("#shared/x"), SMGW_RULE_RESERVED },
        { B("."), SMGW_RULE_TRAVERSAL },      { B(".."), SMGW_RULE_TRAVERSAL },
        { B("a/./b"), SMGW_RULE_TRAVERSAL },  { B("foo/../bar"), SMGW_RULE_TRAVERSAL },
        { B("a..b"), SMGW_RULE_TRAVERSAL },   { B("/a"), SMGW_RULE_LEVEL },
        { B("a/"), SMGW_RULE_LEVEL },         { B("a//b"), SMGW_RULE_LEVEL },
        { B("/"), SMGW_RULE_LEVEL },          { B(" a"), SMGW_RULE_SPACE },
        { B("a "), SMGW_RULE_SPACE },         { B("a /b"), SMGW_RULE_SPACE },
        { B("a/ b"), SMGW_RULE_SPACE },       { B("a\"b"), SMGW_RULE_CHARACTER },
        { B("a\\b"), SMGW_RULE_CHARACTER },   { B("a*"), SMGW_RULE_CHARACTER },
        { B("a%"), SMGW_RULE_CHARACTER },     { B("a\342\200\250b"), SMGW_RULE_LINE_BREAK },
        { B("a\n"), SMGW_RULE_LINE_BREAK },   { B("a\0"), SMGW_RULE_NUL },
        { B("\377"), SMGW_RULE_UTF8 },
    };
    check_rows(smgw_validate_folder_name, rows, COUNT_OF(rows));
    check_controls(smgw_validate_folder_name, "Archive");
    char *name = repeat('x', 256);
    assert_int_equal(smgw_validate_folder_name(name, 255), SMGW_RULE_OK);
    assert_int_equal(smgw_validate_folder_name(name, 256), SMGW_RULE_TOO_LONG);
    free(name);
    assert_int_equal(smgw_validate_folder_name_str("a//b"), SMGW_RULE_LEVEL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_from_a_server),
        cmocka_unit_test(names_for_creation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
