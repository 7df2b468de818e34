/* SPDX-License-Identifier: MIT */
/* Searches with alternatives and exceptions, as they go out. */
#include "support/test.h"

#include "imap/engine.h"

#include "simplemailgw/mail.h"

static const unsigned char seed[MGW_IMAP_TAG_SEED_LEN] = { 0 };

static mgw_imap *engine(const char *capabilities)
{
    mgw_imap *imap = NULL;
    mgw_imap_event event;
    size_t used = 0;
    assert_int_equal(mgw_imap_new(&imap, NULL, seed), SMGW_OK);
    if (capabilities != NULL)
        assert_int_equal(mgw_imap_feed(imap, capabilities, strlen(capabilities), &used), SMGW_OK);
    while (mgw_imap_next(imap, &event))
        continue;
    return imap;
}

static void assert_search(const char *capabilities, const mgw_imap_search *search, const char *expected)
{
    mgw_imap *imap = engine(capabilities);
    assert_int_equal(mgw_imap_uid_search(imap, search, NULL), SMGW_OK);
    mgw_bytes out = mgw_imap_output(imap);
    if (out.len != strlen(expected) || memcmp(out.data, expected, out.len) != 0)
        fail_msg("%.*s", (int)out.len, out.data);
    mgw_imap_free(imap);
}

static void alternatives_and_exceptions(void **state)
{
    (void)state;
    const mgw_imap_search ada = { .from = MGW_LIT("ada") };
    const mgw_imap_search two[] = { { .to = MGW_LIT("b") }, { .subject = MGW_LIT("c"), .larger = 5 } };
    const mgw_imap_search three[] = { { .uid_set = MGW_LIT("1:5") }, { .criteria = MGW_LIT("NOT SEEN") },
        { .flags_set = SMGW_FLAG_SEEN } };
    const mgw_imap_search nested[] = { { .any = two, .any_count = 2 },
        { .none = two, .none_count = 2, .keyword = MGW_LIT("$Junk") } };
    const mgw_imap_search empty = { .larger = 0 };
    assert_search(NULL, &(mgw_imap_search){ .any = &ada, .any_count = 1 }, "AAAAAAAA1 UID SEARCH (FROM \"ada\")\r\n");
    assert_search(NULL, &(mgw_imap_search){ .any = two, .any_count = 2, .from = MGW_LIT("x") },
        "AAAAAAAA1 UID SEARCH FROM \"x\" OR (TO \"b\") (SUBJECT \"c\" LARGER 5)\r\n");
    assert_search(NULL, &(mgw_imap_search){ .any = three, .any_count = 3 },
        "AAAAAAAA1 UID SEARCH OR (UID 1:5) OR ((NOT SEEN)) (SEEN)\r\n");
    assert_search(NULL, &(mgw_imap_search){ .none = two, .none_count = 2 },
        "AAAAAAAA1 UID SEARCH NOT (TO \"b\") NOT (SUBJECT \"c\" LARGER 5)\r\n");
    assert_search(NULL, &(mgw_imap_search){ .any = nested, .any_count = 2, .none = &ada, .none_count = 1 },
        "AAAAAAAA1 UID SEARCH OR (OR (TO \"b\") (SUBJECT \"c\" LARGER 5)) (KEYWORD $Junk NOT (TO \"b\") NOT "
        "(SUBJECT \"c\" LARGER 5)) NOT (FROM \"ada\")\r\n");
    assert_search(NULL, &(mgw_imap_search){ .none = &empty, .none_count = 1 }, "AAAAAAAA1 UID SEARCH NOT (ALL)\r\n");
}

static void further_terms(void **state)
{
    (void)state;
    const mgw_imap_search search = { .header = MGW_LIT("List-Id"),
        .header_value = MGW_LIT(""),
        .sent_since = { 2026, 1, 2 },
        .sent_before = { 2026, 11, 22 },
        .keyword = MGW_LIT("a"),
        .unkeyword = MGW_LIT("b") };
    assert_search(NULL, &search,
        "AAAAAAAA1 UID SEARCH HEADER List-Id \"\" SENTSINCE 2-Jan-2026 SENTBEFORE 22-Nov-2026 KEYWORD a UNKEYWORD "
        "b\r\n");
}

