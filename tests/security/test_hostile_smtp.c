/* SPDX-License-Identifier: MIT */
/*
 * The whole client against SMTP servers that lie, flood, fall silent or vanish. The ids are rows of
 * attack-catalogue.tsv. What became of the message must be the same in the status, the error, the receipt and the
 * trail.
 */
#include "support/test.h"

#include "security/hostile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the server says where nobody may believe it; no error, receipt or trail may repeat it. */
#define RUMOUR "rumour"

#define HELLO LINE("220 " RUMOUR) HEAR("^EHLO ")

enum { IMPLICIT, STARTTLS };

enum {
    NO_MAIL = 0,
    SAYS_MAIL = 1, /* The client has logged in and says MAIL. */
    CUT_SHORT = 2, /* The client ends it before the script does. */
    SILENT = 4     /* The client has to end a silence. */
};

/* One send. */
typedef struct smtp_case {
    const char *name; /* Rows, and what is shown. */
    int tls;
    const char *script;
    smgw_status status;
    smgw_outcome outcome;
    int code; /* Of the server, or 0. */
    int course;
} smtp_case;

static const smtp_case cases[] = {
    { "S01 a server without STARTTLS gets no credentials", STARTTLS, HELLO LINE("250 " RUMOUR), SMGW_ERR_TLS,
        SMGW_NOT_SENT, 0, NO_MAIL },
    { "S02 replies injected before TLS end the connection", STARTTLS,
        HELLO LINE("250-x") LINE("250 STARTTLS") HEAR("^STARTTLS") SAY("220 go\\r\\n250-x\\r\\n250 AUTH PLAIN\\r\\n"),
        SMGW_ERR_PROTOCOL, SMGW_NOT_SENT, 0, NO_MAIL },
    { "S02 a whole login injected before TLS proves nothing", STARTTLS,
        HELLO LINE("250-x") LINE("250 STARTTLS") HEAR("^STARTTLS")
            SAY("220 go\\r\\n250-x\\r\\n250 AUTH PLAIN\\r\\n235 in\\r\\n250 x\\r\\n"),
        SMGW_ERR_PROTOCOL, SMGW_NOT_SENT, 0, NO_MAIL },
    { "S03 STARTTLS denied leads to no fallback", STARTTLS,
        HELLO LINE("250-x") LINE("250 STARTTLS") HEAR("^STARTTLS") LINE("454 " RUMOUR), SMGW_ERR_TLS, SMGW_NOT_SENT, 0,
        NO_MAIL },
    { "S03 STARTTLS denied for good leads to no fallback", STARTTLS,
        HELLO LINE("250-x") LINE("250-AUTH PLAIN") LINE("250 STARTTLS") HEAR("^STARTTLS") LINE("554 " RUMOUR),
        SMGW_ERR_TLS, SMGW_NOT_SENT, 0, NO_MAIL },
    { "S07 a refusal in the greeting is not repeated", STARTTLS, LINE("554 " RUMOUR), SMGW_ERR_PERMANENT, SMGW_NOT_SENT,
        554, NO_MAIL },
    { "421 in the greeting: not sent, for now", IMPLICIT, LINE("421 " RUMOUR), SMGW_ERR_TEMPORARY, SMGW_NOT_SENT, 421,
        NO_MAIL },
    { "V25 AUTH offered outside TLS only: no mail is sent", STARTTLS,
        HELLO LINE("250-x") LINE("250-AUTH PLAIN") LINE("250 STARTTLS") HEAR("^STARTTLS")
            LINE("220 go") "T " HEAR("^EHLO ") LINE("250 x"),
        SMGW_ERR_AUTH, SMGW_NOT_SENT, 0, NO_MAIL },
    { "V25 no AUTH offered: no mail is sent", IMPLICIT, HELLO LINE("250 x"), SMGW_ERR_AUTH, SMGW_NOT_SENT, 0, NO_MAIL },
    { "V25 EHLO refused: no mail is sent", IMPLICIT, HELLO LINE("502 no") HEAR("^HELO ") LINE("250 x"), SMGW_ERR_AUTH,
        SMGW_NOT_SENT, 0, NO_MAIL },
    { "V26 a weaker method beside PLAIN is not used", IMPLICIT,
        HELLO LINE("250 AUTH CRAM-MD5 DIGEST-MD5 NTLM PLAIN") HEAR("^AUTH PLAIN ") LINE("235 in") HEAR("^EHLO ")
            LINE("250 x") SMTP_BODY LINE("250 taken") "X",
        SMGW_OK, SMGW_SENT, 250, SAYS_MAIL },
    { "V26 only a method we never use: no login", IMPLICIT, HELLO LINE("250 AUTH CRAM-MD5 DIGEST-MD5 NTLM"),
        SMGW_ERR_AUTH, SMGW_NOT_SENT, 0, NO_MAIL },
    { "V27 a greeting that never ends", IMPLICIT, SAY("${REP:5000:220-x\\r\\n}"), SMGW_ERR_TIMEOUT, SMGW_NOT_SENT, 0,
        SILENT },
    { "V29 a greeting with a malformed code", IMPLICIT, LINE("2200 x"), SMGW_ERR_TIMEOUT, SMGW_NOT_SENT, 0, SILENT },
    { "V29 a malformed code after the login", IMPLICIT, SCRIPTED_SMTP_LOGIN HEAR("^EHLO ") LINE("2500 x"),
        SMGW_ERR_PROTOCOL, SMGW_NOT_SENT, 0, NO_MAIL },
    { "V29 a malformed code for a recipient", IMPLICIT, SMTP_READY HEAR("^RCPT") LINE("250 ok") LINE("25O ok"),
        SMGW_ERR_PROTOCOL, SMGW_NOT_SENT, 0, SAYS_MAIL },
    { "V27 a reply after the login that never ends", IMPLICIT,
        SCRIPTED_SMTP_LOGIN HEAR("^EHLO ") SAY("${REP:2000000:250-x\\r\\n}"), SMGW_ERR_PROTOCOL, SMGW_NOT_SENT, 0,
        CUT_SHORT },
    { "V30 success said before the body came is no success", IMPLICIT,
        SMTP_READY SMTP_ENVELOPE SAY("354 go\\r\\n250 ok\\r\\n"), SMGW_ERR_PROTOCOL, SMGW_NOT_SENT, 0, SAYS_MAIL },
    { "V30 all replies at once are no success", IMPLICIT,
        SMTP_READY HEAR("^MAIL FROM") SAY("250 ok\\r\\n250 ok\\r\\n354 go\\r\\n250 ok\\r\\n"), SMGW_ERR_PROTOCOL,
        SMGW_NOT_SENT, 0, SAYS_MAIL },
    { "V32 escape sequences in a refusal reach nobody", IMPLICIT,
        SMTP_READY HEAR("^RCPT TO") LINE("250 ok")
            SAY("550 5.7.1 \\e[2J\\e]0;evil\\007\\302\\233evil\\177\\b\\r\\n") "X",
        SMGW_ERR_PERMANENT, SMGW_NOT_SENT, 550, SAYS_MAIL },
    { "V32 escape sequences in the last reply reach nobody", IMPLICIT,
        SMTP_READY SMTP_BODY SAY("250 2.0.0 \\e[2Jqueued\\302\\205as \\377\\376 1\\r\\n") "X", SMGW_OK, SMGW_SENT, 250,
        SAYS_MAIL },
    { "O01 gone at MAIL: not sent", IMPLICIT, SMTP_READY HEAR("^MAIL") "X", SMGW_ERR_NETWORK, SMGW_NOT_SENT, 0,
        SAYS_MAIL },
    { "O02 gone at RCPT: not sent", IMPLICIT, SMTP_READY HEAR("^RCPT") LINE("250 ok") "R", SMGW_ERR_NETWORK,
        SMGW_NOT_SENT, 0, SAYS_MAIL },
    { "O02 gone at DATA: not sent", IMPLICIT, SMTP_READY SMTP_ENVELOPE "E", SMGW_ERR_NETWORK, SMGW_NOT_SENT, 0,
        SAYS_MAIL },
    { "O05 gone after the final dot: unknown", IMPLICIT, SMTP_READY SMTP_BODY "X", SMGW_ERR_UNKNOWN, SMGW_UNKNOWN, 0,
        SAYS_MAIL },
    { "O05 reset after the final dot: unknown", IMPLICIT, SMTP_READY SMTP_BODY "R", SMGW_ERR_UNKNOWN, SMGW_UNKNOWN, 0,
        SAYS_MAIL },
    { "O06 half a reply is no success", IMPLICIT, SMTP_READY SMTP_BODY SAY("250 2.0"), SMGW_ERR_UNKNOWN, SMGW_UNKNOWN,
        0, SAYS_MAIL | SILENT },
    { "O06 half a reply and an end is no success", IMPLICIT, SMTP_READY SMTP_BODY SAY("250 2.0.0 ok\\r") "X",
        SMGW_ERR_UNKNOWN, SMGW_UNKNOWN, 0, SAYS_MAIL },
    { "O06 a reply that goes on forever is no success", IMPLICIT, SMTP_READY SMTP_BODY LINE("250-2.0.0 ok"),
        SMGW_ERR_UNKNOWN, SMGW_UNKNOWN, 0, SAYS_MAIL | SILENT },
    { "O07 a reset at QUIT takes nothing back", IMPLICIT, SMTP_READY SMTP_BODY LINE("250 taken") HEAR("^QUIT") "R",
        SMGW_OK, SMGW_SENT, 250, SAYS_MAIL },
    { "O08 451 after the dot: not sent, for now", IMPLICIT, SMTP_READY SMTP_BODY LINE("451 4.3.0 later") "X",
        SMGW_ERR_TEMPORARY, SMGW_NOT_SENT, 451, SAYS_MAIL },
    { "O08 421 after the dot: not sent, for now", IMPLICIT, SMTP_READY SMTP_BODY LINE("421 4.3.2 closing") "X",
        SMGW_ERR_TEMPORARY, SMGW_NOT_SENT, 421, SAYS_MAIL },
    { "O08 554 after the dot: not sent, for good", IMPLICIT, SMTP_READY SMTP_BODY LINE("554 5.7.1 spam") "X",
        SMGW_ERR_PERMANENT, SMGW_NOT_SENT, 554, SAYS_MAIL },
    { "O11 silence after the final dot: unknown", IMPLICIT, SMTP_READY SMTP_BODY, SMGW_ERR_UNKNOWN, SMGW_UNKNOWN, 0,
        SAYS_MAIL | SILENT },
    { "O19 no close_notify after 250: sent", IMPLICIT, SMTP_READY SMTP_BODY LINE("250 taken") "E", SMGW_OK, SMGW_SENT,
        250, SAYS_MAIL },
    { "421 at MAIL: not sent, for now", IMPLICIT, SMTP_READY HEAR("^MAIL") LINE("421 4.3.2 closing") "X",
        SMGW_ERR_TEMPORARY, SMGW_NOT_SENT, 421, SAYS_MAIL },
    { "421 at EHLO: not sent, for now", IMPLICIT, SCRIPTED_SMTP_LOGIN HEAR("^EHLO") LINE("421 4.3.2 closing") "X",
        SMGW_ERR_TEMPORARY, SMGW_NOT_SENT, 421, NO_MAIL },
    { "a login put off is no wrong password", IMPLICIT,
        HELLO LINE("250 AUTH PLAIN") HEAR("^AUTH PLAIN") LINE("454 4.7.0 " RUMOUR), SMGW_ERR_TEMPORARY, SMGW_NOT_SENT,
        454, NO_MAIL },
    { "K06 a refusal that echoes the password is not repeated", IMPLICIT,
        HELLO LINE("250 AUTH PLAIN") HEAR("^AUTH PLAIN") LINE("535 5.7.8 " HOSTILE_PASSWORD " is wrong " RUMOUR),
        SMGW_ERR_AUTH, SMGW_NOT_SENT, 535, NO_MAIL },
    { "a mute server ends the connection attempt", IMPLICIT, "W:9000", SMGW_ERR_TIMEOUT, SMGW_NOT_SENT, 0, SILENT },
    { "a server mute before TLS ends the connection attempt", STARTTLS, "W:9000", SMGW_ERR_TIMEOUT, SMGW_NOT_SENT, 0,
        SILENT },
    { "a server mute after the login ends the send", IMPLICIT, SCRIPTED_SMTP_LOGIN HEAR("^EHLO "), SMGW_ERR_TIMEOUT,
        SMGW_NOT_SENT, 0, SILENT },
};

