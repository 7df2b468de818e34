/* SPDX-License-Identifier: MIT */
#include "unit/text/rows.h"

#include "simplemailgw/sanitize.h"

static void names_from_a_caller(void **state)
{
    (void)state;
    static const check_row rows[] = {
        { B("a.txt"), SMGW_RULE_OK },       { B("\346\227\245.pdf"), SMGW_RULE_OK },
        { B(""), SMGW_RULE_EMPTY },         { B("a\0.exe"), SMGW_RULE_NUL },
        { B("a\r\nX: y"), SMGW_RULE_LINE_BREAK }, { B("a\tb"), SMGW_RULE_CONTROL },
        { B("a\302\205"), SMGW_RULE_LINE_BREAK }, { B("\377"), SMGW_RULE_UTF8 },
    };
    check_rows(smgw_sanitize_filename, rows, COUNT_OF(rows));
    check_controls(smgw_sanitize_filename, "a.txt");
    char *name = repeat('a', 256);
    assert_int_equal(smgw_sanitize_filename(name, 255), SMGW_RULE_OK);
    assert_int_equal(smgw_sanitize_filename(name, 256), SMGW_RULE_TOO_LONG);
    free(name);
    assert_int_equal(smgw_sanitize_filename_str("a"), SMGW_RULE_OK);
}

static void names_on_disk(void **state)
{
    (void)state;
    static const transform_row rows[] = {
        { B("report.pdf"), B("report.pdf") },
        { B("../../etc/passwd"), B("passwd") },
        { B("/etc/passwd"), B("passwd") },
        { B("..\\..\\win.ini"), B("win.ini") },
        { B("C:\\autoexec.bat"), B("autoexec.bat") },
        { B("\\\\host\\share\\a"), B("a") },
        { B("a/b\\c/d"), B("d") },
        { B("a\\b/c\\d"), B("d") },
        { B(".bashrc"), B("_bashrc") },
        { B("..bashrc"), B("_.bashrc") },
        { B(".a.txt"), B("_a.txt") },
        { B("..txt"), B("_.txt") },
        { B("CON"), B("_CON") },
        { B("con"), B("_con") },
        { B("nul.txt"), B("_nul.txt") },
        { B("COM1.tar.gz"), B("_COM1.tar.gz") },
        { B("LPT9"), B("_LPT9") },
        { B("COM\302\271"), B("_COM\302\271") },
        { B("CON .txt"), B("_CON .txt") },
        { B("C\342\200\213ON"), B("_CON") },
        { B("conin$"), B("_conin$") },
        { B("CONSOLE.txt"), B("CONSOLE.txt") },
        { B("COM10"), B("COM10") },
        { B("a.CON"), B("a.CON") },
        { B("a:b.txt"), B("a_b.txt") },
        { B("a<b>|?*.txt"), B("a_b____.txt") },
        { B("a\"b"), B("a_b") },
        { B("a\342\200\213b.txt"), B("ab.txt") },
        { B("a\342\200\256txt.exe"), B("atxt.exe") },
        { B("a\r\nb\tc\177d"), B("abcd") },
        { B("a\302\205b\342\200\250c"), B("abc") },
        { B("a.txt. . ."), B("a.txt") },
        { B("a.txt \342\200\213."), B("a.txt") },
        { B("  a b  "), B("a b") },
        { B(" \342\200\213.x"), B("_x") },
        { B("-rf"), B("-rf") },
        { B("~"), B("~") },
        { B("\346\227\245\346\234\254.pdf"), B("\346\227\245\346\234\254.pdf") },
        { B("%2e%2e%2f"), B("%2e%2e%2f") },
    };
    transform_rows(smgw_attachment_name, rows, COUNT_OF(rows));
    char out[16];
    assert_int_equal(smgw_attachment_name_str("a/b", out, sizeof out), SMGW_RULE_OK);
    assert_string_equal(out, "b");
}

static void names_of_which_nothing_is_left(void **state)
{
    (void)state;
    static const check_row rows[] = {
        { B(""), SMGW_RULE_EMPTY },        { B("."), SMGW_RULE_EMPTY },
        { B(".."), SMGW_RULE_EMPTY },      { B("...."), SMGW_RULE_EMPTY },
        { B(". . ."), SMGW_RULE_EMPTY },   { B("   "), SMGW_RULE_EMPTY },
        { B("a/"), SMGW_RULE_EMPTY },      { B("a\\"), SMGW_RULE_EMPTY },
        { B("a/.."), SMGW_RULE_EMPTY },    { B("\r\n\t"), SMGW_RULE_EMPTY },
        { B("\342\200\213"), SMGW_RULE_EMPTY }, { B("\342\200\256."), SMGW_RULE_EMPTY },
        { B("a\0.exe"), SMGW_RULE_NUL },   { B("\377.exe"), SMGW_RULE_UTF8 },
    };
    refusal_rows(smgw_attachment_name, rows, COUNT_OF(rows));
}

/* The name of `stem_len` bytes and the ending; what is kept has `expected` bytes and the ending `kept`. */
static void check_cut(size_t stem_len, const char *ending, size_t expected, const char *kept)
{
    char out[202];
    size_t out_len = 0;
    char *name = repeat('a', stem_len + strlen(ending));
    memcpy(name + stem_len, ending, strlen(ending));
    assert_int_equal(smgw_attachment_name_str(name, out, 201), SMGW_RULE_OK);
    assert_int_equal(smgw_attachment_name(name, strlen(name), out, 201, &out_len), SMGW_RULE_OK);
    assert_int_equal(out_len, expected);
    assert_string_equal(out + out_len - strlen(kept), kept);
    free(name);
}

static void long_names(void **state)
{
    (void)state;
    check_cut(200, "", 200, "a");
    check_cut(201, "", 200, "a");
    check_cut(196, ".pdf", 200, "a.pdf");
    check_cut(197, ".pdf", 200, "a.pdf");
    check_cut(300, ".pdf", 200, "a.pdf");
    check_cut(100000, ".pdf", 200, "a.pdf");
    check_cut(300, ".1234567890123456789012345678901", 200, "a.1234567890123456789012345678901");
    check_cut(300, ".12345678901234567890123456789012", 200, "aa");
    check_cut(195, ".\303\251\303\251", 200, ".\303\251\303\251");
    /* Cuts between characters, and bares neither a blank nor a dot at the end. */
    check_cut(199, "\303\251", 199, "a");
    check_cut(198, "\360\237\230\200", 198, "a");
    check_cut(198, ". .........................................", 198, "a");
    check_cut(198, ". b12345678901234567890123456789012345", 198, "a");
}

/* A device's prefix takes its byte from the stem, never from the limit. */
static void long_device_names(void **state)
{
    (void)state;
    char name[301], out[202];
    memset(name, 'a', 300);
    memcpy(name, "CON.", 4);
    name[300] = '\0';
    assert_int_equal(smgw_attachment_name_str(name, out, sizeof out), SMGW_RULE_OK);
    assert_int_equal(strlen(out), 200);
    assert_memory_equal(out, "_CON.aaa", 8);
    name[0] = '.';
    assert_int_equal(smgw_attachment_name_str(name, out, sizeof out), SMGW_RULE_OK);
    assert_int_equal(strlen(out), 200);
    assert_memory_equal(out, "_ON.aaa", 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_from_a_caller),
        cmocka_unit_test(names_on_disk),
        cmocka_unit_test(names_of_which_nothing_is_left),
        cmocka_unit_test(long_names),
        cmocka_unit_test(long_device_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
