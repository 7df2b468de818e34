/* SPDX-License-Identifier: MIT */
/*
 * The whole client against IMAP servers that lie, flood, fall silent or vanish. The ids are rows of
 * attack-catalogue.tsv. What a server said in vain is never delivered as a message, never saved, and its connection is
 * never used again.
 */
#include "support/test.h"

#include "security/hostile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define RUMOUR "rumour"
#define QUOTE  "\\\""

#define HELLO     LINE("* OK " RUMOUR) HEAR(" CAPABILITY")
#define SEARCHING IMAP_READY IMAP_INBOX HEAR(" UID SEARCH ")
#define FETCHING  IMAP_READY IMAP_INBOX HEAR(" UID FETCH 9 ")

enum { IMPLICIT, STARTTLS };

static smgw_status list_folders(hostile *test, hostile_bytes *names)
{
    smgw_folder_list list = SMGW_FOLDER_LIST_INIT;
    smgw_status status = smgw_list_folders(test->gateway, "ada", &test->call, &list, &test->error);
    for (size_t i = 0; i < list.count; i++) {
        hostile_collect(names, list.items[i].name, strlen(list.items[i].name));
        hostile_collect(names, ";", 1);
    }
    smgw_folder_list_dispose(&list);
    return status;
}

static smgw_status search(hostile *test, hostile_bytes *uids)
{
    smgw_uid_list list = SMGW_UID_LIST_INIT;
    smgw_status status = smgw_search(test->gateway, "ada", "INBOX", NULL, &test->call, &list, &test->error);
    for (size_t i = 0; i < list.count; i++) {
        char number[16];
        int len = snprintf(number, sizeof number, "%u;", (unsigned)list.uids[i]);
        hostile_collect(uids, number, (size_t)len);
    }
    if (status == SMGW_OK)
        assert_int_equal(list.uidvalidity, 7);
    smgw_uid_list_dispose(&list);
    return status;
}

static const smgw_ref message_9 = { "INBOX", 7, 9 };

static smgw_status fetch_raw(hostile *test, hostile_bytes *bytes)
{
    return smgw_fetch_raw(test->gateway, "ada", &message_9, hostile_collect, bytes, &test->call, &test->error);
}

/* Searches, and gives the subjects of what was found. */
static smgw_status fetch_mails(hostile *test, hostile_bytes *subjects)
{
    smgw_fetch *fetch = NULL;
    smgw_status status = smgw_fetch_open(&fetch, test->gateway, "ada", "INBOX", NULL, &test->call, &test->error);
    while (status == SMGW_OK) {
        const smgw_mail *mail = NULL;
        status = smgw_fetch_next(fetch, &mail, &test->error);
        if (status == SMGW_OK) {
            hostile_collect(subjects, mail->subject, strlen(mail->subject));
            hostile_collect(subjects, ";", 1);
        }
    }
    smgw_fetch_free(fetch);
    return status == SMGW_DONE ? SMGW_OK : status;
}

/* One call, whose data are in `data` where it succeeds. */
typedef struct imap_case {
    const char *name; /* Rows, and what is shown. */
    smgw_status (*call)(hostile *test, hostile_bytes *data);
    const char *script;
    smgw_status status;
    const char *data;
} imap_case;

