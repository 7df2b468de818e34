/* SPDX-License-Identifier: MIT */
/**
 * @file gateway.h
 * The gateway: accounts and a policy, and the only door through which mail goes out and comes in.
 */
#ifndef SIMPLEMAILGW_GATEWAY_H
#define SIMPLEMAILGW_GATEWAY_H

#include "account.h"
#include "audit.h"
#include "common.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A gateway may be shared by threads. Iterators and messages belong to one thread at a time. */
typedef struct smgw_gateway smgw_gateway;

/** Who may receive mail. */
typedef enum smgw_recipient_policy {
    SMGW_RECIPIENTS_LISTED = 0, /**< Only the listed domains and addresses; with both lists empty, nobody. */
    SMGW_RECIPIENTS_ANY         /**< Everybody. Has to be asked for, and goes with no list. */
} smgw_recipient_policy;

/** Everything is copied and frozen when the gateway is made. */
typedef struct smgw_gateway_options {
    size_t struct_size;
    const smgw_account *accounts;
    size_t account_count; /**< 1 to 1,000. */
    smgw_recipient_policy recipient_policy;
    const char *const *recipient_domains; /**< Bare domains, A-labels; exact, without subdomains. */
    size_t recipient_domain_count;
    const char *const *recipient_addresses; /**< Addresses (addr-spec); each opens itself, not its domain. */
    size_t recipient_address_count;
    const char *workspace;      /**< The directory for attachments; NULL: no attachment touches the disk. */
    uint64_t max_message_size;  /**< Octets of a message that is sent; 1 or more. */
    uint64_t max_attachment_size; /**< Octets of an attachment that is saved; 1 or more. */
    uint64_t max_workspace_bytes; /**< Octets one gateway may save in all; 1 or more. */
    uint32_t max_recipients;    /**< Recipients of one message, 1 to 10,000. */
    smgw_audit_options audit;
} smgw_gateway_options;

#define SMGW_GATEWAY_OPTIONS_INIT                                                                  \
    { sizeof(smgw_gateway_options), NULL, 0, SMGW_RECIPIENTS_LISTED, NULL, 0, NULL, 0, NULL,       \
      UINT64_C(524288000), UINT64_C(524288000), UINT64_C(10737418240), 100, SMGW_AUDIT_OPTIONS_INIT }

/** Writes SMGW_GATEWAY_OPTIONS_INIT; for callers that cannot use the macro. */
SMGW_API void smgw_gateway_options_init(smgw_gateway_options *options) SMGW_NONNULL(1);

/**
 * Makes a gateway. Nothing is sent to any server yet; the audit sink and the workspace are opened.
 * The first gateway of a process calls curl_global_init() where the application has not.
 * @return SMGW_OK; SMGW_ERR_CONFIG naming the field and the rule, also when libcurl is not its OpenSSL build;
 *         SMGW_ERR_IO; SMGW_ERR_AUDIT; SMGW_ERR_NO_MEMORY. On failure `*gateway` is NULL.
 */
SMGW_API SMGW_CHECK smgw_status smgw_gateway_new(smgw_gateway **gateway, const smgw_gateway_options *options,
                                                 smgw_error *error) SMGW_NONNULL(1, 2);

/**
 * Makes a gateway from the EMAIL_* variables of the environment, which docs/configuration.md lists. The environment is
 * read once, here; no other thread may change it during the call.
 */
SMGW_API SMGW_CHECK smgw_status smgw_gateway_from_env(smgw_gateway **gateway, smgw_error *error) SMGW_NONNULL(1);

/**
 * Ends a gateway: says goodbye to idle connections within two seconds in all, closes them, and wipes its copies of every
 * secret. libcurl's own copies, one for each connection that was open, are freed unwiped.
 * NULL is allowed. No other thread may be using it, and its iterators must have been freed.
 */
SMGW_API void smgw_gateway_free(smgw_gateway *gateway);

#ifdef __cplusplus
}
#endif

#endif
