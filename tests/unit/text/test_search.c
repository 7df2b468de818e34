/* SPDX-License-Identifier: MIT */
#include "unit/text/rows.h"

#include "simplemailgw/sanitize.h"

static void criteria_that_are_accepted(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "ALL", "all", "UNSEEN", "SEEN FLAGGED", "NOT SEEN", "NOT (SEEN FLAGGED)", "(ALL)", "((ALL))", "NOT NOT SEEN",
        "(NOT SEEN) ALL", "NOT (NOT (SEEN))", "FROM \"user@example.com\" SINCE 1-Jan-2024", "FROM user@example.com",
        "SUBJECT \"\"", "SUBJECT \"a b\"", "SUBJECT \"a\\\"b\\\\c\"", "SUBJECT \"(){*\"", "SUBJECT a]b",
        "(SUBJECT \"a\")", "(FROM a)", "BODY x TEXT y CC z BCC w TO v", "SINCE 01-Jan-2024", "BEFORE \"1-Jan-2024\"",
        "ON 29-Feb-2024", "SENTSINCE 1-jan-2024 SENTBEFORE 2-JAN-2024 SENTON 3-Jan-2024", "LARGER 0",
        "SMALLER 4294967295", "KEYWORD $Forwarded", "UNKEYWORD x", "UID 1:*", "UID 1,2:3", "HEADER Message-ID <a@b>",
        "HEADER \"X-A\" \"\"", "NEW OLD RECENT ANSWERED DELETED DRAFT UNANSWERED UNDELETED UNDRAFT UNFLAGGED",
        "((((((((((ALL))))))))))", "NOT NOT NOT NOT NOT NOT NOT NOT NOT NOT ALL",
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        smgw_rule rule = check_copy(smgw_validate_search_criteria, rows[i], strlen(rows[i]));
        if (rule != SMGW_RULE_OK)
            fail_msg("%s: %s", rows[i], smgw_rule_text(rule));
    }
    assert_int_equal(smgw_validate_search_criteria_str("ALL"), SMGW_RULE_OK);
}

