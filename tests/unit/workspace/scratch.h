/* SPDX-License-Identifier: MIT */
/*
 * A workspace in a directory of its own, beside a directory that nothing may ever be written to. The tests run once in
 * each way that a workspace has of doing its work: see SCRATCH_RUN.
 */
#ifndef TESTS_UNIT_WORKSPACE_SCRATCH_H
#define TESTS_UNIT_WORKSPACE_SCRATCH_H

#include "support/test.h"

#include "workspace/internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define QUOTA UINT64_C(1000000)
#define MAX_FILE UINT64_C(100000)

/* Of the exit of a child: its check does not apply to this machine. */
#define CHILD_SKIPS 77

typedef struct scratch {
    char root[64];
    char inside[80];  /* The workspace. */
    char outside[80]; /* Holds the file "secret" with the text "outside". */
    mgw_workspace *workspace;
} scratch;

static unsigned scratch_fallbacks;
static const char *scratch_base = "/tmp";

static inline void write_text(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    assert_int_equal(close(fd), 0);
}

/* A path below one of the directories, in a buffer that the next four calls leave alone. */
static inline const char *below(const char *directory, const char *name)
{
    static char paths[4][1400];
    static unsigned next;
    char *path = paths[next++ % 4];
    (void)snprintf(path, sizeof paths[0], "%s/%s", directory, name);
    return path;
}

static inline int scratch_setup(void **state)
{
    scratch *made = calloc(1, sizeof *made);
    assert_non_null(made);
    (void)snprintf(made->root, sizeof made->root, "%s/smgw-ws-XXXXXX", scratch_base);
    assert_non_null(mkdtemp(made->root));
    (void)snprintf(made->inside, sizeof made->inside, "%s/ws", made->root);
    (void)snprintf(made->outside, sizeof made->outside, "%s/outside", made->root);
    assert_int_equal(mkdir(made->inside, 0700), 0);
    assert_int_equal(mkdir(made->outside, 0700), 0);
    write_text(below(made->outside, "secret"), "outside");
    assert_int_equal(mgw_workspace_open(&made->workspace, made->inside, QUOTA, MAX_FILE, NULL), SMGW_OK);
    mgw_workspace_force(made->workspace, scratch_fallbacks);
    *state = made;
    return 0;
}

static inline int scratch_remove(const char *path, const struct stat *info, int type, struct FTW *walk)
{
    (void)info;
    (void)type;
    (void)walk;
    return remove(path);
}

static inline int scratch_teardown(void **state)
{
    scratch *made = *state;
    mgw_workspace_free(made->workspace);
    (void)nftw(made->root, scratch_remove, 16, FTW_DEPTH | FTW_PHYS);
    free(made);
    return 0;
}

/* Entries of a directory but "." and "..". */
static inline size_t count_entries(const char *path)
{
    DIR *directory = opendir(path);
    assert_non_null(directory);
    size_t count = 0;
    for (const struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory))
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    (void)closedir(directory);
    return count;
}

/* Begins, writes and commits. */
static inline smgw_status save(const scratch *made, const char *subdir, const char *name, mgw_bytes data,
    smgw_saved *saved, smgw_error *error)
{
    mgw_ws_file *file = NULL;
    smgw_status status = mgw_ws_file_begin(made->workspace, subdir, &file, error);
    if (status != SMGW_OK)
        return status;
    status = mgw_ws_file_write(file, data, error);
    if (status == SMGW_OK)
        return mgw_ws_file_commit(file, name, saved, error);
    mgw_ws_file_abort(file);
    return status;
}

static inline void assert_content(const char *path, const char *expected)
{
    char found[256] = "";
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    assert_true(fd >= 0);
    assert_int_equal(read(fd, found, sizeof found - 1), (ssize_t)strlen(expected));
    assert_int_equal(close(fd), 0);
    assert_string_equal(found, expected);
}

/* Runs `body` in a child, which may change itself for good. Skips the test where it says so. */
static inline void run_in_child(scratch *made, int (*body)(scratch *))
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(body(made));
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFSIGNALED(status))
        fail_msg("the child was killed by signal %d", WTERMSIG(status));
    if (WEXITSTATUS(status) == CHILD_SKIPS)
        skip();
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* A test with a scratch workspace. */
#define WORKSPACE_TEST(function) cmocka_unit_test_setup_teardown(function, scratch_setup, scratch_teardown)

static const struct scratch_way {
    const char *name;
    unsigned fallbacks;
} SCRATCH_WAYS[] = {
    { "openat2, nameless", 0 },
    { "walk, nameless", MGW_WS_WALK },
    { "openat2, hidden name", MGW_WS_NAMED },
    { "walk, hidden name", MGW_WS_WALK | MGW_WS_NAMED },
};

/* Runs an array of tests in each of the ways, and adds the number of failures to `failures`. */
#define SCRATCH_RUN(tests, failures)                                                              \
    for (const struct scratch_way *way = SCRATCH_WAYS; way < SCRATCH_WAYS + COUNT_OF(SCRATCH_WAYS); way++) { \
        scratch_fallbacks = way->fallbacks;                                                       \
        (failures) += cmocka_run_group_tests_name(way->name, tests, NULL, NULL);                  \
    }

#endif
