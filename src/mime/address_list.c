/* SPDX-License-Identifier: MIT */
#include "mime/address_list.h"

#include "mime/mail.h"
#include "mime/token.h"

/* One entry of the list as far as it was read. Whether its words are a name or a mailbox shows only later. */
typedef struct entry {
    mgw_buf phrase;    /* Its words with one space between them, quotes removed: a display name. */
    mgw_buf mailbox;   /* Its words without blanks, quotes kept: an addr-spec; inside "<>" once that was seen. */
    mgw_bytes comment; /* The inside of the last comment. */
    bool has_angle;
    bool in_angle;
    bool has_two;   /* A second '<': readers differ on which address counts, so neither does. */
    bool has_at;    /* An '@' outside quotes is in `mailbox`. */
    bool is_broken; /* `mailbox` has two words without a dot or '@' between them, or what only quotes may hold. */
    bool gap;       /* A blank or comment was just seen. */
} entry;

typedef struct scan {
    mgw_address_list_reader *reader;
    mgw_bytes text;
    size_t at;
    entry entry;
    bool in_group;
    bool group_has_members;
    mgw_buf group; /* The name of the group. */
} scan;

void mgw_address_list_init(mgw_address_list_reader *reader, mgw_arena *arena, size_t max)
{
    *reader = (mgw_address_list_reader){ arena, MGW_BUF_INIT(SIZE_MAX), max, 0 };
}

void mgw_address_list_free(mgw_address_list_reader *reader)
{
    mgw_buf_free(&reader->items);
}

/* Forgets the entry, but not that one of its buffers failed. */
static void clear_entry(entry *e)
{
    mgw_buf_truncate(&e->phrase, 0);
    mgw_buf_truncate(&e->mailbox, 0);
    *e = (entry){ .phrase = e->phrase, .mailbox = e->mailbox };
}

/* Adds an entry, unless it says nothing. */
static smgw_status add_item(mgw_address_list_reader *reader, mgw_bytes name, mgw_bytes address)
{
    if (name.len == 0 && address.len == 0)
        return SMGW_OK;
    if (reader->items.len / sizeof(smgw_address) >= reader->max)
        return SMGW_ERR_TOO_LARGE;
    smgw_address item = { mgw_mail_text(reader->arena, name), mgw_mail_plain(reader->arena, address) };
    if (item.name == mgw_mail_too_long || item.address == mgw_mail_too_long)
        return SMGW_ERR_TOO_LARGE;
    if (reader->arena->status != SMGW_OK)
        return reader->arena->status;
    return mgw_buf_add(&reader->items, (const char *)&item, sizeof item);
}

/* Whether anything of an entry was read: ",," has none between its commas. */
static bool is_empty(const entry *e)
{
    return e->phrase.len == 0 && e->mailbox.len == 0 && !e->has_angle && e->comment.len == 0;
}

static smgw_status end_entry(scan *s)
{
    entry *e = &s->entry;
    smgw_status status = e->phrase.status != SMGW_OK ? e->phrase.status : e->mailbox.status;
    if (status != SMGW_OK || is_empty(e)) {
        clear_entry(e);
        return status;
    }
    bool is_mailbox = e->has_at && !e->is_broken && !e->in_angle && !e->has_two;
    mgw_bytes name = e->has_angle || !is_mailbox ? mgw_buf_bytes(&e->phrase) : e->comment;
    if (name.len == 0)
        name = e->comment;
    if (!is_mailbox)
        s->reader->defects++;
    status = add_item(s->reader, name, is_mailbox ? mgw_buf_bytes(&e->mailbox) : MGW_LIT(""));
    s->group_has_members = true;
    clear_entry(e);
    return status;
}

static smgw_status end_group(scan *s)
{
    smgw_status status = end_entry(s);
    if (status == SMGW_OK && s->in_group && !s->group_has_members)
        status = add_item(s->reader, mgw_buf_bytes(&s->group), MGW_LIT(""));
    s->in_group = false;
    return status;
}

/* What stood before the ':' was the name of a group. */
static smgw_status begin_group(scan *s)
{
    mgw_buf_truncate(&s->group, 0);
    smgw_status status = mgw_buf_add_bytes(&s->group, mgw_buf_bytes(&s->entry.phrase));
    clear_entry(&s->entry);
    s->in_group = true;
    s->group_has_members = false;
    return status;
}

/* Whether words may belong to the mailbox: they do no more when its "<>" is closed. */
static bool takes_mailbox(const entry *e)
{
    return e->in_angle || !e->has_angle;
}

/* Notes a blank between words: one space in a phrase, and in a mailbox legal only beside a dot or '@'. */
static void before_word(entry *e, char first)
{
    if (!e->in_angle && e->gap && e->phrase.len > 0)
        mgw_buf_add_byte(&e->phrase, ' ');
    if (takes_mailbox(e) && e->gap && e->mailbox.len > 0) {
        char last = e->mailbox.data[e->mailbox.len - 1];
        bool joins = last == '.' || last == '@' || first == '.' || first == '@';
        e->is_broken = e->is_broken || !joins;
    }
    e->gap = false;
}

