/* SPDX-License-Identifier: MIT */
#include "mime/message.h"

#include "base/alloc.h"
#include "base/error.h"
#include "text/check.h"

#include "simplemailgw/sanitize.h"

smgw_status smgw_message_new(smgw_message **message)
{
    *message = mgw_calloc(1, sizeof **message);
    if (*message == NULL)
        return SMGW_ERR_NO_MEMORY;
    mgw_buf_init(&(*message)->text, 0);
    mgw_buf_init(&(*message)->html, 0);
    return SMGW_OK;
}

static void free_recipient(mgw_recipient *recipient)
{
    mgw_free(recipient->address);
    mgw_free(recipient->name);
}

void smgw_message_free(smgw_message *message)
{
    if (message == NULL)
        return;
    for (size_t i = 0; i < message->recipient_count; i++)
        free_recipient(&message->recipients[i]);
    for (size_t i = 0; i < message->attachment_count; i++)
        mgw_attachment_dispose(&message->attachments[i]);
    free_recipient(&message->reply_to);
    mgw_free(message->recipients);
    mgw_free(message->attachments);
    mgw_free(message->subject);
    mgw_free(message->in_reply_to);
    mgw_free(message->references);
    mgw_buf_free(&message->text);
    mgw_buf_free(&message->html);
    mgw_free(message);
}

/* A sanitizer of simplemailgw/sanitize.h with an output no longer than its input. */
typedef smgw_rule (*sanitizer)(const char *text, size_t len, char *out, size_t out_size, size_t *out_len);

/* Makes the clean copy of `text`; a rule that is broken names `field`. */
static smgw_status clean_copy(char **out, const char *text, sanitizer clean, const char *field, smgw_error *error)
{
    size_t len = strlen(text);
    char *copy = mgw_calloc(len + 1, 1);
    if (copy == NULL)
        return mgw_error_status(error, SMGW_ERR_NO_MEMORY);
    smgw_rule rule = clean(text, len, copy, len + 1, NULL);
    if (rule != SMGW_RULE_OK) {
        mgw_free(copy);
        return mgw_error_rule(error, SMGW_ERR_INVALID, field, rule);
    }
    *out = copy;
    return SMGW_OK;
}

static smgw_status make_name(char **out, const char *name, smgw_error *error)
{
    if (name == NULL)
        name = "";
    if (strlen(name) > MGW_MESSAGE_MAX_NAME)
        return mgw_error_rule(error, SMGW_ERR_INVALID, "display_name", SMGW_RULE_TOO_LONG);
    return clean_copy(out, name, smgw_sanitize_header_value, "display_name", error);
}

static smgw_status make_recipient(mgw_recipient *out, mgw_recipient_kind kind, const char *field, const char *address,
    const char *name, smgw_error *error)
{
    *out = (mgw_recipient){ kind, NULL, NULL };
    smgw_rule rule = smgw_validate_email_str(address);
    if (rule != SMGW_RULE_OK)
        return mgw_error_rule(error, SMGW_ERR_INVALID, field, rule);
    smgw_status status = make_name(&out->name, name, error);
    if (status != SMGW_OK)
        return status;
    out->address = mgw_strndup(address, strlen(address));
    if (out->address != NULL)
        return SMGW_OK;
    free_recipient(out);
    return mgw_error_status(error, SMGW_ERR_NO_MEMORY);
}

bool mgw_message_reserve(void **items, size_t *alloc, size_t count, size_t item_size)
{
    if (count < *alloc)
        return true;
    size_t wanted = *alloc == 0 ? 4 : *alloc * 2;
    void *grown = mgw_realloc(*items, wanted, item_size);
    if (grown == NULL)
        return false;
    *items = grown;
    *alloc = wanted;
    return true;
}

smgw_status mgw_message_check_free(const smgw_message *message, smgw_error *error)
{
    if (!message->sending)
        return SMGW_OK;
    return mgw_error_set(error, SMGW_ERR_INVALID, "message", "message: it is being sent and cannot be changed");
}

static smgw_status add_recipient(smgw_message *message, mgw_recipient_kind kind, const char *field, const char *address,
    const char *name, smgw_error *error)
{
    smgw_status status = mgw_message_check_free(message, error);
    if (status != SMGW_OK)
        return status;
    if (message->recipient_count >= MGW_MESSAGE_MAX_RECIPIENTS)
        return mgw_error_rule(error, SMGW_ERR_TOO_LARGE, "recipients", SMGW_RULE_COUNT);
    void *items = message->recipients;
    bool has_room =
        mgw_message_reserve(&items, &message->recipient_alloc, message->recipient_count, sizeof *message->recipients);
    message->recipients = items;
    if (!has_room)
        return mgw_error_status(error, SMGW_ERR_NO_MEMORY);
    mgw_recipient recipient;
    status = make_recipient(&recipient, kind, field, address, name, error);
    if (status == SMGW_OK)
        message->recipients[message->recipient_count++] = recipient;
    return status;
}

smgw_status smgw_message_add_to(smgw_message *message, const char *address, const char *display_name, smgw_error *error)
{
    return add_recipient(message, MGW_RECIPIENT_TO, "to", address, display_name, error);
}

smgw_status smgw_message_add_cc(smgw_message *message, const char *address, const char *display_name, smgw_error *error)
{
    return add_recipient(message, MGW_RECIPIENT_CC, "cc", address, display_name, error);
}

smgw_status smgw_message_add_bcc(
    smgw_message *message, const char *address, const char *display_name, smgw_error *error)
{
    return add_recipient(message, MGW_RECIPIENT_BCC, "bcc", address, display_name, error);
}

