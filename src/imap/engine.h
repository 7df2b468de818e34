/* SPDX-License-Identifier: MIT */
/*
 * The IMAP client as a state machine (RFC 3501; RFC 9051 where it is compatible): commands in, bytes out; bytes in,
 * events out. It never blocks, reads no clock and sees no socket. It starts in the authenticated state, and its first
 * command should be CAPABILITY: what a server said before the login proves nothing. No reading sets a flag:
 * bodies are BODY.PEEK.
 *
 * A driver's loop:
 *
 *     send mgw_imap_output(imap), then tell mgw_imap_sent(imap, n);
 *     receive `data`; while (len > 0) {
 *         mgw_imap_feed(imap, data, len, &used); advance by `used`; while (mgw_imap_next(imap, &event)) ...
 *     }
 *
 * Output may appear after a feed as well: a continuation or a completed command can release what was held back.
 *
 * Pipelining. Any number of commands may be queued; they go out in their order, and the engine holds one back (and all
 * after it) while an answer could be taken for another's:
 *   - one SEARCH, one LIST, one ENABLE and one CAPABILITY at a time, since their data name no command;
 *   - one STATUS a folder at a time, and none beside a LIST that counts;
 *   - LIST and STATUS wait for commands that create, rename, delete or subscribe folders, and these for them;
 *   - what opens or closes a folder waits for every command on the folder before it; what follows may go out with
 *     it, but untagged data before its completion belong to none of that, nor may that complete first;
 *   - changes (STORE, COPY, MOVE, EXPUNGE) travel together, but not with SEARCH and FETCH, whose data they could be
 *     taken for; and one MOVE at a time, since its COPYUID names no command;
 *   - a body of the same UID and section waits for the one before it;
 *   - nothing passes a synchronizing literal that waits for its continuation, or an APPEND whose octets are not all
 *     given;
 *   - IDLE and COMPRESS go out alone.
 * FETCH data are matched by UID, and bodies by UID, section and offset. Of two summary fetches whose sets overlap, the
 * older gets the data.
 *
 * Errors are sticky: after one, the connection is of no use. Limits give SMGW_ERR_TOO_LARGE, a broken rule gives
 * SMGW_ERR_PROTOCOL, a BYE without LOGOUT gives SMGW_ERR_NETWORK once its event has been taken. An argument that is
 * refused (SMGW_ERR_INVALID) harms nothing, and neither does memory running short while a command is being made.
 *
 * One thread at a time.
 */
#ifndef MGW_IMAP_ENGINE_H
#define MGW_IMAP_ENGINE_H

#include "imap/types.h"

typedef struct mgw_imap mgw_imap;

/* Octets of entropy for the tags, so that no server and no mail can guess one. */
#define MGW_IMAP_TAG_SEED_LEN 8

/* `limits` may be NULL for the defaults. SMGW_OK or SMGW_ERR_NO_MEMORY; on failure *imap is NULL. */
smgw_status mgw_imap_new(
    mgw_imap **imap, const mgw_imap_limits *limits, const unsigned char tag_seed[MGW_IMAP_TAG_SEED_LEN]);

/* NULL is allowed. */
void mgw_imap_free(mgw_imap *imap);

/*
 * Commands. Each queues one and gives its number, never 0, by which events and DONE name it; `command` may be NULL.
 * SMGW_OK; SMGW_ERR_INVALID for an argument that the wire cannot carry; SMGW_ERR_TOO_LARGE for a command or queue over
 * its cap; SMGW_ERR_NO_MEMORY; or the sticky failure. Nothing may follow LOGOUT: SMGW_ERR_INVALID.
 */

/* Data: CAPABILITY. */
smgw_status mgw_imap_capability(mgw_imap *imap, uint32_t *command);

/* Data: LIST, one a folder. Both arguments are UTF-8; `reference` may be empty, `pattern` may hold "*" and "%". */
smgw_status mgw_imap_list(mgw_imap *imap, mgw_bytes reference, mgw_bytes pattern, uint32_t *command);

/*
 * Likewise, asking for special use and subscription where the server has LIST-EXTENDED, and with LIST-STATUS for
 * `counts`: bits of mgw_imap_count_item, or 0. Data: LIST, and STATUS of this command for folders that can be opened;
 * without LIST-STATUS no STATUS comes, and mgw_imap_folder_status() is to be used.
 */
smgw_status mgw_imap_list_extended(
    mgw_imap *imap, mgw_bytes reference, mgw_bytes pattern, uint32_t counts, uint32_t *command);

