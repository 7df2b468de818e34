/* SPDX-License-Identifier: MIT */
/* Servers that send too much: what they may cost is bounded. V01 and its like are rows of the attack catalogue. */
#include "support/test.h"

#include "base/buf.h"
#include "imap/engine.h"

static const unsigned char seed[MGW_IMAP_TAG_SEED_LEN] = { 0 };

typedef struct tally {
    uint64_t uids;
    uint64_t sum;
    size_t body;
    size_t ends;
    size_t fetches;
    uint32_t fetch_defects;
    size_t subject;
    uint32_t has;
    size_t parts;
    size_t folders;
    size_t good_folders;
    size_t done;
} tally;

static void count(const mgw_imap_event *event, tally *out)
{
    switch (event->type) {
    case MGW_IMAP_SEARCH:
        assert_in_range(event->search.count, 1, 512);
        out->uids += event->search.count;
        for (size_t i = 0; i < event->search.count; i++)
            out->sum += event->search.uids[i];
        break;
    case MGW_IMAP_BODY_DATA:
        out->body += event->data.len;
        break;
    case MGW_IMAP_BODY_END:
        out->ends += event->body.verified ? 1 : 0;
        break;
    case MGW_IMAP_FETCH:
        out->fetches++;
        out->fetch_defects = event->fetch.defects;
        out->subject = event->fetch.envelope.subject.len;
        out->has = event->fetch.has;
        out->parts = event->fetch.part_count;
        break;
    case MGW_IMAP_LIST:
        out->folders++;
        out->good_folders += event->list.name_valid ? 1 : 0;
        break;
    case MGW_IMAP_DONE:
        out->done++;
        break;
    default:
        break;
    }
}

static smgw_status feed(mgw_imap *imap, mgw_bytes data, tally *out)
{
    smgw_status status = SMGW_OK;
    while (data.len > 0 && status == SMGW_OK) {
        size_t used = 0;
        mgw_imap_event event;
        status = mgw_imap_feed(imap, data.data, data.len, &used);
        data = mgw_bytes_slice(data, used, SIZE_MAX);
        while (mgw_imap_next(imap, &event))
            count(&event, out);
    }
    return status;
}

static smgw_status feed_str(mgw_imap *imap, const char *text, tally *out)
{
    return feed(imap, mgw_bytes_str(text), out);
}

/* How often `text` can be fed before the engine fails; at most `max` times. */
static size_t feed_until(mgw_imap *imap, const char *text, size_t max, tally *out)
{
    size_t times = 0;
    while (times < max && feed_str(imap, text, out) == SMGW_OK)
        times++;
    return times;
}

static mgw_imap *engine(const mgw_imap_limits *limits)
{
    mgw_imap *imap = NULL;
    assert_int_equal(mgw_imap_new(&imap, limits, seed), SMGW_OK);
    return imap;
}

static void v01_long_search_lines_are_read_whole(void **state)
{
    (void)state;
    mgw_imap *imap = engine(NULL);
    tally got = { 0 };
    mgw_buf line = MGW_BUF_INIT(SIZE_MAX);
    mgw_buf_add_str(&line, "* SEARCH");
    for (uint64_t uid = 100000; uid <= 202999; uid++) {
        mgw_buf_add_byte(&line, ' ');
        mgw_buf_add_u64(&line, uid);
    }
    mgw_buf_add_str(&line, "\r\nAAAAAAAA1 OK\r\n");
    assert_int_equal(mgw_imap_uid_search(imap, NULL, NULL), SMGW_OK);
    assert_int_equal(feed(imap, mgw_buf_bytes(&line), &got), SMGW_OK);
    assert_int_equal(got.uids, 103000);
    assert_int_equal(got.sum, UINT64_C(103000) * (100000 + 202999) / 2);
    assert_int_equal(got.done, 1);
    mgw_buf_free(&line);
    mgw_imap_free(imap);
}

static void v13_a_line_without_end_is_cut_off(void **state)
{
    (void)state;
    static const char *const starts[] = { "* X ", "* OK ", "AAAAAAAA1 OK ", "+ ", "", "*", "* ", "* 12 ",
        "* LIST () \"" };
    for (size_t i = 0; i < COUNT_OF(starts); i++) {
        mgw_imap *imap = engine(NULL);
        tally got = { 0 };
        assert_int_equal(feed_str(imap, starts[i], &got), SMGW_OK);
        assert_in_range(feed_until(imap, "aaaaaaaa", 10000, &got), 64 * 1024 / 8 - 10, 64 * 1024 / 8);
        assert_int_equal(mgw_imap_status(imap), SMGW_ERR_TOO_LARGE);
        mgw_imap_free(imap);
    }
}

