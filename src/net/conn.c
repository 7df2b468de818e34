/* SPDX-License-Identifier: MIT */
#include "net/conn.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "net/login_proof.h"
#include "net/tls.h"

#include <curl/curl.h>
#include <poll.h>
#include <pthread.h>

/* The caller's progress function is asked at least this often. */
enum { POLL_SLICE_MS = 200 };

struct mgw_conn {
    CURLM *multi; /* Holds `curl` from the opening to the close: there libcurl keeps the connection. */
    CURL *curl;
    curl_socket_t socket;
};

/* What the callbacks of libcurl need while it connects. */
typedef struct opening {
    const mgw_conn_target *target;
    const mgw_wait *wait;
    mgw_login_proof proof;
    bool tls_refused;
    bool cancelled;
    char curl_text[CURL_ERROR_SIZE];
} opening;

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

static size_t on_server_line(char *data, size_t size, size_t count, void *context)
{
    opening *state = context;
    mgw_login_proof_line(&state->proof, mgw_bytes_of(data, size * count));
    return size * count;
}

static CURLcode on_tls_context(CURL *curl, void *ssl_ctx, void *context)
{
    (void)curl;
    opening *state = context;
    mgw_login_proof_restart(&state->proof);
    state->tls_refused = !mgw_tls_harden(ssl_ctx, state->target->host);
    return state->tls_refused ? CURLE_SSL_CONNECT_ERROR : CURLE_OK;
}

static int on_progress(void *context, curl_off_t dl_total, curl_off_t dl_now, curl_off_t ul_total, curl_off_t ul_now)
{
    (void)dl_total, (void)dl_now, (void)ul_total, (void)ul_now;
    opening *state = context;
    state->cancelled = mgw_wait_check(state->wait, NULL) == SMGW_ERR_CANCELLED;
    return state->cancelled ? 1 : 0;
}

static const char *scheme_of(const mgw_conn_target *target)
{
    bool implicit = target->tls == SMGW_TLS_IMPLICIT;
    if (target->protocol == MGW_PROTOCOL_IMAP)
        return implicit ? "imaps" : "imap";
    return implicit ? "smtps" : "smtp";
}

/* In SMTP the path of the URL is the EHLO name. */
static const char *build_url(mgw_buf *url, const mgw_conn_target *target)
{
    bool is_ipv6 = strchr(target->host, ':') != NULL;
    mgw_buf_add_str(url, scheme_of(target));
    mgw_buf_add_str(url, is_ipv6 ? "://[" : "://");
    mgw_buf_add_str(url, target->host);
    mgw_buf_add_str(url, is_ipv6 ? "]:" : ":");
    mgw_buf_add_u64(url, target->port);
    mgw_buf_add_str(url, target->protocol == MGW_PROTOCOL_SMTP ? "/" MGW_EHLO_NAME : "/");
    return mgw_buf_str(url);
}

static CURLcode set_address(CURL *curl, const mgw_conn_target *target)
{
    mgw_buf url = MGW_BUF_INIT(512);
    const char *text = build_url(&url, target);
    CURLcode code = text != NULL ? curl_easy_setopt(curl, CURLOPT_URL, text) : CURLE_OUT_OF_MEMORY;
    mgw_buf_free(&url);
    if (code == CURLE_OK)
        code = curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, scheme_of(target));
    /* The empty string, unlike NULL, keeps the proxy variables of the environment out. */
    if (code == CURLE_OK)
        code = curl_easy_setopt(curl, CURLOPT_PROXY, target->proxy != NULL ? target->proxy : "");
    if (code == CURLE_OK)
        code = curl_easy_setopt(curl, CURLOPT_NOPROXY, "");
    curl_easy_setopt(curl, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    return code;
}

static CURLcode set_login(CURL *curl, const mgw_conn_target *target)
{
    static const char *const login_options[] = {
        [SMGW_AUTH_PASSWORD] = "AUTH=PLAIN;AUTH=LOGIN",
        [SMGW_AUTH_XOAUTH2] = "AUTH=XOAUTH2",
        [SMGW_AUTH_OAUTHBEARER] = "AUTH=OAUTHBEARER",
    };
    CURLcode code = curl_easy_setopt(curl, CURLOPT_LOGIN_OPTIONS, login_options[target->auth]);
    if (code == CURLE_OK)
        code = curl_easy_setopt(curl, CURLOPT_USERNAME, target->username);
    CURLoption secret_option = target->auth == SMGW_AUTH_PASSWORD ? CURLOPT_PASSWORD : CURLOPT_XOAUTH2_BEARER;
    if (code == CURLE_OK)
        code = curl_easy_setopt(curl, secret_option, target->secret);
    curl_easy_setopt(curl, CURLOPT_SASL_IR, 1L);
    return code;
}

static CURLcode set_tls(CURL *curl, opening *state)
{
    curl_easy_setopt(curl, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(curl, CURLOPT_SSL_SESSIONID_CACHE, 0L);
    CURLcode code = curl_easy_setopt(curl, CURLOPT_SSL_CTX_FUNCTION, on_tls_context);
    if (code == CURLE_OK)
        code = curl_easy_setopt(curl, CURLOPT_SSL_CTX_DATA, state);
    if (code == CURLE_OK && state->target->ca_file != NULL) {
        /* The file replaces the system's authorities, those of the default directory too. */
        code = curl_easy_setopt(curl, CURLOPT_CAINFO, state->target->ca_file);
        curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
    }
    return code;
}

static void set_limits(CURL *curl, opening *state)
{
    int left_ms = mgw_deadline_left_ms(mgw_clock_now(), state->wait->deadline);
    uint64_t idle_ms = state->wait->idle_ns / MGW_NS_PER_MS;
    long total = left_ms > 0 ? left_ms : 1;
    long idle = idle_ms < (uint64_t)total ? (long)idle_ms : total;
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, total);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, idle);
    curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, (idle + 999) / 1000);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, state);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_server_line);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, state);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, state->curl_text);
}