static const imap_case cases[] = {
    { "V03 a literal of 2^63-1 octets", fetch_raw, FETCHING SAY("* 1 FETCH (UID 9 BODY[] {9223372036854775807}\\r\\nx"),
        SMGW_ERR_TOO_LARGE, NULL },
    { "V03 the same before its UID is known", fetch_raw, FETCHING SAY("* 1 FETCH (BODY[] {9223372036854775807}\\r\\nx"),
        SMGW_ERR_TOO_LARGE, NULL },
    { "V04 a literal of 2^32 octets that ends after one", fetch_raw,
        FETCHING SAY("* 1 FETCH (UID 9 BODY[] {4294967296}\\r\\nx)\\r\\n$TAG OK done\\r\\n"), SMGW_ERR_TOO_LARGE,
        NULL },
    { "V05 a literal of 2^64 octets", fetch_raw, FETCHING SAY("* 1 FETCH (UID 9 BODY[] {18446744073709551616}\\r\\nx"),
        SMGW_ERR_PROTOCOL, NULL },
    { "V06 a literal of -1 octets", fetch_raw, FETCHING SAY("* 1 FETCH (UID 9 BODY[] {-1}\\r\\nx"), SMGW_ERR_PROTOCOL,
        NULL },
    { "V07 a literal with a blank before its size", fetch_raw,
        FETCHING SAY("* 1 FETCH (UID 9 BODY[] { 5}\\r\\nhello)\\r\\n$TAG OK done\\r\\n"), SMGW_ERR_PROTOCOL, NULL },
    { "V09 a body that is NIL is empty", fetch_raw,
        FETCHING SAY("* 1 FETCH (UID 9 BODY[] NIL)\\r\\n$TAG OK done\\r\\n"), SMGW_OK, "" },
    { "V10 another message's body is not this message's", fetch_raw,
        FETCHING SAY("* 1 FETCH (UID 8 BODY[] {1}\\r\\nx)\\r\\n$TAG OK done\\r\\n"), SMGW_ERR_NOT_FOUND, NULL },
    { "V10 a body that claims another UID at its end is not this message's", fetch_raw,
        FETCHING SAY("* 1 FETCH (BODY[] {1}\\r\\nx UID 8)\\r\\n$TAG OK done\\r\\n"), SMGW_ERR_NOT_FOUND, NULL },
    { "V11 of two bodies the first is delivered", fetch_raw,
        FETCHING SAY(
            "* 1 FETCH (UID 9 BODY[] {1}\\r\\nx)\\r\\n* 1 FETCH (UID 9 BODY[] {1}\\r\\ny)\\r\\n$TAG OK done\\r\\n"),
        SMGW_OK, "x" },
    { "a message that is gone is not found", fetch_raw, FETCHING LINE("$TAG OK done"), SMGW_ERR_NOT_FOUND, NULL },
    { "a completion inside of a message completes nothing", fetch_raw,
        FETCHING SAY("* 1 FETCH (UID 9 BODY[] {26}\\r\\n$TAG OK done\\r\\n)\\r\\n* BYE\\r\\n)\\r\\n$TAG OK done\\r\\n"),
        SMGW_ERR_PROTOCOL, NULL },
    { "O17 a changed UIDVALIDITY makes the reference stale", fetch_raw,
        IMAP_READY HEAR(" EXAMINE ") LINE("* OK [UIDVALIDITY 8] ok") LINE("$TAG OK [READ-ONLY] done"), SMGW_ERR_STALE,
        NULL },
    { "O17 a folder without UIDVALIDITY cannot be referred to", fetch_raw,
        IMAP_READY HEAR(" EXAMINE ") LINE("* 3 EXISTS") LINE("$TAG OK [READ-ONLY] done"), SMGW_ERR_UNSUPPORTED, NULL },
    { "a folder that is gone is not found", fetch_raw,
        IMAP_READY HEAR(" EXAMINE ") LINE("$TAG NO [NONEXISTENT] \\e[2J gone"), SMGW_ERR_NOT_FOUND, NULL },
    { "V15 a NUL in a result", search, SEARCHING SAY("* SEARCH 1 2\\000 3\\r\\n$TAG OK done\\r\\n"), SMGW_ERR_PROTOCOL,
        NULL },
    { "V16 several results are merged, unsolicited data ignored", search,
        SEARCHING SAY(
            "* SEARCH 100\\r\\n* 2 RECENT\\r\\n* SEARCH 99\\r\\n* 1 EXPUNGE\\r\\n* XYZZY what\\r\\n$TAG OK done\\r\\n"),
        SMGW_OK, "99;100;" },
    { "V17 a range of all UIDs is not expanded", search,
        SEARCHING SAY("* ESEARCH (TAG " QUOTE "$TAG" QUOTE ") UID ALL 1:4294967295\\r\\n$TAG OK done\\r\\n"),
        SMGW_ERR_TOO_LARGE, NULL },
    { "V18 a tag that is nobody's completes nothing", search,
        SEARCHING SAY("A999 OK x\\r\\n* SEARCH 5\\r\\n$TAG OK done\\r\\n"), SMGW_OK, "5;" },
    { "V20 BYE ends the call at once", search, SEARCHING SAY("* BYE bye\\r\\n") "W:600 ", SMGW_ERR_NETWORK, NULL },
    { "a number too large for a UID", search, SEARCHING SAY("* SEARCH 1 4294967296\\r\\n$TAG OK done\\r\\n"),
        SMGW_ERR_PROTOCOL, NULL },
    { "UID 0", search, SEARCHING SAY("* SEARCH 0\\r\\n$TAG OK done\\r\\n"), SMGW_ERR_PROTOCOL, NULL },
    { "lines that end with LF alone", search, SEARCHING SAY("* SEARCH 5\\n$TAG OK done\\n"), SMGW_ERR_PROTOCOL, NULL },
    { "V32 escape sequences in a refusal reach nobody", search,
        SEARCHING SAY("$TAG NO [UNAVAILABLE] \\e[2J\\e]0;evil\\007\\302\\233evil\\177\\b\\377\\r\\n"),
        SMGW_ERR_TEMPORARY, NULL },
    { "a continuation that nobody asked for", search, SEARCHING SAY("+ go on\\r\\n$TAG OK done\\r\\n"),
        SMGW_ERR_PROTOCOL, NULL },
    { "V22 a name is data, never a path", list_folders,
        IMAP_READY HEAR(" LIST ") LINE("* LIST () " QUOTE "/" QUOTE " " QUOTE "../../x" QUOTE) LINE("$TAG OK done"),
        SMGW_OK, "../../x;" },
    { "I24 a name that hides a line break is left out", list_folders,
        IMAP_READY HEAR(" LIST ") LINE("* LIST () " QUOTE "/" QUOTE " a&AA0ACg-b") LINE("* LIST () NIL plain")
            LINE("$TAG OK done"),
        SMGW_OK, "plain;" },
    { "a message nobody asked for is not among the results", fetch_mails,
        SEARCHING LINE("* SEARCH 9") LINE("$TAG OK done") HEAR(" UID FETCH 9 ")
            LINE("* 1 FETCH (UID 8 FLAGS () RFC822.SIZE 1)") LINE("$TAG OK done"),
        SMGW_OK, "" },
    { "escape sequences in a subject reach nobody", fetch_mails,
        SEARCHING LINE("* SEARCH 9") LINE("$TAG OK done") HEAR(" UID FETCH 9 ") LINE(
            "* 1 FETCH (UID 9 FLAGS () RFC822.SIZE 1 INTERNALDATE " QUOTE "17-Jul-1996 02:44:25 -0700" QUOTE
            " ENVELOPE (NIL " QUOTE "=?utf-8?q?a=1B[2Jb=0D=0Ac?=" QUOTE " NIL NIL NIL NIL NIL NIL NIL NIL)"
            " BODYSTRUCTURE (" QUOTE "text" QUOTE " " QUOTE "plain" QUOTE " NIL NIL NIL " QUOTE "7bit" QUOTE " 1 1))")
            LINE("$TAG OK done"),
        SMGW_OK, "a [2Jb  c;" },
};

