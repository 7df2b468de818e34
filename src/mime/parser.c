/* SPDX-License-Identifier: MIT */
/*
 * Walks through a message with a stack of the multiparts and messages that are open, line by line where a boundary may
 * stand, and never back: the work is linear, and the depth of the tree costs no depth of the C stack.
 */
#include "simplemailgw/mail.h"

#include "base/alloc.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "mime/content.h"
#include "mime/entity.h"
#include "mime/mail.h"

enum { MAX_DEPTH = 100, MAX_PARTS = 10000, ARENA_CAP = 64 * 1024 * 1024 };

typedef struct span {
    size_t start;
    size_t end;
} span;

struct smgw_parsed {
    mgw_bytes data;
    mgw_arena arena;
    mgw_buf parts; /* smgw_part each. */
    mgw_buf spans; /* span each: the body of the part. */
    smgw_mail mail;
};

/* An open multipart or message. */
typedef struct frame {
    size_t part;        /* Its index. */
    mgw_bytes boundary; /* Empty for a message, and for a multipart that was closed. */
    const char *prefix; /* The section of a child is prefix "." number. */
    uint32_t children;
    bool is_message;
    bool is_digest;
} frame;

typedef struct walk {
    smgw_parsed *parsed;
    frame stack[MAX_DEPTH + 1];
    size_t depth; /* Frames on the stack. */
    size_t at;    /* Where the next entity begins, or where its body does. */
    bool in_leaf; /* The part last added is open and no frame. */
} walk;

/* A line that separates parts. */
typedef struct delimiter {
    size_t start; /* Of the line. */
    size_t next;  /* Of the line behind it. */
    size_t frame; /* Whose boundary it is. */
    bool closes;
} delimiter;

static size_t part_count(const smgw_parsed *parsed)
{
    return parsed->parts.len / sizeof(smgw_part);
}

static smgw_part *part_at(const smgw_parsed *parsed, size_t index)
{
    /* The buffer's memory comes from realloc() and holds nothing else, so it is aligned for its items. */
    return (smgw_part *)(void *)parsed->parts.data + index;
}

static span *span_at(const smgw_parsed *parsed, size_t index)
{
    return (span *)(void *)parsed->spans.data + index;
}

static size_t line_end(mgw_bytes data, size_t at)
{
    const char *lf = at < data.len ? memchr(data.data + at, '\n', data.len - at) : NULL;
    return lf != NULL ? (size_t)(lf - data.data) + 1 : data.len;
}

/* Whether `rest`, a line behind its "--" and without blanks at its end, is this boundary and nothing else but "--". */
static bool is_boundary(mgw_bytes rest, mgw_bytes boundary, bool *closes)
{
    *closes = rest.len == boundary.len + 2 && rest.data[rest.len - 1] == '-' && rest.data[rest.len - 2] == '-';
    if (boundary.len == 0 || (rest.len != boundary.len && !*closes))
        return false;
    return memcmp(rest.data, boundary.data, boundary.len) == 0;
}

static mgw_bytes without_blank_end(mgw_bytes line)
{
    while (line.len > 0 && memchr(" \t\r\n", line.data[line.len - 1], 4) != NULL)
        line.len--;
    return line;
}

/* Whether the line at `start`, which begins with "--", is a delimiter; that of the innermost frame goes first. */
static bool match_line(const walk *w, size_t start, delimiter *found)
{
    mgw_bytes data = w->parsed->data;
    size_t next = line_end(data, start);
    mgw_bytes rest = without_blank_end(mgw_bytes_slice(data, start + 2, next - start - 2));
    for (size_t i = w->depth; i-- > 0;)
        if (is_boundary(rest, w->stack[i].boundary, &found->closes)) {
            found->start = start;
            found->next = next;
            found->frame = i;
            return true;
        }
    return false;
}

static bool has_dashes(mgw_bytes data, size_t at)
{
    return at < data.len && data.len - at >= 2 && data.data[at] == '-' && data.data[at + 1] == '-';
}

/* Finds the next delimiter from the beginning of a line on. */
static bool find_delimiter(const walk *w, size_t at, delimiter *found)
{
    mgw_bytes data = w->parsed->data;
    if (w->depth == 0)
        return false;
    if (has_dashes(data, at) && match_line(w, at, found))
        return true;
    while (at < data.len) {
        const char *hit = memmem(data.data + at, data.len - at, "\n--", 3);
        if (hit == NULL)
            return false;
        at = (size_t)(hit - data.data) + 1;
        if (match_line(w, at, found))
            return true;
    }
    return false;
}

