/* SPDX-License-Identifier: MIT */
/*
 * Memory for a password or a token: whole pages of its own, kept out of core dumps and of forked children, locked into
 * memory where the system allows it, and wiped before they go back. A secret is never resized: setting it anew wipes
 * the old pages. In a child after fork() the bytes read as zeros.
 *
 * One thread at a time may change a secret; any number may read one that nobody changes.
 */
#ifndef MGW_BASE_SECRET_H
#define MGW_BASE_SECRET_H

#include "base/bytes.h"

#include "simplemailgw/common.h"

#define MGW_SECRET_MAX ((size_t)64 * 1024)

/* Read it through the functions below. It may be moved in memory, but must not be copied: the pages have one owner. */
typedef struct mgw_secret {
    char *pages; /* NULL for the empty secret. */
    size_t len;
    size_t mapped;
    bool locked;
} mgw_secret;

#define MGW_SECRET_INIT { NULL, 0, 0, false }

/*
 * Replaces what the secret held by a copy of `bytes`, at most MGW_SECRET_MAX. Wiping the caller's bytes is the
 * caller's. SMGW_ERR_TOO_LARGE or SMGW_ERR_NO_MEMORY: the secret is as it was. A system that refuses to lock the
 * pages, or knows no MADV_DONTDUMP or MADV_WIPEONFORK, is no failure: see mgw_secret_is_locked().
 */
smgw_status mgw_secret_set(mgw_secret *secret, mgw_bytes bytes) SMGW_CHECK;

/* The bytes, without the NUL behind them. They belong to the secret. */
mgw_bytes mgw_secret_bytes(const mgw_secret *secret);

/* The same bytes with a NUL behind them; "" for the empty secret. */
const char *mgw_secret_str(const mgw_secret *secret);

/* True where the pages cannot be swapped out; also for the empty secret. */
bool mgw_secret_is_locked(const mgw_secret *secret);

/* Wipes and unmaps. The secret is empty and usable again. */
void mgw_secret_free(mgw_secret *secret);

#endif
