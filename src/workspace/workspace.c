/* SPDX-License-Identifier: MIT */
#include "workspace/internal.h"

#include "base/alloc.h"
#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static smgw_status refuse(smgw_error *error, const char *what)
{
    return mgw_error_set(error, SMGW_ERR_CONFIG, "workspace", "workspace: %s", what);
}

/* Without the "/" and "/." at its end, behind which O_NOFOLLOW would not see a link. NULL when out of memory. */
static char *without_tail(const char *path)
{
    size_t len = strlen(path);
    while (len > 1 && (path[len - 1] == '/' || (path[len - 1] == '.' && path[len - 2] == '/')))
        len--;
    return mgw_strndup(path, len);
}

static smgw_status open_directory(mgw_workspace *workspace, const char *path, smgw_error *error)
{
    char *name = without_tail(path);
    if (name == NULL)
        return mgw_error_status(error, SMGW_ERR_NO_MEMORY);
    workspace->fd = open(name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    int reason = errno;
    mgw_free(name);
    if (workspace->fd < 0 && (reason == ENOTDIR || reason == ELOOP))
        return refuse(error, "is not a directory, or is a symbolic link");
    if (workspace->fd < 0 || fstat(workspace->fd, &workspace->info) != 0)
        return mgw_error_errno(error, SMGW_ERR_IO, "workspace", workspace->fd < 0 ? reason : errno);
    if (!mgw_ws_is_private(&workspace->info))
        return refuse(error, "must belong to this user, and nobody else may write to it");
    workspace->mount = mgw_ws_mount_of(workspace->fd);
    return SMGW_OK;
}

smgw_status mgw_workspace_open(
    mgw_workspace **workspace, const char *path, uint64_t quota, uint64_t max_file, smgw_error *error)
{
    *workspace = NULL;
    if (quota == 0 || max_file == 0)
        return mgw_error_rule(error, SMGW_ERR_CONFIG, "workspace", SMGW_RULE_RANGE);
    mgw_workspace *opened = mgw_calloc(1, sizeof *opened);
    if (opened == NULL)
        return mgw_error_status(error, SMGW_ERR_NO_MEMORY);
    opened->fd = -1;
    opened->quota = quota;
    opened->max_file = max_file;
    smgw_status status = open_directory(opened, path, error);
    if (status == SMGW_OK && pthread_mutex_init(&opened->lock, NULL) != 0)
        status = mgw_error_status(error, SMGW_ERR_NO_MEMORY);
    if (status == SMGW_OK) {
        *workspace = opened;
        return SMGW_OK;
    }
    if (opened->fd >= 0)
        (void)close(opened->fd);
    mgw_free(opened);
    return status;
}

void mgw_workspace_free(mgw_workspace *workspace)
{
    if (workspace == NULL)
        return;
    (void)close(workspace->fd);
    (void)pthread_mutex_destroy(&workspace->lock);
    mgw_free(workspace);
}

void mgw_workspace_force(mgw_workspace *workspace, unsigned fallbacks)
{
    workspace->fallbacks = fallbacks;
}

bool mgw_ws_take(mgw_workspace *workspace, uint64_t size)
{
    (void)pthread_mutex_lock(&workspace->lock);
    bool fits = size <= workspace->quota - workspace->used;
    if (fits)
        workspace->used += size;
    (void)pthread_mutex_unlock(&workspace->lock);
    return fits;
}

void mgw_ws_give_back(mgw_workspace *workspace, uint64_t size)
{
    (void)pthread_mutex_lock(&workspace->lock);
    workspace->used -= size;
    (void)pthread_mutex_unlock(&workspace->lock);
}

bool mgw_ws_has_room(mgw_workspace *workspace, uint64_t size)
{
    (void)pthread_mutex_lock(&workspace->lock);
    bool fits = size <= workspace->quota - workspace->used;
    (void)pthread_mutex_unlock(&workspace->lock);
    return fits;
}
