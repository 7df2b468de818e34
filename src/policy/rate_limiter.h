/* SPDX-License-Identifier: MIT */
/*
 * The inside of the public smgw_rate_limiter: a clock that a test can replace, and a wait that can be cancelled.
 *
 * A wait reserves its tokens at once, for a time in the future that is then known exactly, and sleeps until then
 * outside the lock. Nobody is woken for another one's token, nothing is polled, and the order is the order of the
 * calls. A wait that would last too long reserves nothing.
 */
#ifndef MGW_POLICY_RATE_LIMITER_H
#define MGW_POLICY_RATE_LIMITER_H

#include "base/bytes.h"

#include "simplemailgw/rate_limiter.h"

/* Both are called by any thread. */
typedef struct mgw_limiter_clock {
    uint64_t (*now)(void *context); /* Nanoseconds, monotonic. */
    void (*sleep_until)(void *context, uint64_t time); /* May return early. */
    void *context;
} mgw_limiter_clock;

/* smgw_rate_limiter_new() with a clock, which is copied. */
smgw_status mgw_rate_limiter_new(smgw_rate_limiter **limiter, const smgw_rate_limiter_options *options,
    const mgw_limiter_clock *clock, smgw_error *error);

typedef bool (*mgw_keep_going)(void *context);

/*
 * smgw_rate_limiter_wait() with a question: while it sleeps, `keep_going` (may be NULL) is asked on the calling
 * thread at least every 200 ms, and false ends the wait with SMGW_ERR_CANCELLED. Then the tokens are given back,
 * unless somebody has queued up behind in the meantime: those times are promised, and the tokens stay taken.
 */
smgw_status mgw_rate_limiter_wait(smgw_rate_limiter *limiter, mgw_bytes key, uint32_t tokens, uint32_t max_wait_ms,
    mgw_keep_going keep_going, void *context, smgw_error *error);

#endif