/* Where the header that begins at w->at ends: at its empty line, at a delimiter, or at the end of the data. */
static span header_span(const walk *w, size_t *body)
{
    mgw_bytes data = w->parsed->data;
    size_t at = w->at;
    while (at < data.len) {
        delimiter unused;
        size_t next = line_end(data, at);
        bool is_empty = data.data[at] == '\n' || (data.data[at] == '\r' && next == at + 2);
        if (is_empty || (has_dashes(data, at) && match_line(w, at, &unused))) {
            *body = is_empty ? next : at;
            return (span){ w->at, at };
        }
        at = next;
    }
    *body = data.len;
    return (span){ w->at, data.len };
}

static const char *join_section(mgw_arena *arena, const char *prefix, const char *last, uint64_t number)
{
    mgw_buf section = MGW_BUF_INIT(4096);
    mgw_buf_add_str(&section, prefix);
    if (prefix[0] != '\0')
        mgw_buf_add_byte(&section, '.');
    if (last != NULL)
        mgw_buf_add_str(&section, last);
    else
        mgw_buf_add_u64(&section, number);
    const char *text = section.status == SMGW_OK ? mgw_arena_strndup(arena, mgw_buf_bytes(&section)) : NULL;
    mgw_buf_free(&section);
    return text;
}

/* Names the next child as IMAP does (RFC 3501 section 6.4.5): the body of a message is its part 1, a multipart its
 * TEXT. */
static const char *next_section(walk *w, bool is_multipart)
{
    frame *parent = w->depth > 0 ? &w->stack[w->depth - 1] : NULL;
    if (parent == NULL)
        return is_multipart ? "" : "1";
    if (parent->is_message && is_multipart)
        return join_section(&w->parsed->arena, parent->prefix, "TEXT", 0);
    return join_section(&w->parsed->arena, parent->prefix, NULL, ++parent->children);
}

/* The prefix of a new frame's children. That of a multipart in a message is the message's own. */
static const char *child_prefix(const walk *w, const smgw_part *part, bool is_message)
{
    bool is_in_message = w->depth > 0 && w->stack[w->depth - 1].is_message;
    return is_in_message && !is_message ? w->stack[w->depth - 1].prefix : part->section;
}

static smgw_status add_part(walk *w, smgw_part part, size_t body, smgw_error *error)
{
    smgw_parsed *parsed = w->parsed;
    if (part_count(parsed) >= MAX_PARTS)
        return mgw_error_rule(error, SMGW_ERR_TOO_LARGE, "parts", SMGW_RULE_COUNT);
    span place = { body, body };
    part.section = next_section(w, mgw_part_is_multipart(&part));
    part.depth = (uint32_t)w->depth;
    mgw_buf_add(&parsed->parts, (const char *)&part, sizeof part);
    mgw_buf_add(&parsed->spans, (const char *)&place, sizeof place);
    if (part.section == NULL || parsed->parts.status != SMGW_OK || parsed->spans.status != SMGW_OK)
        return mgw_error_status(error, SMGW_ERR_NO_MEMORY);
    return SMGW_OK;
}

static void push(walk *w, const mgw_entity *entity)
{
    size_t index = part_count(w->parsed) - 1;
    const smgw_part *part = part_at(w->parsed, index);
    w->stack[w->depth] = (frame){
        .part = index,
        .boundary = entity->boundary,
        .prefix = child_prefix(w, part, entity->is_message),
        .is_message = entity->is_message,
        .is_digest = strcmp(part->media_type, "multipart/digest") == 0,
    };
    w->depth++;
}

/* Reads the header at w->at and adds its part; a multipart or message is pushed. w->at is then where its body begins.
 */
static smgw_status open_entity(walk *w, mgw_entity *entity, smgw_error *error)
{
    smgw_parsed *parsed = w->parsed;
    if (w->depth > MAX_DEPTH)
        return mgw_error_rule(error, SMGW_ERR_TOO_LARGE, "depth", SMGW_RULE_DEPTH);
    *entity = (mgw_entity){
        .arena = &parsed->arena,
        .is_in_digest = w->depth > 0 && w->stack[w->depth - 1].is_digest,
        .mail = part_count(parsed) == 0 ? &parsed->mail : NULL,
    };
    size_t body = 0;
    span header = header_span(w, &body);
    mgw_bytes block = mgw_bytes_slice(parsed->data, header.start, header.end - header.start);
    smgw_status status = mgw_entity_read(entity, block, error);
    parsed->mail.defects += entity->defects;
    if (status == SMGW_OK)
        status = add_part(w, entity->part, body, error);
    if (status != SMGW_OK)
        return status;
    w->in_leaf = !entity->is_message && entity->boundary.len == 0;
    if (!w->in_leaf)
        push(w, entity);
    w->at = body;
    return SMGW_OK;
}

