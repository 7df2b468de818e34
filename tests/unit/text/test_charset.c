/* SPDX-License-Identifier: MIT */
#include "unit/text/rows.h"

#include "base/utf8.h"
#include "support/failing_alloc.h"
#include "text/charset.h"

#include <link.h>
#include <pthread.h>

/* Converts in pieces of `step` bytes. */
static smgw_status convert(const char *name, mgw_bytes text, size_t step, mgw_buf *out)
{
    mgw_charset charset;
    smgw_status status = mgw_charset_open(&charset, mgw_bytes_str(name));
    if (status != SMGW_OK)
        return status;
    for (size_t i = 0; i < text.len; i += step)
        (void)mgw_charset_feed(&charset, mgw_bytes_slice(text, i, step), out);
    status = mgw_charset_flush(&charset, out);
    mgw_charset_close(&charset);
    return status;
}

static void converts_in_any_pieces(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        mgw_bytes text;
        const char *expected;
    } rows[] = {
        { "utf-8", { B("a\303\251\342\202\254\360\237\230\200") }, "a\303\251\342\202\254\360\237\230\200" },
        { "US-ASCII", { B("abc") }, "abc" },
        { "us-ascii", { B("\303\251") }, "\303\251" },
        { "ISO-8859-1", { B("a\351b") }, "a\303\251b" },
        { "iso-8859-15", { B("\244") }, "\342\202\254" },
        { "windows-1252", { B("\200") }, "\342\202\254" },
        { "windows-1252", { B("a\201b") }, "a\357\277\275b" },
        { "koi8-r", { B("\301") }, "\320\260" },
        { "shift_jis", { B("\223\372\226\173") }, "\346\227\245\346\234\254" },
        { "euc-jp", { B("\306\374\313\334") }, "\346\227\245\346\234\254" },
        { "iso-2022-jp", { B("\033$BF|K\\\033(Bx") }, "\346\227\245\346\234\254x" },
        { "gb2312", { B("\326\320") }, "\344\270\255" },
        { "big5", { B("\244\244") }, "\344\270\255" },
        { "ks_c_5601-1987", { B("\307\321") }, "\355\225\234" },
        { "utf-16le", { B("\075\330\000\336") }, "\360\237\230\200" },
        { "utf-16le", { B("a\000\000\330b\000\000\334c\000") }, "a\357\277\275b\357\277\275c" },
        { "utf-16be", { B("\000a\330\000\000b\000") }, "a\357\277\275b\357\277\275" },
        { "utf-8", { B("a\377b") }, "a\357\277\275b" },
        { "utf-8", { B("\300\212") }, "\357\277\275\357\277\275" },
        { "utf-8", { B("\355\240\200") }, "\357\277\275\357\277\275\357\277\275" },
        { "utf-8", { B("a\342\202") }, "a\357\277\275" },
        { "utf-8", { B("\360\237\230") }, "\357\277\275" },
        { "utf-8", { B("\342\202x") }, "\357\277\275\357\277\275x" },
        { "shift_jis", { B("\223") }, "\357\277\275" },
        { "euc-kr", { B("\242\350") }, "\357\277\275" },
        { "utf-8", { B("") }, "" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        for (size_t step = 1; step <= 5; step++) {
            mgw_buf out = MGW_BUF_INIT(1000);
            assert_int_equal(convert(rows[i].name, rows[i].text, step, &out), SMGW_OK);
            if (!mgw_bytes_equal(mgw_buf_bytes(&out), mgw_bytes_str(rows[i].expected)))
                fail_msg("row %zu (%s) in pieces of %zu: %s", i, rows[i].name, step, mgw_buf_str(&out));
            mgw_buf_free(&out);
        }
}

static void names(void **state)
{
    (void)state;
    static const char *const unknown[] = { "", "utf-7", "UTF-7", "unicode-1-1-utf-7", "utf-7-imap", "x-unknown",
        "UTF-8//IGNORE", "utf-8 ", "iso-2022-cn-ext", "../../lib/x", "ebcdic-us" };
    mgw_charset charset;
    for (size_t i = 0; i < COUNT_OF(unknown); i++) {
        assert_false(mgw_charset_known(mgw_bytes_str(unknown[i])));
        assert_int_equal(mgw_charset_open(&charset, mgw_bytes_str(unknown[i])), SMGW_ERR_UNSUPPORTED);
        mgw_charset_close(&charset);
    }
    assert_false(mgw_charset_known(MGW_LIT("utf-8\0x")));
    assert_true(mgw_charset_known(MGW_LIT("Windows-1252")));
}

static void any_bytes_become_utf8(void **state)
{
    (void)state;
    static const char *const all[] = { "utf-8", "iso-8859-1", "windows-1252", "iso-2022-jp", "shift_jis", "euc-jp", "gb18030",
        "big5", "euc-kr", "koi8-u", "utf-16", "utf-16be", "tis-620", "windows-1255", "windows-1258" };
    uint32_t random = 1;
    for (size_t round = 0; round < 300; round++) {
        char text[200];
        for (size_t i = 0; i < sizeof text; i++) {
            random = random * 1664525 + 1013904223;
            text[i] = (char)(random >> 24);
        }
        mgw_buf whole = MGW_BUF_INIT(3 * sizeof text + 64), pieces = MGW_BUF_INIT(3 * sizeof text + 64);
        const char *name = all[round % COUNT_OF(all)];
        assert_int_equal(convert(name, mgw_bytes_of(text, sizeof text), sizeof text, &whole), SMGW_OK);
        assert_int_equal(convert(name, mgw_bytes_of(text, sizeof text), 1, &pieces), SMGW_OK);
        assert_true(mgw_utf8_valid(whole.data, whole.len));
        assert_true(mgw_bytes_equal(mgw_buf_bytes(&whole), mgw_buf_bytes(&pieces)));
        mgw_buf_free(&whole);
        mgw_buf_free(&pieces);
    }
}

static void long_text(void **state)
{
    (void)state;
    char *text = repeat('\351', 100000);
    mgw_buf out = MGW_BUF_INIT(200000);
    assert_int_equal(convert("iso-8859-1", mgw_bytes_of(text, 100000), 100000, &out), SMGW_OK);
    assert_int_equal(out.len, 200000);
    mgw_buf_clear(&out);
    assert_int_equal(convert("iso-8859-1", mgw_bytes_of(text, 100000), 100000, &out), SMGW_OK);
    mgw_buf small = MGW_BUF_INIT(1000);
    assert_int_equal(convert("iso-8859-1", mgw_bytes_of(text, 100000), 100000, &small), SMGW_ERR_TOO_LARGE);
    mgw_buf_free(&small);
    failing_alloc_start(1);
    assert_int_equal(convert("utf-8", MGW_LIT("a"), 1, &small), SMGW_ERR_NO_MEMORY);
    assert_true(failing_alloc_stop());
    mgw_buf_free(&small);
    mgw_buf_free(&out);
    free(text);
}

/* Charsets that have a module of their own in glibc: more than it keeps loaded by itself. */
static const char *const modules[] = { "iso-8859-2", "iso-8859-5", "windows-1251", "koi8-r", "shift_jis", "euc-jp", "gb18030",
    "big5", "euc-kr", "iso-2022-jp", "utf-16", "ibm866", "tis-620", "macintosh", "windows-1255" };

static void use_modules(size_t rounds)
{
    for (size_t i = 0; i < rounds * COUNT_OF(modules); i++) {
        mgw_buf out = MGW_BUF_INIT(100);
        assert_int_equal(convert(modules[i % COUNT_OF(modules)], MGW_LIT("a\xe9"), 2, &out), SMGW_OK);
        mgw_buf_free(&out);
    }
}

static int note_loads(struct dl_phdr_info *info, size_t size, void *loads)
{
    (void)size;
    *(unsigned long long *)loads = info->dlpi_adds + info->dlpi_subs;
    return 1;
}

static void a_set_is_loaded_once(void **state)
{
    (void)state;
    unsigned long long before = 0, after = 0;
    use_modules(1);
    dl_iterate_phdr(note_loads, &before);
    use_modules(20);
    dl_iterate_phdr(note_loads, &after);
    assert_true(before > 0);
    assert_true(after == before);
}

static void *use_in_thread(void *failures)
{
    for (size_t i = 0; i < 20 * COUNT_OF(modules); i++) {
        mgw_charset charset;
        if (mgw_charset_open(&charset, mgw_bytes_str(modules[i % COUNT_OF(modules)])) != SMGW_OK)
            ++*(size_t *)failures;
        mgw_charset_close(&charset);
    }
    return failures;
}

static void threads_share_nothing_but_the_sets(void **state)
{
    (void)state;
    pthread_t threads[4];
    size_t failures[COUNT_OF(threads)] = { 0 };
    for (size_t i = 0; i < COUNT_OF(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, use_in_thread, &failures[i]), 0);
    for (size_t i = 0; i < COUNT_OF(threads); i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(failures[i], 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_share_nothing_but_the_sets), /* First, while no set is loaded. */
        cmocka_unit_test(a_set_is_loaded_once),
        cmocka_unit_test(converts_in_any_pieces),
        cmocka_unit_test(names),
        cmocka_unit_test(any_bytes_become_utf8),
        cmocka_unit_test(long_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
