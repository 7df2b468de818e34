/* SPDX-License-Identifier: MIT */
#include "smtp/engine.h"

#include "base/alloc.h"
#include "smtp/data_encoder.h"

#include "simplemailgw/sanitize.h"

/* What the next reply answers. */
typedef enum step {
    STEP_NONE,
    STEP_EHLO,
    STEP_RSET,
    STEP_MAIL,
    STEP_RCPT,
    STEP_DATA,
    STEP_BODY,        /* No reply is due while the body leaves. */
    STEP_INTERRUPTED, /* One came all the same. */
    STEP_END,         /* The terminator. */
    STEP_QUIT,
    STEP_COUNT
} step;

static const char *const step_names[STEP_COUNT] = {
    [STEP_NONE] = "",
    [STEP_EHLO] = "EHLO",
    [STEP_RSET] = "RSET",
    [STEP_MAIL] = "MAIL",
    [STEP_RCPT] = "RCPT",
    [STEP_DATA] = "DATA",
    [STEP_BODY] = "message",
    [STEP_INTERRUPTED] = "message",
    [STEP_END] = "message",
    [STEP_QUIT] = "QUIT",
};

struct mgw_smtp {
    mgw_smtp_limits limits;
    mgw_smtp_capabilities capabilities;
    mgw_smtp_result result;
    mgw_smtp_reply reply;
    mgw_smtp_data_encoder encoder;
    mgw_buf output;
    size_t left;     /* So much of the output has left. */
    size_t released; /* So much of it may leave; lock-step holds back the rest. */
    mgw_smtp_state state;
    smgw_status failure; /* Where state is FAILED. */
    step step;
    size_t unanswered; /* Commands that have left and await their reply. */
    size_t recipients;
    size_t recipient;    /* The one whose reply is next. */
    bool greeted;        /* EHLO was answered. */
    bool must_reset;     /* The server may still hold a refused transaction. */
    bool in_transaction; /* From begin until the result is settled. */
    bool terminated;     /* The last octet of the terminator has left: the message may be delivered. */
};

/* Besides the envelope or the body: EHLO, RSET, DATA, the terminator. */
enum { MAX_OTHER_OUTPUT = 512 };

static size_t output_cap(size_t max_recipients)
{
    size_t commands = mgw_smtp_envelope_max_len(max_recipients);
    size_t body = 2 * (size_t)MGW_SMTP_BODY_CHUNK;
    size_t larger = commands > body ? commands : body;
    return larger > SIZE_MAX - MAX_OTHER_OUTPUT ? SIZE_MAX : larger + MAX_OTHER_OUTPUT;
}

static void clear_result(mgw_smtp *engine)
{
    engine->result = (mgw_smtp_result){ .command = "", .refused_recipient = SIZE_MAX };
}

mgw_smtp *mgw_smtp_new(const mgw_smtp_limits *limits)
{
    mgw_smtp *engine = mgw_calloc(1, sizeof *engine);
    if (engine == NULL)
        return NULL;
    engine->limits = limits != NULL ? *limits : (mgw_smtp_limits)MGW_SMTP_LIMITS_INIT;
    mgw_buf_init(&engine->output, output_cap(engine->limits.max_recipients));
    mgw_smtp_reply_init(&engine->reply);
    engine->state = MGW_SMTP_READY;
    clear_result(engine);
    return engine;
}

void mgw_smtp_free(mgw_smtp *engine)
{
    if (engine == NULL)
        return;
    mgw_buf_free(&engine->output);
    mgw_smtp_reply_free(&engine->reply);
    mgw_free(engine);
}

mgw_smtp_state mgw_smtp_get_state(const mgw_smtp *engine)
{
    return engine->state;
}

const mgw_smtp_result *mgw_smtp_get_result(const mgw_smtp *engine)
{
    return &engine->result;
}

const mgw_smtp_capabilities *mgw_smtp_get_capabilities(const mgw_smtp *engine)
{
    return &engine->capabilities;
}

static void drop_output(mgw_smtp *engine)
{
    mgw_buf_free(&engine->output);
    engine->left = 0;
    engine->released = 0;
}

/* Lets the next command leave, or all there are where the server takes a group. */
static void release(mgw_smtp *engine)
{
    mgw_bytes held = mgw_bytes_slice(mgw_buf_bytes(&engine->output), engine->released, SIZE_MAX);
    bool all = engine->capabilities.pipelining || engine->step == STEP_BODY || engine->step == STEP_END;
    if (held.len > 0)
        engine->released += all ? held.len : mgw_bytes_find(held, '\n') + 1;
}

