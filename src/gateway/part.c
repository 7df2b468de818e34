/* SPDX-License-Identifier: MIT */
#include "gateway/part.h"

#include "base/buf.h"
#include "base/error.h"
#include "gateway/mail_view.h"

typedef struct parts_reader {
    uint32_t command;
    uint32_t uid;
    mgw_arena *arena;
    smgw_mail *mail;
    bool seen; /* The message itself. */
} parts_reader;

static smgw_status read_structure(void *context, const mgw_imap_event *event, smgw_error *error)
{
    parts_reader *reader = context;
    bool ours = event->type == MGW_IMAP_FETCH && event->command == reader->command && event->fetch.uid == reader->uid;
    if (!ours || reader->seen)
        return SMGW_OK;
    reader->seen = true;
    smgw_status status = mgw_mail_view(reader->arena, &event->fetch, "", 0, reader->mail);
    return status == SMGW_OK ? SMGW_OK : mgw_error_status(error, status);
}

smgw_status mgw_read_parts(mgw_imap_call *call, uint32_t uid, mgw_arena *arena, smgw_mail *mail, smgw_error *error)
{
    parts_reader reader = { 0, uid, arena, mail, false };
    mgw_buf set = MGW_BUF_INIT(16);
    smgw_status status = mgw_buf_add_u64(&set, uid);
    if (status == SMGW_OK)
        status = mgw_imap_uid_fetch(call->engine, mgw_buf_bytes(&set), MGW_IMAP_FETCH_STRUCTURE, &reader.command);
    mgw_buf_free(&set);
    if (status != SMGW_OK)
        return mgw_error_status(error, status);
    status = mgw_imap_session_run(call->session, "FETCH", reader.command, &call->wait, read_structure, &reader, error);
    return status == SMGW_OK && !reader.seen ? mgw_no_such_message(error) : status;
}

typedef struct section_stream {
    uint32_t command;
    mgw_octets_fn take;
    void *context;
    mgw_wait *wait;
    bool verified;
} section_stream;

static smgw_status stream_event(void *context, const mgw_imap_event *event, smgw_error *error)
{
    section_stream *stream = context;
    if (event->command != stream->command)
        return SMGW_OK;
    if (event->type == MGW_IMAP_BODY_BEGIN)
        stream->wait->total = event->body.size;
    if (event->type == MGW_IMAP_BODY_END)
        stream->verified = event->body.verified;
    if (event->type != MGW_IMAP_BODY_DATA)
        return SMGW_OK;
    stream->wait->done += event->data.len;
    return stream->take(stream->context, event->data, error);
}

smgw_status mgw_stream_section(mgw_imap_call *call, uint32_t uid, const char *section, uint32_t max, mgw_octets_fn take,
    void *context, smgw_error *error)
{
    section_stream stream = { 0, take, context, &call->wait, false };
    const mgw_imap_body body = { .uid = uid, .section = mgw_bytes_str(section), .count = max };
    smgw_status status = mgw_imap_uid_fetch_body(call->engine, &body, &stream.command);
    if (status != SMGW_OK)
        return mgw_error_status(error, status);
    status = mgw_imap_session_run(call->session, "FETCH", stream.command, &call->wait, stream_event, &stream, error);
    if (status == SMGW_OK && !stream.verified)
        status = mgw_no_such_message(error);
    /* The caller sees the last octets counted, too. */
    return status == SMGW_OK ? mgw_wait_check(&call->wait, error) : status;
}
