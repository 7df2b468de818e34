/* SPDX-License-Identifier: MIT */
/*
 * Opening a folder and finding UIDs in it, in one round trip: what smgw_search() and the iterator begin with.
 */
#ifndef MGW_GATEWAY_SEARCH_H
#define MGW_GATEWAY_SEARCH_H

#include "gateway/imap_call.h"

/*
 * Fills *list with the matches in ascending order, without repetition, the last `newest` of them where that is not 0.
 * On failure *list is empty.
 */
smgw_status mgw_search_folder(mgw_imap_call *call, const char *folder, const mgw_imap_search *search, uint32_t newest,
    smgw_uid_list *list, smgw_error *error);

/* For qsort() and bsearch(). */
int mgw_compare_uids(const void *a, const void *b);

#endif
