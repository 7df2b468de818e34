/* SPDX-License-Identifier: MIT */
/* What the conversations of tests/wire/smtp do not show: limits, misuse, and replies that overtake the output. */
#include "support/test.h"

#include "smtp/engine.h"
#include "support/failing_alloc.h"

#include <stdio.h>
#include <stdlib.h>

static const mgw_bytes recipient = { "b@y.example", 11 };
static const char mail_line[] = "MAIL FROM:<a@x.example>\r\n";
static const char rcpt_line[] = "RCPT TO:<b@y.example>\r\n";

static mgw_smtp_envelope envelope_for(const mgw_bytes *to, size_t count)
{
    return (mgw_smtp_envelope){ .from = MGW_LIT("a@x.example"), .to = to, .count = count };
}

static void send_all(mgw_smtp *engine)
{
    mgw_smtp_sent(engine, mgw_smtp_output(engine).len);
}

static smgw_status say(mgw_smtp *engine, const char *text)
{
    return mgw_smtp_feed(engine, text, strlen(text));
}

static void expect_output(const mgw_smtp *engine, const char *text)
{
    mgw_bytes output = mgw_smtp_output(engine);
    assert_int_equal(output.len, strlen(text));
    if (output.len > 0)
        assert_memory_equal(output.data, text, output.len);
}

static mgw_smtp *greeted(const char *ehlo_reply)
{
    mgw_smtp *engine = mgw_smtp_new(NULL);
    assert_non_null(engine);
    assert_int_equal(mgw_smtp_ehlo(engine, MGW_LIT("client.example")), SMGW_OK);
    send_all(engine);
    assert_int_equal(say(engine, ehlo_reply), SMGW_OK);
    assert_int_equal(mgw_smtp_get_state(engine), MGW_SMTP_READY);
    return engine;
}

static mgw_smtp *in_body(void)
{
    mgw_smtp *engine = greeted("250 x\r\n");
    mgw_smtp_envelope envelope = envelope_for(&recipient, 1);
    assert_int_equal(mgw_smtp_begin(engine, &envelope), SMGW_OK);
    for (int i = 0; i < 3; i++) {
        send_all(engine);
        assert_int_equal(say(engine, i < 2 ? "250 ok\r\n" : "354 go\r\n"), SMGW_OK);
    }
    assert_int_equal(mgw_smtp_get_state(engine), MGW_SMTP_NEED_BODY);
    return engine;
}

static void a_reply_may_not_overtake_its_command(void **state)
{
    (void)state;
    /* Of MAIL and RCPT, MAIL has left with one byte of RCPT: one reply is due, the second is not. */
    mgw_smtp *engine = greeted("250-x\r\n250 PIPELINING\r\n");
    mgw_smtp_envelope envelope = envelope_for(&recipient, 1);
    assert_int_equal(mgw_smtp_begin(engine, &envelope), SMGW_OK);
    mgw_smtp_sent(engine, strlen(mail_line) + 1);
    assert_int_equal(say(engine, "250 ok\r\n"), SMGW_OK);
    expect_output(engine, rcpt_line + 1);
    assert_int_equal(say(engine, "2"), SMGW_ERR_PROTOCOL);
    assert_int_equal(mgw_smtp_get_state(engine), MGW_SMTP_FAILED);
    expect_output(engine, "");
    mgw_smtp_free(engine);
    /* A command that has left but for its last byte is no command yet. */
    engine = greeted("250 x\r\n");
    assert_int_equal(mgw_smtp_begin(engine, &envelope), SMGW_OK);
    mgw_smtp_sent(engine, strlen(mail_line) - 1);
    assert_int_equal(say(engine, "250 ok\r\n"), SMGW_ERR_PROTOCOL);
    assert_int_equal(mgw_smtp_get_result(engine)->status, SMGW_ERR_PROTOCOL);
    mgw_smtp_free(engine);
}

static void an_answer_before_the_whole_terminator_is_not_believed(void **state)
{
    (void)state;
    mgw_smtp *engine = in_body();
    assert_int_equal(mgw_smtp_body(engine, "x", 1), SMGW_OK);
    assert_int_equal(mgw_smtp_body_end(engine), SMGW_OK);
    expect_output(engine, "x\r\n.\r\n");
    mgw_smtp_sent(engine, 5);
    assert_int_equal(say(engine, "250 ok"), SMGW_OK);
    /* Too late: the last byte does not leave any more. */
    expect_output(engine, "");
    mgw_smtp_sent(engine, 1);
    assert_int_equal(say(engine, "\r\n"), SMGW_ERR_PROTOCOL);
    assert_int_equal(mgw_smtp_get_result(engine)->outcome, SMGW_NOT_SENT);
    assert_int_equal(mgw_smtp_get_result(engine)->status, SMGW_ERR_PROTOCOL);
    mgw_smtp_free(engine);
}

