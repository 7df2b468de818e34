/* SPDX-License-Identifier: MIT */
#include "base/alloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static mgw_alloc_gate alloc_gate;
static void *alloc_gate_context;

void mgw_alloc_set_gate(mgw_alloc_gate gate, void *context)
{
    alloc_gate = gate;
    alloc_gate_context = context;
}

static bool allowed(size_t count, size_t size)
{
    if (count == 0 || size == 0 || count > SIZE_MAX / size)
        return false;
    return alloc_gate == NULL || alloc_gate(alloc_gate_context);
}

void *mgw_calloc(size_t count, size_t size)
{
    return allowed(count, size) ? calloc(count, size) : NULL;
}

void *mgw_realloc(void *memory, size_t count, size_t size)
{
    return allowed(count, size) ? realloc(memory, count * size) : NULL;
}

void mgw_free(void *memory)
{
    free(memory);
}

char *mgw_strndup(const char *text, size_t len)
{
    if (len == SIZE_MAX)
        return NULL;
    char *copy = mgw_calloc(len + 1, 1);
    if (copy != NULL && len > 0)
        memcpy(copy, text, len);
    return copy;
}
