/* SPDX-License-Identifier: MIT */
/*
 * Makes any bytes fit for DATA (RFC 5321 sections 2.3.8, 4.1.1.4 and 4.5.2): CR, LF and CRLF each become CRLF, a dot
 * that begins a line is doubled, and a text that is not empty ends with CRLF, added where it is missing. So the
 * terminator, CRLF "." CRLF, cannot occur in the result, nor can a bare CR or LF that another server might read as a
 * line end. The terminator itself is the engine's to send.
 *
 * The state survives a cut at any byte. The empty text stays empty.
 */
#ifndef MGW_SMTP_DATA_ENCODER_H
#define MGW_SMTP_DATA_ENCODER_H

#include "base/buf.h"

typedef struct mgw_smtp_data_encoder {
    bool in_line;  /* The last octet written is not the end of a line. */
    bool after_cr; /* The last octet read was CR: an LF now belongs to it. */
} mgw_smtp_data_encoder;

#define MGW_SMTP_DATA_ENCODER_INIT { false, false }

/* Octets that encoding `len` bytes adds at most, its end included. */
#define MGW_SMTP_DATA_MAX(len) (2 * (len) + 2)

/*
 * Appends the encoded form of the next bytes. On failure, the buffer's status, nothing of them is appended and the
 * state is as before.
 */
smgw_status mgw_smtp_data_encode(mgw_smtp_data_encoder *encoder, mgw_bytes data, mgw_buf *out);

/* Appends what ends the text, at most a CRLF; then the encoder may begin another one. */
smgw_status mgw_smtp_data_finish(mgw_smtp_data_encoder *encoder, mgw_buf *out);

#endif
