/* SPDX-License-Identifier: MIT */
/*
 * APPEND: the command's text has one gate, where the octets of the message go; the line's end stands behind it. They go
 * straight into the output, which holds a bounded piece of them.
 */
#include "imap/draft.h"

#include "text/date.h"

/* LITERAL+ could spare the question for any size, but a server that refuses should do so before much has been sent. */
enum { UNASKED_PLUS = 64 * 1024, UNASKED_MINUS = 4096, OUTPUT_MAX = 64 * 1024 };

static bool needs_asking(const mgw_imap *imap, uint64_t size)
{
    if (imap->capabilities & MGW_IMAP_CAP_LITERAL_PLUS)
        return size > UNASKED_PLUS;
    if (imap->capabilities & (MGW_IMAP_CAP_LITERAL_MINUS | MGW_IMAP_CAP_IMAP4REV2))
        return size > UNASKED_MINUS;
    return true;
}

/* date-time of RFC 3501: "22-Nov-2026 19:48:39 +0000" */
static void write_date_time(mgw_imap_writer *writer, int64_t seconds)
{
    char text[MGW_DATE_SIZE];
    if (!mgw_date_format(seconds, text)) {
        mgw_imap_refuse(writer, SMGW_ERR_INVALID);
        return;
    }
    /* "Sun, 22 Nov 2026 19:48:39 +0000" */
    char *date = text + 5;
    date[2] = date[6] = '-';
    mgw_imap_write_words(writer, " ");
    mgw_imap_write_string(writer, mgw_bytes_str(date));
}

static void write_append(mgw_imap_draft *made, const mgw_imap_upload *upload)
{
    mgw_imap_writer *writer = &made->writer;
    mgw_imap_write_words(writer, "APPEND ");
    mgw_imap_write_mailbox(writer, upload->folder);
    if (upload->flags != 0 || upload->keyword_count > 0) {
        mgw_imap_write_words(writer, " ");
        mgw_imap_write_flags(writer, upload->flags, upload->keywords, upload->keyword_count);
    }
    if (upload->internal_date != MGW_IMAP_NO_DATE)
        write_date_time(writer, upload->internal_date);
    mgw_imap_write_words(writer, " {");
    mgw_imap_write_number(writer, upload->size);
    mgw_imap_write_words(writer, made->command->needs_asking ? "}\r\n" : "+}\r\n");
    mgw_imap_write_gate(writer);
}

smgw_status mgw_imap_append(mgw_imap *imap, const mgw_imap_upload *upload, uint32_t *command)
{
    mgw_imap_draft made;
    bool named = upload->folder.len > 0 && upload->folder.len <= MGW_IMAP_MAX_NAME;
    if (!named || upload->size == 0)
        return SMGW_ERR_INVALID;
    if (upload->size > UINT32_MAX || (imap->append_limit > 0 && upload->size > imap->append_limit))
        return SMGW_ERR_TOO_LARGE;
    smgw_status status = mgw_imap_begin(imap, MGW_IMAP_KIND_APPEND, &made);
    if (status != SMGW_OK)
        return status;
    made.command->body_left = upload->size;
    made.command->needs_asking = needs_asking(imap, upload->size);
    write_append(&made, upload);
    return mgw_imap_finish(imap, &made, command);
}

mgw_imap_command *mgw_imap_find_append(const mgw_imap *imap)
{
    /* Each feed asks. */
    if (imap->append_count == 0)
        return NULL;
    for (mgw_imap_command *command = imap->commands; command != NULL && command->started; command = command->next)
        if (command->kind == MGW_IMAP_KIND_APPEND && command->agreed && command->body_left > 0)
            return command;
    return NULL;
}

uint64_t mgw_imap_append_left(const mgw_imap *imap)
{
    const mgw_imap_command *command = mgw_imap_find_append(imap);
    return imap->status == SMGW_OK && command != NULL ? command->body_left : 0;
}

smgw_status mgw_imap_append_data(mgw_imap *imap, mgw_bytes data, size_t *taken)
{
    mgw_imap_command *command = mgw_imap_find_append(imap);
    *taken = 0;
    if (imap->status != SMGW_OK)
        return imap->status;
    if (command == NULL || data.len > command->body_left)
        return SMGW_ERR_INVALID;
    size_t room = imap->out.len < OUTPUT_MAX ? OUTPUT_MAX - imap->out.len : 0;
    mgw_bytes piece = mgw_bytes_slice(data, 0, room);
    /* What waits keeps its room, so that moving it cannot fail. */
    if (mgw_buf_reserve(&imap->out, imap->unsent + piece.len) == NULL) {
        imap->out.status = SMGW_OK;
        return SMGW_ERR_NO_MEMORY;
    }
    mgw_buf_add_bytes(&imap->out, piece);
    imap->written += piece.len;
    command->body_left -= piece.len;
    *taken = piece.len;
    if (command->body_left == 0)
        mgw_imap_pass_gate(imap, command);
    return SMGW_OK;
}

smgw_outcome mgw_imap_append_outcome(const mgw_imap *imap, uint32_t command)
{
    for (const mgw_imap_command *at = imap->commands; at != NULL; at = at->next)
        if (at->id == command)
            return mgw_imap_command_left(imap, command) ? SMGW_UNKNOWN : SMGW_NOT_SENT;
    if (command != imap->last_append)
        return SMGW_UNKNOWN;
    return imap->last_append_stored ? SMGW_SENT : SMGW_NOT_SENT;
}
