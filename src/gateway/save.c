/* SPDX-License-Identifier: MIT */
#include "base/error.h"
#include "gateway/part.h"
#include "mime/content.h"
#include "mime/mail.h"

#include "simplemailgw/sanitize.h"

enum { ARENA_MAX = 16 * 1024 * 1024, NAME_SIZE = 256 };

/* From the wire through the decoder into the workspace. */
typedef struct saver {
    mgw_content_decoder *decoder;
    mgw_ws_file *file;
    uint64_t size;
    smgw_status write_status; /* Of the first write that failed, */
    smgw_error write_error;   /* and its detail. */
} saver;

void smgw_saved_init(smgw_saved *saved)
{
    *saved = (smgw_saved)SMGW_SAVED_INIT;
}

static bool write_content(void *context, const void *data, size_t len)
{
    saver *save = context;
    save->write_status = mgw_ws_file_write(save->file, mgw_bytes_of(data, len), &save->write_error);
    save->size += len;
    return save->write_status == SMGW_OK;
}

/* A decoder's writer can only say stop: why it stopped stands in the saver. */
static smgw_status decoder_status(const saver *save, smgw_status status, smgw_error *error)
{
    if (save->write_status == SMGW_OK)
        return status;
    if (error != NULL)
        *error = save->write_error;
    return save->write_status;
}

static smgw_status decode(void *context, mgw_bytes octets, smgw_error *error)
{
    saver *save = context;
    return decoder_status(save, mgw_content_decoder_feed(save->decoder, octets.data, octets.len, error), error);
}

static const smgw_part *find_section(const smgw_mail *mail, const char *section)
{
    for (size_t i = 0; i < mail->part_count; i++)
        if (strcmp(mail->parts[i].section, section) == 0 && !mgw_part_is_multipart(&mail->parts[i]))
            return &mail->parts[i];
    return NULL;
}

/* The sender's name made safe; a part without a usable one gets a plain one. */
static void choose_name(const smgw_part *part, char name[NAME_SIZE])
{
    if (smgw_attachment_name_str(part->filename, name, NAME_SIZE) == SMGW_RULE_OK)
        return;
    bool is_message = strcmp(part->media_type, "message/rfc822") == 0;
    const char *fallback = is_message ? "message.eml" : "attachment";
    memcpy(name, fallback, strlen(fallback) + 1);
}

static smgw_status fill_file(mgw_imap_call *call, uint32_t uid, const smgw_part *part, saver *save, smgw_error *error)
{
    smgw_status status =
        mgw_content_decoder_new(&save->decoder, mgw_bytes_str(part->encoding), MGW_LIT(""), write_content, save, error);
    if (status == SMGW_OK)
        status = mgw_stream_section(call, uid, part->section, 0, decode, save, error);
    if (status == SMGW_OK && part->size > 0 && call->wait.done == 0)
        status = mgw_error_set(error, SMGW_ERR_PROTOCOL, NULL, "the server gives nothing for a part that is not empty");
    if (status == SMGW_OK)
        status = decoder_status(save, mgw_content_decoder_finish(save->decoder, error), error);
    mgw_content_decoder_free(save->decoder);
    return status;
}

/* The content is complete and has no name yet: without a record it never gets one. */
static smgw_status audit_download(const mgw_imap_call *call, const smgw_ref *ref, const smgw_part *part,
    const char *name, uint64_t size, smgw_error *error)
{
    mgw_audit_record record;
    mgw_audit_begin(
        &record, call->gateway->audit, MGW_AUDIT_ATTACHMENT_DOWNLOAD, mgw_bytes_str(call->account->config->name));
    mgw_audit_str(&record, "folder", mgw_bytes_str(ref->folder));
    mgw_audit_u64(&record, "uidvalidity", ref->uidvalidity);
    mgw_audit_u64(&record, "uid", ref->uid);
    mgw_audit_str(&record, "section", mgw_bytes_str(part->section));
    mgw_audit_str(&record, "name", mgw_bytes_str(name));
    mgw_audit_u64(&record, "size", size);
    return mgw_audit_commit(&record, error);
}

static smgw_status save_part(
    mgw_imap_call *call, const smgw_ref *ref, const smgw_part *part, smgw_saved *saved, smgw_error *error)
{
    char name[NAME_SIZE];
    choose_name(part, name);
    saver save = { .write_status = SMGW_OK };
    smgw_status status = mgw_ws_file_begin(call->gateway->workspace, NULL, &save.file, error);
    if (status != SMGW_OK)
        return status;
    status = fill_file(call, ref->uid, part, &save, error);
    if (status == SMGW_OK)
        status = audit_download(call, ref, part, name, save.size, error);
    if (status != SMGW_OK) {
        mgw_ws_file_abort(save.file);
        return status;
    }
    return mgw_ws_file_commit(save.file, name, saved, error);
}

static smgw_status find_and_save(mgw_imap_call *call, const smgw_ref *ref, const char *section, mgw_arena *arena,
    smgw_saved *saved, smgw_error *error)
{
    smgw_mail mail;
    smgw_status status = mgw_imap_call_open_ref(call, ref, error);
    if (status == SMGW_OK)
        status = mgw_read_parts(call, ref->uid, arena, &mail, error);
    if (status != SMGW_OK)
        return status;
    const smgw_part *part = find_section(&mail, section);
    if (part == NULL)
        return mgw_error_set(error, SMGW_ERR_NOT_FOUND, "section", "section: the message has no such part");
    return save_part(call, ref, part, saved, error);
}

smgw_status smgw_save_attachment(smgw_gateway *gateway, const char *account, const smgw_ref *ref, const char *section,
    const smgw_call_options *options, smgw_saved *saved, smgw_error *error)
{
    smgw_saved unused = SMGW_SAVED_INIT;
    if (saved == NULL)
        saved = &unused;
    smgw_status status = mgw_check_ref(ref, error);
    if (status != SMGW_OK)
        return status;
    if (saved->struct_size != sizeof *saved)
        return mgw_error_rule(error, SMGW_ERR_INVALID, "saved.struct_size", SMGW_RULE_RANGE);
    if (gateway->workspace == NULL)
        return mgw_error_set(error, SMGW_ERR_INVALID, "workspace", "workspace: the gateway has none");
    mgw_imap_call call;
    mgw_arena arena;
    mgw_arena_init(&arena, ARENA_MAX);
    status = mgw_imap_call_begin(&call, gateway, account, options, error);
    if (status == SMGW_OK)
        status = find_and_save(&call, ref, section, &arena, saved, error);
    mgw_imap_call_end(&call);
    mgw_arena_free(&arena);
    return status;
}
