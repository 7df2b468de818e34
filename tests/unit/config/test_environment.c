/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "base/alloc.h"
#include "config/environment.h"
#include "support/failing_alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENTRIES 12

/* The smallest environment that loads; a test adds entries behind it. */
#define BASE "EMAIL_SMTP_HOST=smtp.example.com", "EMAIL_USERNAME=ada@example.com", "EMAIL_PASSWORD=pw"

static smgw_status read_from(mgw_config **config, const char *const *entries, smgw_error *error)
{
    char *variables[ENTRIES + 1] = { NULL };
    for (size_t i = 0; i < ENTRIES && entries[i] != NULL; i++)
        variables[i] = (char *)(uintptr_t)entries[i];
    return mgw_config_from_environ(config, variables, error);
}

static mgw_config *load(const char *const *entries)
{
    mgw_config *config = NULL;
    smgw_error error = SMGW_ERROR_INIT;
    if (read_from(&config, entries, &error) != SMGW_OK)
        fail_msg("%s", error.message);
    return config;
}

static void assert_refused(const char *const *entries, const char *field)
{
    mgw_config *config = (mgw_config *)1;
    smgw_error error = SMGW_ERROR_INIT;
    assert_int_equal(read_from(&config, entries, &error), SMGW_ERR_CONFIG);
    assert_null(config);
    assert_string_equal(error.field, field);
    assert_memory_equal(error.message, field, strlen(field));
    assert_int_equal(read_from(&config, entries, NULL), SMGW_ERR_CONFIG);
}

static void smallest_environment_has_strict_defaults(void **state)
{
    (void)state;
    const char *const entries[ENTRIES] = { "PATH=/bin", BASE, "EMAIL_BACKEND=not ours", "NOT_EMAIL_RECIP=x",
        "EMAIL_X" };
    mgw_config *config = load(entries);
    assert_int_equal(config->account_count, 1);
    assert_string_equal(config->accounts[0].name, "default");
    assert_string_equal(config->accounts[0].smtp.host, "smtp.example.com");
    assert_int_equal(config->accounts[0].smtp.port, 587);
    assert_int_equal(config->accounts[0].smtp.tls, SMGW_TLS_STARTTLS);
    assert_false(config->accounts[0].imap.present);
    assert_int_equal(config->accounts[0].imap_requests_per_minute, 60);
    assert_int_equal(config->accounts[0].smtp_sends_per_hour, 100);
    assert_int_equal(config->recipient_policy, SMGW_RECIPIENTS_LISTED);
    assert_int_equal(config->recipient_domain_count, 0);
    assert_int_equal(config->audit.sink, SMGW_AUDIT_STDERR);
    assert_null(config->workspace);
    mgw_config_free(config);
}

