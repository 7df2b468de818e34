/* SPDX-License-Identifier: MIT */
/*
 * Walks over one response that the reader has put together: the line without its CRLF, each literal in its place as
 * "{n}" CRLF and n octets, or as the one byte MGW_IMAP_LITERAL_GONE where it was streamed or dropped. That byte also
 * stands for an envelope or a structure that was left out.
 *
 * Every function returns false, and leaves the position anywhere, where the text is not what it should be. Nothing
 * recurses.
 */
#ifndef MGW_IMAP_LEXER_H
#define MGW_IMAP_LEXER_H

#include "base/arena.h"

/* A byte that the reader refuses from servers outside literals, so it can only be the reader's own. */
#define MGW_IMAP_LITERAL_GONE '\0'

typedef struct mgw_imap_lexer {
    const char *at;
    const char *end;
    mgw_arena *arena; /* Quoted strings with escapes are copied here. */
    uint32_t dropped; /* Strings that were dropped; each was given as NIL. */
} mgw_imap_lexer;

mgw_imap_lexer mgw_imap_lexer_of(mgw_bytes response, mgw_arena *arena);

/* The next byte, or -1 at the end. */
int mgw_imap_lex_peek(const mgw_imap_lexer *lexer);

bool mgw_imap_lex_end(const mgw_imap_lexer *lexer);

/* Takes this byte. False, and nothing is taken, where another one is next. */
bool mgw_imap_lex_char(mgw_imap_lexer *lexer, char c);

/* One or more bytes that are no blank, parenthesis, quote, brace or control. Brackets and backslashes are taken. */
bool mgw_imap_lex_atom(mgw_imap_lexer *lexer, mgw_bytes *atom);

/* The atom `word`, in any case. */
bool mgw_imap_lex_word(mgw_imap_lexer *lexer, const char *word);

/* Digits, `min` to `max`. */
bool mgw_imap_lex_number(mgw_imap_lexer *lexer, uint64_t min, uint64_t max, uint64_t *number);

/* The next atom is NIL. Takes it. */
bool mgw_imap_lex_nil(mgw_imap_lexer *lexer);

/* A quoted string or a literal. Data is NULL where it was dropped. */
bool mgw_imap_lex_string(mgw_imap_lexer *lexer, mgw_bytes *text);

/* A string, or NIL with data NULL. */
bool mgw_imap_lex_nstring(mgw_imap_lexer *lexer, mgw_bytes *text);

/* A string or an atom. */
bool mgw_imap_lex_astring(mgw_imap_lexer *lexer, mgw_bytes *text);

/* Any one value: an atom, a string, or a balanced list of values. */
bool mgw_imap_lex_skip(mgw_imap_lexer *lexer);

/* The rest of the response. */
mgw_bytes mgw_imap_lex_rest(const mgw_imap_lexer *lexer);

#endif
