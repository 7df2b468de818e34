/* SPDX-License-Identifier: MIT */
/*
 * What the whole-client tests share: one gateway with one account against one scripted server
 * (support/scripted_server.h), and what must hold after every one of them, whatever the server did.
 */
#ifndef TESTS_SECURITY_HOSTILE_H
#define TESTS_SECURITY_HOSTILE_H

#include "support/scripted_server.h"
#include "support/test_ca.h"

#include <simplemailgw.h>

/* What no error, receipt, trail or clear connection may ever hold. */
#define HOSTILE_PASSWORD "canary-Pa55word"
#define HOSTILE_TOKEN    "canary-T0ken"

/* The steps of a script, so that a conversation reads as one. */
#define SAY(text)   "S:\"" text "\" "
#define LINE(text)  "S:\"" text "\\r\\n\" "
#define HEAR(regex) "C:/" regex "/ "

#define SCRIPTED_IMAP_STARTTLS_LOGIN                                                                                   \
    LINE("* OK scripted")                                                                                              \
    HEAR(" CAPABILITY")                                                                                                \
    LINE("* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED") LINE("$TAG OK done") HEAR(" STARTTLS")                       \
        LINE("$TAG OK go") "T " HEAR(" CAPABILITY") LINE("* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR")                  \
            LINE("$TAG OK done") HEAR(" AUTHENTICATE PLAIN") LINE("$TAG OK in")

/* From the greeting to where the library itself speaks: libcurl's login, then capabilities asked for anew. */
#define SMTP_ANEW  HEAR("^EHLO ") LINE("250-scripted") LINE("250 PIPELINING")
#define IMAP_ANEW  HEAR(" CAPABILITY") LINE("* CAPABILITY IMAP4rev1") LINE("$TAG OK done")
#define SMTP_READY SCRIPTED_SMTP_LOGIN SMTP_ANEW
#define IMAP_READY SCRIPTED_IMAP_LOGIN IMAP_ANEW

/* The envelope of one message to one recipient, up to where the body is asked for; and the end of the body. */
#define SMTP_ENVELOPE HEAR("^MAIL FROM") LINE("250 ok") HEAR("^RCPT TO") LINE("250 ok") HEAR("^DATA")
#define SMTP_BODY     SMTP_ENVELOPE LINE("354 go") HEAR("^\\.$")

/* One listing: a folder "INBOX". */
#define IMAP_LISTING HEAR(" LIST ") LINE("* LIST () NIL INBOX") LINE("$TAG OK done")

/* INBOX as every test knows it. */
#define IMAP_INBOX                                                                                                     \
    HEAR(" EXAMINE ")                                                                                                  \
    LINE("* 3 EXISTS") LINE("* OK [UIDVALIDITY 7] ok") LINE("* OK [UIDNEXT 1000] ok") LINE("$TAG OK [READ-ONLY] done")

/* Makes the authority and the good certificate, for all tests of the program; for cmocka's group. */
int hostile_group_setup(void **state);
int hostile_group_teardown(void **state);
test_ca *hostile_ca(void);

/* How long a test waits for what will not come: longer than a conversation takes on this machine. */
uint32_t hostile_patience_ms(void);

/* What may take `ms` in an ordinary run: more where CMake was given an SMGW_TEST_TIMEOUT_FACTOR, as under valgrind. */
long hostile_slack(long ms);

/* Room for a path in the directory of the certificates. */
enum { HOSTILE_PATH_SIZE = 80 };

/* The path of <name><ending> there. */
void hostile_path(char path[HOSTILE_PATH_SIZE], const char *name, const char *ending);

/* The trail, kept in memory: records, one a line; NUL-terminated. */
typedef struct hostile_trail {
    char *text; /* NULL while there are none. */
    size_t len;
} hostile_trail;

typedef struct hostile {
    scripted_server server;
    scripted_server_options server_options;
    char ca_file[HOSTILE_PATH_SIZE], cert_file[HOSTILE_PATH_SIZE], key_file[HOSTILE_PATH_SIZE];
    smgw_account account; /* "ada", implicit TLS, both protocols at the server's port. */
    smgw_gateway_options options;
    smgw_call_options call; /* Idle time 20 s, in all 40 s. */
    hostile_trail trail;
    smgw_gateway *gateway;
    smgw_error error;
    smgw_receipt receipt;
} hostile;

/* Fills it in for this script; a test changes what it likes, then starts it. It stays where it is until it is stopped.
 */
void hostile_prepare(hostile *test, const char *script);
/* Ends a silence after hostile_patience_ms(). */
void hostile_expect_silence(hostile *test);
void hostile_use_certificate(hostile *test, const char *name);
void hostile_use_starttls(hostile *test);
void hostile_use_token(hostile *test, smgw_auth auth);
void hostile_start(hostile *test);

/* Prepares and starts. */
void hostile_begin(hostile *test, const char *script);

/*
 * Ends the gateway and the server and asserts what holds after everything: no secret and no control character in error,
 * receipt and trail, and nothing of a login outside TLS. Returns whether the script ran to its end; server.problem
 * tells why not. hostile_end() asserts that it did.
 */
bool hostile_stop(hostile *test);
void hostile_end(hostile *test);

/* Fails the test where `text` holds the password or the token, also behind base64. */
void hostile_assert_no_secret(const char *text);

/* What the client has sent, after the stop; both in `secured` of the server. */
size_t hostile_heard(const hostile *test, const char *text);

/* How often the trail has `text`. */
size_t hostile_trail_count(const hostile *test, const char *text);

/* A message to ben@example.com, and its sending through test->call into test->receipt and test->error. */
smgw_message *hostile_message(void);
smgw_status hostile_send(hostile *test);

/* Lists the folders of this account; how many there are is in `count`, which may be NULL. */
smgw_status hostile_list(hostile *test, const char *account, size_t *count);

/* A message with an attachment of `size` octets, streamed. */
smgw_message *hostile_large_message(uint64_t *left, uint64_t size);

/* Bytes that a write function collects; memory of malloc(). */
typedef struct hostile_bytes {
    char *data;
    size_t len;
} hostile_bytes;

bool hostile_collect(void *context, const void *data, size_t len);

/* How many entries a directory has. */
size_t hostile_count_files(const char *directory);

/* A directory of mode 0700, and its end with all files in it. */
char *hostile_make_directory(void);
void hostile_remove_directory(char *directory);

/* Milliseconds on the monotonic clock. */
long hostile_now_ms(void);

#endif
