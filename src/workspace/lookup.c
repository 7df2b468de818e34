/* SPDX-License-Identifier: MIT */
#include "workspace/internal.h"

#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A path has at most this many levels: MGW_WS_MAX_PATH bytes of one-letter names. */
enum { MAX_DEPTH = MGW_WS_MAX_PATH / 2 + 1 };

static smgw_rule check_level(mgw_bytes level)
{
    if (level.len == 0)
        return SMGW_RULE_LEVEL;
    if (mgw_bytes_equal(level, MGW_LIT(".")) || mgw_bytes_equal(level, MGW_LIT("..")))
        return SMGW_RULE_TRAVERSAL;
    for (size_t i = 0; i < level.len; i++) {
        if (level.data[i] == '\0')
            return SMGW_RULE_NUL;
        if (mgw_is_control((unsigned char)level.data[i]))
            return SMGW_RULE_CONTROL;
    }
    return SMGW_RULE_OK;
}

smgw_rule mgw_ws_check_path(mgw_bytes path)
{
    if (path.len == 0)
        return SMGW_RULE_EMPTY;
    if (path.len > MGW_WS_MAX_PATH)
        return SMGW_RULE_TOO_LONG;
    if (path.data[0] == '/')
        return SMGW_RULE_TRAVERSAL;
    smgw_rule rule = SMGW_RULE_OK;
    for (size_t start = 0; rule == SMGW_RULE_OK && start <= path.len;) {
        mgw_bytes rest = mgw_bytes_slice(path, start, SIZE_MAX);
        size_t len = mgw_bytes_find(rest, '/');
        rule = check_level(mgw_bytes_slice(rest, 0, len));
        start += len + 1;
    }
    return rule;
}

smgw_status mgw_ws_lookup_failed(const char *field, int errno_value, smgw_error *error)
{
    switch (errno_value) {
    case ELOOP:
        return mgw_error_set(error, SMGW_ERR_REFUSED, field, "%s: a link is in the way", field);
    case EXDEV:
        return mgw_error_set(error, SMGW_ERR_REFUSED, field, "%s: leaves the workspace", field);
    case ENOENT:
    case ENOTDIR:
    case ENAMETOOLONG:
        return mgw_error_set(error, SMGW_ERR_NOT_FOUND, field, "%s: there is no such file", field);
    default:
        return mgw_error_errno(error, SMGW_ERR_IO, field, errno_value);
    }
}

uint64_t mgw_ws_mount_of(int fd)
{
#ifdef STATX_MNT_ID
    struct statx info;
    if (statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &info) == 0 && (info.stx_mask & STATX_MNT_ID) != 0)
        return info.stx_mnt_id;
#else
    (void)fd;
#endif
    return 0;
}

static int call_openat2(const mgw_workspace *workspace, const char *path, int flags)
{
    const struct open_how how = {
        .flags = (unsigned)(flags | O_NOFOLLOW | O_CLOEXEC),
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV,
    };
    return (int)syscall(SYS_openat2, workspace->fd, path, &how, sizeof how);
}

/* Where a directory is wanted, the kernel says ENOTDIR for a link as it does for a file; a link is to be ELOOP. */
static int lookup_at_once(const mgw_workspace *workspace, const char *path, int flags)
{
    struct stat info;
    int fd = call_openat2(workspace, path, flags);
    if (fd >= 0 || errno != ENOTDIR)
        return fd;
    int seen = call_openat2(workspace, path, O_PATH);
    bool is_link = seen >= 0 && fstat(seen, &info) == 0 && S_ISLNK(info.st_mode);
    if (seen >= 0)
        (void)close(seen);
    errno = is_link ? ELOOP : ENOTDIR;
    return -1;
}

/*
 * By the mount, as the kernel does it: the files of one overlayfs or btrfs mount have several device numbers. That
 * decides only where the kernel does not tell the mount.
 */
static bool is_on_same_mount(const mgw_workspace *workspace, int fd)
{
    struct stat info;
    if (workspace->mount != 0)
        return mgw_ws_mount_of(fd) == workspace->mount;
    return fstat(fd, &info) == 0 && info.st_dev == workspace->info.st_dev;
}

/* Closes fd and fails with EXDEV where it does not lie on the workspace's own mount. */
static int keep_if_on_same_mount(const mgw_workspace *workspace, int fd)
{
    if (fd < 0)
        return -1;
    if (is_on_same_mount(workspace, fd))
        return fd;
    (void)close(fd);
    errno = EXDEV;
    return -1;
}

/* The same for openat(). */
static void tell_link_from_file(int directory, const char *name)
{
    struct stat info;
    int saved = errno;
    if (saved == ENOTDIR && fstatat(directory, name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(info.st_mode))
        saved = ELOOP;
    errno = saved;
}

/* Opens one component of a path; closes `directory` unless it is the workspace itself. */
static int step(const mgw_workspace *workspace, int directory, const char *name, int flags)
{
    int fd = openat(directory, name, flags | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        tell_link_from_file(directory, name);
    int saved = errno;
    if (directory != workspace->fd)
        (void)close(directory);
    errno = saved;
    return keep_if_on_same_mount(workspace, fd);
}

/* The same confinement as openat2() gives, by hand: no link is ever followed, and each level is on the same mount. */
static int lookup_by_walking(const mgw_workspace *workspace, const char *path, int flags)
{
    char copy[MGW_WS_MAX_PATH + 1];
    size_t len = strlen(path);
    if (len >= sizeof copy) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(copy, path, len + 1);
    int directory = workspace->fd;
    char *level = copy;
    for (char *slash = strchr(level, '/'); slash != NULL; slash = strchr(level, '/')) {
        *slash = '\0';
        directory = step(workspace, directory, level, O_PATH | O_DIRECTORY);
        if (directory < 0)
            return -1;
        level = slash + 1;
    }
    return step(workspace, directory, level, flags);
}

int mgw_ws_lookup(const mgw_workspace *workspace, const char *path, int flags)
{
    if ((workspace->fallbacks & MGW_WS_WALK) == 0) {
        int fd = lookup_at_once(workspace, path, flags);
        /* EPERM is what some containers answer to a call that they do not know. */
        if (fd >= 0 || (errno != ENOSYS && errno != EPERM))
            return fd;
    }
    return lookup_by_walking(workspace, path, flags);
}

bool mgw_ws_is_private(const struct stat *directory)
{
    return S_ISDIR(directory->st_mode) && directory->st_uid == geteuid() &&
           (directory->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

bool mgw_ws_holds(const mgw_workspace *workspace, int directory)
{
    bool holds = false;
    struct stat info;
    int fd = openat(directory, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    for (int depth = 0; fd >= 0 && depth <= MAX_DEPTH; depth++) {
        holds = fstat(fd, &info) == 0 && mgw_ws_same_file(&info, &workspace->info);
        int parent = holds ? -1 : openat(fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
        (void)close(fd);
        fd = parent;
    }
    if (fd >= 0)
        (void)close(fd);
    return holds;
}
