/* SPDX-License-Identifier: MIT */
#include "security/hostile.h"

#include "support/test.h"

#include <openssl/evp.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Of the whole program: made once, since keys take their time. */
static struct {
    char *directory;
    test_ca *ca;
    uint32_t patience_ms;
} site;

enum { LEAST_PATIENCE_MS = 400, CONVERSATIONS = 4 };

static const char *const recipient_domains[] = { "example.com" };

static long measure_conversation(void)
{
    hostile test;
    hostile_begin(&test, SMTP_READY SMTP_BODY LINE("250 taken") "X");
    long begun = hostile_now_ms();
    assert_int_equal(hostile_send(&test), SMGW_OK);
    long taken = hostile_now_ms() - begun;
    hostile_end(&test);
    return taken;
}

int hostile_group_setup(void **state)
{
    (void)state;
    site.directory = hostile_make_directory();
    site.ca = test_ca_new(site.directory);
    if (site.ca == NULL || !test_ca_issue(site.ca, "good", NULL))
        return -1;
    /* The first pays for what is set up once a process. */
    measure_conversation();
    long measured = CONVERSATIONS * measure_conversation();
    site.patience_ms = measured > LEAST_PATIENCE_MS ? (uint32_t)measured : LEAST_PATIENCE_MS;
    return 0;
}

uint32_t hostile_patience_ms(void)
{
    return site.patience_ms;
}

long hostile_slack(long ms)
{
    const char *factor = getenv("SMGW_TEST_TIMEOUT_FACTOR");
    return factor != NULL ? ms * strtol(factor, NULL, 10) : ms;
}

int hostile_group_teardown(void **state)
{
    (void)state;
    test_ca_free(site.ca);
    hostile_remove_directory(site.directory);
    return 0;
}

test_ca *hostile_ca(void)
{
    return site.ca;
}

void hostile_path(char path[HOSTILE_PATH_SIZE], const char *name, const char *ending)
{
    int len = snprintf(path, HOSTILE_PATH_SIZE, "%s/%s%s", site.directory, name, ending);
    assert_in_range(len, 1, HOSTILE_PATH_SIZE - 1);
}

bool hostile_collect(void *context, const void *data, size_t len)
{
    hostile_bytes *bytes = context;
    char *grown = realloc(bytes->data, bytes->len + len + 1);
    assert_non_null(grown);
    memcpy(grown + bytes->len, data, len);
    bytes->data = grown;
    bytes->len += len;
    bytes->data[bytes->len] = '\0';
    return true;
}

static bool keep_record(void *context, const char *record, size_t len)
{
    hostile_trail *trail = context;
    hostile_bytes all = { trail->text, trail->len };
    hostile_collect(&all, record, len);
    hostile_collect(&all, "\n", 1);
    *trail = (hostile_trail){ all.data, all.len };
    return true;
}

static void prepare_account(smgw_account *account)
{
    *account = (smgw_account)SMGW_ACCOUNT_INIT;
    account->name = "ada";
    account->username = "ada@example.com";
    account->password = HOSTILE_PASSWORD;
    account->imap_host = "127.0.0.1";
    account->imap_tls = SMGW_TLS_IMPLICIT;
    account->smtp_host = "127.0.0.1";
    account->smtp_tls = SMGW_TLS_IMPLICIT;
    account->imap_requests_per_minute = 100000;
    account->smtp_sends_per_hour = 100000;
}

void hostile_prepare(hostile *test, const char *script)
{
    *test = (hostile){
        .server_options = SCRIPTED_SERVER_OPTIONS_INIT,
        .options = SMGW_GATEWAY_OPTIONS_INIT,
        .call = SMGW_CALL_OPTIONS_INIT,
        .error = SMGW_ERROR_INIT,
        .receipt = SMGW_RECEIPT_INIT,
    };
    prepare_account(&test->account);
    hostile_path(test->ca_file, "ca", ".pem");
    test->account.ca_file = test->ca_file;
    hostile_use_certificate(test, "good");
    test->server_options.script = script;
    test->server_options.implicit_tls = true;
    test->server_options.cert_file = test->cert_file;
    test->server_options.key_file = test->key_file;
    test->call.timeout_ms = 40000;
    test->call.idle_timeout_ms = 20000;
    test->options.recipient_domains = recipient_domains;
    test->options.recipient_domain_count = 1;
    test->options.audit.sink = SMGW_AUDIT_CALLBACK;
    test->options.audit.callback = keep_record;
    test->options.audit.callback_context = &test->trail;
}

