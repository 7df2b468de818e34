/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "imap/parse.h"

#include <stdio.h>

/* The UIDs of a cursor as text, at most ten of them. */
static void list_uids(mgw_imap_uid_cursor cursor, char *text, size_t size)
{
    uint32_t uid = 0;
    size_t len = 0;
    text[0] = '\0';
    for (size_t i = 0; i < 10 && mgw_imap_uid_cursor_next(&cursor, &uid); i++)
        len += (size_t)snprintf(text + len, size - len, "%u ", uid);
}

/* uids NULL: refused. */
static const struct {
    const char *text;
    const char *uids;
    uint64_t count;
} searches[] = {
    { "", "", 0 },
    { " ", "", 0 },
    { " 1", "1 ", 1 },
    { " 4294967295 2 2", "4294967295 2 2 ", 3 },
    { " 1 2 ", "1 2 ", 2 },
    { " 007", "7 ", 1 },
    { " 0", NULL, 0 },
    { " 4294967296", NULL, 0 },
    { " 1  2", NULL, 0 },
    { " 1,2", NULL, 0 },
    { " 1:2", NULL, 0 },
    { " -1", NULL, 0 },
    { " +1", NULL, 0 },
    { " 1 x", NULL, 0 },
    { " *", NULL, 0 },
    { " 1\t2", NULL, 0 },
    { " 18446744073709551617", NULL, 0 },
    { " (MODSEQ 5)", NULL, 0 },
};

static void search_lines(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(searches); i++) {
        mgw_imap_lexer lexer = mgw_imap_lexer_of(mgw_bytes_str(searches[i].text), NULL);
        mgw_imap_uid_cursor cursor;
        uint64_t count = 0;
        char text[200];
        bool good = mgw_imap_parse_search(&lexer, &cursor, &count);
        if (good != (searches[i].uids != NULL))
            fail_msg("'%s'", searches[i].text);
        if (!good)
            continue;
        list_uids(cursor, text, sizeof text);
        assert_string_equal(text, searches[i].uids);
        assert_int_equal(count, searches[i].count);
    }
}

static const struct {
    const char *text;
    const char *tag;
    bool uid;
    const char *uids;
    uint64_t count;
} esearches[] = {
    { "", NULL, false, "", 0 },
    { " UID", NULL, true, "", 0 },
    { " (TAG \"A1\") UID COUNT 0", "A1", true, "", 0 },
    { " (tag a1) uid all 3", "a1", true, "3 ", 1 },
    { " UID ALL 1:3,7,10:9", NULL, true, "1 2 3 7 9 10 ", 6 },
    { " UID ALL 1:4294967295", NULL, true, "1 2 3 4 5 6 7 8 9 10 ", 4294967295u },
    { " UID ALL 4294967295:4294967294,4294967295", NULL, true, "4294967294 4294967295 4294967295 ", 3 },
    { " UID MIN 1 MAX 9 X (a \"b\" (c)) ALL 5", NULL, true, "5 ", 1 },
    { " ALL 5", NULL, false, "5 ", 1 },
    { " UID ALL", NULL, true, NULL, 0 },
    { " UID ALL 0", NULL, true, NULL, 0 },
    { " UID ALL 1:*", NULL, true, NULL, 0 },
    { " UID ALL 1,", NULL, true, NULL, 0 },
    { " UID ALL ,1", NULL, true, NULL, 0 },
    { " UID ALL 1:2:3", NULL, true, NULL, 0 },
    { " UID ALL 1:", NULL, true, NULL, 0 },
    { " UID ALL 1 ALL 2", NULL, true, NULL, 0 },
    { " UID ALL 1 ", NULL, true, NULL, 0 },
    { " UID  ALL 1", NULL, true, NULL, 0 },
    { " UID (TAG \"A1\")", NULL, true, NULL, 0 },
    { " (TAG \"A1\"", NULL, true, NULL, 0 },
    { " (TAG)", NULL, true, NULL, 0 },
    { "UID", NULL, true, NULL, 0 },
};

static void esearch_lines(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(esearches); i++) {
        mgw_imap_lexer lexer = mgw_imap_lexer_of(mgw_bytes_str(esearches[i].text), NULL);
        mgw_imap_esearch got;
        char text[200];
        bool good = mgw_imap_parse_esearch(&lexer, &got);
        if (good != (esearches[i].uids != NULL))
            fail_msg("'%s'", esearches[i].text);
        if (!good)
            continue;
        list_uids(got.cursor, text, sizeof text);
        assert_string_equal(text, esearches[i].uids);
        assert_int_equal(got.count, esearches[i].count);
        assert_int_equal(got.uid, esearches[i].uid);
        assert_true(mgw_bytes_equal(got.tag, mgw_bytes_str(esearches[i].tag)));
        assert_int_equal(got.tag.data != NULL, esearches[i].tag != NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(search_lines),
        cmocka_unit_test(esearch_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
