/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "base/buf.h"
#include "imap/parse.h"
#include "support/failing_alloc.h"

/*
 * A structure as text, one line a part: indent by depth, section, type, then what is set of encoding, size, lines,
 * parameters, id, description and disposition.
 */
static void add_field(mgw_buf *out, const char *name, mgw_bytes value)
{
    if (value.data == NULL)
        return;
    mgw_buf_add_str(out, name);
    mgw_buf_add_bytes(out, value);
}

static void add_parameters(mgw_buf *out, mgw_imap_parameters list)
{
    for (size_t i = 0; i < list.count; i++) {
        mgw_buf_add_str(out, " ");
        mgw_buf_add_bytes(out, list.items[i].name);
        add_field(out, "=", list.items[i].value);
    }
}

static void add_part(mgw_buf *out, const mgw_imap_part *part)
{
    for (uint32_t i = 0; i < part->depth; i++)
        mgw_buf_add_str(out, " ");
    add_field(out, "[", part->section);
    add_field(out, "] ", part->type);
    add_field(out, "/", part->subtype);
    add_parameters(out, part->parameters);
    add_field(out, " id ", part->id);
    add_field(out, " description ", part->description);
    add_field(out, " ", part->encoding);
    if (!part->multipart) {
        mgw_buf_add_str(out, " ");
        mgw_buf_add_u64(out, part->size);
    }
    if (part->lines > 0) {
        mgw_buf_add_str(out, " lines ");
        mgw_buf_add_u64(out, part->lines);
    }
    add_field(out, " disposition ", part->disposition);
    add_parameters(out, part->disposition_parameters);
    mgw_buf_add_str(out, "\n");
}

static bool parse(const char *text, const mgw_imap_limits *limits, mgw_arena *arena, mgw_buf *out)
{
    mgw_imap_lexer lexer = mgw_imap_lexer_of(mgw_bytes_str(text), arena);
    const mgw_imap_part *parts = NULL;
    size_t count = 0;
    if (!mgw_imap_parse_structure(&lexer, limits, &parts, &count) || !mgw_imap_lex_end(&lexer))
        return false;
    for (size_t i = 0; i < count; i++)
        add_part(out, &parts[i]);
    return true;
}

