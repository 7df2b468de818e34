/* SPDX-License-Identifier: MIT */
/*
 * The audit trail. A record is built on the stack, in a buffer of fixed size, and committed with one write; nothing
 * here allocates after mgw_audit_new(), so a record can be written when memory is short.
 *
 *     mgw_audit_record record;
 *     mgw_audit_begin(&record, audit, MGW_AUDIT_EMAIL_SENT, account);
 *     mgw_audit_recipients(&record, addresses, address_count);
 *     mgw_audit_str(&record, "message_id", message_id);
 *     return mgw_audit_commit(&record, error);
 *
 * One record is one physical line of JSON of at most MGW_AUDIT_LINE_MAX bytes, whatever its values hold: quotes,
 * backslashes, controls (C0, DEL, C1), U+2028, U+2029 and characters that hide or reorder text are escaped, a byte
 * that is not UTF-8 becomes \ufffd. Keys, in order: timestamp, seq, level, event, account (null where none applies),
 * details; then, where they apply, of the record itself:
 *
 *     "truncated":true   a value was cut, or a member left out, for want of room
 *     "gap":true         the line before this one was torn (short write, crash) and is no record
 *     "lost":n           n records before this one could not be written
 *
 * `seq` counts the records of the handle from 1, also those that are lost; a file that is opened again goes on after
 * its last record. Values are the caller's choice: never pass a subject, a body or a secret.
 */
#ifndef MGW_AUDIT_AUDIT_H
#define MGW_AUDIT_AUDIT_H

#include "base/bytes.h"

#include "simplemailgw/audit.h"

/* X(name, level): the name as it stands in the record. */
#define MGW_AUDIT_EVENT_MAP(X)         \
    X(GATEWAY_START, INFO)             \
    X(GATEWAY_STOP, INFO)              \
    X(AUTH_SUCCESS, INFO)              \
    X(AUTH_FAILURE, WARNING)           \
    X(RATE_LIMIT_EXCEEDED, WARNING)    \
    X(RECIPIENT_REFUSED, WARNING)      \
    X(EMAIL_SEND_ATTEMPT, INFO)        \
    X(EMAIL_SENT, INFO)                \
    X(EMAIL_REFUSED, WARNING)          \
    X(EMAIL_FAILED, WARNING)           \
    X(EMAIL_OUTCOME_UNKNOWN, WARNING)  \
    X(ATTACHMENT_DOWNLOAD, INFO)       \
    X(MESSAGE_MOVED, INFO)             \
    X(MESSAGE_COPIED, INFO)            \
    X(MESSAGE_DELETED, INFO)           \
    X(MESSAGE_FLAGGED, INFO)           \
    X(MESSAGE_APPENDED, INFO)          \
    X(FOLDER_CREATED, INFO)            \
    X(FOLDER_RENAMED, INFO)            \
    X(FOLDER_DELETED, INFO)            \
    X(FOLDER_SUBSCRIBED, INFO)

typedef enum mgw_audit_event {
#define MGW_X(name, level) MGW_AUDIT_##name,
    MGW_AUDIT_EVENT_MAP(MGW_X)
#undef MGW_X
} mgw_audit_event;

enum {
    MGW_AUDIT_LINE_MAX = 4096,   /* A record with its line end. */
    MGW_AUDIT_ACCOUNT_MAX = 512, /* The account, as escaped. */
    MGW_AUDIT_VALUE_MAX = 1000,  /* One text value, as escaped; a longer one is cut between characters. */
    MGW_AUDIT_DETAILS_MAX = 3200,
    MGW_AUDIT_DOMAINS_MAX = 20 /* Domains that a record names. */
};

typedef struct mgw_audit mgw_audit;

/*
 * Opens the sink. `options` may be NULL for the defaults. A file is made with mode 0600 where missing; it is refused
 * when it is a symbolic link, no regular file, not ours, writable for group or others, or has a second name (hard
 * link). Several processes may append to one file: lines stay whole, each handle has its own numbering. Returns
 * SMGW_ERR_CONFIG, SMGW_ERR_AUDIT or SMGW_ERR_NO_MEMORY; then *audit is NULL.
 */
smgw_status mgw_audit_new(mgw_audit **audit, const smgw_audit_options *options, smgw_error *error);

/* NULL is allowed. No other thread may be using it. */
void mgw_audit_free(mgw_audit *audit);

/* For tests: where the time comes from, milliseconds since 1970 UTC. Set before other threads have the handle. */
typedef int64_t (*mgw_audit_clock)(void *context);
void mgw_audit_set_clock(mgw_audit *audit, mgw_audit_clock clock, void *context);

/* Belongs to one thread, from begin to commit. Its fields are for the functions below only. */
typedef struct mgw_audit_record {
    mgw_audit *audit;
    mgw_audit_event event;
    bool truncated;
    size_t account_len;
    size_t details_len;
    char account[MGW_AUDIT_ACCOUNT_MAX];
    char details[MGW_AUDIT_DETAILS_MAX];
} mgw_audit_record;

/* Starts a record. An empty account is written as null. */
void mgw_audit_begin(mgw_audit_record *record, mgw_audit *audit, mgw_audit_event event, mgw_bytes account);

/* Each adds a member to `details`. A key is a literal of ours and stands once in a record. */
void mgw_audit_str(mgw_audit_record *record, const char *key, mgw_bytes value);
void mgw_audit_u64(mgw_audit_record *record, const char *key, uint64_t value);
void mgw_audit_bool(mgw_audit_record *record, const char *key, bool value);

/*
 * Adds "recipients": how many; "domains": the distinct ones, lower case, at most MGW_AUDIT_DOMAINS_MAX and as many as
 * fit; and where that leaves some out, "recipients_elsewhere": how many recipients are at none of these domains.
 */
void mgw_audit_recipients(mgw_audit_record *record, const mgw_bytes *addresses, size_t count);

/*
 * Writes the record; any thread may, records are serialized. A failed write is SMGW_ERR_AUDIT under
 * SMGW_AUDIT_REFUSE; under SMGW_AUDIT_WARN it is SMGW_OK. The record is with the kernel then; it is not forced to the
 * disk.
 */
smgw_status mgw_audit_commit(mgw_audit_record *record, smgw_error *error);

#endif