static void extensions_are_used_where_they_are_offered(void **state)
{
    (void)state;
    const mgw_imap_search deep = { .subject = MGW_LIT("\303\244") };
    const mgw_imap_search search = { .none = &deep, .none_count = 1 };
    assert_search("* CAPABILITY ESEARCH LITERAL+\r\n", &search,
        "AAAAAAAA1 UID SEARCH RETURN (ALL) CHARSET UTF-8 NOT (SUBJECT {2+}\r\n\303\244)\r\n");
    assert_search("* CAPABILITY IMAP4rev2\r\n", NULL, "AAAAAAAA1 UID SEARCH RETURN (ALL) ALL\r\n");
    assert_search("* CAPABILITY X-GM-EXT-1\r\n", &(mgw_imap_search){ .gmail_raw = MGW_LIT("has:attachment \"x\"") },
        "AAAAAAAA1 UID SEARCH X-GM-RAW \"has:attachment \\\"x\\\"\"\r\n");
}

static void what_breaks_out_is_refused_at_every_level(void **state)
{
    (void)state;
    const mgw_imap_search bad[] = {
        { .subject = MGW_LIT("a\r\nA1 DELETE INBOX") },
        { .header = MGW_LIT("X Y") },
        { .header = MGW_LIT("X\r\n") },
        { .header_value = MGW_LIT("x") },
        { .header = MGW_LIT("X"), .header_value = MGW_LIT("\r\n") },
        { .keyword = MGW_LIT("\\Seen") },
        { .unkeyword = MGW_LIT("a(b") },
        { .sent_since = { 2026, 13, 1 } },
        { .criteria = MGW_LIT("TEXT {3}") },
        { .uid_set = MGW_LIT("1)") },
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        const mgw_imap_search middle = { .none = &bad[i], .none_count = 1 };
        mgw_imap *imap = engine(NULL);
        assert_int_equal(mgw_imap_uid_search(imap, &bad[i], NULL), SMGW_ERR_INVALID);
        assert_int_equal(
            mgw_imap_uid_search(imap, &(mgw_imap_search){ .any = &middle, .any_count = 1 }, NULL), SMGW_ERR_INVALID);
        assert_int_equal(mgw_imap_output(imap).len, 0);
        mgw_imap_free(imap);
    }
    mgw_imap *imap = engine(NULL);
    assert_int_equal(
        mgw_imap_uid_search(imap, &(mgw_imap_search){ .gmail_raw = MGW_LIT("x") }, NULL), SMGW_ERR_UNSUPPORTED);
    mgw_imap_free(imap);
}

static void depth_and_number_are_bounded(void **state)
{
    (void)state;
    static mgw_imap_search chain[MGW_IMAP_MAX_SEARCH_DEPTH + 2];
    static mgw_imap_search wide[MGW_IMAP_MAX_SEARCHES];
    mgw_imap *imap = engine(NULL);
    for (size_t i = 0; i + 1 < COUNT_OF(chain); i++)
        chain[i] = (mgw_imap_search){ .none = &chain[i + 1], .none_count = 1 };
    assert_int_equal(mgw_imap_uid_search(imap, &chain[0], NULL), SMGW_ERR_TOO_LARGE);
    assert_int_equal(mgw_imap_uid_search(imap, &chain[1], NULL), SMGW_OK);
    mgw_imap_search many = { .any = wide, .any_count = COUNT_OF(wide) };
    assert_int_equal(mgw_imap_uid_search(imap, &many, NULL), SMGW_ERR_TOO_LARGE);
    many.any_count--;
    assert_int_equal(mgw_imap_uid_search(imap, &many, NULL), SMGW_OK);
    /* One array used over and over: few in memory, endless on the wire. */
    for (size_t i = 0; i + 1 < MGW_IMAP_MAX_SEARCH_DEPTH; i++)
        chain[i] = (mgw_imap_search){ .none = wide, .none_count = 900, .any = &chain[i + 1], .any_count = 1 };
    assert_int_equal(mgw_imap_uid_search(imap, &chain[0], NULL), SMGW_ERR_TOO_LARGE);
    mgw_imap_free(imap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alternatives_and_exceptions),
        cmocka_unit_test(further_terms),
        cmocka_unit_test(extensions_are_used_where_they_are_offered),
        cmocka_unit_test(what_breaks_out_is_refused_at_every_level),
        cmocka_unit_test(depth_and_number_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
