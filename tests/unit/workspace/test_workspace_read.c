/* SPDX-License-Identifier: MIT */
/* Opening files to attach, and how names are looked up: src/workspace/read.c and lookup.c. */
#include "scratch.h"

#include <sys/socket.h>
#include <sys/un.h>

static smgw_status open_read(const scratch *made, const char *path, mgw_ws_source *source, smgw_error *error)
{
    return mgw_ws_open_read(made->workspace, mgw_bytes_str(path), 100, source, error);
}

static void assert_reads(const scratch *made, const char *path, const char *expected)
{
    mgw_ws_source source;
    char found[101] = "";
    assert_int_equal(open_read(made, path, &source, NULL), SMGW_OK);
    assert_int_equal(source.size, strlen(expected));
    assert_int_equal(read(source.fd, found, 100), (ssize_t)strlen(expected));
    assert_string_equal(found, expected);
    assert_true((fcntl(source.fd, F_GETFD) & FD_CLOEXEC) != 0);
    assert_int_equal(close(source.fd), 0);
}

static void assert_refused(const scratch *made, const char *path, smgw_status status)
{
    mgw_ws_source source = { 99, 99 };
    smgw_error error = SMGW_ERROR_INIT;
    assert_int_equal(open_read(made, path, &source, &error), status);
    assert_int_equal(error.status, status);
    assert_int_equal(source.fd, -1);
    assert_int_equal(source.size, 0);
    assert_int_equal(open_read(made, path, &source, NULL), status);
}

static void files_at_any_depth_are_read(void **state)
{
    const scratch *made = *state;
    write_text(below(made->inside, "a"), "top");
    write_text(below(made->inside, "..."), "");
    assert_int_equal(mkdir(below(made->inside, "in"), 0700), 0);
    assert_int_equal(mkdir(below(made->inside, "in/..b"), 0755), 0);
    write_text(below(made->inside, "in/..b/\xc3\xa9"), "deep");
    assert_reads(made, "a", "top");
    assert_reads(made, "...", "");
    assert_reads(made, "in/..b/\xc3\xa9", "deep");
}

static void size_is_capped_to_the_byte(void **state)
{
    const scratch *made = *state;
    char text[102];
    memset(text, 'x', sizeof text);
    text[100] = '\0';
    write_text(below(made->inside, "fits"), text);
    assert_reads(made, "fits", text);
    text[100] = 'x';
    text[101] = '\0';
    write_text(below(made->inside, "large"), text);
    assert_refused(made, "large", SMGW_ERR_TOO_LARGE);
}

static void paths_keep_the_rule(void **state)
{
    const scratch *made = *state;
    char longest[MGW_WS_MAX_PATH + 1];
    memset(longest, 'a', sizeof longest);
    const struct {
        mgw_bytes path;
        smgw_rule rule;
    } cases[] = {
        { MGW_LIT(""), SMGW_RULE_EMPTY },
        { MGW_LIT("/etc/passwd"), SMGW_RULE_TRAVERSAL },
        { MGW_LIT("/"), SMGW_RULE_TRAVERSAL },
        { MGW_LIT("."), SMGW_RULE_TRAVERSAL },
        { MGW_LIT(".."), SMGW_RULE_TRAVERSAL },
        { MGW_LIT("../outside/secret"), SMGW_RULE_TRAVERSAL },
        { MGW_LIT("a/../a"), SMGW_RULE_TRAVERSAL },
        { MGW_LIT("./a"), SMGW_RULE_TRAVERSAL },
        { MGW_LIT("a/."), SMGW_RULE_TRAVERSAL },
        { MGW_LIT("a/.."), SMGW_RULE_TRAVERSAL },
        { MGW_LIT("a//a"), SMGW_RULE_LEVEL },
        { MGW_LIT("a/"), SMGW_RULE_LEVEL },
        { MGW_LIT("a\0"), SMGW_RULE_NUL },
        { MGW_LIT("a\0/../../etc/passwd"), SMGW_RULE_NUL },
        { MGW_LIT("a\n"), SMGW_RULE_CONTROL },
        { MGW_LIT("a\x7f"), SMGW_RULE_CONTROL },
        { { longest, sizeof longest }, SMGW_RULE_TOO_LONG },
    };
    write_text(below(made->inside, "a"), "x");
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        mgw_ws_source source;
        smgw_error error = SMGW_ERROR_INIT;
        assert_int_equal(mgw_ws_open_read(made->workspace, cases[i].path, 100, &source, &error), SMGW_ERR_INVALID);
        assert_int_equal(error.rule, cases[i].rule);
        assert_string_equal(error.field, "path");
        assert_int_equal(source.fd, -1);
    }
    mgw_ws_source source;
    assert_int_equal(mgw_ws_open_read(made->workspace, mgw_bytes_of(longest, MGW_WS_MAX_PATH), 100, &source, NULL),
        SMGW_ERR_NOT_FOUND);
    for (size_t i = 1; i < MGW_WS_MAX_PATH; i += 2)
        longest[i] = '/';
    longest[MGW_WS_MAX_PATH - 1] = 'a';
    longest[MGW_WS_MAX_PATH - 2] = 'a';
    assert_int_equal(mgw_ws_open_read(made->workspace, mgw_bytes_of(longest, MGW_WS_MAX_PATH), 100, &source, NULL),
        SMGW_ERR_NOT_FOUND);
}