static void criteria_that_are_refused(void **state)
{
    (void)state;
    static const check_row rows[] = {
        { B(""), SMGW_RULE_EMPTY },
        { B("ALL\r\nA1 DELETE INBOX"), SMGW_RULE_LINE_BREAK },
        { B("ALL\n"), SMGW_RULE_LINE_BREAK },
        { B("ALL\tSEEN"), SMGW_RULE_CONTROL },
        { B("ALL\0"), SMGW_RULE_NUL },
        { B("SUBJECT \303\251"), SMGW_RULE_NON_ASCII },
        { B("SUBJECT \"\303\251\""), SMGW_RULE_NON_ASCII },
        { B("OR SEEN FLAGGED"), SMGW_RULE_UNKNOWN_KEY },
        { B("SUBJECT \"a\" OR ALL ALL"), SMGW_RULE_UNKNOWN_KEY },
        { B("INTHREAD REFS ALL"), SMGW_RULE_UNKNOWN_KEY },
        { B("CHARSET UTF-8 ALL"), SMGW_RULE_UNKNOWN_KEY },
        { B("1:5"), SMGW_RULE_UNKNOWN_KEY },
        { B("*"), SMGW_RULE_UNKNOWN_KEY },
        { B("ALLX"), SMGW_RULE_UNKNOWN_KEY },
        { B("{3}"), SMGW_RULE_UNKNOWN_KEY },
        { B("\"ALL\""), SMGW_RULE_UNKNOWN_KEY },
        { B(" ALL"), SMGW_RULE_SYNTAX },
        { B("ALL "), SMGW_RULE_SYNTAX },
        { B("ALL  SEEN"), SMGW_RULE_SYNTAX },
        { B("NOT"), SMGW_RULE_SYNTAX },
        { B("NOT "), SMGW_RULE_SYNTAX },
        { B("NOT(SEEN)"), SMGW_RULE_SYNTAX },
        { B("("), SMGW_RULE_SYNTAX },
        { B("()"), SMGW_RULE_SYNTAX },
        { B("( ALL)"), SMGW_RULE_SYNTAX },
        { B("(ALL )"), SMGW_RULE_SYNTAX },
        { B("(ALL"), SMGW_RULE_SYNTAX },
        { B("ALL)"), SMGW_RULE_SYNTAX },
        { B("(ALL))"), SMGW_RULE_SYNTAX },
        { B("(ALL)(SEEN)"), SMGW_RULE_SYNTAX },
        { B("ALL(SEEN)"), SMGW_RULE_SYNTAX },
        { B(")("), SMGW_RULE_SYNTAX },
        { B("SUBJECT"), SMGW_RULE_SYNTAX },
        { B("SUBJECT "), SMGW_RULE_SYNTAX },
        { B("SUBJECT \"x"), SMGW_RULE_SYNTAX },
        { B("SUBJECT \"x\\"), SMGW_RULE_SYNTAX },
        { B("SUBJECT \"x\\\""), SMGW_RULE_SYNTAX },
        { B("SUBJECT \"x\\n\""), SMGW_RULE_SYNTAX },
        { B("SUBJECT \"a\"\"b\""), SMGW_RULE_SYNTAX },
        { B("SUBJECT \"a\"b"), SMGW_RULE_SYNTAX },
        { B("SUBJECT a\"b"), SMGW_RULE_CHARACTER },
        { B("SUBJECT a\\b"), SMGW_RULE_CHARACTER },
        { B("SUBJECT \"%22 OR ALL %22\""), SMGW_RULE_CHARACTER },
        { B("SUBJECT a%22"), SMGW_RULE_CHARACTER },
        { B("TEXT {3}"), SMGW_RULE_CHARACTER },
        { B("TEXT {3+}"), SMGW_RULE_CHARACTER },
        { B("FROM *"), SMGW_RULE_CHARACTER },
        { B("SINCE 2024-01-01"), SMGW_RULE_SYNTAX },
        { B("SINCE 32-Jan-2024"), SMGW_RULE_SYNTAX },
        { B("SINCE 29-Feb-2023"), SMGW_RULE_SYNTAX },
        { B("SINCE 1-Foo-2024"), SMGW_RULE_SYNTAX },
        { B("SINCE 1-Jan-24"), SMGW_RULE_SYNTAX },
        { B("SINCE \"1-Jan-2024"), SMGW_RULE_SYNTAX },
        { B("LARGER -1"), SMGW_RULE_RANGE },
        { B("LARGER 4294967296"), SMGW_RULE_RANGE },
        { B("LARGER \"1\""), SMGW_RULE_RANGE },
        { B("LARGER"), SMGW_RULE_SYNTAX },
        { B("KEYWORD \\Seen"), SMGW_RULE_CHARACTER },
        { B("KEYWORD a{1}"), SMGW_RULE_CHARACTER },
        { B("KEYWORD "), SMGW_RULE_EMPTY },
        { B("UID 0"), SMGW_RULE_SYNTAX },
        { B("UID 1 2"), SMGW_RULE_UNKNOWN_KEY },
        { B("HEADER Subject"), SMGW_RULE_SYNTAX },
        { B("HEADER a:b c"), SMGW_RULE_CHARACTER },
        { B("HEADER \"a b\" c"), SMGW_RULE_SPACE },
        { B("HEADER \"\" c"), SMGW_RULE_EMPTY },
        { B("(((((((((((ALL)))))))))))"), SMGW_RULE_DEPTH },
        { B("NOT NOT NOT NOT NOT NOT NOT NOT NOT NOT NOT ALL"), SMGW_RULE_DEPTH },
        { B("NOT (NOT (NOT (NOT (NOT (NOT ALL)))))"), SMGW_RULE_DEPTH },
    };
    check_rows(smgw_validate_search_criteria, rows, COUNT_OF(rows));
    check_controls(smgw_validate_search_criteria, "SUBJECT \"abcdef\"");
}

static void lengths_of_criteria(void **state)
{
    (void)state;
    char *text = repeat('a', 4001);
    memcpy(text, "TEXT ", 5);
    assert_int_equal(smgw_validate_search_criteria(text, 4000), SMGW_RULE_OK);
    assert_int_equal(smgw_validate_search_criteria(text, 4001), SMGW_RULE_TOO_LONG);
    memset(text, '(', 4000);
    assert_int_equal(smgw_validate_search_criteria(text, 4000), SMGW_RULE_DEPTH);
    free(text);
}

/* A prefix of accepted criteria is either accepted or refused, never read beyond. */
static void every_cut(void **state)
{
    (void)state;
    static const char text[] = "NOT (FROM \"a\\\"b\" (SINCE 1-Jan-2024) HEADER X \"y\") UID 1:*";
    for (size_t len = 0; len < sizeof text; len++)
        (void)check_copy(smgw_validate_search_criteria, text, len);
    assert_int_equal(smgw_validate_search_criteria(text, sizeof text - 1), SMGW_RULE_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(criteria_that_are_accepted),
        cmocka_unit_test(criteria_that_are_refused),
        cmocka_unit_test(lengths_of_criteria),
        cmocka_unit_test(every_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
