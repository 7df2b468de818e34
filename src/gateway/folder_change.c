/* SPDX-License-Identifier: MIT */
#include "simplemailgw/mailbox.h"

#include "base/error.h"
#include "gateway/change.h"

#include "simplemailgw/sanitize.h"

enum { NEW_NAME_SIZE = 256 };

typedef smgw_status (*queue_fn)(mgw_imap *engine, const mgw_change *change, uint32_t *command);

/* One change of a folder, all of it checked. */
typedef struct folder_change {
    const char *what; /* The command, for a refusal. */
    queue_fn queue;
    mgw_change change;
    const char *new_name;     /* As the caller wrote it, with '/' between levels; NULL: none. */
    char name[NEW_NAME_SIZE]; /* The same as the server writes it. */
} folder_change;

static smgw_status check_new_name(const char *name, smgw_error *error)
{
    smgw_rule rule = smgw_validate_folder_name_str(name);
    return rule == SMGW_RULE_OK ? SMGW_OK : mgw_error_rule(error, SMGW_ERR_INVALID, "name", rule);
}

/* Servers that are generous with a delimiter at the end must not take "INBOX/" for another folder. */
static bool is_inbox(const char *folder)
{
    mgw_bytes name = mgw_bytes_str(folder);
    if (!mgw_bytes_starts_with_fold(name, MGW_LIT("INBOX")))
        return false;
    for (size_t i = strlen("INBOX"); i < name.len; i++)
        if (strchr("/.\\ ", name.data[i]) == NULL)
            return false;
    return true;
}

static smgw_status check_not_inbox(const char *folder, smgw_error *error)
{
    smgw_status status = mgw_check_folder(folder, error);
    if (status == SMGW_OK && is_inbox(folder))
        status = mgw_error_rule(error, SMGW_ERR_INVALID, "folder", SMGW_RULE_RESERVED);
    return status;
}

typedef struct parting {
    bool said;
    char value;
} parting;

static smgw_status note_delimiter(void *context, const mgw_imap_event *event, smgw_error *error)
{
    (void)error;
    parting *found = context;
    if (event->type == MGW_IMAP_LIST && event->list.role == MGW_IMAP_ROLE_INBOX)
        *found = (parting){ true, event->list.delimiter };
    return SMGW_OK;
}

static smgw_status ask_delimiter(mgw_imap_call *call, parting *found, smgw_error *error)
{
    uint32_t command = 0;
    smgw_status status = mgw_imap_list(call->engine, MGW_LIT(""), MGW_LIT("INBOX"), &command);
    if (status != SMGW_OK)
        return mgw_error_status(error, status);
    status = mgw_imap_session_run(call->session, "LIST", command, &call->wait, note_delimiter, found, error);
    if (status == SMGW_OK && !found->said)
        return mgw_error_set(
            error, SMGW_ERR_UNSUPPORTED, "name", "name: the server does not say how levels are parted");
    return status;
}

/* The server's name for a checked new name; a delimiter of its own in there would make levels that nobody asked for. */
static smgw_status translate(const char *name, char delimiter, char out[NEW_NAME_SIZE], smgw_error *error)
{
    size_t len = strlen(name);
    for (size_t i = 0; i < len; i++) {
        if (name[i] == '/' && delimiter == '\0')
            return mgw_error_set(error, SMGW_ERR_UNSUPPORTED, "name", "name: the server has no levels");
        if (name[i] == delimiter && delimiter != '/')
            return mgw_error_rule(error, SMGW_ERR_INVALID, "name", SMGW_RULE_CHARACTER);
        out[i] = name[i] == '/' ? delimiter : name[i];
    }
    out[len] = '\0';
    return SMGW_OK;
}

static smgw_status name_for_server(mgw_imap_call *call, folder_change *folder, smgw_error *error)
{
    parting found = { false, '\0' };
    if (folder->new_name == NULL)
        return SMGW_OK;
    smgw_status status = ask_delimiter(call, &found, error);
    return status == SMGW_OK ? translate(folder->new_name, found.value, folder->name, error) : status;
}

