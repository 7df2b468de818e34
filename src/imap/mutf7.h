/* SPDX-License-Identifier: MIT */
/*
 * Mailbox names on the wire: modified UTF-7 (RFC 3501 section 5.1.3), where each name has exactly one form. A decoder
 * that took others would let two names on the wire be one folder here, or a line break hide in base64.
 */
#ifndef MGW_IMAP_MUTF7_H
#define MGW_IMAP_MUTF7_H

#include "base/buf.h"

#include "simplemailgw/common.h"

/*
 * Appends the modified UTF-7 form of UTF-8 text: printable ASCII. Refused: invalid UTF-8, NUL, line breaks, controls.
 * SMGW_RULE_OUTPUT where the buffer failed. After a refusal the buffer is as it was.
 */
smgw_rule mgw_mutf7_encode(mgw_bytes utf8, mgw_buf *out);

/*
 * Appends the UTF-8 form of modified UTF-7. Refused besides: 8-bit bytes, base64 that is malformed, not closed, has
 * spare bits set, encodes printable ASCII, a control or a lone surrogate, and two base64 runs where one would do.
 */
smgw_rule mgw_mutf7_decode(mgw_bytes text, mgw_buf *out);

#endif
