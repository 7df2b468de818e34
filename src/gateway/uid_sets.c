/* SPDX-License-Identifier: MIT */
#include "gateway/uid_sets.h"

#include "base/alloc.h"
#include "gateway/search.h"

#include <stdlib.h>

/* ",4294967294:4294967295" */
enum { ITEM_MAX = 22 };

static void put_in_order(mgw_uid_sets *sets)
{
    size_t kept = 1;
    qsort(sets->uids, sets->count, sizeof *sets->uids, mgw_compare_uids);
    for (size_t i = 1; i < sets->count; i++)
        if (sets->uids[i] != sets->uids[kept - 1])
            sets->uids[kept++] = sets->uids[i];
    sets->count = kept;
}

smgw_status mgw_uid_sets_init(mgw_uid_sets *sets, const uint32_t *uids, size_t count)
{
    *sets = (mgw_uid_sets){ .text = MGW_BUF_INIT(MGW_UID_SET_MAX) };
    /* All the memory is here before anything is changed. */
    sets->uids = mgw_calloc(count, sizeof *sets->uids);
    if (sets->uids == NULL || mgw_buf_reserve(&sets->text, MGW_UID_SET_MAX) == NULL)
        return SMGW_ERR_NO_MEMORY;
    memcpy(sets->uids, uids, count * sizeof *uids);
    sets->count = count;
    put_in_order(sets);
    return SMGW_OK;
}

void mgw_uid_sets_free(mgw_uid_sets *sets)
{
    mgw_free(sets->uids);
    mgw_buf_free(&sets->text);
    *sets = (mgw_uid_sets){ .text = MGW_BUF_INIT(MGW_UID_SET_MAX) };
}

uint32_t mgw_uid_sets_last(const mgw_uid_sets *sets)
{
    return sets->uids[sets->count - 1];
}

/* Adds the next UID, with those that follow it without a gap. */
static void add_item(mgw_uid_sets *sets)
{
    uint32_t first = sets->uids[sets->next];
    uint32_t last = first;
    while (++sets->next < sets->count && sets->uids[sets->next] == last + 1)
        last++;
    if (sets->text.len > 0)
        mgw_buf_add_byte(&sets->text, ',');
    mgw_buf_add_u64(&sets->text, first);
    if (last == first)
        return;
    mgw_buf_add_byte(&sets->text, ':');
    mgw_buf_add_u64(&sets->text, last);
}

bool mgw_uid_sets_next(mgw_uid_sets *sets, mgw_bytes *set)
{
    mgw_buf_clear(&sets->text);
    for (size_t items = 0; items < MGW_UID_SET_ITEMS_MAX; items++) {
        if (sets->next == sets->count || MGW_UID_SET_MAX - sets->text.len < ITEM_MAX)
            break;
        add_item(sets);
    }
    *set = mgw_buf_bytes(&sets->text);
    return set->len > 0;
}
