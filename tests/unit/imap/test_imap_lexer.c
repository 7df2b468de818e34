/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "imap/lexer.h"
#include "support/failing_alloc.h"

typedef bool (*lex_fn)(mgw_imap_lexer *lexer, mgw_bytes *text);

/* `value` NULL with `good`: NIL or dropped. `rest`: what is left. */
static const struct {
    lex_fn lex;
    mgw_bytes text;
    bool good;
    const char *value;
    const char *rest;
} rows[] = {
    { mgw_imap_lex_string, { "\"a b\" c", 7 }, true, "a b", " c" },
    { mgw_imap_lex_string, { "\"\"", 2 }, true, "", "" },
    { mgw_imap_lex_string, { "\"a\\\"\\\\b\"", 8 }, true, "a\"\\b", "" },
    { mgw_imap_lex_string, { "\"\\a\"", 4 }, true, "a", "" },
    { mgw_imap_lex_string, { "\"\303\274\"", 4 }, true, "\303\274", "" },
    { mgw_imap_lex_string, { "\"a", 2 }, false, NULL, NULL },
    { mgw_imap_lex_string, { "\"a\\", 3 }, false, NULL, NULL },
    { mgw_imap_lex_string, { "\"a\\\"", 4 }, false, NULL, NULL },
    { mgw_imap_lex_string, { "\"a\rb\"", 5 }, false, NULL, NULL },
    { mgw_imap_lex_string, { "\"a\nb\"", 5 }, false, NULL, NULL },
    { mgw_imap_lex_string, { "\"a\0b\"", 5 }, false, NULL, NULL },
    { mgw_imap_lex_string, { "\"a\\\nb\"", 6 }, false, NULL, NULL },
    { mgw_imap_lex_string, { "{3}\r\n\"(\nx", 9 }, true, "\"(\n", "x" },
    { mgw_imap_lex_string, { "{0}\r\n", 5 }, true, "", "" },
    { mgw_imap_lex_string, { "{3}\r\nab", 7 }, false, NULL, NULL },
    { mgw_imap_lex_string, { "{3}\nabc", 7 }, false, NULL, NULL },
    { mgw_imap_lex_string, { "{3}abc", 6 }, false, NULL, NULL },
    { mgw_imap_lex_string, { "{}\r\n", 4 }, false, NULL, NULL },
    { mgw_imap_lex_string, { "{18446744073709551615}\r\nx", 25 }, false, NULL, NULL },
    { mgw_imap_lex_string, { "{18446744073709551616}\r\nx", 25 }, false, NULL, NULL },
    { mgw_imap_lex_string, { "\0x", 2 }, true, NULL, "x" },
    { mgw_imap_lex_string, { "a", 1 }, false, NULL, NULL },
    { mgw_imap_lex_string, { "", 0 }, false, NULL, NULL },
    { mgw_imap_lex_string, { "NIL", 3 }, false, NULL, NULL },
    { mgw_imap_lex_nstring, { "nil)", 4 }, true, NULL, ")" },
    { mgw_imap_lex_nstring, { "NILS", 4 }, false, NULL, NULL },
    { mgw_imap_lex_nstring, { "\"NIL\"", 5 }, true, "NIL", "" },
    { mgw_imap_lex_astring, { "a]b c", 5 }, true, "a]b", " c" },
    { mgw_imap_lex_astring, { "\"a\"", 3 }, true, "a", "" },
    { mgw_imap_lex_astring, { "(", 1 }, false, NULL, NULL },
    { mgw_imap_lex_atom, { "\\Seen)", 6 }, true, "\\Seen", ")" },
    { mgw_imap_lex_atom, { "a{1}", 4 }, true, "a", "{1}" },
    { mgw_imap_lex_atom, { "a\tb", 3 }, true, "a", "\tb" },
    { mgw_imap_lex_atom, { " a", 2 }, false, NULL, NULL },
};

static void tokens_are_exact(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        mgw_arena arena;
        mgw_arena_init(&arena, 1000);
        mgw_imap_lexer lexer = mgw_imap_lexer_of(rows[i].text, &arena);
        mgw_bytes text;
        bool good = rows[i].lex(&lexer, &text);
        if (good != rows[i].good)
            fail_msg("row %zu", i);
        if (good) {
            assert_int_equal(text.data == NULL, rows[i].value == NULL);
            assert_true(mgw_bytes_equal(text, mgw_bytes_str(rows[i].value)));
            assert_true(mgw_bytes_equal(mgw_imap_lex_rest(&lexer), mgw_bytes_str(rows[i].rest)));
        }
        mgw_arena_free(&arena);
    }
}

static const struct {
    mgw_bytes text;
    bool good;
    const char *rest;
} values[] = {
    { { "a b", 3 }, true, " b" },
    { { "(a (b \"(\") {1}\r\n() c", 20 }, true, " c" },
    { { "()", 2 }, true, "" },
    { { "(()())x", 7 }, true, "x" },
    { { "\"a\\\"b\" c", 8 }, true, " c" },
    { { "\0 c", 3 }, true, " c" },
    { { "(\0)", 3 }, true, "" },
    { { "(", 1 }, false, NULL },
    { { "(a", 2 }, false, NULL },
    { { ")", 1 }, false, NULL },
    { { " a", 2 }, false, NULL },
    { { "(\"a)", 4 }, false, NULL },
    { { "({9}\r\na)", 8 }, false, NULL },
    { { "", 0 }, false, NULL },
};

static void any_value_is_passed_over(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        mgw_imap_lexer lexer = mgw_imap_lexer_of(values[i].text, NULL);
        bool good = mgw_imap_lex_skip(&lexer);
        if (good != values[i].good)
            fail_msg("row %zu", i);
        if (good)
            assert_true(mgw_bytes_equal(mgw_imap_lex_rest(&lexer), mgw_bytes_str(values[i].rest)));
    }
}

static void numbers_have_bounds(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool good;
    } numbers[] = { { "5", true }, { "4", false }, { "10", true }, { "11", false }, { "", false }, { "x", false },
        { "-5", false }, { "+5", false }, { " 5", false }, { "99999999999999999999999", false } };
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        mgw_imap_lexer lexer = mgw_imap_lexer_of(mgw_bytes_str(numbers[i].text), NULL);
        uint64_t number = 77;
        if (mgw_imap_lex_number(&lexer, 5, 10, &number) != numbers[i].good)
            fail_msg("%s", numbers[i].text);
        assert_true(numbers[i].good || number == 77);
    }
}

static void short_memory_is_told(void **state)
{
    (void)state;
    mgw_arena arena;
    mgw_arena_init(&arena, 1000);
    mgw_imap_lexer lexer = mgw_imap_lexer_of(MGW_LIT("\"a\\\"\""), &arena);
    mgw_bytes text;
    failing_alloc_start(1);
    assert_false(mgw_imap_lex_string(&lexer, &text));
    assert_true(failing_alloc_stop());
    assert_int_equal(arena.status, SMGW_ERR_NO_MEMORY);
    mgw_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_are_exact),
        cmocka_unit_test(any_value_is_passed_over),
        cmocka_unit_test(numbers_have_bounds),
        cmocka_unit_test(short_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
