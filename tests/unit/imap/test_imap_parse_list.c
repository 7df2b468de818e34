/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "imap/parse.h"

static smgw_status parse(const char *text, mgw_buf *name, mgw_arena *arena, mgw_imap_list_item *item)
{
    mgw_imap_lexer lexer = mgw_imap_lexer_of(mgw_bytes_str(text), arena);
    return mgw_imap_parse_list(&lexer, false, name, item);
}

static const struct {
    const char *text;
    const char *name; /* NULL: does not decode. */
    char delimiter;
    uint32_t attributes;
    const char *role;
} good[] = {
    { "() \"/\" INBOX", "INBOX", '/', 0, "inbox" },
    { "() NIL inbox", "inbox", '\0', 0, "inbox" },
    { "(\\Noselect) \"\\\\\" x", "x", '\\', MGW_IMAP_NOSELECT, "" },
    { "(\\nonexistent \\haschildren) \".\" x", "x", '.',
        MGW_IMAP_NOSELECT | MGW_IMAP_NONEXISTENT | MGW_IMAP_HAS_CHILDREN, "" },
    { "(\\HasNoChildren \\Sent) \"/\" \"Sent Items\"", "Sent Items", '/', MGW_IMAP_HAS_NO_CHILDREN, "sent" },
    { "(\\Drafts) \"/\" D", "D", '/', 0, "drafts" },
    { "(\\Trash) \"/\" D", "D", '/', 0, "trash" },
    { "(\\Junk) \"/\" D", "D", '/', 0, "junk" },
    { "(\\Archive) \"/\" D", "D", '/', 0, "archive" },
    { "(\\All) \"/\" D", "D", '/', 0, "all" },
    { "(\\Flagged) \"/\" D", "D", '/', 0, "flagged" },
    { "(\\Marked \\Unmarked \\Noinferiors \\Subscribed \\Important) \"/\" D", "D", '/',
        MGW_IMAP_MARKED | MGW_IMAP_UNMARKED | MGW_IMAP_NOINFERIORS | MGW_IMAP_SUBSCRIBED, "" },
    { "() \"/\" {3}\r\na\"b", "a\"b", '/', 0, "" },
    { "() \"/\" ../../x", "../../x", '/', 0, "" },
    { "() \"/\" \"\"", NULL, '/', 0, "" },
    { "() \"/\" \"&AGEAYg-\"", NULL, '/', 0, "" },
    { "() \"/\" {3}\r\na\r\n", NULL, '/', 0, "" },
    { "() \"/\" x (\"CHILDINFO\" (\"SUBSCRIBED\"))", "x", '/', 0, "" },
};

static void folders_are_read(void **state)
{
    (void)state;
    mgw_buf name = MGW_BUF_INIT(10000);
    mgw_arena arena;
    mgw_arena_init(&arena, 10000);
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        mgw_imap_list_item item;
        if (parse(good[i].text, &name, &arena, &item) != SMGW_OK)
            fail_msg("%s", good[i].text);
        assert_int_equal(item.name_valid, good[i].name != NULL);
        assert_true(mgw_bytes_equal(item.name, mgw_bytes_str(good[i].name)));
        assert_int_equal(item.delimiter, good[i].delimiter);
        assert_int_equal(item.attributes, good[i].attributes);
        assert_string_equal(mgw_imap_role_name(item.role), good[i].role);
    }
    mgw_buf_free(&name);
    mgw_arena_free(&arena);
}

static const char *const bad[] = {
    "",
    "()",
    "() ",
    "() \"/\"",
    "() \"/\" ",
    "\"/\" x",
    "(\\Sent \"/\" x",
    "(\\Sent(x)) \"/\" x",
    "() / x",
    "() \"\" x",
    "() \"//\" x",
    "() \" \" x",
    "() \"\001\" x",
    "() \"/\" x y z",
    "() \"/\" x)",
    "() \"/\" (x)",
    "() \"/\" \"x",
    "() \"/\" {4}\r\nabc",
};

static void other_lines_are_refused(void **state)
{
    (void)state;
    mgw_buf name = MGW_BUF_INIT(10000);
    mgw_arena arena;
    mgw_arena_init(&arena, 10000);
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        mgw_imap_list_item item;
        if (parse(bad[i], &name, &arena, &item) != SMGW_ERR_PROTOCOL)
            fail_msg("%s", bad[i]);
    }
    mgw_buf_free(&name);
    mgw_arena_free(&arena);
}

