/* SPDX-License-Identifier: MIT */
/* Opening the file of a trail: what is refused, and what is read from its end. Row L15 of the attack catalogue. */
#include "support/test.h"

#include "audit/audit.h"
#include "audit/trail_file.h"
#include "base/buf.h"
#include "support/failing_alloc.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define RECORD(seq) "{\"timestamp\":\"2026-01-02T03:04:05.678Z\",\"seq\":" seq ",\"level\":\"INFO\"}\n"

typedef struct place {
    char directory[64];
    char path[100];
    char other[100];
} place;

static int setup(void **state)
{
    place *p = calloc(1, sizeof *p);
    if (p == NULL)
        return -1;
    snprintf(p->directory, sizeof p->directory, "/tmp/smgw-audit-XXXXXX");
    if (mkdtemp(p->directory) == NULL)
        return -1;
    snprintf(p->path, sizeof p->path, "%s/trail", p->directory);
    snprintf(p->other, sizeof p->other, "%s/other", p->directory);
    *state = p;
    return 0;
}

static int teardown(void **state)
{
    place *p = *state;
    unlink(p->path);
    unlink(p->other);
    rmdir(p->path);
    rmdir(p->directory);
    free(p);
    return 0;
}

static void put_file(const char *path, mgw_bytes content, mode_t mode)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(content.data, 1, content.len, file), content.len);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static void assert_refused(const char *path, const char *reason)
{
    int fd = 99;
    mgw_audit_tail tail;
    smgw_error error = SMGW_ERROR_INIT;
    assert_int_equal(mgw_audit_file_open(path, &fd, &tail, &error), SMGW_ERR_AUDIT);
    assert_int_equal(fd, -1);
    assert_string_equal(error.field, "audit.path");
    if (strstr(error.message, reason) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", error.message, reason);
}

static mgw_audit_tail open_tail(const char *path)
{
    int fd = -1;
    mgw_audit_tail tail = { 99, true, true };
    assert_int_equal(mgw_audit_file_open(path, &fd, &tail, NULL), SMGW_OK);
    int flags = fcntl(fd, F_GETFL);
    assert_true((flags & O_APPEND) != 0);
    assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
    close(fd);
    return tail;
}

static void new_file_is_private_and_empty(void **state)
{
    const place *p = *state;
    struct stat info;
    mode_t before = umask(0);
    mgw_audit_tail tail = open_tail(p->path);
    umask(before);
    assert_int_equal(stat(p->path, &info), 0);
    assert_int_equal(info.st_mode & 07777, 0600);
    assert_int_equal(info.st_size, 0);
    assert_int_equal(tail.seq, 0);
    assert_false(tail.torn);
    assert_false(tail.gap);
}

static void writable_for_others_is_refused(void **state)
{
    const place *p = *state;
    static const struct {
        mode_t mode;
        bool accepted;
    } rows[] = { { 0666, false }, { 0620, false }, { 0602, false }, { 0600, true }, { 0644, true } };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        put_file(p->path, MGW_LIT(RECORD("1")), rows[i].mode);
        if (rows[i].accepted)
            open_tail(p->path);
        else
            assert_refused(p->path, "must not be writable for group or others");
    }
}

static void links_are_refused(void **state)
{
    const place *p = *state;
    put_file(p->other, MGW_LIT("precious"), 0600);
    assert_int_equal(symlink(p->other, p->path), 0);
    assert_refused(p->path, "cannot be opened");
    assert_int_equal(unlink(p->path), 0);
    assert_int_equal(link(p->other, p->path), 0);
    assert_refused(p->path, "must have one name only");
    assert_int_equal(unlink(p->path), 0);
    assert_int_equal(symlink("nowhere", p->path), 0);
    assert_refused(p->path, "cannot be opened");
}

static void what_is_no_file_is_refused_without_waiting(void **state)
{
    const place *p = *state;
    assert_int_equal(mkfifo(p->path, 0600), 0);
    assert_refused(p->path, "must be a regular file");
    assert_int_equal(unlink(p->path), 0);
    assert_int_equal(mkdir(p->path, 0700), 0);
    assert_refused(p->path, "cannot be opened");
    assert_refused("/dev/full", geteuid() == 0 ? "must be a regular file" : "");
    assert_refused("/nonexistent/trail", "cannot be opened");
    assert_refused("", "cannot be opened");
}

static void file_of_somebody_else_is_refused(void **state)
{
    const place *p = *state;
    if (geteuid() != 0)
        skip();
    put_file(p->path, MGW_LIT(RECORD("1")), 0600);
    assert_int_equal(chown(p->path, 12345, 12345), 0);
    assert_refused(p->path, "must belong to the user of the process");
}

