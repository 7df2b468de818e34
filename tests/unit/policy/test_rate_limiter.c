/* SPDX-License-Identifier: MIT */
/* Rows R03, R06, R08, R09, R11, R13 and R19 of the attack catalogue, through the public calls. */
#include "support/test.h"

#include "base/clock.h"
#include "policy/rate_limiter.h"
#include "support/failing_alloc.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#define SECOND MGW_NS_PER_S

/* A clock that moves only when it is slept on, or told to. */
typedef struct fake_clock {
    uint64_t now;
    unsigned sleeps;
    void (*on_sleep)(void *context); /* Something else that happens while somebody sleeps. */
    void *context;
} fake_clock;

static uint64_t fake_now(void *context)
{
    const fake_clock *clock = context;
    return clock->now;
}

static void fake_sleep(void *context, uint64_t time)
{
    fake_clock *clock = context;
    clock->sleeps++;
    if (clock->on_sleep != NULL)
        clock->on_sleep(clock->context);
    if (time > clock->now)
        clock->now = time;
}

static smgw_rate_limiter *make(fake_clock *clock, uint32_t tokens, uint32_t period_ms)
{
    smgw_rate_limiter_options options = SMGW_RATE_LIMITER_OPTIONS_INIT;
    options.tokens = tokens;
    options.period_ms = period_ms;
    const mgw_limiter_clock injected = { fake_now, fake_sleep, clock };
    smgw_rate_limiter *limiter = NULL;
    assert_int_equal(mgw_rate_limiter_new(&limiter, &options, &injected, NULL), SMGW_OK);
    return limiter;
}

static void init_function_and_macro_agree(void **state)
{
    (void)state;
    const smgw_rate_limiter_options macro = SMGW_RATE_LIMITER_OPTIONS_INIT;
    smgw_rate_limiter_options written;
    smgw_rate_limiter_options_init(&written);
    assert_int_equal(written.struct_size, macro.struct_size);
    assert_int_equal(written.tokens, macro.tokens);
    assert_int_equal(written.period_ms, macro.period_ms);
    assert_int_equal(written.max_buckets, macro.max_buckets);
}