static smgw_status carry_out(mgw_imap_call *call, const folder_change *folder, smgw_error *error)
{
    uint32_t command = 0;
    smgw_status status = mgw_change_begin(&folder->change, call, error);
    if (status != SMGW_OK)
        return status;
    status = folder->queue(call->engine, &folder->change, &command);
    if (status != SMGW_OK)
        mgw_error_set(error, status, "folder", "folder: %s", smgw_status_text(status));
    else
        status = mgw_change_run(call, folder->what, command, NULL, NULL, error);
    mgw_change_end(&folder->change, call, status);
    return status;
}

static smgw_status change_folder(folder_change *folder, smgw_gateway *gateway, const char *account,
    const smgw_call_options *options, smgw_error *error)
{
    mgw_imap_call call;
    smgw_status status = mgw_imap_call_begin(&call, gateway, account, options, error);
    if (status == SMGW_OK)
        status = name_for_server(&call, folder, error);
    if (status == SMGW_OK)
        status = carry_out(&call, folder, error);
    mgw_imap_call_end(&call);
    return status;
}

static smgw_status queue_create(mgw_imap *engine, const mgw_change *change, uint32_t *command)
{
    return mgw_imap_create(engine, mgw_bytes_str(change->folder), command);
}

smgw_status smgw_create_folder(
    smgw_gateway *gateway, const char *account, const char *name, const smgw_call_options *options, smgw_error *error)
{
    smgw_status status = check_new_name(name, error);
    if (status != SMGW_OK)
        return status;
    folder_change folder = { .what = "CREATE", .queue = queue_create, .new_name = name };
    folder.change = (mgw_change){ .event = MGW_AUDIT_FOLDER_CREATED, .folder = folder.name };
    return change_folder(&folder, gateway, account, options, error);
}

static smgw_status queue_rename(mgw_imap *engine, const mgw_change *change, uint32_t *command)
{
    return mgw_imap_rename(engine, mgw_bytes_str(change->folder), mgw_bytes_str(change->destination), command);
}

smgw_status smgw_rename_folder(smgw_gateway *gateway, const char *account, const char *from, const char *name,
    const smgw_call_options *options, smgw_error *error)
{
    smgw_status status = check_not_inbox(from, error);
    if (status == SMGW_OK)
        status = check_new_name(name, error);
    if (status != SMGW_OK)
        return status;
    folder_change folder = { .what = "RENAME", .queue = queue_rename, .new_name = name };
    folder.change = (mgw_change){ .event = MGW_AUDIT_FOLDER_RENAMED, .folder = from, .destination = folder.name };
    return change_folder(&folder, gateway, account, options, error);
}

static smgw_status queue_delete(mgw_imap *engine, const mgw_change *change, uint32_t *command)
{
    return mgw_imap_delete(engine, mgw_bytes_str(change->folder), command);
}

smgw_status smgw_delete_folder(
    smgw_gateway *gateway, const char *account, const char *name, const smgw_call_options *options, smgw_error *error)
{
    smgw_status status = check_not_inbox(name, error);
    if (status != SMGW_OK)
        return status;
    folder_change folder = { .what = "DELETE", .queue = queue_delete };
    folder.change = (mgw_change){ .event = MGW_AUDIT_FOLDER_DELETED, .folder = name };
    return change_folder(&folder, gateway, account, options, error);
}

static smgw_status queue_subscribe(mgw_imap *engine, const mgw_change *change, uint32_t *command)
{
    return mgw_imap_subscribe(engine, mgw_bytes_str(change->folder), command);
}

static smgw_status queue_unsubscribe(mgw_imap *engine, const mgw_change *change, uint32_t *command)
{
    return mgw_imap_unsubscribe(engine, mgw_bytes_str(change->folder), command);
}

smgw_status smgw_subscribe_folder(smgw_gateway *gateway, const char *account, const char *name, bool subscribed,
    const smgw_call_options *options, smgw_error *error)
{
    smgw_status status = mgw_check_folder(name, error);
    if (status != SMGW_OK)
        return status;
    folder_change folder = {
        .what = subscribed ? "SUBSCRIBE" : "UNSUBSCRIBE",
        .queue = subscribed ? queue_subscribe : queue_unsubscribe,
        .change = { .event = MGW_AUDIT_FOLDER_SUBSCRIBED, .mode = subscribed ? "add" : "remove", .folder = name },
    };
    return change_folder(&folder, gateway, account, options, error);
}
