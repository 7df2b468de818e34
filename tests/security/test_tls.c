/* SPDX-License-Identifier: MIT */
/*
 * Which servers are believed to be who they say, over both protocols and both ways into TLS. The ids are rows of
 * attack-catalogue.tsv. To a server that is not believed no octet is said inside of TLS, and no credential outside.
 */
#include "support/test.h"

#include "security/hostile.h"

#include <curl/curl.h>
#include <openssl/ssl.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct tls_case {
    const char *name; /* Rows, and what is shown. */
    const char *host;
    test_ca_leaf leaf;
    int max_tls;
    bool system_authorities; /* Instead of the one that issued the certificate. */
    const char *refusal;     /* In the error's words; NULL: accepted. */
} tls_case;

#define GOOD TEST_CA_LEAF_INIT

static const tls_case cases[] = {
    { "T01 the right name, TLS 1.3", "localhost", GOOD, TLS1_3_VERSION, false, NULL },
    { "T02 the right name, TLS 1.2", "localhost", GOOD, TLS1_2_VERSION, false, NULL },
    { "T15 TLS 1.1 only", "localhost", GOOD, TLS1_1_VERSION, false, "protocol" },
    { "T16 TLS 1.0 only", "localhost", GOOD, TLS1_VERSION, false, "protocol" },
    { "T03 expired", "localhost", { "localhost", "DNS:localhost", -3, -1, false }, 0, false, "expired" },
    { "not yet valid", "localhost", { "localhost", "DNS:localhost", 1, 3, false }, 0, false, "not yet valid" },
    { "self-signed", "localhost", { "localhost", "DNS:localhost", -1, 1, true }, 0, false, "self" },
    { "an authority that is not trusted", "localhost", GOOD, 0, true, "issuer" },
    { "another server's name", "localhost", { "localhost", "DNS:mail.example.com", -1, 1, false }, 0, false,
        "mismatch" },
    { "T07 the name in the common name only", "localhost", { "localhost", NULL, -1, 1, false }, 0, false, "mismatch" },
    { "T07 an address in the common name only", "127.0.0.1", { "127.0.0.1", NULL, -1, 1, false }, 0, false,
        "mismatch" },
    { "the name with capitals", "localhost", { "x", "DNS:LocalHost", -1, 1, false }, 0, false, NULL },
    { "a wildcard for one label", "a.b.localhost", { "x", "DNS:*.b.localhost", -1, 1, false }, 0, false, NULL },
    { "a wildcard is not for two labels", "z.a.b.localhost", { "x", "DNS:*.b.localhost", -1, 1, false }, 0, false,
        "mismatch" },
    { "a wildcard is not for the domain itself", "b.localhost", { "x", "DNS:*.b.localhost", -1, 1, false }, 0, false,
        "mismatch" },
    { "T09 a wildcard for a whole top-level domain", "a.localhost", { "x", "DNS:*.localhost", -1, 1, false }, 0, false,
        "mismatch" },
    { "T10 a wildcard for a part of a label", "foo.b.localhost", { "x", "DNS:f*.b.localhost", -1, 1, false }, 0, false,
        "mismatch" },
    { "T24 the right address", "127.0.0.1", { "x", "IP:127.0.0.1", -1, 1, false }, 0, false, NULL },
    { "another address", "127.0.0.1", { "x", "IP:127.0.0.2", -1, 1, false }, 0, false, "mismatch" },
    { "an address that is dressed as a name", "127.0.0.1", { "x", "DNS:127.0.0.1", -1, 1, false }, 0, false,
        "mismatch" },
    { "an address where a name is asked for", "localhost", { "x", "IP:127.0.0.1", -1, 1, false }, 0, false,
        "mismatch" },
};

static const char *const smtp_scripts[] = { SMTP_READY SMTP_BODY LINE("250 taken") "X",
    SCRIPTED_SMTP_STARTTLS_LOGIN SMTP_ANEW SMTP_BODY LINE("250 taken") "X" };
static const char *const imap_scripts[] = { IMAP_READY IMAP_LISTING "X",
    SCRIPTED_IMAP_STARTTLS_LOGIN IMAP_ANEW IMAP_LISTING "X" };

