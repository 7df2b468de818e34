/* SPDX-License-Identifier: MIT */
#include "mime/header.h"

void mgw_header_reader_init(mgw_header_reader *reader, mgw_bytes block)
{
    *reader = (mgw_header_reader){ block, 0, 0, 0 };
}

/* Where the line at `at` ends, behind its LF. */
static size_t line_end(mgw_bytes block, size_t at)
{
    const char *lf = at < block.len ? memchr(block.data + at, '\n', block.len - at) : NULL;
    return lf != NULL ? (size_t)(lf - block.data) + 1 : block.len;
}

static mgw_bytes without_line_end(mgw_bytes line)
{
    if (line.len > 0 && line.data[line.len - 1] == '\n')
        line.len--;
    if (line.len > 0 && line.data[line.len - 1] == '\r')
        line.len--;
    return line;
}

/* Cuts the next line with the lines that continue it. */
static mgw_bytes next_folded(mgw_header_reader *reader)
{
    size_t start = reader->at;
    do
        reader->at = line_end(reader->block, reader->at);
    while (reader->at < reader->block.len && mgw_is_wsp((unsigned char)reader->block.data[reader->at]));
    return without_line_end(mgw_bytes_slice(reader->block, start, reader->at - start));
}

static bool is_name(mgw_bytes name)
{
    for (size_t i = 0; i < name.len; i++)
        if (name.data[i] <= ' ' || name.data[i] > '~')
            return false;
    return name.len > 0;
}

/* Cuts a line at its colon. False where it is no field. */
static bool split(mgw_header_reader *reader, mgw_bytes line, mgw_header_field *field)
{
    size_t colon = mgw_bytes_find(line, ':');
    if (colon == line.len)
        return false;
    mgw_bytes name = mgw_bytes_slice(line, 0, colon);
    mgw_bytes trimmed = name;
    while (trimmed.len > 0 && mgw_is_wsp((unsigned char)trimmed.data[trimmed.len - 1]))
        trimmed.len--;
    if (!is_name(trimmed))
        return false;
    if (trimmed.len < name.len)
        reader->defects++;
    field->name = trimmed;
    field->value = mgw_bytes_slice(line, colon + 1, line.len);
    return true;
}

static bool is_at_end(const mgw_header_reader *reader)
{
    mgw_bytes line = mgw_bytes_slice(reader->block, reader->at, 2);
    return line.len == 0 || line.data[0] == '\n' || mgw_bytes_equal(line, MGW_LIT("\r\n"));
}

smgw_status mgw_header_next(mgw_header_reader *reader, mgw_header_field *field)
{
    while (!is_at_end(reader)) {
        if (++reader->count > MGW_HEADER_MAX_FIELDS)
            return SMGW_ERR_TOO_LARGE;
        mgw_bytes line = next_folded(reader);
        if (split(reader, line, field))
            return SMGW_OK;
        reader->defects++;
    }
    return SMGW_DONE;
}
