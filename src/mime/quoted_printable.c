/* SPDX-License-Identifier: MIT */
#include "mime/quoted_printable.h"

#include "base/bytes.h"

enum { LINE_CHARS = 75 /* And one more for the '=' of a soft break. */ };

static const char hex_digits[] = "0123456789ABCDEF";

/* Stands for itself anywhere in a line. */
static inline bool is_plain(unsigned char c)
{
    return c > ' ' && c < 0x7f && c != '=';
}

static inline char *soft_break(mgw_qp_encoder *encoder, char *out)
{
    encoder->column = 0;
    memcpy(out, "=\r\n", 3);
    return out + 3;
}

static inline char *put_plain(mgw_qp_encoder *encoder, char *out, char c)
{
    if (encoder->column + 1 > LINE_CHARS)
        out = soft_break(encoder, out);
    encoder->column++;
    *out++ = c;
    return out;
}

static char *put_escaped(mgw_qp_encoder *encoder, char *out, unsigned char c)
{
    if (encoder->column + 3 > LINE_CHARS)
        out = soft_break(encoder, out);
    encoder->column = (unsigned char)(encoder->column + 3);
    out[0] = '=';
    out[1] = hex_digits[c >> 4];
    out[2] = hex_digits[c & 15];
    return out + 3;
}

/* A blank that turned out to be the last of its line. */
static char *put_last_blank(mgw_qp_encoder *encoder, char *out)
{
    if (encoder->blank != 0)
        out = put_escaped(encoder, out, (unsigned char)encoder->blank);
    encoder->blank = 0;
    return out;
}

static char *put_line_end(mgw_qp_encoder *encoder, char *out, unsigned char c)
{
    if (c == '\n' && encoder->after_cr) {
        encoder->after_cr = false;
        return out;
    }
    out = put_last_blank(encoder, out);
    encoder->after_cr = c == '\r';
    encoder->column = 0;
    memcpy(out, "\r\n", 2);
    return out + 2;
}

static inline char *encode_octet(mgw_qp_encoder *encoder, char *out, unsigned char c)
{
    if (c == '\r' || c == '\n')
        return put_line_end(encoder, out, c);
    encoder->after_cr = false;
    if (encoder->blank != 0)
        out = put_plain(encoder, out, encoder->blank);
    encoder->blank = 0;
    if (is_plain(c))
        return put_plain(encoder, out, (char)c);
    if (mgw_is_wsp(c)) {
        encoder->blank = (char)c;
        return out;
    }
    return put_escaped(encoder, out, c);
}

size_t mgw_qp_encode(mgw_qp_encoder *encoder, const void *data, size_t len, char *out)
{
    const unsigned char *in = data;
    char *next = out;
    for (size_t i = 0; i < len; i++)
        next = encode_octet(encoder, next, in[i]);
    return (size_t)(next - out);
}

size_t mgw_qp_encode_end(mgw_qp_encoder *encoder, char *out)
{
    char *next = put_last_blank(encoder, out);
    if (encoder->column > 0)
        next = soft_break(encoder, next);
    return (size_t)(next - out);
}

static void add_defect(mgw_qp_decoder *decoder)
{
    if (decoder->defects < UINT32_MAX)
        decoder->defects++;
}

static char *flush_held(mgw_qp_decoder *decoder, char *out)
{
    memcpy(out, decoder->held, decoder->held_len);
    out += decoder->held_len;
    decoder->held_len = 0;
    return out;
}

/* Holds one more octet; there is room. */
static char *hold(mgw_qp_decoder *decoder, char *out, unsigned char c)
{
    decoder->held[decoder->held_len++] = (char)c;
    return out;
}

/* An octet after nothing that is held. */
static char *decode_fresh(mgw_qp_decoder *decoder, char *out, unsigned char c)
{
    if (c == '=' || mgw_is_wsp(c))
        return hold(decoder, out, c);
    if (!is_plain(c) && c != '\r' && c != '\n')
        add_defect(decoder);
    *out++ = (char)c;
    return out;
}

/* Gives up on what is held, a malformed escape or too long a run of blanks: it stands for itself. */
static char *keep_held(mgw_qp_decoder *decoder, char *out, unsigned char c)
{
    add_defect(decoder);
    return decode_fresh(decoder, flush_held(decoder, out), c);
}

static char *decode_after_blanks(mgw_qp_decoder *decoder, char *out, unsigned char c)
{
    if (mgw_is_wsp(c) && decoder->held_len == MGW_QP_HELD_MAX)
        return keep_held(decoder, out, c);
    if (mgw_is_wsp(c))
        return hold(decoder, out, c);
    if (c == '\r' || c == '\n')
        decoder->held_len = 0;
    else
        out = flush_held(decoder, out);
    return decode_fresh(decoder, out, c);
}

static char *decode_second_digit(mgw_qp_decoder *decoder, char *out, unsigned char c)
{
    int high = mgw_hex_value((unsigned char)decoder->held[1]);
    int low = mgw_hex_value(c);
    if (low < 0)
        return keep_held(decoder, out, c);
    decoder->held_len = 0;
    *out++ = (char)(high << 4 | low);
    return out;
}

/* Held is '=' and perhaps a digit, or blanks and CR of a soft break on its way. */
static char *decode_after_equals(mgw_qp_decoder *decoder, char *out, unsigned char c)
{
    unsigned char last = (unsigned char)decoder->held[decoder->held_len - 1];
    if (c == '\n' && (last == '\r' || last == '=' || mgw_is_wsp(last))) {
        decoder->held_len = 0;
        return out;
    }
    if (last == '\r') {
        decoder->held_len = 0;
        return decode_fresh(decoder, out, c);
    }
    if (mgw_hex_value(last) >= 0)
        return decode_second_digit(decoder, out, c);
    bool fits = decoder->held_len < MGW_QP_HELD_MAX;
    if (fits && (c == '\r' || mgw_is_wsp(c) || (last == '=' && mgw_hex_value(c) >= 0)))
        return hold(decoder, out, c);
    return keep_held(decoder, out, c);
}

/* Copies octets that stand for themselves, single blanks among them. Returns their number. */
static size_t copy_plain(const unsigned char *in, size_t len, char *out)
{
    size_t n = 0;
    while (n < len && (is_plain(in[n]) || (in[n] == ' ' && n + 1 < len && is_plain(in[n + 1])))) {
        out[n] = (char)in[n];
        n++;
    }
    return n;
}

size_t mgw_qp_decode(mgw_qp_decoder *decoder, const void *data, size_t len, char *out)
{
    const unsigned char *in = data;
    char *next = out;
    for (size_t i = 0; i < len; i++) {
        if (decoder->held_len == 0) {
            size_t copied = copy_plain(in + i, len - i, next);
            next += copied;
            i += copied;
            if (i < len)
                next = decode_fresh(decoder, next, in[i]);
        } else if (decoder->held[0] == '=') {
            next = decode_after_equals(decoder, next, in[i]);
        } else {
            next = decode_after_blanks(decoder, next, in[i]);
        }
    }
    return (size_t)(next - out);
}

size_t mgw_qp_decode_end(mgw_qp_decoder *decoder, char *out)
{
    bool is_cut_escape = decoder->held_len == 2 && mgw_hex_value((unsigned char)decoder->held[1]) >= 0;
    if (!is_cut_escape) {
        decoder->held_len = 0;
        return 0;
    }
    add_defect(decoder);
    return (size_t)(flush_held(decoder, out) - out);
}
