/* SPDX-License-Identifier: MIT */
/*
 * Text of any origin as the inside of a JSON string (RFC 8259 section 7) that is safe to print: one line, no control,
 * no terminal escape, no character that hides or reorders others, and valid UTF-8.
 */
#ifndef MGW_AUDIT_ESCAPE_H
#define MGW_AUDIT_ESCAPE_H

#include "base/bytes.h"

/*
 * Writes as much of `text` as fits `room` bytes, without quotes around it and without a NUL; a character or its
 * escape is never cut. Returns how many bytes of `text` were taken: text.len where all of it fitted. *out_len is what
 * was written.
 */
size_t mgw_audit_escape(mgw_bytes text, char *out, size_t room, size_t *out_len);

#endif
