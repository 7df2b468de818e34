/* SPDX-License-Identifier: MIT */
/*
 * Serializes an smgw_message (RFC 5322, RFC 2045-2047, RFC 2231) as a stream that its reader pulls, in little memory:
 * attachments pass through a fixed window. Line ends are CRLF, no line is longer than 998 octets, there is no NUL.
 *
 * The first build of a message fixes its Message-ID, its Date and its boundary in the message; later builds repeat
 * them.
 */
#ifndef MGW_MIME_BUILDER_H
#define MGW_MIME_BUILDER_H

#include "base/bytes.h"

#include "simplemailgw/common.h"
#include "simplemailgw/message.h"

/* Bytes whose exact number is known beforehand. `read` as smgw_read_fn: bytes stored, 0 at the end, -1 on failure. */
typedef struct mgw_source {
    smgw_read_fn read;
    void *context;
    uint64_t size;
} mgw_source;

typedef struct mgw_builder_options {
    const char *sender_address; /* addr-spec; also gives the domain of the Message-ID. */
    const char *sender_name;    /* UTF-8 display name, or NULL. */
    int64_t now_ms;             /* Wall clock, milliseconds since 1970 UTC. */
    const mgw_source *sources;  /* As many as the message has attachments, in their order; only files use theirs. */
    size_t source_count;        /* May be 0 where no attachment is a file. */
} mgw_builder_options;

typedef struct mgw_builder mgw_builder;

/*
 * Lays the message out; reads no attachment. The message and the sources must outlive the builder, and the message must
 * not change meanwhile.
 * Returns SMGW_ERR_INVALID for a bad sender, a missing source, or a message whose stream was read before;
 * SMGW_ERR_TOO_LARGE; SMGW_ERR_NO_MEMORY; SMGW_ERR_IO where there are no random bytes. Then *builder is NULL.
 */
smgw_status mgw_builder_new(
    mgw_builder **builder, smgw_message *message, const mgw_builder_options *options, smgw_error *error);

/* The exact number of octets that mgw_builder_read() will give in all. */
uint64_t mgw_builder_size(const mgw_builder *builder);

/*
 * Stores the next 1 to `size` octets in `out`, their number in *n: 0 at the end, and only there. After a failure
 * (SMGW_ERR_IO for a source that failed, or gave fewer or more bytes than its size) every further call fails likewise.
 */
smgw_status mgw_builder_read(mgw_builder *builder, char *out, size_t size, size_t *n, smgw_error *error);

void mgw_builder_free(mgw_builder *builder);

/* The Message-ID with its angle brackets; lives as long as the message. */
const char *mgw_builder_message_id(const mgw_builder *builder);

#endif
