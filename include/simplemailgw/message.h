/* SPDX-License-Identifier: MIT */
/**
 * @file message.h
 * A message to be sent. Each setter checks and copies its input; a refused input leaves the message as it was.
 *
 * A message belongs to one thread at a time. It keeps no link to a gateway and can be sent by several, one after the
 * other. While smgw_send() is at work on it, its callbacks must not free it, and every setter refuses with
 * SMGW_ERR_INVALID: what was checked is what goes out.
 */
#ifndef SIMPLEMAILGW_MESSAGE_H
#define SIMPLEMAILGW_MESSAGE_H

#include "common.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct smgw_message smgw_message;

/** Makes an empty message. @return SMGW_OK or SMGW_ERR_NO_MEMORY, then `*message` is NULL. */
SMGW_API SMGW_CHECK smgw_status smgw_message_new(smgw_message **message) SMGW_NONNULL(1);

/** Ends a message; NULL is allowed. */
SMGW_API void smgw_message_free(smgw_message *message);

/**
 * Adds a recipient. `address` is checked by smgw_validate_email(); `display_name` (UTF-8) may be NULL and is cleaned like
 * a header value. Bcc recipients are in the envelope only, never in the header.
 * @return SMGW_OK; SMGW_ERR_INVALID; SMGW_ERR_TOO_LARGE past 10,000 recipients; SMGW_ERR_NO_MEMORY.
 */
SMGW_API SMGW_CHECK smgw_status smgw_message_add_to(smgw_message *message, const char *address,
                                                    const char *display_name, smgw_error *error) SMGW_NONNULL(1, 2);
SMGW_API SMGW_CHECK smgw_status smgw_message_add_cc(smgw_message *message, const char *address,
                                                    const char *display_name, smgw_error *error) SMGW_NONNULL(1, 2);
SMGW_API SMGW_CHECK smgw_status smgw_message_add_bcc(smgw_message *message, const char *address,
                                                     const char *display_name, smgw_error *error) SMGW_NONNULL(1, 2);

/** Sets the one Reply-To mailbox. Inputs as for smgw_message_add_to(). */
SMGW_API SMGW_CHECK smgw_status smgw_message_set_reply_to(smgw_message *message, const char *address,
                                                          const char *display_name, smgw_error *error)
    SMGW_NONNULL(1, 2);

/** Sets the subject, cleaned by smgw_sanitize_subject(): a line break becomes a space and can start no header. */
SMGW_API SMGW_CHECK smgw_status smgw_message_set_subject(smgw_message *message, const char *subject,
                                                         smgw_error *error) SMGW_NONNULL(1, 2);

/**
 * Sets the plain text body: UTF-8, at most 16 MiB; CR, LF and CRLF each end a line. NUL is refused.
 * With both a text and an HTML body, the two go out as multipart/alternative.
 */
SMGW_API SMGW_CHECK smgw_status smgw_message_set_text(smgw_message *message, const char *text, size_t len,
                                                      smgw_error *error) SMGW_NONNULL(1);
/** Sets the HTML body; limits as for smgw_message_set_text(). The markup is sent as it is. */
SMGW_API SMGW_CHECK smgw_status smgw_message_set_html(smgw_message *message, const char *html, size_t len,
                                                      smgw_error *error) SMGW_NONNULL(1);

/**
 * Makes the message an answer: In-Reply-To and References (RFC 5322 section 3.6.4).
 * @param message_id the msg-id answered, checked by smgw_sanitize_message_id()
 * @param references msg-ids of the thread, separated by spaces or '|', oldest first; may be NULL
 */
SMGW_API SMGW_CHECK smgw_status smgw_message_set_in_reply_to(smgw_message *message, const char *message_id,
                                                             const char *references, smgw_error *error)
    SMGW_NONNULL(1, 2);

/**
 * Attaches a file of the gateway's workspace; it is opened and read when the message is sent, and streamed.
 * @param path       relative to the workspace, with '/' between levels; no "..", no symbolic link
 * @param media_type such as "application/pdf"; NULL: by the file name's ending, else application/octet-stream;
 *                   multipart and message types are refused, because an attachment goes out as base64
 */
SMGW_API SMGW_CHECK smgw_status smgw_message_attach_file(smgw_message *message, const char *path,
                                                         const char *media_type, smgw_error *error)
    SMGW_NONNULL(1, 2);

/** Attaches bytes, which are copied; at most 64 MiB. `filename` is cleaned by smgw_attachment_name(). */
SMGW_API SMGW_CHECK smgw_status smgw_message_attach_bytes(smgw_message *message, const char *filename,
                                                          const char *media_type, const void *data, size_t len,
                                                          smgw_error *error) SMGW_NONNULL(1, 2);

/**
 * Attaches a stream of exactly `size` octets, read once when the message is sent; a message with a stream can be sent
 * once. A stream that gives fewer or more ends the send before the message is complete.
 * `read` is called on the thread that sends.
 */
SMGW_API SMGW_CHECK smgw_status smgw_message_attach_stream(smgw_message *message, const char *filename,
                                                           const char *media_type, smgw_read_fn read, void *context,
                                                           uint64_t size, smgw_error *error) SMGW_NONNULL(1, 2, 4);

#ifdef __cplusplus
}
#endif

#endif
