/* SPDX-License-Identifier: MIT */
/*
 * Storing against servers that cut, refuse, lie or fall silent: whatever they do, the outcome says what is known, and a
 * message is given only once.
 */
#include "support/test.h"

#include "security/hostile.h"

#include <stdio.h>
#include <string.h>

/* 21 octets. */
static const char message[] = "Subject: x\r\n\r\nhello\r\n";

enum { LARGE = 32 * 1024 * 1024 };

#define APPENDING IMAP_READY HEAR(" APPEND \"INBOX\" \\{21\\}$")
#define LITERAL_READY(capability)                                                                                      \
    SCRIPTED_IMAP_LOGIN HEAR(" CAPABILITY") LINE("* CAPABILITY IMAP4rev1 " capability) LINE("$TAG OK done")
#define GIVEN APPENDING SAY("+ go\\r\\n") "L:21 L:2 "

/* Lines of 80 octets behind a short header. */
typedef struct endless {
    uint64_t at;
    uint64_t bad_at; /* A LF alone stands here; 0: nowhere. */
} endless;

static ptrdiff_t read_lines(void *context, void *buffer, size_t size)
{
    static const char head[] = "Subject: x\r\n\r\n";
    endless *lines = context;
    char *out = buffer;
    for (size_t i = 0; i < size; i++, lines->at++) {
        uint64_t column = (lines->at + 2) % 80;
        out[i] = column == 0 ? '\r' : column == 1 ? '\n' : 'x';
        if (lines->at < sizeof head - 1)
            out[i] = head[lines->at];
        if (lines->bad_at > 0 && lines->at == lines->bad_at)
            out[i] = '\n';
    }
    return (ptrdiff_t)size;
}

static ptrdiff_t read_message(void *context, void *buffer, size_t size)
{
    const char **at = context;
    memcpy(buffer, *at, size);
    *at += size;
    return (ptrdiff_t)size;
}

static smgw_status store_small(hostile *test, smgw_stored *stored)
{
    const char *at = message;
    return smgw_append_message(test->gateway, "ada", "INBOX", read_message, &at, sizeof message - 1, 0, INT64_MIN,
        &test->call, stored, &test->error);
}

static smgw_status store_large(hostile *test, smgw_stored *stored)
{
    endless lines = { 0, 0 };
    return smgw_append_message(
        test->gateway, "ada", "INBOX", read_lines, &lines, LARGE, 0, INT64_MIN, &test->call, stored, &test->error);
}

static smgw_status store_bad(hostile *test, smgw_stored *stored)
{
    endless lines = { 0, 200000 };
    return smgw_append_message(
        test->gateway, "ada", "INBOX", read_lines, &lines, LARGE, 0, INT64_MIN, &test->call, stored, &test->error);
}

static smgw_status save_draft(hostile *test, smgw_stored *stored)
{
    smgw_message *draft = hostile_message();
    smgw_status status = smgw_save_draft(test->gateway, "ada", draft, &test->call, stored, &test->error);
    smgw_message_free(draft);
    return status;
}

typedef struct store_case {
    const char *name;
    smgw_status (*call)(hostile *test, smgw_stored *stored);
    const char *script;
    smgw_status status;
    smgw_outcome outcome;
    /* What becomes of it; MUTE: the server waits until the client closes. */
    enum { OVER, SERVES_ON, MUTE } connection;
    uint32_t uid;
} store_case;