/* After these a server cannot be believed, or is not there. */
static bool breaks_connection(smgw_status status)
{
    return status == SMGW_ERR_PROTOCOL || status == SMGW_ERR_TOO_LARGE || status == SMGW_ERR_NETWORK;
}

static void end_whole(hostile *test)
{
    if (!hostile_stop(test))
        fail_msg("the server: %s", test->server.problem);
}

static void run_case(void **state)
{
    const imap_case *row = *state;
    char script[4096];
    bool broken = breaks_connection(row->status);
    snprintf(script, sizeof script, "%s%s", row->script, broken ? "A " IMAP_READY IMAP_LISTING "X" : "X");
    hostile test;
    hostile_begin(&test, script);
    hostile_bytes data = { NULL, 0 };
    long begun = hostile_now_ms();
    smgw_status status = row->call(&test, &data);
    assert_in_range(hostile_now_ms() - begun, 0, hostile_slack(2500) + hostile_patience_ms());
    if (status != row->status)
        fail_msg("%s: %s", smgw_status_text(status), test.error.message);
    if (status == SMGW_OK)
        assert_string_equal(data.data != NULL ? data.data : "", row->data);
    else
        assert_int_not_equal(test.error.message[0], '\0');
    free(data.data);
    data = (hostile_bytes){ NULL, 0 };
    if (broken) {
        assert_int_equal(list_folders(&test, &data), SMGW_OK);
        assert_string_equal(data.data, "INBOX;");
    }
    end_whole(&test);
    assert_int_equal(test.server.connections, broken ? 2 : 1);
    if (row->status == SMGW_ERR_STALE || row->status == SMGW_ERR_UNSUPPORTED)
        assert_int_equal(hostile_heard(&test, "FETCH"), 0);
    free(data.data);
    hostile_end(&test);
}

