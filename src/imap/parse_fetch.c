/* SPDX-License-Identifier: MIT */
#include "imap/parse.h"

bool mgw_imap_parse_body_name(mgw_bytes name, mgw_imap_body_name *out)
{
    *out = (mgw_imap_body_name){ 0 };
    if (!mgw_bytes_starts_with_fold(name, MGW_LIT("BODY[")))
        return false;
    mgw_bytes rest = mgw_bytes_slice(name, 5, SIZE_MAX);
    size_t end = mgw_bytes_find(rest, ']');
    if (end == rest.len)
        return false;
    out->section = mgw_bytes_slice(rest, 0, end);
    rest = mgw_bytes_slice(rest, end + 1, SIZE_MAX);
    if (rest.len == 0)
        return true;
    uint64_t offset = 0;
    bool good = rest.len > 2 && rest.data[0] == '<' && rest.data[rest.len - 1] == '>' &&
                mgw_bytes_to_u64(mgw_bytes_slice(rest, 1, rest.len - 2), UINT32_MAX, &offset);
    out->partial = good;
    out->offset = (uint32_t)offset;
    return good;
}

/* An item's name; blanks and parentheses between brackets belong to it. */
static bool lex_item_name(mgw_imap_lexer *lexer, mgw_bytes *name)
{
    const char *start = lexer->at;
    bool bracket = false;
    for (; lexer->at < lexer->end; lexer->at++) {
        char c = *lexer->at;
        if (!bracket && (c == ' ' || c == '(' || c == ')' || c == '"' || c == '{'))
            break;
        bracket = c == '[' || (bracket && c != ']');
    }
    *name = mgw_bytes_of(start, (size_t)(lexer->at - start));
    return name->len > 0 && !bracket;
}

typedef struct fetch_parser {
    mgw_imap_lexer lexer;
    const mgw_imap_limits *limits;
    mgw_arena *envelopes;
    mgw_arena *structures;
    mgw_imap_fetch_response *out;
} fetch_parser;

static bool parse_flags(fetch_parser *parser)
{
    bool any = false;
    return mgw_imap_parse_flags(&parser->lexer, &parser->out->fetch.flags, &any);
}

static bool parse_uid(fetch_parser *parser)
{
    uint64_t uid = 0;
    if (!mgw_imap_lex_number(&parser->lexer, 1, UINT32_MAX, &uid))
        return false;
    uint32_t before = parser->out->fetch.uid;
    parser->out->fetch.uid = (uint32_t)uid;
    return before == 0 || before == uid;
}

static bool parse_size(fetch_parser *parser)
{
    return mgw_imap_lex_number(&parser->lexer, 0, INT64_MAX, &parser->out->fetch.size);
}

/* "(n)" */
static bool parse_modseq(fetch_parser *parser)
{
    return mgw_imap_lex_char(&parser->lexer, '(') &&
           mgw_imap_lex_number(&parser->lexer, 1, INT64_MAX, &parser->out->fetch.modseq) &&
           mgw_imap_lex_char(&parser->lexer, ')');
}

static bool parse_internal_date(fetch_parser *parser)
{
    return mgw_imap_lex_string(&parser->lexer, &parser->out->fetch.internal_date) &&
           parser->out->fetch.internal_date.data != NULL;
}

static bool parse_envelope(fetch_parser *parser)
{
    return mgw_imap_parse_envelope(&parser->lexer, parser->limits, &parser->out->fetch.envelope);
}

static bool parse_structure(fetch_parser *parser)
{
    mgw_imap_fetch *fetch = &parser->out->fetch;
    parser->lexer.arena = parser->structures;
    bool good = mgw_imap_parse_structure(&parser->lexer, parser->limits, &fetch->parts, &fetch->part_count);
    parser->lexer.arena = parser->envelopes;
    return good;
}

/* The first BODY[] of a response counts. */
static bool parse_body(fetch_parser *parser, mgw_bytes name)
{
    mgw_imap_fetch_response *out = parser->out;
    mgw_imap_body_name parts;
    mgw_bytes text;
    if (!mgw_imap_parse_body_name(name, &parts))
        return false;
    bool streamed = mgw_imap_lex_char(&parser->lexer, MGW_IMAP_LITERAL_GONE);
    if (!streamed && !mgw_imap_lex_nstring(&parser->lexer, &text))
        return false;
    if (out->body != MGW_IMAP_BODY_NONE) {
        out->extra_bodies++;
        return true;
    }
    out->body = streamed ? MGW_IMAP_BODY_STREAMED : MGW_IMAP_BODY_INLINE;
    out->body_name = parts;
    out->body_text = streamed ? mgw_bytes_of(NULL, 0) : text;
    return true;
}

