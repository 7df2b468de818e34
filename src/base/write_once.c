/* SPDX-License-Identifier: MIT */
#include "base/write_once.h"

#include <errno.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

static const int QUIET[] = { SIGPIPE, SIGXFSZ };

enum { QUIET_COUNT = sizeof QUIET / sizeof QUIET[0] };

static ssize_t repeat_write(int fd, mgw_bytes data)
{
    ssize_t written;
    do
        written = write(fd, data.data, data.len);
    while (written < 0 && errno == EINTR);
    return written;
}

/* Of our signals, those that nobody has sent yet. */
static sigset_t not_pending(void)
{
    sigset_t pending;
    sigset_t others;
    (void)sigemptyset(&others);
    bool told = sigpending(&pending) == 0;
    for (size_t i = 0; told && i < QUIET_COUNT; i++)
        if (sigismember(&pending, QUIET[i]) == 0)
            (void)sigaddset(&others, QUIET[i]);
    return others;
}

ssize_t mgw_write_once(int fd, mgw_bytes data)
{
    static const struct timespec no_time = { 0, 0 };
    sigset_t quiet;
    sigset_t old;
    (void)sigemptyset(&quiet);
    for (size_t i = 0; i < QUIET_COUNT; i++)
        (void)sigaddset(&quiet, QUIET[i]);
    int failed = pthread_sigmask(SIG_BLOCK, &quiet, &old);
    if (failed != 0) {
        errno = failed;
        return -1;
    }
    const sigset_t fresh = not_pending();
    ssize_t written = repeat_write(fd, data);
    int reason = errno;
    /* A pipe that loses its reader midway gives a short count and the signal. */
    while (written != (ssize_t)data.len && sigtimedwait(&fresh, NULL, &no_time) > 0)
        continue;
    (void)pthread_sigmask(SIG_SETMASK, &old, NULL);
    errno = reason;
    return written;
}