void hostile_expect_silence(hostile *test)
{
    test->call.idle_timeout_ms = site.patience_ms;
}

void hostile_use_certificate(hostile *test, const char *name)
{
    hostile_path(test->cert_file, name, ".pem");
    hostile_path(test->key_file, name, ".key");
}

void hostile_use_starttls(hostile *test)
{
    test->server_options.implicit_tls = false;
    test->account.imap_tls = SMGW_TLS_STARTTLS;
    test->account.smtp_tls = SMGW_TLS_STARTTLS;
}

void hostile_use_token(hostile *test, smgw_auth auth)
{
    test->account.auth = auth;
    test->account.password = NULL;
    test->account.oauth2_token = HOSTILE_TOKEN;
}

void hostile_start(hostile *test)
{
    int port = scripted_server_start(&test->server, &test->server_options);
    if (port < 0)
        fail_msg("%s", test->server.problem);
    test->account.imap_port = (uint16_t)port;
    test->account.smtp_port = (uint16_t)port;
    if (test->options.accounts == NULL) {
        test->options.accounts = &test->account;
        test->options.account_count = 1;
    }
    smgw_status status = smgw_gateway_new(&test->gateway, &test->options, &test->error);
    if (status != SMGW_OK)
        fail_msg("%s", test->error.message);
}

void hostile_begin(hostile *test, const char *script)
{
    hostile_prepare(test, script);
    hostile_start(test);
}

/* The words of a secret as they travel in PLAIN, LOGIN, XOAUTH2 and OAUTHBEARER hide behind base64. */
void hostile_assert_no_secret(const char *text)
{
    static const char *const secrets[] = { HOSTILE_PASSWORD, HOSTILE_TOKEN };
    char coded[64];
    for (size_t i = 0; i < COUNT_OF(secrets); i++) {
        assert_null(strstr(text, secrets[i]));
        /* At each of the three places in a group of four, without the characters that hang on the neighbours. */
        for (size_t shift = 0; shift < 3; shift++) {
            const char *secret = secrets[i] + (3 - shift) % 3;
            EVP_EncodeBlock((unsigned char *)coded, (const unsigned char *)secret, (int)(strlen(secret) / 3 * 3));
            assert_null(strstr(text, coded));
        }
    }
}

/* One line that no terminal takes for an order: no C0, DEL or C1. */
static void assert_printable(const char *text)
{
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++) {
        bool c1 = at[0] == 0xC2 && at[1] >= 0x80 && at[1] < 0xA0;
        if (*at < 0x20 || *at == 0x7F || c1)
            fail_msg("byte %02X in \"%s\"", *at, text);
    }
}

static void assert_trail_is_clean(const hostile_trail *trail)
{
    if (trail->text == NULL)
        return;
    assert_int_equal(strlen(trail->text), trail->len);
    hostile_assert_no_secret(trail->text);
    char *copy = strdup(trail->text);
    assert_non_null(copy);
    for (char *at = copy; *at != '\0'; at++)
        if (*at == '\n')
            *at = ' ';
    assert_printable(copy);
    free(copy);
}

static void assert_nothing_in_clear(const scripted_server *server)
{
    static const char *const words[] = { "AUTH", "LOGIN", "MAIL", "RCPT", "ada@", "SELECT", "EXAMINE" };
    if (server->clear.data == NULL)
        return;
    hostile_assert_no_secret(server->clear.data);
    for (size_t i = 0; i < COUNT_OF(words); i++)
        assert_false(scripted_server_saw_in_clear(server, words[i]));
}

static void assert_invariants(const hostile *test)
{
    const char *const texts[] = { test->error.message, test->error.field, test->error.enhanced_code,
        test->receipt.server_text, test->receipt.message_id };
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        hostile_assert_no_secret(texts[i]);
        assert_printable(texts[i]);
    }
    assert_trail_is_clean(&test->trail);
    assert_nothing_in_clear(&test->server);
}

