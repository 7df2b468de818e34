/* SPDX-License-Identifier: MIT */
/*
 * The configuration of a gateway: checked, resolved and frozen. Everything a caller or the environment gave is a copy,
 * so that nobody can change it afterwards; any number of threads may read it.
 *
 * Every failure is SMGW_ERR_CONFIG or SMGW_ERR_NO_MEMORY, and error->field names the place, such as
 * "accounts[1].smtp_host" or "EMAIL_SMTP_HOST". No error holds a password, a token, or a value that was refused.
 */
#ifndef MGW_CONFIG_CONFIG_H
#define MGW_CONFIG_CONFIG_H

#include "base/arena.h"
#include "base/secret.h"

#include "simplemailgw/gateway.h"

#define MGW_CONFIG_MAX_ACCOUNTS          1000
#define MGW_CONFIG_MAX_RECIPIENT_ENTRIES 2000000 /* Domains and addresses together. */
#define MGW_CONFIG_MAX_PASSWORD          1024
#define MGW_CONFIG_MAX_TOKEN             ((size_t)16 * 1024)
#define MGW_CONFIG_MAX_USERNAME          320
#define MGW_CONFIG_MAX_CA_FILE           (4 * 1024 * 1024)

/* Where a server is. Without one (`present` false) the host is NULL and the port 0. */
typedef struct mgw_endpoint {
    bool present;
    const char *host; /* Passed smgw_validate_host(); an IPv6 address stands without brackets. */
    uint16_t port;    /* Never 0. */
    smgw_tls tls;     /* SMGW_TLS_IMPLICIT or SMGW_TLS_STARTTLS; AUTO is resolved. */
} mgw_endpoint;

typedef struct mgw_account {
    const char *name;         /* In lower case; unique. */
    const char *address;      /* The sender's mailbox; passed smgw_validate_email(). */
    const char *display_name; /* NULL where there is none. UTF-8 without control characters. */
    mgw_endpoint imap;        /* At least one of the two is present. */
    mgw_endpoint smtp;
    smgw_auth auth;
    const char *username;
    mgw_secret secret;                 /* The password, or the bearer token, as `auth` says. */
    mgw_bytes ca_pem;                  /* The file of the trusted authorities as it was when loaded; data NULL: none. */
    const char *proxy;                 /* NULL: none. "socks5h://host:port" or "http://host:port". */
    uint32_t imap_requests_per_minute; /* Never 0. */
    uint32_t smtp_sends_per_hour;      /* Never 0. */
} mgw_account;

typedef struct mgw_config {
    mgw_account *accounts;
    size_t account_count; /* 1 or more. */
    smgw_recipient_policy recipient_policy;
    const char *const *recipient_domains; /* In lower case; NULL where there are none. */
    size_t recipient_domain_count;
    const char *const *recipient_addresses; /* In lower case; NULL where there are none. */
    size_t recipient_address_count;
    const char *workspace; /* NULL: none. */
    uint64_t max_message_size;
    uint64_t max_attachment_size;
    uint64_t max_workspace_bytes;
    uint32_t max_recipients;
    smgw_audit_options audit; /* struct_size is the current one; `path` belongs to the configuration. */
    bool secrets_locked;      /* False where the system would not lock the memory of every secret. */
    mgw_arena arena;          /* Owns all of the above but the secrets. */
} mgw_config;

/* Checks and copies. On failure *config is NULL. */
smgw_status mgw_config_new(mgw_config **config, const smgw_gateway_options *options, smgw_error *error) SMGW_CHECK;

/* Wipes the secrets and frees everything; NULL is allowed. */
void mgw_config_free(mgw_config *config);

/* The account of that name, compared without ASCII case; NULL where there is none. */
const mgw_account *mgw_config_account(const mgw_config *config, mgw_bytes name);

/*
 * A configuration of nothing but the accounts in a JSON text, with the defaults for all else: an array of account
 * objects, or one object. docs/configuration.md lists the keys.
 */
smgw_status mgw_config_accounts_from_json(mgw_config **config, mgw_bytes json, smgw_error *error) SMGW_CHECK;

#endif