static void an_interruption_drops_what_has_not_left(void **state)
{
    (void)state;
    mgw_smtp *engine = in_body();
    assert_int_equal(mgw_smtp_body(engine, "0123456789", 10), SMGW_OK);
    mgw_smtp_sent(engine, 4);
    assert_int_equal(say(engine, "4"), SMGW_OK);
    assert_int_equal(mgw_smtp_get_state(engine), MGW_SMTP_WAITING);
    expect_output(engine, "");
    assert_int_equal(mgw_smtp_body(engine, "x", 1), SMGW_ERR_INVALID);
    assert_int_equal(say(engine, "52 4.2.2 full\r\nand more"), SMGW_ERR_TEMPORARY);
    assert_int_equal(mgw_smtp_get_result(engine)->status, SMGW_ERR_TEMPORARY);
    assert_int_equal(mgw_smtp_get_result(engine)->code, 452);
    assert_int_equal(mgw_smtp_get_result(engine)->outcome, SMGW_NOT_SENT);
    mgw_smtp_free(engine);
}

static void body_is_taken_in_bounded_pieces(void **state)
{
    (void)state;
    mgw_smtp *engine = in_body();
    char *piece = malloc(MGW_SMTP_BODY_CHUNK + 1);
    assert_non_null(piece);
    memset(piece, '\n', MGW_SMTP_BODY_CHUNK + 1);
    assert_int_equal(mgw_smtp_body(engine, piece, MGW_SMTP_BODY_CHUNK + 1), SMGW_ERR_TOO_LARGE);
    expect_output(engine, "");
    /* Line ends only are the worst case: each byte becomes two. */
    assert_int_equal(mgw_smtp_body(engine, piece, MGW_SMTP_BODY_CHUNK), SMGW_OK);
    assert_int_equal(mgw_smtp_output(engine).len, 2 * MGW_SMTP_BODY_CHUNK);
    assert_int_equal(mgw_smtp_body(engine, "x", 1), SMGW_ERR_TOO_LARGE);
    mgw_smtp_sent(engine, 2 * MGW_SMTP_BODY_CHUNK - 1);
    assert_int_equal(mgw_smtp_body(engine, "x", 1), SMGW_ERR_TOO_LARGE);
    mgw_smtp_sent(engine, 1);
    /* The end fits behind a full piece that has not left. */
    memset(piece, '.', MGW_SMTP_BODY_CHUNK);
    for (size_t i = 1; i < MGW_SMTP_BODY_CHUNK; i += 2)
        piece[i] = '\n';
    assert_int_equal(mgw_smtp_body(engine, piece, MGW_SMTP_BODY_CHUNK), SMGW_OK);
    assert_int_equal(mgw_smtp_body_end(engine), SMGW_OK);
    assert_int_equal(mgw_smtp_output(engine).len, 2 * MGW_SMTP_BODY_CHUNK + 3);
    send_all(engine);
    assert_int_equal(say(engine, "250 ok\r\n"), SMGW_OK);
    assert_int_equal(mgw_smtp_get_result(engine)->outcome, SMGW_SENT);
    free(piece);
    mgw_smtp_free(engine);
}

static void reporting_more_than_there_is_counts_only_what_there_is(void **state)
{
    (void)state;
    mgw_smtp *engine = greeted("250 x\r\n");
    mgw_bytes to[2] = { recipient, recipient };
    mgw_smtp_envelope envelope = envelope_for(to, 2);
    assert_int_equal(mgw_smtp_begin(engine, &envelope), SMGW_OK);
    expect_output(engine, mail_line);
    mgw_smtp_sent(engine, 100000);
    expect_output(engine, "");
    assert_int_equal(say(engine, "250 ok\r\n"), SMGW_OK);
    expect_output(engine, rcpt_line);
    mgw_smtp_free(engine);
}

