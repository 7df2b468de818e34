/* SPDX-License-Identifier: MIT */
#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "gateway/mail_view.h"
#include "gateway/query.h"
#include "gateway/search.h"

#include <stdlib.h>

/* The messages of one command, and the bytes of its UID set: within what smgw_validate_uid_set() accepts. */
enum { SET_MAX_ITEMS = 500, SET_MAX_BYTES = 7900, ITEM_MAX_BYTES = 22 };

/* Memory of one message's view. */
enum { VIEW_MAX = 64 * 1024 * 1024 };

struct smgw_fetch {
    mgw_imap_call call;
    char *folder;
    smgw_uid_list uids;
    bool *given;        /* For each UID of the list: whether it was shown. */
    size_t next;        /* The first UID of the list that was not asked for yet. */
    uint32_t command;   /* The FETCH under way, or 0. */
    smgw_status failed; /* Sticky. */
    mgw_arena arena;
    smgw_mail mail;
};

static smgw_status open_iterator(
    smgw_fetch *fetch, const char *folder, const mgw_imap_search *search, uint32_t newest, smgw_error *error)
{
    fetch->folder = mgw_strndup(folder, strlen(folder));
    if (fetch->folder == NULL)
        return mgw_error_status(error, SMGW_ERR_NO_MEMORY);
    smgw_status status = mgw_search_folder(&fetch->call, folder, search, newest, &fetch->uids, error);
    if (status != SMGW_OK || fetch->uids.count == 0)
        return status;
    fetch->given = mgw_calloc(fetch->uids.count, sizeof *fetch->given);
    return fetch->given != NULL ? SMGW_OK : mgw_error_status(error, SMGW_ERR_NO_MEMORY);
}

smgw_status smgw_fetch_open(smgw_fetch **fetch, smgw_gateway *gateway, const char *account, const char *folder,
    const smgw_query *query, const smgw_call_options *options, smgw_error *error)
{
    *fetch = NULL;
    mgw_imap_search search;
    smgw_status status = mgw_check_folder(folder, error);
    if (status == SMGW_OK)
        status = mgw_query_check(query, &search, error);
    if (status != SMGW_OK)
        return status;
    smgw_fetch *opened = mgw_calloc(1, sizeof *opened);
    if (opened == NULL)
        return mgw_error_status(error, SMGW_ERR_NO_MEMORY);
    mgw_arena_init(&opened->arena, VIEW_MAX);
    status = mgw_imap_call_begin(&opened->call, gateway, account, options, error);
    if (status == SMGW_OK)
        status = open_iterator(opened, folder, &search, query != NULL ? query->newest : 0, error);
    if (status != SMGW_OK) {
        smgw_fetch_free(opened);
        return status;
    }
    *fetch = opened;
    return SMGW_OK;
}

/* Writes the next UIDs as a set, neighbours as ranges, and steps past them. */
static smgw_status next_set(smgw_fetch *fetch, mgw_buf *set)
{
    const uint32_t *uids = fetch->uids.uids;
    size_t end = fetch->uids.count - fetch->next > SET_MAX_ITEMS ? fetch->next + SET_MAX_ITEMS : fetch->uids.count;
    while (fetch->next < end && set->len <= SET_MAX_BYTES - ITEM_MAX_BYTES) {
        size_t first = fetch->next++;
        while (fetch->next < end && uids[fetch->next] == uids[fetch->next - 1] + 1)
            fetch->next++;
        if (set->len > 0)
            mgw_buf_add_byte(set, ',');
        mgw_buf_add_u64(set, uids[first]);
        if (fetch->next - first > 1) {
            mgw_buf_add_byte(set, ':');
            mgw_buf_add_u64(set, uids[fetch->next - 1]);
        }
    }
    return set->status;
}

static smgw_status ask_for_more(smgw_fetch *fetch, smgw_error *error)
{
    mgw_buf set = MGW_BUF_INIT(SET_MAX_BYTES);
    smgw_status status = next_set(fetch, &set);
    if (status == SMGW_OK)
        status = mgw_imap_uid_fetch(fetch->call.engine, mgw_buf_bytes(&set), MGW_IMAP_FETCH_SUMMARY, &fetch->command);
    mgw_buf_free(&set);
    return status == SMGW_OK ? SMGW_OK : mgw_error_status(error, status);
}

/* True once for each message that was asked for: a server may repeat itself. */
static bool is_due(smgw_fetch *fetch, uint32_t uid)
{
    const uint32_t *uids = fetch->uids.uids;
    const uint32_t *hit = bsearch(&uid, uids, fetch->uids.count, sizeof uid, mgw_compare_uids);
    if (hit == NULL || fetch->given[hit - uids])
        return false;
    fetch->given[hit - uids] = true;
    return true;
}

static smgw_status show(smgw_fetch *fetch, const mgw_imap_fetch *data, const smgw_mail **mail, smgw_error *error)
{
    mgw_arena_free(&fetch->arena);
    smgw_status status = mgw_mail_view(&fetch->arena, data, fetch->folder, fetch->uids.uidvalidity, &fetch->mail);
    if (status != SMGW_OK)
        return mgw_error_status(error, status);
    *mail = &fetch->mail;
    return SMGW_OK;
}

static smgw_status next_mail(smgw_fetch *fetch, const smgw_mail **mail, smgw_error *error)
{
    for (;;) {
        if (fetch->command == 0 && fetch->next >= fetch->uids.count)
            return SMGW_DONE;
        smgw_status status = fetch->command == 0 ? ask_for_more(fetch, error) : SMGW_OK;
        mgw_imap_event event;
        if (status == SMGW_OK)
            status = mgw_imap_session_next(fetch->call.session, &fetch->call.wait, &event, error);
        if (status != SMGW_OK)
            return status;
        bool ours = event.command == fetch->command;
        if (ours && event.type == MGW_IMAP_FETCH && is_due(fetch, event.fetch.uid))
            return show(fetch, &event.fetch, mail, error);
        if (ours && event.type == MGW_IMAP_DONE) {
            fetch->command = 0;
            if (event.done.status != SMGW_OK)
                return mgw_error_set(error, event.done.status, NULL, "FETCH refused");
        }
    }
}

smgw_status smgw_fetch_next(smgw_fetch *fetch, const smgw_mail **mail, smgw_error *error)
{
    *mail = NULL;
    if (fetch->failed != SMGW_OK)
        return mgw_error_status(error, fetch->failed);
    smgw_status status = next_mail(fetch, mail, error);
    if (status < 0)
        fetch->failed = status;
    return status;
}

void smgw_fetch_free(smgw_fetch *fetch)
{
    if (fetch == NULL)
        return;
    mgw_imap_call_end(&fetch->call);
    smgw_uid_list_dispose(&fetch->uids);
    mgw_arena_free(&fetch->arena);
    mgw_free(fetch->given);
    mgw_free(fetch->folder);
    mgw_free(fetch);
}
