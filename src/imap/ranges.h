/* SPDX-License-Identifier: MIT */
/* The UIDs that a command asked for, in a form that says quickly whether one is among them. */
#ifndef MGW_IMAP_RANGES_H
#define MGW_IMAP_RANGES_H

#include "base/bytes.h"

typedef struct mgw_imap_range {
    uint32_t first, last;
} mgw_imap_range;

/* Ascending; no two ranges touch. All zero: empty. */
typedef struct mgw_imap_ranges {
    mgw_imap_range *items;
    size_t count;
} mgw_imap_ranges;

/*
 * Of a set such as "5,7:9,12:*": one with '*' may hold every UID. An item that is no UID or range of them holds none.
 * False where memory is short; then *out is empty.
 */
bool mgw_imap_ranges_of(mgw_bytes set, mgw_imap_ranges *out);

void mgw_imap_ranges_free(mgw_imap_ranges *ranges);

/* By binary search. */
bool mgw_imap_ranges_hold(const mgw_imap_ranges *ranges, uint32_t uid);

#endif