static const char *event_of(const smtp_case *row)
{
    static const char *const events[] = { "EMAIL_FAILED", "EMAIL_SENT", "EMAIL_OUTCOME_UNKNOWN" };
    return events[row->outcome];
}

static bool says_mail(const smtp_case *row)
{
    return (row->course & SAYS_MAIL) != 0;
}

static void check_account_of_events(const hostile *test, const smtp_case *row)
{
    assert_int_equal(test->receipt.outcome, row->outcome);
    assert_int_equal(test->receipt.server_code, says_mail(row) ? row->code : 0);
    assert_int_equal(test->receipt.recipients, 1);
    if (row->status != SMGW_OK) {
        assert_int_equal(test->error.status, row->status);
        assert_int_equal(test->error.outcome, row->outcome);
        assert_int_equal(test->error.server_code, row->code);
        assert_int_not_equal(test->error.message[0], '\0');
        bool retryable =
            row->status == SMGW_ERR_TEMPORARY || row->status == SMGW_ERR_TIMEOUT || row->status == SMGW_ERR_NETWORK;
        assert_int_equal(test->error.retryable, retryable);
    }
    assert_null(strstr(test->error.message, RUMOUR));
    assert_null(strstr(test->receipt.server_text, RUMOUR));
    assert_int_equal(hostile_trail_count(test, RUMOUR), 0);
    assert_int_equal(hostile_trail_count(test, "EMAIL_SEND_ATTEMPT"), 1);
    assert_int_equal(hostile_trail_count(test, event_of(row)), 1);
    assert_int_equal(hostile_trail_count(test, "EMAIL_"), 2);
}

