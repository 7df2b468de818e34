/* SPDX-License-Identifier: MIT */
/*
 * What the IMAP engine knows about: limits, capabilities, folders, and a message's summary. Strings are views of the
 * server's bytes, not decoded and not trusted; a view whose data is NULL was NIL or absent.
 */
#ifndef MGW_IMAP_TYPES_H
#define MGW_IMAP_TYPES_H

#include "base/bytes.h"

#include "simplemailgw/common.h"

/*
 * Every cap of the engine. X(type, name, default, what it bounds). Past a cap the engine fails with SMGW_ERR_TOO_LARGE,
 * except where the sender of a mail decides (see mgw_imap_fetch.defects): a hostile mail must not hide its folder.
 */
#define MGW_IMAP_LIMIT_MAP(X)                                                                                          \
    X(size_t, line, 64 * 1024, "octets of one response that is neither FETCH nor SEARCH")                              \
    X(size_t, list_line, 16 * 1024 * 1024,                                                                             \
        "octets of one FETCH, SEARCH or ESEARCH response, streamed bodies left out")                                   \
    X(size_t, literal, 1024 * 1024, "octets of one literal held in memory; a longer one in a FETCH is dropped")        \
    X(size_t, nesting, 100, "levels of a body structure")                                                              \
    X(size_t, parts, 10000, "parts of a body structure")                                                               \
    X(size_t, addresses, 10000, "addresses kept of one envelope field")                                                \
    X(size_t, parameters, 1000, "parameters of one body part")                                                         \
    X(uint64_t, responses, 2000000, "untagged responses between two completed commands")                               \
    X(uint64_t, octets, UINT64_C(1) << 30, "octets between two completed commands, streamed bodies left out")          \
    X(uint64_t, search_results, 1000000, "UIDs found by one search")                                                   \
    X(uint64_t, body, UINT32_MAX, "octets of one streamed body, where the command names no smaller bound")             \
    X(size_t, output, 1024 * 1024, "octets of one command")                                                            \
    X(size_t, commands, 1000, "commands queued or outstanding")

typedef struct mgw_imap_limits {
#define MGW_X(type, name, value, what) type name;
    MGW_IMAP_LIMIT_MAP(MGW_X)
#undef MGW_X
} mgw_imap_limits;

/* Copy it and change what should differ. */
extern const mgw_imap_limits mgw_imap_default_limits;

/* The longest folder name, in bytes of UTF-8: what smgw_sanitize_folder_name() takes. */
enum { MGW_IMAP_MAX_NAME = 1000 };

/* Bits of a capability set. */
typedef enum mgw_imap_capability_bit {
    MGW_IMAP_CAP_IMAP4REV1 = 1 << 0,
    MGW_IMAP_CAP_IMAP4REV2 = 1 << 1,
    MGW_IMAP_CAP_LITERAL_PLUS = 1 << 2,
    MGW_IMAP_CAP_LITERAL_MINUS = 1 << 3,
    MGW_IMAP_CAP_ESEARCH = 1 << 4,
    MGW_IMAP_CAP_UIDPLUS = 1 << 5,
    MGW_IMAP_CAP_SPECIAL_USE = 1 << 6,
    MGW_IMAP_CAP_LIST_EXTENDED = 1 << 7,
    MGW_IMAP_CAP_UNSELECT = 1 << 8,
    MGW_IMAP_CAP_IDLE = 1 << 9,
    MGW_IMAP_CAP_MOVE = 1 << 10,
    MGW_IMAP_CAP_CONDSTORE = 1 << 11,
    MGW_IMAP_CAP_NAMESPACE = 1 << 12,
    MGW_IMAP_CAP_UTF8_ACCEPT = 1 << 13,
    MGW_IMAP_CAP_STATUS_SIZE = 1 << 14,
    MGW_IMAP_CAP_APPENDLIMIT = 1 << 15, /* See mgw_imap_append_limit(). */
    MGW_IMAP_CAP_ENABLE = 1 << 16,
    MGW_IMAP_CAP_QRESYNC = 1 << 17,
    MGW_IMAP_CAP_GMAIL = 1 << 18, /* X-GM-EXT-1 */
    MGW_IMAP_CAP_LIST_STATUS = 1 << 19,
    MGW_IMAP_CAP_COMPRESS_DEFLATE = 1 << 20
} mgw_imap_capability_bit;

