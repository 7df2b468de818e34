/* SPDX-License-Identifier: MIT */
/*
 * What the builder writes, the parser reads back: over many messages made from awkward pieces, and each octet of the
 * output checked against the rules of a message on the wire.
 */
#include "support/test.h"

#include "base/buf.h"
#include "mime/builder.h"
#include "mime/message.h"
#include "support/failing_alloc.h"

#include "simplemailgw/mail.h"
#include "simplemailgw/message.h"

#include <string.h>

static const mgw_builder_options sender = {
    .sender_address = "sender@example.com", .sender_name = "Sender, the \"first\"", .now_ms = 1795376919123
};

/* Builds all of it in reads of `step` octets; the size told beforehand must be the size that came. */
static smgw_status build(
    smgw_message *message, const mgw_builder_options *options, size_t step, mgw_buf *out, smgw_error *error)
{
    mgw_builder *builder = NULL;
    smgw_status status = mgw_builder_new(&builder, message, options, error);
    if (status != SMGW_OK) {
        assert_null(builder);
        return status;
    }
    size_t n = 1;
    while (status == SMGW_OK && n > 0) {
        char piece[4096];
        n = 0;
        status = mgw_builder_read(builder, piece, step < sizeof piece ? step : sizeof piece, &n, error);
        if (status == SMGW_OK)
            mgw_buf_add(out, piece, n);
    }
    if (status == SMGW_OK && out->status == SMGW_OK)
        assert_int_equal(mgw_builder_size(builder), out->len);
    mgw_builder_free(builder);
    return status;
}

/* CRLF alone ends lines, none has more than 998 octets; ASCII without NUL. */
static void assert_wire_format(mgw_bytes mail)
{
    size_t line = 0;
    assert_true(mail.len > 2);
    assert_memory_equal(mail.data + mail.len - 2, "\r\n", 2);
    for (size_t i = 0; i < mail.len; i++) {
        unsigned char c = (unsigned char)mail.data[i];
        assert_true(c != 0 && c < 0x80);
        if (c == '\r') {
            assert_true(i + 1 < mail.len && mail.data[i + 1] == '\n');
            assert_true(line <= 998);
            line = 0;
            i++;
            continue;
        }
        assert_int_not_equal(c, '\n');
        line++;
    }
}

static mgw_bytes header_of(mgw_bytes mail)
{
    const char *end = memmem(mail.data, mail.len, "\r\n\r\n", 4);
    assert_non_null(end);
    return mgw_bytes_slice(mail, 0, (size_t)(end - mail.data) + 2);
}

static bool contains(mgw_bytes text, const char *needle)
{
    return memmem(text.data, text.len, needle, strlen(needle)) != NULL;
}

static bool collect(void *context, const void *data, size_t len)
{
    return mgw_buf_add(context, data, len) == SMGW_OK;
}

static void assert_content(const smgw_parsed *parsed, size_t index, const char *expected, size_t len)
{
    mgw_buf content = MGW_BUF_INIT(SIZE_MAX);
    assert_int_equal(smgw_parsed_content(parsed, index, collect, &content, NULL), SMGW_OK);
    assert_int_equal(content.len, len);
    if (len > 0)
        assert_memory_equal(content.data, expected, len);
    mgw_buf_free(&content);
}

static void minimal_message(void **state)
{
    (void)state;
    smgw_message *message = NULL;
    assert_int_equal(smgw_message_new(&message), SMGW_OK);
    mgw_buf out = MGW_BUF_INIT(SIZE_MAX);
    mgw_builder_options options = sender;
    options.sender_name = NULL;
    assert_int_equal(build(message, &options, 1, &out, NULL), SMGW_OK);
    assert_wire_format(mgw_buf_bytes(&out));
    mgw_bytes mail = mgw_buf_bytes(&out);
    assert_true(contains(mail, "Date: Sun, 22 Nov 2026 19:48:39 +0000\r\nFrom: sender@example.com\r\n"
                               "To: undisclosed-recipients:;\r\nMessage-ID: <"));
    assert_true(contains(mail, "@example.com>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
                               "Content-Transfer-Encoding: 7bit\r\n\r\n"));
    mgw_buf_free(&out);
    smgw_message_free(message);
}

