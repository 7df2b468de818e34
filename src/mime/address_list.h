/* SPDX-License-Identifier: MIT */
/*
 * Reads the address lists of received messages (RFC 5322 section 3.4 with the obsolete forms of 4.4): display names,
 * quoted strings, comments, groups, routes. For display: nothing here is fit to be sent to without
 * smgw_validate_email().
 */
#ifndef MGW_MIME_ADDRESS_LIST_H
#define MGW_MIME_ADDRESS_LIST_H

#include "base/arena.h"
#include "base/buf.h"

#include "simplemailgw/mail.h"

enum { MGW_ADDRESS_LIST_MAX = 10000 };

/* Collects one list from one or more fields. */
typedef struct mgw_address_list_reader {
    mgw_arena *arena; /* Takes the strings and the list. */
    mgw_buf items;    /* smgw_address each. */
    size_t max;       /* Most addresses it may collect. */
    uint32_t defects; /* Entries that are no mailbox, and what was not closed. */
} mgw_address_list_reader;

void mgw_address_list_init(mgw_address_list_reader *reader, mgw_arena *arena, size_t max);
void mgw_address_list_free(mgw_address_list_reader *reader);

/*
 * Adds the addresses of a field's value. The members of a group stand for it; a group without any is one entry with its
 * name. The work is linear in value.len. SMGW_ERR_TOO_LARGE past the reader's maximum; else the arena's status.
 */
smgw_status mgw_address_list_add(mgw_address_list_reader *reader, mgw_bytes value);

/* Moves what was collected into the arena. */
smgw_status mgw_address_list_finish(mgw_address_list_reader *reader, smgw_address_list *list);

#endif
