/* SPDX-License-Identifier: MIT */
/*
 * UTF-8 (RFC 3629), strictly: no overlong form, no surrogate, nothing above U+10FFFF.
 */
#ifndef MGW_BASE_UTF8_H
#define MGW_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decodes the first character. Returns its length, 1 to 4; 0 where the bytes are not UTF-8, are cut, or len is 0. */
size_t mgw_utf8_decode(const char *text, size_t len, uint32_t *rune);

/* Encodes a character into `out`, which has room for 4 bytes. Returns its length; 0 for a surrogate or out of range. */
size_t mgw_utf8_encode(uint32_t rune, char *out);

/* True where all of it is valid UTF-8. NUL is a valid character. */
bool mgw_utf8_valid(const char *text, size_t len);

/* The longest prefix of valid UTF-8 that has at most `max` bytes and ends between characters; `text` is valid UTF-8. */
size_t mgw_utf8_cut(const char *text, size_t len, size_t max);

/* C0, DEL, C1, and what Unicode breaks lines at: U+2028, U+2029. */
bool mgw_rune_is_control(uint32_t rune);

/* What ends a line somewhere: CR, LF, VT, FF, FS, GS, RS, NEL, U+2028, U+2029. */
bool mgw_rune_is_line_break(uint32_t rune);

/*
 * Characters that are not seen or that reorder what is: all of Unicode's Default_Ignorable_Code_Point (zero-width
 * characters, bidirectional controls, soft hyphen, fillers, variation selectors, tags, BOM), and interlinear
 * annotations.
 */
bool mgw_rune_is_invisible(uint32_t rune);

/* Neither control, invisible, private surrogate-like nor a noncharacter: fit for one line of a log or an error. */
bool mgw_rune_is_printable(uint32_t rune);

#endif
