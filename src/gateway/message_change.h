/* SPDX-License-Identifier: MIT */
/*
 * Changes of messages as rows of steps: each set of UIDs goes through all the steps before the next set does, so that
 * what a failure leaves behind is at most one set half way.
 */
#ifndef MGW_GATEWAY_MESSAGE_CHANGE_H
#define MGW_GATEWAY_MESSAGE_CHANGE_H

#include "gateway/change.h"
#include "gateway/uid_sets.h"

#include "simplemailgw/mailbox.h"

typedef struct mgw_message_change mgw_message_change;

/* One command for a set of UIDs. */
typedef struct mgw_step {
    const char *what; /* Names it in a refusal. */
    smgw_status (*queue)(mgw_message_change *change, mgw_bytes set, uint32_t *command);
} mgw_step;

enum { MGW_MAX_STEPS = 3, MGW_MAX_CHANGED = 10000 };

struct mgw_message_change {
    const smgw_messages *messages;
    mgw_change change; /* `folder`, `uidvalidity` and `count` are filled in from `messages`. */
    const mgw_imap_flag_change *marks;
    bool opens_read_only; /* The folder itself does not change. */
    bool stays_marked;    /* With all steps done the change is still partial. */
    smgw_change result;
    mgw_uid_sets sets;
    mgw_imap_call call;
    mgw_imap_mailbox mailbox; /* The open folder. */
    mgw_step steps[MGW_MAX_STEPS];
    size_t step_count;
    char trash[MGW_IMAP_MAX_NAME + 1]; /* "" where it was not looked for. */
};

/* Decides on the steps once the folder is open, or refuses; it may read from the server, but changes nothing. */
typedef smgw_status (*mgw_plan_fn)(mgw_message_change *change, smgw_error *error);

/*
 * Checks `messages`, then: token, session, `prepare` (may be NULL), the folder and its UIDVALIDITY, `plan`, the record,
 * the steps, the record. The result is in change->result on failure too.
 */
smgw_status mgw_change_messages(mgw_message_change *change, smgw_gateway *gateway, const char *account,
    mgw_plan_fn prepare, mgw_plan_fn plan, const smgw_call_options *options, smgw_error *error);

#endif
