/* SPDX-License-Identifier: MIT */
#include "mime/builder.h"

#include "base/alloc.h"
#include "base/error.h"
#include "mime/header.h"
#include "mime/message.h"
#include "mime/segment.h"
#include "text/check.h"
#include "text/date.h"

#include "simplemailgw/sanitize.h"

#include <openssl/rand.h>

enum {
    LITERAL_CAP = MGW_HEADER_MAX_SIZE + 4 * 1024 * 1024,
    RANDOM_BYTES = 16,
    ID_DOMAIN_MAX = 200, /* Keeps a Message-ID within the 250 bytes that smgw_sanitize_message_id() accepts. */
    PLAIN_LINE = 78
};

struct mgw_builder {
    smgw_message *message;
    mgw_segment_row row;
    mgw_segment_reader reader;
};

static bool random_hex(char out[2 * RANDOM_BYTES + 1])
{
    unsigned char bytes[RANDOM_BYTES];
    if (RAND_bytes(bytes, sizeof bytes) != 1)
        return false;
    mgw_hex(bytes, sizeof bytes, out);
    return true;
}

/* The domain of an address, for a Message-ID; of a very long one its last labels. */
static mgw_bytes id_domain(mgw_bytes address)
{
    mgw_bytes domain = mgw_bytes_slice(address, mgw_bytes_find(address, '@') + 1, address.len);
    while (domain.len > ID_DOMAIN_MAX)
        domain = mgw_bytes_slice(domain, mgw_bytes_find(domain, '.') + 1, domain.len);
    return domain;
}

/* Chooses what stays the same in every build of the message. */
static smgw_status fix_identity(smgw_message *message, const mgw_builder_options *options, smgw_error *error)
{
    mgw_message_identity *identity = &message->identity;
    if (identity->fixed)
        return SMGW_OK;
    char date[MGW_DATE_SIZE];
    if (!mgw_date_format(options->now_ms / 1000, date))
        return mgw_error_rule(error, SMGW_ERR_INVALID, "date", SMGW_RULE_RANGE);
    char hex[2 * RANDOM_BYTES + 1];
    if (!random_hex(hex) || !random_hex(identity->boundary))
        return mgw_error_set(error, SMGW_ERR_IO, "message_id", "message_id: no random bytes");
    mgw_buf id = MGW_BUF_INIT(sizeof identity->message_id - 1);
    mgw_buf_add_str(&id, "<");
    mgw_buf_add_str(&id, hex);
    mgw_buf_add_str(&id, "@");
    mgw_buf_add_bytes(&id, id_domain(mgw_bytes_str(options->sender_address)));
    mgw_buf_add_str(&id, ">");
    smgw_status status = id.status;
    if (status == SMGW_OK) {
        memcpy(identity->message_id, id.data, id.len);
        identity->date = options->now_ms / 1000;
        identity->fixed = true;
    }
    mgw_buf_free(&id);
    return status != SMGW_OK ? mgw_error_status(error, status) : SMGW_OK;
}

static smgw_status add_mailbox(mgw_buf *out, const char *field, const char *name, const char *address)
{
    mgw_header_list list;
    mgw_header_list_begin(&list, out, field);
    mgw_header_list_add(&list, mgw_bytes_str(name), mgw_bytes_str(address));
    return mgw_header_list_end(&list);
}

static bool has_kind(const smgw_message *message, mgw_recipient_kind kind)
{
    for (size_t i = 0; i < message->recipient_count; i++)
        if (message->recipients[i].kind == kind)
            return true;
    return false;
}

static smgw_status add_recipients(mgw_buf *out, const smgw_message *message, mgw_recipient_kind kind, const char *field)
{
    if (!has_kind(message, kind))
        return SMGW_OK;
    mgw_header_list list;
    mgw_header_list_begin(&list, out, field);
    for (size_t i = 0; i < message->recipient_count; i++) {
        const mgw_recipient *recipient = &message->recipients[i];
        if (recipient->kind == kind)
            mgw_header_list_add(&list, mgw_bytes_str(recipient->name), mgw_bytes_str(recipient->address));
    }
    return mgw_header_list_end(&list);
}

/* Who writes to whom. Bcc recipients appear in no field; with nobody else, To is a group without members. */
static smgw_status add_parties(mgw_buf *out, const smgw_message *message, const mgw_builder_options *options)
{
    smgw_status status = add_mailbox(out, "From", options->sender_name, options->sender_address);
    if (status == SMGW_OK)
        status = add_recipients(out, message, MGW_RECIPIENT_TO, "To");
    if (status == SMGW_OK)
        status = add_recipients(out, message, MGW_RECIPIENT_CC, "Cc");
    if (!has_kind(message, MGW_RECIPIENT_TO) && !has_kind(message, MGW_RECIPIENT_CC) && status == SMGW_OK)
        status = mgw_header_write_plain(out, "To", "undisclosed-recipients:;");
    if (message->reply_to.address != NULL && status == SMGW_OK)
        status = add_mailbox(out, "Reply-To", message->reply_to.name, message->reply_to.address);
    return status;
}