static void the_same_message_builds_the_same_octets(void **state)
{
    (void)state;
    smgw_message *message = NULL;
    assert_int_equal(smgw_message_new(&message), SMGW_OK);
    assert_int_equal(smgw_message_add_to(message, "ada@example.org", "Ada", NULL), SMGW_OK);
    assert_int_equal(smgw_message_set_text(message, "text", 4, NULL), SMGW_OK);
    assert_int_equal(smgw_message_set_html(message, "<p>", 3, NULL), SMGW_OK);
    assert_int_equal(smgw_message_attach_bytes(message, "a.bin", NULL, "\0\1\2", 3, NULL), SMGW_OK);
    mgw_buf first = MGW_BUF_INIT(SIZE_MAX), second = MGW_BUF_INIT(SIZE_MAX);
    mgw_builder_options later = sender;
    later.now_ms += 3600000;
    assert_int_equal(build(message, &sender, 4096, &first, NULL), SMGW_OK);
    assert_int_equal(build(message, &later, 7, &second, NULL), SMGW_OK);
    assert_int_equal(first.len, second.len);
    assert_memory_equal(first.data, second.data, first.len);
    mgw_buf_free(&first);
    mgw_buf_free(&second);
    smgw_message_free(message);
}

static void bcc_stays_in_the_envelope(void **state)
{
    (void)state;
    smgw_message *message = NULL;
    assert_int_equal(smgw_message_new(&message), SMGW_OK);
    assert_int_equal(smgw_message_add_bcc(message, "secret@example.org", "Secret Name", NULL), SMGW_OK);
    mgw_buf out = MGW_BUF_INIT(SIZE_MAX);
    assert_int_equal(build(message, &sender, 4096, &out, NULL), SMGW_OK);
    assert_true(contains(mgw_buf_bytes(&out), "To: undisclosed-recipients:;\r\n"));
    assert_false(contains(mgw_buf_bytes(&out), "ecret"));
    assert_false(contains(mgw_buf_bytes(&out), "Bcc"));
    assert_int_equal(message->recipient_count, 1);
    assert_int_equal(message->recipients[0].kind, MGW_RECIPIENT_BCC);
    mgw_buf_free(&out);
    smgw_message_free(message);
}

/* A small generator: the same messages on every run. */
static uint32_t random_state;

static uint32_t pick(uint32_t below)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (random_state >> 8) % below;
}

static const char *const pieces[] = {
    "a",
    "Hello",
    " ",
    "  ",
    "=?",
    "=?utf-8?Q?x=0D=0ABcc:_e=40x?=",
    "?=",
    "\"",
    "\\",
    ",",
    ";",
    "<",
    ">",
    "<evil@x.com>",
    "(",
    ")",
    "@",
    ":",
    ".",
    "..",
    "'",
    "%41",
    "*",
    "gr\xc3\xbcn",
    "\xf0\x9f\x98\x80",
    "\xe6\x97\xa5\xe6\x9c\xac",
    "\xe5\x98\x8d",
    "_",
    "=",
    "?",
    "\t",
    "-- ",
    "--",
    "From ",
    "averylongwordwithoutanyblankthatgoesonandonandonandonandonandonandonandonandon",
};

static void random_text(char *out, size_t size, uint32_t count)
{
    size_t len = 0;
    for (; count > 0; count--) {
        const char *piece = pieces[pick(COUNT_OF(pieces))];
        if (len + strlen(piece) + 1 > size)
            break;
        memcpy(out + len, piece, strlen(piece));
        len += strlen(piece);
    }
    out[len] = '\0';
}