/* What a server may do before the login. */
static const struct imap_door {
    const char *name;
    int tls;
    const char *script;
    smgw_status status;
} doors[] = {
    { "S01 a server without STARTTLS gets no credentials", STARTTLS,
        HELLO LINE("* CAPABILITY IMAP4rev1 AUTH=PLAIN") LINE("$TAG OK done"), SMGW_ERR_TLS },
    { "S03 STARTTLS denied leads to no fallback", STARTTLS,
        HELLO LINE("* CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN") LINE("$TAG OK done") HEAR(" STARTTLS")
            LINE("$TAG NO " RUMOUR),
        SMGW_ERR_TLS },
    { "S03 STARTTLS not understood leads to no fallback", STARTTLS,
        HELLO LINE("* CAPABILITY IMAP4rev1 STARTTLS") LINE("$TAG OK done") HEAR(" STARTTLS") LINE("$TAG BAD " RUMOUR),
        SMGW_ERR_TLS },
    { "S06 capabilities injected before TLS end the connection", STARTTLS,
        HELLO LINE("* CAPABILITY IMAP4rev1 STARTTLS") LINE("$TAG OK done") HEAR(" STARTTLS")
            SAY("$TAG OK\\r\\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\\r\\n"),
        SMGW_ERR_PROTOCOL },
    { "S07 an alert before TLS is not shown", STARTTLS,
        LINE("* OK [ALERT] " RUMOUR) HEAR(" CAPABILITY") LINE("* NO [ALERT] " RUMOUR) LINE("$TAG BAD " RUMOUR),
        SMGW_ERR_TLS },
    { "PREAUTH before TLS is refused", STARTTLS,
        LINE("* PREAUTH " RUMOUR) HEAR(" CAPABILITY") LINE("* CAPABILITY IMAP4rev1 STARTTLS") LINE("$TAG OK done"),
        SMGW_ERR_TLS },
    { "PREAUTH inside of TLS is no login of ours", IMPLICIT,
        LINE("* PREAUTH " RUMOUR) HEAR(" CAPABILITY") LINE("* CAPABILITY IMAP4rev1") LINE("$TAG OK done"),
        SMGW_ERR_AUTH },
    { "BYE in the greeting", IMPLICIT, LINE("* BYE " RUMOUR), SMGW_ERR_NETWORK },
    { "V25 no login offered", IMPLICIT, HELLO LINE("* CAPABILITY IMAP4rev1 LOGINDISABLED") LINE("$TAG OK done"),
        SMGW_ERR_AUTH },
    { "V26 only a method we never use", IMPLICIT,
        HELLO LINE("* CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=CRAM-MD5 AUTH=NTLM") LINE("$TAG OK done"),
        SMGW_ERR_AUTH },
    { "a login put off is no wrong password", IMPLICIT,
        HELLO LINE("* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR") LINE("$TAG OK done") HEAR(" AUTHENTICATE PLAIN")
            LINE("$TAG NO [UNAVAILABLE] " RUMOUR),
        SMGW_ERR_TEMPORARY },
    { "K06 a refusal that echoes the password is not repeated", IMPLICIT,
        HELLO LINE("* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR") LINE("$TAG OK done") HEAR(" AUTHENTICATE PLAIN")
            LINE("$TAG NO " HOSTILE_PASSWORD " is wrong " RUMOUR),
        SMGW_ERR_AUTH },
    { "a mute server", IMPLICIT, "W:9000", SMGW_ERR_TIMEOUT },
    { "a server mute before TLS", STARTTLS, "W:9000", SMGW_ERR_TIMEOUT },
    { "a server mute after the login", IMPLICIT, SCRIPTED_IMAP_LOGIN HEAR(" CAPABILITY"), SMGW_ERR_TIMEOUT },
};

