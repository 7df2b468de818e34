/* SPDX-License-Identifier: MIT */
/**
 * @file account.h
 * A mail account: where its servers are and how it logs in. There is no plaintext connection and no way to switch the
 * verification of certificates off.
 */
#ifndef SIMPLEMAILGW_ACCOUNT_H
#define SIMPLEMAILGW_ACCOUNT_H

#include "common.h"

#ifdef __cplusplus
extern "C" {
#endif

/** How TLS begins (RFC 8314). */
typedef enum smgw_tls {
    SMGW_TLS_AUTO = 0, /**< By the port: IMAP on 143 STARTTLS, else implicit; SMTP on 465 implicit, else STARTTLS. */
    SMGW_TLS_IMPLICIT, /**< TLS from the first byte. */
    SMGW_TLS_STARTTLS  /**< STARTTLS, required; the connection ends where the server does not offer it. */
} smgw_tls;

/** How an account logs in. Only the named way is ever tried. */
typedef enum smgw_auth {
    SMGW_AUTH_PASSWORD = 0, /**< SASL PLAIN or, where the server offers only that, LOGIN; inside TLS. */
    SMGW_AUTH_XOAUTH2,      /**< SASL XOAUTH2 with a bearer token. */
    SMGW_AUTH_OAUTHBEARER   /**< SASL OAUTHBEARER with a bearer token (RFC 7628). */
} smgw_auth;

/**
 * One account. Strings are NUL-terminated UTF-8, copied when a gateway is made from them; the copies of password and
 * token live in locked memory that is wiped when the gateway ends. libcurl has a copy of its own, in ordinary memory,
 * while a connection is open. Wiping the caller's own strings is the caller's.
 */
typedef struct smgw_account {
    size_t struct_size;
    const char *name;         /**< How calls name it: 1 to 64 of A-Z a-z 0-9 . _ -, compared without case. */
    const char *address;      /**< The sender's mailbox; NULL: the user name, which must then be one. */
    const char *display_name; /**< The sender's display name; may be NULL. */
    const char *imap_host;    /**< Host name (A-labels) or IP address; NULL: the account cannot read. */
    uint16_t imap_port;       /**< 0: 993, or 143 with SMGW_TLS_STARTTLS. */
    smgw_tls imap_tls;
    const char *smtp_host;    /**< Host name (A-labels) or IP address; NULL: the account cannot send. */
    uint16_t smtp_port;       /**< 0: 587, or 465 with SMGW_TLS_IMPLICIT. */
    smgw_tls smtp_tls;
    smgw_auth auth;
    const char *username;
    const char *password;     /**< For SMGW_AUTH_PASSWORD; must be NULL otherwise. */
    const char *oauth2_token; /**< For the bearer methods; must be NULL otherwise. */
    const char *ca_file;      /**< PEM file of the trusted authorities, read when the gateway is made; NULL: the system's. */
    const char *proxy;        /**< "socks5h://host:port" or "http://host:port"; NULL: a direct connection. */
    uint32_t imap_requests_per_minute; /**< 1 or more. 0 is refused. */
    uint32_t smtp_sends_per_hour;      /**< 1 or more. 0 is refused. */
} smgw_account;

#define SMGW_ACCOUNT_INIT                                                                                   \
    { sizeof(smgw_account), NULL, NULL, NULL, NULL, 0, SMGW_TLS_AUTO, NULL, 0, SMGW_TLS_AUTO,               \
      SMGW_AUTH_PASSWORD, NULL, NULL, NULL, NULL, NULL, 60, 100 }

/** Writes SMGW_ACCOUNT_INIT; for callers that cannot use the macro. */
SMGW_API void smgw_account_init(smgw_account *account) SMGW_NONNULL(1);

#ifdef __cplusplus
}
#endif

#endif
