/* SPDX-License-Identifier: MIT */
/*
 * The parser of received messages. An input is the head of a message, with or without a body; some rows describe a message
 * in words instead, and have a function of their own here.
 */
#include "security/catalogue.h"

#include "simplemailgw/mail.h"
#include "simplemailgw/sanitize.h"

#include <stdlib.h>

enum { MESSAGE_MAX = 256 << 20 };

static bool collect(void *context, const void *data, size_t len)
{
    return mgw_buf_add(context, data, len) == SMGW_OK;
}

/* Reads the content of every part, of which the last is left in `content`. */
static bool read_contents(const smgw_parsed *parsed, mgw_buf *content)
{
    for (size_t i = 0; i < smgw_parsed_mail(parsed)->part_count; i++) {
        mgw_buf_clear(content);
        if (smgw_parsed_content(parsed, i, collect, content, NULL) != SMGW_OK)
            return false;
    }
    return true;
}

/* Looks at a message that was parsed; `content` is that of its last part. False refuses it. */
typedef bool (*judge)(const smgw_mail *mail, mgw_bytes content, const row *r, outcome *o);

/*
 * Parses a message and reads all of it; then asks the judge, which may be NULL. It works on a copy of the exact size, so
 * that a tool that watches memory sees a read beyond it.
 */
static void parse(mgw_bytes message, judge ask, const row *r, outcome *o)
{
    smgw_parsed *parsed = NULL;
    mgw_buf content = MGW_BUF_INIT(MESSAGE_MAX);
    char *copy = malloc(message.len + (message.len == 0));
    if (copy == NULL)
        return;
    if (message.len > 0)
        memcpy(copy, message.data, message.len);
    if (smgw_parse(&parsed, copy, message.len, NULL) == SMGW_OK && read_contents(parsed, &content))
        o->accepted = ask == NULL || ask(smgw_parsed_mail(parsed), mgw_buf_bytes(&content), r, o);
    mgw_buf_free(&content);
    smgw_parsed_free(parsed);
    free(copy);
}

static bool judge_property(const smgw_mail *mail, mgw_bytes content, const row *r, outcome *o)
{
    (void)content;
    if (property_is(r, "defect"))
        outcome_property(o, mail->defects > 0 && mail->part_count >= 1);
    else if (property_is(r, "date-invalid"))
        outcome_property(o, mail->date == INT64_MIN);
    return true;
}

/* The name under which the first attachment would be saved. */
static bool judge_filename(const smgw_mail *mail, mgw_bytes content, const row *r, outcome *o)
{
    char name[256];
    (void)content;
    (void)r;
    if (mail->part_count == 0 || smgw_attachment_name_str(mail->parts[0].filename, name, sizeof name) != SMGW_RULE_OK)
        return false;
    outcome_bytes(o, mgw_bytes_str(name));
    return true;
}

/* Whether an empty boundary found anything to cut at. */
static bool judge_empty_boundary(const smgw_mail *mail, mgw_bytes content, const row *r, outcome *o)
{
    (void)content;
    (void)r;
    (void)o;
    return mail->part_count > 1;
}

static bool judge_split_character(const smgw_mail *mail, mgw_bytes content, const row *r, outcome *o)
{
    (void)content;
    (void)r;
    (void)o;
    return mgw_bytes_equal(mgw_bytes_str(mail->subject), MGW_LIT("\343\201\202"));
}

static bool judge_inner_parts(const smgw_mail *mail, mgw_bytes content, const row *r, outcome *o)
{
    (void)r;
    (void)o;
    return mail->part_count == 4 && mgw_bytes_equal(mgw_bytes_trim(content), MGW_LIT("y"));
}

static bool judge_literal_escape(const smgw_mail *mail, mgw_bytes content, const row *r, outcome *o)
{
    (void)mail;
    (void)r;
    (void)o;
    return content.len > 0 && content.data[0] == 'a' && memmem(content.data, content.len, "=Z", 2) != NULL;
}

static bool judge_bytes_as_they_are(const smgw_mail *mail, mgw_bytes content, const row *r, outcome *o)
{
    (void)mail;
    (void)r;
    (void)o;
    return mgw_bytes_equal(content, MGW_LIT("+ADw-script+AD4-"));
}

typedef void (*compose)(const row *r, mgw_buf *message);

static void nested_multiparts(const row *r, mgw_buf *message)
{
    size_t depth = r->input.len / strlen("multipart/mixed nested");
    for (size_t i = 0; i < depth; i++) {
        mgw_buf_add_str(message, "Content-Type: multipart/mixed; boundary=b");
        mgw_buf_add_u64(message, i);
        mgw_buf_add_str(message, "\r\n\r\n--b");
        mgw_buf_add_u64(message, i);
        mgw_buf_add_str(message, "\r\n");
    }
}

static void nested_messages(const row *r, mgw_buf *message)
{
    size_t depth = r->input.len / strlen("message/rfc822 nested");
    for (size_t i = 0; i < depth; i++)
        mgw_buf_add_str(message, "Content-Type: message/rfc822\r\n\r\n");
}

