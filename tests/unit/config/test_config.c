/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "base/alloc.h"
#include "config/config.h"
#include "support/failing_alloc.h"

#include <string.h>

static smgw_account usable(const char *name)
{
    smgw_account account = SMGW_ACCOUNT_INIT;
    account.name = name;
    account.smtp_host = "smtp.example.com";
    account.username = "ada@example.com";
    account.password = "correct horse";
    return account;
}

static smgw_gateway_options with(const smgw_account *accounts, size_t count)
{
    smgw_gateway_options options = SMGW_GATEWAY_OPTIONS_INIT;
    options.accounts = accounts;
    options.account_count = count;
    return options;
}

static void assert_refused(const smgw_gateway_options *options, const char *field)
{
    mgw_config *config = (mgw_config *)1;
    smgw_error error = SMGW_ERROR_INIT;
    assert_int_equal(mgw_config_new(&config, options, &error), SMGW_ERR_CONFIG);
    assert_null(config);
    assert_string_equal(error.field, field);
    assert_int_equal(mgw_config_new(&config, options, NULL), SMGW_ERR_CONFIG);
}

static void init_function_and_macro_agree(void **state)
{
    (void)state;
    const smgw_gateway_options by_macro = SMGW_GATEWAY_OPTIONS_INIT;
    smgw_gateway_options by_function;
    memset(&by_function, 0xff, sizeof by_function);
    smgw_gateway_options_init(&by_function);
    assert_int_equal(by_function.struct_size, by_macro.struct_size);
    assert_int_equal(by_function.max_message_size, by_macro.max_message_size);
    assert_int_equal(by_function.max_recipients, 100);
    assert_null(by_function.workspace);
    assert_int_equal(by_function.audit.struct_size, sizeof(smgw_audit_options));
    assert_int_equal(by_function.audit.on_failure, SMGW_AUDIT_REFUSE);
}

static void defaults_are_the_strict_ones(void **state)
{
    (void)state;
    const smgw_account account = usable("a");
    const smgw_gateway_options options = with(&account, 1);
    mgw_config *config = NULL;
    assert_int_equal(mgw_config_new(&config, &options, NULL), SMGW_OK);
    assert_int_equal(config->recipient_policy, SMGW_RECIPIENTS_LISTED);
    assert_int_equal(config->recipient_domain_count, 0);
    assert_int_equal(config->recipient_address_count, 0);
    assert_null(config->workspace);
    assert_int_equal(config->audit.sink, SMGW_AUDIT_STDERR);
    assert_int_equal(config->audit.on_failure, SMGW_AUDIT_REFUSE);
    assert_int_equal(config->max_attachment_size, 524288000);
    assert_int_equal(config->secrets_locked, mgw_secret_is_locked(&config->accounts[0].secret));
    mgw_config_free(config);
    mgw_config_free(NULL);
}

static void lists_and_paths_are_folded_copies(void **state)
{
    (void)state;
    char domain[] = "Example.COM";
    char address[] = "Boss@Other.org";
    char workspace[] = "/tmp/mail";
    char audit[] = "/tmp/audit.log";
    const char *domains[] = { domain, "b.example" };
    const char *addresses[] = { address };
    const smgw_account account = usable("a");
    smgw_gateway_options options = with(&account, 1);
    options.recipient_domains = domains;
    options.recipient_domain_count = 2;
    options.recipient_addresses = addresses;
    options.recipient_address_count = 1;
    options.workspace = workspace;
    options.audit.sink = SMGW_AUDIT_FILE;
    options.audit.path = audit;
    mgw_config *config = NULL;
    assert_int_equal(mgw_config_new(&config, &options, NULL), SMGW_OK);
    domain[0] = address[0] = workspace[0] = audit[0] = 'x';
    domains[1] = NULL;
    assert_int_equal(config->recipient_domain_count, 2);
    assert_string_equal(config->recipient_domains[0], "example.com");
    assert_string_equal(config->recipient_domains[1], "b.example");
    assert_string_equal(config->recipient_addresses[0], "boss@other.org");
    assert_string_equal(config->workspace, "/tmp/mail");
    assert_string_equal(config->audit.path, "/tmp/audit.log");
    mgw_config_free(config);
}

