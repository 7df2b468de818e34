/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "smtp/data_encoder.h"
#include "support/failing_alloc.h"

typedef struct encode_case {
    const char *row; /* Of tests/security/attack-catalogue.tsv, or what it shows. */
    mgw_bytes text;
    mgw_bytes encoded;
} encode_case;

#define BYTES(literal)                                                                                                 \
    {                                                                                                                  \
        literal, sizeof(literal) - 1                                                                                   \
    }

static const encode_case cases[] = {
    { "D01", BYTES("a\r\n.\r\nMAIL FROM:<e@x>\r\nb\r\n"), BYTES("a\r\n..\r\nMAIL FROM:<e@x>\r\nb\r\n") },
    { "LF.LF", BYTES("a\n.\nb"), BYTES("a\r\n..\r\nb\r\n") },
    { "D03", BYTES("a\n.\r\nMAIL FROM:<e@x>\r\n"), BYTES("a\r\n..\r\nMAIL FROM:<e@x>\r\n") },
    { "CRLF.LF", BYTES("a\r\n.\nb"), BYTES("a\r\n..\r\nb\r\n") },
    { "D05", BYTES("a\r.\rb"), BYTES("a\r\n..\r\nb\r\n") },
    { "D06", BYTES("a\r\n.\rb"), BYTES("a\r\n..\r\nb\r\n") },
    { "D07", BYTES("a\r.\r\nb"), BYTES("a\r\n..\r\nb\r\n") },
    { "LF.CR", BYTES("a\n.\rb"), BYTES("a\r\n..\r\nb\r\n") },
    { "D09", BYTES("."), BYTES("..\r\n") },
    { "a dot that begins the text", BYTES(".a\r\n"), BYTES("..a\r\n") },
    { "D11", BYTES("a\r\n..\r\n"), BYTES("a\r\n...\r\n") },
    { "D12", BYTES("no eol"), BYTES("no eol\r\n") },
    { "D13", BYTES(""), BYTES("") },
    { "D14", BYTES("a\r\r\n.\r\r\nb"), BYTES("a\r\n\r\n..\r\n\r\nb\r\n") },
    { "ends with CR", BYTES("a\r"), BYTES("a\r\n") },
    { "D16", BYTES("a\r\n.\r\nb"), BYTES("a\r\n..\r\nb\r\n") },
    { "LF CR is two line ends", BYTES("a\n\rb"), BYTES("a\r\n\r\nb\r\n") },
    { "dots inside a line stay", BYTES("a.b..c.\r\n"), BYTES("a.b..c.\r\n") },
    { "NUL is data", BYTES("a\0.\r\n.\0"), BYTES("a\0.\r\n..\0\r\n") },
    { "8-bit bytes stay", BYTES("\303\251\377\r\n"), BYTES("\303\251\377\r\n") },
    { "other line breaks of Unicode are text", BYTES("a\302\205.\r\n\342\200\250.\v.\f."),
        BYTES("a\302\205.\r\n\342\200\250.\v.\f.\r\n") },
};

/* Encodes `text` in pieces of `step` bytes. */
static void encode(mgw_bytes text, size_t step, mgw_buf *out)
{
    mgw_smtp_data_encoder encoder = MGW_SMTP_DATA_ENCODER_INIT;
    mgw_buf_clear(out);
    for (size_t at = 0; at < text.len; at += step)
        assert_int_equal(mgw_smtp_data_encode(&encoder, mgw_bytes_slice(text, at, step), out), SMGW_OK);
    assert_int_equal(mgw_smtp_data_finish(&encoder, out), SMGW_OK);
}

static void assert_bytes(const mgw_buf *out, mgw_bytes expected)
{
    assert_int_equal(out->len, expected.len);
    if (expected.len > 0)
        assert_memory_equal(out->data, expected.data, expected.len);
}

static void encodes_what_the_table_says_at_every_split(void **state)
{
    (void)state;
    mgw_buf out = MGW_BUF_INIT(1000);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        print_message("  %s\n", cases[i].row);
        for (size_t step = 1; step <= cases[i].text.len + 1; step++) {
            encode(cases[i].text, step, &out);
            assert_bytes(&out, cases[i].encoded);
        }
    }
    mgw_buf_free(&out);
}

/* The same by another road: first the lines, then the dots. */
static void encode_slowly(mgw_bytes text, mgw_buf *out)
{
    bool line_start = true;
    mgw_buf_clear(out);
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        bool is_end = c == '\r' || (c == '\n' && (i == 0 || text.data[i - 1] != '\r'));
        if (c == '\n' && !is_end)
            continue;
        if (is_end) {
            mgw_buf_add(out, "\r\n", 2);
        } else {
            mgw_buf_add(out, line_start && c == '.' ? ".." : &c, line_start && c == '.' ? 2 : 1);
        }
        line_start = is_end;
    }
    if (!line_start)
        mgw_buf_add(out, "\r\n", 2);
}

