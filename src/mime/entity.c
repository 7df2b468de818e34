/* SPDX-License-Identifier: MIT */
#include "mime/entity.h"

#include "base/error.h"
#include "mime/address_list.h"
#include "mime/content.h"
#include "mime/header.h"
#include "mime/mail.h"
#include "mime/param.h"
#include "mime/token.h"
#include "text/date.h"

/* The fields that are read. The lists come last, and those that may be repeated (RFC 5322 section 4.5.3) last of all.
 */
typedef enum known_field {
    CONTENT_TYPE,
    CONTENT_ENCODING,
    CONTENT_DISPOSITION,
    CONTENT_ID,
    SUBJECT,
    DATE,
    MESSAGE_ID,
    IN_REPLY_TO,
    FROM,
    SENDER,
    REPLY_TO,
    TO,
    CC,
    BCC,
    FIELD_COUNT
} known_field;

enum { FIRST_OF_MAIL = SUBJECT, FIRST_LIST = FROM, FIRST_REPEATED = TO, LIST_COUNT = FIELD_COUNT - FIRST_LIST };

static const char *const field_names[FIELD_COUNT] = {
    [CONTENT_TYPE] = "Content-Type",
    [CONTENT_ENCODING] = "Content-Transfer-Encoding",
    [CONTENT_DISPOSITION] = "Content-Disposition",
    [CONTENT_ID] = "Content-ID",
    [SUBJECT] = "Subject",
    [DATE] = "Date",
    [MESSAGE_ID] = "Message-ID",
    [IN_REPLY_TO] = "In-Reply-To",
    [FROM] = "From",
    [SENDER] = "Sender",
    [REPLY_TO] = "Reply-To",
    [TO] = "To",
    [CC] = "Cc",
    [BCC] = "Bcc",
};

/* The first value of each field; data NULL where it is missing. */
typedef struct values {
    mgw_bytes first[FIELD_COUNT];
    mgw_address_list_reader lists[LIST_COUNT];
} values;

static int find_field(mgw_bytes name, bool with_mail)
{
    int end = with_mail ? FIELD_COUNT : FIRST_OF_MAIL;
    for (int i = 0; i < end; i++)
        if (mgw_bytes_equal_fold(name, mgw_bytes_str(field_names[i])))
            return i;
    return -1;
}

static smgw_status take_field(mgw_entity *entity, values *found, const mgw_header_field *field, smgw_error *error)
{
    int index = find_field(field->name, entity->mail != NULL);
    if (index < 0)
        return SMGW_OK;
    bool is_repeated = found->first[index].data != NULL;
    entity->defects += is_repeated ? 1 : 0;
    if (!is_repeated)
        found->first[index] = field->value;
    if (index < FIRST_LIST || (is_repeated && index < FIRST_REPEATED))
        return SMGW_OK;
    mgw_address_list_reader *list = &found->lists[index - FIRST_LIST];
    smgw_status status = mgw_address_list_add(list, field->value);
    if (status != SMGW_ERR_TOO_LARGE)
        return status != SMGW_OK ? mgw_error_status(error, status) : SMGW_OK;
    bool is_count = list->items.len / sizeof(smgw_address) >= MGW_ADDRESS_LIST_MAX;
    return is_count ? mgw_error_rule(error, status, "addresses", SMGW_RULE_COUNT)
                    : mgw_error_rule(error, status, "field", SMGW_RULE_TOO_LONG);
}

static smgw_status take_fields(mgw_entity *entity, values *found, mgw_bytes header, smgw_error *error)
{
    mgw_header_reader reader;
    mgw_header_reader_init(&reader, header);
    mgw_header_field field;
    smgw_status status = SMGW_OK;
    while (status == SMGW_OK && (status = mgw_header_next(&reader, &field)) == SMGW_OK)
        status = take_field(entity, found, &field, error);
    entity->defects += reader.defects;
    if (status == SMGW_ERR_TOO_LARGE && reader.count > MGW_HEADER_MAX_FIELDS)
        return mgw_error_rule(error, status, "header", SMGW_RULE_COUNT);
    return status == SMGW_DONE ? SMGW_OK : status;
}

