/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "base/buf.h"
#include "mime/address_list.h"
#include "mime/mail.h"
#include "support/failing_alloc.h"

#include <stdlib.h>
#include <string.h>

typedef const char *(*maker)(mgw_arena *arena, mgw_bytes raw);

static const struct text_case {
    maker make;
    mgw_bytes raw;
    const char *expected;
} text_cases[] = {
#define T(text)                                                                                                        \
    {                                                                                                                  \
        text, sizeof(text) - 1                                                                                         \
    }
    { mgw_mail_text, T(""), "" },
    { mgw_mail_text, T("  plain text  "), "plain text" },
    { mgw_mail_text, T("=?utf-8?q?gr=C3=BCn?="), "gr\xc3\xbcn" },
    { mgw_mail_text, T("a\r\n b"), "a b" },
    { mgw_mail_text, T("a\0b\x1b[31m\x7f"), "a b [31m" },
    { mgw_mail_text, T("=?utf-8?q?a=0D=0ABcc:_x?="), "a  Bcc: x" },
    { mgw_mail_text, T("gr\xfcn"), "gr\xef\xbf\xbdn" },
    { mgw_mail_plain, T(" <a@b> "), "<a@b>" },
    { mgw_mail_plain, T("=?utf-8?q?a?="), "=?utf-8?q?a?=" },
    { mgw_mail_plain, T("a\r\n b\rc\nd\r\n"), "a b c d" },
    { mgw_mail_plain, T("a\xc2\x85\xe2\x80\xa8z\xed\xa0\x80"), "a  z\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
    { mgw_mail_plain, T("a\r\r\nb\n\n c\r"), "a b c" },
    { mgw_mail_token, T(" BASE64 "), "base64" },
    { mgw_mail_token, T("\xc3\x84"), "\xc3\x84" }, /* ASCII only is folded */
    { mgw_mail_msg_id, T("<a@b>"), "<a@b>" },
    { mgw_mail_msg_id, T("junk <a@b> <c@d>"), "<a@b>" },
    { mgw_mail_msg_id, T("<a b> <<c@d>"), "<c@d>" },
    { mgw_mail_msg_id, T("<> <a"), "" },
    { mgw_mail_msg_id, T("a@b"), "" },
    { mgw_mail_msg_id, T("<"), "" },
#undef T
};

static void makes_clean_strings(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(text_cases); i++) {
        mgw_bytes raw = text_cases[i].raw;
        char *copy = malloc(raw.len > 0 ? raw.len : 1);
        assert_non_null(copy);
        memcpy(copy, raw.data, raw.len);
        mgw_arena arena;
        mgw_arena_init(&arena, 1 << 20);
        assert_string_equal(text_cases[i].make(&arena, mgw_bytes_of(copy, raw.len)), text_cases[i].expected);
        mgw_arena_free(&arena);
        free(copy);
    }
}

static void a_field_is_limited(void **state)
{
    (void)state;
    char *text = malloc(MGW_MAIL_MAX_FIELD + 1);
    assert_non_null(text);
    memset(text, 'a', MGW_MAIL_MAX_FIELD + 1);
    const maker makers[] = { mgw_mail_text, mgw_mail_plain, mgw_mail_token };
    for (size_t i = 0; i < COUNT_OF(makers); i++) {
        mgw_arena arena;
        mgw_arena_init(&arena, 1 << 20);
        assert_non_null(makers[i](&arena, mgw_bytes_of(text, MGW_MAIL_MAX_FIELD)));
        assert_ptr_equal(makers[i](&arena, mgw_bytes_of(text, MGW_MAIL_MAX_FIELD + 1)), mgw_mail_too_long);
        assert_string_equal(mgw_mail_too_long, "");
        assert_int_equal(arena.status, SMGW_OK);
        mgw_arena_free(&arena);
    }
    free(text);
}

