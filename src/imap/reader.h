/* SPDX-License-Identifier: MIT */
/*
 * Puts responses together from bytes as they arrive (RFC 3501 section 2.2.2): one line, with the literals in it. A
 * literal that is the value of a FETCH's BODY[...] item is handed on as it streams, and never stands in memory. A FETCH
 * near its cap loses the envelope or structure that arrives, whose length a mail's sender decides, and goes on behind
 * it.
 *
 * Framing is strict: a line ends with CRLF, bare CR, bare LF and NUL are refused, and a data line that ends with '}'
 * must end with a literal's header "{digits}".
 */
#ifndef MGW_IMAP_READER_H
#define MGW_IMAP_READER_H

#include "base/buf.h"
#include "imap/types.h"

typedef enum mgw_imap_line_kind {
    MGW_IMAP_LINE_UNSEEN = 0,
    MGW_IMAP_LINE_TEXT, /* Tagged, a continuation, or "* OK" and its like: free text, no literals. */
    MGW_IMAP_LINE_DATA,
    MGW_IMAP_LINE_SEARCH, /* SEARCH, ESEARCH or VANISHED. */
    MGW_IMAP_LINE_FETCH
} mgw_imap_line_kind;

typedef enum mgw_imap_reader_state {
    MGW_IMAP_READER_LINE = 0,
    MGW_IMAP_READER_KEEP, /* A literal that becomes part of the response. */
    MGW_IMAP_READER_DROP, /* One that is too long for that. */
    MGW_IMAP_READER_BODY, /* One that streams. */
    MGW_IMAP_READER_COMPLETE
} mgw_imap_reader_state;

/* Where a FETCH response stands, item by item, so that a body is known by its name and UID before it streams. */
typedef struct mgw_imap_fetch_scan {
    size_t at; /* What lies before is scanned. */
    size_t depth;
    bool quote, escape, bracket;
    bool want_value;          /* Items alternate: name, value. */
    bool gone;                /* The present value is left out: its mark stands at `token`, more of it behind. */
    size_t token;             /* Where the present name or value begins. */
    size_t name_at, name_len; /* Offsets, since the buffer moves. */
    uint32_t uid;             /* From a UID item seen so far, or 0. */
} mgw_imap_fetch_scan;

typedef struct mgw_imap_reader {
    const mgw_imap_limits *limits;
    mgw_buf line;
    mgw_imap_reader_state state;
    mgw_imap_line_kind kind;
    size_t segment; /* Where the text behind the last literal begins. */
    uint64_t left;  /* Octets of the present literal still to come. */
    mgw_imap_fetch_scan scan;
    uint64_t octets;     /* Read so far, streamed bodies left out; the owner may set it back. */
    smgw_status status;  /* Sticky. */
    const char *failure; /* Why, in words of ours. */
} mgw_imap_reader;

typedef enum mgw_imap_read {
    MGW_IMAP_READ_MORE,     /* All bytes are taken, nothing is complete. */
    MGW_IMAP_READ_RESPONSE, /* mgw_imap_reader_response() is there until the next feed. */
    MGW_IMAP_READ_BODY,     /* A body begins: mgw_imap_reader_body_name(), scan.uid, `left`. */
    MGW_IMAP_READ_DATA,     /* `chunk` is part of the body, in the bytes that were fed. */
    MGW_IMAP_READ_FAILED    /* See `status`. */
} mgw_imap_read;

/* `limits` must outlive the reader. */
void mgw_imap_reader_init(mgw_imap_reader *reader, const mgw_imap_limits *limits);
void mgw_imap_reader_free(mgw_imap_reader *reader);

/* Takes bytes up to the next thing to report; *consumed says how many. */
mgw_imap_read mgw_imap_reader_feed(mgw_imap_reader *reader, mgw_bytes data, size_t *consumed, mgw_bytes *chunk);

/* The response in the lexer's form. */
mgw_bytes mgw_imap_reader_response(const mgw_imap_reader *reader);

/* The name of the item whose value begins, such as "BODY[1.MIME]". */
mgw_bytes mgw_imap_reader_body_name(const mgw_imap_reader *reader);

#endif
