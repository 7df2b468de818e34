/* SPDX-License-Identifier: MIT */
/* What the parser refuses, or takes without more than linear work. */
#include "support/test.h"

#include "base/buf.h"

#include "simplemailgw/mail.h"

#include <string.h>

static bool collect(void *context, const void *data, size_t len)
{
    return mgw_buf_add(context, data, len) == SMGW_OK;
}

static smgw_parsed *parse(mgw_bytes text)
{
    smgw_parsed *parsed = NULL;
    smgw_error error = SMGW_ERROR_INIT;
    if (smgw_parse(&parsed, text.data, text.len, &error) != SMGW_OK)
        fail_msg("%s", error.message);
    assert_non_null(parsed);
    return parsed;
}

static void assert_refused(mgw_bytes text, smgw_status status, const char *field)
{
    smgw_parsed *parsed = (smgw_parsed *)(void *)&status;
    smgw_error error = SMGW_ERROR_INIT;
    assert_int_equal(smgw_parse(&parsed, text.data, text.len, &error), status);
    assert_null(parsed);
    assert_int_equal(error.status, status);
    assert_string_equal(error.field, field);
}

static void assert_content(const smgw_parsed *parsed, size_t index, mgw_bytes expected)
{
    mgw_buf content = MGW_BUF_INIT(SIZE_MAX);
    assert_int_equal(smgw_parsed_content(parsed, index, collect, &content, NULL), SMGW_OK);
    assert_int_equal(content.len, expected.len);
    if (expected.len > 0)
        assert_memory_equal(content.data, expected.data, expected.len);
    mgw_buf_free(&content);
}

static void an_empty_boundary_is_refused(void **state)
{
    (void)state; /* M08 */
    assert_refused(
        MGW_LIT("Content-Type: multipart/mixed; boundary=\"\"\r\n\r\n--\r\n\r\nx\r\n"), SMGW_ERR_INVALID, "boundary");
    assert_refused(
        MGW_LIT("Content-Type: multipart/mixed; boundary=\" \"\r\n\r\n--\r\n\r\nx\r\n"), SMGW_ERR_INVALID, "boundary");
}

static void add_times(mgw_buf *buf, size_t n, const char *text)
{
    for (; n > 0; n--)
        mgw_buf_add_str(buf, text);
}

/* `depth` multiparts or messages in one another. */
static void add_nested(mgw_buf *buf, size_t depth, bool is_message)
{
    for (size_t i = 0; i < depth; i++) {
        mgw_buf_add_str(
            buf, is_message ? "Content-Type: message/rfc822\r\n\r\n" : "Content-Type: multipart/mixed; boundary=b");
        if (is_message)
            continue;
        mgw_buf_add_u64(buf, i);
        mgw_buf_add_str(buf, "\r\n\r\n--b");
        mgw_buf_add_u64(buf, i);
        mgw_buf_add_str(buf, "\r\n");
    }
    mgw_buf_add_str(buf, "\r\nx");
}

static void depth_is_limited(void **state)
{
    (void)state; /* M01, M02 */
    for (int is_message = 0; is_message < 2; is_message++) {
        const size_t depths[] = { 100, 101, 1000, 100000 };
        for (size_t i = 0; i < COUNT_OF(depths); i++) {
            mgw_buf text = MGW_BUF_INIT(SIZE_MAX);
            add_nested(&text, depths[i], is_message != 0);
            if (depths[i] > 100) {
                assert_refused(mgw_buf_bytes(&text), SMGW_ERR_TOO_LARGE, "depth");
            } else {
                smgw_parsed *parsed = parse(mgw_buf_bytes(&text));
                const smgw_mail *mail = smgw_parsed_mail(parsed);
                assert_int_equal(mail->part_count, 101);
                assert_int_equal(mail->parts[100].depth, 100);
                assert_content(parsed, 100, MGW_LIT("x"));
                smgw_parsed_free(parsed);
            }
            mgw_buf_free(&text);
        }
    }
}