static void run_case(void **state)
{
    const smtp_case *row = *state;
    hostile test;
    hostile_prepare(&test, row->script);
    if (row->tls == STARTTLS)
        hostile_use_starttls(&test);
    if ((row->course & SILENT) != 0)
        hostile_expect_silence(&test);
    hostile_start(&test);
    long begun = hostile_now_ms();
    smgw_status status = hostile_send(&test);
    assert_in_range(hostile_now_ms() - begun, 0, hostile_slack(2500) + hostile_patience_ms());
    if (status != row->status)
        fail_msg("%s: %s", smgw_status_text(status), test.error.message);
    check_account_of_events(&test, row);
    bool complete = hostile_stop(&test);
    if (complete == ((row->course & CUT_SHORT) != 0))
        fail_msg("the server: %s", test.server.problem);
    assert_int_equal(test.server.connections, 1);
    assert_int_equal(hostile_heard(&test, "MAIL FROM") > 0, says_mail(row));
    hostile_end(&test);
}

/* V31 */
static void a_server_that_stops_reading_is_given_up(void **state)
{
    (void)state;
    hostile test;
    hostile_prepare(&test, SMTP_READY SMTP_ENVELOPE LINE("354 go") "W:9000");
    hostile_expect_silence(&test);
    hostile_start(&test);
    uint64_t left = 0;
    smgw_message *message = hostile_large_message(&left, 64 << 20);
    long begun = hostile_now_ms();
    assert_int_equal(smgw_send(test.gateway, "ada", message, &test.call, &test.receipt, &test.error), SMGW_ERR_TIMEOUT);
    assert_in_range(hostile_now_ms() - begun, hostile_patience_ms(), hostile_slack(3000) + hostile_patience_ms());
    assert_int_equal(test.receipt.outcome, SMGW_NOT_SENT);
    assert_true(left > 0);
    assert_int_equal(hostile_trail_count(&test, "EMAIL_FAILED"), 1);
    smgw_message_free(message);
    hostile_end(&test);
}

