/* SPDX-License-Identifier: MIT */
#include "simplemailgw/mailbox.h"

#include "base/error.h"
#include "gateway/imap_call.h"

void smgw_folder_counts_init(smgw_folder_counts *counts)
{
    *counts = (smgw_folder_counts)SMGW_FOLDER_COUNTS_INIT;
}

static smgw_status note_counts(void *context, const mgw_imap_event *event, smgw_error *error)
{
    (void)error;
    mgw_imap_counts *counts = context;
    if (event->type == MGW_IMAP_STATUS)
        *counts = event->counts;
    return SMGW_OK;
}

static smgw_status ask_counts(mgw_imap_call *call, const char *folder, mgw_imap_counts *counts, smgw_error *error)
{
    uint32_t what = MGW_IMAP_COUNT_ALL & ~(uint32_t)MGW_IMAP_COUNT_APPENDLIMIT;
    uint32_t needed = MGW_IMAP_COUNT_MESSAGES | MGW_IMAP_COUNT_UNSEEN;
    uint32_t command = 0;
    smgw_status status = mgw_imap_folder_status(call->engine, mgw_bytes_str(folder), what, &command);
    if (status != SMGW_OK)
        return mgw_error_set(error, status, "folder", "folder: %s", smgw_status_text(status));
    status = mgw_imap_session_run(call->session, "STATUS", command, &call->wait, note_counts, counts, error);
    if (status == SMGW_ERR_PERMANENT)
        return mgw_error_set(error, SMGW_ERR_NOT_FOUND, "folder", "folder: the server cannot count it");
    if (status == SMGW_OK && (counts->has & needed) != needed)
        return mgw_error_set(error, SMGW_ERR_PROTOCOL, "folder", "folder: the server does not say what is in it");
    return status;
}

smgw_status smgw_folder_status(smgw_gateway *gateway, const char *account, const char *folder,
    const smgw_call_options *options, smgw_folder_counts *counts, smgw_error *error)
{
    smgw_status status = mgw_check_folder(folder, error);
    if (status != SMGW_OK)
        return status;
    if (counts->struct_size != sizeof *counts)
        return mgw_error_rule(error, SMGW_ERR_INVALID, "counts.struct_size", SMGW_RULE_RANGE);
    mgw_imap_call call;
    mgw_imap_counts found = { .has = 0 };
    status = mgw_imap_call_begin(&call, gateway, account, options, error);
    if (status == SMGW_OK)
        status = ask_counts(&call, folder, &found, error);
    mgw_imap_call_end(&call);
    if (status != SMGW_OK)
        return status;
    *counts = (smgw_folder_counts){
        .struct_size = sizeof *counts,
        .messages = found.messages,
        .unseen = found.unseen,
        .uidnext = found.uidnext,
        .uidvalidity = found.uidvalidity,
        .has_size = (found.has & MGW_IMAP_COUNT_SIZE) != 0,
        .size = found.size,
        .highestmodseq = found.highestmodseq,
    };
    return SMGW_OK;
}