/*
 * Opens a folder for reading only: a UTF-8 name of 1 to MGW_IMAP_MAX_NAME bytes without controls. Data: MAILBOX, just
 * before a DONE that is OK.
 */
smgw_status mgw_imap_examine(mgw_imap *imap, mgw_bytes folder, uint32_t *command);

/* Likewise, for reading and changing. */
smgw_status mgw_imap_select(mgw_imap *imap, mgw_bytes folder, uint32_t *command);

/*
 * Leaves the folder: UNSELECT where the server has it, otherwise CLOSE, which expunges nothing after EXAMINE. After
 * SELECT it would, so that is SMGW_ERR_UNSUPPORTED without UNSELECT: open another folder, or log out.
 */
smgw_status mgw_imap_unselect(mgw_imap *imap, uint32_t *command);

/*
 * ENABLE (RFC 5161), to be sent before the first folder is opened. `features`: some of MGW_IMAP_CAP_CONDSTORE, _QRESYNC
 * and _UTF8_ACCEPT; SMGW_ERR_UNSUPPORTED where the server lacks ENABLE or one of them. Data: ENABLED. Until the DONE of
 * an ENABLE of UTF8_ACCEPT no command is taken (SMGW_ERR_INVALID), since names are written differently from then on.
 */
smgw_status mgw_imap_enable(mgw_imap *imap, uint64_t features, uint32_t *command);

/*
 * Opens a folder that the caller knows (RFC 7162). With QRESYNC enabled and the same UIDVALIDITY, what changed since
 * comes as FETCH and VANISHED of this command, before MAILBOX. `known` may be NULL: only turns modification sequences
 * on. SMGW_ERR_UNSUPPORTED: without CONDSTORE, or `known` without QRESYNC enabled.
 */
smgw_status mgw_imap_open_since(
    mgw_imap *imap, mgw_bytes folder, bool writable, const mgw_imap_known *known, uint32_t *command);

/* `what`: bits of mgw_imap_count_item, at least one that the server has. Data: STATUS. Not for the open folder. */
smgw_status mgw_imap_folder_status(mgw_imap *imap, mgw_bytes folder, uint32_t what, uint32_t *command);

/*
 * Folders: names as for mgw_imap_examine(), levels parted by the server's own delimiter. Those that CREATE, RENAME and
 * DELETE name are never INBOX, and a new one holds no "*" or "%". No data.
 */
smgw_status mgw_imap_create(mgw_imap *imap, mgw_bytes folder, uint32_t *command);
smgw_status mgw_imap_rename(mgw_imap *imap, mgw_bytes from, mgw_bytes to, uint32_t *command);
smgw_status mgw_imap_delete(mgw_imap *imap, mgw_bytes folder, uint32_t *command);
smgw_status mgw_imap_subscribe(mgw_imap *imap, mgw_bytes folder, uint32_t *command);
smgw_status mgw_imap_unsubscribe(mgw_imap *imap, mgw_bytes folder, uint32_t *command);

typedef struct mgw_imap_date {
    uint16_t year; /* 1 to 9999; 0: not set. */
    uint8_t month; /* 1 to 12 */
    uint8_t day;   /* 1 to 31 */
} mgw_imap_date;

/* Every term that is set must match; none set: all messages. Strings: UTF-8 without controls, at most 4,000 bytes. */
typedef struct mgw_imap_search mgw_imap_search;

struct mgw_imap_search {
    mgw_bytes from, to, cc, bcc, subject, body, text;
    mgw_bytes message_id;        /* HEADER Message-ID */
    mgw_imap_date since, before; /* By INTERNALDATE. */
    uint32_t flags_set;          /* Bits of smgw_flag. */
    uint32_t flags_clear;
    uint64_t larger; /* 0: not set; at most 4294967295. */
    uint64_t smaller;
    mgw_bytes uid_set;  /* Passed smgw_validate_uid_set(). */
    mgw_bytes criteria; /* Passed smgw_validate_search_criteria(); put in parentheses. */
    mgw_bytes header;   /* The name of a field, an atom, that holds `header_value`, which may be empty. */
    mgw_bytes header_value;
    mgw_imap_date sent_since, sent_before; /* By the Date field. */
    mgw_bytes keyword, unkeyword;          /* Passed smgw_validate_flag(), no system flag. */
    mgw_bytes gmail_raw;                   /* Gmail's own search language; SMGW_ERR_UNSUPPORTED elsewhere. */
    const mgw_imap_search *any;            /* At least one of these matches; */
    size_t any_count;                      /* 0: not set. */
    const mgw_imap_search *none;           /* None of these matches. */
    size_t none_count;
};