static void links_are_never_followed(void **state)
{
    const scratch *made = *state;
    assert_int_equal(mkdir(below(made->inside, "in"), 0700), 0);
    write_text(below(made->inside, "in/a"), "inside");
    assert_int_equal(symlink("in/a", below(made->inside, "file")), 0);
    assert_int_equal(symlink("in", below(made->inside, "dir")), 0);
    assert_int_equal(symlink("../outside", below(made->inside, "out")), 0);
    assert_int_equal(symlink(made->outside, below(made->inside, "absolute")), 0);
    assert_int_equal(symlink("/proc/self/root", below(made->inside, "magic")), 0);
    assert_int_equal(symlink("self", below(made->inside, "self")), 0);
    assert_int_equal(link(below(made->outside, "secret"), below(made->inside, "hard")), 0);
    assert_refused(made, "file", SMGW_ERR_REFUSED);
    assert_refused(made, "dir/a", SMGW_ERR_REFUSED);
    assert_refused(made, "out/secret", SMGW_ERR_REFUSED);
    assert_refused(made, "absolute/secret", SMGW_ERR_REFUSED);
    assert_refused(made, "magic/etc/passwd", SMGW_ERR_REFUSED);
    assert_refused(made, "self", SMGW_ERR_REFUSED);
    assert_refused(made, "self/a", SMGW_ERR_REFUSED);
    assert_refused(made, "hard", SMGW_ERR_REFUSED);
    assert_reads(made, "in/a", "inside");
}

static void only_regular_files_are_opened(void **state)
{
    const scratch *made = *state;
    assert_int_equal(mkfifo(below(made->inside, "fifo"), 0600), 0);
    assert_int_equal(mkdir(below(made->inside, "dir"), 0700), 0);
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s/socket", made->inside);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(close(fd), 0);
    /* A FIFO without a writer would block a reader that opened it. */
    (void)alarm(20);
    assert_refused(made, "fifo", SMGW_ERR_REFUSED);
    (void)alarm(0);
    assert_refused(made, "dir", SMGW_ERR_REFUSED);
    assert_refused(made, "socket", SMGW_ERR_REFUSED);
    assert_refused(made, "socket/a", SMGW_ERR_NOT_FOUND);
    assert_refused(made, "nothing", SMGW_ERR_NOT_FOUND);
    assert_refused(made, "nothing/a", SMGW_ERR_NOT_FOUND);
}

static void devices_are_not_opened(void **state)
{
    const scratch *made = *state;
    /* /dev/zero */
    if (mknod(below(made->inside, "zero"), S_IFCHR | 0600, 0x105) != 0) {
        print_message("this user cannot make a device\n");
        skip();
    }
    assert_refused(made, "zero", SMGW_ERR_REFUSED);
}

/* Makes the file in/file where it is not there yet, and looks it up. */
static int look_up_below(const scratch *made)
{
    (void)mkdir(below(made->inside, "in"), 0700);
    write_text(below(made->inside, "in/file"), "x");
    return mgw_ws_lookup(made->workspace, "in/file", O_RDONLY);
}

