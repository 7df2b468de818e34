/* SPDX-License-Identifier: MIT */
/*
 * The quoted-printable transfer encoding (RFC 2045 section 6.7), streaming, without allocation.
 */
#ifndef MGW_MIME_QUOTED_PRINTABLE_H
#define MGW_MIME_QUOTED_PRINTABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Encodes text: CR, LF and CRLF each end a line and become CRLF. */
typedef struct mgw_qp_encoder {
    unsigned char column;
    char blank;    /* A space or TAB that is encoded only where it ends a line; 0 for none. */
    bool after_cr; /* A LF that follows belongs to the line end already written. */
} mgw_qp_encoder;

#define MGW_QP_ENCODER_INIT { 0, 0, false }

/* The room that encoding `len` bytes may need, their end included; `len` is at most SIZE_MAX / 8. */
static inline size_t mgw_qp_room(size_t len)
{
    return 4 * len + 16;
}

/* Encodes into `out`, lines of at most 76 octets. Returns the octets written. */
size_t mgw_qp_encode(mgw_qp_encoder *encoder, const void *data, size_t len, char *out);

/* Writes what is held back, and ends a line that was begun with a soft break. */
size_t mgw_qp_encode_end(mgw_qp_encoder *encoder, char *out);

enum { MGW_QP_HELD_MAX = 128 };

typedef struct mgw_qp_decoder {
    char held[MGW_QP_HELD_MAX]; /* Blanks that go where the line ends, or a '=' and what follows it. */
    unsigned char held_len;
    uint32_t defects; /* Malformed escapes, octets that must not stand for themselves; saturates. */
} mgw_qp_decoder;

#define MGW_QP_DECODER_INIT { { 0 }, 0, 0 }

/*
 * Decodes into `out`, which has room for len + MGW_QP_HELD_MAX bytes. Returns the bytes written.
 * A malformed escape is kept as it is; blanks at the end of a line are dropped; line ends are given as they came.
 */
size_t mgw_qp_decode(mgw_qp_decoder *decoder, const void *data, size_t len, char *out);

/* Writes what is held back, at most MGW_QP_HELD_MAX bytes. A '=' at the very end is a soft line break. */
size_t mgw_qp_decode_end(mgw_qp_decoder *decoder, char *out);

#endif
