/* SPDX-License-Identifier: MIT */
/*
 * The rules in their order: what is refused leaves no trace on the server, and a trace in the trail.
 */
#include "support/test.h"

#include "support/mail_servers.h"

#include <stdlib.h>
#include <string.h>

/* Sends, and expects a refusal of this status. The mailbox must not see the message. */
static void expect_refusal(
    test_gateway *test, const char *account, smgw_message *message, smgw_status expected, const char *event)
{
    smgw_error error = SMGW_ERROR_INIT;
    smgw_receipt receipt = SMGW_RECEIPT_INIT;
    size_t before = kept_audit_count(&test->audit, event);
    assert_int_equal(smgw_send(test->gateway, account, message, NULL, &receipt, &error), expected);
    assert_int_equal(error.status, expected);
    assert_int_equal(error.outcome, SMGW_NOT_SENT);
    assert_int_equal(receipt.outcome, SMGW_NOT_SENT);
    assert_int_not_equal(error.message[0], '\0');
    assert_int_equal(kept_audit_count(&test->audit, event), before + 1);
    assert_int_equal(kept_audit_count(&test->audit, "EMAIL_SENT"), 0);
    assert_int_equal(kept_audit_count(&test->audit, "\"protocol\":\"smtp\""), 0);
    smgw_message_free(message);
}

static void start(test_gateway *test)
{
    test_gateway_prepare(test);
    test_gateway_start(test);
}

static void one_recipient_off_the_list_stops_all(void **state)
{
    (void)state;
    test_gateway test;
    start(&test);
    smgw_error error = SMGW_ERROR_INIT;
    smgw_message *message = simple_message("whitelist");
    assert_ok(smgw_message_add_bcc(message, "eve@evil.com", NULL, &error), &error);
    expect_refusal(&test, "ada", message, SMGW_ERR_REFUSED, "RECIPIENT_REFUSED");
    assert_int_equal(kept_audit_count(&test.audit, "evil.com"), 1);
    assert_int_equal(kept_audit_count(&test.audit, "eve@"), 0);
    assert_int_equal(kept_audit_count(&test.audit, "EMAIL_SEND_ATTEMPT"), 0);
    test_gateway_stop(&test);
}

static void without_lists_nobody_may_receive(void **state)
{
    (void)state;
    test_gateway test;
    test_gateway_prepare(&test);
    test.options.recipient_domain_count = 0;
    test_gateway_start(&test);
    expect_refusal(&test, "ada", simple_message("nobody"), SMGW_ERR_REFUSED, "RECIPIENT_REFUSED");
    test_gateway_stop(&test);
}

static void inputs_are_checked_before_anything(void **state)
{
    (void)state;
    test_gateway test;
    start(&test);
    smgw_error error = SMGW_ERROR_INIT;
    smgw_message *message = NULL;
    assert_int_equal(smgw_message_new(&message), SMGW_OK);
    expect_refusal(&test, "ada", message, SMGW_ERR_INVALID, "EMAIL_REFUSED");
    expect_refusal(&test, "nobody", simple_message("account"), SMGW_ERR_NOT_FOUND, "EMAIL_REFUSED");
    message = simple_message("no workspace");
    assert_ok(smgw_message_attach_file(message, "file.txt", NULL, &error), &error);
    expect_refusal(&test, "ada", message, SMGW_ERR_INVALID, "EMAIL_REFUSED");
    test_gateway_stop(&test);

    test_gateway_prepare(&test);
    test.options.max_message_size = 100;
    test_gateway_start(&test);
    expect_refusal(&test, "ada", simple_message("too large"), SMGW_ERR_TOO_LARGE, "EMAIL_REFUSED");
    test_gateway_stop(&test);

    test_gateway_prepare(&test);
    test.options.max_recipients = 1;
    test_gateway_start(&test);
    message = simple_message("too many");
    assert_ok(smgw_message_add_cc(message, mail_servers_get()->user2, NULL, &error), &error);
    expect_refusal(&test, "ada", message, SMGW_ERR_TOO_LARGE, "EMAIL_REFUSED");
    test_gateway_stop(&test);
}

