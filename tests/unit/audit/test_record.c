/* SPDX-License-Identifier: MIT */
/* What a record holds: members, cuts, recipients. Row L08 of the attack catalogue. */
#include "support/test.h"

#include "audit/audit.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct trail {
    mgw_audit *audit;
    char line[MGW_AUDIT_LINE_MAX + 1];
    size_t len;
} trail;

static bool take(void *context, const char *record, size_t len)
{
    trail *t = context;
    assert_in_range(len, 1, MGW_AUDIT_LINE_MAX - 1);
    memcpy(t->line, record, len);
    t->line[len] = '\0';
    t->len = len;
    return true;
}

static int64_t fixed_clock(void *context)
{
    (void)context;
    return INT64_C(1767323045678);
}

static int setup(void **state)
{
    trail *t = calloc(1, sizeof *t);
    smgw_audit_options options = SMGW_AUDIT_OPTIONS_INIT;
    options.sink = SMGW_AUDIT_CALLBACK;
    options.callback = take;
    options.callback_context = t;
    if (t == NULL || mgw_audit_new(&t->audit, &options, NULL) != SMGW_OK)
        return -1;
    mgw_audit_set_clock(t->audit, fixed_clock, NULL);
    *state = t;
    return 0;
}

static int teardown(void **state)
{
    trail *t = *state;
    mgw_audit_free(t->audit);
    free(t);
    return 0;
}

