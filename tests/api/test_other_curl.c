/* SPDX-License-Identifier: MIT */
/*
 * A program that is started with another libcurl than it was built with gets a clear refusal, not a weak connection. Runs
 * with other_curl.c preloaded.
 */
#include "support/test.h"

#include <simplemailgw.h>

#include <stdlib.h>
#include <string.h>

static smgw_status start(const char *number, const char *tls, smgw_error *error)
{
    setenv("OTHER_CURL_NUMBER", number, 1);
    if (tls != NULL)
        setenv("OTHER_CURL_TLS", tls, 1);
    else
        unsetenv("OTHER_CURL_TLS");
    smgw_account account = SMGW_ACCOUNT_INIT;
    account.name = "work";
    account.username = "ada@example.com";
    account.password = "secret";
    account.smtp_host = "localhost";
    smgw_gateway_options options = SMGW_GATEWAY_OPTIONS_INIT;
    options.accounts = &account;
    options.account_count = 1;
    options.audit.sink = SMGW_AUDIT_NONE;
    smgw_gateway *gateway = NULL;
    smgw_status status = smgw_gateway_new(&gateway, &options, error);
    smgw_gateway_free(gateway);
    return status;
}

static void other_tls_libraries_are_refused(void **state)
{
    (void)state;
    static const char *const others[] = { "GnuTLS/3.7.9", "NSS/3.87", "LibreSSL/3.6", NULL };
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        smgw_error error = SMGW_ERROR_INIT;
        assert_int_equal(start("0x075801", others[i], &error), SMGW_ERR_CONFIG);
        assert_string_equal(error.field, "libcurl");
        assert_non_null(strstr(error.message, others[i] != NULL ? others[i] : "no TLS"));
    }
}

static void an_old_libcurl_is_refused(void **state)
{
    (void)state;
    smgw_error error = SMGW_ERROR_INIT;
    assert_int_equal(start("0x0757ff", "OpenSSL/3.0.15", &error), SMGW_ERR_CONFIG);
    assert_non_null(strstr(error.message, "7.88.0"));
}

static void the_right_one_is_accepted(void **state)
{
    (void)state;
    smgw_error error = SMGW_ERROR_INIT;
    assert_int_equal(start("0x075801", "OpenSSL/3.0.15", &error), SMGW_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(other_tls_libraries_are_refused),
        cmocka_unit_test(an_old_libcurl_is_refused),
        cmocka_unit_test(the_right_one_is_accepted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
