/* SPDX-License-Identifier: MIT */
#include "session/imap_session.h"

#include "base/alloc.h"
#include "base/error.h"

#include <openssl/rand.h>

enum { INPUT_SIZE = 32768 };

struct mgw_imap_session {
    mgw_conn *conn;
    mgw_imap *engine;
    bool broken;
    size_t start; /* input[start..end) has arrived and was not fed yet. */
    size_t end;
    char input[INPUT_SIZE];
};

static void dispose(mgw_imap_session *session)
{
    mgw_conn_close(session->conn);
    mgw_imap_free(session->engine);
    mgw_free(session);
}

static smgw_status make_engine(mgw_imap_session *session, smgw_error *error)
{
    unsigned char seed[MGW_IMAP_TAG_SEED_LEN];
    if (RAND_bytes(seed, sizeof seed) != 1)
        return mgw_error_set(error, SMGW_ERR_IO, NULL, "no random bytes");
    smgw_status status = mgw_imap_new(&session->engine, NULL, seed);
    return status == SMGW_OK ? SMGW_OK : mgw_error_status(error, status);
}

static smgw_status start(
    mgw_imap_session *session, const mgw_conn_target *target, const mgw_wait *wait, mgw_login *login, smgw_error *error)
{
    smgw_status status = make_engine(session, error);
    if (status == SMGW_OK)
        status = mgw_conn_open(&session->conn, target, wait, login, error);
    if (status != SMGW_OK)
        return status;
    uint32_t command = 0;
    status = mgw_imap_capability(session->engine, &command);
    if (status != SMGW_OK)
        return mgw_error_status(error, status);
    return mgw_imap_session_run(session, "CAPABILITY", command, wait, NULL, NULL, error);
}

smgw_status mgw_imap_session_open(mgw_imap_session **session, const mgw_conn_target *target, const mgw_wait *wait,
    mgw_login *login, smgw_error *error)
{
    *session = NULL;
    *login = MGW_LOGIN_NOT_TRIED;
    mgw_imap_session *opened = mgw_calloc(1, sizeof *opened);
    if (opened == NULL)
        return mgw_error_status(error, SMGW_ERR_NO_MEMORY);
    smgw_status status = start(opened, target, wait, login, error);
    if (status != SMGW_OK) {
        dispose(opened);
        return status;
    }
    *session = opened;
    return SMGW_OK;
}

mgw_imap *mgw_imap_session_engine(mgw_imap_session *session)
{
    return session->engine;
}

/* What the server said before it went may tell why it went: that is heard first, and the next move fails again. */
static smgw_status move(mgw_imap_session *session, const mgw_wait *wait, smgw_error *error)
{
    size_t sent = 0;
    size_t received = 0;
    smgw_error detail = SMGW_ERROR_INIT;
    smgw_status status = mgw_conn_move(session->conn, mgw_imap_output(session->engine), &sent, session->input,
        sizeof session->input, &received, wait, &detail);
    mgw_imap_sent(session->engine, sent);
    session->start = 0;
    session->end = received;
    if (status == SMGW_ERR_NETWORK && received > 0)
        return SMGW_OK;
    if (status != SMGW_OK && error != NULL)
        *error = detail;
    return status;
}

static smgw_status feed(mgw_imap_session *session, smgw_error *error)
{
    size_t used = 0;
    smgw_status status =
        mgw_imap_feed(session->engine, session->input + session->start, session->end - session->start, &used);
    session->start += used;
    return status == SMGW_OK ? SMGW_OK : mgw_error_set(error, status, NULL, "%s", mgw_imap_failure(session->engine));
}

/* Feeds what has arrived, or else moves bytes. */
static smgw_status step(mgw_imap_session *session, const mgw_wait *wait, smgw_error *error)
{
    smgw_status status = mgw_imap_status(session->engine);
    if (status != SMGW_OK)
        return mgw_error_set(error, status, NULL, "%s", mgw_imap_failure(session->engine));
    return session->start < session->end ? feed(session, error) : move(session, wait, error);
}

smgw_status mgw_imap_session_next(
    mgw_imap_session *session, const mgw_wait *wait, mgw_imap_event *event, smgw_error *error)
{
    smgw_status status = session->broken ? mgw_error_status(error, SMGW_ERR_NETWORK) : SMGW_OK;
    while (status == SMGW_OK && !mgw_imap_next(session->engine, event))
        status = step(session, wait, error);
    session->broken |= status != SMGW_OK;
    return status;
}

smgw_status mgw_imap_session_step(
    mgw_imap_session *session, const mgw_wait *wait, mgw_imap_event *event, bool *given, smgw_error *error)
{
    *given = !session->broken && mgw_imap_next(session->engine, event);
    if (*given)
        return SMGW_OK;
    smgw_status status = session->broken ? mgw_error_status(error, SMGW_ERR_NETWORK) : step(session, wait, error);
    session->broken |= status != SMGW_OK;
    return status;
}

smgw_status mgw_imap_refusal(const char *what, const mgw_imap_done *done, smgw_error *error)
{
    char text[200];
    mgw_copy_printable(text, sizeof text, done->text.data, done->text.len);
    return mgw_error_set(error, done->status, NULL, "%s refused: %s", what, text);
}

smgw_status mgw_imap_session_run(mgw_imap_session *session, const char *what, uint32_t last, const mgw_wait *wait,
    mgw_imap_handler handler, void *context, smgw_error *error)
{
    smgw_status refused = SMGW_OK;
    mgw_imap_event event = { .command = 0 };
    do {
        smgw_status status = mgw_imap_session_next(session, wait, &event, error);
        bool is_refusal = status == SMGW_OK && event.type == MGW_IMAP_DONE && event.done.status != SMGW_OK;
        if (is_refusal && refused == SMGW_OK)
            refused = mgw_imap_refusal(what, &event.done, error);
        if (status == SMGW_OK && refused == SMGW_OK && handler != NULL)
            status = handler(context, &event, error);
        if (status != SMGW_OK) {
            session->broken = true;
            return status;
        }
    } while (event.type != MGW_IMAP_DONE || event.command != last);
    return refused;
}

static smgw_status probe(void *kept, const mgw_wait *wait, smgw_error *error)
{
    mgw_imap_session *session = kept;
    if (session->start < session->end || !mgw_conn_is_quiet(session->conn))
        return mgw_error_status(error, SMGW_ERR_NETWORK);
    uint32_t command = 0;
    smgw_status status = mgw_imap_noop(session->engine, &command);
    if (status != SMGW_OK)
        return mgw_error_status(error, status);
    return mgw_imap_session_run(session, "NOOP", command, wait, NULL, NULL, error);
}

static bool is_idle(const void *kept)
{
    const mgw_imap_session *session = kept;
    return !session->broken && mgw_imap_pending(session->engine) == 0 && mgw_imap_status(session->engine) == SMGW_OK;
}

void mgw_imap_session_close(mgw_imap_session *session, const mgw_wait *wait)
{
    if (session == NULL)
        return;
    uint32_t command = 0;
    if (wait != NULL && is_idle(session) && mgw_imap_logout(session->engine, &command) == SMGW_OK)
        (void)mgw_imap_session_run(session, "LOGOUT", command, wait, NULL, NULL, NULL);
    dispose(session);
}

static void end(void *kept, const mgw_wait *wait)
{
    mgw_imap_session_close(kept, wait);
}

const mgw_session_kind mgw_imap_session_kind = { is_idle, probe, end };
