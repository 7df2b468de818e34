/* SPDX-License-Identifier: MIT */
#include "gateway/message_change.h"

#include "base/error.h"

static smgw_status check_messages(const smgw_messages *messages, smgw_error *error)
{
    if (messages->folder == NULL)
        return mgw_error_rule(error, SMGW_ERR_INVALID, "folder", SMGW_RULE_EMPTY);
    if (messages->uidvalidity == 0)
        return mgw_error_rule(error, SMGW_ERR_INVALID, "uidvalidity", SMGW_RULE_RANGE);
    if (messages->uids == NULL || messages->count == 0)
        return mgw_error_rule(error, SMGW_ERR_INVALID, "uids", SMGW_RULE_EMPTY);
    if (messages->count > MGW_MAX_CHANGED)
        return mgw_error_rule(error, SMGW_ERR_INVALID, "uids", SMGW_RULE_COUNT);
    for (size_t i = 0; i < messages->count; i++)
        if (messages->uids[i] == 0)
            return mgw_error_rule(error, SMGW_ERR_INVALID, "uids", SMGW_RULE_RANGE);
    return mgw_check_folder(messages->folder, error);
}

static smgw_status note_mailbox(void *context, const mgw_imap_event *event, smgw_error *error)
{
    (void)error;
    mgw_imap_mailbox *mailbox = context;
    if (event->type == MGW_IMAP_MAILBOX)
        *mailbox = event->mailbox;
    return SMGW_OK;
}

static smgw_status open_folder(mgw_message_change *change, smgw_error *error)
{
    mgw_bytes folder = mgw_bytes_str(change->messages->folder);
    mgw_imap *engine = change->call.engine;
    uint32_t command = 0;
    smgw_status status = change->opens_read_only ? mgw_imap_examine(engine, folder, &command)
                                                 : mgw_imap_select(engine, folder, &command);
    if (status != SMGW_OK)
        return mgw_error_set(error, status, "folder", "folder: %s", smgw_status_text(status));
    status = mgw_imap_session_run(
        change->call.session, "SELECT", command, &change->call.wait, note_mailbox, &change->mailbox, error);
    if (status == SMGW_ERR_PERMANENT)
        return mgw_error_set(error, SMGW_ERR_NOT_FOUND, "folder", "folder: the server cannot open it");
    return status;
}

/*
 * What the folder says of itself. A UID that is still to be given out names no message yet, but might while the steps
 * run: it would be removed without having been copied.
 */
static smgw_status check_opened(const mgw_message_change *change, smgw_error *error)
{
    const mgw_imap_mailbox *mailbox = &change->mailbox;
    if (mailbox->uidvalidity == 0)
        return mgw_error_set(error, SMGW_ERR_UNSUPPORTED, "folder", "folder: the server gives it no UIDVALIDITY");
    if (mailbox->uidvalidity != change->messages->uidvalidity)
        return mgw_error_status(error, SMGW_ERR_STALE);
    if (mailbox->read_only && !change->opens_read_only)
        return mgw_error_set(error, SMGW_ERR_PERMANENT, "folder", "folder: the server opens it for reading only");
    if (mailbox->uidnext != 0 && mgw_uid_sets_last(&change->sets) >= mailbox->uidnext)
        return mgw_no_such_message(error);
    return SMGW_OK;
}

/* Where the server says the messages are now; it cannot have taken more than it was given. */
static smgw_status note_copied(void *context, const mgw_imap_event *event, smgw_error *error)
{
    (void)error;
    mgw_message_change *change = context;
    if (event->type != MGW_IMAP_DONE || event->done.copied.uidvalidity == 0)
        return SMGW_OK;
    const mgw_imap_copied *copied = &event->done.copied;
    if (copied->count > change->sets.count - change->result.count)
        return SMGW_OK;
    mgw_imap_uid_cursor there = mgw_imap_uid_cursor_of(copied->to);
    change->result.uidvalidity = copied->uidvalidity;
    change->result.count += copied->count;
    change->result.uid = 0;
    if (change->result.count == 1)
        (void)mgw_imap_uid_cursor_next(&there, &change->result.uid);
    return SMGW_OK;
}

static smgw_status take_step(mgw_message_change *change, const mgw_step *step, mgw_bytes set, smgw_error *error)
{
    uint32_t command = 0;
    smgw_status status = step->queue(change, set, &command);
    if (status != SMGW_OK)
        return mgw_error_set(error, status, NULL, "%s: %s", step->what, smgw_status_text(status));
    return mgw_change_run(&change->call, step->what, command, note_copied, change, error);
}

static smgw_status take_all_steps(mgw_message_change *change, smgw_error *error)
{
    mgw_bytes set;
    bool some_done = false;
    while (mgw_uid_sets_next(&change->sets, &set)) {
        for (size_t i = 0; i < change->step_count; i++) {
            smgw_status status = take_step(change, &change->steps[i], set, error);
            if (status != SMGW_OK) {
                change->change.partial = some_done;
                return status;
            }
            some_done = true;
        }
    }
    change->change.partial = change->stays_marked;
    return SMGW_OK;
}

static smgw_status carry_out(mgw_message_change *change, smgw_error *error)
{
    smgw_status status = mgw_change_begin(&change->change, &change->call, error);
    if (status != SMGW_OK)
        return status;
    status = take_all_steps(change, error);
    change->result.partial = change->change.partial;
    mgw_change_end(&change->change, &change->call, status);
    return status;
}

static smgw_status run(mgw_message_change *change, mgw_plan_fn prepare, mgw_plan_fn plan, smgw_error *error)
{
    smgw_status status = prepare != NULL ? prepare(change, error) : SMGW_OK;
    if (status == SMGW_OK)
        status = open_folder(change, error);
    if (status == SMGW_OK)
        status = check_opened(change, error);
    if (status == SMGW_OK)
        status = plan(change, error);
    return status == SMGW_OK ? carry_out(change, error) : status;
}

smgw_status mgw_change_messages(mgw_message_change *change, smgw_gateway *gateway, const char *account,
    mgw_plan_fn prepare, mgw_plan_fn plan, const smgw_call_options *options, smgw_error *error)
{
    change->result = (smgw_change)SMGW_CHANGE_INIT;
    smgw_status status = check_messages(change->messages, error);
    if (status != SMGW_OK)
        return status;
    change->change.folder = change->messages->folder;
    change->change.uidvalidity = change->messages->uidvalidity;
    status = mgw_uid_sets_init(&change->sets, change->messages->uids, change->messages->count);
    if (status != SMGW_OK) {
        mgw_uid_sets_free(&change->sets);
        return mgw_error_status(error, status);
    }
    change->change.count = change->sets.count;
    status = mgw_imap_call_begin(&change->call, gateway, account, options, error);
    if (status == SMGW_OK)
        status = run(change, prepare, plan, error);
    mgw_imap_call_end(&change->call);
    mgw_uid_sets_free(&change->sets);
    return status;
}
