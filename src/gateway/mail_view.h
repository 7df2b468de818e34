/* SPDX-License-Identifier: MIT */
/*
 * From what an IMAP server says of a message to the view that callers read.
 */
#ifndef MGW_GATEWAY_MAIL_VIEW_H
#define MGW_GATEWAY_MAIL_VIEW_H

#include "base/arena.h"
#include "imap/types.h"

#include "simplemailgw/mail.h"

/* Fills *mail; everything in it lives in the arena. Returns the arena's status. `folder` is not copied. */
smgw_status mgw_mail_view(
    mgw_arena *arena, const mgw_imap_fetch *fetch, const char *folder, uint32_t uidvalidity, smgw_mail *mail);

/* The part of one body structure entry. */
smgw_status mgw_part_view(mgw_arena *arena, const mgw_imap_part *from, smgw_part *part, uint32_t *defects);

#endif
