/* SPDX-License-Identifier: MIT */
#include "net/conn.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/error.h"
#include "net/opening.h"

#include <poll.h>
#include <pthread.h>

struct mgw_conn {
    CURLM *multi;
    CURL *curl;
    curl_socket_t socket;
};

static pthread_once_t curl_once = PTHREAD_ONCE_INIT;
static CURLcode curl_ready = CURLE_FAILED_INIT;

static void init_curl(void)
{
    curl_ready = curl_global_init(CURL_GLOBAL_DEFAULT);
}

smgw_status mgw_net_init(smgw_error *error)
{
    pthread_once(&curl_once, init_curl);
    if (curl_ready != CURLE_OK)
        return mgw_error_set(error, SMGW_ERR_CONFIG, "libcurl", "libcurl cannot be initialised");
    const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);
    if (info->version_num < 0x075800)
        return mgw_error_set(
            error, SMGW_ERR_CONFIG, "libcurl", "libcurl %s is too old: 7.88.0 is needed", info->version);
    mgw_bytes backend = mgw_bytes_str(info->ssl_version);
    if (!mgw_bytes_starts_with_fold(backend, MGW_LIT("OpenSSL/")))
        return mgw_error_set(error, SMGW_ERR_CONFIG, "libcurl", "libcurl is built with %s: its OpenSSL build is needed",
            backend.len > 0 ? backend.data : "no TLS");
    return SMGW_OK;
}

static smgw_status status_of(CURLcode code)
{
    switch (code) {
    case CURLE_LOGIN_DENIED:
    case CURLE_AUTH_ERROR:
        return SMGW_ERR_AUTH;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_ENGINE_INITFAILED:
    case CURLE_USE_SSL_FAILED:
        return SMGW_ERR_TLS;
    case CURLE_OPERATION_TIMEDOUT:
        return SMGW_ERR_TIMEOUT;
    case CURLE_ABORTED_BY_CALLBACK:
        return SMGW_ERR_CANCELLED;
    case CURLE_OUT_OF_MEMORY:
        return SMGW_ERR_NO_MEMORY;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_PROXY:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
        return SMGW_ERR_NETWORK;
    default:
        return SMGW_ERR_PROTOCOL;
    }
}

/* IMAP has no reply codes. An SMTP reply that is no refusal answered EHLO: there was no method to try. */
static const char *login_failure_text(const mgw_login_proof *proof)
{
    if (proof->last_code > 0 && proof->last_code < 400)
        return "the server offers no login of the account's kind";
    return mgw_login_proof_put_off(proof) ? "the server puts off the login" : "the server refuses the login";
}

/* A login that is put off is no wrong password. */
static smgw_status login_failure(const mgw_opening *opening, smgw_error *error)
{
    const mgw_login_proof *proof = &opening->proof;
    smgw_status status = mgw_login_proof_put_off(proof) ? SMGW_ERR_TEMPORARY : SMGW_ERR_AUTH;
    mgw_error_set(error, status, NULL, "%s: %s", opening->target->host, login_failure_text(proof));
    if (error != NULL && proof->last_code >= 400)
        error->server_code = proof->last_code;
    return status;
}

/* The server said no before there was a login to refuse. */
static smgw_status early_refusal(const mgw_opening *opening, smgw_error *error)
{
    int code = opening->proof.last_code;
    smgw_status status = code < 500 ? SMGW_ERR_TEMPORARY : SMGW_ERR_PERMANENT;
    mgw_error_set(error, status, NULL, "%s: the server refuses the connection: %d", opening->target->host, code);
    if (error != NULL)
        error->server_code = code;
    return status;
}

