/* SPDX-License-Identifier: MIT */
/*
 * What is sent is what is read: through Postfix, Dovecot's LMTP and IMAP, with each way of TLS and of login.
 */
#include "support/test.h"

#include "support/mail_servers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char text[] =
    "Gr\303\274\303\237e,\n.\n..\n.\nFrom here\n\ttab and a very long line: "
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\nend";
static const char html[] = "<p>Gr\303\274\303\237e</p>\n";

static smgw_message *rich_message(const char *attachment, size_t len)
{
    smgw_error error = SMGW_ERROR_INIT;
    smgw_message *message = simple_message("Gr\303\274\303\237e \360\237\230\200\r\nX-Injected: yes");
    assert_ok(smgw_message_add_cc(message, mail_servers_get()->user2, "Bob \"B\", the builder", &error), &error);
    assert_ok(smgw_message_set_text(message, text, sizeof text - 1, &error), &error);
    assert_ok(smgw_message_set_html(message, html, sizeof html - 1, &error), &error);
    assert_ok(smgw_message_set_in_reply_to(message, "<parent@example.com>", "<a@b>|<c@d>", &error), &error);
    assert_ok(smgw_message_attach_bytes(message, "\346\227\245\346\234\254 \"q\".bin", NULL, attachment, len, &error),
        &error);
    return message;
}

static const smgw_part *part_with_name(const smgw_mail *mail)
{
    for (size_t i = 0; i < mail->part_count; i++)
        if (mail->parts[i].filename[0] != '\0')
            return &mail->parts[i];
    return NULL;
}

static void check_summary(smgw_gateway *gateway, const char *account, const smgw_ref *ref, char section[32])
{
    smgw_error error = SMGW_ERROR_INIT;
    smgw_fetch *fetch = NULL;
    const smgw_mail *mail = NULL;
    char uid[16];
    snprintf(uid, sizeof uid, "%u", ref->uid);
    smgw_query query = SMGW_QUERY_INIT;
    query.uids = uid;
    assert_ok(smgw_fetch_open(&fetch, gateway, account, "INBOX", &query, NULL, &error), &error);
    assert_ok(smgw_fetch_next(fetch, &mail, &error), &error);
    assert_string_equal(mail->subject, "Gr\303\274\303\237e \360\237\230\200 X-Injected: yes");
    assert_int_equal(mail->from.count, 1);
    assert_string_equal(mail->from.items[0].address, mail_servers_get()->user);
    assert_int_equal(mail->cc.count, 1);
    assert_string_equal(mail->cc.items[0].name, "Bob \"B\", the builder");
    assert_int_equal(mail->bcc.count, 0);
    assert_string_equal(mail->in_reply_to, "<parent@example.com>");
    assert_int_equal(mail->flags & SMGW_FLAG_SEEN, 0);
    assert_int_equal(mail->defects, 0);
    assert_true(mail->date > 1700000000);
    assert_true(mail->internal_date >= mail->date - 60);
    const smgw_part *attachment = part_with_name(mail);
    assert_non_null(attachment);
    assert_true(attachment->is_attachment);
    snprintf(section, 32, "%s", attachment->section);
    assert_int_equal(smgw_fetch_next(fetch, &mail, &error), SMGW_DONE);
    smgw_fetch_free(fetch);
}

static void check_text(smgw_gateway *gateway, const char *account, const smgw_ref *ref)
{
    smgw_error error = SMGW_ERROR_INIT;
    smgw_text read = SMGW_TEXT_INIT;
    assert_ok(smgw_fetch_text(gateway, account, ref, 10000, NULL, &read, &error), &error);
    assert_false(read.truncated);
    assert_false(read.is_html);
    assert_int_equal(strncmp(read.data, text, sizeof text - 1), 0);
    smgw_text_dispose(&read);
    assert_ok(smgw_fetch_text(gateway, account, ref, 4, NULL, &read, &error), &error);
    assert_true(read.truncated);
    assert_string_equal(read.data, "Gr\303\274");
    smgw_text_dispose(&read);
}

static void check_raw(smgw_gateway *gateway, const char *account, const smgw_ref *ref)
{
    smgw_error error = SMGW_ERROR_INIT;
    collected raw = { NULL, 0 };
    assert_ok(smgw_fetch_raw(gateway, account, ref, collect_bytes, &raw, NULL, &error), &error);
    assert_null(strstr(raw.data, "\nBcc:"));
    assert_null(strstr(raw.data, "\nX-Injected:"));
    assert_non_null(strstr(raw.data, "\nReferences: <a@b> <c@d>"));
    size_t line = 0;
    for (size_t i = 0; i < raw.len; i++) {
        if (raw.data[i] == '\n')
            assert_true(i > 0 && raw.data[i - 1] == '\r');
        line = raw.data[i] == '\n' ? 0 : line + 1;
        assert_true(line <= 999);
    }
    smgw_parsed *parsed = NULL;
    assert_ok(smgw_parse(&parsed, raw.data, raw.len, &error), &error);
    assert_string_equal(smgw_parsed_mail(parsed)->cc.items[0].name, "Bob \"B\", the builder");
    smgw_parsed_free(parsed);
    collected_dispose(&raw);
}

