/* SPDX-License-Identifier: MIT */
/*
 * Reads the parameters of Content-Type and Content-Disposition: RFC 2045 section 5.1, RFC 2231, and the encoded words
 * that mailers put into file names. mgw_header_add_param() writes them.
 */
#ifndef MGW_MIME_PARAM_H
#define MGW_MIME_PARAM_H

#include "base/arena.h"
#include "base/bytes.h"

/* A parameter as it was written, without its quotes. IMAP's BODYSTRUCTURE gives such pairs. */
typedef struct mgw_param {
    mgw_bytes name; /* Any case; with the suffixes of RFC 2231, such as "filename*0*". */
    mgw_bytes value;
} mgw_param;

typedef struct mgw_param_list {
    const mgw_param *items;
    size_t count;
} mgw_param_list;

/* "text/plain; charset=utf-8" read. */
typedef struct mgw_param_field {
    const char *value; /* What stands before the first ';': lower case, without blanks and comments; "" for none. */
    mgw_param_list params;
} mgw_param_field;

enum {
    MGW_PARAM_MAX = 100,      /* Parameters of a field, repeated ones too; more are ignored and a defect. */
    MGW_PARAM_MAX_NAME = 100, /* Octets; a parameter with a longer name is ignored and a defect. */
};

/*
 * Reads a field's value, folded or not, as far as it makes sense; adds what is malformed to *defects. Everything in
 * *field lives in the arena. Returns the arena's status.
 */
smgw_status mgw_param_field_parse(mgw_arena *arena, mgw_bytes text, mgw_param_field *field, uint32_t *defects);

/*
 * The decoded value of parameter `name` (lower case): continuations joined, percent and charset decoded, encoded words
 * decoded; valid UTF-8 without control characters. The form of RFC 2231 wins over the plain one, the first over later
 * ones of its kind. "" where there is none, mgw_mail_too_long (mime/mail.h) for a value past the limit; NULL only when
 * the arena failed. `defects` may be NULL.
 */
const char *mgw_param_text(mgw_arena *arena, mgw_param_list params, const char *name, uint32_t *defects);

/* The plain form of parameter `name` as it was written, for what must match byte for byte; false without one. */
bool mgw_param_raw(mgw_param_list params, const char *name, mgw_bytes *value);

/* The name of the file that a part brings: `filename` of its disposition, else `name` of its type; "" for none. */
const char *mgw_param_filename(
    mgw_arena *arena, mgw_param_list disposition_params, mgw_param_list type_params, uint32_t *defects);

#endif
