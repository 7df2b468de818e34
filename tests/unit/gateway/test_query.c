/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "gateway/query.h"

#include <string.h>

static void no_query_means_everything(void **state)
{
    (void)state;
    mgw_imap_search search;
    memset(&search, 0xff, sizeof search);
    assert_int_equal(mgw_query_check(NULL, &search, NULL), SMGW_OK);
    assert_null(search.from.data);
    assert_null(search.uid_set.data);
    assert_int_equal(search.since.year, 0);
    assert_int_equal(search.flags_set, 0);
}

static void terms_arrive_as_they_are(void **state)
{
    (void)state;
    smgw_query query = SMGW_QUERY_INIT;
    query.from = "ada";
    query.subject = "Gr\303\274\303\237e \"quoted\"";
    query.since = "2024-02-29";
    query.before = "2026-12-31";
    query.flags_set = SMGW_FLAG_SEEN;
    query.flags_clear = SMGW_FLAG_DELETED | SMGW_FLAG_DRAFT;
    query.larger = 4294967295;
    query.uids = "1:5,9";
    query.criteria = "NOT SEEN";
    mgw_imap_search search;
    assert_int_equal(mgw_query_check(&query, &search, NULL), SMGW_OK);
    assert_true(mgw_bytes_equal(search.from, MGW_LIT("ada")));
    assert_true(mgw_bytes_equal(search.subject, mgw_bytes_str(query.subject)));
    assert_int_equal(search.since.year, 2024);
    assert_int_equal(search.since.month, 2);
    assert_int_equal(search.since.day, 29);
    assert_int_equal(search.before.day, 31);
    assert_int_equal(search.flags_clear, SMGW_FLAG_DELETED | SMGW_FLAG_DRAFT);
    assert_true(mgw_bytes_equal(search.criteria, MGW_LIT("NOT SEEN")));
}

static void expect(const smgw_query *query, const char *field, smgw_rule rule)
{
    mgw_imap_search search;
    smgw_error error = SMGW_ERROR_INIT;
    assert_int_equal(mgw_query_check(query, &search, &error), SMGW_ERR_INVALID);
    assert_string_equal(error.field, field);
    assert_int_equal(error.rule, rule);
}

#define EXPECT(member, value, expected)                                                                                \
    do {                                                                                                               \
        smgw_query query = SMGW_QUERY_INIT;                                                                            \
        query.member = value;                                                                                          \
        expect(&query, "query." #member, expected);                                                                    \
    } while (0)

static void what_is_wrong_is_named(void **state)
{
    (void)state;
    EXPECT(struct_size, 1, SMGW_RULE_RANGE);
    EXPECT(from, "", SMGW_RULE_EMPTY);
    EXPECT(from, "a\r\nA1 DELETE INBOX", SMGW_RULE_LINE_BREAK);
    EXPECT(to, "a\x01", SMGW_RULE_CONTROL);
    EXPECT(subject, "\xff", SMGW_RULE_UTF8);
    EXPECT(body, "a\xe2\x80\xa8", SMGW_RULE_LINE_BREAK);
    EXPECT(since, "2026-02-30", SMGW_RULE_SYNTAX);
    EXPECT(before, "22-Nov-2026", SMGW_RULE_SYNTAX);
    EXPECT(before, "2026-1-1", SMGW_RULE_SYNTAX);
    EXPECT(larger, 4294967296, SMGW_RULE_RANGE);
    EXPECT(smaller, 4294967296, SMGW_RULE_RANGE);
    EXPECT(flags_set, 1U << 5, SMGW_RULE_RANGE);
    EXPECT(flags_clear, 1U << 31, SMGW_RULE_RANGE);
}

static void grammars_of_others_are_used(void **state)
{
    (void)state;
    mgw_imap_search search;
    smgw_query query = SMGW_QUERY_INIT;
    query.message_id = "a@b";
    assert_int_equal(mgw_query_check(&query, &search, NULL), SMGW_ERR_INVALID);
    query.message_id = "<a@b>";
    assert_int_equal(mgw_query_check(&query, &search, NULL), SMGW_OK);
    query.uids = "1:* (FLAGS)";
    assert_int_equal(mgw_query_check(&query, &search, NULL), SMGW_ERR_INVALID);
    query.uids = NULL;
    query.criteria = "TEXT {3}";
    assert_int_equal(mgw_query_check(&query, &search, NULL), SMGW_ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_query_means_everything),
        cmocka_unit_test(terms_arrive_as_they_are),
        cmocka_unit_test(what_is_wrong_is_named),
        cmocka_unit_test(grammars_of_others_are_used),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