static void options_out_of_range_are_refused(void **state)
{
    (void)state;
    const size_t size = sizeof(smgw_rate_limiter_options);
    const struct {
        smgw_rate_limiter_options options;
        const char *field;
    } rows[] = {
        { { size, 0, 60000, 10 }, "tokens" },
        { { size, 1, 0, 10 }, "period_ms" },
        { { size, 1, 1, 0 }, "max_buckets" },
        { { size, 1, 1, 1048577 }, "max_buckets" },
        { { 0, 1, 1, 1 }, "struct_size" },
        { { size - 1, 1, 1, 1 }, "struct_size" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        smgw_error error = SMGW_ERROR_INIT;
        smgw_rate_limiter *limiter = (smgw_rate_limiter *)&error;
        assert_int_equal(smgw_rate_limiter_new(&limiter, &rows[i].options, &error), SMGW_ERR_CONFIG);
        assert_null(limiter);
        assert_string_equal(error.field, rows[i].field);
        assert_int_equal(error.rule, SMGW_RULE_RANGE);
    }
    const smgw_rate_limiter_options most = { size, UINT32_MAX, UINT32_MAX, 1048576 };
    smgw_rate_limiter *limiter = NULL;
    assert_int_equal(smgw_rate_limiter_new(&limiter, &most, NULL), SMGW_OK);
    assert_int_equal(smgw_rate_limiter_try(limiter, "a", 1, UINT32_MAX, NULL), SMGW_OK);
    smgw_rate_limiter_free(limiter);
    assert_int_equal(smgw_rate_limiter_new(&limiter, NULL, NULL), SMGW_OK);
    assert_int_equal(smgw_rate_limiter_try(limiter, "a", 1, 60, NULL), SMGW_OK);
    assert_int_equal(smgw_rate_limiter_try(limiter, "a", 1, 1, NULL), SMGW_ERR_RATE_LIMITED);
    smgw_rate_limiter_free(limiter);
    smgw_rate_limiter_free(NULL);
}

static void try_says_when_to_come_back(void **state)
{
    (void)state;
    fake_clock clock = { .now = 7 };
    smgw_rate_limiter *limiter = make(&clock, 3, 60000);
    smgw_error error = SMGW_ERROR_INIT;
    for (int i = 0; i < 3; i++)
        assert_int_equal(smgw_rate_limiter_try(limiter, "a", 1, 1, &error), SMGW_OK);
    assert_int_equal(error.status, SMGW_OK);
    assert_int_equal(smgw_rate_limiter_try(limiter, "a", 1, 1, &error), SMGW_ERR_RATE_LIMITED);
    assert_int_equal(error.status, SMGW_ERR_RATE_LIMITED);
    assert_int_equal(error.retry_after_ms, 20000);
    assert_true(error.retryable);
    assert_string_equal(error.message, "the rate limit is reached; try again in 20000 ms");
    clock.now += 1;
    assert_int_equal(smgw_rate_limiter_try(limiter, "a", 1, 1, &error), SMGW_ERR_RATE_LIMITED);
    assert_int_equal(error.retry_after_ms, 20000); /* 19,999.999999 rounded up. */
    clock.now += 20000 * MGW_NS_PER_MS - 1;
    assert_int_equal(smgw_rate_limiter_try(limiter, "a", 1, 1, &error), SMGW_OK);
    assert_int_equal(clock.sleeps, 0);
    smgw_rate_limiter_free(limiter);
}

static void keys_are_isolated_and_canonical(void **state)
{
    (void)state;
    fake_clock clock = { .now = 0 };
    smgw_rate_limiter *limiter = make(&clock, 1, 60000);
    smgw_error error = SMGW_ERROR_INIT;
    assert_int_equal(smgw_rate_limiter_try(limiter, "Work", 4, 1, NULL), SMGW_OK);
    assert_int_equal(smgw_rate_limiter_try(limiter, "wORK", 4, 1, NULL), SMGW_ERR_RATE_LIMITED);
    assert_int_equal(smgw_rate_limiter_try(limiter, "work2", 5, 1, NULL), SMGW_OK);
    assert_int_equal(smgw_rate_limiter_try(limiter, "work\0", 5, 1, NULL), SMGW_OK);
    assert_int_equal(smgw_rate_limiter_try(limiter, "work ", 5, 1, &error), SMGW_ERR_INVALID);
    assert_string_equal(error.field, "key");
    assert_int_equal(error.rule, SMGW_RULE_SPACE);
    assert_int_equal(smgw_rate_limiter_try(limiter, "", 0, 1, &error), SMGW_ERR_INVALID);
    assert_int_equal(error.rule, SMGW_RULE_EMPTY);
    smgw_rate_limiter_free(limiter);
}

static void none_is_free_and_too_many_fail_now(void **state)
{
    (void)state;
    fake_clock clock = { .now = 0 };
    smgw_rate_limiter *limiter = make(&clock, 3, 60000);
    smgw_error error = SMGW_ERROR_INIT;
    uint64_t wait_ms = 99;
    assert_int_equal(smgw_rate_limiter_try(limiter, "a", 1, 3, NULL), SMGW_OK);
    assert_int_equal(smgw_rate_limiter_try(limiter, "a", 1, 0, NULL), SMGW_OK);
    assert_int_equal(smgw_rate_limiter_when(limiter, "a", 1, 0, &wait_ms, NULL), SMGW_OK);
    assert_int_equal(wait_ms, 0);
    assert_int_equal(smgw_rate_limiter_wait(limiter, "a", 1, 4, UINT32_MAX, &error), SMGW_ERR_INVALID);
    assert_string_equal(error.field, "tokens");
    assert_int_equal(smgw_rate_limiter_try(limiter, "b", 1, 4, NULL), SMGW_ERR_INVALID);
    assert_int_equal(smgw_rate_limiter_when(limiter, "a", 1, 4, &wait_ms, NULL), SMGW_ERR_INVALID);
    assert_int_equal(clock.sleeps, 0);
    smgw_rate_limiter_free(limiter);
}

static void when_rounds_up_and_takes_nothing(void **state)
{
    (void)state;
    fake_clock clock = { .now = 0 };
    smgw_rate_limiter *limiter = make(&clock, 3, 1000);
    uint64_t wait_ms = 99;
    assert_int_equal(smgw_rate_limiter_when(limiter, "a", 1, 3, &wait_ms, NULL), SMGW_OK);
    assert_int_equal(wait_ms, 0);
    assert_int_equal(smgw_rate_limiter_try(limiter, "a", 1, 3, NULL), SMGW_OK);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(smgw_rate_limiter_when(limiter, "a", 1, 1, &wait_ms, NULL), SMGW_OK);
        assert_int_equal(wait_ms, 334); /* 333 1/3 */
    }
    clock.now = 333333333;
    assert_int_equal(smgw_rate_limiter_when(limiter, "a", 1, 1, &wait_ms, NULL), SMGW_OK);
    assert_int_equal(wait_ms, 1);
    clock.now++;
    assert_int_equal(smgw_rate_limiter_when(limiter, "a", 1, 1, &wait_ms, NULL), SMGW_OK);
    assert_int_equal(wait_ms, 0);
    smgw_rate_limiter_free(limiter);
}

