/* SPDX-License-Identifier: MIT */
/**
 * @file sanitize.h
 * Checks and clean-ups for text that is about to enter a message, a command or a file name. They need no gateway, allocate
 * nothing, keep no state, depend on no locale, and may be called by any thread.
 *
 * Input is `len` bytes at `text`, so that an embedded NUL is seen; the `_str` form takes a NUL-terminated string. The
 * result names the rule that was broken: SMGW_RULE_OK is 0.
 *
 * A function with an output writes a NUL-terminated result to `out` of `out_size` bytes, and its length without the NUL to
 * `*out_len` (may be NULL). A result that does not fit is SMGW_RULE_OUTPUT: `*out_len` is the length needed, `out` the
 * empty string. On any other failure `out` is the empty string and `*out_len` 0. An output is never longer than its input
 * where nothing else is said, so `len + 1` bytes always suffice. `out` must not overlap `text`.
 */
#ifndef SIMPLEMAILGW_SANITIZE_H
#define SIMPLEMAILGW_SANITIZE_H

#include "common.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * A subject: a run of white space, line breaks (also VT, FF, NEL, U+2028, U+2029) and control characters becomes one
 * space; both ends are trimmed. Empty, or nothing left: SMGW_RULE_EMPTY. Invalid UTF-8 and NUL are refused. At most
 * 65,536 bytes.
 */
SMGW_API SMGW_CHECK smgw_rule smgw_sanitize_subject(const char *text, size_t len, char *out, size_t out_size,
                                                    size_t *out_len) SMGW_NONNULL(3);
SMGW_API SMGW_CHECK smgw_rule smgw_sanitize_subject_str(const char *text, char *out, size_t out_size)
    SMGW_NONNULL(1, 2);

/**
 * A header field's value: line breaks and control characters are removed, TAB stays, nothing else changes; the empty
 * value is acceptable. Invalid UTF-8 and NUL are refused. At most 65,536 bytes.
 */
SMGW_API SMGW_CHECK smgw_rule smgw_sanitize_header_value(const char *text, size_t len, char *out, size_t out_size,
                                                         size_t *out_len) SMGW_NONNULL(3);
SMGW_API SMGW_CHECK smgw_rule smgw_sanitize_header_value_str(const char *text, char *out, size_t out_size)
    SMGW_NONNULL(1, 2);

/** A header field's name (RFC 5322 section 2.2): 1 to 77 printable ASCII characters without space and colon. */
SMGW_API SMGW_CHECK smgw_rule smgw_validate_header_name(const char *text, size_t len);
SMGW_API SMGW_CHECK smgw_rule smgw_validate_header_name_str(const char *text) SMGW_NONNULL(1);

/**
 * One msg-id with its angle brackets (RFC 5322 section 3.6.4): printable ASCII, one "@" with something at both sides, no
 * blank, comma or further angle bracket, at most 250 bytes.
 */
SMGW_API SMGW_CHECK smgw_rule smgw_sanitize_message_id(const char *text, size_t len);
SMGW_API SMGW_CHECK smgw_rule smgw_sanitize_message_id_str(const char *text) SMGW_NONNULL(1);

/**
 * A list of msg-ids, separated by spaces or '|', any number of them: each must pass smgw_sanitize_message_id(), one bad
 * id rejects the list. The output separates them by one space. 1 to 100 ids.
 */
SMGW_API SMGW_CHECK smgw_rule smgw_sanitize_references(const char *text, size_t len, char *out, size_t out_size,
                                                       size_t *out_len) SMGW_NONNULL(3);
SMGW_API SMGW_CHECK smgw_rule smgw_sanitize_references_str(const char *text, char *out, size_t out_size)
    SMGW_NONNULL(1, 2);

/**
 * An address (addr-spec) as mail servers and whitelists read it alike: a dot-atom local part of at most 64 ASCII
 * characters that starts with no '-' or '|' and has no '!', '%' or encoded word, '@', and a domain of at least two labels
 * (A-labels), the last of them no number. No quoting, comment, route, address literal, blank or trailing dot; at most
 * 254 bytes.
 */
SMGW_API SMGW_CHECK smgw_rule smgw_validate_email(const char *text, size_t len);
SMGW_API SMGW_CHECK smgw_rule smgw_validate_email_str(const char *text) SMGW_NONNULL(1);

/**
 * A host name (RFC 1123 labels, A-labels for other scripts) or an IP address without brackets; at most 253 bytes. One
 * label such as "localhost" is acceptable; a name whose last label is a number, such as "127.1" or "0x7f000001", is not.
 */
SMGW_API SMGW_CHECK smgw_rule smgw_validate_host(const char *text, size_t len);
SMGW_API SMGW_CHECK smgw_rule smgw_validate_host_str(const char *text) SMGW_NONNULL(1);

