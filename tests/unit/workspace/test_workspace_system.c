/* SPDX-License-Identifier: MIT */
/*
 * A workspace on systems that refuse: calls that the kernel does not know or that fail, limits, full disks, mounts.
 * Each test changes its process for good, and so runs in a child.
 */
#include "scratch.h"

#include "workspace/quiet_write.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

static const mgw_bytes HELLO = { "hello", 5 };

/* From now on the system call fails with `reason`. */
static bool make_call_fail(unsigned call, unsigned reason)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | reason),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = { COUNT_OF(filter), filter };
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static int skips(const char *reason)
{
    (void)fprintf(stderr, "skipped: %s\n", reason);
    return CHILD_SKIPS;
}

static smgw_status open_read(const scratch *made, const char *path)
{
    mgw_ws_source source;
    smgw_status status = mgw_ws_open_read(made->workspace, mgw_bytes_str(path), 100, &source, NULL);
    if (status == SMGW_OK)
        (void)close(source.fd);
    return status;
}

/* What holds with openat2() has to hold without it. */
static int check_confinement(const scratch *made)
{
    smgw_saved saved = SMGW_SAVED_INIT;
    if (mkdir(below(made->inside, "in"), 0700) != 0 || symlink(made->outside, below(made->inside, "out")) != 0)
        return 2;
    if (save(made, "in", "a", HELLO, &saved, NULL) != SMGW_OK || open_read(made, saved.name) != SMGW_OK)
        return 3;
    if (save(made, "out", "a", HELLO, &saved, NULL) != SMGW_ERR_REFUSED)
        return 4;
    if (open_read(made, "out/secret") != SMGW_ERR_REFUSED || open_read(made, "nothing") != SMGW_ERR_NOT_FOUND)
        return 5;
    return 0;
}

static int without_openat2(scratch *made, unsigned reason)
{
    if (!make_call_fail(SYS_openat2, reason))
        return skips("this process may not filter its system calls");
    if (syscall(SYS_openat2, -1, NULL, NULL, 0) != -1 || errno != (int)reason)
        return skips("the filter has no effect here");
    return check_confinement(made);
}

static int openat2_unknown(scratch *made)
{
    return without_openat2(made, ENOSYS);
}

static int openat2_forbidden(scratch *made)
{
    return without_openat2(made, EPERM);
}

static void a_kernel_without_openat2_confines_as_well(void **state)
{
    run_in_child(*state, openat2_unknown);
}

static void a_container_that_forbids_openat2_confines_as_well(void **state)
{
    run_in_child(*state, openat2_forbidden);
}

/* Saves HELLO while the system call fails; afterwards that many files are there, and count against the quota. */
static int failing_sync(const scratch *made, unsigned call, size_t files)
{
    smgw_saved saved = SMGW_SAVED_INIT;
    smgw_error error = SMGW_ERROR_INIT;
    if (!make_call_fail(call, EIO))
        return skips("this process may not filter its system calls");
    for (int times = 0; times < 2; times++) {
        if (save(made, NULL, "a", HELLO, &saved, &error) != SMGW_ERR_IO || error.status != SMGW_ERR_IO)
            return 2;
        if (count_entries(made->inside) != files)
            return 3;
    }
    const uint64_t left = QUOTA - files * HELLO.len;
    return mgw_ws_has_room(made->workspace, left) && !mgw_ws_has_room(made->workspace, left + 1) ? 0 : 4;
}

static int data_not_on_disk(scratch *made)
{
    return failing_sync(made, SYS_fdatasync, 0);
}

static int directory_not_on_disk(scratch *made)
{
    return failing_sync(made, SYS_fsync, 1);
}

static void what_is_not_on_disk_is_not_there(void **state)
{
    run_in_child(*state, data_not_on_disk);
}

static void a_name_that_is_not_on_disk_is_a_failure_and_stays(void **state)
{
    run_in_child(*state, directory_not_on_disk);
}

/* A descriptor cannot be linked, as for a process without capabilities on a system without /proc. */
static int without_linkat(scratch *made)
{
    smgw_saved saved = SMGW_SAVED_INIT;
    if (!make_call_fail(SYS_linkat, EPERM))
        return skips("this process may not filter its system calls");
    smgw_status status = save(made, NULL, "a", HELLO, &saved, NULL);
    if ((scratch_fallbacks & MGW_WS_NAMED) != 0)
        return status == SMGW_OK ? 0 : 2;
    return status == SMGW_ERR_IO && count_entries(made->inside) == 0 ? 0 : 3;
}

