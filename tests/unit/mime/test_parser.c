/* SPDX-License-Identifier: MIT */
/* The parser on trees, on malformed messages and on messages cut anywhere; its limits are in test_parser_limits.c. */
#include "support/test.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "support/failing_alloc.h"

#include "simplemailgw/mail.h"

#include <stdlib.h>
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

static void assert_content(const smgw_parsed *parsed, size_t index, mgw_bytes expected)
{
    mgw_buf content = MGW_BUF_INIT(SIZE_MAX);
    assert_int_equal(smgw_parsed_content(parsed, index, collect, &content, NULL), SMGW_OK);
    assert_int_equal(content.len, expected.len);
    if (expected.len > 0)
        assert_memory_equal(content.data, expected.data, expected.len);
    mgw_buf_free(&content);
}

static const char tree[] =
    "From: =?utf-8?Q?J=C3=BCrgen?= <j@example.com>\r\n"
    "To: a@example.com, \"B, C\" <b@example.com>\r\n"
    "Subject: =?utf-8?B?4w==?= =?utf-8?B?gYI=?=\r\n" /* M32: a character split between two words */
    "Date: Sun, 22 Nov 2026 19:48:39 +0000\r\n"
    "Message-ID: <id@example.com>\r\n"
    "In-Reply-To: <other@example.com>\r\n"
    "Content-Type: multipart/mixed; boundary=outer\r\n"
    "\r\n"
    "preamble\r\n"
    "--outer\r\n"
    "Content-Type: multipart/alternative; boundary=\"outer inner\"\r\n"
    "\r\n"
    "--outer inner\r\n"
    "Content-Type: text/plain; charset=iso-8859-1\r\n"
    "Content-Transfer-Encoding: quoted-printable\r\n"
    "\r\n"
    "gr=FCn\r\n"
    "--outer inner\r\n"
    "Content-Type: text/html\r\n"
    "\r\n"
    "<b>\r\n"
    "--outer inner--\r\n"
    "epilogue of the inner\r\n"
    "--outer \t\r\n"
    "Content-Type: message/rfc822\r\n"
    "\r\n"
    "Subject: inside\r\n"
    "Content-Type: multipart/mixed; boundary=in\r\n"
    "\r\n"
    "--in\r\n"
    "\r\n"
    "one\r\n"
    "--in\r\n"
    "Content-Type: application/octet-stream; name=x.bin\r\n"
    "Content-Disposition: inline\r\n"
    "Content-Transfer-Encoding: BASE64\r\n"
    "Content-ID: <cid@x>\r\n"
    "\r\n"
    "AAEC\r\n"
    "--in--\r\n"
    "--outer\r\n"
    "Content-Type: message/rfc822\r\n"
    "\r\n"
    "Subject: single\r\n"
    "\r\n"
    "body\r\n"
    "--outer--\r\n"
    "epilogue\r\n";

static const struct expected_part {
    const char *section, *media_type, *filename;
    uint32_t depth;
    bool is_attachment;
} tree_parts[] = {
    { "", "multipart/mixed", "", 0, false },
    { "1", "multipart/alternative", "", 1, false },
    { "1.1", "text/plain", "", 2, false },
    { "1.2", "text/html", "", 2, false },
    { "2", "message/rfc822", "", 1, true },
    { "2.TEXT", "multipart/mixed", "", 2, false },
    { "2.1", "text/plain", "", 3, false },
    { "2.2", "application/octet-stream", "x.bin", 3, true },
    { "3", "message/rfc822", "", 1, true },
    { "3.1", "text/plain", "", 2, false },
};

