/* SPDX-License-Identifier: MIT */
/*
 * An SMTP engine over one connection. A session belongs to one thread at a time.
 */
#ifndef MGW_SESSION_SMTP_SESSION_H
#define MGW_SESSION_SMTP_SESSION_H

#include "mime/builder.h"
#include "net/conn.h"
#include "session/pool.h"
#include "smtp/engine.h"

typedef struct mgw_smtp_session mgw_smtp_session;

/*
 * Connects, logs in, and reads the server's capabilities anew. On failure *session is NULL; *login is told in every
 * case. Errors as mgw_conn_open().
 */
smgw_status mgw_smtp_session_open(mgw_smtp_session **session, const mgw_conn_target *target, const mgw_wait *wait,
    mgw_login *login, smgw_error *error);

/*
 * Sends one message. wait->done counts the octets of the message that were handed to the connection.
 * *result is filled in every case and tells the outcome; the returned status is result->status.
 */
smgw_status mgw_smtp_session_send(mgw_smtp_session *session, const mgw_smtp_envelope *envelope, mgw_builder *body,
    mgw_wait *wait, mgw_smtp_result *result, smgw_error *error);

/* Says QUIT within the limits of `wait` where the session is idle, and closes. `wait` NULL: closes at once. */
void mgw_smtp_session_close(mgw_smtp_session *session, const mgw_wait *wait);

/* For the pool: probes with RSET. */
extern const mgw_session_kind mgw_smtp_session_kind;

#endif
