/* SPDX-License-Identifier: MIT */
/* src/config/account.c and the rules of src/config/check.c. */
#include "support/test.h"

#include "base/alloc.h"
#include "config/check.h"
#include "config/config.h"
#include "support/failing_alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static smgw_account usable(void)
{
    smgw_account account = SMGW_ACCOUNT_INIT;
    account.name = "Work";
    account.imap_host = "imap.example.com";
    account.smtp_host = "smtp.example.com";
    account.username = "ada@example.com";
    account.password = "correct horse";
    return account;
}

static smgw_status load(mgw_config **config, const smgw_account *account, smgw_error *error)
{
    smgw_gateway_options options = SMGW_GATEWAY_OPTIONS_INIT;
    options.accounts = account;
    options.account_count = 1;
    return mgw_config_new(config, &options, error);
}

static void assert_refused(const smgw_account *account, const char *field, smgw_rule rule)
{
    mgw_config *config = (mgw_config *)1;
    smgw_error error = SMGW_ERROR_INIT;
    assert_int_equal(load(&config, account, &error), SMGW_ERR_CONFIG);
    assert_null(config);
    assert_string_equal(error.field, field);
    assert_int_equal(error.rule, rule);
    assert_memory_equal(error.message, field, strlen(field));
    assert_int_equal(load(&config, account, NULL), SMGW_ERR_CONFIG);
}

static void assert_loads(const smgw_account *account)
{
    mgw_config *config = NULL;
    smgw_error error = SMGW_ERROR_INIT;
    if (load(&config, account, &error) != SMGW_OK)
        fail_msg("%s", error.message);
    mgw_config_free(config);
}

static char *repeat(char c, size_t count)
{
    char *text = mgw_calloc(count + 1, 1);
    assert_non_null(text);
    memset(text, c, count);
    return text;
}

static void init_function_and_macro_agree(void **state)
{
    (void)state;
    const smgw_account by_macro = SMGW_ACCOUNT_INIT;
    smgw_account by_function;
    memset(&by_function, 0xff, sizeof by_function);
    smgw_account_init(&by_function);
    assert_int_equal(by_function.struct_size, by_macro.struct_size);
    assert_null(by_function.oauth2_token);
    assert_int_equal(by_function.auth, SMGW_AUTH_PASSWORD);
    assert_int_equal(by_function.imap_requests_per_minute, 60);
    assert_int_equal(by_function.smtp_sends_per_hour, 100);
}

static void everything_is_copied(void **state)
{
    (void)state;
    char name[] = "Work";
    char imap[] = "imap.example.com";
    char user[] = "Ada@example.com";
    char password[] = "s3cret";
    smgw_account account = SMGW_ACCOUNT_INIT;
    account.name = name;
    account.imap_host = imap;
    account.username = user;
    account.password = password;
    account.display_name = "Ada \xc3\x89";
    account.proxy = "socks5h://127.0.0.1:1080";
    account.imap_requests_per_minute = 7;
    mgw_config *config = NULL;
    assert_int_equal(load(&config, &account, NULL), SMGW_OK);
    memset(name, 'x', sizeof name - 1);
    memset(imap, 'x', sizeof imap - 1);
    memset(user, 'x', sizeof user - 1);
    memset(password, 'x', sizeof password - 1);
    const mgw_account *loaded = mgw_config_account(config, MGW_LIT("WORK"));
    assert_non_null(loaded);
    assert_string_equal(loaded->name, "work");
    assert_string_equal(loaded->imap.host, "imap.example.com");
    assert_string_equal(loaded->username, "Ada@example.com");
    assert_string_equal(loaded->address, "Ada@example.com");
    assert_string_equal(loaded->display_name, "Ada \xc3\x89");
    assert_string_equal(loaded->proxy, "socks5h://127.0.0.1:1080");
    assert_string_equal(mgw_secret_str(&loaded->secret), "s3cret");
    assert_int_equal(loaded->imap_requests_per_minute, 7);
    assert_int_equal(loaded->smtp_sends_per_hour, 100);
    assert_false(loaded->smtp.present);
    assert_null(loaded->smtp.host);
    assert_null(mgw_config_account(config, MGW_LIT("wor")));
    assert_null(mgw_config_account(config, MGW_LIT("work\0")));
    mgw_config_free(config);
}

