/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "smtp/capability.h"

static mgw_smtp_capabilities read_from(const char *text)
{
    mgw_smtp_reply reply;
    size_t consumed = 0;
    mgw_smtp_capabilities capabilities;
    memset(&capabilities, 0xff, sizeof capabilities);
    mgw_smtp_reply_init(&reply);
    assert_int_equal(mgw_smtp_reply_feed(&reply, mgw_bytes_str(text), &consumed), MGW_SMTP_PARSE_REPLY);
    mgw_smtp_capabilities_read(&capabilities, &reply);
    mgw_smtp_reply_free(&reply);
    return capabilities;
}

static void reads_all_that_is_known(void **state)
{
    (void)state;
    mgw_smtp_capabilities all = read_from("250-mail.example greets\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n"
                                          "250-VRFY\r\n250-8bitmime\r\n250-smtpUTF8\r\n250-CHUNKING\r\n"
                                          "250-ENHANCEDSTATUSCODES\r\n250-DSN\r\n250-STARTTLS\r\n"
                                          "250-AUTH PLAIN  xoauth2 OAUTHBEARER UNHEARD-OF\r\n250 HELP\r\n");
    assert_true(all.pipelining && all.eight_bit_mime && all.smtputf8 && all.chunking);
    assert_true(all.enhanced_codes && all.dsn && all.starttls && all.size);
    assert_int_equal(all.size_limit, 10240000);
    assert_int_equal(all.auth, MGW_SMTP_AUTH_PLAIN | MGW_SMTP_AUTH_XOAUTH2 | MGW_SMTP_AUTH_OAUTHBEARER);
    all = read_from("250-x\r\n250 AUTH LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256\r\n");
    assert_int_equal(all.auth,
        MGW_SMTP_AUTH_LOGIN | MGW_SMTP_AUTH_CRAM_MD5 | MGW_SMTP_AUTH_SCRAM_SHA_1 | MGW_SMTP_AUTH_SCRAM_SHA_256);
}

static void takes_nothing_else(void **state)
{
    (void)state;
    mgw_smtp_capabilities none = read_from("250-PIPELINING SIZE 5\r\n250-XPIPELINING\r\n250-PIPELININGX\r\n250-\r\n"
                                           "250-X AUTH PLAIN\r\n250-AUTHPLAIN\r\n250-AUTH\r\n250-AUTH PLAI PLAINX\r\n"
                                           "250 8BIT MIME\r\n");
    assert_false(none.pipelining || none.eight_bit_mime || none.smtputf8 || none.chunking);
    assert_false(none.enhanced_codes || none.dsn || none.starttls || none.size);
    assert_int_equal(none.size_limit, 0);
    assert_int_equal(none.auth, 0);
}

static void reads_size(void **state)
{
    (void)state;
    static const struct {
        const char *reply;
        bool size;
        uint64_t limit;
    } cases[] = {
        { "250-x\r\n250 SIZE\r\n", true, 0 },
        { "250-x\r\n250 SIZE \r\n", true, 0 },
        { "250-x\r\n250 SIZE 0\r\n", true, 0 },
        { "250-x\r\n250 SIZE 1\r\n", true, 1 },
        { "250-x\r\n250 size  007 \r\n", true, 7 },
        { "250-x\r\n250 SIZE 18446744073709551615\r\n", true, UINT64_MAX },
        { "250-x\r\n250 SIZE 18446744073709551616\r\n", false, 0 },
        { "250-x\r\n250 SIZE 99999999999999999999999\r\n", false, 0 },
        { "250-x\r\n250 SIZE -1\r\n", false, 0 },
        { "250-x\r\n250 SIZE 1M\r\n", false, 0 },
        { "250-x\r\n250 SIZE 1 2\r\n", false, 0 },
        { "250-x\r\n250-SIZE 20\r\n250-SIZE 10\r\n250 SIZE 30\r\n", true, 10 },
        { "250-x\r\n250-SIZE 20\r\n250 SIZE 0\r\n", true, 20 },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        mgw_smtp_capabilities capabilities = read_from(cases[i].reply);
        print_message("  %s", cases[i].reply);
        assert_int_equal(capabilities.size, cases[i].size);
        assert_int_equal(capabilities.size_limit, cases[i].limit);
    }
}

static void first_line_only_greets(void **state)
{
    (void)state;
    mgw_smtp_capabilities none = read_from("250 PIPELINING\r\n");
    assert_false(none.pipelining);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_all_that_is_known),
        cmocka_unit_test(takes_nothing_else),
        cmocka_unit_test(reads_size),
        cmocka_unit_test(first_line_only_greets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