bool hostile_stop(hostile *test)
{
    smgw_gateway_free(test->gateway);
    test->gateway = NULL;
    bool complete = scripted_server_join(&test->server);
    assert_invariants(test);
    return complete;
}

static void dispose(hostile *test)
{
    free(test->trail.text);
    test->trail = (hostile_trail){ NULL, 0 };
    scripted_server_free(&test->server);
}

void hostile_end(hostile *test)
{
    if (test->gateway != NULL && !hostile_stop(test))
        fail_msg("the server: %s", test->server.problem);
    dispose(test);
}

static size_t count(const char *text, const char *needle)
{
    size_t found = 0;
    for (const char *at = text; at != NULL && (at = strstr(at, needle)) != NULL; at++)
        found++;
    return found;
}

size_t hostile_heard(const hostile *test, const char *text)
{
    return count(test->server.secured.data, text);
}

size_t hostile_trail_count(const hostile *test, const char *text)
{
    return count(test->trail.text, text);
}

smgw_message *hostile_message(void)
{
    static const char text[] = "Hello.\n";
    smgw_message *message = NULL;
    assert_int_equal(smgw_message_new(&message), SMGW_OK);
    assert_int_equal(smgw_message_add_to(message, "ben@example.com", NULL, NULL), SMGW_OK);
    assert_int_equal(smgw_message_set_subject(message, "Greeting", NULL), SMGW_OK);
    assert_int_equal(smgw_message_set_text(message, text, sizeof text - 1, NULL), SMGW_OK);
    return message;
}

smgw_status hostile_send(hostile *test)
{
    smgw_message *message = hostile_message();
    smgw_status status = smgw_send(test->gateway, "ada", message, &test->call, &test->receipt, &test->error);
    smgw_message_free(message);
    return status;
}

smgw_status hostile_list(hostile *test, const char *account, size_t *folders)
{
    smgw_folder_list list = SMGW_FOLDER_LIST_INIT;
    smgw_status status = smgw_list_folders(test->gateway, account, &test->call, &list, &test->error);
    if (folders != NULL)
        *folders = list.count;
    smgw_folder_list_dispose(&list);
    return status;
}

/* Text lines; `context` counts what is left. */
static ptrdiff_t read_lines(void *context, void *buffer, size_t size)
{
    uint64_t *left = context;
    size_t len = size < *left ? size : (size_t)*left;
    char *bytes = buffer;
    for (size_t i = 0; i < len; i++)
        bytes[i] = (*left - i) % 64 == 0 ? '\n' : 'x';
    *left -= len;
    return (ptrdiff_t)len;
}

smgw_message *hostile_large_message(uint64_t *left, uint64_t size)
{
    *left = size;
    smgw_message *message = hostile_message();
    assert_int_equal(
        smgw_message_attach_stream(message, "large.txt", "text/plain", read_lines, left, size, NULL), SMGW_OK);
    return message;
}

static DIR *open_directory(const char *path)
{
    DIR *directory = opendir(path);
    assert_non_null(directory);
    return directory;
}

/* The next entry that is neither "." nor "..". */
static const struct dirent *next_entry(DIR *directory)
{
    const struct dirent *entry = NULL;
    do
        entry = readdir(directory);
    while (entry != NULL && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0));
    return entry;
}

size_t hostile_count_files(const char *path)
{
    DIR *directory = open_directory(path);
    size_t files = 0;
    while (next_entry(directory) != NULL)
        files++;
    closedir(directory);
    return files;
}

char *hostile_make_directory(void)
{
    char *path = strdup("/tmp/smgw-hostile-XXXXXX");
    assert_non_null(path);
    assert_non_null(mkdtemp(path));
    return path;
}

void hostile_remove_directory(char *path)
{
    DIR *directory = open_directory(path);
    for (const struct dirent *entry; (entry = next_entry(directory)) != NULL;)
        assert_int_equal(unlinkat(dirfd(directory), entry->d_name, 0), 0);
    closedir(directory);
    assert_int_equal(rmdir(path), 0);
    free(path);
}

long hostile_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
