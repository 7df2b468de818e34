/* SPDX-License-Identifier: MIT */
/* How a command is made: begun with its tag, written with imap/wire.h, and queued whole or not at all. */
#ifndef MGW_IMAP_DRAFT_H
#define MGW_IMAP_DRAFT_H

#include "imap/internal.h"

typedef struct mgw_imap_draft {
    mgw_imap_command *command;
    mgw_imap_writer writer;
    size_t view_at; /* What the command remembers of its own text: its section or folder. */
    size_t view_len;
} mgw_imap_draft;

/* Begins a command with its tag and a blank. What is begun is ended with mgw_imap_finish(). */
smgw_status mgw_imap_begin(mgw_imap *imap, mgw_imap_kind kind, mgw_imap_draft *out);

/* Ends the line and queues the command, or undoes it. `id` may be NULL. */
smgw_status mgw_imap_finish(mgw_imap *imap, mgw_imap_draft *made, uint32_t *id);

/* A command that is one word. */
smgw_status mgw_imap_simple(mgw_imap *imap, mgw_imap_kind kind, const char *word, uint32_t *id);

#endif