static void addresses_and_types_from_their_pieces(void **state)
{
    (void)state;
    mgw_arena arena;
    mgw_arena_init(&arena, 1 << 20);
    smgw_address address;
    assert_int_equal(
        mgw_mail_address(&arena, MGW_LIT("=?utf-8?q?=C3=BC?="), MGW_LIT("a\r\nb"), MGW_LIT("x.org"), &address),
        SMGW_OK);
    assert_string_equal(address.name, "\xc3\xbc");
    assert_string_equal(address.address, "\"a b\"@x.org");
    assert_int_equal(mgw_mail_address(&arena, MGW_LIT("n"), MGW_LIT("group"), MGW_LIT(""), &address), SMGW_OK);
    assert_string_equal(address.address, "");
    assert_string_equal(mgw_mail_media_type(&arena, MGW_LIT("TEXT"), MGW_LIT("Plain")), "text/plain");
    assert_string_equal(mgw_mail_disposition(MGW_LIT(" INLINE")), "inline");
    assert_string_equal(mgw_mail_disposition(MGW_LIT("x-other")), "attachment");
    assert_string_equal(mgw_mail_disposition(MGW_LIT("")), "");
    mgw_arena_free(&arena);
}

/*
 * What reading a message gives for the address: `written` where there is one, else mailbox and host with nothing but an
 * '@' between them.
 */
static const char *address_in_message(mgw_arena *arena, mgw_bytes mailbox, mgw_bytes host, const char *written)
{
    mgw_buf value = MGW_BUF_INIT(SIZE_MAX);
    mgw_buf_add_str(&value, "n <");
    mgw_buf_add_str(&value, written);
    if (written[0] == '\0') {
        mgw_buf_add_bytes(&value, mailbox);
        mgw_buf_add_byte(&value, '@');
        mgw_buf_add_bytes(&value, host);
    }
    mgw_buf_add_byte(&value, '>');
    mgw_address_list_reader reader;
    mgw_address_list_init(&reader, arena, 10);
    smgw_address_list list;
    assert_int_equal(mgw_address_list_add(&reader, mgw_buf_bytes(&value)), SMGW_OK);
    assert_int_equal(mgw_address_list_finish(&reader, &list), SMGW_OK);
    assert_int_equal(list.count, 1);
    mgw_address_list_free(&reader);
    mgw_buf_free(&value);
    return list.items[0].address;
}

/* Where a message may hold the same address, reading it gives the same text. */
static void an_address_is_one_address(void **state)
{
    (void)state;
    static const struct {
        mgw_bytes mailbox, host;
        const char *expected;
        bool in_message;
    } cases[] = {
#define A(mailbox, host) MGW_LIT_INIT(mailbox), MGW_LIT_INIT(host)
        { A("ceo@bank.com> <x", "evil.com"), "\"ceo@bank.com> <x\"@evil.com", true },
        { A("a@b", "c"), "\"a@b\"@c", true },
        { A("a b", "x.org"), "\"a b\"@x.org", true },
        { A("a\"\\b", "x.org"), "\"a\\\"\\\\b\"@x.org", true },
        { A("a,b", "x.org"), "\"a,b\"@x.org", true },
        { A("a(b)", "x.org"), "\"a(b)\"@x.org", true },
        { A(" ", "x.org"), "\" \"@x.org", true },
        { A("a\0b", "x.org"), "\"a b\"@x.org", false },
        { A("a\xc2\x85z", "x.org"), "\"a z\"@x.org", false },
        { A("a.b+c_d", "x.org"), "a.b+c_d@x.org", true },
        { A("a..b.", "x.org"), "a..b.@x.org", true },
        { A("!#$%&'*+-/=?^_`{|}~", "x.org"), "!#$%&'*+-/=?^_`{|}~@x.org", true },
        { A("j\xc3\xbc", "b\xc3\xbc.org"), "j\xc3\xbc@b\xc3\xbc.org", true },
        { A("a", "[IPv6:2001:db8::1]"), "a@[IPv6:2001:db8::1]", true },
        { A("a", "[127.0.0.1]"), "a@[127.0.0.1]", true },
        { A("a", "localhost"), "a@localhost", true },
        { A("a", "b@x.org"), "", true },
        { A("a", "x.org> <b@y.org"), "", true },
        { A("a", "x.org>"), "", false },
        { A("a", "x y"), "", true },
        { A("a", "\"x\""), "", true },
        { A("a", "x.org\xe2\x80\xa8"), "", false },
        { A("a", "x.org\n"), "a@x.org", false },
        { A("a", "x\0.org"), "", false },
        { A("a", "x,y"), "", false },
        { A("a", "[x]y"), "", false },
        { A("a", "[]"), "", false },
        { A("a", "["), "", false },
        { A("a", "[x@y]"), "", true },
        { A("a", ""), "", false },
        { A("", "x.org"), "", false },
#undef A
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        mgw_arena arena;
        mgw_arena_init(&arena, 1 << 20);
        smgw_address address;
        assert_int_equal(mgw_mail_address(&arena, MGW_LIT("n"), cases[i].mailbox, cases[i].host, &address), SMGW_OK);
        assert_string_equal(address.name, "n");
        assert_string_equal(address.address, cases[i].expected);
        if (cases[i].in_message)
            assert_string_equal(address_in_message(&arena, cases[i].mailbox, cases[i].host, cases[i].expected),
                cases[i].expected);
        mgw_arena_free(&arena);
    }
}

