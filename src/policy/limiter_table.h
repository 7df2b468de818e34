/* SPDX-License-Identifier: MIT */
/*
 * Buckets by key. A bucket that is full again says no more than no bucket at all, so it is dropped when room is
 * needed: memory follows the keys that are in use, up to a cap. A queue has the bucket in front that is full again
 * first, so that no call has to look at all of them: a new key costs a logarithm of their number, also at the cap. One
 * thread at a time.
 */
#ifndef MGW_POLICY_LIMITER_TABLE_H
#define MGW_POLICY_LIMITER_TABLE_H

#include "base/hash.h"
#include "policy/limiter.h"

#include "simplemailgw/common.h"

enum { MGW_LIMITER_KEY_MAX = 255 };

typedef struct mgw_limiter_entry mgw_limiter_entry;

/* Zero-filled with `max` and `hash_key` set it is empty. */
typedef struct mgw_limiter_table {
    mgw_limiter_entry **slots; /* Open addressing, linear probing; NULL at first. */
    mgw_limiter_entry **queue; /* `used` of them, as a binary heap by the time at which the bucket is full. */
    size_t slot_count;         /* 0 or a power of two. */
    size_t used;
    size_t max; /* Most buckets; 1 or more. */
    mgw_hash_key hash_key;
} mgw_limiter_table;

/* A key as it is compared: ASCII letters folded. */
typedef struct mgw_limiter_key {
    size_t len;
    char data[MGW_LIMITER_KEY_MAX];
} mgw_limiter_key;

/* 1 to 255 bytes without a space or TAB at either end; SMGW_RULE_EMPTY, _TOO_LONG or _SPACE otherwise. */
smgw_rule mgw_limiter_key_of(mgw_bytes text, mgw_limiter_key *key);

void mgw_limiter_table_free(mgw_limiter_table *table);

/*
 * NULL where the key has no bucket, which means a full one. The pointer is good until the next
 * mgw_limiter_table_get().
 */
mgw_bucket *mgw_limiter_table_find(const mgw_limiter_table *table, const mgw_limiter_key *key);

/*
 * As above, and makes a full bucket where there is none. SMGW_ERR_TOO_LARGE when `max` buckets are in use and none of
 * them is full at `now`; SMGW_ERR_NO_MEMORY.
 */
smgw_status mgw_limiter_table_get(mgw_limiter_table *table, const mgw_limiter_key *key, uint64_t now,
    mgw_bucket **bucket);

/* Tells the table that something was taken from or given back to one of its buckets; before any other call. */
void mgw_limiter_table_settle(mgw_limiter_table *table, mgw_bucket *bucket);

/* Nanoseconds from `now` until there is room for one more key; 0 where there is. */
uint64_t mgw_limiter_table_delay(const mgw_limiter_table *table, uint64_t now);

#endif
