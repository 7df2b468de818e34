/* SPDX-License-Identifier: MIT */
/*
 * Plays a written conversation against a protocol engine: what the server says, and byte for byte what the client must
 * send. One line a step:
 *
 *     > examine INBOX            the client does something; the words are the test's own
 *     C: $T1 EXAMINE "INBOX"     the client sends exactly this line, then CRLF
 *     C- bytes                   the same without CRLF
 *     S: * 3 EXISTS              the server says this line, then CRLF
 *     S- bytes                   the same without CRLF
 *     = done 1 ok                the next line of the engine's log, as the test writes it
 *     # a comment; empty lines are skipped
 *
 * In C and S, $T is the peer's tag prefix, and \r \n \t \\ and octal \000 are escapes; any other backslash stands for
 * itself. Before every S step, and at the end, all that the client sent must have been named by C steps; at the end
 * every line of the log by '=' steps.
 */
#ifndef TESTS_WIRE_TRANSCRIPT_H
#define TESTS_WIRE_TRANSCRIPT_H

#include "base/buf.h"

/* The engine under test. The callbacks share `context`; the peer's owner frees the log. */
typedef struct transcript_peer {
    void *context;
    const char *tag; /* May be NULL. */
    /* Does what a '>' step says; false where the words are not understood or the engine refuses without saying so in
     * the log. */
    bool (*act)(void *context, const char *words);
    /* Takes server bytes, all of them, and appends what happened to the log, one line each. */
    void (*feed)(void *context, const char *data, size_t len);
    mgw_bytes (*output)(void *context);
    void (*sent)(void *context, size_t len);
    mgw_buf log; /* Lines that end with LF; the last one may still be growing. */
} transcript_peer;

/* How server bytes are cut, each run of S steps on its own or all of them counted as one stream. */
#define TRANSCRIPT_WHOLE SIZE_MAX    /* A run of S steps is fed at once. */
#define TRANSCRIPT_BYTES ((size_t)0) /* Byte by byte. */
/* Any other value n: the n-th server byte, counted over the whole transcript, ends a feed. */

/* NULL where all went as written; otherwise what did not, with the line. Static storage, until the next call. */
const char *transcript_run(const char *text, transcript_peer *peer, size_t cut);

/*
 * Reads a file of transcripts, each below a line "== name", and calls `run` for each until it returns false. True where
 * the file could be read, has at least one, and every call returned true.
 */
bool transcript_file(const char *path, bool (*run)(void *context, const char *name, const char *text), void *context);

/* The server bytes of all S steps, in order. */
void transcript_server_bytes(const char *text, const char *tag, mgw_buf *out);

#endif
