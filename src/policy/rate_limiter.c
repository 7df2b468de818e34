/* SPDX-License-Identifier: MIT */
#include "policy/rate_limiter.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/error.h"
#include "policy/limiter_table.h"

#include <pthread.h>
#include <time.h>

enum { MOST_BUCKETS = 1048576 };

#define ASK_EVERY_NS (200 * MGW_NS_PER_MS)

struct smgw_rate_limiter {
    mgw_rate rate;
    mgw_limiter_clock clock;
    pthread_mutex_t lock; /* Guards the table. */
    mgw_limiter_table table;
};

/* A take of `tokens`, good from `due` on; the number `take` among those of its bucket. */
typedef struct reservation {
    mgw_limiter_key key;
    uint32_t tokens;
    uint32_t take;
    uint64_t due;
} reservation;

void smgw_rate_limiter_options_init(smgw_rate_limiter_options *options)
{
    *options = (smgw_rate_limiter_options)SMGW_RATE_LIMITER_OPTIONS_INIT;
}

static uint64_t monotonic_now(void *context)
{
    (void)context;
    return mgw_clock_now();
}

static void monotonic_sleep(void *context, uint64_t time)
{
    (void)context;
    struct timespec until = { (time_t)(time / MGW_NS_PER_S), (long)(time % MGW_NS_PER_S) };
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

/* The name of the option that is out of range, or NULL. */
static const char *bad_option(const smgw_rate_limiter_options *options)
{
    if (options->struct_size != sizeof *options)
        return "struct_size";
    if (options->tokens == 0)
        return "tokens";
    if (options->period_ms == 0)
        return "period_ms";
    if (options->max_buckets == 0 || options->max_buckets > MOST_BUCKETS)
        return "max_buckets";
    return NULL;
}

smgw_status mgw_rate_limiter_new(smgw_rate_limiter **limiter, const smgw_rate_limiter_options *options,
    const mgw_limiter_clock *clock, smgw_error *error)
{
    static const smgw_rate_limiter_options defaults = SMGW_RATE_LIMITER_OPTIONS_INIT;
    *limiter = NULL;
    if (options == NULL)
        options = &defaults;
    const char *bad = bad_option(options);
    if (bad != NULL)
        return mgw_error_rule(error, SMGW_ERR_CONFIG, bad, SMGW_RULE_RANGE);
    smgw_rate_limiter *made = mgw_calloc(1, sizeof *made);
    if (made == NULL)
        return mgw_error_status(error, SMGW_ERR_NO_MEMORY);
    made->rate = mgw_rate_of(options->tokens, options->period_ms);
    made->clock = *clock;
    made->table.max = options->max_buckets;
    if (!mgw_hash_key_random(&made->table.hash_key) || pthread_mutex_init(&made->lock, NULL) != 0) {
        mgw_free(made);
        return mgw_error_status(error, SMGW_ERR_NO_MEMORY);
    }
    *limiter = made;
    return SMGW_OK;
}

smgw_status smgw_rate_limiter_new(smgw_rate_limiter **limiter, const smgw_rate_limiter_options *options,
    smgw_error *error)
{
    static const mgw_limiter_clock monotonic = { monotonic_now, monotonic_sleep, NULL };
    return mgw_rate_limiter_new(limiter, options, &monotonic, error);
}

void smgw_rate_limiter_free(smgw_rate_limiter *limiter)
{
    if (limiter == NULL)
        return;
    mgw_limiter_table_free(&limiter->table);
    pthread_mutex_destroy(&limiter->lock);
    mgw_free(limiter);
}

static uint64_t ms_rounded_up(uint64_t ns)
{
    return ns / MGW_NS_PER_MS + (ns % MGW_NS_PER_MS > 0 ? 1 : 0);
}

static smgw_status rate_limited(smgw_error *error, uint64_t delay_ns)
{
    uint64_t ms = ms_rounded_up(delay_ns);
    mgw_error_set(error, SMGW_ERR_RATE_LIMITED, NULL, "the rate limit is reached; try again in %llu ms",
        (unsigned long long)ms);
    if (error != NULL)
        error->retry_after_ms = ms;
    return SMGW_ERR_RATE_LIMITED;
}

/* A new key, and no room for it. */
static smgw_status crowded(smgw_error *error, uint64_t delay_ns)
{
    uint64_t ms = ms_rounded_up(delay_ns);
    mgw_error_set(error, SMGW_ERR_TOO_LARGE, "key", "key: too many are in use; try again in %llu ms",
        (unsigned long long)ms);
    if (error != NULL) {
        error->retry_after_ms = ms;
        error->retryable = true;
    }
    return SMGW_ERR_TOO_LARGE;
}

static smgw_status check(const smgw_rate_limiter *limiter, mgw_bytes text, uint32_t tokens, mgw_limiter_key *key,
    smgw_error *error)
{
    smgw_rule rule = mgw_limiter_key_of(text, key);
    if (rule != SMGW_RULE_OK)
        return mgw_error_rule(error, SMGW_ERR_INVALID, "key", rule);
    if (tokens > limiter->rate.capacity)
        return mgw_error_rule(error, SMGW_ERR_INVALID, "tokens", SMGW_RULE_RANGE);
    return SMGW_OK;
}

/* Takes the tokens, good now or at most `max_delay_ns` from now; all or none. */
static smgw_status reserve(smgw_rate_limiter *limiter, mgw_bytes key, uint32_t tokens, uint64_t max_delay_ns,
    reservation *made, smgw_error *error)
{
    mgw_bucket *bucket = NULL;
    uint64_t delay = 0;
    smgw_status status = check(limiter, key, tokens, &made->key, error);
    made->tokens = tokens;
    made->due = 0;
    if (status != SMGW_OK || tokens == 0)
        return status;
    pthread_mutex_lock(&limiter->lock);
    uint64_t now = limiter->clock.now(limiter->clock.context);
    status = mgw_limiter_table_get(&limiter->table, &made->key, now, &bucket);
    if (status == SMGW_OK) {
        delay = mgw_bucket_take(bucket, &limiter->rate, now, tokens, max_delay_ns);
        made->take = bucket->takes;
        made->due = now + delay;
        mgw_limiter_table_settle(&limiter->table, bucket);
    } else if (status == SMGW_ERR_TOO_LARGE) {
        delay = mgw_limiter_table_delay(&limiter->table, now);
    }
    pthread_mutex_unlock(&limiter->lock);
    if (status == SMGW_ERR_TOO_LARGE)
        return crowded(error, delay);
    if (status != SMGW_OK)
        return mgw_error_status(error, status);
    return delay <= max_delay_ns ? SMGW_OK : rate_limited(error, delay);
}

static void give_back(smgw_rate_limiter *limiter, const reservation *made)
{
    pthread_mutex_lock(&limiter->lock);
    mgw_bucket *bucket = mgw_limiter_table_find(&limiter->table, &made->key);
    if (bucket != NULL && bucket->takes == made->take) {
        mgw_bucket_give_back(bucket, &limiter->rate, limiter->clock.now(limiter->clock.context), made->tokens);
        mgw_limiter_table_settle(&limiter->table, bucket);
    }
    pthread_mutex_unlock(&limiter->lock);
}

smgw_status mgw_rate_limiter_wait(smgw_rate_limiter *limiter, mgw_bytes key, uint32_t tokens, uint32_t max_wait_ms,
    mgw_keep_going keep_going, void *context, smgw_error *error)
{
    const mgw_limiter_clock *clock = &limiter->clock;
    reservation made;
    smgw_status status = reserve(limiter, key, tokens, max_wait_ms * MGW_NS_PER_MS, &made, error);
    if (status != SMGW_OK)
        return status;
    for (uint64_t now; (now = clock->now(clock->context)) < made.due;) {
        uint64_t until = made.due;
        if (keep_going != NULL && !keep_going(context)) {
            give_back(limiter, &made);
            return mgw_error_status(error, SMGW_ERR_CANCELLED);
        }
        if (keep_going != NULL && until - now > ASK_EVERY_NS)
            until = now + ASK_EVERY_NS;
        clock->sleep_until(clock->context, until);
    }
    return SMGW_OK;
}

smgw_status smgw_rate_limiter_wait(smgw_rate_limiter *limiter, const char *key, size_t key_len, uint32_t tokens,
    uint32_t max_wait_ms, smgw_error *error)
{
    return mgw_rate_limiter_wait(limiter, mgw_bytes_of(key, key_len), tokens, max_wait_ms, NULL, NULL, error);
}

smgw_status smgw_rate_limiter_try(smgw_rate_limiter *limiter, const char *key, size_t key_len, uint32_t tokens,
    smgw_error *error)
{
    reservation made;
    return reserve(limiter, mgw_bytes_of(key, key_len), tokens, 0, &made, error);
}

smgw_status smgw_rate_limiter_when(smgw_rate_limiter *limiter, const char *key, size_t key_len, uint32_t tokens,
    uint64_t *wait_ms, smgw_error *error)
{
    mgw_limiter_key canonical;
    smgw_status status = check(limiter, mgw_bytes_of(key, key_len), tokens, &canonical, error);
    if (status != SMGW_OK)
        return status;
    uint64_t delay = 0;
    pthread_mutex_lock(&limiter->lock);
    if (tokens > 0) {
        uint64_t now = limiter->clock.now(limiter->clock.context);
        const mgw_bucket *bucket = mgw_limiter_table_find(&limiter->table, &canonical);
        delay = bucket != NULL ? mgw_bucket_delay(bucket, &limiter->rate, now, tokens)
                               : mgw_limiter_table_delay(&limiter->table, now);
    }
    pthread_mutex_unlock(&limiter->lock);
    *wait_ms = ms_rounded_up(delay);
    return SMGW_OK;
}
