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

void *mgw_arena_alloc(mgw_arena *arena, size_t count, size_t size)
{
    if (arena->status != SMGW_OK || count == 0 || size == 0)
        return NULL;
    const size_t align = alignof(max_align_t);
    size_t room = arena->cap - arena->total;
    if (count > room / size || count * size > SIZE_MAX - 2 * sizeof(mgw_arena_block) - align) {
        arena->status = SMGW_ERR_TOO_LARGE;
        return NULL;
    }
    size_t len = (count * size + align - 1) / align * align;
    mgw_arena_block *block = arena->blocks;
    if (block == NULL || len > block->size - block->used)
        block = add_block(arena, len);
    if (block == NULL)
        return NULL;
    void *piece = block->data + block->used;
    block->used += len;
    arena->total += count * size;
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
