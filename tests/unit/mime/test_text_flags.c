/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "simplemailgw/view.h"

#include <string.h>

static const struct flag_case {
    const char *text;
    uint32_t flags;
} flag_cases[] = {
    { "", 0 },
    { "Invoice 17\tfor Ann\r\n", 0 },
    { "Gr\xc3\xbc\xc3\x9f" "e, \xe4\xbd\xa0\xe5\xa5\xbd", 0 },
    { "invoice\xe2\x80\xae" "fdp.exe", SMGW_TEXT_BIDI },         /* RLO */
    { "\xe2\x80\xaa" "a", SMGW_TEXT_BIDI },                      /* LRE */
    { "\xe2\x81\xa6" "a\xe2\x81\xa9", SMGW_TEXT_BIDI },          /* LRI, PDI */
    { "pay\xe2\x80\x8bpal", SMGW_TEXT_INVISIBLE },               /* ZWSP */
    { "pay\xe2\x80\x8dpal", SMGW_TEXT_INVISIBLE },               /* ZWJ between Latin letters */
    { "\xe2\x80\x8d", SMGW_TEXT_INVISIBLE },                     /* with nothing to join */
    { "a\xc2\xad" "b", SMGW_TEXT_INVISIBLE },                    /* soft hyphen */
    { "a\xef\xbb\xbf", SMGW_TEXT_INVISIBLE },                    /* BOM */
    { "\xe2\x9d\xa4\xef\xb8\x8f", 0 },                           /* heart, emoji style */
    { "\xef\xb8\x8f", SMGW_TEXT_INVISIBLE },                     /* style of nothing */
    { "a\xef\xb8\x8f\xef\xb8\x8f", SMGW_TEXT_INVISIBLE },        /* a second one */
    { "a\xef\xb8\x80", SMGW_TEXT_INVISIBLE },                    /* another selector */
    { "\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9", 0 },       /* man, ZWJ, woman */
    { "\xd9\x85\xdb\x8c\xe2\x80\x8c\xd8\xae", 0 },               /* Persian with ZWNJ */
    { "hi\xf3\xa0\x81\xa9\xf3\xa0\x81\xa7", SMGW_TEXT_TAGS },    /* tag i, tag g */
    { "a\xf3\xa0\x84\x80", SMGW_TEXT_TAGS },                     /* VS17 */
    { "a\x1b[31m", SMGW_TEXT_CONTROL },
    { "a\xc2\x85" "b", SMGW_TEXT_CONTROL },                      /* NEL */
    { "a\xe2\x80\xa8" "b", SMGW_TEXT_CONTROL },                  /* LINE SEPARATOR */
    { "a\xff", SMGW_TEXT_BAD_UTF8 },
    { "\xed\xa0\x80", SMGW_TEXT_BAD_UTF8 },
    { "\xc3", SMGW_TEXT_BAD_UTF8 },
    { "\xe2\x80\xae\x01\xff\xe2\x80\x8b", SMGW_TEXT_BIDI | SMGW_TEXT_CONTROL | SMGW_TEXT_BAD_UTF8 | SMGW_TEXT_INVISIBLE },
};

static void flags_what_deceives(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(flag_cases); i++) {
        uint32_t flags = smgw_text_flags(flag_cases[i].text, strlen(flag_cases[i].text));
        if (flags != flag_cases[i].flags)
            fail_msg("case %zu: 0x%x, not 0x%x", i, (unsigned)flags, (unsigned)flag_cases[i].flags);
    }
}

static void sees_a_nul_and_takes_no_text(void **state)
{
    (void)state;
    assert_int_equal(smgw_text_flags("a\0b", 3), SMGW_TEXT_CONTROL);
    assert_int_equal(smgw_text_flags(NULL, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flags_what_deceives),
        cmocka_unit_test(sees_a_nul_and_takes_no_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