static void a_file_that_cannot_be_named_is_gone(void **state)
{
    run_in_child(*state, without_linkat);
}

static int without_renameat2(scratch *made)
{
    smgw_saved saved = SMGW_SAVED_INIT;
    if (!make_call_fail(SYS_renameat2, EINVAL))
        return skips("this process may not filter its system calls");
    if (save(made, NULL, "a", HELLO, &saved, NULL) != SMGW_OK || count_entries(made->inside) != 1)
        return 2;
    if (save(made, NULL, "a", HELLO, &saved, NULL) != SMGW_OK || count_entries(made->inside) != 1)
        return 3;
    write_text(below(made->inside, saved.name), "jello");
    return save(made, NULL, "a", HELLO, &saved, NULL) == SMGW_ERR_EXISTS && count_entries(made->inside) == 1 ? 0 : 4;
}

static void a_hidden_name_does_without_renameat2(void **state)
{
    run_in_child(*state, without_renameat2);
}

/* An ordinary user has no capability to link a bare descriptor. */
static int as_nobody(scratch *made)
{
    smgw_saved saved = SMGW_SAVED_INIT;
    if (geteuid() != 0)
        return skips("this user has no capabilities to give up");
    if (chmod(made->root, 0755) != 0 || chown(made->inside, 65534, 65534) != 0 || setresuid(65534, 65534, 65534) != 0)
        return 2;
    /* The tests' own memory checker may have made /proc unreadable for others. */
    (void)prctl(PR_SET_DUMPABLE, 1);
    if (save(made, NULL, "a", HELLO, &saved, NULL) != SMGW_OK || save(made, NULL, "a", HELLO, &saved, NULL) != SMGW_OK)
        return 3;
    return count_entries(made->inside) == 1 ? 0 : 4;
}

static void no_capability_is_needed(void **state)
{
    run_in_child(*state, as_nobody);
}

static int with_file_limit(scratch *made)
{
    static char data[5000];
    const struct rlimit limit = { 4096, 4096 };
    smgw_saved saved = SMGW_SAVED_INIT;
    smgw_error error = SMGW_ERROR_INIT;
    sigset_t pending;
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
        return 2;
    if (save(made, NULL, "a", mgw_bytes_of(data, 4096), &saved, NULL) != SMGW_OK)
        return 3;
    if (save(made, NULL, "b", mgw_bytes_of(data, sizeof data), &saved, &error) != SMGW_ERR_IO)
        return 4;
    if (sigpending(&pending) != 0 || sigismember(&pending, SIGXFSZ) != 0 || count_entries(made->inside) != 1)
        return 5;
    /* The host's own mask is as it was: a limit that the host itself runs into still ends it. */
    sigset_t mask;
    return pthread_sigmask(SIG_SETMASK, NULL, &mask) == 0 && sigismember(&mask, SIGXFSZ) == 0 ? 0 : 6;
}

static void a_file_limit_of_the_process_is_a_failure_and_no_signal(void **state)
{
    run_in_child(*state, with_file_limit);
}

static int with_pending_signal(scratch *made)
{
    const struct rlimit limit = { 4, 4 };
    sigset_t blocked;
    sigset_t pending;
    (void)sigemptyset(&blocked);
    (void)sigaddset(&blocked, SIGXFSZ);
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0 || pthread_sigmask(SIG_BLOCK, &blocked, NULL) != 0)
        return 2;
    int fd = open(below(made->inside, "x"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (mgw_write_quietly(fd, HELLO) != EFBIG)
        return 3;
    if (sigpending(&pending) != 0 || sigismember(&pending, SIGXFSZ) != 0)
        return 4;
    if (raise(SIGXFSZ) != 0 || mgw_write_quietly(fd, HELLO) != EFBIG)
        return 5;
    return sigpending(&pending) == 0 && sigismember(&pending, SIGXFSZ) == 1 ? 0 : 6;
}

static void a_signal_of_the_host_is_left_to_it(void **state)
{
    run_in_child(*state, with_pending_signal);
}

/* A mount name space of our own, so that no mount outlives the child. */
static bool may_mount(void)
{
    return unshare(CLONE_NEWNS) == 0 && mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) == 0;
}

/* Opens the workspace anew: the one from before belongs to the other name space and does not see our mounts. */
static bool reopen(scratch *made)
{
    mgw_workspace_free(made->workspace);
    if (mgw_workspace_open(&made->workspace, made->inside, QUOTA, MAX_FILE, NULL) != SMGW_OK)
        return false;
    mgw_workspace_force(made->workspace, scratch_fallbacks);
    return true;
}

