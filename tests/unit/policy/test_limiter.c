/* SPDX-License-Identifier: MIT */
/* Rows R01, R02, R04, R05, R07 and R09 of the attack catalogue, and the arithmetic against an exact model. */
#include "support/test.h"

#include "base/clock.h"
#include "policy/limiter.h"

#define SECOND MGW_NS_PER_S
#define START (UINT64_C(1000) * SECOND)

static bool try_at(mgw_bucket *bucket, const mgw_rate *rate, uint64_t now, uint32_t tokens)
{
    return mgw_bucket_take(bucket, rate, now, tokens, 0) == 0;
}

static void burst_is_the_capacity(void **state)
{
    (void)state;
    const mgw_rate rate = mgw_rate_of(3, 60000);
    mgw_bucket bucket = { 0 };
    assert_true(try_at(&bucket, &rate, START, 1));
    assert_true(try_at(&bucket, &rate, START, 1));
    assert_true(try_at(&bucket, &rate, START, 1));
    assert_false(try_at(&bucket, &rate, START, 1));
}

static void token_comes_at_its_nanosecond(void **state)
{
    (void)state;
    const mgw_rate rate = mgw_rate_of(3, 60000);
    mgw_bucket bucket = { 0 };
    assert_true(try_at(&bucket, &rate, START, 3));
    assert_false(try_at(&bucket, &rate, START + 20 * SECOND - 1000, 1));
    assert_int_equal(mgw_bucket_delay(&bucket, &rate, START + 20 * SECOND - 1000, 1), 1000);
    assert_false(try_at(&bucket, &rate, START + 20 * SECOND - 1, 1));
    assert_true(try_at(&bucket, &rate, START + 20 * SECOND, 1));
    assert_false(try_at(&bucket, &rate, START + 20 * SECOND, 1));
    assert_false(mgw_bucket_is_full(&bucket, START + 80 * SECOND - 1));
    assert_true(mgw_bucket_is_full(&bucket, START + 80 * SECOND));
}

/* Seven in a second is 142,857,142 6/7 ns each: after seven million tokens the millionth second is exact. */
static void uneven_rate_does_not_drift(void **state)
{
    (void)state;
    const mgw_rate rate = mgw_rate_of(7, 1000);
    mgw_bucket bucket = { 0 };
    uint64_t now = START;
    assert_true(try_at(&bucket, &rate, now, 7));
    for (uint64_t i = 1; i <= 7000000; i++) {
        now += mgw_bucket_delay(&bucket, &rate, now, 1);
        uint64_t exact = START + (i * SECOND + 6) / 7;
        assert_true(now == exact);
        assert_true(try_at(&bucket, &rate, now, 1));
    }
    assert_true(now == START + 1000000 * SECOND);
}

static void clock_that_goes_back_refills_nothing(void **state)
{
    (void)state;
    const mgw_rate rate = mgw_rate_of(3, 60000);
    mgw_bucket bucket = { 0 };
    assert_true(try_at(&bucket, &rate, START, 3));
    assert_false(try_at(&bucket, &rate, START - 500 * SECOND, 1));
    assert_int_equal(mgw_bucket_delay(&bucket, &rate, 0, 1), 20 * SECOND);
    assert_false(try_at(&bucket, &rate, START + 20 * SECOND - 1, 1));
    assert_true(try_at(&bucket, &rate, START + 20 * SECOND, 1));
    /* A take while the clock is behind must not count the way back up as time that passed. */
    mgw_bucket other = { 0 };
    assert_true(try_at(&other, &rate, START, 2));
    assert_true(try_at(&other, &rate, START - 100 * SECOND, 1));
    assert_false(try_at(&other, &rate, START, 1));
    assert_false(try_at(&other, &rate, START + 20 * SECOND - 1, 1));
}

static void end_of_time_fills_once(void **state)
{
    (void)state;
    const mgw_rate rate = mgw_rate_of(3, 60000);
    mgw_bucket bucket = { 0 };
    assert_true(try_at(&bucket, &rate, 0, 3));
    assert_true(mgw_bucket_is_full(&bucket, UINT64_MAX));
    assert_true(try_at(&bucket, &rate, UINT64_MAX, 3));
    assert_false(try_at(&bucket, &rate, UINT64_MAX, 1));
}

static void extreme_rates_do_not_overflow(void **state)
{
    (void)state;
    static const struct {
        uint32_t tokens;
        uint32_t period_ms;
        uint64_t delay_of_one;
    } rows[] = {
        { UINT32_MAX, 1, 1 }, /* 1,000,000 / 4,294,967,295 ns, rounded up. */
        { UINT32_MAX, UINT32_MAX, 1000000 },
        { 1, UINT32_MAX, UINT64_C(4294967295000000) },
        { 1, 1, 1000000 },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const mgw_rate rate = mgw_rate_of(rows[i].tokens, rows[i].period_ms);
        mgw_bucket bucket = { 0 };
        assert_true(try_at(&bucket, &rate, START, rows[i].tokens));
        assert_false(try_at(&bucket, &rate, START, 1));
        assert_true(mgw_bucket_delay(&bucket, &rate, START, 1) == rows[i].delay_of_one);
        assert_true(mgw_bucket_delay(&bucket, &rate, START, rows[i].tokens) == rate.period_ns);
        assert_true(try_at(&bucket, &rate, START + rate.period_ns, rows[i].tokens));
        assert_false(try_at(&bucket, &rate, START + rate.period_ns, 1));
    }
}

