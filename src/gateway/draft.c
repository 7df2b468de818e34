/* SPDX-License-Identifier: MIT */
#include "simplemailgw/store.h"

#include "base/arena.h"
#include "base/error.h"
#include "gateway/lay_out.h"
#include "gateway/upload.h"
#include "mime/message.h"

#include "simplemailgw/sanitize.h"

enum { NAMES_MAX = 4096 };

/* The folder for drafts: the server's word for it, and else the usual name. */
typedef struct drafts_search {
    mgw_arena arena; /* Holds both names. */
    const char *by_role;
    const char *by_name;
} drafts_search;

static bool is_usual_name(const mgw_imap_list_item *item)
{
    mgw_bytes name = item->name;
    mgw_bytes parent = mgw_bytes_slice(name, 0, strlen("INBOX"));
    bool inside = item->delimiter != '\0' && name.len > parent.len && mgw_bytes_equal_fold(parent, MGW_LIT("INBOX")) &&
                  name.data[parent.len] == item->delimiter;
    if (inside)
        name = mgw_bytes_slice(name, parent.len + 1, name.len);
    return mgw_bytes_equal_fold(name, MGW_LIT("Drafts"));
}

static smgw_status note_drafts(void *context, const mgw_imap_event *event, smgw_error *error)
{
    drafts_search *search = context;
    if (event->type != MGW_IMAP_LIST || !event->list.name_valid)
        return SMGW_OK;
    if ((event->list.attributes & (MGW_IMAP_NOSELECT | MGW_IMAP_NONEXISTENT)) != 0)
        return SMGW_OK;
    bool has_role = event->list.role == MGW_IMAP_ROLE_DRAFTS;
    const char **name = has_role ? &search->by_role : &search->by_name;
    if (*name != NULL || (!has_role && !is_usual_name(&event->list)))
        return SMGW_OK;
    *name = mgw_arena_strndup(&search->arena, event->list.name);
    return *name != NULL ? SMGW_OK : mgw_error_status(error, search->arena.status);
}

static smgw_status find_drafts(mgw_imap_call *call, drafts_search *search, const char **folder, smgw_error *error)
{
    uint32_t command = 0;
    smgw_status status = mgw_imap_list_extended(call->engine, MGW_LIT(""), MGW_LIT("*"), 0, &command);
    if (status != SMGW_OK)
        return mgw_error_status(error, status);
    status = mgw_imap_session_run(call->session, "LIST", command, &call->wait, note_drafts, search, error);
    if (status != SMGW_OK)
        return status;
    *folder = search->by_role != NULL ? search->by_role : search->by_name;
    if (*folder == NULL)
        return mgw_error_set(error, SMGW_ERR_NOT_FOUND, "folder", "folder: the account has none for drafts");
    return SMGW_OK;
}

static smgw_status read_built(void *context, char *out, size_t size, size_t *n, smgw_error *error)
{
    return mgw_builder_read(context, out, size, n, error);
}

/* The setters have checked every address; the last look is here, as for a send. */
static smgw_status validate_addresses(const smgw_message *message, smgw_error *error)
{
    for (size_t i = 0; i < message->recipient_count; i++) {
        smgw_rule rule = smgw_validate_email_str(message->recipients[i].address);
        if (rule != SMGW_RULE_OK)
            return mgw_error_rule(error, SMGW_ERR_INVALID, "recipients", rule);
    }
    return SMGW_OK;
}

static smgw_status store_built(mgw_imap_call *call, mgw_builder *builder, smgw_stored *stored, smgw_error *error)
{
    drafts_search search = { .by_role = NULL };
    mgw_upload upload = {
        .size = mgw_builder_size(builder),
        .flags = SMGW_FLAG_DRAFT | SMGW_FLAG_SEEN,
        .internal_date = MGW_IMAP_NO_DATE,
        .read = read_built,
        .context = builder,
    };
    mgw_arena_init(&search.arena, NAMES_MAX);
    smgw_status status = find_drafts(call, &search, &upload.folder, error);
    if (status == SMGW_OK)
        status = mgw_upload_run(call, &upload, stored, error);
    mgw_arena_free(&search.arena);
    return status;
}

static smgw_status save(smgw_gateway *gateway, const char *account, smgw_message *message,
    const smgw_call_options *options, smgw_stored *stored, smgw_error *error)
{
    mgw_gateway_account *found = NULL;
    mgw_laid_out laid = { .builder = NULL };
    smgw_status status = mgw_gateway_find_account(gateway, account, MGW_PROTOCOL_IMAP, &found, error);
    if (status == SMGW_OK)
        status = validate_addresses(message, error);
    if (status == SMGW_OK)
        status = mgw_lay_out(&laid, gateway, found->config, message, error);
    if (status == SMGW_OK) {
        mgw_imap_call call;
        status = mgw_imap_call_begin(&call, gateway, account, options, error);
        if (status == SMGW_OK)
            status = store_built(&call, laid.builder, stored, error);
        mgw_imap_call_end(&call);
    }
    mgw_laid_out_free(&laid);
    return status;
}

smgw_status smgw_save_draft(smgw_gateway *gateway, const char *account, smgw_message *message,
    const smgw_call_options *options, smgw_stored *stored, smgw_error *error)
{
    smgw_stored unused = SMGW_STORED_INIT;
    if (stored == NULL)
        stored = &unused;
    if (stored->struct_size != sizeof *stored)
        return mgw_error_rule(error, SMGW_ERR_INVALID, "stored.struct_size", SMGW_RULE_RANGE);
    smgw_status status = mgw_message_check_free(message, error);
    if (status != SMGW_OK)
        return status;
    smgw_stored_init(stored);
    smgw_error detail = SMGW_ERROR_INIT;
    message->sending = true;
    status = save(gateway, account, message, options, stored, &detail);
    message->sending = false;
    if (status != SMGW_OK && error != NULL)
        *error = detail;
    return status;
}
