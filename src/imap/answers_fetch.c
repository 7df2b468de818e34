/* SPDX-License-Identifier: MIT */
#include "imap/answers.h"

/* The section that was asked for; servers may put the names of fields in quotes. */
static bool is_section(mgw_bytes asked, mgw_bytes given)
{
    size_t at = 0;
    for (size_t i = 0; i < given.len; i++) {
        if (given.data[i] == '"')
            continue;
        if (at == asked.len || mgw_lower((unsigned char)given.data[i]) != mgw_lower((unsigned char)asked.data[at]))
            return false;
        at++;
    }
    return at == asked.len;
}

static bool wants_body(const mgw_imap_command *command, const mgw_imap_body_name *name, uint32_t uid)
{
    return command->kind == MGW_IMAP_KIND_BODY && !command->begun && (uid == 0 || uid == command->uid) &&
           command->partial == name->partial && command->offset == name->offset &&
           is_section(command->view, name->section);
}

/* The command that asked for this body; `uid` is 0 where the server has not named it yet. */
static mgw_imap_command *find_body(mgw_imap *imap, const mgw_imap_body_name *name, uint32_t uid)
{
    mgw_imap_command *command = mgw_imap_find_started(imap, MGW_IMAP_KIND_BODY);
    for (; command != NULL && command->started && !mgw_imap_changes_mailbox(command); command = command->next)
        if (wants_body(command, name, uid))
            return command;
    return NULL;
}

static void push_body(mgw_imap *imap, mgw_imap_event_type type, uint32_t uid, bool verified)
{
    mgw_imap_event *event = mgw_imap_push(imap, type, imap->body->id);
    event->body.uid = uid;
    event->body.size = imap->body_size;
    event->body.verified = verified;
}

static void begin_body(mgw_imap *imap, mgw_imap_command *command, uint32_t uid, uint64_t size)
{
    imap->body = command;
    imap->body_size = size;
    command->begun = true;
    push_body(imap, MGW_IMAP_BODY_BEGIN, uid, false);
}

void mgw_imap_on_body(mgw_imap *imap)
{
    mgw_imap_body_name name;
    if (!mgw_imap_parse_body_name(mgw_imap_reader_body_name(&imap->reader), &name)) {
        mgw_imap_fail(imap, SMGW_ERR_PROTOCOL, "FETCH does not match the grammar");
        return;
    }
    uint32_t uid = imap->reader.scan.uid;
    uint64_t size = imap->reader.left;
    /* One body a response: what came first is complete only when the response is. */
    mgw_imap_command *command = imap->body == NULL ? find_body(imap, &name, uid) : NULL;
    if (size > (command != NULL ? command->max : imap->limits.body)) {
        mgw_imap_fail(imap, SMGW_ERR_TOO_LARGE, "a body is longer than was asked for");
        return;
    }
    if (command != NULL)
        begin_body(imap, command, uid, size);
    else
        imap->defects++;
    imap->skipping = command == NULL;
}

void mgw_imap_on_body_data(mgw_imap *imap, mgw_bytes chunk)
{
    if (imap->skipping)
        imap->reader.octets += chunk.len;
    else
        mgw_imap_push(imap, MGW_IMAP_BODY_DATA, imap->body->id)->data = chunk;
}

static void end_body(mgw_imap *imap, uint32_t uid)
{
    bool verified = uid == imap->body->uid;
    imap->body->items += verified ? 1 : 0;
    imap->defects += verified ? 0 : 1;
    push_body(imap, MGW_IMAP_BODY_END, uid, verified);
    imap->body = NULL;
}

/* A body that did not come as a literal: NIL or a quoted string. */
static void give_inline_body(mgw_imap *imap, const mgw_imap_fetch_response *response)
{
    uint32_t uid = response->fetch.uid;
    mgw_imap_command *command = uid != 0 ? find_body(imap, &response->body_name, uid) : NULL;
    if (command == NULL) {
        imap->defects++;
        return;
    }
    if (response->body_text.len > command->max) {
        mgw_imap_fail(imap, SMGW_ERR_TOO_LARGE, "a body is longer than was asked for");
        return;
    }
    begin_body(imap, command, uid, response->body_text.len);
    if (response->body_text.len > 0)
        mgw_imap_push(imap, MGW_IMAP_BODY_DATA, command->id)->data = response->body_text;
    end_body(imap, uid);
}

/* The oldest summary that asked for this UID and for no more than is there. */
static mgw_imap_command *find_summary(mgw_imap *imap, const mgw_imap_fetch_response *response)
{
    mgw_imap_command *command = mgw_imap_find_started(imap, MGW_IMAP_KIND_FETCH);
    for (; command != NULL && command->started && !mgw_imap_changes_mailbox(command); command = command->next)
        if (command->kind == MGW_IMAP_KIND_FETCH && (command->what & ~response->present) == 0 &&
            mgw_imap_ranges_hold(&command->uids, response->fetch.uid))
            return command;
    return NULL;
}

static void give_summary(mgw_imap *imap, const mgw_imap_fetch_response *response)
{
    if (response->fetch.uid == 0 && mgw_imap_find_started(imap, MGW_IMAP_KIND_IDLE) != NULL)
        mgw_imap_push(imap, MGW_IMAP_CHANGED, 0)->exists = imap->mailbox.exists;
    if (response->fetch.uid == 0 || response->present == 0)
        return;
    mgw_imap_command *command = find_summary(imap, response);
    if (command == NULL && mgw_imap_find_started(imap, MGW_IMAP_KIND_OPEN) != NULL)
        command = mgw_imap_find_resync(imap);
    if (command != NULL)
        command->items++;
    mgw_imap_push(imap, MGW_IMAP_FETCH, command != NULL ? command->id : 0)->fetch = response->fetch;
}

void mgw_imap_on_fetch(mgw_imap *imap, mgw_bytes response)
{
    mgw_imap_fetch_response parsed;
    if (!mgw_imap_parse_fetch(response, &imap->limits, &imap->envelopes, &imap->structures, &parsed)) {
        bool memory = imap->envelopes.status == SMGW_ERR_NO_MEMORY || imap->structures.status == SMGW_ERR_NO_MEMORY;
        mgw_imap_fail(imap, memory ? SMGW_ERR_NO_MEMORY : SMGW_ERR_PROTOCOL,
            memory ? mgw_imap_out_of_memory : "FETCH does not match the grammar");
        return;
    }
    imap->defects += parsed.extra_bodies;
    if (imap->body != NULL)
        end_body(imap, parsed.fetch.uid);
    else if (parsed.body == MGW_IMAP_BODY_INLINE)
        give_inline_body(imap, &parsed);
    give_summary(imap, &parsed);
}