static const struct {
    const char *name;
    const char *text;
    const char *expected;
} good[] = {
    { "RFC 3501 section 7.4.2, one part", "(\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\") NIL NIL \"7BIT\" 2279 48)",
        "[1] TEXT/PLAIN CHARSET=US-ASCII 7BIT 2279 lines 48\n" },
    { "RFC 3501 section 7.4.2, two parts",
        "((\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\") NIL NIL \"7BIT\" 1152 23)(\"TEXT\" \"PLAIN\" (\"CHARSET\" "
        "\"US-ASCII\" \"NAME\" \"cc.diff\") \"<960723163407.20117h@cac.washington.edu>\" \"Compiler diff\" \"BASE64\" "
        "4554 73) \"MIXED\")",
        "[] multipart/MIXED\n [1] TEXT/PLAIN CHARSET=US-ASCII 7BIT 1152 lines 23\n"
        " [2] TEXT/PLAIN CHARSET=US-ASCII NAME=cc.diff id <960723163407.20117h@cac.washington.edu>"
        " description Compiler diff BASE64 4554 lines 73\n" },
    { "Dovecot: alternative in mixed, with extensions",
        "(((\"text\" \"plain\" (\"charset\" \"utf-8\") NIL NIL \"quoted-printable\" 12 1 NIL NIL NIL NIL)(\"text\" "
        "\"html\" (\"charset\" \"utf-8\") NIL NIL \"quoted-printable\" 40 2 NIL NIL NIL NIL) \"alternative\" "
        "(\"boundary\" \"b2\") NIL NIL NIL)(\"application\" \"pdf\" (\"name\" \"r.pdf\") NIL NIL \"base64\" 1368 NIL "
        "(\"attachment\" (\"filename\" \"r.pdf\")) NIL NIL) \"mixed\" (\"boundary\" \"b1\") NIL NIL NIL)",
        "[] multipart/mixed boundary=b1\n [1] multipart/alternative boundary=b2\n"
        "  [1.1] text/plain charset=utf-8 quoted-printable 12 lines 1\n"
        "  [1.2] text/html charset=utf-8 quoted-printable 40 lines 2\n"
        " [2] application/pdf name=r.pdf base64 1368 disposition attachment filename=r.pdf\n" },
    { "Dovecot: a message in a message, each with parts",
        "((\"text\" \"plain\" NIL NIL NIL \"7bit\" 5 1 NIL NIL NIL NIL)(\"message\" \"rfc822\" NIL NIL NIL \"7bit\" "
        "900 "
        "(\"d\" \"s (\" ((NIL NIL \"a\" \"b\")) NIL NIL NIL NIL NIL NIL \"<i@x>\") ((\"text\" \"plain\" NIL NIL NIL "
        "\"7bit\" 6 1)(\"message\" \"rfc822\" NIL NIL NIL \"7bit\" 100 (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) "
        "(\"text\" \"plain\" NIL NIL NIL \"7bit\" 7 1 NIL NIL NIL NIL) 9 NIL NIL NIL NIL) \"mixed\" NIL NIL NIL NIL) "
        "30 "
        "NIL (\"inline\" NIL) NIL NIL) \"mixed\" (\"boundary\" \"x\") NIL NIL NIL)",
        "[] multipart/mixed boundary=x\n [1] text/plain 7bit 5 lines 1\n"
        " [2] message/rfc822 7bit 900 lines 30 disposition inline\n  [2.TEXT] multipart/mixed\n"
        "   [2.1] text/plain 7bit 6 lines 1\n   [2.2] message/rfc822 7bit 100 lines 9\n"
        "    [2.2.1] text/plain 7bit 7 lines 1\n" },
    { "a message at the top",
        "(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 50 (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) "
        "(\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 5 1) 3)",
        "[1] MESSAGE/RFC822 7BIT 50 lines 3\n [1.1] TEXT/PLAIN 7BIT 5 lines 1\n" },
    { "a message whose envelope the server leaves out",
        "(\"message\" \"rfc822\" (\"name\" \"m.eml\") NIL NIL \"base64\" 700 NIL (\"attachment\" NIL) NIL)",
        "[1] message/rfc822 name=m.eml base64 700 disposition attachment\n" },
    { "Gmail: upper case, ids, no extension behind the disposition",
        "((\"TEXT\" \"PLAIN\" (\"CHARSET\" \"UTF-8\") NIL NIL \"7BIT\" 4 1 NIL NIL NIL)(\"IMAGE\" \"PNG\" (\"NAME\" "
        "\"=?UTF-8?Q?=C3=BC.png?=\") \"<ii_1>\" NIL \"BASE64\" 137 NIL (\"INLINE\" (\"FILENAME\" "
        "\"=?UTF-8?Q?=C3=BC.png?=\")) NIL) \"RELATED\" (\"BOUNDARY\" \"0000\") NIL NIL)",
        "[] multipart/RELATED BOUNDARY=0000\n [1] TEXT/PLAIN CHARSET=UTF-8 7BIT 4 lines 1\n"
        " [2] IMAGE/PNG NAME==?UTF-8?Q?=C3=BC.png?= id <ii_1> BASE64 137 disposition INLINE"
        " FILENAME==?UTF-8?Q?=C3=BC.png?=\n" },
    { "Exchange: languages as a list, a location, RFC 2231 names, dates",
        "((\"text\" \"plain\" (\"charset\" \"iso-8859-1\") NIL NIL \"quoted-printable\" 10 1 NIL NIL (\"en\" \"de\") "
        "\"http://x/\")(\"application\" \"octet-stream\" (\"name*0\" \"a\" \"name*1\" \"b\") \"<id>\" \"a.bin\" "
        "\"base64\" 8 \"bWQ1\" (\"attachment\" (\"filename*\" \"utf-8''%C3%BC\" \"size\" \"6\" \"creation-date\" "
        "\"Tue, 01 Jan 2024 00:00:00 GMT\")) NIL NIL) \"mixed\" (\"boundary\" \"_000_\") NIL \"en-US\")",
        "[] multipart/mixed boundary=_000_\n [1] text/plain charset=iso-8859-1 quoted-printable 10 lines 1\n"
        " [2] application/octet-stream name*0=a name*1=b id <id> description a.bin base64 8 disposition attachment"
        " filename*=utf-8''%C3%BC size=6 creation-date=Tue, 01 Jan 2024 00:00:00 GMT\n" },
    { "only BODY: no extensions, blanks between the parts",
        "((\"text\" \"plain\" NIL NIL NIL \"7bit\" 1 1) (\"text\" \"html\" NIL NIL NIL \"7bit\" 2 1) \"alternative\")",
        "[] multipart/alternative\n [1] text/plain 7bit 1 lines 1\n [2] text/html 7bit 2 lines 1\n" },
    { "sizes that are NIL, an empty list, a value that is NIL",
        "(\"text\" \"plain\" () NIL NIL NIL NIL NIL (\"inline\" (\"a\" NIL)))",
        "[1] text/plain 0 disposition inline a\n" },
    { "a text without its lines", "(\"text\" \"plain\" NIL NIL NIL \"7bit\" 5 NIL NIL)", "[1] text/plain 7bit 5\n" },
    { "a later RFC's extensions", "(\"image\" \"png\" NIL NIL NIL \"7bit\" 5 NIL NIL NIL NIL (1 (2 \"(\") NIL) 7)",
        "[1] image/png 7bit 5\n" },
    { "a literal as a name", "(\"image\" \"png\" (\"name\" {3}\r\n)\"\0) NIL NIL \"7bit\" 5)", NULL },
    { "a literal of parentheses", "(\"image\" \"png\" (\"name\" {3}\r\n)\"() NIL NIL \"7bit\" 5)",
        "[1] image/png name=)\"( 7bit 5\n" },
    { "escapes", "(\"image\" \"png\" (\"name\" \"a\\\\b\\\"c\") NIL NIL \"7bit\" 5)",
        "[1] image/png name=a\\b\"c 7bit 5\n" },
};

