/* SPDX-License-Identifier: MIT */
/*
 * What every change has in common: a record before it, the command that is sent once, a record after it.
 *
 *     status = mgw_change_begin(&change, &call, error);
 *     if (status != SMGW_OK)
 *         return status;              nothing is changed without a record
 *     ... mgw_change_run() for each command ...
 *     mgw_change_end(&change, &call, status);
 */
#ifndef MGW_GATEWAY_CHANGE_H
#define MGW_GATEWAY_CHANGE_H

#include "gateway/imap_call.h"

/* The facts of both records; strings are borrowed. */
typedef struct mgw_change {
    mgw_audit_event event;
    const char *mode; /* How, such as "add"; NULL: there is one way only. */
    const char *folder;
    const char *destination; /* NULL: none. */
    uint32_t uidvalidity;
    size_t count; /* Messages; 0: it is the folder that changes. */
    bool partial; /* Some is done, and not all. */
} mgw_change;

/* Writes the record "attempted". */
smgw_status mgw_change_begin(const mgw_change *change, const mgw_imap_call *call, smgw_error *error);

/* Writes what came of it. What happened has happened: a record that cannot be written does not change that. */
void mgw_change_end(const mgw_change *change, const mgw_imap_call *call, smgw_status status);

/*
 * Waits for a queued command that changes something; `what` names it in a refusal. SMGW_ERR_UNKNOWN where the
 * connection ended, or the caller's patience, when the server could have done it.
 */
smgw_status mgw_change_run(mgw_imap_call *call, const char *what, uint32_t command, mgw_imap_handler handler,
    void *context, smgw_error *error);

#endif
