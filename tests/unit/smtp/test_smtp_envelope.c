/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "smtp/envelope.h"
#include "support/failing_alloc.h"

#define BYTES(literal)                                                                                                 \
    {                                                                                                                  \
        literal, sizeof(literal) - 1                                                                                   \
    }

/* Rows C01 to C06 of tests/security/attack-catalogue.tsv, and their kin. None may get into a command. */
static const mgw_bytes hostile[] = {
    BYTES("a@x.com>\r\nRCPT TO:<e@x.com"),
    BYTES("b@y.com>\r\nDATA\r\nx"),
    BYTES("a@x.com> SIZE=1 RET=FULL BODY=BINARYMIME"),
    BYTES("b@y.com> NOTIFY=SUCCESS ORCPT=rfc822;e@x"),
    BYTES("a@x> SIZE=1"),
    BYTES("a@x.com\rb"),
    BYTES("a@x.com\nb"),
    BYTES("a@x.com\r\n"),
    BYTES("a@x.com\0b"),
    BYTES("a@x.com b"),
    BYTES("<a@x.com>"),
    BYTES("@relay.example:a@x.com"),
    BYTES("\"a b\"@x.com"),
    BYTES("a@x.com,b@x.com"),
    BYTES("\303\251@x.com"),
    BYTES("a"),
    BYTES(""),
};

static const mgw_bytes good_to[] = { BYTES("b@y.example"), BYTES("c@y.example") };

static mgw_smtp_envelope good_envelope(void)
{
    return (mgw_smtp_envelope){ .from = MGW_LIT("a@x.example"), .to = good_to, .count = 2 };
}

static smgw_status check(const mgw_smtp_envelope *envelope, const mgw_smtp_capabilities *offered, size_t *bad)
{
    return mgw_smtp_envelope_check(envelope, offered, 2, bad);
}

static void hostile_addresses_are_refused_with_their_place(void **state)
{
    (void)state;
    const mgw_smtp_capabilities none = { .size = false };
    for (size_t i = 0; i < COUNT_OF(hostile); i++) {
        mgw_smtp_envelope envelope = good_envelope();
        mgw_bytes to[2] = { good_to[0], hostile[i] };
        size_t bad = 0;
        envelope.to = to;
        assert_int_equal(check(&envelope, &none, &bad), SMGW_ERR_INVALID);
        assert_int_equal(bad, 1);
        envelope.to = good_to;
        envelope.from = hostile[i];
        assert_int_equal(check(&envelope, &none, &bad), SMGW_ERR_INVALID);
        assert_int_equal(bad, SIZE_MAX);
    }
}

static void counts_and_sizes_are_checked(void **state)
{
    (void)state;
    mgw_smtp_capabilities offered = { .size = true, .size_limit = 1000 };
    mgw_smtp_envelope envelope = good_envelope();
    size_t bad = 0;
    assert_int_equal(check(&envelope, &offered, &bad), SMGW_OK);
    envelope.size = 1000;
    assert_int_equal(check(&envelope, &offered, &bad), SMGW_OK);
    envelope.size = 1001;
    assert_int_equal(check(&envelope, &offered, &bad), SMGW_ERR_TOO_LARGE);
    offered.size_limit = 0;
    envelope.size = UINT64_MAX;
    assert_int_equal(check(&envelope, &offered, &bad), SMGW_OK);
    assert_int_equal(mgw_smtp_envelope_check(&envelope, &offered, 1, &bad), SMGW_ERR_TOO_LARGE);
    envelope.count = 0;
    assert_int_equal(check(&envelope, &offered, &bad), SMGW_ERR_INVALID);
}

static void an_8_bit_body_needs_the_extension(void **state)
{
    (void)state;
    mgw_smtp_capabilities offered = { .size = false };
    mgw_smtp_envelope envelope = good_envelope();
    size_t bad = 0;
    envelope.body_8bit = true;
    assert_int_equal(check(&envelope, &offered, &bad), SMGW_ERR_UNSUPPORTED);
    offered.eight_bit_mime = true;
    assert_int_equal(check(&envelope, &offered, &bad), SMGW_OK);
}

