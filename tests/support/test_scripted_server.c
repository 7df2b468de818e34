/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "support/scripted_server.h"
#include "support/test_ca.h"

#include <curl/curl.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* Octets to repeat where many are needed. */
#define FIFTY "01234567890123456789012345678901234567890123456789"

static char directory[] = "/tmp/smgw-scripted-XXXXXX";
static test_ca *authority;

static void path_of(char *out, size_t size, const char *file)
{
    snprintf(out, size, "%s/%s", directory, file);
}

static int make_authority(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(directory));
    authority = test_ca_new(directory);
    assert_non_null(authority);
    assert_true(test_ca_issue(authority, "server", NULL));
    return 0;
}

static int remove_authority(void **state)
{
    (void)state;
    test_ca_remove_files(authority);
    test_ca_free(authority);
    assert_int_equal(access(directory, F_OK), -1);
    return 0;
}

static int start(scripted_server *server, const char *script, bool implicit_tls, const char *name)
{
    static char cert[200];
    static char key[200];
    char file[64];
    snprintf(file, sizeof file, "%s.pem", name);
    path_of(cert, sizeof cert, file);
    snprintf(file, sizeof file, "%s.key", name);
    path_of(key, sizeof key, file);
    const scripted_server_options options = { script, implicit_tls, cert, key, 0 };
    int port = scripted_server_start(server, &options);
    if (port <= 0)
        fail_msg("%s", server->problem);
    return port;
}