/* What a receiver may mistake for the end, or for a line end, is not there. */
static void assert_safe(const mgw_buf *out)
{
    for (size_t i = 0; i < out->len; i++) {
        if (out->data[i] == '\n')
            assert_true(i > 0 && out->data[i - 1] == '\r');
        if (out->data[i] == '\r')
            assert_true(i + 1 < out->len && out->data[i + 1] == '\n');
        if (out->data[i] == '.' && (i == 0 || out->data[i - 1] == '\n'))
            assert_true(i + 1 < out->len && out->data[i + 1] == '.');
    }
    if (out->len > 0)
        assert_int_equal(out->data[out->len - 1], '\n');
}

/* Every text of up to 7 bytes over the alphabet that matters. */
static void no_short_text_escapes(void **state)
{
    (void)state;
    static const char alphabet[] = { '\r', '\n', '.', 'a' };
    mgw_buf fast = MGW_BUF_INIT(100);
    mgw_buf slow = MGW_BUF_INIT(100);
    for (size_t len = 0; len <= 7; len++) {
        for (unsigned int code = 0; code < 1u << (2 * len); code++) {
            char text[8];
            for (size_t i = 0; i < len; i++)
                text[i] = alphabet[code >> (2 * i) & 3];
            mgw_bytes bytes = mgw_bytes_of(text, len);
            encode_slowly(bytes, &slow);
            for (size_t step = 1; step <= len + 1; step += len > 0 ? len : 1) {
                encode(bytes, step, &fast);
                assert_bytes(&fast, mgw_buf_bytes(&slow));
            }
            assert_safe(&fast);
        }
    }
    mgw_buf_free(&fast);
    mgw_buf_free(&slow);
}

/* Long texts with line lengths around the encoder's window, and cuts that fall anywhere. */
static void long_texts_agree_with_the_slow_road(void **state)
{
    (void)state;
    static const size_t lengths[] = { 0, 1, 76, 254, 255, 256, 257, 258, 511, 512, 513, 998, 3000 };
    static const char *const ends[] = { "\r\n", "\n", "\r", "\r\r\n", "\n.\r", "\r\n." };
    static const size_t steps[] = { 1, 7, 255, 256, 257, 4096, 100000 };
    mgw_buf text = MGW_BUF_INIT(100000);
    mgw_buf fast = MGW_BUF_INIT(400000);
    mgw_buf slow = MGW_BUF_INIT(400000);
    for (size_t i = 0; i < COUNT_OF(lengths) * COUNT_OF(ends); i++) {
        for (size_t k = 0; k < lengths[i % COUNT_OF(lengths)]; k++)
            mgw_buf_add_byte(&text, k % 77 == 76 ? '.' : 'a');
        mgw_buf_add_str(&text, ends[i % COUNT_OF(ends)]);
    }
    encode_slowly(mgw_buf_bytes(&text), &slow);
    assert_safe(&slow);
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        encode(mgw_buf_bytes(&text), steps[i], &fast);
        assert_bytes(&fast, mgw_buf_bytes(&slow));
    }
    mgw_buf_free(&text);
    mgw_buf_free(&fast);
    mgw_buf_free(&slow);
}

static void encoder_begins_anew_after_finish(void **state)
{
    (void)state;
    mgw_smtp_data_encoder encoder = MGW_SMTP_DATA_ENCODER_INIT;
    mgw_buf out = MGW_BUF_INIT(100);
    mgw_smtp_data_encode(&encoder, MGW_LIT("a\r"), &out);
    mgw_smtp_data_finish(&encoder, &out);
    mgw_buf_clear(&out);
    mgw_smtp_data_encode(&encoder, MGW_LIT("\n.b"), &out);
    mgw_smtp_data_finish(&encoder, &out);
    assert_bytes(&out, MGW_LIT("\r\n..b\r\n"));
    mgw_buf_free(&out);
}

static void failure_changes_nothing(void **state)
{
    (void)state;
    mgw_smtp_data_encoder encoder = MGW_SMTP_DATA_ENCODER_INIT;
    mgw_buf out = MGW_BUF_INIT(10);
    assert_int_equal(mgw_smtp_data_encode(&encoder, MGW_LIT("ab\r"), &out), SMGW_OK);
    assert_int_equal(mgw_smtp_data_encode(&encoder, MGW_LIT("\nabcdef"), &out), SMGW_ERR_TOO_LARGE);
    assert_bytes(&out, MGW_LIT("ab\r\n"));
    assert_true(encoder.after_cr);
    assert_false(encoder.in_line);
    mgw_buf_free(&out);
    failing_alloc_start(1);
    assert_int_equal(mgw_smtp_data_encode(&encoder, MGW_LIT("\nx"), &out), SMGW_ERR_NO_MEMORY);
    assert_true(failing_alloc_stop());
    assert_true(encoder.after_cr);
    mgw_buf_clear(&out);
    assert_int_equal(mgw_smtp_data_encode(&encoder, MGW_LIT("\nx"), &out), SMGW_OK);
    assert_bytes(&out, MGW_LIT("x"));
    mgw_buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(encodes_what_the_table_says_at_every_split),
        cmocka_unit_test(no_short_text_escapes),
        cmocka_unit_test(long_texts_agree_with_the_slow_road),
        cmocka_unit_test(encoder_begins_anew_after_finish),
        cmocka_unit_test(failure_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