/* Ends the body of a part before `end`; an empty body stays empty. */
static void close_part(smgw_parsed *parsed, size_t index, size_t end)
{
    span *body = span_at(parsed, index);
    body->end = end > body->start ? end : body->start;
    if (!mgw_part_is_multipart(part_at(parsed, index)))
        part_at(parsed, index)->size = body->end - body->start;
}

/* The line end before a delimiter belongs to it (RFC 2046 section 5.1.1). */
static size_t content_end(mgw_bytes data, size_t line_start)
{
    size_t end = line_start;
    if (end > 0 && data.data[end - 1] == '\n')
        end--;
    if (end > 0 && end < line_start && data.data[end - 1] == '\r')
        end--;
    return end;
}

/* Closes the leaf that is open, if one is, and the frames above `keep`. */
static void close_above(walk *w, size_t keep, size_t end)
{
    smgw_parsed *parsed = w->parsed;
    if (w->in_leaf)
        close_part(parsed, part_count(parsed) - 1, end);
    w->in_leaf = false;
    for (; w->depth > keep; w->depth--) {
        const frame *top = &w->stack[w->depth - 1];
        if (top->boundary.len > 0)
            parsed->mail.defects++;
        close_part(parsed, top->part, end);
    }
}

/* Goes from the body at w->at to where the next entity begins. False at the end of the message. */
static bool find_next_entity(walk *w)
{
    smgw_parsed *parsed = w->parsed;
    delimiter found;
    while (find_delimiter(w, w->at, &found)) {
        close_above(w, found.frame + 1, content_end(parsed->data, found.start));
        w->at = found.next;
        if (!found.closes)
            return true;
        w->stack[found.frame].boundary.len = 0;
    }
    close_above(w, 0, parsed->data.len);
    return false;
}

static smgw_status walk_message(smgw_parsed *parsed, smgw_error *error)
{
    walk w = { .parsed = parsed };
    mgw_entity entity;
    do {
        smgw_status status = open_entity(&w, &entity, error);
        if (status != SMGW_OK)
            return status;
    } while (entity.is_message || find_next_entity(&w));
    return SMGW_OK;
}

smgw_status smgw_parse(smgw_parsed **parsed, const void *data, size_t len, smgw_error *error)
{
    *parsed = NULL;
    smgw_parsed *made = mgw_calloc(1, sizeof *made);
    if (made == NULL)
        return mgw_error_status(error, SMGW_ERR_NO_MEMORY);
    made->data = mgw_bytes_of(data, len);
    mgw_arena_init(&made->arena, ARENA_CAP);
    mgw_buf_init(&made->parts, SIZE_MAX);
    mgw_buf_init(&made->spans, SIZE_MAX);
    made->mail.ref.folder = "";
    made->mail.size = len;
    made->mail.internal_date = INT64_MIN;
    smgw_status status = walk_message(made, error);
    if (status != SMGW_OK) {
        smgw_parsed_free(made);
        return status;
    }
    made->mail.parts = part_at(made, 0);
    made->mail.part_count = part_count(made);
    *parsed = made;
    return SMGW_OK;
}

void smgw_parsed_free(smgw_parsed *parsed)
{
    if (parsed == NULL)
        return;
    mgw_arena_free(&parsed->arena);
    mgw_buf_free(&parsed->parts);
    mgw_buf_free(&parsed->spans);
    mgw_free(parsed);
}

const smgw_mail *smgw_parsed_mail(const smgw_parsed *parsed)
{
    return &parsed->mail;
}

smgw_status smgw_parsed_content(
    const smgw_parsed *parsed, size_t index, smgw_write_fn write, void *context, smgw_error *error)
{
    if (index >= part_count(parsed))
        return mgw_error_status(error, SMGW_ERR_NOT_FOUND);
    const smgw_part *part = part_at(parsed, index);
    const span *body = span_at(parsed, index);
    bool is_multipart = mgw_part_is_multipart(part);
    mgw_bytes encoding = is_multipart ? MGW_LIT("") : mgw_bytes_str(part->encoding);
    mgw_bytes charset = mgw_part_is_text(part) ? mgw_bytes_str(part->charset) : MGW_LIT("");
    mgw_content_decoder *decoder = NULL;
    smgw_status status = mgw_content_decoder_new(&decoder, encoding, charset, write, context, error);
    if (status != SMGW_OK)
        return status;
    mgw_bytes content = mgw_bytes_slice(parsed->data, body->start, body->end - body->start);
    status = mgw_content_decoder_feed(decoder, content.data, content.len, error);
    if (status == SMGW_OK)
        status = mgw_content_decoder_finish(decoder, error);
    mgw_content_decoder_free(decoder);
    return status;
}
