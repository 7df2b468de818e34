/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "base/clock.h"
#include "session/pool.h"

/* A session that notes what becomes of it. */
typedef struct fake_session {
    bool busy;
    bool dead;
    int probed;
    int closed;
    bool politely;
} fake_session;

static bool is_idle(const void *session)
{
    return !((const fake_session *)session)->busy;
}

static smgw_status probe(void *session, const mgw_wait *wait, smgw_error *error)
{
    (void)wait, (void)error;
    fake_session *fake = session;
    fake->probed++;
    return fake->dead ? SMGW_ERR_NETWORK : SMGW_OK;
}

static void end(void *session, const mgw_wait *wait)
{
    fake_session *fake = session;
    fake->closed++;
    fake->politely = wait != NULL;
}

static const mgw_session_kind kind = { is_idle, probe, end };
static const mgw_wait patience = { .deadline = UINT64_MAX };

static void *take(mgw_pool *pool, uint64_t now)
{
    void *session = NULL;
    assert_int_equal(mgw_pool_take(pool, now, &patience, &session, NULL), SMGW_OK);
    return session;
}

static void last_in_is_first_out(void **state)
{
    (void)state;
    fake_session sessions[2] = { { .busy = false } };
    mgw_pool pool;
    mgw_pool_init(&pool, &kind);
    assert_null(take(&pool, 0));
    mgw_pool_put(&pool, NULL, 0);
    assert_null(take(&pool, 0));
    mgw_pool_put(&pool, &sessions[0], 1);
    mgw_pool_put(&pool, &sessions[1], 2);
    assert_ptr_equal(take(&pool, 3), &sessions[1]);
    assert_ptr_equal(take(&pool, 3), &sessions[0]);
    assert_null(take(&pool, 3));
    assert_int_equal(sessions[0].probed, 1);
    assert_int_equal(sessions[0].closed + sessions[1].closed, 0);
    mgw_pool_destroy(&pool, NULL);
}

static void what_does_not_fit_is_closed(void **state)
{
    (void)state;
    fake_session sessions[MGW_POOL_MAX_IDLE + 1] = { { .busy = false } };
    mgw_pool pool;
    mgw_pool_init(&pool, &kind);
    for (size_t i = 0; i < COUNT_OF(sessions); i++)
        mgw_pool_put(&pool, &sessions[i], i);
    for (size_t i = 0; i < COUNT_OF(sessions); i++)
        assert_int_equal(sessions[i].closed, i == MGW_POOL_MAX_IDLE);
    mgw_pool_destroy(&pool, &patience);
    for (size_t i = 0; i < MGW_POOL_MAX_IDLE; i++)
        assert_true(sessions[i].closed == 1 && sessions[i].politely);
}

static void a_busy_session_is_never_kept(void **state)
{
    (void)state;
    fake_session busy = { .busy = true };
    mgw_pool pool;
    mgw_pool_init(&pool, &kind);
    mgw_pool_put(&pool, &busy, 1);
    assert_int_equal(busy.closed, 1);
    assert_false(busy.politely);
    assert_null(take(&pool, 2));
    mgw_pool_destroy(&pool, NULL);
}

static void the_dead_are_passed_over(void **state)
{
    (void)state;
    fake_session sessions[3] = { { .busy = false }, { .dead = true }, { .dead = true } };
    mgw_pool pool;
    mgw_pool_init(&pool, &kind);
    for (size_t i = 0; i < COUNT_OF(sessions); i++)
        mgw_pool_put(&pool, &sessions[i], i);
    assert_ptr_equal(take(&pool, 5), &sessions[0]);
    assert_int_equal(sessions[0].closed, 0);
    assert_int_equal(sessions[1].closed, 1);
    assert_int_equal(sessions[2].closed, 1);
    mgw_pool_destroy(&pool, NULL);
}

static void the_old_are_closed_unasked(void **state)
{
    (void)state;
    const uint64_t second = MGW_NS_PER_S;
    fake_session sessions[3] = { { .busy = false } };
    mgw_pool pool;
    mgw_pool_init(&pool, &kind);
    mgw_pool_put(&pool, &sessions[0], 10 * second);
    mgw_pool_put(&pool, &sessions[1], 20 * second);
    mgw_pool_put(&pool, &sessions[2], 500 * second);
    assert_ptr_equal(take(&pool, 501 * second), &sessions[2]);
    assert_int_equal(sessions[0].closed + sessions[1].closed, 2);
    assert_int_equal(sessions[0].probed + sessions[1].probed, 0);
    mgw_pool_put(&pool, &sessions[2], 600 * second);
    assert_ptr_equal(take(&pool, (600 + MGW_POOL_MAX_AGE_S) * second), &sessions[2]);
    mgw_pool_put(&pool, &sessions[2], 600 * second);
    assert_null(take(&pool, (601 + MGW_POOL_MAX_AGE_S) * second));
    mgw_pool_destroy(&pool, NULL);
}

static bool say_no_once(void *context, uint64_t done, uint64_t total)
{
    (void)done, (void)total;
    bool *asked = context;
    bool first = !*asked;
    *asked = true;
    return !first;
}

static smgw_status probe_and_ask(void *session, const mgw_wait *wait, smgw_error *error)
{
    (void)session;
    return mgw_wait_check(wait, error);
}

static void a_cancellation_during_the_probe_counts(void **state)
{
    (void)state;
    const mgw_session_kind asking = { is_idle, probe_and_ask, end };
    fake_session sessions[2] = { { .busy = false } };
    mgw_pool pool;
    mgw_pool_init(&pool, &asking);
    mgw_pool_put(&pool, &sessions[0], 1);
    mgw_pool_put(&pool, &sessions[1], 2);
    bool asked = false;
    mgw_wait wait = { .deadline = UINT64_MAX, .progress = say_no_once, .progress_context = &asked };
    void *session = NULL;
    smgw_error error = SMGW_ERROR_INIT;
    assert_int_equal(mgw_pool_take(&pool, 3, &wait, &session, &error), SMGW_ERR_CANCELLED);
    assert_null(session);
    assert_int_equal(sessions[1].closed, 1);
    assert_int_equal(sessions[0].closed, 0);
    mgw_pool_destroy(&pool, NULL);
}

static void a_clock_that_seems_to_run_back_closes_nothing(void **state)
{
    (void)state;
    fake_session fresh = { .busy = false };
    mgw_pool pool;
    mgw_pool_init(&pool, &kind);
    mgw_pool_put(&pool, &fresh, 1000);
    assert_ptr_equal(take(&pool, 999), &fresh);
    mgw_pool_destroy(&pool, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(last_in_is_first_out),
        cmocka_unit_test(what_does_not_fit_is_closed),
        cmocka_unit_test(a_busy_session_is_never_kept),
        cmocka_unit_test(the_dead_are_passed_over),
        cmocka_unit_test(the_old_are_closed_unasked),
        cmocka_unit_test(a_cancellation_during_the_probe_counts),
        cmocka_unit_test(a_clock_that_seems_to_run_back_closes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
