/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "base/utf8.h"
#include "imap/mutf7.h"
#include "support/failing_alloc.h"

typedef struct pair {
    const char *id;
    const char *utf8;
    const char *wire;
} pair;

static const pair pairs[] = {
    { "", "", "" },
    { "", "INBOX", "INBOX" },
    { "", " ~ \"\\", " ~ \"\\" },
    { "I10", "INBOX{5+}", "INBOX{5+}" },
    { "I15", "Entw\303\274rfe", "Entw&APw-rfe" },
    { "I16", "a&b", "a&-b" },
    { "I17", "\346\227\245\346\234\254", "&ZeVnLA-" },
    { "I18", "\360\237\230\200", "&2D3eAA-" },
    { "", "&", "&-" },
    { "", "&&-", "&-&--" },
    { "", "\303\274&", "&APw-&-" },
    { "", "&\303\274", "&-&APw-" },
    { "", "\303\274a\303\274", "&APw-a&APw-" },
    { "", "\302\240", "&AKA-" },
    { "", "\357\277\277", "&,,8-" },
    { "", "\364\217\277\277", "&2,,f,w-" },
    { "RFC 3501 5.1.3", "~peter/mail/\345\217\260\345\214\227/\346\227\245\346\234\254\350\252\236",
        "~peter/mail/&U,BTFw-/&ZeVnLIqe-" },
};

static void each_name_has_one_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        mgw_buf wire = MGW_BUF_INIT(1000);
        mgw_buf utf8 = MGW_BUF_INIT(1000);
        assert_int_equal(mgw_mutf7_encode(mgw_bytes_str(pairs[i].utf8), &wire), SMGW_RULE_OK);
        assert_string_equal(mgw_buf_str(&wire), pairs[i].wire);
        assert_int_equal(mgw_mutf7_decode(mgw_buf_bytes(&wire), &utf8), SMGW_RULE_OK);
        assert_string_equal(mgw_buf_str(&utf8), pairs[i].utf8);
        mgw_buf_free(&wire);
        mgw_buf_free(&utf8);
    }
}

static const struct {
    const char *id;
    mgw_bytes text;
    smgw_rule rule;
} refused_names[] = {
    { "I01", { "INBOX\r\nA1 DELETE x", 18 }, SMGW_RULE_LINE_BREAK },
    { "I02", { "INBOX\rX", 7 }, SMGW_RULE_LINE_BREAK },
    { "I03", { "INBOX\nX", 7 }, SMGW_RULE_LINE_BREAK },
    { "I05", { "a\177b", 3 }, SMGW_RULE_CONTROL },
    { "I06", { "a\tb", 3 }, SMGW_RULE_CONTROL },
    { "NUL", { "a\0b", 3 }, SMGW_RULE_NUL },
    { "NEL", { "a\302\205b", 4 }, SMGW_RULE_LINE_BREAK },
    { "U+2028", { "a\342\200\250b", 5 }, SMGW_RULE_LINE_BREAK },
    { "C1", { "a\302\233b", 4 }, SMGW_RULE_CONTROL },
    { "invalid", { "a\377", 2 }, SMGW_RULE_UTF8 },
    { "cut", { "a\303", 2 }, SMGW_RULE_UTF8 },
    { "surrogate", { "\355\240\200", 3 }, SMGW_RULE_UTF8 },
};

static void names_that_break_lines_are_not_encoded(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(refused_names); i++) {
        mgw_buf out = MGW_BUF_INIT(1000);
        mgw_buf_add_str(&out, "kept");
        assert_int_equal(mgw_mutf7_encode(refused_names[i].text, &out), refused_names[i].rule);
        assert_string_equal(mgw_buf_str(&out), "kept");
        mgw_buf_free(&out);
    }
}

static const struct {
    const char *id;
    mgw_bytes text;
    smgw_rule rule;
} refused_wire[] = {
    { "I19 printable ASCII", { "&AGEAYg-", 8 }, SMGW_RULE_SYNTAX },
    { "printable '&'", { "&ACY-", 5 }, SMGW_RULE_SYNTAX },
    { "printable after others", { "&APwAYQ-", 8 }, SMGW_RULE_SYNTAX },
    { "I21 bad base64", { "&!!!-", 5 }, SMGW_RULE_SYNTAX },
    { "'/' of plain base64", { "&U/BT-", 6 }, SMGW_RULE_SYNTAX },
    { "padding", { "&APw=-", 6 }, SMGW_RULE_SYNTAX },
    { "I24 CRLF", { "&AA0ACg-", 8 }, SMGW_RULE_LINE_BREAK },
    { "TAB", { "&AAk-", 5 }, SMGW_RULE_CONTROL },
    { "NUL", { "&AAA-", 5 }, SMGW_RULE_NUL },
    { "C1", { "&AJs-", 5 }, SMGW_RULE_CONTROL },
    { "U+2028", { "&ICg-", 5 }, SMGW_RULE_LINE_BREAK },
    { "lone high surrogate", { "&2D0-", 5 }, SMGW_RULE_SYNTAX },
    { "lone low surrogate", { "&3gA-", 5 }, SMGW_RULE_SYNTAX },
    { "two high surrogates", { "&2D3YPQ-", 8 }, SMGW_RULE_SYNTAX },
    { "high, then a letter", { "&2D0A,A-", 8 }, SMGW_RULE_SYNTAX },
    { "a low one first", { "&3gDYPQ-", 8 }, SMGW_RULE_SYNTAX },
    { "spare bits set", { "&APx-", 5 }, SMGW_RULE_SYNTAX },
    { "one digit too many", { "&APwA-", 6 }, SMGW_RULE_SYNTAX },
    { "half a unit", { "&AP-", 4 }, SMGW_RULE_SYNTAX },
    { "a single digit", { "&A-", 3 }, SMGW_RULE_SYNTAX },
    { "not closed", { "&APw", 4 }, SMGW_RULE_SYNTAX },
    { "only a shift", { "&", 1 }, SMGW_RULE_SYNTAX },
    { "bare ampersand", { "a&b", 3 }, SMGW_RULE_SYNTAX },
    { "two runs where one would do", { "&APw-&APw-", 10 }, SMGW_RULE_SYNTAX },
    { "8 bit", { "Entw\303\274rfe", 9 }, SMGW_RULE_NON_ASCII },
    { "NUL as it is", { "a\0b", 3 }, SMGW_RULE_NUL },
    { "CR as it is", { "a\rb", 3 }, SMGW_RULE_LINE_BREAK },
    { "DEL as it is", { "a\177", 2 }, SMGW_RULE_CONTROL },
    { "NUL in base64", { "&A\0w-", 5 }, SMGW_RULE_SYNTAX },
};

