/* SPDX-License-Identifier: MIT */
/*
 * The idle sessions of one account and one protocol, most recently used first. Any thread may take and put.
 */
#ifndef MGW_SESSION_POOL_H
#define MGW_SESSION_POOL_H

#include "net/wait.h"

#include <pthread.h>

enum {
    MGW_POOL_MAX_IDLE = 4,
    /* An older session is closed instead of used: servers may drop them after five minutes (RFC 5321
       section 4.5.3.2.7). */
    MGW_POOL_MAX_AGE_S = 240,
    /* Longest time that an idle session has to prove that it lives. */
    MGW_POOL_PROBE_MS = 3000
};

/* What the pool has to know of the sessions it keeps. */
typedef struct mgw_session_kind {
    /* Nothing is under way and nothing failed: another caller may use it. */
    bool (*is_idle)(const void *session);
    /* Asks the server whether it still lives. */
    smgw_status (*probe)(void *session, const mgw_wait *wait, smgw_error *error);
    /* Ends it: politely within the limits of `wait`, at once where that is NULL. */
    void (*close)(void *session, const mgw_wait *wait);
} mgw_session_kind;

typedef struct mgw_pool {
    const mgw_session_kind *kind;
    pthread_mutex_t lock;
    void *sessions[MGW_POOL_MAX_IDLE];
    uint64_t since[MGW_POOL_MAX_IDLE]; /* When it became idle, monotonic nanoseconds; ascending. */
    size_t count;
} mgw_pool;

void mgw_pool_init(mgw_pool *pool, const mgw_session_kind *kind);

/* Closes every session within the limits of `goodbye`, and ends the pool. */
void mgw_pool_destroy(mgw_pool *pool, const mgw_wait *goodbye);

/*
 * The session that became idle last, of those that still live, in *session; NULL where there is none. Those that do not
 * are closed; a server that does not answer is given up early enough to make a new connection instead.
 * SMGW_OK; SMGW_ERR_CANCELLED or SMGW_ERR_TIMEOUT where `wait` says so meanwhile.
 */
smgw_status mgw_pool_take(mgw_pool *pool, uint64_t now, const mgw_wait *wait, void **session, smgw_error *error);

/* Keeps the session where it is idle and there is room, and closes it otherwise. NULL is allowed. */
void mgw_pool_put(mgw_pool *pool, void *session, uint64_t now);

#endif