static void structures_are_flattened(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        mgw_arena arena;
        mgw_arena_init(&arena, 1024 * 1024);
        mgw_buf out = MGW_BUF_INIT(10000);
        bool parsed = parse(good[i].text, &mgw_imap_default_limits, &arena, &out);
        if (parsed != (good[i].expected != NULL))
            fail_msg("%s", good[i].name);
        if (parsed)
            assert_string_equal(mgw_buf_str(&out), good[i].expected);
        mgw_buf_free(&out);
        mgw_arena_free(&arena);
    }
}

static const char *const bad[] = {
    "",
    "NIL",
    "(",
    "()",
    "(())",
    "(\"text\")",
    "(\"text\" \"plain\")",
    "(\"text\" \"plain\" NIL NIL NIL \"7bit\")",
    "(\"text\" \"plain\" NIL NIL NIL \"7bit\" -1)",
    "(\"text\" \"plain\" NIL NIL NIL \"7bit\" 18446744073709551616)",
    "(\"text\" \"plain\" (\"odd\") NIL NIL \"7bit\" 1 1)",
    "(\"text\" \"plain\" NIL NIL NIL \"7bit\" 1 1",
    "(\"text\" \"plain\" NIL NIL NIL \"7bit\" 1 1 NIL \"attachment\")",
    "(\"text\" \"plain\" NIL NIL NIL \"7bit\" 1 1 NIL NIL (()",
    "(\"text\" \"plain\" NIL NIL NIL \"7bit\" 1 1))",
    "((\"text\" \"plain\" NIL NIL NIL \"7bit\" 1 1))",
    "((\"text\" \"plain\" NIL NIL NIL \"7bit\" 1 1) NIL)",
    "((\"text\" \"plain\" NIL NIL NIL \"7bit\" 1 1)\"mixed\")",
    "(\"message\" \"rfc822\" NIL NIL NIL \"7bit\" 1 (NIL) NIL 1)",
    "(\"message\" \"rfc822\" NIL NIL NIL \"7bit\" 1 (NIL) (\"text\" \"plain\" NIL NIL NIL \"7bit\" 1 1))",
    "(text plain NIL NIL NIL 7bit 1 1)",
    "(\"text\" {9}\r\nplain\" NIL)",
};

