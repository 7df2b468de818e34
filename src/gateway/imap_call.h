/* SPDX-License-Identifier: MIT */
/*
 * What every call over IMAP has in common: it finds the account, takes a token, holds a session, opens the folder.
 *
 *     check the inputs of the call itself, then
 *     status = mgw_imap_call_begin(&call, gateway, account, options, error);
 *     ... commands on call.session ...
 *     mgw_imap_call_end(&call);       in every case
 */
#ifndef MGW_GATEWAY_IMAP_CALL_H
#define MGW_GATEWAY_IMAP_CALL_H

#include "gateway/gateway.h"

#include "simplemailgw/fetch.h"

typedef struct mgw_imap_call {
    smgw_gateway *gateway;
    mgw_gateway_account *account;
    mgw_imap_session *session; /* NULL where begin failed. */
    mgw_imap *engine;          /* Of the session. */
    mgw_wait wait;
} mgw_imap_call;

smgw_status mgw_imap_call_begin(mgw_imap_call *call, smgw_gateway *gateway, const char *account,
    const smgw_call_options *options, smgw_error *error);
void mgw_imap_call_end(mgw_imap_call *call);

/* The folder and numbers of a reference, before any token is taken. */
smgw_status mgw_check_folder(const char *folder, smgw_error *error);
smgw_status mgw_check_ref(const smgw_ref *ref, smgw_error *error);

/*
 * Queues the opening of a folder for call. Commands that depend on it may be queued before mgw_imap_call_opened()
 * waits for the answer, so that they travel together; after a refusal they have to be awaited all the same.
 */
smgw_status mgw_imap_call_open(mgw_imap_call *call, const char *folder, uint32_t *command, smgw_error *error);

/* SMGW_ERR_NOT_FOUND where the server refuses to open the folder for good; SMGW_ERR_UNSUPPORTED without a UIDVALIDITY.
 */
smgw_status mgw_imap_call_opened(mgw_imap_call *call, uint32_t command, uint32_t *uidvalidity, smgw_error *error);

/*
 * Opens the folder of `ref` for reading; SMGW_ERR_STALE where its UIDVALIDITY is no longer that of the reference.
 */
smgw_status mgw_imap_call_open_ref(mgw_imap_call *call, const smgw_ref *ref, smgw_error *error);

/* The error for a reference whose message is not there. */
smgw_status mgw_no_such_message(smgw_error *error);

#endif