mgw_bytes mgw_smtp_output(const mgw_smtp *engine)
{
    return mgw_bytes_slice(mgw_buf_bytes(&engine->output), engine->left, engine->released - engine->left);
}

static size_t count_lines(mgw_bytes text)
{
    size_t lines = 0;
    for (size_t at = mgw_bytes_find(text, '\n'); at < text.len; at = mgw_bytes_find(text, '\n')) {
        text = mgw_bytes_slice(text, at + 1, SIZE_MAX);
        lines++;
    }
    return lines;
}

void mgw_smtp_sent(mgw_smtp *engine, size_t len)
{
    mgw_bytes gone = mgw_bytes_slice(mgw_smtp_output(engine), 0, len);
    bool is_message = engine->step == STEP_BODY || engine->step == STEP_END;
    if (gone.len == 0)
        return;
    if (!is_message)
        engine->unanswered += count_lines(gone);
    engine->left += gone.len;
    if (engine->left < engine->output.len)
        return;
    mgw_buf_clear(&engine->output);
    engine->left = 0;
    engine->released = 0;
    if (engine->step == STEP_END) {
        engine->terminated = true;
        engine->unanswered = 1;
    }
}

/* Ends a transaction, or a command outside of one. */
static void settle(mgw_smtp *engine, smgw_outcome outcome, mgw_smtp_state state)
{
    engine->result.outcome = outcome;
    engine->in_transaction = false;
    engine->step = STEP_NONE;
    engine->state = state;
    drop_output(engine);
}

/* The connection is over. Where the whole message has left and no reply decides, its outcome is unknown. */
static smgw_status fail(mgw_smtp *engine, smgw_status status)
{
    mgw_smtp_result *result = &engine->result;
    bool unknown = engine->in_transaction && engine->terminated && result->status == SMGW_OK;
    if ((engine->in_transaction || engine->step == STEP_EHLO) && result->status == SMGW_OK) {
        result->status = unknown ? SMGW_ERR_UNKNOWN : status;
        result->command = step_names[engine->step];
    }
    settle(engine, unknown ? SMGW_UNKNOWN : result->outcome, MGW_SMTP_FAILED);
    engine->failure = status;
    return status;
}

void mgw_smtp_connection_lost(mgw_smtp *engine, smgw_status why)
{
    if (engine->state != MGW_SMTP_FAILED && engine->state != MGW_SMTP_CLOSED)
        fail(engine, why);
}

static void record_reply(mgw_smtp *engine, smgw_status status)
{
    mgw_smtp_result *result = &engine->result;
    result->status = status;
    result->code = engine->reply.code;
    result->command = step_names[engine->step];
    mgw_smtp_reply_describe(
        &engine->reply, result->enhanced, sizeof result->enhanced, result->text, sizeof result->text);
}

/* SMGW_OK for a reply that is as positive as `wanted`, 2 or 3, asks. */
static smgw_status judge(const mgw_smtp *engine, int wanted)
{
    int class = engine->reply.code / 100;
    if (class == 4)
        return SMGW_ERR_TEMPORARY;
    if (class == 5)
        return SMGW_ERR_PERMANENT;
    return class == wanted ? SMGW_OK : SMGW_ERR_PROTOCOL;
}

/* Keeps a refusal, the first one where several recipients are refused. */
static void note_refusal(mgw_smtp *engine, smgw_status status)
{
    bool concerned = engine->in_transaction || engine->step == STEP_EHLO;
    if (!concerned || engine->result.status != SMGW_OK)
        return;
    record_reply(engine, status);
    if (engine->step == STEP_RCPT)
        engine->result.refused_recipient = engine->recipient;
}

/* A refusal that leaves nothing to go on with. */
static smgw_status fail_refused(mgw_smtp *engine, smgw_status status)
{
    note_refusal(engine, status);
    return fail(engine, status);
}

static smgw_status on_ehlo(mgw_smtp *engine)
{
    smgw_status status = judge(engine, 2);
    if (status != SMGW_OK)
        return fail_refused(engine, status);
    mgw_smtp_capabilities_read(&engine->capabilities, &engine->reply);
    engine->greeted = true;
    engine->must_reset = false;
    settle(engine, SMGW_NOT_SENT, MGW_SMTP_READY);
    return SMGW_OK;
}

static smgw_status on_rset(mgw_smtp *engine)
{
    smgw_status status = judge(engine, 2);
    if (status != SMGW_OK)
        return fail_refused(engine, status);
    engine->must_reset = false;
    if (engine->in_transaction) {
        engine->step = STEP_MAIL;
        release(engine);
    } else {
        settle(engine, engine->result.outcome, MGW_SMTP_READY);
    }
    return SMGW_OK;
}