/* /proc has what a test cannot make: magic links, at its end and on the way, whose text is no path. */
static void magic_links_are_never_followed(void **state)
{
    scratch *made = *state;
    int outside = open(made->outside, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int proc = open("/proc/self", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(outside >= 0);
    assert_true(proc >= 0);
    mgw_workspace in_proc = { .fd = proc, .mount = mgw_ws_mount_of(proc), .fallbacks = scratch_fallbacks };
    assert_int_equal(fstat(proc, &in_proc.info), 0);
    char path[64];
    (void)snprintf(path, sizeof path, "fd/%d/secret", outside);
    const char *const paths[] = { path, "root/etc/passwd", "cwd/x", "root", "exe" };
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        assert_int_equal(mgw_ws_lookup(&in_proc, paths[i], O_RDONLY), -1);
        assert_int_equal(errno, ELOOP);
    }
    int status = mgw_ws_lookup(&in_proc, "status", O_RDONLY);
    assert_true(status >= 0);
    assert_int_equal(close(status), 0);
    assert_int_equal(close(proc), 0);
    assert_int_equal(close(outside), 0);
}

static void lookup_stays_on_its_own_mount(void **state)
{
    (void)state;
    int root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(root >= 0);
    mgw_workspace whole = { .fd = root, .mount = mgw_ws_mount_of(root), .fallbacks = scratch_fallbacks };
    assert_int_equal(fstat(root, &whole.info), 0);
    const char *const paths[] = { "proc/version", "proc" };
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        assert_int_equal(mgw_ws_lookup(&whole, paths[i], O_RDONLY), -1);
        assert_int_equal(errno, EXDEV);
    }
    assert_int_equal(close(root), 0);
}

/* As on overlayfs and btrfs: the workspace seems to lie on a device that its files do not lie on. */
static void one_mount_may_have_several_devices(void **state)
{
    scratch *made = *state;
    if (made->workspace->mount == 0) {
        print_message("this kernel does not tell the mount of a file\n");
        skip();
    }
    made->workspace->info.st_dev++;
    int fd = look_up_below(made);
    assert_true(fd >= 0);
    assert_int_equal(close(fd), 0);
}

static void the_device_decides_where_the_mount_is_unknown(void **state)
{
    scratch *made = *state;
    made->workspace->mount = 0;
    mgw_workspace_force(made->workspace, MGW_WS_WALK);
    int fd = look_up_below(made);
    assert_true(fd >= 0);
    assert_int_equal(close(fd), 0);
    made->workspace->info.st_dev++;
    assert_int_equal(look_up_below(made), -1);
    assert_int_equal(errno, EXDEV);
}

static void holding_is_seen_by_climbing(void **state)
{
    const scratch *made = *state;
    assert_int_equal(mkdir(below(made->inside, "a"), 0700), 0);
    assert_int_equal(mkdir(below(made->inside, "a/b"), 0700), 0);
    const struct {
        const char *path;
        bool inside;
    } cases[] = { { made->inside, true }, { below(made->inside, "a/b"), true }, { made->outside, false },
        { made->root, false }, { "/", false } };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int fd = open(cases[i].path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        assert_true(fd >= 0);
        assert_int_equal(mgw_ws_holds(made->workspace, fd), cases[i].inside);
        assert_int_equal(close(fd), 0);
    }
    assert_false(mgw_ws_holds(made->workspace, -1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORKSPACE_TEST(files_at_any_depth_are_read),
        WORKSPACE_TEST(size_is_capped_to_the_byte),
        WORKSPACE_TEST(paths_keep_the_rule),
        WORKSPACE_TEST(links_are_never_followed),
        WORKSPACE_TEST(only_regular_files_are_opened),
        WORKSPACE_TEST(devices_are_not_opened),
        WORKSPACE_TEST(magic_links_are_never_followed),
        WORKSPACE_TEST(lookup_stays_on_its_own_mount),
        WORKSPACE_TEST(one_mount_may_have_several_devices),
        WORKSPACE_TEST(the_device_decides_where_the_mount_is_unknown),
        WORKSPACE_TEST(holding_is_seen_by_climbing),
    };
    int failures = 0;
    SCRATCH_RUN(tests, failures)
    return failures;
}