/* O04: wherever the server goes away inside of the body, and however. */
static void cut_inside_the_body_is_not_sent(void **state)
{
    (void)state;
    static const size_t places[] = { 0, 1, 2, 63, 1000, 16383, 16384, 100000, 1000000 };
    static const char *const ends[] = { "R", "X", LINE("421 4.3.2 closing") "X", LINE("552 5.2.2 full") "X" };
    static const smgw_status expected[] = { SMGW_ERR_NETWORK, SMGW_ERR_NETWORK, SMGW_ERR_TEMPORARY,
        SMGW_ERR_PERMANENT };
    for (size_t i = 0; i < COUNT_OF(places); i++) {
        char script[1024];
        size_t end = i % COUNT_OF(ends);
        snprintf(script, sizeof script, "%s L:%zu %s", SMTP_READY SMTP_ENVELOPE LINE("354 go"), places[i], ends[end]);
        hostile test;
        hostile_begin(&test, script);
        uint64_t left = 0;
        smgw_message *message = hostile_large_message(&left, 128 << 20);
        assert_int_equal(
            smgw_send(test.gateway, "ada", message, &test.call, &test.receipt, &test.error), expected[end]);
        assert_int_equal(test.receipt.outcome, SMGW_NOT_SENT);
        assert_int_equal(test.error.outcome, SMGW_NOT_SENT);
        assert_int_equal(hostile_trail_count(&test, "EMAIL_FAILED"), 1);
        assert_true(left > 0);
        smgw_message_free(message);
        hostile_end(&test);
    }
}