static smgw_status add_ids(mgw_buf *out, const smgw_message *message)
{
    smgw_status status = mgw_header_write_ids(out, "Message-ID", mgw_bytes_str(message->identity.message_id));
    if (message->in_reply_to != NULL && status == SMGW_OK)
        status = mgw_header_write_ids(out, "In-Reply-To", mgw_bytes_str(message->in_reply_to));
    if (message->references != NULL && status == SMGW_OK)
        status = mgw_header_write_ids(out, "References", mgw_bytes_str(message->references));
    return status;
}

static smgw_status add_header(mgw_buf *out, const smgw_message *message, const mgw_builder_options *options)
{
    char date[MGW_DATE_SIZE];
    if (!mgw_date_format(message->identity.date, date))
        return SMGW_ERR_INVALID;
    smgw_status status = mgw_header_write_plain(out, "Date", date);
    if (status == SMGW_OK)
        status = add_parties(out, message, options);
    if (message->subject != NULL && status == SMGW_OK)
        status = mgw_header_write_text(out, "Subject", mgw_bytes_str(message->subject));
    if (status == SMGW_OK)
        status = add_ids(out, message);
    if (status == SMGW_OK)
        status = mgw_header_write_plain(out, "MIME-Version", "1.0");
    return status;
}

/* The encoding that leaves text as readable as it can be. Its lines end with CRLF. */
static mgw_encoding text_encoding(mgw_bytes text)
{
    size_t non_ascii = 0, line = 0;
    bool is_plain = true;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        non_ascii += c >= 0x80;
        line = c == '\n' ? 0 : line + (c != '\r');
        bool is_line_end = c == '\r' || c == '\n';
        is_plain = is_plain && c < 0x7f && line <= PLAIN_LINE && (c >= ' ' || c == '\t' || is_line_end);
    }
    if (is_plain)
        return MGW_ENCODING_IDENTITY;
    return non_ascii > text.len / 2 ? MGW_ENCODING_BASE64 : MGW_ENCODING_QUOTED_PRINTABLE;
}

/* A text or HTML entity: its fields, an empty line, its content. */
static void add_body(mgw_segment_row *row, const char *media_type, mgw_bytes text)
{
    static const char *const names[] = {
        [MGW_ENCODING_IDENTITY] = "7bit",
        [MGW_ENCODING_BASE64] = "base64",
        [MGW_ENCODING_QUOTED_PRINTABLE] = "quoted-printable",
    };
    mgw_encoding encoding = text_encoding(text);
    mgw_buf_add_str(&row->literals, "Content-Type: ");
    mgw_buf_add_str(&row->literals, media_type);
    mgw_buf_add_str(&row->literals, "; charset=utf-8\r\nContent-Transfer-Encoding: ");
    mgw_buf_add_str(&row->literals, names[encoding]);
    mgw_buf_add_str(&row->literals, "\r\n\r\n");
    mgw_segment_row_add_bytes(row, encoding, text);
}

/* A multipart. "=_" can stand neither in quoted-printable nor in base64; the random part keeps it out of plain text. */
typedef struct multipart {
    mgw_segment_row *row;
    const char *kind; /* "mixed" or "alternative". */
    const char *random;
    bool has_parts;
} multipart;

static void add_boundary(const multipart *m)
{
    mgw_buf_add_str(&m->row->literals, "=_");
    mgw_buf_add_str(&m->row->literals, m->kind);
    mgw_buf_add_str(&m->row->literals, "_");
    mgw_buf_add_str(&m->row->literals, m->random);
}

static multipart begin_multipart(mgw_segment_row *row, const char *kind, const char *random)
{
    multipart m = { row, kind, random, false };
    mgw_buf_add_str(&row->literals, "Content-Type: multipart/");
    mgw_buf_add_str(&row->literals, kind);
    mgw_buf_add_str(&row->literals, ";\r\n boundary=\"");
    add_boundary(&m);
    mgw_buf_add_str(&row->literals, "\"\r\n\r\n");
    return m;
}

static void begin_part(multipart *m)
{
    mgw_buf_add_str(&m->row->literals, m->has_parts ? "\r\n--" : "--");
    add_boundary(m);
    mgw_buf_add_str(&m->row->literals, "\r\n");
    m->has_parts = true;
}

static void end_multipart(const multipart *m)
{
    mgw_buf_add_str(&m->row->literals, "\r\n--");
    add_boundary(m);
    mgw_buf_add_str(&m->row->literals, "--\r\n");
}

/* What there is to read: the text, the HTML, or both as alternatives, the better one last (RFC 2046 section 5.1.4). */
static void add_readable(mgw_segment_row *row, const smgw_message *message)
{
    mgw_bytes text = mgw_buf_bytes(&message->text), html = mgw_buf_bytes(&message->html);
    if (!message->has_html) {
        add_body(row, "text/plain", text);
        return;
    }
    if (!message->has_text) {
        add_body(row, "text/html", html);
        return;
    }
    multipart m = begin_multipart(row, "alternative", message->identity.boundary);
    begin_part(&m);
    add_body(row, "text/plain", text);
    begin_part(&m);
    add_body(row, "text/html", html);
    end_multipart(&m);
}