static void add_octet(entry *e, char c)
{
    before_word(e, c);
    if (!e->in_angle)
        mgw_buf_add_byte(&e->phrase, c);
    if (!takes_mailbox(e))
        return;
    mgw_buf_add_byte(&e->mailbox, c);
    e->is_broken = e->is_broken || c == '>' || c == ')' || c == '\\' || (c == '@' && e->has_at);
    e->has_at = e->has_at || c == '@';
}

static void scan_quoted(scan *s)
{
    entry *e = &s->entry;
    size_t start = s->at;
    bool is_closed = false;
    before_word(e, '"');
    for (s->at++; s->at < s->text.len && !is_closed; s->at++) {
        char c = s->text.data[s->at];
        is_closed = c == '"';
        if (c == '\\' && s->at + 1 < s->text.len)
            c = s->text.data[++s->at];
        if (!is_closed && !e->in_angle)
            mgw_buf_add_byte(&e->phrase, c);
    }
    s->reader->defects += is_closed ? 0 : 1;
    if (!takes_mailbox(e))
        return;
    mgw_buf_add_bytes(&e->mailbox, mgw_bytes_slice(s->text, start, s->at - start));
    e->is_broken = e->is_broken || e->has_at; /* A domain has no quotes. */
}

/* A domain literal is one piece: its colons mean no group. */
static void scan_literal(scan *s)
{
    bool is_closed = false;
    for (; s->at < s->text.len && !is_closed; s->at++) {
        is_closed = s->text.data[s->at] == ']';
        add_octet(&s->entry, s->text.data[s->at]);
    }
}

static void scan_comment(scan *s)
{
    size_t end = mgw_token_skip_comment(s->text, s->at);
    bool is_closed = end > s->at + 1 && s->text.data[end - 1] == ')';
    s->reader->defects += is_closed ? 0 : 1;
    s->entry.comment = mgw_bytes_slice(s->text, s->at + 1, end - s->at - (is_closed ? 2 : 1));
    s->entry.gap = true;
    s->at = end;
}

static void begin_angle(scan *s)
{
    entry *e = &s->entry;
    e->has_two = e->has_angle;
    mgw_buf_truncate(&e->mailbox, 0);
    e->has_angle = e->in_angle = true;
    e->has_at = e->is_broken = e->gap = false;
}

/* A ':' in angle brackets ends a source route; what stood before it is dropped. */
static void end_route(entry *e)
{
    mgw_buf_truncate(&e->mailbox, 0);
    e->has_at = e->is_broken = e->gap = false;
}

/* A ',' between "<@a" and ":" separates the hosts of a source route. */
static bool is_in_route(const entry *e)
{
    return e->in_angle && e->mailbox.len > 0 && e->mailbox.data[0] == '@';
}

/* Takes the one octet at s->at where it separates or brackets. False where it is part of a word. */
static bool scan_special(scan *s, smgw_status *status)
{
    entry *e = &s->entry;
    char c = s->text.data[s->at];
    if (c == '<')
        begin_angle(s);
    else if (c == '>' && e->in_angle)
        e->in_angle = false;
    else if (c == ':' && e->in_angle)
        end_route(e);
    else if (c == ':' && !s->in_group && !e->has_at && !e->has_angle)
        *status = begin_group(s);
    else if (c == ';')
        *status = end_group(s);
    else if (c == ',' && !is_in_route(e))
        *status = end_entry(s);
    else if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
        e->gap = true;
    else
        return false;
    s->at++;
    return true;
}

static smgw_status scan_piece(scan *s)
{
    smgw_status status = SMGW_OK;
    char c = s->text.data[s->at];
    if (c == '"')
        scan_quoted(s);
    else if (c == '(')
        scan_comment(s);
    else if (c == '[')
        scan_literal(s);
    else if (!scan_special(s, &status))
        add_octet(&s->entry, s->text.data[s->at++]);
    return status;
}

smgw_status mgw_address_list_add(mgw_address_list_reader *reader, mgw_bytes value)
{
    scan s = { .reader = reader, .text = value };
    mgw_buf_init(&s.entry.phrase, MGW_MAIL_MAX_FIELD);
    mgw_buf_init(&s.entry.mailbox, MGW_MAIL_MAX_FIELD);
    mgw_buf_init(&s.group, MGW_MAIL_MAX_FIELD);
    smgw_status status = SMGW_OK;
    while (status == SMGW_OK && s.at < value.len)
        status = scan_piece(&s);
    if (status == SMGW_OK)
        status = end_group(&s);
    mgw_buf_free(&s.entry.phrase);
    mgw_buf_free(&s.entry.mailbox);
    mgw_buf_free(&s.group);
    return status;
}

smgw_status mgw_address_list_finish(mgw_address_list_reader *reader, smgw_address_list *list)
{
    size_t count = reader->items.len / sizeof(smgw_address);
    smgw_address *items = mgw_arena_alloc(reader->arena, count, sizeof *items);
    *list = (smgw_address_list){ items, items != NULL ? count : 0 };
    if (items != NULL)
        memcpy(items, reader->items.data, count * sizeof *items);
    mgw_buf_clear(&reader->items);
    return reader->items.status != SMGW_OK ? reader->items.status : reader->arena->status;
}
