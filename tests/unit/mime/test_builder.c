/* SPDX-License-Identifier: MIT */
/* The builder's structure, its sources and its failures; what it writes is read back in test_round_trip.c. */
#include "support/test.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "mime/builder.h"
#include "mime/message.h"
#include "support/failing_alloc.h"

#include "simplemailgw/sanitize.h"

#include <string.h>

static const mgw_builder_options sender = { .sender_address = "sender@example.com", .now_ms = 1795376919123 };

static int make(void **state)
{
    smgw_message *message = NULL;
    if (smgw_message_new(&message) != SMGW_OK)
        return -1;
    *state = message;
    return 0;
}

static int end(void **state)
{
    smgw_message_free(*state);
    return 0;
}

static smgw_status build(smgw_message *message, const mgw_builder_options *options, mgw_buf *out, smgw_error *error)
{
    mgw_builder *builder = NULL;
    smgw_status status = mgw_builder_new(&builder, message, options, error);
    size_t n = 1;
    while (status == SMGW_OK && n > 0) {
        char piece[1000];
        status = mgw_builder_read(builder, piece, sizeof piece, &n, error);
        if (status == SMGW_OK)
            mgw_buf_add(out, piece, n);
    }
    if (status == SMGW_OK)
        assert_int_equal(mgw_builder_size(builder), out->len);
    mgw_builder_free(builder);
    return status;
}

/* Gives `total` octets, `step` at most at a time; fails after `fail_after` of them. */
typedef struct test_source {
    uint64_t total, given, fail_after;
    size_t step;
    unsigned calls;
} test_source;

static ptrdiff_t give(void *context, void *buffer, size_t size)
{
    test_source *source = context;
    source->calls++;
    if (source->given >= source->fail_after)
        return -1;
    uint64_t n = source->total - source->given;
    n = n < size ? n : size;
    n = n < source->step ? n : source->step;
    memset(buffer, 'x', (size_t)n);
    source->given += n;
    return (ptrdiff_t)n;
}

