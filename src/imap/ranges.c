/* SPDX-License-Identifier: MIT */
#include "imap/ranges.h"

#include "imap/parse.h"

#include "base/alloc.h"

#include <stdlib.h>

static size_t count_items(mgw_bytes set)
{
    size_t count = 1;
    for (size_t i = 0; i < set.len; i++)
        count += set.data[i] == ',' ? 1 : 0;
    return count;
}

static int compare(const void *a, const void *b)
{
    const mgw_imap_range *x = a;
    const mgw_imap_range *y = b;
    return x->first < y->first ? -1 : x->first > y->first;
}

/* Joins sorted ranges that overlap or follow each other. */
static size_t join(mgw_imap_range *items, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        mgw_imap_range *last = kept > 0 ? &items[kept - 1] : NULL;
        if (last == NULL || items[i].first > (uint64_t)last->last + 1)
            items[kept++] = items[i];
        else if (items[i].last > last->last)
            last->last = items[i].last;
    }
    return kept;
}

bool mgw_imap_ranges_of(mgw_bytes set, mgw_imap_ranges *out)
{
    bool every = mgw_bytes_find(set, '*') < set.len;
    *out = (mgw_imap_ranges){ mgw_calloc(every ? 1 : count_items(set), sizeof *out->items), 0 };
    if (out->items == NULL)
        return false;
    if (every) {
        out->items[out->count++] = (mgw_imap_range){ 0, UINT32_MAX };
        return true;
    }
    while (set.len > 0) {
        size_t comma = mgw_bytes_find(set, ',');
        if (mgw_imap_parse_range(mgw_bytes_slice(set, 0, comma), &out->items[out->count]))
            out->count++;
        set = mgw_bytes_slice(set, comma + 1, SIZE_MAX);
    }
    qsort(out->items, out->count, sizeof *out->items, compare);
    out->count = join(out->items, out->count);
    return true;
}

void mgw_imap_ranges_free(mgw_imap_ranges *ranges)
{
    mgw_free(ranges->items);
    *ranges = (mgw_imap_ranges){ 0 };
}

bool mgw_imap_ranges_hold(const mgw_imap_ranges *ranges, uint32_t uid)
{
    size_t from = 0;
    size_t to = ranges->count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (uid > ranges->items[middle].last)
            from = middle + 1;
        else
            to = middle;
    }
    return from < ranges->count && uid >= ranges->items[from].first;
}
