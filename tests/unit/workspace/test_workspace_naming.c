/* SPDX-License-Identifier: MIT */
/* What may happen to a name between the moment it is given and the moment it is on disk. */
#include "scratch.h"

#include <sys/syscall.h>

static const mgw_bytes HELLO = { "hello", 5 };

/* What else happens right behind the next naming, and in the next fsync(), which then fails. NULL: nothing. */
static void (*after_naming)(int directory, const char *name);
static void (*during_sync)(void);

static void happen_after_naming(int directory, const char *name)
{
    void (*action)(int, const char *) = after_naming;
    after_naming = NULL;
    if (action != NULL)
        action(directory, name);
}

/* The library's calls end here. */
int linkat(int from_directory, const char *from, int directory, const char *name, int flags)
{
    int result = (int)syscall(SYS_linkat, from_directory, from, directory, name, flags);
    if (result == 0)
        happen_after_naming(directory, name);
    return result;
}

int renameat2(int from_directory, const char *from, int directory, const char *name, unsigned flags)
{
    int result = (int)syscall(SYS_renameat2, from_directory, from, directory, name, flags);
    if (result == 0)
        happen_after_naming(directory, name);
    return result;
}

int fsync(int fd)
{
    void (*action)(void) = during_sync;
    during_sync = NULL;
    if (action == NULL)
        return (int)syscall(SYS_fsync, fd);
    action();
    errno = EIO;
    return -1;
}

static void put_another_there(int directory, const char *name)
{
    assert_int_equal(unlinkat(directory, name, 0), 0);
    int fd = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "other", 5), 5);
    assert_int_equal(close(fd), 0);
}

static void a_file_of_somebody_else_is_never_removed(void **state)
{
    const scratch *made = *state;
    smgw_saved saved = SMGW_SAVED_INIT;
    smgw_error error = SMGW_ERROR_INIT;
    after_naming = put_another_there;
    assert_int_equal(save(made, NULL, "a", HELLO, &saved, &error), SMGW_ERR_REFUSED);
    assert_string_equal(error.field, "name");
    assert_int_equal(count_entries(made->inside), 1);
    assert_content(below(made->inside, "2cf24dba5fb0a30e_a"), "other");
    assert_true(mgw_ws_has_room(made->workspace, QUOTA));
}

static const scratch *second_saver;

static void save_the_same(void)
{
    smgw_saved saved = SMGW_SAVED_INIT;
    assert_int_equal(save(second_saver, NULL, "a", HELLO, &saved, NULL), SMGW_OK);
}

/* The first saver's fsync() fails when the second one has been told that the file is there. */
static void a_file_that_was_found_stays(void **state)
{
    const scratch *made = *state;
    smgw_saved saved = SMGW_SAVED_INIT;
    second_saver = made;
    during_sync = save_the_same;
    assert_int_equal(save(made, NULL, "a", HELLO, &saved, NULL), SMGW_ERR_IO);
    assert_int_equal(count_entries(made->inside), 1);
    assert_content(below(made->inside, "2cf24dba5fb0a30e_a"), "hello");
    assert_false(mgw_ws_has_room(made->workspace, QUOTA - HELLO.len + 1));
    assert_int_equal(save(made, NULL, "a", HELLO, &saved, NULL), SMGW_OK);
    assert_true(mgw_ws_has_room(made->workspace, QUOTA - HELLO.len));
}

static char moved_from[100];
static char moved_to[100];

static void move_the_directory_out(int directory, const char *name)
{
    (void)directory;
    (void)name;
    assert_int_equal(rename(moved_from, moved_to), 0);
}

static void what_was_moved_out_is_removed(void **state)
{
    const scratch *made = *state;
    smgw_saved saved = SMGW_SAVED_INIT;
    (void)snprintf(moved_from, sizeof moved_from, "%s/in", made->inside);
    (void)snprintf(moved_to, sizeof moved_to, "%s/in", made->outside);
    assert_int_equal(mkdir(moved_from, 0700), 0);
    after_naming = move_the_directory_out;
    assert_int_equal(save(made, "in", "a", HELLO, &saved, NULL), SMGW_ERR_REFUSED);
    assert_int_equal(count_entries(moved_to), 0);
    assert_true(mgw_ws_has_room(made->workspace, QUOTA));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORKSPACE_TEST(a_file_of_somebody_else_is_never_removed),
        WORKSPACE_TEST(a_file_that_was_found_stays),
        WORKSPACE_TEST(what_was_moved_out_is_removed),
    };
    int failures = 0;
    SCRATCH_RUN(tests, failures)
    return failures;
}