static int dial(int port)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    address.sin_port = htons((uint16_t)port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static void say(int fd, const char *text)
{
    assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

static void expect(int fd, const char *text)
{
    char got[1000] = { 0 };
    size_t len = strlen(text);
    assert_true(len < sizeof got);
    assert_int_equal(recv(fd, got, len, MSG_WAITALL), (ssize_t)len);
    assert_string_equal(got, text);
}

static void expect_join(scripted_server *server)
{
    if (!scripted_server_join(server))
        fail_msg("%s", server->problem);
    assert_string_equal(server->problem, "");
}

static long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void plays_a_plain_conversation(void **state)
{
    (void)state;
    scripted_server server;
    int fd = dial(start(&server,
        "S:\"* OK \\\"hi\\\"\\r\\n\" C:/ LOGIN/ S:\"$TAG OK ${SEQ:9:12:, }\\000${REP:3:a\\n}$x\\r\\n\"\n"
        "  C:/^A2 A\\/B$/ L:5 S:\"+\\r\\n\" X",
        false, "server"));
    char got[40] = { 0 };
    expect(fd, "* OK \"hi\"\r\n");
    say(fd, "A0 NOOP\r\nA1 LOGIN me secret\r\n");
    assert_int_equal(recv(fd, got, 30, MSG_WAITALL), 30);
    assert_memory_equal(got, "A1 OK 9, 10, 11, 12\0a\na\na\n$x\r\n", 30);
    say(fd, "A2 A/B\r\n123");
    say(fd, "45");
    expect(fd, "+\r\n");
    assert_int_equal(recv(fd, got, 1, 0), 0);
    close(fd);
    expect_join(&server);
    assert_int_equal(server.connections, 1);
    assert_string_equal(server.clear.data, "A0 NOOP\r\nA1 LOGIN me secret\r\nA2 A/B\r\n12345");
    assert_int_equal(server.secured.len, 0);
    assert_true(scripted_server_saw_in_clear(&server, "secret"));
    assert_false(scripted_server_saw_in_clear(&server, "secret2"));
    scripted_server_free(&server);
}

static SSL_CTX *trusting(void)
{
    char path[200];
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    path_of(path, sizeof path, "ca.pem");
    assert_non_null(context);
    assert_int_equal(SSL_CTX_load_verify_locations(context, path, NULL), 1);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    return context;
}

/* Does the handshake for `host`; what OpenSSL thinks of the certificate is *verdict. */
static SSL *secure(SSL_CTX *context, int fd, const char *host, long *verdict)
{
    SSL *ssl = SSL_new(context);
    assert_non_null(ssl);
    assert_int_equal(SSL_set_fd(ssl, fd), 1);
    assert_int_equal(SSL_set1_host(ssl, host), 1);
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    SSL_connect(ssl);
    *verdict = SSL_get_verify_result(ssl);
    return ssl;
}

static void secret_stays_inside_tls(void **state)
{
    (void)state;
    scripted_server server;
    long verdict = -1;
    char got[40] = { 0 };
    int fd = dial(start(&server,
        "S:\"220 x\\r\\n\" C:/^STARTTLS$/ S:\"220 go\\r\\n\" T C:/secret/ S:\"235 in\\r\\n\" X", false, "server"));
    expect(fd, "220 x\r\n");
    say(fd, "STARTTLS\r\n");
    expect(fd, "220 go\r\n");
    SSL_CTX *context = trusting();
    SSL *ssl = secure(context, fd, "localhost", &verdict);
    assert_int_equal(verdict, X509_V_OK);
    assert_int_equal(SSL_write(ssl, "secret\r\n", 8), 8);
    assert_int_equal(SSL_read(ssl, got, sizeof got), 8);
    assert_string_equal(got, "235 in\r\n");
    assert_int_equal(SSL_read(ssl, got, sizeof got), 0);
    assert_int_equal(SSL_get_shutdown(ssl) & SSL_RECEIVED_SHUTDOWN, SSL_RECEIVED_SHUTDOWN);
    SSL_free(ssl);
    SSL_CTX_free(context);
    close(fd);
    expect_join(&server);
    assert_string_equal(server.clear.data, "STARTTLS\r\n");
    assert_string_equal(server.secured.data, "secret\r\n");
    assert_false(scripted_server_saw_in_clear(&server, "secret"));
    scripted_server_free(&server);
}

static void ends_without_close_notify(void **state)
{
    (void)state;
    scripted_server server;
    long verdict = -1;
    char got[40] = { 0 };
    int fd = dial(start(&server, "S:\"250 ok\\r\\n\" E", true, "server"));
    SSL_CTX *context = trusting();
    SSL *ssl = secure(context, fd, "127.0.0.1", &verdict);
    assert_int_equal(SSL_read(ssl, got, sizeof got), 8);
    assert_true(SSL_read(ssl, got, sizeof got) <= 0);
    assert_int_equal(SSL_get_shutdown(ssl) & SSL_RECEIVED_SHUTDOWN, 0);
    SSL_free(ssl);
    SSL_CTX_free(context);
    close(fd);
    expect_join(&server);
    scripted_server_free(&server);
}

static void each_certificate_is_spoilt_in_its_way(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        test_ca_leaf leaf;
        long verdict;
    } cases[] = {
        { "good", TEST_CA_LEAF_INIT, X509_V_OK },
        { "expired", { "localhost", "DNS:localhost", -3, -2, false }, X509_V_ERR_CERT_HAS_EXPIRED },
        { "early", { "localhost", "DNS:localhost", 2, 3, false }, X509_V_ERR_CERT_NOT_YET_VALID },
        { "other", { "localhost", "DNS:other.example", -1, 1, false }, X509_V_ERR_HOSTNAME_MISMATCH },
        { "nameless", { "localhost", NULL, -1, 1, false }, X509_V_ERR_HOSTNAME_MISMATCH },
        { "selfmade", { "localhost", "DNS:localhost", -1, 1, true }, X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        scripted_server server;
        long verdict = -1;
        assert_true(test_ca_issue(authority, cases[i].name, &cases[i].leaf));
        int fd = dial(start(&server, "C:/hello/", true, cases[i].name));
        SSL_CTX *context = trusting();
        SSL *ssl = secure(context, fd, "localhost", &verdict);
        assert_int_equal(verdict, cases[i].verdict);
        SSL_free(ssl);
        SSL_CTX_free(context);
        close(fd);
        assert_false(scripted_server_join(&server));
        assert_string_not_equal(server.problem, "");
        assert_int_equal(server.clear.len, 0);
        scripted_server_free(&server);
    }
}

static void resets(void **state)
{
    (void)state;
    scripted_server server;
    char byte = 0;
    int fd = dial(start(&server, "C:/x/ R", false, "server"));
    say(fd, "x\r\n");
    assert_int_equal(recv(fd, &byte, 1, 0), -1);
    assert_int_equal(errno, ECONNRESET);
    close(fd);
    expect_join(&server);
    scripted_server_free(&server);
}

static void accepts_one_connection_after_another(void **state)
{
    (void)state;
    scripted_server server;
    int port = start(&server, "S:\"1\" A C:/two/ S:\"2\" X A S:\"3\"", false, "server");
    char byte = 0;
    int first = dial(port);
    expect(first, "1");
    assert_int_equal(recv(first, &byte, 1, 0), 0);
    close(first);
    int second = dial(port);
    say(second, "two\n");
    expect(second, "2");
    close(second);
    int third = dial(port);
    expect(third, "3");
    close(third);
    expect_join(&server);
    assert_int_equal(server.connections, 3);
    scripted_server_free(&server);
}

static void waits_as_long_as_it_should(void **state)
{
    (void)state;
    scripted_server server;
    long begun = now_ms();
    int fd = dial(start(&server, "W:200 S:\"x\"", false, "server"));
    expect(fd, "x");
    assert_in_range(now_ms() - begun, 190, 5000);
    close(fd);
    expect_join(&server);
    scripted_server_free(&server);
}

static void join_ends_all_waiting(void **state)
{
    (void)state;
    static const struct {
        const char *script;
        bool dials;
        bool complete;
    } cases[] = {
        { "S:\"x\"", false, false },                      /* Nobody comes. */
        { "C:/never/", true, false },                     /* A line that does not come. */
        { "L:9", true, false },                           /* Octets that do not come. */
        { "T", true, false },                             /* A handshake that does not come. */
        { "S:\"x\" W:9000", true, true },                 /* A pause. */
        { "S:\"x\"", true, true },                        /* A client that does not close. */
        { "X", true, true },                              /* The same. */
        { "S:\"${REP:600000:" FIFTY "}\"", true, false }, /* A client that does not read. */
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        scripted_server server;
        int port = start(&server, cases[i].script, false, "server");
        int fd = cases[i].dials ? dial(port) : -1;
        usleep(20000);
        long begun = now_ms();
        assert_int_equal(scripted_server_join(&server), cases[i].complete);
        assert_true(now_ms() - begun < 2000);
        assert_int_equal(server.problem[0] == '\0', cases[i].complete);
        if (fd >= 0)
            close(fd);
        scripted_server_free(&server);
    }
}

static void what_was_sent_before_the_join_is_read(void **state)
{
    (void)state;
    for (int i = 0; i < 50; i++) {
        scripted_server server;
        int fd = dial(start(&server, "C:/one/ C:/two/", false, "server"));
        say(fd, "one\r\ntwo\r\n");
        close(fd);
        expect_join(&server);
        assert_string_equal(server.clear.data, "one\r\ntwo\r\n");
        scripted_server_free(&server);
    }
}

static void names_the_step_where_it_stopped(void **state)
{
    (void)state;
    scripted_server server;
    int fd = dial(start(&server, "S:\"x\" C:/hello/ S:\"y\"", false, "server"));
    say(fd, "goodbye\r\n");
    shutdown(fd, SHUT_WR);
    expect(fd, "x");
    assert_false(scripted_server_join(&server));
    assert_string_equal(server.problem, "the client has closed, at C:/hello/");
    close(fd);
    scripted_server_free(&server);
}

static void mistakes_are_told_at_once(void **state)
{
    (void)state;
    static const char *const scripts[] = { "S:\"x", "S:x", "C:/(/", "C:/x", "Q", "XX", "W:", "W:1s", "L:99999999999",
        "S:\"${REP:x:y}\"", "S:\"${REP:3}\"", "S:\"${SEQ:1:2}\"", "S:\"${REP:3:x\"", "S:\"${REP:2000000:" FIFTY "}\"",
        "S:\"a\"C:/b/" };
    for (size_t i = 0; i < COUNT_OF(scripts); i++) {
        scripted_server server;
        scripted_server_options options = SCRIPTED_SERVER_OPTIONS_INIT;
        options.script = scripts[i];
        assert_int_equal(scripted_server_start(&server, &options), -1);
        assert_string_not_equal(server.problem, "");
        scripted_server_free(&server);
    }
    scripted_server server;
    const scripted_server_options no_certificate = { "X", true, NULL, NULL, 0 };
    assert_int_equal(scripted_server_start(&server, &no_certificate), -1);
    const scripted_server_options bad_certificate = { "X", true, "/nonexistent.pem", "/nonexistent.key", 0 };
    assert_int_equal(scripted_server_start(&server, &bad_certificate), -1);
}

/* Logs in as the library does, then sends a line and awaits one. */
static void log_in(const char *scheme, int port)
{
    char url[60];
    char ca[200];
    char got[20] = { 0 };
    size_t len = 0;
    snprintf(url, sizeof url, "%s://127.0.0.1:%d", scheme, port);
    path_of(ca, sizeof ca, "ca.pem");
    CURL *curl = curl_easy_init();
    assert_non_null(curl);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_CAINFO, ca);
    curl_easy_setopt(curl, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
    curl_easy_setopt(curl, CURLOPT_USERNAME, "me");
    curl_easy_setopt(curl, CURLOPT_PASSWORD, "secret");
    curl_easy_setopt(curl, CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN");
    curl_easy_setopt(curl, CURLOPT_SASL_IR, 1L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 9L);
    curl_easy_setopt(curl, CURLOPT_CONNECT_ONLY, 1L);
    assert_int_equal(curl_easy_perform(curl), CURLE_OK);
    assert_int_equal(curl_easy_send(curl, "T1 NOOP\r\n", 9, &len), CURLE_OK);
    for (int i = 0; i < 400 && curl_easy_recv(curl, got, sizeof got, &len) == CURLE_AGAIN; i++)
        usleep(10000);
    assert_string_equal(got, "T1 done\r\n");
    curl_easy_cleanup(curl);
}

static void libcurl_logs_in_to_each_kind(void **state)
{
    (void)state;
    static const struct {
        const char *scheme;
        const char *script;
        bool implicit_tls;
    } cases[] = {
        { "smtps", SCRIPTED_SMTP_LOGIN "C:/NOOP/ S:\"$TAG done\\r\\n\"", true },
        { "smtp", SCRIPTED_SMTP_STARTTLS_LOGIN "C:/NOOP/ S:\"$TAG done\\r\\n\"", false },
        { "imaps", SCRIPTED_IMAP_LOGIN "C:/NOOP/ S:\"$TAG done\\r\\n\"", true },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        scripted_server server;
        log_in(cases[i].scheme, start(&server, cases[i].script, cases[i].implicit_tls, "server"));
        expect_join(&server);
        /* base64 of "\0me\0secret" */
        assert_non_null(strstr(server.secured.data, "AG1lAHNlY3JldA=="));
        assert_false(scripted_server_saw_in_clear(&server, "AG1lAHNlY3JldA=="));
        scripted_server_free(&server);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plays_a_plain_conversation),
        cmocka_unit_test(secret_stays_inside_tls),
        cmocka_unit_test(ends_without_close_notify),
        cmocka_unit_test(each_certificate_is_spoilt_in_its_way),
        cmocka_unit_test(resets),
        cmocka_unit_test(accepts_one_connection_after_another),
        cmocka_unit_test(waits_as_long_as_it_should),
        cmocka_unit_test(join_ends_all_waiting),
        cmocka_unit_test(what_was_sent_before_the_join_is_read),
        cmocka_unit_test(names_the_step_where_it_stopped),
        cmocka_unit_test(mistakes_are_told_at_once),
        cmocka_unit_test(libcurl_logs_in_to_each_kind),
    };
    return cmocka_run_group_tests(tests, make_authority, remove_authority);
}
