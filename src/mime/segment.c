/* SPDX-License-Identifier: MIT */
#include "mime/segment.h"

#include "base/alloc.h"
#include "base/error.h"

void mgw_segment_row_init(mgw_segment_row *row, size_t literal_cap)
{
    *row = (mgw_segment_row){ .literals = MGW_BUF_INIT(literal_cap) };
}

void mgw_segment_row_free(mgw_segment_row *row)
{
    mgw_buf_free(&row->literals);
    mgw_free(row->items);
    row->items = NULL;
}

static void append(mgw_segment_row *row, mgw_segment segment, uint64_t size)
{
    if (row->status != SMGW_OK)
        return;
    if (size > UINT64_MAX - row->size) {
        row->status = SMGW_ERR_TOO_LARGE;
        return;
    }
    if (row->count == row->alloc) {
        size_t alloc = row->alloc == 0 ? 8 : row->alloc * 2;
        mgw_segment *items = mgw_realloc(row->items, alloc, sizeof *items);
        if (items == NULL) {
            row->status = SMGW_ERR_NO_MEMORY;
            return;
        }
        row->items = items;
        row->alloc = alloc;
    }
    row->items[row->count++] = segment;
    row->size += size;
}

/* Makes a segment of the literals that were written since the last one. */
static void close_literal(mgw_segment_row *row)
{
    if (row->status == SMGW_OK)
        row->status = row->literals.status;
    size_t len = row->literals.len - row->literal_start;
    mgw_segment segment = { .encoding = MGW_ENCODING_IDENTITY, .is_literal = true, .offset = row->literal_start };
    segment.bytes.len = len;
    if (len > 0)
        append(row, segment, len);
    row->literal_start = row->literals.len;
}

/* The length of quoted-printable text is known only by encoding it. */
static uint64_t quoted_printable_size(mgw_bytes bytes)
{
    mgw_qp_encoder encoder = MGW_QP_ENCODER_INIT;
    char scratch[4 * 512 + 16];
    uint64_t size = 0;
    for (size_t at = 0; at < bytes.len; at += 512) {
        mgw_bytes piece = mgw_bytes_slice(bytes, at, 512);
        size += mgw_qp_encode(&encoder, piece.data, piece.len, scratch);
    }
    return size + mgw_qp_encode_end(&encoder, scratch);
}

void mgw_segment_row_add_bytes(mgw_segment_row *row, mgw_encoding encoding, mgw_bytes bytes)
{
    close_literal(row);
    uint64_t size = bytes.len;
    if (encoding == MGW_ENCODING_QUOTED_PRINTABLE)
        size = quoted_printable_size(bytes);
    else if (encoding == MGW_ENCODING_BASE64 && !mgw_base64_encoded_size(bytes.len, &size))
        row->status = SMGW_ERR_TOO_LARGE;
    append(row, (mgw_segment){ .encoding = encoding, .bytes = bytes }, size);
}

void mgw_segment_row_add_source(mgw_segment_row *row, const mgw_source *source, bool *used)
{
    close_literal(row);
    uint64_t size = 0;
    if (!mgw_base64_encoded_size(source->size, &size))
        row->status = SMGW_ERR_TOO_LARGE;
    append(row, (mgw_segment){ .encoding = MGW_ENCODING_BASE64, .source = *source, .used = used }, size);
}

smgw_status mgw_segment_row_end(mgw_segment_row *row)
{
    close_literal(row);
    return row->status;
}

void mgw_segment_reader_init(mgw_segment_reader *reader, const mgw_segment_row *row)
{
    memset(reader, 0, sizeof *reader);
    reader->row = row;
}

/* The next piece of a segment's bytes; none at its end. */
static mgw_bytes next_bytes(mgw_segment_reader *reader, const mgw_segment *segment)
{
    mgw_bytes bytes = segment->bytes;
    if (segment->is_literal)
        bytes.data = reader->row->literals.data + segment->offset;
    return mgw_bytes_slice(bytes, (size_t)reader->consumed, MGW_SEGMENT_PIECE);
}

/* Reads the next piece of a source into reader->in. It must give as many bytes as it promised, no fewer and no more. */
static smgw_status read_source(
    mgw_segment_reader *reader, const mgw_segment *segment, mgw_bytes *piece, smgw_error *error)
{
    if (segment->used != NULL)
        *segment->used = true;
    ptrdiff_t got = segment->source.read(segment->source.context, reader->in, sizeof reader->in);
    if (got < 0 || (size_t)got > sizeof reader->in)
        return mgw_error_set(error, SMGW_ERR_IO, "attachment", "attachment: reading it failed");
    uint64_t left = segment->source.size - reader->consumed;
    if ((uint64_t)got > left)
        return mgw_error_set(error, SMGW_ERR_IO, "attachment", "attachment: it has more bytes than its size");
    if (got == 0 && left > 0)
        return mgw_error_set(error, SMGW_ERR_IO, "attachment", "attachment: it has fewer bytes than its size");
    *piece = mgw_bytes_of(reader->in, (size_t)got);
    return SMGW_OK;
}

static void encode(mgw_segment_reader *reader, mgw_encoding encoding, mgw_bytes piece)
{
    size_t len = 0;
    if (encoding == MGW_ENCODING_BASE64)
        len = mgw_base64_encode(&reader->base64, piece.data, piece.len, reader->out);
    else
        len = mgw_qp_encode(&reader->qp, piece.data, piece.len, reader->out);
    reader->pending = mgw_bytes_of(reader->out, len);
}

/* Gives what the encoder held back, and goes on to the next segment. */
static void end_segment(mgw_segment_reader *reader, mgw_encoding encoding)
{
    size_t len = 0;
    if (encoding == MGW_ENCODING_BASE64)
        len = mgw_base64_encode_end(&reader->base64, reader->out);
    else if (encoding == MGW_ENCODING_QUOTED_PRINTABLE)
        len = mgw_qp_encode_end(&reader->qp, reader->out);
    reader->pending = mgw_bytes_of(reader->out, len);
    reader->index++;
    reader->consumed = 0;
}

/* Encodes one piece more into reader->pending, which may stay empty. */
static smgw_status advance(mgw_segment_reader *reader, smgw_error *error)
{
    const mgw_segment *segment = &reader->row->items[reader->index];
    mgw_bytes piece = { NULL, 0 };
    if (segment->source.read == NULL) {
        piece = next_bytes(reader, segment);
    } else {
        smgw_status status = read_source(reader, segment, &piece, error);
        if (status != SMGW_OK)
            return status;
    }
    reader->consumed += piece.len;
    if (piece.len == 0)
        end_segment(reader, segment->encoding);
    else if (segment->encoding == MGW_ENCODING_IDENTITY)
        reader->pending = piece;
    else
        encode(reader, segment->encoding, piece);
    return SMGW_OK;
}

smgw_status mgw_segment_read(mgw_segment_reader *reader, char *out, size_t size, size_t *n, smgw_error *error)
{
    *n = 0;
    if (reader->status != SMGW_OK)
        return mgw_error_status(error, reader->status);
    while (*n < size) {
        if (reader->pending.len == 0 && reader->index == reader->row->count)
            break;
        if (reader->pending.len == 0)
            reader->status = advance(reader, error);
        if (reader->status != SMGW_OK) {
            *n = 0;
            return reader->status;
        }
        mgw_bytes piece = mgw_bytes_slice(reader->pending, 0, size - *n);
        if (piece.len > 0)
            memcpy(out + *n, piece.data, piece.len);
        *n += piece.len;
        reader->pending = mgw_bytes_slice(reader->pending, piece.len, reader->pending.len);
    }
    return SMGW_OK;
}
