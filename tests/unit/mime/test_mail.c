/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "mime/mail.h"

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
    assert_string_equal(address.address, "a b@x.org");
    assert_int_equal(mgw_mail_address(&arena, MGW_LIT("n"), MGW_LIT("group"), MGW_LIT(""), &address), SMGW_OK);
    assert_string_equal(address.address, "");
    assert_string_equal(mgw_mail_media_type(&arena, MGW_LIT("TEXT"), MGW_LIT("Plain")), "text/plain");
    assert_string_equal(mgw_mail_disposition(MGW_LIT(" INLINE")), "inline");
    assert_string_equal(mgw_mail_disposition(MGW_LIT("x-other")), "attachment");
    assert_string_equal(mgw_mail_disposition(MGW_LIT("")), "");
    mgw_arena_free(&arena);
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
        cmocka_unit_test(knows_an_attachment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