static void no_tokens_cost_nothing(void **state)
{
    (void)state;
    const mgw_rate rate = mgw_rate_of(3, 60000);
    mgw_bucket bucket = { 0 };
    assert_true(try_at(&bucket, &rate, START, 3));
    assert_true(try_at(&bucket, &rate, START, 0));
    assert_int_equal(mgw_bucket_delay(&bucket, &rate, START, 1), 20 * SECOND);
}

static void reservations_queue_and_a_refused_one_takes_nothing(void **state)
{
    (void)state;
    const mgw_rate rate = mgw_rate_of(3, 60000);
    mgw_bucket bucket = { 0 };
    assert_true(try_at(&bucket, &rate, START, 3));
    assert_int_equal(mgw_bucket_take(&bucket, &rate, START, 1, 60 * SECOND), 20 * SECOND);
    assert_int_equal(mgw_bucket_take(&bucket, &rate, START, 2, 60 * SECOND), 60 * SECOND);
    assert_int_equal(mgw_bucket_take(&bucket, &rate, START, 1, 80 * SECOND - 1), 80 * SECOND);
    assert_int_equal(mgw_bucket_take(&bucket, &rate, START, 1, 80 * SECOND), 80 * SECOND);
    assert_false(try_at(&bucket, &rate, START + 80 * SECOND, 1));
    assert_true(try_at(&bucket, &rate, START + 100 * SECOND, 1));
}

static void given_back_is_as_if_never_taken(void **state)
{
    (void)state;
    const mgw_rate rate = mgw_rate_of(7, 1000);
    mgw_bucket bucket = { 0 };
    assert_true(try_at(&bucket, &rate, START, 7));
    uint64_t before = mgw_bucket_delay(&bucket, &rate, START + 5, 3);
    assert_true(mgw_bucket_take(&bucket, &rate, START, 2, SECOND) > 0);
    mgw_bucket_give_back(&bucket, &rate, START + 5, 2);
    assert_true(mgw_bucket_delay(&bucket, &rate, START + 5, 3) == before);
    mgw_bucket_give_back(&bucket, &rate, START + 900 * SECOND / 1000, 7);
    assert_true(mgw_bucket_is_full(&bucket, START + 900 * SECOND / 1000));
}

__extension__ typedef unsigned __int128 wide;

/* The textbook bucket, in units of token * period / capacity so that every number is whole. */
typedef struct model {
    wide level;
    uint64_t seen;
} model;

static void model_refill(model *m, const mgw_rate *rate, uint64_t now)
{
    const wide full = (wide)rate->capacity * rate->period_ns;
    uint64_t passed = now > m->seen ? now - m->seen : 0;
    m->level += (wide)passed * rate->capacity;
    if (m->level > full)
        m->level = full;
    m->seen += passed;
}

static uint64_t next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 16;
}

static void agrees_with_the_textbook_bucket(void **state)
{
    (void)state;
    uint64_t seed = 1;
    for (unsigned round = 0; round < 2000; round++) {
        uint32_t tokens = (uint32_t)(1 + (next_random(&seed) & 0xffffffff) % (round % 2 ? 20 : UINT32_MAX));
        uint32_t period = (uint32_t)(1 + next_random(&seed) % (round % 3 ? 5000 : UINT32_MAX));
        const mgw_rate rate = mgw_rate_of(tokens, period);
        mgw_bucket bucket = { 0 };
        model reference = { (wide)tokens * rate.period_ns, 0 };
        uint64_t now = START;
        for (unsigned i = 0; i < 100; i++) {
            uint32_t wanted = (uint32_t)(next_random(&seed) % ((uint64_t)tokens + 1));
            now += next_random(&seed) % (rate.period_ns / 2 + 2);
            model_refill(&reference, &rate, now);
            bool fits = reference.level >= (wide)wanted * rate.period_ns;
            assert_int_equal(try_at(&bucket, &rate, now, wanted), fits);
            if (fits)
                reference.level -= (wide)wanted * rate.period_ns;
            assert_int_equal(mgw_bucket_is_full(&bucket, now), reference.level == (wide)tokens * rate.period_ns);
        }
    }
}

static void full_time_is_the_first_at_which_it_is_full(void **state)
{
    (void)state;
    const mgw_rate rate = mgw_rate_of(3, 1000);
    mgw_bucket bucket = { 0 };
    assert_int_equal(mgw_bucket_full_at(&bucket), 0);
    for (uint64_t now = 100; now < 103; now++) {
        assert_int_equal(mgw_bucket_take(&bucket, &rate, now, 1, 0), 0);
        uint64_t full_at = mgw_bucket_full_at(&bucket);
        assert_false(mgw_bucket_is_full(&bucket, full_at - 1));
        assert_true(mgw_bucket_is_full(&bucket, full_at));
    }
    bucket.seen_ns = UINT64_MAX - 1;
    assert_int_equal(mgw_bucket_full_at(&bucket), UINT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(burst_is_the_capacity),
        cmocka_unit_test(token_comes_at_its_nanosecond),
        cmocka_unit_test(uneven_rate_does_not_drift),
        cmocka_unit_test(clock_that_goes_back_refills_nothing),
        cmocka_unit_test(end_of_time_fills_once),
        cmocka_unit_test(extreme_rates_do_not_overflow),
        cmocka_unit_test(no_tokens_cost_nothing),
        cmocka_unit_test(reservations_queue_and_a_refused_one_takes_nothing),
        cmocka_unit_test(given_back_is_as_if_never_taken),
        cmocka_unit_test(agrees_with_the_textbook_bucket),
        cmocka_unit_test(full_time_is_the_first_at_which_it_is_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