static void wait_sleeps_once_until_its_time(void **state)
{
    (void)state;
    fake_clock clock = { .now = 5 };
    smgw_rate_limiter *limiter = make(&clock, 3, 60000);
    smgw_error error = SMGW_ERROR_INIT;
    assert_int_equal(smgw_rate_limiter_wait(limiter, "a", 1, 3, 0, &error), SMGW_OK);
    assert_int_equal(smgw_rate_limiter_wait(limiter, "a", 1, 1, 0, &error), SMGW_ERR_RATE_LIMITED);
    assert_int_equal(smgw_rate_limiter_wait(limiter, "a", 1, 1, 19999, &error), SMGW_ERR_RATE_LIMITED);
    assert_int_equal(error.retry_after_ms, 20000);
    assert_int_equal(clock.sleeps, 0);
    assert_int_equal(clock.now, 5);
    assert_int_equal(smgw_rate_limiter_wait(limiter, "a", 1, 1, 20000, &error), SMGW_OK);
    assert_int_equal(clock.sleeps, 1);
    assert_int_equal(clock.now, 5 + 20 * SECOND);
    assert_int_equal(smgw_rate_limiter_try(limiter, "a", 1, 1, NULL), SMGW_ERR_RATE_LIMITED);
    smgw_rate_limiter_free(limiter);
}

/* While one waiter sleeps the next one comes, a thousand of them. */
typedef struct queue {
    smgw_rate_limiter *limiter;
    fake_clock *clock;
    unsigned waiting;
    unsigned served;
} queue;

enum { WAITERS = 1000 };

static void next_waiter(void *context)
{
    queue *q = context;
    if (q->waiting == WAITERS)
        return;
    unsigned number = ++q->waiting;
    smgw_error error = SMGW_ERROR_INIT;
    uint64_t wait_ms = 0;
    assert_int_equal(smgw_rate_limiter_when(q->limiter, "a", 1, 1, &wait_ms, NULL), SMGW_OK);
    assert_int_equal(wait_ms, 1000 * number);
    assert_int_equal(smgw_rate_limiter_try(q->limiter, "a", 1, 1, &error), SMGW_ERR_RATE_LIMITED);
    assert_int_equal(smgw_rate_limiter_wait(q->limiter, "a", 1, 1, 1000 * number - 1, NULL), SMGW_ERR_RATE_LIMITED);
    assert_int_equal(smgw_rate_limiter_wait(q->limiter, "a", 1, 1, 1000 * number, NULL), SMGW_OK);
    assert_true(q->clock->now >= number * SECOND);
    q->served++;
}