static smgw_status end_refused(mgw_smtp *engine)
{
    engine->must_reset = true;
    settle(engine, SMGW_NOT_SENT, MGW_SMTP_DONE);
    return SMGW_OK;
}

static smgw_status start_data(mgw_smtp *engine)
{
    if (mgw_buf_add_bytes(&engine->output, MGW_LIT("DATA\r\n")) != SMGW_OK)
        return fail(engine, engine->output.status);
    engine->step = STEP_DATA;
    release(engine);
    return SMGW_OK;
}

/* MAIL and each RCPT: a pipelined group is read to its end also after a refusal. */
static smgw_status on_envelope(mgw_smtp *engine)
{
    smgw_status status = judge(engine, 2);
    if (status == SMGW_ERR_PROTOCOL)
        return fail(engine, status);
    if (status != SMGW_OK)
        note_refusal(engine, status);
    bool refused = engine->result.status != SMGW_OK;
    if (engine->step == STEP_RCPT)
        engine->recipient++;
    engine->step = STEP_RCPT;
    bool last = engine->recipient == engine->recipients || (refused && !engine->capabilities.pipelining);
    if (!last) {
        release(engine);
        return SMGW_OK;
    }
    return refused ? end_refused(engine) : start_data(engine);
}

static smgw_status on_data(mgw_smtp *engine)
{
    smgw_status status = judge(engine, 3);
    if (status == SMGW_ERR_PROTOCOL || (status == SMGW_OK && engine->reply.code != 354))
        return fail(engine, SMGW_ERR_PROTOCOL);
    if (status != SMGW_OK) {
        note_refusal(engine, status);
        return end_refused(engine);
    }
    engine->step = STEP_BODY;
    engine->state = MGW_SMTP_NEED_BODY;
    return SMGW_OK;
}

static smgw_status on_end(mgw_smtp *engine)
{
    smgw_status status = judge(engine, 2);
    if (status == SMGW_ERR_PROTOCOL)
        return fail(engine, status);
    record_reply(engine, status);
    settle(engine, status == SMGW_OK ? SMGW_SENT : SMGW_NOT_SENT, MGW_SMTP_DONE);
    return SMGW_OK;
}

static smgw_status on_interruption(mgw_smtp *engine)
{
    smgw_status status = judge(engine, 0);
    return status == SMGW_ERR_PROTOCOL ? fail(engine, status) : fail_refused(engine, status);
}

/* Any answer will do: the connection is closed either way. */
static smgw_status on_quit(mgw_smtp *engine)
{
    settle(engine, engine->result.outcome, MGW_SMTP_CLOSED);
    return SMGW_OK;
}

typedef smgw_status (*reply_handler)(mgw_smtp *engine);

static const reply_handler handlers[STEP_COUNT] = {
    [STEP_EHLO] = on_ehlo,
    [STEP_RSET] = on_rset,
    [STEP_MAIL] = on_envelope,
    [STEP_RCPT] = on_envelope,
    [STEP_DATA] = on_data,
    [STEP_INTERRUPTED] = on_interruption,
    [STEP_END] = on_end,
    [STEP_QUIT] = on_quit,
};

static smgw_status on_reply(mgw_smtp *engine)
{
    engine->unanswered--;
    if (engine->reply.code == 421 && engine->step != STEP_QUIT)
        return fail_refused(engine, SMGW_ERR_TEMPORARY);
    return handlers[engine->step](engine);
}

/* Bytes came that answer nothing. In the message, their reply may say why it ends; elsewhere they are an attack. */
static smgw_status on_surprise(mgw_smtp *engine)
{
    if (engine->step != STEP_BODY && engine->step != STEP_END)
        return fail(engine, SMGW_ERR_PROTOCOL);
    drop_output(engine);
    engine->step = STEP_INTERRUPTED;
    engine->state = MGW_SMTP_WAITING;
    engine->unanswered = 1;
    return SMGW_OK;
}

static smgw_status feed_some(mgw_smtp *engine, mgw_bytes input, size_t *consumed)
{
    *consumed = 0;
    if (engine->unanswered == 0)
        return on_surprise(engine);
    switch (mgw_smtp_reply_feed(&engine->reply, input, consumed)) {
    case MGW_SMTP_PARSE_REPLY:
        return on_reply(engine);
    case MGW_SMTP_PARSE_MORE:
        return SMGW_OK;
    case MGW_SMTP_PARSE_NO_MEMORY:
        return fail(engine, SMGW_ERR_NO_MEMORY);
    default:
        return fail(engine, SMGW_ERR_PROTOCOL);
    }
}

