/* SPDX-License-Identifier: MIT */
#include "support/mail_servers.h"

#include "support/test.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *variable(const char *name)
{
    const char *value = getenv(name);
    if (value == NULL || value[0] == '\0') {
        fprintf(stderr, "%s is not set: run this test through ctest, which starts the servers\n", name);
        exit(EXIT_FAILURE);
    }
    return value;
}

static uint16_t port(const char *name)
{
    return (uint16_t)strtoul(variable(name), NULL, 10);
}

const mail_servers *mail_servers_get(void)
{
    static mail_servers servers;
    if (servers.host == NULL)
        servers = (mail_servers){
            .host = variable("SMGW_TEST_HOST"),
            .ca_file = variable("SMGW_TEST_CA_FILE"),
            .user = variable("SMGW_TEST_USER"),
            .password = variable("SMGW_TEST_PASSWORD"),
            .user2 = variable("SMGW_TEST_USER2"),
            .password2 = variable("SMGW_TEST_PASSWORD2"),
            .oauth2_token = variable("SMGW_TEST_OAUTH2_TOKEN"),
            .imaps_port = port("SMGW_TEST_IMAPS_PORT"),
            .imap_port = port("SMGW_TEST_IMAP_PORT"),
            .submissions_port = port("SMGW_TEST_SUBMISSIONS_PORT"),
            .submission_port = port("SMGW_TEST_SUBMISSION_PORT"),
        };
    return &servers;
}

bool collect_bytes(void *context, const void *data, size_t len)
{
    collected *bytes = context;
    char *grown = realloc(bytes->data, bytes->len + len + 1);
    assert_non_null(grown);
    memcpy(grown + bytes->len, data, len);
    bytes->data = grown;
    bytes->len += len;
    bytes->data[bytes->len] = '\0';
    return true;
}

void collected_dispose(collected *bytes)
{
    free(bytes->data);
    *bytes = (collected){ NULL, 0 };
}

static bool keep_record(void *context, const char *record, size_t len)
{
    kept_audit *audit = context;
    collected line = { NULL, 0 };
    collect_bytes(&line, record, len);
    bool refuse = audit->refuse || (audit->refuse_event != NULL && strstr(line.data, audit->refuse_event) != NULL);
    collected_dispose(&line);
    if (refuse)
        return false;
    collected all = { audit->text, audit->len };
    collect_bytes(&all, record, len);
    collect_bytes(&all, "\n", 1);
    audit->text = all.data;
    audit->len = all.len;
    return true;
}

size_t kept_audit_count(const kept_audit *audit, const char *needle)
{
    size_t count = 0;
    for (const char *at = audit->text; at != NULL && (at = strstr(at, needle)) != NULL; at++)
        count++;
    return count;
}

void kept_audit_dispose(kept_audit *audit)
{
    free(audit->text);
    *audit = (kept_audit){ NULL, 0, false, NULL };
}

static smgw_account account_of(const char *name, const char *user, const char *password)
{
    const mail_servers *servers = mail_servers_get();
    smgw_account account = SMGW_ACCOUNT_INIT;
    account.name = name;
    account.username = user;
    account.password = password;
    account.imap_host = servers->host;
    account.imap_port = servers->imaps_port;
    account.imap_tls = SMGW_TLS_IMPLICIT;
    account.smtp_host = servers->host;
    account.smtp_port = servers->submissions_port;
    account.smtp_tls = SMGW_TLS_IMPLICIT;
    account.ca_file = servers->ca_file;
    account.imap_requests_per_minute = 100000;
    account.smtp_sends_per_hour = 100000;
    return account;
}

void test_gateway_prepare(test_gateway *test)
{
    const mail_servers *servers = mail_servers_get();
    *test = (test_gateway){
        .accounts = { account_of("ada", servers->user, servers->password),
            account_of("bob", servers->user2, servers->password2) },
        .domains = { "example.com" },
        .options = SMGW_GATEWAY_OPTIONS_INIT,
    };
    test->options.accounts = test->accounts;
    test->options.account_count = 2;
    test->options.recipient_domains = test->domains;
    test->options.recipient_domain_count = 1;
    test->options.audit.sink = SMGW_AUDIT_CALLBACK;
    test->options.audit.callback = keep_record;
    test->options.audit.callback_context = &test->audit;
}

void test_gateway_start(test_gateway *test)
{
    smgw_error error = SMGW_ERROR_INIT;
    assert_ok(smgw_gateway_new(&test->gateway, &test->options, &error), &error);
}

void test_gateway_stop(test_gateway *test)
{
    smgw_gateway_free(test->gateway);
    test->gateway = NULL;
    kept_audit_dispose(&test->audit);
}

void test_account_use_starttls(smgw_account *account)
{
    const mail_servers *servers = mail_servers_get();
    account->imap_port = servers->imap_port;
    account->imap_tls = SMGW_TLS_STARTTLS;
    account->smtp_port = servers->submission_port;
    account->smtp_tls = SMGW_TLS_STARTTLS;
}

char *make_test_directory(void)
{
    char *path = strdup("/tmp/smgw-test-XXXXXX");
    assert_non_null(path);
    assert_non_null(mkdtemp(path));
    return path;
}

void remove_test_directory(char *path)
{
    DIR *directory = opendir(path);
    assert_non_null(directory);
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            assert_int_equal(unlinkat(dirfd(directory), entry->d_name, 0), 0);
    closedir(directory);
    assert_int_equal(rmdir(path), 0);
    free(path);
}

void assert_ok_at(smgw_status status, const smgw_error *error, const char *file, int line)
{
    if (status == SMGW_OK)
        return;
    print_error("%s: %s\n", smgw_status_text(status), error->message);
    _fail(file, line);
}

smgw_message *simple_message(const char *subject)
{
    static const char text[] = "Hello.\n";
    smgw_error error = SMGW_ERROR_INIT;
    smgw_message *message = NULL;
    assert_ok(smgw_message_new(&message), &error);
    assert_ok(smgw_message_add_to(message, mail_servers_get()->user, NULL, &error), &error);
    assert_ok(smgw_message_set_subject(message, subject, &error), &error);
    assert_ok(smgw_message_set_text(message, text, sizeof text - 1, &error), &error);
    return message;
}

static smgw_uid_list find_messages(smgw_gateway *gateway, const char *account, const char *message_id)
{
    smgw_error error = SMGW_ERROR_INIT;
    smgw_query query = SMGW_QUERY_INIT;
    query.message_id = message_id;
    smgw_uid_list found = SMGW_UID_LIST_INIT;
    assert_ok(smgw_search(gateway, account, "INBOX", &query, NULL, &found, &error), &error);
    return found;
}

size_t count_messages(smgw_gateway *gateway, const char *account, const char *message_id)
{
    smgw_uid_list found = find_messages(gateway, account, message_id);
    size_t count = found.count;
    smgw_uid_list_dispose(&found);
    return count;
}

smgw_ref wait_for_message(smgw_gateway *gateway, const char *account, const char *message_id)
{
    for (int attempt = 0; attempt < 1200; attempt++) {
        smgw_uid_list found = find_messages(gateway, account, message_id);
        if (found.count > 0) {
            smgw_ref ref = { "INBOX", found.uidvalidity, found.uids[found.count - 1] };
            smgw_uid_list_dispose(&found);
            return ref;
        }
        nanosleep(&(struct timespec){ 0, 50000000 }, NULL);
    }
    fail_msg("no message %s in INBOX of %s", message_id, account);
    return (smgw_ref){ "", 0, 0 };
}
