/* SPDX-License-Identifier: MIT */
/* The octets of an APPEND: how much of them is held, and what is known when the connection ends. */
#include "support/test.h"

#include "imap/engine.h"
#include "support/failing_alloc.h"

enum { SIZE = 200000, HELD = 64 * 1024 };

static const unsigned char seed[MGW_IMAP_TAG_SEED_LEN] = { 0 };
static char message[SIZE];

static void feed(mgw_imap *imap, const char *text)
{
    size_t used = 0;
    assert_int_equal(mgw_imap_feed(imap, text, strlen(text), &used), SMGW_OK);
    assert_int_equal(used, strlen(text));
}

/* An engine whose server waits for `size` octets. */
static mgw_imap *appending(uint64_t size)
{
    const mgw_imap_upload upload = { .folder = MGW_LIT("a"), .internal_date = MGW_IMAP_NO_DATE, .size = size };
    mgw_imap *imap = NULL;
    mgw_imap_event event;
    assert_int_equal(mgw_imap_new(&imap, NULL, seed), SMGW_OK);
    assert_int_equal(mgw_imap_append(imap, &upload, NULL), SMGW_OK);
    mgw_imap_sent(imap, mgw_imap_output(imap).len);
    feed(imap, "+ go\r\n");
    assert_true(mgw_imap_next(imap, &event));
    assert_int_equal(event.type, MGW_IMAP_BODY_WANTED);
    assert_int_equal(event.wanted, size);
    assert_false(mgw_imap_next(imap, &event));
    return imap;
}

static void the_output_holds_a_bounded_piece(void **state)
{
    (void)state;
    mgw_imap *imap = appending(SIZE);
    size_t given = 0;
    while (given < SIZE) {
        size_t taken = 0;
        assert_int_equal(mgw_imap_append_data(imap, mgw_bytes_of(message + given, SIZE - given), &taken), SMGW_OK);
        assert_true(taken > 0);
        assert_true(mgw_imap_output(imap).len <= HELD + 2);
        if (taken < SIZE - given) {
            size_t more = 1;
            assert_int_equal(mgw_imap_output(imap).len, HELD);
            assert_int_equal(mgw_imap_append_data(imap, mgw_bytes_of("x", 1), &more), SMGW_OK);
            assert_int_equal(more, 0);
        }
        given += taken;
        assert_int_equal(mgw_imap_append_left(imap), SIZE - given);
        mgw_imap_sent(imap, mgw_imap_output(imap).len < 50000 ? mgw_imap_output(imap).len : 50000);
    }
    mgw_imap_free(imap);
}

static void the_outcome_turns_unknown_with_the_last_octet(void **state)
{
    (void)state;
    mgw_imap *imap = appending(3);
    size_t taken = 0;
    assert_int_equal(mgw_imap_append_data(imap, mgw_bytes_of("abc", 3), &taken), SMGW_OK);
    assert_int_equal(mgw_imap_output(imap).len, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(mgw_imap_append_outcome(imap, 1), SMGW_NOT_SENT);
        assert_false(mgw_imap_command_left(imap, 1));
        mgw_imap_sent(imap, 1);
    }
    assert_int_equal(mgw_imap_append_outcome(imap, 1), SMGW_UNKNOWN);
    assert_true(mgw_imap_command_left(imap, 1));
    feed(imap, "AAAAAAAA1 NO full\r\n");
    assert_int_equal(mgw_imap_append_outcome(imap, 1), SMGW_NOT_SENT);
    assert_false(mgw_imap_command_left(imap, 1));
    mgw_imap_free(imap);
}

/* The last octets are in the output, but the server cannot have them. */
static void a_success_before_the_octets_left_is_refused(void **state)
{
    (void)state;
    mgw_imap *imap = appending(1);
    size_t taken = 0;
    size_t used = 0;
    assert_int_equal(mgw_imap_append_data(imap, mgw_bytes_of("a", 1), &taken), SMGW_OK);
    mgw_imap_sent(imap, 2);
    assert_int_equal(mgw_imap_feed(imap, "AAAAAAAA1 OK\r\n", 14, &used), SMGW_ERR_PROTOCOL);
    assert_int_equal(mgw_imap_append_outcome(imap, 1), SMGW_NOT_SENT);
    mgw_imap_free(imap);
}

static void commands_leave_octet_by_octet(void **state)
{
    (void)state;
    mgw_imap *imap = NULL;
    uint32_t first = 0;
    uint32_t second = 0;
    assert_int_equal(mgw_imap_new(&imap, NULL, seed), SMGW_OK);
    assert_int_equal(mgw_imap_noop(imap, &first), SMGW_OK);
    assert_int_equal(mgw_imap_create(imap, MGW_LIT("a"), &second), SMGW_OK);
    size_t len = mgw_imap_output(imap).len;
    mgw_imap_sent(imap, strlen("AAAAAAAA1 NOOP\r"));
    assert_false(mgw_imap_command_left(imap, first));
    mgw_imap_sent(imap, 1);
    assert_true(mgw_imap_command_left(imap, first));
    mgw_imap_sent(imap, len - strlen("AAAAAAAA1 NOOP\r\n") - 1);
    assert_false(mgw_imap_command_left(imap, second));
    mgw_imap_sent(imap, 1000);
    assert_true(mgw_imap_command_left(imap, second));
    assert_false(mgw_imap_command_left(imap, 3));
    mgw_imap_free(imap);
}

/* Octets that find no memory can be given again, and what waits behind them still has its room. */
static void short_memory_takes_nothing(void **state)
{
    (void)state;
    bool failed = true;
    for (unsigned long n = 1; failed; n++) {
        mgw_imap *imap = appending(SIZE);
        size_t taken = 0;
        assert_int_equal(mgw_imap_noop(imap, NULL), SMGW_OK);
        failing_alloc_start(n);
        smgw_status status = mgw_imap_append_data(imap, mgw_bytes_of(message, SIZE), &taken);
        failed = failing_alloc_stop();
        assert_int_equal(status, failed ? SMGW_ERR_NO_MEMORY : SMGW_OK);
        assert_int_equal(taken, failed ? 0 : HELD);
        assert_int_equal(mgw_imap_append_left(imap), SIZE - taken);
        assert_int_equal(mgw_imap_append_data(imap, mgw_bytes_of(message, 10), &taken), SMGW_OK);
        assert_true(failed ? n < 10 : n > 1);
        mgw_imap_free(imap);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_output_holds_a_bounded_piece),
        cmocka_unit_test(the_outcome_turns_unknown_with_the_last_octet),
        cmocka_unit_test(a_success_before_the_octets_left_is_refused),
        cmocka_unit_test(commands_leave_octet_by_octet),
        cmocka_unit_test(short_memory_takes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