smgw_status mgw_smtp_feed(mgw_smtp *engine, const void *data, size_t len)
{
    mgw_bytes input = mgw_bytes_of(data, len);
    while (input.len > 0 && engine->state != MGW_SMTP_FAILED && engine->state != MGW_SMTP_CLOSED) {
        size_t consumed = 0;
        feed_some(engine, input, &consumed);
        input = mgw_bytes_slice(input, consumed, SIZE_MAX);
    }
    return engine->state == MGW_SMTP_FAILED ? engine->failure : SMGW_OK;
}

static bool is_idle(const mgw_smtp *engine)
{
    return engine->state == MGW_SMTP_READY || engine->state == MGW_SMTP_DONE;
}

/* The commands stand in the output: the first reply will be for `first`. */
static smgw_status start(mgw_smtp *engine, step first)
{
    smgw_status status = engine->output.status;
    if (status != SMGW_OK) {
        drop_output(engine);
        return status;
    }
    engine->step = first;
    engine->state = MGW_SMTP_WAITING;
    engine->unanswered = 0;
    release(engine);
    return SMGW_OK;
}

smgw_status mgw_smtp_ehlo(mgw_smtp *engine, mgw_bytes name)
{
    if (!is_idle(engine) || smgw_validate_ehlo_name(name.data, name.len) != SMGW_RULE_OK)
        return SMGW_ERR_INVALID;
    mgw_buf_add_str(&engine->output, "EHLO ");
    mgw_buf_add_bytes(&engine->output, name);
    mgw_buf_add_str(&engine->output, "\r\n");
    smgw_status status = start(engine, STEP_EHLO);
    if (status == SMGW_OK)
        clear_result(engine);
    return status;
}

smgw_status mgw_smtp_rset(mgw_smtp *engine)
{
    if (!is_idle(engine))
        return SMGW_ERR_INVALID;
    mgw_buf_add_str(&engine->output, "RSET\r\n");
    return start(engine, STEP_RSET);
}

smgw_status mgw_smtp_quit(mgw_smtp *engine)
{
    if (!is_idle(engine))
        return SMGW_ERR_INVALID;
    mgw_buf_add_str(&engine->output, "QUIT\r\n");
    return start(engine, STEP_QUIT);
}

smgw_status mgw_smtp_begin(mgw_smtp *engine, const mgw_smtp_envelope *envelope)
{
    size_t bad_recipient = SIZE_MAX;
    if (!is_idle(engine) || !engine->greeted)
        return SMGW_ERR_INVALID;
    clear_result(engine);
    smgw_status status =
        mgw_smtp_envelope_check(envelope, &engine->capabilities, engine->limits.max_recipients, &bad_recipient);
    if (status == SMGW_OK) {
        if (engine->must_reset)
            mgw_buf_add_str(&engine->output, "RSET\r\n");
        mgw_smtp_envelope_write(envelope, &engine->capabilities, &engine->output);
        status = start(engine, engine->must_reset ? STEP_RSET : STEP_MAIL);
    }
    if (status != SMGW_OK) {
        engine->result.status = status;
        engine->result.command = step_names[bad_recipient == SIZE_MAX ? STEP_MAIL : STEP_RCPT];
        engine->result.refused_recipient = bad_recipient;
        return status;
    }
    engine->recipients = envelope->count;
    engine->recipient = 0;
    engine->in_transaction = true;
    engine->terminated = false;
    return SMGW_OK;
}

smgw_status mgw_smtp_body(mgw_smtp *engine, const void *data, size_t len)
{
    if (engine->state != MGW_SMTP_NEED_BODY)
        return SMGW_ERR_INVALID;
    if (len > MGW_SMTP_BODY_CHUNK || engine->output.len > 0)
        return SMGW_ERR_TOO_LARGE;
    smgw_status status = mgw_smtp_data_encode(&engine->encoder, mgw_bytes_of(data, len), &engine->output);
    if (status != SMGW_OK)
        return fail(engine, status);
    release(engine);
    return SMGW_OK;
}

smgw_status mgw_smtp_body_end(mgw_smtp *engine)
{
    if (engine->state != MGW_SMTP_NEED_BODY)
        return SMGW_ERR_INVALID;
    mgw_smtp_data_finish(&engine->encoder, &engine->output);
    if (mgw_buf_add_bytes(&engine->output, MGW_LIT(".\r\n")) != SMGW_OK)
        return fail(engine, engine->output.status);
    engine->step = STEP_END;
    engine->state = MGW_SMTP_WAITING;
    release(engine);
    return SMGW_OK;
}