static int with_full_disk(scratch *made)
{
    static char data[100000];
    smgw_saved saved = SMGW_SAVED_INIT;
    smgw_error error = SMGW_ERROR_INIT;
    if (!may_mount() || mount("none", made->inside, "tmpfs", 0, "size=65536,mode=0700") != 0)
        return skips("this process may not mount");
    if (!reopen(made))
        return 2;
    if (save(made, NULL, "a", mgw_bytes_of(data, sizeof data), &saved, &error) != SMGW_ERR_IO)
        return 3;
    if (count_entries(made->inside) != 0 || !mgw_ws_has_room(made->workspace, QUOTA))
        return 4;
    return save(made, NULL, "a", mgw_bytes_of(data, 1000), &saved, NULL) == SMGW_OK ? 0 : 5;
}

static void a_full_disk_leaves_nothing_half_done(void **state)
{
    run_in_child(*state, with_full_disk);
}

static int check_mounted(scratch *made)
{
    smgw_saved saved = SMGW_SAVED_INIT;
    if (!reopen(made))
        return 2;
    size_t before = count_entries(below(made->inside, "in"));
    if (save(made, "in", "a", HELLO, &saved, NULL) != SMGW_ERR_REFUSED)
        return 3;
    if (open_read(made, "in/secret") != SMGW_ERR_REFUSED)
        return 4;
    return count_entries(below(made->inside, "in")) == before ? 0 : 5;
}

static int with_other_file_system(scratch *made)
{
    if (!may_mount() || mkdir(below(made->inside, "in"), 0700) != 0 ||
        mount("none", below(made->inside, "in"), "tmpfs", 0, "size=65536,mode=0700") != 0)
        return skips("this process may not mount");
    write_text(below(made->inside, "in/secret"), "x");
    return check_mounted(made);
}

static int with_bind_mount(scratch *made)
{
    if (!may_mount() || mkdir(below(made->inside, "in"), 0700) != 0 ||
        mount(made->outside, below(made->inside, "in"), "none", MS_BIND, NULL) != 0)
        return skips("this process may not mount");
    if (made->workspace->mount == 0)
        return skips("this kernel does not tell the mount of a file");
    return check_mounted(made);
}

/* A file can be mounted over a file, too. */
static int with_bound_file(scratch *made)
{
    if (!may_mount())
        return skips("this process may not mount");
    write_text(below(made->inside, "file"), "x");
    if (mount(below(made->outside, "secret"), below(made->inside, "file"), "none", MS_BIND, NULL) != 0)
        return skips("this process may not mount");
    if (made->workspace->mount == 0)
        return skips("this kernel does not tell the mount of a file");
    return reopen(made) && open_read(made, "file") == SMGW_ERR_REFUSED ? 0 : 2;
}

static void another_file_system_is_not_entered(void **state)
{
    run_in_child(*state, with_other_file_system);
}

static void a_bind_mount_is_not_entered(void **state)
{
    run_in_child(*state, with_bind_mount);
}

static void a_file_mounted_over_a_file_is_not_read(void **state)
{
    run_in_child(*state, with_bound_file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORKSPACE_TEST(a_kernel_without_openat2_confines_as_well),
        WORKSPACE_TEST(a_container_that_forbids_openat2_confines_as_well),
        WORKSPACE_TEST(what_is_not_on_disk_is_not_there),
        WORKSPACE_TEST(a_name_that_is_not_on_disk_is_a_failure_and_stays),
        WORKSPACE_TEST(a_file_that_cannot_be_named_is_gone),
        WORKSPACE_TEST(a_hidden_name_does_without_renameat2),
        WORKSPACE_TEST(no_capability_is_needed),
        WORKSPACE_TEST(a_file_limit_of_the_process_is_a_failure_and_no_signal),
        WORKSPACE_TEST(a_signal_of_the_host_is_left_to_it),
        WORKSPACE_TEST(a_full_disk_leaves_nothing_half_done),
        WORKSPACE_TEST(another_file_system_is_not_entered),
        WORKSPACE_TEST(a_bind_mount_is_not_entered),
        WORKSPACE_TEST(a_file_mounted_over_a_file_is_not_read),
    };
    int failures = 0;
    SCRATCH_RUN(tests, failures)
    return failures;
}
