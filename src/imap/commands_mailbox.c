/* SPDX-License-Identifier: MIT */
#include "imap/draft.h"

smgw_status mgw_imap_list(mgw_imap *imap, mgw_bytes reference, mgw_bytes pattern, uint32_t *command)
{
    mgw_imap_draft made;
    if (pattern.len == 0 || pattern.len > MGW_IMAP_MAX_NAME || reference.len > MGW_IMAP_MAX_NAME)
        return SMGW_ERR_INVALID;
    smgw_status status = mgw_imap_begin(imap, MGW_IMAP_KIND_LIST, &made);
    if (status != SMGW_OK)
        return status;
    mgw_imap_write_words(&made.writer, "LIST ");
    mgw_imap_write_mailbox(&made.writer, reference);
    mgw_imap_write_words(&made.writer, " ");
    mgw_imap_write_mailbox(&made.writer, pattern);
    return mgw_imap_finish(imap, &made, command);
}

smgw_status mgw_imap_examine(mgw_imap *imap, mgw_bytes folder, uint32_t *command)
{
    mgw_imap_draft made;
    if (folder.len == 0 || folder.len > MGW_IMAP_MAX_NAME)
        return SMGW_ERR_INVALID;
    smgw_status status = mgw_imap_begin(imap, MGW_IMAP_KIND_EXAMINE, &made);
    if (status != SMGW_OK)
        return status;
    mgw_imap_write_words(&made.writer, "EXAMINE ");
    mgw_imap_write_mailbox(&made.writer, folder);
    return mgw_imap_finish(imap, &made, command);
}

smgw_status mgw_imap_unselect(mgw_imap *imap, uint32_t *command)
{
    bool unselect = (imap->capabilities & (MGW_IMAP_CAP_UNSELECT | MGW_IMAP_CAP_IMAP4REV2)) != 0;
    return mgw_imap_simple(imap, MGW_IMAP_KIND_UNSELECT, unselect ? "UNSELECT" : "CLOSE", command);
}
