/* SPDX-License-Identifier: MIT */
/*
 * One Authentication-Results field (RFC 8601 section 2.2), read item by item without copies.
 */
#ifndef MGW_MIME_AUTH_RESULTS_H
#define MGW_MIME_AUTH_RESULTS_H

#include "base/bytes.h"

#include "simplemailgw/common.h"

enum {
    MGW_AUTH_MAX_VALUE = 512, /* Octets of a word or a property's value without quotes; a longer one is malformed. */
    MGW_AUTH_MAX_ITEMS = 1000 /* Results of a field; one with more is malformed. */
};

/* A word or a value, its quotes and escapes taken away. */
typedef struct mgw_auth_text {
    char data[MGW_AUTH_MAX_VALUE];
    size_t len;
} mgw_auth_text;

typedef struct mgw_auth_reader {
    mgw_bytes text;
    size_t at;
    mgw_auth_text word;  /* The last one that was read. */
    mgw_auth_text value; /* Of the last property. */
} mgw_auth_reader;

/*
 * Begins with a field's value, folds included, and reads the authserv-id to reader->word. False where there is none, or
 * what follows it is neither a version nor the first ";".
 */
bool mgw_auth_begin(mgw_auth_reader *reader, mgw_bytes value);

/*
 * Reads the next "method=result": the method to reader->word, the result to reader->value. SMGW_OK; SMGW_DONE at the end,
 * or for "none"; SMGW_ERR_INVALID where the field is malformed. What the method before had left is skipped, and read.
 */
smgw_status mgw_auth_next(mgw_auth_reader *reader);

/* Reads the next property of the method: "smtp.mailfrom" to reader->word, its value to reader->value. Statuses as above. */
smgw_status mgw_auth_next_property(mgw_auth_reader *reader);

static inline mgw_bytes mgw_auth_bytes(const mgw_auth_text *text)
{
    return (mgw_bytes){ text->data, text->len };
}

#endif
