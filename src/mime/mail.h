/* SPDX-License-Identifier: MIT */
/*
 * What the parser and the gateway share when they fill an smgw_mail, the one from bytes, the other from IMAP data:
 * every string of it is made here. Each function returns a string in the arena, never NULL unless the arena failed.
 *
 * A field whose decoded form is longer than MGW_MAIL_MAX_FIELD comes as mgw_mail_too_long, an empty string to be told by
 * its address: the parser refuses the message, and a view of IMAP data leaves the one field empty, because the sender of
 * one mail must not keep a reader from the others.
 */
#ifndef MGW_MIME_MAIL_H
#define MGW_MIME_MAIL_H

#include "base/arena.h"

#include "simplemailgw/mail.h"

enum { MGW_MAIL_MAX_FIELD = 64 * 1024 /* Bytes. */ };

extern const char mgw_mail_too_long[1];

/* Text for display: unfolded, encoded words decoded, valid UTF-8, control characters as spaces, ends trimmed. */
const char *mgw_mail_text(mgw_arena *arena, mgw_bytes raw);

/* The same without encoded words: for addresses, message ids and whatever is not text. */
const char *mgw_mail_plain(mgw_arena *arena, mgw_bytes raw);

/* As mgw_mail_plain(), ASCII letters in lower case: for media types, charsets, encodings, dispositions. */
const char *mgw_mail_token(mgw_arena *arena, mgw_bytes raw);

/* The first msg-id in `raw` with its angle brackets (Message-ID, Content-ID), or "". */
const char *mgw_mail_msg_id(mgw_arena *arena, mgw_bytes raw);

/* "type/subtype" in lower case. */
const char *mgw_mail_media_type(mgw_arena *arena, mgw_bytes type, mgw_bytes subtype);

/* "inline", "attachment" or ""; what is not known counts as "attachment" (RFC 2183 section 2.8). Static storage. */
const char *mgw_mail_disposition(mgw_bytes raw);

/*
 * An address from its three parts as in an IMAP ENVELOPE, whose mailbox has lost its quotes; they are put back where it
 * needs them. Address "" where mailbox or host is empty or the host is neither a domain nor an address literal: what it
 * holds must not pass for a second address.
 */
smgw_status mgw_mail_address(
    mgw_arena *arena, mgw_bytes name, mgw_bytes mailbox, mgw_bytes host, smgw_address *address);

/* The rule of smgw_part.is_attachment. All other fields are filled. */
bool mgw_part_is_attachment(const smgw_part *part);

/* True for "text/…"; true for "multipart/…". */
bool mgw_part_is_text(const smgw_part *part);
bool mgw_part_is_multipart(const smgw_part *part);

#endif