static void an_address_survives_every_failed_allocation(void **state)
{
    (void)state;
    for (unsigned long n = 1;; n++) {
        mgw_arena arena;
        mgw_arena_init(&arena, 1 << 20);
        smgw_address address;
        failing_alloc_start(n);
        smgw_status status = mgw_mail_address(&arena, MGW_LIT("n"), MGW_LIT("a b"), MGW_LIT("x.org"), &address);
        bool failed = failing_alloc_stop();
        assert_int_equal(status, failed ? SMGW_ERR_NO_MEMORY : SMGW_OK);
        mgw_arena_free(&arena);
        if (!failed)
            break;
    }
}

static void an_address_is_limited(void **state)
{
    (void)state;
    enum { QUOTES_AND_HOST = 2 + 2 };
    char *text = malloc(MGW_MAIL_MAX_FIELD);
    assert_non_null(text);
    memset(text, ' ', MGW_MAIL_MAX_FIELD);
    mgw_arena arena;
    mgw_arena_init(&arena, 1 << 20);
    smgw_address address;
    mgw_bytes fits = mgw_bytes_of(text, MGW_MAIL_MAX_FIELD - QUOTES_AND_HOST);
    assert_int_equal(mgw_mail_address(&arena, MGW_LIT("n"), fits, MGW_LIT("c"), &address), SMGW_OK);
    assert_int_equal(strlen(address.address), MGW_MAIL_MAX_FIELD);
    mgw_bytes over = mgw_bytes_of(text, fits.len + 1);
    assert_int_equal(mgw_mail_address(&arena, MGW_LIT("n"), over, MGW_LIT("c"), &address), SMGW_OK);
    assert_ptr_equal(address.address, mgw_mail_too_long);
    mgw_arena_free(&arena);
    free(text);
}

static void knows_an_attachment(void **state)
{
    (void)state;
    static const struct {
        const char *media_type, *disposition, *filename;
        bool expected;
    } cases[] = {
        { "text/plain", "", "", false },
        { "text/html", "inline", "", false },
        { "text/plain", "attachment", "", true },
        { "text/plain", "", "a.txt", true },
        { "image/png", "inline", "", true },
        { "message/rfc822", "", "", true },
        { "multipart/mixed", "", "a.txt", false },
        { "multipart/mixed", "attachment", "", false },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const smgw_part part = {
            .media_type = cases[i].media_type, .disposition = cases[i].disposition, .filename = cases[i].filename
        };
        assert_int_equal(mgw_part_is_attachment(&part), cases[i].expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_clean_strings),
        cmocka_unit_test(a_field_is_limited),
        cmocka_unit_test(addresses_and_types_from_their_pieces),
        cmocka_unit_test(an_address_is_one_address),
        cmocka_unit_test(an_address_survives_every_failed_allocation),
        cmocka_unit_test(an_address_is_limited),
        cmocka_unit_test(knows_an_attachment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
