/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "mime/message.h"
#include "support/failing_alloc.h"

#include <stdlib.h>
#include <string.h>

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

static void assert_error(
    smgw_status got, const smgw_error *error, smgw_status status, const char *field, smgw_rule rule)
{
    assert_int_equal(got, status);
    assert_int_equal(error->status, status);
    assert_string_equal(error->field, field);
    assert_int_equal(error->rule, rule);
}

static void recipients_are_checked_and_kept_in_order(void **state)
{
    smgw_message *m = *state;
    smgw_error error = SMGW_ERROR_INIT;
    assert_int_equal(smgw_message_add_to(m, "a@example.com", " A\r\nBcc: x ", NULL), SMGW_OK);
    assert_int_equal(smgw_message_add_bcc(m, "b@example.com", NULL, NULL), SMGW_OK);
    assert_int_equal(smgw_message_add_cc(m, "c@example.com", "", NULL), SMGW_OK);
    assert_error(
        smgw_message_add_to(m, "a@b@example.com", NULL, &error), &error, SMGW_ERR_INVALID, "to", SMGW_RULE_SYNTAX);
    assert_error(smgw_message_add_cc(m, "", NULL, &error), &error, SMGW_ERR_INVALID, "cc", SMGW_RULE_EMPTY);
    assert_error(smgw_message_add_bcc(m, "d@example.com", "\xff", &error), &error, SMGW_ERR_INVALID, "display_name",
        SMGW_RULE_UTF8);
    char name[MGW_MESSAGE_MAX_NAME + 2];
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert_error(smgw_message_add_to(m, "d@example.com", name, &error), &error, SMGW_ERR_INVALID, "display_name",
        SMGW_RULE_TOO_LONG);
    assert_int_equal(m->recipient_count, 3);
    assert_string_equal(m->recipients[0].name, " ABcc: x ");
    assert_int_equal(m->recipients[1].kind, MGW_RECIPIENT_BCC);
    assert_string_equal(m->recipients[1].name, "");
    assert_string_equal(m->recipients[2].address, "c@example.com");
}

static void the_number_of_recipients_is_limited(void **state)
{
    smgw_message *m = *state;
    smgw_error error = SMGW_ERROR_INIT;
    for (size_t i = 0; i < MGW_MESSAGE_MAX_RECIPIENTS; i++)
        assert_int_equal(smgw_message_add_bcc(m, "a@example.com", NULL, NULL), SMGW_OK);
    assert_error(smgw_message_add_to(m, "a@example.com", NULL, &error), &error, SMGW_ERR_TOO_LARGE, "recipients",
        SMGW_RULE_COUNT);
}

static void a_refused_input_changes_nothing(void **state)
{
    smgw_message *m = *state;
    smgw_error error = SMGW_ERROR_INIT;
    assert_int_equal(smgw_message_set_subject(m, "Hello\r\nBcc: attacker@evil.com", NULL), SMGW_OK);
    assert_error(smgw_message_set_subject(m, "\r\n", &error), &error, SMGW_ERR_INVALID, "subject", SMGW_RULE_EMPTY);
    assert_string_equal(m->subject, "Hello Bcc: attacker@evil.com");
    assert_int_equal(smgw_message_set_reply_to(m, "a@example.com", "A", NULL), SMGW_OK);
    assert_int_equal(smgw_message_set_reply_to(m, "a", "B", &error), SMGW_ERR_INVALID);
    assert_string_equal(error.field, "reply_to");
    assert_string_equal(m->reply_to.name, "A");
    assert_int_equal(smgw_message_set_text(m, "one", 3, NULL), SMGW_OK);
    assert_error(smgw_message_set_text(m, "a\0b", 3, &error), &error, SMGW_ERR_INVALID, "text", SMGW_RULE_NUL);
    assert_error(smgw_message_set_text(m, "a\xff", 2, &error), &error, SMGW_ERR_INVALID, "text", SMGW_RULE_UTF8);
    assert_error(smgw_message_set_html(m, "a\xff", 2, &error), &error, SMGW_ERR_INVALID, "html", SMGW_RULE_UTF8);
    assert_int_equal(m->text.len, 5);
    assert_false(m->has_html);
}