static void account_names_are_unique_after_folding(void **state)
{
    (void)state;
    const smgw_account accounts[] = { usable("work"), usable("home"), usable("WORK") };
    smgw_gateway_options options = with(accounts, 3);
    mgw_config *config = NULL;
    smgw_error error = SMGW_ERROR_INIT;
    assert_refused(&options, "accounts[2].name");
    assert_int_equal(mgw_config_new(&config, &options, &error), SMGW_ERR_CONFIG);
    assert_int_equal(error.rule, SMGW_RULE_RESERVED);
    assert_string_equal(error.message, "accounts[2].name: another account has the same name");
    options.account_count = 2;
    assert_int_equal(mgw_config_new(&config, &options, NULL), SMGW_OK);
    assert_ptr_equal(mgw_config_account(config, MGW_LIT("Home")), &config->accounts[1]);
    mgw_config_free(config);
}

static void the_failing_account_is_named(void **state)
{
    (void)state;
    smgw_account accounts[] = { usable("a"), usable("b") };
    accounts[1].smtp_host = "b.com@evil.com";
    const smgw_gateway_options options = with(accounts, 2);
    assert_refused(&options, "accounts[1].smtp_host");
}

static void counts_have_limits(void **state)
{
    (void)state;
    const smgw_account account = usable("a");
    smgw_gateway_options options = with(&account, 0);
    assert_refused(&options, "accounts");
    options = with(NULL, 1);
    assert_refused(&options, "accounts");
    options = with(&account, MGW_CONFIG_MAX_ACCOUNTS + 1);
    assert_refused(&options, "accounts");
    options = with(&account, SIZE_MAX);
    assert_refused(&options, "accounts");

    const char *const none[] = { NULL };
    options = with(&account, 1);
    options.recipient_domain_count = 1;
    assert_refused(&options, "recipient_domains");
    options.recipient_domains = none;
    assert_refused(&options, "recipient_domains[0]");
    options.recipient_domain_count = MGW_CONFIG_MAX_RECIPIENT_ENTRIES + 1;
    assert_refused(&options, "recipient_domains");
    options.recipient_domain_count = 1;
    options.recipient_address_count = MGW_CONFIG_MAX_RECIPIENT_ENTRIES;
    assert_refused(&options, "recipient_addresses");
    options.recipient_address_count = SIZE_MAX;
    assert_refused(&options, "recipient_addresses");
}

static void a_thousand_accounts_load(void **state)
{
    (void)state;
    static smgw_account accounts[MGW_CONFIG_MAX_ACCOUNTS];
    static char names[MGW_CONFIG_MAX_ACCOUNTS][4];
    for (size_t i = 0; i < MGW_CONFIG_MAX_ACCOUNTS; i++) {
        names[i][0] = (char)('0' + i / 100);
        names[i][1] = (char)('0' + i / 10 % 10);
        names[i][2] = (char)('0' + i % 10);
        accounts[i] = usable(names[i]);
    }
    const smgw_gateway_options options = with(accounts, MGW_CONFIG_MAX_ACCOUNTS);
    mgw_config *config = NULL;
    assert_int_equal(mgw_config_new(&config, &options, NULL), SMGW_OK);
    assert_string_equal(mgw_config_account(config, MGW_LIT("999"))->name, "999");
    mgw_config_free(config);
}

