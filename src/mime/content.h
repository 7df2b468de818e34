/* SPDX-License-Identifier: MIT */
/*
 * The way from the octets of a body part to its content: removes the transfer encoding (RFC 2045 section 6) and
 * converts text to UTF-8. Streaming: memory does not grow with the part. One decoder serves parts from the wire and
 * from memory.
 */
#ifndef MGW_MIME_CONTENT_H
#define MGW_MIME_CONTENT_H

#include "base/bytes.h"

#include "simplemailgw/common.h"

typedef enum mgw_encoding {
    MGW_ENCODING_IDENTITY, /* 7bit, 8bit, binary, or none named. */
    MGW_ENCODING_BASE64,
    MGW_ENCODING_QUOTED_PRINTABLE,
    MGW_ENCODING_UNKNOWN /* The octets are given as they are. */
} mgw_encoding;

/* The encoding of a Content-Transfer-Encoding name, in any case. */
mgw_encoding mgw_encoding_of(mgw_bytes name);

typedef struct mgw_content_decoder mgw_content_decoder;

/*
 * Makes a decoder that hands what it decodes to `write`.
 * `charset` is the charset to convert from; empty for none, as for everything but text. A charset that is not known,
 * and UTF-7, which must never be decoded, are given as they are.
 */
smgw_status mgw_content_decoder_new(mgw_content_decoder **decoder, mgw_bytes encoding, mgw_bytes charset,
    smgw_write_fn write, void *context, smgw_error *error);

/* Decodes the next octets. SMGW_ERR_CANCELLED when `write` returned false; then nothing but _free may follow. */
smgw_status mgw_content_decoder_feed(mgw_content_decoder *decoder, const void *data, size_t len, smgw_error *error);

/* Hands on what is left at the end of the part. */
smgw_status mgw_content_decoder_finish(mgw_content_decoder *decoder, smgw_error *error);

/* How many things in the encoding were malformed so far. */
uint32_t mgw_content_decoder_defects(const mgw_content_decoder *decoder);

void mgw_content_decoder_free(mgw_content_decoder *decoder);

#endif
