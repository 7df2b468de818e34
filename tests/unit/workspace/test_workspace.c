/* SPDX-License-Identifier: MIT */
/* Opening a workspace and saving into it: src/workspace/workspace.c and file.c. */
#include "scratch.h"

#include "support/failing_alloc.h"

#include <sys/socket.h>
#include <sys/un.h>

#define HELLO_SHA256 "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
#define HELLO_PREFIX "2cf24dba5fb0a30e"
#define EMPTY_PREFIX "e3b0c44298fc1c14"

static const mgw_bytes HELLO = { "hello", 5 };

static void a_saved_file_is_named_by_its_content(void **state)
{
    const scratch *made = *state;
    smgw_saved saved = SMGW_SAVED_INIT;
    assert_int_equal(save(made, NULL, "report.pdf", HELLO, &saved, NULL), SMGW_OK);
    assert_string_equal(saved.name, HELLO_PREFIX "_report.pdf");
    assert_string_equal(saved.sha256, HELLO_SHA256);
    assert_int_equal(saved.size, 5);
    assert_int_equal(saved.struct_size, sizeof saved);
    assert_content(below(made->inside, saved.name), "hello");
    assert_int_equal(count_entries(made->inside), 1);
    struct stat info;
    assert_int_equal(stat(below(made->inside, saved.name), &info), 0);
    assert_int_equal(info.st_mode & 07777, 0600);
    assert_int_equal(info.st_nlink, 1);
}

static void it_may_be_written_in_pieces_or_not_at_all(void **state)
{
    const scratch *made = *state;
    mgw_ws_file *file = NULL;
    smgw_saved saved = SMGW_SAVED_INIT;
    assert_int_equal(mgw_ws_file_begin(made->workspace, NULL, &file, NULL), SMGW_OK);
    for (size_t i = 0; i < HELLO.len; i++)
        assert_int_equal(mgw_ws_file_write(file, mgw_bytes_slice(HELLO, i, 1), NULL), SMGW_OK);
    assert_int_equal(mgw_ws_file_write(file, mgw_bytes_of(NULL, 0), NULL), SMGW_OK);
    assert_int_equal(mgw_ws_file_commit(file, "a", &saved, NULL), SMGW_OK);
    assert_string_equal(saved.name, HELLO_PREFIX "_a");
    assert_int_equal(save(made, NULL, "empty", mgw_bytes_of(NULL, 0), &saved, NULL), SMGW_OK);
    assert_string_equal(saved.name, EMPTY_PREFIX "_empty");
    assert_int_equal(saved.size, 0);
}

static void an_aborted_file_leaves_nothing(void **state)
{
    const scratch *made = *state;
    mgw_ws_file *file = NULL;
    assert_int_equal(mgw_ws_file_begin(made->workspace, NULL, &file, NULL), SMGW_OK);
    assert_int_equal(mgw_ws_file_write(file, HELLO, NULL), SMGW_OK);
    mgw_ws_file_abort(file);
    mgw_ws_file_abort(NULL);
    assert_int_equal(count_entries(made->inside), 0);
    assert_true(mgw_ws_has_room(made->workspace, QUOTA));
}

static void a_subdirectory_has_to_be_there_and_private(void **state)
{
    const scratch *made = *state;
    smgw_saved saved = SMGW_SAVED_INIT;
    assert_int_equal(save(made, "in", "a", HELLO, &saved, NULL), SMGW_ERR_NOT_FOUND);
    assert_int_equal(mkdir(below(made->inside, "in"), 0700), 0);
    assert_int_equal(mkdir(below(made->inside, "in/deep"), 0755), 0);
    assert_int_equal(save(made, "in/deep", "a", HELLO, &saved, NULL), SMGW_OK);
    assert_string_equal(saved.name, "in/deep/" HELLO_PREFIX "_a");
    assert_content(below(made->inside, saved.name), "hello");
    assert_int_equal(chmod(below(made->inside, "in/deep"), 0777), 0);
    assert_int_equal(save(made, "in/deep", "b", HELLO, &saved, NULL), SMGW_ERR_REFUSED);
    write_text(below(made->inside, "file"), "x");
    assert_int_equal(save(made, "file", "a", HELLO, &saved, NULL), SMGW_ERR_NOT_FOUND);
    assert_int_equal(save(made, "file/in", "a", HELLO, &saved, NULL), SMGW_ERR_NOT_FOUND);
}