/* The record as read by somebody else's parser. The caller releases it. */
static json_t *commit_and_parse(trail *t, mgw_audit_record *record)
{
    assert_int_equal(mgw_audit_commit(record, NULL), SMGW_OK);
    assert_null(memchr(t->line, '\n', t->len));
    json_t *parsed = json_loadb(t->line, t->len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
    assert_non_null(parsed);
    return parsed;
}

static void stands_in_this_order(void **state)
{
    trail *t = *state;
    mgw_audit_record record;
    mgw_audit_begin(&record, t->audit, MGW_AUDIT_EMAIL_SENT, MGW_LIT("work"));
    mgw_audit_str(&record, "message_id", MGW_LIT("<1@example.com>"));
    mgw_audit_u64(&record, "bytes", UINT64_MAX);
    mgw_audit_u64(&record, "parts", 0);
    mgw_audit_bool(&record, "again", false);
    mgw_audit_bool(&record, "tls", true);
    mgw_audit_str(&record, "reply", (mgw_bytes){ NULL, 0 });
    assert_int_equal(mgw_audit_commit(&record, NULL), SMGW_OK);
    assert_string_equal(t->line,
        "{\"timestamp\":\"2026-01-02T03:04:05.678Z\",\"seq\":1,\"level\":\"INFO\",\"event\":\"EMAIL_SENT\","
        "\"account\":\"work\",\"details\":{\"message_id\":\"<1@example.com>\",\"bytes\":18446744073709551615,"
        "\"parts\":0,\"again\":false,\"tls\":true,\"reply\":\"\"}}");
    mgw_audit_begin(&record, t->audit, MGW_AUDIT_AUTH_FAILURE, (mgw_bytes){ NULL, 0 });
    assert_int_equal(mgw_audit_commit(&record, NULL), SMGW_OK);
    assert_string_equal(t->line,
        "{\"timestamp\":\"2026-01-02T03:04:05.678Z\",\"seq\":2,\"level\":\"WARNING\",\"event\":\"AUTH_FAILURE\","
        "\"account\":null,\"details\":{}}");
}

static void hostile_values_stay_values(void **state)
{
    trail *t = *state;
    const mgw_bytes hostile = MGW_LIT("w\"},\n\r\xe2\x80\xa8\x1b[2K\0\xc2\x9b");
    mgw_audit_record record;
    mgw_audit_begin(&record, t->audit, MGW_AUDIT_AUTH_SUCCESS, hostile);
    mgw_audit_str(&record, "folder", hostile);
    json_t *parsed = commit_and_parse(t, &record);
    assert_int_equal(json_object_size(parsed), 6);
    const json_t *folder = json_object_get(json_object_get(parsed, "details"), "folder");
    assert_int_equal(json_string_length(folder), hostile.len);
    assert_memory_equal(json_string_value(folder), hostile.data, hostile.len);
    assert_memory_equal(json_string_value(json_object_get(parsed, "account")), hostile.data, hostile.len);
    json_decref(parsed);
}

static void long_value_is_cut_and_says_so(void **state)
{
    trail *t = *state;
    const size_t mib = 1048576;
    char *big = malloc(mib);
    assert_non_null(big);
    memset(big, 'x', mib);
    mgw_audit_record record;
    mgw_audit_begin(&record, t->audit, MGW_AUDIT_EMAIL_FAILED, MGW_LIT("work"));
    mgw_audit_str(&record, "reply", mgw_bytes_of(big, mib));
    mgw_audit_u64(&record, "code", 550);
    json_t *parsed = commit_and_parse(t, &record);
    const json_t *details = json_object_get(parsed, "details");
    assert_true(json_is_true(json_object_get(parsed, "truncated")));
    assert_int_equal(json_string_length(json_object_get(details, "reply")), MGW_AUDIT_VALUE_MAX);
    assert_int_equal(json_integer_value(json_object_get(details, "code")), 550);
    json_decref(parsed);
    mgw_audit_begin(&record, t->audit, MGW_AUDIT_EMAIL_FAILED, mgw_bytes_of(big, mib));
    mgw_audit_str(&record, "reply", mgw_bytes_of(big, MGW_AUDIT_VALUE_MAX));
    parsed = commit_and_parse(t, &record);
    assert_true(json_is_true(json_object_get(parsed, "truncated")));
    assert_int_equal(json_string_length(json_object_get(parsed, "account")), MGW_AUDIT_ACCOUNT_MAX);
    json_decref(parsed);
    mgw_audit_begin(&record, t->audit, MGW_AUDIT_EMAIL_FAILED, mgw_bytes_of(big, MGW_AUDIT_ACCOUNT_MAX));
    mgw_audit_str(&record, "reply", mgw_bytes_of(big, MGW_AUDIT_VALUE_MAX));
    parsed = commit_and_parse(t, &record);
    assert_null(json_object_get(parsed, "truncated"));
    json_decref(parsed);
    free(big);
}

/* Members of every kind and length against every free room: valid JSON, and a cut is never silent. */
static void full_record_stays_whole(void **state)
{
    trail *t = *state;
    char text[MGW_AUDIT_VALUE_MAX];
    const mgw_bytes address = MGW_LIT("a@example.com");
    memset(text, '\x01', sizeof text);
    for (size_t last = 0; last < 220; last++) {
        mgw_audit_record record;
        mgw_audit_begin(&record, t->audit, MGW_AUDIT_EMAIL_OUTCOME_UNKNOWN, mgw_bytes_of(text, sizeof text));
        mgw_audit_str(&record, "a", mgw_bytes_of(text, sizeof text));
        mgw_audit_str(&record, "b", mgw_bytes_of(text, sizeof text));
        memset(text, 'x', sizeof text);
        mgw_audit_str(&record, "c", mgw_bytes_of(text, sizeof text));
        mgw_audit_str(&record, "d", mgw_bytes_of(text, last));
        mgw_audit_bool(&record, "e", true);
        mgw_audit_u64(&record, "f", INT64_MAX); /* The most that jansson reads. */
        mgw_audit_recipients(&record, &address, 1);
        mgw_audit_str(&record, "g", MGW_LIT("x"));
        json_t *parsed = commit_and_parse(t, &record);
        const json_t *details = json_object_get(parsed, "details");
        bool whole = json_string_length(json_object_get(details, "d")) == last && json_object_size(details) == 9;
        assert_true(json_is_true(json_object_get(parsed, "truncated")));
        assert_true(last > 0 || json_object_get(details, "d") != NULL);
        assert_true(last < 200 || !whole);
        json_decref(parsed);
        memset(text, '\x01', sizeof text);
    }
}

static void cut_shows_exactly_where_something_is_missing(void **state)
{
    trail *t = *state;
    char text[MGW_AUDIT_VALUE_MAX];
    memset(text, 'x', sizeof text);
    for (size_t last = 0; last < 250; last++) {
        mgw_audit_record record;
        mgw_audit_begin(&record, t->audit, MGW_AUDIT_EMAIL_SENT, MGW_LIT("work"));
        mgw_audit_str(&record, "a", mgw_bytes_of(text, sizeof text));
        mgw_audit_str(&record, "b", mgw_bytes_of(text, sizeof text));
        mgw_audit_str(&record, "c", mgw_bytes_of(text, sizeof text));
        mgw_audit_str(&record, "d", mgw_bytes_of(text, last));
        mgw_audit_bool(&record, "e", true);
        json_t *parsed = commit_and_parse(t, &record);
        const json_t *details = json_object_get(parsed, "details");
        bool whole = json_string_length(json_object_get(details, "d")) == last && json_object_get(details, "e") != NULL;
        assert_int_equal(json_object_get(parsed, "truncated") == NULL, whole);
        /*
         * Three values with keys and quotes take 3 * 1006 + 2 bytes, the last two members the letters and 16 bytes.
         */
        assert_int_equal(whole, 3 * 1006 + 2 + 7 + last + 9 <= MGW_AUDIT_DETAILS_MAX);
        json_decref(parsed);
    }
}

static void recipients_are_a_count_and_domains(void **state)
{
    trail *t = *state;
    const mgw_bytes addresses[] = {
        MGW_LIT("ada@Example.com"), MGW_LIT("bob@other.org"), MGW_LIT("eve@EXAMPLE.COM"), MGW_LIT("nothing"),
        MGW_LIT("nobody@"),
    };
    mgw_audit_record record;
    mgw_audit_begin(&record, t->audit, MGW_AUDIT_EMAIL_SEND_ATTEMPT, MGW_LIT("work"));
    mgw_audit_recipients(&record, addresses, 3);
    mgw_audit_bool(&record, "more", true);
    json_decref(commit_and_parse(t, &record));
    assert_non_null(strstr(t->line, "{\"recipients\":3,\"domains\":[\"example.com\",\"other.org\"],\"more\":true}"));
    assert_null(strstr(t->line, "ada"));
    mgw_audit_begin(&record, t->audit, MGW_AUDIT_EMAIL_SEND_ATTEMPT, MGW_LIT("work"));
    mgw_audit_recipients(&record, addresses, COUNT_OF(addresses));
    json_decref(commit_and_parse(t, &record));
    assert_non_null(strstr(t->line, "\"recipients\":5,"));
    assert_non_null(strstr(t->line, ",\"recipients_elsewhere\":2}"));
    assert_null(strstr(t->line, "nothing"));
    mgw_audit_begin(&record, t->audit, MGW_AUDIT_EMAIL_SEND_ATTEMPT, MGW_LIT("work"));
    mgw_audit_recipients(&record, NULL, 0);
    json_decref(commit_and_parse(t, &record));
    assert_non_null(strstr(t->line, "{\"recipients\":0,\"domains\":[]}"));
}

enum { MANY = 100, WIDTH = 300 };

/* `width` letters to a domain, so that few or many of them fit. */
static size_t domains_listed(trail *t, size_t width, size_t count, json_int_t *elsewhere)
{
    static char texts[MANY][WIDTH];
    mgw_bytes addresses[2 * MANY];
    for (size_t i = 0; i < count; i++) {
        int len = snprintf(texts[i], WIDTH, "u@%0*zu", (int)width, i);
        addresses[2 * i] = addresses[2 * i + 1] = mgw_bytes_of(texts[i], (size_t)len);
    }
    mgw_audit_record record;
    mgw_audit_begin(&record, t->audit, MGW_AUDIT_EMAIL_SEND_ATTEMPT, MGW_LIT("work"));
    mgw_audit_recipients(&record, addresses, 2 * count);
    json_t *parsed = commit_and_parse(t, &record);
    const json_t *details = json_object_get(parsed, "details");
    assert_null(json_object_get(parsed, "truncated"));
    assert_int_equal(json_integer_value(json_object_get(details, "recipients")), 2 * count);
    const json_t *more = json_object_get(details, "recipients_elsewhere");
    *elsewhere = json_integer_value(more);
    assert_int_equal(more != NULL, *elsewhere > 0);
    size_t listed = json_array_size(json_object_get(details, "domains"));
    json_decref(parsed);
    return listed;
}

static void domains_are_bounded(void **state)
{
    trail *t = *state;
    json_int_t elsewhere = 0;
    assert_int_equal(domains_listed(t, 10, 20, &elsewhere), 20);
    assert_int_equal(elsewhere, 0);
    assert_int_equal(domains_listed(t, 10, 21, &elsewhere), 20);
    assert_int_equal(elsewhere, 2);
    assert_int_equal(domains_listed(t, 10, 100, &elsewhere), 20);
    assert_int_equal(elsewhere, 160);
    size_t listed = domains_listed(t, 253, 100, &elsewhere);
    assert_in_range(listed, 10, 15);
    assert_int_equal(elsewhere, 2 * (100 - listed));
    assert_int_equal(domains_listed(t, 256, 3, &elsewhere), 0);
    assert_int_equal(elsewhere, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(stands_in_this_order, setup, teardown),
        cmocka_unit_test_setup_teardown(hostile_values_stay_values, setup, teardown),
        cmocka_unit_test_setup_teardown(long_value_is_cut_and_says_so, setup, teardown),
        cmocka_unit_test_setup_teardown(full_record_stays_whole, setup, teardown),
        cmocka_unit_test_setup_teardown(cut_shows_exactly_where_something_is_missing, setup, teardown),
        cmocka_unit_test_setup_teardown(recipients_are_a_count_and_domains, setup, teardown),
        cmocka_unit_test_setup_teardown(domains_are_bounded, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