static void reads_how_the_file_ends(void **state)
{
    const place *p = *state;
    const struct {
        mgw_bytes content;
        mgw_audit_tail tail;
    } rows[] = {
        { MGW_LIT(RECORD("1")), { 1, false, false } },
        { MGW_LIT(RECORD("8") RECORD("9")), { 9, false, false } },
        { MGW_LIT(RECORD("9") "{\"timestamp\":\"2026-01"), { 9, true, true } },
        { MGW_LIT(RECORD("9") "{\"timestamp\":\"2026-01-02T03:04:05.678Z\",\"seq\":10,\"le"), { 10, true, true } },
        { MGW_LIT(RECORD("9") "{\"timestamp\":\"2026-01-02T03:04:05.678Z\",\"seq\":10"), { 9, true, true } },
        { MGW_LIT(RECORD("9") "x"), { 9, true, true } },
        { MGW_LIT(RECORD("9") "x\n"), { 9, false, true } },
        { MGW_LIT(RECORD("9") "\n"), { 9, false, true } },
        { MGW_LIT(RECORD("9") "\0\0\0\0"), { 9, true, true } },
        { MGW_LIT("x\ny\n" RECORD("9")), { 9, false, false } },
        { MGW_LIT("{\"timestamp\":"), { 0, true, true } },
        { MGW_LIT("no trail\nat all\n"), { 0, false, true } },
        { MGW_LIT("\n"), { 0, false, true } },
        { MGW_LIT("\n\n\n"), { 0, false, true } },
        { MGW_LIT(RECORD("-1")), { 0, false, true } },
        { MGW_LIT(RECORD("")), { 0, false, true } },
        { MGW_LIT(RECORD("18446744073709551615")), { 0, false, true } },
        { MGW_LIT(RECORD("999999999999999999999999")), { 0, false, true } },
        { MGW_LIT(RECORD("9223372036854775807")), { INT64_MAX, false, false } },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        put_file(p->path, rows[i].content, 0600);
        mgw_audit_tail tail = open_tail(p->path);
        if (tail.seq != rows[i].tail.seq || tail.torn != rows[i].tail.torn || tail.gap != rows[i].tail.gap)
            fail_msg("row %zu: seq %llu torn %d gap %d", i, (unsigned long long)tail.seq, tail.torn, tail.gap);
    }
}

/* A text of a peer inside a record cannot pass for its number, nor a record cut at the front for a whole one. */
static void number_is_read_at_its_place_only(void **state)
{
    const place *p = *state;
    put_file(p->path,
        MGW_LIT("{\"timestamp\":\"2026-01-02T03:04:05.678Z\",\"seq\":5,\"account\":\"\\\"seq\\\":77,\"}\n"), 0600);
    assert_int_equal(open_tail(p->path).seq, 5);
}

static void long_file_is_read_from_its_end(void **state)
{
    const place *p = *state;
    mgw_buf content = MGW_BUF_INIT(1 << 22);
    for (int i = 0; i < 30000; i++)
        mgw_buf_add_str(&content, RECORD("41"));
    mgw_buf_add_str(&content, RECORD("42"));
    put_file(p->path, mgw_buf_bytes(&content), 0600);
    mgw_audit_tail tail = open_tail(p->path);
    assert_int_equal(tail.seq, 42);
    assert_false(tail.gap);
    /* Longer without a line end than any record: nothing is found, and that is said. */
    for (int i = 0; i < 20000; i++)
        mgw_buf_add_byte(&content, 'x');
    put_file(p->path, mgw_buf_bytes(&content), 0600);
    tail = open_tail(p->path);
    assert_int_equal(tail.seq, 0);
    assert_true(tail.torn);
    assert_true(tail.gap);
    mgw_buf_free(&content);
}

/* A host that closed a standard stream and prints to it all the same must not write the trail. */
static void the_places_of_standard_streams_are_left_free(void **state)
{
    const place *p = *state;
    int fd = -1;
    mgw_audit_tail tail;
    int before = dup(STDIN_FILENO);
    close(STDIN_FILENO);
    smgw_status status = mgw_audit_file_open(p->path, &fd, &tail, NULL);
    bool left_free = fcntl(STDIN_FILENO, F_GETFD) < 0;
    dup2(before, STDIN_FILENO);
    close(before);
    assert_int_equal(status, SMGW_OK);
    assert_true(left_free);
    assert_true(fd > STDERR_FILENO);
    assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
    close(fd);
}

static void failed_allocation_closes_the_file(void **state)
{
    const place *p = *state;
    int fd = 99;
    mgw_audit_tail tail;
    failing_alloc_start(1);
    assert_int_equal(mgw_audit_file_open(p->path, &fd, &tail, NULL), SMGW_ERR_NO_MEMORY);
    assert_true(failing_alloc_stop());
    assert_int_equal(fd, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(new_file_is_private_and_empty, setup, teardown),
        cmocka_unit_test_setup_teardown(writable_for_others_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(links_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_no_file_is_refused_without_waiting, setup, teardown),
        cmocka_unit_test_setup_teardown(file_of_somebody_else_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(reads_how_the_file_ends, setup, teardown),
        cmocka_unit_test_setup_teardown(number_is_read_at_its_place_only, setup, teardown),
        cmocka_unit_test_setup_teardown(long_file_is_read_from_its_end, setup, teardown),
        cmocka_unit_test_setup_teardown(the_places_of_standard_streams_are_left_free, setup, teardown),
        cmocka_unit_test_setup_teardown(failed_allocation_closes_the_file, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
