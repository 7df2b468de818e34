/* SPDX-License-Identifier: MIT */
/*
 * Whether the octets of a message that we did not write may go to a server as they are.
 */
#ifndef MGW_MIME_CANONICAL_H
#define MGW_MIME_CANONICAL_H

#include "base/bytes.h"

#include "simplemailgw/common.h"

/* A message, piece by piece. Starts as { false }. */
typedef struct mgw_canonical {
    bool after_cr;
} mgw_canonical;

/* False for a CR or LF that stands alone and for a NUL; then it cannot be used again. */
bool mgw_canonical_feed(mgw_canonical *lines, mgw_bytes piece);

/* False where the message ended between CR and LF. */
bool mgw_canonical_end(const mgw_canonical *lines);

/* The octets of the header at the front of `text`, with the empty line that ends it; 0 where there is no such line. */
size_t mgw_canonical_header(mgw_bytes text);

/*
 * Checks the fields that make a thread, of a header whose lines are canonical: Message-ID by
 * smgw_sanitize_message_id(), In-Reply-To and References by smgw_sanitize_references(), with nothing but blanks and
 * folds between their ids. SMGW_ERR_INVALID names the field, or "header" for one without fields; SMGW_ERR_TOO_LARGE;
 * SMGW_ERR_NO_MEMORY.
 */
smgw_status mgw_check_threading(mgw_bytes header, smgw_error *error);

#endif
