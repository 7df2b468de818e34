/* SPDX-License-Identifier: MIT */
/*
 * The attachment directory: opened once, and the only place where attachments are written and read. Every name is
 * looked up below the open directory, through no symbolic link, magic link or mount point, so that nobody who can write
 * to the directory can lead the library out of it.
 *
 * A workspace may be shared by threads; a file that is being written belongs to one thread.
 */
#ifndef MGW_WORKSPACE_WORKSPACE_H
#define MGW_WORKSPACE_WORKSPACE_H

#include "base/bytes.h"

#include "simplemailgw/fetch.h"

#define MGW_WS_MAX_PATH      1024 /* Bytes of a path inside the workspace. */
#define MGW_WS_MAX_SAFE_NAME 200  /* Bytes of a safe name, as smgw_attachment_name() gives at most. */

typedef struct mgw_workspace mgw_workspace;
typedef struct mgw_ws_file mgw_ws_file;

/*
 * Opens the directory. It must belong to the user of the process, must not be writable by group or others, and must not
 * itself be a symbolic link (links above it are followed). Below it, a subdirectory that files are saved in has to keep
 * the same two rules.
 * quota: bytes this workspace may commit in all while it is open, with those of the files that are being written;
 * max_file: bytes of one file; each 1 or more.
 * SMGW_ERR_CONFIG where the directory breaks a rule; SMGW_ERR_IO; SMGW_ERR_NO_MEMORY. On failure *workspace is NULL.
 */
smgw_status mgw_workspace_open(
    mgw_workspace **workspace, const char *path, uint64_t quota, uint64_t max_file, smgw_error *error) SMGW_CHECK;

/* NULL is allowed. Its files must have been committed or aborted. */
void mgw_workspace_free(mgw_workspace *workspace);

/*
 * Begins a file of mode 0600 that has no name yet, in the workspace or, where `subdir` is not NULL, in that existing
 * directory below it. End it with mgw_ws_file_commit() or mgw_ws_file_abort(). SMGW_ERR_INVALID for a path that breaks
 * the rule; SMGW_ERR_REFUSED for one that leaves the workspace; SMGW_ERR_NOT_FOUND; SMGW_ERR_IO; SMGW_ERR_NO_MEMORY.
 */
smgw_status mgw_ws_file_begin(
    mgw_workspace *workspace, const char *subdir, mgw_ws_file **file, smgw_error *error) SMGW_CHECK;

/*
 * Writes all of `data`. SMGW_ERR_TOO_LARGE past the file's limit or the quota, SMGW_ERR_IO otherwise, also where the
 * process may not write files that long (RLIMIT_FSIZE; SIGXFSZ never reaches the host). A failure sticks: the file can
 * only be aborted.
 */
smgw_status mgw_ws_file_write(mgw_ws_file *file, mgw_bytes data, smgw_error *error) SMGW_CHECK;

/*
 * Puts the file on disk and gives it its name, "<16 hex of the SHA-256>_<safe_name>"; `safe_name` comes from
 * smgw_attachment_name(). Ends `file` in every case. Where that name exists: the same content in a regular file of ours
 * is found, which is success and counts nothing against the quota; anything else is SMGW_ERR_EXISTS. Other failures
 * leave nothing behind: SMGW_ERR_INVALID for the name, SMGW_ERR_IO, SMGW_ERR_REFUSED where the place it was written to
 * is no longer inside the workspace or its name leads to another file, which stays. The exception: where the directory
 * cannot be put on disk (SMGW_ERR_IO), the complete file stays and counts against the quota, since another saver may
 * have found it; to save the same content again finds it, and puts the directory on disk.
 * saved: all fields but struct_size are written; saved->name is relative to the workspace and includes `subdir`.
 */
smgw_status mgw_ws_file_commit(
    mgw_ws_file *file, const char *safe_name, smgw_saved *saved, smgw_error *error) SMGW_CHECK;

/* Ends a file and leaves nothing behind; NULL is allowed. */
void mgw_ws_file_abort(mgw_ws_file *file);

/* A file opened for reading; the caller closes `fd`. */
typedef struct mgw_ws_source {
    int fd;
    uint64_t size; /* When it was opened: read that much, and treat more or less as a failure. */
} mgw_ws_source;

/*
 * Opens a regular file for reading. The path is relative, at most MGW_WS_MAX_PATH bytes, '/' between levels, none of
 * them empty, "." or "..", without control characters: otherwise SMGW_ERR_INVALID. SMGW_ERR_REFUSED for a link (also a
 * hard link: a file with more than one name may belong elsewhere), a mount point, or anything but a regular file;
 * SMGW_ERR_NOT_FOUND; SMGW_ERR_TOO_LARGE above max_size; SMGW_ERR_IO. Never blocks on a FIFO or a device.
 */
smgw_status mgw_ws_open_read(
    mgw_workspace *workspace, mgw_bytes path, uint64_t max_size, mgw_ws_source *source, smgw_error *error) SMGW_CHECK;

#endif
