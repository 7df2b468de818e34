/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "mime/flowed.h"
#include "support/failing_alloc.h"

static const struct flowed_case {
    const char *text;
    const char *plain;  /* With delsp=no. */
    const char *delsp;  /* With delsp=yes; NULL: the same. */
} flowed_cases[] = {
    { "", "", NULL },
    { "fixed\nlines\n", "fixed\nlines\n", NULL },
    { "no end", "no end", NULL },
    { "one \ntwo \nthree\nnext\n", "one two three\nnext\n", "onetwothree\nnext\n" },
    /* RFC 3676 section 4.1: the last line of a paragraph has no space. */
    { "a \n\nb\n", "a \nb\n", "a\nb\n" },
    /* Section 4.3: the separator neither flows nor is flowed into. */
    { "text \n-- \nAnn \nExample\n", "text \n-- \nAnn Example\n", "text\n-- \nAnnExample\n" },
    /* Section 4.4: space-stuffing. */
    { " >not quoted\n  two\n From me\n", " >not quoted\n two\nFrom me\n", NULL },
    /* Section 4.5: quote marks, and the example with different depths. */
    { ">> a \n>> b\n> c\n", ">> a b\n> c\n", ">> ab\n> c\n" },
    { "> flows \n>> deeper\nnone\n", "> flows \n>> deeper\nnone\n", "> flows\n>> deeper\nnone\n" },
    { ">>>He is very stingy; so stingy that he \n>>>makes Scrooge look good.\n>>Yes.\n>   And you?\nWell.\n",
        ">>> He is very stingy; so stingy that he makes Scrooge look good.\n>> Yes.\n>   And you?\nWell.\n",
        ">>> He is very stingy; so stingy that hemakes Scrooge look good.\n>> Yes.\n>   And you?\nWell.\n" },
    { ">\n> \n", ">\n>\n", NULL },
    { "> -- \n> Ann\n", "> -- \n> Ann\n", NULL },
    { "cut \n", "cut ", "cut" },
    { ">", ">", NULL },
};

static void check(const char *text, bool delsp, const char *expected)
{
    mgw_buf out = MGW_BUF_INIT(1000);
    assert_int_equal(mgw_flowed_decode(mgw_bytes_str(text), delsp, &out), SMGW_OK);
    assert_string_equal(mgw_buf_str(&out), expected);
    mgw_buf_free(&out);
}

static void joins_what_flows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(flowed_cases); i++) {
        const struct flowed_case *c = &flowed_cases[i];
        check(c->text, false, c->plain);
        check(c->text, true, c->delsp != NULL ? c->delsp : c->plain);
    }
}

static void keeps_to_the_cap(void **state)
{
    (void)state;
    mgw_buf out = MGW_BUF_INIT(4);
    assert_int_equal(mgw_flowed_decode(MGW_LIT("abc \ndef"), false, &out), SMGW_ERR_TOO_LARGE);
    mgw_buf_free(&out);
}

static void reports_that_memory_is_short(void **state)
{
    (void)state;
    mgw_buf out = MGW_BUF_INIT(1000);
    failing_alloc_start(1);
    smgw_status status = mgw_flowed_decode(MGW_LIT("abc \ndef"), false, &out);
    assert_true(failing_alloc_stop());
    assert_int_equal(status, SMGW_ERR_NO_MEMORY);
    mgw_buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(joins_what_flows),
        cmocka_unit_test(keeps_to_the_cap),
        cmocka_unit_test(reports_that_memory_is_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