static void a_name_has_at_most_1000_bytes(void **state)
{
    (void)state;
    static char line[1100] = "() \"/\" ";
    memset(line + 7, 'x', 1001);
    mgw_buf name = MGW_BUF_INIT(10000);
    mgw_arena arena;
    mgw_arena_init(&arena, 10000);
    mgw_imap_list_item item;
    assert_int_equal(parse(line, &name, &arena, &item), SMGW_OK);
    assert_false(item.name_valid);
    line[7 + 1000] = '\0';
    assert_int_equal(parse(line, &name, &arena, &item), SMGW_OK);
    assert_true(item.name_valid);
    mgw_buf_free(&name);
    mgw_arena_free(&arena);
}

/* The name is longer decoded than as sent: 8 digits of base64 become 9 bytes. */
static void a_name_over_the_buffer_is_not_valid(void **state)
{
    (void)state;
    static const char *const lines[] = { "() \"/\" x", "() \"/\" &IKwgrCCs-" };
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        for (size_t cap = 0; cap < 10; cap++) {
            mgw_buf name = MGW_BUF_INIT(cap);
            mgw_arena arena;
            mgw_arena_init(&arena, 10000);
            mgw_imap_list_item item;
            assert_int_equal(parse(lines[i], &name, &arena, &item), SMGW_OK);
            assert_int_equal(item.name_valid, cap >= (i == 0 ? 1 : 9));
            assert_int_equal(item.name.len, !item.name_valid ? 0 : i == 0 ? 1 : 9);
            assert_int_equal(parse("() \"/\" \"\"", &name, &arena, &item), SMGW_OK);
            mgw_buf_free(&name);
            mgw_arena_free(&arena);
        }
    }
}

static uint64_t bits_of(mgw_bytes words)
{
    uint64_t limit = 7;
    uint64_t bits = mgw_imap_parse_capabilities(words, &limit);
    assert_int_equal(limit, 0);
    return bits;
}

static void capabilities_are_words(void **state)
{
    (void)state;
    assert_int_equal(bits_of(MGW_LIT("")), 0);
    assert_int_equal(bits_of(MGW_LIT("imap4REV1  AUTH=PLAIN LITERAL")), MGW_IMAP_CAP_IMAP4REV1);
    assert_int_equal(bits_of(MGW_LIT("IMAP4rev1IDLE XIDLE IDLEX")), 0);
    assert_int_equal(bits_of(MGW_LIT("IMAP4rev2 LITERAL- UTF8=ACCEPT")),
        MGW_IMAP_CAP_IMAP4REV2 | MGW_IMAP_CAP_LITERAL_MINUS | MGW_IMAP_CAP_UTF8_ACCEPT);
}

static void append_limits_are_read(void **state)
{
    (void)state;
    const struct {
        mgw_bytes words;
        uint64_t bits, limit;
    } rows[] = {
        { MGW_LIT("APPENDLIMIT"), MGW_IMAP_CAP_APPENDLIMIT, 0 },
        { MGW_LIT("APPENDLIMIT=257890"), MGW_IMAP_CAP_APPENDLIMIT, 257890 },
        { MGW_LIT("IDLE appendlimit=18446744073709551615"), MGW_IMAP_CAP_IDLE | MGW_IMAP_CAP_APPENDLIMIT, UINT64_MAX },
        { MGW_LIT("APPENDLIMIT=18446744073709551616"), 0, 0 },
        { MGW_LIT("APPENDLIMIT="), 0, 0 },
        { MGW_LIT("APPENDLIMIT=-1"), 0, 0 },
        { MGW_LIT("XAPPENDLIMIT=1"), 0, 0 },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        uint64_t limit = 7;
        assert_int_equal(mgw_imap_parse_capabilities(rows[i].words, &limit), rows[i].bits);
        assert_int_equal(limit, rows[i].limit);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folders_are_read),
        cmocka_unit_test(other_lines_are_refused),
        cmocka_unit_test(a_name_has_at_most_1000_bytes),
        cmocka_unit_test(a_name_over_the_buffer_is_not_valid),
        cmocka_unit_test(capabilities_are_words),
        cmocka_unit_test(append_limits_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
