/* SPDX-License-Identifier: MIT */
/*
 * What complete responses mean. Input is a response in the lexer's form; results are views of it and of the arenas. A
 * function that returns false found a response that breaks the grammar where it matters.
 */
#ifndef MGW_IMAP_PARSE_H
#define MGW_IMAP_PARSE_H

#include "base/buf.h"
#include "imap/lexer.h"
#include "imap/ranges.h"
#include "imap/types.h"

typedef enum mgw_imap_body_form {
    MGW_IMAP_BODY_NONE = 0,
    MGW_IMAP_BODY_STREAMED,
    MGW_IMAP_BODY_INLINE /* NIL, which is an empty body, or a quoted string. */
} mgw_imap_body_form;

/* BODY[section]<offset> */
typedef struct mgw_imap_body_name {
    mgw_bytes section;
    bool partial;
    uint32_t offset;
} mgw_imap_body_name;

bool mgw_imap_parse_body_name(mgw_bytes name, mgw_imap_body_name *out);

typedef struct mgw_imap_fetch_response {
    mgw_imap_fetch fetch; /* fetch.uid is 0 where the server named none. */
    uint32_t present;     /* As fetch.has, and the items that were there but did not parse. */
    mgw_imap_body_form body;
    mgw_imap_body_name body_name;
    mgw_bytes body_text;   /* For MGW_IMAP_BODY_INLINE. */
    uint32_t extra_bodies; /* Further BODY[] items, not looked at. */
} mgw_imap_fetch_response;

/*
 * "* n FETCH (...)". An item that a sender can spoil costs only itself: see mgw_imap_fetch.defects. The arenas are
 * empty or hold the last response's; SMGW_ERR_NO_MEMORY stays in their status.
 */
bool mgw_imap_parse_fetch(mgw_bytes response, const mgw_imap_limits *limits, mgw_arena *envelopes,
    mgw_arena *structures, mgw_imap_fetch_response *out);

/* An ENVELOPE's value. False: it does not parse, or its arena failed. */
bool mgw_imap_parse_envelope(mgw_imap_lexer *lexer, const mgw_imap_limits *limits, mgw_imap_envelope *out);

/* A BODYSTRUCTURE's (or BODY's) value, flattened. False: it does not parse, breaks a limit, or its arena failed. */
bool mgw_imap_parse_structure(
    mgw_imap_lexer *lexer, const mgw_imap_limits *limits, const mgw_imap_part **parts, size_t *count);

/* The words behind "* CAPABILITY". Unknown ones are no bits. *append_limit is 0 where none is named. */
uint64_t mgw_imap_parse_capabilities(mgw_bytes words, uint64_t *append_limit);

/* The bit of a system flag; 0 for any other. */
uint32_t mgw_imap_flag_bit(mgw_bytes flag);

/* "(\Seen keyword \*)". *any: "\*" is there. */
bool mgw_imap_parse_flags(mgw_imap_lexer *lexer, uint32_t *bits, bool *any);

/* What stands behind "* LIST ". `name` receives the decoded name. SMGW_ERR_NO_MEMORY where the buffer or the arena
 * fails. */
smgw_status mgw_imap_parse_list(mgw_imap_lexer *lexer, bool utf8, mgw_buf *name, mgw_imap_list_item *out);

/* What stands behind "* SEARCH". False: not numbers. *count is how many. */
bool mgw_imap_parse_search(mgw_imap_lexer *lexer, mgw_imap_uid_cursor *cursor, uint64_t *count);

typedef struct mgw_imap_esearch {
    mgw_bytes tag; /* Data NULL where none is named. */
    bool uid;      /* The numbers are UIDs. */
    mgw_imap_uid_cursor cursor;
    uint64_t count;
} mgw_imap_esearch;

/* What stands behind "* ESEARCH". */
bool mgw_imap_parse_esearch(mgw_imap_lexer *lexer, mgw_imap_esearch *out);

/* What stands behind "* STATUS "; otherwise as mgw_imap_parse_list(). */
smgw_status mgw_imap_parse_counts(mgw_imap_lexer *lexer, bool utf8, mgw_buf *name, mgw_imap_counts *out);

/*
 * Decodes a folder's name, which is UTF-8 itself where that was enabled. *valid: it decodes, and
 * smgw_sanitize_folder_name() would take it; otherwise *out is empty, as where the buffer cannot hold it. False where
 * memory is short.
 */
bool mgw_imap_decode_name(mgw_bytes wire, bool utf8, mgw_buf *name, mgw_bytes *out, bool *valid);

typedef struct mgw_imap_vanished {
    mgw_bytes set;
    bool earlier;
    uint64_t count;
} mgw_imap_vanished;

/* What stands behind "* VANISHED". */
bool mgw_imap_parse_vanished(mgw_imap_lexer *lexer, mgw_imap_vanished *out);

/* A set of UIDs without '*', such as "3:5,9"; *count is how many. */
bool mgw_imap_check_uids(mgw_bytes set, uint64_t *count);

/* "n" or "n:m", whatever their order, none of them 0. */
bool mgw_imap_parse_range(mgw_bytes text, mgw_imap_range *out);

/* The arguments of COPYUID, and of APPENDUID, whose `from` is empty. False: not well formed, or the counts differ. */
bool mgw_imap_parse_copyuid(mgw_bytes arguments, mgw_imap_copied *out);
bool mgw_imap_parse_appenduid(mgw_bytes arguments, mgw_imap_copied *out);

/* `inside` is what stands between quotes of ours: it says `text`, INBOX in any case. */
bool mgw_imap_is_quoted(mgw_bytes inside, mgw_bytes text);

/* "[CODE arguments] text", all of it optional. */
typedef struct mgw_imap_resp_text {
    mgw_bytes code;
    mgw_bytes arguments;
    mgw_bytes text;
} mgw_imap_resp_text;

mgw_imap_resp_text mgw_imap_parse_resp_text(mgw_bytes rest);

/* What a NO means to the caller. */
smgw_status mgw_imap_status_of_no(mgw_bytes code);

#endif
