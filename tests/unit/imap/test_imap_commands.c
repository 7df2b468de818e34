/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "imap/engine.h"
#include "support/failing_alloc.h"

#include "simplemailgw/mail.h"

static const unsigned char seed[MGW_IMAP_TAG_SEED_LEN] = { 0, 1, 25, 26, 255, 0, 0, 0 };

static void assert_output(const mgw_imap *imap, const char *expected)
{
    mgw_bytes out = mgw_imap_output(imap);
    assert_int_equal(out.len, strlen(expected));
    if (out.len > 0)
        assert_memory_equal(out.data, expected, out.len);
}

static mgw_imap *engine(const mgw_imap_limits *limits)
{
    mgw_imap *imap = NULL;
    assert_int_equal(mgw_imap_new(&imap, limits, seed), SMGW_OK);
    return imap;
}

static void tags_are_made_of_the_seed(void **state)
{
    (void)state;
    mgw_imap *imap = engine(NULL);
    uint32_t command = 0;
    assert_int_equal(mgw_imap_noop(imap, &command), SMGW_OK);
    assert_int_equal(command, 1);
    assert_output(imap, "ABZAVAAA1 NOOP\r\n");
    mgw_imap_sent(imap, 10);
    assert_output(imap, "NOOP\r\n");
    assert_int_equal(mgw_imap_noop(imap, &command), SMGW_OK);
    assert_int_equal(command, 2);
    assert_output(imap, "NOOP\r\nABZAVAAA2 NOOP\r\n");
    mgw_imap_sent(imap, 6 + 16);
    assert_output(imap, "");
    assert_int_equal(mgw_imap_pending(imap), 2);
    mgw_imap_free(imap);
}

static const struct {
    const char *id;
    mgw_bytes name;
} bad_folders[] = {
    { "empty", { "", 0 } },
    { "I01", { "INBOX\r\nA1 DELETE x", 18 } },
    { "I02", { "INBOX\rX", 7 } },
    { "I03", { "INBOX\nX", 7 } },
    { "NUL", { "INBOX\0X", 7 } },
    { "I05", { "a\177b", 3 } },
    { "I06", { "a\tb", 3 } },
    { "UTF-8", { "\377", 1 } },
};

static void folders_that_break_lines_are_refused(void **state)
{
    (void)state;
    static char long_name[2000];
    memset(long_name, 'a', sizeof long_name);
    mgw_imap *imap = engine(NULL);
    for (size_t i = 0; i < COUNT_OF(bad_folders); i++) {
        assert_int_equal(mgw_imap_examine(imap, bad_folders[i].name, NULL), SMGW_ERR_INVALID);
        assert_int_equal(mgw_imap_list(imap, MGW_LIT(""), bad_folders[i].name, NULL), SMGW_ERR_INVALID);
        if (bad_folders[i].name.len > 0)
            assert_int_equal(mgw_imap_list(imap, bad_folders[i].name, MGW_LIT("*"), NULL), SMGW_ERR_INVALID);
    }
    /* I07 */
    assert_int_equal(mgw_imap_examine(imap, mgw_bytes_of(long_name, sizeof long_name), NULL), SMGW_ERR_INVALID);
    assert_int_equal(mgw_imap_examine(imap, mgw_bytes_of(long_name, 1001), NULL), SMGW_ERR_INVALID);
    assert_output(imap, "");
    assert_int_equal(mgw_imap_pending(imap), 0);
    assert_int_equal(mgw_imap_status(imap), SMGW_OK);
    assert_int_equal(mgw_imap_examine(imap, mgw_bytes_of(long_name, 1000), NULL), SMGW_OK);
    mgw_imap_free(imap);
}

static void searches_that_break_out_are_refused(void **state)
{
    (void)state;
    static char long_text[4001];
    memset(long_text, 'a', sizeof long_text);
    const mgw_imap_search bad[] = {
        { .subject = MGW_LIT("a\r\nA1 DELETE INBOX") },
        { .from = MGW_LIT("a\0b") },
        { .to = MGW_LIT("\033") },
        { .body = MGW_LIT("\377") },
        { .text = { long_text, sizeof long_text } },
        { .criteria = MGW_LIT("ALL\r\nA1 DELETE INBOX") }, /* I50 */
        { .criteria = MGW_LIT("TEXT {3}") },               /* I55 */
        { .criteria = MGW_LIT("TEXT {3+}") },              /* I56 */
        { .uid_set = MGW_LIT("1:* (FLAGS) x") },           /* I76 */
        { .since = { 2024, 0, 1 } },
        { .since = { 2024, 13, 1 } },
        { .before = { 2024, 1, 0 } },
        { .before = { 2024, 1, 32 } },
        { .before = { 10000, 1, 1 } },
        { .flags_set = 1u << 5 },
        { .flags_clear = 1u << 31 },
        { .larger = UINT64_C(1) << 32 },
        { .smaller = UINT64_MAX },
    };
    mgw_imap *imap = engine(NULL);
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        if (mgw_imap_uid_search(imap, &bad[i], NULL) != SMGW_ERR_INVALID)
            fail_msg("row %zu", i);
    assert_output(imap, "");
    mgw_imap_free(imap);
}