static void check_saved(test_gateway *test, const char *account, const smgw_ref *ref, const char *section,
    const char *attachment, size_t len)
{
    smgw_error error = SMGW_ERROR_INIT;
    smgw_saved saved = SMGW_SAVED_INIT;
    assert_ok(smgw_save_attachment(test->gateway, account, ref, section, NULL, &saved, &error), &error);
    assert_int_equal(saved.size, len);
    assert_memory_equal(saved.name, saved.sha256, 16);
    assert_string_equal(saved.name + 16, "_\346\227\245\346\234\254 _q_.bin");
    char path[400];
    snprintf(path, sizeof path, "%s/%s", test->options.workspace, saved.name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    char *bytes = malloc(len + 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, len + 1, file), len);
    assert_memory_equal(bytes, attachment, len);
    free(bytes);
    fclose(file);
    smgw_saved again = SMGW_SAVED_INIT;
    assert_ok(smgw_save_attachment(test->gateway, account, ref, section, NULL, &again, &error), &error);
    assert_string_equal(again.name, saved.name);
    assert_int_equal(kept_audit_count(&test->audit, "\"event\":\"ATTACHMENT_DOWNLOAD\""), 2);
}

/* From ada to ada and bob; bob reads it with the same settings as ada sent it. */
static void make_the_trip(test_gateway *test)
{
    enum { ATTACHMENT_LEN = 100001 };
    char *attachment = malloc(ATTACHMENT_LEN);
    assert_non_null(attachment);
    for (size_t i = 0; i < ATTACHMENT_LEN; i++)
        attachment[i] = (char)(i * 7 + i / 251);
    char *workspace = make_test_directory();
    test->options.workspace = workspace;
    test_gateway_start(test);

    smgw_error error = SMGW_ERROR_INIT;
    smgw_receipt receipt = SMGW_RECEIPT_INIT;
    smgw_message *message = rich_message(attachment, ATTACHMENT_LEN);
    assert_ok(smgw_send(test->gateway, "ada", message, NULL, &receipt, &error), &error);
    smgw_message_free(message);
    assert_int_equal(receipt.outcome, SMGW_SENT);
    assert_int_equal(receipt.server_code, 250);
    assert_int_equal(receipt.recipients, 2);

    char section[32];
    static const char *const readers[] = { "ada", "bob" };
    for (size_t i = 0; i < COUNT_OF(readers); i++) {
        smgw_ref ref = wait_for_message(test->gateway, readers[i], receipt.message_id);
        check_summary(test->gateway, readers[i], &ref, section);
        check_text(test->gateway, readers[i], &ref);
        check_raw(test->gateway, readers[i], &ref);
    }
    smgw_ref ref = wait_for_message(test->gateway, "bob", receipt.message_id);
    check_saved(test, "bob", &ref, section, attachment, ATTACHMENT_LEN);
    assert_int_equal(kept_audit_count(&test->audit, "\"event\":\"EMAIL_SENT\""), 1);
    assert_int_equal(kept_audit_count(&test->audit, "Gr"), 0);

    test_gateway_stop(test);
    remove_test_directory(workspace);
    free(attachment);
}

static void implicit_tls(void **state)
{
    (void)state;
    test_gateway test;
    test_gateway_prepare(&test);
    make_the_trip(&test);
}

static void starttls(void **state)
{
    (void)state;
    test_gateway test;
    test_gateway_prepare(&test);
    test_account_use_starttls(&test.accounts[0]);
    test_account_use_starttls(&test.accounts[1]);
    make_the_trip(&test);
}

static void bearer_token(void **state)
{
    (void)state;
    static const smgw_auth methods[] = { SMGW_AUTH_XOAUTH2, SMGW_AUTH_OAUTHBEARER };
    for (size_t i = 0; i < COUNT_OF(methods); i++) {
        test_gateway test;
        test_gateway_prepare(&test);
        test.accounts[0].auth = methods[i];
        test.accounts[0].password = NULL;
        test.accounts[0].oauth2_token = mail_servers_get()->oauth2_token;
        make_the_trip(&test);
    }
}

static void bcc_is_in_the_envelope_only(void **state)
{
    (void)state;
    smgw_error error = SMGW_ERROR_INIT;
    smgw_receipt receipt = SMGW_RECEIPT_INIT;
    test_gateway test;
    test_gateway_prepare(&test);
    test_gateway_start(&test);
    smgw_message *message = simple_message("Hidden");
    assert_ok(smgw_message_add_bcc(message, mail_servers_get()->user2, "Bob", &error), &error);
    assert_ok(smgw_send(test.gateway, "ada", message, NULL, &receipt, &error), &error);
    smgw_message_free(message);
    smgw_ref ref = wait_for_message(test.gateway, "bob", receipt.message_id);
    collected raw = { NULL, 0 };
    assert_ok(smgw_fetch_raw(test.gateway, "bob", &ref, collect_bytes, &raw, NULL, &error), &error);
    const char *header_end = strstr(raw.data, "\r\nDate: ");
    assert_non_null(header_end);
    assert_null(strstr(header_end, "bob@"));
    collected_dispose(&raw);
    test_gateway_stop(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(implicit_tls),
        cmocka_unit_test(starttls),
        cmocka_unit_test(bearer_token),
        cmocka_unit_test(bcc_is_in_the_envelope_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