static void recipients_are_bare_domains_and_addresses(void **state)
{
    (void)state;
    static const char *const domains[] = { "", "*", "*.example.com", "@example.com", ".com", "example.com.", "com",
        "example.com;evil.com", "exa mple.com", " example.com", "b@example.com", "example..com", "[127.0.0.1]",
        "example.com\n", "\xc3\xa9.com" };
    static const char *const addresses[] = { "", "Boss <b@x.com>", "b@", "@x.com", "b", "b@x.com,c@x.com", "b@x.com " };
    const smgw_account account = usable("a");
    for (size_t i = 0; i < COUNT_OF(domains); i++) {
        smgw_gateway_options options = with(&account, 1);
        options.recipient_domains = &domains[i];
        options.recipient_domain_count = 1;
        assert_refused(&options, "recipient_domains[0]");
    }
    for (size_t i = 0; i < COUNT_OF(addresses); i++) {
        smgw_gateway_options options = with(&account, 1);
        options.recipient_addresses = &addresses[i];
        options.recipient_address_count = 1;
        assert_refused(&options, "recipient_addresses[0]");
    }
}

static void anybody_goes_with_no_list(void **state)
{
    (void)state;
    const char *const domains[] = { "example.com" };
    const char *const addresses[] = { "b@example.com" };
    const smgw_account account = usable("a");
    smgw_gateway_options options = with(&account, 1);
    options.recipient_policy = SMGW_RECIPIENTS_ANY;
    mgw_config *config = NULL;
    assert_int_equal(mgw_config_new(&config, &options, NULL), SMGW_OK);
    assert_int_equal(config->recipient_policy, SMGW_RECIPIENTS_ANY);
    mgw_config_free(config);
    options.recipient_domains = domains;
    options.recipient_domain_count = 1;
    assert_refused(&options, "recipient_policy");
    options.recipient_domain_count = 0;
    options.recipient_addresses = addresses;
    options.recipient_address_count = 1;
    assert_refused(&options, "recipient_policy");
    options = with(&account, 1);
    options.recipient_policy = (smgw_recipient_policy)2;
    assert_refused(&options, "recipient_policy");
}

static void limits_are_at_least_one(void **state)
{
    (void)state;
    const smgw_account account = usable("a");
    smgw_gateway_options options = with(&account, 1);
    options.max_message_size = 0;
    assert_refused(&options, "max_message_size");
    options = with(&account, 1);
    options.max_attachment_size = 0;
    assert_refused(&options, "max_attachment_size");
    options = with(&account, 1);
    options.max_workspace_bytes = (uint64_t)INT64_MAX + 1;
    assert_refused(&options, "max_workspace_bytes");
    options = with(&account, 1);
    options.max_recipients = 0;
    assert_refused(&options, "max_recipients");
    options.max_recipients = 10001;
    assert_refused(&options, "max_recipients");
}

static bool take_record(void *context, const char *record, size_t len)
{
    (void)context;
    (void)record;
    return len > 0;
}

static void audit_sinks_come_with_what_they_need(void **state)
{
    (void)state;
    const smgw_account account = usable("a");
    smgw_gateway_options options = with(&account, 1);
    options.audit.sink = SMGW_AUDIT_FILE;
    assert_refused(&options, "audit.path");
    options.audit.path = "";
    assert_refused(&options, "audit.path");
    options.audit.path = "/tmp/audit.log";
    options.audit.sink = SMGW_AUDIT_STDERR;
    assert_refused(&options, "audit.path");
    options = with(&account, 1);
    options.audit.sink = SMGW_AUDIT_CALLBACK;
    assert_refused(&options, "audit.callback");
    options.audit.callback = take_record;
    mgw_config *config = NULL;
    assert_int_equal(mgw_config_new(&config, &options, NULL), SMGW_OK);
    assert_ptr_equal(config->audit.callback, take_record);
    mgw_config_free(config);
    options.audit.sink = SMGW_AUDIT_NONE;
    assert_refused(&options, "audit.callback");
    options = with(&account, 1);
    options.audit.sink = (smgw_audit_sink)4;
    assert_refused(&options, "audit.sink");
    options = with(&account, 1);
    options.audit.on_failure = (smgw_audit_failure)2;
    assert_refused(&options, "audit.on_failure");
    options = with(&account, 1);
    options.workspace = "";
    assert_refused(&options, "workspace");
}

