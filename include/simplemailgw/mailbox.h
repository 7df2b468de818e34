/* SPDX-License-Identifier: MIT */
/**
 * @file mailbox.h
 * Changing a mailbox: its folders, and the messages in them.
 *
 * Each call takes one token of the account's IMAP limit. A change leaves two records in the audit trail, one before it
 * ("outcome": "attempted") and one after it ("done", "partial", "failed" or "unknown"); where the first cannot be written
 * nothing is changed (SMGW_ERR_AUDIT). What can be refused without the server, or by reading from it, is refused before.
 *
 * A change is sent once. Where the connection is lost behind it, before the server confirmed it, the call gives
 * SMGW_ERR_UNKNOWN: look before you try again.
 */
#ifndef SIMPLEMAILGW_MAILBOX_H
#define SIMPLEMAILGW_MAILBOX_H

#include "gateway.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What is in a folder. Caller-owned, nothing to free. */
typedef struct smgw_folder_counts {
    size_t struct_size;
    uint32_t messages;
    uint32_t unseen;        /**< Messages without \Seen. */
    uint32_t uidnext;       /**< Every later message gets this UID or a higher one; 0: not said. */
    uint32_t uidvalidity;   /**< 0: not said. */
    bool has_size;          /**< The server counts octets. */
    uint64_t size;          /**< Octets of all messages. */
    uint64_t highestmodseq; /**< Rises with every change (RFC 7162); 0: not said. */
} smgw_folder_counts;

#define SMGW_FOLDER_COUNTS_INIT { sizeof(smgw_folder_counts), 0, 0, 0, 0, false, 0, 0 }

/** Writes SMGW_FOLDER_COUNTS_INIT; for callers that cannot use the macro. */
SMGW_API void smgw_folder_counts_init(smgw_folder_counts *counts) SMGW_NONNULL(1);

/** Counts what is in a folder. Changes nothing and leaves no record. SMGW_ERR_NOT_FOUND where there is no such folder. */
SMGW_API SMGW_CHECK smgw_status smgw_folder_status(smgw_gateway *gateway, const char *account, const char *folder,
                                                   const smgw_call_options *options, smgw_folder_counts *counts,
                                                   smgw_error *error) SMGW_NONNULL(1, 2, 3, 5);

/**
 * Makes a folder. A new name must pass smgw_validate_folder_name(); '/' parts its levels and becomes the server's own
 * delimiter, which must not stand in the name otherwise. smgw_list_folders() then gives the name as the server has it, and
 * all other arguments called `folder` or `destination` are such names.
 * @return SMGW_OK; SMGW_ERR_EXISTS; SMGW_ERR_INVALID; SMGW_ERR_UNSUPPORTED for levels where the server has none …
 */
SMGW_API SMGW_CHECK smgw_status smgw_create_folder(smgw_gateway *gateway, const char *account, const char *name,
                                                   const smgw_call_options *options, smgw_error *error)
    SMGW_NONNULL(1, 2, 3);

/** Renames a folder and those below it; `name` as for smgw_create_folder(). INBOX keeps its name: SMGW_ERR_INVALID. */
SMGW_API SMGW_CHECK smgw_status smgw_rename_folder(smgw_gateway *gateway, const char *account, const char *folder,
                                                   const char *name, const smgw_call_options *options,
                                                   smgw_error *error) SMGW_NONNULL(1, 2, 3, 4);

/** Deletes a folder with all its messages, for good. INBOX cannot be deleted: SMGW_ERR_INVALID. */
SMGW_API SMGW_CHECK smgw_status smgw_delete_folder(smgw_gateway *gateway, const char *account, const char *folder,
                                                   const smgw_call_options *options, smgw_error *error)
    SMGW_NONNULL(1, 2, 3);

/** Adds a folder to those that mail programs show, or takes it from them. */
SMGW_API SMGW_CHECK smgw_status smgw_subscribe_folder(smgw_gateway *gateway, const char *account, const char *folder,
                                                      bool subscribed, const smgw_call_options *options,
                                                      smgw_error *error) SMGW_NONNULL(1, 2, 3);