static void every_account_variable_reaches_its_field(void **state)
{
    (void)state;
    const char *const by_password[ENTRIES] = { "EMAIL_IMAP_HOST=i.example.com", "EMAIL_IMAP_PORT=1143",
        "EMAIL_IMAP_TLS=starttls", "EMAIL_SMTP_HOST=s.example.com", "EMAIL_SMTP_PORT=1465", "EMAIL_SMTP_TLS=implicit",
        "EMAIL_USERNAME=ada", "EMAIL_PASSWORD= a=b ", "EMAIL_ADDRESS=ada@example.com", "EMAIL_DISPLAY_NAME=Ada L",
        "EMAIL_ACCOUNT_NAME=Work", "EMAIL_PROXY=socks5h://127.0.0.1:9050" };
    mgw_config *config = load(by_password);
    const mgw_account *account = &config->accounts[0];
    assert_string_equal(account->name, "work");
    assert_string_equal(account->imap.host, "i.example.com");
    assert_int_equal(account->imap.port, 1143);
    assert_int_equal(account->imap.tls, SMGW_TLS_STARTTLS);
    assert_string_equal(account->smtp.host, "s.example.com");
    assert_int_equal(account->smtp.port, 1465);
    assert_int_equal(account->smtp.tls, SMGW_TLS_IMPLICIT);
    assert_string_equal(account->username, "ada");
    assert_string_equal(account->address, "ada@example.com");
    assert_string_equal(account->display_name, "Ada L");
    assert_string_equal(account->proxy, "socks5h://127.0.0.1:9050");
    assert_int_equal(account->auth, SMGW_AUTH_PASSWORD);
    assert_string_equal(mgw_secret_str(&account->secret), " a=b ");
    mgw_config_free(config);

    const char *const rest[ENTRIES] = { "EMAIL_IMAP_HOST=i.example.com", "EMAIL_USERNAME=ada@example.com",
        "EMAIL_OAUTH2_TOKEN=tok==", "EMAIL_RATE_LIMITS__IMAP_REQUESTS_PER_MINUTE=7",
        "EMAIL_RATE_LIMITS__SMTP_SENDS_PER_HOUR=4294967295", "EMAIL_CA_FILE=/etc/ssl/certs/ca-certificates.crt",
        "EMAIL_WORKSPACE=/tmp/mail", "EMAIL_AUDIT_FILE=/tmp/audit.log" };
    config = load(rest);
    account = &config->accounts[0];
    assert_int_equal(account->auth, SMGW_AUTH_XOAUTH2);
    assert_string_equal(mgw_secret_str(&account->secret), "tok==");
    assert_int_equal(account->imap_requests_per_minute, 7);
    assert_int_equal(account->smtp_sends_per_hour, UINT32_MAX);
    assert_true(account->ca_pem.len > 0);
    assert_string_equal(config->workspace, "/tmp/mail");
    assert_int_equal(config->audit.sink, SMGW_AUDIT_FILE);
    assert_string_equal(config->audit.path, "/tmp/audit.log");
    mgw_config_free(config);
}

static void auth_method_follows_the_credential_or_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *entries[ENTRIES];
        smgw_auth auth;
    } good[] = {
        { { BASE }, SMGW_AUTH_PASSWORD },
        { { BASE, "EMAIL_AUTH_METHOD=password" }, SMGW_AUTH_PASSWORD },
        { { "EMAIL_SMTP_HOST=h", "EMAIL_USERNAME=a@b.com", "EMAIL_OAUTH2_TOKEN=t", "EMAIL_AUTH_METHOD=oauthbearer" },
            SMGW_AUTH_OAUTHBEARER },
        { { "EMAIL_SMTP_HOST=h", "EMAIL_USERNAME=a@b.com", "EMAIL_OAUTH2_TOKEN=t", "EMAIL_AUTH_METHOD=xoauth2" },
            SMGW_AUTH_XOAUTH2 },
    };
    static const struct {
        const char *entries[ENTRIES];
        const char *field;
    } bad[] = {
        { { BASE, "EMAIL_OAUTH2_TOKEN=t" }, "EMAIL_AUTH_METHOD" },
        { { BASE, "EMAIL_OAUTH2_TOKEN=t", "EMAIL_AUTH_METHOD=password" }, "EMAIL_OAUTH2_TOKEN" },
        { { BASE, "EMAIL_OAUTH2_TOKEN=t", "EMAIL_AUTH_METHOD=xoauth2" }, "EMAIL_PASSWORD" },
        { { BASE, "EMAIL_AUTH_METHOD=xoauth2" }, "EMAIL_PASSWORD" },
        { { BASE, "EMAIL_AUTH_METHOD=PLAIN" }, "EMAIL_AUTH_METHOD" },
        { { "EMAIL_SMTP_HOST=h", "EMAIL_USERNAME=a@b.com" }, "EMAIL_PASSWORD" },
        { { "EMAIL_SMTP_HOST=h", "EMAIL_USERNAME=a@b.com", "EMAIL_OAUTH2_TOKEN=t", "EMAIL_AUTH_METHOD=password" },
            "EMAIL_OAUTH2_TOKEN" },
    };
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        mgw_config *config = load(good[i].entries);
        assert_int_equal(config->accounts[0].auth, good[i].auth);
        mgw_config_free(config);
    }
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_refused(bad[i].entries, bad[i].field);
}