/* Bits of mgw_imap_list_item.attributes (RFC 3501 section 7.2.2, RFC 5258 section 3.4). */
typedef enum mgw_imap_list_attribute {
    MGW_IMAP_NOSELECT = 1 << 0, /* Also \NonExistent. */
    MGW_IMAP_NOINFERIORS = 1 << 1,
    MGW_IMAP_HAS_CHILDREN = 1 << 2,
    MGW_IMAP_HAS_NO_CHILDREN = 1 << 3,
    MGW_IMAP_MARKED = 1 << 4,
    MGW_IMAP_UNMARKED = 1 << 5,
    MGW_IMAP_SUBSCRIBED = 1 << 6,
    MGW_IMAP_NONEXISTENT = 1 << 7
} mgw_imap_list_attribute;

/* Special use (RFC 6154); mgw_imap_role_name() gives the text of smgw_folder.role. */
typedef enum mgw_imap_role {
    MGW_IMAP_ROLE_NONE = 0,
    MGW_IMAP_ROLE_INBOX,
    MGW_IMAP_ROLE_SENT,
    MGW_IMAP_ROLE_DRAFTS,
    MGW_IMAP_ROLE_TRASH,
    MGW_IMAP_ROLE_JUNK,
    MGW_IMAP_ROLE_ARCHIVE,
    MGW_IMAP_ROLE_ALL,
    MGW_IMAP_ROLE_FLAGGED
} mgw_imap_role;

const char *mgw_imap_role_name(mgw_imap_role role);

typedef struct mgw_imap_list_item {
    mgw_bytes name;      /* UTF-8, free of controls; empty where the server's name does not decode. */
    mgw_bytes wire_name; /* As sent: modified UTF-7 where all is well. */
    bool name_valid;     /* The name decodes, and smgw_sanitize_folder_name() would take it. */
    char delimiter;      /* '\0' for a flat name. */
    uint32_t attributes;
    mgw_imap_role role;
} mgw_imap_list_item;

typedef struct mgw_imap_mailbox {
    uint32_t exists;
    uint32_t uidvalidity; /* 0: the server gave none, its UIDs mean nothing later. */
    uint32_t uidnext;     /* 0: not said. */
    bool read_only;
    uint64_t highestmodseq;   /* 0: not said, or the folder keeps no modification sequences. */
    bool flags_said;          /* The server said which flags it keeps; otherwise it keeps all that it has. */
    uint32_t permanent_flags; /* Bits of smgw_flag. */
    bool new_keywords;        /* Keywords that the folder does not know yet can be kept. */
} mgw_imap_mailbox;

/* Bits of mgw_imap_counts.has, and of what mgw_imap_folder_status() asks for. */
typedef enum mgw_imap_count_item {
    MGW_IMAP_COUNT_MESSAGES = 1 << 0,
    MGW_IMAP_COUNT_UIDNEXT = 1 << 1,
    MGW_IMAP_COUNT_UIDVALIDITY = 1 << 2,
    MGW_IMAP_COUNT_UNSEEN = 1 << 3,
    MGW_IMAP_COUNT_SIZE = 1 << 4,          /* Asked for where the server has it. */
    MGW_IMAP_COUNT_HIGHESTMODSEQ = 1 << 5, /* Likewise. */
    MGW_IMAP_COUNT_APPENDLIMIT = 1 << 6,   /* Likewise. */
    MGW_IMAP_COUNT_ALL = (1 << 7) - 1
} mgw_imap_count_item;

/* What is in a folder that need not be open. A member whose bit in `has` is clear is 0. */
typedef struct mgw_imap_counts {
    mgw_bytes name; /* As in mgw_imap_list_item. */
    mgw_bytes wire_name;
    bool name_valid;
    uint32_t has; /* Bits of mgw_imap_count_item. */
    uint32_t messages;
    uint32_t uidnext;
    uint32_t uidvalidity;
    uint32_t unseen;
    uint64_t size; /* Octets of all messages. */
    uint64_t highestmodseq;
    uint64_t append_limit; /* Octets of the longest message that the folder takes. */
} mgw_imap_counts;

/* UIDs of a checked set, one by one, ranges unfolded as they are asked for. */
typedef struct mgw_imap_uid_cursor {
    mgw_bytes rest;
    uint64_t next;
    uint64_t last; /* The present range is next..last; empty where next > last. */
} mgw_imap_uid_cursor;

