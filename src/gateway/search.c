/* SPDX-License-Identifier: MIT */
#include "gateway/search.h"

#include "base/alloc.h"
#include "base/error.h"
#include "gateway/query.h"

#include <stdlib.h>

enum { FIRST_ROOM = 512 };

typedef struct collector {
    smgw_uid_list list;
    size_t room;
} collector;

static bool make_room(collector *found, size_t more)
{
    if (more <= found->room - found->list.count)
        return true;
    size_t room = found->room > 0 ? found->room * 2 : FIRST_ROOM;
    while (room - found->list.count < more)
        room *= 2;
    uint32_t *uids = mgw_realloc(found->list.uids, room, sizeof *uids);
    if (uids == NULL)
        return false;
    found->list.uids = uids;
    found->room = room;
    return true;
}

static smgw_status collect(void *context, const mgw_imap_event *event, smgw_error *error)
{
    collector *found = context;
    if (event->type != MGW_IMAP_SEARCH)
        return SMGW_OK;
    if (!make_room(found, event->search.count))
        return mgw_error_status(error, SMGW_ERR_NO_MEMORY);
    memcpy(found->list.uids + found->list.count, event->search.uids, event->search.count * sizeof *event->search.uids);
    found->list.count += event->search.count;
    return SMGW_OK;
}

int mgw_compare_uids(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a;
    uint32_t right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

/* A server may give UIDs in any order, and twice. */
static void put_in_order(smgw_uid_list *list, uint32_t newest)
{
    if (list->count == 0)
        return;
    qsort(list->uids, list->count, sizeof *list->uids, mgw_compare_uids);
    size_t kept = 1;
    for (size_t i = 1; i < list->count; i++)
        if (list->uids[i] != list->uids[kept - 1])
            list->uids[kept++] = list->uids[i];
    list->count = kept;
    if (newest > 0 && kept > newest) {
        memmove(list->uids, list->uids + (kept - newest), newest * sizeof *list->uids);
        list->count = newest;
    }
}

smgw_status mgw_search_folder(mgw_imap_call *call, const char *folder, const mgw_imap_search *search, uint32_t newest,
    smgw_uid_list *list, smgw_error *error)
{
    *list = (smgw_uid_list)SMGW_UID_LIST_INIT;
    uint32_t opening = 0;
    uint32_t searching = 0;
    smgw_status status = mgw_imap_call_open(call, folder, &opening, error);
    if (status != SMGW_OK)
        return status;
    status = mgw_imap_uid_search(call->engine, search, &searching);
    if (status != SMGW_OK)
        return mgw_error_status(error, status);
    collector found = { SMGW_UID_LIST_INIT, 0 };
    status = mgw_imap_call_opened(call, opening, &found.list.uidvalidity, error);
    /* A folder that did not open leaves the search unanswered yet: its refusal is read, and says nothing new. */
    smgw_status searched = mgw_imap_session_run(
        call->session, "SEARCH", searching, &call->wait, collect, &found, status == SMGW_OK ? error : NULL);
    if (status == SMGW_OK)
        status = searched;
    if (status != SMGW_OK) {
        smgw_uid_list_dispose(&found.list);
        return status;
    }
    put_in_order(&found.list, newest);
    *list = found.list;
    return SMGW_OK;
}

smgw_status smgw_search(smgw_gateway *gateway, const char *account, const char *folder, const smgw_query *query,
    const smgw_call_options *options, smgw_uid_list *list, smgw_error *error)
{
    *list = (smgw_uid_list)SMGW_UID_LIST_INIT;
    mgw_imap_search search;
    smgw_status status = mgw_check_folder(folder, error);
    if (status == SMGW_OK)
        status = mgw_query_check(query, &search, error);
    if (status != SMGW_OK)
        return status;
    mgw_imap_call call;
    status = mgw_imap_call_begin(&call, gateway, account, options, error);
    if (status == SMGW_OK)
        status = mgw_search_folder(&call, folder, &search, query != NULL ? query->newest : 0, list, error);
    mgw_imap_call_end(&call);
    return status;
}

void smgw_uid_list_dispose(smgw_uid_list *list)
{
    if (list == NULL)
        return;
    mgw_free(list->uids);
    *list = (smgw_uid_list)SMGW_UID_LIST_INIT;
}