static void ports_and_tls_are_resolved(void **state)
{
    (void)state;
    static const struct {
        bool imap;
        uint16_t port;
        smgw_tls tls;
        uint16_t expected_port;
        smgw_tls expected_tls;
    } cases[] = {
        { true, 0, SMGW_TLS_AUTO, 993, SMGW_TLS_IMPLICIT },
        { true, 143, SMGW_TLS_AUTO, 143, SMGW_TLS_STARTTLS },
        { true, 993, SMGW_TLS_AUTO, 993, SMGW_TLS_IMPLICIT },
        { true, 1993, SMGW_TLS_AUTO, 1993, SMGW_TLS_IMPLICIT },
        { true, 0, SMGW_TLS_STARTTLS, 143, SMGW_TLS_STARTTLS },
        { true, 0, SMGW_TLS_IMPLICIT, 993, SMGW_TLS_IMPLICIT },
        { true, 143, SMGW_TLS_IMPLICIT, 143, SMGW_TLS_IMPLICIT },
        { true, 993, SMGW_TLS_STARTTLS, 993, SMGW_TLS_STARTTLS },
        { false, 0, SMGW_TLS_AUTO, 587, SMGW_TLS_STARTTLS },
        { false, 465, SMGW_TLS_AUTO, 465, SMGW_TLS_IMPLICIT },
        { false, 25, SMGW_TLS_AUTO, 25, SMGW_TLS_STARTTLS },
        { false, 65535, SMGW_TLS_AUTO, 65535, SMGW_TLS_STARTTLS },
        { false, 0, SMGW_TLS_IMPLICIT, 465, SMGW_TLS_IMPLICIT },
        { false, 0, SMGW_TLS_STARTTLS, 587, SMGW_TLS_STARTTLS },
        { false, 465, SMGW_TLS_STARTTLS, 465, SMGW_TLS_STARTTLS },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        smgw_account account = usable();
        *(cases[i].imap ? &account.imap_port : &account.smtp_port) = cases[i].port;
        *(cases[i].imap ? &account.imap_tls : &account.smtp_tls) = cases[i].tls;
        mgw_config *config = NULL;
        assert_int_equal(load(&config, &account, NULL), SMGW_OK);
        const mgw_endpoint *endpoint = cases[i].imap ? &config->accounts[0].imap : &config->accounts[0].smtp;
        assert_true(endpoint->present);
        assert_int_equal(endpoint->port, cases[i].expected_port);
        assert_int_equal(endpoint->tls, cases[i].expected_tls);
        mgw_config_free(config);
    }
}

/* One text field, set to something that breaks a rule. */
static void bad_texts_name_their_field_and_rule(void **state)
{
    (void)state;
    char *long_name = repeat('a', 65);
    char *long_display = repeat('a', 256);
    char *long_user = repeat('u', MGW_CONFIG_MAX_USERNAME + 1);
    char *long_password = repeat('p', MGW_CONFIG_MAX_PASSWORD + 1);
    char *long_host = repeat('a', 256);
    const struct {
        size_t offset;
        const char *field;
        const char *value;
        smgw_rule rule;
    } cases[] = {
#define CASE(name, value, rule) { offsetof(smgw_account, name), "accounts[0]." #name, value, rule }
        CASE(name, NULL, SMGW_RULE_EMPTY),
        CASE(name, "", SMGW_RULE_EMPTY),
        CASE(name, long_name, SMGW_RULE_TOO_LONG),
        CASE(name, "two words", SMGW_RULE_CHARACTER),
        CASE(name, "a/b", SMGW_RULE_CHARACTER),
        CASE(name, "\xc3\xa9", SMGW_RULE_CHARACTER),
        CASE(address, "", SMGW_RULE_EMPTY),
        CASE(display_name, "", SMGW_RULE_EMPTY),
        CASE(display_name, "Ada\r\nBcc: eve@evil.com", SMGW_RULE_LINE_BREAK),
        CASE(display_name, "Ada\xe2\x80\xa8", SMGW_RULE_LINE_BREAK),
        CASE(display_name, "Ada\tL", SMGW_RULE_CONTROL),
        CASE(display_name, "Ada\x7f", SMGW_RULE_CONTROL),
        CASE(display_name, "\xff", SMGW_RULE_UTF8),
        CASE(display_name, long_display, SMGW_RULE_TOO_LONG),
        CASE(username, NULL, SMGW_RULE_EMPTY),
        CASE(username, "", SMGW_RULE_EMPTY),
        CASE(username, "ada\r\nA1 NOOP", SMGW_RULE_LINE_BREAK),
        CASE(username, "ada\001", SMGW_RULE_CONTROL),
        CASE(username, "\xc3", SMGW_RULE_UTF8),
        CASE(username, long_user, SMGW_RULE_TOO_LONG),
        CASE(password, NULL, SMGW_RULE_EMPTY),
        CASE(password, "", SMGW_RULE_EMPTY),
        CASE(password, "p\r\nA9 DELETE INBOX", SMGW_RULE_LINE_BREAK),
        CASE(password, "p\x7f", SMGW_RULE_CONTROL),
        CASE(password, long_password, SMGW_RULE_TOO_LONG),
        CASE(imap_host, "", SMGW_RULE_EMPTY),
        CASE(ca_file, "", SMGW_RULE_EMPTY),
        CASE(ca_file, "a\nb", SMGW_RULE_LINE_BREAK),
        CASE(ca_file, "/nonexistent/ca.pem", SMGW_RULE_OK),
        CASE(ca_file, "/", SMGW_RULE_OK),
        CASE(ca_file, "/dev/null", SMGW_RULE_OK),
        CASE(proxy, "", SMGW_RULE_EMPTY),
#undef CASE
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        smgw_account account = usable();
        /* So that it is the user name itself that is refused. */
        account.address = "ada@example.com";
        memcpy((unsigned char *)&account + cases[i].offset, &cases[i].value, sizeof cases[i].value);
        assert_refused(&account, cases[i].field, cases[i].rule);
    }
    /* The longest that are good. */
    smgw_account account = usable();
    account.address = "ada@example.com";
    long_name[64] = '\0';
    long_user[MGW_CONFIG_MAX_USERNAME] = '\0';
    long_password[MGW_CONFIG_MAX_PASSWORD] = '\0';
    long_display[255] = '\0';
    account.name = long_name;
    account.username = long_user;
    account.password = long_password;
    account.display_name = long_display;
    assert_loads(&account);
    mgw_free(long_name);
    mgw_free(long_display);
    mgw_free(long_user);
    mgw_free(long_password);
    mgw_free(long_host);
}

