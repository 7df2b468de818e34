/* SPDX-License-Identifier: MIT */
#include "gateway/mail_view.h"

#include "mime/mail.h"
#include "mime/param.h"
#include "text/date.h"

static mgw_param_list param_list(mgw_arena *arena, mgw_imap_parameters from)
{
    mgw_param *items = mgw_arena_alloc(arena, from.count, sizeof *items);
    if (items == NULL)
        return (mgw_param_list){ NULL, 0 };
    for (size_t i = 0; i < from.count; i++)
        items[i] = (mgw_param){ from.items[i].name, from.items[i].value };
    return (mgw_param_list){ items, from.count };
}

static smgw_status address_list(mgw_arena *arena, mgw_imap_address_list from, smgw_address_list *list)
{
    *list = (smgw_address_list){ NULL, 0 };
    smgw_address *items = mgw_arena_alloc(arena, from.count, sizeof *items);
    size_t count = 0;
    for (size_t i = 0; items != NULL && i < from.count; i++) {
        const mgw_imap_address *address = &from.items[i];
        /* Without a host it marks the begin or end of a group. */
        if (address->host.data == NULL)
            continue;
        mgw_mail_address(arena, address->name, address->mailbox, address->host, &items[count++]);
    }
    *list = (smgw_address_list){ items, count };
    return arena->status;
}

smgw_status mgw_part_view(mgw_arena *arena, const mgw_imap_part *from, smgw_part *part, uint32_t *defects)
{
    mgw_param_list params = param_list(arena, from->parameters);
    mgw_param_list disposition_params = param_list(arena, from->disposition_parameters);
    *part = (smgw_part){
        .section = mgw_mail_plain(arena, from->section),
        .media_type = mgw_mail_media_type(arena, from->type, from->subtype),
        .charset = mgw_mail_token(arena, mgw_bytes_str(mgw_param_text(arena, params, "charset", defects))),
        .encoding = mgw_mail_token(arena, from->encoding),
        .disposition = mgw_mail_disposition(from->disposition),
        .filename = mgw_param_filename(arena, disposition_params, params, defects),
        .content_id = mgw_mail_msg_id(arena, from->id),
        .size = from->size,
        .depth = from->depth,
    };
    if (arena->status == SMGW_OK)
        part->is_attachment = mgw_part_is_attachment(part);
    return arena->status;
}

static smgw_status parts_view(mgw_arena *arena, const mgw_imap_fetch *fetch, smgw_mail *mail)
{
    smgw_part *parts = mgw_arena_alloc(arena, fetch->part_count, sizeof *parts);
    for (size_t i = 0; parts != NULL && arena->status == SMGW_OK && i < fetch->part_count; i++)
        mgw_part_view(arena, &fetch->parts[i], &parts[i], &mail->defects);
    mail->parts = parts;
    mail->part_count = parts != NULL ? fetch->part_count : 0;
    return arena->status;
}

static smgw_status envelope_view(mgw_arena *arena, const mgw_imap_envelope *envelope, smgw_mail *mail)
{
    if (envelope->date.len > 0 && !mgw_date_parse(envelope->date, &mail->date))
        mail->defects++;
    mail->subject = mgw_mail_text(arena, envelope->subject);
    mail->message_id = mgw_mail_msg_id(arena, envelope->message_id);
    mail->in_reply_to = mgw_mail_plain(arena, envelope->in_reply_to);
    address_list(arena, envelope->from, &mail->from);
    address_list(arena, envelope->sender, &mail->sender);
    address_list(arena, envelope->reply_to, &mail->reply_to);
    address_list(arena, envelope->to, &mail->to);
    address_list(arena, envelope->cc, &mail->cc);
    return address_list(arena, envelope->bcc, &mail->bcc);
}

smgw_status mgw_mail_view(
    mgw_arena *arena, const mgw_imap_fetch *fetch, const char *folder, uint32_t uidvalidity, smgw_mail *mail)
{
    *mail = (smgw_mail){
        .ref = { folder, uidvalidity, fetch->uid },
        .flags = fetch->flags,
        .size = fetch->size,
        .internal_date = INT64_MIN,
        .date = INT64_MIN,
        .defects = fetch->defects,
    };
    (void)mgw_date_parse_internal(fetch->internal_date, &mail->internal_date);
    smgw_status status = envelope_view(arena, &fetch->envelope, mail);
    return status == SMGW_OK ? parts_view(arena, fetch, mail) : status;
}
