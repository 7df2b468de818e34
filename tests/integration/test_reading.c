/* SPDX-License-Identifier: MIT */
/*
 * Reading a folder with many messages: search, the iterator, texts in many shapes, references that no longer hold.
 */
#include "support/test.h"

#include "support/mail_servers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MANY = 60 };

static test_gateway shared;
static char message_ids[MANY][256];
static char run_tag[32]; /* In every subject: the servers may have served other tests before. */
static uint32_t first_uid;
static uint32_t uidvalidity;

/* Sixty messages in bob's INBOX, numbered in their subjects. */
static int fill_the_folder(void **state)
{
    (void)state;
    smgw_error error = SMGW_ERROR_INIT;
    snprintf(run_tag, sizeof run_tag, "run%ld-%ld", (long)time(NULL), (long)getpid());
    test_gateway_prepare(&shared);
    test_gateway_start(&shared);
    for (int i = 0; i < MANY; i++) {
        char subject[96];
        snprintf(subject, sizeof subject, "%s number %d, %s", run_tag, i, i % 2 == 0 ? "even" : "odd");
        smgw_message *message = NULL;
        smgw_receipt receipt = SMGW_RECEIPT_INIT;
        assert_ok(smgw_message_new(&message), &error);
        assert_ok(smgw_message_add_to(message, mail_servers_get()->user2, NULL, &error), &error);
        assert_ok(smgw_message_set_subject(message, subject, &error), &error);
        assert_ok(smgw_message_set_text(message, "body\n", 5, &error), &error);
        assert_ok(smgw_send(shared.gateway, "ada", message, NULL, &receipt, &error), &error);
        memcpy(message_ids[i], receipt.message_id, sizeof message_ids[i]);
        smgw_message_free(message);
    }
    for (int i = 0; i < MANY; i++) {
        smgw_ref ref = wait_for_message(shared.gateway, "bob", message_ids[i]);
        first_uid = first_uid == 0 || ref.uid < first_uid ? ref.uid : first_uid;
        uidvalidity = ref.uidvalidity;
    }
    return 0;
}

static int stop(void **state)
{
    (void)state;
    test_gateway_stop(&shared);
    return 0;
}

static size_t count_matches(const smgw_query *query)
{
    smgw_error error = SMGW_ERROR_INIT;
    smgw_uid_list found = SMGW_UID_LIST_INIT;
    assert_ok(smgw_search(shared.gateway, "bob", "INBOX", query, NULL, &found, &error), &error);
    for (size_t i = 1; i < found.count; i++)
        assert_true(found.uids[i] > found.uids[i - 1]);
    size_t count = found.count;
    smgw_uid_list_dispose(&found);
    return count;
}

static void terms_are_combined(void **state)
{
    (void)state;
    smgw_query query = SMGW_QUERY_INIT;
    query.subject = run_tag;
    assert_int_equal(count_matches(&query), MANY);
    query.criteria = "SUBJECT \", even\"";
    assert_int_equal(count_matches(&query), MANY / 2);
    query.from = "ada@example.com";
    query.flags_clear = SMGW_FLAG_SEEN;
    query.larger = 100;
    query.smaller = 100000;
    query.since = "2020-01-01";
    assert_int_equal(count_matches(&query), MANY / 2);
    query.newest = 7;
    assert_int_equal(count_matches(&query), 7);
    query.before = "2020-01-01";
    assert_int_equal(count_matches(&query), 0);
    query = (smgw_query)SMGW_QUERY_INIT;
    query.subject = run_tag;
    query.criteria = "NOT (SUBJECT \"even\")";
    assert_int_equal(count_matches(&query), MANY / 2);
    query = (smgw_query)SMGW_QUERY_INIT;
    query.subject = "\346\227\245\346\234\254";
    assert_int_equal(count_matches(&query), 0);
    query.subject = "a\"b\\c";
    assert_int_equal(count_matches(&query), 0);
}

