/* SPDX-License-Identifier: MIT */
/*
 * What is stored is what is read, with its flags and date; what is refused leaves no trace on the server.
 */
#include "support/test.h"

#include "support/mail_servers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char raw_message[] =
    "From: ada@example.com\r\nSubject: Gr\303\274\303\237e\r\nMessage-ID: <raw-1@example.com>\r\n"
    "References: <a@b>\r\n <c@d>\r\n\r\nHello,\r\n.\r\n\377 8-bit\r\nno line end";

/* Gives bytes at most `step` at a time. */
typedef struct piecewise {
    const char *data;
    size_t len;
    size_t step;
    size_t asked; /* Octets beyond its end that were asked for. */
} piecewise;

static ptrdiff_t read_piece(void *context, void *buffer, size_t size)
{
    piecewise *source = context;
    size_t len = source->step < size ? source->step : size;
    if (len > source->len)
        len = source->len;
    source->asked += len == 0;
    memcpy(buffer, source->data, len);
    source->data += len;
    source->len -= len;
    return (ptrdiff_t)len;
}

static ptrdiff_t read_nothing(void *context, void *buffer, size_t size)
{
    (void)context, (void)buffer, (void)size;
    return -1;
}

static void start(test_gateway *test)
{
    test_gateway_prepare(test);
    test_gateway_start(test);
}

static void expect_stored(test_gateway *test, const char *folder, const smgw_stored *stored, const char *data,
    size_t len, uint32_t flags, int64_t date)
{
    smgw_error error = SMGW_ERROR_INIT;
    collected bytes = { NULL, 0 };
    const smgw_ref ref = { folder, stored->uidvalidity, stored->uid };
    assert_ok(smgw_fetch_raw(test->gateway, "ada", &ref, collect_bytes, &bytes, NULL, &error), &error);
    assert_int_equal(bytes.len, len);
    assert_memory_equal(bytes.data, data, len);
    collected_dispose(&bytes);
    char uid[16];
    snprintf(uid, sizeof uid, "%u", (unsigned)stored->uid);
    smgw_query query = SMGW_QUERY_INIT;
    query.uids = uid;
    smgw_fetch *fetch = NULL;
    const smgw_mail *mail = NULL;
    assert_ok(smgw_fetch_open(&fetch, test->gateway, "ada", folder, &query, NULL, &error), &error);
    assert_ok(smgw_fetch_next(fetch, &mail, &error), &error);
    assert_int_equal(mail->flags, flags);
    if (date != INT64_MIN)
        assert_int_equal(mail->internal_date, date);
    smgw_fetch_free(fetch);
}

static void a_raw_message_is_stored_as_it_is(void **state)
{
    (void)state;
    static const size_t steps[] = { 1, 7, 100000 };
    const uint32_t flags = SMGW_FLAG_SEEN | SMGW_FLAG_ANSWERED | SMGW_FLAG_FLAGGED | SMGW_FLAG_DRAFT;
    test_gateway test;
    start(&test);
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        smgw_error error = SMGW_ERROR_INIT;
        smgw_stored stored = SMGW_STORED_INIT;
        piecewise source = { raw_message, sizeof raw_message - 1, steps[i], 0 };
        assert_ok(smgw_append_message(test.gateway, "ada", "Archive", read_piece, &source, sizeof raw_message - 1,
                      flags, 1000000000, NULL, &stored, &error),
            &error);
        assert_int_equal(stored.outcome, SMGW_SENT);
        assert_int_not_equal(stored.uid, 0);
        assert_int_equal(source.asked, 0);
        expect_stored(&test, "Archive", &stored, raw_message, sizeof raw_message - 1, flags, 1000000000);
    }
    assert_int_equal(kept_audit_count(&test.audit, "MESSAGE_APPENDED"), 6);
    assert_int_equal(kept_audit_count(&test.audit, "\"outcome\":\"attempted\",\"folder\":\"Archive\""), 3);
    assert_int_equal(kept_audit_count(&test.audit, "\"outcome\":\"done\",\"folder\":\"Archive\""), 3);
    assert_int_equal(kept_audit_count(&test.audit, "raw-1"), 0);
    test_gateway_stop(&test);
}

