/* SPDX-License-Identifier: MIT */
/*
 * Every allocation of the library goes through here, so that a test can make each of them fail in turn.
 */
#ifndef MGW_BASE_ALLOC_H
#define MGW_BASE_ALLOC_H

#include <stdbool.h>
#include <stddef.h>

/* Zero-filled memory of count * size bytes; NULL when that overflows, is 0, or memory is short. */
void *mgw_calloc(size_t count, size_t size);

/*
 * Resizes to count * size bytes. On failure NULL, and `memory` is as it was. Never for secrets: the old block is not wiped.
 */
void *mgw_realloc(void *memory, size_t count, size_t size);

/* NULL is allowed. */
void mgw_free(void *memory);

/* A NUL-terminated copy of `len` bytes, or NULL. */
char *mgw_strndup(const char *text, size_t len);

/*
 * For tests: asked before each allocation; false makes it fail. NULL (the default) allows all. Set it while no other thread
 * is in the library.
 */
typedef bool (*mgw_alloc_gate)(void *context);
void mgw_alloc_set_gate(mgw_alloc_gate gate, void *context);

#endif