static void run_door(void **state)
{
    const struct imap_door *row = *state;
    hostile test;
    hostile_prepare(&test, row->script);
    if (row->tls == STARTTLS)
        hostile_use_starttls(&test);
    if (row->status == SMGW_ERR_TIMEOUT)
        hostile_expect_silence(&test);
    hostile_start(&test);
    hostile_bytes names = { NULL, 0 };
    smgw_status status = list_folders(&test, &names);
    if (status != row->status)
        fail_msg("%s: %s", smgw_status_text(status), test.error.message);
    assert_null(names.data);
    assert_int_not_equal(test.error.message[0], '\0');
    assert_null(strstr(test.error.message, RUMOUR));
    assert_int_equal(hostile_trail_count(&test, RUMOUR), 0);
    bool logged_in = strstr(row->script, SCRIPTED_IMAP_LOGIN) != NULL;
    assert_int_equal(hostile_trail_count(&test, "AUTH_SUCCESS"), logged_in);
    end_whole(&test);
    assert_int_equal(hostile_heard(&test, " LIST "), 0);
    hostile_end(&test);
}

static void silence_ends_the_call(void **state)
{
    (void)state;
    hostile test;
    hostile_prepare(&test, SEARCHING LINE("* SEARCH 5"));
    hostile_expect_silence(&test);
    hostile_start(&test);
    hostile_bytes uids = { NULL, 0 };
    long begun = hostile_now_ms();
    assert_int_equal(search(&test, &uids), SMGW_ERR_TIMEOUT);
    assert_in_range(hostile_now_ms() - begun, hostile_patience_ms(), hostile_slack(2500) + hostile_patience_ms());
    assert_null(uids.data);
    end_whole(&test);
    hostile_end(&test);
}

/* V01: as many as no buffer on the way takes at once. */
static void a_long_result_arrives_whole(void **state)
{
    (void)state;
    hostile test;
    hostile_begin(&test, SEARCHING SAY("* SEARCH ${SEQ:100000:102999: }\\r\\n$TAG OK done\\r\\n") "X");
    smgw_uid_list list = SMGW_UID_LIST_INIT;
    assert_int_equal(smgw_search(test.gateway, "ada", "INBOX", NULL, &test.call, &list, &test.error), SMGW_OK);
    assert_int_equal(list.count, 3000);
    for (size_t i = 0; i < list.count; i++)
        assert_int_equal(list.uids[i], 100000 + i);
    smgw_uid_list_dispose(&list);
    hostile_end(&test);
}

/* The sanitizers keep freed memory back. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
static const bool measures_memory = false;
#elif defined(__has_feature)
static const bool measures_memory = !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer);
#else
static const bool measures_memory = true;
#endif

static long peak_kib(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

/* Floods a search, `pieces` times one S step; the client has to end it. */
static void flood(const char *piece, size_t pieces, smgw_status expected)
{
    char script[8192] = SEARCHING SAY("* ");
    for (size_t i = 0; i < pieces; i++)
        strncat(script, piece, sizeof script - strlen(script) - 1);
    hostile test;
    hostile_prepare(&test, script);
    hostile_expect_silence(&test);
    test.call.timeout_ms = 2 * hostile_patience_ms();
    hostile_start(&test);
    hostile_bytes uids = { NULL, 0 };
    long begun = hostile_now_ms();
    smgw_status status = search(&test, &uids);
    assert_in_range(hostile_now_ms() - begun, 0, hostile_slack(2000) + 2 * hostile_patience_ms());
    assert_null(uids.data);
    bool complete = hostile_stop(&test);
    /* On a slow machine the time runs out before the budget. */
    if (status != SMGW_ERR_TIMEOUT) {
        assert_int_equal(status, expected);
        assert_false(complete);
        assert_non_null(strstr(test.server.problem, "at S:"));
    }
    hostile_end(&test);
}

