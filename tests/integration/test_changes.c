/* SPDX-License-Identifier: MIT */
/*
 * Changing folders and messages on a real server, each change looked at afterwards through other calls. Each test works
 * in a folder of its own with copies of the same three messages.
 */
#include "support/test.h"

#include "support/mail_servers.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { BASE = 3 };

#define DRAFTS_AND_CO "Entw\303\274rfe & Co"

static test_gateway shared;
static smgw_error error = SMGW_ERROR_INIT;
static char tag[40]; /* In every name: the servers may have served other tests before. */
static uint32_t base_uids[BASE];
static smgw_messages base = { "INBOX", 0, base_uids, BASE };

static int fill_the_inbox(void **state)
{
    (void)state;
    snprintf(tag, sizeof tag, "changes%ld-%ld", (long)time(NULL), (long)getpid());
    test_gateway_prepare(&shared);
    test_gateway_start(&shared);
    for (size_t i = 0; i < BASE; i++) {
        smgw_receipt receipt = SMGW_RECEIPT_INIT;
        smgw_message *message = simple_message(tag);
        assert_ok(smgw_send(shared.gateway, "bob", message, NULL, &receipt, &error), &error);
        smgw_message_free(message);
        smgw_ref ref = wait_for_message(shared.gateway, "ada", receipt.message_id);
        base_uids[i] = ref.uid;
        base.uidvalidity = ref.uidvalidity;
    }
    return 0;
}

static int stop(void **state)
{
    (void)state;
    test_gateway_stop(&shared);
    return 0;
}

/* A name of this run. */
static const char *named(char name[100], const char *words)
{
    snprintf(name, 100, "%s %s", tag, words);
    return name;
}

static bool is_listed(const char *name)
{
    smgw_folder_list list = SMGW_FOLDER_LIST_INIT;
    bool found = false;
    assert_ok(smgw_list_folders(shared.gateway, "ada", NULL, &list, &error), &error);
    for (size_t i = 0; i < list.count; i++)
        found |= strcmp(list.items[i].name, name) == 0;
    smgw_folder_list_dispose(&list);
    return found;
}

static smgw_status make_folder(const char *name)
{
    return smgw_create_folder(shared.gateway, "ada", name, NULL, &error);
}

static smgw_folder_counts counts_of(const char *folder)
{
    smgw_folder_counts counts = SMGW_FOLDER_COUNTS_INIT;
    assert_ok(smgw_folder_status(shared.gateway, "ada", folder, NULL, &counts, &error), &error);
    return counts;
}

static size_t count_found(const char *folder, const smgw_query *query)
{
    smgw_uid_list list = SMGW_UID_LIST_INIT;
    assert_ok(smgw_search(shared.gateway, "ada", folder, query, NULL, &list, &error), &error);
    size_t count = list.count;
    smgw_uid_list_dispose(&list);
    return count;
}

static size_t count_keyword(const char *folder, const char *criteria)
{
    smgw_query query = SMGW_QUERY_INIT;
    query.criteria = criteria;
    return count_found(folder, &query);
}

/* A folder with the three messages; they are `messages`. */
typedef struct place {
    char folder[100];
    uint32_t uids[BASE];
    smgw_messages messages;
} place;

static void make_place(place *at, const char *words)
{
    assert_ok(make_folder(named(at->folder, words)), &error);
    assert_ok(smgw_copy_messages(shared.gateway, "ada", &base, at->folder, NULL, NULL, &error), &error);
    smgw_uid_list list = SMGW_UID_LIST_INIT;
    assert_ok(smgw_search(shared.gateway, "ada", at->folder, NULL, NULL, &list, &error), &error);
    assert_int_equal(list.count, BASE);
    memcpy(at->uids, list.uids, sizeof at->uids);
    at->messages = (smgw_messages){ at->folder, list.uidvalidity, at->uids, BASE };
    smgw_uid_list_dispose(&list);
}

static smgw_status mark(const smgw_messages *messages, smgw_mark_mode mode, uint32_t flags, const char *keyword)
{
    const char *keywords[] = { keyword };
    const smgw_mark how = { mode, flags, keywords, keyword != NULL };
    return smgw_mark_messages(shared.gateway, "ada", messages, &how, NULL, &error);
}

static size_t records(const char *text)
{
    return kept_audit_count(&shared.audit, text);
}

