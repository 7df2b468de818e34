/* SPDX-License-Identifier: MIT */
/*
 * The base64 transfer encoding (RFC 2045 section 6.8), streaming, without allocation.
 */
#ifndef MGW_MIME_BASE64_H
#define MGW_MIME_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct mgw_base64_encoder {
    unsigned char rest[3]; /* Bytes that do not fill a group of three yet. */
    unsigned char rest_len;
    unsigned char column;
} mgw_base64_encoder;

#define MGW_BASE64_ENCODER_INIT { { 0 }, 0, 0 }

/* The room that encoding `len` bytes may need, their end included; `len` is at most SIZE_MAX / 2. */
static inline size_t mgw_base64_room(size_t len)
{
    return (len / 3 + 2) * 4 + (len / 57 + 2) * 2;
}

/* Encodes into `out`, lines of 76 ending with CRLF. Returns the octets written. */
size_t mgw_base64_encode(mgw_base64_encoder *encoder, const void *data, size_t len, char *out);

/* Pads and ends the last line; writes at most 6 octets. Nothing for empty input. */
size_t mgw_base64_encode_end(mgw_base64_encoder *encoder, char *out);

/* The octets that `len` bytes become, line ends included. False where that overflows. */
bool mgw_base64_encoded_size(uint64_t len, uint64_t *size);

typedef struct mgw_base64_decoder {
    uint32_t bits;       /* Sextets that do not fill a group of four yet. */
    unsigned char count; /* Their number. */
    bool ended;          /* Padding was seen. */
    bool after_end;      /* Data after it was seen and counted. */
    uint32_t defects; /* Characters that do not belong there, runs of data after the padding, cut groups; saturates. */
} mgw_base64_decoder;

#define MGW_BASE64_DECODER_INIT { 0, 0, false, false, 0 }

/*
 * Decodes into `out`, which has room for len / 4 * 3 + 3 bytes. Returns the bytes written. Characters outside
 * the alphabet are skipped. Padding ends the data: what follows is dropped.
 */
size_t mgw_base64_decode(mgw_base64_decoder *decoder, const void *data, size_t len, char *out);

/* Writes the bytes, at most 2, of a last group without padding. */
size_t mgw_base64_decode_end(mgw_base64_decoder *decoder, char *out);

#endif