static void hosts_that_are_more_than_a_host_are_refused(void **state)
{
    (void)state;
    char *long_host = repeat('a', 256);
    const char *const hosts[] = { "", "mail.example.com\r\nX", "mail.example.com@evil.com", "evil.com/#",
        "imaps://a.com", "a.com:993", "a b", "[::1]", long_host };
    for (size_t i = 0; i < COUNT_OF(hosts); i++) {
        for (int imap = 0; imap < 2; imap++) {
            smgw_account account = usable();
            *(imap ? &account.imap_host : &account.smtp_host) = hosts[i];
            mgw_config *config = NULL;
            smgw_error error = SMGW_ERROR_INIT;
            assert_int_equal(load(&config, &account, &error), SMGW_ERR_CONFIG);
            assert_string_equal(error.field, imap ? "accounts[0].imap_host" : "accounts[0].smtp_host");
            assert_int_not_equal(error.rule, SMGW_RULE_OK);
        }
    }
    mgw_free(long_host);
    smgw_account account = usable();
    account.imap_host = "::1";
    account.smtp_host = "127.0.0.1";
    assert_loads(&account);
}

static void a_host_is_needed_and_a_port_needs_one(void **state)
{
    (void)state;
    smgw_account account = usable();
    account.imap_host = NULL;
    assert_loads(&account);
    account.imap_port = 993;
    assert_refused(&account, "accounts[0].imap_port", SMGW_RULE_OK);
    account.imap_port = 0;
    account.imap_tls = SMGW_TLS_IMPLICIT;
    assert_refused(&account, "accounts[0].imap_tls", SMGW_RULE_OK);
    account.imap_tls = SMGW_TLS_AUTO;
    account.smtp_host = NULL;
    assert_refused(&account, "accounts[0].imap_host", SMGW_RULE_EMPTY);
}

static void numbers_out_of_range_are_refused(void **state)
{
    (void)state;
    smgw_account account = usable();
    account.imap_requests_per_minute = 0;
    assert_refused(&account, "accounts[0].imap_requests_per_minute", SMGW_RULE_RANGE);
    account = usable();
    account.smtp_sends_per_hour = 0;
    assert_refused(&account, "accounts[0].smtp_sends_per_hour", SMGW_RULE_RANGE);
    account = usable();
    account.smtp_tls = (smgw_tls)3;
    assert_refused(&account, "accounts[0].smtp_tls", SMGW_RULE_RANGE);
    account = usable();
    account.auth = (smgw_auth)3;
    assert_refused(&account, "accounts[0].auth", SMGW_RULE_RANGE);
}