/* Longer than the window of the header, the piece and the engine's output together. */
static void a_large_message_passes_through(void **state)
{
    (void)state;
    const size_t size = 1000000;
    char *data = malloc(size);
    assert_non_null(data);
    int head = snprintf(data, size, "Subject: large\r\n\r\n");
    for (size_t i = (size_t)head; i < size; i++)
        data[i] = (i - (size_t)head) % 80 == 78 ? '\r' : (i - (size_t)head) % 80 == 79 ? '\n' : (char)('a' + i % 26);
    data[size - 2] = '\r';
    data[size - 1] = '\n';
    data[size - 3] = data[size - 4] = 'x';
    test_gateway test;
    start(&test);
    smgw_error error = SMGW_ERROR_INIT;
    smgw_stored stored = SMGW_STORED_INIT;
    piecewise source = { data, size, 65537, 0 };
    assert_ok(smgw_append_message(
                  test.gateway, "ada", "Archive", read_piece, &source, size, 0, INT64_MIN, NULL, &stored, &error),
        &error);
    expect_stored(&test, "Archive", &stored, data, size, 0, INT64_MIN);
    test_gateway_stop(&test);
    free(data);
}

/* Everything that is refused before the server hears of it. */
static const struct refused_case {
    const char *folder;
    const char *data;
    uint64_t size; /* 0: of the data. */
    uint32_t flags;
    int64_t date;
    smgw_status status;
    const char *field;
} refused_cases[] = {
    { "a\nb", "A: b\r\n", 0, 0, INT64_MIN, SMGW_ERR_INVALID, "folder" },
    { "", "A: b\r\n", 0, 0, INT64_MIN, SMGW_ERR_INVALID, "folder" },
    { "Archive", "A: b\r\n", 0, SMGW_FLAG_DELETED, INT64_MIN, SMGW_ERR_INVALID, "flags" },
    { "Archive", "A: b\r\n", 0, 1 << 5, INT64_MIN, SMGW_ERR_INVALID, "flags" },
    { "Archive", "A: b\r\n", 0, 0, INT64_MAX, SMGW_ERR_INVALID, "internal_date" },
    { "Archive", "", 0, 0, INT64_MIN, SMGW_ERR_INVALID, "size" },
    { "Archive", "A: b\r\n", 5001, 0, INT64_MIN, SMGW_ERR_TOO_LARGE, "size" },
    { "Archive", "A: b\r\n", 7, 0, INT64_MIN, SMGW_ERR_IO, "message" },
    { "Archive", "A: b\n\nc\n", 0, 0, INT64_MIN, SMGW_ERR_INVALID, "message" },
    { "Archive", "A: b\r\n\r\nc\rd\r\n", 0, 0, INT64_MIN, SMGW_ERR_INVALID, "message" },
    { "Archive", "A: b\r\n\r\nc\r", 0, 0, INT64_MIN, SMGW_ERR_INVALID, "message" },
    { "Archive", "\r\nbody\r\n", 0, 0, INT64_MIN, SMGW_ERR_INVALID, "header" },
    { "Archive", "Message-ID: x\r\n\r\n", 0, 0, INT64_MIN, SMGW_ERR_INVALID, "Message-ID" },
    { "Archive", "In-Reply-To: <x>\r\n\r\n", 0, 0, INT64_MIN, SMGW_ERR_INVALID, "In-Reply-To" },
    { "Archive", "References: <a@b>\r\n <c>\r\n\r\n", 0, 0, INT64_MIN, SMGW_ERR_INVALID, "References" },
};

