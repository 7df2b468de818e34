/* SPDX-License-Identifier: MIT */
/* What changes messages of the open folder. */
#include "imap/draft.h"

static bool offers(const mgw_imap *imap, uint64_t capability)
{
    return (imap->capabilities & (capability | MGW_IMAP_CAP_IMAP4REV2)) != 0;
}

static const char *store_words(mgw_imap_flag_mode mode)
{
    switch (mode) {
    case MGW_IMAP_FLAGS_ADD:
        return " +FLAGS.SILENT ";
    case MGW_IMAP_FLAGS_REMOVE:
        return " -FLAGS.SILENT ";
    case MGW_IMAP_FLAGS_REPLACE:
        return " FLAGS.SILENT ";
    default:
        return NULL;
    }
}

static smgw_status check_store(const mgw_imap *imap, const mgw_imap_flag_change *change)
{
    bool none = change->flags == 0 && change->keyword_count == 0;
    if (store_words(change->mode) == NULL || (none && change->mode != MGW_IMAP_FLAGS_REPLACE) ||
        change->unchanged_since > INT64_MAX)
        return SMGW_ERR_INVALID;
    if (change->unchanged_since > 0 && (imap->capabilities & MGW_IMAP_CAP_CONDSTORE) == 0)
        return SMGW_ERR_UNSUPPORTED;
    return SMGW_OK;
}

smgw_status mgw_imap_uid_store(mgw_imap *imap, const mgw_imap_flag_change *change, uint32_t *command)
{
    mgw_imap_draft made;
    smgw_status status = check_store(imap, change);
    if (status == SMGW_OK)
        status = mgw_imap_begin(imap, MGW_IMAP_KIND_CHANGE, &made);
    if (status != SMGW_OK)
        return status;
    mgw_imap_write_words(&made.writer, "UID STORE ");
    mgw_imap_write_exact_set(&made.writer, change->uid_set);
    if (change->unchanged_since > 0) {
        mgw_imap_write_words(&made.writer, " (UNCHANGEDSINCE ");
        mgw_imap_write_number(&made.writer, change->unchanged_since);
        mgw_imap_write_words(&made.writer, ")");
    }
    mgw_imap_write_words(&made.writer, store_words(change->mode));
    mgw_imap_write_flags(&made.writer, change->flags, change->keywords, change->keyword_count);
    return mgw_imap_finish(imap, &made, command);
}

/* "UID COPY set folder" and its like. */
static smgw_status transfer(
    mgw_imap *imap, mgw_imap_kind kind, const char *words, mgw_bytes uid_set, mgw_bytes folder, uint32_t *command)
{
    mgw_imap_draft made;
    if (folder.len == 0 || folder.len > MGW_IMAP_MAX_NAME)
        return SMGW_ERR_INVALID;
    smgw_status status = mgw_imap_begin(imap, kind, &made);
    if (status != SMGW_OK)
        return status;
    mgw_imap_write_words(&made.writer, words);
    mgw_imap_write_exact_set(&made.writer, uid_set);
    mgw_imap_write_words(&made.writer, " ");
    mgw_imap_write_mailbox(&made.writer, folder);
    made.command->copies = true;
    return mgw_imap_finish(imap, &made, command);
}

smgw_status mgw_imap_uid_copy(mgw_imap *imap, mgw_bytes uid_set, mgw_bytes folder, uint32_t *command)
{
    return transfer(imap, MGW_IMAP_KIND_CHANGE, "UID COPY ", uid_set, folder, command);
}

smgw_status mgw_imap_uid_move(mgw_imap *imap, mgw_bytes uid_set, mgw_bytes folder, uint32_t *command)
{
    if (!offers(imap, MGW_IMAP_CAP_MOVE))
        return SMGW_ERR_UNSUPPORTED;
    return transfer(imap, MGW_IMAP_KIND_MOVE, "UID MOVE ", uid_set, folder, command);
}

smgw_status mgw_imap_uid_expunge(mgw_imap *imap, mgw_bytes uid_set, uint32_t *command)
{
    mgw_imap_draft made;
    if (!offers(imap, MGW_IMAP_CAP_UIDPLUS))
        return SMGW_ERR_UNSUPPORTED;
    smgw_status status = mgw_imap_begin(imap, MGW_IMAP_KIND_CHANGE, &made);
    if (status != SMGW_OK)
        return status;
    mgw_imap_write_words(&made.writer, "UID EXPUNGE ");
    mgw_imap_write_exact_set(&made.writer, uid_set);
    return mgw_imap_finish(imap, &made, command);
}
