/* SPDX-License-Identifier: MIT */
/* The pieces of SEARCH: search_tree.c walks through `any` and `none`, commands_search.c writes what stands in between.
 */
#ifndef MGW_IMAP_SEARCH_H
#define MGW_IMAP_SEARCH_H

#include "imap/draft.h"

/* How a search hangs on the one above it. */
typedef enum mgw_imap_branch {
    MGW_IMAP_BRANCH_LAST = 0, /* The last of `any`. */
    MGW_IMAP_BRANCH_OR,
    MGW_IMAP_BRANCH_NOT
} mgw_imap_branch;

/* Of this search alone: SMGW_OK, SMGW_ERR_INVALID, SMGW_ERR_UNSUPPORTED. Sets *literal where a string is not ASCII. */
smgw_status mgw_imap_check_search(const mgw_imap_search *search, uint64_t capabilities, bool *literal);

/* Its terms without `any` and `none`; ALL where there is nothing. */
void mgw_imap_write_terms(mgw_imap_writer *writer, const mgw_imap_search *search);

/* What opens a search below another; ")" closes it. */
void mgw_imap_write_branch(mgw_imap_writer *writer, mgw_imap_branch branch);

#endif
