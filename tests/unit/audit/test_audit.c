/* SPDX-License-Identifier: MIT */
/* The trail as a whole: sinks, numbering, failed and short writes. Rows L11, L13 and L21 of the attack catalogue. */
#include "support/test.h"

#include "audit/audit.h"
#include "support/failing_alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What the next writes to a file descriptor meet; the library's write() ends here. */
typedef struct fault {
    int error;    /* The write fails with this, or 0. */
    size_t bytes; /* Where error is 0: no more than this is written. */
} fault;

static const fault *faults;
static size_t faults_left;
static unsigned writes;

ssize_t write(int fd, const void *data, size_t len)
{
    writes++;
    if (faults_left > 0) {
        const fault next = *faults++;
        faults_left--;
        if (next.error != 0) {
            errno = next.error;
            return -1;
        }
        if (len > next.bytes)
            len = next.bytes;
    }
    return (ssize_t)syscall(SYS_write, fd, data, len);
}

static void meet(const fault *list, size_t count)
{
    faults = list;
    faults_left = count;
    writes = 0;
}

typedef struct fixture {
    char directory[64];
    char path[100];
    int64_t now;
    bool refuse;
    char taken[MGW_AUDIT_LINE_MAX];
} fixture;

static int setup(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    if (f == NULL)
        return -1;
    snprintf(f->directory, sizeof f->directory, "/tmp/smgw-audit-XXXXXX");
    if (mkdtemp(f->directory) == NULL)
        return -1;
    snprintf(f->path, sizeof f->path, "%s/trail", f->directory);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    fixture *f = *state;
    meet(NULL, 0);
    unlink(f->path);
    rmdir(f->directory);
    free(f);
    return 0;
}

static int64_t fake_clock(void *context)
{
    const fixture *f = context;
    return f->now;
}

static bool take(void *context, const char *record, size_t len)
{
    fixture *f = context;
    if (f->refuse)
        return false;
    memcpy(f->taken, record, len);
    f->taken[len] = '\0';
    return true;
}

static mgw_audit *open_audit(fixture *f, smgw_audit_sink sink, smgw_audit_failure on_failure)
{
    smgw_audit_options options = SMGW_AUDIT_OPTIONS_INIT;
    options.sink = sink;
    options.path = f->path;
    options.callback = take;
    options.callback_context = f;
    options.on_failure = on_failure;
    mgw_audit *audit = NULL;
    smgw_error error = SMGW_ERROR_INIT;
    assert_int_equal(mgw_audit_new(&audit, &options, &error), SMGW_OK);
    mgw_audit_set_clock(audit, fake_clock, f);
    return audit;
}

static smgw_status emit(mgw_audit *audit, uint64_t number, smgw_error *error)
{
    mgw_audit_record record;
    mgw_audit_begin(&record, audit, MGW_AUDIT_EMAIL_SENT, MGW_LIT("work"));
    mgw_audit_u64(&record, "n", number);
    return mgw_audit_commit(&record, error);
}

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

#define LINE(seq, n) \
    "{\"timestamp\":\"1970-01-01T00:00:00.000Z\",\"seq\":" seq ",\"level\":\"INFO\",\"event\":\"EMAIL_SENT\"," \
    "\"account\":\"work\",\"details\":{\"n\":" n "}"

static void assert_lines(const char *path, const char *const *expected, size_t count)
{
    lines read = read_lines(path);
    for (size_t i = 0; i < count && i < read.count; i++)
        assert_string_equal(read.item[i], expected[i]);
    assert_int_equal(read.count, count);
    free(read.text);
}

static void init_function_and_macro_agree(void **state)
{
    (void)state;
    const smgw_audit_options macro = SMGW_AUDIT_OPTIONS_INIT;
    smgw_audit_options written;
    smgw_audit_options_init(&written);
    assert_int_equal(written.struct_size, macro.struct_size);
    assert_int_equal(written.sink, macro.sink);
    assert_null(written.path);
    assert_true(written.callback == NULL);
    assert_null(written.callback_context);
    assert_int_equal(written.on_failure, macro.on_failure);
}