/* Levels of `any` and `none`, and searches in all, of one search. */
enum { MGW_IMAP_MAX_SEARCH_DEPTH = 10, MGW_IMAP_MAX_SEARCHES = 1000 };

/*
 * Data: SEARCH, in chunks; no event where nothing matches. `search` may be NULL. SMGW_ERR_TOO_LARGE: too many searches
 * in one, or more than 16 strings that wait for a continuation.
 */
smgw_status mgw_imap_uid_search(mgw_imap *imap, const mgw_imap_search *search, uint32_t *command);

/*
 * `what`: bits of mgw_imap_fetch_item, at least one; `uid_set` as above. Data: FETCH, for each message of the set with
 * all that was asked for; a server may give a message twice.
 */
smgw_status mgw_imap_uid_fetch(mgw_imap *imap, mgw_bytes uid_set, uint32_t what, uint32_t *command);

/*
 * Likewise, only what changed since this modification sequence; with `vanished` also VANISHED. SMGW_ERR_UNSUPPORTED
 * without CONDSTORE, or `vanished` without QRESYNC enabled.
 */
smgw_status mgw_imap_uid_fetch_since(
    mgw_imap *imap, mgw_bytes uid_set, uint32_t what, uint64_t modseq, bool vanished, uint32_t *command);

/* What to stream of one message. */
typedef struct mgw_imap_body {
    uint32_t uid;
    mgw_bytes section; /* "", "1.2", "HEADER", "TEXT", "MIME" behind a part: [part "."] (HEADER / TEXT / MIME) */
    /* With a section that ends with HEADER: only these fields of it, atoms; at most 100. */
    const mgw_bytes *fields;
    size_t field_count;
    uint32_t offset; /* With `count`: the first octet wanted. */
    uint32_t count;  /* At most so many octets; 0: all. */
    uint64_t max;    /* A longer literal breaks the connection with SMGW_ERR_TOO_LARGE; 0: mgw_imap_limits.body. */
} mgw_imap_body;

/*
 * Data: BODY_BEGIN, BODY_DATA ..., BODY_END, once at most. A body that the server gives as NIL is an empty body, and
 * servers say so of a section that does not exist. DONE with `items` 0 and no BODY_BEGIN: there is no such message (or
 * the server said its data were another's).
 */
smgw_status mgw_imap_uid_fetch_body(mgw_imap *imap, const mgw_imap_body *body, uint32_t *command);

/*
 * Changes. Their sets passed smgw_validate_uid_set() and hold no '*': what is changed is named. No plain EXPUNGE, which
 * would also take what others have marked.
 */

typedef enum mgw_imap_flag_mode {
    MGW_IMAP_FLAGS_ADD = 1,
    MGW_IMAP_FLAGS_REMOVE,
    MGW_IMAP_FLAGS_REPLACE
} mgw_imap_flag_mode;

typedef struct mgw_imap_flag_change {
    mgw_bytes uid_set;
    mgw_imap_flag_mode mode;
    uint32_t flags;            /* Bits of smgw_flag. */
    const mgw_bytes *keywords; /* Each passed smgw_validate_flag(); at most 100. */
    size_t keyword_count;
    uint64_t unchanged_since; /* 0: not asked. A modification sequence: newer messages stay as they are. */
} mgw_imap_flag_change;

/*
 * UID STORE, silent. No data; done.modified says what had changed since. At least one flag or keyword, except to
 * replace all by none. SMGW_ERR_UNSUPPORTED: `unchanged_since` without CONDSTORE.
 */
smgw_status mgw_imap_uid_store(mgw_imap *imap, const mgw_imap_flag_change *change, uint32_t *command);

/* No data; done.copied says where the copies are. */
smgw_status mgw_imap_uid_copy(mgw_imap *imap, mgw_bytes uid_set, mgw_bytes folder, uint32_t *command);

/* Likewise, with EXPUNGE for what leaves. SMGW_ERR_UNSUPPORTED without MOVE. */
smgw_status mgw_imap_uid_move(mgw_imap *imap, mgw_bytes uid_set, mgw_bytes folder, uint32_t *command);

/* Removes those of the set that are marked \Deleted. Data: EXPUNGE. SMGW_ERR_UNSUPPORTED without UIDPLUS. */
smgw_status mgw_imap_uid_expunge(mgw_imap *imap, mgw_bytes uid_set, uint32_t *command);

#define MGW_IMAP_NO_DATE INT64_MIN