static void subdirectories_that_lead_out_are_refused(void **state)
{
    const scratch *made = *state;
    static const struct {
        const char *subdir;
        smgw_status status;
    } cases[] = {
        { "../outside", SMGW_ERR_INVALID },
        { "..", SMGW_ERR_INVALID },
        { "../../x", SMGW_ERR_INVALID },
        { ".", SMGW_ERR_INVALID },
        { "", SMGW_ERR_INVALID },
        { "/tmp", SMGW_ERR_INVALID },
        { "in/../..", SMGW_ERR_INVALID },
        { "in//x", SMGW_ERR_INVALID },
        { "in/", SMGW_ERR_INVALID },
        { "in\n", SMGW_ERR_INVALID },
        { "link", SMGW_ERR_REFUSED },
        { "link/in", SMGW_ERR_REFUSED },
        { "in/self", SMGW_ERR_REFUSED },
        { "loop", SMGW_ERR_REFUSED },
    };
    assert_int_equal(mkdir(below(made->inside, "in"), 0700), 0);
    assert_int_equal(mkdir(below(made->outside, "in"), 0700), 0);
    assert_int_equal(symlink(made->outside, below(made->inside, "link")), 0);
    assert_int_equal(symlink("../in", below(made->inside, "in/self")), 0);
    assert_int_equal(symlink("loop", below(made->inside, "loop")), 0);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        smgw_saved saved = SMGW_SAVED_INIT;
        smgw_error error = SMGW_ERROR_INIT;
        assert_int_equal(save(made, cases[i].subdir, "a", HELLO, &saved, &error), cases[i].status);
        assert_int_equal(error.status, cases[i].status);
        assert_string_equal(error.field, "subdir");
    }
    assert_int_equal(count_entries(made->outside), 2);
    assert_int_equal(count_entries(below(made->outside, "in")), 0);
    assert_int_equal(count_entries(below(made->inside, "in")), 1);
}