static bool is_media_type(mgw_bytes type)
{
    size_t slash = mgw_bytes_find(type, '/');
    return mgw_is_token_text(mgw_bytes_slice(type, 0, slash)) &&
           mgw_is_token_text(mgw_bytes_slice(type, slash + 1, type.len));
}

/* The word of a field such as Content-Transfer-Encoding, without comments. */
static mgw_bytes first_word(mgw_bytes value)
{
    size_t start = mgw_token_skip_cfws(value, 0);
    size_t end = start;
    while (end < value.len && mgw_is_token(value.data[end]))
        end++;
    return mgw_bytes_slice(value, start, end - start);
}

/* Refuses a message for a field that is too long. */
static const char *within_limit(mgw_entity *entity, const char *text)
{
    if (text == mgw_mail_too_long && entity->arena->status == SMGW_OK)
        entity->arena->status = SMGW_ERR_TOO_LARGE;
    return text;
}

/* What of the type does not make sense is text/plain (RFC 2045 section 5.2). */
static void set_default_type(mgw_entity *entity)
{
    entity->part.media_type = "text/plain";
    entity->is_message = false;
    entity->defects++;
}

static smgw_status read_boundary(mgw_entity *entity, mgw_param_list params, smgw_error *error)
{
    mgw_bytes boundary;
    bool is_there = mgw_param_raw(params, "boundary", &boundary);
    if (!is_there) {
        boundary = mgw_bytes_str(mgw_param_text(entity->arena, params, "boundary", &entity->defects));
        is_there = boundary.len > 0;
    }
    if (!is_there) {
        set_default_type(entity);
        return SMGW_OK;
    }
    while (boundary.len > 0 && mgw_is_wsp((unsigned char)boundary.data[boundary.len - 1]))
        boundary.len--;
    if (boundary.len == 0)
        return mgw_error_rule(error, SMGW_ERR_INVALID, "boundary", SMGW_RULE_EMPTY);
    entity->boundary = boundary;
    return SMGW_OK;
}

/* The transfer encoding, and what follows from it: one that is not known leaves octets (RFC 2045 section 6.4). */
static void read_encoding(mgw_entity *entity, mgw_bytes value)
{
    mgw_bytes word = first_word(value);
    mgw_encoding encoding = mgw_encoding_of(word);
    bool is_multipart = mgw_part_is_multipart(&entity->part);
    entity->part.encoding = word.len > 0 ? within_limit(entity, mgw_mail_token(entity->arena, word)) : "7bit";
    if (encoding == MGW_ENCODING_IDENTITY)
        return;
    if (encoding == MGW_ENCODING_UNKNOWN || is_multipart || entity->is_message)
        entity->defects++;
    entity->is_message = false;
    if (encoding == MGW_ENCODING_UNKNOWN && !is_multipart)
        entity->part.media_type = "application/octet-stream";
}

