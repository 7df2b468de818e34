/* SPDX-License-Identifier: MIT */
/*
 * The arithmetic of a token bucket. No clock, no memory, no lock.
 *
 * A bucket is kept as its debt: how long from now until it is full again. A take adds what its tokens cost in time,
 * the passing of time pays off, and a take fits when the debt stays within one period. A token costs period /
 * capacity nanoseconds, which need not be a whole number: the fraction is kept as a count of 1 / capacity
 * nanoseconds, so that nothing is ever rounded and no rate drifts. Refilling subtracts; nothing multiplies time, so
 * no gap between two calls can overflow.
 *
 * A debt beyond one period is a reservation: its tokens are taken already and become good when the debt has come down
 * to one period. Reservations are therefore served in the order they were made, each at a time known from the start.
 */
#ifndef MGW_POLICY_LIMITER_H
#define MGW_POLICY_LIMITER_H

#include <stdbool.h>
#include <stdint.h>

/* Made by mgw_rate_of(). */
typedef struct mgw_rate {
    uint64_t period_ns;
    uint64_t cost_ns;   /* Of one token, its whole nanoseconds, */
    uint32_t cost_part; /* and its fraction, in 1 / capacity nanoseconds. */
    uint32_t capacity;
} mgw_rate;

/* Zero-filled it is full. */
typedef struct mgw_bucket {
    uint64_t seen_ns; /* The latest time it was told. */
    uint64_t debt_ns;
    uint32_t debt_part;
    uint32_t takes; /* Counts takes, wrapping; tells a reservation whether another one came behind it. */
} mgw_bucket;

/* `tokens` and `period_ms` are 1 or more. */
mgw_rate mgw_rate_of(uint32_t tokens, uint32_t period_ms);

/* True where nothing is owed at `now`. A clock that went back adds nothing. */
bool mgw_bucket_is_full(const mgw_bucket *bucket, uint64_t now);

/* The time from which mgw_bucket_is_full(), unless something is taken before; UINT64_MAX where it lies beyond that. */
uint64_t mgw_bucket_full_at(const mgw_bucket *bucket);

/*
 * Nanoseconds from `now`, rounded up, until `tokens` could be taken; `tokens` is at most the capacity. Takes nothing.
 */
uint64_t mgw_bucket_delay(const mgw_bucket *bucket, const mgw_rate *rate, uint64_t now, uint32_t tokens);

/*
 * Takes `tokens`, at most the capacity, where their delay is at most `max_delay_ns`. Returns the delay; nothing is
 * taken where it is greater. `max_delay_ns` is at most 2^62.
 */
uint64_t mgw_bucket_take(mgw_bucket *bucket, const mgw_rate *rate, uint64_t now, uint32_t tokens,
    uint64_t max_delay_ns);

/* Gives back what the latest take of this bucket took. */
void mgw_bucket_give_back(mgw_bucket *bucket, const mgw_rate *rate, uint64_t now, uint32_t tokens);

#endif
