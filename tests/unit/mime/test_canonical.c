/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "mime/canonical.h"
#include "support/failing_alloc.h"

#include <string.h>

static const struct lines_case {
    mgw_bytes text;
    bool good; /* To its end. */
} lines_cases[] = {
    { MGW_LIT_INIT(""), true },
    { MGW_LIT_INIT("a"), true },
    { MGW_LIT_INIT("a\r\n\r\nb\r\n"), true },
    { MGW_LIT_INIT("\r\n"), true },
    { MGW_LIT_INIT("\xff\x80 8-bit\r\n"), true },
    { MGW_LIT_INIT("a\nb\r\n"), false },
    { MGW_LIT_INIT("\n"), false },
    { MGW_LIT_INIT("a\rb\r\n"), false },
    { MGW_LIT_INIT("a\r\r\n"), false },
    { MGW_LIT_INIT("a\r\n\n"), false },
    { MGW_LIT_INIT("a\r"), false },
    { MGW_LIT_INIT("a\r\nb\r"), false },
    { MGW_LIT_INIT("a\0b\r\n"), false },
    { MGW_LIT_INIT("a\r\0\n"), false },
};

static bool passes(mgw_bytes text, size_t step)
{
    mgw_canonical lines = { false };
    for (size_t at = 0; at < text.len; at += step)
        if (!mgw_canonical_feed(&lines, mgw_bytes_slice(text, at, step)))
            return false;
    return mgw_canonical_end(&lines);
}

static void lines_end_with_crlf_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(lines_cases); i++)
        for (size_t step = 1; step <= 3; step++)
            if (passes(lines_cases[i].text, step) != lines_cases[i].good)
                fail_msg("row %zu in steps of %zu", i, step);
}

static void the_header_ends_at_the_empty_line(void **state)
{
    (void)state;
    assert_int_equal(mgw_canonical_header(MGW_LIT("")), 0);
    assert_int_equal(mgw_canonical_header(MGW_LIT("A: b\r\n")), 0);
    assert_int_equal(mgw_canonical_header(MGW_LIT("A: b\r\n\r\nC: d\r\n\r\n")), 8);
    assert_int_equal(mgw_canonical_header(MGW_LIT("\r\nA: b\r\n\r\n")), 2);
    assert_int_equal(mgw_canonical_header(MGW_LIT("A: b\r\n \r\nC: d\r\n\r\n")), 17);
}

static const struct threading_case {
    const char *header;
    const char *field; /* That is refused; NULL: none. */
} threading_cases[] = {
    { "Subject: x\r\n\r\n", NULL },
    { "Message-ID: <a@b>\r\nIn-Reply-To: <c@d>\r\nReferences: <c@d>\r\n\t<e@f>\r\n <g@h>\r\n\r\n", NULL },
    { "In-Reply-To: <a@b> <c@d>\r\n\r\n", NULL },
    { "message-id:<a@b>\r\n", NULL },
    { "", "header" },
    { "\r\n", "header" },
    { "no field\r\n\r\n", "header" },
    { "Message-ID: a@b\r\n\r\n", "Message-ID" },
    { "Message-ID:\r\n\r\n", "Message-ID" },
    { "Message-ID: <a@b> <c@d>\r\n\r\n", "Message-ID" },
    { "MESSAGE-ID : <a\r\n b@c>\r\n\r\n", "Message-ID" },
    { "Message-ID: <a@b>\r\nMessage-ID: <b>\r\n\r\n", "Message-ID" },
    { "In-Reply-To: Your message of today\r\n\r\n", "In-Reply-To" },
    { "References: <a@b><c@d>\r\n\r\n", "References" },
    { "References: <a@b>|<c@d>\r\n\r\n", "References" },
    { "References: <a@b> \xc3\xa4\r\n\r\n", "References" },
    { "References: <a@b>\r\n x\r\n\r\n", "References" },
};

static void threads_are_made_of_good_ids(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(threading_cases); i++) {
        const struct threading_case *row = &threading_cases[i];
        smgw_error error = SMGW_ERROR_INIT;
        smgw_status status = mgw_check_threading(mgw_bytes_str(row->header), &error);
        if (status != (row->field == NULL ? SMGW_OK : SMGW_ERR_INVALID))
            fail_msg("row %zu: %s", i, error.message);
        assert_string_equal(error.field, row->field != NULL ? row->field : "");
    }
}

static void memory_may_run_short(void **state)
{
    (void)state;
    static const char header[] = "Message-ID: <a@b>\r\nReferences: <c@d> <e@f>\r\n\r\n";
    smgw_status status = SMGW_OK;
    unsigned long failed = 0;
    for (unsigned long n = 1;; n++) {
        failing_alloc_start(n);
        status = mgw_check_threading(mgw_bytes_str(header), NULL);
        if (!failing_alloc_stop())
            break;
        assert_int_equal(status, SMGW_ERR_NO_MEMORY);
        failed++;
    }
    assert_int_equal(status, SMGW_OK);
    assert_true(failed > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_end_with_crlf_alone),
        cmocka_unit_test(the_header_ends_at_the_empty_line),
        cmocka_unit_test(threads_are_made_of_good_ids),
        cmocka_unit_test(memory_may_run_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
