/* SPDX-License-Identifier: MIT */
/*
 * An IMAP engine over one connection. A session belongs to one thread at a time. After any failure other than a
 * command's refusal it can only be closed.
 */
#ifndef MGW_SESSION_IMAP_SESSION_H
#define MGW_SESSION_IMAP_SESSION_H

#include "imap/engine.h"
#include "net/conn.h"
#include "session/pool.h"

typedef struct mgw_imap_session mgw_imap_session;

/*
 * Connects, logs in, and reads the server's capabilities anew. On failure *session is NULL; *login is told in every
 * case. Errors as mgw_conn_open().
 */
smgw_status mgw_imap_session_open(mgw_imap_session **session, const mgw_conn_target *target, const mgw_wait *wait,
    mgw_login *login, smgw_error *error);

/* For queueing commands; their events come from the two functions below. */
mgw_imap *mgw_imap_session_engine(mgw_imap_session *session);

/* Gives the next event, and waits for it. Its views live until the next call. */
smgw_status mgw_imap_session_next(
    mgw_imap_session *session, const mgw_wait *wait, mgw_imap_event *event, smgw_error *error);

/*
 * Likewise, but returns without an event, *given false, once bytes have moved: for a caller who has octets to give as
 * soon as the output has room.
 */
smgw_status mgw_imap_session_step(
    mgw_imap_session *session, const mgw_wait *wait, mgw_imap_event *event, bool *given, smgw_error *error);

/* The error for a command that was refused, in the server's own words; they are printable but untrusted. */
smgw_status mgw_imap_refusal(const char *what, const mgw_imap_done *done, smgw_error *error);

/*
 * Takes an event; anything but SMGW_OK ends mgw_imap_session_run(), which returns it. The handler has then set the
 * error.
 */
typedef smgw_status (*mgw_imap_handler)(void *context, const mgw_imap_event *event, smgw_error *error);

/*
 * Hands every event to `handler` (may be NULL) until the command `last` is done. A command that is refused ends it
 * likewise once all that was queued is done: its status is returned, with "<what>: " and the server's words in the
 * error.
 */
smgw_status mgw_imap_session_run(mgw_imap_session *session, const char *what, uint32_t last, const mgw_wait *wait,
    mgw_imap_handler handler, void *context, smgw_error *error);

/* Says LOGOUT within the limits of `wait` where the session is idle, and closes. `wait` NULL: closes at once. */
void mgw_imap_session_close(mgw_imap_session *session, const mgw_wait *wait);

/* For the pool: probes with NOOP. */
extern const mgw_session_kind mgw_imap_session_kind;

#endif
