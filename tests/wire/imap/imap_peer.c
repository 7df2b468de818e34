/* SPDX-License-Identifier: MIT */
#include "wire/imap/imap_peer.h"

#include "base/alloc.h"

#include "simplemailgw/mail.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static bool gate(void *context)
{
    imap_peer *peer = context;
    return ++peer->allocations != peer->fail_at;
}

static void enter(imap_peer *peer)
{
    mgw_alloc_set_gate(gate, peer);
}

static void leave(void)
{
    mgw_alloc_set_gate(NULL, NULL);
}

static void say(imap_peer *peer, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(imap_peer *peer, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    mgw_buf_add_str(&peer->transcript.log, text);
}

/* Printable ASCII and UTF-8 as they are, the rest as escapes; "NIL" for no data. */
static void say_bytes(imap_peer *peer, mgw_bytes bytes)
{
    if (bytes.data == NULL)
        say(peer, "NIL");
    for (size_t i = 0; i < bytes.len; i++) {
        unsigned char c = (unsigned char)bytes.data[i];
        if (c == '\r' || c == '\n')
            say(peer, c == '\r' ? "\\r" : "\\n");
        else if (mgw_is_control(c))
            say(peer, "\\%03o", c);
        else
            say(peer, "%c", c);
    }
}

static const char *status_word(smgw_status status)
{
    switch (status) {
    case SMGW_OK:
        return "ok";
    case SMGW_ERR_NOT_FOUND:
        return "not-found";
    case SMGW_ERR_AUTH:
        return "auth";
    case SMGW_ERR_TEMPORARY:
        return "temporary";
    case SMGW_ERR_PERMANENT:
        return "permanent";
    case SMGW_ERR_UNSUPPORTED:
        return "unsupported";
    case SMGW_ERR_PROTOCOL:
        return "protocol";
    case SMGW_ERR_TOO_LARGE:
        return "too-large";
    case SMGW_ERR_NETWORK:
        return "network";
    case SMGW_ERR_INVALID:
        return "invalid";
    case SMGW_ERR_NO_MEMORY:
        return "no-memory";
    case SMGW_ERR_EXISTS:
        return "exists";
    default:
        return "?";
    }
}

static void say_capabilities(imap_peer *peer, uint64_t bits)
{
    static const char *const names[] = { "IMAP4rev1", "IMAP4rev2", "LITERAL+", "LITERAL-", "ESEARCH", "UIDPLUS",
        "SPECIAL-USE", "LIST-EXTENDED", "UNSELECT", "IDLE", "MOVE", "CONDSTORE", "NAMESPACE", "UTF8=ACCEPT",
        "STATUS=SIZE", "APPENDLIMIT", "ENABLE", "QRESYNC", "X-GM-EXT-1", "LIST-STATUS", "COMPRESS=DEFLATE" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (bits & UINT64_C(1) << i)
            say(peer, " %s", names[i]);
}

static void say_list(imap_peer *peer, const mgw_imap_list_item *item)
{
    say(peer, item->name_valid ? " " : " invalid ");
    say_bytes(peer, item->name_valid ? item->name : item->wire_name);
    if (item->delimiter != '\0')
        say(peer, " delimiter=%c", item->delimiter);
    if (item->attributes & MGW_IMAP_NOSELECT)
        say(peer, " noselect");
    if (item->role != MGW_IMAP_ROLE_NONE)
        say(peer, " role=%s", mgw_imap_role_name(item->role));
}

static void say_addresses(imap_peer *peer, const char *name, mgw_imap_address_list list)
{
    if (list.count > 0)
        say(peer, " %s=", name);
    for (size_t i = 0; i < list.count; i++) {
        say(peer, i > 0 ? "," : "");
        say_bytes(peer, list.items[i].mailbox);
        say(peer, "@");
        say_bytes(peer, list.items[i].host);
    }
}

static void say_fetch(imap_peer *peer, const mgw_imap_fetch *fetch)
{
    say(peer, " uid=%u", fetch->uid);
    if (fetch->has & MGW_IMAP_FETCH_FLAGS)
        say(peer, " flags=%u", fetch->flags);
    if (fetch->has & MGW_IMAP_FETCH_INTERNALDATE) {
        say(peer, " date=");
        say_bytes(peer, fetch->internal_date);
    }
    if (fetch->has & MGW_IMAP_FETCH_MODSEQ)
        say(peer, " modseq=%llu", (unsigned long long)fetch->modseq);
    if (fetch->has & MGW_IMAP_FETCH_SIZE)
        say(peer, " size=%llu", (unsigned long long)fetch->size);
    if (fetch->has & MGW_IMAP_FETCH_ENVELOPE) {
        say(peer, " subject=");
        say_bytes(peer, fetch->envelope.subject);
        say_addresses(peer, "from", fetch->envelope.from);
        say_addresses(peer, "to", fetch->envelope.to);
    }
    for (size_t i = 0; i < fetch->part_count; i++) {
        say(peer, " [");
        say_bytes(peer, fetch->parts[i].section);
        say(peer, "]");
        say_bytes(peer, fetch->parts[i].type);
        say(peer, "/");
        say_bytes(peer, fetch->parts[i].subtype);
    }
    if (fetch->defects > 0)
        say(peer, " defects=%u", fetch->defects);
}

static void say_mailbox(imap_peer *peer, const mgw_imap_mailbox *mailbox)
{
    say(peer, " exists=%u uidvalidity=%u uidnext=%u%s", mailbox->exists, mailbox->uidvalidity, mailbox->uidnext,
        mailbox->read_only ? " read-only" : "");
    if (mailbox->highestmodseq > 0)
        say(peer, " modseq=%llu", (unsigned long long)mailbox->highestmodseq);
    if (mailbox->flags_said)
        say(peer, " keeps=%u%s", mailbox->permanent_flags, mailbox->new_keywords ? "*" : "");
}

static void say_counts(imap_peer *peer, const mgw_imap_counts *counts)
{
    say(peer, counts->name_valid ? " " : " invalid ");
    say_bytes(peer, counts->name_valid ? counts->name : counts->wire_name);
    say(peer, " has=%u messages=%u uidnext=%u uidvalidity=%u unseen=%u size=%llu modseq=%llu limit=%llu", counts->has,
        counts->messages, counts->uidnext, counts->uidvalidity, counts->unseen, (unsigned long long)counts->size,
        (unsigned long long)counts->highestmodseq, (unsigned long long)counts->append_limit);
}

static void say_search(imap_peer *peer, const mgw_imap_event *event)
{
    for (size_t i = 0; i < event->search.count; i++)
        say(peer, " %u", event->search.uids[i]);
}

static void say_some(imap_peer *peer, mgw_bytes bytes)
{
    if (bytes.len > 0)
        say_bytes(peer, bytes);
}

static void say_copied(imap_peer *peer, const mgw_imap_copied *copied)
{
    mgw_imap_uid_cursor from = mgw_imap_uid_cursor_of(copied->from);
    mgw_imap_uid_cursor to = mgw_imap_uid_cursor_of(copied->to);
    uint32_t uid = 0;
    if (copied->uidvalidity == 0)
        return;
    say(peer, " copied=%llu in %u:", (unsigned long long)copied->count, copied->uidvalidity);
    for (size_t i = 0; i < 5 && mgw_imap_uid_cursor_next(&to, &uid); i++) {
        uint32_t old = 0;
        if (mgw_imap_uid_cursor_next(&from, &old))
            say(peer, " %u", old);
        say(peer, ">%u", uid);
    }
}

static void say_done(imap_peer *peer, const mgw_imap_done *done)
{
    say(peer, " %s", status_word(done->status));
    if (done->code.len > 0)
        say(peer, " ");
    say_bytes(peer, done->code);
    if (done->items > 0)
        say(peer, " items=%llu", (unsigned long long)done->items);
    if (done->modified.len > 0)
        say(peer, " modified=");
    say_some(peer, done->modified);
    if (done->highestmodseq > 0)
        say(peer, " modseq=%llu", (unsigned long long)done->highestmodseq);
    say_copied(peer, &done->copied);
}

static void end_body_line(imap_peer *peer)
{
    if (peer->in_body)
        say(peer, ">\n");
    peer->in_body = false;
}

static void say_detail(imap_peer *peer, const mgw_imap_event *event)
{
    switch (event->type) {
    case MGW_IMAP_CAPABILITY:
    case MGW_IMAP_ENABLED:
        say_capabilities(peer, event->capabilities);
        break;
    case MGW_IMAP_LIST:
        say_list(peer, &event->list);
        break;
    case MGW_IMAP_MAILBOX:
        say_mailbox(peer, &event->mailbox);
        break;
    case MGW_IMAP_SEARCH:
        say_search(peer, event);
        break;
    case MGW_IMAP_FETCH:
        say_fetch(peer, &event->fetch);
        break;
    case MGW_IMAP_BODY_END:
        say(peer, " uid=%u%s", event->body.uid, event->body.verified ? " verified" : " not verified");
        break;
    case MGW_IMAP_VANISHED:
        if (event->vanished.earlier)
            say(peer, " earlier ");
        else
            say(peer, " %u left: ", event->vanished.exists);
        say_bytes(peer, event->vanished.set);
        break;
    case MGW_IMAP_BODY_WANTED:
        say(peer, " %llu", (unsigned long long)event->wanted);
        break;
    case MGW_IMAP_EXISTS:
    case MGW_IMAP_EXPUNGE:
    case MGW_IMAP_CHANGED:
        say(peer, " %u", event->exists);
        break;
    case MGW_IMAP_BYE:
        say(peer, event->bye.len > 0 ? " " : "");
        say_bytes(peer, event->bye);
        break;
    case MGW_IMAP_STATUS:
        say_counts(peer, &event->counts);
        break;
    case MGW_IMAP_DONE:
        say_done(peer, &event->done);
        break;
    default:
        break;
    }
}

static void say_event(imap_peer *peer, const mgw_imap_event *event)
{
    static const char *const names[] = { "", "capability", "list", "mailbox", "search", "fetch", "body", "data",
        "body-end", "exists", "expunge", "bye", "done", "status", "wanted", "idling", "enabled", "vanished",
        "changed" };
    if (event->type == MGW_IMAP_BODY_DATA) {
        say_bytes(peer, event->data);
        return;
    }
    end_body_line(peer);
    say(peer, "%s", names[event->type]);
    if (event->command != 0)
        say(peer, " %u", event->command);
    if (event->type == MGW_IMAP_BODY_BEGIN) {
        say(peer, " uid=%u size=%llu <", event->body.uid, (unsigned long long)event->body.size);
        peer->in_body = true;
        return;
    }
    say_detail(peer, event);
    say(peer, "\n");
}

static void say_failure(imap_peer *peer)
{
    smgw_status status = mgw_imap_status(peer->imap);
    if (status == SMGW_OK || peer->failed)
        return;
    end_body_line(peer);
    say(peer, "! %s: %s\n", status_word(status), mgw_imap_failure(peer->imap));
    peer->failed = true;
    peer->no_memory = peer->no_memory || status == SMGW_ERR_NO_MEMORY;
}

static smgw_status feed_once(imap_peer *peer, const char *data, size_t len, size_t *used)
{
    enter(peer);
    smgw_status status = mgw_imap_feed(peer->imap, data, len, used);
    leave();
    return status;
}

static void feed(void *context, const char *data, size_t len)
{
    imap_peer *peer = context;
    mgw_imap_event event;
    size_t used = 0;
    while (len > 0 && feed_once(peer, data, len, &used) == SMGW_OK) {
        data += used;
        len -= used;
        while (mgw_imap_next(peer->imap, &event))
            say_event(peer, &event);
    }
    while (mgw_imap_next(peer->imap, &event))
        say_event(peer, &event);
    say_failure(peer);
}

static mgw_bytes output(void *context)
{
    return mgw_imap_output(((imap_peer *)context)->imap);
}

static void sent(void *context, size_t len)
{
    mgw_imap_sent(((imap_peer *)context)->imap, len);
}

static bool act(void *context, const char *words)
{
    imap_peer *peer = context;
    char copy[512];
    snprintf(copy, sizeof copy, "%s", words);
    if (strcmp(copy, "defects") == 0) {
        say(peer, "defects %llu\n", (unsigned long long)mgw_imap_defects(peer->imap));
        return true;
    }
    if (strncmp(copy, "outcome ", 8) == 0) {
        static const char *const names[] = { "not sent", "sent", "unknown" };
        unsigned long id = strtoul(copy + 8, NULL, 10);
        say(peer, "outcome %s, %llu wanted\n", names[mgw_imap_append_outcome(peer->imap, (uint32_t)id)],
            (unsigned long long)mgw_imap_append_left(peer->imap));
        return true;
    }
    enter(peer);
    smgw_status status = imap_peer_perform(peer->imap, copy);
    leave();
    mgw_imap_event event;
    while (mgw_imap_next(peer->imap, &event))
        say_event(peer, &event);
    if (status != SMGW_OK && status != SMGW_DONE)
        say(peer, "refused %s\n", status_word(status));
    peer->no_memory = peer->no_memory || status == SMGW_ERR_NO_MEMORY;
    return status != SMGW_DONE;
}

void imap_peer_init(imap_peer *peer, const mgw_imap_limits *limits, unsigned long fail_at)
{
    static const unsigned char seed[MGW_IMAP_TAG_SEED_LEN] = { 0 };
    *peer = (imap_peer){ 0 };
    peer->transcript = (transcript_peer){ peer, IMAP_PEER_TAG, act, feed, output, sent, MGW_BUF_INIT(SIZE_MAX) };
    peer->fail_at = fail_at;
    enter(peer);
    peer->no_memory = mgw_imap_new(&peer->imap, limits, seed) != SMGW_OK;
    leave();
}

void imap_peer_free(imap_peer *peer)
{
    mgw_imap_free(peer->imap);
    mgw_buf_free(&peer->transcript.log);
}
