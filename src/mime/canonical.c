/* SPDX-License-Identifier: MIT */
#include "mime/canonical.h"

#include "base/buf.h"
#include "base/error.h"
#include "mime/header.h"

#include "simplemailgw/sanitize.h"

bool mgw_canonical_feed(mgw_canonical *lines, mgw_bytes piece)
{
    for (size_t i = 0; i < piece.len; i++) {
        char c = piece.data[i];
        if (c == '\0' || (c == '\n') != lines->after_cr)
            return false;
        lines->after_cr = c == '\r';
    }
    return true;
}

bool mgw_canonical_end(const mgw_canonical *lines)
{
    return !lines->after_cr;
}

size_t mgw_canonical_header(mgw_bytes text)
{
    if (text.len >= 2 && memcmp(text.data, "\r\n", 2) == 0)
        return 2;
    const char *end = text.len > 0 ? memmem(text.data, text.len, "\r\n\r\n", 4) : NULL;
    return end != NULL ? (size_t)(end - text.data) + 4 : 0;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The value on one line, with a space for each blank of a fold. */
static smgw_status unfold(mgw_buf *out, mgw_bytes value)
{
    for (size_t i = 0; i < value.len; i++)
        mgw_buf_add_byte(out, is_blank(value.data[i]) ? ' ' : value.data[i]);
    return out->status;
}

static smgw_rule check_id(mgw_bytes text, char *scratch)
{
    (void)scratch;
    return smgw_sanitize_message_id(text.data, text.len);
}

/* The sanitizer also takes '|' between ids, and mends it; here the octets stay as they are. */
static smgw_rule check_ids(mgw_bytes text, char *scratch)
{
    if (mgw_bytes_find(text, '|') < text.len)
        return SMGW_RULE_CHARACTER;
    return smgw_sanitize_references(text.data, text.len, scratch, text.len + 1, NULL);
}

static const struct {
    const char *name;
    smgw_rule (*check)(mgw_bytes text, char *scratch);
} threading[] = {
    { "Message-ID", check_id },
    { "In-Reply-To", check_ids },
    { "References", check_ids },
};

static smgw_status check_field(const mgw_header_field *field, mgw_buf *line, mgw_buf *scratch, smgw_error *error)
{
    for (size_t i = 0; i < sizeof threading / sizeof threading[0]; i++) {
        if (!mgw_bytes_equal_fold(field->name, mgw_bytes_str(threading[i].name)))
            continue;
        mgw_buf_clear(line);
        mgw_buf_clear(scratch);
        smgw_status status = unfold(line, field->value);
        char *room = mgw_buf_reserve(scratch, field->value.len + 1);
        if (status != SMGW_OK || room == NULL)
            return mgw_error_status(error, status != SMGW_OK ? status : scratch->status);
        smgw_rule rule = threading[i].check(mgw_bytes_trim(mgw_buf_bytes(line)), room);
        if (rule != SMGW_RULE_OK)
            return mgw_error_rule(error, SMGW_ERR_INVALID, threading[i].name, rule);
    }
    return SMGW_OK;
}

static smgw_status check_fields(mgw_header_reader *reader, mgw_buf *line, mgw_buf *scratch, smgw_error *error)
{
    mgw_header_field field;
    smgw_status status = mgw_header_next(reader, &field);
    if (status == SMGW_DONE)
        return mgw_error_rule(error, SMGW_ERR_INVALID, "header", SMGW_RULE_EMPTY);
    while (status == SMGW_OK) {
        status = check_field(&field, line, scratch, error);
        if (status != SMGW_OK)
            return status;
        status = mgw_header_next(reader, &field);
    }
    return status == SMGW_DONE ? SMGW_OK : mgw_error_status(error, status);
}

smgw_status mgw_check_threading(mgw_bytes header, smgw_error *error)
{
    mgw_header_reader reader;
    mgw_header_reader_init(&reader, header);
    mgw_buf line = MGW_BUF_INIT(MGW_HEADER_MAX_SIZE);
    mgw_buf scratch = MGW_BUF_INIT(MGW_HEADER_MAX_SIZE);
    smgw_status status = check_fields(&reader, &line, &scratch, error);
    mgw_buf_free(&line);
    mgw_buf_free(&scratch);
    return status;
}