static void the_iterator_gives_each_once_in_order(void **state)
{
    (void)state;
    smgw_error error = SMGW_ERROR_INIT;
    smgw_query query = SMGW_QUERY_INIT;
    query.subject = run_tag;
    smgw_fetch *fetch = NULL;
    assert_ok(smgw_fetch_open(&fetch, shared.gateway, "bob", "INBOX", &query, NULL, &error), &error);
    const smgw_mail *mail = NULL;
    size_t count = 0;
    uint32_t last = 0;
    smgw_status status;
    while ((status = smgw_fetch_next(fetch, &mail, &error)) == SMGW_OK) {
        assert_true(mail->ref.uid > last);
        assert_string_equal(mail->ref.folder, "INBOX");
        assert_int_equal(mail->ref.uidvalidity, uidvalidity);
        assert_int_equal(strncmp(mail->subject, run_tag, strlen(run_tag)), 0);
        last = mail->ref.uid;
        count++;
    }
    assert_int_equal(status, SMGW_DONE);
    assert_int_equal(count, MANY);
    assert_null(mail);
    assert_int_equal(smgw_fetch_next(fetch, &mail, &error), SMGW_DONE);
    smgw_fetch_free(fetch);
}

static void an_iterator_may_end_early_and_others_go_on(void **state)
{
    (void)state;
    smgw_error error = SMGW_ERROR_INIT;
    smgw_fetch *one = NULL;
    smgw_fetch *two = NULL;
    const smgw_mail *mail = NULL;
    assert_ok(smgw_fetch_open(&one, shared.gateway, "bob", "INBOX", NULL, NULL, &error), &error);
    assert_ok(smgw_fetch_open(&two, shared.gateway, "bob", "INBOX", NULL, NULL, &error), &error);
    assert_ok(smgw_fetch_next(one, &mail, &error), &error);
    assert_ok(smgw_fetch_next(two, &mail, &error), &error);
    smgw_fetch_free(one);
    assert_ok(smgw_fetch_next(two, &mail, &error), &error);
    smgw_text text = SMGW_TEXT_INIT;
    smgw_ref ref = { "INBOX", uidvalidity, mail->ref.uid };
    assert_ok(smgw_fetch_text(shared.gateway, "bob", &ref, 100, NULL, &text, &error), &error);
    smgw_text_dispose(&text);
    smgw_fetch_free(two);
}

static void a_missing_folder_is_refused(void **state)
{
    (void)state;
    smgw_error error = SMGW_ERROR_INIT;
    smgw_fetch *fetch = NULL;
    assert_int_equal(
        smgw_fetch_open(&fetch, shared.gateway, "bob", "No such folder", NULL, NULL, &error), SMGW_ERR_NOT_FOUND);
    assert_null(fetch);
    smgw_uid_list found = SMGW_UID_LIST_INIT;
    assert_int_equal(
        smgw_search(shared.gateway, "bob", "Entw\303\274rfe & mehr", NULL, NULL, &found, &error), SMGW_ERR_NOT_FOUND);
    assert_int_equal(smgw_search(shared.gateway, "bob", "", NULL, NULL, &found, &error), SMGW_ERR_INVALID);
    assert_string_equal(error.field, "folder");
}

static void an_empty_folder_has_no_messages(void **state)
{
    (void)state;
    smgw_error error = SMGW_ERROR_INIT;
    smgw_fetch *fetch = NULL;
    const smgw_mail *mail = NULL;
    assert_ok(smgw_fetch_open(&fetch, shared.gateway, "bob", "Trash", NULL, NULL, &error), &error);
    assert_int_equal(smgw_fetch_next(fetch, &mail, &error), SMGW_DONE);
    smgw_fetch_free(fetch);
}

static void references_are_checked(void **state)
{
    (void)state;
    smgw_error error = SMGW_ERROR_INIT;
    smgw_text text = SMGW_TEXT_INIT;
    collected raw = { NULL, 0 };
    const smgw_ref gone = { "INBOX", uidvalidity, 4000000000 };
    const smgw_ref stale = { "INBOX", uidvalidity + 1, first_uid };
    const smgw_ref bad[] = { { NULL, 1, 1 }, { "INBOX", 0, 1 }, { "INBOX", 1, 0 }, { "a\r\nb", 1, 1 } };
    assert_int_equal(smgw_fetch_text(shared.gateway, "bob", &gone, 100, NULL, &text, &error), SMGW_ERR_NOT_FOUND);
    assert_int_equal(
        smgw_fetch_raw(shared.gateway, "bob", &gone, collect_bytes, &raw, NULL, &error), SMGW_ERR_NOT_FOUND);
    assert_int_equal(smgw_fetch_text(shared.gateway, "bob", &stale, 100, NULL, &text, &error), SMGW_ERR_STALE);
    assert_int_equal(smgw_fetch_raw(shared.gateway, "bob", &stale, collect_bytes, &raw, NULL, &error), SMGW_ERR_STALE);
    assert_null(raw.data);
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_int_equal(smgw_fetch_text(shared.gateway, "bob", &bad[i], 100, NULL, &text, &error), SMGW_ERR_INVALID);
    const smgw_ref good = { "INBOX", uidvalidity, first_uid };
    assert_int_equal(smgw_fetch_text(shared.gateway, "bob", &good, 0, NULL, &text, &error), SMGW_ERR_INVALID);
    assert_string_equal(error.field, "max_len");
}

