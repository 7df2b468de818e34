/* SPDX-License-Identifier: MIT */
/*
 * BODYSTRUCTURE (RFC 3501 section 7.4.2) as a flat list. A frame stands for each multipart or message whose children
 * are being read; the sender of a mail chooses their depth, so they live in a bounded stack and not in calls.
 */
#include "imap/array.h"
#include "imap/parse.h"

typedef struct frame {
    size_t part; /* Index of the multipart or message. */
    bool message;
    uint32_t children;
    mgw_bytes prefix; /* The children's section is prefix "." number; empty at the top. */
} frame;

typedef struct structure {
    mgw_imap_lexer *lexer;
    const mgw_imap_limits *limits;
    mgw_imap_array parts;
    frame *stack;
    size_t depth;
} structure;

static mgw_imap_part *part_at(const structure *s, size_t index)
{
    return (mgw_imap_part *)s->parts.items + index;
}

static mgw_bytes join(mgw_arena *arena, mgw_bytes prefix, mgw_bytes last)
{
    size_t dot = prefix.len > 0 ? 1 : 0;
    size_t len = prefix.len + dot + last.len;
    char *text = mgw_arena_alloc(arena, len, 1);
    if (text == NULL)
        return mgw_bytes_of(NULL, 0);
    memcpy(text, prefix.len > 0 ? prefix.data : "", prefix.len);
    if (dot > 0)
        text[prefix.len] = '.';
    memcpy(text + prefix.len + dot, last.data, last.len);
    return mgw_bytes_of(text, len);
}