static void the_structure_follows_the_content(void **state)
{
    (void)state;
    static const struct {
        bool text, html, file;
        const char *types; /* In their order. */
    } cases[] = {
        { false, false, false, "text/plain" },
        { true, false, false, "text/plain" },
        { false, true, false, "text/html" },
        { true, true, false, "multipart/alternative text/plain text/html" },
        { false, false, true, "multipart/mixed text/plain image/png" },
        { true, true, true, "multipart/mixed multipart/alternative text/plain text/html image/png" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        smgw_message *m = NULL;
        assert_int_equal(smgw_message_new(&m), SMGW_OK);
        if (cases[i].text)
            assert_int_equal(smgw_message_set_text(m, "t", 1, NULL), SMGW_OK);
        if (cases[i].html)
            assert_int_equal(smgw_message_set_html(m, "h", 1, NULL), SMGW_OK);
        if (cases[i].file)
            assert_int_equal(smgw_message_attach_bytes(m, "a.png", NULL, "x", 1, NULL), SMGW_OK);
        mgw_buf out = MGW_BUF_INIT(SIZE_MAX), types = MGW_BUF_INIT(SIZE_MAX);
        assert_int_equal(build(m, &sender, &out, NULL), SMGW_OK);
        const char *next = mgw_buf_str(&out);
        while ((next = strstr(next, "Content-Type: ")) != NULL) {
            next += strlen("Content-Type: ");
            mgw_buf_add_str(&types, types.len > 0 ? " " : "");
            mgw_buf_add(&types, next, strcspn(next, ";\r"));
        }
        assert_string_equal(mgw_buf_str(&types), cases[i].types);
        mgw_buf_free(&out);
        mgw_buf_free(&types);
        smgw_message_free(m);
    }
}

static void text_gets_the_most_readable_encoding(void **state)
{
    smgw_message *m = *state;
    char line[80];
    memset(line, 'a', sizeof line);
    const struct {
        const char *text;
        size_t len;
        const char *encoding;
    } cases[] = {
        { "plain\ttext\n", 11, "7bit" },
        { line, 78, "7bit" },
        { line, 79, "quoted-printable" },
        { "gr\xc3\xbcn", 5, "quoted-printable" },
        { "esc\x1b", 4, "quoted-printable" },
        { "\xe6\x97\xa5\xe6\x9c\xac", 6, "base64" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char field[64] = "Content-Transfer-Encoding: ";
        strncat(field, cases[i].encoding, 20);
        strncat(field, "\r\n", 3);
        mgw_buf out = MGW_BUF_INIT(SIZE_MAX);
        assert_int_equal(smgw_message_set_text(m, cases[i].text, cases[i].len, NULL), SMGW_OK);
        assert_int_equal(build(m, &sender, &out, NULL), SMGW_OK);
        assert_non_null(strstr(mgw_buf_str(&out), field));
        mgw_buf_free(&out);
    }
}

static void a_bad_sender_is_refused(void **state)
{
    static const char *const bad[] = { "", "a", "a@b.com\r\nBcc: x@y.com", "<a@b.com>", "a@b.com, c@d.com" };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        mgw_builder *builder = NULL;
        smgw_error error = SMGW_ERROR_INIT;
        mgw_builder_options options = sender;
        options.sender_address = bad[i];
        assert_int_equal(mgw_builder_new(&builder, *state, &options, &error), SMGW_ERR_INVALID);
        assert_null(builder);
        assert_string_equal(error.field, "from");
    }
    mgw_builder *builder = NULL;
    mgw_builder_options options = sender;
    options.sender_name = "x\r\nBcc: y@z.com";
    smgw_error error = SMGW_ERROR_INIT;
    assert_int_equal(mgw_builder_new(&builder, *state, &options, &error), SMGW_ERR_INVALID);
    assert_string_equal(error.field, "from");
    assert_int_equal(error.rule, SMGW_RULE_LINE_BREAK);
    options = sender;
    options.now_ms = INT64_MAX;
    smgw_message *fresh = NULL;
    assert_int_equal(smgw_message_new(&fresh), SMGW_OK);
    assert_int_equal(mgw_builder_new(&builder, fresh, &options, NULL), SMGW_ERR_INVALID);
    smgw_message_free(fresh);
}

static void message_ids_are_valid_and_differ(void **state)
{
    char address[256] = "a@";
    for (size_t i = 0; i < 61; i++)
        strncat(address, "abc.", 5);
    strncat(address, "org", 4);
    const char *const senders[] = { "sender@example.com", address };
    char last[256] = "";
    for (size_t i = 0; i < 2 * COUNT_OF(senders); i++) {
        smgw_message *m = NULL;
        mgw_builder *builder = NULL;
        mgw_builder_options options = sender;
        options.sender_address = senders[i / 2];
        assert_int_equal(smgw_message_new(&m), SMGW_OK);
        assert_int_equal(mgw_builder_new(&builder, m, &options, NULL), SMGW_OK);
        const char *id = mgw_builder_message_id(builder);
        assert_int_equal(smgw_sanitize_message_id(id, strlen(id)), SMGW_RULE_OK);
        assert_string_not_equal(id, last);
        memcpy(last, id, strlen(id) + 1);
        mgw_builder_free(builder);
        smgw_message_free(m);
    }
    (void)state;
}

static void files_come_from_their_sources(void **state)
{
    smgw_message *m = *state;
    smgw_error error = SMGW_ERROR_INIT;
    assert_int_equal(smgw_message_attach_bytes(m, "first", NULL, "bytes", 5, NULL), SMGW_OK);
    assert_int_equal(smgw_message_attach_file(m, "dir/second.txt", NULL, NULL), SMGW_OK);
    test_source source = { .total = 5, .fail_after = UINT64_MAX, .step = 2 };
    const mgw_source sources[] = { { NULL, NULL, 0 }, { give, &source, 5 } };
    mgw_builder_options options = sender;
    mgw_buf out = MGW_BUF_INIT(SIZE_MAX);
    assert_int_equal(build(m, &options, &out, &error), SMGW_ERR_INVALID); /* not opened */
    assert_string_equal(error.field, "attachment");
    options.sources = sources;
    options.source_count = 1;
    assert_int_equal(build(m, &options, &out, &error), SMGW_ERR_INVALID);
    options.source_count = 2;
    assert_int_equal(build(m, &options, &out, NULL), SMGW_OK);
    assert_non_null(strstr(mgw_buf_str(&out), "filename=second.txt\r\n\r\neHh4eHg=\r\n"));
    mgw_buf_free(&out);
}

static void a_source_must_keep_its_promise(void **state)
{
    (void)state;
    static const struct {
        uint64_t size, total, fail_after;
        smgw_status status;
    } cases[] = {
        { 0, 0, UINT64_MAX, SMGW_OK },
        { 100000, 100000, UINT64_MAX, SMGW_OK },
        { 100000, 99999, UINT64_MAX, SMGW_ERR_IO },
        { 100000, 100001, UINT64_MAX, SMGW_ERR_IO },
        { 0, 1, UINT64_MAX, SMGW_ERR_IO },
        { 1, 0, UINT64_MAX, SMGW_ERR_IO },
        { 100000, 100000, 0, SMGW_ERR_IO },
        { 100000, 100000, 50000, SMGW_ERR_IO },
    };
    const size_t steps[] = { 1000, 8208, 100000 };
    for (size_t i = 0; i < COUNT_OF(cases) * COUNT_OF(steps); i++) {
        size_t k = i / COUNT_OF(steps);
        smgw_message *m = NULL;
        smgw_error error = SMGW_ERROR_INIT;
        test_source source = { cases[k].total, 0, cases[k].fail_after, steps[i % COUNT_OF(steps)], 0 };
        assert_int_equal(smgw_message_new(&m), SMGW_OK);
        assert_int_equal(smgw_message_attach_stream(m, "s", NULL, give, &source, cases[k].size, NULL), SMGW_OK);
        mgw_buf out = MGW_BUF_INIT(SIZE_MAX);
        assert_int_equal(build(m, &sender, &out, &error), cases[k].status);
        assert_int_equal(error.status, cases[k].status);
        /* A stream can be read once. */
        assert_int_equal(build(m, &sender, &out, &error), SMGW_ERR_INVALID);
        mgw_buf_free(&out);
        smgw_message_free(m);
    }
}

static ptrdiff_t lie(void *context, void *buffer, size_t size)
{
    (void)context;
    (void)buffer;
    return (ptrdiff_t)size + 1;
}

static void a_source_that_lies_is_not_believed(void **state)
{
    smgw_message *m = *state;
    assert_int_equal(smgw_message_attach_stream(m, "s", NULL, lie, NULL, UINT64_C(1) << 40, NULL), SMGW_OK);
    mgw_buf out = MGW_BUF_INIT(SIZE_MAX);
    assert_int_equal(build(m, &sender, &out, NULL), SMGW_ERR_IO);
    mgw_buf_free(&out);
}

static void a_size_beyond_counting_is_refused(void **state)
{
    smgw_message *m = *state;
    mgw_builder *builder = NULL;
    assert_int_equal(smgw_message_attach_stream(m, "s", NULL, lie, NULL, UINT64_MAX, NULL), SMGW_OK);
    assert_int_equal(mgw_builder_new(&builder, m, &sender, NULL), SMGW_ERR_TOO_LARGE);
    assert_null(builder);
}

static void a_failure_is_final(void **state)
{
    smgw_message *m = *state;
    test_source source = { .total = 10, .fail_after = 0, .step = 10 };
    assert_int_equal(smgw_message_attach_stream(m, "s", NULL, give, &source, 10, NULL), SMGW_OK);
    mgw_builder *builder = NULL;
    assert_int_equal(mgw_builder_new(&builder, m, &sender, NULL), SMGW_OK);
    assert_int_equal(source.calls, 0);
    assert_false(m->stream_used);
    char out[4096];
    size_t n = 0;
    smgw_status status = SMGW_OK;
    while ((status = mgw_builder_read(builder, out, sizeof out, &n, NULL)) == SMGW_OK)
        assert_true(n > 0);
    assert_int_equal(status, SMGW_ERR_IO);
    assert_int_equal(n, 0);
    assert_int_equal(mgw_builder_read(builder, out, sizeof out, &n, NULL), SMGW_ERR_IO);
    assert_int_equal(n, 0);
    assert_int_equal(source.calls, 1);
    mgw_builder_free(builder);
    mgw_builder_free(NULL);
}

static bool refuse_allocation(void *context)
{
    ++*(unsigned *)context;
    return false;
}

/* 200 MB pass while not a single byte is allocated. */
static void a_large_stream_needs_no_memory(void **state)
{
    smgw_message *m = *state;
    const uint64_t size = UINT64_C(200) * 1000 * 1000;
    test_source source = { .total = size, .fail_after = UINT64_MAX, .step = SIZE_MAX };
    assert_int_equal(smgw_message_attach_stream(m, "s", NULL, give, &source, size, NULL), SMGW_OK);
    mgw_builder *builder = NULL;
    assert_int_equal(mgw_builder_new(&builder, m, &sender, NULL), SMGW_OK);
    unsigned allocations = 0;
    mgw_alloc_set_gate(refuse_allocation, &allocations);
    static char out[65536];
    uint64_t total = 0;
    size_t n = 1;
    smgw_status status = SMGW_OK;
    for (; status == SMGW_OK && n > 0; total += n)
        status = mgw_builder_read(builder, out, sizeof out, &n, NULL);
    mgw_alloc_set_gate(NULL, NULL);
    assert_int_equal(status, SMGW_OK);
    assert_int_equal(allocations, 0);
    assert_int_equal(total, mgw_builder_size(builder));
    assert_true(total > size * 4 / 3);
    mgw_builder_free(builder);
}

static void survives_every_failed_allocation(void **state)
{
    smgw_message *m = *state;
    assert_int_equal(smgw_message_add_to(m, "a@example.com", "J\xc3\xbcrgen", NULL), SMGW_OK);
    assert_int_equal(smgw_message_set_subject(m, "gr\xc3\xbcn", NULL), SMGW_OK);
    assert_int_equal(smgw_message_set_text(m, "t", 1, NULL), SMGW_OK);
    assert_int_equal(smgw_message_set_html(m, "h", 1, NULL), SMGW_OK);
    assert_int_equal(smgw_message_attach_bytes(m, "gr\xc3\xbcn", NULL, "x", 1, NULL), SMGW_OK);
    unsigned long n = 1;
    for (;; n++) {
        mgw_builder *builder = NULL;
        smgw_error error = SMGW_ERROR_INIT;
        failing_alloc_start(n);
        smgw_status status = mgw_builder_new(&builder, m, &sender, &error);
        bool failed = failing_alloc_stop();
        assert_int_equal(status, failed ? SMGW_ERR_NO_MEMORY : SMGW_OK);
        assert_int_equal(builder == NULL, failed);
        mgw_builder_free(builder);
        if (!failed)
            break;
    }
    assert_true(n > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_structure_follows_the_content),
        cmocka_unit_test_setup_teardown(text_gets_the_most_readable_encoding, make, end),
        cmocka_unit_test_setup_teardown(a_bad_sender_is_refused, make, end),
        cmocka_unit_test(message_ids_are_valid_and_differ),
        cmocka_unit_test_setup_teardown(files_come_from_their_sources, make, end),
        cmocka_unit_test(a_source_must_keep_its_promise),
        cmocka_unit_test_setup_teardown(a_source_that_lies_is_not_believed, make, end),
        cmocka_unit_test_setup_teardown(a_size_beyond_counting_is_refused, make, end),
        cmocka_unit_test_setup_teardown(a_failure_is_final, make, end),
        cmocka_unit_test_setup_teardown(a_large_stream_needs_no_memory, make, end),
        cmocka_unit_test_setup_teardown(survives_every_failed_allocation, make, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
