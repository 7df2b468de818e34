/* SPDX-License-Identifier: MIT */
/*
 * The engine's state, shared by engine.c (queue, bytes, events), commands.c (what is asked) and answers.c (what comes).
 */
#ifndef MGW_IMAP_INTERNAL_H
#define MGW_IMAP_INTERNAL_H

#include "imap/engine.h"
#include "imap/parse.h"
#include "imap/reader.h"
#include "imap/wire.h"

typedef enum mgw_imap_kind {
    MGW_IMAP_KIND_CAPABILITY,
    MGW_IMAP_KIND_LIST,
    MGW_IMAP_KIND_STATUS,
    MGW_IMAP_KIND_FOLDER, /* CREATE, RENAME, DELETE, SUBSCRIBE, UNSUBSCRIBE */
    MGW_IMAP_KIND_OPEN,   /* EXAMINE, SELECT */
    MGW_IMAP_KIND_UNSELECT,
    MGW_IMAP_KIND_SEARCH,
    MGW_IMAP_KIND_FETCH,
    MGW_IMAP_KIND_BODY,
    MGW_IMAP_KIND_CHANGE, /* STORE, COPY, EXPUNGE */
    MGW_IMAP_KIND_MOVE,
    MGW_IMAP_KIND_ENABLE,
    MGW_IMAP_KIND_APPEND,
    MGW_IMAP_KIND_IDLE,
    MGW_IMAP_KIND_COMPRESS,
    MGW_IMAP_KIND_NOOP,
    MGW_IMAP_KIND_LOGOUT
} mgw_imap_kind;

typedef struct mgw_imap_command mgw_imap_command;

struct mgw_imap_command {
    mgw_imap_command *next;
    uint32_t id;
    mgw_imap_kind kind;
    mgw_buf wire;
    size_t gates[MGW_IMAP_MAX_GATES]; /* As in mgw_imap_writer. */
    size_t gate_count;
    size_t gates_open;  /* Continuations that came; for APPEND and IDLE: the octets were given, IDLE is to end. */
    bool agreed;        /* APPEND, IDLE: the server waits for what stands behind the gate. */
    bool told;          /* APPEND: the driver knows. */
    bool ending;        /* IDLE: is to end. */
    uint64_t body_left; /* APPEND: octets not yet given. */
    bool started;       /* At least its first bytes are in the output. */
    uint64_t ends_at;   /* Where its last octet stands among all that went into the output; 0: not there yet. */
    uint64_t items;     /* Data given to it. */
    mgw_bytes view;     /* BODY: the section; STATUS: the folder. Part of `wire`. */
    uint64_t features;  /* ENABLE */
    bool resyncs;       /* OPEN, FETCH: may be answered with what changed and vanished. */
    bool leaves;        /* OPEN: another folder is open until the server says CLOSED. */
    uint32_t what;      /* FETCH: bits of mgw_imap_fetch_item. */
    uint32_t uid;       /* BODY, with the members below. */
    bool partial;
    uint32_t offset;
    uint64_t max;
    bool begun;
    uint32_t counts;   /* LIST: bits of mgw_imap_count_item that come with it. */
    bool copies;       /* COPY, MOVE: may be answered with COPYUID. */
    bool needs_asking; /* APPEND: its literal waits for the continuation. */
    /* FETCH: the UIDs asked for. */
    mgw_imap_ranges uids;
};

/* Most events of one response, search chunks and BODY_WANTED not counted: a body in three, CHANGED and FETCH. */
enum { MGW_IMAP_MAX_EVENTS = 6, MGW_IMAP_SEARCH_CHUNK = 512 };

typedef struct mgw_imap_event_queue {
    mgw_imap_event items[MGW_IMAP_MAX_EVENTS];
    size_t first;
    size_t count;
} mgw_imap_event_queue;

