/* SPDX-License-Identifier: MIT */
#include "base/arena.h"

#include "base/alloc.h"

#include <stdalign.h>

enum { BLOCK_SIZE = 4096 };

struct mgw_arena_block {
    mgw_arena_block *next;
    size_t used;
    size_t size;
    alignas(max_align_t) char data[];
};

void mgw_arena_init(mgw_arena *arena, size_t cap)
{
    *arena = (mgw_arena){ NULL, 0, cap, SMGW_OK };
}

void mgw_arena_free(mgw_arena *arena)
{
    while (arena->blocks != NULL) {
        mgw_arena_block *block = arena->blocks;
        arena->blocks = block->next;
        mgw_free(block);
    }
    mgw_arena_init(arena, arena->cap);
}

static mgw_arena_block *add_block(mgw_arena *arena, size_t len)
{
    size_t size = len > BLOCK_SIZE ? len : BLOCK_SIZE;
    mgw_arena_block *block = mgw_calloc(1, sizeof *block + size);
    if (block == NULL) {
        arena->status = SMGW_ERR_NO_MEMORY;
        return NULL;
    }
    block->size = size;
    block->next = arena->blocks;
    arena->blocks = block;
    return block;
}

/* To a size that keeps the next piece aligned; 0 where that is too much for a size_t. */
static size_t rounded_up(size_t len)
{
    const size_t align = alignof(max_align_t);
    return len > SIZE_MAX - align ? 0 : (len + align - 1) / align * align;
}

void *mgw_arena_alloc(mgw_arena *arena, size_t count, size_t size)
{
    if (arena->status != SMGW_OK || count == 0 || size == 0)
        return NULL;
    size_t room = arena->cap - arena->total;
    size_t len = count <= room / size ? rounded_up(count * size) : 0;
    if (len == 0 || len > room || len > SIZE_MAX - sizeof(mgw_arena_block)) {
        arena->status = SMGW_ERR_TOO_LARGE;
        return NULL;
    }
    mgw_arena_block *block = arena->blocks;
    if (block == NULL || len > block->size - block->used)
        block = add_block(arena, len);
    if (block == NULL)
        return NULL;
    void *piece = block->data + block->used;
    block->used += len;
    arena->total += len;
    return piece;
}

char *mgw_arena_strndup(mgw_arena *arena, mgw_bytes text)
{
    if (text.len == SIZE_MAX) {
        arena->status = SMGW_ERR_TOO_LARGE;
        return NULL;
    }
    char *copy = mgw_arena_alloc(arena, text.len + 1, 1);
    if (copy != NULL && text.len > 0)
        memcpy(copy, text.data, text.len);
    return copy;
}
