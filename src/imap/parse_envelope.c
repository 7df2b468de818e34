/* SPDX-License-Identifier: MIT */
#include "imap/array.h"
#include "imap/parse.h"

static bool parse_address(mgw_imap_lexer *lexer, mgw_imap_address *out)
{
    mgw_bytes route;
    return mgw_imap_lex_char(lexer, '(') && mgw_imap_lex_nstring(lexer, &out->name) && mgw_imap_lex_char(lexer, ' ') &&
           mgw_imap_lex_nstring(lexer, &route) && mgw_imap_lex_char(lexer, ' ') &&
           mgw_imap_lex_nstring(lexer, &out->mailbox) && mgw_imap_lex_char(lexer, ' ') &&
           mgw_imap_lex_nstring(lexer, &out->host) && mgw_imap_lex_char(lexer, ')');
}

/* "(" 1*address ")" or NIL; servers also write "()" and blanks between. */
static bool parse_addresses(mgw_imap_lexer *lexer, const mgw_imap_limits *limits, mgw_imap_address_list *out)
{
    mgw_imap_array array = { 0 };
    if (mgw_imap_lex_nil(lexer))
        return true;
    if (!mgw_imap_lex_char(lexer, '('))
        return false;
    while (!mgw_imap_lex_char(lexer, ')')) {
        mgw_imap_address address = { 0 };
        if (!parse_address(lexer, &address))
            return false;
        mgw_imap_lex_char(lexer, ' ');
        if (array.count == limits->addresses) {
            lexer->dropped++;
            continue;
        }
        mgw_imap_address *slot = mgw_imap_array_add(&array, lexer->arena, sizeof *slot);
        if (slot == NULL)
            return false;
        *slot = address;
    }
    *out = (mgw_imap_address_list){ array.items, array.count };
    return true;
}

/* The value and the blank behind it. */
static bool parse_field(mgw_imap_lexer *lexer, mgw_bytes *out)
{
    return mgw_imap_lex_nstring(lexer, out) && mgw_imap_lex_char(lexer, ' ');
}

bool mgw_imap_parse_envelope(mgw_imap_lexer *lexer, const mgw_imap_limits *limits, mgw_imap_envelope *out)
{
    mgw_imap_address_list *const lists[] = { &out->from, &out->sender, &out->reply_to, &out->to, &out->cc, &out->bcc };
    if (!mgw_imap_lex_char(lexer, '(') || !parse_field(lexer, &out->date) || !parse_field(lexer, &out->subject))
        return false;
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        if (!parse_addresses(lexer, limits, lists[i]) || !mgw_imap_lex_char(lexer, ' '))
            return false;
    return parse_field(lexer, &out->in_reply_to) && mgw_imap_lex_nstring(lexer, &out->message_id) &&
           mgw_imap_lex_char(lexer, ')');
}