static void folders_come_and_go(void **state)
{
    (void)state;
    static const char *const words[] = { DRAFTS_AND_CO, "a/b/c", "\346\227\245\346\234\254", "&- &AOQ-", "v1.2" };
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        char first[100];
        char second[120];
        named(first, words[i]);
        snprintf(second, sizeof second, "%s, renamed", first);
        assert_ok(make_folder(first), &error);
        assert_true(is_listed(first));
        assert_int_equal(make_folder(first), SMGW_ERR_EXISTS);
        assert_int_equal(counts_of(first).messages, 0);
        assert_ok(smgw_rename_folder(shared.gateway, "ada", first, second, NULL, &error), &error);
        assert_false(is_listed(first));
        assert_true(is_listed(second));
        assert_ok(smgw_subscribe_folder(shared.gateway, "ada", second, true, NULL, &error), &error);
        assert_ok(smgw_subscribe_folder(shared.gateway, "ada", second, false, NULL, &error), &error);
        assert_ok(smgw_delete_folder(shared.gateway, "ada", second, NULL, &error), &error);
        assert_false(is_listed(second));
        assert_int_equal(smgw_delete_folder(shared.gateway, "ada", second, NULL, &error), SMGW_ERR_NOT_FOUND);
    }
}

static void every_change_of_a_folder_is_recorded_twice(void **state)
{
    (void)state;
    static const char *const events[] = { "FOLDER_CREATED", "FOLDER_SUBSCRIBED", "FOLDER_DELETED" };
    size_t before[COUNT_OF(events)];
    size_t failed = records("\"outcome\":\"failed\"");
    char name[100];
    named(name, "recorded");
    for (size_t i = 0; i < COUNT_OF(events); i++)
        before[i] = records(events[i]);
    assert_ok(make_folder(name), &error);
    assert_ok(smgw_subscribe_folder(shared.gateway, "ada", name, true, NULL, &error), &error);
    assert_ok(smgw_delete_folder(shared.gateway, "ada", name, NULL, &error), &error);
    for (size_t i = 0; i < COUNT_OF(events); i++)
        assert_int_equal(records(events[i]), before[i] + 2);
    assert_int_equal(smgw_delete_folder(shared.gateway, "ada", name, NULL, &error), SMGW_ERR_NOT_FOUND);
    assert_int_equal(records("\"outcome\":\"failed\""), failed + 1);
    assert_true(records("\"outcome\":\"attempted\"") > 3);
    assert_true(records(name) >= 8);
}

static void names_are_checked(void **state)
{
    (void)state;
    static const char *const bad[] = { "", "INBOX", "inbox", "a\r\nb", "a*", "a%b", "../a", "/a", "a//b", "~bob",
        "#x" };
    static const char *const inbox[] = { "INBOX", "inbox", "INBOX/", "Inbox." };
    char name[100];
    named(name, "unused");
    size_t before = records("FOLDER_");
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_int_equal(make_folder(bad[i]), SMGW_ERR_INVALID);
        assert_string_equal(error.field, "name");
        assert_int_equal(smgw_rename_folder(shared.gateway, "ada", "Sent", bad[i], NULL, &error), SMGW_ERR_INVALID);
    }
    for (size_t i = 0; i < COUNT_OF(inbox); i++) {
        assert_int_equal(smgw_delete_folder(shared.gateway, "ada", inbox[i], NULL, &error), SMGW_ERR_INVALID);
        assert_int_equal(error.rule, SMGW_RULE_RESERVED);
        assert_int_equal(smgw_rename_folder(shared.gateway, "ada", inbox[i], name, NULL, &error), SMGW_ERR_INVALID);
    }
    assert_int_equal(smgw_subscribe_folder(shared.gateway, "ada", "a\nb", true, NULL, &error), SMGW_ERR_INVALID);
    assert_int_equal(records("FOLDER_"), before);
}

