/* SPDX-License-Identifier: MIT */
/**
 * @file store.h
 * Putting messages into folders: a raw message, or a draft. Each call takes one token of the account's IMAP limit and is
 * audited before and after: without the first record nothing is stored. Nothing is ever tried again by itself.
 */
#ifndef SIMPLEMAILGW_STORE_H
#define SIMPLEMAILGW_STORE_H

#include "gateway.h"
#include "mail.h"
#include "message.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What is known about a message that was to be stored. Caller-owned, nothing to free. */
typedef struct smgw_stored {
    size_t struct_size;
    smgw_outcome outcome; /**< SMGW_SENT: the server confirmed that it stored the message. */
    uint32_t uidvalidity; /**< Of the folder; 0 where the server does not say it. */
    uint32_t uid;         /**< The message's; 0 where the server does not say it. */
} smgw_stored;

#define SMGW_STORED_INIT { sizeof(smgw_stored), SMGW_NOT_SENT, 0, 0 }

/** Writes SMGW_STORED_INIT; for callers that cannot use the macro. */
SMGW_API void smgw_stored_init(smgw_stored *stored) SMGW_NONNULL(1);

/**
 * Stores a message of exactly `size` octets that `read` gives; it is asked for no more than these.
 *
 * The message is raw (RFC 5322): lines end with CRLF, no CR or LF stands alone, and there is no NUL. Its header has at
 * least one field and at most 64 KiB, and its Message-ID, In-Reply-To and References, where it has them, pass
 * smgw_sanitize_message_id() and smgw_sanitize_references(), blanks between the ids. The header and the first 64 KiB are
 * checked before the server hears of the message; an octet behind them that is refused ends the connection, and the
 * message is not stored.
 *
 * @param size          1 to smgw_gateway_options.max_message_size
 * @param flags         bits of smgw_flag, but not SMGW_FLAG_DELETED
 * @param internal_date when it was received: seconds since 1970 UTC, years 1900 to 9999; INT64_MIN: now, by the server
 * @param stored        may be NULL; filled also on failure. Its struct_size must be set
 * @return SMGW_OK: stored. SMGW_ERR_UNKNOWN: the last octet left and no answer came: look before storing it again. Any
 *         other error: not stored. SMGW_ERR_INVALID; SMGW_ERR_TOO_LARGE, also when the server says so; SMGW_ERR_NOT_FOUND
 *         for a folder that is not there; SMGW_ERR_IO for a stream that failed or ended early …
 */
SMGW_API SMGW_CHECK smgw_status smgw_append_message(smgw_gateway *gateway, const char *account, const char *folder,
                                                    smgw_read_fn read, void *context, uint64_t size, uint32_t flags,
                                                    int64_t internal_date, const smgw_call_options *options,
                                                    smgw_stored *stored, smgw_error *error) SMGW_NONNULL(1, 2, 3, 4);

/**
 * Stores a message, built as smgw_send() would build it, in the account's folder for drafts, flagged \Draft and \Seen.
 * That is the folder with the role "drafts", or else one called "Drafts", at the top or in INBOX. A draft leaves nobody:
 * it may have no recipients, and they need not be on the whitelist. Bcc recipients are not in the header, so they are
 * not in the draft. A message with a stream attachment is used up by it, as by a send.
 * @param stored as for smgw_append_message()
 * @return as smgw_append_message(); SMGW_ERR_NOT_FOUND where the account has no folder for drafts
 */
SMGW_API SMGW_CHECK smgw_status smgw_save_draft(smgw_gateway *gateway, const char *account, smgw_message *message,
                                                const smgw_call_options *options, smgw_stored *stored,
                                                smgw_error *error) SMGW_NONNULL(1, 2, 3);

#ifdef __cplusplus
}
#endif

#endif
