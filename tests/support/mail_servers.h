/* SPDX-License-Identifier: MIT */
/*
 * The private Dovecot and Postfix as a test sees them, and gateways onto them. The SMGW_TEST_* variables name the
 * servers; ctest sets them for every test that is registered with smgw_add_integration_test().
 */
#ifndef TESTS_SUPPORT_MAIL_SERVERS_H
#define TESTS_SUPPORT_MAIL_SERVERS_H

#include <simplemailgw.h>

typedef struct mail_servers {
    const char *host;
    const char *ca_file;
    const char *user; /* Also the address. */
    const char *password;
    const char *user2;
    const char *password2;
    const char *oauth2_token;  /* Of `user`. */
    uint16_t imaps_port;       /* Implicit TLS. */
    uint16_t imap_port;        /* STARTTLS. */
    uint16_t submissions_port; /* Implicit TLS. */
    uint16_t submission_port;  /* STARTTLS. */
} mail_servers;

/* Ends the program with a message where a variable is missing: no servers is a failure, never a skip. */
const mail_servers *mail_servers_get(void);

/* The trail of a gateway, kept in memory; a test may make it fail. */
typedef struct kept_audit {
    char *text; /* Records, one a line; NUL-terminated. NULL while there are none. */
    size_t len;
    bool refuse;              /* Fail every record from now on. */
    const char *refuse_event; /* Fail the records of this event. NULL: none. */
} kept_audit;

/* How often `needle` occurs in the trail. */
size_t kept_audit_count(const kept_audit *audit, const char *needle);
void kept_audit_dispose(kept_audit *audit);

/* Two accounts, "ada" and "bob", with implicit TLS; recipients at example.com; no workspace; limits that no test
 * reaches. */
typedef struct test_gateway {
    smgw_account accounts[2];
    const char *domains[1];
    kept_audit audit;
    smgw_gateway_options options;
    smgw_gateway *gateway;
} test_gateway;

/* Fills in the above; the test changes what it likes, then calls test_gateway_start(). */
void test_gateway_prepare(test_gateway *test);

/* Makes the gateway; a failure ends the test. */
void test_gateway_start(test_gateway *test);
void test_gateway_stop(test_gateway *test);

/* STARTTLS on both protocols. */
void test_account_use_starttls(smgw_account *account);

/* A directory of mode 0700 that did not exist; to be removed, with the files in it, by remove_test_directory(). */
char *make_test_directory(void);
void remove_test_directory(char *path);

/* Ends the test where `status` is not SMGW_OK, showing the error. */
#define assert_ok(status, error) assert_ok_at((status), (error), __FILE__, __LINE__)
void assert_ok_at(smgw_status status, const smgw_error *error, const char *file, int line);

/* A message to ada with this subject and a short text. */
smgw_message *simple_message(const char *subject);

/* Waits, up to a minute, until INBOX of `account` has the message, and gives its reference. */
smgw_ref wait_for_message(smgw_gateway *gateway, const char *account, const char *message_id);

/* How many messages INBOX of `account` has with this Message-ID, now. */
size_t count_messages(smgw_gateway *gateway, const char *account, const char *message_id);

/* Bytes that a write function collects. */
typedef struct collected {
    char *data; /* NUL-terminated. */
    size_t len;
} collected;

bool collect_bytes(void *context, const void *data, size_t len);
void collected_dispose(collected *bytes);

#endif