static void folders_are_counted(void **state)
{
    (void)state;
    place at;
    make_place(&at, "counted");
    const smgw_messages one = { at.folder, at.messages.uidvalidity, at.uids, 1 };
    assert_ok(mark(&one, SMGW_MARK_ADD, SMGW_FLAG_SEEN, NULL), &error);
    /* The connection still has this folder open. */
    smgw_folder_counts counts = counts_of(at.folder);
    assert_int_equal(counts.messages, BASE);
    assert_int_equal(counts.unseen, BASE - 1);
    assert_int_equal(counts.uidvalidity, at.messages.uidvalidity);
    assert_true(counts.uidnext > at.uids[BASE - 1]);
    assert_true(!counts.has_size || counts.size > 100);
    assert_int_equal(
        smgw_folder_status(shared.gateway, "ada", "No such folder", NULL, &counts, &error), SMGW_ERR_NOT_FOUND);
    counts.struct_size = 1;
    assert_int_equal(smgw_folder_status(shared.gateway, "ada", "INBOX", NULL, &counts, &error), SMGW_ERR_INVALID);
}

static void marks_are_added_removed_and_replaced(void **state)
{
    (void)state;
    place at;
    smgw_query flagged = SMGW_QUERY_INIT;
    smgw_query seen = SMGW_QUERY_INIT;
    flagged.flags_set = SMGW_FLAG_FLAGGED;
    seen.flags_set = SMGW_FLAG_SEEN;
    make_place(&at, "marked");
    smgw_messages two = at.messages;
    two.count = 2;
    assert_ok(mark(&two, SMGW_MARK_ADD, SMGW_FLAG_FLAGGED, "$Later"), &error);
    assert_int_equal(count_found(at.folder, &flagged), 2);
    assert_int_equal(count_keyword(at.folder, "KEYWORD $Later"), 2);
    assert_ok(mark(&two, SMGW_MARK_REMOVE, 0, "$Later"), &error);
    assert_int_equal(count_keyword(at.folder, "KEYWORD $Later"), 0);
    assert_int_equal(count_found(at.folder, &flagged), 2);
    assert_ok(mark(&at.messages, SMGW_MARK_REPLACE, SMGW_FLAG_SEEN, NULL), &error);
    assert_int_equal(count_found(at.folder, &flagged), 0);
    assert_int_equal(count_found(at.folder, &seen), BASE);
    assert_ok(mark(&at.messages, SMGW_MARK_REPLACE, 0, NULL), &error);
    assert_int_equal(count_found(at.folder, &seen), 0);
}

static void marks_are_checked(void **state)
{
    (void)state;
    size_t before = records("MESSAGE_FLAGGED");
    assert_int_equal(mark(&base, SMGW_MARK_ADD, 0, NULL), SMGW_ERR_INVALID);
    assert_int_equal(mark(&base, SMGW_MARK_ADD, 1 << 5, NULL), SMGW_ERR_INVALID);
    assert_string_equal(error.field, "flags");
    assert_int_equal(mark(&base, (smgw_mark_mode)4, SMGW_FLAG_SEEN, NULL), SMGW_ERR_INVALID);
    assert_int_equal(mark(&base, (smgw_mark_mode)0, SMGW_FLAG_SEEN, NULL), SMGW_ERR_INVALID);
    assert_int_equal(mark(&base, SMGW_MARK_ADD, 0, "a b"), SMGW_ERR_INVALID);
    assert_int_equal(mark(&base, SMGW_MARK_ADD, 0, "\\Seen"), SMGW_ERR_INVALID);
    assert_string_equal(error.field, "keywords");
    assert_int_equal(mark(&base, SMGW_MARK_ADD, 0, "a)\r\nX LOGOUT"), SMGW_ERR_INVALID);
    const smgw_mark many = { SMGW_MARK_ADD, 0, NULL, 101 };
    assert_int_equal(smgw_mark_messages(shared.gateway, "ada", &base, &many, NULL, &error), SMGW_ERR_INVALID);
    assert_int_equal(records("MESSAGE_FLAGGED"), before);
}

