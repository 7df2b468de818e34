/* SPDX-License-Identifier: MIT */
/*
 * The client side of an SMTP connection (RFC 5321) after login, without a socket or a clock: commands go in, bytes to
 * be sent come out, bytes received go in, and the state says what may happen next.
 *
 *     mgw_smtp_ehlo(e, name);                                  -> WAITING -> READY
 *     mgw_smtp_begin(e, &envelope);                            -> WAITING -> NEED_BODY, or DONE when refused
 *     while there is body: mgw_smtp_body(e, data, len);           (send the output each time)
 *     mgw_smtp_body_end(e);                                    -> WAITING -> DONE
 *     mgw_smtp_get_result(e)
 *
 * and in between, in every state: send mgw_smtp_output(), report it with mgw_smtp_sent(), and hand whatever arrives to
 * mgw_smtp_feed(). Keep reading while sending: replies of a long pipelined group arrive before all of it has left.
 *
 * MAIL and all RCPTs travel in one group where the server offers PIPELINING (RFC 2920), else one by one. DATA always
 * waits until every recipient is accepted, though RFC 2920 would let it ride along: once a server has answered 354 the
 * client can only send the message, also when a recipient was refused, or break the connection. One more round trip
 * keeps all-or-nothing clean and the connection usable: one refusal of MAIL, RCPT or DATA ends the transaction, no
 * octet of the body is sent, and the next transaction clears the server with RSET first.
 *
 * A byte from the server that answers nothing which has left is a broken connection. 421 ends the connection
 * everywhere. A server that answers in the middle of the body ends the transaction: the state becomes WAITING for the
 * rest of that reply, nothing more is sent, then FAILED.
 *
 * An engine belongs to one thread at a time and to one connection; it is not used again after FAILED or CLOSED.
 */
#ifndef MGW_SMTP_ENGINE_H
#define MGW_SMTP_ENGINE_H

#include "smtp/envelope.h"

/* Most bytes of one mgw_smtp_body() call. */
enum { MGW_SMTP_BODY_CHUNK = 65536 };

typedef struct mgw_smtp_limits {
    size_t max_recipients;
} mgw_smtp_limits;

#define MGW_SMTP_LIMITS_INIT { 10000 }

typedef enum mgw_smtp_state {
    MGW_SMTP_WAITING,   /* For replies; the output may still have to leave. */
    MGW_SMTP_READY,     /* Nothing under way: any command may begin. */
    MGW_SMTP_NEED_BODY, /* The server said 354. */
    MGW_SMTP_DONE,      /* As READY, and the result of a transaction is there. */
    MGW_SMTP_FAILED,    /* Drop the connection. The result tells what became of a transaction. */
    MGW_SMTP_CLOSED,    /* QUIT was answered: close the connection. */
} mgw_smtp_state;

typedef struct mgw_smtp_result {
    smgw_outcome outcome;
    smgw_status status;       /* SMGW_OK exactly where outcome is SMGW_SENT. */
    int code;                 /* Of the reply that decided it, or 0. */
    char enhanced[16];        /* Its enhanced status code, or "". */
    char text[256];           /* Its text: one printable line, untrusted. */
    const char *command;      /* What was answered, such as "RCPT", or where it stopped. Static storage. */
    size_t refused_recipient; /* Index in the envelope, or SIZE_MAX. */
} mgw_smtp_result;

typedef struct mgw_smtp mgw_smtp;

/* NULL limits are MGW_SMTP_LIMITS_INIT. NULL where memory is short. */
mgw_smtp *mgw_smtp_new(const mgw_smtp_limits *limits);

/* NULL is allowed. */
void mgw_smtp_free(mgw_smtp *engine);

/*
 * Commands. Each returns SMGW_OK when it was accepted. SMGW_ERR_INVALID: not in this state. On any failure nothing has
 * changed and nothing travels; only that SMGW_ERR_NO_MEMORY in the body, which cannot be taken up again, fails the
 * connection.
 */

/* EHLO; `name` must pass smgw_validate_ehlo_name(). Fills the capabilities; a refusal fails the connection. */
smgw_status mgw_smtp_ehlo(mgw_smtp *engine, mgw_bytes name);

/*
 * Begins a transaction: 1 to max_recipients recipients, every address must pass smgw_validate_email(). The envelope is
 * not needed after the call. Before anything travels: SMGW_ERR_INVALID, SMGW_ERR_TOO_LARGE for too many recipients or a
 * message above the server's SIZE, SMGW_ERR_UNSUPPORTED for an 8-bit body where the server lacks 8BITMIME. The result
 * tells these too, with the index of a bad recipient.
 */
smgw_status mgw_smtp_begin(mgw_smtp *engine, const mgw_smtp_envelope *envelope);

/*
 * In NEED_BODY: the next bytes of the message, at most MGW_SMTP_BODY_CHUNK; any line ends and any cuts. The output of
 * the call before must have left: SMGW_ERR_TOO_LARGE otherwise.
 */
smgw_status mgw_smtp_body(mgw_smtp *engine, const void *data, size_t len);

/* The body is complete; queues the terminator. Any output left from the body may still be there. */
smgw_status mgw_smtp_body_end(mgw_smtp *engine);

/* RSET: forgets a refused transaction, and tells whether an idle connection still lives. Ends in READY. */
smgw_status mgw_smtp_rset(mgw_smtp *engine);

/* QUIT, the polite end. Ends in CLOSED; the result stays. */
smgw_status mgw_smtp_quit(mgw_smtp *engine);

/*
 * The connection is gone, or the caller gives it up: a deadline, a cancellation, a body that could not be read to its
 * end. Drops the output and settles the result in any state: SMGW_SENT and a refusal stay, SMGW_UNKNOWN with
 * SMGW_ERR_UNKNOWN where the whole terminator had left, else SMGW_NOT_SENT with `why`, an error. The connection must be
 * closed without another byte. After a failed write, feed what has arrived first: it may say why.
 */
void mgw_smtp_connection_lost(mgw_smtp *engine, smgw_status why);

/* The bytes to be sent now, maybe none; valid until the next call. */
mgw_bytes mgw_smtp_output(const mgw_smtp *engine);

/*
 * The first `len` bytes of the output have left: were taken by the connection for good. Call it directly after each
 * write, before mgw_smtp_feed(): the outcome hangs on it.
 */
void mgw_smtp_sent(mgw_smtp *engine, size_t len);

/*
 * Bytes that arrived, all are taken. SMGW_OK while the connection is sound, also after a refusal; otherwise the state
 * is FAILED: SMGW_ERR_PROTOCOL, SMGW_ERR_TEMPORARY or SMGW_ERR_PERMANENT (421; EHLO, RSET or the body refused) or
 * SMGW_ERR_NO_MEMORY. The outcome of a transaction is in its result only.
 */
smgw_status mgw_smtp_feed(mgw_smtp *engine, const void *data, size_t len);

mgw_smtp_state mgw_smtp_get_state(const mgw_smtp *engine);

/* Of the last transaction, from DONE or FAILED to the next begin; before the first one, of EHLO. */
const mgw_smtp_result *mgw_smtp_get_result(const mgw_smtp *engine);

/* All off until EHLO is answered. */
const mgw_smtp_capabilities *mgw_smtp_get_capabilities(const mgw_smtp *engine);

#endif
