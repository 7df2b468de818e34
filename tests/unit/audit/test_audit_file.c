/* SPDX-License-Identifier: MIT */
/* The trail in its file: numbering, failed and short writes, threads. Rows L11 and L13 of the attack catalogue. */
#include "fixture.h"

#include "support/failing_alloc.h"

#include <fcntl.h>
#include <jansson.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/stat.h>

/* The lines of the file; the caller frees the text. */
typedef struct lines {
    char *text;
    char *item[100];
    size_t count;
} lines;

static lines read_lines(const char *path)
{
    lines read = { .count = 0 };
    struct stat info;
    int fd = open(path, O_RDONLY);
    assert_true(fd >= 0);
    assert_int_equal(fstat(fd, &info), 0);
    read.text = calloc(1, (size_t)info.st_size + 1);
    assert_non_null(read.text);
    assert_int_equal(pread(fd, read.text, (size_t)info.st_size, 0), info.st_size);
    close(fd);
    char *rest = read.text;
    for (char *end; read.count < COUNT_OF(read.item) && (end = strchr(rest, '\n')) != NULL; rest = end + 1) {
        *end = '\0';
        read.item[read.count++] = rest;
    }
    assert_string_equal(rest, "");
    return read;
}

static void assert_lines(const char *path, const char *const *expected, size_t count)
{
    lines read = read_lines(path);
    for (size_t i = 0; i < count && i < read.count; i++)
        assert_string_equal(read.item[i], expected[i]);
    assert_int_equal(read.count, count);
    free(read.text);
}

static void file_goes_on_after_its_last_record(void **state)
{
    fixture *f = *state;
    meet(NULL, 0);
    for (uint64_t i = 1; i <= 4; i++) {
        mgw_audit *audit = open_audit(f, SMGW_AUDIT_FILE, SMGW_AUDIT_REFUSE);
        assert_int_equal(emit(audit, i, NULL), SMGW_OK);
        mgw_audit_free(audit);
    }
    static const char *const expected[] = {
        LINE("1", "1") "}", LINE("2", "2") "}", LINE("3", "3") "}", LINE("4", "4") "}",
    };
    assert_int_equal(writes, 4);
    assert_lines(f->path, expected, COUNT_OF(expected));
}

static void torn_line_of_a_crash_is_ended(void **state)
{
    fixture *f = *state;
    static const char torn[] = LINE("1", "1") "}\n{\"timest";
    int fd = open(f->path, O_WRONLY | O_CREAT, 0600);
    assert_int_equal(write(fd, torn, sizeof torn - 1), sizeof torn - 1);
    close(fd);
    mgw_audit *audit = open_audit(f, SMGW_AUDIT_FILE, SMGW_AUDIT_REFUSE);
    meet(NULL, 0);
    assert_int_equal(emit(audit, 2, NULL), SMGW_OK);
    assert_int_equal(writes, 1);
    assert_int_equal(emit(audit, 3, NULL), SMGW_OK);
    mgw_audit_free(audit);
    static const char *const expected[] = {
        LINE("1", "1") "}", "{\"timest", LINE("2", "2") ",\"gap\":true}", LINE("3", "3") "}",
    };
    assert_lines(f->path, expected, COUNT_OF(expected));
}

/* The record that landed behind the torn line is written once more, where it can be read. */
static void torn_line_of_another_process_takes_no_record(void **state)
{
    fixture *f = *state;
    meet(NULL, 0);
    mgw_audit *audit = open_audit(f, SMGW_AUDIT_FILE, SMGW_AUDIT_REFUSE);
    assert_int_equal(emit(audit, 1, NULL), SMGW_OK);
    int fd = open(f->path, O_WRONLY | O_APPEND);
    assert_int_equal(write(fd, "{\"timest", 8), 8);
    close(fd);
    assert_int_equal(emit(audit, 2, NULL), SMGW_OK);
    assert_int_equal(emit(audit, 3, NULL), SMGW_OK);
    mgw_audit_free(audit);
    static const char *const expected[] = {
        LINE("1", "1") "}", "{\"timest" LINE("2", "2") "}", LINE("2", "2") ",\"gap\":true}", LINE("3", "3") "}",
    };
    assert_lines(f->path, expected, COUNT_OF(expected));
}

static void short_write_is_ended_and_repeated(void **state)
{
    fixture *f = *state;
    static const fault once[] = { { 0, 10 } };
    mgw_audit *audit = open_audit(f, SMGW_AUDIT_FILE, SMGW_AUDIT_REFUSE);
    meet(once, 1);
    assert_int_equal(emit(audit, 1, NULL), SMGW_OK);
    assert_int_equal(writes, 2);
    assert_int_equal(emit(audit, 2, NULL), SMGW_OK);
    mgw_audit_free(audit);
    static const char *const expected[] = { "{\"timestam", LINE("1", "1") ",\"gap\":true}", LINE("2", "2") "}" };
    assert_lines(f->path, expected, COUNT_OF(expected));
}

static void full_disk_refuses_and_repairs_later(void **state)
{
    fixture *f = *state;
    static const fault full[] = { { 0, 10 }, { 0, 1 }, { ENOSPC, 0 }, { 0, 4 }, { ENOSPC, 0 } };
    mgw_audit *audit = open_audit(f, SMGW_AUDIT_FILE, SMGW_AUDIT_REFUSE);
    smgw_error error = SMGW_ERROR_INIT;
    meet(full, COUNT_OF(full));
    assert_int_equal(emit(audit, 1, &error), SMGW_ERR_AUDIT); /* Only the line end found room at the second try. */
    assert_non_null(strstr(error.message, strerror(ENOSPC)));
    assert_int_equal(emit(audit, 2, NULL), SMGW_ERR_AUDIT);
    assert_int_equal(emit(audit, 3, NULL), SMGW_ERR_AUDIT);
    assert_int_equal(writes, 5);
    assert_int_equal(emit(audit, 4, NULL), SMGW_OK);
    assert_int_equal(emit(audit, 5, NULL), SMGW_OK);
    mgw_audit_free(audit);
    static const char *const expected[] = {
        "{\"timestam", "{\"ti", LINE("4", "4") ",\"gap\":true,\"lost\":3}", LINE("5", "5") "}",
    };
    assert_lines(f->path, expected, COUNT_OF(expected));
}