static void bodies_end_their_lines_with_crlf(void **state)
{
    smgw_message *m = *state;
    static const struct {
        const char *text, *kept;
    } cases[] = {
        { "", "" },
        { "a", "a\r\n" },
        { "a\n", "a\r\n" },
        { "a\r", "a\r\n" },
        { "\n\n", "\r\n\r\n" },
        { "a\r\r\nb", "a\r\n\r\nb\r\n" },
        { "a\nb\rc\r\nd", "a\r\nb\r\nc\r\nd\r\n" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_int_equal(smgw_message_set_text(m, cases[i].text, strlen(cases[i].text), NULL), SMGW_OK);
        assert_true(m->has_text);
        assert_int_equal(m->text.len, strlen(cases[i].kept));
        if (m->text.len > 0)
            assert_memory_equal(m->text.data, cases[i].kept, m->text.len);
    }
    assert_int_equal(smgw_message_set_text(m, NULL, 0, NULL), SMGW_OK);
}

static void a_body_is_limited(void **state)
{
    smgw_message *m = *state;
    smgw_error error = SMGW_ERROR_INIT;
    char *text = malloc(MGW_MESSAGE_MAX_TEXT + 1);
    assert_non_null(text);
    memset(text, '\n', MGW_MESSAGE_MAX_TEXT + 1);
    assert_error(smgw_message_set_text(m, text, MGW_MESSAGE_MAX_TEXT + 1, &error), &error, SMGW_ERR_TOO_LARGE, "text",
        SMGW_RULE_TOO_LONG);
    assert_int_equal(smgw_message_set_text(m, text, MGW_MESSAGE_MAX_TEXT, NULL), SMGW_OK);
    assert_int_equal(m->text.len, 2 * (size_t)MGW_MESSAGE_MAX_TEXT);
    free(text);
}

static void answers_carry_their_thread(void **state)
{
    smgw_message *m = *state;
    smgw_error error = SMGW_ERROR_INIT;
    assert_int_equal(smgw_message_set_in_reply_to(m, "<b@x>", NULL, NULL), SMGW_OK);
    assert_string_equal(m->references, "<b@x>");
    assert_int_equal(smgw_message_set_in_reply_to(m, "<b@x>", "<0@x>|<a@x>", NULL), SMGW_OK);
    assert_string_equal(m->references, "<0@x> <a@x> <b@x>");
    assert_int_equal(smgw_message_set_in_reply_to(m, "<b@x>", "<a@x> <b@x>", NULL), SMGW_OK);
    assert_string_equal(m->references, "<a@x> <b@x>");
    assert_int_equal(smgw_message_set_in_reply_to(m, "<c@x>\r\nBcc: x", NULL, &error), SMGW_ERR_INVALID);
    assert_string_equal(error.field, "message_id");
    /* H50: one bad id rejects the list. */
    assert_int_equal(smgw_message_set_in_reply_to(m, "<c@x>", "<a@b>|<c@d>\r\nBcc: e", &error), SMGW_ERR_INVALID);
    assert_string_equal(error.field, "references");
    assert_string_equal(m->in_reply_to, "<b@x>");
    assert_string_equal(m->references, "<a@x> <b@x>");
}

static const struct attachment_case {
    const char *path, *media_type;
    smgw_status status;
    const char *filename, *type; /* For SMGW_OK; else `filename` is the field that is refused. */
} attachment_cases[] = {
    { "report.pdf", NULL, SMGW_OK, "report.pdf", "application/pdf" },
    { "a/b/photo.JPG", NULL, SMGW_OK, "photo.JPG", "image/jpeg" },
    { "noending", NULL, SMGW_OK, "noending", "application/octet-stream" },
    { "a.b/noending", NULL, SMGW_OK, "noending", "application/octet-stream" },
    { "x.unknown", NULL, SMGW_OK, "x.unknown", "application/octet-stream" },
    { "x.txt", "Application/X-Thing", SMGW_OK, "x.txt", "application/x-thing" },
    { ".profile", NULL, SMGW_OK, "_profile", "application/octet-stream" },
    { "", NULL, SMGW_ERR_INVALID, "path", NULL },
    { "/etc/passwd", NULL, SMGW_ERR_INVALID, "path", NULL },
    { "../x", NULL, SMGW_ERR_INVALID, "path", NULL },
    { "a/../x", NULL, SMGW_ERR_INVALID, "path", NULL },
    { "a/..", NULL, SMGW_ERR_INVALID, "path", NULL },
    { "a//x", NULL, SMGW_ERR_INVALID, "path", NULL },
    { "a/", NULL, SMGW_ERR_INVALID, "path", NULL },
    { "./x", NULL, SMGW_ERR_INVALID, "path", NULL },
    { "a\nb", NULL, SMGW_ERR_INVALID, "path", NULL },
    { "x", "", SMGW_ERR_INVALID, "media_type", NULL },
    { "x", "text", SMGW_ERR_INVALID, "media_type", NULL },
    { "x", "text/", SMGW_ERR_INVALID, "media_type", NULL },
    { "x", "text/plain; charset=utf-8", SMGW_ERR_INVALID, "media_type", NULL },
    { "x", "text/plain\r\nX: y", SMGW_ERR_INVALID, "media_type", NULL },
    { "x", "multipart/mixed", SMGW_ERR_INVALID, "media_type", NULL },
    { "x", "message/rfc822", SMGW_ERR_INVALID, "media_type", NULL },
};

static void files_are_named_safely(void **state)
{
    smgw_message *m = *state;
    for (size_t i = 0; i < COUNT_OF(attachment_cases); i++) {
        const struct attachment_case *c = &attachment_cases[i];
        smgw_error error = SMGW_ERROR_INIT;
        size_t before = m->attachment_count;
        assert_int_equal(smgw_message_attach_file(m, c->path, c->media_type, &error), c->status);
        if (c->status != SMGW_OK) {
            assert_string_equal(error.field, c->filename);
            assert_int_equal(m->attachment_count, before);
            continue;
        }
        assert_int_equal(m->attachment_count, before + 1);
        assert_int_equal(m->attachments[before].kind, MGW_ATTACHMENT_FILE);
        assert_string_equal(m->attachments[before].path, c->path);
        assert_string_equal(m->attachments[before].filename, c->filename);
        assert_string_equal(m->attachments[before].media_type, c->type);
    }
}

static void bytes_are_copied_and_limited(void **state)
{
    smgw_message *m = *state;
    smgw_error error = SMGW_ERROR_INIT;
    char data[] = "a\0b";
    assert_int_equal(smgw_message_attach_bytes(m, "../../x.txt", NULL, data, 3, NULL), SMGW_OK);
    memset(data, 'z', sizeof data);
    assert_memory_equal(m->attachments[0].data, "a\0b", 3);
    assert_int_equal(m->attachments[0].size, 3);
    assert_string_equal(m->attachments[0].filename, "x.txt");
    assert_int_equal(smgw_message_attach_bytes(m, "..", NULL, data, 3, &error), SMGW_ERR_INVALID);
    assert_string_equal(error.field, "filename");
    assert_int_equal(
        smgw_message_attach_bytes(m, "x", NULL, data, MGW_MESSAGE_MAX_ATTACHED_BYTES + 1, &error), SMGW_ERR_TOO_LARGE);
    assert_int_equal(smgw_message_attach_bytes(m, "empty", NULL, NULL, 0, NULL), SMGW_OK);
    assert_int_equal(m->attachment_count, 2);
    while (m->attachment_count < MGW_MESSAGE_MAX_ATTACHMENTS)
        assert_int_equal(smgw_message_attach_bytes(m, "x", NULL, "", 0, NULL), SMGW_OK);
    assert_int_equal(smgw_message_attach_bytes(m, "x", NULL, "", 0, &error), SMGW_ERR_TOO_LARGE);
    assert_string_equal(error.field, "attachments");
}

static smgw_status set_everything(smgw_message **m)
{
    smgw_status status = smgw_message_new(m);
    if (status == SMGW_OK)
        status = smgw_message_add_to(*m, "a@example.com", "A", NULL);
    if (status == SMGW_OK)
        status = smgw_message_set_reply_to(*m, "r@example.com", "R", NULL);
    if (status == SMGW_OK)
        status = smgw_message_set_subject(*m, "s", NULL);
    if (status == SMGW_OK)
        status = smgw_message_set_text(*m, "t", 1, NULL);
    if (status == SMGW_OK)
        status = smgw_message_set_in_reply_to(*m, "<b@x>", "<a@x>", NULL);
    if (status == SMGW_OK)
        status = smgw_message_attach_file(*m, "a/b", NULL, NULL);
    if (status == SMGW_OK)
        status = smgw_message_attach_bytes(*m, "c", NULL, "d", 1, NULL);
    return status;
}

static void survives_every_failed_allocation(void **state)
{
    (void)state;
    for (unsigned long n = 1;; n++) {
        smgw_message *m = NULL;
        failing_alloc_start(n);
        smgw_status status = set_everything(&m);
        bool failed = failing_alloc_stop();
        assert_int_equal(status, failed ? SMGW_ERR_NO_MEMORY : SMGW_OK);
        smgw_message_free(m);
        if (!failed)
            break;
    }
    smgw_message_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(recipients_are_checked_and_kept_in_order, make, end),
        cmocka_unit_test_setup_teardown(the_number_of_recipients_is_limited, make, end),
        cmocka_unit_test_setup_teardown(a_refused_input_changes_nothing, make, end),
        cmocka_unit_test_setup_teardown(bodies_end_their_lines_with_crlf, make, end),
        cmocka_unit_test_setup_teardown(a_body_is_limited, make, end),
        cmocka_unit_test_setup_teardown(answers_carry_their_thread, make, end),
        cmocka_unit_test_setup_teardown(files_are_named_safely, make, end),
        cmocka_unit_test_setup_teardown(bytes_are_copied_and_limited, make, end),
        cmocka_unit_test(survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
