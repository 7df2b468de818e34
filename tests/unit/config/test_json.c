/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "base/alloc.h"
#include "config/config.h"
#include "config/json.h"
#include "support/failing_alloc.h"

#include <jansson.h>
#include <string.h>

#define ACCOUNT "\"name\":\"a\",\"smtp_host\":\"smtp.example.com\",\"username\":\"ada@example.com\",\"password\":\"pw\""

static void assert_refused(mgw_bytes text, const char *field, smgw_rule rule)
{
    mgw_config *config = (mgw_config *)1;
    smgw_error error = SMGW_ERROR_INIT;
    assert_int_equal(mgw_config_accounts_from_json(&config, text, &error), SMGW_ERR_CONFIG);
    assert_null(config);
    assert_string_equal(error.field, field);
    assert_int_equal(error.rule, rule);
    assert_int_equal(mgw_config_accounts_from_json(&config, text, NULL), SMGW_ERR_CONFIG);
}

static mgw_config *load(const char *text)
{
    mgw_config *config = NULL;
    smgw_error error = SMGW_ERROR_INIT;
    if (mgw_config_accounts_from_json(&config, mgw_bytes_str(text), &error) != SMGW_OK)
        fail_msg("%s", error.message);
    return config;
}

static void every_key_reaches_its_field(void **state)
{
    (void)state;
    mgw_config *config = load("[{\"name\":\"A\",\"address\":\"ada@example.com\",\"display_name\":\"Ada\","
                              "\"imap_host\":\"i.example.com\",\"imap_port\":1143,\"imap_tls\":\"starttls\","
                              "\"smtp_host\":\"s.example.com\",\"smtp_port\":1465,\"smtp_tls\":\"implicit\","
                              "\"auth_method\":\"oauthbearer\",\"username\":\"ada\",\"oauth2_token\":\"tok\","
                              "\"ca_file\":\"/etc/ssl/certs/ca-certificates.crt\",\"proxy\":\"http://p.example.com:3128\","
                              "\"imap_requests_per_minute\":5,\"smtp_sends_per_hour\":4294967295},"
                              " {\"name\":\"b\",\"imap_host\":\"h\",\"imap_tls\":\"auto\",\"auth_method\":\"password\","
                              "\"username\":\"ada@example.com\",\"password\":\"p\\u00e9 \\\"[{\"}]");
    assert_int_equal(config->account_count, 2);
    const mgw_account *a = &config->accounts[0];
    assert_string_equal(a->name, "a");
    assert_string_equal(a->address, "ada@example.com");
    assert_string_equal(a->display_name, "Ada");
    assert_string_equal(a->imap.host, "i.example.com");
    assert_int_equal(a->imap.port, 1143);
    assert_int_equal(a->imap.tls, SMGW_TLS_STARTTLS);
    assert_string_equal(a->smtp.host, "s.example.com");
    assert_int_equal(a->smtp.port, 1465);
    assert_int_equal(a->smtp.tls, SMGW_TLS_IMPLICIT);
    assert_int_equal(a->auth, SMGW_AUTH_OAUTHBEARER);
    assert_string_equal(a->username, "ada");
    assert_string_equal(mgw_secret_str(&a->secret), "tok");
    assert_true(a->ca_pem.len > 0);
    assert_string_equal(a->proxy, "http://p.example.com:3128");
    assert_int_equal(a->imap_requests_per_minute, 5);
    assert_int_equal(a->smtp_sends_per_hour, UINT32_MAX);
    const mgw_account *b = &config->accounts[1];
    assert_string_equal(mgw_secret_str(&b->secret), "p\xc3\xa9 \"[{");
    assert_int_equal(b->imap.port, 993);
    assert_int_equal(b->imap_requests_per_minute, 60);
    mgw_config_free(config);
}

static void one_object_is_one_account(void **state)
{
    (void)state;
    mgw_config *config = load(" {" ACCOUNT "} ");
    assert_int_equal(config->account_count, 1);
    assert_string_equal(config->accounts[0].name, "a");
    mgw_config_free(config);
}