static void reads_a_tree(void **state)
{
    (void)state;
    smgw_parsed *parsed = parse(mgw_bytes_of(tree, sizeof tree - 1));
    const smgw_mail *mail = smgw_parsed_mail(parsed);
    assert_int_equal(mail->defects, 0);
    assert_string_equal(mail->subject, "\xe3\x81\x82");
    assert_int_equal(mail->date, 1795376919);
    assert_int_equal(mail->internal_date, INT64_MIN);
    assert_string_equal(mail->message_id, "<id@example.com>");
    assert_string_equal(mail->in_reply_to, "<other@example.com>");
    assert_string_equal(mail->ref.folder, "");
    assert_int_equal(mail->size, sizeof tree - 1);
    assert_int_equal(mail->from.count, 1);
    assert_string_equal(mail->from.items[0].name, "J\xc3\xbcrgen");
    assert_int_equal(mail->to.count, 2);
    assert_string_equal(mail->to.items[1].name, "B, C");
    assert_string_equal(mail->to.items[1].address, "b@example.com");
    assert_int_equal(mail->part_count, COUNT_OF(tree_parts));
    for (size_t i = 0; i < COUNT_OF(tree_parts); i++) {
        assert_string_equal(mail->parts[i].section, tree_parts[i].section);
        assert_string_equal(mail->parts[i].media_type, tree_parts[i].media_type);
        assert_string_equal(mail->parts[i].filename, tree_parts[i].filename);
        assert_int_equal(mail->parts[i].depth, tree_parts[i].depth);
        assert_int_equal(mail->parts[i].is_attachment, tree_parts[i].is_attachment);
    }
    assert_string_equal(mail->parts[2].charset, "iso-8859-1");
    assert_string_equal(mail->parts[7].encoding, "base64");
    assert_string_equal(mail->parts[7].disposition, "inline");
    assert_string_equal(mail->parts[7].content_id, "<cid@x>");
    assert_int_equal(mail->parts[7].size, 4);
    assert_int_equal(mail->parts[0].size, 0);
    assert_content(parsed, 2, MGW_LIT("gr\xc3\xbcn"));
    assert_content(parsed, 3, MGW_LIT("<b>"));
    assert_content(parsed, 6, MGW_LIT("one"));
    assert_content(parsed, 7, MGW_LIT("\0\1\2"));
    assert_content(parsed, 8, MGW_LIT("Subject: single\r\n\r\nbody"));
    assert_content(parsed, 9, MGW_LIT("body"));
    smgw_parsed_free(parsed);
}

static bool refuse(void *context, const void *data, size_t len)
{
    (void)data;
    (void)len;
    ++*(int *)context;
    return false;
}

static void content_can_be_cancelled_and_must_exist(void **state)
{
    (void)state;
    smgw_parsed *parsed = parse(MGW_LIT("\r\ntext"));
    int calls = 0;
    assert_int_equal(smgw_parsed_content(parsed, 0, refuse, &calls, NULL), SMGW_ERR_CANCELLED);
    assert_int_equal(calls, 1);
    assert_int_equal(smgw_parsed_content(parsed, 1, refuse, &calls, NULL), SMGW_ERR_NOT_FOUND);
    assert_int_equal(calls, 1);
    smgw_parsed_free(parsed);
    smgw_parsed_free(NULL);
}

/* One leaf at the top: what its header says, and what its content is. */
static const struct leaf_case {
    mgw_bytes text;
    const char *media_type, *encoding, *charset, *filename;
    mgw_bytes content;
    uint32_t defects;
} leaf_cases[] = {
#define T(text)                                                                                                        \
    {                                                                                                                  \
        text, sizeof(text) - 1                                                                                         \
    }
    { T(""), "text/plain", "7bit", "", "", T(""), 0 },
    { T("\r\n"), "text/plain", "7bit", "", "", T(""), 0 },
    { T("\nx\n"), "text/plain", "7bit", "", "", T("x\n"), 0 },
    { T("Subject: no body"), "text/plain", "7bit", "", "", T(""), 0 },
    { T("From me Thu Jan 1\nX: y\n\nb"), "text/plain", "7bit", "", "", T("b"), 1 },
    { T("garbage\r\n  folded\r\nContent-Type: text/html\r\n\r\nb"), "text/html", "7bit", "", "", T("b"), 1 },
    { T("Content-Type : text/html\r\n\r\nb"), "text/html", "7bit", "", "", T("b"), 1 },
    { T("Content-Type: text\r\n\r\nb"), "text/plain", "7bit", "", "", T("b"), 1 },
    { T("Content-Type: TEXT/Html;\r\n\tCHARSET=UTF-8 (c)\r\n\r\nb"), "text/html", "7bit", "utf-8", "", T("b"), 0 },
    { T("Content-Type: multipart/mixed\r\n\r\nb"), "text/plain", "7bit", "", "", T("b"), 1 },
    /* M11: of two fields the first counts. */
    { T("Content-Type: text/html\r\nContent-Type: text/plain\r\n\r\nb"), "text/html", "7bit", "", "", T("b"), 1 },
    /* M15, M16: garbage is skipped, padding ends the data. */
    { T("Content-Transfer-Encoding: base64\r\n\r\n!!!=A=B\0=="), "text/plain", "base64", "", "", T(""), 0 },
    { T("Content-Transfer-Encoding: base64\r\n\r\nQUJD=REVG"), "text/plain", "base64", "", "", T("ABC"), 0 },
    /* M17: octets whose encoding is not known. */
    { T("Content-Type: text/html\r\nContent-Transfer-Encoding: x-uuencode\r\n\r\nbegin"), "application/octet-stream",
        "x-uuencode", "", "", T("begin"), 1 },
    /* M19 */
    { T("Content-Transfer-Encoding: Quoted-Printable (yes)\r\n\r\na=\r\n=0D=0A=Z=="), "text/plain", "quoted-printable",
        "", "", T("a\r\n=Z="), 0 },
    /* M22, M24: decoded here, made safe by smgw_attachment_name(). */
    { T("Content-Disposition: attachment; filename*0*=UTF-8''%2e%2e; filename*1*=%2fetc%2fpasswd\r\n\r\n"),
        "text/plain", "7bit", "", "../etc/passwd", T(""), 0 },
    { T("Content-Type: a/b; name=\"=?utf-8?B?Li4vLi4vZXZpbA==?=\"\r\n\r\n"), "a/b", "7bit", "", "../../evil", T(""),
        0 },
    /* M25: UTF-7 is never decoded. */
    { T("Content-Type: text/html; charset=UTF-7\r\n\r\n+ADw-script+AD4-"), "text/html", "7bit", "utf-7", "",
        T("+ADw-script+AD4-"), 0 },
    /* M30: nothing is reassembled. */
    { T("Content-Type: message/partial; number=1; total=99999999\r\n\r\nb"), "message/partial", "7bit", "", "", T("b"),
        0 },
    { T("Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\nQQ=="), "message/rfc822", "base64",
        "", "", T("A"), 1 },
    { T("Content-Type: text/plain; charset=windows-1252\r\n\r\n\x80"), "text/plain", "7bit", "windows-1252", "",
        T("\xe2\x82\xac"), 0 },
    { T("Content-Type: text/plain; charset=x-nonsense\r\n\r\n\x80"), "text/plain", "7bit", "x-nonsense", "", T("\x80"),
        0 },
    { T("Content-Type: image/png; charset=windows-1252\r\n\r\n\x80"), "image/png", "7bit", "windows-1252", "",
        T("\x80"), 0 },
#undef T
};