/* V13, V14 and the like: what never ends is ended by the client, within its memory. */
static void floods_are_ended_and_cost_no_memory(void **state)
{
    (void)state;
    static const struct {
        const char *piece;
        smgw_status expected;
    } floods[] = {
        { SAY("${REP:1000000:a}"), SMGW_ERR_TOO_LARGE },
        { SAY("1 EXISTS\\r\\n${REP:300000:* 1 EXISTS\\r\\n}* "), SMGW_ERR_TOO_LARGE },
        { SAY("OK x\\r\\n${REP:300000:A999 OK x\\r\\n}* "), SMGW_ERR_TOO_LARGE },
        { SAY("1 FETCH (UID 8 BODY[] {3000000}\\r\\n${REP:3000000:x})\\r\\n* "), SMGW_ERR_TIMEOUT },
    };
    for (size_t i = 0; i < COUNT_OF(floods); i++) {
        if (measures_memory)
            flood(floods[i].piece, 6, floods[i].expected);
        long before = peak_kib();
        flood(floods[i].piece, 40, floods[i].expected);
        if (measures_memory)
            assert_in_range(peak_kib() - before, 0, 16384);
    }
}

/* V33: LOGOUT is a courtesy. */
static void a_server_mute_at_logout_does_not_hold_the_gateway(void **state)
{
    (void)state;
    hostile test;
    hostile_begin(
        &test, IMAP_READY IMAP_LISTING HEAR(" LOGOUT") LINE("* BYE soon") "W:1200 " LINE("* 1 EXISTS") "W:9000");
    hostile_bytes names = { NULL, 0 };
    assert_int_equal(list_folders(&test, &names), SMGW_OK);
    free(names.data);
    long begun = hostile_now_ms();
    hostile_end(&test);
    assert_in_range(hostile_now_ms() - begun, 0, hostile_slack(4000));
}

/* --- Attachments */

#define STRUCTURE                                                                                                      \
    FETCHING LINE("* 1 FETCH (UID 9 BODYSTRUCTURE (" QUOTE "application" QUOTE " " QUOTE "pdf" QUOTE " (" QUOTE        \
                  "name" QUOTE " " QUOTE "a.pdf" QUOTE ") NIL NIL " QUOTE "7bit" QUOTE " 5))") LINE("$TAG OK done")    \
        HEAR("BODY.PEEK\\[1\\]")

typedef struct saving {
    hostile test;
    char *workspace;
    smgw_saved saved;
} saving;

static smgw_status save(saving *save, const char *script)
{
    *save = (saving){ .workspace = hostile_make_directory(), .saved = SMGW_SAVED_INIT };
    hostile_prepare(&save->test, script);
    hostile_expect_silence(&save->test);
    save->test.options.workspace = save->workspace;
    hostile_start(&save->test);
    return smgw_save_attachment(
        save->test.gateway, "ada", &message_9, "1", &save->test.call, &save->saved, &save->test.error);
}

static void end_saving(saving *save)
{
    end_whole(&save->test);
    hostile_end(&save->test);
    hostile_remove_directory(save->workspace);
}

static void an_attachment_arrives_whole(void **state)
{
    (void)state;
    saving save_it;
    assert_int_equal(
        save(&save_it, STRUCTURE SAY("* 1 FETCH (UID 9 BODY[1] {5}\\r\\nhello)\\r\\n$TAG OK done\\r\\n") "X"), SMGW_OK);
    assert_int_equal(save_it.saved.size, 5);
    assert_int_equal(hostile_count_files(save_it.workspace), 1);
    assert_int_equal(hostile_trail_count(&save_it.test, "ATTACHMENT_DOWNLOAD"), 1);
    end_saving(&save_it);
}