static void what_is_not_exactly_an_account_is_refused(void **state)
{
    (void)state;
    const struct {
        mgw_bytes text;
        const char *field;
        smgw_rule rule;
    } cases[] = {
        { { NULL, 0 }, "accounts", SMGW_RULE_EMPTY },
        { MGW_LIT("  "), "accounts", SMGW_RULE_EMPTY },
        { MGW_LIT("[]"), "accounts", SMGW_RULE_EMPTY },
        { MGW_LIT("1"), "accounts", SMGW_RULE_SYNTAX },
        { MGW_LIT("\"a\""), "accounts", SMGW_RULE_SYNTAX },
        { MGW_LIT("{"), "accounts", SMGW_RULE_SYNTAX },
        { MGW_LIT("[1]"), "accounts[0]", SMGW_RULE_SYNTAX },
        { MGW_LIT("[{" ACCOUNT "},null]"), "accounts[1]", SMGW_RULE_SYNTAX },
        { MGW_LIT("[{" ACCOUNT "}"), "accounts", SMGW_RULE_SYNTAX },
        { MGW_LIT("[{" ACCOUNT "}] x"), "accounts", SMGW_RULE_SYNTAX },
        { MGW_LIT("[{" ACCOUNT "},]"), "accounts", SMGW_RULE_SYNTAX },
        { MGW_LIT("[{" ACCOUNT "}]\0"), "accounts", SMGW_RULE_SYNTAX },
        { MGW_LIT("{'name':'a'}"), "accounts", SMGW_RULE_SYNTAX },
        { MGW_LIT("{}"), "accounts[0].name", SMGW_RULE_EMPTY },
        { MGW_LIT("\xef\xbb\xbf[]"), "accounts", SMGW_RULE_SYNTAX },
        { MGW_LIT("\"\xff\""), "accounts", SMGW_RULE_UTF8 },
        { MGW_LIT("{\"name\":\"\xed\xa0\x80\"}"), "accounts", SMGW_RULE_UTF8 },
        { MGW_LIT("{\"name\":\"a\\u0000b\"}"), "accounts", SMGW_RULE_NUL },
        { MGW_LIT("{\"na\\u0000me\":\"a\"}"), "accounts", SMGW_RULE_NUL },
        { MGW_LIT("{\"imap_host\":\"a\",\"imap_host\":\"evil\"}"), "accounts", SMGW_RULE_SYNTAX },
        { MGW_LIT("{\"imap_host\":\"a\",\"imap\\u005fhost\":\"evil\"}"), "accounts", SMGW_RULE_SYNTAX },
        { MGW_LIT("{\"smpt_host\":\"x\"}"), "accounts[0].smpt_host", SMGW_RULE_UNKNOWN_KEY },
        { MGW_LIT("{\"use_ssl\":\"false\"}"), "accounts[0].use_ssl", SMGW_RULE_UNKNOWN_KEY },
        { MGW_LIT("{\"port\":1e999}"), "accounts", SMGW_RULE_RANGE },
        { MGW_LIT("{\"port\":993.5}"), "accounts[0].port", SMGW_RULE_UNKNOWN_KEY },
        { MGW_LIT("{\"port\":65536}"), "accounts[0].port", SMGW_RULE_UNKNOWN_KEY },
        { MGW_LIT("{\"port\":\"993x\"}"), "accounts[0].port", SMGW_RULE_UNKNOWN_KEY },
        { MGW_LIT("{\"struct_size\":1}"), "accounts[0].struct_size", SMGW_RULE_UNKNOWN_KEY },
        { MGW_LIT("{\"imap_port\":1e999}"), "accounts", SMGW_RULE_RANGE },
        { MGW_LIT("{\"imap_port\":99999999999999999999}"), "accounts", SMGW_RULE_RANGE },
        { MGW_LIT("{\"imap_port\":993.5}"), "accounts[0].imap_port", SMGW_RULE_SYNTAX },
        { MGW_LIT("{\"imap_port\":993.0}"), "accounts[0].imap_port", SMGW_RULE_SYNTAX },
        { MGW_LIT("{\"imap_port\":\"993\"}"), "accounts[0].imap_port", SMGW_RULE_SYNTAX },
        { MGW_LIT("{\"imap_port\":true}"), "accounts[0].imap_port", SMGW_RULE_SYNTAX },
        { MGW_LIT("{\"imap_port\":65536}"), "accounts[0].imap_port", SMGW_RULE_RANGE },
        { MGW_LIT("{\"imap_port\":0}"), "accounts[0].imap_port", SMGW_RULE_RANGE },
        { MGW_LIT("{\"smtp_port\":-1}"), "accounts[0].smtp_port", SMGW_RULE_RANGE },
        { MGW_LIT("{\"smtp_sends_per_hour\":0}"), "accounts[0].smtp_sends_per_hour", SMGW_RULE_RANGE },
        { MGW_LIT("{\"smtp_sends_per_hour\":4294967296}"), "accounts[0].smtp_sends_per_hour", SMGW_RULE_RANGE },
        { MGW_LIT("{\"imap_tls\":\"none\"}"), "accounts[0].imap_tls", SMGW_RULE_SYNTAX },
        { MGW_LIT("{\"imap_tls\":1}"), "accounts[0].imap_tls", SMGW_RULE_SYNTAX },
        { MGW_LIT("{\"imap_tls\":\"Implicit\"}"), "accounts[0].imap_tls", SMGW_RULE_SYNTAX },
        { MGW_LIT("{\"auth_method\":\"plain\"}"), "accounts[0].auth_method", SMGW_RULE_SYNTAX },
        { MGW_LIT("{\"auth\":\"password\"}"), "accounts[0].auth", SMGW_RULE_UNKNOWN_KEY },
        { MGW_LIT("{\"name\":null}"), "accounts[0].name", SMGW_RULE_SYNTAX },
        { MGW_LIT("{\"name\":1}"), "accounts[0].name", SMGW_RULE_SYNTAX },
        { MGW_LIT("{\"name\":[\"a\"]}"), "accounts[0].name", SMGW_RULE_SYNTAX },
        { MGW_LIT("[[\"a\"]]"), "accounts[0]", SMGW_RULE_SYNTAX },
        { MGW_LIT("[{\"name\":[\"a\"]}]"), "accounts", SMGW_RULE_DEPTH },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_refused(cases[i].text, cases[i].field, cases[i].rule);
}

static void a_hostile_key_is_named_harmlessly(void **state)
{
    (void)state;
    mgw_config *config = NULL;
    smgw_error error = SMGW_ERROR_INIT;
    assert_int_equal(mgw_config_accounts_from_json(&config,
                         MGW_LIT("{\"a\\r\\nb\\u202e%n%s 0123456789012345678901234567890123456789\":1}"), &error),
        SMGW_ERR_CONFIG);
    assert_int_equal(error.rule, SMGW_RULE_UNKNOWN_KEY);
    assert_non_null(strstr(error.message, "accounts[0].a??b?%n%s 0123"));
    assert_null(strstr(error.message, "56789012345678901"));
}

static void depth_and_size_are_capped(void **state)
{
    (void)state;
    const size_t size = MGW_JSON_MAX_BYTES + 1;
    char *text = mgw_calloc(size, 1);
    assert_non_null(text);
    memset(text, '[', size);
    assert_refused(mgw_bytes_of(text, 3), "accounts", SMGW_RULE_DEPTH);
    assert_refused(mgw_bytes_of(text, 100000), "accounts", SMGW_RULE_DEPTH);
    assert_refused(mgw_bytes_of(text, size), "accounts", SMGW_RULE_TOO_LONG);
    memset(text, ' ', size);
    const char account[] = "[{" ACCOUNT "}]";
    memcpy(text, account, sizeof account - 1);
    mgw_config *config = NULL;
    assert_int_equal(mgw_config_accounts_from_json(&config, mgw_bytes_of(text, size - 1), NULL), SMGW_OK);
    mgw_config_free(config);
    assert_refused(mgw_bytes_of(text, size), "accounts", SMGW_RULE_TOO_LONG);
    mgw_free(text);
}

static void accounts_are_counted(void **state)
{
    (void)state;
    const size_t count = MGW_CONFIG_MAX_ACCOUNTS + 1;
    char *text = mgw_calloc(3 * count + 2, 1);
    assert_non_null(text);
    text[0] = '[';
    for (size_t i = 0; i < count; i++)
        memcpy(text + 1 + 3 * i, i + 1 < count ? "{}," : "{}]", 3);
    assert_refused(mgw_bytes_of(text, 3 * count + 1), "accounts", SMGW_RULE_COUNT);
    mgw_free(text);
}

static void no_error_quotes_the_text(void **state)
{
    (void)state;
    static const char *const texts[] = { "{\"password\":\"canary\" x}",
        "{\"password\":\"canary\",\"password\":\"canary\"}", "{\"password\":[\"canary\"]}", "{\"password\":\"canary",
        "[\"canary\"]", "{\"password\":canary}" };
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        mgw_config *config = NULL;
        smgw_error error = SMGW_ERROR_INIT;
        assert_int_equal(mgw_config_accounts_from_json(&config, mgw_bytes_str(texts[i]), &error), SMGW_ERR_CONFIG);
        assert_null(strstr(error.message, "canary"));
        assert_null(strstr(error.field, "canary"));
    }
}

