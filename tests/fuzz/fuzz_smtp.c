/* SPDX-License-Identifier: MIT */
/* A hostile SMTP server: nothing but whole commands leaves, the body stays a body, and the outcome is never a lie. */
#include "fuzz/fuzz.h"

#include "base/buf.h"
#include "smtp/engine.h"

typedef struct wire {
    mgw_smtp *smtp;
    mgw_buf sent;   /* Everything that has left. */
    size_t body_at; /* Behind the line of DATA. */
    bool in_body;
    bool begun; /* There was a transaction. */
} wire;

static void send_output(wire *w, size_t max)
{
    mgw_bytes out = mgw_smtp_output(w->smtp);
    mgw_bytes piece = mgw_bytes_slice(out, 0, max);
    mgw_buf_add_bytes(&w->sent, piece);
    mgw_smtp_sent(w->smtp, piece.len);
}

/* What has left of the body is lines, and holds no terminator. */
static void check_body(const wire *w)
{
    mgw_bytes body = mgw_bytes_slice(mgw_buf_bytes(&w->sent), w->body_at - 2, SIZE_MAX);
    for (size_t i = 0; i < body.len; i++) {
        FUZZ_CHECK(body.data[i] != '\n' || (i > 0 && body.data[i - 1] == '\r'));
        FUZZ_CHECK(body.data[i] != '\r' || i + 1 == body.len || body.data[i + 1] == '\n');
    }
    FUZZ_CHECK(memmem(body.data, body.len, "\r\n.\r\n", 5) == NULL);
}

static void begin(wire *w, unsigned char what)
{
    const mgw_bytes to[] = { MGW_LIT("a@example.com"), MGW_LIT("b@example.com"), MGW_LIT("c@example.org") };
    const mgw_smtp_envelope envelope = {
        .from = MGW_LIT("me@example.com"), .to = to, .count = what % 3 + 1, .size = what, .body_8bit = what & 64
    };
    if (mgw_smtp_begin(w->smtp, &envelope) == SMGW_OK)
        w->begun = true;
}

static void act(wire *w, unsigned char what)
{
    static const char body[] = "line\r\n.\r\n..dots\n\rend\r\n.";
    smgw_status status = SMGW_OK;
    switch (mgw_smtp_get_state(w->smtp)) {
    case MGW_SMTP_READY:
    case MGW_SMTP_DONE:
        if (what % 8 == 0)
            status = mgw_smtp_rset(w->smtp);
        else if (what % 8 == 1)
            status = mgw_smtp_quit(w->smtp);
        else
            begin(w, what);
        break;
    case MGW_SMTP_NEED_BODY:
        if (!w->in_body)
            w->body_at = w->sent.len;
        w->in_body = true;
        if (what % 4 == 0)
            status = mgw_smtp_body_end(w->smtp);
        else
            status = mgw_smtp_body(w->smtp, body, what % sizeof body);
        break;
    case MGW_SMTP_WAITING:
    case MGW_SMTP_FAILED:
    case MGW_SMTP_CLOSED:
        break;
    }
    (void)status;
}

static void check_result(const wire *w)
{
    const mgw_smtp_result *result = mgw_smtp_get_result(w->smtp);
    mgw_smtp_state state = mgw_smtp_get_state(w->smtp);
    bool settled = w->begun && (state == MGW_SMTP_DONE || state == MGW_SMTP_FAILED);
    FUZZ_CHECK(!settled || (result->status == SMGW_OK) == (result->outcome == SMGW_SENT));
    fuzz_check_clean(result->text);
    fuzz_check_clean(result->enhanced);
    /* Only a message whose terminator has left can have been taken. */
    if (result->outcome == SMGW_SENT)
        FUZZ_CHECK(w->sent.len >= 5 && memmem(w->sent.data, w->sent.len, "\r\n.\r\n", 5) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_input input = fuzz_input_of(data, size);
    wire w = { .smtp = mgw_smtp_new(NULL), .sent = MGW_BUF_INIT(SIZE_MAX) };
    FUZZ_CHECK(w.smtp != NULL && mgw_smtp_ehlo(w.smtp, MGW_LIT("client.example")) == SMGW_OK);
    while (input.rest.len > 0) {
        unsigned char what = fuzz_byte(&input);
        send_output(&w, what & 128 ? what % 16 : SIZE_MAX);
        mgw_bytes line = fuzz_line(&input);
        smgw_status status = mgw_smtp_feed(w.smtp, line.data, line.len);
        if (status == SMGW_OK && what & 1)
            status = mgw_smtp_feed(w.smtp, "\r\n", 2);
        FUZZ_CHECK(status == SMGW_OK || mgw_smtp_get_state(w.smtp) == MGW_SMTP_FAILED);
        act(&w, what / 2);
        if (w.in_body)
            check_body(&w);
        w.in_body = w.in_body && mgw_smtp_get_state(w.smtp) == MGW_SMTP_NEED_BODY;
    }
    check_result(&w);
    mgw_smtp_connection_lost(w.smtp, SMGW_ERR_NETWORK);
    check_result(&w);
    FUZZ_CHECK(mgw_smtp_output(w.smtp).len == 0);
    mgw_smtp_free(w.smtp);
    mgw_buf_free(&w.sent);
    return 0;
}
