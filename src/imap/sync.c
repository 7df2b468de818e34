/* SPDX-License-Identifier: MIT */
/* ENABLE (RFC 5161), and what folders remember: CONDSTORE and QRESYNC (RFC 7162). */
#include "imap/answers.h"
#include "imap/draft.h"

typedef struct feature {
    uint64_t bit;
    const char *word;
} feature;

static const feature features_known[] = {
    { MGW_IMAP_CAP_CONDSTORE, "CONDSTORE" },
    { MGW_IMAP_CAP_QRESYNC, "QRESYNC" },
    { MGW_IMAP_CAP_UTF8_ACCEPT, "UTF8=ACCEPT" },
};

enum { FEATURES = sizeof features_known / sizeof features_known[0] };

static smgw_status check_features(const mgw_imap *imap, uint64_t features)
{
    uint64_t known = 0;
    for (size_t i = 0; i < FEATURES; i++)
        known |= features_known[i].bit;
    if (features == 0 || (features & ~known) != 0)
        return SMGW_ERR_INVALID;
    bool enable = (imap->capabilities & (MGW_IMAP_CAP_ENABLE | MGW_IMAP_CAP_IMAP4REV2)) != 0;
    return enable && (features & ~imap->capabilities) == 0 ? SMGW_OK : SMGW_ERR_UNSUPPORTED;
}

smgw_status mgw_imap_enable(mgw_imap *imap, uint64_t features, uint32_t *command)
{
    mgw_imap_draft made;
    smgw_status status = check_features(imap, features);
    if (status == SMGW_OK)
        status = mgw_imap_begin(imap, MGW_IMAP_KIND_ENABLE, &made);
    if (status != SMGW_OK)
        return status;
    mgw_imap_write_words(&made.writer, "ENABLE");
    for (size_t i = 0; i < FEATURES; i++) {
        if (features & features_known[i].bit) {
            mgw_imap_write_words(&made.writer, " ");
            mgw_imap_write_words(&made.writer, features_known[i].word);
        }
    }
    made.command->features = features;
    status = mgw_imap_finish(imap, &made, command);
    imap->switching = status == SMGW_OK && (features & MGW_IMAP_CAP_UTF8_ACCEPT) != 0;
    return status;
}

void mgw_imap_on_enabled(mgw_imap *imap, mgw_imap_lexer *lexer)
{
    mgw_imap_command *command = mgw_imap_find_started(imap, MGW_IMAP_KIND_ENABLE);
    uint64_t bits = 0;
    if (command == NULL) {
        imap->defects++;
        return;
    }
    while (mgw_imap_lex_char(lexer, ' ')) {
        mgw_bytes word;
        if (!mgw_imap_lex_atom(lexer, &word))
            break;
        for (size_t i = 0; i < FEATURES; i++)
            if (mgw_bytes_equal_fold(word, mgw_bytes_str(features_known[i].word)))
                bits |= features_known[i].bit;
    }
    /* What was not asked for is not on. */
    bits &= command->features;
    imap->enabled |= bits;
    command->items++;
    mgw_imap_push(imap, MGW_IMAP_ENABLED, command->id)->capabilities = bits;
}

static bool is_known(const mgw_imap_known *known)
{
    uint64_t count = 0;
    return known->uidvalidity > 0 && known->modseq > 0 && known->modseq <= INT64_MAX &&
           (known->uids.len == 0 || mgw_imap_check_uids(known->uids, &count));
}

static void write_known(mgw_imap_writer *writer, const mgw_imap_known *known)
{
    mgw_imap_write_words(writer, " (QRESYNC (");
    mgw_imap_write_number(writer, known->uidvalidity);
    mgw_imap_write_words(writer, " ");
    mgw_imap_write_number(writer, known->modseq);
    if (known->uids.len > 0) {
        mgw_imap_write_words(writer, " ");
        mgw_imap_write_set(writer, known->uids);
    }
    mgw_imap_write_words(writer, "))");
}

smgw_status mgw_imap_open_since(
    mgw_imap *imap, mgw_bytes folder, bool writable, const mgw_imap_known *known, uint32_t *command)
{
    mgw_imap_draft made;
    if (folder.len == 0 || folder.len > MGW_IMAP_MAX_NAME || (known != NULL && !is_known(known)))
        return SMGW_ERR_INVALID;
    bool offered = known != NULL ? (imap->enabled & MGW_IMAP_CAP_QRESYNC) != 0
                                 : (imap->capabilities & MGW_IMAP_CAP_CONDSTORE) != 0;
    smgw_status status = offered ? mgw_imap_begin(imap, MGW_IMAP_KIND_OPEN, &made) : SMGW_ERR_UNSUPPORTED;
    if (status != SMGW_OK)
        return status;
    mgw_imap_write_words(&made.writer, writable ? "SELECT " : "EXAMINE ");
    mgw_imap_write_mailbox(&made.writer, folder);
    if (known != NULL)
        write_known(&made.writer, known);
    else
        mgw_imap_write_words(&made.writer, " (CONDSTORE)");
    made.command->resyncs = known != NULL;
    status = mgw_imap_finish(imap, &made, command);
    if (status == SMGW_OK && writable)
        imap->last_select = imap->last_id;
    return status;
}

mgw_imap_command *mgw_imap_find_resync(mgw_imap *imap)
{
    mgw_imap_command *open = mgw_imap_find_started(imap, MGW_IMAP_KIND_OPEN);
    if (open != NULL)
        return open->resyncs && !open->leaves ? open : NULL;
    mgw_imap_command *command = mgw_imap_find_started(imap, MGW_IMAP_KIND_FETCH);
    while (command != NULL && command->started && !mgw_imap_changes_mailbox(command)) {
        if (command->kind == MGW_IMAP_KIND_FETCH && command->resyncs)
            return command;
        command = command->next;
    }
    return NULL;
}

/* Messages that go now, while the folder is open. */
static void give_vanishing(mgw_imap *imap, const mgw_imap_vanished *vanished)
{
    if (vanished->count > imap->mailbox.exists) {
        imap->defects++;
        return;
    }
    imap->mailbox.exists -= (uint32_t)vanished->count;
    if (mgw_imap_find_started(imap, MGW_IMAP_KIND_OPEN) != NULL)
        return;
    mgw_imap_event *event = mgw_imap_push(imap, MGW_IMAP_VANISHED, 0);
    event->vanished.set = vanished->set;
    event->vanished.exists = imap->mailbox.exists;
}

void mgw_imap_on_vanished(mgw_imap *imap, mgw_imap_lexer *lexer)
{
    mgw_imap_vanished vanished;
    if (!mgw_imap_parse_vanished(lexer, &vanished)) {
        mgw_imap_fail(imap, SMGW_ERR_PROTOCOL, "VANISHED does not match the grammar");
        return;
    }
    mgw_imap_command *command = vanished.earlier ? mgw_imap_find_resync(imap) : NULL;
    if ((imap->enabled & MGW_IMAP_CAP_QRESYNC) == 0 || (vanished.earlier && command == NULL)) {
        imap->defects++;
        return;
    }
    if (!vanished.earlier) {
        give_vanishing(imap, &vanished);
        return;
    }
    command->items++;
    mgw_imap_event *event = mgw_imap_push(imap, MGW_IMAP_VANISHED, command->id);
    event->vanished.set = vanished.set;
    event->vanished.earlier = true;
    event->vanished.exists = imap->mailbox.exists;
}