/* V10 and its relatives. */
static void what_is_not_the_attachment_is_not_saved(void **state)
{
    (void)state;
    static const struct {
        const char *script;
        smgw_status status;
    } rows[] = {
        { STRUCTURE SAY("* 1 FETCH (UID 8 BODY[1] {5}\\r\\nhello)\\r\\n$TAG OK done\\r\\n") "X", SMGW_ERR_NOT_FOUND },
        { STRUCTURE SAY("* 1 FETCH (BODY[1] {5}\\r\\nhello UID 8)\\r\\n$TAG OK done\\r\\n") "X", SMGW_ERR_NOT_FOUND },
        { STRUCTURE SAY("* 1 FETCH (UID 9 BODY[2] {5}\\r\\nhello)\\r\\n$TAG OK done\\r\\n") "X", SMGW_ERR_NOT_FOUND },
        { STRUCTURE SAY("* 1 FETCH (UID 9 BODY[1] {5}\\r\\nhello)\\r\\n$TAG NO sorry\\r\\n") "X", SMGW_ERR_PERMANENT },
        { STRUCTURE LINE("* 1 FETCH (UID 9 BODY[1] NIL)") LINE("$TAG OK done") "X", SMGW_ERR_PROTOCOL },
        { STRUCTURE SAY("* 1 FETCH (UID 9 BODY[1] {4294967297}\\r\\nhello") "X", SMGW_ERR_TOO_LARGE },
        { STRUCTURE SAY("* 1 FETCH (UID 9 BODY[1] {50}\\r\\nhello") "X", SMGW_ERR_NETWORK },
        { STRUCTURE SAY("* 1 FETCH (UID 9 BODY[1] {50}\\r\\nhello") "R", SMGW_ERR_NETWORK },
        { STRUCTURE SAY("* 1 FETCH (UID 9 BODY[1] {50}\\r\\nhello"), SMGW_ERR_TIMEOUT },
        { FETCHING LINE("* 1 FETCH (UID 8 BODYSTRUCTURE (" QUOTE "a" QUOTE " " QUOTE "b" QUOTE " NIL NIL NIL " QUOTE
                        "7bit" QUOTE " 5))") LINE("$TAG OK done") "X",
            SMGW_ERR_NOT_FOUND },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        saving save_it;
        smgw_status status = save(&save_it, rows[i].script);
        if (status != rows[i].status)
            fail_msg("row %zu: %s: %s", i, smgw_status_text(status), save_it.test.error.message);
        assert_int_equal(hostile_count_files(save_it.workspace), 0);
        assert_int_equal(hostile_trail_count(&save_it.test, "ATTACHMENT_DOWNLOAD"), 0);
        assert_string_equal(save_it.saved.name, "");
        end_saving(&save_it);
    }
}

/* `bytes`, which hold neither quote nor backslash, as the text of an S step. */
static void add_escaped(char *script, const char *bytes, size_t len)
{
    char *at = script + strlen(script);
    for (size_t i = 0; i < len; i++)
        at += snprintf(at, 5, bytes[i] < ' ' ? "\\%03o" : "%c", (unsigned char)bytes[i]);
}

/* The connection ends after each octet of the response in turn: a part of the file never looks like the file. */
static void cut_at_every_byte_saves_nothing(void **state)
{
    (void)state;
    static const char response[] = "* 1 FETCH (UID 9 BODY[1] {5}\r\nhello)\r\n$TAG OK done\r\n";
    const size_t tag_at = (size_t)(strstr(response, "$TAG") - response);
    const size_t len = sizeof response - 1;
    for (size_t cut = 0; cut <= len; cut++) {
        if (cut > tag_at && cut < tag_at + strlen("$TAG"))
            continue; /* No part of a name stands for a part of the tag. */
        char script[4096] = STRUCTURE "S:\"";
        add_escaped(script, response, cut);
        strncat(script, cut % 2 == 0 ? "\" X" : "\" E", 4);
        saving save_it;
        smgw_status status = save(&save_it, script);
        if (status != (cut == len ? SMGW_OK : SMGW_ERR_NETWORK))
            fail_msg("after %zu octets: %s: %s", cut, smgw_status_text(status), save_it.test.error.message);
        assert_int_equal(hostile_count_files(save_it.workspace), cut == len);
        end_saving(&save_it);
    }
}

/* --- Calls in a row */

static void a_dead_idle_connection_is_replaced(void **state)
{
    (void)state;
    static const char *const ends[] = { "A ", "R A ", "E A ", LINE("* BYE idle for too long") "A ",
        HEAR(" NOOP") LINE("* BYE idle for too long") "A ", HEAR(" NOOP") LINE("$TAG BAD what") "A ",
        LINE("* OK chatter") "A " };
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        char script[2048];
        snprintf(script, sizeof script, "%s%s%s", IMAP_READY IMAP_LISTING, ends[i], IMAP_READY IMAP_LISTING "X");
        hostile test;
        hostile_begin(&test, script);
        for (int call = 0; call < 2; call++) {
            hostile_bytes names = { NULL, 0 };
            assert_int_equal(list_folders(&test, &names), SMGW_OK);
            free(names.data);
        }
        end_whole(&test);
        assert_int_equal(test.server.connections, 2);
        hostile_end(&test);
    }
}

static bool stop_after(void *context, uint64_t done, uint64_t total)
{
    (void)done, (void)total;
    const long *end = context;
    return hostile_now_ms() < *end;
}