static void sender_address_is_a_mailbox(void **state)
{
    (void)state;
    smgw_account account = usable();
    account.username = "ada";
    mgw_config *config = NULL;
    smgw_error error = SMGW_ERROR_INIT;
    assert_int_equal(load(&config, &account, &error), SMGW_ERR_CONFIG);
    assert_string_equal(error.field, "accounts[0].address");
    account.address = "ada@example.com";
    assert_loads(&account);
    account.address = "ada@example.com>\r\nRCPT TO:<e@x.com";
    assert_int_equal(load(&config, &account, &error), SMGW_ERR_CONFIG);
    assert_string_equal(error.field, "accounts[0].address");
}

static void only_the_credential_of_the_method(void **state)
{
    (void)state;
    smgw_account account = usable();
    account.oauth2_token = "token";
    assert_refused(&account, "accounts[0].oauth2_token", SMGW_RULE_OK);
    account.auth = SMGW_AUTH_XOAUTH2;
    assert_refused(&account, "accounts[0].password", SMGW_RULE_OK);
    account.password = NULL;
    assert_loads(&account);
    account.oauth2_token = NULL;
    assert_refused(&account, "accounts[0].oauth2_token", SMGW_RULE_EMPTY);
}

static void oauthbearer_user_name_needs_no_escaping(void **state)
{
    (void)state;
    smgw_account account = usable();
    account.address = "ada@example.com";
    account.password = NULL;
    account.oauth2_token = "token";
    account.username = "u,a=admin";
    account.auth = SMGW_AUTH_XOAUTH2;
    assert_loads(&account);
    account.auth = SMGW_AUTH_OAUTHBEARER;
    assert_refused(&account, "accounts[0].username", SMGW_RULE_CHARACTER);
    account.username = "a=b";
    assert_refused(&account, "accounts[0].username", SMGW_RULE_CHARACTER);
    account.username = "ada@example.com";
    assert_loads(&account);
}

