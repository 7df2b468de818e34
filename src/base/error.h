/* SPDX-License-Identifier: MIT */
/*
 * Filling in an smgw_error. Every function takes error == NULL, writes one line of printable text (anything else becomes
 * '?' or U+FFFD), and returns the status, so that a caller can fail in one statement:
 *
 *     return mgw_error_rule(error, SMGW_ERR_INVALID, "subject", SMGW_RULE_EMPTY);
 */
#ifndef MGW_BASE_ERROR_H
#define MGW_BASE_ERROR_H

#include "simplemailgw/common.h"

/* "<field>: <text of the rule>". */
smgw_status mgw_error_rule(smgw_error *error, smgw_status status, const char *field, smgw_rule rule);

/* A message of ours; `field` may be NULL. The format's arguments must hold no secret and no content of a message. */
smgw_status mgw_error_set(smgw_error *error, smgw_status status, const char *field, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The text of the status alone. */
smgw_status mgw_error_status(smgw_error *error, smgw_status status);

/* "<what>: <the system's text for errno_value>". */
smgw_status mgw_error_errno(smgw_error *error, smgw_status status, const char *what, int errno_value);

/* True for the statuses after which the same call may succeed later without any change. */
bool mgw_status_retryable(smgw_status status);

/*
 * Copies text of foreign origin into a fixed field as one printable line of valid UTF-8: controls, line breaks, bidi
 * overrides and invalid bytes become '?'; cut between characters; NUL-terminated. `size` is 1 or more.
 */
void mgw_copy_printable(char *out, size_t size, const char *text, size_t len);

#endif
