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
        .ca_pem = account->ca_pem,
        .proxy = account->proxy,
    };
}

static smgw_status audit_login(smgw_gateway *gateway, const mgw_account *account, mgw_protocol protocol,
    mgw_audit_event event, smgw_status reason, smgw_error *error)
{
    const mgw_endpoint *endpoint = protocol == MGW_PROTOCOL_IMAP ? &account->imap : &account->smtp;
    static const char *const methods[] = { "password", "xoauth2", "oauthbearer" };
    mgw_audit_record record;
    mgw_audit_begin(&record, gateway->audit, event, mgw_bytes_str(account->name));
    mgw_audit_str(&record, "protocol", protocol == MGW_PROTOCOL_IMAP ? MGW_LIT("imap") : MGW_LIT("smtp"));
    mgw_audit_str(&record, "host", mgw_bytes_str(endpoint->host));
    mgw_audit_str(&record, "method", mgw_bytes_str(methods[account->auth]));
    if (reason != SMGW_OK)
        mgw_audit_str(&record, "reason", mgw_bytes_str(smgw_status_text(reason)));
    return mgw_audit_commit(&record, error);
}

/* A login is audited whatever comes after it; one that cannot be audited is not used. */
static smgw_status after_open(smgw_gateway *gateway, const mgw_account *account, mgw_protocol protocol, mgw_login login,
    smgw_status opened, smgw_error *error)
{
    if (login == MGW_LOGIN_REFUSED)
        (void)audit_login(gateway, account, protocol, MGW_AUDIT_AUTH_FAILURE, opened, NULL);
    if (login != MGW_LOGIN_ACCEPTED)
        return opened;
    smgw_error *own_error = opened == SMGW_OK ? error : NULL;
    smgw_status audited = audit_login(gateway, account, protocol, MGW_AUDIT_AUTH_SUCCESS, SMGW_OK, own_error);
    return opened == SMGW_OK ? audited : opened;
}

smgw_status mgw_gateway_imap(smgw_gateway *gateway, mgw_gateway_account *account, const mgw_wait *wait,
    mgw_imap_session **session, smgw_error *error)
{
    void *kept = NULL;
    smgw_status status = mgw_pool_take(&account->imap_pool, mgw_clock_now(), wait, &kept, error);
    *session = kept;
    if (status != SMGW_OK || kept != NULL)
        return status;
    mgw_login login;
    mgw_conn_target target = target_of(account->config, MGW_PROTOCOL_IMAP);
    status = mgw_imap_session_open(session, &target, wait, &login, error);
    status = after_open(gateway, account->config, MGW_PROTOCOL_IMAP, login, status, error);
    if (status != SMGW_OK) {
        mgw_imap_session_close(*session, NULL);
        *session = NULL;
    }
    return status;
}

smgw_status mgw_gateway_smtp(smgw_gateway *gateway, mgw_gateway_account *account, const mgw_wait *wait,
    mgw_smtp_session **session, smgw_error *error)
{
    void *kept = NULL;
    smgw_status status = mgw_pool_take(&account->smtp_pool, mgw_clock_now(), wait, &kept, error);
    *session = kept;
    if (status != SMGW_OK || kept != NULL)
        return status;
    mgw_login login;
    mgw_conn_target target = target_of(account->config, MGW_PROTOCOL_SMTP);
    status = mgw_smtp_session_open(session, &target, wait, &login, error);
    status = after_open(gateway, account->config, MGW_PROTOCOL_SMTP, login, status, error);
    if (status != SMGW_OK) {
        mgw_smtp_session_close(*session, NULL);
        *session = NULL;
    }
    return status;
}
