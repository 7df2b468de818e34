/* SPDX-License-Identifier: MIT */
#include "session/smtp_session.h"

#include "base/alloc.h"
#include "base/error.h"

enum { INPUT_SIZE = 4096, BODY_SIZE = 32768 };

struct mgw_smtp_session {
    mgw_conn *conn;
    mgw_smtp *engine;
    char input[INPUT_SIZE];
    char body[BODY_SIZE];
};

static void dispose(mgw_smtp_session *session)
{
    mgw_conn_close(session->conn);
    mgw_smtp_free(session->engine);
    mgw_free(session);
}

/*
 * Moves bytes once. What left is reported before what arrived, and both before any failure: the outcome hangs on it.
 */
static smgw_status move(mgw_smtp_session *session, const mgw_wait *wait, smgw_error *error)
{
    size_t sent = 0;
    size_t received = 0;
    smgw_status status = mgw_conn_move(session->conn, mgw_smtp_output(session->engine), &sent, session->input,
        sizeof session->input, &received, wait, error);
    mgw_smtp_sent(session->engine, sent);
    smgw_status fed = received > 0 ? mgw_smtp_feed(session->engine, session->input, received) : SMGW_OK;
    if (fed != SMGW_OK)
        return mgw_error_set(error, fed, NULL, "the server ended the session or broke the protocol");
    return status;
}

/* Until the server has answered all there is to answer. */
static smgw_status settle(mgw_smtp_session *session, const mgw_wait *wait, smgw_error *error)
{
    smgw_status status = SMGW_OK;
    while (status == SMGW_OK && mgw_smtp_get_state(session->engine) == MGW_SMTP_WAITING)
        status = move(session, wait, error);
    return status;
}

/* A refusal of the server's, in its own words; they are printable but untrusted. */
static void describe(const mgw_smtp_result *result, smgw_error *error)
{
    if (error == NULL)
        return;
    if (result->outcome == SMGW_UNKNOWN)
        mgw_error_set(error, result->status, NULL, "the message left whole but the server never confirmed it");
    else if (result->code != 0)
        mgw_error_set(error, result->status, NULL, "%s refused: %d %s", result->command, result->code, result->text);
    error->outcome = result->outcome;
    error->server_code = result->code;
    mgw_copy_printable(error->enhanced_code, sizeof error->enhanced_code, result->enhanced, strlen(result->enhanced));
}

static smgw_status greet(
    mgw_smtp_session *session, const mgw_conn_target *target, const mgw_wait *wait, mgw_login *login, smgw_error *error)
{
    session->engine = mgw_smtp_new(NULL);
    if (session->engine == NULL)
        return mgw_error_status(error, SMGW_ERR_NO_MEMORY);
    smgw_status status = mgw_conn_open(&session->conn, target, wait, login, error);
    if (status != SMGW_OK)
        return status;
    status = mgw_smtp_ehlo(session->engine, MGW_LIT(MGW_EHLO_NAME));
    if (status != SMGW_OK)
        return mgw_error_status(error, status);
    status = settle(session, wait, error);
    if (status != SMGW_OK)
        describe(mgw_smtp_get_result(session->engine), error);
    return status;
}

smgw_status mgw_smtp_session_open(mgw_smtp_session **session, const mgw_conn_target *target, const mgw_wait *wait,
    mgw_login *login, smgw_error *error)
{
    *session = NULL;
    *login = MGW_LOGIN_NOT_TRIED;
    mgw_smtp_session *opened = mgw_calloc(1, sizeof *opened);
    if (opened == NULL)
        return mgw_error_status(error, SMGW_ERR_NO_MEMORY);
    smgw_status status = greet(opened, target, wait, login, error);
    if (status != SMGW_OK) {
        dispose(opened);
        return status;
    }
    *session = opened;
    return SMGW_OK;
}

static smgw_status probe(void *kept, const mgw_wait *wait, smgw_error *error)
{
    mgw_smtp_session *session = kept;
    if (!mgw_conn_is_quiet(session->conn))
        return mgw_error_status(error, SMGW_ERR_NETWORK);
    smgw_status status = mgw_smtp_rset(session->engine);
    return status == SMGW_OK ? settle(session, wait, error) : mgw_error_status(error, status);
}

static smgw_status drain(mgw_smtp_session *session, const mgw_wait *wait, smgw_error *error)
{
    smgw_status status = SMGW_OK;
    while (status == SMGW_OK && mgw_smtp_output(session->engine).len > 0)
        status = move(session, wait, error);
    return status;
}

/* The message, piece by piece, as long as the server listens. */
static smgw_status send_body(mgw_smtp_session *session, mgw_builder *body, mgw_wait *wait, smgw_error *error)
{
    size_t len = 0;
    do {
        smgw_status status = mgw_builder_read(body, session->body, sizeof session->body, &len, error);
        if (status == SMGW_OK && len > 0)
            status = mgw_smtp_body(session->engine, session->body, len);
        if (status == SMGW_OK)
            status = drain(session, wait, error);
        if (status != SMGW_OK)
            return status;
        wait->done += len;
    } while (len > 0 && mgw_smtp_get_state(session->engine) == MGW_SMTP_NEED_BODY);
    return len == 0 ? mgw_smtp_body_end(session->engine) : SMGW_OK;
}

/* From the envelope, which waits in the output, to the last reply. */
static smgw_status transact(mgw_smtp_session *session, mgw_builder *body, mgw_wait *wait, smgw_error *error)
{
    smgw_status status = settle(session, wait, error);
    if (status == SMGW_OK && mgw_smtp_get_state(session->engine) == MGW_SMTP_NEED_BODY)
        status = send_body(session, body, wait, error);
    return status == SMGW_OK ? settle(session, wait, error) : status;
}

static bool is_idle(const void *kept)
{
    const mgw_smtp_session *session = kept;
    mgw_smtp_state state = mgw_smtp_get_state(session->engine);
    return state == MGW_SMTP_READY || state == MGW_SMTP_DONE;
}

smgw_status mgw_smtp_session_send(mgw_smtp_session *session, const mgw_smtp_envelope *envelope, mgw_builder *body,
    mgw_wait *wait, mgw_smtp_result *result, smgw_error *error)
{
    smgw_status status = mgw_smtp_begin(session->engine, envelope);
    if (status != SMGW_OK) {
        *result = (mgw_smtp_result){
            .outcome = SMGW_NOT_SENT, .status = status, .command = "MAIL", .refused_recipient = SIZE_MAX
        };
        return mgw_error_status(error, status);
    }
    mgw_error_status(error, SMGW_OK);
    status = transact(session, body, wait, error);
    if (status != SMGW_OK && !is_idle(session))
        mgw_smtp_connection_lost(session->engine, status);
    *result = *mgw_smtp_get_result(session->engine);
    if (result->status == SMGW_OK)
        return SMGW_OK;
    if (error != NULL && error->status == SMGW_OK)
        mgw_error_status(error, result->status);
    describe(result, error);
    return result->status;
}

void mgw_smtp_session_close(mgw_smtp_session *session, const mgw_wait *wait)
{
    if (session == NULL)
        return;
    if (wait != NULL && is_idle(session) && mgw_smtp_quit(session->engine) == SMGW_OK)
        (void)settle(session, wait, NULL);
    dispose(session);
}

static void end(void *kept, const mgw_wait *wait)
{
    mgw_smtp_session_close(kept, wait);
}

const mgw_session_kind mgw_smtp_session_kind = { is_idle, probe, end };