/** The argument of EHLO (RFC 5321 section 4.1.1.1): a host name, or an address literal such as "[127.0.0.1]". */
SMGW_API SMGW_CHECK smgw_rule smgw_validate_ehlo_name(const char *text, size_t len);
SMGW_API SMGW_CHECK smgw_rule smgw_validate_ehlo_name_str(const char *text) SMGW_NONNULL(1);

/**
 * An existing folder's name, as listed by a server: 1 to 1,000 bytes of UTF-8 without line breaks or control characters.
 */
SMGW_API SMGW_CHECK smgw_rule smgw_sanitize_folder_name(const char *text, size_t len);
SMGW_API SMGW_CHECK smgw_rule smgw_sanitize_folder_name_str(const char *text) SMGW_NONNULL(1);

/**
 * A folder's name for creation, '/' between levels: besides smgw_sanitize_folder_name(), at most 255 bytes and 10 levels,
 * none of them empty, "." or with a blank at an end; no ".." anywhere (where the server separates levels by dots that is an
 * empty one); not INBOX in any case; no quote, backslash, LIST wildcard or line separator; no '~' or '#' at the start.
 */
SMGW_API SMGW_CHECK smgw_rule smgw_validate_folder_name(const char *text, size_t len);
SMGW_API SMGW_CHECK smgw_rule smgw_validate_folder_name_str(const char *text) SMGW_NONNULL(1);

/** A file name as given by a caller: 1 to 255 bytes of UTF-8 without NUL, line break or control character. */
SMGW_API SMGW_CHECK smgw_rule smgw_sanitize_filename(const char *text, size_t len);
SMGW_API SMGW_CHECK smgw_rule smgw_sanitize_filename_str(const char *text) SMGW_NONNULL(1);

/**
 * The name that is safe on disk for an attachment: path components (also of Windows), control, bidirectional and zero-width
 * characters go, reserved characters become '_', a leading dot becomes '_', a reserved device name gets one before it,
 * blanks at both ends and dots at the end go. At most 200 bytes, cut between characters; an ending of up to 32 bytes is
 * kept. Only dots, or nothing left: SMGW_RULE_EMPTY. Invalid UTF-8 and NUL are refused. The output is at most one byte
 * longer than the input, so `len + 2` bytes suffice, and 201 always do.
 */
SMGW_API SMGW_CHECK smgw_rule smgw_attachment_name(const char *text, size_t len, char *out, size_t out_size,
                                                   size_t *out_len) SMGW_NONNULL(3);
SMGW_API SMGW_CHECK smgw_rule smgw_attachment_name_str(const char *text, char *out, size_t out_size)
    SMGW_NONNULL(1, 2);

/** A message number or UID (nz-number, RFC 3501 section 9): ASCII digits, 1 to 4294967295, no leading zero or sign. */
SMGW_API SMGW_CHECK smgw_rule smgw_sanitize_message_id_numeric(const char *text, size_t len, uint32_t *number);
SMGW_API SMGW_CHECK smgw_rule smgw_sanitize_message_id_numeric_str(const char *text, uint32_t *number)
    SMGW_NONNULL(1);

/** A UID set (sequence-set, RFC 3501 section 9) such as "1,5:9,12:*": at most 1,000 items and 8,000 bytes. */
SMGW_API SMGW_CHECK smgw_rule smgw_validate_uid_set(const char *text, size_t len);
SMGW_API SMGW_CHECK smgw_rule smgw_validate_uid_set_str(const char *text) SMGW_NONNULL(1);

/** A flag: one of the five system flags (\\Seen …, RFC 3501 section 2.3.2) or a keyword (atom) of at most 255 bytes. */
SMGW_API SMGW_CHECK smgw_rule smgw_validate_flag(const char *text, size_t len);
SMGW_API SMGW_CHECK smgw_rule smgw_validate_flag_str(const char *text) SMGW_NONNULL(1);

/**
 * IMAP SEARCH criteria (RFC 3501 section 6.4.4), parsed by the grammar: the known keys with their arguments, one space
 * between words, strings as atoms or quoted strings of printable ASCII without '%', dates, numbers, UID sets, NOT and
 * parentheses to a common depth of 10; at most 4,000 bytes. A literal, an unknown key, OR, a set of sequence numbers, or any
 * control character is refused; alternatives are built from several searches.
 */
SMGW_API SMGW_CHECK smgw_rule smgw_validate_search_criteria(const char *text, size_t len);
SMGW_API SMGW_CHECK smgw_rule smgw_validate_search_criteria_str(const char *text) SMGW_NONNULL(1);

#ifdef __cplusplus
}
#endif

#endif
