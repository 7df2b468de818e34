/* SPDX-License-Identifier: MIT */
#include "session/pool.h"

#include "base/clock.h"

#include <string.h>

void mgw_pool_init(mgw_pool *pool, const mgw_session_kind *kind)
{
    *pool = (mgw_pool){ .kind = kind };
    pthread_mutex_init(&pool->lock, NULL);
}

/* The youngest session, or NULL. */
static void *pop(mgw_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    void *session = pool->count > 0 ? pool->sessions[--pool->count] : NULL;
    pthread_mutex_unlock(&pool->lock);
    return session;
}

/* The oldest session, where it is too old at `now`, or NULL. */
static void *pop_stale(mgw_pool *pool, uint64_t now)
{
    void *session = NULL;
    pthread_mutex_lock(&pool->lock);
    if (pool->count > 0 && now > pool->since[0] && now - pool->since[0] > MGW_POOL_MAX_AGE_S * MGW_NS_PER_S) {
        session = pool->sessions[0];
        pool->count--;
        memmove(pool->sessions, pool->sessions + 1, pool->count * sizeof pool->sessions[0]);
        memmove(pool->since, pool->since + 1, pool->count * sizeof pool->since[0]);
    }
    pthread_mutex_unlock(&pool->lock);
    return session;
}

static bool push(mgw_pool *pool, void *session, uint64_t now)
{
    pthread_mutex_lock(&pool->lock);
    bool has_room = pool->count < MGW_POOL_MAX_IDLE;
    if (has_room) {
        pool->sessions[pool->count] = session;
        pool->since[pool->count] = now;
        pool->count++;
    }
    pthread_mutex_unlock(&pool->lock);
    return has_room;
}

void mgw_pool_destroy(mgw_pool *pool, const mgw_wait *goodbye)
{
    for (void *session; (session = pop(pool)) != NULL;)
        pool->kind->close(session, goodbye);
    pthread_mutex_destroy(&pool->lock);
}

/* The caller's own limits, and not much of its time. */
static mgw_wait probe_wait(const mgw_wait *wait)
{
    mgw_wait brief = *wait;
    uint64_t end = mgw_deadline_after(mgw_clock_now(), MGW_POOL_PROBE_MS);
    if (end < brief.deadline)
        brief.deadline = end;
    return brief;
}

/* Sessions are closed and probed outside the lock: both may take their time. */
smgw_status mgw_pool_take(mgw_pool *pool, uint64_t now, const mgw_wait *wait, void **session, smgw_error *error)
{
    while ((*session = pop_stale(pool, now)) != NULL)
        pool->kind->close(*session, NULL);
    while ((*session = pop(pool)) != NULL) {
        mgw_wait brief = probe_wait(wait);
        smgw_status status = pool->kind->probe(*session, &brief, error);
        if (status == SMGW_OK)
            return SMGW_OK;
        pool->kind->close(*session, NULL);
        *session = NULL;
        if (status != SMGW_ERR_CANCELLED)
            status = mgw_wait_check(wait, error);
        if (status != SMGW_OK)
            return status;
    }
    return SMGW_OK;
}

void mgw_pool_put(mgw_pool *pool, void *session, uint64_t now)
{
    if (session != NULL && (!pool->kind->is_idle(session) || !push(pool, session, now)))
        pool->kind->close(session, NULL);
}
