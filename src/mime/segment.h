/* SPDX-License-Identifier: MIT */
/*
 * A message as a row of segments, each with its transfer encoding, and the reader that turns the row into octets
 * through a small window. The builder lays the row out; nothing of a source is read before the reader comes to it.
 */
#ifndef MGW_MIME_SEGMENT_H
#define MGW_MIME_SEGMENT_H

#include "base/buf.h"
#include "mime/base64.h"
#include "mime/builder.h"
#include "mime/content.h"
#include "mime/quoted_printable.h"

typedef struct mgw_segment {
    mgw_encoding encoding;
    bool is_literal; /* The bytes stand in the row's literals, from `offset` on; bytes.data is not used. */
    size_t offset;
    mgw_bytes bytes;   /* Someone else's, unless there is a source. */
    mgw_source source; /* read NULL for none. */
    bool *used;        /* Set to true when the source is first read from; may be NULL. */
} mgw_segment;

typedef struct mgw_segment_row {
    mgw_buf literals; /* Written to freely; what was added becomes a segment when another one follows. */
    size_t literal_start;
    mgw_segment *items;
    size_t count;
    size_t alloc;
    uint64_t size;      /* Octets of all segments, encoded. */
    smgw_status status; /* Sticky, like that of a buffer. */
} mgw_segment_row;

void mgw_segment_row_init(mgw_segment_row *row, size_t literal_cap);
void mgw_segment_row_free(mgw_segment_row *row);

/* Appends bytes in this encoding; they must outlive the row. */
void mgw_segment_row_add_bytes(mgw_segment_row *row, mgw_encoding encoding, mgw_bytes bytes);

/* Appends a source in base64. */
void mgw_segment_row_add_source(mgw_segment_row *row, const mgw_source *source, bool *used);

/* Ends the row. Returns its status: SMGW_OK, SMGW_ERR_TOO_LARGE, SMGW_ERR_NO_MEMORY. */
smgw_status mgw_segment_row_end(mgw_segment_row *row);

enum { MGW_SEGMENT_PIECE = 57 * 144 /* Octets encoded at a time: whole lines of base64. */ };

typedef struct mgw_segment_reader {
    const mgw_segment_row *row;
    size_t index;      /* Of the segment being read. */
    uint64_t consumed; /* Its octets read so far. */
    mgw_base64_encoder base64;
    mgw_qp_encoder qp;
    mgw_bytes pending; /* Encoded, not given yet. */
    smgw_status status;
    char in[MGW_SEGMENT_PIECE];
    char out[4 * MGW_SEGMENT_PIECE + 16];
} mgw_segment_reader;

void mgw_segment_reader_init(mgw_segment_reader *reader, const mgw_segment_row *row);

/* As mgw_builder_read(). */
smgw_status mgw_segment_read(mgw_segment_reader *reader, char *out, size_t size, size_t *n, smgw_error *error);

#endif
