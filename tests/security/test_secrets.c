/* SPDX-License-Identifier: MIT */
/*
 * Where a password and a token go: to the server, inside of TLS, and nowhere else. The ids are rows of
 * attack-catalogue.tsv.
 */
#include "support/test.h"

#include "security/hostile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Standard error of the whole process, into a file and back. */
typedef struct captured {
    FILE *file;
    int saved;
} captured;

static captured capture_stderr(void)
{
    captured capture = { tmpfile(), dup(STDERR_FILENO) };
    assert_non_null(capture.file);
    fflush(stderr);
    assert_true(dup2(fileno(capture.file), STDERR_FILENO) >= 0);
    return capture;
}

/* What was written meanwhile; to be freed. */
static char *end_capture(captured *capture)
{
    fflush(stderr);
    dup2(capture->saved, STDERR_FILENO);
    close(capture->saved);
    fseek(capture->file, 0, SEEK_END);
    long size = ftell(capture->file);
    rewind(capture->file);
    char *text = calloc(1, (size_t)size + 1);
    assert_non_null(text);
    assert_int_equal(fread(text, 1, (size_t)size, capture->file), (size_t)size);
    fclose(capture->file);
    return text;
}

#define SMTP_OFFER(methods) LINE("220 x") HEAR("^EHLO ") LINE("250 AUTH " methods)
#define IMAP_OFFER(methods)                                                                                            \
    LINE("* OK x") HEAR(" CAPABILITY") LINE("* CAPABILITY IMAP4rev1 SASL-IR " methods) LINE("$TAG OK done")

/* K06: servers that take the secret, refuse it, echo it, ask twice for it, or break at it. */
static const struct journey {
    smgw_auth auth;
    bool smtp;
    smgw_status status;
    const char *script;
} journeys[] = {
    { SMGW_AUTH_PASSWORD, true, SMGW_OK, SMTP_READY SMTP_BODY LINE("250 taken") "X" },
    { SMGW_AUTH_PASSWORD, true, SMGW_ERR_PERMANENT, SMTP_READY HEAR("^RCPT") LINE("250 ok") LINE("550 who") "X" },
    { SMGW_AUTH_PASSWORD, true, SMGW_ERR_AUTH, SMTP_OFFER("PLAIN") HEAR("^AUTH") LINE("535 5.7.8 " HOSTILE_PASSWORD) },
    { SMGW_AUTH_PASSWORD, true, SMGW_ERR_AUTH,
        SMTP_OFFER("LOGIN") HEAR("^AUTH LOGIN") LINE("334 UGFzc3dvcmQ6") HEAR(".*")
            LINE("535 5.7.8 " HOSTILE_PASSWORD) },
    { SMGW_AUTH_PASSWORD, true, SMGW_ERR_UNKNOWN, SMTP_READY SMTP_BODY "R" },
    { SMGW_AUTH_PASSWORD, true, SMGW_ERR_PROTOCOL, SCRIPTED_SMTP_LOGIN HEAR("^EHLO ") LINE("25x " HOSTILE_PASSWORD) },
    { SMGW_AUTH_XOAUTH2, true, SMGW_OK,
        SMTP_OFFER("XOAUTH2") HEAR("^AUTH XOAUTH2") LINE("235 in") SMTP_ANEW SMTP_BODY LINE("250 taken") "X" },
    { SMGW_AUTH_XOAUTH2, true, SMGW_ERR_AUTH, SMTP_OFFER("XOAUTH2") HEAR("^AUTH XOAUTH2") LINE("535 " HOSTILE_TOKEN) },
    { SMGW_AUTH_OAUTHBEARER, true, SMGW_OK,
        SMTP_OFFER("OAUTHBEARER") HEAR("^AUTH OAUTHBEARER") LINE("235 in") SMTP_ANEW SMTP_BODY LINE("250 taken") "X" },
    { SMGW_AUTH_PASSWORD, false, SMGW_OK, IMAP_READY IMAP_LISTING "X" },
    { SMGW_AUTH_PASSWORD, false, SMGW_ERR_NETWORK, IMAP_READY HEAR(" LIST ") LINE("* BYE " HOSTILE_PASSWORD) },
    { SMGW_AUTH_PASSWORD, false, SMGW_ERR_AUTH,
        IMAP_OFFER("AUTH=PLAIN") HEAR(" AUTHENTICATE") LINE("$TAG NO " HOSTILE_PASSWORD) },
    { SMGW_AUTH_XOAUTH2, false, SMGW_OK,
        IMAP_OFFER("AUTH=XOAUTH2") HEAR(" AUTHENTICATE XOAUTH2") LINE("$TAG OK in") IMAP_ANEW IMAP_LISTING "X" },
    { SMGW_AUTH_OAUTHBEARER, false, SMGW_ERR_AUTH,
        IMAP_OFFER("AUTH=OAUTHBEARER") HEAR(" AUTHENTICATE OAUTHBEARER") LINE("$TAG NO " HOSTILE_TOKEN) },
};

/* hostile_stop() looks into error, receipt and trail; here the trail is on standard error, with whatever else goes
 * there. */
