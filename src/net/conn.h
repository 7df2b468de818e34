/* SPDX-License-Identifier: MIT */
/*
 * One authenticated TLS connection to a mail server. libcurl connects and logs in (CURLOPT_CONNECT_ONLY); the bytes
 * after that are the caller's. docs/decisions/0001-connect-only.md tells why.
 *
 * A connection belongs to one thread at a time. After any error other than from mgw_conn_open() it can only be closed.
 */
#ifndef MGW_NET_CONN_H
#define MGW_NET_CONN_H

#include "base/bytes.h"
#include "net/wait.h"

#include "simplemailgw/account.h"

typedef enum mgw_protocol { MGW_PROTOCOL_IMAP, MGW_PROTOCOL_SMTP } mgw_protocol;

/* The name we give in EHLO. A client behind NAT has no truer one, and its host name is nobody's business. */
#define MGW_EHLO_NAME "localhost"

/* Where to connect and how to log in. Every field was checked when the configuration was read. */
typedef struct mgw_conn_target {
    mgw_protocol protocol;
    const char *host; /* Host name or IP address, without brackets. */
    uint16_t port;
    smgw_tls tls; /* SMGW_TLS_IMPLICIT or SMGW_TLS_STARTTLS. */
    smgw_auth auth;
    const char *username;
    const char
        *secret;       /* Password or bearer token, as `auth` says. libcurl keeps a copy until the connection closes. */
    mgw_bytes ca_pem;  /* Certificates of the trusted authorities; data NULL: those of the system. */
    const char *proxy; /* NULL: none, whatever the environment says. */
} mgw_conn_target;

typedef struct mgw_conn mgw_conn;

/* What became of the login, whatever became of the connection: each is to be audited. */
typedef enum mgw_login {
    MGW_LOGIN_NOT_TRIED,
    MGW_LOGIN_ACCEPTED,
    MGW_LOGIN_REFUSED /* For good or for now, or never confirmed. */
} mgw_login;

/*
 * Makes libcurl ready, once for the process. SMGW_ERR_CONFIG where the libcurl that is loaded is not an OpenSSL build
 * or too old, SMGW_ERR_NO_MEMORY.
 */
smgw_status mgw_net_init(smgw_error *error);

/*
 * Connects, begins TLS, verifies the server and logs in. The proof of login is looked for in what the server said:
 * without it the connection is closed. On failure `*conn` is NULL; *login is told in every case. SMGW_ERR_AUTH,
 * SMGW_ERR_TLS, SMGW_ERR_NETWORK, SMGW_ERR_TIMEOUT, SMGW_ERR_CANCELLED, SMGW_ERR_TEMPORARY and SMGW_ERR_PERMANENT with
 * the reply's code, SMGW_ERR_PROTOCOL, SMGW_ERR_NO_MEMORY. The error holds no word of the server's and no secret.
 */
smgw_status mgw_conn_open(
    mgw_conn **conn, const mgw_conn_target *target, const mgw_wait *wait, mgw_login *login, smgw_error *error);

/* Closes at once, without a goodbye. NULL is allowed. */
void mgw_conn_close(mgw_conn *conn);

/*
 * Moves bytes in whichever direction is possible, and waits only when neither is: receives up to `size` bytes into
 * `in`, else sends from `out`. One loop over this drives an engine and cannot deadlock with a peer that stops reading.
 * On SMGW_OK at least one of *sent and *received is not 0; on failure they still count what did move.
 * SMGW_ERR_NETWORK also when the peer has closed; SMGW_ERR_TIMEOUT, SMGW_ERR_CANCELLED.
 */
smgw_status mgw_conn_move(mgw_conn *conn, mgw_bytes out, size_t *sent, char *in, size_t size, size_t *received,
    const mgw_wait *wait, smgw_error *error);

/* True where nothing has arrived and the peer has not closed: an idle connection that may be used again. */
bool mgw_conn_is_quiet(mgw_conn *conn);

#endif