static void a_fetch_or_search_without_end_is_cut_off(void **state)
{
    (void)state;
    static const char *const starts[] = { "* 1 FETCH (UID 1 X ", "* SEARCH ", "* ESEARCH " };
    mgw_imap_limits limits = mgw_imap_default_limits;
    limits.list_line = 1024 * 1024;
    for (size_t i = 0; i < COUNT_OF(starts); i++) {
        mgw_imap *imap = engine(&limits);
        tally got = { 0 };
        assert_int_equal(feed_str(imap, starts[i], &got), SMGW_OK);
        assert_in_range(feed_until(imap, "aaaaaaaa", 1000000, &got), 131072 - 10, 131072);
        assert_int_equal(mgw_imap_status(imap), SMGW_ERR_TOO_LARGE);
        mgw_imap_free(imap);
    }
}

static void v14_untagged_responses_are_counted(void **state)
{
    (void)state;
    mgw_imap_limits limits = mgw_imap_default_limits;
    limits.responses = 1000;
    static const char *const floods[] = { "* 1 EXISTS\r\n", "* X\r\n", "* OK x\r\n", "A1 OK\r\n", "* SEARCH 1\r\n",
        "* 1 FETCH (UID 1 BODY[] {1}\r\nx)\r\n" };
    for (size_t i = 0; i < COUNT_OF(floods); i++) {
        mgw_imap *imap = engine(&limits);
        tally got = { 0 };
        assert_int_equal(mgw_imap_uid_search(imap, NULL, NULL), SMGW_OK);
        assert_int_equal(feed_until(imap, floods[i], 5000, &got), 1000);
        assert_int_equal(mgw_imap_status(imap), SMGW_ERR_TOO_LARGE);
        mgw_imap_free(imap);
    }
}

static void v14_octets_are_counted_and_a_completion_starts_anew(void **state)
{
    (void)state;
    mgw_imap_limits limits = mgw_imap_default_limits;
    limits.octets = 1000;
    mgw_imap *imap = engine(&limits);
    tally got = { 0 };
    assert_int_equal(mgw_imap_noop(imap, NULL), SMGW_OK);
    assert_int_equal(feed_until(imap, "* OK 4567\r\n", 80, &got), 80);
    assert_int_equal(feed_str(imap, "AAAAAAAA1 OK\r\n", &got), SMGW_OK);
    assert_int_equal(feed_until(imap, "* OK 4567\r\n", 1000, &got), 90);
    mgw_imap_free(imap);
}

static void v14_a_completion_starts_the_count_anew(void **state)
{
    (void)state;
    mgw_imap_limits limits = mgw_imap_default_limits;
    limits.responses = 100;
    mgw_imap *imap = engine(&limits);
    tally got = { 0 };
    assert_int_equal(mgw_imap_noop(imap, NULL), SMGW_OK);
    assert_int_equal(feed_until(imap, "* 1 EXISTS\r\n", 90, &got), 90);
    assert_int_equal(feed_str(imap, "AAAAAAAA1 OK\r\n", &got), SMGW_OK);
    assert_int_equal(feed_until(imap, "* 1 EXISTS\r\n", 1000, &got), 100);
    mgw_imap_free(imap);
}

static void a_body_for_nobody_counts_a_body_that_was_asked_for_does_not(void **state)
{
    (void)state;
    mgw_imap_limits limits = mgw_imap_default_limits;
    limits.octets = 1000;
    for (size_t asked = 0; asked < 2; asked++) {
        mgw_imap *imap = engine(&limits);
        tally got = { 0 };
        mgw_imap_body body = { .uid = asked == 1 ? 7 : 8 };
        assert_int_equal(mgw_imap_uid_fetch_body(imap, &body, NULL), SMGW_OK);
        assert_int_equal(feed_str(imap, "* 1 FETCH (UID 7 BODY[] {100000}\r\n", &got), SMGW_OK);
        size_t times = feed_until(imap, "0123456789", 10000, &got);
        if (asked == 1) {
            assert_int_equal(times, 10000);
            assert_int_equal(feed_str(imap, ")\r\n", &got), SMGW_OK);
            assert_int_equal(got.body, 100000);
            assert_int_equal(got.ends, 1);
        } else {
            assert_in_range(times, 90, 100);
            assert_int_equal(mgw_imap_status(imap), SMGW_ERR_TOO_LARGE);
            assert_int_equal(got.body, 0);
        }
        mgw_imap_free(imap);
    }
}