static void names_are_one_component(void **state)
{
    const scratch *made = *state;
    char longest[MGW_WS_MAX_SAFE_NAME + 2];
    memset(longest, 'n', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    const char *const bad[] = { "", ".", "..", "a/b", "/a", "../a", "a\n", "a\x7f", longest };
    smgw_saved saved = SMGW_SAVED_INIT;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_int_equal(save(made, NULL, bad[i], HELLO, &saved, NULL), SMGW_ERR_INVALID);
    assert_int_equal(count_entries(made->inside), 0);
    assert_string_equal(saved.name, "");
    longest[MGW_WS_MAX_SAFE_NAME] = '\0';
    assert_int_equal(save(made, NULL, longest, HELLO, &saved, NULL), SMGW_OK);
    assert_int_equal(strlen(saved.name), 17 + MGW_WS_MAX_SAFE_NAME);
    /* The whole name has to fit smgw_saved. */
    char subdir[40];
    memset(subdir, 'd', sizeof subdir);
    subdir[38] = '\0';
    assert_int_equal(mkdir(below(made->inside, subdir), 0700), 0);
    assert_int_equal(save(made, subdir, longest, HELLO, &saved, NULL), SMGW_ERR_INVALID);
    assert_int_equal(count_entries(below(made->inside, subdir)), 0);
    subdir[37] = '\0';
    assert_int_equal(mkdir(below(made->inside, subdir), 0700), 0);
    assert_int_equal(save(made, subdir, longest, HELLO, &saved, NULL), SMGW_OK);
    assert_int_equal(strlen(saved.name), 255);
    assert_content(below(made->inside, saved.name), "hello");
}

static void the_same_content_is_found_and_not_written_twice(void **state)
{
    const scratch *made = *state;
    smgw_saved first = SMGW_SAVED_INIT;
    smgw_saved second = SMGW_SAVED_INIT;
    struct stat before;
    struct stat after;
    assert_int_equal(save(made, NULL, "a", HELLO, &first, NULL), SMGW_OK);
    assert_int_equal(stat(below(made->inside, first.name), &before), 0);
    assert_int_equal(save(made, NULL, "a", HELLO, &second, NULL), SMGW_OK);
    assert_memory_equal(&first, &second, sizeof first);
    assert_int_equal(stat(below(made->inside, first.name), &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
    assert_int_equal(count_entries(made->inside), 1);
    assert_true(mgw_ws_has_room(made->workspace, QUOTA - 5));
    assert_false(mgw_ws_has_room(made->workspace, QUOTA - 4));
}

static void make_other_content(const scratch *made, const char *path)
{
    (void)made;
    write_text(path, "jello");
}

static void make_other_size(const scratch *made, const char *path)
{
    (void)made;
    write_text(path, "hell");
}

static void make_hard_link(const scratch *made, const char *path)
{
    write_text(below(made->outside, "linked"), "hello");
    assert_int_equal(link(below(made->outside, "linked"), path), 0);
}

static void make_symbolic_link(const scratch *made, const char *path)
{
    write_text(below(made->outside, "target"), "hello");
    assert_int_equal(symlink(below(made->outside, "target"), path), 0);
}

static void make_dangling_link(const scratch *made, const char *path)
{
    assert_int_equal(symlink(below(made->outside, "nothing"), path), 0);
}

static void make_fifo(const scratch *made, const char *path)
{
    (void)made;
    assert_int_equal(mkfifo(path, 0600), 0);
}

static void make_directory(const scratch *made, const char *path)
{
    (void)made;
    assert_int_equal(mkdir(path, 0700), 0);
}

static void make_socket(const scratch *made, const char *path)
{
    (void)made;
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    assert_true(strlen(path) < sizeof address.sun_path);
    memcpy(address.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(close(fd), 0);
}

/* /dev/zero under the name; where nobody may make a device, a FIFO has to do. */
static void make_device(const scratch *made, const char *path)
{
    if (mknod(path, S_IFCHR | 0600, 0x105) != 0)
        make_fifo(made, path);
}

static void make_foreign_file(const scratch *made, const char *path)
{
    write_text(path, "hello");
    if (geteuid() != 0)
        make_other_content(made, path);
    else
        assert_int_equal(chown(path, 65534, 65534), 0);
}

static void nothing_that_has_the_name_is_touched(void **state)
{
    const scratch *made = *state;
    static void (*const makers[])(const scratch *, const char *) = { make_other_content, make_other_size,
        make_hard_link, make_symbolic_link, make_dangling_link, make_fifo, make_directory, make_socket, make_device,
        make_foreign_file };
    for (size_t i = 0; i < COUNT_OF(makers); i++) {
        char path[200];
        char name[] = "n0";
        name[1] = (char)('0' + i);
        (void)snprintf(path, sizeof path, "%s/" HELLO_PREFIX "_%s", made->inside, name);
        makers[i](made, path);
        struct stat before;
        struct stat after;
        assert_int_equal(lstat(path, &before), 0);
        size_t entries = count_entries(made->inside);
        size_t outside = count_entries(made->outside);
        smgw_saved saved = SMGW_SAVED_INIT;
        smgw_error error = SMGW_ERROR_INIT;
        assert_int_equal(save(made, NULL, name, HELLO, &saved, &error), SMGW_ERR_EXISTS);
        assert_string_equal(error.field, "name");
        assert_string_equal(saved.name, "");
        assert_int_equal(lstat(path, &after), 0);
        assert_int_equal(before.st_ino, after.st_ino);
        assert_int_equal(before.st_nlink, after.st_nlink);
        assert_int_equal(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
        assert_int_equal(count_entries(made->inside), entries);
        assert_int_equal(count_entries(made->outside), outside);
    }
    assert_true(mgw_ws_has_room(made->workspace, QUOTA));
}

static void mode_does_not_depend_on_the_umask(void **state)
{
    const scratch *made = *state;
    static const mode_t masks[] = { 0000, 0077, 0777 };
    for (size_t i = 0; i < COUNT_OF(masks); i++) {
        char name[] = "m0";
        name[1] = (char)('0' + i);
        smgw_saved saved = SMGW_SAVED_INIT;
        struct stat info;
        mode_t old = umask(masks[i]);
        smgw_status status = save(made, NULL, name, HELLO, &saved, NULL);
        (void)umask(old);
        assert_int_equal(status, SMGW_OK);
        assert_int_equal(stat(below(made->inside, saved.name), &info), 0);
        assert_int_equal(info.st_mode & 07777, 0600);
    }
}

static void a_file_has_a_limit_to_the_byte(void **state)
{
    const scratch *made = *state;
    static char data[MAX_FILE + 1];
    smgw_saved saved = SMGW_SAVED_INIT;
    assert_int_equal(save(made, NULL, "a", mgw_bytes_of(data, MAX_FILE + 1), &saved, NULL), SMGW_ERR_TOO_LARGE);
    assert_int_equal(save(made, NULL, "a", mgw_bytes_of(data, MAX_FILE), &saved, NULL), SMGW_OK);
    mgw_ws_file *file = NULL;
    assert_int_equal(mgw_ws_file_begin(made->workspace, NULL, &file, NULL), SMGW_OK);
    assert_int_equal(mgw_ws_file_write(file, mgw_bytes_of(data, MAX_FILE), NULL), SMGW_OK);
    assert_int_equal(mgw_ws_file_write(file, mgw_bytes_of(data, 1), NULL), SMGW_ERR_TOO_LARGE);
    /* The failure sticks, so that a truncated file cannot pass for a whole one. */
    assert_int_equal(mgw_ws_file_write(file, mgw_bytes_of(data, 0), NULL), SMGW_ERR_TOO_LARGE);
    smgw_error error = SMGW_ERROR_INIT;
    assert_int_equal(mgw_ws_file_commit(file, "b", &saved, &error), SMGW_ERR_TOO_LARGE);
    assert_int_equal(error.status, SMGW_ERR_TOO_LARGE);
    assert_int_equal(count_entries(made->inside), 1);
}

static void the_quota_counts_what_is_written(void **state)
{
    const scratch *made = *state;
    static char data[MAX_FILE];
    char name[] = "q0";
    smgw_saved saved = SMGW_SAVED_INIT;
    for (unsigned i = 0; i < QUOTA / MAX_FILE - 1; i++) {
        name[1] = (char)('0' + i);
        assert_int_equal(save(made, NULL, name, mgw_bytes_of(data, sizeof data), &saved, NULL), SMGW_OK);
    }
    /* Two that fit one at a time: the one that is written first has the room, until it is given up. */
    mgw_ws_file *first = NULL;
    mgw_ws_file *second = NULL;
    assert_int_equal(mgw_ws_file_begin(made->workspace, NULL, &first, NULL), SMGW_OK);
    assert_int_equal(mgw_ws_file_begin(made->workspace, NULL, &second, NULL), SMGW_OK);
    assert_int_equal(mgw_ws_file_write(first, mgw_bytes_of(data, sizeof data), NULL), SMGW_OK);
    assert_int_equal(mgw_ws_file_write(second, mgw_bytes_of(data, 1), NULL), SMGW_ERR_TOO_LARGE);
    assert_int_equal(mgw_ws_file_commit(second, "second", &saved, NULL), SMGW_ERR_TOO_LARGE);
    mgw_ws_file_abort(first);
    assert_true(mgw_ws_has_room(made->workspace, MAX_FILE));
    assert_int_equal(save(made, NULL, "last", mgw_bytes_of(data, sizeof data), &saved, NULL), SMGW_OK);
    assert_int_equal(save(made, NULL, "more", mgw_bytes_of(data, 1), &saved, NULL), SMGW_ERR_TOO_LARGE);
    assert_int_equal(count_entries(made->inside), QUOTA / MAX_FILE);
}

static void a_directory_that_is_moved_away_takes_nothing_with_it(void **state)
{
    const scratch *made = *state;
    mgw_ws_file *file = NULL;
    smgw_saved saved = SMGW_SAVED_INIT;
    assert_int_equal(mkdir(below(made->inside, "in"), 0700), 0);
    assert_int_equal(mgw_ws_file_begin(made->workspace, "in", &file, NULL), SMGW_OK);
    assert_int_equal(mgw_ws_file_write(file, HELLO, NULL), SMGW_OK);
    assert_int_equal(rename(below(made->inside, "in"), below(made->outside, "in")), 0);
    assert_int_equal(mgw_ws_file_commit(file, "a", &saved, NULL), SMGW_ERR_REFUSED);
    assert_int_equal(count_entries(below(made->outside, "in")), 0);
    /* The same where the content is found there. */
    assert_int_equal(rename(below(made->outside, "in"), below(made->inside, "in")), 0);
    assert_int_equal(mgw_ws_file_begin(made->workspace, "in", &file, NULL), SMGW_OK);
    assert_int_equal(mgw_ws_file_write(file, HELLO, NULL), SMGW_OK);
    assert_int_equal(rename(below(made->inside, "in"), below(made->outside, "in")), 0);
    write_text(below(made->outside, "in/" HELLO_PREFIX "_a"), "hello");
    assert_int_equal(mgw_ws_file_commit(file, "a", &saved, NULL), SMGW_ERR_REFUSED);
    assert_true(mgw_ws_has_room(made->workspace, QUOTA));
}

static void the_workspace_itself_may_be_moved(void **state)
{
    const scratch *made = *state;
    smgw_saved saved = SMGW_SAVED_INIT;
    assert_int_equal(rename(made->inside, below(made->root, "elsewhere")), 0);
    assert_int_equal(symlink(made->outside, made->inside), 0);
    assert_int_equal(save(made, NULL, "a", HELLO, &saved, NULL), SMGW_OK);
    assert_int_equal(count_entries(made->outside), 1);
    assert_content(below(made->root, "elsewhere/" HELLO_PREFIX "_a"), "hello");
}

static void the_directory_has_to_be_private(void **state)
{
    const scratch *made = *state;
    mgw_workspace *opened = (mgw_workspace *)1;
    smgw_error error = SMGW_ERROR_INIT;
    static const mode_t modes[] = { 0720, 0702, 0777, 01777 };
    for (size_t i = 0; i < COUNT_OF(modes); i++) {
        assert_int_equal(chmod(made->inside, modes[i]), 0);
        assert_int_equal(mgw_workspace_open(&opened, made->inside, 1, 1, &error), SMGW_ERR_CONFIG);
        assert_string_equal(error.field, "workspace");
        assert_null(opened);
    }
    assert_int_equal(chmod(made->inside, 0755), 0);
    assert_int_equal(symlink("ws", below(made->root, "link")), 0);
    assert_int_equal(symlink(".", below(made->root, "up")), 0);
    static const struct {
        const char *name;
        smgw_status status;
    } cases[] = {
        { "ws", SMGW_OK },
        { "ws/", SMGW_OK },
        { "ws//./", SMGW_OK },
        { "up/ws", SMGW_OK },
        { "link", SMGW_ERR_CONFIG },
        { "link/", SMGW_ERR_CONFIG },
        { "link/.", SMGW_ERR_CONFIG },
        { "outside/secret", SMGW_ERR_CONFIG },
        { "nothing", SMGW_ERR_IO },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_int_equal(mgw_workspace_open(&opened, below(made->root, cases[i].name), 1, 1, NULL), cases[i].status);
        mgw_workspace_free(opened);
    }
    assert_int_equal(mgw_workspace_open(&opened, made->inside, 0, 1, NULL), SMGW_ERR_CONFIG);
    assert_int_equal(mgw_workspace_open(&opened, made->inside, 1, 0, NULL), SMGW_ERR_CONFIG);
    assert_int_equal(mgw_workspace_open(&opened, "", 1, 1, NULL), SMGW_ERR_IO);
    if (geteuid() == 0) {
        assert_int_equal(chown(made->inside, 65534, 65534), 0);
        assert_int_equal(mgw_workspace_open(&opened, made->inside, 1, 1, NULL), SMGW_ERR_CONFIG);
    }
}

static smgw_status open_and_save(const scratch *made, smgw_error *error)
{
    smgw_saved saved = SMGW_SAVED_INIT;
    mgw_workspace *opened = NULL;
    smgw_status status = mgw_workspace_open(&opened, made->inside, 100, 100, error);
    if (status != SMGW_OK)
        return status;
    scratch copy = *made;
    copy.workspace = opened;
    status = save(&copy, "in", "a", HELLO, &saved, error);
    mgw_workspace_free(opened);
    return status;
}

static void failed_allocations_leave_nothing(void **state)
{
    const scratch *made = *state;
    assert_int_equal(mkdir(below(made->inside, "in"), 0700), 0);
    unsigned long n = 1;
    for (;; n++) {
        smgw_error error = SMGW_ERROR_INIT;
        failing_alloc_start(n);
        smgw_status status = open_and_save(made, &error);
        if (!failing_alloc_stop()) {
            assert_int_equal(status, SMGW_OK);
            break;
        }
        assert_int_equal(status, SMGW_ERR_NO_MEMORY);
        assert_int_equal(error.status, SMGW_ERR_NO_MEMORY);
        assert_int_equal(count_entries(below(made->inside, "in")), 0);
    }
    assert_true(n > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORKSPACE_TEST(a_saved_file_is_named_by_its_content),
        WORKSPACE_TEST(it_may_be_written_in_pieces_or_not_at_all),
        WORKSPACE_TEST(an_aborted_file_leaves_nothing),
        WORKSPACE_TEST(a_subdirectory_has_to_be_there_and_private),
        WORKSPACE_TEST(subdirectories_that_lead_out_are_refused),
        WORKSPACE_TEST(names_are_one_component),
        WORKSPACE_TEST(the_same_content_is_found_and_not_written_twice),
        WORKSPACE_TEST(nothing_that_has_the_name_is_touched),
        WORKSPACE_TEST(mode_does_not_depend_on_the_umask),
        WORKSPACE_TEST(a_file_has_a_limit_to_the_byte),
        WORKSPACE_TEST(the_quota_counts_what_is_written),
        WORKSPACE_TEST(a_directory_that_is_moved_away_takes_nothing_with_it),
        WORKSPACE_TEST(the_workspace_itself_may_be_moved),
        WORKSPACE_TEST(the_directory_has_to_be_private),
        WORKSPACE_TEST(failed_allocations_leave_nothing),
    };
    int failures = 0;
    SCRATCH_RUN(tests, failures)
    return failures;
}