static void references_are_checked(void **state)
{
    (void)state;
    static const uint32_t one[] = { 1 };
    static const uint32_t zero[] = { 1, 0 };
    static uint32_t many[10001];
    const smgw_messages bad[] = { { NULL, 1, one, 1 }, { "INBOX", 0, one, 1 }, { "INBOX", 1, NULL, 1 },
        { "INBOX", 1, one, 0 }, { "INBOX", 1, zero, 2 }, { "a\r\nb", 1, one, 1 }, { "INBOX", 1, many, 10001 } };
    for (size_t i = 0; i < COUNT_OF(many); i++)
        many[i] = 1;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        smgw_change change = SMGW_CHANGE_INIT;
        assert_int_equal(mark(&bad[i], SMGW_MARK_ADD, SMGW_FLAG_SEEN, NULL), SMGW_ERR_INVALID);
        assert_int_equal(
            smgw_move_messages(shared.gateway, "ada", &bad[i], "Sent", NULL, &change, &error), SMGW_ERR_INVALID);
        assert_int_equal(
            smgw_delete_messages(shared.gateway, "ada", &bad[i], true, NULL, &change, &error), SMGW_ERR_INVALID);
    }
    assert_int_equal(smgw_copy_messages(shared.gateway, "ada", &base, "a\nb", NULL, NULL, &error), SMGW_ERR_INVALID);
    assert_string_equal(error.field, "destination");
    assert_int_equal(smgw_move_messages(shared.gateway, "ada", &base, "inbox", NULL, NULL, &error), SMGW_ERR_INVALID);
    smgw_change wrong = { .struct_size = 1 };
    assert_int_equal(smgw_copy_messages(shared.gateway, "ada", &base, "Sent", NULL, &wrong, &error), SMGW_ERR_INVALID);
}

static void messages_are_copied_and_moved(void **state)
{
    (void)state;
    place at;
    char there[100];
    smgw_change change = SMGW_CHANGE_INIT;
    make_place(&at, "from here");
    assert_ok(make_folder(named(there, "to/" DRAFTS_AND_CO)), &error);
    assert_ok(smgw_copy_messages(shared.gateway, "ada", &at.messages, there, NULL, &change, &error), &error);
    assert_false(change.partial);
    assert_int_equal(change.count, BASE);
    assert_int_equal(change.uid, 0);
    assert_int_equal(change.uidvalidity, counts_of(there).uidvalidity);
    assert_int_equal(counts_of(there).messages, BASE);
    assert_int_equal(counts_of(at.folder).messages, BASE);

    const smgw_messages last = { at.folder, at.messages.uidvalidity, at.uids + 2, 1 };
    assert_ok(smgw_move_messages(shared.gateway, "ada", &last, there, NULL, &change, &error), &error);
    assert_int_equal(change.count, 1);
    assert_int_equal(counts_of(at.folder).messages, BASE - 1);
    assert_int_equal(counts_of(there).messages, BASE + 1);

    /* What was moved is found where the result says, and comes back. */
    const smgw_messages moved = { there, change.uidvalidity, &change.uid, 1 };
    smgw_text text = SMGW_TEXT_INIT;
    const smgw_ref ref = { there, change.uidvalidity, change.uid };
    assert_ok(smgw_fetch_text(shared.gateway, "ada", &ref, 100, NULL, &text, &error), &error);
    smgw_text_dispose(&text);
    assert_ok(smgw_move_messages(shared.gateway, "ada", &moved, at.folder, NULL, NULL, &error), &error);
    assert_int_equal(counts_of(at.folder).messages, BASE);
    assert_int_equal(counts_of(there).messages, BASE);
}

static void a_missing_destination_changes_nothing(void **state)
{
    (void)state;
    place at;
    char missing[100];
    smgw_change change = SMGW_CHANGE_INIT;
    make_place(&at, "going nowhere");
    named(missing, "missing");
    assert_int_equal(
        smgw_move_messages(shared.gateway, "ada", &at.messages, missing, NULL, &change, &error), SMGW_ERR_NOT_FOUND);
    assert_false(change.partial);
    assert_int_equal(
        smgw_copy_messages(shared.gateway, "ada", &at.messages, missing, NULL, &change, &error), SMGW_ERR_NOT_FOUND);
    assert_int_equal(counts_of(at.folder).messages, BASE);
    assert_false(is_listed(missing));
}

static void deletion_goes_to_the_trash(void **state)
{
    (void)state;
    place at;
    smgw_change change = SMGW_CHANGE_INIT;
    make_place(&at, "to the trash");
    uint32_t before = counts_of("Trash").messages;
    const smgw_messages one = { at.folder, at.messages.uidvalidity, at.uids, 1 };
    assert_ok(smgw_delete_messages(shared.gateway, "ada", &one, false, NULL, &change, &error), &error);
    assert_int_equal(counts_of(at.folder).messages, BASE - 1);
    assert_int_equal(counts_of("Trash").messages, before + 1);
    assert_true(records("\"mode\":\"to_trash\"") >= 2);
    const smgw_messages trashed = { "Trash", change.uidvalidity, &change.uid, 1 };
    assert_int_equal(
        smgw_delete_messages(shared.gateway, "ada", &trashed, false, NULL, NULL, &error), SMGW_ERR_INVALID);
    assert_int_equal(counts_of("Trash").messages, before + 1);
    assert_ok(smgw_delete_messages(shared.gateway, "ada", &trashed, true, NULL, NULL, &error), &error);
    assert_int_equal(counts_of("Trash").messages, before);
}