static void random_body(mgw_buf *out, uint32_t lines)
{
    static const char *const ends[] = { "\n", "\r\n", "\r", "" };
    for (; lines > 0; lines--) {
        char text[300];
        random_text(text, sizeof text, pick(12));
        mgw_buf_add_str(out, text);
        mgw_buf_add_str(out, ends[pick(COUNT_OF(ends))]);
    }
}

typedef struct sent {
    smgw_message *message;
    char data[3][200];
    size_t data_len[3];
} sent;

static void add_random_attachments(sent *s)
{
    for (uint32_t i = pick(4); i > 0; i--) {
        size_t index = s->message->attachment_count;
        char name[200];
        random_text(name, sizeof name, 1 + pick(9));
        s->data_len[index] = pick(200);
        for (size_t k = 0; k < s->data_len[index]; k++)
            s->data[index][k] = (char)pick(256);
        const char *type = pick(2) == 0 ? NULL : "text/plain";
        smgw_status status =
            smgw_message_attach_bytes(s->message, name, type, s->data[index], s->data_len[index], NULL);
        assert_true(status == SMGW_OK || status == SMGW_ERR_INVALID);
    }
}

static void make_random(sent *s)
{
    char text[600];
    assert_int_equal(smgw_message_new(&s->message), SMGW_OK);
    for (uint32_t i = pick(6); i > 0; i--) {
        random_text(text, 400, pick(8));
        smgw_status status = pick(3) == 0 ? smgw_message_add_cc(s->message, "cc+tag@example.org", text, NULL)
                                          : smgw_message_add_to(s->message, "to@sub.example.net", text, NULL);
        assert_int_equal(status, SMGW_OK);
    }
    random_text(text, sizeof text, 1 + pick(20));
    smgw_status status = smgw_message_set_subject(s->message, text, NULL);
    assert_true(status == SMGW_OK || status == SMGW_ERR_INVALID);
    mgw_buf body = MGW_BUF_INIT(SIZE_MAX);
    random_body(&body, pick(20));
    if (pick(3) > 0)
        assert_int_equal(smgw_message_set_text(s->message, body.data, body.len, NULL), SMGW_OK);
    random_body(&body, pick(20));
    if (pick(3) == 0)
        assert_int_equal(smgw_message_set_html(s->message, body.data, body.len, NULL), SMGW_OK);
    mgw_buf_free(&body);
    add_random_attachments(s);
}

/* Display strings come back trimmed, their TABs as spaces. */
static void assert_same_text(const char *got, const char *sent_text)
{
    char expected[1024];
    mgw_bytes trimmed = mgw_bytes_trim(mgw_bytes_str(sent_text));
    assert_true(trimmed.len < sizeof expected);
    memcpy(expected, trimmed.data, trimmed.len);
    expected[trimmed.len] = '\0';
    for (char *c = expected; *c != '\0'; c++)
        if (*c == '\t')
            *c = ' ';
    assert_string_equal(got, expected);
}

static void assert_recipients(const smgw_message *message, mgw_recipient_kind kind, smgw_address_list list)
{
    size_t at = 0;
    for (size_t i = 0; i < message->recipient_count; i++) {
        if (message->recipients[i].kind != kind)
            continue;
        assert_true(at < list.count);
        assert_string_equal(list.items[at].address, message->recipients[i].address);
        assert_same_text(list.items[at].name, message->recipients[i].name);
        at++;
    }
    assert_int_equal(at, list.count);
}

static size_t find_part(const smgw_mail *mail, const char *media_type, bool is_attachment, size_t from)
{
    for (size_t i = from; i < mail->part_count; i++)
        if (mail->parts[i].is_attachment == is_attachment &&
            (media_type == NULL || strcmp(mail->parts[i].media_type, media_type) == 0))
            return i;
    return SIZE_MAX;
}

