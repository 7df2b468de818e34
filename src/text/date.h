/* SPDX-License-Identifier: MIT */
/*
 * Dates of mail. Points in time are seconds since 1970 UTC; years run from 1900 to 9999.
 */
#ifndef MGW_TEXT_DATE_H
#define MGW_TEXT_DATE_H

#include "base/bytes.h"

enum {
    MGW_DATE_SIZE = 32,     /* For mgw_date_format(), with the NUL. */
    MGW_DATE_IMAP_SIZE = 12 /* "22-Nov-2026" with the NUL. */
};

/* Writes "Sun, 22 Nov 2026 19:48:39 +0000" (RFC 5322 section 3.3). False where the year is out of range. */
bool mgw_date_format(int64_t seconds, char out[MGW_DATE_SIZE]);

/*
 * Reads a Date field's value: the syntax of RFC 5322 with its obsolete forms (section 4.3: two-digit years, named zones),
 * seconds that are missing, comments and folds. Only the first 256 bytes are looked at: a longer value is no date.
 * False, with *seconds untouched, for anything else.
 */
bool mgw_date_parse(mgw_bytes text, int64_t *seconds);

/* Reads the inside of an INTERNALDATE: "22-Nov-2026 19:48:39 +0000" (date-time of RFC 3501, without the quotes). */
bool mgw_date_parse_internal(mgw_bytes text, int64_t *seconds);

/* Writes the IMAP form "22-Nov-2026" of a day given as "2026-11-22". False for what is no day of the calendar. */
bool mgw_date_to_imap(mgw_bytes iso, char out[MGW_DATE_IMAP_SIZE]);

/* Whether `text` is a date of IMAP (date-text of RFC 3501): "1-Jan-2024", a day of the calendar. */
bool mgw_date_is_imap(mgw_bytes text);

#endif
