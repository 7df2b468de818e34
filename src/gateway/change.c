/* SPDX-License-Identifier: MIT */
#include "gateway/change.h"

#include "base/error.h"

static void audit_facts(
    mgw_audit_record *record, const mgw_change *change, const mgw_imap_call *call, const char *outcome)
{
    mgw_audit_begin(record, call->gateway->audit, change->event, mgw_bytes_str(call->account->config->name));
    mgw_audit_str(record, "outcome", mgw_bytes_str(outcome));
    if (change->mode != NULL)
        mgw_audit_str(record, "mode", mgw_bytes_str(change->mode));
    mgw_audit_str(record, "folder", mgw_bytes_str(change->folder));
    if (change->destination != NULL)
        mgw_audit_str(record, "destination", mgw_bytes_str(change->destination));
    if (change->count == 0)
        return;
    mgw_audit_u64(record, "uidvalidity", change->uidvalidity);
    mgw_audit_u64(record, "count", change->count);
}

smgw_status mgw_change_begin(const mgw_change *change, const mgw_imap_call *call, smgw_error *error)
{
    mgw_audit_record record;
    audit_facts(&record, change, call, "attempted");
    return mgw_audit_commit(&record, error);
}

static const char *outcome_of(const mgw_change *change, smgw_status status)
{
    if (status == SMGW_ERR_UNKNOWN)
        return "unknown";
    if (change->partial)
        return "partial";
    return status == SMGW_OK ? "done" : "failed";
}

void mgw_change_end(const mgw_change *change, const mgw_imap_call *call, smgw_status status)
{
    mgw_audit_record record;
    audit_facts(&record, change, call, outcome_of(change, status));
    if (status != SMGW_OK)
        mgw_audit_str(&record, "reason", mgw_bytes_str(smgw_status_text(status)));
    (void)mgw_audit_commit(&record, NULL);
}

smgw_status mgw_change_run(
    mgw_imap_call *call, const char *what, uint32_t command, mgw_imap_handler handler, void *context, smgw_error *error)
{
    smgw_status status = mgw_imap_session_run(call->session, what, command, &call->wait, handler, context, error);
    if (status == SMGW_OK || !mgw_imap_command_left(call->engine, command))
        return status;
    return mgw_error_set(
        error, SMGW_ERR_UNKNOWN, NULL, "%s was sent and not answered: %s", what, smgw_status_text(status));
}