typedef struct mgw_imap_upload {
    mgw_bytes folder;
    uint32_t flags;            /* Bits of smgw_flag. */
    const mgw_bytes *keywords; /* As in mgw_imap_flag_change. */
    size_t keyword_count;
    /* When it was received: seconds since 1970 UTC, years 1900 to 9999. MGW_IMAP_NO_DATE: the server's present time. */
    int64_t internal_date;
    uint64_t size; /* Octets of the message; at least 1. */
} mgw_imap_upload;

/*
 * APPEND. Data: BODY_WANTED once the server lets the message come (at once where it need not be asked, which is so up
 * to 64 KiB with LITERAL+ and 4 KiB with LITERAL-); then mgw_imap_append_data() gives its octets. done.copied.to is
 * its UID there. SMGW_ERR_TOO_LARGE: over the limit that the server announced. Whoever cannot give all the octets has
 * to close the connection; so has the server's refusal in the midst of them: SMGW_ERR_NETWORK behind its DONE.
 */
smgw_status mgw_imap_append(mgw_imap *imap, const mgw_imap_upload *upload, uint32_t *command);

/*
 * The next octets of the message, as they are (lines end with CRLF). *taken may be less than len, also 0, while the
 * output is full: send it, then go on. SMGW_OK; SMGW_ERR_INVALID, and nothing is taken, where no message is wanted or
 * more comes than was announced; SMGW_ERR_NO_MEMORY, and it may be tried again; or the sticky failure.
 */
smgw_status mgw_imap_append_data(mgw_imap *imap, mgw_bytes data, size_t *taken);

/* Octets that mgw_imap_append_data() still wants; 0 where none is wanted now. */
uint64_t mgw_imap_append_left(const mgw_imap *imap);

/*
 * What is known of an APPEND: SMGW_NOT_SENT until its last octet has left and where the server refused; SMGW_SENT
 * where the server confirmed it; SMGW_UNKNOWN in between, and for any but the newest APPEND once it is complete.
 */
smgw_outcome mgw_imap_append_outcome(const mgw_imap *imap, uint32_t command);

/*
 * IDLE (RFC 2177). Goes out when nothing else is outstanding. Data: IDLING once the server agrees; then EXISTS,
 * EXPUNGE, FETCH and CHANGED as they come. All commands behind it wait for its DONE. SMGW_ERR_UNSUPPORTED without IDLE.
 * Servers may end the session of who idles for 30 minutes.
 */
smgw_status mgw_imap_idle(mgw_imap *imap, uint32_t *command);

/* Ends the newest IDLE, as soon as the server has agreed to it. SMGW_ERR_INVALID where none is queued or it is ended.
 */
smgw_status mgw_imap_idle_done(mgw_imap *imap);

/*
 * True once the last octet of a command that is not complete has left: if the connection ends now, nobody knows
 * whether the server did it. False for one that is complete, or was never queued.
 */
bool mgw_imap_command_left(const mgw_imap *imap, uint32_t command);

/*
 * COMPRESS (RFC 4978). Goes out when nothing else is outstanding, and no command is taken until its DONE. With SMGW_OK,
 * all that was not consumed by the feed that gave that DONE, and all output from then on, is compressed: the driver's
 * business. Once only: SMGW_ERR_INVALID. SMGW_ERR_UNSUPPORTED without COMPRESS=DEFLATE.
 */
smgw_status mgw_imap_compress(mgw_imap *imap, uint32_t *command);

smgw_status mgw_imap_noop(mgw_imap *imap, uint32_t *command);
smgw_status mgw_imap_logout(mgw_imap *imap, uint32_t *command);

/* Commands that are queued or outstanding. */
size_t mgw_imap_pending(const mgw_imap *imap);

/* What to send now; empty where nothing is ready. Valid until the next call that is not mgw_imap_next(). */
mgw_bytes mgw_imap_output(const mgw_imap *imap);

/* The first `len` bytes of the output have left. */
void mgw_imap_sent(mgw_imap *imap, size_t len);

/*
 * Takes bytes from the server. *consumed may be less than len: then events are to be taken before the rest is fed; it
 * is 0 while events wait. BODY_DATA points into `data`, so take the events before the bytes are overwritten. SMGW_OK or
 * the sticky failure. Events of complete responses before the failure can still be taken.
 */
smgw_status mgw_imap_feed(mgw_imap *imap, const char *data, size_t len, size_t *consumed);

