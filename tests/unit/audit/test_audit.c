/* SPDX-License-Identifier: MIT */
/* The trail and what goes into it: options, events, times, every sink but the file. Row L21 of the attack catalogue. */
#include "fixture.h"

#include <fcntl.h>
#include <jansson.h>

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
        { MGW_AUDIT_FOLDER_SUBSCRIBED, "FOLDER_SUBSCRIBED", "INFO" },
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