static void tokens_are_b64tokens(void **state)
{
    (void)state;
    char *long_token = repeat('t', MGW_CONFIG_MAX_TOKEN + 1);
    const struct {
        mgw_bytes token;
        smgw_rule rule;
    } cases[] = {
        { MGW_LIT("ya29.a0-_~+/Az09=="), SMGW_RULE_OK },
        { MGW_LIT("a"), SMGW_RULE_OK },
        { { long_token, MGW_CONFIG_MAX_TOKEN }, SMGW_RULE_OK },
        { { long_token, MGW_CONFIG_MAX_TOKEN + 1 }, SMGW_RULE_TOO_LONG },
        { MGW_LIT(""), SMGW_RULE_EMPTY },
        { MGW_LIT("="), SMGW_RULE_CHARACTER },
        { MGW_LIT("a=b"), SMGW_RULE_CHARACTER },
        { MGW_LIT("a b"), SMGW_RULE_CHARACTER },
        { MGW_LIT("a\0"), SMGW_RULE_CHARACTER },
        { MGW_LIT("tok\001\001auth=Bearer x"), SMGW_RULE_CHARACTER },
        { MGW_LIT("tok\r\nA1 NOOP"), SMGW_RULE_CHARACTER },
        { MGW_LIT("\xc3\xa9"), SMGW_RULE_CHARACTER },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_int_equal(mgw_check_token(cases[i].token), cases[i].rule);
    mgw_free(long_token);
}

static void rules_see_a_nul_byte(void **state)
{
    (void)state;
    assert_int_equal(mgw_check_account_name(MGW_LIT("a\0b")), SMGW_RULE_CHARACTER);
    assert_int_equal(mgw_check_display_name(MGW_LIT("a\0b")), SMGW_RULE_NUL);
    assert_int_equal(mgw_check_username(MGW_LIT("a\0b"), SMGW_AUTH_PASSWORD), SMGW_RULE_NUL);
    assert_int_equal(mgw_check_password(MGW_LIT("a\0b")), SMGW_RULE_NUL);
    assert_int_equal(mgw_check_path(MGW_LIT("a\0b")), SMGW_RULE_NUL);
    assert_int_not_equal(mgw_check_domain(MGW_LIT("a.com\0b")), SMGW_RULE_OK);
    assert_int_not_equal(mgw_check_proxy(MGW_LIT("http://a\0b:1")), SMGW_RULE_OK);
}

static void proxies_are_scheme_host_and_port(void **state)
{
    (void)state;
    static const char *const good[] = { "socks5h://localhost:1080", "http://proxy.example.com:3128",
        "http://127.0.0.1:1", "socks5h://[::1]:65535" };
    static const char *const bad[] = { "socks5://a.com:1", "https://a.com:1", "HTTP://a.com:1", "a.com:1", "http://",
        "http://a.com", "http://a.com:", "http://a.com:0", "http://a.com:65536", "http://a.com:1/", "http://:1",
        "http://user:pw@a.com:1", "http://user@a.com:1", "http://a.com:80:90", "http://::1:80", "http://[::1]",
        "http://[::1]80", "http://[a.com]:80", "http://[::1:80", "http:// a.com:80", "http://a.com:1 ",
        "http://a.com:+1", "http://a.com\r\n:80", "http://a.com#:80", "http://a.com?:80" };
    for (size_t i = 0; i < COUNT_OF(good); i++)
        assert_int_equal(mgw_check_proxy(mgw_bytes_str(good[i])), SMGW_RULE_OK);
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_int_not_equal(mgw_check_proxy(mgw_bytes_str(bad[i])), SMGW_RULE_OK);
}

static void no_error_repeats_a_secret(void **state)
{
    (void)state;
    smgw_account account = usable();
    mgw_config *config = NULL;
    smgw_error error = SMGW_ERROR_INIT;
    account.password = "canary\n";
    assert_int_equal(load(&config, &account, &error), SMGW_ERR_CONFIG);
    assert_null(strstr(error.message, "canary"));
    account.password = NULL;
    account.auth = SMGW_AUTH_OAUTHBEARER;
    account.oauth2_token = "canary token";
    assert_int_equal(load(&config, &account, &error), SMGW_ERR_CONFIG);
    assert_null(strstr(error.message, "canary"));
}

static void ca_file_is_read_and_kept(void **state)
{
    (void)state;
    static const char pem[] = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    char path[] = "/tmp/test_account_XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    smgw_account account = usable();
    account.ca_file = path;
    assert_refused(&account, "accounts[0].ca_file", SMGW_RULE_EMPTY);
    assert_int_equal(write(fd, "no certificate\n", 15), 15);
    assert_refused(&account, "accounts[0].ca_file", SMGW_RULE_SYNTAX);
    assert_int_equal(pwrite(fd, pem, sizeof pem - 1, 0), (ssize_t)sizeof pem - 1);
    mgw_config *config = NULL;
    assert_int_equal(load(&config, &account, NULL), SMGW_OK);
    assert_int_equal(ftruncate(fd, 0), 0);
    close(fd);
    unlink(path);
    assert_int_equal(config->accounts[0].ca_pem.len, sizeof pem - 1);
    assert_memory_equal(config->accounts[0].ca_pem.data, pem, sizeof pem - 1);
    mgw_config_free(config);
    assert_refused(&account, "accounts[0].ca_file", SMGW_RULE_OK);
}

static void a_domain_is_what_the_whitelist_takes(void **state)
{
    (void)state;
    char longest[256];
    for (size_t i = 0; i < sizeof longest; i++)
        longest[i] = i % 2 == 0 ? 'a' : '.';
    assert_int_equal(mgw_check_domain(mgw_bytes_of(longest, 253)), SMGW_RULE_OK);
    assert_int_equal(mgw_check_domain(mgw_bytes_of(longest, 255)), SMGW_RULE_TOO_LONG);
    assert_int_equal(mgw_check_domain(MGW_LIT("localhost")), SMGW_RULE_DOMAIN);
    assert_int_equal(mgw_check_domain(MGW_LIT("@example.com")), SMGW_RULE_DOMAIN);
    assert_int_equal(mgw_check_domain(MGW_LIT("")), SMGW_RULE_EMPTY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(init_function_and_macro_agree),
        cmocka_unit_test(everything_is_copied),
        cmocka_unit_test(ports_and_tls_are_resolved),
        cmocka_unit_test(bad_texts_name_their_field_and_rule),
        cmocka_unit_test(hosts_that_are_more_than_a_host_are_refused),
        cmocka_unit_test(a_host_is_needed_and_a_port_needs_one),
        cmocka_unit_test(numbers_out_of_range_are_refused),
        cmocka_unit_test(sender_address_is_a_mailbox),
        cmocka_unit_test(only_the_credential_of_the_method),
        cmocka_unit_test(oauthbearer_user_name_needs_no_escaping),
        cmocka_unit_test(tokens_are_b64tokens),
        cmocka_unit_test(rules_see_a_nul_byte),
        cmocka_unit_test(proxies_are_scheme_host_and_port),
        cmocka_unit_test(no_error_repeats_a_secret),
        cmocka_unit_test(ca_file_is_read_and_kept),
        cmocka_unit_test(a_domain_is_what_the_whitelist_takes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