/* O09 */
static void one_refused_recipient_stops_the_message_for_all(void **state)
{
    (void)state;
    hostile test;
    hostile_begin(&test, SMTP_READY HEAR("^RCPT TO:<ben@") LINE("250 ok") LINE("250 ok") HEAR("^RCPT TO:<cy@")
                             LINE("550 5.1.1 unknown") "X");
    smgw_message *message = hostile_message();
    assert_int_equal(smgw_message_add_bcc(message, "cy@example.com", NULL, NULL), SMGW_OK);
    assert_int_equal(
        smgw_send(test.gateway, "ada", message, &test.call, &test.receipt, &test.error), SMGW_ERR_PERMANENT);
    assert_int_equal(test.receipt.outcome, SMGW_NOT_SENT);
    assert_int_equal(test.receipt.recipients, 2);
    assert_int_equal(test.error.server_code, 550);
    assert_string_equal(test.error.enhanced_code, "5.1.1");
    assert_false(test.error.retryable);
    smgw_message_free(message);
    assert_true(hostile_stop(&test));
    assert_int_equal(hostile_heard(&test, "DATA\r\n"), 0);
    assert_int_equal(hostile_trail_count(&test, "EMAIL_FAILED"), 1);
    assert_int_equal(hostile_trail_count(&test, "cy@"), 0);
    hostile_end(&test);
}

/* O13: what the recipient's side needs to know the second copy. */
static void sending_again_keeps_the_message_id(void **state)
{
    (void)state;
    hostile test;
    hostile_begin(&test, SMTP_READY SMTP_BODY "A " SMTP_READY SMTP_BODY LINE("250 taken") "X");
    smgw_message *message = hostile_message();
    assert_int_equal(smgw_send(test.gateway, "ada", message, &test.call, &test.receipt, &test.error), SMGW_ERR_UNKNOWN);
    assert_false(test.error.retryable);
    char first[sizeof test.receipt.message_id];
    memcpy(first, test.receipt.message_id, sizeof first);
    assert_int_equal(smgw_send(test.gateway, "ada", message, &test.call, &test.receipt, &test.error), SMGW_OK);
    assert_string_equal(test.receipt.message_id, first);
    smgw_message_free(message);
    assert_true(hostile_stop(&test));
    assert_int_equal(test.server.connections, 2);
    assert_int_equal(hostile_heard(&test, first), 2);
    hostile_end(&test);
}