struct mgw_imap {
    mgw_imap_limits limits;
    char tag[MGW_IMAP_TAG_SEED_LEN + 1]; /* Each tag begins with it; the command's number follows. */
    uint32_t last_id;
    mgw_imap_command *commands; /* In the order of their numbers; the started ones stand first. */
    size_t command_count;
    size_t append_count;
    bool closing; /* LOGOUT is queued. */
    bool ended;   /* LOGOUT is complete. */
    bool owing;   /* An APPEND was refused, and octets that it announced are not given: nothing else may be said. */

    mgw_buf out;
    size_t unsent;    /* Octets of commands that are not yet in `out`; it has room for them. */
    uint64_t written; /* Octets that went into `out` so far. */
    uint64_t sent;    /* Octets of them that have left. */

    mgw_imap_reader reader;
    uint64_t responses; /* Untagged, since the last completion. */
    mgw_arena envelopes;
    mgw_arena structures;
    mgw_buf name;
    mgw_buf copied; /* What an untagged COPYUID said of the MOVE that is outstanding. */

    mgw_imap_event_queue events;
    mgw_imap_uid_cursor search; /* UIDs still to be given. */
    uint32_t search_command;
    uint32_t search_chunk[MGW_IMAP_SEARCH_CHUNK];

    mgw_imap_command *body; /* Whose body streams, or streamed in the present response. */
    uint64_t body_size;
    bool skipping; /* The body that streams is for nobody. */

    uint32_t last_append; /* The newest that is complete. */
    bool last_append_stored;

    uint64_t capabilities;
    uint64_t append_limit;
    uint64_t enabled;
    bool switching; /* An ENABLE of UTF8=ACCEPT or a COMPRESS is queued and not complete. */
    bool compressed;
    bool is_open; /* A folder is. */
    mgw_imap_mailbox mailbox;
    uint32_t last_select; /* The newest SELECT behind which no folder was opened or closed otherwise. */
    uint64_t defects;

    smgw_status status;
    const char *failure;
};

/* Sticky; the first failure stays. Returns `status`. */
smgw_status mgw_imap_fail(mgw_imap *imap, smgw_status status, const char *why);

/* The next free event, cleared; there is always room for what one response can bring. */
mgw_imap_event *mgw_imap_push(mgw_imap *imap, mgw_imap_event_type type, uint32_t command);

/* Moves what may go out now into the output. Cannot fail: the room was made when the commands were. */
void mgw_imap_pump(mgw_imap *imap);

/* A continuation came: the command that waits for it goes on. False where none does. */
bool mgw_imap_open_gate(mgw_imap *imap);

/* The gate of this command opens: what stands behind it goes out, and so may others. */
void mgw_imap_pass_gate(mgw_imap *imap, mgw_imap_command *command);

/* Frees a command that is in no queue. */
void mgw_imap_discard(mgw_imap_command *command);

/* Unlinks and frees a command. */
void mgw_imap_drop(mgw_imap *imap, mgw_imap_command *command);

/* What follows it depends on it. */
static inline bool mgw_imap_changes_mailbox(const mgw_imap_command *command)
{
    return command->kind == MGW_IMAP_KIND_OPEN || command->kind == MGW_IMAP_KIND_UNSELECT;
}

/* True while a synchronizing literal of this command waits for its continuation. */
static inline bool mgw_imap_waits(const mgw_imap_command *command)
{
    return command->started && command->gates_open < command->gate_count;
}

/* The APPEND whose octets the server waits for, or NULL. */
mgw_imap_command *mgw_imap_find_append(const mgw_imap *imap);

/* answers.c */
void mgw_imap_on_response(mgw_imap *imap);
void mgw_imap_on_body(mgw_imap *imap);
void mgw_imap_on_body_data(mgw_imap *imap, mgw_bytes chunk);

/*
 * The first started command of this kind that untagged data may belong to now: none behind one that opens or closes a
 * folder and is not complete.
 */
mgw_imap_command *mgw_imap_find_started(mgw_imap *imap, mgw_imap_kind kind);

#endif
