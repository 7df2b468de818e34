/* SPDX-License-Identifier: MIT */
/*
 * The reply of an SMTP server (RFC 5321 section 4.2), read strictly as its bytes arrive:
 *
 *     *( code "-" text CRLF ) code [ SP text ] CRLF       code = 3 digits, the first 2 to 5, the same on each line
 *
 * A bare CR or LF, a NUL, a line or a reply over the limits breaks it. Text may hold any other byte, UTF-8 or not: it
 * is untrusted, and made printable before anybody sees it.
 */
#ifndef MGW_SMTP_REPLY_H
#define MGW_SMTP_REPLY_H

#include "base/buf.h"

/*
 * RFC 5321 section 4.5.3.1.5 allows 512 octets a line, CRLF included; servers are known to send more. No real reply has
 * anywhere near as many lines.
 */
enum { MGW_SMTP_REPLY_MAX_LINE = 2000, MGW_SMTP_REPLY_MAX_LINES = 200 };

typedef enum mgw_smtp_parse {
    MGW_SMTP_PARSE_MORE,      /* All bytes are taken, the reply is not complete. */
    MGW_SMTP_PARSE_REPLY,     /* A reply is complete. */
    MGW_SMTP_PARSE_BROKEN,    /* Not SMTP; nothing more can be read from this connection. */
    MGW_SMTP_PARSE_NO_MEMORY, /* As bad: a part of the reply is missing. */
} mgw_smtp_parse;

typedef struct mgw_smtp_reply {
    mgw_buf bytes;     /* The reply so far. */
    size_t line_start; /* Where the line begins that is being read. */
    size_t lines;      /* Complete lines. */
    int code;          /* 0 until the first line is complete, then 200 to 599. */
    bool complete;
} mgw_smtp_reply;

void mgw_smtp_reply_init(mgw_smtp_reply *reply);
void mgw_smtp_reply_free(mgw_smtp_reply *reply);

/*
 * Takes the next bytes, up to the end of one reply and none behind it; *consumed is how many. The call after a complete
 * reply begins the next one. The views below are valid until then.
 */
mgw_smtp_parse mgw_smtp_reply_feed(mgw_smtp_reply *reply, mgw_bytes input, size_t *consumed);

/*
 * The lines of a complete reply, one a call, without code, separator and CRLF; *position is 0 at first. False at the
 * end.
 */
bool mgw_smtp_reply_line(const mgw_smtp_reply *reply, size_t *position, mgw_bytes *line);

/*
 * Splits the enhanced status code (RFC 2034, RFC 3463) such as "5.7.1" from a line's text. It counts only where its
 * class is the first digit of the reply's code; otherwise *enhanced is empty and *text is the whole line.
 */
void mgw_smtp_reply_split(int code, mgw_bytes line, mgw_bytes *enhanced, mgw_bytes *text);

/*
 * A copy of a complete reply for people: the enhanced code of its first line that has one, or "", and the text of all
 * lines, joined by a space, printable and NUL-terminated. A text that does not fit is cut. Both sizes are 1 or more.
 */
void mgw_smtp_reply_describe(
    const mgw_smtp_reply *reply, char *enhanced, size_t enhanced_size, char *text, size_t text_size);

#endif