static void cancelling_ends_every_silence(void **state)
{
    (void)state;
    static const char *const scripts[] = { "W:9000", HELLO, SCRIPTED_IMAP_LOGIN HEAR(" CAPABILITY"),
        IMAP_READY HEAR(" EXAMINE "), SEARCHING };
    for (size_t i = 0; i < COUNT_OF(scripts); i++) {
        hostile test;
        hostile_prepare(&test, scripts[i]);
        long begun = hostile_now_ms();
        long end = begun + (long)hostile_patience_ms();
        test.call.progress = stop_after;
        test.call.progress_context = &end;
        hostile_start(&test);
        hostile_bytes uids = { NULL, 0 };
        assert_int_equal(search(&test, &uids), SMGW_ERR_CANCELLED);
        assert_in_range(hostile_now_ms() - begun, hostile_patience_ms(), hostile_slack(2000) + hostile_patience_ms());
        hostile_end(&test);
    }
}

/* K15 */
static void a_refused_token_leads_to_no_other_login(void **state)
{
    (void)state;
#define OFFER(methods) HELLO LINE("* CAPABILITY IMAP4rev1 SASL-IR " methods) LINE("$TAG OK done")
    static const struct {
        smgw_auth auth;
        const char *script;
    } rows[] = {
        { SMGW_AUTH_XOAUTH2, OFFER("AUTH=PLAIN AUTH=LOGIN AUTH=XOAUTH2 AUTH=OAUTHBEARER") HEAR(" AUTHENTICATE XOAUTH2 ")
                                 LINE("$TAG NO " RUMOUR) },
        { SMGW_AUTH_OAUTHBEARER, OFFER("AUTH=PLAIN AUTH=LOGIN AUTH=XOAUTH2 AUTH=OAUTHBEARER")
                                     HEAR(" AUTHENTICATE OAUTHBEARER ") LINE("$TAG NO " RUMOUR) },
        { SMGW_AUTH_XOAUTH2, OFFER("AUTH=PLAIN AUTH=LOGIN") },
        { SMGW_AUTH_OAUTHBEARER, OFFER("AUTH=PLAIN AUTH=XOAUTH2") },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        hostile test;
        hostile_prepare(&test, rows[i].script);
        hostile_use_token(&test, rows[i].auth);
        hostile_start(&test);
        hostile_bytes names = { NULL, 0 };
        assert_int_equal(list_folders(&test, &names), SMGW_ERR_AUTH);
        assert_null(strstr(test.error.message, RUMOUR));
        end_whole(&test);
        assert_int_equal(hostile_heard(&test, "PLAIN") + hostile_heard(&test, "LOGIN"), 0);
        assert_true(hostile_heard(&test, "AUTHENTICATE ") <= 1);
        assert_int_equal(hostile_trail_count(&test, "AUTH_FAILURE"), 1);
        hostile_end(&test);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(silence_ends_the_call),
        cmocka_unit_test(a_long_result_arrives_whole),
        cmocka_unit_test(floods_are_ended_and_cost_no_memory),
        cmocka_unit_test(a_server_mute_at_logout_does_not_hold_the_gateway),
        cmocka_unit_test(an_attachment_arrives_whole),
        cmocka_unit_test(what_is_not_the_attachment_is_not_saved),
        cmocka_unit_test(cut_at_every_byte_saves_nothing),
        cmocka_unit_test(a_dead_idle_connection_is_replaced),
        cmocka_unit_test(cancelling_ends_every_silence),
        cmocka_unit_test(a_refused_token_leads_to_no_other_login),
    };
    struct CMUnitTest all[COUNT_OF(cases) + COUNT_OF(doors) + COUNT_OF(tests)];
    struct CMUnitTest *next = all;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        *next++ = (struct CMUnitTest){ cases[i].name, run_case, NULL, NULL, (void *)(uintptr_t)&cases[i] };
    for (size_t i = 0; i < COUNT_OF(doors); i++)
        *next++ = (struct CMUnitTest){ doors[i].name, run_door, NULL, NULL, (void *)(uintptr_t)&doors[i] };
    memcpy(next, tests, sizeof tests);
    return cmocka_run_group_tests_name("hostile IMAP", all, hostile_group_setup, hostile_group_teardown);
}
