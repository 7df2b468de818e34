/* SPDX-License-Identifier: MIT */
/*
 * The idle sessions of one account and one protocol, most recently used first. Any thread may take and put.
 */
#ifndef MGW_SESSION_POOL_H
#define MGW_SESSION_POOL_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MGW_POOL_MAX_IDLE = 4 };

/* An idle session older than this is closed instead of used: servers drop them after five minutes (RFC 5321 4.5.3.2.7).
 */
#define MGW_POOL_MAX_AGE_S 240

typedef struct mgw_pool {
    pthread_mutex_t lock;
    void *sessions[MGW_POOL_MAX_IDLE];
    uint64_t since[MGW_POOL_MAX_IDLE]; /* When it became idle, monotonic nanoseconds; ascending. */
    size_t count;
} mgw_pool;

void mgw_pool_init(mgw_pool *pool);

/* The pool must be empty. */
void mgw_pool_destroy(mgw_pool *pool);

/* The session that became idle last, or NULL. The caller owns it and looks whether it still lives. */
void *mgw_pool_take(mgw_pool *pool);

/* A session that is too old to be used at `now`, or NULL; to be closed by the caller. */
void *mgw_pool_take_stale(mgw_pool *pool, uint64_t now);

/* Takes an idle session over. False where the pool is full: the caller keeps it. */
bool mgw_pool_put(mgw_pool *pool, void *session, uint64_t now);

#endif
