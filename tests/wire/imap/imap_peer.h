/* SPDX-License-Identifier: MIT */
/*
 * The IMAP engine as the client of a transcript. A '>' step is one of
 *
 *     capability | noop | unselect | logout
 *     defects                      says how many the engine counted
 *     list REFERENCE PATTERN       "-" for an empty reference
 *     examine FOLDER
 *     search [key=value;...]       from to subject body text message-id since=Y-M-D set clear larger uids criteria
 *     select | create | delete | subscribe | unsubscribe FOLDER
 *     rename FROM TO
 *     status WHAT FOLDER           WHAT: bits of mgw_imap_count_item
 *     store SET MODE SINCE FLAGS [KEYWORD ...]     MODE: + - =; SINCE: a number or 0
 *     copy | move SET FOLDER
 *     expunge SET
 *     append FOLDER SIZE FLAGS DATE [KEYWORD]      DATE: seconds, or "-"
 *     give OCTETS                  the next of the message
 *     outcome COMMAND              says what is known of an APPEND, and how much of it is wanted
 *     idle | idle-done | compress
 *     list-extended COUNTS PATTERN
 *     fields UID SECTION NAME ...
 *     enable [condstore] [qresync] [utf8]
 *     open-since FOLDER rw|ro [UIDVALIDITY MODSEQ [UIDS]]
 *     fetch-since SET MODSEQ [vanished]
 *     fetch SET WHAT               WHAT: flags, size, envelope, summary (all)
 *     body UID SECTION [OFFSET COUNT]     "-" for the whole message
 *
 * and each event becomes one line of the log; see imap_peer.c for the words.
 */
#ifndef TESTS_WIRE_IMAP_PEER_H
#define TESTS_WIRE_IMAP_PEER_H

#include "imap/engine.h"
#include "wire/transcript.h"

typedef struct imap_peer {
    transcript_peer transcript;
    mgw_imap *imap;
    bool failed;               /* The failure stands in the log. */
    bool in_body;              /* The last line of the log is a body that grows. */
    bool no_memory;            /* The engine said that memory is short. */
    unsigned long allocations; /* Of the engine; those of the test itself are not counted. */
    unsigned long fail_at;     /* This one fails; 0: none. */
} imap_peer;

/* The tags of a peer are this and the command's number. */
#define IMAP_PEER_TAG "AAAAAAAA"

/* `limits` may be NULL. The engine is NULL afterwards where its first allocation was to fail. */
void imap_peer_init(imap_peer *peer, const mgw_imap_limits *limits, unsigned long fail_at);
void imap_peer_free(imap_peer *peer);

/* imap_peer_act.c: does what the words of a step say; SMGW_DONE where they are not understood. */
smgw_status imap_peer_perform(mgw_imap *imap, char *words);

/* Cuts the next word off; empty at the end. */
char *imap_peer_word(char **rest, const char *separators);

#endif
