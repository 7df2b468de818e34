/* SPDX-License-Identifier: MIT */
/**
 * @file fetch.h
 * Reading: folders, search, envelopes, text, raw messages and attachments. Nothing here changes a mailbox; reading sets no
 * \Seen flag. Each call takes one token of the account's IMAP limit; an iterator takes one in all.
 */
#ifndef SIMPLEMAILGW_FETCH_H
#define SIMPLEMAILGW_FETCH_H

#include "gateway.h"
#include "mail.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct smgw_folder {
    const char *name;      /**< UTF-8. */
    char delimiter;        /**< Between levels of the name, or '\0' for a flat name. */
    bool selectable;       /**< false: only a level of the hierarchy (\Noselect, \NonExistent). */
    const char *role;      /**< "inbox", "sent", "drafts", "trash", "junk", "archive", "all", "flagged" or "". */
} smgw_folder;

/** Filled by smgw_list_folders(); ended by smgw_folder_list_dispose(). */
typedef struct smgw_folder_list {
    const smgw_folder *items;
    size_t count;
    void *memory; /**< The library's. */
} smgw_folder_list;

#define SMGW_FOLDER_LIST_INIT { NULL, 0, NULL }

/** Lists every folder of the account. */
SMGW_API SMGW_CHECK smgw_status smgw_list_folders(smgw_gateway *gateway, const char *account,
                                                  const smgw_call_options *options, smgw_folder_list *list,
                                                  smgw_error *error) SMGW_NONNULL(1, 2, 4);
SMGW_API void smgw_folder_list_dispose(smgw_folder_list *list);

/** What to search for: every term that is set must match. Strings are UTF-8; NULL or 0 leaves a term out. */
typedef struct smgw_query {
    size_t struct_size;
    const char *from;     /**< Occurs in From. */
    const char *to;       /**< Occurs in To. */
    const char *subject;  /**< Occurs in Subject. */
    const char *body;     /**< Occurs in the body. */
    const char *message_id; /**< Has this Message-ID, with angle brackets. */
    const char *since;    /**< Received on or after this day: "2026-11-22". */
    const char *before;   /**< Received before this day. */
    uint32_t flags_set;   /**< Bits of smgw_flag that must be set. */
    uint32_t flags_clear; /**< Bits of smgw_flag that must be clear. */
    uint64_t larger;      /**< Larger than this many octets. */
    uint64_t smaller;     /**< Smaller than this many octets. */
    const char *uids;     /**< An IMAP UID set such as "5,7:9,12:*", checked by smgw_validate_uid_set(). */
    const char *criteria; /**< Further IMAP SEARCH criteria, checked by smgw_validate_search_criteria(). */
    uint32_t newest;      /**< Only the last so many matches, by UID; 0: all. */
} smgw_query;

#define SMGW_QUERY_INIT \
    { sizeof(smgw_query), NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, 0, 0, NULL, NULL, 0 }

/** Writes SMGW_QUERY_INIT; for callers that cannot use the macro. */
SMGW_API void smgw_query_init(smgw_query *query) SMGW_NONNULL(1);

/** Filled by smgw_search(); ended by smgw_uid_list_dispose(). */
typedef struct smgw_uid_list {
    uint32_t uidvalidity;
    uint32_t *uids; /**< Ascending. */
    size_t count;
} smgw_uid_list;

#define SMGW_UID_LIST_INIT { 0, NULL, 0 }

/** Finds messages. `query` may be NULL for all of the folder. SMGW_ERR_TOO_LARGE past 1,000,000 matches. */
SMGW_API SMGW_CHECK smgw_status smgw_search(smgw_gateway *gateway, const char *account, const char *folder,
                                            const smgw_query *query, const smgw_call_options *options,
                                            smgw_uid_list *list, smgw_error *error) SMGW_NONNULL(1, 2, 3, 6);
SMGW_API void smgw_uid_list_dispose(smgw_uid_list *list);

/** An iterator over messages. It holds one connection, and belongs to one thread at a time. */
typedef struct smgw_fetch smgw_fetch;

