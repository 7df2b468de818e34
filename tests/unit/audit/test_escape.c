/* SPDX-License-Identifier: MIT */
/* Rows L01 to L04, L06 and L07 of the attack catalogue. */
#include "support/test.h"

#include "audit/escape.h"
#include "base/utf8.h"

#include <jansson.h>

static void escapes_what_is_not_one_printable_line(void **state)
{
    (void)state;
    const struct {
        mgw_bytes text;
        const char *expected;
    } rows[] = {
        { MGW_LIT("x\n{\"event\":\"EMAIL_SENT\"}"), "x\\n{\\\"event\\\":\\\"EMAIL_SENT\\\"}" },
        { MGW_LIT("a\xe2\x80\xa8" "b"), "a\\u2028b" },
        { MGW_LIT("a\xe2\x80\xa9" "b"), "a\\u2029b" },
        { MGW_LIT("\033]0;x\007\033[2K"), "\\u001b]0;x\\u0007\\u001b[2K" },
        { MGW_LIT("\xc2\x9b 31m"), "\\u009b 31m" },
        { MGW_LIT("\xc2\x85"), "\\u0085" },
        { MGW_LIT("\xff\xfe"), "\\ufffd\\ufffd" },
        { MGW_LIT("a\xc3"), "a\\ufffd" },
        { MGW_LIT("\xc0\xaf"), "\\ufffd\\ufffd" },
        { MGW_LIT("\xed\xa0\x80"), "\\ufffd\\ufffd\\ufffd" },
        { MGW_LIT("a\0b"), "a\\u0000b" },
        { MGW_LIT("\r\t\b\f\x7f"), "\\r\\t\\u0008\\u000c\\u007f" },
        { MGW_LIT("\\\"/"), "\\\\\\\"/" },
        { MGW_LIT("\xe2\x80\xae" "exe"), "\\u202eexe" },
        { MGW_LIT("\xe2\x80\x8b"), "\\u200b" },
        { MGW_LIT("\xf3\xa0\x81\x81"), "\\udb40\\udc41" }, /* A tag character. */
        { MGW_LIT("gr\xc3\xbc\xc3\x9f \xf0\x9f\x93\xa7"), "gr\xc3\xbc\xc3\x9f \xf0\x9f\x93\xa7" },
        { MGW_LIT(""), "" },
        { { NULL, 0 }, "" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char out[200];
        size_t len = 0;
        assert_int_equal(mgw_audit_escape(rows[i].text, out, sizeof out - 1, &len), rows[i].text.len);
        out[len] = '\0';
        assert_string_equal(out, rows[i].expected);
    }
}

static void never_cuts_a_character(void **state)
{
    (void)state;
    const mgw_bytes text = MGW_LIT("a\n\xc3\xbc\xf3\xa0\x81\x81\xffz");
    static const size_t widths[] = { 1, 2, 2, 12, 6, 1 };
    static const size_t steps[] = { 1, 1, 2, 4, 1, 1 };
    for (size_t room = 0; room <= 30; room++) {
        char out[31];
        size_t expected_len = 0;
        size_t expected_taken = 0;
        for (size_t i = 0; i < COUNT_OF(widths) && expected_len + widths[i] <= room; i++) {
            expected_len += widths[i];
            expected_taken += steps[i];
        }
        size_t len = 0;
        memset(out, '#', sizeof out);
        assert_int_equal(mgw_audit_escape(text, out, room, &len), expected_taken);
        assert_int_equal(len, expected_len);
        for (size_t i = len; i < sizeof out; i++)
            assert_int_equal(out[i], '#');
    }
}

/* Every pair of bytes makes valid JSON without a control, and every valid text is read back as it was. */
static void every_byte_is_readable_json(void **state)
{
    (void)state;
    for (unsigned pair = 0; pair < 65536; pair++) {
        char text[2] = { (char)(pair >> 8), (char)(pair & 0xff) };
        char out[32] = "\"";
        size_t len = 0;
        assert_int_equal(mgw_audit_escape(mgw_bytes_of(text, 2), out + 1, sizeof out - 2, &len), 2);
        out[1 + len] = '"';
        for (size_t i = 0; i < len + 2; i++)
            assert_true((unsigned char)out[i] >= 0x20 && out[i] != 0x7f);
        json_t *value = json_loadb(out, len + 2, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
        assert_non_null(value);
        if (mgw_utf8_valid(text, 2)) {
            assert_int_equal(json_string_length(value), 2);
            assert_memory_equal(json_string_value(value), text, 2);
        }
        json_decref(value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escapes_what_is_not_one_printable_line),
        cmocka_unit_test(never_cuts_a_character),
        cmocka_unit_test(every_byte_is_readable_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
