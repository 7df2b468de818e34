/* SPDX-License-Identifier: MIT */
#include "policy/limiter.h"

#include "base/clock.h"

typedef struct debt {
    uint64_t ns;
    uint32_t part;
} debt;

mgw_rate mgw_rate_of(uint32_t tokens, uint32_t period_ms)
{
    uint64_t period_ns = period_ms * MGW_NS_PER_MS;
    return (mgw_rate){
        .period_ns = period_ns,
        .cost_ns = period_ns / tokens,
        .cost_part = (uint32_t)(period_ns % tokens),
        .capacity = tokens,
    };
}

static debt debt_at(const mgw_bucket *bucket, uint64_t now)
{
    uint64_t passed = now > bucket->seen_ns ? now - bucket->seen_ns : 0;
    if (passed > bucket->debt_ns)
        return (debt){ 0, 0 };
    return (debt){ bucket->debt_ns - passed, bucket->debt_part };
}

/*
 * The exact cost of `tokens` on top of a debt. At most a period is added to at most 2^63; the product of the
 * fractions stays below 2^64, as both factors are below 2^32.
 */
static debt debt_plus(debt owed, const mgw_rate *rate, uint32_t tokens)
{
    uint64_t parts = (uint64_t)rate->cost_part * tokens + owed.part;
    return (debt){
        .ns = owed.ns + rate->cost_ns * tokens + parts / rate->capacity,
        .part = (uint32_t)(parts % rate->capacity),
    };
}

static uint64_t delay_of(debt owed, const mgw_rate *rate)
{
    if (owed.ns < rate->period_ns)
        return 0;
    return owed.ns - rate->period_ns + (owed.part > 0 ? 1 : 0);
}

bool mgw_bucket_is_full(const mgw_bucket *bucket, uint64_t now)
{
    debt owed = debt_at(bucket, now);
    return owed.ns == 0 && owed.part == 0;
}

uint64_t mgw_bucket_full_at(const mgw_bucket *bucket)
{
    uint64_t owed = bucket->debt_ns + (bucket->debt_part > 0 ? 1 : 0);
    return owed < UINT64_MAX - bucket->seen_ns ? bucket->seen_ns + owed : UINT64_MAX;
}

uint64_t mgw_bucket_delay(const mgw_bucket *bucket, const mgw_rate *rate, uint64_t now, uint32_t tokens)
{
    return delay_of(debt_plus(debt_at(bucket, now), rate, tokens), rate);
}

static void store(mgw_bucket *bucket, uint64_t now, debt owed)
{
    if (now > bucket->seen_ns)
        bucket->seen_ns = now;
    bucket->debt_ns = owed.ns;
    bucket->debt_part = owed.part;
}

uint64_t mgw_bucket_take(mgw_bucket *bucket, const mgw_rate *rate, uint64_t now, uint32_t tokens, uint64_t max_delay_ns)
{
    debt owed = debt_plus(debt_at(bucket, now), rate, tokens);
    uint64_t delay = delay_of(owed, rate);
    if (delay > max_delay_ns)
        return delay;
    store(bucket, now, owed);
    bucket->takes++;
    return delay;
}

void mgw_bucket_give_back(mgw_bucket *bucket, const mgw_rate *rate, uint64_t now, uint32_t tokens)
{
    debt owed = debt_at(bucket, now);
    debt cost = debt_plus((debt){ 0, 0 }, rate, tokens);
    if (owed.ns < cost.ns || (owed.ns == cost.ns && owed.part < cost.part)) {
        store(bucket, now, (debt){ 0, 0 });
        return;
    }
    bool borrow = owed.part < cost.part;
    store(bucket, now, (debt){
        .ns = owed.ns - cost.ns - (borrow ? 1 : 0),
        .part = owed.part - cost.part + (borrow ? rate->capacity : 0),
    });
}
