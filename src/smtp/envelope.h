/* SPDX-License-Identifier: MIT */
/*
 * The envelope of a message and the commands that carry it (RFC 5321 sections 4.1.1.2 and 4.1.1.3). Every address is
 * checked here again, whoever checked it before: nothing that ends a path, a command or a parameter gets onto the wire.
 */
#ifndef MGW_SMTP_ENVELOPE_H
#define MGW_SMTP_ENVELOPE_H

#include "smtp/capability.h"

typedef struct mgw_smtp_envelope {
    mgw_bytes from;
    const mgw_bytes *to;
    size_t count;
    uint64_t size;  /* Octets of the message with CRLF line ends, before dot-stuffing (RFC 1870); 0: not known. */
    bool body_8bit; /* It has octets above 127. */
} mgw_smtp_envelope;

/*
 * What can be known to fail before anything travels: SMGW_ERR_INVALID for an address, then *bad_recipient is its index
 * or SIZE_MAX for the sender, and for no recipients; SMGW_ERR_TOO_LARGE for more than max_recipients or a message above
 * the server's SIZE; SMGW_ERR_UNSUPPORTED for an 8-bit body without 8BITMIME.
 */
smgw_status mgw_smtp_envelope_check(const mgw_smtp_envelope *envelope, const mgw_smtp_capabilities *capabilities,
    size_t max_recipients, size_t *bad_recipient);

/* Octets that the commands of an envelope that passed the check have at most. */
size_t mgw_smtp_envelope_max_len(size_t recipients);

/* Appends MAIL and the RCPTs of an envelope that passed the check; `out` keeps the failure. */
void mgw_smtp_envelope_write(
    const mgw_smtp_envelope *envelope, const mgw_smtp_capabilities *capabilities, mgw_buf *out);

#endif