static void recipient_lists_are_trimmed_and_folded(void **state)
{
    (void)state;
    static const char *const spellings[][ENTRIES] = {
        { BASE, "EMAIL_RECIPIENT_DOMAINS= example.com , Other.ORG ", "EMAIL_RECIPIENT_ADDRESSES=\tBoss@X.com" },
        { BASE, "EMAIL_RECIPIENT_WHITELIST_DOMAINS=example.com,other.org",
            "EMAIL_RECIPIENT_WHITELIST_ADDRESSES=boss@x.com" },
        { BASE, "EMAIL_RECIPIENT_DOMAINS=example.com,other.org", "EMAIL_RECIPIENT_ADDRESSES=boss@x.com",
            "EMAIL_RECIPIENT_WHITELIST_DOMAINS=example.com,other.org", "EMAIL_RECIPIENT_WHITELIST_ADDRESSES=boss@x.com",
            "EMAIL_RECIPIENT_POLICY=listed" },
    };
    for (size_t i = 0; i < COUNT_OF(spellings); i++) {
        mgw_config *config = load(spellings[i]);
        assert_int_equal(config->recipient_domain_count, 2);
        assert_string_equal(config->recipient_domains[0], "example.com");
        assert_string_equal(config->recipient_domains[1], "other.org");
        assert_int_equal(config->recipient_address_count, 1);
        assert_string_equal(config->recipient_addresses[0], "boss@x.com");
        mgw_config_free(config);
    }
}

static void anybody_has_to_be_asked_for_alone(void **state)
{
    (void)state;
    const char *const any[ENTRIES] = { BASE, "EMAIL_RECIPIENT_POLICY=any" };
    mgw_config *config = load(any);
    assert_int_equal(config->recipient_policy, SMGW_RECIPIENTS_ANY);
    mgw_config_free(config);
    const char *const both[ENTRIES] = { BASE, "EMAIL_RECIPIENT_POLICY=any", "EMAIL_RECIPIENT_DOMAINS=a.com" };
    assert_refused(both, "EMAIL_RECIPIENT_POLICY");
    const char *const all[ENTRIES] = { BASE, "EMAIL_RECIPIENT_POLICY=all" };
    assert_refused(all, "EMAIL_RECIPIENT_POLICY");
}