/* One call over one protocol and one way into TLS. */
static void try_case(const tls_case *row, bool smtp, bool starttls)
{
    hostile test;
    hostile_prepare(&test, smtp ? smtp_scripts[starttls] : imap_scripts[starttls]);
    if (starttls)
        hostile_use_starttls(&test);
    test.account.imap_host = row->host;
    test.account.smtp_host = row->host;
    test.account.ca_file = row->system_authorities ? NULL : test.account.ca_file;
    hostile_use_certificate(&test, "leaf");
    test.server_options.max_tls = row->max_tls;
    hostile_start(&test);
    smgw_status status = smtp ? hostile_send(&test) : hostile_list(&test, "ada", NULL);
    if (status != (row->refusal == NULL ? SMGW_OK : SMGW_ERR_TLS))
        fail_msg("%s %s: %s: %s", smtp ? "SMTP" : "IMAP", starttls ? "STARTTLS" : "TLS", smgw_status_text(status),
            test.error.message);
    assert_int_equal(hostile_stop(&test), row->refusal == NULL);
    assert_int_equal(test.server.connections, 1);
    if (row->refusal != NULL) {
        assert_int_equal(test.server.secured.len, 0);
        if (strcasestr(test.error.message, row->refusal) == NULL)
            fail_msg("%s", test.error.message);
        assert_false(test.error.retryable);
        assert_int_equal(test.error.outcome, SMGW_NOT_SENT);
        assert_int_equal(hostile_trail_count(&test, "AUTH_SUCCESS"), 0);
    }
    /* That the server itself speaks so old a version: it is the client's refusal that it reports. */
    if (row->max_tls == TLS1_1_VERSION || row->max_tls == TLS1_VERSION)
        assert_non_null(strstr(test.server.problem, "unsupported protocol"));
    hostile_end(&test);
}

static void run_case(void **state)
{
    const tls_case *row = *state;
    test_ca_leaf leaf = row->leaf;
    assert_true(test_ca_issue(hostile_ca(), "leaf", &leaf));
    for (int way = 0; way < 4; way++)
        try_case(row, way / 2 == 0, way % 2 == 1);
}

/* Whom we trust is settled when the gateway is made: the file may go away or change. */
static void the_authorities_are_those_of_the_start(void **state)
{
    (void)state;
    hostile test;
    hostile_prepare(&test, smtp_scripts[0]);
    char moved[HOSTILE_PATH_SIZE];
    hostile_path(moved, "moved", ".pem");
    hostile_start(&test);
    assert_int_equal(rename(test.ca_file, moved), 0);
    assert_int_equal(hostile_send(&test), SMGW_OK);
    assert_int_equal(rename(moved, test.ca_file), 0);
    hostile_stop(&test);
    hostile_end(&test);
}

/* --- T25: the keys of a session stay in memory. libcurl reads the variable once a process: it takes a new one. */

#define SEND_WITH_LIBRARY    "--send-with-library"
#define CONNECT_WITH_LIBCURL "--connect-with-libcurl"

static int send_with_library(void)
{
    hostile test;
    hostile_begin(&test, smtp_scripts[0]);
    smgw_status status = hostile_send(&test);
    hostile_end(&test);
    return status == SMGW_OK ? 0 : 1;
}

/* What libcurl does where nobody stops it. */
static int connect_with_libcurl(void)
{
    char url[64];
    hostile test;
    hostile_prepare(&test, smtp_scripts[0]);
    snprintf(url, sizeof url, "smtps://127.0.0.1:%d", scripted_server_start(&test.server, &test.server_options));
    CURL *curl = curl_easy_init();
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(curl, CURLOPT_CAINFO, test.account.ca_file);
    CURLcode code = curl_easy_perform(curl);
    curl_easy_cleanup(curl);
    curl_global_cleanup();
    scripted_server_free(&test.server);
    return code == CURLE_OK ? 0 : 1;
}

static int run_child(const char *mode)
{
    if (hostile_group_setup(NULL) != 0)
        return 1;
    int result = strcmp(mode, SEND_WITH_LIBRARY) == 0 ? send_with_library() : connect_with_libcurl();
    hostile_group_teardown(NULL);
    return result;
}

static void run_with_key_log(const char *program, const char *mode, const char *path)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        setenv("SSLKEYLOGFILE", path, 1);
        execl(program, program, mode, (char *)NULL);
        _exit(127);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* How many octets a file has; -1 where there is none. */
static long file_size(const char *path)
{
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return -1;
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    long size = ftell(file);
    fclose(file);
    return size;
}

static void no_session_key_is_logged(void **state)
{
    const char *program = *state;
    char path[HOSTILE_PATH_SIZE];
    hostile_path(path, "keys", ".log");
    run_with_key_log(program, CONNECT_WITH_LIBCURL, path);
    assert_true(file_size(path) > 0);
    assert_int_equal(unlink(path), 0);
    run_with_key_log(program, SEND_WITH_LIBRARY, path);
    assert_true(file_size(path) <= 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_authorities_are_those_of_the_start),
        cmocka_unit_test_prestate(no_session_key_is_logged, argv[0]),
    };
    if (argc == 2)
        return run_child(argv[1]);
    struct CMUnitTest all[COUNT_OF(cases) + COUNT_OF(tests)];
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        all[i] = (struct CMUnitTest){ cases[i].name, run_case, NULL, NULL, (void *)(uintptr_t)&cases[i] };
    memcpy(all + COUNT_OF(cases), tests, sizeof tests);
    return cmocka_run_group_tests_name("TLS", all, hostile_group_setup, hostile_group_teardown);
}