smgw_status smgw_message_set_reply_to(
    smgw_message *message, const char *address, const char *display_name, smgw_error *error)
{
    mgw_recipient made;
    smgw_status status = mgw_message_check_free(message, error);
    if (status == SMGW_OK)
        status = make_recipient(&made, MGW_RECIPIENT_TO, "reply_to", address, display_name, error);
    if (status != SMGW_OK)
        return status;
    free_recipient(&message->reply_to);
    message->reply_to = made;
    return SMGW_OK;
}

static void replace(char **place, char *text)
{
    mgw_free(*place);
    *place = text;
}

smgw_status smgw_message_set_subject(smgw_message *message, const char *subject, smgw_error *error)
{
    char *clean = NULL;
    smgw_status status = mgw_message_check_free(message, error);
    if (status == SMGW_OK)
        status = clean_copy(&clean, subject, smgw_sanitize_subject, "subject", error);
    if (status == SMGW_OK)
        replace(&message->subject, clean);
    return status;
}

/* Appends the lines of `text`, each ending with CRLF. */
static void add_lines(mgw_buf *out, mgw_bytes text)
{
    size_t start = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (c != '\r' && c != '\n')
            continue;
        mgw_buf_add(out, text.data + start, i - start);
        mgw_buf_add(out, "\r\n", 2);
        if (c == '\r' && i + 1 < text.len && text.data[i + 1] == '\n')
            i++;
        start = i + 1;
    }
    if (start < text.len) {
        mgw_buf_add(out, text.data + start, text.len - start);
        mgw_buf_add(out, "\r\n", 2);
    }
}

static smgw_status set_body(mgw_buf *body, bool *has_body, mgw_bytes text, const char *field, smgw_error *error)
{
    if (text.len > MGW_MESSAGE_MAX_TEXT)
        return mgw_error_rule(error, SMGW_ERR_TOO_LARGE, field, SMGW_RULE_TOO_LONG);
    smgw_rule rule = text.len > 0 ? mgw_check_utf8(text.data, text.len, text.len) : SMGW_RULE_OK;
    if (rule != SMGW_RULE_OK)
        return mgw_error_rule(error, SMGW_ERR_INVALID, field, rule);
    mgw_buf lines = MGW_BUF_INIT(2 * text.len + 2);
    add_lines(&lines, text);
    if (lines.status != SMGW_OK) {
        smgw_status status = lines.status;
        mgw_buf_free(&lines);
        return mgw_error_status(error, status);
    }
    mgw_buf_free(body);
    *body = lines;
    *has_body = true;
    return SMGW_OK;
}

smgw_status smgw_message_set_text(smgw_message *message, const char *text, size_t len, smgw_error *error)
{
    smgw_status status = mgw_message_check_free(message, error);
    return status != SMGW_OK ? status
                             : set_body(&message->text, &message->has_text, mgw_bytes_of(text, len), "text", error);
}

smgw_status smgw_message_set_html(smgw_message *message, const char *html, size_t len, smgw_error *error)
{
    smgw_status status = mgw_message_check_free(message, error);
    return status != SMGW_OK ? status
                             : set_body(&message->html, &message->has_html, mgw_bytes_of(html, len), "html", error);
}

static bool ends_with(mgw_bytes text, mgw_bytes end)
{
    return text.len >= end.len && mgw_bytes_equal(mgw_bytes_slice(text, text.len - end.len, end.len), end);
}

/* The thread so far, and as its last the message answered (RFC 5322 section 3.6.4). */
static smgw_status make_references(char **out, const char *references, const char *message_id, smgw_error *error)
{
    char *thread = NULL;
    smgw_status status = SMGW_OK;
    if (references != NULL)
        status = clean_copy(&thread, references, smgw_sanitize_references, "references", error);
    if (status != SMGW_OK)
        return status;
    mgw_bytes id = mgw_bytes_str(message_id), ids = mgw_bytes_str(thread);
    mgw_buf buf = MGW_BUF_INIT(SIZE_MAX);
    mgw_buf_add_bytes(&buf, ids);
    if (!ends_with(ids, id)) {
        mgw_buf_add_str(&buf, ids.len > 0 ? " " : "");
        mgw_buf_add_bytes(&buf, id);
    }
    *out = buf.status == SMGW_OK ? mgw_strndup(buf.data, buf.len) : NULL;
    mgw_buf_free(&buf);
    mgw_free(thread);
    return *out != NULL ? SMGW_OK : mgw_error_status(error, SMGW_ERR_NO_MEMORY);
}

smgw_status smgw_message_set_in_reply_to(
    smgw_message *message, const char *message_id, const char *references, smgw_error *error)
{
    smgw_status status = mgw_message_check_free(message, error);
    if (status != SMGW_OK)
        return status;
    smgw_rule rule = smgw_sanitize_message_id_str(message_id);
    if (rule != SMGW_RULE_OK)
        return mgw_error_rule(error, SMGW_ERR_INVALID, "message_id", rule);
    char *thread = NULL;
    status = make_references(&thread, references, message_id, error);
    if (status != SMGW_OK)
        return status;
    char *id = mgw_strndup(message_id, strlen(message_id));
    if (id == NULL) {
        mgw_free(thread);
        return mgw_error_status(error, SMGW_ERR_NO_MEMORY);
    }
    replace(&message->in_reply_to, id);
    replace(&message->references, thread);
    return SMGW_OK;
}