static void reads_a_leaf_as_far_as_it_makes_sense(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(leaf_cases); i++) {
        smgw_parsed *parsed = parse(leaf_cases[i].text);
        const smgw_mail *mail = smgw_parsed_mail(parsed);
        assert_int_equal(mail->part_count, 1);
        assert_string_equal(mail->parts[0].section, "1");
        assert_string_equal(mail->parts[0].media_type, leaf_cases[i].media_type);
        assert_string_equal(mail->parts[0].encoding, leaf_cases[i].encoding);
        assert_string_equal(mail->parts[0].charset, leaf_cases[i].charset);
        assert_string_equal(mail->parts[0].filename, leaf_cases[i].filename);
        assert_int_equal(mail->defects, leaf_cases[i].defects);
        assert_content(parsed, 0, leaf_cases[i].content);
        smgw_parsed_free(parsed);
    }
}

/* Multiparts whose boundaries are awkward: their leaves' contents, joined by '|'. */
static const struct split_case {
    const char *text;
    const char *contents;
    uint32_t defects;
} split_cases[] = {
    /* M12: one boundary begins another; whole lines are compared. */
    { "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/mixed; "
      "boundary=bb\n\n--bb\n\nx\n--bb--\n"
      "--b\n\ny\n--b--\n",
        "x|y", 0 },
    { "Content-Type: multipart/mixed; boundary=b\n\n--bx\n--b\n\n--bx\nx --b\n\n--b-\n--b--\n", "--bx\nx --b\n\n--b-",
        0 },
    /* The inner one is not closed. */
    { "Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: multipart/mixed; "
      "boundary=i\n\n--i\n\nx\n--o\n\ny\n"
      "--o--\n",
        "x|y", 1 },
    /* M10: of two boundaries the first counts. */
    { "Content-Type: multipart/mixed; boundary=a; boundary=b\n\n--a\n\nx\n--b\n\ny\n--a--\n", "x\n--b\n\ny", 1 },
    /* Nothing between delimiters, headers cut by a delimiter, no line end at the end. */
    { "Content-Type: multipart/mixed; boundary=a\n\n--a\n--a\n\n--a\nX: y\n--a\n\n\n--a--", "|||", 0 },
    { "Content-Type: multipart/mixed; boundary=a\n\n--a\n\nx", "x", 1 },
    { "Content-Type: multipart/mixed; boundary=a\n\n--a\n\nx\n--a--\n--a\n\ny\n", "x", 0 },
    { "Content-Type: multipart/mixed; boundary=a\n--a\n\nx\n--a--\n", "",
        1 }, /* the first delimiter is a line of the header */
    { "Content-Type: multipart/mixed; boundary=\"a \"\n\n--a\n\nx\n--a--\n", "x", 0 },
    { "Content-Type: multipart/mixed; boundary*=us-ascii''a%2Bb\n\n--a+b\n\nx\n--a+b--\n", "x", 0 },
    { "Content-Type: multipart/mixed; boundary=\"=?x?q?y?=\"\n\n--=?x?q?y?=\n\nx\n--=?x?q?y?=--\n", "x", 0 },
    /* M09: longer than it may be. */
    { "Content-Type: multipart/mixed; "
      "boundary=bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\n\n"
      "--bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\n\nx\n",
        "x\n", 1 },
    { "Content-Type: multipart/digest; boundary=a\n\n--a\n\nSubject: s\n\nx\n--a--\n", "Subject: s\n\nx|x", 0 },
    { "Content-Type: multipart/mixed; boundary=a\nContent-Transfer-Encoding: base64\n\n--a\n\nx\n--a--\n", "x", 1 },
};