static void interrupted_write_is_repeated(void **state)
{
    fixture *f = *state;
    static const fault twice[] = { { EINTR, 0 }, { EINTR, 0 } };
    mgw_audit *audit = open_audit(f, SMGW_AUDIT_FILE, SMGW_AUDIT_REFUSE);
    meet(twice, COUNT_OF(twice));
    assert_int_equal(emit(audit, 1, NULL), SMGW_OK);
    mgw_audit_free(audit);
    static const char *const expected[] = { LINE("1", "1") "}" };
    assert_lines(f->path, expected, 1);
}

/* A real limit of the system, as far as it can be had without a full disk. */
static void file_size_limit_refuses_and_reopening_repairs(void **state)
{
    fixture *f = *state;
    struct rlimit before;
    meet(NULL, 0);
    mgw_audit *audit = open_audit(f, SMGW_AUDIT_FILE, SMGW_AUDIT_REFUSE);
    assert_int_equal(emit(audit, 1, NULL), SMGW_OK);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    struct rlimit tight = { sizeof(LINE("1", "1") "}\n") - 1 + 20, before.rlim_max };
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    smgw_error error = SMGW_ERROR_INIT;
    smgw_status short_status = emit(audit, 2, &error);
    smgw_status full_status = emit(audit, 3, NULL);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(short_status, SMGW_ERR_AUDIT);
    assert_int_equal(full_status, SMGW_ERR_AUDIT);
    assert_non_null(strstr(error.message, strerror(EFBIG)));
    mgw_audit_free(audit);
    audit = open_audit(f, SMGW_AUDIT_FILE, SMGW_AUDIT_REFUSE);
    assert_int_equal(emit(audit, 4, NULL), SMGW_OK);
    mgw_audit_free(audit);
    static const char *const expected[] = {
        LINE("1", "1") "}", "{\"timestamp\":\"1970-0", LINE("2", "4") ",\"gap\":true}",
    };
    assert_lines(f->path, expected, COUNT_OF(expected));
}

static void commit_never_allocates(void **state)
{
    fixture *f = *state;
    const mgw_bytes address = MGW_LIT("ada@example.com");
    mgw_audit *audit = open_audit(f, SMGW_AUDIT_FILE, SMGW_AUDIT_REFUSE);
    mgw_audit_record record;
    failing_alloc_start(1);
    mgw_audit_begin(&record, audit, MGW_AUDIT_EMAIL_SENT, MGW_LIT("work"));
    mgw_audit_recipients(&record, &address, 1);
    smgw_status status = mgw_audit_commit(&record, NULL);
    assert_false(failing_alloc_stop());
    assert_int_equal(status, SMGW_OK);
    mgw_audit_free(audit);
    for (unsigned long n = 1; n <= 2; n++) {
        smgw_audit_options options = SMGW_AUDIT_OPTIONS_INIT;
        options.sink = SMGW_AUDIT_FILE;
        options.path = f->path;
        failing_alloc_start(n);
        assert_int_equal(mgw_audit_new(&audit, &options, NULL), SMGW_ERR_NO_MEMORY);
        assert_true(failing_alloc_stop());
        assert_null(audit);
    }
}

enum { THREADS = 8, RECORDS = 1000 };

static void *write_many(void *context)
{
    for (uint64_t i = 0; i < RECORDS; i++)
        if (emit(context, i, NULL) != SMGW_OK)
            return context;
    return NULL;
}

static void threads_write_whole_lines_without_a_gap(void **state)
{
    fixture *f = *state;
    pthread_t threads[THREADS];
    mgw_audit *audit = open_audit(f, SMGW_AUDIT_FILE, SMGW_AUDIT_REFUSE);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_many, audit), 0);
    for (int i = 0; i < THREADS; i++) {
        void *failed = audit;
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
    mgw_audit_free(audit);
    FILE *file = fopen(f->path, "r");
    char line[MGW_AUDIT_LINE_MAX + 1];
    json_int_t count = 0;
    json_int_t sum = 0;
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        json_t *parsed = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
        assert_non_null(parsed);
        assert_int_equal(json_integer_value(json_object_get(parsed, "seq")), ++count);
        sum += json_integer_value(json_object_get(json_object_get(parsed, "details"), "n"));
        json_decref(parsed);
    }
    fclose(file);
    assert_int_equal(count, THREADS * RECORDS);
    assert_int_equal(sum, THREADS * (RECORDS * (RECORDS - 1) / 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PLACE(file_goes_on_after_its_last_record),
        WITH_PLACE(torn_line_of_a_crash_is_ended),
        WITH_PLACE(torn_line_of_another_process_takes_no_record),
        WITH_PLACE(short_write_is_ended_and_repeated),
        WITH_PLACE(full_disk_refuses_and_repairs_later),
        WITH_PLACE(interrupted_write_is_repeated),
        WITH_PLACE(file_size_limit_refuses_and_reopening_repairs),
        WITH_PLACE(commit_never_allocates),
        WITH_PLACE(threads_write_whole_lines_without_a_gap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