static void a_body_has_the_bound_that_its_command_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        mgw_imap *imap = engine(NULL);
        tally got = { 0 };
        mgw_imap_body body = { .uid = 7, .max = 10 };
        assert_int_equal(mgw_imap_uid_fetch_body(imap, &body, NULL), SMGW_OK);
        smgw_status status =
            feed_str(imap, i == 0 ? "* 1 FETCH (UID 7 BODY[] {10}\r\n" : "* 1 FETCH (UID 7 BODY[] {11}\r\n", &got);
        assert_int_equal(status, i == 0 ? SMGW_OK : SMGW_ERR_TOO_LARGE);
        mgw_imap_free(imap);
    }
}

static void v17_a_search_is_capped_over_all_its_lines(void **state)
{
    (void)state;
    mgw_imap_limits limits = mgw_imap_default_limits;
    limits.search_results = 2000;
    mgw_imap *imap = engine(&limits);
    tally got = { 0 };
    assert_int_equal(mgw_imap_uid_search(imap, NULL, NULL), SMGW_OK);
    assert_int_equal(feed_str(imap, "* ESEARCH UID ALL 2000:1\r\n", &got), SMGW_OK);
    assert_int_equal(got.uids, 2000);
    assert_int_equal(got.sum, 2000 * 2001 / 2);
    assert_int_equal(feed_str(imap, "* SEARCH 1\r\n", &got), SMGW_ERR_TOO_LARGE);
    assert_int_equal(got.uids, 2000);
    mgw_imap_free(imap);
}

/* A sender chooses the subject, so a subject too long must not end the session. */
static void a_literal_too_long_is_dropped_from_a_fetch(void **state)
{
    (void)state;
    mgw_imap_limits limits = mgw_imap_default_limits;
    limits.literal = 100;
    mgw_imap *imap = engine(&limits);
    tally got = { 0 };
    assert_int_equal(mgw_imap_uid_fetch(imap, MGW_LIT("9"), MGW_IMAP_FETCH_ENVELOPE, NULL), SMGW_OK);
    assert_int_equal(feed_str(imap, "* 1 FETCH (UID 9 ENVELOPE (NIL {100000}\r\n", &got), SMGW_OK);
    assert_int_equal(feed_until(imap, "abcdefghi\n", 10000, &got), 10000);
    assert_int_equal(feed_str(imap, " NIL NIL NIL NIL NIL NIL NIL {3}\r\n<1>))\r\nAAAAAAAA1 OK\r\n", &got), SMGW_OK);
    assert_int_equal(got.fetches, 1);
    assert_int_equal(got.has, MGW_IMAP_FETCH_ENVELOPE);
    assert_int_equal(got.fetch_defects, 1);
    assert_int_equal(got.subject, 0);
    assert_int_equal(got.done, 1);
    mgw_imap_free(imap);
}

static void a_literal_too_long_elsewhere_ends_the_session(void **state)
{
    (void)state;
    static const char *const lines[] = { "* LIST () \"/\" {65536}\r\n", "* X {65536}\r\n",
        "* X {18446744073709551615}\r\n", "* SEARCH {1048577}\r\n" };
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        mgw_imap *imap = engine(NULL);
        tally got = { 0 };
        assert_int_equal(feed_str(imap, lines[i], &got), SMGW_ERR_TOO_LARGE);
        mgw_imap_free(imap);
    }
}

/* A name of 64 KiB grows by an eighth when it is decoded. */
static void a_folder_name_too_long_is_left_out(void **state)
{
    (void)state;
    mgw_imap *imap = engine(NULL);
    tally got = { 0 };
    mgw_buf line = MGW_BUF_INIT(SIZE_MAX);
    mgw_buf_add_str(&line, "* LIST () \"/\" &");
    for (size_t i = 0; i < 8100; i++)
        mgw_buf_add_str(&line, "IKwgrCCs");
    mgw_buf_add_str(&line, "-\r\n* LIST () \"/\" b\r\nAAAAAAAA1 OK\r\n");
    assert_int_equal(mgw_imap_list(imap, MGW_LIT(""), MGW_LIT("*"), NULL), SMGW_OK);
    assert_int_equal(feed(imap, mgw_buf_bytes(&line), &got), SMGW_OK);
    assert_int_equal(got.folders, 2);
    assert_int_equal(got.good_folders, 1);
    assert_int_equal(got.done, 1);
    mgw_buf_free(&line);
    mgw_imap_free(imap);
}