static void splits_at_whole_boundary_lines(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(split_cases); i++)
        for (int crlf = 0; crlf < 2; crlf++) {
            mgw_buf text = MGW_BUF_INIT(SIZE_MAX), contents = MGW_BUF_INIT(SIZE_MAX);
            for (const char *c = split_cases[i].text; *c != '\0'; c++)
                mgw_buf_add_str(&text, *c != '\n' ? (char[]){ *c, '\0' } : crlf != 0 ? "\r\n" : "\n");
            smgw_parsed *parsed = parse(mgw_buf_bytes(&text));
            const smgw_mail *mail = smgw_parsed_mail(parsed);
            size_t leaves = 0;
            for (size_t p = 0; p < mail->part_count; p++) {
                if (strncmp(mail->parts[p].media_type, "multipart/", 10) == 0)
                    continue;
                if (leaves++ > 0)
                    mgw_buf_add_str(&contents, "|");
                assert_int_equal(smgw_parsed_content(parsed, p, collect, &contents, NULL), SMGW_OK);
            }
            mgw_buf plain = MGW_BUF_INIT(SIZE_MAX);
            for (size_t k = 0; k < contents.len; k++)
                if (contents.data[k] != '\r')
                    mgw_buf_add_byte(&plain, contents.data[k]);
            assert_string_equal(mgw_buf_str(&plain), split_cases[i].contents);
            assert_int_equal(mail->defects, split_cases[i].defects);
            smgw_parsed_free(parsed);
            mgw_buf_free(&text);
            mgw_buf_free(&contents);
            mgw_buf_free(&plain);
        }
}

static void repeated_fields(void **state)
{
    (void)state;
    smgw_parsed *parsed = parse(MGW_LIT("To: a@x.org\r\nSubject: 1\r\nTO: b@x.org\r\nsubject: 2\r\nFrom: f@x.org\r\n"
                                        "From: g@x.org\r\nMessage-ID: none <a@b> <c@d>\r\n\r\n"));
    const smgw_mail *mail = smgw_parsed_mail(parsed);
    assert_int_equal(mail->defects, 3);
    assert_int_equal(mail->to.count, 2); /* RFC 5322 section 4.5.3: taken together */
    assert_string_equal(mail->to.items[1].address, "b@x.org");
    assert_int_equal(mail->from.count, 1);
    assert_string_equal(mail->from.items[0].address, "f@x.org");
    assert_string_equal(mail->subject, "1");
    assert_string_equal(mail->message_id, "<a@b>");
    assert_int_equal(mail->date, INT64_MIN);
    smgw_parsed_free(parsed);
}

static void assert_clean(const char *text)
{
    assert_non_null(text);
    assert_true(mgw_utf8_valid(text, strlen(text)));
    for (size_t i = 0; text[i] != '\0';) {
        uint32_t rune = 0;
        i += mgw_utf8_decode(text + i, strlen(text + i), &rune);
        assert_false(mgw_rune_is_control(rune));
    }
}

