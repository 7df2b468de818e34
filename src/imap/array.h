/* SPDX-License-Identifier: MIT */
/* An array in an arena that grows while its length is not known. */
#ifndef MGW_IMAP_ARRAY_H
#define MGW_IMAP_ARRAY_H

#include "base/arena.h"

typedef struct mgw_imap_array {
    void *items;
    size_t count;
    size_t room;
} mgw_imap_array;

/* Room for one more item of `size` bytes, zero-filled and counted in; NULL where the arena fails. Items may move. */
static inline void *mgw_imap_array_add(mgw_imap_array *array, mgw_arena *arena, size_t size)
{
    if (array->count == array->room) {
        size_t room = array->room == 0 ? 4 : array->room * 2;
        void *items = mgw_arena_alloc(arena, room, size);
        if (items == NULL)
            return NULL;
        if (array->count > 0)
            memcpy(items, array->items, array->count * size);
        array->items = items;
        array->room = room;
    }
    return (char *)array->items + array->count++ * size;
}

#endif
