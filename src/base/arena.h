/* SPDX-License-Identifier: MIT */
/*
 * Memory that is given out in pieces and freed as a whole, with a cap on the sum. For results made of many small strings
 * and arrays. Never for secrets.
 */
#ifndef MGW_BASE_ARENA_H
#define MGW_BASE_ARENA_H

#include "base/bytes.h"

#include "simplemailgw/common.h"

typedef struct mgw_arena_block mgw_arena_block;

typedef struct mgw_arena {
    mgw_arena_block *blocks;
    size_t total;
    size_t cap;         /* Most bytes it may give out in all, each piece rounded up for its alignment. */
    smgw_status status; /* SMGW_OK; sticky SMGW_ERR_TOO_LARGE or SMGW_ERR_NO_MEMORY. */
} mgw_arena;

void mgw_arena_init(mgw_arena *arena, size_t cap);

/* Frees everything; the arena is empty and usable again. */
void mgw_arena_free(mgw_arena *arena);

/* Zero-filled memory for count items of `size` bytes, aligned for any type; NULL on failure and for 0 bytes. */
void *mgw_arena_alloc(mgw_arena *arena, size_t count, size_t size);

/* A NUL-terminated copy; NULL on failure. Bytes after an embedded NUL are kept but hidden from a C string's reader. */
char *mgw_arena_strndup(mgw_arena *arena, mgw_bytes text);

#endif