static void files_outside_the_workspace_are_not_read(void **state)
{
    (void)state;
    static const char *const bad_paths[] = { "../etc/passwd", "/etc/passwd", "a/../../b", "", "a\nb", "." };
    char *workspace = make_test_directory();
    test_gateway test;
    test_gateway_prepare(&test);
    test.options.workspace = workspace;
    test_gateway_start(&test);
    smgw_error error = SMGW_ERROR_INIT;
    for (size_t i = 0; i < COUNT_OF(bad_paths); i++) {
        smgw_message *message = simple_message("path");
        if (smgw_message_attach_file(message, bad_paths[i], NULL, &error) == SMGW_OK)
            expect_refusal(&test, "ada", message, SMGW_ERR_INVALID, "EMAIL_REFUSED");
        else
            smgw_message_free(message);
    }
    smgw_message *message = simple_message("missing");
    assert_ok(smgw_message_attach_file(message, "missing.txt", NULL, &error), &error);
    expect_refusal(&test, "ada", message, SMGW_ERR_NOT_FOUND, "EMAIL_REFUSED");
    test_gateway_stop(&test);
    remove_test_directory(workspace);
}

static void sends_are_limited_and_accounts_are_apart(void **state)
{
    (void)state;
    test_gateway test;
    test_gateway_prepare(&test);
    test.accounts[0].smtp_sends_per_hour = 2;
    test_gateway_start(&test);
    smgw_error error = SMGW_ERROR_INIT;
    smgw_message *message = simple_message("limited");
    assert_ok(smgw_send(test.gateway, "ada", message, NULL, NULL, &error), &error);
    assert_ok(smgw_send(test.gateway, "ADA", message, NULL, NULL, &error), &error);
    assert_int_equal(smgw_send(test.gateway, "Ada", message, NULL, NULL, &error), SMGW_ERR_RATE_LIMITED);
    assert_true(error.retryable);
    assert_true(error.retry_after_ms > 1700000 && error.retry_after_ms <= 1800000);
    assert_int_equal(kept_audit_count(&test.audit, "RATE_LIMIT_EXCEEDED"), 1);
    smgw_call_options options = SMGW_CALL_OPTIONS_INIT;
    options.rate_wait_ms = 50;
    assert_int_equal(smgw_send(test.gateway, "ada", message, &options, NULL, &error), SMGW_ERR_RATE_LIMITED);
    assert_ok(smgw_send(test.gateway, "bob", message, NULL, NULL, &error), &error);
    smgw_message_free(message);
    test_gateway_stop(&test);
}

static void reads_are_limited(void **state)
{
    (void)state;
    test_gateway test;
    test_gateway_prepare(&test);
    test.accounts[0].imap_requests_per_minute = 1;
    test_gateway_start(&test);
    smgw_error error = SMGW_ERROR_INIT;
    smgw_folder_list list = SMGW_FOLDER_LIST_INIT;
    assert_ok(smgw_list_folders(test.gateway, "ada", NULL, &list, &error), &error);
    smgw_folder_list_dispose(&list);
    assert_int_equal(smgw_list_folders(test.gateway, "ada", NULL, &list, &error), SMGW_ERR_RATE_LIMITED);
    assert_int_equal(list.count, 0);
    assert_int_equal(kept_audit_count(&test.audit, "\"limit\":\"imap\""), 1);
    assert_ok(smgw_list_folders(test.gateway, "bob", NULL, &list, &error), &error);
    smgw_folder_list_dispose(&list);
    test_gateway_stop(&test);
}