/* libcurl's own words are shown for the network and TLS only: there they repeat nothing that the server said. */
static smgw_status open_failure(const mgw_opening *opening, CURLcode code, mgw_login *login, smgw_error *error)
{
    smgw_status status = status_of(code);
    if (status == SMGW_ERR_AUTH) {
        *login = MGW_LOGIN_REFUSED;
        return login_failure(opening, error);
    }
    if ((status == SMGW_ERR_PROTOCOL || status == SMGW_ERR_NETWORK) && opening->proof.last_code >= 400)
        return early_refusal(opening, error);
    if (status == SMGW_ERR_PROTOCOL && opening->proof.bye)
        return mgw_error_set(error, SMGW_ERR_NETWORK, NULL, "%s: the server ended the session", opening->target->host);
    bool own_words = (status == SMGW_ERR_TLS || status == SMGW_ERR_NETWORK) && opening->text[0] != '\0';
    return mgw_error_set(error, status, NULL, "%s port %u: %s", opening->target->host, (unsigned)opening->target->port,
        own_words ? opening->text : curl_easy_strerror(code));
}

/* SMGW_OK while the connecting may go on. */
static smgw_status check_limits(const mgw_opening *opening, const mgw_wait *wait, smgw_error *error)
{
    smgw_status status = mgw_wait_check(wait, error);
    if (status == SMGW_OK && mgw_clock_now() - opening->last_line > wait->idle_ns)
        status = mgw_error_set(error, SMGW_ERR_TIMEOUT, NULL, "%s: the server says nothing", opening->target->host);
    return status;
}

/*
 * Drives libcurl until it is done; *code is its verdict where the status is SMGW_OK. curl_easy_perform() would sleep
 * for a second at a time, too long for the caller's progress function.
 */
static smgw_status perform(
    mgw_conn *conn, const mgw_opening *opening, const mgw_wait *wait, CURLcode *code, smgw_error *error)
{
    if (curl_multi_add_handle(conn->multi, conn->curl) != CURLM_OK)
        return mgw_error_status(error, SMGW_ERR_NO_MEMORY);
    int running = 1;
    smgw_status status = SMGW_OK;
    while (status == SMGW_OK && curl_multi_perform(conn->multi, &running) == CURLM_OK && running > 0) {
        curl_multi_poll(conn->multi, NULL, 0, MGW_NET_SLICE_MS, NULL);
        status = check_limits(opening, wait, error);
    }
    int left = 0;
    const CURLMsg *message = curl_multi_info_read(conn->multi, &left);
    *code = message != NULL ? message->data.result : CURLE_FAILED_INIT;
    return status;
}

static smgw_status connect_and_prove(
    mgw_conn *conn, mgw_opening *opening, const mgw_wait *wait, mgw_login *login, smgw_error *error)
{
    CURLcode code = mgw_opening_configure(conn->curl, opening, wait);
    smgw_status status = code == CURLE_OK ? perform(conn, opening, wait, &code, error) : SMGW_OK;
    if (status != SMGW_OK)
        return status;
    if (code == CURLE_OK)
        code = curl_easy_getinfo(conn->curl, CURLINFO_ACTIVESOCKET, &conn->socket);
    if (code != CURLE_OK)
        return open_failure(opening, code, login, error);
    bool proven = mgw_login_proof_holds(&opening->proof);
    *login = proven ? MGW_LOGIN_ACCEPTED : MGW_LOGIN_REFUSED;
    if (!proven)
        return mgw_error_set(error, SMGW_ERR_AUTH, NULL, "%s: the server confirmed no login", opening->target->host);
    return conn->socket != CURL_SOCKET_BAD ? SMGW_OK : mgw_error_status(error, SMGW_ERR_NETWORK);
}

smgw_status mgw_conn_open(
    mgw_conn **conn, const mgw_conn_target *target, const mgw_wait *wait, mgw_login *login, smgw_error *error)
{
    *conn = NULL;
    *login = MGW_LOGIN_NOT_TRIED;
    mgw_conn *opened = mgw_calloc(1, sizeof *opened);
    if (opened == NULL)
        return mgw_error_status(error, SMGW_ERR_NO_MEMORY);
    *opened = (mgw_conn){ curl_multi_init(), curl_easy_init(), CURL_SOCKET_BAD };
    mgw_opening opening = { .target = target, .last_line = mgw_clock_now() };
    mgw_login_proof_init(&opening.proof, target->protocol == MGW_PROTOCOL_SMTP);
    smgw_status status = SMGW_ERR_NO_MEMORY;
    if (opened->multi != NULL && opened->curl != NULL)
        status = connect_and_prove(opened, &opening, wait, login, error);
    else
        mgw_error_status(error, status);
    if (opened->curl != NULL)
        mgw_opening_detach(opened->curl);
    if (status != SMGW_OK) {
        mgw_conn_close(opened);
        return status;
    }
    *conn = opened;
    return SMGW_OK;
}