static void assert_all_clean(const smgw_mail *mail)
{
    const smgw_address_list *lists[] = { &mail->from, &mail->sender, &mail->reply_to, &mail->to, &mail->cc,
        &mail->bcc };
    assert_clean(mail->subject);
    assert_clean(mail->message_id);
    assert_clean(mail->in_reply_to);
    for (size_t i = 0; i < COUNT_OF(lists); i++)
        for (size_t k = 0; k < lists[i]->count; k++) {
            assert_clean(lists[i]->items[k].name);
            assert_clean(lists[i]->items[k].address);
        }
    for (size_t i = 0; i < mail->part_count; i++) {
        const smgw_part *part = &mail->parts[i];
        const char *texts[] = { part->section, part->media_type, part->charset, part->encoding, part->disposition,
            part->filename, part->content_id };
        for (size_t k = 0; k < COUNT_OF(texts); k++)
            assert_clean(texts[k]);
    }
}

/* M34. Each prefix is parsed from a block of just its size, so that the sanitizer sees a byte read too far. */
static void survives_truncation_at_every_byte(void **state)
{
    (void)state;
    for (size_t len = 0; len < sizeof tree; len++) {
        char *copy = malloc(len > 0 ? len : 1);
        assert_non_null(copy);
        memcpy(copy, tree, len);
        smgw_parsed *parsed = parse(mgw_bytes_of(copy, len));
        const smgw_mail *mail = smgw_parsed_mail(parsed);
        assert_all_clean(mail);
        for (size_t i = 0; i < mail->part_count; i++) {
            mgw_buf content = MGW_BUF_INIT(SIZE_MAX);
            assert_int_equal(smgw_parsed_content(parsed, i, collect, &content, NULL), SMGW_OK);
            mgw_buf_free(&content);
        }
        smgw_parsed_free(parsed);
        free(copy);
    }
}

/* Bytes replaced at random: always a result or a refusal, always clean strings. */
static void survives_damage(void **state)
{
    (void)state;
    uint32_t random = 1;
    for (size_t round = 0; round < 3000; round++) {
        char copy[sizeof tree - 1];
        memcpy(copy, tree, sizeof copy);
        for (size_t i = 0; i < 1 + round % 20; i++) {
            random = random * 1664525u + 1013904223u;
            static const char awkward[] = "\0\r\n\"\\()<>:;,@=?-* \t\x80\xff\x85";
            uint32_t value = random >> 8;
            size_t at = (value >> 5) % sizeof copy;
            copy[at] = (value & 1) != 0 ? awkward[(value >> 1) % (sizeof awkward - 1)] : copy[(at + 57) % sizeof copy];
        }
        smgw_parsed *parsed = NULL;
        smgw_status status = smgw_parse(&parsed, copy, sizeof copy, NULL);
        if (status == SMGW_OK)
            assert_all_clean(smgw_parsed_mail(parsed));
        else
            assert_int_equal(status, SMGW_ERR_INVALID);
        smgw_parsed_free(parsed);
    }
}

static void survives_every_failed_allocation(void **state)
{
    (void)state;
    unsigned long n = 1;
    for (;; n++) {
        smgw_parsed *parsed = NULL;
        smgw_error error = SMGW_ERROR_INIT;
        failing_alloc_start(n);
        smgw_status status = smgw_parse(&parsed, tree, sizeof tree - 1, &error);
        bool failed = failing_alloc_stop();
        assert_int_equal(status, failed ? SMGW_ERR_NO_MEMORY : SMGW_OK);
        assert_int_equal(parsed == NULL, failed);
        if (failed)
            assert_int_equal(error.status, SMGW_ERR_NO_MEMORY);
        smgw_parsed_free(parsed);
        if (!failed)
            break;
    }
    assert_true(n > 20);
}

static void content_survives_every_failed_allocation(void **state)
{
    (void)state;
    smgw_parsed *parsed = parse(mgw_bytes_of(tree, sizeof tree - 1));
    for (unsigned long n = 1;; n++) {
        char text[64];
        mgw_buf content = { text, 0, sizeof text, sizeof text, SMGW_OK };
        failing_alloc_start(n);
        smgw_status status = smgw_parsed_content(parsed, 2, collect, &content, NULL);
        bool failed = failing_alloc_stop();
        assert_int_equal(status, failed ? SMGW_ERR_NO_MEMORY : SMGW_OK);
        if (!failed)
            break;
    }
    smgw_parsed_free(parsed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_tree),
        cmocka_unit_test(content_can_be_cancelled_and_must_exist),
        cmocka_unit_test(reads_a_leaf_as_far_as_it_makes_sense),
        cmocka_unit_test(splits_at_whole_boundary_lines),
        cmocka_unit_test(repeated_fields),
        cmocka_unit_test(survives_truncation_at_every_byte),
        cmocka_unit_test(survives_damage),
        cmocka_unit_test(survives_every_failed_allocation),
        cmocka_unit_test(content_survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
