/* SPDX-License-Identifier: MIT */
#include "imap/draft.h"

#include "base/alloc.h"

enum { LITERAL_MINUS_MAX = 4096 };

static size_t nonsync_max(const mgw_imap *imap)
{
    if (imap->capabilities & MGW_IMAP_CAP_LITERAL_PLUS)
        return SIZE_MAX;
    bool minus = (imap->capabilities & (MGW_IMAP_CAP_LITERAL_MINUS | MGW_IMAP_CAP_IMAP4REV2)) != 0;
    return minus ? LITERAL_MINUS_MAX : 0;
}

static smgw_status check_queue(const mgw_imap *imap)
{
    if (imap->status != SMGW_OK)
        return imap->status;
    if (imap->closing || imap->switching)
        return SMGW_ERR_INVALID;
    if (imap->command_count >= imap->limits.commands || imap->last_id == UINT32_MAX)
        return SMGW_ERR_TOO_LARGE;
    return SMGW_OK;
}

smgw_status mgw_imap_begin(mgw_imap *imap, mgw_imap_kind kind, mgw_imap_draft *out)
{
    smgw_status status = check_queue(imap);
    if (status != SMGW_OK)
        return status;
    mgw_imap_command *command = mgw_calloc(1, sizeof *command);
    if (command == NULL)
        return SMGW_ERR_NO_MEMORY;
    command->id = imap->last_id + 1;
    command->kind = kind;
    mgw_buf_init(&command->wire, imap->limits.output);
    *out = (mgw_imap_draft){ .command = command };
    mgw_imap_writer_init(&out->writer, &command->wire, nonsync_max(imap));
    out->writer.utf8 = (imap->enabled & MGW_IMAP_CAP_UTF8_ACCEPT) != 0;
    mgw_imap_write_words(&out->writer, imap->tag);
    mgw_imap_write_number(&out->writer, command->id);
    mgw_imap_write_words(&out->writer, " ");
    return SMGW_OK;
}

static void append(mgw_imap *imap, mgw_imap_command *command)
{
    mgw_imap_command **link = &imap->commands;
    while (*link != NULL)
        link = &(*link)->next;
    *link = command;
    imap->command_count++;
    imap->append_count += command->kind == MGW_IMAP_KIND_APPEND ? 1 : 0;
    imap->last_id = command->id;
    imap->unsent += command->wire.len;
}

smgw_status mgw_imap_finish(mgw_imap *imap, mgw_imap_draft *made, uint32_t *id)
{
    mgw_imap_command *command = made->command;
    smgw_status status = mgw_imap_write_end(&made->writer);
    /* The output gets room for all that waits, so that moving it there later cannot fail. */
    if (status == SMGW_OK && mgw_buf_reserve(&imap->out, imap->unsent + command->wire.len) == NULL) {
        status = imap->out.status;
        imap->out.status = SMGW_OK;
    }
    if (status != SMGW_OK) {
        mgw_imap_discard(command);
        return status;
    }
    command->view = mgw_bytes_slice(mgw_buf_bytes(&command->wire), made->view_at, made->view_len);
    command->gate_count = made->writer.gate_count;
    memcpy(command->gates, made->writer.gates, sizeof command->gates);
    append(imap, command);
    if (id != NULL)
        *id = command->id;
    mgw_imap_pump(imap);
    return SMGW_OK;
}

smgw_status mgw_imap_simple(mgw_imap *imap, mgw_imap_kind kind, const char *word, uint32_t *id)
{
    mgw_imap_draft made;
    smgw_status status = mgw_imap_begin(imap, kind, &made);
    if (status != SMGW_OK)
        return status;
    mgw_imap_write_words(&made.writer, word);
    return mgw_imap_finish(imap, &made, id);
}
