/* SPDX-License-Identifier: MIT */
/* Writing where the kernel sends a signal with its error. */
#include "support/test.h"

#include "base/write_once.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

static const mgw_bytes HELLO = { "hello", 5 };

static bool is_pending(int number)
{
    sigset_t pending;
    return sigpending(&pending) == 0 && sigismember(&pending, number) == 1;
}

static void writes_what_write_would(void **state)
{
    (void)state;
    int ends[2];
    char got[8];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(mgw_write_once(ends[1], HELLO), 5);
    assert_int_equal(read(ends[0], got, sizeof got), 5);
    assert_memory_equal(got, "hello", 5);
    assert_int_equal(mgw_write_once(-1, HELLO), -1);
    assert_int_equal(errno, EBADF);
    close(ends[0]);
    close(ends[1]);
}

/* The signal would end this program. */
static void pipe_without_a_reader_is_an_error_only(void **state)
{
    (void)state;
    int ends[2];
    sigset_t mask;
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    assert_int_equal(mgw_write_once(ends[1], HELLO), -1);
    assert_int_equal(errno, EPIPE);
    assert_int_equal(pthread_sigmask(SIG_BLOCK, NULL, &mask), 0);
    assert_int_equal(sigismember(&mask, SIGPIPE), 0);
    close(ends[1]);
}

static void signal_of_the_host_is_left_to_it(void **state)
{
    (void)state;
    int ends[2];
    sigset_t pipes;
    sigset_t before;
    sigemptyset(&pipes);
    sigaddset(&pipes, SIGPIPE);
    assert_int_equal(pthread_sigmask(SIG_BLOCK, &pipes, &before), 0);
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    assert_int_equal(mgw_write_once(ends[1], HELLO), -1);
    bool of_ours = is_pending(SIGPIPE);
    assert_int_equal(raise(SIGPIPE), 0);
    assert_int_equal(mgw_write_once(ends[1], HELLO), -1);
    bool of_the_host = is_pending(SIGPIPE);
    int taken = 0;
    if (of_the_host)
        sigwait(&pipes, &taken);
    assert_int_equal(pthread_sigmask(SIG_SETMASK, &before, NULL), 0);
    close(ends[1]);
    assert_false(of_ours);
    assert_true(of_the_host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_what_write_would),
        cmocka_unit_test(pipe_without_a_reader_is_an_error_only),
        cmocka_unit_test(signal_of_the_host_is_left_to_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