static void unacceptable_options_are_named(void **state)
{
    (void)state;
    const size_t size = sizeof(smgw_audit_options);
    const struct {
        smgw_audit_options options;
        const char *field;
    } rows[] = {
        { { 0, SMGW_AUDIT_NONE, NULL, NULL, NULL, SMGW_AUDIT_REFUSE }, "audit.struct_size" },
        { { size, (smgw_audit_sink)4, NULL, NULL, NULL, SMGW_AUDIT_REFUSE }, "audit.sink" },
        { { size, SMGW_AUDIT_NONE, NULL, NULL, NULL, (smgw_audit_failure)2 }, "audit.on_failure" },
        { { size, SMGW_AUDIT_FILE, NULL, NULL, NULL, SMGW_AUDIT_REFUSE }, "audit.path" },
        { { size, SMGW_AUDIT_FILE, "", NULL, NULL, SMGW_AUDIT_REFUSE }, "audit.path" },
        { { size, SMGW_AUDIT_CALLBACK, NULL, NULL, NULL, SMGW_AUDIT_REFUSE }, "audit.callback" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        smgw_error error = SMGW_ERROR_INIT;
        mgw_audit *audit = (mgw_audit *)&error;
        assert_int_equal(mgw_audit_new(&audit, &rows[i].options, &error), SMGW_ERR_CONFIG);
        assert_null(audit);
        assert_string_equal(error.field, rows[i].field);
    }
    mgw_audit_free(NULL);
}

static void file_that_is_refused_makes_no_trail(void **state)
{
    fixture *f = *state;
    smgw_audit_options options = SMGW_AUDIT_OPTIONS_INIT;
    options.sink = SMGW_AUDIT_FILE;
    options.path = f->directory;
    mgw_audit *audit = NULL;
    smgw_error error = SMGW_ERROR_INIT;
    assert_int_equal(mgw_audit_new(&audit, &options, &error), SMGW_ERR_AUDIT);
    assert_null(audit);
    assert_string_equal(error.field, "audit.path");
}

static void time_is_shown_in_utc(void **state)
{
    fixture *f = *state;
    static const struct {
        int64_t ms;
        const char *shown;
    } rows[] = {
        { 0, "1970-01-01T00:00:00.000Z" },
        { 999, "1970-01-01T00:00:00.999Z" },
        { INT64_C(951782400001), "2000-02-29T00:00:00.001Z" },
        { INT64_C(1767323045678), "2026-01-02T03:04:05.678Z" },
        { INT64_C(253402300799999), "9999-12-31T23:59:59.999Z" },
        { INT64_MAX, "9999-12-31T23:59:59.999Z" },
        { -1, "1970-01-01T00:00:00.000Z" },
        { INT64_MIN, "1970-01-01T00:00:00.000Z" },
    };
    mgw_audit *audit = open_audit(f, SMGW_AUDIT_CALLBACK, SMGW_AUDIT_REFUSE);
    assert_int_equal(setenv("TZ", "Asia/Kolkata", 1), 0);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char start[100];
        f->now = rows[i].ms; /* Also back: the number still counts up. */
        snprintf(start, sizeof start, "{\"timestamp\":\"%s\",\"seq\":%zu,", rows[i].shown, i + 1);
        assert_int_equal(emit(audit, 0, NULL), SMGW_OK);
        assert_memory_equal(f->taken, start, strlen(start));
    }
    unsetenv("TZ");
    mgw_audit_free(audit);
}

static void every_event_has_its_name_and_level(void **state)
{
    fixture *f = *state;
    static const struct {
        mgw_audit_event event;
        const char *name;
        const char *level;
    } rows[] = {
        { MGW_AUDIT_EMAIL_SEND_ATTEMPT, "EMAIL_SEND_ATTEMPT", "INFO" },
        { MGW_AUDIT_EMAIL_SENT, "EMAIL_SENT", "INFO" },
        { MGW_AUDIT_EMAIL_REFUSED, "EMAIL_REFUSED", "WARNING" },
        { MGW_AUDIT_EMAIL_FAILED, "EMAIL_FAILED", "WARNING" },
        { MGW_AUDIT_EMAIL_OUTCOME_UNKNOWN, "EMAIL_OUTCOME_UNKNOWN", "WARNING" },
        { MGW_AUDIT_AUTH_SUCCESS, "AUTH_SUCCESS", "INFO" },
        { MGW_AUDIT_AUTH_FAILURE, "AUTH_FAILURE", "WARNING" },
        { MGW_AUDIT_RATE_LIMIT_EXCEEDED, "RATE_LIMIT_EXCEEDED", "WARNING" },
        { MGW_AUDIT_RECIPIENT_REFUSED, "RECIPIENT_REFUSED", "WARNING" },
        { MGW_AUDIT_ATTACHMENT_DOWNLOAD, "ATTACHMENT_DOWNLOAD", "INFO" },
        { MGW_AUDIT_GATEWAY_START, "GATEWAY_START", "INFO" },
        { MGW_AUDIT_FOLDER_DELETED, "FOLDER_DELETED", "INFO" },
    };
    mgw_audit *audit = open_audit(f, SMGW_AUDIT_CALLBACK, SMGW_AUDIT_REFUSE);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        mgw_audit_record record;
        mgw_audit_begin(&record, audit, rows[i].event, MGW_LIT("work"));
        assert_int_equal(mgw_audit_commit(&record, NULL), SMGW_OK);
        json_t *parsed = json_loads(f->taken, JSON_REJECT_DUPLICATES, NULL);
        assert_string_equal(json_string_value(json_object_get(parsed, "event")), rows[i].name);
        assert_string_equal(json_string_value(json_object_get(parsed, "level")), rows[i].level);
        json_decref(parsed);
    }
    mgw_audit_free(audit);
}