static void counts_and_sizes_are_limited(void **state)
{
    (void)state;
    static const struct {
        const char *before, *repeated, *after;
        size_t accepted;
        const char *field;
    } floods[] = {
        { "Content-Type: multipart/mixed; boundary=b\r\n\r\n", "--b\r\n\r\nx\r\n", "--b--", 9999, "parts" }, /* M03 */
        { "", "X-a: b\r\n", "\r\n", 10000, "header" },                                                       /* M04 */
        { "To: ", "a@b.c,", "\r\n\r\n", 10000, "addresses" },                                                /* M07 */
        { "To: a@b.c\r\nCc: ", "a@b.c,", "\r\n\r\n", 9999, "addresses" },
        { "Subject: =?utf-8?Q?", "=41", "?=\r\n\r\n", 64 * 1024, "field" }, /* M31 */
        { "Subject: ", "a", "\r\n\r\n", 64 * 1024, "field" },
        { "Content-Disposition: attachment; filename=", "a", "\r\n\r\n", 64 * 1024, "field" },
        { "From: ", "a", " <a@b.c>\r\n\r\n", 64 * 1024, "field" },
        { "Message-ID: <", "a", ">\r\n\r\n", 64 * 1024 - 2, "field" },
        { "In-Reply-To: ", "a", "\r\n\r\n", 64 * 1024, "field" },
        { "Content-Type: a/b; charset=", "a", "\r\n\r\n", 64 * 1024, "field" },
        { "Content-Transfer-Encoding: ", "a", "\r\n\r\n", 64 * 1024, "field" },
        { "Content-ID: <", "a", ">\r\n\r\n", 64 * 1024 - 2, "field" },
        { "X: ", "a", "\r\n\r\n", 10 * 1024 * 1024 - 5, "header" },
    };
    for (size_t i = 0; i < COUNT_OF(floods); i++)
        for (size_t over = 0; over < 2; over++) {
            mgw_buf text = MGW_BUF_INIT(SIZE_MAX);
            mgw_buf_add_str(&text, floods[i].before);
            add_times(&text, floods[i].accepted + over, floods[i].repeated);
            mgw_buf_add_str(&text, floods[i].after);
            if (over > 0)
                assert_refused(mgw_buf_bytes(&text), SMGW_ERR_TOO_LARGE, floods[i].field);
            else
                smgw_parsed_free(parse(mgw_buf_bytes(&text)));
            mgw_buf_free(&text);
        }
}

static void an_invalid_date_is_a_defect_only(void **state)
{
    (void)state; /* M33 */
    mgw_buf text = MGW_BUF_INIT(SIZE_MAX);
    mgw_buf_add_str(&text, "Subject: s\r\nDate: ");
    add_times(&text, 100000, "(");
    mgw_buf_add_str(&text, "\r\nTo: (");
    add_times(&text, 60000, "(");
    mgw_buf_add_str(&text, "\r\nContent-Type: (");
    add_times(&text, 100000, "(");
    mgw_buf_add_str(&text, "\r\n\r\nbody");
    smgw_parsed *parsed = parse(mgw_buf_bytes(&text));
    const smgw_mail *mail = smgw_parsed_mail(parsed);
    assert_int_equal(mail->date, INT64_MIN);
    assert_string_equal(mail->subject, "s");
    assert_true(mail->defects >= 3);
    assert_content(parsed, 0, MGW_LIT("body"));
    smgw_parsed_free(parsed);
    mgw_buf_free(&text);
}

/* Long runs of what could make a reader look ahead again and again: the time limit of the test is the assertion. */
static void awkward_fields_take_linear_time(void **state)
{
    (void)state;
    static const char *const names[] = { "In-Reply-To", "Subject", "To", "Message-ID", "Date", "Content-Type",
        "Content-ID", "Content-Disposition", "Content-Transfer-Encoding" };
    static const char *const runs[] = { "\r", "\r ", "<", "(", ")", "\"", "\\", ",", ";", ":", "=", "=?", "=?a?q?",
        "a;", "@", "<@", "'", "*0=", "[", "\xff", " ", "\n ", "=?utf-8?q?a?= " };
    for (size_t i = 0; i < COUNT_OF(names) * COUNT_OF(runs); i++) {
        const char *run = runs[i % COUNT_OF(runs)];
        mgw_buf text = MGW_BUF_INIT(SIZE_MAX);
        mgw_buf_add_str(&text, names[i / COUNT_OF(runs)]);
        mgw_buf_add_str(&text, ": a/b;");
        add_times(&text, 300000 / strlen(run), run);
        mgw_buf_add_str(&text, "x\r\n\r\nbody");
        smgw_parsed *parsed = NULL;
        smgw_status status = smgw_parse(&parsed, text.data, text.len, NULL);
        assert_true(status == SMGW_OK || status == SMGW_ERR_TOO_LARGE);
        smgw_parsed_free(parsed);
        mgw_buf_free(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_boundary_is_refused),
        cmocka_unit_test(depth_is_limited),
        cmocka_unit_test(counts_and_sizes_are_limited),
        cmocka_unit_test(an_invalid_date_is_a_defect_only),
        cmocka_unit_test(awkward_fields_take_linear_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