/* A structure nested or branched beyond the cap costs itself, and not the list of messages. */
static void a_structure_beyond_the_caps_is_left_out(void **state)
{
    (void)state;
    static const struct {
        size_t depth, width;
        bool kept;
    } rows[] = { { 99, 1, true }, { 100, 1, true }, { 101, 1, false }, { 50000, 1, false }, { 1, 9999, true },
        { 1, 10000, false } };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        mgw_imap *imap = engine(NULL);
        tally got = { 0 };
        mgw_buf line = MGW_BUF_INIT(SIZE_MAX);
        mgw_buf_add_str(&line, "* 1 FETCH (UID 9 BODYSTRUCTURE ");
        for (size_t n = 0; n < rows[i].depth; n++)
            mgw_buf_add_str(&line, "(");
        for (size_t n = 0; n < rows[i].width; n++)
            mgw_buf_add_str(&line, "(\"text\" \"plain\" NIL NIL NIL \"7bit\" 1 1)");
        for (size_t n = 0; n < rows[i].depth; n++)
            mgw_buf_add_str(&line, " \"mixed\")");
        mgw_buf_add_str(&line, ")\r\n");
        assert_int_equal(mgw_imap_uid_fetch(imap, MGW_LIT("9"), MGW_IMAP_FETCH_STRUCTURE, NULL), SMGW_OK);
        assert_int_equal(feed(imap, mgw_buf_bytes(&line), &got), SMGW_OK);
        assert_int_equal(got.fetches, 1);
        assert_int_equal(got.has, rows[i].kept ? MGW_IMAP_FETCH_STRUCTURE : 0);
        assert_int_equal(got.parts, rows[i].kept ? rows[i].depth + rows[i].width : 0);
        assert_int_equal(got.fetch_defects, rows[i].kept ? 0 : 1);
        mgw_buf_free(&line);
        mgw_imap_free(imap);
    }
}

static void events_wait_to_be_taken(void **state)
{
    (void)state;
    mgw_imap *imap = engine(NULL);
    size_t used = 0;
    mgw_imap_event event;
    static const char two[] = "* 1 EXISTS\r\n* 2 EXISTS\r\n";
    assert_int_equal(mgw_imap_feed(imap, two, 24, &used), SMGW_OK);
    assert_int_equal(used, 12);
    assert_int_equal(mgw_imap_feed(imap, two + 12, 12, &used), SMGW_OK);
    assert_int_equal(used, 0);
    assert_true(mgw_imap_next(imap, &event));
    assert_int_equal(event.exists, 1);
    assert_false(mgw_imap_next(imap, &event));
    assert_int_equal(mgw_imap_feed(imap, two + 12, 12, &used), SMGW_OK);
    assert_int_equal(used, 12);
    assert_true(mgw_imap_next(imap, &event));
    assert_int_equal(event.exists, 2);
    mgw_imap_free(imap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(v01_long_search_lines_are_read_whole),
        cmocka_unit_test(v13_a_line_without_end_is_cut_off),
        cmocka_unit_test(a_fetch_or_search_without_end_is_cut_off),
        cmocka_unit_test(v14_untagged_responses_are_counted),
        cmocka_unit_test(v14_octets_are_counted_and_a_completion_starts_anew),
        cmocka_unit_test(v14_a_completion_starts_the_count_anew),
        cmocka_unit_test(a_body_for_nobody_counts_a_body_that_was_asked_for_does_not),
        cmocka_unit_test(a_body_has_the_bound_that_its_command_names),
        cmocka_unit_test(v17_a_search_is_capped_over_all_its_lines),
        cmocka_unit_test(a_literal_too_long_is_dropped_from_a_fetch),
        cmocka_unit_test(a_literal_too_long_elsewhere_ends_the_session),
        cmocka_unit_test(a_folder_name_too_long_is_left_out),
        cmocka_unit_test(a_structure_beyond_the_caps_is_left_out),
        cmocka_unit_test(events_wait_to_be_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