static void thousand_waiters_each_have_their_own_time(void **state)
{
    (void)state;
    fake_clock clock = { .now = 0, .on_sleep = next_waiter };
    queue q = { make(&clock, 1, 1000), &clock, 0, 0 };
    clock.context = &q;
    assert_int_equal(smgw_rate_limiter_try(q.limiter, "a", 1, 1, NULL), SMGW_OK);
    next_waiter(&q);
    assert_int_equal(q.served, WAITERS);
    assert_int_equal(clock.sleeps, WAITERS); /* Each slept once: nobody was woken for another one's token. */
    assert_int_equal(clock.now, WAITERS * SECOND);
    assert_int_equal(smgw_rate_limiter_try(q.limiter, "a", 1, 1, NULL), SMGW_ERR_RATE_LIMITED);
    clock.now += SECOND;
    assert_int_equal(smgw_rate_limiter_try(q.limiter, "a", 1, 1, NULL), SMGW_OK);
    smgw_rate_limiter_free(q.limiter);
}

static bool stop_after(void *context)
{
    unsigned *left = context;
    return (*left)-- > 0;
}

static smgw_status wait_and_cancel(smgw_rate_limiter *limiter, unsigned answers)
{
    smgw_error error = SMGW_ERROR_INIT;
    smgw_status status = mgw_rate_limiter_wait(limiter, MGW_LIT("a"), 1, 60000, stop_after, &answers, &error);
    assert_int_equal(error.status, status);
    return status;
}

static void cancelled_wait_gives_its_tokens_back(void **state)
{
    (void)state;
    fake_clock clock = { .now = 0 };
    smgw_rate_limiter *limiter = make(&clock, 1, 1000);
    uint64_t wait_ms = 0;
    assert_int_equal(wait_and_cancel(limiter, 0), SMGW_OK); /* No wait, no question. */
    assert_int_equal(wait_and_cancel(limiter, 0), SMGW_ERR_CANCELLED);
    assert_int_equal(clock.sleeps, 0);
    assert_int_equal(wait_and_cancel(limiter, 2), SMGW_ERR_CANCELLED);
    assert_int_equal(clock.sleeps, 2);
    assert_int_equal(clock.now, 400 * MGW_NS_PER_MS);
    assert_int_equal(smgw_rate_limiter_when(limiter, "a", 1, 1, &wait_ms, NULL), SMGW_OK);
    assert_int_equal(wait_ms, 600);
    assert_int_equal(wait_and_cancel(limiter, 3), SMGW_OK); /* Asked at 400, 600 and 800 ms. */
    assert_int_equal(clock.now, SECOND);
    smgw_rate_limiter_free(limiter);
}

static void reserve_behind(void *context)
{
    smgw_rate_limiter *limiter = *(smgw_rate_limiter **)context;
    uint64_t wait_ms = 0;
    assert_int_equal(smgw_rate_limiter_when(limiter, "a", 1, 1, &wait_ms, NULL), SMGW_OK);
    if (wait_ms == 2000)
        assert_int_equal(smgw_rate_limiter_wait(limiter, "a", 1, 1, 2000, NULL), SMGW_OK);
}

static void cancelled_wait_keeps_the_promise_to_those_behind(void **state)
{
    (void)state;
    fake_clock clock = { .now = 0, .on_sleep = reserve_behind };
    smgw_rate_limiter *limiter = make(&clock, 1, 1000);
    clock.context = &limiter;
    assert_int_equal(smgw_rate_limiter_try(limiter, "a", 1, 1, NULL), SMGW_OK);
    /*
     * The fake sleeper behind moves the clock to its own time, 2 s, which serves the first one too: no cancellation.
     */
    assert_int_equal(wait_and_cancel(limiter, 1), SMGW_OK);
    assert_int_equal(clock.now, 2 * SECOND);
    assert_int_equal(smgw_rate_limiter_try(limiter, "a", 1, 1, NULL), SMGW_ERR_RATE_LIMITED);
    smgw_rate_limiter_free(limiter);
}

