/* SPDX-License-Identifier: MIT */
/* The file that a trail is appended to. */
#ifndef MGW_AUDIT_TRAIL_FILE_H
#define MGW_AUDIT_TRAIL_FILE_H

#include "simplemailgw/common.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How a file ends that earlier handles wrote. */
typedef struct mgw_audit_tail {
    uint64_t seq; /* Of the last record, or 0. */
    bool torn;    /* The last line has no end. */
    bool gap;     /* Something stands behind the last record that is none. */
} mgw_audit_tail;

/*
 * Opens or makes the file for appending, and reads its end. The rules are those of mgw_audit_new(). On failure *fd is
 * -1; on success it is the caller's to close.
 */
smgw_status mgw_audit_file_open(const char *path, int *fd, mgw_audit_tail *tail, smgw_error *error);

/*
 * Whether the `len` bytes that were just appended begin a line. They do not where another process died, or met a full
 * disk, within its own. True where that cannot be told.
 */
bool mgw_audit_file_starts_line(int fd, size_t len);

#endif
