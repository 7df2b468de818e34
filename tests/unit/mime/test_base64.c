/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "mime/base64.h"

#include <stdlib.h>
#include <string.h>

/* Encodes in pieces of `piece` bytes; returns the length. */
static size_t encode(const char *data, size_t len, size_t piece, char *out)
{
    mgw_base64_encoder encoder = MGW_BASE64_ENCODER_INIT;
    size_t n = 0;
    for (size_t at = 0; at < len; at += piece)
        n += mgw_base64_encode(&encoder, data + at, len - at < piece ? len - at : piece, out + n);
    return n + mgw_base64_encode_end(&encoder, out + n);
}

static size_t decode(const char *data, size_t len, size_t piece, char *out, uint32_t *defects)
{
    mgw_base64_decoder decoder = MGW_BASE64_DECODER_INIT;
    size_t n = 0;
    for (size_t at = 0; at < len; at += piece)
        n += mgw_base64_decode(&decoder, data + at, len - at < piece ? len - at : piece, out + n);
    n += mgw_base64_decode_end(&decoder, out + n);
    *defects = decoder.defects;
    return n;
}

static const struct vector {
    const char *plain, *encoded;
} vectors[] = {
    /* RFC 4648 section 10. */
    { "", "" },
    { "f", "Zg==\r\n" },
    { "fo", "Zm8=\r\n" },
    { "foo", "Zm9v\r\n" },
    { "foob", "Zm9vYg==\r\n" },
    { "fooba", "Zm9vYmE=\r\n" },
    { "foobar", "Zm9vYmFy\r\n" },
    { "\xfb\xff\xbf", "+/+/\r\n" },
};

static void encodes_and_decodes_the_vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        char out[64];
        size_t len = strlen(vectors[i].plain);
        size_t n = encode(vectors[i].plain, len, 64, out);
        assert_int_equal(n, strlen(vectors[i].encoded));
        assert_memory_equal(out, vectors[i].encoded, n);
        uint32_t defects = 1;
        n = decode(vectors[i].encoded, strlen(vectors[i].encoded), 64, out, &defects);
        assert_int_equal(n, len);
        assert_memory_equal(out, vectors[i].plain, n);
        assert_int_equal(defects, 0);
    }
}

static void fills_lines_of_76(void **state)
{
    (void)state;
    char data[57 * 3 + 1], out[512];
    memset(data, 'x', sizeof data);
    size_t n = encode(data, 57, 57, out);
    assert_int_equal(n, 78);
    assert_memory_equal(out + 76, "\r\n", 2);
    n = encode(data, 57 * 3 + 1, 57 * 3 + 1, out);
    assert_int_equal(n, 3 * 78 + 6);
    assert_memory_equal(out + 3 * 78 - 2, "\r\n", 2);
}

static void size_formula_room_and_pieces_agree(void **state)
{
    (void)state;
    char data[300], whole[1024], pieces[1024], back[1024];
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (char)(i * 7 + 3);
    for (size_t len = 0; len <= sizeof data; len++) {
        size_t n = encode(data, len, sizeof data, whole);
        uint64_t size = 0;
        assert_true(mgw_base64_encoded_size(len, &size));
        assert_int_equal(n, size);
        assert_true(n <= mgw_base64_room(len));
        for (size_t piece = 1; piece < 61; piece++) {
            assert_int_equal(encode(data, len, piece, pieces), n);
            assert_memory_equal(pieces, whole, n);
        }
        for (size_t piece = 1; piece < 9; piece++) {
            uint32_t defects = 1;
            assert_int_equal(decode(whole, n, piece, back, &defects), len);
            assert_memory_equal(back, data, len);
            assert_int_equal(defects, 0);
        }
    }
    uint64_t size = 0;
    assert_false(mgw_base64_encoded_size(UINT64_MAX, &size));
}

static const struct broken {
    const char *encoded;
    size_t len;
    const char *plain;
    uint32_t defects;
} broken[] = {
    { "Zm\r\n9 v\tYg==", 12, "foob", 0 },
    { "Zm9vYg", 6, "foob", 1 }, /* padding missing */
    { "Zm9vYmE", 7, "fooba", 1 },
    { "Zm9vY", 5, "foo", 1 }, /* a lone sextet */
    { "Zm9vY=", 6, "foo", 1 },
    { "QUJD=REVG", 9, "ABC", 2 }, /* M16: stray padding, data after it */
    { "QQ==QUJD", 8, "A", 1 },
    { "QQ==\r\n\r\n", 8, "A", 0 },
    { "QQ======", 8, "A", 0 },
    { "Z-m_9\x80v", 7, "foo", 3 }, /* garbage is skipped */
    { "!!!=A=B\0==", 10, "", 6 },  /* M15 */
    { "\0", 1, "", 1 },
    { "=", 1, "", 1 },
};

static void reads_broken_input_as_far_as_it_makes_sense(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(broken); i++)
        for (size_t piece = 1; piece <= broken[i].len; piece++) {
            char out[64];
            uint32_t defects = 0;
            size_t n = decode(broken[i].encoded, broken[i].len, piece, out, &defects);
            assert_int_equal(n, strlen(broken[i].plain));
            assert_memory_equal(out, broken[i].plain, n);
            assert_int_equal(defects, broken[i].defects);
        }
}

/* The room that the header names is never exceeded: the sanitizer watches a block of just that size. */
static void keeps_to_the_room(void **state)
{
    (void)state;
    for (size_t held = 0; held < 4; held++)
        for (size_t len = 0; len < 70; len++) {
            mgw_base64_decoder decoder = MGW_BASE64_DECODER_INIT;
            char first[4], data[70];
            memset(data, 'A', sizeof data);
            mgw_base64_decode(&decoder, data, held, first);
            size_t room = len / 4 * 3 + 3;
            char *out = malloc(room);
            assert_non_null(out);
            size_t n = mgw_base64_decode(&decoder, data, len, out);
            assert_int_equal(n, (held + len) / 4 * 3);
            assert_true(n <= room);
            free(out);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(encodes_and_decodes_the_vectors),
        cmocka_unit_test(fills_lines_of_76),
        cmocka_unit_test(size_formula_room_and_pieces_agree),
        cmocka_unit_test(reads_broken_input_as_far_as_it_makes_sense),
        cmocka_unit_test(keeps_to_the_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
