/* SPDX-License-Identifier: MIT */
/**
 * @file rate_limiter.h
 * A token bucket for each key on the monotonic clock, in integer nanoseconds. Usable on its own.
 *
 * A bucket starts full with `tokens` and refills evenly, `tokens` in `period_ms`. Time spent in suspend does not count
 * (CLOCK_MONOTONIC). A handle may be shared by threads.
 *
 * Whoever chooses keys freely can have `max_buckets` of them in use and so keep new ones out: make keys of what is known
 * and finite, such as accounts, or keep a limiter of its own for each group of strangers.
 */
#ifndef SIMPLEMAILGW_RATE_LIMITER_H
#define SIMPLEMAILGW_RATE_LIMITER_H

#include "common.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct smgw_rate_limiter smgw_rate_limiter;

typedef struct smgw_rate_limiter_options {
    size_t struct_size;
    uint32_t tokens;      /**< Capacity of a bucket, 1 or more. 0 is refused: it is neither "none" nor "unlimited". */
    uint32_t period_ms;   /**< Milliseconds in which an empty bucket fills, 1 or more. */
    uint32_t max_buckets; /**< Most keys that may be in use at once, 1 to 1,048,576; only full buckets are dropped. */
} smgw_rate_limiter_options;

#define SMGW_RATE_LIMITER_OPTIONS_INIT { sizeof(smgw_rate_limiter_options), 60, 60000, 4096 }

/** Writes SMGW_RATE_LIMITER_OPTIONS_INIT; for callers that cannot use the macro. */
SMGW_API void smgw_rate_limiter_options_init(smgw_rate_limiter_options *options) SMGW_NONNULL(1);

/**
 * Makes a limiter. `options` may be NULL for the defaults.
 * @return SMGW_OK; SMGW_ERR_CONFIG for a value out of range; SMGW_ERR_NO_MEMORY. On failure `*limiter` is NULL.
 */
SMGW_API SMGW_CHECK smgw_status smgw_rate_limiter_new(smgw_rate_limiter **limiter,
                                                      const smgw_rate_limiter_options *options, smgw_error *error)
    SMGW_NONNULL(1);

/** Ends a limiter; NULL is allowed. No other thread may be using it. */
SMGW_API void smgw_rate_limiter_free(smgw_rate_limiter *limiter);

/**
 * Takes `tokens` from the bucket of `key` if they are there, all or none. A key is compared byte for byte after ASCII
 * case folding; it is 1 to 255 bytes without blanks at either end.
 * @param tokens 0 takes nothing and succeeds; more than the capacity can never succeed and is SMGW_ERR_INVALID.
 * @return SMGW_OK; SMGW_ERR_RATE_LIMITED, with error->retry_after_ms; SMGW_ERR_INVALID; SMGW_ERR_TOO_LARGE for a new
 *         key when `max_buckets` keys are in use and none of them is full, with error->retry_after_ms until the first
 *         one is; SMGW_ERR_NO_MEMORY.
 */
SMGW_API SMGW_CHECK smgw_status smgw_rate_limiter_try(smgw_rate_limiter *limiter, const char *key, size_t key_len,
                                                      uint32_t tokens, smgw_error *error) SMGW_NONNULL(1, 2);

/**
 * As smgw_rate_limiter_try(), but waits up to `max_wait_ms` milliseconds for the tokens. Waiters of one key are served in
 * the order of their calls; each sleeps until its own time has come.
 */
SMGW_API SMGW_CHECK smgw_status smgw_rate_limiter_wait(smgw_rate_limiter *limiter, const char *key, size_t key_len,
                                                       uint32_t tokens, uint32_t max_wait_ms, smgw_error *error)
    SMGW_NONNULL(1, 2);

/**
 * Tells when the bucket of `key` will hold `tokens`, and takes nothing. A key that is not in use has a full bucket as
 * soon as there is room to use one more: at once, unless `max_buckets` keys are in use.
 * @param wait_ms milliseconds from now, 0 for at once; rounded up
 */
SMGW_API SMGW_CHECK smgw_status smgw_rate_limiter_when(smgw_rate_limiter *limiter, const char *key, size_t key_len,
                                                       uint32_t tokens, uint64_t *wait_ms, smgw_error *error)
    SMGW_NONNULL(1, 2, 5);

#ifdef __cplusplus
}
#endif

#endif
