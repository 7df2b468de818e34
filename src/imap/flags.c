/* SPDX-License-Identifier: MIT */
#include "imap/parse.h"

#include "simplemailgw/mail.h"

typedef struct system_flag {
    const char *name;
    uint32_t bit;
} system_flag;

static const system_flag system_flags[] = {
    { "\\Seen", SMGW_FLAG_SEEN },
    { "\\Answered", SMGW_FLAG_ANSWERED },
    { "\\Flagged", SMGW_FLAG_FLAGGED },
    { "\\Deleted", SMGW_FLAG_DELETED },
    { "\\Draft", SMGW_FLAG_DRAFT },
};

uint32_t mgw_imap_flag_bit(mgw_bytes flag)
{
    for (size_t i = 0; i < sizeof system_flags / sizeof system_flags[0]; i++)
        if (mgw_bytes_equal_fold(flag, mgw_bytes_str(system_flags[i].name)))
            return system_flags[i].bit;
    return 0;
}

bool mgw_imap_parse_flags(mgw_imap_lexer *lexer, uint32_t *bits, bool *any)
{
    *bits = 0;
    *any = false;
    if (!mgw_imap_lex_char(lexer, '('))
        return false;
    while (!mgw_imap_lex_char(lexer, ')')) {
        mgw_bytes flag;
        if (!mgw_imap_lex_atom(lexer, &flag))
            return false;
        *bits |= mgw_imap_flag_bit(flag);
        *any = *any || mgw_bytes_equal(flag, MGW_LIT("\\*"));
        if (!mgw_imap_lex_char(lexer, ' ') && mgw_imap_lex_peek(lexer) != ')')
            return false;
    }
    return true;
}
