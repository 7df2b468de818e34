/* SPDX-License-Identifier: MIT */
/*
 * A hostile IMAP server: however its bytes are cut, the engine gives the same events, only to commands that are
 * outstanding, and the views made of them are clean.
 */
#include "fuzz/fuzz.h"

#include "base/hash.h"
#include "gateway/mail_view.h"
#include "imap/engine.h"

enum { COMMANDS = 12, ARENA = 64 * 1024 * 1024 };

static const unsigned char seed[MGW_IMAP_TAG_SEED_LEN] = { 0 };
static const mgw_hash_key key = { 1, 2 };

typedef struct session {
    mgw_imap *imap;
    bool done[COMMANDS + 1];
    uint32_t count;
    uint64_t trace; /* Of all events; pieces of a body count as one. */
    uint64_t body_left;
    bool in_body;
} session;

static void note(session *s, const void *data, size_t len)
{
    uint64_t parts[2] = { s->trace, mgw_hash(&key, mgw_bytes_of(data, len)) };
    s->trace = mgw_hash(&key, mgw_bytes_of((const char *)parts, sizeof parts));
}

static void ask(session *s, unsigned char what)
{
    const mgw_imap_search search = { .subject = MGW_LIT("gr\xc3\xbc\xc3\x9f"), .from = MGW_LIT("\xe2\x82\xac") };
    const mgw_imap_body body = {
        .uid = what / 16u + 1, .section = what & 16 ? MGW_LIT("1") : MGW_LIT(""), .count = what & 32 ? 9 : 0
    };
    uint32_t id = 0;
    smgw_status status = SMGW_OK;
    switch (what % 9) {
    case 0:
        status = mgw_imap_capability(s->imap, &id);
        break;
    case 1:
        status = mgw_imap_list(s->imap, MGW_LIT(""), MGW_LIT("*"), &id);
        break;
    case 2:
        status = mgw_imap_examine(s->imap, MGW_LIT("INBOX"), &id);
        break;
    case 3:
        status = mgw_imap_unselect(s->imap, &id);
        break;
    case 4:
        status = mgw_imap_uid_search(s->imap, what & 16 ? &search : NULL, &id);
        break;
    case 5:
        status = mgw_imap_uid_fetch(s->imap, MGW_LIT("1:9"), MGW_IMAP_FETCH_SUMMARY, &id);
        break;
    case 6:
        status = mgw_imap_uid_fetch_body(s->imap, &body, &id);
        break;
    case 7:
        status = mgw_imap_noop(s->imap, &id);
        break;
    default:
        status = mgw_imap_uid_fetch(s->imap, MGW_LIT("1:*"), MGW_IMAP_FETCH_FLAGS, &id);
        break;
    }
    FUZZ_CHECK(status == SMGW_OK && id == ++s->count);
}

static void check_view(const mgw_imap_fetch *fetch)
{
    mgw_arena arena;
    mgw_arena_init(&arena, ARENA);
    smgw_mail mail;
    FUZZ_CHECK(fetch->uid != 0 && mgw_mail_view(&arena, fetch, "INBOX", 1, &mail) == SMGW_OK);
    fuzz_check_mail(&mail);
    mgw_arena_free(&arena);
}

static void check_body(session *s, const mgw_imap_event *event)
{
    if (event->type == MGW_IMAP_BODY_BEGIN) {
        FUZZ_CHECK(!s->in_body);
        s->in_body = true;
        s->body_left = event->body.size;
    } else if (event->type == MGW_IMAP_BODY_DATA) {
        FUZZ_CHECK(s->in_body && event->data.len > 0 && event->data.len <= s->body_left);
        s->body_left -= event->data.len;
        for (size_t i = 0; i < event->data.len; i++)
            note(s, event->data.data + i, 1);
    } else {
        FUZZ_CHECK(s->in_body && s->body_left == 0);
        s->in_body = false;
    }
}

static void check_event(session *s, const mgw_imap_event *event)
{
    FUZZ_CHECK(event->command <= s->count && !(event->command > 0 && s->done[event->command]));
    if (event->type != MGW_IMAP_BODY_DATA) {
        note(s, &event->type, sizeof event->type);
        note(s, &event->command, sizeof event->command);
    }
    switch (event->type) {
    case MGW_IMAP_FETCH:
        note(s, &event->fetch.uid, sizeof event->fetch.uid);
        note(s, &event->fetch.defects, sizeof event->fetch.defects);
        check_view(&event->fetch);
        break;
    case MGW_IMAP_LIST: {
        char *name = fuzz_string(event->list.name);
        FUZZ_CHECK(strlen(name) == event->list.name.len && event->list.name.len <= MGW_IMAP_MAX_NAME);
        fuzz_check_clean(name);
        free(name);
        break;
    }
    case MGW_IMAP_SEARCH:
        FUZZ_CHECK(event->search.count > 0 && event->search.count <= 512);
        note(s, event->search.uids, event->search.count * sizeof *event->search.uids);
        break;
    case MGW_IMAP_BODY_BEGIN:
    case MGW_IMAP_BODY_DATA:
    case MGW_IMAP_BODY_END:
        check_body(s, event);
        break;
    case MGW_IMAP_DONE:
        FUZZ_CHECK(event->command > 0);
        s->done[event->command] = true;
        break;
    default:
        break;
    }
}

/* Feeds all of it in pieces of `cut` bytes; the output leaves at once. */
static uint64_t run(mgw_bytes commands, mgw_bytes server, size_t cut)
{
    mgw_imap_limits limits = mgw_imap_default_limits;
    limits.line = 512;
    limits.list_line = 4096;
    limits.literal = 256;
    limits.search_results = 2000;
    session s = { 0 };
    FUZZ_CHECK(mgw_imap_new(&s.imap, &limits, seed) == SMGW_OK);
    for (size_t i = 0; i < commands.len; i++)
        ask(&s, (unsigned char)commands.data[i]);
    while (server.len > 0 && mgw_imap_status(s.imap) == SMGW_OK) {
        mgw_imap_sent(s.imap, mgw_imap_output(s.imap).len);
        mgw_imap_event event;
        size_t used = 0;
        size_t len = server.len < cut ? server.len : cut;
        smgw_status status = mgw_imap_feed(s.imap, server.data, len, &used);
        FUZZ_CHECK(used <= len && (status != SMGW_OK || used > 0));
        while (mgw_imap_next(s.imap, &event))
            check_event(&s, &event);
        server = mgw_bytes_slice(server, used, SIZE_MAX);
    }
    smgw_status status = mgw_imap_status(s.imap);
    FUZZ_CHECK((status == SMGW_OK) == (mgw_imap_failure(s.imap)[0] == '\0'));
    note(&s, &status, sizeof status);
    mgw_imap_free(s.imap);
    return s.trace;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_input input = fuzz_input_of(data, size);
    mgw_bytes commands = mgw_bytes_slice(fuzz_line(&input), 0, COMMANDS);
    size_t cut = (size_t)fuzz_byte(&input) + 1;
    uint64_t whole = run(commands, input.rest, SIZE_MAX);
    FUZZ_CHECK(run(commands, input.rest, cut) == whole);
    return 0;
}
