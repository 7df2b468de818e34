/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "imap/parse.h"

static const struct {
    const char *rest;
    const char *code;
    const char *arguments;
    const char *text;
} texts[] = {
    { "", "", "", "" },
    { "done", "", "", "done" },
    { "[UIDVALIDITY 5] ok", "UIDVALIDITY", "5", "ok" },
    { "[READ-ONLY]", "READ-ONLY", "", "" },
    { "[READ-ONLY]text", "READ-ONLY", "", "text" },
    { "[PERMANENTFLAGS (\\Seen \\*)] limited", "PERMANENTFLAGS", "(\\Seen \\*)", "limited" },
    { "[]", "", "", "" },
    { "[ x] y", "", "x", "y" },
    { "[UNCLOSED 5", "", "", "[UNCLOSED 5" },
    { "[BAD\tCODE] x", "", "", "[BAD\tCODE] x" },
    { "[8\303\274] x", "", "", "[8\303\274] x" },
};

static void codes_stand_apart_from_the_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        mgw_imap_resp_text got = mgw_imap_parse_resp_text(mgw_bytes_str(texts[i].rest));
        if (!mgw_bytes_equal(got.code, mgw_bytes_str(texts[i].code)) ||
            !mgw_bytes_equal(got.arguments, mgw_bytes_str(texts[i].arguments)) ||
            !mgw_bytes_equal(got.text, mgw_bytes_str(texts[i].text)))
            fail_msg("'%s'", texts[i].rest);
    }
}

static void a_no_tells_what_to_do(void **state)
{
    (void)state;
    assert_int_equal(mgw_imap_status_of_no(MGW_LIT("")), SMGW_ERR_PERMANENT);
    assert_int_equal(mgw_imap_status_of_no(MGW_LIT("nonexistent")), SMGW_ERR_NOT_FOUND);
    assert_int_equal(mgw_imap_status_of_no(MGW_LIT("UNAVAILABLE")), SMGW_ERR_TEMPORARY);
    assert_int_equal(mgw_imap_status_of_no(MGW_LIT("INUSE")), SMGW_ERR_TEMPORARY);
    assert_int_equal(mgw_imap_status_of_no(MGW_LIT("EXPIRED")), SMGW_ERR_AUTH);
    assert_int_equal(mgw_imap_status_of_no(MGW_LIT("BADCHARSET")), SMGW_ERR_UNSUPPORTED);
    assert_int_equal(mgw_imap_status_of_no(MGW_LIT("NOPERM")), SMGW_ERR_PERMANENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_stand_apart_from_the_text),
        cmocka_unit_test(a_no_tells_what_to_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
