/* SPDX-License-Identifier: MIT */
/**
 * @file send.h
 * Sending, through every rule of the gateway in one order: sanitize, validate, whitelist (To, Cc and Bcc, all or nothing),
 * rate limit, audit of the attempt, transmission, audit of the outcome.
 */
#ifndef SIMPLEMAILGW_SEND_H
#define SIMPLEMAILGW_SEND_H

#include "gateway.h"
#include "message.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What is known about a message after smgw_send(). Caller-owned, nothing to free. */
typedef struct smgw_receipt {
    size_t struct_size;
    smgw_outcome outcome;
    uint32_t recipients;   /**< Recipients in the envelope. */
    uint64_t size;         /**< Octets of the message as it went out, before dot-stuffing. */
    int server_code;       /**< The last SMTP reply code, or 0. */
    char message_id[256];  /**< With angle brackets; the same when the same message is sent again. */
    char server_text[256]; /**< The text of that reply: printable UTF-8, one line, untrusted. */
} smgw_receipt;

#define SMGW_RECEIPT_INIT { sizeof(smgw_receipt), SMGW_NOT_SENT, 0, 0, 0, "", "" }

/** Writes SMGW_RECEIPT_INIT; for callers that cannot use the macro. */
SMGW_API void smgw_receipt_init(smgw_receipt *receipt) SMGW_NONNULL(1);

/**
 * Sends a message from an account. One refused recipient stops the whole message.
 * @param account the account's name
 * @param receipt may be NULL; filled also on failure: receipt->outcome tells what is known. Its struct_size must be set
 * @return SMGW_OK: the server took responsibility. SMGW_ERR_UNKNOWN: the last byte left and no reply came; it is never
 *         tried again by itself. Any other error: not sent. SMGW_ERR_REFUSED for a recipient outside the whitelist,
 *         SMGW_ERR_RATE_LIMITED, SMGW_ERR_AUDIT, SMGW_ERR_AUTH, SMGW_ERR_TEMPORARY (4xx), SMGW_ERR_PERMANENT (5xx) …
 *         When the outcome was audited in vain, the return value still tells the outcome of the message.
 */
SMGW_API SMGW_CHECK smgw_status smgw_send(smgw_gateway *gateway, const char *account, smgw_message *message,
                                          const smgw_call_options *options, smgw_receipt *receipt, smgw_error *error)
    SMGW_NONNULL(1, 2, 3);

#ifdef __cplusplus
}
#endif

#endif
