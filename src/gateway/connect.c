/* SPDX-License-Identifier: MIT */
#include "gateway/connect.h"

#include "base/clock.h"
#include "base/error.h"

static mgw_conn_target target_of(const mgw_account *account, mgw_protocol protocol)
{
    const mgw_endpoint *endpoint = protocol == MGW_PROTOCOL_IMAP ? &account->imap : &account->smtp;
    return (mgw_conn_target){
        .protocol = protocol,
        .host = endpoint->host,
        .port = endpoint->port,
        .tls = endpoint->tls,
        .auth = account->auth,
        .username = account->username,
        .secret = mgw_secret_str(&account->secret),
        .ca_file = account->ca_file,
        .proxy = account->proxy,
    };
}

static smgw_status audit_login(
    smgw_gateway *gateway, const mgw_account *account, mgw_protocol protocol, mgw_audit_event event, smgw_error *error)
{
    const mgw_endpoint *endpoint = protocol == MGW_PROTOCOL_IMAP ? &account->imap : &account->smtp;
    static const char *const methods[] = { "password", "xoauth2", "oauthbearer" };
    mgw_audit_record record;
    mgw_audit_begin(&record, gateway->audit, event, mgw_bytes_str(account->name));
    mgw_audit_str(&record, "protocol", protocol == MGW_PROTOCOL_IMAP ? MGW_LIT("imap") : MGW_LIT("smtp"));
    mgw_audit_str(&record, "host", mgw_bytes_str(endpoint->host));
    mgw_audit_str(&record, "method", mgw_bytes_str(methods[account->auth]));
    return mgw_audit_commit(&record, error);
}

/* Audits what opening a session came to; a login that cannot be audited is not used. */
static smgw_status after_open(
    smgw_gateway *gateway, const mgw_account *account, mgw_protocol protocol, smgw_status opened, smgw_error *error)
{
    if (opened == SMGW_ERR_AUTH)
        (void)audit_login(gateway, account, protocol, MGW_AUDIT_AUTH_FAILURE, NULL);
    if (opened != SMGW_OK)
        return opened;
    return audit_login(gateway, account, protocol, MGW_AUDIT_AUTH_SUCCESS, error);
}

smgw_status mgw_gateway_imap(smgw_gateway *gateway, mgw_gateway_account *account, const mgw_wait *wait,
    mgw_imap_session **session, smgw_error *error)
{
    if (!account->config->imap.present)
        return mgw_error_set(error, SMGW_ERR_INVALID, "account", "account: it has no IMAP server");
    *session = mgw_pool_take(&account->imap_pool, mgw_clock_now(), wait);
    if (*session != NULL)
        return SMGW_OK;
    mgw_conn_target target = target_of(account->config, MGW_PROTOCOL_IMAP);
    smgw_status status = mgw_imap_session_open(session, &target, wait, error);
    status = after_open(gateway, account->config, MGW_PROTOCOL_IMAP, status, error);
    if (status != SMGW_OK) {
        mgw_imap_session_close(*session, NULL);
        *session = NULL;
    }
    return status;
}

smgw_status mgw_gateway_smtp(smgw_gateway *gateway, mgw_gateway_account *account, const mgw_wait *wait,
    mgw_smtp_session **session, smgw_error *error)
{
    if (!account->config->smtp.present)
        return mgw_error_set(error, SMGW_ERR_INVALID, "account", "account: it has no SMTP server");
    *session = mgw_pool_take(&account->smtp_pool, mgw_clock_now(), wait);
    if (*session != NULL)
        return SMGW_OK;
    mgw_conn_target target = target_of(account->config, MGW_PROTOCOL_SMTP);
    smgw_status status = mgw_smtp_session_open(session, &target, wait, error);
    status = after_open(gateway, account->config, MGW_PROTOCOL_SMTP, status, error);
    if (status != SMGW_OK) {
        mgw_smtp_session_close(*session, NULL);
        *session = NULL;
    }
    return status;
}
