/* SPDX-License-Identifier: MIT */
/* IDLE (RFC 2177): the command's text has one gate, and DONE stands behind it. */
#include "imap/draft.h"

smgw_status mgw_imap_idle(mgw_imap *imap, uint32_t *command)
{
    mgw_imap_draft made;
    if ((imap->capabilities & (MGW_IMAP_CAP_IDLE | MGW_IMAP_CAP_IMAP4REV2)) == 0)
        return SMGW_ERR_UNSUPPORTED;
    smgw_status status = mgw_imap_begin(imap, MGW_IMAP_KIND_IDLE, &made);
    if (status != SMGW_OK)
        return status;
    mgw_imap_write_words(&made.writer, "IDLE\r\n");
    mgw_imap_write_gate(&made.writer);
    mgw_imap_write_words(&made.writer, "DONE");
    return mgw_imap_finish(imap, &made, command);
}

/* The newest. */
static mgw_imap_command *find_idle(const mgw_imap *imap)
{
    mgw_imap_command *found = NULL;
    for (mgw_imap_command *command = imap->commands; command != NULL; command = command->next)
        if (command->kind == MGW_IMAP_KIND_IDLE)
            found = command;
    return found;
}

smgw_status mgw_imap_idle_done(mgw_imap *imap)
{
    mgw_imap_command *command = find_idle(imap);
    if (imap->status != SMGW_OK)
        return imap->status;
    if (command == NULL || command->ending)
        return SMGW_ERR_INVALID;
    command->ending = true;
    if (command->agreed)
        mgw_imap_pass_gate(imap, command);
    return SMGW_OK;
}
