/* SPDX-License-Identifier: MIT */
/* The attachments of a message to be sent. */
#include "mime/message.h"

#include "base/alloc.h"
#include "base/error.h"
#include "mime/token.h"
#include "text/check.h"

#include "simplemailgw/sanitize.h"

enum { MAX_PATH = 4096, MAX_MEDIA_TYPE = 127, NAME_SIZE = 202 };

void mgw_attachment_dispose(mgw_attachment *attachment)
{
    mgw_free(attachment->path);
    mgw_free(attachment->filename);
    mgw_free(attachment->media_type);
    mgw_free(attachment->data);
}

/* The usual types of what people attach (IANA's registry). */
static const struct ending {
    const char *ending;
    const char *media_type;
} endings[] = {
    { "csv", "text/csv" },
    { "doc", "application/msword" },
    { "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document" },
    { "gif", "image/gif" },
    { "gz", "application/gzip" },
    { "htm", "text/html" },
    { "html", "text/html" },
    { "ics", "text/calendar" },
    { "jpeg", "image/jpeg" },
    { "jpg", "image/jpeg" },
    { "json", "application/json" },
    { "md", "text/markdown" },
    { "mp3", "audio/mpeg" },
    { "mp4", "video/mp4" },
    { "odp", "application/vnd.oasis.opendocument.presentation" },
    { "ods", "application/vnd.oasis.opendocument.spreadsheet" },
    { "odt", "application/vnd.oasis.opendocument.text" },
    { "pdf", "application/pdf" },
    { "png", "image/png" },
    { "ppt", "application/vnd.ms-powerpoint" },
    { "pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation" },
    { "rtf", "application/rtf" },
    { "svg", "image/svg+xml" },
    { "tar", "application/x-tar" },
    { "txt", "text/plain" },
    { "vcf", "text/vcard" },
    { "wav", "audio/wav" },
    { "webp", "image/webp" },
    { "xls", "application/vnd.ms-excel" },
    { "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" },
    { "xml", "application/xml" },
    { "zip", "application/zip" },
};

static const char *type_by_ending(const char *filename)
{
    const char *dot = strrchr(filename, '.');
    for (size_t i = 0; dot != NULL && i < sizeof endings / sizeof endings[0]; i++)
        if (mgw_bytes_equal_fold(mgw_bytes_str(dot + 1), mgw_bytes_str(endings[i].ending)))
            return endings[i].media_type;
    return "application/octet-stream";
}

/* "type/subtype"; a multipart or message cannot be attached, because it must not be base64 (RFC 2045 section 6.4). */
static smgw_rule check_media_type(mgw_bytes type)
{
    size_t slash = mgw_bytes_find(type, '/');
    if (type.len > MAX_MEDIA_TYPE)
        return SMGW_RULE_TOO_LONG;
    if (!mgw_is_token_text(mgw_bytes_slice(type, 0, slash)) ||
        !mgw_is_token_text(mgw_bytes_slice(type, slash + 1, type.len)))
        return SMGW_RULE_SYNTAX;
    bool is_composite = mgw_bytes_starts_with_fold(type, MGW_LIT("multipart/")) ||
                        mgw_bytes_starts_with_fold(type, MGW_LIT("message/"));
    return is_composite ? SMGW_RULE_RESERVED : SMGW_RULE_OK;
}

static smgw_status set_media_type(mgw_attachment *attachment, const char *media_type, smgw_error *error)
{
    if (media_type == NULL)
        media_type = type_by_ending(attachment->filename);
    mgw_bytes type = mgw_bytes_str(media_type);
    smgw_rule rule = check_media_type(type);
    if (rule != SMGW_RULE_OK)
        return mgw_error_rule(error, SMGW_ERR_INVALID, "media_type", rule);
    attachment->media_type = mgw_strndup(type.data, type.len);
    if (attachment->media_type == NULL)
        return mgw_error_status(error, SMGW_ERR_NO_MEMORY);
    for (char *c = attachment->media_type; *c != '\0'; c++)
        *c = (char)mgw_lower((unsigned char)*c);
    return SMGW_OK;
}