static void without_a_record_nothing_is_sent(void **state)
{
    (void)state;
    static const char *const events[] = { "EMAIL_SEND_ATTEMPT", "AUTH_SUCCESS" };
    for (size_t i = 0; i < COUNT_OF(events); i++) {
        test_gateway test;
        start(&test);
        test.audit.refuse_event = events[i];
        smgw_error error = SMGW_ERROR_INIT;
        smgw_receipt receipt = SMGW_RECEIPT_INIT;
        smgw_message *message = simple_message("no record");
        assert_int_equal(smgw_send(test.gateway, "ada", message, NULL, &receipt, &error), SMGW_ERR_AUDIT);
        assert_int_equal(receipt.outcome, SMGW_NOT_SENT);
        smgw_message_free(message);
        test.audit.refuse_event = NULL;
        assert_int_equal(count_messages(test.gateway, "ada", receipt.message_id), 0);
        test_gateway_stop(&test);
    }
}

static void a_lost_outcome_record_changes_no_outcome(void **state)
{
    (void)state;
    test_gateway test;
    start(&test);
    test.audit.refuse_event = "EMAIL_SENT";
    smgw_error error = SMGW_ERROR_INIT;
    smgw_receipt receipt = SMGW_RECEIPT_INIT;
    smgw_message *message = simple_message("lost record");
    assert_ok(smgw_send(test.gateway, "ada", message, NULL, &receipt, &error), &error);
    smgw_message_free(message);
    assert_int_equal(receipt.outcome, SMGW_SENT);
    wait_for_message(test.gateway, "ada", receipt.message_id);
    assert_true(kept_audit_count(&test.audit, "\"lost\":1") > 0);
    test_gateway_stop(&test);
}

static void a_wrong_password_is_refused_and_audited(void **state)
{
    (void)state;
    test_gateway test;
    test_gateway_prepare(&test);
    test.accounts[0].password = "canary-Passw0rd";
    test_gateway_start(&test);
    smgw_error error = SMGW_ERROR_INIT;
    smgw_message *message = simple_message("login");
    assert_int_equal(smgw_send(test.gateway, "ada", message, NULL, NULL, &error), SMGW_ERR_AUTH);
    assert_false(error.retryable);
    assert_null(strstr(error.message, "canary"));
    smgw_message_free(message);
    smgw_folder_list list = SMGW_FOLDER_LIST_INIT;
    assert_int_equal(smgw_list_folders(test.gateway, "ada", NULL, &list, &error), SMGW_ERR_AUTH);
    assert_int_equal(kept_audit_count(&test.audit, "AUTH_FAILURE"), 2);
    assert_int_equal(kept_audit_count(&test.audit, "AUTH_SUCCESS"), 0);
    assert_int_equal(kept_audit_count(&test.audit, "EMAIL_FAILED"), 1);
    assert_int_equal(kept_audit_count(&test.audit, "canary"), 0);
    test_gateway_stop(&test);
}

static void a_token_falls_back_to_nothing(void **state)
{
    (void)state;
    test_gateway test;
    test_gateway_prepare(&test);
    test.accounts[0].auth = SMGW_AUTH_OAUTHBEARER;
    test.accounts[0].password = NULL;
    test.accounts[0].oauth2_token = "expired.token.value";
    test_gateway_start(&test);
    smgw_error error = SMGW_ERROR_INIT;
    smgw_folder_list list = SMGW_FOLDER_LIST_INIT;
    assert_int_equal(smgw_list_folders(test.gateway, "ada", NULL, &list, &error), SMGW_ERR_AUTH);
    smgw_message *message = simple_message("token");
    assert_int_equal(smgw_send(test.gateway, "ada", message, NULL, NULL, &error), SMGW_ERR_AUTH);
    smgw_message_free(message);
    assert_null(strstr(error.message, "expired.token"));
    test_gateway_stop(&test);
}

