/* SPDX-License-Identifier: MIT */
#include "imap/draft.h"

static bool is_name(mgw_bytes folder)
{
    return folder.len > 0 && folder.len <= MGW_IMAP_MAX_NAME;
}

static bool is_inbox(mgw_bytes folder)
{
    return mgw_bytes_equal_fold(folder, MGW_LIT("INBOX"));
}

/* A folder that may be made. */
static bool is_new_name(mgw_bytes folder)
{
    return is_name(folder) && !is_inbox(folder) && mgw_bytes_find(folder, '*') == folder.len &&
           mgw_bytes_find(folder, '%') == folder.len;
}

/* What of `what` the server has. */
static uint32_t countable(const mgw_imap *imap, uint32_t what)
{
    if ((imap->capabilities & (MGW_IMAP_CAP_STATUS_SIZE | MGW_IMAP_CAP_IMAP4REV2)) == 0)
        what &= ~(uint32_t)MGW_IMAP_COUNT_SIZE;
    if ((imap->capabilities & MGW_IMAP_CAP_CONDSTORE) == 0)
        what &= ~(uint32_t)MGW_IMAP_COUNT_HIGHESTMODSEQ;
    if ((imap->capabilities & MGW_IMAP_CAP_APPENDLIMIT) == 0)
        what &= ~(uint32_t)MGW_IMAP_COUNT_APPENDLIMIT;
    return what;
}

static void write_count_items(mgw_imap_writer *writer, uint32_t what)
{
    static const struct {
        uint32_t bit;
        const char *word;
    } table[] = {
        { MGW_IMAP_COUNT_MESSAGES, "MESSAGES" },
        { MGW_IMAP_COUNT_UIDNEXT, "UIDNEXT" },
        { MGW_IMAP_COUNT_UIDVALIDITY, "UIDVALIDITY" },
        { MGW_IMAP_COUNT_UNSEEN, "UNSEEN" },
        { MGW_IMAP_COUNT_SIZE, "SIZE" },
        { MGW_IMAP_COUNT_HIGHESTMODSEQ, "HIGHESTMODSEQ" },
        { MGW_IMAP_COUNT_APPENDLIMIT, "APPENDLIMIT" },
    };
    const char *separator = "(";
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if ((what & table[i].bit) == 0)
            continue;
        mgw_imap_write_words(writer, separator);
        mgw_imap_write_words(writer, table[i].word);
        separator = " ";
    }
    mgw_imap_write_words(writer, ")");
}

static bool offers(const mgw_imap *imap, uint64_t capability)
{
    return (imap->capabilities & (capability | MGW_IMAP_CAP_IMAP4REV2)) != 0;
}

static void write_list_options(mgw_imap_writer *writer, const mgw_imap *imap, uint32_t counts)
{
    mgw_imap_write_words(writer, " RETURN (SUBSCRIBED CHILDREN");
    if (offers(imap, MGW_IMAP_CAP_SPECIAL_USE))
        mgw_imap_write_words(writer, " SPECIAL-USE");
    if (counts != 0) {
        mgw_imap_write_words(writer, " STATUS ");
        write_count_items(writer, counts);
    }
    mgw_imap_write_words(writer, ")");
}

static smgw_status list(
    mgw_imap *imap, mgw_bytes reference, mgw_bytes pattern, bool extended, uint32_t counts, uint32_t *command)
{
    mgw_imap_draft made;
    if (!is_name(pattern) || reference.len > MGW_IMAP_MAX_NAME)
        return SMGW_ERR_INVALID;
    smgw_status status = mgw_imap_begin(imap, MGW_IMAP_KIND_LIST, &made);
    if (status != SMGW_OK)
        return status;
    mgw_imap_write_words(&made.writer, "LIST ");
    mgw_imap_write_mailbox(&made.writer, reference);
    mgw_imap_write_words(&made.writer, " ");
    mgw_imap_write_mailbox(&made.writer, pattern);
    if (extended)
        write_list_options(&made.writer, imap, counts);
    made.command->counts = counts;
    return mgw_imap_finish(imap, &made, command);
}

smgw_status mgw_imap_list(mgw_imap *imap, mgw_bytes reference, mgw_bytes pattern, uint32_t *command)
{
    return list(imap, reference, pattern, false, 0, command);
}

smgw_status mgw_imap_list_extended(
    mgw_imap *imap, mgw_bytes reference, mgw_bytes pattern, uint32_t counts, uint32_t *command)
{
    bool extended = offers(imap, MGW_IMAP_CAP_LIST_EXTENDED);
    if ((counts & ~(uint32_t)MGW_IMAP_COUNT_ALL) != 0)
        return SMGW_ERR_INVALID;
    if (!extended || !offers(imap, MGW_IMAP_CAP_LIST_STATUS))
        counts = 0;
    return list(imap, reference, pattern, extended, countable(imap, counts), command);
}