static void other_forms_are_not_decoded(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(refused_wire); i++) {
        mgw_buf out = MGW_BUF_INIT(1000);
        mgw_buf_add_str(&out, "kept");
        if (mgw_mutf7_decode(refused_wire[i].text, &out) != refused_wire[i].rule)
            fail_msg("%s", refused_wire[i].id);
        assert_string_equal(mgw_buf_str(&out), "kept");
        mgw_buf_free(&out);
    }
}

/* Every character, alone and behind another, comes back. */
static void every_character_comes_back(void **state)
{
    (void)state;
    mgw_buf wire = MGW_BUF_INIT(100);
    mgw_buf utf8 = MGW_BUF_INIT(100);
    for (uint32_t rune = 0x20; rune <= 0x10ffff; rune += rune < 0x3000 ? 1 : 251) {
        char name[8] = "\303\274";
        size_t len = mgw_utf8_encode(rune, name + 2);
        bool fit = len > 0 && !mgw_rune_is_control(rune) && !mgw_rune_is_line_break(rune);
        mgw_buf_clear(&wire);
        mgw_buf_clear(&utf8);
        if (!fit)
            continue;
        assert_int_equal(mgw_mutf7_encode(mgw_bytes_of(name, 2 + len), &wire), SMGW_RULE_OK);
        assert_int_equal(mgw_mutf7_decode(mgw_buf_bytes(&wire), &utf8), SMGW_RULE_OK);
        assert_int_equal(utf8.len, 2 + len);
        assert_memory_equal(utf8.data, name, 2 + len);
    }
    mgw_buf_free(&wire);
    mgw_buf_free(&utf8);
}

/* All strings of five over an alphabet of what matters: what decodes encodes to itself. */
static void what_decodes_is_canonical(void **state)
{
    (void)state;
    static const char letters[] = "&-AQPw8,a";
    enum { LETTERS = sizeof letters - 1, LENGTH = 6 };
    mgw_buf utf8 = MGW_BUF_INIT(100);
    mgw_buf wire = MGW_BUF_INIT(100);
    size_t decoded = 0;
    for (size_t n = 0; n < (size_t)LETTERS * LETTERS * LETTERS * LETTERS * LETTERS; n++) {
        char text[LENGTH] = "&";
        for (size_t i = 1, rest = n; i < LENGTH; i++, rest /= LETTERS)
            text[i] = letters[rest % LETTERS];
        mgw_buf_clear(&utf8);
        mgw_buf_clear(&wire);
        if (mgw_mutf7_decode(mgw_bytes_of(text, LENGTH), &utf8) != SMGW_RULE_OK)
            continue;
        decoded++;
        assert_int_equal(mgw_mutf7_encode(mgw_buf_bytes(&utf8), &wire), SMGW_RULE_OK);
        assert_int_equal(wire.len, LENGTH);
        assert_memory_equal(wire.data, text, LENGTH);
    }
    assert_true(decoded > 100);
    mgw_buf_free(&utf8);
    mgw_buf_free(&wire);
}

static void a_full_buffer_is_told(void **state)
{
    (void)state;
    mgw_buf out = MGW_BUF_INIT(7);
    assert_int_equal(mgw_mutf7_encode(MGW_LIT("\346\227\245\346\234\254"), &out), SMGW_RULE_OUTPUT);
    assert_int_equal(out.len, 0);
    mgw_buf_free(&out);
    failing_alloc_start(1);
    assert_int_equal(mgw_mutf7_decode(MGW_LIT("a"), &out), SMGW_RULE_OUTPUT);
    assert_true(failing_alloc_stop());
    assert_int_equal(out.status, SMGW_ERR_NO_MEMORY);
    mgw_buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_name_has_one_form),
        cmocka_unit_test(names_that_break_lines_are_not_encoded),
        cmocka_unit_test(other_forms_are_not_decoded),
        cmocka_unit_test(every_character_comes_back),
        cmocka_unit_test(what_decodes_is_canonical),
        cmocka_unit_test(a_full_buffer_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
