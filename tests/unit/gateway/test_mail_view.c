/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "gateway/mail_view.h"
#include "support/failing_alloc.h"

#include <string.h>

static const mgw_imap_address addresses[] = {
    { MGW_LIT_INIT("=?utf-8?q?L=C3=B6we?="), MGW_LIT_INIT("ada"), MGW_LIT_INIT("example.com") },
    { { NULL, 0 }, MGW_LIT_INIT("team"), { NULL, 0 } }, /* a group begins */
    { { NULL, 0 }, MGW_LIT_INIT("bob"), MGW_LIT_INIT("example.com") },
    { { NULL, 0 }, { NULL, 0 }, { NULL, 0 } }, /* and ends */
};
static const mgw_imap_parameter continued_name[] = {
    { MGW_LIT_INIT("FILENAME*0*"), MGW_LIT_INIT("UTF-8''%2e%2e") },
    { MGW_LIT_INIT("filename*1*"), MGW_LIT_INIT("%2fetc%2fpasswd") },
};
static const mgw_imap_parameter charset[] = { { MGW_LIT_INIT("CHARSET"), MGW_LIT_INIT("UTF-8") } };
static const mgw_imap_part parts[] = {
    { .section = MGW_LIT_INIT(""),
        .multipart = true,
        .type = MGW_LIT_INIT("multipart"),
        .subtype = MGW_LIT_INIT("MIXED") },
    { .section = MGW_LIT_INIT("1"),
        .depth = 1,
        .type = MGW_LIT_INIT("TEXT"),
        .subtype = MGW_LIT_INIT("Plain"),
        .parameters = { charset, 1 },
        .encoding = MGW_LIT_INIT("7BIT"),
        .size = 12 },
    { .section = MGW_LIT_INIT("2"),
        .depth = 1,
        .type = MGW_LIT_INIT("APPLICATION"),
        .subtype = MGW_LIT_INIT("PDF"),
        .encoding = MGW_LIT_INIT("BASE64"),
        .size = 99,
        .disposition = MGW_LIT_INIT("ATTACHMENT"),
        .disposition_parameters = { continued_name, 2 },
        .id = MGW_LIT_INIT("<a@b>") },
};
static const mgw_imap_fetch message = {
    .uid = 7,
    .flags = SMGW_FLAG_SEEN,
    .internal_date = MGW_LIT_INIT(" 1-Jan-2024 00:00:00 +0000"),
    .size = 1234,
    .envelope = {
        .date = MGW_LIT_INIT("Mon, 1 Jan 2024 01:00:00 +0100"),
        .subject = MGW_LIT_INIT("=?utf-8?q?a=0D=0ABcc:_e=40x?="),
        .from = { addresses, COUNT_OF(addresses) },
        .message_id = MGW_LIT_INIT("<id@x>"),
    },
    .parts = parts,
    .part_count = COUNT_OF(parts),
};

static void everything_is_decoded(void **state)
{
    (void)state;
    mgw_arena arena;
    mgw_arena_init(&arena, 1000000);
    smgw_mail mail;
    assert_int_equal(mgw_mail_view(&arena, &message, "INBOX", 42, &mail), SMGW_OK);
    assert_int_equal(mail.ref.uid, 7);
    assert_int_equal(mail.ref.uidvalidity, 42);
    assert_int_equal(mail.internal_date, 1704067200);
    assert_int_equal(mail.date, 1704067200);
    assert_null(strpbrk(mail.subject, "\r\n"));
    assert_int_equal(mail.from.count, 2);
    assert_string_equal(mail.from.items[0].name, "L\303\266we");
    assert_string_equal(mail.from.items[0].address, "ada@example.com");
    assert_string_equal(mail.from.items[1].address, "bob@example.com");
    assert_string_equal(mail.message_id, "<id@x>");
    assert_string_equal(mail.in_reply_to, "");
    assert_int_equal(mail.part_count, 3);
    assert_string_equal(mail.parts[0].media_type, "multipart/mixed");
    assert_string_equal(mail.parts[1].media_type, "text/plain");
    assert_string_equal(mail.parts[1].charset, "utf-8");
    assert_false(mail.parts[1].is_attachment);
    assert_string_equal(mail.parts[2].filename, "../etc/passwd");
    assert_string_equal(mail.parts[2].disposition, "attachment");
    assert_true(mail.parts[2].is_attachment);
    assert_int_equal(mail.defects, 0);
    mgw_arena_free(&arena);
}

static void what_is_missing_is_empty(void **state)
{
    (void)state;
    mgw_arena arena;
    mgw_arena_init(&arena, 10000);
    mgw_imap_fetch nothing = { .uid = 1, .defects = 2, .envelope = { .date = MGW_LIT("never") } };
    smgw_mail mail;
    assert_int_equal(mgw_mail_view(&arena, &nothing, "INBOX", 42, &mail), SMGW_OK);
    assert_true(mail.internal_date == INT64_MIN);
    assert_true(mail.date == INT64_MIN);
    assert_string_equal(mail.subject, "");
    assert_int_equal(mail.to.count, 0);
    assert_int_equal(mail.part_count, 0);
    assert_int_equal(mail.defects, 3);
    mgw_arena_free(&arena);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    bool failed = true;
    for (unsigned long n = 1; failed; n++) {
        mgw_arena arena;
        mgw_arena_init(&arena, 1000000);
        smgw_mail mail;
        failing_alloc_start(n);
        smgw_status status = mgw_mail_view(&arena, &message, "INBOX", 42, &mail);
        failed = failing_alloc_stop();
        assert_int_equal(status, failed ? SMGW_ERR_NO_MEMORY : SMGW_OK);
        mgw_arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_is_decoded),
        cmocka_unit_test(what_is_missing_is_empty),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