/* Each is what a server does to an idle connection before it is wanted again. */
static void a_dead_idle_connection_is_replaced(void **state)
{
    (void)state;
    static const char *const ends[] = { "A ", "R A ", "E A ", LINE("421 4.4.2 idle for too long") "A ",
        HEAR("^RSET") LINE("421 4.4.2 idle for too long") "A ", HEAR("^RSET") "R A " };
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        char script[2048];
        snprintf(script, sizeof script, "%s%s%s", SMTP_READY SMTP_BODY LINE("250 taken"), ends[i],
            SMTP_READY SMTP_BODY LINE("250 taken") "X");
        hostile test;
        hostile_begin(&test, script);
        assert_int_equal(hostile_send(&test), SMGW_OK);
        assert_int_equal(hostile_send(&test), SMGW_OK);
        assert_true(hostile_stop(&test));
        assert_int_equal(test.server.connections, 2);
        assert_int_equal(hostile_heard(&test, "Hello.\r\n.\r\n"), 2);
        hostile_end(&test);
    }
}

static void a_good_connection_is_used_again_after_a_refusal(void **state)
{
    (void)state;
    hostile test;
    hostile_begin(&test, SMTP_READY HEAR("^RCPT TO") LINE("250 ok") LINE("550 5.1.1 unknown") HEAR("^RSET")
                             LINE("250 ok") HEAR("^MAIL|^RSET") LINE("250 ok") HEAR("^RCPT") LINE("250 ok")
                                 HEAR("^DATA") LINE("354 go") HEAR("^\\.$") LINE("250 taken") "X");
    assert_int_equal(hostile_send(&test), SMGW_ERR_PERMANENT);
    assert_int_equal(hostile_send(&test), SMGW_OK);
    assert_true(hostile_stop(&test));
    assert_int_equal(test.server.connections, 1);
    assert_int_equal(hostile_heard(&test, "DATA\r\n"), 1);
    hostile_end(&test);
}

static void no_failure_leaves_a_connection_for_the_next_message(void **state)
{
    (void)state;
    static const char *const ends[] = { SMTP_ENVELOPE SAY("354 go\\r\\n250 ok\\r\\n"), SMTP_BODY, SMTP_BODY "X ",
        HEAR("^MAIL"), HEAR("^MAIL") LINE("421 closing"), HEAR("^MAIL") LINE("babble"),
        SMTP_BODY SAY("250 taken\\r\\n250 and taken once more\\r\\n") };
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        char script[2048];
        snprintf(script, sizeof script, "%s%s%s", SMTP_READY, ends[i], "A " SMTP_READY SMTP_BODY LINE("250 taken") "X");
        hostile test;
        hostile_begin(&test, script);
        bool taken_twice = i == COUNT_OF(ends) - 1;
        assert_int_equal(hostile_send(&test) == SMGW_OK, taken_twice);
        assert_int_equal(hostile_send(&test), SMGW_OK);
        assert_true(hostile_stop(&test));
        assert_int_equal(test.server.connections, 2);
        hostile_end(&test);
    }
}

/* V33: QUIT and LOGOUT are courtesies. */
static void a_server_mute_at_quit_does_not_hold_the_gateway(void **state)
{
    (void)state;
    static const char *const ends[] = { HEAR("^QUIT"),
        HEAR("^QUIT") SAY("221-bye\\r\\n") "W:1200 " SAY("221-bye\\r\\n") "W:9000" };
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        char script[1024];
        snprintf(script, sizeof script, "%s%s", SMTP_READY SMTP_BODY LINE("250 taken"), ends[i]);
        hostile test;
        hostile_begin(&test, script);
        assert_int_equal(hostile_send(&test), SMGW_OK);
        long begun = hostile_now_ms();
        hostile_end(&test);
        assert_in_range(hostile_now_ms() - begun, 0, hostile_slack(4000));
    }
}