static void every_flag_and_size_has_its_word(void **state)
{
    (void)state;
    mgw_imap *imap = engine(NULL);
    mgw_imap_search search = { .flags_set = SMGW_FLAG_SEEN | SMGW_FLAG_ANSWERED | SMGW_FLAG_FLAGGED |
                                            SMGW_FLAG_DELETED | SMGW_FLAG_DRAFT,
        .larger = 1,
        .smaller = UINT32_MAX };
    search.flags_clear = search.flags_set;
    assert_int_equal(mgw_imap_uid_search(imap, &search, NULL), SMGW_OK);
    assert_output(imap, "ABZAVAAA1 UID SEARCH SEEN UNSEEN ANSWERED UNANSWERED FLAGGED UNFLAGGED DELETED UNDELETED"
                        " DRAFT UNDRAFT LARGER 1 SMALLER 4294967295\r\n");
    mgw_imap_free(imap);
}

static const struct {
    const char *section;
    bool good;
} sections[] = {
    { "", true },
    { "1", true },
    { "1.2.30", true },
    { "HEADER", true },
    { "TEXT", true },
    { "text", true },
    { "1.MIME", true },
    { "1.2.HEADER", true },
    { "1.TEXT", true },
    { "4294967295", true },
    { "MIME", false },
    { "0", false },
    { "01", false },
    { "1.0", false },
    { "1.", false },
    { ".1", false },
    { "1..2", false },
    { "HEADER.1", false },
    { "HEADER.FIELDS (A)", false },
    { "1.TEXT.MIME", false },
    { "4294967296", false },
    { "1]", false },
    { "] BODY[", false },
    { "1\r\n", false },
    { "X", false },
};

static void sections_are_checked(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(sections); i++) {
        mgw_imap *imap = engine(NULL);
        mgw_imap_body body = { .uid = 1, .section = mgw_bytes_str(sections[i].section) };
        smgw_status status = mgw_imap_uid_fetch_body(imap, &body, NULL);
        if (status != (sections[i].good ? SMGW_OK : SMGW_ERR_INVALID))
            fail_msg("%s", sections[i].section);
        mgw_imap_free(imap);
    }
}

static void fetches_are_checked(void **state)
{
    (void)state;
    mgw_imap *imap = engine(NULL);
    assert_int_equal(mgw_imap_uid_fetch(imap, MGW_LIT("1"), 0, NULL), SMGW_ERR_INVALID);
    assert_int_equal(mgw_imap_uid_fetch(imap, MGW_LIT("1"), 1u << 15, NULL), SMGW_ERR_INVALID);
    assert_int_equal(mgw_imap_uid_fetch(imap, MGW_LIT("1"), MGW_IMAP_FETCH_MODSEQ, NULL), SMGW_ERR_UNSUPPORTED);
    assert_int_equal(mgw_imap_uid_fetch(imap, MGW_LIT(""), MGW_IMAP_FETCH_FLAGS, NULL), SMGW_ERR_INVALID);
    assert_int_equal(mgw_imap_uid_fetch(imap, MGW_LIT("1) ("), MGW_IMAP_FETCH_FLAGS, NULL), SMGW_ERR_INVALID);
    mgw_imap_body body = { .uid = 0 };
    assert_int_equal(mgw_imap_uid_fetch_body(imap, &body, NULL), SMGW_ERR_INVALID);
    body = (mgw_imap_body){ .uid = 1, .offset = 1 };
    assert_int_equal(mgw_imap_uid_fetch_body(imap, &body, NULL), SMGW_ERR_INVALID);
    assert_output(imap, "");
    mgw_imap_free(imap);
}

