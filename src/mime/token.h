/* SPDX-License-Identifier: MIT */
/*
 * The smallest pieces of structured header fields (RFC 2045 section 5.1, RFC 5322 section 3.2).
 */
#ifndef MGW_MIME_TOKEN_H
#define MGW_MIME_TOKEN_H

#include "base/bytes.h"

/* An octet of a token (RFC 2045): printable ASCII without space and tspecials. */
bool mgw_is_token(char c);

/* True for one or more of them. */
bool mgw_is_token_text(mgw_bytes text);

/* The index behind the comment that begins at `at`, nested ones included; text.len where it is not closed. */
size_t mgw_token_skip_comment(mgw_bytes text, size_t at);

/* The index of the first octet from `at` on that is no blank, line break or comment. */
size_t mgw_token_skip_cfws(mgw_bytes text, size_t at);

#endif