static smgw_status read_part(mgw_entity *entity, const values *found, smgw_error *error)
{
    smgw_part *part = &entity->part;
    mgw_param_field type, disposition;
    mgw_bytes type_value = found->first[CONTENT_TYPE];
    mgw_param_field_parse(entity->arena, type_value, &type, &entity->defects);
    mgw_param_field_parse(entity->arena, found->first[CONTENT_DISPOSITION], &disposition, &entity->defects);
    if (entity->arena->status != SMGW_OK)
        return entity->arena->status;
    part->media_type = type.value;
    if (type_value.data == NULL)
        part->media_type = entity->is_in_digest ? "message/rfc822" : "text/plain";
    else if (!is_media_type(mgw_bytes_str(type.value)))
        set_default_type(entity);
    entity->is_message = strcmp(part->media_type, "message/rfc822") == 0;
    const char *charset = within_limit(entity, mgw_param_text(entity->arena, type.params, "charset", &entity->defects));
    part->charset = mgw_mail_token(entity->arena, mgw_bytes_str(charset));
    part->disposition = mgw_mail_disposition(mgw_bytes_str(disposition.value));
    part->filename =
        within_limit(entity, mgw_param_filename(entity->arena, disposition.params, type.params, &entity->defects));
    part->content_id = within_limit(entity, mgw_mail_msg_id(entity->arena, found->first[CONTENT_ID]));
    read_encoding(entity, found->first[CONTENT_ENCODING]);
    if (entity->arena->status != SMGW_OK)
        return entity->arena->status;
    smgw_status status = SMGW_OK;
    if (mgw_part_is_multipart(part))
        status = read_boundary(entity, type.params, error);
    part->is_attachment = mgw_part_is_attachment(part);
    return status;
}

static void read_date(mgw_entity *entity, mgw_bytes value)
{
    entity->mail->date = INT64_MIN;
    if (value.data != NULL && !mgw_date_parse(value, &entity->mail->date))
        entity->defects++;
}

static smgw_status read_lists(mgw_entity *entity, values *found, smgw_error *error)
{
    smgw_mail *mail = entity->mail;
    smgw_address_list *const lists[LIST_COUNT] = { &mail->from, &mail->sender, &mail->reply_to, &mail->to, &mail->cc,
        &mail->bcc };
    size_t total = 0;
    for (size_t i = 0; i < LIST_COUNT; i++) {
        smgw_status status = mgw_address_list_finish(&found->lists[i], lists[i]);
        if (status != SMGW_OK)
            return status;
        entity->defects += found->lists[i].defects;
        total += lists[i]->count;
    }
    if (total > MGW_ADDRESS_LIST_MAX)
        return mgw_error_rule(error, SMGW_ERR_TOO_LARGE, "addresses", SMGW_RULE_COUNT);
    return SMGW_OK;
}

static smgw_status read_mail(mgw_entity *entity, values *found, smgw_error *error)
{
    smgw_mail *mail = entity->mail;
    mail->subject = within_limit(entity, mgw_mail_text(entity->arena, found->first[SUBJECT]));
    mail->message_id = within_limit(entity, mgw_mail_msg_id(entity->arena, found->first[MESSAGE_ID]));
    mail->in_reply_to = within_limit(entity, mgw_mail_plain(entity->arena, found->first[IN_REPLY_TO]));
    read_date(entity, found->first[DATE]);
    return read_lists(entity, found, error);
}

smgw_status mgw_entity_read(mgw_entity *entity, mgw_bytes header, smgw_error *error)
{
    if (header.len > MGW_HEADER_MAX_SIZE)
        return mgw_error_rule(error, SMGW_ERR_TOO_LARGE, "header", SMGW_RULE_TOO_LONG);
    values found;
    memset(&found, 0, sizeof found);
    for (size_t i = 0; i < LIST_COUNT; i++)
        mgw_address_list_init(&found.lists[i], entity->arena, MGW_ADDRESS_LIST_MAX);
    smgw_status status = take_fields(entity, &found, header, error);
    if (status == SMGW_OK)
        status = read_part(entity, &found, error);
    if (status == SMGW_OK && entity->mail != NULL)
        status = read_mail(entity, &found, error);
    for (size_t i = 0; i < LIST_COUNT; i++)
        mgw_address_list_free(&found.lists[i]);
    smgw_status arena_status = entity->arena->status;
    if (arena_status == SMGW_ERR_TOO_LARGE)
        return mgw_error_rule(error, arena_status, "field", SMGW_RULE_TOO_LONG);
    return arena_status != SMGW_OK ? mgw_error_status(error, arena_status) : status;
}