static void multipart_body(const row *r, mgw_buf *message)
{
    mgw_buf_add_str(message, "Content-Type: multipart/mixed; boundary=b\r\n\r\n");
    mgw_buf_add_bytes(message, r->input);
}

static void empty_boundary(const row *r, mgw_buf *message)
{
    mgw_buf_add_bytes(message, r->input);
    mgw_buf_add_str(message, "\r\n\r\n--\r\n\r\nx\r\n--\r\n\r\ny\r\n----\r\n");
}

static void prefix_boundary(const row *r, mgw_buf *message)
{
    (void)r;
    mgw_buf_add_str(message,
        "Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n"
        "--b\r\nContent-Type: multipart/mixed; boundary=\"bb\"\r\n\r\n--bb\r\n\r\nx\r\n--bb--\r\n"
        "--b\r\n\r\ny\r\n--b--\r\n");
}

static void quoted_printable(const row *r, mgw_buf *message)
{
    (void)r;
    mgw_buf_add_str(message, "Content-Transfer-Encoding: quoted-printable\r\n\r\na=\r\n=0D=0A=Z==");
}

static void utf7_body(const row *r, mgw_buf *message)
{
    (void)r;
    mgw_buf_add_str(message, "Content-Type: text/plain; charset=UTF-7\r\n\r\n+ADw-script+AD4-");
}

static void disposition(const row *r, mgw_buf *message)
{
    mgw_buf_add_str(message, "Content-Disposition: attachment; ");
    mgw_buf_add_bytes(message, r->input);
    mgw_buf_add_str(message, "\r\n\r\nx\r\n");
}

static void plain_head(const row *r, mgw_buf *message)
{
    mgw_buf_add_bytes(message, r->input);
    if (r->input.len == 0 || memmem(r->input.data, r->input.len, "\r\n\r\n", 4) == NULL)
        mgw_buf_add_str(message, "\r\n\r\n");
}

static void ten_parts(mgw_buf *message)
{
    mgw_buf_add_str(message, "Subject: =?utf-8?q?ten?=\r\nContent-Type: multipart/mixed; boundary=\"b\"\r\n\r\n");
    for (unsigned i = 0; i < 10; i++)
        mgw_buf_add_str(message,
            i % 2 == 0 ? "--b\r\nContent-Type: text/plain; charset=iso-8859-1\r\n"
                         "Content-Transfer-Encoding: quoted-printable\r\n\r\na=E9=\r\nb\r\n"
                       : "--b\r\nContent-Disposition: attachment; filename*0=a; filename*1*=%C3%A9\r\n"
                         "Content-Transfer-Encoding: base64\r\n\r\nQUJDRA==\r\n");
    mgw_buf_add_str(message, "--b--\r\n");
}

static bool judge_ten_parts(const smgw_mail *mail, mgw_bytes content, const row *r, outcome *o)
{
    (void)r;
    (void)o;
    return mail->part_count == 11 && mgw_bytes_equal(content, MGW_LIT("ABCD"));
}

/* What is cut may be refused, where a boundary is empty then, but not be read past its end. The whole is accepted. */
static void truncated_everywhere(const row *r, outcome *o)
{
    mgw_buf whole = MGW_BUF_INIT(MESSAGE_MAX);
    ten_parts(&whole);
    for (size_t len = 0; len <= whole.len; len++) {
        o->accepted = false;
        parse(mgw_bytes_of(whole.data, len), len == whole.len ? judge_ten_parts : NULL, r, o);
    }
    mgw_buf_free(&whole);
}

/* The first whose text begins the input is the row's; the last takes all others. */
static const struct {
    const char *input;
    compose write;
    judge ask;
} KINDS[] = {
    { "multipart/mixed nested", nested_multiparts, NULL },
    { "message/rfc822 nested", nested_messages, NULL },
    { "--b\r\n", multipart_body, NULL },
    { "Content-Type: multipart/mixed; boundary=\"\"", empty_boundary, judge_empty_boundary },
    { "outer boundary=\"b\" inner boundary=\"bb\"", prefix_boundary, judge_inner_parts },
    { "quoted-printable: \"a=\r\n=0D=0A=Z==\"", quoted_printable, judge_literal_escape },
    { "charset=UTF-7 body", utf7_body, judge_bytes_as_they_are },
    { "filename", disposition, judge_filename },
    { "Subject: =?utf-8?B?4w==?= =?utf-8?B?gYI=?=", plain_head, judge_split_character },
    { "", plain_head, judge_property },
};

static void mime_parse(const row *r, outcome *o)
{
    if (mgw_bytes_starts_with_fold(r->input, MGW_LIT("truncated at every byte"))) {
        truncated_everywhere(r, o);
        return;
    }
    size_t kind = 0;
    while (!mgw_bytes_starts_with_fold(r->input, mgw_bytes_str(KINDS[kind].input)))
        kind++;
    mgw_buf message = MGW_BUF_INIT(MESSAGE_MAX);
    KINDS[kind].write(r, &message);
    parse(mgw_buf_bytes(&message), KINDS[kind].ask, r, o);
    mgw_buf_free(&message);
}

const surface PARSE_SURFACES[] = {
    { "mime_parse", mime_parse },
    { NULL, NULL },
};