static bool stop_writing(void *context, const void *data, size_t len)
{
    (void)context, (void)data, (void)len;
    return false;
}

static void a_reader_may_stop_the_stream(void **state)
{
    (void)state;
    smgw_error error = SMGW_ERROR_INIT;
    const smgw_ref ref = { "INBOX", uidvalidity, first_uid };
    assert_int_equal(smgw_fetch_raw(shared.gateway, "bob", &ref, stop_writing, NULL, NULL, &error), SMGW_ERR_CANCELLED);
    smgw_text text = SMGW_TEXT_INIT;
    assert_ok(smgw_fetch_text(shared.gateway, "bob", &ref, 100, NULL, &text, &error), &error);
    assert_int_equal(strncmp(text.data, "body\n", 5), 0);
    smgw_text_dispose(&text);
}

static void reading_marks_nothing_as_seen(void **state)
{
    (void)state;
    smgw_query query = SMGW_QUERY_INIT;
    query.flags_set = SMGW_FLAG_SEEN;
    assert_int_equal(count_matches(&query), 0);
}

static void html_alone_is_given_as_html(void **state)
{
    (void)state;
    smgw_error error = SMGW_ERROR_INIT;
    smgw_receipt receipt = SMGW_RECEIPT_INIT;
    smgw_message *message = NULL;
    assert_ok(smgw_message_new(&message), &error);
    assert_ok(smgw_message_add_to(message, mail_servers_get()->user2, NULL, &error), &error);
    assert_ok(smgw_message_set_html(message, "<p>\342\202\254</p>", 10, &error), &error);
    assert_ok(smgw_send(shared.gateway, "ada", message, NULL, &receipt, &error), &error);
    smgw_message_free(message);
    smgw_ref ref = wait_for_message(shared.gateway, "bob", receipt.message_id);
    smgw_text text = SMGW_TEXT_INIT;
    assert_ok(smgw_fetch_text(shared.gateway, "bob", &ref, 100, NULL, &text, &error), &error);
    assert_true(text.is_html);
    assert_int_equal(strncmp(text.data, "<p>\342\202\254</p>", 10), 0);
    smgw_text_dispose(&text);
}

static void folders_have_their_roles(void **state)
{
    (void)state;
    static const char *const expected[][2] = { { "INBOX", "inbox" }, { "Sent", "sent" }, { "Drafts", "drafts" },
        { "Trash", "trash" }, { "Archive", "archive" } };
    smgw_error error = SMGW_ERROR_INIT;
    smgw_folder_list list = SMGW_FOLDER_LIST_INIT;
    assert_ok(smgw_list_folders(shared.gateway, "bob", NULL, &list, &error), &error);
    for (size_t i = 0; i < COUNT_OF(expected); i++) {
        size_t hits = 0;
        for (size_t j = 0; j < list.count; j++)
            hits += strcmp(list.items[j].name, expected[i][0]) == 0 &&
                    strcmp(list.items[j].role, expected[i][1]) == 0 && list.items[j].selectable;
        assert_int_equal(hits, 1);
    }
    smgw_folder_list_dispose(&list);
    assert_null(list.items);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(terms_are_combined),
        cmocka_unit_test(the_iterator_gives_each_once_in_order),
        cmocka_unit_test(an_iterator_may_end_early_and_others_go_on),
        cmocka_unit_test(a_missing_folder_is_refused),
        cmocka_unit_test(an_empty_folder_has_no_messages),
        cmocka_unit_test(references_are_checked),
        cmocka_unit_test(a_reader_may_stop_the_stream),
        cmocka_unit_test(html_alone_is_given_as_html),
        cmocka_unit_test(folders_have_their_roles),
        cmocka_unit_test(reading_marks_nothing_as_seen),
    };
    return cmocka_run_group_tests(tests, fill_the_folder, stop);
}
