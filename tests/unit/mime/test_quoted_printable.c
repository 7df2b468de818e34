/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "mime/quoted_printable.h"

#include <stdlib.h>
#include <string.h>

static size_t encode(const char *data, size_t len, size_t piece, char *out)
{
    mgw_qp_encoder encoder = MGW_QP_ENCODER_INIT;
    size_t n = 0;
    for (size_t at = 0; at < len; at += piece)
        n += mgw_qp_encode(&encoder, data + at, len - at < piece ? len - at : piece, out + n);
    return n + mgw_qp_encode_end(&encoder, out + n);
}

static size_t decode(const char *data, size_t len, size_t piece, char *out, uint32_t *defects)
{
    mgw_qp_decoder decoder = MGW_QP_DECODER_INIT;
    size_t n = 0;
    for (size_t at = 0; at < len; at += piece)
        n += mgw_qp_decode(&decoder, data + at, len - at < piece ? len - at : piece, out + n);
    n += mgw_qp_decode_end(&decoder, out + n);
    *defects = decoder.defects;
    return n;
}

static const struct encoding {
    const char *plain;
    size_t len;
    const char *encoded;
} encodings[] = {
    { "", 0, "" },
    { "abc\r\n", 5, "abc\r\n" },
    { "a\nb\rc\r\n\n\r", 9, "a\r\nb\r\nc\r\n\r\n\r\n" },
    { "a=b\r\n", 5, "a=3Db\r\n" },
    { "gr\xc3\xbc\xc3\x9f\n", 7, "gr=C3=BC=C3=9F\r\n" },
    { "end \nend\t\n a b \r\n", 17, "end=20\r\nend=09\r\n a b=20\r\n" },
    { "  two\n", 6, "  two\r\n" },
    { "a\0b\x1b\x7f\n", 6, "a=00b=1B=7F\r\n" },
    { "open", 4, "open=\r\n" },
    { "open ", 5, "open=20=\r\n" },
};

static void encodes_text_by_lines(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(encodings); i++)
        for (size_t piece = 1; piece <= encodings[i].len + 1; piece++) {
            char out[128];
            size_t n = encode(encodings[i].plain, encodings[i].len, piece, out);
            assert_int_equal(n, strlen(encodings[i].encoded));
            assert_memory_equal(out, encodings[i].encoded, n);
        }
}

/* No line is longer than 76, none ends with a blank, and nothing but the line ends changes on the way. */
static void lines_stay_short_and_come_back(void **state)
{
    (void)state;
    char data[400], out[2048], back[2048];
    for (unsigned seed = 1; seed < 300; seed++) {
        unsigned random = seed * 2654435761u;
        for (size_t i = 0; i < sizeof data; i++) {
            random = random * 1664525u + 1013904223u;
            unsigned pick = random >> 16;
            data[i] = (pick & 7) != 0 ? "ab =.\t-x"[pick >> 3 & 7] : (char)(pick >> 8 & 0xff);
            if (data[i] == '\r' || data[i] == '\n')
                data[i] = ' ';
        }
        size_t n = encode(data, sizeof data, seed % 17 + 1, out);
        assert_true(n <= mgw_qp_room(sizeof data));
        size_t line = 0;
        for (size_t i = 0; i < n; i++) {
            if (out[i] == '\r') {
                assert_true(line <= 76);
                assert_int_equal(out[i + 1], '\n');
                assert_int_equal(out[i - 1], '=');
                line = 0;
                i++;
            } else {
                line++;
            }
        }
        uint32_t defects = 1;
        assert_int_equal(decode(out, n, seed % 13 + 1, back, &defects), sizeof data);
        assert_memory_equal(back, data, sizeof data);
        assert_int_equal(defects, 0);
    }
}

static const struct decoding {
    const char *encoded;
    size_t len;
    const char *plain;
    size_t plain_len;
    uint32_t defects;
} decodings[] = {
    { "a=3Db=C3=BC", 11, "a=b\xc3\xbc", 5, 0 },
    { "a=c3=bc", 7, "a\xc3\xbc", 3, 0 },
    { "soft=\r\nbreak", 12, "softbreak", 9, 0 },
    { "soft=\nbreak", 11, "softbreak", 9, 0 },
    { "soft= \t \r\nbreak", 15, "softbreak", 9, 0 },
    { "soft=\rbreak", 11, "softbreak", 9, 0 },
    { "tail  \r\nx \t\ny ", 14, "tail\r\nx\ny", 9, 0 },
    { "a  b\tc", 6, "a  b\tc", 6, 0 },
    { "a=\r\n=0D=0A=Z==", 14, "a\r\n=Z=", 6, 2 }, /* M19; the last '=' is a soft break */
    { "=4", 2, "=4", 2, 1 },
    { "=4G=G4", 6, "=4G=G4", 6, 2 },
    { "==41", 4, "=A", 2, 1 },
    { "= x", 3, "= x", 3, 1 },
    { "=20\r\n", 5, " \r\n", 3, 0 },
    { "=00", 3, "\0", 1, 0 },
    { "\xc3\xbc", 2, "\xc3\xbc", 2, 2 },
    { "a\r\n", 3, "a\r\n", 3, 0 },
    { "=", 1, "", 0, 0 },
    { "=\r", 2, "", 0, 0 },
};

static void decodes_and_keeps_malformed_escapes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(decodings); i++)
        for (size_t piece = 1; piece <= decodings[i].len; piece++) {
            char out[256];
            uint32_t defects = 9;
            size_t n = decode(decodings[i].encoded, decodings[i].len, piece, out, &defects);
            assert_int_equal(n, decodings[i].plain_len);
            assert_memory_equal(out, decodings[i].plain, n);
            assert_int_equal(defects, decodings[i].defects);
        }
}

/* What does not fit the held bytes stands for itself; the output keeps to its room. */
static void long_runs_of_blanks_are_bounded(void **state)
{
    (void)state;
    for (size_t blanks = MGW_QP_HELD_MAX - 2; blanks < MGW_QP_HELD_MAX + 3; blanks++)
        for (int escape = 0; escape < 2; escape++) {
            char data[MGW_QP_HELD_MAX + 8];
            memset(data, ' ', sizeof data);
            if (escape != 0)
                data[0] = '=';
            memcpy(data + blanks, "\r\n", 2);
            char *out = malloc(blanks + 2 + MGW_QP_HELD_MAX);
            assert_non_null(out);
            uint32_t defects = 0;
            size_t n = decode(data, blanks + 2, 7, out, &defects);
            bool is_held = blanks <= MGW_QP_HELD_MAX - (size_t)escape;
            assert_int_equal(defects, is_held ? 0 : 1);
            assert_true(is_held ? n == (escape != 0 ? 0u : 2u) : n >= MGW_QP_HELD_MAX);
            free(out);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(encodes_text_by_lines),
        cmocka_unit_test(lines_stay_short_and_come_back),
        cmocka_unit_test(decodes_and_keeps_malformed_escapes),
        cmocka_unit_test(long_runs_of_blanks_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