typedef enum mgw_imap_event_type {
    MGW_IMAP_CAPABILITY = 1, /* capabilities */
    MGW_IMAP_LIST,           /* list */
    MGW_IMAP_MAILBOX,        /* mailbox */
    MGW_IMAP_SEARCH,         /* search: at most 512 UIDs, in the server's order, which need not ascend */
    MGW_IMAP_FETCH,          /* fetch; command 0: data that nobody asked for, such as changed flags */
    MGW_IMAP_BODY_BEGIN,     /* body */
    MGW_IMAP_BODY_DATA,      /* data */
    MGW_IMAP_BODY_END,       /* body: only now `verified` says whether it is the message that was asked for */
    MGW_IMAP_EXISTS,         /* exists: the folder now holds so many messages; not given during EXAMINE */
    MGW_IMAP_EXPUNGE,        /* exists: a message is gone, so many are left */
    MGW_IMAP_BYE,            /* bye: one line of the server's text */
    MGW_IMAP_DONE,           /* done */
    MGW_IMAP_STATUS,         /* counts */
    MGW_IMAP_BODY_WANTED,    /* wanted: octets of the message that APPEND announced */
    MGW_IMAP_IDLING,         /* Nothing further. */
    MGW_IMAP_ENABLED,        /* capabilities: what this ENABLE turned on */
    MGW_IMAP_VANISHED,       /* vanished */
    MGW_IMAP_CHANGED         /* exists; during IDLE: a message changed whose UID the server does not say */
} mgw_imap_event_type;

typedef struct mgw_imap_done {
    /* SMGW_OK; NO by its code: _NOT_FOUND, _EXISTS, _AUTH, _TOO_LARGE, _TEMPORARY, _UNSUPPORTED or _PERMANENT; BAD:
     * _UNSUPPORTED. */
    smgw_status status;
    uint64_t items; /* Data that were given to the command: folders, UIDs, messages, verified bodies. */
    mgw_bytes code; /* The response code without its arguments, such as "NONEXISTENT"; printable ASCII; may be empty. */
    mgw_bytes text; /* The server's words: raw, for mgw_copy_printable() only. */
    mgw_imap_copied copied; /* COPY, MOVE and APPEND, whatever `status` is; a claim that does not parse is left out. */
    mgw_bytes modified;     /* STORE: the UIDs that had changed; well formed, without '*'. Empty: none. */
    uint64_t highestmodseq; /* STORE, EXPUNGE, FETCH: the folder's, where the server says it; otherwise 0. */
} mgw_imap_done;

typedef struct mgw_imap_event {
    mgw_imap_event_type type;
    uint32_t command; /* Whose data these are; 0: nobody's. */
    union {
        uint64_t capabilities; /* Bits of mgw_imap_capability_bit. */
        mgw_imap_list_item list;
        mgw_imap_mailbox mailbox;
        mgw_imap_counts counts;
        struct {
            const uint32_t *uids;
            size_t count;
        } search;
        mgw_imap_fetch fetch;
        struct {
            uint32_t uid;  /* 0 at BODY_BEGIN: the server has not said yet. At BODY_END as the server said, or 0. */
            uint64_t size; /* Octets of the body. */
            bool verified; /* The server named the UID that was asked for. Otherwise discard what came. */
        } body;
        mgw_bytes data;
        uint64_t wanted;
        struct {
            mgw_bytes set;   /* UIDs, for mgw_imap_uid_cursor_of(); well formed, but maybe huge when unfolded. */
            bool earlier;    /* Gone before the folder was opened: an answer. Otherwise they are going now. */
            uint32_t exists; /* So many messages are left. */
        } vanished;
        uint32_t exists;
        mgw_bytes bye;
        mgw_imap_done done;
    };
} mgw_imap_event;

/* Gives the next event, whose views live until the next feed; false where there is none. */
bool mgw_imap_next(mgw_imap *imap, mgw_imap_event *event);

/* SMGW_OK or the sticky failure. */
smgw_status mgw_imap_status(const mgw_imap *imap);

/* The rule that was broken, one line of our own words; "" where nothing failed. Static storage. */
const char *mgw_imap_failure(const mgw_imap *imap);

/* Capabilities from the last CAPABILITY; 0 before it. */
uint64_t mgw_imap_capabilities(const mgw_imap *imap);

/* What is enabled, as bits of capabilities. */
uint64_t mgw_imap_enabled(const mgw_imap *imap);

/* The longest message that any folder takes, in octets; 0: not said. */
uint64_t mgw_imap_append_limit(const mgw_imap *imap);

/* How many odd things the server did that were ignored: foreign tags, bodies for nobody, second bodies. */
uint64_t mgw_imap_defects(const mgw_imap *imap);

#endif
