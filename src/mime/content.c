/* SPDX-License-Identifier: MIT */
#include "mime/content.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "mime/base64.h"
#include "mime/quoted_printable.h"
#include "text/charset.h"

enum { PIECE = 4096 };

struct mgw_content_decoder {
    mgw_encoding encoding;
    mgw_base64_decoder base64;
    mgw_qp_decoder qp;
    bool has_charset;
    mgw_charset charset;
    mgw_buf text; /* One piece in UTF-8. */
    smgw_write_fn write;
    void *context;
    char plain[PIECE + MGW_QP_HELD_MAX]; /* One piece without its transfer encoding. */
};

mgw_encoding mgw_encoding_of(mgw_bytes name)
{
    static const struct {
        const char *name;
        mgw_encoding encoding;
    } known[] = {
        { "", MGW_ENCODING_IDENTITY },
        { "7bit", MGW_ENCODING_IDENTITY },
        { "8bit", MGW_ENCODING_IDENTITY },
        { "binary", MGW_ENCODING_IDENTITY },
        { "base64", MGW_ENCODING_BASE64 },
        { "quoted-printable", MGW_ENCODING_QUOTED_PRINTABLE },
    };
    name = mgw_bytes_trim(name);
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (mgw_bytes_equal_fold(name, mgw_bytes_str(known[i].name)))
            return known[i].encoding;
    return MGW_ENCODING_UNKNOWN;
}

static smgw_status open_charset(mgw_content_decoder *decoder, mgw_bytes name)
{
    if (name.len == 0)
        return SMGW_OK;
    smgw_status status = mgw_charset_open(&decoder->charset, name);
    decoder->has_charset = status == SMGW_OK;
    return status == SMGW_ERR_UNSUPPORTED ? SMGW_OK : status;
}

smgw_status mgw_content_decoder_new(mgw_content_decoder **decoder, mgw_bytes encoding, mgw_bytes charset,
    smgw_write_fn write, void *context, smgw_error *error)
{
    *decoder = NULL;
    mgw_content_decoder *made = mgw_calloc(1, sizeof *made);
    if (made == NULL)
        return mgw_error_status(error, SMGW_ERR_NO_MEMORY);
    made->encoding = mgw_encoding_of(encoding);
    mgw_buf_init(&made->text, SIZE_MAX);
    made->write = write;
    made->context = context;
    smgw_status status = open_charset(made, charset);
    if (status != SMGW_OK) {
        mgw_free(made);
        return mgw_error_status(error, status);
    }
    *decoder = made;
    return SMGW_OK;
}

static smgw_status hand_on(mgw_content_decoder *decoder, const char *data, size_t len, smgw_error *error)
{
    if (len > 0 && !decoder->write(decoder->context, data, len))
        return mgw_error_status(error, SMGW_ERR_CANCELLED);
    return SMGW_OK;
}

static smgw_status hand_on_text(mgw_content_decoder *decoder, smgw_error *error)
{
    if (decoder->text.status != SMGW_OK)
        return mgw_error_status(error, decoder->text.status);
    smgw_status status = hand_on(decoder, decoder->text.data, decoder->text.len, error);
    mgw_buf_clear(&decoder->text);
    return status;
}

static smgw_status convert(mgw_content_decoder *decoder, const char *data, size_t len, smgw_error *error)
{
    if (!decoder->has_charset)
        return hand_on(decoder, data, len, error);
    mgw_charset_feed(&decoder->charset, mgw_bytes_of(data, len), &decoder->text);
    return hand_on_text(decoder, error);
}

static smgw_status feed_piece(mgw_content_decoder *decoder, const char *data, size_t len, smgw_error *error)
{
    size_t n = 0;
    switch (decoder->encoding) {
    case MGW_ENCODING_BASE64:
        n = mgw_base64_decode(&decoder->base64, data, len, decoder->plain);
        break;
    case MGW_ENCODING_QUOTED_PRINTABLE:
        n = mgw_qp_decode(&decoder->qp, data, len, decoder->plain);
        break;
    case MGW_ENCODING_IDENTITY:
    case MGW_ENCODING_UNKNOWN:
        return convert(decoder, data, len, error);
    }
    return convert(decoder, decoder->plain, n, error);
}

smgw_status mgw_content_decoder_feed(mgw_content_decoder *decoder, const void *data, size_t len, smgw_error *error)
{
    const char *next = data;
    while (len > 0) {
        size_t piece = len < PIECE ? len : PIECE;
        smgw_status status = feed_piece(decoder, next, piece, error);
        if (status != SMGW_OK)
            return status;
        next += piece;
        len -= piece;
    }
    return SMGW_OK;
}

smgw_status mgw_content_decoder_finish(mgw_content_decoder *decoder, smgw_error *error)
{
    size_t n = 0;
    if (decoder->encoding == MGW_ENCODING_BASE64)
        n = mgw_base64_decode_end(&decoder->base64, decoder->plain);
    else if (decoder->encoding == MGW_ENCODING_QUOTED_PRINTABLE)
        n = mgw_qp_decode_end(&decoder->qp, decoder->plain);
    smgw_status status = convert(decoder, decoder->plain, n, error);
    if (status != SMGW_OK || !decoder->has_charset)
        return status;
    mgw_charset_flush(&decoder->charset, &decoder->text);
    return hand_on_text(decoder, error);
}

uint32_t mgw_content_decoder_defects(const mgw_content_decoder *decoder)
{
    return decoder->encoding == MGW_ENCODING_BASE64 ? decoder->base64.defects : decoder->qp.defects;
}

void mgw_content_decoder_free(mgw_content_decoder *decoder)
{
    if (decoder == NULL)
        return;
    if (decoder->has_charset)
        mgw_charset_close(&decoder->charset);
    mgw_buf_free(&decoder->text);
    mgw_free(decoder);
}
