/* SPDX-License-Identifier: MIT */
/**
 * @file audit.h
 * Where the audit trail goes: JSON Lines, one record a line, each written with one write.
 *
 * Keys of a record: `timestamp` (UTC, RFC 3339 with milliseconds), `seq`, `level` ("INFO" or "WARNING"), `event`,
 * `account`, `details`. Recipients appear as a count and their domains; subjects, bodies, passwords and tokens never.
 * `seq` counts up by one; of several gateways that append to one file each counts for itself. Behind these, where it
 * applies: `truncated` (a value was cut: a line has at most 4,096 bytes), `gap` (the line before is torn and no record),
 * `lost` (how many records before this one could not be written).
 */
#ifndef SIMPLEMAILGW_AUDIT_H
#define SIMPLEMAILGW_AUDIT_H

#include "common.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum smgw_audit_sink {
    SMGW_AUDIT_STDERR = 0, /**< Standard error; must be open. A reader of it that stalls holds the gateway up. */
    SMGW_AUDIT_FILE,       /**< A file of mode 0600, only ever appended to; a symbolic link is refused. */
    SMGW_AUDIT_CALLBACK,   /**< A function of the caller's. */
    SMGW_AUDIT_NONE        /**< No trail. Has to be asked for. */
} smgw_audit_sink;

typedef enum smgw_audit_failure {
    SMGW_AUDIT_REFUSE = 0, /**< An operation whose record cannot be written is refused with SMGW_ERR_AUDIT. */
    SMGW_AUDIT_WARN        /**< It goes on; the next record that can be written carries the number lost. */
} smgw_audit_failure;

/**
 * Takes one record: `len` bytes of UTF-8 JSON without the line end, not NUL-terminated. Calls are serialized by the
 * gateway. The callback must not call the gateway.
 * @return true when the record is safe; false counts as a failed write.
 */
typedef bool (*smgw_audit_fn)(void *context, const char *record, size_t len);

typedef struct smgw_audit_options {
    size_t struct_size;
    smgw_audit_sink sink;
    const char *path; /**< For SMGW_AUDIT_FILE: made with mode 0600 where missing; its directory must exist. */
    smgw_audit_fn callback;
    void *callback_context;
    smgw_audit_failure on_failure;
} smgw_audit_options;

#define SMGW_AUDIT_OPTIONS_INIT \
    { sizeof(smgw_audit_options), SMGW_AUDIT_STDERR, NULL, NULL, NULL, SMGW_AUDIT_REFUSE }

/** Writes SMGW_AUDIT_OPTIONS_INIT; for callers that cannot use the macro. */
SMGW_API void smgw_audit_options_init(smgw_audit_options *options) SMGW_NONNULL(1);

#ifdef __cplusplus
}
#endif

#endif