static void a_policy_that_is_not_understood_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *entry;
        const char *field;
    } cases[] = {
        { "EMAIL_RECIPIENT_DOMAINS=", "EMAIL_RECIPIENT_DOMAINS" },
        { "EMAIL_RECIPIENT_DOMAINS= ", "EMAIL_RECIPIENT_DOMAINS" },
        { "EMAIL_RECIPIENT_DOMAINS= , ", "EMAIL_RECIPIENT_DOMAINS" },
        { "EMAIL_RECIPIENT_DOMAINS=a.com,,b.com", "EMAIL_RECIPIENT_DOMAINS" },
        { "EMAIL_RECIPIENT_DOMAINS=a.com,", "EMAIL_RECIPIENT_DOMAINS" },
        { "EMAIL_RECIPIENT_DOMAINS=,a.com", "EMAIL_RECIPIENT_DOMAINS" },
        { "EMAIL_RECIPIENT_DOMAINS=*", "EMAIL_RECIPIENT_DOMAINS[0]" },
        { "EMAIL_RECIPIENT_DOMAINS=a.com,@example.com", "EMAIL_RECIPIENT_DOMAINS[1]" },
        { "EMAIL_RECIPIENT_DOMAINS=.com", "EMAIL_RECIPIENT_DOMAINS[0]" },
        { "EMAIL_RECIPIENT_DOMAINS=example.com;evil.com", "EMAIL_RECIPIENT_DOMAINS[0]" },
        { "EMAIL_RECIPIENT_WHITELIST_DOMAINS=*", "EMAIL_RECIPIENT_WHITELIST_DOMAINS[0]" },
        { "EMAIL_RECIPIENT_ADDRESSES=Boss <b@x.com>", "EMAIL_RECIPIENT_ADDRESSES[0]" },
        { "EMAIL_RECIPIENT_ADDRESSES=", "EMAIL_RECIPIENT_ADDRESSES" },
        { "EMAIL_RECIPIENT_WHITELIST_ADDRESSES=", "EMAIL_RECIPIENT_WHITELIST_ADDRESSES" },
        { "EMAIL_RECIPIENT_DOMAIN=a.com", "EMAIL_RECIPIENT_DOMAIN" },
        { "EMAIL_RECIPIENTS=a.com", "EMAIL_RECIPIENTS" },
        { "EMAIL_RECIP=", "EMAIL_RECIP" },
        { "EMAIL_RECIPIENT_POLICY=", "EMAIL_RECIPIENT_POLICY" },
        { "EMAIL_RATE_LIMITS__SMTP_SENDS_PER_MINUTE=1", "EMAIL_RATE_LIMITS__SMTP_SENDS_PER_MINUTE" },
        { "EMAIL_RATE_LIMITS__SMTP_SENDS_PER_HOUR=0", "EMAIL_RATE_LIMITS__SMTP_SENDS_PER_HOUR" },
        { "EMAIL_RATE_LIMITS__SMTP_SENDS_PER_HOUR=4294967296", "EMAIL_RATE_LIMITS__SMTP_SENDS_PER_HOUR" },
        { "EMAIL_RATE_LIMITS__IMAP_REQUESTS_PER_MINUTE=-1", "EMAIL_RATE_LIMITS__IMAP_REQUESTS_PER_MINUTE" },
        { "EMAIL_RATE_LIMITS__IMAP_REQUESTS_PER_MINUTE=60 ", "EMAIL_RATE_LIMITS__IMAP_REQUESTS_PER_MINUTE" },
        { "EMAIL_AUDIT_PATH=/tmp/a", "EMAIL_AUDIT_PATH" },
        { "EMAIL_AUDIT_0123456789012345678901234567890123456789=x", "EMAIL_AUDIT_01234567890123456789012345678901234" },
        { "EMAIL_AUDIT_FILE=", "EMAIL_AUDIT_FILE" },
        { "EMAIL_WORKSPACE=", "EMAIL_WORKSPACE" },
        { "EMAIL_WORKSPACE=a\nb", "EMAIL_WORKSPACE" },
        { "EMAIL_SMTP_PORT=", "EMAIL_SMTP_PORT" },
        { "EMAIL_SMTP_PORT=0", "EMAIL_SMTP_PORT" },
        { "EMAIL_SMTP_PORT=65536", "EMAIL_SMTP_PORT" },
        { "EMAIL_SMTP_PORT=+25", "EMAIL_SMTP_PORT" },
        { "EMAIL_SMTP_PORT=0587", "EMAIL_SMTP_PORT" },
        { "EMAIL_RATE_LIMITS__SMTP_SENDS_PER_HOUR=0010", "EMAIL_RATE_LIMITS__SMTP_SENDS_PER_HOUR" },
        { "EMAIL_CAFILE=/tmp/ca.pem", "EMAIL_CAFILE" },
        { "EMAIL_CA=/tmp/ca.pem", "EMAIL_CA" },
        { "EMAIL_TLS=implicit", "EMAIL_TLS" },
        { "EMAIL_PROXY_URL=socks5h://127.0.0.1:9050", "EMAIL_PROXY_URL" },
        { "EMAIL_AUTH=xoauth2", "EMAIL_AUTH" },
        { "EMAIL_IMAP_SERVER=imap.example.com", "EMAIL_IMAP_SERVER" },
        { "EMAIL_SMTP_SSL=true", "EMAIL_SMTP_SSL" },
        { "EMAIL_PROXY=http://p.example.com:0080", "EMAIL_PROXY" },
        { "EMAIL_SMTP_TLS=none", "EMAIL_SMTP_TLS" },
        { "EMAIL_SMTP_TLS=", "EMAIL_SMTP_TLS" },
        { "EMAIL_IMAP_PORT=993", "EMAIL_IMAP_PORT" },
        { "EMAIL_IMAP_HOST=evil.com/#", "EMAIL_IMAP_HOST" },
        { "EMAIL_ADDRESS=nobody", "EMAIL_ADDRESS" },
        { "EMAIL_ACCOUNT_NAME=a b", "EMAIL_ACCOUNT_NAME" },
        { "EMAIL_DISPLAY_NAME=a\nb", "EMAIL_DISPLAY_NAME" },
        { "EMAIL_CA_FILE=/nonexistent", "EMAIL_CA_FILE" },
        { "EMAIL_PROXY=http://user:pw@p.example.com:1", "EMAIL_PROXY" },
        { "EMAIL_USERNAME=again", "EMAIL_USERNAME" },
        { "EMAIL_ACCOUNTS_JSON=[]", "EMAIL_SMTP_HOST" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *const entries[ENTRIES] = { BASE, cases[i].entry };
        assert_refused(entries, cases[i].field);
    }
    const char *const conflict[ENTRIES] = { BASE, "EMAIL_RECIPIENT_DOMAINS=a.com",
        "EMAIL_RECIPIENT_WHITELIST_DOMAINS=b.com" };
    assert_refused(conflict, "EMAIL_RECIPIENT_WHITELIST_DOMAINS");
    const char *const nothing[ENTRIES] = { NULL };
    assert_refused(nothing, "EMAIL_IMAP_HOST");
}

