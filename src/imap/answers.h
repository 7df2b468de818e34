/* SPDX-License-Identifier: MIT */
/* What the server says, by topic; answers.c dispatches. Lexers stand behind the word that named the topic. */
#ifndef MGW_IMAP_ANSWERS_H
#define MGW_IMAP_ANSWERS_H

#include "imap/internal.h"

extern const char mgw_imap_out_of_memory[];

/* The number of a tag of ours; 0 for any other. */
uint32_t mgw_imap_tag_number(const mgw_imap *imap, mgw_bytes tag);

/* "* n FETCH (...)", whole. */
void mgw_imap_on_fetch(mgw_imap *imap, mgw_bytes response);

void mgw_imap_on_search(mgw_imap *imap, mgw_imap_lexer *lexer);
void mgw_imap_on_esearch(mgw_imap *imap, mgw_imap_lexer *lexer);
void mgw_imap_on_list(mgw_imap *imap, mgw_imap_lexer *lexer);
void mgw_imap_on_status(mgw_imap *imap, mgw_imap_lexer *lexer);

/* "* n WORD" */
void mgw_imap_on_numbered(mgw_imap *imap, mgw_imap_lexer *lexer, uint32_t number);

/* What "[UIDVALIDITY n]" and its like say about the folder that is being opened. */
void mgw_imap_apply_code(mgw_imap *imap, const mgw_imap_resp_text *text);

void mgw_imap_on_enabled(mgw_imap *imap, mgw_imap_lexer *lexer);
void mgw_imap_on_vanished(mgw_imap *imap, mgw_imap_lexer *lexer);

/* The command that changes since a known state answer now: the folder being opened, or a FETCH; or NULL. */
mgw_imap_command *mgw_imap_find_resync(mgw_imap *imap);

/* An untagged COPYUID: what the outstanding MOVE did so far (RFC 6851 section 4.3). */
void mgw_imap_note_copyuid(mgw_imap *imap, mgw_bytes arguments);

/* What the code of a tagged response says of the command that it completes. */
void mgw_imap_apply_done_code(
    mgw_imap *imap, const mgw_imap_command *command, const mgw_imap_resp_text *text, mgw_imap_done *done);

#endif
