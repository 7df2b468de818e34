/* SPDX-License-Identifier: MIT */
/*
 * Header blocks (RFC 5322 section 2.2): a tolerant reader without copies, and the writers of the fields that a message
 * of ours has.
 */
#ifndef MGW_MIME_HEADER_H
#define MGW_MIME_HEADER_H

#include "base/buf.h"

#include "simplemailgw/mail.h"

enum {
    MGW_HEADER_MAX_FIELDS = 10000,
    MGW_HEADER_MAX_SIZE = 10 * 1024 * 1024,
    MGW_HEADER_MAX_LINE = 998 /* Octets without CRLF, RFC 5322 section 2.1.1. */
};

typedef struct mgw_header_field {
    mgw_bytes name;  /* Printable ASCII without ':', as written. */
    mgw_bytes value; /* Everything behind the ':', folds included, without the last line end. May hold any byte. */
} mgw_header_field;

typedef struct mgw_header_reader {
    mgw_bytes block;
    size_t at;
    size_t count;
    uint32_t defects; /* Blanks before a colon, and lines that are no field: they are skipped with what continues them. */
} mgw_header_reader;

/* Reads `block`, whose lines end with LF or CRLF; an empty line ends it, as its end does. */
void mgw_header_reader_init(mgw_header_reader *reader, mgw_bytes block);

/* SMGW_OK and the next field, in their order; SMGW_DONE; SMGW_ERR_TOO_LARGE past MGW_HEADER_MAX_FIELDS. */
smgw_status mgw_header_next(mgw_header_reader *reader, mgw_header_field *field);

/*
 * Writers. Each appends one whole field with its CRLF, folded to lines of 78 octets where that can be, and returns the
 * status of `out`. Text is valid UTF-8 without control characters, addresses passed smgw_validate_email(): anything
 * else is SMGW_ERR_INVALID, and nothing that could end a line is ever written.
 */

/* An unstructured field such as Subject; empty text makes an empty field. */
smgw_status mgw_header_write_text(mgw_buf *out, const char *name, mgw_bytes text);

/* A field whose value is ASCII of ours, such as MIME-Version. */
smgw_status mgw_header_write_plain(mgw_buf *out, const char *name, const char *value);

/* msg-ids that one space separates: Message-ID, In-Reply-To, References. */
smgw_status mgw_header_write_ids(mgw_buf *out, const char *name, mgw_bytes ids);

/* A list of mailboxes, built piece by piece: begin, one add for each, end. */
typedef struct mgw_header_list {
    mgw_buf *out;
    size_t column;
    size_t count;
    smgw_status status;
} mgw_header_list;

void mgw_header_list_begin(mgw_header_list *list, mgw_buf *out, const char *name);
void mgw_header_list_add(mgw_header_list *list, mgw_bytes display_name, mgw_bytes address);
smgw_status mgw_header_list_end(mgw_header_list *list);

/*
 * A parameter, appended to a field that ends without CRLF: a token where it can be, a quoted string for other ASCII
 * that fits a line, and otherwise the percent-encoded UTF-8 of RFC 2231, in segments that split no character. The octets
 * of the current line are counted in *column, which is moved on.
 */
smgw_status mgw_header_add_param(mgw_buf *out, size_t *column, const char *name, mgw_bytes value);

#endif