typedef struct item {
    const char *name;
    uint32_t bit; /* 0: needed for the protocol itself; the response is broken where it does not parse. */
    bool (*parse)(fetch_parser *parser);
} item;

static const item items[] = {
    { "UID", 0, parse_uid },
    { "FLAGS", MGW_IMAP_FETCH_FLAGS, parse_flags },
    { "INTERNALDATE", MGW_IMAP_FETCH_INTERNALDATE, parse_internal_date },
    { "MODSEQ", MGW_IMAP_FETCH_MODSEQ, parse_modseq },
    { "RFC822.SIZE", MGW_IMAP_FETCH_SIZE, parse_size },
    { "ENVELOPE", MGW_IMAP_FETCH_ENVELOPE, parse_envelope },
    { "BODYSTRUCTURE", MGW_IMAP_FETCH_STRUCTURE, parse_structure },
    { "BODY", MGW_IMAP_FETCH_STRUCTURE, parse_structure },
};

static const item *find_item(mgw_bytes name)
{
    for (size_t i = 0; i < sizeof items / sizeof items[0]; i++)
        if (mgw_bytes_equal_fold(name, mgw_bytes_str(items[i].name)))
            return &items[i];
    return NULL;
}

/* An item is whole: what follows its value is a blank or the end of the list. */
static bool at_boundary(const mgw_imap_lexer *lexer)
{
    int c = mgw_imap_lex_peek(lexer);
    return c == ' ' || c == ')';
}

static bool parse_optional(fetch_parser *parser, const item *what)
{
    mgw_imap_fetch_response *out = parser->out;
    const char *value = parser->lexer.at;
    uint32_t dropped = parser->lexer.dropped;
    bool again = (out->present & what->bit) != 0;
    out->present |= what->bit;
    if (!again && what->parse(parser) && at_boundary(&parser->lexer)) {
        out->fetch.has |= what->bit;
        return true;
    }
    out->fetch.defects++;
    parser->lexer.at = value;
    bool good = mgw_imap_lex_skip(&parser->lexer);
    /* It is one defect, whatever is in it. */
    parser->lexer.dropped = dropped;
    return good;
}

static bool parse_item(fetch_parser *parser)
{
    mgw_bytes name;
    if (!lex_item_name(&parser->lexer, &name) || !mgw_imap_lex_char(&parser->lexer, ' '))
        return false;
    if (mgw_bytes_find(name, '[') < name.len)
        return mgw_bytes_starts_with_fold(name, MGW_LIT("BODY[")) ? parse_body(parser, name)
                                                                  : mgw_imap_lex_skip(&parser->lexer);
    const item *what = find_item(name);
    if (what == NULL)
        return mgw_imap_lex_skip(&parser->lexer);
    return what->bit == 0 ? what->parse(parser) : parse_optional(parser, what);
}

static bool parse_items(fetch_parser *parser)
{
    mgw_imap_lexer *lexer = &parser->lexer;
    uint64_t sequence = 0;
    if (!mgw_imap_lex_char(lexer, '*') || !mgw_imap_lex_char(lexer, ' ') ||
        !mgw_imap_lex_number(lexer, 1, UINT32_MAX, &sequence) || !mgw_imap_lex_char(lexer, ' ') ||
        !mgw_imap_lex_word(lexer, "FETCH") || !mgw_imap_lex_char(lexer, ' ') || !mgw_imap_lex_char(lexer, '('))
        return false;
    if (mgw_imap_lex_char(lexer, ')'))
        return mgw_imap_lex_end(lexer);
    do {
        if (!parse_item(parser))
            return false;
    } while (mgw_imap_lex_char(lexer, ' '));
    return mgw_imap_lex_char(lexer, ')') && mgw_imap_lex_end(lexer);
}

bool mgw_imap_parse_fetch(mgw_bytes response, const mgw_imap_limits *limits, mgw_arena *envelopes,
    mgw_arena *structures, mgw_imap_fetch_response *out)
{
    *out = (mgw_imap_fetch_response){ 0 };
    mgw_arena_free(envelopes);
    mgw_arena_free(structures);
    fetch_parser parser = { mgw_imap_lexer_of(response, envelopes), limits, envelopes, structures, out };
    bool good = parse_items(&parser);
    out->fetch.defects += parser.lexer.dropped;
    return good && envelopes->status != SMGW_ERR_NO_MEMORY && structures->status != SMGW_ERR_NO_MEMORY;
}
