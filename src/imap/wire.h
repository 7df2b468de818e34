/* SPDX-License-Identifier: MIT */
/*
 * Writes one IMAP command (RFC 3501 section 9). The writer picks quoted string or literal by itself, refuses what the
 * wire cannot carry, and its failure sticks: write everything, then look at `status`.
 */
#ifndef MGW_IMAP_WIRE_H
#define MGW_IMAP_WIRE_H

#include "base/buf.h"

#include "simplemailgw/common.h"

/* Most synchronizing literals of one command. */
enum { MGW_IMAP_MAX_GATES = 16 };

typedef struct mgw_imap_writer {
    mgw_buf *out;
    /* Longest literal that may go without waiting: SIZE_MAX with LITERAL+, 4096 with LITERAL- (RFC 7888), otherwise 0.
     */
    size_t nonsync_max;
    bool utf8;                        /* UTF8=ACCEPT (RFC 6855) is enabled: names and strings may be quoted UTF-8. */
    size_t gates[MGW_IMAP_MAX_GATES]; /* Lengths of `out` after which the server's continuation must come. */
    size_t gate_count;
    smgw_status status; /* SMGW_OK, SMGW_ERR_INVALID, SMGW_ERR_TOO_LARGE or SMGW_ERR_NO_MEMORY. */
} mgw_imap_writer;

void mgw_imap_writer_init(mgw_imap_writer *writer, mgw_buf *out, size_t nonsync_max);

/* The command fails with `status`. The first failure stays, except that memory running short comes before all. */
void mgw_imap_refuse(mgw_imap_writer *writer, smgw_status status);

/* The library's own words, such as " UID FETCH "; never a caller's. */
void mgw_imap_write_words(mgw_imap_writer *writer, const char *words);

void mgw_imap_write_number(mgw_imap_writer *writer, uint64_t number);

/* An atom: at least one printable ASCII character, none of "(){%*\"]\" and space. */
void mgw_imap_write_atom(mgw_imap_writer *writer, mgw_bytes atom);

/* A string: quoted where it is ASCII (with `utf8`: UTF-8) without CR and LF, otherwise a literal. NUL is refused. */
void mgw_imap_write_string(mgw_imap_writer *writer, mgw_bytes text);

/* A mailbox name or LIST pattern: UTF-8 in, a quoted string of modified UTF-7 (with `utf8`: UTF-8) out. */
void mgw_imap_write_mailbox(mgw_imap_writer *writer, mgw_bytes utf8);

/* A UID set: digits, ',', ':' and '*' only; its grammar is the sanitizer's business. */
void mgw_imap_write_set(mgw_imap_writer *writer, mgw_bytes set);

/* "(\Seen keyword)": bits of smgw_flag, and keywords that smgw_validate_flag() takes; system flags are bits only. */
void mgw_imap_write_flags(mgw_imap_writer *writer, uint32_t bits, const mgw_bytes *keywords, size_t count);

/* A set that names what is to be changed: smgw_validate_uid_set() takes it, and it holds no '*'. */
void mgw_imap_write_exact_set(mgw_imap_writer *writer, mgw_bytes set);

/* A part of a command that a sanitizer has checked: printable ASCII without '{' and '}', or refused. */
void mgw_imap_write_checked(mgw_imap_writer *writer, mgw_bytes text);

/* What follows goes out only when the server, or the caller, lets it. */
void mgw_imap_write_gate(mgw_imap_writer *writer);

/* CRLF, and the buffer's failure becomes the writer's. */
smgw_status mgw_imap_write_end(mgw_imap_writer *writer);

/* True where mgw_imap_write_string() would need a literal. */
bool mgw_imap_needs_literal(mgw_bytes text);

#endif
