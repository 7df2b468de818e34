/* SPDX-License-Identifier: MIT */
/*
 * What the files of this folder share, and the switches by which a test makes them take their fallbacks.
 */
#ifndef MGW_WORKSPACE_INTERNAL_H
#define MGW_WORKSPACE_INTERNAL_H

#include "workspace/workspace.h"

#include <pthread.h>
#include <sys/stat.h>

/* Ways to do without something; a workspace takes them by itself where the system lacks it. */
enum {
    MGW_WS_WALK = 1, /* Look names up component by component, without openat2(). */
    MGW_WS_NAMED = 2 /* Write to a hidden name and link that, without O_TMPFILE. */
};

struct mgw_workspace {
    int fd;
    struct stat info; /* Of the directory when it was opened: its device and inode say which one it is. */
    uint64_t mount;   /* The mount it lies on; 0 where the kernel does not tell. */
    uint64_t quota;
    uint64_t max_file;
    unsigned fallbacks; /* Of the enum above. */
    pthread_mutex_t lock;
    uint64_t used; /* Bytes committed or being written; under `lock`. */
};

/* For tests, before the first use. */
void mgw_workspace_force(mgw_workspace *workspace, unsigned fallbacks);

/*
 * Opens `path`, which has passed mgw_ws_check_path(), below the workspace. Not one of its components may be a link or
 * lie on another mount; with O_PATH the last one may be a link, which is then opened itself. -1 with errno: ELOOP for a
 * link, EXDEV for another mount, and those of open().
 */
int mgw_ws_lookup(const mgw_workspace *workspace, const char *path, int flags);

/* The rule for a path in the workspace, which mgw_ws_open_read() describes. */
smgw_rule mgw_ws_check_path(mgw_bytes path);

/* The status for an errno of mgw_ws_lookup(), with the error filled in for `field`. */
smgw_status mgw_ws_lookup_failed(const char *field, int errno_value, smgw_error *error);

/* True where the directory has our user's rights and nobody else can write to it. */
bool mgw_ws_is_private(const struct stat *directory);

/* Whether the directory is the workspace or lies, at this moment, below it: climbs by ".." until it meets it. */
bool mgw_ws_holds(const mgw_workspace *workspace, int directory);

/* The mount that an open file lies on; 0 where the kernel does not tell (before Linux 5.8). */
uint64_t mgw_ws_mount_of(int fd);

/* Whether both are the same file. */
static inline bool mgw_ws_same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Sets aside `size` bytes of the quota; false where they are not there. */
bool mgw_ws_take(mgw_workspace *workspace, uint64_t size);
void mgw_ws_give_back(mgw_workspace *workspace, uint64_t size);

/* For tests: whether as much could be taken. */
bool mgw_ws_has_room(mgw_workspace *workspace, uint64_t size);

#endif
