/* SPDX-License-Identifier: MIT */
#ifndef MGW_TEXT_IMAP_SYNTAX_H
#define MGW_TEXT_IMAP_SYNTAX_H

#include <stdbool.h>

/* ATOM-CHAR of RFC 3501 section 9: printable ASCII without blank, parentheses, '{', wildcards, quote, backslash and ']'. */
bool mgw_is_atom_char(unsigned char c);

#endif