/* Where a server may fall silent, and what a message's fate then is. */
static const struct silence {
    const char *script;
    smgw_outcome outcome;
} silences[] = {
    { "W:9000", SMGW_NOT_SENT },
    { LINE("220 x") HEAR("^EHLO "), SMGW_NOT_SENT },
    { HELLO LINE("250 AUTH PLAIN") HEAR("^AUTH PLAIN"), SMGW_NOT_SENT },
    { SCRIPTED_SMTP_LOGIN HEAR("^EHLO "), SMGW_NOT_SENT },
    { SMTP_READY HEAR("^MAIL"), SMGW_NOT_SENT },
    { SMTP_READY SMTP_ENVELOPE, SMGW_NOT_SENT },
    { SMTP_READY SMTP_BODY, SMGW_UNKNOWN },
};

static bool stop_after(void *context, uint64_t done, uint64_t total)
{
    (void)done, (void)total;
    const long *end = context;
    return hostile_now_ms() < *end;
}

static void cancelling_ends_every_silence(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(silences); i++) {
        hostile test;
        hostile_prepare(&test, silences[i].script);
        long begun = hostile_now_ms();
        long end = begun + (long)hostile_patience_ms();
        test.call.progress = stop_after;
        test.call.progress_context = &end;
        hostile_start(&test);
        bool unknown = silences[i].outcome == SMGW_UNKNOWN;
        assert_int_equal(hostile_send(&test), unknown ? SMGW_ERR_UNKNOWN : SMGW_ERR_CANCELLED);
        assert_in_range(hostile_now_ms() - begun, hostile_patience_ms(), hostile_slack(2000) + hostile_patience_ms());
        assert_int_equal(test.receipt.outcome, silences[i].outcome);
        assert_int_equal(hostile_trail_count(&test, unknown ? "EMAIL_OUTCOME_UNKNOWN" : "EMAIL_FAILED"), 1);
        hostile_end(&test);
    }
}

/* When the caller was asked last, and the longest time between two questions. */
typedef struct asking {
    long last;
    long longest;
} asking;

static bool note_asking(void *context, uint64_t done, uint64_t total)
{
    (void)done, (void)total;
    asking *asked = context;
    long now = hostile_now_ms();
    if (asked->last > 0 && now - asked->last > asked->longest)
        asked->longest = now - asked->last;
    asked->last = now;
    return true;
}

/* Four times a second is promised; a busy machine is given more. */
static void the_caller_is_asked_in_a_silence(void **state)
{
    (void)state;
    static const char *const scripts[] = { "W:9000", HELLO, SMTP_READY HEAR("^MAIL") };
    for (size_t i = 0; i < COUNT_OF(scripts); i++) {
        hostile test;
        asking asked = { 0, 0 };
        hostile_prepare(&test, scripts[i]);
        test.call.timeout_ms = 900;
        test.call.progress = note_asking;
        test.call.progress_context = &asked;
        hostile_start(&test);
        assert_int_not_equal(hostile_send(&test), SMGW_OK);
        assert_in_range(asked.longest, 1, hostile_slack(600));
        hostile_end(&test);
    }
}

/* O11: here the whole call's time runs out, not the silence's. */
static void the_deadline_ends_every_silence(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(silences); i++) {
        hostile test;
        hostile_prepare(&test, silences[i].script);
        test.call.timeout_ms = hostile_patience_ms();
        test.call.idle_timeout_ms = 60000;
        hostile_start(&test);
        long begun = hostile_now_ms();
        bool unknown = silences[i].outcome == SMGW_UNKNOWN;
        assert_int_equal(hostile_send(&test), unknown ? SMGW_ERR_UNKNOWN : SMGW_ERR_TIMEOUT);
        assert_in_range(
            hostile_now_ms() - begun, hostile_patience_ms() - 50, hostile_slack(2000) + hostile_patience_ms());
        assert_int_equal(test.receipt.outcome, silences[i].outcome);
        hostile_end(&test);
    }
}