static void deletion_for_good_takes_only_what_was_named(void **state)
{
    (void)state;
    place at;
    make_place(&at, "for good");
    const smgw_messages marked = { at.folder, at.messages.uidvalidity, at.uids, 1 };
    const smgw_messages named_one = { at.folder, at.messages.uidvalidity, at.uids + 1, 1 };
    assert_ok(mark(&marked, SMGW_MARK_ADD, SMGW_FLAG_DELETED, NULL), &error);
    assert_ok(smgw_delete_messages(shared.gateway, "ada", &named_one, true, NULL, NULL, &error), &error);
    assert_int_equal(counts_of(at.folder).messages, BASE - 1);
    smgw_query deleted = SMGW_QUERY_INIT;
    deleted.flags_set = SMGW_FLAG_DELETED;
    assert_int_equal(count_found(at.folder, &deleted), 1);
    /* What is gone is passed over. */
    assert_ok(smgw_delete_messages(shared.gateway, "ada", &named_one, true, NULL, NULL, &error), &error);
    assert_int_equal(counts_of(at.folder).messages, BASE - 1);
}

static void stale_and_unborn_references_change_nothing(void **state)
{
    (void)state;
    place at;
    make_place(&at, "stale");
    uint32_t unborn = 4000000000;
    smgw_messages stale = at.messages;
    smgw_messages future = { at.folder, at.messages.uidvalidity, &unborn, 1 };
    const struct {
        const smgw_messages *messages;
        smgw_status status;
    } rows[] = { { &stale, SMGW_ERR_STALE }, { &future, SMGW_ERR_NOT_FOUND } };
    stale.uidvalidity++;
    size_t attempted = records("\"outcome\":\"attempted\"");
    uint32_t trash = counts_of("Trash").messages;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const smgw_messages *m = rows[i].messages;
        assert_int_equal(mark(m, SMGW_MARK_ADD, SMGW_FLAG_SEEN, NULL), rows[i].status);
        assert_int_equal(smgw_copy_messages(shared.gateway, "ada", m, "Trash", NULL, NULL, &error), rows[i].status);
        assert_int_equal(smgw_move_messages(shared.gateway, "ada", m, "Trash", NULL, NULL, &error), rows[i].status);
        assert_int_equal(smgw_delete_messages(shared.gateway, "ada", m, false, NULL, NULL, &error), rows[i].status);
        assert_int_equal(smgw_delete_messages(shared.gateway, "ada", m, true, NULL, NULL, &error), rows[i].status);
    }
    assert_int_equal(records("\"outcome\":\"attempted\""), attempted);
    assert_int_equal(counts_of(at.folder).messages, BASE);
    assert_int_equal(counts_of(at.folder).unseen, BASE);
    assert_int_equal(counts_of("Trash").messages, trash);
}

static void without_a_record_nothing_changes(void **state)
{
    (void)state;
    place at;
    char fresh[100];
    make_place(&at, "unrecorded");
    named(fresh, "never made");
    uint32_t trash = counts_of("Trash").messages;
    shared.audit.refuse = true;
    assert_int_equal(mark(&at.messages, SMGW_MARK_ADD, SMGW_FLAG_SEEN, NULL), SMGW_ERR_AUDIT);
    assert_int_equal(
        smgw_copy_messages(shared.gateway, "ada", &at.messages, "Trash", NULL, NULL, &error), SMGW_ERR_AUDIT);
    assert_int_equal(
        smgw_move_messages(shared.gateway, "ada", &at.messages, "Trash", NULL, NULL, &error), SMGW_ERR_AUDIT);
    assert_int_equal(
        smgw_delete_messages(shared.gateway, "ada", &at.messages, false, NULL, NULL, &error), SMGW_ERR_AUDIT);
    assert_int_equal(
        smgw_delete_messages(shared.gateway, "ada", &at.messages, true, NULL, NULL, &error), SMGW_ERR_AUDIT);
    assert_int_equal(make_folder(fresh), SMGW_ERR_AUDIT);
    assert_int_equal(smgw_rename_folder(shared.gateway, "ada", at.folder, fresh, NULL, &error), SMGW_ERR_AUDIT);
    assert_int_equal(smgw_delete_folder(shared.gateway, "ada", at.folder, NULL, &error), SMGW_ERR_AUDIT);
    assert_int_equal(smgw_subscribe_folder(shared.gateway, "ada", at.folder, true, NULL, &error), SMGW_ERR_AUDIT);
    shared.audit.refuse = false;
    assert_false(is_listed(fresh));
    assert_int_equal(counts_of(at.folder).messages, BASE);
    assert_int_equal(counts_of(at.folder).unseen, BASE);
    assert_int_equal(counts_of("Trash").messages, trash);
}