static const store_case cases[] = {
    { "cut before the server asks", store_small, APPENDING "E ", SMGW_ERR_NETWORK, SMGW_NOT_SENT, OVER, 0 },
    { "reset before the server asks", store_small, APPENDING "R ", SMGW_ERR_NETWORK, SMGW_NOT_SENT, OVER, 0 },
    { "cut within the message", store_large, IMAP_READY HEAR(" APPEND ") SAY("+ go\\r\\n") "L:100000 R ",
        SMGW_ERR_NETWORK, SMGW_NOT_SENT, OVER, 0 },
    { "cut behind the message", store_small, GIVEN "E ", SMGW_ERR_UNKNOWN, SMGW_UNKNOWN, OVER, 0 },
    { "reset behind the message", store_small, GIVEN "R ", SMGW_ERR_UNKNOWN, SMGW_UNKNOWN, OVER, 0 },
    { "BYE behind the message", store_small, GIVEN LINE("* BYE gone") "E ", SMGW_ERR_UNKNOWN, SMGW_UNKNOWN, OVER, 0 },
    { "nonsense behind the message", store_small, GIVEN LINE("* LIST (") "E ", SMGW_ERR_UNKNOWN, SMGW_UNKNOWN, OVER,
        0 },
    { "a foreign tag confirms nothing", store_small, GIVEN LINE("A1 OK done") "E ", SMGW_ERR_UNKNOWN, SMGW_UNKNOWN,
        false, 0 },
    { "mute before it asks", store_small, APPENDING, SMGW_ERR_TIMEOUT, SMGW_NOT_SENT, MUTE, 0 },
    { "mute behind the message", store_small, GIVEN, SMGW_ERR_UNKNOWN, SMGW_UNKNOWN, MUTE, 0 },
    { "too big, said before the message", store_small, APPENDING LINE("$TAG NO [TOOBIG] no"), SMGW_ERR_TOO_LARGE,
        SMGW_NOT_SENT, SERVES_ON, 0 },
    { "too big, said behind the message", store_small, GIVEN LINE("$TAG NO [TOOBIG] no"), SMGW_ERR_TOO_LARGE,
        SMGW_NOT_SENT, SERVES_ON, 0 },
    { "too big, said within the message", store_large,
        IMAP_READY HEAR(" APPEND ") SAY("+ go\\r\\n") "L:100000 " LINE("$TAG NO [TOOBIG] no") "W:50 R ",
        SMGW_ERR_TOO_LARGE, SMGW_NOT_SENT, OVER, 0 },
    { "too big by what the server announced", store_small, LITERAL_READY("APPENDLIMIT=20"), SMGW_ERR_TOO_LARGE,
        SMGW_NOT_SENT, SERVES_ON, 0 },
    { "no such folder", store_small, APPENDING LINE("$TAG NO [TRYCREATE] \\e[2J no"), SMGW_ERR_NOT_FOUND, SMGW_NOT_SENT,
        SERVES_ON, 0 },
    { "stored, with no word of where", store_small, GIVEN LINE("$TAG OK done"), SMGW_OK, SMGW_SENT, SERVES_ON, 0 },
    { "stored, and where", store_small, GIVEN LINE("$TAG OK [APPENDUID 7 42] done"), SMGW_OK, SMGW_SENT, SERVES_ON,
        42 },
    { "stored, and a place that cannot be", store_small, GIVEN LINE("$TAG OK [APPENDUID 7 1:4294967295] done"), SMGW_OK,
        SMGW_SENT, SERVES_ON, 0 },
    { "without a question where the server has LITERAL+", store_small,
        LITERAL_READY("LITERAL+")
            HEAR(" APPEND \"INBOX\" \\{21\\+\\}$") "L:21 L:2 " LINE("$TAG OK [APPENDUID 7 42] done"),
        SMGW_OK, SMGW_SENT, SERVES_ON, 42 },
    { "a LF alone far behind ends it", store_bad, IMAP_READY HEAR(" APPEND ") SAY("+ go\\r\\n"), SMGW_ERR_INVALID,
        SMGW_NOT_SENT, MUTE, 0 },
    { "a draft without a folder for drafts", save_draft,
        IMAP_READY HEAR(" LIST ") LINE("* LIST (\\\\Noselect) NIL Drafts") LINE("* LIST () NIL INBOX")
            LINE("$TAG OK done"),
        SMGW_ERR_NOT_FOUND, SMGW_NOT_SENT, SERVES_ON, 0 },
    { "a draft in a folder by its name", save_draft,
        IMAP_READY HEAR(" LIST ") LINE("* LIST () \\\"/\\\" INBOX/drafts") LINE("$TAG OK done")
            HEAR(" APPEND \"INBOX.drafts\" \\(\\\\Seen \\\\Draft\\)") LINE("$TAG NO [LIMIT] no"),
        SMGW_ERR_TEMPORARY, SMGW_NOT_SENT, SERVES_ON, 0 },
    { "a draft in the folder with the role", save_draft,
        IMAP_READY HEAR(" LIST ") LINE("* LIST () NIL Drafts") LINE("* LIST (\\\\Drafts) NIL Entwurf")
            LINE("$TAG OK done") HEAR(" APPEND \"Entwurf\" \\(\\\\Seen \\\\Draft\\)") "E ",
        SMGW_ERR_NETWORK, SMGW_NOT_SENT, OVER, 0 },
};

static const char *record_of(const store_case *row)
{
    if (row->outcome != SMGW_NOT_SENT)
        return row->outcome == SMGW_SENT ? "\"outcome\":\"done\"" : "\"outcome\":\"unknown\"";
    return "\"outcome\":\"failed\"";
}

static void run_case(void **state)
{
    const store_case *row = *state;
    char script[4096];
    static const char *const rests[] = {
        [OVER] = "A " IMAP_READY IMAP_LISTING "X",
        [SERVES_ON] = HEAR(" NOOP") LINE("$TAG OK done") IMAP_LISTING "X",
        [MUTE] = "",
    };
    assert_true((size_t)snprintf(script, sizeof script, "%s%s", row->script, rests[row->connection]) < sizeof script);
    hostile test;
    hostile_prepare(&test, script);
    if (row->connection == MUTE)
        hostile_expect_silence(&test);
    hostile_start(&test);
    smgw_stored stored = SMGW_STORED_INIT;
    smgw_status status = row->call(&test, &stored);
    if (status != row->status)
        fail_msg("%s: %s", smgw_status_text(status), test.error.message);
    assert_int_equal(stored.outcome, row->outcome);
    assert_int_equal(stored.uid, row->uid);
    assert_int_equal(stored.uidvalidity, row->uid != 0 ? 7 : 0);
    if (status != SMGW_OK)
        assert_int_equal(test.error.outcome, row->outcome);
    bool attempted = hostile_trail_count(&test, "\"outcome\":\"attempted\"") == 1;
    assert_int_equal(hostile_trail_count(&test, record_of(row)), attempted);
    size_t count = 1;
    if (row->connection != MUTE)
        assert_int_equal(hostile_list(&test, "ada", &count), SMGW_OK);
    assert_int_equal(count, 1);
    if (!hostile_stop(&test))
        fail_msg("the server: %s", test.server.problem);
    assert_int_equal(test.server.connections, row->connection == OVER ? 2 : 1);
    assert_true(hostile_heard(&test, " APPEND ") <= 1);
    assert_true(hostile_heard(&test, "hello\r\n") <= 1);
    hostile_end(&test);
}

int main(void)
{
    struct CMUnitTest all[COUNT_OF(cases)];
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        all[i] = (struct CMUnitTest){ cases[i].name, run_case, NULL, NULL, (void *)(uintptr_t)&cases[i] };
    return cmocka_run_group_tests_name("hostile storing", all, hostile_group_setup, hostile_group_teardown);
}
