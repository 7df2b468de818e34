/* SPDX-License-Identifier: MIT */
#include "imap/parse.h"
#include "imap/wire.h"

#include "simplemailgw/mail.h"
#include "simplemailgw/sanitize.h"

enum { MAX_KEYWORDS = 100 };

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

static void write_one(mgw_imap_writer *writer, const char **separator, mgw_bytes flag)
{
    mgw_imap_write_words(writer, *separator);
    mgw_buf_add_bytes(writer->out, flag);
    *separator = " ";
}

static bool is_keyword(mgw_bytes keyword)
{
    return smgw_validate_flag(keyword.data, keyword.len) == SMGW_RULE_OK && keyword.data[0] != '\\';
}

void mgw_imap_write_flags(mgw_imap_writer *writer, uint32_t bits, const mgw_bytes *keywords, size_t count)
{
    const char *separator = "";
    uint32_t known = 0;
    mgw_imap_write_words(writer, "(");
    for (size_t i = 0; i < sizeof system_flags / sizeof system_flags[0]; i++) {
        known |= system_flags[i].bit;
        if (bits & system_flags[i].bit)
            write_one(writer, &separator, mgw_bytes_str(system_flags[i].name));
    }
    if ((bits & ~known) != 0 || count > MAX_KEYWORDS)
        mgw_imap_refuse(writer, SMGW_ERR_INVALID);
    for (size_t i = 0; i < count && writer->status == SMGW_OK; i++) {
        if (is_keyword(keywords[i]))
            write_one(writer, &separator, keywords[i]);
        else
            mgw_imap_refuse(writer, SMGW_ERR_INVALID);
    }
    mgw_imap_write_words(writer, ")");
}
