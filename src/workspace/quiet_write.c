/* SPDX-License-Identifier: MIT */
#include "workspace/quiet_write.h"

#include <errno.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

static int write_all(int fd, mgw_bytes data)
{
    while (data.len > 0) {
        ssize_t written = write(fd, data.data, data.len);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return written < 0 ? errno : EIO;
        data = mgw_bytes_slice(data, (size_t)written, SIZE_MAX);
    }
    return 0;
}

int mgw_write_quietly(int fd, mgw_bytes data)
{
    static const struct timespec no_time = { 0, 0 };
    sigset_t limit;
    sigset_t old;
    sigset_t pending;
    (void)sigemptyset(&limit);
    (void)sigaddset(&limit, SIGXFSZ);
    if (pthread_sigmask(SIG_BLOCK, &limit, &old) != 0)
        return EIO;
    bool was_pending = sigpending(&pending) == 0 && sigismember(&pending, SIGXFSZ) == 1;
    int failed = write_all(fd, data);
    if (failed == EFBIG && !was_pending)
        (void)sigtimedwait(&limit, NULL, &no_time);
    (void)pthread_sigmask(SIG_SETMASK, &old, NULL);
    return failed;
}