static void travel(const struct journey *row, bool audit_on_stderr)
{
    hostile test;
    hostile_prepare(&test, row->script);
    if (row->auth != SMGW_AUTH_PASSWORD)
        hostile_use_token(&test, row->auth);
    if (audit_on_stderr)
        test.options.audit = (smgw_audit_options)SMGW_AUDIT_OPTIONS_INIT;
    captured capture = capture_stderr();
    hostile_start(&test);
    smgw_status status = row->smtp ? hostile_send(&test) : hostile_list(&test, "ada", NULL);
    bool complete = hostile_stop(&test);
    char *text = end_capture(&capture);
    if (!complete || status != row->status)
        fail_msg("%s: %s; the server: %s", smgw_status_text(status), test.error.message, test.server.problem);
    hostile_assert_no_secret(text);
    assert_int_equal(strstr(text, "GATEWAY_START") != NULL, audit_on_stderr);
    if (!audit_on_stderr)
        assert_string_equal(text, "");
    free(text);
    hostile_end(&test);
}

static void secrets_are_nowhere_but_on_the_wire(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2 * COUNT_OF(journeys); i++)
        travel(&journeys[i / 2], i % 2 == 1);
}

/* K12: proxies come from the account alone. */
static void proxies_of_the_environment_are_ignored(void **state)
{
    (void)state;
    static const char *const names[] = { "all_proxy", "ALL_PROXY", "http_proxy", "https_proxy", "HTTPS_PROXY",
        "smtp_proxy", "smtps_proxy", "imap_proxy", "imaps_proxy" };
    scripted_server trap;
    scripted_server_options options = SCRIPTED_SERVER_OPTIONS_INIT;
    options.script = HEAR(".*") LINE("HTTP\\/1.1 200 come in") LINE("");
    char proxy[64];
    snprintf(proxy, sizeof proxy, "http://127.0.0.1:%d", scripted_server_start(&trap, &options));
    for (size_t i = 0; i < COUNT_OF(names); i++)
        assert_int_equal(setenv(names[i], proxy, 1), 0);
    for (int smtp = 0; smtp < 2; smtp++) {
        hostile test;
        hostile_begin(&test, smtp ? SMTP_READY SMTP_BODY LINE("250 taken") "X" : IMAP_READY IMAP_LISTING "X");
        assert_int_equal(smtp ? hostile_send(&test) : hostile_list(&test, "ada", NULL), SMGW_OK);
        hostile_end(&test);
    }
    for (size_t i = 0; i < COUNT_OF(names); i++)
        unsetenv(names[i]);
    scripted_server_join(&trap);
    assert_int_equal(trap.connections, 0);
    scripted_server_free(&trap);
}

/* Two accounts on one server, which serves one connection at a time. */
static void prepare_two(hostile *test, smgw_account accounts[2], const char *script)
{
    hostile_prepare(test, script);
    int port = scripted_server_start(&test->server, &test->server_options);
    assert_true(port > 0);
    for (int i = 0; i < 2; i++) {
        accounts[i] = test->account;
        accounts[i].imap_port = (uint16_t)port;
        accounts[i].smtp_port = (uint16_t)port;
    }
    accounts[1].name = "bob";
    test->options.accounts = accounts;
    test->options.account_count = 2;
    assert_int_equal(smgw_gateway_new(&test->gateway, &test->options, &test->error), SMGW_OK);
}

/* The first account's idle connection is alive and good, and yet not for the second. */
static void accounts_share_no_connection(void **state)
{
    (void)state;
    hostile test;
    smgw_account accounts[2];
    prepare_two(&test, accounts, IMAP_READY IMAP_LISTING HEAR(" NOOP") LINE("$TAG OK done") IMAP_LISTING);
    assert_int_equal(hostile_list(&test, "ada", NULL), SMGW_OK);
    test.call.timeout_ms = hostile_patience_ms();
    assert_int_equal(hostile_list(&test, "bob", NULL), SMGW_ERR_TIMEOUT);
    assert_int_equal(hostile_trail_count(&test, "AUTH_SUCCESS"), 1);
    test.call.timeout_ms = 40000;
    assert_int_equal(hostile_list(&test, "ada", NULL), SMGW_OK);
    assert_true(hostile_stop(&test));
    assert_int_equal(hostile_heard(&test, " LIST "), 2);
    assert_int_equal(test.server.connections, 1);
    hostile_end(&test);
}

/* And each logs in as itself, over both protocols. */
static void each_account_logs_in_as_itself(void **state)
{
    (void)state;
    hostile test;
    smgw_account accounts[2];
    prepare_two(&test, accounts,
        SMTP_READY SMTP_BODY LINE("250 taken") "R A " IMAP_READY IMAP_LISTING
                                               "R A " SMTP_READY SMTP_BODY LINE("250 taken") "X");
    assert_int_equal(hostile_send(&test), SMGW_OK);
    assert_int_equal(hostile_list(&test, "bob", NULL), SMGW_OK);
    assert_int_equal(hostile_send(&test), SMGW_OK);
    assert_true(hostile_stop(&test));
    assert_int_equal(test.server.connections, 3);
    assert_int_equal(hostile_trail_count(&test, "AUTH_SUCCESS"), 3);
    assert_int_equal(hostile_heard(&test, "AUTH PLAIN "), 2);
    assert_int_equal(hostile_heard(&test, "AUTHENTICATE PLAIN "), 1);
    hostile_end(&test);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(secrets_are_nowhere_but_on_the_wire),
        cmocka_unit_test(proxies_of_the_environment_are_ignored),
        cmocka_unit_test(accounts_share_no_connection),
        cmocka_unit_test(each_account_logs_in_as_itself),
    };
    return cmocka_run_group_tests_name("secrets", tests, hostile_group_setup, hostile_group_teardown);
}
