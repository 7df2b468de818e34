/* SPDX-License-Identifier: MIT */
#include "workspace/internal.h"

#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static smgw_status refuse(smgw_error *error, const char *what)
{
    return mgw_error_set(error, SMGW_ERR_REFUSED, "path", "path: %s", what);
}

static smgw_status check_file(const struct stat *info, uint64_t max_size, smgw_error *error)
{
    if (!S_ISREG(info->st_mode))
        return refuse(error, "is not a regular file");
    if (info->st_nlink != 1)
        return refuse(error, "is a file with more than one name");
    if (info->st_size < 0 || (uint64_t)info->st_size > max_size)
        return mgw_error_set(error, SMGW_ERR_TOO_LARGE, "path", "path: the file is larger than the limit");
    return SMGW_OK;
}

/* Looks at the file without opening it, since opening a device alone can do something. */
static smgw_status look(const mgw_workspace *workspace, const char *path, struct stat *info, smgw_error *error)
{
    int fd = mgw_ws_lookup(workspace, path, O_PATH);
    if (fd < 0)
        return mgw_ws_lookup_failed("path", errno, error);
    int failed = fstat(fd, info) != 0 ? errno : 0;
    (void)close(fd);
    return failed == 0 ? SMGW_OK : mgw_error_errno(error, SMGW_ERR_IO, "path", failed);
}

static smgw_status open_seen(const mgw_workspace *workspace, const char *path, const struct stat *seen,
    uint64_t max_size, mgw_ws_source *source, smgw_error *error)
{
    struct stat info;
    int fd = mgw_ws_lookup(workspace, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return mgw_ws_lookup_failed("path", errno, error);
    smgw_status status = SMGW_OK;
    if (fstat(fd, &info) != 0)
        status = mgw_error_errno(error, SMGW_ERR_IO, "path", errno);
    else if (!mgw_ws_same_file(&info, seen))
        status = refuse(error, "was replaced while it was opened");
    else
        status = check_file(&info, max_size, error);
    if (status == SMGW_OK)
        *source = (mgw_ws_source){ fd, (uint64_t)info.st_size };
    else
        (void)close(fd);
    return status;
}

smgw_status mgw_ws_open_read(
    mgw_workspace *workspace, mgw_bytes path, uint64_t max_size, mgw_ws_source *source, smgw_error *error)
{
    char name[MGW_WS_MAX_PATH + 1];
    struct stat seen = { 0 };
    *source = (mgw_ws_source){ -1, 0 };
    smgw_rule rule = mgw_ws_check_path(path);
    if (rule != SMGW_RULE_OK)
        return mgw_error_rule(error, SMGW_ERR_INVALID, "path", rule);
    memcpy(name, path.data, path.len);
    name[path.len] = '\0';
    smgw_status status = look(workspace, name, &seen, error);
    if (status == SMGW_OK)
        status = check_file(&seen, max_size, error);
    return status == SMGW_OK ? open_seen(workspace, name, &seen, max_size, source, error) : status;
}
