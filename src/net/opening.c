/* SPDX-License-Identifier: MIT */
#include "net/opening.h"

#include "base/buf.h"
#include "base/clock.h"
#include "net/tls.h"

/* An option is worth nothing unless libcurl took it: the first refusal ends the row. */
#define SET(curl, code, option, value)                                                                                 \
    do {                                                                                                               \
        if ((code) == CURLE_OK)                                                                                        \
            (code) = curl_easy_setopt(curl, option, value);                                                            \
    } while (0)

static size_t on_server_line(char *data, size_t size, size_t count, void *context)
{
    mgw_opening *opening = context;
    opening->last_line = mgw_clock_now();
    mgw_login_proof_line(&opening->proof, mgw_bytes_of(data, size * count));
    return size * count;
}

static CURLcode on_tls_context(CURL *curl, void *ssl_ctx, void *context)
{
    (void)curl;
    mgw_opening *opening = context;
    mgw_login_proof_restart(&opening->proof);
    return mgw_tls_harden(ssl_ctx, opening->target->host) ? CURLE_OK : CURLE_SSL_CONNECT_ERROR;
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
    CURLcode code = text != NULL ? CURLE_OK : CURLE_OUT_OF_MEMORY;
    SET(curl, code, CURLOPT_URL, text);
    mgw_buf_free(&url);
    SET(curl, code, CURLOPT_PROTOCOLS_STR, scheme_of(target));
    /* The empty string, unlike NULL, keeps the proxy variables of the environment out. */
    SET(curl, code, CURLOPT_PROXY, target->proxy != NULL ? target->proxy : "");
    SET(curl, code, CURLOPT_NOPROXY, "");
    SET(curl, code, CURLOPT_CONNECT_ONLY, 1L);
    SET(curl, code, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    return code;
}

static CURLcode set_login(CURL *curl, const mgw_conn_target *target)
{
    static const char *const methods[] = {
        [SMGW_AUTH_PASSWORD] = "AUTH=PLAIN;AUTH=LOGIN",
        [SMGW_AUTH_XOAUTH2] = "AUTH=XOAUTH2",
        [SMGW_AUTH_OAUTHBEARER] = "AUTH=OAUTHBEARER",
    };
    CURLcode code = CURLE_OK;
    SET(curl, code, CURLOPT_LOGIN_OPTIONS, methods[target->auth]);
    SET(curl, code, CURLOPT_USERNAME, target->username);
    if (target->auth == SMGW_AUTH_PASSWORD)
        SET(curl, code, CURLOPT_PASSWORD, target->secret);
    else
        SET(curl, code, CURLOPT_XOAUTH2_BEARER, target->secret);
    SET(curl, code, CURLOPT_SASL_IR, 1L);
    return code;
}

/* The authorities replace the system's, those of the default directory too. */
static CURLcode set_authorities(CURL *curl, mgw_bytes pem)
{
    struct curl_blob blob = { (void *)(uintptr_t)pem.data, pem.len, CURL_BLOB_COPY };
    CURLcode code = CURLE_OK;
    SET(curl, code, CURLOPT_CAINFO_BLOB, &blob);
    SET(curl, code, CURLOPT_CAPATH, NULL);
    return code;
}

static CURLcode set_tls(CURL *curl, mgw_opening *opening)
{
    CURLcode code = CURLE_OK;
    SET(curl, code, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
    SET(curl, code, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    SET(curl, code, CURLOPT_SSL_VERIFYPEER, 1L);
    SET(curl, code, CURLOPT_SSL_VERIFYHOST, 2L);
    SET(curl, code, CURLOPT_SSL_SESSIONID_CACHE, 0L);
    SET(curl, code, CURLOPT_SSL_CTX_FUNCTION, on_tls_context);
    SET(curl, code, CURLOPT_SSL_CTX_DATA, opening);
    if (code == CURLE_OK && opening->target->ca_pem.data != NULL)
        code = set_authorities(curl, opening->target->ca_pem);
    return code;
}

/* libcurl sees the deadline only as a whole; silence is measured by the caller, from the callback here. */
static CURLcode set_limits(CURL *curl, mgw_opening *opening, const mgw_wait *wait)
{
    int left_ms = mgw_deadline_left_ms(mgw_clock_now(), wait->deadline);
    long total = left_ms > 0 ? left_ms : 1;
    CURLcode code = CURLE_OK;
    SET(curl, code, CURLOPT_TIMEOUT_MS, total);
    SET(curl, code, CURLOPT_CONNECTTIMEOUT_MS, total);
    SET(curl, code, CURLOPT_SERVER_RESPONSE_TIMEOUT, total / 1000 + 1);
    SET(curl, code, CURLOPT_NOSIGNAL, 1L);
    /* A resolver that hangs is left behind, instead of being waited for. */
    SET(curl, code, CURLOPT_QUICK_EXIT, 1L);
    SET(curl, code, CURLOPT_HEADERFUNCTION, on_server_line);
    SET(curl, code, CURLOPT_HEADERDATA, opening);
    SET(curl, code, CURLOPT_ERRORBUFFER, opening->text);
    return code;
}

CURLcode mgw_opening_configure(CURL *curl, mgw_opening *opening, const mgw_wait *wait)
{
    CURLcode code = set_address(curl, opening->target);
    if (code == CURLE_OK)
        code = set_login(curl, opening->target);
    if (code == CURLE_OK)
        code = set_tls(curl, opening);
    return code == CURLE_OK ? set_limits(curl, opening, wait) : code;
}

void mgw_opening_detach(CURL *curl)
{
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, NULL);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, NULL);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, NULL);
    curl_easy_setopt(curl, CURLOPT_SSL_CTX_FUNCTION, NULL);
    curl_easy_setopt(curl, CURLOPT_SSL_CTX_DATA, NULL);
    /* Bounds what libcurl may still say goodbye with. */
    curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, 2L);
}
