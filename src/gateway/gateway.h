/* SPDX-License-Identifier: MIT */
/*
 * The inside of a gateway, and what its public calls share: finding the account, the limits, the sessions.
 */
#ifndef MGW_GATEWAY_GATEWAY_H
#define MGW_GATEWAY_GATEWAY_H

#include "audit/audit.h"
#include "config/config.h"
#include "net/wait.h"
#include "policy/whitelist.h"
#include "session/imap_session.h"
#include "session/pool.h"
#include "session/smtp_session.h"
#include "workspace/workspace.h"

#include "simplemailgw/gateway.h"
#include "simplemailgw/rate_limiter.h"

/* What an account has at run time. */
typedef struct mgw_gateway_account {
    const mgw_account *config;
    smgw_rate_limiter *imap_limiter;
    smgw_rate_limiter *smtp_limiter;
    mgw_pool imap_pool;
    mgw_pool smtp_pool;
} mgw_gateway_account;

struct smgw_gateway {
    mgw_config *config;
    mgw_whitelist *whitelist;
    mgw_audit *audit;
    mgw_workspace *workspace;      /* NULL: none. */
    mgw_gateway_account *accounts; /* As many as config->account_count, in its order. */
};

/* Makes a gateway from a configuration, which it owns from now on, also on failure. */
smgw_status mgw_gateway_from_config(smgw_gateway **gateway, mgw_config *config, smgw_error *error);

/*
 * The account of that name, which must have a server for the protocol. SMGW_ERR_NOT_FOUND, SMGW_ERR_INVALID with field
 * "account". No bucket exists for a name that is no account's.
 */
smgw_status mgw_gateway_find_account(
    smgw_gateway *gateway, const char *name, mgw_protocol protocol, mgw_gateway_account **account, smgw_error *error);

/* Takes one token, waiting at most as long as both the options and `wait` allow. A refusal is audited. */
smgw_status mgw_gateway_take_token(smgw_gateway *gateway, mgw_gateway_account *account, mgw_protocol protocol,
    const smgw_call_options *options, mgw_wait *wait, smgw_error *error);

#endif