void mgw_conn_close(mgw_conn *conn)
{
    if (conn == NULL)
        return;
    if (conn->multi != NULL && conn->curl != NULL)
        curl_multi_remove_handle(conn->multi, conn->curl);
    curl_easy_cleanup(conn->curl);
    curl_multi_cleanup(conn->multi);
    mgw_free(conn);
}

/* Sleeps until a direction is free, at most a slice; the limits are checked on both sides of the sleep by the caller.
 */
static smgw_status wait_for_socket(
    const mgw_conn *conn, bool to_send, uint64_t idle_end, const mgw_wait *wait, smgw_error *error)
{
    smgw_status status = mgw_wait_check(wait, error);
    if (status != SMGW_OK)
        return status;
    uint64_t now = mgw_clock_now();
    if (now >= idle_end)
        return mgw_error_set(error, SMGW_ERR_TIMEOUT, NULL, "the server neither sends nor takes a byte");
    int left = mgw_deadline_left_ms(now, wait->deadline < idle_end ? wait->deadline : idle_end);
    struct pollfd descriptor = { conn->socket, (short)(POLLIN | (to_send ? POLLOUT : 0)), 0 };
    poll(&descriptor, 1, left < MGW_NET_SLICE_MS ? left : MGW_NET_SLICE_MS);
    return SMGW_OK;
}

static smgw_status receive_some(mgw_conn *conn, char *in, size_t size, size_t *received, smgw_error *error)
{
    CURLcode code = curl_easy_recv(conn->curl, in, size, received);
    if (code == CURLE_AGAIN) {
        *received = 0;
        return SMGW_OK;
    }
    if (code != CURLE_OK || *received == 0) {
        *received = 0;
        return mgw_error_set(error, SMGW_ERR_NETWORK, NULL, "the server closed the connection");
    }
    return SMGW_OK;
}

static smgw_status send_some(mgw_conn *conn, mgw_bytes out, size_t *sent, smgw_error *error)
{
    CURLcode code = curl_easy_send(conn->curl, out.data, out.len, sent);
    if (code == CURLE_AGAIN) {
        *sent = 0;
        return SMGW_OK;
    }
    if (code != CURLE_OK) {
        *sent = 0;
        return mgw_error_set(error, SMGW_ERR_NETWORK, NULL, "the connection broke while sending");
    }
    return SMGW_OK;
}

/* Where the peer takes no more, what it said last may tell why. */
static smgw_status send_or_listen(
    mgw_conn *conn, mgw_bytes out, size_t *sent, char *in, size_t size, size_t *received, smgw_error *error)
{
    smgw_status status = send_some(conn, out, sent, error);
    if (status != SMGW_OK)
        (void)receive_some(conn, in, size, received, NULL);
    return status;
}

smgw_status mgw_conn_move(mgw_conn *conn, mgw_bytes out, size_t *sent, char *in, size_t size, size_t *received,
    const mgw_wait *wait, smgw_error *error)
{
    *sent = 0;
    *received = 0;
    smgw_status status = SMGW_OK;
    uint64_t idle_end = mgw_clock_now() + wait->idle_ns;
    while (status == SMGW_OK) {
        status = receive_some(conn, in, size, received, error);
        if (status == SMGW_OK && *received == 0 && out.len > 0)
            status = send_or_listen(conn, out, sent, in, size, received, error);
        if (status != SMGW_OK || *received > 0 || *sent > 0)
            break;
        status = wait_for_socket(conn, out.len > 0, idle_end, wait, error);
    }
    if (status == SMGW_OK)
        status = mgw_wait_check(wait, error);
    return status;
}

bool mgw_conn_is_quiet(mgw_conn *conn)
{
    char byte;
    size_t received = 0;
    return curl_easy_recv(conn->curl, &byte, 1, &received) == CURLE_AGAIN;
}
