/* SPDX-License-Identifier: MIT */
/*
 * Reads text/plain; format=flowed (RFC 3676): paragraphs become one line again.
 */
#ifndef MGW_MIME_FLOWED_H
#define MGW_MIME_FLOWED_H

#include "base/buf.h"

/*
 * Appends the text with its flowed lines joined. Lines of `text` end with LF. A quoted line is written as one ">" for each
 * level and a space; a line that begins with ">" without being quoted gets a space before it. Returns the status of `out`.
 */
smgw_status mgw_flowed_decode(mgw_bytes text, bool delsp, mgw_buf *out);

#endif