/**
 * Messages of one folder. UIDs mean nothing without the UIDVALIDITY they were seen with: where the folder has another one
 * now, every call gives SMGW_ERR_STALE. A UID that the folder has not given out yet is SMGW_ERR_NOT_FOUND; one that was
 * given out and is gone is passed over.
 */
typedef struct smgw_messages {
    const char *folder; /**< UTF-8 name. */
    uint32_t uidvalidity;
    const uint32_t *uids; /**< None is 0; in any order. */
    size_t count;         /**< 1 to 10,000. */
} smgw_messages;

typedef enum smgw_mark_mode {
    SMGW_MARK_ADD = 1,
    SMGW_MARK_REMOVE,
    SMGW_MARK_REPLACE /**< All flags and keywords that a message has; by none is allowed. */
} smgw_mark_mode;

typedef struct smgw_mark {
    smgw_mark_mode mode;
    uint32_t flags;              /**< Bits of smgw_flag. */
    const char *const *keywords; /**< Each passes smgw_validate_flag() and does not begin with a backslash. */
    size_t keyword_count;        /**< 0 to 100. */
} smgw_mark;

/** Marks messages. SMGW_ERR_UNSUPPORTED, and nothing is changed, where the folder does not keep one of these flags. */
SMGW_API SMGW_CHECK smgw_status smgw_mark_messages(smgw_gateway *gateway, const char *account,
                                                   const smgw_messages *messages, const smgw_mark *mark,
                                                   const smgw_call_options *options, smgw_error *error)
    SMGW_NONNULL(1, 2, 3, 4);

/** What became of messages that were moved, copied or deleted. Caller-owned, nothing to free. */
typedef struct smgw_change {
    size_t struct_size;
    bool partial;         /**< Only a part is done; see the calls. Also set beside an error, of what was done before. */
    uint32_t uidvalidity; /**< Of the folder that took the messages; 0: the server does not say. */
    uint32_t uid;         /**< The UID there, where one message was taken; otherwise 0. */
    uint64_t count;       /**< Messages that it took; 0: the server does not say. */
} smgw_change;

#define SMGW_CHANGE_INIT { sizeof(smgw_change), false, 0, 0, 0 }

/** Writes SMGW_CHANGE_INIT; for callers that cannot use the macro. */
SMGW_API void smgw_change_init(smgw_change *change) SMGW_NONNULL(1);

/** Copies messages to another folder, which must exist (SMGW_ERR_NOT_FOUND). `change` may be NULL. */
SMGW_API SMGW_CHECK smgw_status smgw_copy_messages(smgw_gateway *gateway, const char *account,
                                                   const smgw_messages *messages, const char *destination,
                                                   const smgw_call_options *options, smgw_change *change,
                                                   smgw_error *error) SMGW_NONNULL(1, 2, 3, 4);

/**
 * Moves messages to another folder, which must exist. A server without MOVE (RFC 6851) has them copied, marked \Deleted
 * and removed, just these. One that has no UIDPLUS either cannot remove just these: they are copied and stay behind, marked
 * \Deleted, which is SMGW_OK with change->partial. `change` may be NULL.
 */
SMGW_API SMGW_CHECK smgw_status smgw_move_messages(smgw_gateway *gateway, const char *account,
                                                   const smgw_messages *messages, const char *destination,
                                                   const smgw_call_options *options, smgw_change *change,
                                                   smgw_error *error) SMGW_NONNULL(1, 2, 3, 4);

/**
 * Deletes messages: moves them, as smgw_move_messages() does, to the folder whose role is "trash"; SMGW_ERR_NOT_FOUND
 * where there is none, SMGW_ERR_INVALID where they are there already. With `for_good` they are removed from the server
 * instead, just these: SMGW_ERR_UNSUPPORTED, and nothing is changed, without UIDPLUS (RFC 4315). `change` may be NULL.
 */
SMGW_API SMGW_CHECK smgw_status smgw_delete_messages(smgw_gateway *gateway, const char *account,
                                                     const smgw_messages *messages, bool for_good,
                                                     const smgw_call_options *options, smgw_change *change,
                                                     smgw_error *error) SMGW_NONNULL(1, 2, 3);

#ifdef __cplusplus
}
#endif

#endif