static void the_trail_has_facts_and_no_content(void **state)
{
    (void)state;
    place at;
    make_place(&at, "facts");
    char expected[300];
    assert_ok(smgw_move_messages(shared.gateway, "ada", &at.messages, "Archive", NULL, NULL, &error), &error);
    static const char *const outcomes[] = { "attempted", "done" };
    for (size_t i = 0; i < COUNT_OF(outcomes); i++) {
        snprintf(expected, sizeof expected,
            "\"event\":\"MESSAGE_MOVED\",\"account\":\"ada\",\"details\":{\"outcome\":\"%s\",\"folder\":\"%s\","
            "\"destination\":\"Archive\",\"uidvalidity\":%u,\"count\":3}",
            outcomes[i], at.folder, (unsigned)at.messages.uidvalidity);
        assert_int_equal(records(expected), 1);
    }
}

static void each_change_takes_a_token(void **state)
{
    (void)state;
    test_gateway limited;
    test_gateway_prepare(&limited);
    limited.accounts[0].imap_requests_per_minute = 1;
    test_gateway_start(&limited);
    smgw_folder_counts counts = SMGW_FOLDER_COUNTS_INIT;
    const smgw_mark seen = { SMGW_MARK_ADD, SMGW_FLAG_SEEN, NULL, 0 };
    char name[100];
    named(name, "too many");
    assert_ok(smgw_folder_status(limited.gateway, "ada", "INBOX", NULL, &counts, &error), &error);
    assert_int_equal(smgw_folder_status(limited.gateway, "ada", "INBOX", NULL, &counts, &error), SMGW_ERR_RATE_LIMITED);
    assert_int_equal(smgw_create_folder(limited.gateway, "ada", name, NULL, &error), SMGW_ERR_RATE_LIMITED);
    assert_int_equal(smgw_mark_messages(limited.gateway, "ada", &base, &seen, NULL, &error), SMGW_ERR_RATE_LIMITED);
    assert_int_equal(
        smgw_move_messages(limited.gateway, "ada", &base, "Sent", NULL, NULL, &error), SMGW_ERR_RATE_LIMITED);
    assert_int_equal(kept_audit_count(&limited.audit, "RATE_LIMIT_EXCEEDED"), 4);
    assert_int_equal(kept_audit_count(&limited.audit, "attempted"), 0);
    test_gateway_stop(&limited);
    assert_false(is_listed(name));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folders_come_and_go),
        cmocka_unit_test(every_change_of_a_folder_is_recorded_twice),
        cmocka_unit_test(names_are_checked),
        cmocka_unit_test(folders_are_counted),
        cmocka_unit_test(marks_are_added_removed_and_replaced),
        cmocka_unit_test(marks_are_checked),
        cmocka_unit_test(references_are_checked),
        cmocka_unit_test(messages_are_copied_and_moved),
        cmocka_unit_test(a_missing_destination_changes_nothing),
        cmocka_unit_test(deletion_goes_to_the_trash),
        cmocka_unit_test(deletion_for_good_takes_only_what_was_named),
        cmocka_unit_test(stale_and_unborn_references_change_nothing),
        cmocka_unit_test(without_a_record_nothing_changes),
        cmocka_unit_test(the_trail_has_facts_and_no_content),
        cmocka_unit_test(each_change_takes_a_token),
    };
    return cmocka_run_group_tests(tests, fill_the_inbox, stop);
}
