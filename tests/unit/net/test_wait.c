/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "net/wait.h"

static void options_out_of_range_are_named(void **state)
{
    (void)state;
    static const struct {
        smgw_call_options options;
        const char *field;
    } cases[] = {
        { { sizeof(smgw_call_options), 0, 1, 0, NULL, NULL }, "options.timeout_ms" },
        { { sizeof(smgw_call_options), 86400001, 1, 0, NULL, NULL }, "options.timeout_ms" },
        { { sizeof(smgw_call_options), 1, 0, 0, NULL, NULL }, "options.idle_timeout_ms" },
        { { sizeof(smgw_call_options), 1, 3600001, 0, NULL, NULL }, "options.idle_timeout_ms" },
        { { 0, 1, 1, 0, NULL, NULL }, "options.struct_size" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        mgw_wait wait;
        smgw_error error = SMGW_ERROR_INIT;
        assert_int_equal(mgw_wait_start(&wait, &cases[i].options, &error), SMGW_ERR_INVALID);
        assert_string_equal(error.field, cases[i].field);
    }
}

static bool ask(void *context, uint64_t done, uint64_t total)
{
    uint64_t *seen = context;
    seen[0] = done;
    seen[1] = total;
    return done < 5;
}

static void progress_cancels(void **state)
{
    (void)state;
    uint64_t seen[2] = { 0, 0 };
    smgw_call_options options = SMGW_CALL_OPTIONS_INIT;
    options.progress = ask;
    options.progress_context = seen;
    mgw_wait wait;
    assert_int_equal(mgw_wait_start(&wait, &options, NULL), SMGW_OK);
    wait.done = 4;
    wait.total = 9;
    assert_int_equal(mgw_wait_check(&wait, NULL), SMGW_OK);
    assert_int_equal(seen[0], 4);
    assert_int_equal(seen[1], 9);
    wait.done = 5;
    smgw_error error = SMGW_ERROR_INIT;
    assert_int_equal(mgw_wait_check(&wait, &error), SMGW_ERR_CANCELLED);
    assert_false(error.retryable);
}

static void deadline_ends(void **state)
{
    (void)state;
    mgw_wait wait;
    assert_int_equal(mgw_wait_start(&wait, NULL, NULL), SMGW_OK);
    assert_int_equal(mgw_wait_check(&wait, NULL), SMGW_OK);
    wait.deadline = 0;
    smgw_error error = SMGW_ERROR_INIT;
    assert_int_equal(mgw_wait_check(&wait, &error), SMGW_ERR_TIMEOUT);
    assert_true(error.retryable);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_out_of_range_are_named),
        cmocka_unit_test(progress_cancels),
        cmocka_unit_test(deadline_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
