/* SPDX-License-Identifier: MIT */
#include "imap/lexer.h"

mgw_imap_lexer mgw_imap_lexer_of(mgw_bytes response, mgw_arena *arena)
{
    const char *start = response.data != NULL ? response.data : "";
    return (mgw_imap_lexer){ start, start + response.len, arena, 0 };
}

int mgw_imap_lex_peek(const mgw_imap_lexer *lexer)
{
    return lexer->at < lexer->end ? (unsigned char)*lexer->at : -1;
}

bool mgw_imap_lex_end(const mgw_imap_lexer *lexer)
{
    return lexer->at == lexer->end;
}

bool mgw_imap_lex_char(mgw_imap_lexer *lexer, char c)
{
    if (lexer->at == lexer->end || *lexer->at != c)
        return false;
    lexer->at++;
    return true;
}

mgw_bytes mgw_imap_lex_rest(const mgw_imap_lexer *lexer)
{
    return mgw_bytes_of(lexer->at, (size_t)(lexer->end - lexer->at));
}

static bool is_atom_byte(unsigned char c)
{
    return !mgw_is_control(c) && c != ' ' && c != '(' && c != ')' && c != '"' && c != '{';
}

bool mgw_imap_lex_atom(mgw_imap_lexer *lexer, mgw_bytes *atom)
{
    const char *start = lexer->at;
    while (lexer->at < lexer->end && is_atom_byte((unsigned char)*lexer->at))
        lexer->at++;
    *atom = mgw_bytes_of(start, (size_t)(lexer->at - start));
    return atom->len > 0;
}

bool mgw_imap_lex_word(mgw_imap_lexer *lexer, const char *word)
{
    mgw_bytes atom;
    return mgw_imap_lex_atom(lexer, &atom) && mgw_bytes_equal_fold(atom, mgw_bytes_str(word));
}

bool mgw_imap_lex_number(mgw_imap_lexer *lexer, uint64_t min, uint64_t max, uint64_t *number)
{
    const char *start = lexer->at;
    while (lexer->at < lexer->end && mgw_is_digit((unsigned char)*lexer->at))
        lexer->at++;
    uint64_t value = 0;
    if (!mgw_bytes_to_u64(mgw_bytes_of(start, (size_t)(lexer->at - start)), max, &value) || value < min)
        return false;
    *number = value;
    return true;
}

bool mgw_imap_lex_nil(mgw_imap_lexer *lexer)
{
    mgw_imap_lexer ahead = *lexer;
    if (!mgw_imap_lex_word(&ahead, "NIL"))
        return false;
    lexer->at = ahead.at;
    return true;
}

/* A copy of quoted text without its escapes; `escapes` of its bytes are backslashes to leave out. */
static bool unescape(mgw_imap_lexer *lexer, mgw_bytes quoted, size_t escapes, mgw_bytes *text)
{
    char *copy = mgw_arena_alloc(lexer->arena, quoted.len - escapes, 1);
    if (copy == NULL)
        return false;
    size_t len = 0;
    for (size_t i = 0; i < quoted.len; i++) {
        if (quoted.data[i] == '\\')
            i++;
        copy[len++] = quoted.data[i];
    }
    *text = mgw_bytes_of(copy, len);
    return true;
}

/* Behind the opening quote. Quoted specials are '"' and '\' only, but servers escape other characters too. */
static bool lex_quoted(mgw_imap_lexer *lexer, mgw_bytes *text)
{
    const char *start = lexer->at;
    size_t escapes = 0;
    for (; lexer->at < lexer->end && *lexer->at != '"'; lexer->at++) {
        if (*lexer->at == '\\') {
            escapes++;
            lexer->at++;
        }
        if (lexer->at == lexer->end || *lexer->at == '\r' || *lexer->at == '\n' || *lexer->at == '\0')
            return false;
    }
    *text = mgw_bytes_of(start, (size_t)(lexer->at - start));
    if (!mgw_imap_lex_char(lexer, '"'))
        return false;
    return escapes == 0 || unescape(lexer, *text, escapes, text);
}

/* Behind the opening brace. The reader has checked the header and put exactly that many octets behind it. */
static bool lex_literal(mgw_imap_lexer *lexer, mgw_bytes *text)
{
    uint64_t len = 0;
    if (!mgw_imap_lex_number(lexer, 0, SIZE_MAX, &len) || !mgw_imap_lex_char(lexer, '}') ||
        !mgw_imap_lex_char(lexer, '\r') || !mgw_imap_lex_char(lexer, '\n'))
        return false;
    if (len > (uint64_t)(lexer->end - lexer->at))
        return false;
    *text = mgw_bytes_of(lexer->at, (size_t)len);
    lexer->at += len;
    return true;
}

bool mgw_imap_lex_string(mgw_imap_lexer *lexer, mgw_bytes *text)
{
    if (mgw_imap_lex_char(lexer, '"'))
        return lex_quoted(lexer, text);
    if (mgw_imap_lex_char(lexer, '{'))
        return lex_literal(lexer, text);
    *text = mgw_bytes_of(NULL, 0);
    if (!mgw_imap_lex_char(lexer, MGW_IMAP_LITERAL_GONE))
        return false;
    lexer->dropped++;
    return true;
}

bool mgw_imap_lex_nstring(mgw_imap_lexer *lexer, mgw_bytes *text)
{
    if (mgw_imap_lex_nil(lexer)) {
        *text = mgw_bytes_of(NULL, 0);
        return true;
    }
    return mgw_imap_lex_string(lexer, text);
}

static bool at_string(const mgw_imap_lexer *lexer)
{
    int c = mgw_imap_lex_peek(lexer);
    return c == '"' || c == '{' || c == MGW_IMAP_LITERAL_GONE;
}

bool mgw_imap_lex_astring(mgw_imap_lexer *lexer, mgw_bytes *text)
{
    return at_string(lexer) ? mgw_imap_lex_string(lexer, text) : mgw_imap_lex_atom(lexer, text);
}

/* Passes a string without copying it. */
static bool skip_string(mgw_imap_lexer *lexer)
{
    mgw_bytes text;
    if (mgw_imap_lex_peek(lexer) != '"')
        return mgw_imap_lex_string(lexer, &text);
    for (lexer->at++; lexer->at < lexer->end && *lexer->at != '"'; lexer->at++)
        if (*lexer->at == '\\' && lexer->at + 1 < lexer->end)
            lexer->at++;
    return mgw_imap_lex_char(lexer, '"');
}

bool mgw_imap_lex_skip(mgw_imap_lexer *lexer)
{
    size_t depth = 0;
    do {
        mgw_bytes atom;
        if (mgw_imap_lex_char(lexer, '('))
            depth++;
        else if (depth > 0 && mgw_imap_lex_char(lexer, ')'))
            depth--;
        else if (depth > 0 && mgw_imap_lex_char(lexer, ' '))
            continue;
        else if (at_string(lexer) ? !skip_string(lexer) : !mgw_imap_lex_atom(lexer, &atom))
            return false;
    } while (depth > 0);
    return true;
}