static void recipients_are_limited(void **state)
{
    (void)state;
    const mgw_smtp_limits limits = { 2 };
    mgw_bytes to[3] = { recipient, recipient, recipient };
    mgw_smtp *engine = mgw_smtp_new(&limits);
    assert_non_null(engine);
    assert_int_equal(mgw_smtp_ehlo(engine, MGW_LIT("client.example")), SMGW_OK);
    send_all(engine);
    assert_int_equal(say(engine, "250 x\r\n"), SMGW_OK);
    mgw_smtp_envelope envelope = envelope_for(to, 3);
    assert_int_equal(mgw_smtp_begin(engine, &envelope), SMGW_ERR_TOO_LARGE);
    envelope.count = 0;
    assert_int_equal(mgw_smtp_begin(engine, &envelope), SMGW_ERR_INVALID);
    envelope.count = 2;
    assert_int_equal(mgw_smtp_begin(engine, &envelope), SMGW_OK);
    mgw_smtp_free(engine);
}

/* The most recipients there may be, in one group, while replies come as the commands leave. */
static void ten_thousand_recipients_travel_in_one_group(void **state)
{
    (void)state;
    enum { COUNT = 10000 };
    mgw_bytes *to = calloc(COUNT, sizeof *to);
    assert_non_null(to);
    for (size_t i = 0; i < COUNT; i++)
        to[i] = recipient;
    mgw_smtp *engine = greeted("250-x\r\n250 PIPELINING\r\n");
    mgw_smtp_envelope envelope = envelope_for(to, COUNT);
    assert_int_equal(mgw_smtp_begin(engine, &envelope), SMGW_OK);
    assert_int_equal(mgw_smtp_output(engine).len, strlen(mail_line) + COUNT * strlen(rcpt_line));
    mgw_smtp_sent(engine, strlen(mail_line));
    assert_int_equal(say(engine, "250 ok\r\n"), SMGW_OK);
    for (size_t i = 0; i < COUNT; i++) {
        mgw_smtp_sent(engine, strlen(rcpt_line));
        assert_int_equal(say(engine, i == COUNT - 1 ? "550 no\r\n" : "250 ok\r\n"), SMGW_OK);
    }
    assert_int_equal(mgw_smtp_get_state(engine), MGW_SMTP_DONE);
    assert_int_equal(mgw_smtp_get_result(engine)->refused_recipient, COUNT - 1);
    free(to);
    mgw_smtp_free(engine);
}

/* V27: at EHLO, and as the answer to the message. */
static void a_flood_of_lines_ends_the_connection(void **state)
{
    (void)state;
    mgw_smtp *engine = mgw_smtp_new(NULL);
    smgw_status status = SMGW_OK;
    size_t lines = 0;
    assert_int_equal(mgw_smtp_ehlo(engine, MGW_LIT("client.example")), SMGW_OK);
    send_all(engine);
    while (status == SMGW_OK && lines < 5000) {
        status = say(engine, "250-x\r\n");
        lines++;
    }
    assert_int_equal(status, SMGW_ERR_PROTOCOL);
    assert_int_equal(lines, MGW_SMTP_REPLY_MAX_LINES + 1);
    mgw_smtp_free(engine);
}

static void after_quit_nothing_is_heard(void **state)
{
    (void)state;
    mgw_smtp *engine = greeted("250 x\r\n");
    assert_int_equal(mgw_smtp_quit(engine), SMGW_OK);
    send_all(engine);
    assert_int_equal(say(engine, "221 bye\r\nand more"), SMGW_OK);
    assert_int_equal(mgw_smtp_get_state(engine), MGW_SMTP_CLOSED);
    assert_int_equal(say(engine, "250 ok\r\n"), SMGW_OK);
    mgw_smtp_connection_lost(engine, SMGW_ERR_NETWORK);
    assert_int_equal(mgw_smtp_get_state(engine), MGW_SMTP_CLOSED);
    assert_int_equal(mgw_smtp_rset(engine), SMGW_ERR_INVALID);
    mgw_smtp_free(engine);
}

static void no_engine_without_memory(void **state)
{
    (void)state;
    failing_alloc_start(1);
    assert_null(mgw_smtp_new(NULL));
    assert_true(failing_alloc_stop());
    mgw_smtp_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reply_may_not_overtake_its_command),
        cmocka_unit_test(an_answer_before_the_whole_terminator_is_not_believed),
        cmocka_unit_test(an_interruption_drops_what_has_not_left),
        cmocka_unit_test(body_is_taken_in_bounded_pieces),
        cmocka_unit_test(reporting_more_than_there_is_counts_only_what_there_is),
        cmocka_unit_test(recipients_are_limited),
        cmocka_unit_test(ten_thousand_recipients_travel_in_one_group),
        cmocka_unit_test(a_flood_of_lines_ends_the_connection),
        cmocka_unit_test(after_quit_nothing_is_heard),
        cmocka_unit_test(no_engine_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
