/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "base/clock.h"
#include "session/pool.h"

static int sessions[MGW_POOL_MAX_IDLE + 1];

static void last_in_is_first_out(void **state)
{
    (void)state;
    mgw_pool pool;
    mgw_pool_init(&pool);
    assert_null(mgw_pool_take(&pool));
    assert_true(mgw_pool_put(&pool, &sessions[0], 1));
    assert_true(mgw_pool_put(&pool, &sessions[1], 2));
    assert_ptr_equal(mgw_pool_take(&pool), &sessions[1]);
    assert_ptr_equal(mgw_pool_take(&pool), &sessions[0]);
    assert_null(mgw_pool_take(&pool));
    mgw_pool_destroy(&pool);
}

static void it_holds_no_more_than_its_cap(void **state)
{
    (void)state;
    mgw_pool pool;
    mgw_pool_init(&pool);
    for (size_t i = 0; i < MGW_POOL_MAX_IDLE; i++)
        assert_true(mgw_pool_put(&pool, &sessions[i], i));
    assert_false(mgw_pool_put(&pool, &sessions[MGW_POOL_MAX_IDLE], 99));
    for (size_t i = MGW_POOL_MAX_IDLE; i > 0; i--)
        assert_ptr_equal(mgw_pool_take(&pool), &sessions[i - 1]);
    mgw_pool_destroy(&pool);
}

static void stale_sessions_come_out_oldest_first(void **state)
{
    (void)state;
    const uint64_t second = MGW_NS_PER_S;
    mgw_pool pool;
    mgw_pool_init(&pool);
    mgw_pool_put(&pool, &sessions[0], 10 * second);
    mgw_pool_put(&pool, &sessions[1], 20 * second);
    mgw_pool_put(&pool, &sessions[2], 500 * second);
    assert_null(mgw_pool_take_stale(&pool, (10 + MGW_POOL_MAX_AGE_S) * second));
    assert_ptr_equal(mgw_pool_take_stale(&pool, (11 + MGW_POOL_MAX_AGE_S) * second), &sessions[0]);
    assert_null(mgw_pool_take_stale(&pool, (11 + MGW_POOL_MAX_AGE_S) * second));
    assert_ptr_equal(mgw_pool_take_stale(&pool, 501 * second), &sessions[1]);
    assert_null(mgw_pool_take_stale(&pool, 501 * second));
    assert_ptr_equal(mgw_pool_take(&pool), &sessions[2]);
    mgw_pool_destroy(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(last_in_is_first_out),
        cmocka_unit_test(it_holds_no_more_than_its_cap),
        cmocka_unit_test(stale_sessions_come_out_oldest_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