static void strings_are_wiped_when_freed(void **state)
{
    (void)state;
    static const char *const texts[] = { "{\"password\":\"canary\"}", "[{\"password\":\"canary\"}]" };
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        mgw_json_accounts accounts;
        assert_int_equal(mgw_json_accounts_read(&accounts, mgw_bytes_str(texts[i]), NULL), SMGW_OK);
        /* A reference of our own keeps the tree in memory, so that it can be looked at afterwards. */
        json_t *root = json_incref(accounts.root);
        const char *password = accounts.items[0].password;
        assert_string_equal(password, "canary");
        mgw_json_accounts_free(&accounts);
        assert_memory_equal(password, "\0\0\0\0\0\0", 6);
        json_decref(root);
    }
}

static void failed_allocations_leave_nothing(void **state)
{
    (void)state;
    const mgw_bytes text = MGW_LIT("[{" ACCOUNT "}]");
    mgw_config *config = NULL;
    unsigned long n = 1;
    for (;; n++) {
        failing_alloc_start(n);
        smgw_status status = mgw_config_accounts_from_json(&config, text, NULL);
        if (!failing_alloc_stop()) {
            assert_int_equal(status, SMGW_OK);
            break;
        }
        assert_int_equal(status, SMGW_ERR_NO_MEMORY);
        assert_null(config);
    }
    assert_true(n > 2);
    mgw_config_free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_reaches_its_field),
        cmocka_unit_test(one_object_is_one_account),
        cmocka_unit_test(what_is_not_exactly_an_account_is_refused),
        cmocka_unit_test(a_hostile_key_is_named_harmlessly),
        cmocka_unit_test(depth_and_size_are_capped),
        cmocka_unit_test(accounts_are_counted),
        cmocka_unit_test(no_error_quotes_the_text),
        cmocka_unit_test(strings_are_wiped_when_freed),
        cmocka_unit_test(failed_allocations_leave_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
