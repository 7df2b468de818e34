/* SPDX-License-Identifier: MIT */
#include "unit/text/rows.h"

#include "base/utf8.h"
#include "support/failing_alloc.h"
#include "text/encoded_word.h"

typedef struct text_row {
    const char *text;
    const char *expected;
} text_row;

static void decodes(void **state)
{
    (void)state;
    static const text_row rows[] = {
        { "", "" },
        { "plain", "plain" },
        { "=?utf-8?Q?a_b=C3=A9?=", "a b\303\251" },
        { "=?UTF-8?b?w6k=?=", "\303\251" },
        { "=?utf-8?B?4w==?= =?utf-8?B?gYI=?=", "\343\201\202" },
        { "=?utf-8?Q?=E3?=\r\n =?UTF-8?B?gYI=?=", "\343\201\202" },
        { "=?utf-8?Q?a?=  \t =?utf-8?Q?b?=", "ab" },
        { "=?utf-8?Q?a?= x =?utf-8?Q?b?=", "a x b" },
        { "=?utf-8?Q?=E3?= x =?utf-8?Q?=81=82?=", "\357\277\275 x \357\277\275\357\277\275" },
        { "=?iso-8859-1?Q?=E9?= =?utf-8?Q?=C3=A9?=", "\303\251\303\251" },
        { "a =?iso-8859-1?q?=E9?= b", "a \303\251 b" },
        { "(=?utf-8?q?a?=)", "(a)" },
        { "=?utf-8*en?q?a?=", "a" },
        { "=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "\346\227\245\346\234\254" },
        { "=?x-none?q?a?=", "=?x-none?q?a?=" },
        { "=?utf-7?q?+ADw-?=", "=?utf-7?q?+ADw-?=" },
        { "=?x-none?q?a?= =?utf-8?q?b?=", "=?x-none?q?a?= b" },
        { "=?utf-8?q?b?= =?x-none?q?a?= =?utf-8?q?c?=", "b =?x-none?q?a?= c" },
        { "=?utf-8?x?a?=", "=?utf-8?x?a?=" },
        { "=?utf-8?qq?a?=", "=?utf-8?qq?a?=" },
        { "=?utf-8??a?=", "=?utf-8??a?=" },
        { "=?utf-8?q?a b?=", "=?utf-8?q?a b?=" },
        { "=?utf-8?q?a", "=?utf-8?q?a" },
        { "=?utf-8?q?a?", "=?utf-8?q?a?" },
        { "=?utf-8?q?", "=?utf-8?q?" },
        { "=?utf-8", "=?utf-8" },
        { "=?", "=?" },
        { "==?=?utf-8?q?a?=", "==?a" },
        { "=?utf-8?q?" "?=x", "x" },
        { "=?utf-8?q?=4?=", "=4" },
        { "=?utf-8?q?=zz=?=", "=zz=" },
        { "=?utf-8?q?a=0D=0ABcc:_e?=", "a  Bcc: e" },
        { "=?utf-8?q?a=00b?=", "a b" },
        { "=?utf-8?q?=E2=80=A8?=", " " },
        { "=?utf-8?b?!Y#Q=?=", "a" },
        { "=?utf-8?b?YQ==YQ==?=", "a" },
        { "a\r\n b", "a b" },
        { "a\r\n\tb", "a b" },
        { "a\r\n", "a" },
        { "a\nb", "a b" },
        { "a\001b\177c", "a b c" },
        { "\377\303", "\357\277\275\357\277\275" },
        { "\303\251", "\303\251" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        mgw_buf out = MGW_BUF_INIT(1000);
        assert_int_equal(mgw_encoded_word_decode(mgw_bytes_str(rows[i].text), &out), SMGW_OK);
        if (!mgw_bytes_equal(mgw_buf_bytes(&out), mgw_bytes_str(rows[i].expected)))
            fail_msg("%s: %s", rows[i].text, mgw_buf_str(&out));
        mgw_buf_free(&out);
    }
    mgw_buf out = MGW_BUF_INIT(10);
    assert_int_equal(mgw_encoded_word_decode(MGW_LIT("a\0\r\n b"), &out), SMGW_OK);
    assert_string_equal(mgw_buf_str(&out), "a  b");
    mgw_buf_free(&out);
}

/* What could make a naive reader look at the same bytes again and again; a reader that does takes minutes here. */
static void work_is_linear(void **state)
{
    (void)state;
    static const char *const units[] = { "=?", "=?u?q?", "=?utf-8?q?a", "=?utf-8?q?a?", "=?utf-8?q?a?=", "=?utf-8?b?=?=",
        "=?utf-8?q?a?= ", "? ", "=?iso-8859-1?q?a?= =?utf-8?q?b?=" };
    enum { SIZE = 400000 };
    char *text = repeat(' ', SIZE);
    for (size_t i = 0; i < COUNT_OF(units); i++) {
        size_t len = strlen(units[i]);
        for (size_t at = 0; at + len <= SIZE; at += len)
            memcpy(text + at, units[i], len);
        mgw_buf out = MGW_BUF_INIT(2 * SIZE);
        assert_int_equal(mgw_encoded_word_decode(mgw_bytes_of(text, SIZE), &out), SMGW_OK);
        mgw_buf_free(&out);
    }
    free(text);
}

static void the_cap_holds(void **state)
{
    (void)state;
    char text[] = "x =?utf-8?q?abcdefgh?= y";
    for (size_t cap = 0; cap < 14; cap++) {
        mgw_buf out = MGW_BUF_INIT(cap);
        smgw_status status = mgw_encoded_word_decode(mgw_bytes_str(text), &out);
        assert_int_equal(status, cap < 12 ? SMGW_ERR_TOO_LARGE : SMGW_OK);
        assert_true(out.len <= cap);
        mgw_buf_free(&out);
    }
}

typedef smgw_status (*encoder)(mgw_bytes text, size_t *column, mgw_buf *out);

/* A line without its CRLF, of which `before` octets stood there already: ASCII, not blank, and not too long. */
static void check_line(mgw_bytes line, size_t before, bool continued)
{
    bool has_word = line.len > 0 && memmem(line.data, line.len, "=?UTF-8?", 8) != NULL;
    for (size_t i = 0; i < line.len; i++)
        assert_true(line.data[i] >= ' ' && line.data[i] < 0x7f);
    assert_true(before + line.len <= (has_word ? 76 : 78));
    if (continued)
        assert_true(line.len > 1 && line.data[0] == ' ' && mgw_bytes_trim(line).len > 0);
    for (size_t start = 0; has_word && start < line.len;) {
        size_t len = mgw_bytes_find(mgw_bytes_slice(line, start, line.len), ' ');
        assert_true(len <= 75);
        start += len + 1;
    }
}

static void check_lines(mgw_bytes text, size_t column)
{
    for (bool continued = false;; continued = true) {
        size_t end = mgw_bytes_find(text, '\r');
        check_line(mgw_bytes_slice(text, 0, end), continued ? 0 : column, continued);
        if (end == text.len)
            return;
        assert_true(end + 1 < text.len && text.data[end + 1] == '\n');
        text = mgw_bytes_slice(text, end + 2, text.len);
    }
}

static void check_encoded(encoder encode, const char *text, size_t start, const char *expected)
{
    mgw_buf out = MGW_BUF_INIT(100000), back = MGW_BUF_INIT(100000);
    size_t column = start;
    assert_int_equal(encode(mgw_bytes_str(text), &column, &out), SMGW_OK);
    if (expected != NULL && !mgw_bytes_equal(mgw_buf_bytes(&out), mgw_bytes_str(expected)))
        fail_msg("%s: %s", text, mgw_buf_str(&out));
    check_lines(mgw_buf_bytes(&out), start);
    const char *newline = out.len > 0 ? memrchr(out.data, '\n', out.len) : NULL;
    assert_int_equal(column, newline != NULL ? (size_t)(out.data + out.len - newline - 1) : start + out.len);
    if (out.len > 0 && memchr(out.data, '"', out.len) == NULL) {
        assert_int_equal(mgw_encoded_word_decode(mgw_buf_bytes(&out), &back), SMGW_OK);
        /* A fold before the first word is a blank more, which every reader of a field trims. */
        mgw_bytes read = mgw_buf_bytes(&back);
        if (out.data[0] == '\r')
            read = mgw_bytes_slice(read, 1, read.len);
        if (strchr(text, '\t') == NULL && !mgw_bytes_equal(read, mgw_bytes_str(text)))
            fail_msg("%s: %s: %s", text, mgw_buf_str(&out), mgw_buf_str(&back));
    }
    mgw_buf_free(&out);
    mgw_buf_free(&back);
}

static void unstructured_text(void **state)
{
    (void)state;
    static const text_row rows[] = {
        { "", "" },
        { "Hello world", "Hello world" },
        { "a =b? c", "a =b? c" },
        { "caf\303\251 au lait", "=?UTF-8?Q?caf=C3=A9_au_lait?=" },
        { "\346\227\245\346\234\254", "=?UTF-8?B?5pel5pys?=" },
        { "=?", "=?UTF-8?B?PT8=?=" },
        { "two  spaces", "=?UTF-8?Q?two__spaces?=" },
        { " a", "=?UTF-8?Q?_a?=" },
        { "a ", "=?UTF-8?Q?a_?=" },
        { "tab\there", "=?UTF-8?Q?tab=09here?=" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check_encoded(mgw_encode_unstructured, rows[i].text, 9, rows[i].expected);
    check_encoded(mgw_encode_unstructured,
        "a very long ascii subject that goes on and on and on for more than one single line of seventy eight", 9,
        "a very long ascii subject that goes on and on and on for more than\r\n one single line of seventy eight");
}

static void phrases(void **state)
{
    (void)state;
    static const text_row rows[] = {
        { "Ada Lovelace", "Ada Lovelace" },
        { "Ada L. Lovelace", "\"Ada L. Lovelace\"" },
        { "\"Boss <ceo@corp.com>\"", "\"\\\"Boss <ceo@corp.com>\\\"\"" },
        { "a\" <evil@x.com>, \"b", "\"a\\\" <evil@x.com>, \\\"b\"" },
        { "a\\b", "\"a\\\\b\"" },
        { " a", "\" a\"" },
        { "J\303\266rg", "=?UTF-8?B?SsO2cmc=?=" },
        { "=?utf-8?q?a?=", NULL },
        { "", "" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check_encoded(mgw_encode_phrase, rows[i].text, 6, rows[i].expected);
}

static void every_length_and_column(void **state)
{
    (void)state;
    static const char *const units[] = { "a", "a ", "\303\251", "\342\202\254", "\360\237\230\200", "a\303\251", "=?", "ab.c " };
    static const encoder encoders[] = { mgw_encode_unstructured, mgw_encode_phrase };
    static const size_t columns[] = { 0, 1, 6, 40, 53, 54, 55, 77, 78, 79 };
    for (size_t e = 0; e < COUNT_OF(encoders); e++)
        for (size_t u = 0; u < COUNT_OF(units); u++)
            for (size_t count = 1; count < 130; count++) {
                char text[800] = "";
                for (size_t i = 0; i < count; i++)
                    memcpy(text + i * strlen(units[u]), units[u], strlen(units[u]) + 1);
                size_t column = columns[count % COUNT_OF(columns)];
                check_encoded(encoders[e], text, column > 78 ? 78 : column, NULL);
            }
    check_encoded(mgw_encode_unstructured, "x", 78, NULL);
}

static void text_that_is_refused(void **state)
{
    (void)state;
    static const mgw_bytes rows[] = { { B("a\r\nb") }, { B("a\nb") }, { B("a\0b") }, { B("a\377") }, { B("a\302\205") },
        { B("\342\200\250") }, { B("\177") }, { B("\300\212") } };
    static const encoder encoders[] = { mgw_encode_unstructured, mgw_encode_phrase };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        for (size_t e = 0; e < COUNT_OF(encoders); e++) {
            mgw_buf out = MGW_BUF_INIT(100);
            size_t column = 9;
            assert_int_equal(encoders[e](rows[i], &column, &out), SMGW_ERR_INVALID);
            assert_int_equal(out.len, 0);
            assert_int_equal(column, 9);
            mgw_buf_free(&out);
        }
}

static void memory_may_run_out(void **state)
{
    (void)state;
    static const char text[] = "x =?utf-8?q?a?= y =?iso-8859-1?q?=E9?= z and enough text that the buffers have to grow twice";
    bool failed = false;
    unsigned long n = 1;
    do {
        mgw_buf out = MGW_BUF_INIT(1000), coded = MGW_BUF_INIT(1000);
        size_t column = 0;
        failing_alloc_start(n++);
        smgw_status decoded = mgw_encoded_word_decode(mgw_bytes_str(text), &out);
        smgw_status encoded = mgw_encode_unstructured(mgw_bytes_str(text), &column, &coded);
        failed = failing_alloc_stop();
        assert_int_equal(decoded != SMGW_OK || encoded != SMGW_OK, failed);
        mgw_buf_free(&out);
        mgw_buf_free(&coded);
    } while (failed);
    assert_true(n > 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decodes),
        cmocka_unit_test(work_is_linear),
        cmocka_unit_test(the_cap_holds),
        cmocka_unit_test(unstructured_text),
        cmocka_unit_test(phrases),
        cmocka_unit_test(every_length_and_column),
        cmocka_unit_test(text_that_is_refused),
        cmocka_unit_test(memory_may_run_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
