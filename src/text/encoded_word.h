/* SPDX-License-Identifier: MIT */
/*
 * Text of any script in a header field: encoded words (RFC 2047), quoted strings and folding.
 */
#ifndef MGW_TEXT_ENCODED_WORD_H
#define MGW_TEXT_ENCODED_WORD_H

#include "base/buf.h"

/* A line of a header aims at this many octets without its CRLF (RFC 5322 section 2.1.1). */
enum { MGW_HEADER_LINE = 78 };

/*
 * Appends the readable form of a field's value to `out`: valid UTF-8 without control characters. Folds are undone; encoded
 * words are decoded, adjacent ones joined as bytes before their charset is applied, so that a character may be split
 * between them. A word whose charset is not known, or that is malformed, stays as it is written. Raw bytes that are not
 * UTF-8 become U+FFFD, control characters and line breaks become spaces.
 *
 * The work is linear in value.len. Returns the status of `out`, whose cap bounds the result, or SMGW_ERR_NO_MEMORY.
 */
smgw_status mgw_encoded_word_decode(mgw_bytes value, mgw_buf *out);

/*
 * Appends `text` as the value of an unstructured field (Subject), folded to lines of MGW_HEADER_LINE octets where that is
 * possible without changing it, and otherwise written as encoded words of at most 75 octets, on lines of at most 76, that split no character.
 * Text that contains "=?" is always encoded, so that a reader sees it literally.
 *
 * *column is the number of octets that stand on the current line already ("Subject: " is 9) and is moved on; a continuation
 * line begins with one space. No CRLF is written at the end. Empty text writes nothing.
 *
 * SMGW_ERR_INVALID, with nothing written, where `text` is not UTF-8 or has a control character other than TAB: sanitize
 * first. Otherwise the status of `out`.
 */
smgw_status mgw_encode_unstructured(mgw_bytes text, size_t *column, mgw_buf *out);

/*
 * Likewise for a phrase, the display name before "<address>": atoms where it is words of atext, a quoted string where it is
 * other ASCII that fits a line, and otherwise encoded words.
 */
smgw_status mgw_encode_phrase(mgw_bytes text, size_t *column, mgw_buf *out);

#endif