static smgw_status add_attachment_fields(mgw_buf *out, const mgw_attachment *attachment)
{
    static const char type[] = "Content-Type: ";
    static const char disposition[] = "Content-Disposition: attachment";
    mgw_buf_add_str(out, type);
    mgw_buf_add_str(out, attachment->media_type);
    mgw_buf_add_str(out, "\r\nContent-Transfer-Encoding: base64\r\n");
    mgw_buf_add_str(out, disposition);
    size_t column = strlen(disposition);
    smgw_status status = mgw_header_add_param(out, &column, "filename", mgw_bytes_str(attachment->filename));
    mgw_buf_add_str(out, "\r\n\r\n");
    return status;
}

static smgw_status add_attachment(
    mgw_segment_row *row, smgw_message *message, size_t index, const mgw_builder_options *options)
{
    const mgw_attachment *attachment = &message->attachments[index];
    smgw_status status = add_attachment_fields(&row->literals, attachment);
    if (attachment->kind == MGW_ATTACHMENT_BYTES) {
        mgw_segment_row_add_bytes(row, MGW_ENCODING_BASE64, mgw_bytes_of(attachment->data, (size_t)attachment->size));
    } else if (attachment->kind == MGW_ATTACHMENT_STREAM) {
        mgw_source source = { attachment->read, attachment->read_context, attachment->size };
        mgw_segment_row_add_source(row, &source, &message->stream_used);
    } else {
        mgw_segment_row_add_source(row, &options->sources[index], NULL);
    }
    return status;
}

static smgw_status lay_out(mgw_segment_row *row, smgw_message *message, const mgw_builder_options *options)
{
    smgw_status status = add_header(&row->literals, message, options);
    if (status != SMGW_OK)
        return status;
    if (message->attachment_count == 0) {
        add_readable(row, message);
        return mgw_segment_row_end(row);
    }
    multipart m = begin_multipart(row, "mixed", message->identity.boundary);
    begin_part(&m);
    add_readable(row, message);
    for (size_t i = 0; i < message->attachment_count && status == SMGW_OK; i++) {
        begin_part(&m);
        status = add_attachment(row, message, i, options);
    }
    end_multipart(&m);
    return status != SMGW_OK ? status : mgw_segment_row_end(row);
}

static smgw_status check(const smgw_message *message, const mgw_builder_options *options, smgw_error *error)
{
    smgw_rule rule = smgw_validate_email_str(options->sender_address);
    mgw_bytes name = mgw_bytes_str(options->sender_name);
    if (rule == SMGW_RULE_OK && name.len > 0)
        rule = mgw_check_line(name.data, name.len, MGW_MESSAGE_MAX_NAME);
    if (rule != SMGW_RULE_OK)
        return mgw_error_rule(error, SMGW_ERR_INVALID, "from", rule);
    if (message->stream_used)
        return mgw_error_set(error, SMGW_ERR_INVALID, "attachment",
            "attachment: its stream was read before; the message cannot be sent again");
    for (size_t i = 0; i < message->attachment_count; i++) {
        bool is_file = message->attachments[i].kind == MGW_ATTACHMENT_FILE;
        if (is_file && (i >= options->source_count || options->sources[i].read == NULL))
            return mgw_error_set(error, SMGW_ERR_INVALID, "attachment", "attachment: the file was not opened");
    }
    return SMGW_OK;
}

smgw_status mgw_builder_new(
    mgw_builder **builder, smgw_message *message, const mgw_builder_options *options, smgw_error *error)
{
    *builder = NULL;
    smgw_status status = check(message, options, error);
    if (status == SMGW_OK)
        status = fix_identity(message, options, error);
    if (status != SMGW_OK)
        return status;
    mgw_builder *made = mgw_calloc(1, sizeof *made);
    if (made == NULL)
        return mgw_error_status(error, SMGW_ERR_NO_MEMORY);
    made->message = message;
    mgw_segment_row_init(&made->row, LITERAL_CAP);
    status = lay_out(&made->row, message, options);
    if (status != SMGW_OK) {
        mgw_builder_free(made);
        return mgw_error_set(error, status, "header", "header: %s", smgw_status_text(status));
    }
    mgw_segment_reader_init(&made->reader, &made->row);
    *builder = made;
    return SMGW_OK;
}

uint64_t mgw_builder_size(const mgw_builder *builder)
{
    return builder->row.size;
}

smgw_status mgw_builder_read(mgw_builder *builder, char *out, size_t size, size_t *n, smgw_error *error)
{
    return mgw_segment_read(&builder->reader, out, size, n, error);
}

void mgw_builder_free(mgw_builder *builder)
{
    if (builder == NULL)
        return;
    mgw_segment_row_free(&builder->row);
    mgw_free(builder);
}

const char *mgw_builder_message_id(const mgw_builder *builder)
{
    return builder->message->identity.message_id;
}
