/* SPDX-License-Identifier: MIT */
#include "imap/internal.h"

#include "base/alloc.h"

/* Octets that the parts of one FETCH may take beside the response itself. */
enum { ARENA_CAP = 32 * 1024 * 1024 };

#define MGW_X(type, name, value, what) .name = (type)(value),
const mgw_imap_limits mgw_imap_default_limits = { MGW_IMAP_LIMIT_MAP(MGW_X) };
#undef MGW_X

smgw_status mgw_imap_new(
    mgw_imap **imap, const mgw_imap_limits *limits, const unsigned char tag_seed[MGW_IMAP_TAG_SEED_LEN])
{
    mgw_imap *made = mgw_calloc(1, sizeof *made);
    *imap = made;
    if (made == NULL)
        return SMGW_ERR_NO_MEMORY;
    made->limits = limits != NULL ? *limits : mgw_imap_default_limits;
    for (size_t i = 0; i < MGW_IMAP_TAG_SEED_LEN; i++)
        made->tag[i] = (char)('A' + tag_seed[i] % 26);
    made->failure = "";
    mgw_buf_init(&made->out, SIZE_MAX);
    mgw_buf_init(&made->name, made->limits.line);
    mgw_buf_init(&made->copied, made->limits.line);
    mgw_imap_reader_init(&made->reader, &made->limits);
    mgw_arena_init(&made->envelopes, ARENA_CAP);
    mgw_arena_init(&made->structures, ARENA_CAP);
    made->search = (mgw_imap_uid_cursor){ .next = 1, .last = 0 };
    return SMGW_OK;
}

void mgw_imap_free(mgw_imap *imap)
{
    if (imap == NULL)
        return;
    while (imap->commands != NULL)
        mgw_imap_drop(imap, imap->commands);
    mgw_imap_reader_free(&imap->reader);
    mgw_arena_free(&imap->envelopes);
    mgw_arena_free(&imap->structures);
    mgw_buf_free(&imap->name);
    mgw_buf_free(&imap->copied);
    mgw_buf_free(&imap->out);
    mgw_free(imap);
}

smgw_status mgw_imap_fail(mgw_imap *imap, smgw_status status, const char *why)
{
    if (imap->status == SMGW_OK) {
        imap->status = status;
        imap->failure = why;
    }
    return status;
}

smgw_status mgw_imap_status(const mgw_imap *imap)
{
    return imap->status;
}

const char *mgw_imap_failure(const mgw_imap *imap)
{
    return imap->failure;
}

uint64_t mgw_imap_capabilities(const mgw_imap *imap)
{
    return imap->capabilities;
}

uint64_t mgw_imap_enabled(const mgw_imap *imap)
{
    return imap->enabled;
}

uint64_t mgw_imap_append_limit(const mgw_imap *imap)
{
    return imap->append_limit;
}

uint64_t mgw_imap_defects(const mgw_imap *imap)
{
    return imap->defects;
}

size_t mgw_imap_pending(const mgw_imap *imap)
{
    return imap->command_count;
}

static bool is_reading(mgw_imap_kind kind)
{
    return kind == MGW_IMAP_KIND_SEARCH || kind == MGW_IMAP_KIND_FETCH || kind == MGW_IMAP_KIND_BODY;
}

static bool is_change(mgw_imap_kind kind)
{
    return kind == MGW_IMAP_KIND_CHANGE || kind == MGW_IMAP_KIND_MOVE;
}

static bool needs_mailbox(mgw_imap_kind kind)
{
    return is_reading(kind) || is_change(kind);
}

static bool has_kind(const mgw_imap_command *command, mgw_imap_kind a, mgw_imap_kind b)
{
    return command->kind == a || command->kind == b;
}

/* Answers to `next` could be taken for answers to `before`, which is outstanding. */
static bool is_ambiguous(const mgw_imap_command *before, const mgw_imap_command *next)
{
    if (next->kind == MGW_IMAP_KIND_COMPRESS || next->kind == MGW_IMAP_KIND_IDLE || before->kind == MGW_IMAP_KIND_IDLE)
        return true;
    if (is_reading(next->kind) && is_change(before->kind))
        return true;
    switch (next->kind) {
    case MGW_IMAP_KIND_OPEN:
    case MGW_IMAP_KIND_UNSELECT:
        return needs_mailbox(before->kind) || mgw_imap_changes_mailbox(before);
    case MGW_IMAP_KIND_CAPABILITY:
    case MGW_IMAP_KIND_ENABLE:
    case MGW_IMAP_KIND_SEARCH:
        return before->kind == next->kind;
    case MGW_IMAP_KIND_LIST:
        return has_kind(before, MGW_IMAP_KIND_LIST, MGW_IMAP_KIND_FOLDER) ||
               (before->kind == MGW_IMAP_KIND_STATUS && next->counts != 0);
    case MGW_IMAP_KIND_FOLDER:
        return has_kind(before, MGW_IMAP_KIND_LIST, MGW_IMAP_KIND_STATUS);
    case MGW_IMAP_KIND_STATUS:
        return before->kind == MGW_IMAP_KIND_FOLDER || before->counts != 0 ||
               (before->kind == next->kind && mgw_bytes_equal_fold(before->view, next->view));
    case MGW_IMAP_KIND_BODY:
        return before->kind == next->kind && before->uid == next->uid && mgw_bytes_equal_fold(before->view, next->view);
    case MGW_IMAP_KIND_CHANGE:
        return is_reading(before->kind);
    case MGW_IMAP_KIND_MOVE:
        return is_reading(before->kind) || before->kind == next->kind;
    default:
        return false;
    }
}