mgw_imap_uid_cursor mgw_imap_uid_cursor_of(mgw_bytes set);

/* False at the end. */
bool mgw_imap_uid_cursor_next(mgw_imap_uid_cursor *cursor, uint32_t *uid);

/*
 * COPYUID and APPENDUID (RFC 4315): the server's word for where messages went. Two cursors over `from` and `to` give
 * the pairs; the sets are well formed and of the same length, but may be huge when unfolded.
 */
typedef struct mgw_imap_copied {
    uint32_t uidvalidity; /* Of the folder that took them; 0: not said, and then nothing below is. */
    mgw_bytes from;       /* UIDs in the open folder; empty for APPEND. */
    mgw_bytes to;
    uint64_t count;
} mgw_imap_copied;

typedef struct mgw_imap_address {
    mgw_bytes name;
    mgw_bytes mailbox; /* With a NIL host: the name of a group that begins; NIL too where it ends. */
    mgw_bytes host;
} mgw_imap_address;

typedef struct mgw_imap_address_list {
    const mgw_imap_address *items;
    size_t count;
} mgw_imap_address_list;

typedef struct mgw_imap_envelope {
    mgw_bytes date;
    mgw_bytes subject;
    mgw_imap_address_list from, sender, reply_to, to, cc, bcc;
    mgw_bytes in_reply_to;
    mgw_bytes message_id;
} mgw_imap_envelope;

typedef struct mgw_imap_parameter {
    mgw_bytes name;
    mgw_bytes value;
} mgw_imap_parameter;

typedef struct mgw_imap_parameters {
    const mgw_imap_parameter *items;
    size_t count;
} mgw_imap_parameters;

/* One leaf, message or multipart of a body structure, in document order. */
typedef struct mgw_imap_part {
    mgw_bytes
        section; /* "1.2"; "" for a multipart at the top; "2.TEXT" for the multipart that is the message in part 2. */
    uint32_t depth; /* 0 at the top. */
    bool multipart;
    mgw_bytes type; /* "multipart" where `multipart` is set; otherwise as sent. */
    mgw_bytes subtype;
    mgw_imap_parameters parameters;
    mgw_bytes id;
    mgw_bytes description;
    mgw_bytes encoding;
    uint64_t size;  /* Octets as encoded; 0 for a multipart. */
    uint64_t lines; /* For text and messages. */
    mgw_bytes disposition;
    mgw_imap_parameters disposition_parameters;
} mgw_imap_part;

/* What a caller remembers of a folder, for mgw_imap_open_since(). */
typedef struct mgw_imap_known {
    uint32_t uidvalidity;
    uint64_t modseq; /* The folder's highestmodseq then. */
    mgw_bytes uids;  /* The UIDs known then, without '*'; may be empty: all. */
} mgw_imap_known;

/* Bits of mgw_imap_fetch.has, and of what mgw_imap_uid_fetch() asks for. */
typedef enum mgw_imap_fetch_item {
    MGW_IMAP_FETCH_FLAGS = 1 << 0,
    MGW_IMAP_FETCH_INTERNALDATE = 1 << 1,
    MGW_IMAP_FETCH_SIZE = 1 << 2,
    MGW_IMAP_FETCH_ENVELOPE = 1 << 3,
    MGW_IMAP_FETCH_STRUCTURE = 1 << 4,
    MGW_IMAP_FETCH_SUMMARY = (1 << 5) - 1, /* All of these. */
    MGW_IMAP_FETCH_MODSEQ = 1 << 5         /* With CONDSTORE. */
} mgw_imap_fetch_item;

typedef struct mgw_imap_fetch {
    uint32_t uid;            /* Never 0. */
    uint32_t has;            /* Bits of mgw_imap_fetch_item: which of the members below were given. */
    uint32_t flags;          /* Bits of smgw_flag. */
    mgw_bytes internal_date; /* Such as "17-Jul-1996 02:44:25 -0700"; a blank may stand for the first digit. */
    uint64_t size;
    uint64_t modseq; /* The message's modification sequence (RFC 7162). */
    mgw_imap_envelope envelope;
    const mgw_imap_part *parts;
    size_t part_count;
    /*
     * Things that a sender can bring about and that were left out: a literal too long to hold, an envelope or structure
     * that does not parse or breaks a cap (its bit of `has` is then clear).
     */
    uint32_t defects;
} mgw_imap_fetch;

#endif
