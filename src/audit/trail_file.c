/* SPDX-License-Identifier: MIT */
#include "audit/trail_file.h"

#include "audit/audit.h"
#include "base/alloc.h"
#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIELD "audit.path"

/* Holds a torn line and the record before it, with room to step over a few lines that are none of ours. */
enum { WINDOW = 4 * MGW_AUDIT_LINE_MAX };

static smgw_status fail_errno(smgw_error *error, const char *what)
{
    char text[128];
    return mgw_error_set(error, SMGW_ERR_AUDIT, FIELD, "%s: %s: %s", FIELD, what, strerror_r(errno, text, sizeof text));
}

/* The rule that the file breaks, or NULL. */
static const char *broken_rule(const struct stat *info)
{
    if (!S_ISREG(info->st_mode))
        return "must be a regular file";
    if (info->st_uid != geteuid())
        return "must belong to the user of the process";
    if ((info->st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return "must not be writable for group or others";
    if (info->st_nlink != 1)
        return "must have one name only";
    return NULL;
}

/* "seq" stands at a fixed place, before any text that a peer can shape. */
static bool parse_seq(mgw_bytes line, uint64_t *seq)
{
    const mgw_bytes head = MGW_LIT("{\"timestamp\":\"");
    const mgw_bytes key = MGW_LIT("\",\"seq\":");
    const size_t stamp_len = sizeof("1970-01-01T00:00:00.000Z") - 1;
    mgw_bytes rest = mgw_bytes_slice(line, head.len + stamp_len, line.len);
    mgw_bytes number = mgw_bytes_slice(rest, key.len, rest.len);
    size_t comma = mgw_bytes_find(number, ',');
    if (comma == number.len) /* A number that is cut is another number. */
        return false;
    number.len = comma;
    return mgw_bytes_equal(mgw_bytes_slice(line, 0, head.len), head) &&
        mgw_bytes_equal(mgw_bytes_slice(rest, 0, key.len), key) && mgw_bytes_to_u64(number, UINT64_MAX / 2, seq);
}

/* `end` is the last bytes of the file; where it is cut at the front, its first line is not looked at. */
static void find_last_record(mgw_bytes end, bool cut, mgw_audit_tail *tail)
{
    if (end.len == 0)
        return;
    tail->torn = end.data[end.len - 1] != '\n';
    tail->gap = true;
    for (size_t line_end = tail->torn ? end.len : end.len - 1;;) {
        size_t start = line_end;
        while (start > 0 && end.data[start - 1] != '\n')
            start--;
        if (start == 0 && cut)
            return;
        if (parse_seq(mgw_bytes_slice(end, start, line_end - start), &tail->seq)) {
            tail->gap = tail->torn || line_end + 1 < end.len;
            return;
        }
        if (start == 0)
            return;
        line_end = start - 1;
    }
}

static smgw_status read_tail(int fd, off_t size, mgw_audit_tail *tail, smgw_error *error)
{
    off_t start = size > WINDOW ? size - WINDOW : 0;
    char *window = mgw_calloc(WINDOW, 1);
    if (window == NULL)
        return mgw_error_status(error, SMGW_ERR_NO_MEMORY);
    ssize_t got;
    do
        got = pread(fd, window, (size_t)(size - start), start);
    while (got < 0 && errno == EINTR);
    smgw_status status = SMGW_OK;
    if (got == size - start)
        find_last_record(mgw_bytes_of(window, (size_t)got), start > 0, tail);
    else
        status = got < 0 ? fail_errno(error, "cannot be read")
                         : mgw_error_set(error, SMGW_ERR_AUDIT, FIELD, "%s: cannot be read to its end", FIELD);
    mgw_free(window);
    return status;
}

static smgw_status inspect(int fd, mgw_audit_tail *tail, smgw_error *error)
{
    struct stat info;
    if (fstat(fd, &info) != 0)
        return fail_errno(error, "cannot be inspected");
    const char *rule = broken_rule(&info);
    if (rule != NULL)
        return mgw_error_set(error, SMGW_ERR_AUDIT, FIELD, "%s: %s", FIELD, rule);
    return read_tail(fd, info.st_size, tail, error);
}

/* Moves a descriptor off the places of the standard streams: there, what the host prints would land in the trail. */
static int move_up(int fd)
{
    if (fd < 0 || fd > STDERR_FILENO)
        return fd;
    int moved = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    int reason = errno;
    close(fd);
    errno = reason;
    return moved;
}

bool mgw_audit_file_starts_line(int fd, size_t len)
{
    char before = '\n';
    off_t start = lseek(fd, 0, SEEK_CUR) - (off_t)len;
    return start <= 0 || pread(fd, &before, 1, start - 1) != 1 || before == '\n';
}

smgw_status mgw_audit_file_open(const char *path, int *fd, mgw_audit_tail *tail, smgw_error *error)
{
    *tail = (mgw_audit_tail){ .seq = 0 };
    /* Not blocking, so that a FIFO or a device at this place cannot hold the caller up before it is refused. */
    const int flags = O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    *fd = move_up(open(path, flags, S_IRUSR | S_IWUSR));
    if (*fd < 0)
        return fail_errno(error, "cannot be opened");
    smgw_status status = inspect(*fd, tail, error);
    if (status != SMGW_OK) {
        close(*fd);
        *fd = -1;
    }
    return status;
}