static void struct_sizes_tell_the_version(void **state)
{
    (void)state;
    smgw_account account = usable("a");
    smgw_gateway_options options = with(&account, 1);
    const size_t bad[] = { 0, 1, sizeof(size_t), sizeof options - 1, sizeof options + 8, SIZE_MAX, SIZE_MAX - 7 };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        options.struct_size = bad[i];
        assert_refused(&options, "struct_size");
    }
    options = with(&account, 1);
    options.audit.struct_size = sizeof options.audit + 8;
    assert_refused(&options, "audit.struct_size");
    options = with(&account, 1);
    account.struct_size = 0;
    assert_refused(&options, "accounts[0].struct_size");
    account.struct_size = sizeof account + 8;
    assert_refused(&options, "accounts[0].struct_size");
    smgw_account mixed[] = { usable("a"), usable("b") };
    mixed[1].struct_size -= 8;
    options = with(mixed, 2);
    assert_refused(&options, "accounts[1].struct_size");
}

/* What an application sends that was compiled before the last fields were there. */
static void an_older_struct_gets_the_defaults_of_what_it_lacks(void **state)
{
    (void)state;
    const size_t account_size = offsetof(smgw_account, ca_file);
    const size_t options_size = offsetof(smgw_gateway_options, workspace);
    smgw_account accounts[2] = { usable("a"), usable("b") };
    unsigned char *packed = mgw_calloc(2, account_size);
    assert_non_null(packed);
    for (size_t i = 0; i < 2; i++) {
        accounts[i].struct_size = account_size;
        memcpy(packed + i * account_size, &accounts[i], account_size);
    }
    smgw_gateway_options whole = with((const smgw_account *)(void *)packed, 2);
    whole.struct_size = options_size;
    smgw_gateway_options *options = mgw_calloc(1, options_size);
    assert_non_null(options);
    memcpy(options, &whole, options_size);
    mgw_config *config = NULL;
    assert_int_equal(mgw_config_new(&config, options, NULL), SMGW_OK);
    assert_int_equal(config->account_count, 2);
    assert_string_equal(config->accounts[1].name, "b");
    assert_null(config->accounts[1].ca_pem.data);
    assert_int_equal(config->accounts[1].imap_requests_per_minute, 60);
    assert_int_equal(config->max_recipients, 100);
    assert_int_equal(config->audit.struct_size, sizeof(smgw_audit_options));
    mgw_config_free(config);
    mgw_free(options);
    mgw_free(packed);
}

static void failed_allocations_leave_nothing(void **state)
{
    (void)state;
    const char *const domains[] = { "example.com" };
    const smgw_account accounts[] = { usable("a"), usable("b") };
    smgw_gateway_options options = with(accounts, 2);
    options.recipient_domains = domains;
    options.recipient_domain_count = 1;
    mgw_config *config = NULL;
    unsigned long n = 1;
    for (;; n++) {
        smgw_error error = SMGW_ERROR_INIT;
        failing_alloc_start(n);
        smgw_status status = mgw_config_new(&config, &options, &error);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(init_function_and_macro_agree),
        cmocka_unit_test(defaults_are_the_strict_ones),
        cmocka_unit_test(lists_and_paths_are_folded_copies),
        cmocka_unit_test(account_names_are_unique_after_folding),
        cmocka_unit_test(the_failing_account_is_named),
        cmocka_unit_test(counts_have_limits),
        cmocka_unit_test(a_thousand_accounts_load),
        cmocka_unit_test(recipients_are_bare_domains_and_addresses),
        cmocka_unit_test(anybody_goes_with_no_list),
        cmocka_unit_test(limits_are_at_least_one),
        cmocka_unit_test(audit_sinks_come_with_what_they_need),
        cmocka_unit_test(struct_sizes_tell_the_version),
        cmocka_unit_test(an_older_struct_gets_the_defaults_of_what_it_lacks),
        cmocka_unit_test(failed_allocations_leave_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
