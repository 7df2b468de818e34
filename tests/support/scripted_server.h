/* SPDX-License-Identifier: MIT */
/*
 * A server on a loopback port for what no real server would do. It runs a script in a thread of its own:
 *
 *     scripted_server server;
 *     scripted_server_options options = SCRIPTED_SERVER_OPTIONS_INIT;
 *     options.script = "S:\"220 x\\r\\n\" C:/^EHLO / S:\"250 x\\r\\n\" X";
 *     int port = scripted_server_start(&server, &options);
 *     ... the client, against 127.0.0.1:port ...
 *     assert_true(scripted_server_join(&server));
 *     scripted_server_free(&server);
 *
 * A script is a row of steps with blanks between them; tests/security/attack-catalogue.tsv writes its scenarios so.
 *
 *     S:"bytes"   sends; escapes \r \n \t \\ \" \e and octal \001; ${REP:n:text} repeats, ${SEQ:a:b:sep} counts from a
 *                 to b, $TAG is the first word of the line that the last C step matched (the pending IMAP tag)
 *     C:/regex/   reads lines until one matches (POSIX extended; "\/" is a slash)
 *     L:n         reads n octets: an IMAP literal
 *     T           begins TLS
 *     W:ms        waits and neither reads nor sends
 *     A           closes, and accepts another connection (with TLS where it is implicit)
 *     X           closes in order: TLS close_notify, FIN, and reads away what still arrives
 *     E           closes the connection without the TLS close_notify
 *     R           resets the connection (RST)
 *
 * At the end of the script the server keeps the connection, silent and reading, until the client closes it. No single
 * step waits longer than 10 seconds, W included, nor does the wait at the end. A client that closes while a step still
 * sends or waits stops the script: for a flood that is what the test wants.
 */
#ifndef TESTS_SUPPORT_SCRIPTED_SERVER_H
#define TESTS_SUPPORT_SCRIPTED_SERVER_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

/* What libcurl needs before CONNECT_ONLY returns; a script continues behind it. */
#define SCRIPTED_SMTP_LOGIN                                                                                            \
    "S:\"220 scripted ESMTP\\r\\n\" C:/^EHLO / "                                                                       \
    "S:\"250-scripted\\r\\n250-PIPELINING\\r\\n250 AUTH PLAIN LOGIN\\r\\n\" "                                          \
    "C:/^AUTH PLAIN/ S:\"235 2.7.0 ok\\r\\n\" "
#define SCRIPTED_SMTP_STARTTLS_LOGIN                                                                                   \
    "S:\"220 scripted ESMTP\\r\\n\" C:/^EHLO / "                                                                       \
    "S:\"250-scripted\\r\\n250 STARTTLS\\r\\n\" "                                                                      \
    "C:/^STARTTLS/ S:\"220 go\\r\\n\" T C:/^EHLO / "                                                                   \
    "S:\"250-scripted\\r\\n250-PIPELINING\\r\\n250 AUTH PLAIN\\r\\n\" "                                                \
    "C:/^AUTH PLAIN/ S:\"235 2.7.0 ok\\r\\n\" "
#define SCRIPTED_IMAP_LOGIN                                                                                            \
    "S:\"* OK scripted\\r\\n\" C:/ CAPABILITY/ "                                                                       \
    "S:\"* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR\\r\\n$TAG OK done\\r\\n\" "                                         \
    "C:/ AUTHENTICATE PLAIN/ S:\"$TAG OK in\\r\\n\" "

typedef struct scripted_server_options {
    const char *script;
    bool implicit_tls;
    const char *cert_file; /* PEM, as test_ca.h makes them; needed where TLS is. */
    const char *key_file;
    int max_tls; /* The newest version the server speaks, such as TLS1_1_VERSION of OpenSSL; 0: any. */
} scripted_server_options;

#define SCRIPTED_SERVER_OPTIONS_INIT { NULL, false, NULL, NULL, 0 }

typedef struct scripted_bytes {
    char *data; /* With a NUL behind it. */
    size_t len;
} scripted_bytes;

/* To be read after the join; it stays where it is from start to join. */
typedef struct scripted_server {
    int port;
    scripted_bytes clear;   /* All that the client sent outside TLS, of all connections. */
    scripted_bytes secured; /* All that it sent inside TLS. */
    char problem[200];      /* Why the script stopped before its end, and at which step; "" otherwise. */
    size_t connections;     /* Accepted. */
    struct scripted_run *run;
    pthread_t thread;
} scripted_server;

/* The port on 127.0.0.1, or -1 with the reason in server->problem: a mistake in the script or in the files. */
int scripted_server_start(scripted_server *server, const scripted_server_options *options);

/*
 * Ends all waiting, joins the thread, and tells whether the script ran to its end. What the client sent before is still
 * read; a step that waits for more fails.
 */
bool scripted_server_join(scripted_server *server);

/* Joins where that was not done. */
void scripted_server_free(scripted_server *server);

/* True where the client sent `text` outside TLS. */
bool scripted_server_saw_in_clear(const scripted_server *server, const char *text);

#endif