static void inputs_are_checked_before_anything(void **state)
{
    (void)state;
    test_gateway test;
    test_gateway_prepare(&test);
    test.options.max_message_size = 5000;
    test_gateway_start(&test);
    for (size_t i = 0; i < COUNT_OF(refused_cases); i++) {
        const struct refused_case *row = &refused_cases[i];
        smgw_error error = SMGW_ERROR_INIT;
        smgw_stored stored = SMGW_STORED_INIT;
        size_t len = strlen(row->data);
        piecewise source = { row->data, len, 3, 0 };
        smgw_status status = smgw_append_message(test.gateway, "ada", row->folder, read_piece, &source,
            row->size != 0 ? row->size : len, row->flags, row->date, NULL, &stored, &error);
        if (status != row->status || strcmp(error.field, row->field) != 0)
            fail_msg("row %zu: %s (%s)", i, error.message, error.field);
        assert_int_equal(stored.outcome, SMGW_NOT_SENT);
        assert_int_equal(stored.uid, 0);
    }
    smgw_error error = SMGW_ERROR_INIT;
    smgw_stored stored = SMGW_STORED_INIT;
    assert_int_equal(smgw_append_message(
                         test.gateway, "ada", "Archive", read_nothing, NULL, 10, 0, INT64_MIN, NULL, &stored, &error),
        SMGW_ERR_IO);
    stored.struct_size--;
    assert_int_equal(smgw_append_message(
                         test.gateway, "ada", "Archive", read_nothing, NULL, 10, 0, INT64_MIN, NULL, &stored, &error),
        SMGW_ERR_INVALID);
    assert_string_equal(error.field, "stored.struct_size");
    assert_int_equal(kept_audit_count(&test.audit, "MESSAGE_APPENDED"), 0);
    assert_int_equal(kept_audit_count(&test.audit, "AUTH_SUCCESS"), 0);
    test_gateway_stop(&test);
}

static void a_long_header_is_refused(void **state)
{
    (void)state;
    const size_t size = 70000;
    char *data = malloc(size);
    assert_non_null(data);
    memset(data, 'x', size);
    memcpy(data, "Subject: ", 9);
    memcpy(data + size - 4, "\r\n\r\n", 4);
    test_gateway test;
    start(&test);
    smgw_error error = SMGW_ERROR_INIT;
    piecewise source = { data, size, size, 0 };
    assert_int_equal(smgw_append_message(
                         test.gateway, "ada", "Archive", read_piece, &source, size, 0, INT64_MIN, NULL, NULL, &error),
        SMGW_ERR_TOO_LARGE);
    assert_string_equal(error.field, "header");
    test_gateway_stop(&test);
    free(data);
}

static smgw_status append_simple(test_gateway *test, const char *folder, smgw_stored *stored, smgw_error *error)
{
    piecewise source = { raw_message, sizeof raw_message - 1, 64, 0 };
    return smgw_append_message(
        test->gateway, "ada", folder, read_piece, &source, sizeof raw_message - 1, 0, INT64_MIN, NULL, stored, error);
}

static void a_folder_that_is_not_there(void **state)
{
    (void)state;
    test_gateway test;
    start(&test);
    smgw_error error = SMGW_ERROR_INIT;
    smgw_stored stored = SMGW_STORED_INIT;
    assert_int_equal(append_simple(&test, "No such folder", &stored, &error), SMGW_ERR_NOT_FOUND);
    assert_int_equal(stored.outcome, SMGW_NOT_SENT);
    assert_int_equal(kept_audit_count(&test.audit, "\"outcome\":\"failed\""), 1);
    assert_ok(append_simple(&test, "Archive", &stored, &error), &error);
    assert_int_equal(kept_audit_count(&test.audit, "AUTH_SUCCESS"), 1);
    test_gateway_stop(&test);
}

static size_t count_folder(test_gateway *test, const char *folder)
{
    smgw_error error = SMGW_ERROR_INIT;
    smgw_uid_list list = SMGW_UID_LIST_INIT;
    assert_ok(smgw_search(test->gateway, "ada", folder, NULL, NULL, &list, &error), &error);
    size_t count = list.count;
    smgw_uid_list_dispose(&list);
    return count;
}