static bool may_start(const mgw_imap *imap, const mgw_imap_command *next)
{
    for (const mgw_imap_command *before = imap->commands; before != next; before = before->next)
        if (mgw_imap_waits(before) || is_ambiguous(before, next))
            return false;
    return true;
}

/* Moves the command's bytes up to its next gate into the output. */
static void release(mgw_imap *imap, mgw_imap_command *command)
{
    size_t from = command->gates_open > 0 ? command->gates[command->gates_open - 1] : 0;
    size_t to = command->gates_open < command->gate_count ? command->gates[command->gates_open] : command->wire.len;
    if (!command->started && command->kind == MGW_IMAP_KIND_OPEN) {
        imap->mailbox = (mgw_imap_mailbox){ 0 };
        command->leaves = imap->is_open;
    }
    if (!command->started && command->kind == MGW_IMAP_KIND_MOVE)
        mgw_buf_clear(&imap->copied);
    if (!command->started && command->kind == MGW_IMAP_KIND_APPEND)
        command->agreed = !command->needs_asking;
    command->started = true;
    imap->unsent -= to - from;
    mgw_buf_add(&imap->out, command->wire.data + from, to - from);
    imap->written += to - from;
    if (to == command->wire.len)
        command->ends_at = imap->written;
}

void mgw_imap_pump(mgw_imap *imap)
{
    for (mgw_imap_command *command = imap->commands; command != NULL; command = command->next) {
        if (command->started)
            continue;
        if (imap->owing || !may_start(imap, command))
            return;
        release(imap, command);
    }
}

void mgw_imap_pass_gate(mgw_imap *imap, mgw_imap_command *command)
{
    command->gates_open++;
    release(imap, command);
    mgw_imap_pump(imap);
}

/* The server waits for the octets of an APPEND, or for the end of IDLE. False where it does so already. */
static bool agree(mgw_imap *imap, mgw_imap_command *command)
{
    if (command->agreed)
        return false;
    command->agreed = true;
    if (command->kind == MGW_IMAP_KIND_IDLE)
        mgw_imap_push(imap, MGW_IMAP_IDLING, command->id);
    if (command->ending)
        mgw_imap_pass_gate(imap, command);
    return true;
}

bool mgw_imap_open_gate(mgw_imap *imap)
{
    mgw_imap_command *command = imap->commands;
    while (command != NULL && !mgw_imap_waits(command))
        command = command->next;
    if (command == NULL)
        return false;
    if (has_kind(command, MGW_IMAP_KIND_APPEND, MGW_IMAP_KIND_IDLE))
        return agree(imap, command);
    mgw_imap_pass_gate(imap, command);
    return true;
}

void mgw_imap_discard(mgw_imap_command *command)
{
    mgw_imap_ranges_free(&command->uids);
    mgw_buf_free(&command->wire);
    mgw_free(command);
}

void mgw_imap_drop(mgw_imap *imap, mgw_imap_command *command)
{
    mgw_imap_command **link = &imap->commands;
    while (*link != command)
        link = &(*link)->next;
    *link = command->next;
    imap->command_count--;
    imap->append_count -= command->kind == MGW_IMAP_KIND_APPEND ? 1 : 0;
    size_t released = mgw_imap_waits(command) ? command->gates[command->gates_open] : command->wire.len;
    imap->unsent -= command->started ? command->wire.len - released : command->wire.len;
    if (imap->body == command)
        imap->body = NULL;
    mgw_imap_discard(command);
}

mgw_imap_command *mgw_imap_find_started(mgw_imap *imap, mgw_imap_kind kind)
{
    mgw_imap_command *command = imap->commands;
    while (command != NULL && command->started) {
        if (command->kind == kind)
            return command;
        if (mgw_imap_changes_mailbox(command))
            return NULL;
        command = command->next;
    }
    return NULL;
}

mgw_bytes mgw_imap_output(const mgw_imap *imap)
{
    return imap->status == SMGW_OK ? mgw_buf_bytes(&imap->out) : mgw_bytes_of(NULL, 0);
}