static void queue_and_command_are_capped(void **state)
{
    (void)state;
    mgw_imap_limits limits = mgw_imap_default_limits;
    limits.commands = 2;
    limits.output = 40;
    mgw_imap *imap = engine(&limits);
    assert_int_equal(mgw_imap_uid_search(imap, &(mgw_imap_search){ .subject = MGW_LIT("a longer subject") }, NULL),
        SMGW_ERR_TOO_LARGE);
    assert_int_equal(mgw_imap_noop(imap, NULL), SMGW_OK);
    assert_int_equal(mgw_imap_noop(imap, NULL), SMGW_OK);
    assert_int_equal(mgw_imap_noop(imap, NULL), SMGW_ERR_TOO_LARGE);
    assert_int_equal(mgw_imap_pending(imap), 2);
    mgw_imap_free(imap);
}

/* A command that does not fit memory leaves no trace, and the next one gets its number. */
static void short_memory_leaves_no_trace(void **state)
{
    (void)state;
    const mgw_imap_search search = { .subject = MGW_LIT("\303\274"), .uid_set = MGW_LIT("1:*") };
    mgw_imap_body body = { .uid = 7, .section = MGW_LIT("1.2") };
    unsigned long failures = 0;
    for (unsigned long n = 1;; n++) {
        mgw_imap *imap = engine(NULL);
        failing_alloc_start(n);
        smgw_status status = mgw_imap_uid_search(imap, &search, NULL);
        if (status == SMGW_OK)
            status = mgw_imap_examine(imap, MGW_LIT("Entw\303\274rfe"), NULL);
        if (status == SMGW_OK)
            status = mgw_imap_uid_fetch_body(imap, &body, NULL);
        bool failed = failing_alloc_stop();
        assert_int_equal(status, failed ? SMGW_ERR_NO_MEMORY : SMGW_OK);
        assert_int_equal(mgw_imap_status(imap), SMGW_OK);
        size_t pending = mgw_imap_pending(imap);
        uint32_t command = 0;
        assert_int_equal(mgw_imap_noop(imap, &command), SMGW_OK);
        assert_int_equal(command, pending + 1);
        mgw_imap_free(imap);
        if (!failed)
            break;
        failures++;
    }
    assert_true(failures >= 6);
}

static void an_engine_that_fails_takes_no_command(void **state)
{
    (void)state;
    mgw_imap *imap = engine(NULL);
    size_t used = 0;
    assert_string_equal(mgw_imap_failure(imap), "");
    assert_int_equal(mgw_imap_noop(imap, NULL), SMGW_OK);
    assert_int_equal(mgw_imap_feed(imap, "\n", 1, &used), SMGW_ERR_PROTOCOL);
    assert_int_equal(mgw_imap_feed(imap, "* OK x\r\n", 8, &used), SMGW_ERR_PROTOCOL);
    assert_int_equal(used, 0);
    assert_int_equal(mgw_imap_noop(imap, NULL), SMGW_ERR_PROTOCOL);
    assert_true(strlen(mgw_imap_failure(imap)) > 0);
    /* What the engine would have said to a server that broke the protocol stays unsaid. */
    assert_output(imap, "");
    mgw_imap_free(imap);
    mgw_imap_free(NULL);
}

/* What follows the answer is compressed: the engine must not have looked at it. */
static void compression_begins_where_the_feed_stops(void **state)
{
    (void)state;
    static const char offer[] = "* CAPABILITY COMPRESS=DEFLATE\r\n";
    static const char answer[] = "ABZAVAAA1 OK go\r\n\0\n\377";
    mgw_imap *imap = engine(NULL);
    mgw_imap_event event;
    size_t used = 0;
    assert_int_equal(mgw_imap_feed(imap, offer, sizeof offer - 1, &used), SMGW_OK);
    assert_true(mgw_imap_next(imap, &event));
    assert_int_equal(mgw_imap_compress(imap, NULL), SMGW_OK);
    assert_int_equal(mgw_imap_feed(imap, answer, sizeof answer - 1, &used), SMGW_OK);
    assert_int_equal(used, strlen("ABZAVAAA1 OK go\r\n"));
    assert_true(mgw_imap_next(imap, &event));
    assert_int_equal(event.type, MGW_IMAP_DONE);
    assert_int_equal(mgw_imap_status(imap), SMGW_OK);
    mgw_imap_free(imap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tags_are_made_of_the_seed),
        cmocka_unit_test(folders_that_break_lines_are_refused),
        cmocka_unit_test(searches_that_break_out_are_refused),
        cmocka_unit_test(every_flag_and_size_has_its_word),
        cmocka_unit_test(sections_are_checked),
        cmocka_unit_test(fetches_are_checked),
        cmocka_unit_test(queue_and_command_are_capped),
        cmocka_unit_test(short_memory_leaves_no_trace),
        cmocka_unit_test(an_engine_that_fails_takes_no_command),
        cmocka_unit_test(compression_begins_where_the_feed_stops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