static smgw_status set_names(
    mgw_attachment *attachment, const char *filename, const char *media_type, smgw_error *error)
{
    char safe[NAME_SIZE];
    smgw_rule rule = smgw_attachment_name_str(filename, safe, sizeof safe);
    if (rule != SMGW_RULE_OK)
        return mgw_error_rule(error, SMGW_ERR_INVALID, "filename", rule);
    attachment->filename = mgw_strndup(safe, strlen(safe));
    if (attachment->filename == NULL)
        return mgw_error_status(error, SMGW_ERR_NO_MEMORY);
    return set_media_type(attachment, media_type, error);
}

/* Adds `attachment` with its names to the message, or disposes of it. */
static smgw_status add(
    smgw_message *message, mgw_attachment attachment, const char *filename, const char *media_type, smgw_error *error)
{
    smgw_status status = mgw_message_check_free(message, error);
    if (status == SMGW_OK)
        status = set_names(&attachment, filename, media_type, error);
    void *items = message->attachments;
    if (status == SMGW_OK && message->attachment_count >= MGW_MESSAGE_MAX_ATTACHMENTS)
        status = mgw_error_rule(error, SMGW_ERR_TOO_LARGE, "attachments", SMGW_RULE_COUNT);
    if (status == SMGW_OK &&
        !mgw_message_reserve(&items, &message->attachment_alloc, message->attachment_count, sizeof attachment))
        status = mgw_error_status(error, SMGW_ERR_NO_MEMORY);
    message->attachments = items;
    if (status == SMGW_OK)
        message->attachments[message->attachment_count++] = attachment;
    else
        mgw_attachment_dispose(&attachment);
    return status;
}

/* Each level of a relative path is a name: not empty, "." or "..". The workspace confines it once more when it opens
 * it. */
static smgw_rule check_path(mgw_bytes path)
{
    smgw_rule rule = mgw_check_line(path.data, path.len, MAX_PATH);
    for (size_t start = 0; rule == SMGW_RULE_OK && start <= path.len;) {
        mgw_bytes rest = mgw_bytes_slice(path, start, path.len);
        mgw_bytes level = mgw_bytes_slice(rest, 0, mgw_bytes_find(rest, '/'));
        if (mgw_bytes_equal(level, MGW_LIT("..")))
            return SMGW_RULE_TRAVERSAL;
        if (level.len == 0 || mgw_bytes_equal(level, MGW_LIT(".")))
            return SMGW_RULE_LEVEL;
        start += level.len + 1;
    }
    return rule;
}

smgw_status smgw_message_attach_file(smgw_message *message, const char *path, const char *media_type, smgw_error *error)
{
    smgw_rule rule = check_path(mgw_bytes_str(path));
    if (rule != SMGW_RULE_OK)
        return mgw_error_rule(error, SMGW_ERR_INVALID, "path", rule);
    mgw_attachment attachment = { .kind = MGW_ATTACHMENT_FILE, .path = mgw_strndup(path, strlen(path)) };
    if (attachment.path == NULL)
        return mgw_error_status(error, SMGW_ERR_NO_MEMORY);
    const char *slash = strrchr(path, '/');
    return add(message, attachment, slash != NULL ? slash + 1 : path, media_type, error);
}

smgw_status smgw_message_attach_bytes(smgw_message *message, const char *filename, const char *media_type,
    const void *data, size_t len, smgw_error *error)
{
    if (len > MGW_MESSAGE_MAX_ATTACHED_BYTES)
        return mgw_error_rule(error, SMGW_ERR_TOO_LARGE, "data", SMGW_RULE_TOO_LONG);
    mgw_attachment attachment = { .kind = MGW_ATTACHMENT_BYTES, .data = mgw_strndup(data, len), .size = len };
    if (attachment.data == NULL)
        return mgw_error_status(error, SMGW_ERR_NO_MEMORY);
    return add(message, attachment, filename, media_type, error);
}

smgw_status smgw_message_attach_stream(smgw_message *message, const char *filename, const char *media_type,
    smgw_read_fn read, void *context, uint64_t size, smgw_error *error)
{
    mgw_attachment attachment = { .kind = MGW_ATTACHMENT_STREAM, .read = read, .read_context = context, .size = size };
    return add(message, attachment, filename, media_type, error);
}
