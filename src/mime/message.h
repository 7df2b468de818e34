/* SPDX-License-Identifier: MIT */
/*
 * The inside of an smgw_message, for the builder and the gateway. Readers only read; the setters of
 * simplemailgw/message.h have checked every field.
 */
#ifndef MGW_MIME_MESSAGE_H
#define MGW_MIME_MESSAGE_H

#include "base/buf.h"

#include "simplemailgw/message.h"

enum {
    MGW_MESSAGE_MAX_RECIPIENTS = 10000,
    MGW_MESSAGE_MAX_ATTACHMENTS = 1000,
    MGW_MESSAGE_MAX_TEXT = 16 * 1024 * 1024,
    MGW_MESSAGE_MAX_ATTACHED_BYTES = 64 * 1024 * 1024,
    MGW_MESSAGE_MAX_NAME = 998 /* A display name, in bytes. */
};

typedef enum mgw_recipient_kind { MGW_RECIPIENT_TO, MGW_RECIPIENT_CC, MGW_RECIPIENT_BCC } mgw_recipient_kind;

typedef struct mgw_recipient {
    mgw_recipient_kind kind;
    char *address; /* addr-spec, passed smgw_validate_email(). */
    char *name;    /* UTF-8 without line breaks and controls; "" for none. */
} mgw_recipient;

typedef enum mgw_attachment_kind {
    MGW_ATTACHMENT_FILE,
    MGW_ATTACHMENT_BYTES,
    MGW_ATTACHMENT_STREAM
} mgw_attachment_kind;

typedef struct mgw_attachment {
    mgw_attachment_kind kind;
    char *path;        /* For a file: relative to the workspace, as the caller gave it; else NULL. */
    char *filename;    /* What the recipient sees; safe on disk. */
    char *media_type;  /* type/subtype, lower case. */
    char *data;        /* For bytes; else NULL. */
    smgw_read_fn read; /* For a stream; else NULL. */
    void *read_context;
    uint64_t size; /* Octets of bytes and streams; 0 for a file, whose size its opener tells. */
} mgw_attachment;

/* What the first build of a message chooses and every later one repeats, so that a retry sends the same bytes. */
typedef struct mgw_message_identity {
    bool fixed;
    char message_id[256]; /* With angle brackets; "" until fixed. */
    char boundary[33];    /* 128 random bits in hexadecimal. */
    int64_t date;         /* Seconds since 1970 UTC. */
} mgw_message_identity;

struct smgw_message {
    mgw_recipient *recipients; /* In the order in which they were added. */
    size_t recipient_count;
    size_t recipient_alloc;
    mgw_recipient reply_to; /* address NULL for none. */
    char *subject;          /* NULL for none. */
    mgw_buf text;           /* Lines end with CRLF, the last one too; empty for none. */
    mgw_buf html;
    bool has_text;
    bool has_html;
    char *in_reply_to; /* One msg-id, or NULL. */
    char *references;  /* msg-ids separated by one space, or NULL. */
    mgw_attachment *attachments;
    size_t attachment_count;
    size_t attachment_alloc;
    mgw_message_identity identity;
    bool sending;     /* A send is under way: the setters refuse. */
    bool stream_used; /* A stream attachment was read from: the message cannot be built again. */
};

/* Frees what the attachment holds, not the struct. */
void mgw_attachment_dispose(mgw_attachment *attachment);

/* Makes room for one item more than `count`. False, with everything as it was, when memory is short. */
bool mgw_message_reserve(void **items, size_t *alloc, size_t count, size_t item_size);

/* SMGW_ERR_INVALID with field "message" while the message is being sent: a callback of the send must not change it. */
smgw_status mgw_message_check_free(const smgw_message *message, smgw_error *error);

#endif