/**
 * Searches and opens an iterator over the matches, each given once, in the order in which the server gives them, which is
 * that of their UIDs on every server known to us. `query` may be NULL for all of the folder.
 * The deadline of `options` covers the iterator's whole life.
 */
SMGW_API SMGW_CHECK smgw_status smgw_fetch_open(smgw_fetch **fetch, smgw_gateway *gateway, const char *account,
                                                const char *folder, const smgw_query *query,
                                                const smgw_call_options *options, smgw_error *error)
    SMGW_NONNULL(1, 2, 3, 4);

/**
 * Gives the next message's envelope, flags and parts; valid until the next call on this iterator.
 * @return SMGW_OK; SMGW_DONE at the end; or an error, after which only smgw_fetch_free() may follow.
 */
SMGW_API SMGW_CHECK smgw_status smgw_fetch_next(smgw_fetch *fetch, const smgw_mail **mail, smgw_error *error)
    SMGW_NONNULL(1, 2);

/** Ends an iterator at any point; NULL is allowed. */
SMGW_API void smgw_fetch_free(smgw_fetch *fetch);

/** Filled by smgw_fetch_text(); ended by smgw_text_dispose(). */
typedef struct smgw_text {
    char *data;      /**< UTF-8, NUL-terminated; line ends are LF. */
    size_t len;
    bool truncated;  /**< The text is longer than `max_len`. */
    bool is_html;    /**< The message has no plain text: this is its HTML source. */
} smgw_text;

#define SMGW_TEXT_INIT { NULL, 0, false, false }

/**
 * Reads the best text part of a message, up to `max_len` octets of UTF-8, 1 to 64 MiB. Parts of attached messages do not
 * count. What is not UTF-8, and control characters other than TAB and LF, are given as U+FFFD.
 * @return SMGW_OK; SMGW_ERR_NOT_FOUND also for a message without text; SMGW_ERR_STALE; SMGW_ERR_INVALID …
 */
SMGW_API SMGW_CHECK smgw_status smgw_fetch_text(smgw_gateway *gateway, const char *account, const smgw_ref *ref,
                                                size_t max_len, const smgw_call_options *options, smgw_text *text,
                                                smgw_error *error) SMGW_NONNULL(1, 2, 3, 6);
SMGW_API void smgw_text_dispose(smgw_text *text);

/**
 * Streams the raw message (RFC 5322, CRLF line ends) to `write`. SMGW_ERR_NOT_FOUND where the UID is gone, SMGW_ERR_STALE
 * where UIDVALIDITY has changed. On any failure discard what was written: it may be cut, or not the message at all.
 */
SMGW_API SMGW_CHECK smgw_status smgw_fetch_raw(smgw_gateway *gateway, const char *account, const smgw_ref *ref,
                                               smgw_write_fn write, void *context, const smgw_call_options *options,
                                               smgw_error *error) SMGW_NONNULL(1, 2, 3, 4);

/** What smgw_save_attachment() wrote. Caller-owned, nothing to free. */
typedef struct smgw_saved {
    size_t struct_size;
    char name[256];   /**< The file in the workspace: 16 hex digits of the content's SHA-256, '_', the safe name. */
    uint64_t size;    /**< Octets, decoded. */
    char sha256[65];  /**< Of the content, lower-case hex. */
} smgw_saved;

#define SMGW_SAVED_INIT { sizeof(smgw_saved), "", 0, "" }

/** Writes SMGW_SAVED_INIT; for callers that cannot use the macro. */
SMGW_API void smgw_saved_init(smgw_saved *saved) SMGW_NONNULL(1);

/**
 * Fetches one part, decodes its transfer encoding as it streams, and saves it in the workspace: mode 0600, complete or
 * not at all, never over an existing file. The same content under the same name is found, not written twice.
 * @param section the part's section (smgw_part.section)
 */
SMGW_API SMGW_CHECK smgw_status smgw_save_attachment(smgw_gateway *gateway, const char *account, const smgw_ref *ref,
                                                     const char *section, const smgw_call_options *options,
                                                     smgw_saved *saved, smgw_error *error) SMGW_NONNULL(1, 2, 3, 4);

#ifdef __cplusplus
}
#endif

#endif
