/* SPDX-License-Identifier: MIT */
/*
 * UIDs as sets that commands can carry: in order, each once, neighbours as ranges, as many sets as it takes. Only what
 * was named is in a set.
 */
#ifndef MGW_GATEWAY_UID_SETS_H
#define MGW_GATEWAY_UID_SETS_H

#include "base/buf.h"

/* Octets of a set, so that a command stays below the 8,192 that servers take (RFC 9051 section 4); and its items. */
enum { MGW_UID_SET_MAX = 4000, MGW_UID_SET_ITEMS_MAX = 1000 };

typedef struct mgw_uid_sets {
    uint32_t *uids;
    size_t count;
    size_t next;
    mgw_buf text;
} mgw_uid_sets;

/* Copies `count` UIDs, at least one, none of them 0. SMGW_OK or SMGW_ERR_NO_MEMORY; to be freed in both cases. */
smgw_status mgw_uid_sets_init(mgw_uid_sets *sets, const uint32_t *uids, size_t count);
void mgw_uid_sets_free(mgw_uid_sets *sets);

/* The highest. */
uint32_t mgw_uid_sets_last(const mgw_uid_sets *sets);

/* Gives the next set, valid until the next call; false at the end. Cannot fail. */
bool mgw_uid_sets_next(mgw_uid_sets *sets, mgw_bytes *set);

#endif
