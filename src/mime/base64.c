/* SPDX-License-Identifier: MIT */
#include "mime/base64.h"

#include <string.h>

enum { LINE_BYTES = 57, LINE_CHARS = 76 };

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void encode_group(const unsigned char *in, char *out)
{
    uint32_t bits = (uint32_t)in[0] << 16 | (uint32_t)in[1] << 8 | in[2];
    out[0] = alphabet[bits >> 18];
    out[1] = alphabet[bits >> 12 & 63];
    out[2] = alphabet[bits >> 6 & 63];
    out[3] = alphabet[bits & 63];
}

/* Ends a full line. */
static char *after_group(mgw_base64_encoder *encoder, char *out)
{
    encoder->column = (unsigned char)(encoder->column + 4);
    if (encoder->column < LINE_CHARS)
        return out;
    encoder->column = 0;
    *out++ = '\r';
    *out++ = '\n';
    return out;
}

/* Completes the group begun by an earlier call. */
static size_t fill_rest(mgw_base64_encoder *encoder, const unsigned char *in, size_t len)
{
    size_t used = 0;
    while (encoder->rest_len < 3 && used < len)
        encoder->rest[encoder->rest_len++] = in[used++];
    return used;
}

size_t mgw_base64_encode(mgw_base64_encoder *encoder, const void *data, size_t len, char *out)
{
    const unsigned char *in = data;
    char *start = out;
    if (encoder->rest_len > 0) {
        size_t used = fill_rest(encoder, in, len);
        in += used;
        len -= used;
        if (encoder->rest_len < 3)
            return 0;
        encode_group(encoder->rest, out);
        encoder->rest_len = 0;
        out = after_group(encoder, out + 4);
    }
    for (; len >= 3; in += 3, len -= 3) {
        encode_group(in, out);
        out = after_group(encoder, out + 4);
    }
    fill_rest(encoder, in, len);
    return (size_t)(out - start);
}

size_t mgw_base64_encode_end(mgw_base64_encoder *encoder, char *out)
{
    char *start = out;
    if (encoder->rest_len > 0) {
        memset(encoder->rest + encoder->rest_len, 0, 3u - encoder->rest_len);
        encode_group(encoder->rest, out);
        out[3] = '=';
        if (encoder->rest_len == 1)
            out[2] = '=';
        encoder->rest_len = 0;
        out = after_group(encoder, out + 4);
    }
    if (encoder->column > 0) {
        *out++ = '\r';
        *out++ = '\n';
        encoder->column = 0;
    }
    return (size_t)(out - start);
}

bool mgw_base64_encoded_size(uint64_t len, uint64_t *size)
{
    if (len > UINT64_MAX / 2)
        return false;
    uint64_t chars = (len + 2) / 3 * 4;
    *size = chars + (chars + LINE_CHARS - 1) / LINE_CHARS * 2;
    return true;
}

enum { SKIP = 64, PADDING = 65, GARBAGE = 66 };

/* clang-format off */
#define S SKIP
#define P PADDING
#define X GARBAGE
#define ROW_OF_GARBAGE X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X

/* The value of each octet, or one of the classes above. */
static const unsigned char values[256] = {
    X,  X,  X,  X,  X,  X,  X,  X,  X,  S,  S,  X,  X,  S,  X,  X,
    X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,
    S,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  62, X,  X,  X,  63,
    52, 53, 54, 55, 56, 57, 58, 59, 60, 61, X,  X,  X,  P,  X,  X,
    X,  0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14,
    15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, X,  X,  X,  X,  X,
    X,  26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
    41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, X,  X,  X,  X,  X,
    ROW_OF_GARBAGE, ROW_OF_GARBAGE, ROW_OF_GARBAGE, ROW_OF_GARBAGE,
    ROW_OF_GARBAGE, ROW_OF_GARBAGE, ROW_OF_GARBAGE, ROW_OF_GARBAGE,
};

#undef ROW_OF_GARBAGE
#undef X
#undef P
#undef S
/* clang-format on */

static void add_defect(mgw_base64_decoder *decoder)
{
    if (decoder->defects < UINT32_MAX)
        decoder->defects++;
}

/* Writes the whole bytes of an unfinished group; a lone sextet holds none. */
static size_t flush_group(mgw_base64_decoder *decoder, char *out)
{
    size_t n = 0;
    uint32_t bits = decoder->bits << (6 * (4 - decoder->count));
    if (decoder->count >= 2)
        out[n++] = (char)(bits >> 16 & 0xff);
    if (decoder->count >= 3)
        out[n++] = (char)(bits >> 8 & 0xff);
    if (decoder->count == 1)
        add_defect(decoder);
    decoder->bits = 0;
    decoder->count = 0;
    return n;
}

/* An octet that is no data, or data after the padding. */
static size_t special(mgw_base64_decoder *decoder, unsigned char value, char *out)
{
    if (value == SKIP)
        return 0;
    if (value == GARBAGE) {
        add_defect(decoder);
        return 0;
    }
    if (value == PADDING) {
        if (decoder->ended)
            return 0;
        decoder->ended = true;
        if (decoder->count == 0)
            add_defect(decoder);
        return flush_group(decoder, out);
    }
    if (!decoder->after_end)
        add_defect(decoder);
    decoder->after_end = true;
    return 0;
}

static size_t decode_octet(mgw_base64_decoder *decoder, unsigned char octet, char *out)
{
    unsigned char value = values[octet];
    if (value >= SKIP || decoder->ended)
        return special(decoder, value, out);
    decoder->bits = decoder->bits << 6 | value;
    if (++decoder->count < 4)
        return 0;
    out[0] = (char)(decoder->bits >> 16 & 0xff);
    out[1] = (char)(decoder->bits >> 8 & 0xff);
    out[2] = (char)(decoder->bits & 0xff);
    decoder->bits = 0;
    decoder->count = 0;
    return 3;
}

/* Decodes whole groups while nothing is special. Returns the octets used, a multiple of 4. */
static size_t decode_groups(const unsigned char *in, size_t len, char **out)
{
    size_t used = 0;
    char *next = *out;
    for (; len - used >= 4; used += 4, next += 3) {
        unsigned char a = values[in[used]], b = values[in[used + 1]];
        unsigned char c = values[in[used + 2]], d = values[in[used + 3]];
        if ((a | b | c | d) >= SKIP)
            break;
        uint32_t bits = (uint32_t)a << 18 | (uint32_t)b << 12 | (uint32_t)c << 6 | d;
        next[0] = (char)(bits >> 16 & 0xff);
        next[1] = (char)(bits >> 8 & 0xff);
        next[2] = (char)(bits & 0xff);
    }
    *out = next;
    return used;
}

size_t mgw_base64_decode(mgw_base64_decoder *decoder, const void *data, size_t len, char *out)
{
    const unsigned char *in = data;
    char *next = out;
    for (size_t i = 0; i < len; i++) {
        if (decoder->count == 0 && !decoder->ended)
            i += decode_groups(in + i, len - i, &next);
        if (i < len)
            next += decode_octet(decoder, in[i], next);
    }
    return (size_t)(next - out);
}

size_t mgw_base64_decode_end(mgw_base64_decoder *decoder, char *out)
{
    if (decoder->ended || decoder->count == 0)
        return 0;
    if (decoder->count != 1)
        add_defect(decoder);
    return flush_group(decoder, out);
}