void mgw_imap_sent(mgw_imap *imap, size_t len)
{
    imap->sent += len < imap->out.len ? len : imap->out.len;
    mgw_buf_consume(&imap->out, len);
}

bool mgw_imap_command_left(const mgw_imap *imap, uint32_t command)
{
    for (const mgw_imap_command *at = imap->commands; at != NULL && at->started; at = at->next)
        if (at->id == command)
            return at->ends_at != 0 && imap->sent >= at->ends_at;
    return false;
}

mgw_imap_event *mgw_imap_push(mgw_imap *imap, mgw_imap_event_type type, uint32_t command)
{
    mgw_imap_event_queue *queue = &imap->events;
    mgw_imap_event *event = &queue->items[queue->count++];
    *event = (mgw_imap_event){ .type = type, .command = command };
    return event;
}

/* The next piece of a search's answer. */
static bool next_search(mgw_imap *imap, mgw_imap_event *event)
{
    size_t count = 0;
    while (count < MGW_IMAP_SEARCH_CHUNK && mgw_imap_uid_cursor_next(&imap->search, &imap->search_chunk[count]))
        count++;
    if (count == 0)
        return false;
    *event = (mgw_imap_event){ .type = MGW_IMAP_SEARCH, .command = imap->search_command };
    event->search.uids = imap->search_chunk;
    event->search.count = count;
    return true;
}

/* The APPEND whose driver is still to hear that its octets are wanted, or NULL. */
static mgw_imap_command *find_untold(const mgw_imap *imap)
{
    mgw_imap_command *command = mgw_imap_find_append(imap);
    return imap->status == SMGW_OK && command != NULL && !command->told ? command : NULL;
}

/* BODY_WANTED is none of the queued events: an APPEND may start while those wait, outside a feed. */
static bool next_wanted(mgw_imap *imap, mgw_imap_event *event)
{
    mgw_imap_command *command = find_untold(imap);
    if (command == NULL)
        return false;
    command->told = true;
    *event = (mgw_imap_event){ .type = MGW_IMAP_BODY_WANTED, .command = command->id };
    event->wanted = command->body_left;
    return true;
}

static bool has_events(const mgw_imap *imap)
{
    return imap->events.first < imap->events.count || imap->search.rest.len > 0 ||
           imap->search.next <= imap->search.last || find_untold(imap) != NULL;
}

bool mgw_imap_next(mgw_imap *imap, mgw_imap_event *event)
{
    if (next_search(imap, event))
        return true;
    if (imap->events.first == imap->events.count)
        return next_wanted(imap, event);
    *event = imap->events.items[imap->events.first++];
    if (event->type == MGW_IMAP_BYE && !imap->closing)
        mgw_imap_fail(imap, SMGW_ERR_NETWORK, "the server ended the session");
    if (imap->owing && imap->events.first == imap->events.count)
        mgw_imap_fail(imap, SMGW_ERR_NETWORK, "a message was refused before all of it was given");
    return true;
}

static void check_budget(mgw_imap *imap)
{
    if (imap->responses > imap->limits.responses || imap->reader.octets > imap->limits.octets)
        mgw_imap_fail(imap, SMGW_ERR_TOO_LARGE, "too much arrives without a command being completed");
}

static void handle(mgw_imap *imap, mgw_imap_read what, mgw_bytes chunk)
{
    switch (what) {
    case MGW_IMAP_READ_RESPONSE:
        mgw_imap_on_response(imap);
        break;
    case MGW_IMAP_READ_BODY:
        mgw_imap_on_body(imap);
        break;
    case MGW_IMAP_READ_DATA:
        mgw_imap_on_body_data(imap, chunk);
        break;
    case MGW_IMAP_READ_FAILED:
        mgw_imap_fail(imap, imap->reader.status, imap->reader.failure);
        break;
    case MGW_IMAP_READ_MORE:
        break;
    }
    check_budget(imap);
}

smgw_status mgw_imap_feed(mgw_imap *imap, const char *data, size_t len, size_t *consumed)
{
    *consumed = 0;
    if (imap->status != SMGW_OK || has_events(imap))
        return imap->status;
    imap->events.first = imap->events.count = 0;
    while (imap->status == SMGW_OK && *consumed < len && !has_events(imap)) {
        /* Behind the answer to LOGOUT nothing matters. */
        if (imap->ended) {
            *consumed = len;
            break;
        }
        size_t taken = 0;
        mgw_bytes chunk;
        mgw_bytes rest = mgw_bytes_of(data + *consumed, len - *consumed);
        mgw_imap_read what = mgw_imap_reader_feed(&imap->reader, rest, &taken, &chunk);
        *consumed += taken;
        handle(imap, what, chunk);
    }
    return imap->status;
}
