/* SPDX-License-Identifier: MIT */
/*
 * Sessions for an account: an idle one that still lives, else a new one. Every login is audited, accepted or refused.
 */
#ifndef MGW_GATEWAY_CONNECT_H
#define MGW_GATEWAY_CONNECT_H

#include "gateway/gateway.h"

/* Errors of the session's opening, SMGW_ERR_AUDIT, SMGW_ERR_CANCELLED. On failure *session is NULL. */
smgw_status mgw_gateway_imap(smgw_gateway *gateway, mgw_gateway_account *account, const mgw_wait *wait,
    mgw_imap_session **session, smgw_error *error);
smgw_status mgw_gateway_smtp(smgw_gateway *gateway, mgw_gateway_account *account, const mgw_wait *wait,
    mgw_smtp_session **session, smgw_error *error);

#endif