static void writes_exactly_what_is_offered(void **state)
{
    (void)state;
    static const struct {
        mgw_smtp_capabilities offered;
        uint64_t size;
        bool body_8bit;
        const char *mail;
    } cases[] = {
        { { .size = false }, 0, false, "MAIL FROM:<a@x.example>\r\n" },
        { { .size = false }, 5, false, "MAIL FROM:<a@x.example>\r\n" },
        { { .size = true }, 0, false, "MAIL FROM:<a@x.example>\r\n" },
        { { .size = true }, 5, false, "MAIL FROM:<a@x.example> SIZE=5\r\n" },
        { { .eight_bit_mime = true, .smtputf8 = true, .dsn = true }, 5, false, "MAIL FROM:<a@x.example>\r\n" },
        { { .size = true, .eight_bit_mime = true }, UINT64_MAX, true,
            "MAIL FROM:<a@x.example> SIZE=18446744073709551615 BODY=8BITMIME\r\n" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        mgw_buf out = MGW_BUF_INIT(1000);
        mgw_smtp_envelope envelope = good_envelope();
        envelope.size = cases[i].size;
        envelope.body_8bit = cases[i].body_8bit;
        mgw_smtp_envelope_write(&envelope, &cases[i].offered, &out);
        mgw_buf_add_byte(&out, '\0');
        assert_memory_equal(out.data, cases[i].mail, strlen(cases[i].mail));
        assert_string_equal(out.data + strlen(cases[i].mail), "RCPT TO:<b@y.example>\r\nRCPT TO:<c@y.example>\r\n");
        mgw_buf_free(&out);
    }
}

/* An address of 254 octets, the longest there is. */
static void make_longest(char *address)
{
    memset(address, 'a', 254);
    address[64] = '@';
    for (size_t i = 128; i < 254; i += 63)
        address[i] = '.';
}

static void longest_envelope_fits_its_bound(void **state)
{
    (void)state;
    char address[254];
    make_longest(address);
    mgw_bytes longest = { address, sizeof address };
    mgw_bytes to[3] = { longest, longest, longest };
    mgw_smtp_envelope envelope = { longest, to, 3, UINT64_MAX, true };
    mgw_smtp_capabilities offered = { .size = true, .eight_bit_mime = true };
    size_t bad = 0;
    mgw_buf out = MGW_BUF_INIT(mgw_smtp_envelope_max_len(3));
    assert_int_equal(mgw_smtp_envelope_check(&envelope, &offered, 3, &bad), SMGW_OK);
    mgw_smtp_envelope_write(&envelope, &offered, &out);
    assert_int_equal(out.status, SMGW_OK);
    mgw_buf_free(&out);
    assert_int_equal(mgw_smtp_envelope_max_len(SIZE_MAX), SIZE_MAX);
    assert_int_equal(mgw_smtp_envelope_max_len(SIZE_MAX / 266), SIZE_MAX);
}

static void failed_allocation_sticks(void **state)
{
    (void)state;
    mgw_smtp_envelope envelope = good_envelope();
    const mgw_smtp_capabilities none = { .size = false };
    mgw_buf out = MGW_BUF_INIT(1000);
    unsigned long failed = 0;
    for (unsigned long n = 1;; n++) {
        failing_alloc_start(n);
        mgw_smtp_envelope_write(&envelope, &none, &out);
        bool has_failed = failing_alloc_stop();
        assert_int_equal(out.status, has_failed ? SMGW_ERR_NO_MEMORY : SMGW_OK);
        mgw_buf_free(&out);
        if (!has_failed)
            break;
        failed++;
    }
    assert_true(failed > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hostile_addresses_are_refused_with_their_place),
        cmocka_unit_test(counts_and_sizes_are_checked),
        cmocka_unit_test(an_8_bit_body_needs_the_extension),
        cmocka_unit_test(writes_exactly_what_is_offered),
        cmocka_unit_test(longest_envelope_fits_its_bound),
        cmocka_unit_test(failed_allocation_sticks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