/* A question that itself queues up behind, without sleeping, and then cancels the one in front. */
typedef struct rude {
    smgw_rate_limiter *limiter;
    bool asked;
} rude;

static bool cancel_at_once(void *context)
{
    (void)context;
    return false;
}

static bool queue_behind_then_cancel(void *context)
{
    rude *r = context;
    r->asked = true;
    /* Cancelled itself, it is given back; and leaves a trace: somebody was behind. */
    assert_int_equal(mgw_rate_limiter_wait(r->limiter, MGW_LIT("a"), 1, 60000, cancel_at_once, NULL, NULL),
        SMGW_ERR_CANCELLED);
    return false;
}

static void tokens_stay_taken_where_somebody_queued_behind(void **state)
{
    (void)state;
    fake_clock clock = { .now = 0 };
    rude r = { make(&clock, 1, 1000), false };
    uint64_t wait_ms = 0;
    assert_int_equal(smgw_rate_limiter_try(r.limiter, "a", 1, 1, NULL), SMGW_OK);
    assert_int_equal(mgw_rate_limiter_wait(r.limiter, MGW_LIT("a"), 1, 60000, queue_behind_then_cancel, &r, NULL),
        SMGW_ERR_CANCELLED);
    assert_true(r.asked);
    assert_int_equal(smgw_rate_limiter_when(r.limiter, "a", 1, 1, &wait_ms, NULL), SMGW_OK);
    assert_int_equal(wait_ms, 2000);
    smgw_rate_limiter_free(r.limiter);
}

static void buckets_are_bounded(void **state)
{
    (void)state;
    smgw_rate_limiter_options options = SMGW_RATE_LIMITER_OPTIONS_INIT;
    options.max_buckets = 2;
    fake_clock clock = { .now = 0 };
    const mgw_limiter_clock injected = { fake_now, fake_sleep, &clock };
    smgw_rate_limiter *limiter = NULL;
    smgw_error error = SMGW_ERROR_INIT;
    uint64_t wait_ms = 99;
    assert_int_equal(mgw_rate_limiter_new(&limiter, &options, &injected, NULL), SMGW_OK);
    assert_int_equal(smgw_rate_limiter_try(limiter, "a", 1, 1, NULL), SMGW_OK);
    assert_int_equal(smgw_rate_limiter_try(limiter, "b", 1, 2, NULL), SMGW_OK);
    assert_int_equal(smgw_rate_limiter_try(limiter, "c", 1, 1, &error), SMGW_ERR_TOO_LARGE);
    assert_int_equal(error.status, SMGW_ERR_TOO_LARGE);
    assert_int_equal(error.retry_after_ms, 1000);
    assert_true(error.retryable);
    assert_string_equal(error.field, "key");
    clock.now = SECOND / 4 + 1;
    assert_int_equal(smgw_rate_limiter_wait(limiter, "c", 1, 1, 0, &error), SMGW_ERR_TOO_LARGE);
    assert_int_equal(error.retry_after_ms, 750); /* 749.999999 rounded up. */
    assert_int_equal(smgw_rate_limiter_when(limiter, "c", 1, 1, &wait_ms, NULL), SMGW_OK);
    assert_int_equal(wait_ms, 750);
    assert_int_equal(smgw_rate_limiter_when(limiter, "b", 1, 1, &wait_ms, NULL), SMGW_OK);
    assert_int_equal(wait_ms, 0); /* A key in use needs no room. */
    assert_int_equal(smgw_rate_limiter_when(limiter, "c", 1, 0, &wait_ms, NULL), SMGW_OK);
    assert_int_equal(wait_ms, 0);
    assert_int_equal(smgw_rate_limiter_try(limiter, "c", 1, 0, NULL), SMGW_OK);
    clock.now = SECOND;
    assert_int_equal(smgw_rate_limiter_when(limiter, "c", 1, 1, &wait_ms, NULL), SMGW_OK);
    assert_int_equal(wait_ms, 0);
    assert_int_equal(smgw_rate_limiter_try(limiter, "c", 1, 1, NULL), SMGW_OK);
    assert_int_equal(smgw_rate_limiter_try(limiter, "a", 1, 1, NULL), SMGW_ERR_TOO_LARGE);
    smgw_rate_limiter_free(limiter);
}

