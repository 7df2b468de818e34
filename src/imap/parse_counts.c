/* SPDX-License-Identifier: MIT */
/* STATUS (RFC 3501 section 7.2.4; RFC 8438, RFC 7162, RFC 7889). */
#include "imap/parse.h"

typedef struct count_item {
    const char *name;
    uint32_t bit;
    uint64_t min, max;
} count_item;

static const count_item count_items[] = {
    { "MESSAGES", MGW_IMAP_COUNT_MESSAGES, 0, UINT32_MAX },
    { "UIDNEXT", MGW_IMAP_COUNT_UIDNEXT, 1, UINT32_MAX },
    { "UIDVALIDITY", MGW_IMAP_COUNT_UIDVALIDITY, 1, UINT32_MAX },
    { "UNSEEN", MGW_IMAP_COUNT_UNSEEN, 0, UINT32_MAX },
    { "SIZE", MGW_IMAP_COUNT_SIZE, 0, INT64_MAX },
    { "HIGHESTMODSEQ", MGW_IMAP_COUNT_HIGHESTMODSEQ, 0, INT64_MAX },
    { "APPENDLIMIT", MGW_IMAP_COUNT_APPENDLIMIT, 0, UINT64_MAX },
};

static void put(mgw_imap_counts *out, uint32_t bit, uint64_t value)
{
    out->has |= bit;
    switch (bit) {
    case MGW_IMAP_COUNT_MESSAGES:
        out->messages = (uint32_t)value;
        break;
    case MGW_IMAP_COUNT_UIDNEXT:
        out->uidnext = (uint32_t)value;
        break;
    case MGW_IMAP_COUNT_UIDVALIDITY:
        out->uidvalidity = (uint32_t)value;
        break;
    case MGW_IMAP_COUNT_UNSEEN:
        out->unseen = (uint32_t)value;
        break;
    case MGW_IMAP_COUNT_SIZE:
        out->size = value;
        break;
    case MGW_IMAP_COUNT_HIGHESTMODSEQ:
        out->highestmodseq = value;
        break;
    default:
        out->append_limit = value;
        break;
    }
}

static const count_item *find_item(mgw_bytes name)
{
    for (size_t i = 0; i < sizeof count_items / sizeof count_items[0]; i++)
        if (mgw_bytes_equal_fold(name, mgw_bytes_str(count_items[i].name)))
            return &count_items[i];
    return NULL;
}

static bool parse_item(mgw_imap_lexer *lexer, mgw_imap_counts *out)
{
    mgw_bytes name;
    uint64_t value = 0;
    if (!mgw_imap_lex_atom(lexer, &name) || !mgw_imap_lex_char(lexer, ' '))
        return false;
    const count_item *item = find_item(name);
    if (item == NULL)
        return mgw_imap_lex_skip(lexer);
    /* "APPENDLIMIT NIL": there is none. */
    if (item->bit == MGW_IMAP_COUNT_APPENDLIMIT && mgw_imap_lex_nil(lexer))
        return true;
    if (!mgw_imap_lex_number(lexer, item->min, item->max, &value))
        return false;
    put(out, item->bit, value);
    return true;
}

static bool parse_items(mgw_imap_lexer *lexer, mgw_imap_counts *out)
{
    if (!mgw_imap_lex_char(lexer, '('))
        return false;
    while (!mgw_imap_lex_char(lexer, ')')) {
        if (!parse_item(lexer, out) || (!mgw_imap_lex_char(lexer, ' ') && mgw_imap_lex_peek(lexer) != ')'))
            return false;
    }
    return true;
}

smgw_status mgw_imap_parse_counts(mgw_imap_lexer *lexer, bool utf8, mgw_buf *name, mgw_imap_counts *out)
{
    *out = (mgw_imap_counts){ 0 };
    bool good = mgw_imap_lex_astring(lexer, &out->wire_name) && mgw_imap_lex_char(lexer, ' ') &&
                parse_items(lexer, out) && (mgw_imap_lex_char(lexer, ' '), mgw_imap_lex_end(lexer));
    if (!good)
        return lexer->arena->status != SMGW_OK ? lexer->arena->status : SMGW_ERR_PROTOCOL;
    return mgw_imap_decode_name(out->wire_name, utf8, name, &out->name, &out->name_valid) ? SMGW_OK : name->status;
}

bool mgw_imap_is_quoted(mgw_bytes inside, mgw_bytes text)
{
    if (mgw_bytes_equal_fold(text, MGW_LIT("INBOX")))
        return mgw_bytes_equal_fold(inside, text);
    size_t at = 0;
    for (size_t i = 0; i < inside.len; i++, at++) {
        if (inside.data[i] == '\\')
            i++;
        if (at == text.len || inside.data[i] != text.data[at])
            return false;
    }
    return at == text.len;
}
