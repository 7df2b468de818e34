/* SPDX-License-Identifier: MIT */
#include "gateway/imap_call.h"

#include "base/clock.h"
#include "base/error.h"
#include "gateway/connect.h"

#include "simplemailgw/sanitize.h"

smgw_status mgw_imap_call_begin(mgw_imap_call *call, smgw_gateway *gateway, const char *account,
    const smgw_call_options *options, smgw_error *error)
{
    *call = (mgw_imap_call){ .gateway = gateway };
    smgw_status status = mgw_wait_start(&call->wait, options, error);
    if (status == SMGW_OK)
        status = mgw_gateway_find_account(gateway, account, MGW_PROTOCOL_IMAP, &call->account, error);
    if (status == SMGW_OK)
        status = mgw_gateway_take_token(gateway, call->account, MGW_PROTOCOL_IMAP, options, &call->wait, error);
    if (status == SMGW_OK)
        status = mgw_gateway_imap(gateway, call->account, &call->wait, &call->session, error);
    if (status == SMGW_OK)
        call->engine = mgw_imap_session_engine(call->session);
    return status;
}

void mgw_imap_call_end(mgw_imap_call *call)
{
    if (call->account != NULL)
        mgw_pool_put(&call->account->imap_pool, call->session, mgw_clock_now());
    call->session = NULL;
}

smgw_status mgw_check_folder(const char *folder, smgw_error *error)
{
    smgw_rule rule = smgw_sanitize_folder_name_str(folder);
    return rule == SMGW_RULE_OK ? SMGW_OK : mgw_error_rule(error, SMGW_ERR_INVALID, "folder", rule);
}

smgw_status mgw_check_ref(const smgw_ref *ref, smgw_error *error)
{
    if (ref->folder == NULL)
        return mgw_error_rule(error, SMGW_ERR_INVALID, "folder", SMGW_RULE_EMPTY);
    if (ref->uid == 0)
        return mgw_error_rule(error, SMGW_ERR_INVALID, "uid", SMGW_RULE_RANGE);
    if (ref->uidvalidity == 0)
        return mgw_error_rule(error, SMGW_ERR_INVALID, "uidvalidity", SMGW_RULE_RANGE);
    return mgw_check_folder(ref->folder, error);
}

static smgw_status note_uidvalidity(void *context, const mgw_imap_event *event, smgw_error *error)
{
    (void)error;
    uint32_t *uidvalidity = context;
    if (event->type == MGW_IMAP_MAILBOX)
        *uidvalidity = event->mailbox.uidvalidity;
    return SMGW_OK;
}

smgw_status mgw_imap_call_open(mgw_imap_call *call, const char *folder, uint32_t *command, smgw_error *error)
{
    smgw_status status = mgw_imap_examine(call->engine, mgw_bytes_str(folder), command);
    return status == SMGW_OK ? SMGW_OK : mgw_error_set(error, status, "folder", "folder: %s", smgw_status_text(status));
}

smgw_status mgw_imap_call_opened(mgw_imap_call *call, uint32_t command, uint32_t *uidvalidity, smgw_error *error)
{
    *uidvalidity = 0;
    smgw_status status =
        mgw_imap_session_run(call->session, "EXAMINE", command, &call->wait, note_uidvalidity, uidvalidity, error);
    /* Servers need not say why (RFC 3501 section 6.3.2); that there is no such folder is what they nearly always mean.
     */
    if (status == SMGW_ERR_PERMANENT)
        return mgw_error_set(error, SMGW_ERR_NOT_FOUND, "folder", "folder: the server cannot open it");
    if (status == SMGW_OK && *uidvalidity == 0)
        return mgw_error_set(error, SMGW_ERR_UNSUPPORTED, "folder", "folder: the server gives it no UIDVALIDITY");
    return status;
}

smgw_status mgw_imap_call_open_ref(mgw_imap_call *call, const smgw_ref *ref, smgw_error *error)
{
    uint32_t command = 0;
    uint32_t uidvalidity = 0;
    smgw_status status = mgw_imap_call_open(call, ref->folder, &command, error);
    if (status == SMGW_OK)
        status = mgw_imap_call_opened(call, command, &uidvalidity, error);
    if (status == SMGW_OK && uidvalidity != ref->uidvalidity)
        status = mgw_error_status(error, SMGW_ERR_STALE);
    return status;
}

smgw_status mgw_no_such_message(smgw_error *error)
{
    return mgw_error_set(error, SMGW_ERR_NOT_FOUND, "uid", "uid: the folder has no such message");
}