static CURLcode configure(CURL *curl, opening *state)
{
    CURLcode code = set_address(curl, state->target);
    if (code == CURLE_OK)
        code = set_login(curl, state->target);
    if (code == CURLE_OK)
        code = set_tls(curl, state);
    set_limits(curl, state);
    return code;
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
static const char *login_failure_text(int code)
{
    if (code > 0 && code < 400)
        return "the server offers no login of the account's kind";
    return code >= 400 && code < 500 ? "the server puts off the login" : "the server refuses the login";
}

/* A login that the server puts off (4yz) is no wrong password. */
static smgw_status login_failure(const opening *state, smgw_error *error)
{
    int code = state->proof.last_code;
    smgw_status status = code >= 400 && code < 500 ? SMGW_ERR_TEMPORARY : SMGW_ERR_AUTH;
    mgw_error_set(error, status, NULL, "%s: %s", state->target->host, login_failure_text(code));
    if (error != NULL && code >= 400)
        error->server_code = code;
    return status;
}

/* libcurl's own words are shown for the network and TLS only: there they repeat nothing that the server said. */
static smgw_status open_failure(const opening *state, CURLcode code, smgw_error *error)
{
    smgw_status status = state->cancelled ? SMGW_ERR_CANCELLED : status_of(code);
    if (status == SMGW_ERR_AUTH)
        return login_failure(state, error);
    bool own_words = status == SMGW_ERR_TLS || status == SMGW_ERR_NETWORK;
    const char *text = own_words && state->curl_text[0] != '\0' ? state->curl_text : curl_easy_strerror(code);
    return mgw_error_set(error, status, NULL, "%s:%u: %s", state->target->host, (unsigned)state->target->port,
        status == SMGW_ERR_CANCELLED ? smgw_status_text(status) : text);
}

static CURLcode result_of(CURLM *multi)
{
    int more = 0;
    for (CURLMsg *message; (message = curl_multi_info_read(multi, &more)) != NULL;)
        if (message->msg == CURLMSG_DONE)
            return message->data.result;
    return CURLE_FAILED_INIT;
}

/* As curl_easy_perform(), which asks the caller's progress function but once a second. */
static CURLcode perform(mgw_conn *conn)
{
    int running = 1;
    CURLMcode code = curl_multi_add_handle(conn->multi, conn->curl);
    while (code == CURLM_OK && running > 0) {
        code = curl_multi_perform(conn->multi, &running);
        if (code == CURLM_OK && running > 0)
            code = curl_multi_poll(conn->multi, NULL, 0, POLL_SLICE_MS, NULL);
    }
    return code == CURLM_OK ? result_of(conn->multi) : CURLE_OUT_OF_MEMORY;
}

static smgw_status connect_and_prove(mgw_conn *conn, opening *state, smgw_error *error)
{
    CURLcode code = configure(conn->curl, state);
    if (code == CURLE_OK)
        code = perform(conn);
    if (code == CURLE_OK)
        code = curl_easy_getinfo(conn->curl, CURLINFO_ACTIVESOCKET, &conn->socket);
    if (code != CURLE_OK)
        return open_failure(state, code, error);
    if (!mgw_login_proof_holds(&state->proof))
        return mgw_error_set(error, SMGW_ERR_AUTH, NULL, "%s: the server confirmed no login", state->target->host);
    if (conn->socket == CURL_SOCKET_BAD)
        return mgw_error_status(error, SMGW_ERR_NETWORK);
    return SMGW_OK;
}

/* The callbacks and buffers of the opening are gone after it. */
static void detach(CURL *curl)
{
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 1L);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, NULL);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, NULL);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, NULL);
    curl_easy_setopt(curl, CURLOPT_SSL_CTX_DATA, NULL);
    curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, 2L);
}

smgw_status mgw_conn_open(mgw_conn **conn, const mgw_conn_target *target, const mgw_wait *wait, smgw_error *error)
{
    *conn = NULL;
    mgw_conn *opened = mgw_calloc(1, sizeof *opened);
    if (opened == NULL)
        return mgw_error_status(error, SMGW_ERR_NO_MEMORY);
    opened->socket = CURL_SOCKET_BAD;
    opened->multi = curl_multi_init();
    opened->curl = curl_easy_init();
    opening state = { .target = target, .wait = wait };
    mgw_login_proof_init(&state.proof, target->protocol == MGW_PROTOCOL_SMTP);
    smgw_status status =
        opened->curl != NULL ? connect_and_prove(opened, &state, error) : mgw_error_status(error, SMGW_ERR_NO_MEMORY);
    if (opened->curl != NULL)
        detach(opened->curl);
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
    poll(&descriptor, 1, left < POLL_SLICE_MS ? left : POLL_SLICE_MS);
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
            status = send_some(conn, out, sent, error);
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