static void assert_read_back(const sent *s, mgw_bytes octets)
{
    smgw_parsed *parsed = NULL;
    smgw_error error = SMGW_ERROR_INIT;
    assert_int_equal(smgw_parse(&parsed, octets.data, octets.len, &error), SMGW_OK);
    const smgw_mail *mail = smgw_parsed_mail(parsed);
    const smgw_message *message = s->message;
    assert_int_equal(mail->from.count, 1);
    assert_string_equal(mail->from.items[0].name, sender.sender_name);
    assert_string_equal(mail->from.items[0].address, "sender@example.com");
    if (message->recipient_count > 0)
        assert_recipients(message, MGW_RECIPIENT_TO, mail->to);
    else
        assert_string_equal(mail->to.items[0].name, "undisclosed-recipients");
    assert_recipients(message, MGW_RECIPIENT_CC, mail->cc);
    assert_same_text(mail->subject, message->subject != NULL ? message->subject : "");
    assert_string_equal(mail->message_id, message->identity.message_id);
    assert_int_equal(mail->date, sender.now_ms / 1000);
    assert_int_equal(mail->defects, 0);
    if (message->has_text || !message->has_html)
        assert_content(parsed, find_part(mail, "text/plain", false, 0), message->text.data, message->text.len);
    if (message->has_html)
        assert_content(parsed, find_part(mail, "text/html", false, 0), message->html.data, message->html.len);
    size_t at = 0;
    for (size_t i = 0; i < message->attachment_count; i++) {
        at = find_part(mail, NULL, true, at);
        assert_true(at != SIZE_MAX);
        assert_string_equal(mail->parts[at].filename, message->attachments[i].filename);
        assert_string_equal(mail->parts[at].media_type, message->attachments[i].media_type);
        assert_string_equal(mail->parts[at].disposition, "attachment");
        assert_content(parsed, at, message->attachments[i].data, (size_t)message->attachments[i].size);
        at++;
    }
    assert_int_equal(find_part(mail, NULL, true, at), SIZE_MAX);
    smgw_parsed_free(parsed);
}

static void generated_messages_come_back(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 2000; seed++) {
        sent s = { 0 };
        random_state = seed;
        make_random(&s);
        mgw_buf out = MGW_BUF_INIT(SIZE_MAX);
        assert_int_equal(build(s.message, &sender, 1 + seed % 5000, &out, NULL), SMGW_OK);
        assert_wire_format(mgw_buf_bytes(&out));
        mgw_bytes header = header_of(mgw_buf_bytes(&out));
        assert_false(contains(header, "\r\nBcc"));
        assert_read_back(&s, mgw_buf_bytes(&out));
        mgw_buf_free(&out);
        smgw_message_free(s.message);
    }
}

/* Bodies and attachments of many windows of the builder, in each encoding. */
static void large_messages_come_back(void **state)
{
    (void)state;
    static const char *const lines[] = { "plain text\n", "gr\xc3\xbcn is a colour\n", "\xe6\x97\xa5\xe6\x9c\xac\n" };
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        sent s = { 0 };
        assert_int_equal(smgw_message_new(&s.message), SMGW_OK);
        assert_int_equal(smgw_message_add_to(s.message, "to@example.org", NULL, NULL), SMGW_OK);
        mgw_buf body = MGW_BUF_INIT(SIZE_MAX), out = MGW_BUF_INIT(SIZE_MAX);
        for (size_t k = 0; k < 10000; k++)
            mgw_buf_add_str(&body, lines[i]);
        assert_int_equal(smgw_message_set_text(s.message, body.data, body.len, NULL), SMGW_OK);
        assert_int_equal(smgw_message_attach_bytes(s.message, "copy", NULL, body.data, body.len, NULL), SMGW_OK);
        assert_int_equal(build(s.message, &sender, 4096, &out, NULL), SMGW_OK);
        assert_wire_format(mgw_buf_bytes(&out));
        assert_read_back(&s, mgw_buf_bytes(&out));
        mgw_buf_free(&body);
        mgw_buf_free(&out);
        smgw_message_free(s.message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(minimal_message),
        cmocka_unit_test(the_same_message_builds_the_same_octets),
        cmocka_unit_test(bcc_stays_in_the_envelope),
        cmocka_unit_test(generated_messages_come_back),
        cmocka_unit_test(large_messages_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