static void without_a_record_nothing_is_stored(void **state)
{
    (void)state;
    test_gateway test;
    start(&test);
    smgw_error error = SMGW_ERROR_INIT;
    smgw_stored stored = SMGW_STORED_INIT;
    size_t before = count_folder(&test, "Archive");
    test.audit.refuse_event = "MESSAGE_APPENDED";
    assert_int_equal(append_simple(&test, "Archive", &stored, &error), SMGW_ERR_AUDIT);
    assert_int_equal(stored.outcome, SMGW_NOT_SENT);
    test.audit.refuse_event = NULL;
    assert_int_equal(count_folder(&test, "Archive"), before);
    test_gateway_stop(&test);
}

static void a_draft_is_kept_as_it_would_be_sent(void **state)
{
    (void)state;
    test_gateway test;
    start(&test);
    smgw_error error = SMGW_ERROR_INIT;
    smgw_stored stored = SMGW_STORED_INIT;
    smgw_message *message = simple_message("draft");
    assert_ok(smgw_message_add_cc(message, "someone@elsewhere.test", NULL, &error), &error);
    assert_ok(smgw_message_add_bcc(message, "hidden@elsewhere.test", NULL, &error), &error);
    assert_ok(smgw_message_attach_bytes(message, "a.txt", NULL, "attached", 8, &error), &error);
    assert_ok(smgw_save_draft(test.gateway, "ada", message, NULL, &stored, &error), &error);
    assert_int_equal(stored.outcome, SMGW_SENT);
    collected bytes = { NULL, 0 };
    const smgw_ref ref = { "Drafts", stored.uidvalidity, stored.uid };
    assert_ok(smgw_fetch_raw(test.gateway, "ada", &ref, collect_bytes, &bytes, NULL, &error), &error);
    assert_non_null(strstr(bytes.data, "Subject: draft\r\n"));
    assert_non_null(strstr(bytes.data, "someone@elsewhere.test"));
    assert_non_null(strstr(bytes.data, "a.txt"));
    assert_null(strstr(bytes.data, "hidden@"));
    expect_stored(&test, "Drafts", &stored, bytes.data, bytes.len, SMGW_FLAG_DRAFT | SMGW_FLAG_SEEN, INT64_MIN);
    collected_dispose(&bytes);
    assert_int_equal(kept_audit_count(&test.audit, "\"protocol\":\"smtp\""), 0);
    assert_int_equal(kept_audit_count(&test.audit, "\"outcome\":\"done\",\"folder\":\"Drafts\""), 1);
    assert_ok(smgw_message_set_subject(message, "free again", &error), &error);
    smgw_message_free(message);
    test_gateway_stop(&test);
}

static void a_draft_needs_no_recipient(void **state)
{
    (void)state;
    test_gateway test;
    start(&test);
    smgw_error error = SMGW_ERROR_INIT;
    smgw_message *message = NULL;
    assert_ok(smgw_message_new(&message), &error);
    assert_ok(smgw_message_set_text(message, "to be continued", 15, &error), &error);
    assert_ok(smgw_save_draft(test.gateway, "ada", message, NULL, NULL, &error), &error);
    smgw_message_free(message);
    message = simple_message("no workspace");
    assert_ok(smgw_message_attach_file(message, "file.txt", NULL, &error), &error);
    assert_int_equal(smgw_save_draft(test.gateway, "ada", message, NULL, NULL, &error), SMGW_ERR_INVALID);
    assert_int_equal(smgw_save_draft(test.gateway, "nobody", message, NULL, NULL, &error), SMGW_ERR_NOT_FOUND);
    smgw_message_free(message);
    test_gateway_stop(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_raw_message_is_stored_as_it_is),
        cmocka_unit_test(a_large_message_passes_through),
        cmocka_unit_test(inputs_are_checked_before_anything),
        cmocka_unit_test(a_long_header_is_refused),
        cmocka_unit_test(a_folder_that_is_not_there),
        cmocka_unit_test(without_a_record_nothing_is_stored),
        cmocka_unit_test(a_draft_is_kept_as_it_would_be_sent),
        cmocka_unit_test(a_draft_needs_no_recipient),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
