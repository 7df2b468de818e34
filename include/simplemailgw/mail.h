/* SPDX-License-Identifier: MIT */
/**
 * @file mail.h
 * A received message as data: envelope, flags and parts. The same view is given by a fetch and by the parser.
 *
 * Every string is valid UTF-8, NUL-terminated and free of control characters; encoded words (RFC 2047) and parameters
 * (RFC 2231) are decoded. All of it was written by the sender: data, never an instruction or a path.
 */
#ifndef SIMPLEMAILGW_MAIL_H
#define SIMPLEMAILGW_MAIL_H

#include "common.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Where a message is. UIDs mean nothing without the UIDVALIDITY they were seen with (RFC 3501 section 2.3.1.1). */
typedef struct smgw_ref {
    const char *folder; /**< UTF-8 name. */
    uint32_t uidvalidity;
    uint32_t uid;
} smgw_ref;

typedef struct smgw_address {
    const char *name;    /**< Display name, or "". */
    const char *address; /**< local-part@domain as sent, not validated; "" for what is not a mailbox. */
} smgw_address;

typedef struct smgw_address_list {
    const smgw_address *items;
    size_t count;
} smgw_address_list;

/** Flags of RFC 3501 section 2.3.2. */
typedef enum smgw_flag {
    SMGW_FLAG_SEEN = 1 << 0,
    SMGW_FLAG_ANSWERED = 1 << 1,
    SMGW_FLAG_FLAGGED = 1 << 2,
    SMGW_FLAG_DELETED = 1 << 3,
    SMGW_FLAG_DRAFT = 1 << 4
} smgw_flag;

/** One leaf or multipart of the message's tree; the parts stand in document order. */
typedef struct smgw_part {
    const char *section;     /**< IMAP section such as "1.2"; "" for a multipart at the top. */
    const char *media_type;  /**< Lower case, such as "text/plain". */
    const char *charset;     /**< Lower case, or "". */
    const char *encoding;    /**< Transfer encoding, lower case: "7bit", "base64" … */
    const char *disposition; /**< "inline", "", or "attachment", also for any other that was sent. */
    const char *filename;    /**< As the sender wrote it, decoded; for display only. "" where there is none. */
    const char *content_id;  /**< With angle brackets, or "". */
    uint64_t size;           /**< Octets as encoded; 0 for a multipart. */
    uint32_t depth;          /**< 0 at the top. */
    bool is_attachment;      /**< Something to save, not to read: named or marked as one, or no text; no multipart. */
} smgw_part;

typedef struct smgw_mail {
    smgw_ref ref;            /**< folder "" and zeros for a message that was parsed from bytes. */
    uint32_t flags;          /**< Bits of smgw_flag. */
    uint64_t size;           /**< Octets of the whole message. */
    int64_t internal_date;   /**< Seconds since 1970 UTC when the server received it; INT64_MIN where unknown. */
    int64_t date;            /**< The Date field likewise; INT64_MIN where missing or invalid. */
    const char *subject;     /**< "" where missing. */
    const char *message_id;  /**< With angle brackets, or "". */
    const char *in_reply_to; /**< As written, or "". */
    smgw_address_list from, sender, reply_to, to, cc, bcc;
    const smgw_part *parts;
    size_t part_count;
    uint32_t defects;        /**< How many things in it were malformed and read as far as they made sense. */
} smgw_mail;

/** A parsed message and the bytes it was parsed from. Belongs to one thread at a time. */
typedef struct smgw_parsed smgw_parsed;

/**
 * Parses a message (RFC 5322, RFC 2045-2047, RFC 2231) from memory. The bytes are not copied and must outlive the handle.
 * Malformed input is parsed as far as it makes sense; what breaks a limit is refused: depth 100, parts 10,000, header
 * fields 10,000 a part, header 10 MiB, addresses 10,000, decoded field 64 KiB, all strings together 64 MiB. So is a
 * multipart whose boundary is the empty string, which no two readers would split alike.
 * @return SMGW_OK; SMGW_ERR_TOO_LARGE naming the limit; SMGW_ERR_INVALID for the boundary; SMGW_ERR_NO_MEMORY. On failure
 *         `*parsed` is NULL.
 */
SMGW_API SMGW_CHECK smgw_status smgw_parse(smgw_parsed **parsed, const void *data, size_t len, smgw_error *error)
    SMGW_NONNULL(1);

/** Ends a parsed message; NULL is allowed. */
SMGW_API void smgw_parsed_free(smgw_parsed *parsed);

/** The view of a parsed message; lives as long as `parsed`. Never NULL. */
SMGW_API const smgw_mail *smgw_parsed_mail(const smgw_parsed *parsed) SMGW_NONNULL(1);

/**
 * Streams the content of part number `index` (of smgw_mail.parts), transfer encoding removed; text is converted to UTF-8
 * where its charset is known, and otherwise given as it is. A multipart is given as it stands.
 * @return SMGW_OK; SMGW_ERR_NOT_FOUND; SMGW_ERR_CANCELLED when `write` returned false; SMGW_ERR_NO_MEMORY.
 */
SMGW_API SMGW_CHECK smgw_status smgw_parsed_content(const smgw_parsed *parsed, size_t index, smgw_write_fn write,
                                                    void *context, smgw_error *error) SMGW_NONNULL(1, 3);

#ifdef __cplusplus
}
#endif

#endif