static void lists_are_capped_and_may_be_long(void **state)
{
    (void)state;
    static const char name[] = "EMAIL_RECIPIENT_DOMAINS=";
    const size_t items = 2 * 1024 * 1024 / 4;
    char *entry = mgw_calloc(sizeof name + 4 * items, 1);
    assert_non_null(entry);
    memcpy(entry, name, sizeof name - 1);
    for (size_t i = 0; i < items; i++)
        memcpy(entry + sizeof name - 1 + 4 * i, "a.b,", 4);
    const char *const entries[ENTRIES] = { BASE, entry };
    assert_refused(entries, "EMAIL_RECIPIENT_DOMAINS");
    entry[sizeof name - 1 + 1024 * 1024 - 1] = '\0';
    mgw_config *config = NULL;
    smgw_error error = SMGW_ERROR_INIT;
    assert_int_equal(read_from(&config, entries, &error), SMGW_OK);
    assert_int_equal(config->recipient_domain_count, 262144);
    assert_string_equal(config->recipient_domains[262143], "a.b");
    mgw_config_free(config);
    mgw_free(entry);
}

static void accounts_may_come_as_json(void **state)
{
    (void)state;
    const char json[] = "EMAIL_ACCOUNTS_JSON="
                        "[{\"name\":\"a\",\"imap_host\":\"h\",\"username\":\"a@b.com\",\"password\":\"p\"},"
                        "{\"name\":\"b\",\"imap_host\":\"h\",\"username\":\"a@b.com\",\"password\":\"q\"}]";
    const char *const entries[ENTRIES] = { "EMAIL_WORKSPACE=/tmp/mail", json, "EMAIL_RECIPIENT_DOMAINS=a.com" };
    mgw_config *config = load(entries);
    assert_int_equal(config->account_count, 2);
    assert_string_equal(mgw_secret_str(&mgw_config_account(config, MGW_LIT("b"))->secret), "q");
    assert_string_equal(config->workspace, "/tmp/mail");
    assert_int_equal(config->recipient_domain_count, 1);
    mgw_config_free(config);
    static const struct {
        const char *entries[ENTRIES];
        const char *field;
    } bad[] = {
        { { "EMAIL_ACCOUNTS_JSON=" }, "EMAIL_ACCOUNTS_JSON" },
        { { "EMAIL_ACCOUNTS_JSON=[]" }, "accounts" },
        { { "EMAIL_ACCOUNTS_JSON={\"name\":\"a\"}" }, "accounts[0].imap_host" },
        { { "EMAIL_ACCOUNTS_JSON={}", "EMAIL_RATE_LIMITS__SMTP_SENDS_PER_HOUR=1" },
            "EMAIL_RATE_LIMITS__SMTP_SENDS_PER_HOUR" },
        { { "EMAIL_ACCOUNTS_JSON={}", "EMAIL_PASSWORD=x" }, "EMAIL_PASSWORD" },
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_refused(bad[i].entries, bad[i].field);
}

static void no_error_repeats_a_secret(void **state)
{
    (void)state;
    static const char *const cases[][ENTRIES] = {
        { "EMAIL_SMTP_HOST=h", "EMAIL_USERNAME=a@b.com", "EMAIL_PASSWORD=canary\n" },
        { "EMAIL_SMTP_HOST=h", "EMAIL_USERNAME=a@b.com", "EMAIL_OAUTH2_TOKEN=canary!" },
        { "EMAIL_PASSWORD=canary", "EMAIL_PASSWORD=canary" },
        { "EMAIL_ACCOUNTS_JSON=[canary]" },
        { BASE, "EMAIL_PROXY=http://u:canary@h:1" },
        { BASE, "EMAIL_RECIPIENT_X=canary" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        mgw_config *config = NULL;
        smgw_error error = SMGW_ERROR_INIT;
        assert_int_equal(read_from(&config, cases[i], &error), SMGW_ERR_CONFIG);
        assert_null(strstr(error.message, "canary"));
    }
}

static void the_process_environment_is_read(void **state)
{
    (void)state;
    assert_int_equal(setenv("EMAIL_SMTP_HOST", "smtp.example.com", 1), 0);
    assert_int_equal(setenv("EMAIL_USERNAME", "ada@example.com", 1), 0);
    assert_int_equal(setenv("EMAIL_PASSWORD", "pw", 1), 0);
    mgw_config *config = NULL;
    assert_int_equal(mgw_config_from_env(&config, NULL), SMGW_OK);
    assert_int_equal(setenv("EMAIL_SMTP_HOST", "evil.example.com", 1), 0);
    assert_string_equal(config->accounts[0].smtp.host, "smtp.example.com");
    mgw_config_free(config);
}

static void failed_allocations_leave_nothing(void **state)
{
    (void)state;
    static const char *const cases[][ENTRIES] = {
        { BASE, "EMAIL_RECIPIENT_DOMAINS=a.com,b.com" },
        { "EMAIL_ACCOUNTS_JSON={\"name\":\"a\",\"imap_host\":\"h\",\"username\":\"a@b.com\",\"password\":\"p\"}" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        mgw_config *config = NULL;
        unsigned long n = 1;
        for (;; n++) {
            smgw_error error = SMGW_ERROR_INIT;
            failing_alloc_start(n);
            smgw_status status = read_from(&config, cases[i], &error);
            if (!failing_alloc_stop()) {
                assert_int_equal(status, SMGW_OK);
                break;
            }
            assert_int_equal(status, SMGW_ERR_NO_MEMORY);
            assert_int_equal(error.status, SMGW_ERR_NO_MEMORY);
            assert_null(config);
        }
        assert_true(n > 2);
        mgw_config_free(config);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(smallest_environment_has_strict_defaults),
        cmocka_unit_test(every_account_variable_reaches_its_field),
        cmocka_unit_test(auth_method_follows_the_credential_or_is_named),
        cmocka_unit_test(recipient_lists_are_trimmed_and_folded),
        cmocka_unit_test(anybody_has_to_be_asked_for_alone),
        cmocka_unit_test(a_policy_that_is_not_understood_is_refused),
        cmocka_unit_test(lists_are_capped_and_may_be_long),
        cmocka_unit_test(accounts_may_come_as_json),
        cmocka_unit_test(no_error_repeats_a_secret),
        cmocka_unit_test(the_process_environment_is_read),
        cmocka_unit_test(failed_allocations_leave_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