static void refused_callback_refuses_the_operation(void **state)
{
    fixture *f = *state;
    mgw_audit *audit = open_audit(f, SMGW_AUDIT_CALLBACK, SMGW_AUDIT_REFUSE);
    smgw_error error = SMGW_ERROR_INIT;
    f->refuse = true;
    assert_int_equal(emit(audit, 1, &error), SMGW_ERR_AUDIT);
    assert_int_equal(error.status, SMGW_ERR_AUDIT);
    assert_false(error.retryable);
    assert_string_equal(error.message, "audit: the callback did not take the record");
    f->refuse = false;
    assert_int_equal(emit(audit, 2, NULL), SMGW_OK);
    assert_string_equal(f->taken, LINE("2", "2") ",\"lost\":1}");
    assert_int_equal(emit(audit, 3, NULL), SMGW_OK);
    assert_string_equal(f->taken, LINE("3", "3") "}");
    mgw_audit_free(audit);
}

static void warn_goes_on_and_counts(void **state)
{
    fixture *f = *state;
    mgw_audit *audit = open_audit(f, SMGW_AUDIT_CALLBACK, SMGW_AUDIT_WARN);
    f->refuse = true;
    for (uint64_t i = 1; i <= 3; i++)
        assert_int_equal(emit(audit, i, NULL), SMGW_OK);
    f->refuse = false;
    assert_int_equal(emit(audit, 4, NULL), SMGW_OK);
    assert_string_equal(f->taken, LINE("4", "4") ",\"lost\":3}");
    mgw_audit_free(audit);
}

static void none_writes_nothing(void **state)
{
    fixture *f = *state;
    mgw_audit *audit = open_audit(f, SMGW_AUDIT_NONE, SMGW_AUDIT_REFUSE);
    f->refuse = true;
    meet(NULL, 0);
    assert_int_equal(emit(audit, 1, NULL), SMGW_OK);
    assert_int_equal(writes, 0);
    assert_int_equal(access(f->path, F_OK), -1);
    mgw_audit_free(audit);
}

static void stderr_gets_one_write_a_record(void **state)
{
    fixture *f = *state;
    int ends[2];
    char got[200];
    mgw_audit *audit = open_audit(f, SMGW_AUDIT_STDERR, SMGW_AUDIT_REFUSE);
    int before = dup(STDERR_FILENO);
    assert_int_equal(pipe(ends), 0);
    dup2(ends[1], STDERR_FILENO);
    meet(NULL, 0);
    smgw_status status = emit(audit, 1, NULL);
    unsigned made = writes;
    dup2(before, STDERR_FILENO);
    close(ends[1]);
    close(before);
    assert_int_equal(status, SMGW_OK);
    assert_int_equal(made, 1);
    ssize_t len = read(ends[0], got, sizeof got - 1);
    close(ends[0]);
    assert_true(len > 0);
    got[len] = '\0';
    assert_string_equal(got, LINE("1", "1") "}\n");
    mgw_audit_free(audit);
    assert_true(fcntl(STDERR_FILENO, F_GETFD) >= 0);
}

static void closed_stderr_makes_no_trail(void **state)
{
    (void)state;
    mgw_audit *audit = NULL;
    smgw_error error = SMGW_ERROR_INIT;
    int before = dup(STDERR_FILENO);
    close(STDERR_FILENO);
    smgw_status status = mgw_audit_new(&audit, NULL, &error);
    dup2(before, STDERR_FILENO);
    close(before);
    assert_int_equal(status, SMGW_ERR_AUDIT);
    assert_string_equal(error.field, "audit.sink");
    assert_null(audit);
}

static void stderr_without_a_reader_refuses(void **state)
{
    fixture *f = *state;
    int ends[2];
    mgw_audit *audit = open_audit(f, SMGW_AUDIT_STDERR, SMGW_AUDIT_REFUSE);
    int before = dup(STDERR_FILENO);
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    dup2(ends[1], STDERR_FILENO);
    meet(NULL, 0);
    smgw_status status = emit(audit, 1, NULL);
    dup2(before, STDERR_FILENO);
    close(ends[1]);
    close(before);
    assert_int_equal(status, SMGW_ERR_AUDIT);
    mgw_audit_free(audit);
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

#define WITH_PLACE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(init_function_and_macro_agree),
        cmocka_unit_test(unacceptable_options_are_named),
        WITH_PLACE(file_that_is_refused_makes_no_trail),
        WITH_PLACE(time_is_shown_in_utc),
        WITH_PLACE(every_event_has_its_name_and_level),
        WITH_PLACE(refused_callback_refuses_the_operation),
        WITH_PLACE(warn_goes_on_and_counts),
        WITH_PLACE(none_writes_nothing),
        WITH_PLACE(stderr_gets_one_write_a_record),
        cmocka_unit_test(closed_stderr_makes_no_trail),
        WITH_PLACE(stderr_without_a_reader_refuses),
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