static void broken_structures_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        mgw_arena arena;
        mgw_arena_init(&arena, 1024 * 1024);
        mgw_buf out = MGW_BUF_INIT(10000);
        if (parse(bad[i], &mgw_imap_default_limits, &arena, &out))
            fail_msg("%s", bad[i]);
        mgw_buf_free(&out);
        mgw_arena_free(&arena);
    }
}

static void every_cut_is_refused(void **state)
{
    (void)state;
    mgw_arena arena;
    mgw_arena_init(&arena, 16 * 1024 * 1024);
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        for (size_t len = 0; good[i].expected != NULL && len < strlen(good[i].text); len++) {
            /* A copy of its own size, so that a sanitizer sees a read past the end. */
            mgw_buf cut = MGW_BUF_INIT(10000);
            mgw_buf_add(&cut, good[i].text, len);
            mgw_imap_lexer lexer = mgw_imap_lexer_of(mgw_buf_bytes(&cut), &arena);
            const mgw_imap_part *parts = NULL;
            size_t count = 0;
            assert_false(mgw_imap_parse_structure(&lexer, &mgw_imap_default_limits, &parts, &count));
            mgw_buf_free(&cut);
        }
        mgw_arena_free(&arena);
    }
}

static void parameters_beyond_the_cap_are_dropped(void **state)
{
    (void)state;
    mgw_imap_limits limits = mgw_imap_default_limits;
    limits.parameters = 2;
    mgw_arena arena;
    mgw_arena_init(&arena, 1024 * 1024);
    mgw_imap_lexer lexer = mgw_imap_lexer_of(
        MGW_LIT("(\"a\" \"b\" (\"1\" \"x\" \"2\" \"x\" \"3\" \"x\" \"4\" \"x\") NIL NIL NIL 5)"), &arena);
    const mgw_imap_part *parts = NULL;
    size_t count = 0;
    assert_true(mgw_imap_parse_structure(&lexer, &limits, &parts, &count));
    assert_int_equal(parts[0].parameters.count, 2);
    assert_int_equal(lexer.dropped, 2);
    mgw_arena_free(&arena);
}

static void short_memory_is_told(void **state)
{
    (void)state;
    unsigned long failures = 0;
    for (unsigned long n = 1;; n++) {
        mgw_arena arena;
        mgw_arena_init(&arena, 1024 * 1024);
        mgw_imap_lexer lexer = mgw_imap_lexer_of(mgw_bytes_str(good[3].text), &arena);
        const mgw_imap_part *parts = NULL;
        size_t count = 0;
        failing_alloc_start(n);
        bool parsed = mgw_imap_parse_structure(&lexer, &mgw_imap_default_limits, &parts, &count);
        bool failed = failing_alloc_stop();
        assert_int_equal(parsed, !failed);
        assert_int_equal(arena.status, failed ? SMGW_ERR_NO_MEMORY : SMGW_OK);
        mgw_arena_free(&arena);
        if (!failed)
            break;
        failures++;
    }
    assert_true(failures >= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(structures_are_flattened),
        cmocka_unit_test(broken_structures_are_refused),
        cmocka_unit_test(every_cut_is_refused),
        cmocka_unit_test(parameters_beyond_the_cap_are_dropped),
        cmocka_unit_test(short_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