static void an_unknown_authority_is_refused(void **state)
{
    (void)state;
    for (int starttls = 0; starttls < 2; starttls++) {
        test_gateway test;
        test_gateway_prepare(&test);
        test.accounts[0].ca_file = "/etc/ssl/certs/ca-certificates.crt";
        if (starttls)
            test_account_use_starttls(&test.accounts[0]);
        test_gateway_start(&test);
        smgw_error error = SMGW_ERROR_INIT;
        smgw_folder_list list = SMGW_FOLDER_LIST_INIT;
        assert_int_equal(smgw_list_folders(test.gateway, "ada", NULL, &list, &error), SMGW_ERR_TLS);
        smgw_message *message = simple_message("authority");
        assert_int_equal(smgw_send(test.gateway, "ada", message, NULL, NULL, &error), SMGW_ERR_TLS);
        smgw_message_free(message);
        test_gateway_stop(&test);
    }
}

static void the_server_refuses_a_recipient(void **state)
{
    (void)state;
    test_gateway test;
    test_gateway_prepare(&test);
    test.options.recipient_policy = SMGW_RECIPIENTS_ANY;
    test.options.recipient_domains = NULL;
    test.options.recipient_domain_count = 0;
    test_gateway_start(&test);
    smgw_error error = SMGW_ERROR_INIT;
    smgw_receipt receipt = SMGW_RECEIPT_INIT;
    smgw_message *message = simple_message("half refused");
    assert_ok(smgw_message_add_to(message, "someone@not-here.example", NULL, &error), &error);
    smgw_status status = smgw_send(test.gateway, "ada", message, NULL, &receipt, &error);
    assert_true(status == SMGW_ERR_PERMANENT || status == SMGW_ERR_TEMPORARY);
    assert_true(error.server_code >= 400);
    assert_int_equal(receipt.outcome, SMGW_NOT_SENT);
    assert_int_equal(kept_audit_count(&test.audit, "EMAIL_FAILED"), 1);
    smgw_message_free(message);
    assert_int_equal(count_messages(test.gateway, "ada", receipt.message_id), 0);
    message = simple_message("the connection still serves");
    assert_ok(smgw_send(test.gateway, "ada", message, NULL, &receipt, &error), &error);
    smgw_message_free(message);
    assert_int_equal(kept_audit_count(&test.audit, "\"protocol\":\"smtp\""), 1);
    test_gateway_stop(&test);
}

static bool cancel_at_once(void *context, uint64_t done, uint64_t total)
{
    (void)context, (void)done, (void)total;
    return false;
}

static void a_caller_may_cancel(void **state)
{
    (void)state;
    test_gateway test;
    start(&test);
    smgw_error error = SMGW_ERROR_INIT;
    smgw_receipt receipt = SMGW_RECEIPT_INIT;
    smgw_call_options options = SMGW_CALL_OPTIONS_INIT;
    options.progress = cancel_at_once;
    smgw_message *message = simple_message("cancelled");
    assert_int_equal(smgw_send(test.gateway, "ada", message, &options, &receipt, &error), SMGW_ERR_CANCELLED);
    assert_int_equal(receipt.outcome, SMGW_NOT_SENT);
    smgw_message_free(message);
    smgw_uid_list found = SMGW_UID_LIST_INIT;
    assert_int_equal(smgw_search(test.gateway, "ada", "INBOX", NULL, &options, &found, &error), SMGW_ERR_CANCELLED);
    assert_int_equal(count_messages(test.gateway, "ada", receipt.message_id), 0);
    test_gateway_stop(&test);
}

/* Tries to slip another recipient and another text past the rules, and to send the same message within the send. */
typedef struct meddler {
    smgw_gateway *gateway;
    smgw_message *message;
    unsigned tries;
} meddler;