/* A command whose one argument is a folder. */
static smgw_status on_folder(mgw_imap *imap, mgw_imap_kind kind, const char *words, mgw_bytes folder, uint32_t *command)
{
    mgw_imap_draft made;
    if (!is_name(folder))
        return SMGW_ERR_INVALID;
    smgw_status status = mgw_imap_begin(imap, kind, &made);
    if (status != SMGW_OK)
        return status;
    mgw_imap_write_words(&made.writer, words);
    mgw_imap_write_mailbox(&made.writer, folder);
    return mgw_imap_finish(imap, &made, command);
}

smgw_status mgw_imap_examine(mgw_imap *imap, mgw_bytes folder, uint32_t *command)
{
    return on_folder(imap, MGW_IMAP_KIND_OPEN, "EXAMINE ", folder, command);
}

smgw_status mgw_imap_select(mgw_imap *imap, mgw_bytes folder, uint32_t *command)
{
    smgw_status status = on_folder(imap, MGW_IMAP_KIND_OPEN, "SELECT ", folder, command);
    if (status == SMGW_OK)
        imap->last_select = imap->last_id;
    return status;
}

smgw_status mgw_imap_create(mgw_imap *imap, mgw_bytes folder, uint32_t *command)
{
    if (!is_new_name(folder))
        return SMGW_ERR_INVALID;
    return on_folder(imap, MGW_IMAP_KIND_FOLDER, "CREATE ", folder, command);
}

smgw_status mgw_imap_delete(mgw_imap *imap, mgw_bytes folder, uint32_t *command)
{
    if (is_inbox(folder))
        return SMGW_ERR_INVALID;
    return on_folder(imap, MGW_IMAP_KIND_FOLDER, "DELETE ", folder, command);
}

smgw_status mgw_imap_subscribe(mgw_imap *imap, mgw_bytes folder, uint32_t *command)
{
    return on_folder(imap, MGW_IMAP_KIND_FOLDER, "SUBSCRIBE ", folder, command);
}

smgw_status mgw_imap_unsubscribe(mgw_imap *imap, mgw_bytes folder, uint32_t *command)
{
    return on_folder(imap, MGW_IMAP_KIND_FOLDER, "UNSUBSCRIBE ", folder, command);
}

smgw_status mgw_imap_rename(mgw_imap *imap, mgw_bytes from, mgw_bytes to, uint32_t *command)
{
    mgw_imap_draft made;
    if (!is_name(from) || is_inbox(from) || !is_new_name(to))
        return SMGW_ERR_INVALID;
    smgw_status status = mgw_imap_begin(imap, MGW_IMAP_KIND_FOLDER, &made);
    if (status != SMGW_OK)
        return status;
    mgw_imap_write_words(&made.writer, "RENAME ");
    mgw_imap_write_mailbox(&made.writer, from);
    mgw_imap_write_words(&made.writer, " ");
    mgw_imap_write_mailbox(&made.writer, to);
    return mgw_imap_finish(imap, &made, command);
}

smgw_status mgw_imap_folder_status(mgw_imap *imap, mgw_bytes folder, uint32_t what, uint32_t *command)
{
    mgw_imap_draft made;
    if (!is_name(folder) || (what & ~(uint32_t)MGW_IMAP_COUNT_ALL) != 0 || countable(imap, what) == 0)
        return SMGW_ERR_INVALID;
    smgw_status status = mgw_imap_begin(imap, MGW_IMAP_KIND_STATUS, &made);
    if (status != SMGW_OK)
        return status;
    mgw_imap_write_words(&made.writer, "STATUS ");
    size_t quote = made.command->wire.len;
    mgw_imap_write_mailbox(&made.writer, folder);
    made.view_at = quote + 1;
    made.view_len = made.command->wire.len > quote + 2 ? made.command->wire.len - quote - 2 : 0;
    mgw_imap_write_words(&made.writer, " ");
    write_count_items(&made.writer, countable(imap, what));
    return mgw_imap_finish(imap, &made, command);
}

smgw_status mgw_imap_unselect(mgw_imap *imap, uint32_t *command)
{
    bool unselect = (imap->capabilities & (MGW_IMAP_CAP_UNSELECT | MGW_IMAP_CAP_IMAP4REV2)) != 0;
    if (!unselect && imap->last_select != 0)
        return SMGW_ERR_UNSUPPORTED;
    return mgw_imap_simple(imap, MGW_IMAP_KIND_UNSELECT, unselect ? "UNSELECT" : "CLOSE", command);
}
