/* SPDX-License-Identifier: MIT */
#include "simplemailgw/store.h"

#include "base/alloc.h"
#include "base/error.h"
#include "gateway/upload.h"
#include "mime/canonical.h"
#include "text/date.h"

enum {
    HEADER_WINDOW = 64 * 1024,
    FLAGS_ALLOWED = SMGW_FLAG_SEEN | SMGW_FLAG_ANSWERED | SMGW_FLAG_FLAGGED | SMGW_FLAG_DRAFT
};

/* The caller's stream: its beginning is held for the header's sake, and every octet is checked as it comes. */
typedef struct raw_source {
    smgw_read_fn read;
    void *context;
    uint64_t left; /* Octets that the stream still owes. */
    mgw_canonical lines;
    char *window; /* Of HEADER_WINDOW; window[start..end) was read and not handed on yet. */
    size_t start;
    size_t end;
} raw_source;

void smgw_stored_init(smgw_stored *stored)
{
    *stored = (smgw_stored)SMGW_STORED_INIT;
}

static smgw_status read_checked(raw_source *source, char *out, size_t size, size_t *n, smgw_error *error)
{
    size_t most = source->left < size ? (size_t)source->left : size;
    ptrdiff_t got = source->read(source->context, out, most);
    if (got < 0 || (size_t)got > most)
        return mgw_error_set(error, SMGW_ERR_IO, "message", "message: its stream failed");
    if (got == 0)
        return mgw_error_set(error, SMGW_ERR_IO, "message", "message: its stream ended before its size");
    *n = (size_t)got;
    source->left -= *n;
    bool canonical = mgw_canonical_feed(&source->lines, mgw_bytes_of(out, *n));
    if (!canonical || (source->left == 0 && !mgw_canonical_end(&source->lines)))
        return mgw_error_set(error, SMGW_ERR_INVALID, "message",
            "message: must have CRLF at the end of lines, no other CR or LF, no NUL");
    return SMGW_OK;
}

/* The window first, then the stream. */
static smgw_status read_on(void *context, char *out, size_t size, size_t *n, smgw_error *error)
{
    raw_source *source = context;
    if (source->start == source->end)
        return read_checked(source, out, size, n, error);
    mgw_bytes rest = mgw_bytes_slice(mgw_bytes_of(source->window, source->end), source->start, size);
    memcpy(out, rest.data, rest.len);
    source->start += rest.len;
    *n = rest.len;
    return SMGW_OK;
}

static smgw_status check_header(const raw_source *source, smgw_error *error)
{
    mgw_bytes held = mgw_bytes_of(source->window, source->end);
    size_t len = mgw_canonical_header(held);
    if (len == 0 && source->left > 0)
        return mgw_error_rule(error, SMGW_ERR_TOO_LARGE, "header", SMGW_RULE_TOO_LONG);
    return mgw_check_threading(len > 0 ? mgw_bytes_slice(held, 0, len) : held, error);
}

/* Fills the window, and looks at the header in it. */
static smgw_status begin_source(raw_source *source, smgw_error *error)
{
    source->window = mgw_calloc(1, HEADER_WINDOW);
    if (source->window == NULL)
        return mgw_error_status(error, SMGW_ERR_NO_MEMORY);
    smgw_status status = SMGW_OK;
    while (status == SMGW_OK && source->left > 0 && source->end < HEADER_WINDOW) {
        size_t n = 0;
        status = read_checked(source, source->window + source->end, HEADER_WINDOW - source->end, &n, error);
        source->end += n;
    }
    return status == SMGW_OK ? check_header(source, error) : status;
}

static smgw_status check_stored(const smgw_stored *stored, smgw_error *error)
{
    if (stored->struct_size == sizeof *stored)
        return SMGW_OK;
    return mgw_error_rule(error, SMGW_ERR_INVALID, "stored.struct_size", SMGW_RULE_RANGE);
}

static smgw_status check_upload(const smgw_gateway *gateway, const mgw_upload *upload, smgw_error *error)
{
    char date[MGW_DATE_SIZE];
    if (upload->size == 0)
        return mgw_error_rule(error, SMGW_ERR_INVALID, "size", SMGW_RULE_EMPTY);
    if (upload->size > gateway->config->max_message_size)
        return mgw_error_rule(error, SMGW_ERR_TOO_LARGE, "size", SMGW_RULE_RANGE);
    if ((upload->flags & ~(uint32_t)FLAGS_ALLOWED) != 0)
        return mgw_error_rule(error, SMGW_ERR_INVALID, "flags", SMGW_RULE_RANGE);
    if (upload->internal_date != MGW_IMAP_NO_DATE && !mgw_date_format(upload->internal_date, date))
        return mgw_error_rule(error, SMGW_ERR_INVALID, "internal_date", SMGW_RULE_RANGE);
    return mgw_check_folder(upload->folder, error);
}

static smgw_status append(smgw_gateway *gateway, const char *account, const mgw_upload *upload,
    const smgw_call_options *options, smgw_stored *stored, smgw_error *error)
{
    mgw_imap_call call;
    smgw_status status = check_upload(gateway, upload, error);
    if (status == SMGW_OK)
        status = begin_source(upload->context, error);
    if (status != SMGW_OK)
        return status;
    status = mgw_imap_call_begin(&call, gateway, account, options, error);
    if (status == SMGW_OK)
        status = mgw_upload_run(&call, upload, stored, error);
    mgw_imap_call_end(&call);
    return status;
}

smgw_status smgw_append_message(smgw_gateway *gateway, const char *account, const char *folder, smgw_read_fn read,
    void *context, uint64_t size, uint32_t flags, int64_t internal_date, const smgw_call_options *options,
    smgw_stored *stored, smgw_error *error)
{
    smgw_stored unused = SMGW_STORED_INIT;
    if (stored == NULL)
        stored = &unused;
    smgw_status status = check_stored(stored, error);
    if (status != SMGW_OK)
        return status;
    smgw_stored_init(stored);
    raw_source source = { .read = read, .context = context, .left = size };
    const mgw_upload upload = {
        .folder = folder,
        .size = size,
        .flags = flags,
        .internal_date = internal_date,
        .read = read_on,
        .context = &source,
    };
    smgw_error detail = SMGW_ERROR_INIT;
    status = append(gateway, account, &upload, options, stored, &detail);
    if (status != SMGW_OK && error != NULL)
        *error = detail;
    mgw_free(source.window);
    return status;
}