static bool meddle(void *context, uint64_t done, uint64_t total)
{
    (void)done, (void)total;
    meddler *self = context;
    smgw_error error = SMGW_ERROR_INIT;
    assert_int_equal(smgw_message_add_bcc(self->message, "eve@evil.com", NULL, &error), SMGW_ERR_INVALID);
    assert_string_equal(error.field, "message");
    assert_int_equal(smgw_message_set_text(self->message, "other", 5, NULL), SMGW_ERR_INVALID);
    assert_int_equal(smgw_message_set_html(self->message, "other", 5, NULL), SMGW_ERR_INVALID);
    assert_int_equal(smgw_message_set_subject(self->message, "other", NULL), SMGW_ERR_INVALID);
    assert_int_equal(smgw_message_set_reply_to(self->message, "eve@evil.com", NULL, NULL), SMGW_ERR_INVALID);
    assert_int_equal(smgw_message_set_in_reply_to(self->message, "<a@b>", NULL, NULL), SMGW_ERR_INVALID);
    assert_int_equal(smgw_message_attach_bytes(self->message, "a", NULL, "b", 1, NULL), SMGW_ERR_INVALID);
    assert_int_equal(smgw_send(self->gateway, "ada", self->message, NULL, NULL, NULL), SMGW_ERR_INVALID);
    self->tries++;
    return true;
}

static void what_was_checked_is_what_goes_out(void **state)
{
    (void)state;
    test_gateway test;
    start(&test);
    smgw_error error = SMGW_ERROR_INIT;
    smgw_receipt receipt = SMGW_RECEIPT_INIT;
    smgw_message *message = simple_message("meddled with");
    meddler self = { test.gateway, message, 0 };
    smgw_call_options options = SMGW_CALL_OPTIONS_INIT;
    options.progress = meddle;
    options.progress_context = &self;
    assert_ok(smgw_send(test.gateway, "ada", message, &options, &receipt, &error), &error);
    assert_true(self.tries > 0);
    assert_int_equal(receipt.recipients, 1);
    assert_ok(smgw_message_set_subject(message, "free again", &error), &error);
    smgw_message_free(message);
    test_gateway_stop(&test);
}

static void an_account_without_the_server_costs_no_token(void **state)
{
    (void)state;
    test_gateway test;
    test_gateway_prepare(&test);
    test.accounts[0].smtp_host = NULL;
    test.accounts[0].smtp_port = 0;
    test.accounts[0].smtp_tls = SMGW_TLS_AUTO;
    test.accounts[0].smtp_sends_per_hour = 1;
    test_gateway_start(&test);
    for (int i = 0; i < 3; i++)
        expect_refusal(&test, "ada", simple_message("no server"), SMGW_ERR_INVALID, "EMAIL_REFUSED");
    assert_int_equal(kept_audit_count(&test.audit, "EMAIL_SEND_ATTEMPT"), 0);
    test_gateway_stop(&test);
}

static void a_receipt_of_another_size_is_refused(void **state)
{
    (void)state;
    test_gateway test;
    start(&test);
    smgw_error error = SMGW_ERROR_INIT;
    smgw_receipt receipt = SMGW_RECEIPT_INIT;
    receipt.struct_size = 8;
    smgw_message *message = simple_message("receipt");
    assert_int_equal(smgw_send(test.gateway, "ada", message, NULL, &receipt, &error), SMGW_ERR_INVALID);
    assert_string_equal(error.field, "receipt.struct_size");
    smgw_message_free(message);
    test_gateway_stop(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_recipient_off_the_list_stops_all),
        cmocka_unit_test(without_lists_nobody_may_receive),
        cmocka_unit_test(inputs_are_checked_before_anything),
        cmocka_unit_test(files_outside_the_workspace_are_not_read),
        cmocka_unit_test(sends_are_limited_and_accounts_are_apart),
        cmocka_unit_test(reads_are_limited),
        cmocka_unit_test(without_a_record_nothing_is_sent),
        cmocka_unit_test(a_lost_outcome_record_changes_no_outcome),
        cmocka_unit_test(a_wrong_password_is_refused_and_audited),
        cmocka_unit_test(a_token_falls_back_to_nothing),
        cmocka_unit_test(an_unknown_authority_is_refused),
        cmocka_unit_test(the_server_refuses_a_recipient),
        cmocka_unit_test(a_caller_may_cancel),
        cmocka_unit_test(what_was_checked_is_what_goes_out),
        cmocka_unit_test(an_account_without_the_server_costs_no_token),
        cmocka_unit_test(a_receipt_of_another_size_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