static void failed_allocation_is_reported(void **state)
{
    (void)state;
    smgw_rate_limiter *limiter = NULL;
    failing_alloc_start(1);
    assert_int_equal(smgw_rate_limiter_new(&limiter, NULL, NULL), SMGW_ERR_NO_MEMORY);
    assert_true(failing_alloc_stop());
    assert_null(limiter);
    assert_int_equal(smgw_rate_limiter_new(&limiter, NULL, NULL), SMGW_OK);
    for (unsigned long n = 1; n <= 2; n++) {
        failing_alloc_start(n);
        assert_int_equal(smgw_rate_limiter_try(limiter, "a", 1, 60, NULL), SMGW_ERR_NO_MEMORY);
        assert_true(failing_alloc_stop());
    }
    assert_int_equal(smgw_rate_limiter_try(limiter, "a", 1, 60, NULL), SMGW_OK);
    smgw_rate_limiter_free(limiter);
}

enum { THREADS = 16, WAITS = 10 };

typedef struct crowd {
    smgw_rate_limiter *limiter;
    atomic_uint served;
    atomic_uint tried;
} crowd;

static void *wait_often(void *context)
{
    crowd *c = context;
    for (int i = 0; i < WAITS; i++) {
        if (smgw_rate_limiter_wait(c->limiter, "a", 1, 1, 60000, NULL) == SMGW_OK)
            atomic_fetch_add(&c->served, 1);
        if (smgw_rate_limiter_try(c->limiter, "other", 5, 1, NULL) == SMGW_OK)
            atomic_fetch_add(&c->tried, 1);
    }
    return NULL;
}

/* On the real clock: 10 tokens at once, then one each millisecond, whatever the threads do. */
static void threads_share_one_bucket(void **state)
{
    (void)state;
    smgw_rate_limiter_options options = SMGW_RATE_LIMITER_OPTIONS_INIT;
    options.tokens = 10;
    options.period_ms = 10;
    crowd c = { .limiter = NULL };
    pthread_t threads[THREADS];
    assert_int_equal(smgw_rate_limiter_new(&c.limiter, &options, NULL), SMGW_OK);
    uint64_t start = mgw_clock_now();
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, wait_often, &c), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    uint64_t elapsed = mgw_clock_now() - start;
    assert_int_equal(c.served, THREADS * WAITS);
    assert_true(elapsed >= (THREADS * WAITS - 10) * MGW_NS_PER_MS);
    assert_in_range(c.tried, 10, 10 + elapsed / MGW_NS_PER_MS);
    smgw_rate_limiter_free(c.limiter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(init_function_and_macro_agree),
        cmocka_unit_test(options_out_of_range_are_refused),
        cmocka_unit_test(try_says_when_to_come_back),
        cmocka_unit_test(keys_are_isolated_and_canonical),
        cmocka_unit_test(none_is_free_and_too_many_fail_now),
        cmocka_unit_test(when_rounds_up_and_takes_nothing),
        cmocka_unit_test(wait_sleeps_once_until_its_time),
        cmocka_unit_test(thousand_waiters_each_have_their_own_time),
        cmocka_unit_test(cancelled_wait_gives_its_tokens_back),
        cmocka_unit_test(cancelled_wait_keeps_the_promise_to_those_behind),
        cmocka_unit_test(tokens_stay_taken_where_somebody_queued_behind),
        cmocka_unit_test(buckets_are_bounded),
        cmocka_unit_test(failed_allocation_is_reported),
        cmocka_unit_test(threads_share_one_bucket),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
