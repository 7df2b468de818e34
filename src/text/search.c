/* SPDX-License-Identifier: MIT */
/* The grammar of IMAP SEARCH criteria (search-key of RFC 3501 section 9), read without recursion. */
#include "simplemailgw/sanitize.h"

#include "text/check.h"
#include "text/date.h"
#include "text/imap_syntax.h"

enum { CRITERIA_MAX = 4000, DEPTH_MAX = 10 };

typedef enum argument { NONE, STRING, DATE, NUMBER, KEYWORD, UIDS, FIELD_AND_STRING } argument;

static const struct {
    const char *name;
    argument takes;
} KEYS[] = {
    { "ALL", NONE },        { "ANSWERED", NONE },    { "BCC", STRING },       { "BEFORE", DATE },
    { "BODY", STRING },     { "CC", STRING },        { "DELETED", NONE },     { "DRAFT", NONE },
    { "FLAGGED", NONE },    { "FROM", STRING },      { "HEADER", FIELD_AND_STRING },
    { "KEYWORD", KEYWORD }, { "LARGER", NUMBER },    { "NEW", NONE },         { "OLD", NONE },
    { "ON", DATE },         { "RECENT", NONE },      { "SEEN", NONE },        { "SENTBEFORE", DATE },
    { "SENTON", DATE },     { "SENTSINCE", DATE },   { "SINCE", DATE },       { "SMALLER", NUMBER },
    { "SUBJECT", STRING },  { "TEXT", STRING },      { "TO", STRING },        { "UID", UIDS },
    { "UNANSWERED", NONE }, { "UNDELETED", NONE },   { "UNDRAFT", NONE },     { "UNFLAGGED", NONE },
    { "UNKEYWORD", KEYWORD }, { "UNSEEN", NONE },
};

/*
 * Where the reader stands. `nesting` holds what is open around it, outermost first: '(' until its ')' comes, and '!' for
 * a NOT until the key that it negates is complete.
 */
typedef struct parser {
    mgw_bytes rest;
    char nesting[DEPTH_MAX];
    size_t depth;
    smgw_rule rule; /* The first that was broken. */
} parser;

static bool fail(parser *p, smgw_rule rule)
{
    if (p->rule == SMGW_RULE_OK)
        p->rule = rule;
    return false;
}

static void advance(parser *p, size_t count)
{
    p->rest = mgw_bytes_slice(p->rest, count, p->rest.len);
}

static bool take(parser *p, char expected)
{
    if (p->rest.len == 0 || p->rest.data[0] != expected)
        return false;
    advance(p, 1);
    return true;
}

/* What stands up to the next blank or parenthesis. */
static mgw_bytes take_word(parser *p)
{
    size_t len = 0;
    while (len < p->rest.len && strchr(" ()", p->rest.data[len]) == NULL)
        len++;
    mgw_bytes word = mgw_bytes_slice(p->rest, 0, len);
    advance(p, len);
    return word;
}

/* A quoted string without its quotes; a backslash stands before '"' and '\' only. '%' is refused: see below. */
static bool take_quoted(parser *p, mgw_bytes *inside)
{
    size_t i = 1;
    for (; i < p->rest.len && p->rest.data[i] != '"'; i++) {
        char c = p->rest.data[i];
        /* Some transports decode percent escapes after this check, which would turn %22 into a quote. */
        if (c == '%')
            return fail(p, SMGW_RULE_CHARACTER);
        if (c == '\\' && (++i == p->rest.len || (p->rest.data[i] != '"' && p->rest.data[i] != '\\')))
            return fail(p, SMGW_RULE_SYNTAX);
    }
    if (i >= p->rest.len)
        return fail(p, SMGW_RULE_SYNTAX);
    *inside = mgw_bytes_slice(p->rest, 1, i - 1);
    advance(p, i + 1);
    return true;
}

/* An astring without literals. */
static bool take_string(parser *p, mgw_bytes *string)
{
    if (p->rest.len > 0 && p->rest.data[0] == '"')
        return take_quoted(p, string);
    *string = take_word(p);
    if (string->len == 0)
        return fail(p, SMGW_RULE_SYNTAX);
    for (size_t i = 0; i < string->len; i++)
        if (!mgw_is_atom_char((unsigned char)string->data[i]) && string->data[i] != ']')
            return fail(p, SMGW_RULE_CHARACTER);
    return true;
}

