/* SPDX-License-Identifier: MIT */
#include "imap/mutf7.h"
#include "imap/parse.h"

#include "simplemailgw/sanitize.h"

typedef struct word_bit {
    const char *word;
    uint32_t bit;
} word_bit;

static uint32_t find_bit(const word_bit *table, size_t count, mgw_bytes word)
{
    for (size_t i = 0; i < count; i++)
        if (mgw_bytes_equal_fold(word, mgw_bytes_str(table[i].word)))
            return table[i].bit;
    return 0;
}

const char *mgw_imap_role_name(mgw_imap_role role)
{
    static const char *const names[] = { "", "inbox", "sent", "drafts", "trash", "junk", "archive", "all", "flagged" };
    size_t index = (size_t)role;
    return index < sizeof names / sizeof names[0] ? names[index] : "";
}

static void apply_attribute(mgw_bytes word, mgw_imap_list_item *out)
{
    static const word_bit attributes[] = {
        { "\\Noselect", MGW_IMAP_NOSELECT },
        { "\\NonExistent", MGW_IMAP_NOSELECT | MGW_IMAP_NONEXISTENT },
        { "\\Noinferiors", MGW_IMAP_NOINFERIORS },
        { "\\HasChildren", MGW_IMAP_HAS_CHILDREN },
        { "\\HasNoChildren", MGW_IMAP_HAS_NO_CHILDREN },
        { "\\Marked", MGW_IMAP_MARKED },
        { "\\Unmarked", MGW_IMAP_UNMARKED },
        { "\\Subscribed", MGW_IMAP_SUBSCRIBED },
    };
    static const word_bit roles[] = {
        { "\\Sent", MGW_IMAP_ROLE_SENT },
        { "\\Drafts", MGW_IMAP_ROLE_DRAFTS },
        { "\\Trash", MGW_IMAP_ROLE_TRASH },
        { "\\Junk", MGW_IMAP_ROLE_JUNK },
        { "\\Archive", MGW_IMAP_ROLE_ARCHIVE },
        { "\\All", MGW_IMAP_ROLE_ALL },
        { "\\Flagged", MGW_IMAP_ROLE_FLAGGED },
    };
    out->attributes |= find_bit(attributes, sizeof attributes / sizeof attributes[0], word);
    uint32_t role = find_bit(roles, sizeof roles / sizeof roles[0], word);
    if (role != 0 && out->role == MGW_IMAP_ROLE_NONE)
        out->role = (mgw_imap_role)role;
}

static bool parse_attributes(mgw_imap_lexer *lexer, mgw_imap_list_item *out)
{
    if (!mgw_imap_lex_char(lexer, '('))
        return false;
    while (!mgw_imap_lex_char(lexer, ')')) {
        mgw_bytes word;
        if (!mgw_imap_lex_atom(lexer, &word))
            return false;
        apply_attribute(word, out);
        if (!mgw_imap_lex_char(lexer, ' ') && mgw_imap_lex_peek(lexer) != ')')
            return false;
    }
    return true;
}

/* One printable ASCII character in quotes, or NIL. */
static bool parse_delimiter(mgw_imap_lexer *lexer, char *out)
{
    mgw_bytes text;
    if (!mgw_imap_lex_nstring(lexer, &text))
        return false;
    *out = '\0';
    if (text.data == NULL)
        return true;
    if (text.len != 1 || text.data[0] <= ' ' || text.data[0] > '~')
        return false;
    *out = text.data[0];
    return true;
}

static bool parse_line(mgw_imap_lexer *lexer, mgw_imap_list_item *out)
{
    if (!parse_attributes(lexer, out) || !mgw_imap_lex_char(lexer, ' ') || !parse_delimiter(lexer, &out->delimiter) ||
        !mgw_imap_lex_char(lexer, ' ') || !mgw_imap_lex_astring(lexer, &out->wire_name))
        return false;
    /* Extended data (RFC 5258), such as CHILDINFO. */
    if (mgw_imap_lex_char(lexer, ' ') && !mgw_imap_lex_skip(lexer))
        return false;
    return mgw_imap_lex_end(lexer);
}

bool mgw_imap_decode_name(mgw_bytes wire, bool utf8, mgw_buf *name, mgw_bytes *out, bool *valid)
{
    mgw_buf_clear(name);
    smgw_rule rule = utf8 ? smgw_sanitize_folder_name(wire.data, wire.len) : mgw_mutf7_decode(wire, name);
    if (utf8 && rule == SMGW_RULE_OK)
        mgw_buf_add_bytes(name, wire);
    if (name->status == SMGW_ERR_NO_MEMORY)
        return false;
    *valid = name->status == SMGW_OK && rule == SMGW_RULE_OK && name->len > 0 && name->len <= MGW_IMAP_MAX_NAME;
    *out = *valid ? mgw_buf_bytes(name) : MGW_LIT("");
    return true;
}

smgw_status mgw_imap_parse_list(mgw_imap_lexer *lexer, bool utf8, mgw_buf *name, mgw_imap_list_item *out)
{
    *out = (mgw_imap_list_item){ 0 };
    if (!parse_line(lexer, out))
        return lexer->arena->status != SMGW_OK ? lexer->arena->status : SMGW_ERR_PROTOCOL;
    if (!mgw_imap_decode_name(out->wire_name, utf8, name, &out->name, &out->name_valid))
        return name->status;
    if (mgw_bytes_equal_fold(out->name, MGW_LIT("INBOX")))
        out->role = MGW_IMAP_ROLE_INBOX;
    return SMGW_OK;
}