/* K15: a token that is refused, or has no method to travel by, is not replaced by anything. */
static void a_refused_token_leads_to_no_other_login(void **state)
{
    (void)state;
    static const struct {
        smgw_auth auth;
        const char *script;
    } rows[] = {
        { SMGW_AUTH_XOAUTH2,
            HELLO LINE("250 AUTH PLAIN LOGIN XOAUTH2 OAUTHBEARER") HEAR("^AUTH XOAUTH2 ") LINE("535 5.7.8 " RUMOUR) },
        { SMGW_AUTH_OAUTHBEARER, HELLO LINE("250 AUTH PLAIN LOGIN XOAUTH2 OAUTHBEARER") HEAR("^AUTH OAUTHBEARER ")
                                     LINE("535 5.7.8 " RUMOUR) },
        { SMGW_AUTH_XOAUTH2,
            HELLO LINE("250 AUTH PLAIN LOGIN XOAUTH2") HEAR("^AUTH XOAUTH2 ") LINE("334 eyJzdGF0dXMiOiI0MDEifQ==") },
        { SMGW_AUTH_OAUTHBEARER, HELLO LINE("250 AUTH PLAIN LOGIN OAUTHBEARER") HEAR("^AUTH OAUTHBEARER ")
                                     LINE("334 eyJzdGF0dXMiOiI0MDEifQ==") HEAR(".*") LINE("535 5.7.8 " RUMOUR) },
        { SMGW_AUTH_XOAUTH2, HELLO LINE("250 AUTH PLAIN LOGIN OAUTHBEARER") },
        { SMGW_AUTH_OAUTHBEARER, HELLO LINE("250 AUTH PLAIN LOGIN XOAUTH2") },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        hostile test;
        hostile_prepare(&test, rows[i].script);
        hostile_use_token(&test, rows[i].auth);
        hostile_start(&test);
        assert_int_equal(hostile_send(&test), SMGW_ERR_AUTH);
        assert_null(strstr(test.error.message, RUMOUR));
        if (!hostile_stop(&test))
            fail_msg("the server: %s", test.server.problem);
        assert_int_equal(hostile_heard(&test, "AUTH PLAIN") + hostile_heard(&test, "AUTH LOGIN"), 0);
        assert_true(hostile_heard(&test, "AUTH ") <= 1);
        assert_int_equal(hostile_trail_count(&test, "AUTH_FAILURE"), 1);
        assert_int_equal(hostile_trail_count(&test, "EMAIL_FAILED"), 1);
        hostile_end(&test);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_server_that_stops_reading_is_given_up),
        cmocka_unit_test(cut_inside_the_body_is_not_sent),
        cmocka_unit_test(one_refused_recipient_stops_the_message_for_all),
        cmocka_unit_test(sending_again_keeps_the_message_id),
        cmocka_unit_test(a_dead_idle_connection_is_replaced),
        cmocka_unit_test(a_good_connection_is_used_again_after_a_refusal),
        cmocka_unit_test(no_failure_leaves_a_connection_for_the_next_message),
        cmocka_unit_test(a_server_mute_at_quit_does_not_hold_the_gateway),
        cmocka_unit_test(cancelling_ends_every_silence),
        cmocka_unit_test(the_caller_is_asked_in_a_silence),
        cmocka_unit_test(the_deadline_ends_every_silence),
        cmocka_unit_test(a_refused_token_leads_to_no_other_login),
    };
    struct CMUnitTest all[COUNT_OF(cases) + COUNT_OF(tests)];
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        all[i] = (struct CMUnitTest){ cases[i].name, run_case, NULL, NULL, (void *)(uintptr_t)&cases[i] };
    memcpy(all + COUNT_OF(cases), tests, sizeof tests);
    return cmocka_run_group_tests_name("hostile SMTP", all, hostile_group_setup, hostile_group_teardown);
}
