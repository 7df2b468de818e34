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
    if (pool->count > 0 && now - pool->since[0] > MGW_POOL_MAX_AGE_S * MGW_NS_PER_S) {
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

/* Sessions are closed and probed outside the lock: both may take their time. */
void *mgw_pool_take(mgw_pool *pool, uint64_t now, const mgw_wait *wait)
{
    void *session;
    while ((session = pop_stale(pool, now)) != NULL)
        pool->kind->close(session, NULL);
    while ((session = pop(pool)) != NULL) {
        if (pool->kind->probe(session, wait, NULL) == SMGW_OK)
            return session;
        pool->kind->close(session, NULL);
    }
    return NULL;
}

void mgw_pool_put(mgw_pool *pool, void *session, uint64_t now)
{
    if (session != NULL && (!pool->kind->is_idle(session) || !push(pool, session, now)))
        pool->kind->close(session, NULL);
}
