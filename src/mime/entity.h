/* SPDX-License-Identifier: MIT */
/*
 * Makes of a header block what the public view says about a part, and about the mail where the block is the message's
 * own.
 */
#ifndef MGW_MIME_ENTITY_H
#define MGW_MIME_ENTITY_H

#include "base/arena.h"

#include "simplemailgw/mail.h"

typedef struct mgw_entity {
    mgw_arena *arena;   /* Takes all strings. */
    bool is_in_digest;  /* Its type, unless named, is message/rfc822 (RFC 2046 section 5.1.5). */
    smgw_mail *mail;    /* To be filled too, or NULL. */
    smgw_part part;     /* Everything but section, size and depth. */
    mgw_bytes boundary; /* Of a multipart. */
    bool is_message;    /* Its body is a message to be read on. */
    uint32_t defects;
} mgw_entity;

/*
 * Reads `header` into *entity, whose first three members are set.
 * A limit that is broken is SMGW_ERR_TOO_LARGE; an empty boundary, which every "--" would match, SMGW_ERR_INVALID.
 */
smgw_status mgw_entity_read(mgw_entity *entity, mgw_bytes header, smgw_error *error);

#endif
