/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "base/error.h"

#include <errno.h>
#include <string.h>

static void rule_names_the_field(void **state)
{
    (void)state;
    smgw_error error = SMGW_ERROR_INIT;
    error.server_code = 42;
    assert_int_equal(mgw_error_rule(&error, SMGW_ERR_INVALID, "subject", SMGW_RULE_EMPTY), SMGW_ERR_INVALID);
    assert_int_equal(error.status, SMGW_ERR_INVALID);
    assert_int_equal(error.rule, SMGW_RULE_EMPTY);
    assert_int_equal(error.server_code, 0);
    assert_string_equal(error.field, "subject");
    assert_string_equal(error.message, "subject: must not be empty");
    assert_int_equal(mgw_error_rule(NULL, SMGW_ERR_CONFIG, "x", SMGW_RULE_NUL), SMGW_ERR_CONFIG);
}

static void message_is_one_printable_line(void **state)
{
    (void)state;
    smgw_error error = SMGW_ERROR_INIT;
    assert_int_equal(mgw_error_set(&error, SMGW_ERR_NETWORK, NULL, "a\r\n%s\xff\xe2\x80\xae", "\x1b[2J"),
        SMGW_ERR_NETWORK);
    assert_string_equal(error.message, "a???[2J??");
    assert_true(error.retryable);
    assert_string_equal(error.field, "");
}

static void long_messages_are_cut_between_characters(void **state)
{
    (void)state;
    char text[600];
    for (size_t i = 0; i < sizeof text - 1; i++)
        text[i] = i % 2 == 0 ? '\xc3' : '\xa9';
    text[sizeof text - 1] = '\0';
    smgw_error error = SMGW_ERROR_INIT;
    assert_int_equal(mgw_error_set(&error, SMGW_ERR_IO, NULL, "%s", text), SMGW_ERR_IO);
    assert_int_equal(strlen(error.message) % 2, 0);
    assert_in_range(strlen(error.message), 250, sizeof error.message - 1);
}

static void copy_printable_fits_every_size(void **state)
{
    (void)state;
    for (size_t size = 1; size < 12; size++) {
        char out[12];
        memset(out, 'x', sizeof out);
        mgw_copy_printable(out, size, "a\303\251\342\202\254b", 7);
        assert_in_range(strlen(out), 0, size - 1);
        assert_int_equal(strncmp("a\303\251\342\202\254b", out, strlen(out)), 0);
    }
}

static void unknown_outcome_is_never_retryable(void **state)
{
    (void)state;
    smgw_error error = SMGW_ERROR_INIT;
    assert_int_equal(mgw_error_status(&error, SMGW_ERR_UNKNOWN), SMGW_ERR_UNKNOWN);
    assert_int_equal(error.outcome, SMGW_UNKNOWN);
    assert_false(error.retryable);
}

static void every_code_has_a_text(void **state)
{
    (void)state;
    for (int status = SMGW_ERR_NO_MEMORY; status <= SMGW_DONE; status++)
        assert_string_not_equal(smgw_status_text((smgw_status)status), "unknown status");
    assert_string_equal(smgw_status_text((smgw_status)77), "unknown status");
    for (int rule = SMGW_RULE_OK; rule <= SMGW_RULE_OUTPUT; rule++)
        assert_string_not_equal(smgw_rule_text((smgw_rule)rule), "unknown rule");
    assert_string_equal(smgw_rule_text((smgw_rule)777), "unknown rule");
}

static void errno_text_is_named(void **state)
{
    (void)state;
    smgw_error error = SMGW_ERROR_INIT;
    assert_int_equal(mgw_error_errno(&error, SMGW_ERR_IO, "workspace", ENOSPC), SMGW_ERR_IO);
    assert_string_equal(error.message, "workspace: No space left on device");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rule_names_the_field),
        cmocka_unit_test(message_is_one_printable_line),
        cmocka_unit_test(long_messages_are_cut_between_characters),
        cmocka_unit_test(copy_printable_fits_every_size),
        cmocka_unit_test(unknown_outcome_is_never_retryable),
        cmocka_unit_test(every_code_has_a_text),
        cmocka_unit_test(errno_text_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
