/* SPDX-License-Identifier: MIT */
#include "session/pool.h"

#include "base/clock.h"

#include <string.h>

void mgw_pool_init(mgw_pool *pool)
{
    memset(pool, 0, sizeof *pool);
    pthread_mutex_init(&pool->lock, NULL);
}

void mgw_pool_destroy(mgw_pool *pool)
{
    pthread_mutex_destroy(&pool->lock);
}

void *mgw_pool_take(mgw_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    void *session = pool->count > 0 ? pool->sessions[--pool->count] : NULL;
    pthread_mutex_unlock(&pool->lock);
    return session;
}

void *mgw_pool_take_stale(mgw_pool *pool, uint64_t now)
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

bool mgw_pool_put(mgw_pool *pool, void *session, uint64_t now)
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