static bool take_date(parser *p)
{
    mgw_bytes date;
    if (!take_string(p, &date))
        return false;
    return mgw_date_is_imap(date) || fail(p, SMGW_RULE_SYNTAX);
}

static bool take_number(parser *p)
{
    uint64_t number = 0;
    return mgw_bytes_to_u64(take_word(p), UINT32_MAX, &number) || fail(p, SMGW_RULE_RANGE);
}

static bool take_keyword(parser *p)
{
    mgw_bytes word = take_word(p);
    if (word.len > 0 && word.data[0] == '\\')
        return fail(p, SMGW_RULE_CHARACTER);
    smgw_rule rule = smgw_validate_flag(word.data, word.len);
    return rule == SMGW_RULE_OK || fail(p, rule);
}

static bool take_uids(parser *p)
{
    mgw_bytes word = take_word(p);
    smgw_rule rule = smgw_validate_uid_set(word.data, word.len);
    return rule == SMGW_RULE_OK || fail(p, rule);
}

static bool take_field_name(parser *p)
{
    mgw_bytes name;
    if (!take_string(p, &name))
        return false;
    smgw_rule rule = smgw_validate_header_name(name.data, name.len);
    return rule == SMGW_RULE_OK || fail(p, rule);
}

static bool take_space(parser *p)
{
    return take(p, ' ') || fail(p, SMGW_RULE_SYNTAX);
}

static bool take_argument(parser *p, argument kind)
{
    mgw_bytes ignored;
    if (kind != NONE && !take_space(p))
        return false;
    switch (kind) {
    case NONE:
        return true;
    case STRING:
        return take_string(p, &ignored);
    case DATE:
        return take_date(p);
    case NUMBER:
        return take_number(p);
    case KEYWORD:
        return take_keyword(p);
    case UIDS:
        return take_uids(p);
    case FIELD_AND_STRING:
        return take_field_name(p) && take_space(p) && take_string(p, &ignored);
    }
    return fail(p, SMGW_RULE_SYNTAX);
}

static bool take_key(parser *p, mgw_bytes name)
{
    for (size_t i = 0; i < sizeof KEYS / sizeof KEYS[0]; i++)
        if (mgw_bytes_equal_fold(name, mgw_bytes_str(KEYS[i].name)))
            return take_argument(p, KEYS[i].takes);
    return fail(p, name.len > 0 ? SMGW_RULE_UNKNOWN_KEY : SMGW_RULE_SYNTAX);
}

static bool open_nesting(parser *p, char kind)
{
    if (p->depth == DEPTH_MAX)
        return fail(p, SMGW_RULE_DEPTH);
    p->nesting[p->depth++] = kind;
    return true;
}

static void end_negations(parser *p)
{
    while (p->depth > 0 && p->nesting[p->depth - 1] == '!')
        p->depth--;
}

/* Reads one key with all the NOT and '(' before it. */
static bool take_criterion(parser *p)
{
    for (;;) {
        if (take(p, '(')) {
            if (!open_nesting(p, '('))
                return false;
            continue;
        }
        mgw_bytes name = take_word(p);
        if (!mgw_bytes_equal_fold(name, MGW_LIT("NOT")))
            return take_key(p, name);
        if (!open_nesting(p, '!') || !take_space(p))
            return false;
    }
}

/* Closes what ends behind a complete key. */
static void close_groups(parser *p)
{
    end_negations(p);
    while (p->depth > 0 && take(p, ')')) {
        p->depth--;
        end_negations(p);
    }
}

smgw_rule smgw_validate_search_criteria(const char *text, size_t len)
{
    parser p = { .rest = { text, len }, .rule = mgw_check_ascii_text(text, len, CRITERIA_MAX) };
    if (p.rule != SMGW_RULE_OK)
        return p.rule;
    while (take_criterion(&p)) {
        close_groups(&p);
        if (p.rest.len == 0)
            return p.depth == 0 ? SMGW_RULE_OK : SMGW_RULE_SYNTAX;
        if (!take_space(&p))
            break;
    }
    return p.rule;
}

smgw_rule smgw_validate_search_criteria_str(const char *text)
{
    return smgw_validate_search_criteria(text, strlen(text));
}