static mgw_bytes join_number(mgw_arena *arena, mgw_bytes prefix, uint32_t number)
{
    char digits[10];
    size_t start = sizeof digits;
    do {
        digits[--start] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    return join(arena, prefix, mgw_bytes_of(digits + start, sizeof digits - start));
}

/* The section of the next child of the innermost frame. A single body, of a mail or a message in it, is its part 1. */
static mgw_bytes next_section(structure *s, bool multipart)
{
    mgw_arena *arena = s->lexer->arena;
    if (s->depth == 0)
        return multipart ? MGW_LIT("") : MGW_LIT("1");
    frame *top = &s->stack[s->depth - 1];
    if (top->message && multipart)
        return join(arena, top->prefix, MGW_LIT("TEXT"));
    return join_number(arena, top->prefix, ++top->children);
}

static bool blank(structure *s)
{
    return mgw_imap_lex_char(s->lexer, ' ');
}

static bool parse_parameters(structure *s, mgw_imap_parameters *out)
{
    mgw_imap_lexer *lexer = s->lexer;
    mgw_imap_array array = { 0 };
    if (mgw_imap_lex_nil(lexer))
        return true;
    if (!mgw_imap_lex_char(lexer, '('))
        return false;
    while (!mgw_imap_lex_char(lexer, ')')) {
        mgw_imap_parameter parameter = { 0 };
        if (!mgw_imap_lex_nstring(lexer, &parameter.name) || !blank(s) ||
            !mgw_imap_lex_nstring(lexer, &parameter.value))
            return false;
        mgw_imap_lex_char(lexer, ' ');
        if (array.count == s->limits->parameters) {
            lexer->dropped++;
            continue;
        }
        mgw_imap_parameter *slot = mgw_imap_array_add(&array, lexer->arena, sizeof *slot);
        if (slot == NULL)
            return false;
        *slot = parameter;
    }
    *out = (mgw_imap_parameters){ array.items, array.count };
    return true;
}

/* "(" type parameters ")" or NIL. */
static bool parse_disposition(structure *s, mgw_imap_part *part)
{
    if (mgw_imap_lex_nil(s->lexer))
        return true;
    return mgw_imap_lex_char(s->lexer, '(') && mgw_imap_lex_nstring(s->lexer, &part->disposition) && blank(s) &&
           parse_parameters(s, &part->disposition_parameters) && mgw_imap_lex_char(s->lexer, ')');
}

/* Disposition, then language, location and what a later RFC may add, which are passed over. */
static bool parse_extension(structure *s, mgw_imap_part *part)
{
    if (mgw_imap_lex_char(s->lexer, ' ') && !parse_disposition(s, part))
        return false;
    while (mgw_imap_lex_char(s->lexer, ' '))
        if (!mgw_imap_lex_skip(s->lexer))
            return false;
    return mgw_imap_lex_char(s->lexer, ')');
}

/* A number; NIL, which some servers write, is 0. */
static bool parse_count(structure *s, uint64_t *number)
{
    return mgw_imap_lex_nil(s->lexer) || mgw_imap_lex_number(s->lexer, 0, INT64_MAX, number);
}

/* MD5, then as above. */
static bool end_leaf(structure *s, mgw_imap_part *part)
{
    mgw_bytes md5;
    if (mgw_imap_lex_char(s->lexer, ' ') && !mgw_imap_lex_nstring(s->lexer, &md5))
        return false;
    return parse_extension(s, part);
}

static bool end_multipart(structure *s, mgw_imap_part *part)
{
    if (!blank(s) || !mgw_imap_lex_string(s->lexer, &part->subtype))
        return false;
    if (mgw_imap_lex_char(s->lexer, ' ') && !parse_parameters(s, &part->parameters))
        return false;
    return parse_extension(s, part);
}

static bool parse_leaf_fields(structure *s, mgw_imap_part *part)
{
    return mgw_imap_lex_string(s->lexer, &part->type) && blank(s) && mgw_imap_lex_string(s->lexer, &part->subtype) &&
           blank(s) && parse_parameters(s, &part->parameters) && blank(s) &&
           mgw_imap_lex_nstring(s->lexer, &part->id) && blank(s) &&
           mgw_imap_lex_nstring(s->lexer, &part->description) && blank(s) &&
           mgw_imap_lex_nstring(s->lexer, &part->encoding) && blank(s) && parse_count(s, &part->size);
}

static bool is_message(const mgw_imap_part *part)
{
    return mgw_bytes_equal_fold(part->type, MGW_LIT("message")) &&
           (mgw_bytes_equal_fold(part->subtype, MGW_LIT("rfc822")) ||
               mgw_bytes_equal_fold(part->subtype, MGW_LIT("global")));
}

/* Looks for what stands behind a blank without taking it. */
static int peek_behind_blank(const structure *s)
{
    mgw_imap_lexer ahead = *s->lexer;
    return mgw_imap_lex_char(&ahead, ' ') ? mgw_imap_lex_peek(&ahead) : -1;
}

static bool push(structure *s, size_t part, bool message, mgw_bytes prefix)
{
    if (s->depth == s->limits->nesting)
        return false;
    s->stack[s->depth++] = (frame){ part, message, 0, prefix };
    return true;
}

/* The opening of one body: a whole leaf, or the part of a multipart or message up to its first child. */
static bool open_body(structure *s)
{
    if (!mgw_imap_lex_char(s->lexer, '(') || s->parts.count == s->limits->parts)
        return false;
    bool multipart = mgw_imap_lex_peek(s->lexer) == '(';
    mgw_bytes parent = s->depth > 0 ? s->stack[s->depth - 1].prefix : MGW_LIT("");
    bool in_message = s->depth > 0 && s->stack[s->depth - 1].message;
    size_t index = s->parts.count;
    mgw_imap_part *part = mgw_imap_array_add(&s->parts, s->lexer->arena, sizeof *part);
    if (part == NULL)
        return false;
    part->section = next_section(s, multipart);
    part->depth = (uint32_t)s->depth;
    part->multipart = multipart;
    if (part->section.data == NULL)
        return false;
    if (multipart) {
        part->type = MGW_LIT("multipart");
        return push(s, index, false, in_message ? parent : part->section);
    }
    if (!parse_leaf_fields(s, part))
        return false;
    if (is_message(part) && peek_behind_blank(s) == '(')
        return blank(s) && mgw_imap_lex_skip(s->lexer) && blank(s) && push(s, index, true, part->section);
    int next = peek_behind_blank(s);
    if (next >= 0 && mgw_is_digit((unsigned char)next) && !(blank(s) && parse_count(s, &part->lines)))
        return false;
    return end_leaf(s, part);
}

static bool close_message(structure *s, mgw_imap_part *part)
{
    return blank(s) && parse_count(s, &part->lines) && end_leaf(s, part);
}

/* Closes every frame that has no further child. False where that fails. */
static bool close_bodies(structure *s)
{
    while (s->depth > 0) {
        frame *top = &s->stack[s->depth - 1];
        bool more = !top->message && (mgw_imap_lex_peek(s->lexer) == '(' || peek_behind_blank(s) == '(');
        if (more) {
            mgw_imap_lex_char(s->lexer, ' ');
            return true;
        }
        mgw_imap_part *part = part_at(s, top->part);
        if (!(top->message ? close_message(s, part) : end_multipart(s, part)))
            return false;
        s->depth--;
    }
    return true;
}

bool mgw_imap_parse_structure(
    mgw_imap_lexer *lexer, const mgw_imap_limits *limits, const mgw_imap_part **parts, size_t *count)
{
    structure s = { .lexer = lexer, .limits = limits };
    s.stack = mgw_arena_alloc(lexer->arena, limits->nesting, sizeof *s.stack);
    if (s.stack == NULL)
        return false;
    do {
        size_t before = s.depth;
        if (!open_body(&s))
            return false;
        /* A frame that was just opened has its first child to read. */
        if (s.depth == before && !close_bodies(&s))
            return false;
    } while (s.depth > 0);
    *parts = s.parts.items;
    *count = s.parts.count;
    return true;
}
