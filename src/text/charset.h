/* SPDX-License-Identifier: MIT */
/*
 * Text in a foreign charset, converted to UTF-8 as it streams. Names come from an allow-list of those that mail uses; UTF-7
 * is not among them and never will be. What is invalid becomes U+FFFD; the output is always valid UTF-8.
 */
#ifndef MGW_TEXT_CHARSET_H
#define MGW_TEXT_CHARSET_H

#include "base/buf.h"

enum { MGW_CHARSET_PENDING = 16 };

/* Caller-owned; nothing in it is for the caller. Belongs to one thread at a time. */
typedef struct mgw_charset {
    void *converter; /* The iconv_t, or NULL for UTF-8. */
    char pending[MGW_CHARSET_PENDING]; /* The beginning of a character that the next bytes complete. */
    size_t pending_len;
    size_t unit; /* Octets of the charset's code unit. */
} mgw_charset;

/* Whether mgw_charset_open() knows this name (IANA's names and the usual aliases, case-insensitive). */
bool mgw_charset_known(mgw_bytes name);

/*
 * Prepares a conversion. US-ASCII is read as UTF-8, which contains it and which is often sent under its name.
 * SMGW_ERR_UNSUPPORTED for a name that is not known or that this system cannot convert: the caller passes the bytes on as
 * they are. SMGW_ERR_NO_MEMORY. On failure there is nothing to close. Safe in any thread; what the system loads for a
 * charset stays loaded, so that opening it again is cheap.
 */
smgw_status mgw_charset_open(mgw_charset *charset, mgw_bytes name);

/*
 * Appends the UTF-8 of the next bytes, at most three bytes of output for a byte of input, and of what was pending; a
 * character may be cut anywhere between calls. Returns the status of `out`.
 */
smgw_status mgw_charset_feed(mgw_charset *charset, mgw_bytes bytes, mgw_buf *out);

/* At the end of the text: a character that was never completed becomes one U+FFFD. Ready for another text after that. */
smgw_status mgw_charset_flush(mgw_charset *charset, mgw_buf *out);

/* Ends a conversion; a zeroed struct and one that is closed already are allowed. */
void mgw_charset_close(mgw_charset *charset);

#endif
