/* SPDX-License-Identifier: MIT */
/* FETCH responses and the envelopes in them, in the manner of several servers. */
#include "support/test.h"

#include "imap/parse.h"

#include "simplemailgw/mail.h"

typedef struct parsed {
    mgw_arena envelopes;
    mgw_arena structures;
    mgw_imap_fetch_response response;
    bool good;
} parsed;

static void parse(const char *text, size_t len, parsed *out)
{
    mgw_arena_init(&out->envelopes, 1024 * 1024);
    mgw_arena_init(&out->structures, 1024 * 1024);
    out->good = mgw_imap_parse_fetch(
        mgw_bytes_of(text, len), &mgw_imap_default_limits, &out->envelopes, &out->structures, &out->response);
}

static void dispose(parsed *out)
{
    mgw_arena_free(&out->envelopes);
    mgw_arena_free(&out->structures);
}

static void assert_text(mgw_bytes got, const char *expected)
{
    if (expected == NULL) {
        assert_null(got.data);
        return;
    }
    assert_non_null(got.data);
    assert_int_equal(got.len, strlen(expected));
    assert_memory_equal(got.data, expected, got.len);
}

/* "name|mailbox|host" for each address, "-" for NIL. */
static void assert_addresses(mgw_imap_address_list list, const char *expected)
{
    char text[1000] = "";
    size_t len = 0;
    for (size_t i = 0; i < list.count; i++) {
        const mgw_bytes fields[] = { list.items[i].name, list.items[i].mailbox, list.items[i].host };
        for (size_t k = 0; k < COUNT_OF(fields); k++) {
            mgw_bytes field = fields[k].data != NULL ? fields[k] : MGW_LIT("-");
            assert_true(len + field.len + 2 < sizeof text);
            memcpy(text + len, field.data, field.len);
            len += field.len;
            text[len++] = k < 2 ? '|' : ';';
        }
    }
    text[len] = '\0';
    assert_string_equal(text, expected);
}

static void the_envelope_of_rfc_3501(void **state)
{
    (void)state;
    static const char text[] =
        "* 12 FETCH (FLAGS (\\Seen) INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" RFC822.SIZE 4286 ENVELOPE (\"Wed, 17 "
        "Jul 1996 02:23:25 -0700 (PDT)\" \"IMAP4rev1 WG mtg summary and minutes\" ((\"Terry Gray\" NIL \"gray\" "
        "\"cac.washington.edu\")) ((\"Terry Gray\" NIL \"gray\" \"cac.washington.edu\")) ((\"Terry Gray\" NIL \"gray\" "
        "\"cac.washington.edu\")) ((NIL NIL \"imap\" \"cac.washington.edu\")) ((NIL NIL \"minutes\" "
        "\"CNRI.Reston.VA.US\")(\"John Klensin\" NIL \"KLENSIN\" \"MIT.EDU\")) NIL NIL "
        "\"<B27397-0100000@cac.washington.edu>\") BODY (\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\") NIL NIL \"7BIT\" "
        "3028 92) UID 7)";
    parsed got;
    parse(text, sizeof text - 1, &got);
    assert_true(got.good);
    const mgw_imap_fetch *fetch = &got.response.fetch;
    assert_int_equal(fetch->uid, 7);
    assert_int_equal(fetch->has, MGW_IMAP_FETCH_SUMMARY);
    assert_int_equal(fetch->flags, SMGW_FLAG_SEEN);
    assert_int_equal(fetch->size, 4286);
    assert_int_equal(fetch->defects, 0);
    assert_int_equal(fetch->part_count, 1);
    assert_text(fetch->internal_date, "17-Jul-1996 02:44:25 -0700");
    assert_text(fetch->envelope.date, "Wed, 17 Jul 1996 02:23:25 -0700 (PDT)");
    assert_text(fetch->envelope.subject, "IMAP4rev1 WG mtg summary and minutes");
    assert_addresses(fetch->envelope.from, "Terry Gray|gray|cac.washington.edu;");
    assert_addresses(fetch->envelope.to, "-|imap|cac.washington.edu;");
    assert_addresses(fetch->envelope.cc, "-|minutes|CNRI.Reston.VA.US;John Klensin|KLENSIN|MIT.EDU;");
    assert_addresses(fetch->envelope.bcc, "");
    assert_text(fetch->envelope.in_reply_to, NULL);
    assert_text(fetch->envelope.message_id, "<B27397-0100000@cac.washington.edu>");
    dispose(&got);
}

static void groups_literals_and_oddities(void **state)
{
    (void)state;
    static const char text[] =
        "* 1 FETCH (UID 1 X-GM-MSGID 1278455344230334865 X-GM-LABELS (\"\\\\Inbox\" \"&APw-\" foo) MODSEQ (65402) "
        "FLAGS (NonJunk \\Recent \\flagged \\DRAFT $Forwarded \\*) ENVELOPE (\"\" {7}\r\na\r\n(\"\\b ((\"Ada "
        "\\\"the\\\" L\" NIL \"a\\\\b\" \"x\") (NIL NIL \"list\" NIL)(NIL NIL \"m\" \"h\")(NIL NIL NIL NIL)) () NIL "
        "((NIL \"@route:\" {1}\r\n\" \"\")) nil NIL \"<r@x> <s@x>\" NIL))";
    parsed got;
    parse(text, sizeof text - 1, &got);
    assert_true(got.good);
    const mgw_imap_fetch *fetch = &got.response.fetch;
    assert_int_equal(fetch->has, MGW_IMAP_FETCH_FLAGS | MGW_IMAP_FETCH_ENVELOPE | MGW_IMAP_FETCH_MODSEQ);
    assert_int_equal(fetch->modseq, 65402);
    assert_int_equal(fetch->flags, SMGW_FLAG_FLAGGED | SMGW_FLAG_DRAFT);
    assert_text(fetch->envelope.date, "");
    assert_text(fetch->envelope.subject, "a\r\n(\"\\b");
    assert_addresses(fetch->envelope.from, "Ada \"the\" L|a\\b|x;-|list|-;-|m|h;-|-|-;");
    assert_addresses(fetch->envelope.sender, "");
    assert_addresses(fetch->envelope.to, "-|\"|;");
    assert_text(fetch->envelope.in_reply_to, "<r@x> <s@x>");
    assert_text(fetch->envelope.message_id, NULL);
    dispose(&got);
}

static const struct {
    const char *text;
    uint32_t has;
    uint32_t defects;
} spoiled[] = {
    { "* 1 FETCH (UID 1 ENVELOPE NIL FLAGS ())", MGW_IMAP_FETCH_FLAGS, 1 },
    { "* 1 FETCH (UID 1 ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL NIL) FLAGS ())", MGW_IMAP_FETCH_FLAGS, 1 },
    { "* 1 FETCH (UID 1 ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) FLAGS ())", MGW_IMAP_FETCH_FLAGS, 1 },
    { "* 1 FETCH (UID 1 ENVELOPE (NIL NIL (\"a\") NIL NIL NIL NIL NIL NIL NIL) FLAGS ())", MGW_IMAP_FETCH_FLAGS, 1 },
    { "* 1 FETCH (UID 1 BODYSTRUCTURE (\"a\" (\"b\")) FLAGS ())", MGW_IMAP_FETCH_FLAGS, 1 },
    { "* 1 FETCH (UID 1 BODYSTRUCTURE \"a\" RFC822.SIZE 5x FLAGS ())", MGW_IMAP_FETCH_FLAGS, 2 },
    { "* 1 FETCH (UID 1 RFC822.SIZE 9223372036854775808 FLAGS ())", MGW_IMAP_FETCH_FLAGS, 1 },
    { "* 1 FETCH (UID 1 INTERNALDATE NIL FLAGS ())", MGW_IMAP_FETCH_FLAGS, 1 },
    { "* 1 FETCH (UID 1 FLAGS (\\Seen) FLAGS ())", MGW_IMAP_FETCH_FLAGS, 1 },
    { "* 1 FETCH (UID 1 FLAGS (\"\\Seen\"))", 0, 1 },
};

static void a_spoiled_item_costs_itself(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(spoiled); i++) {
        parsed got;
        parse(spoiled[i].text, strlen(spoiled[i].text), &got);
        if (!got.good || got.response.fetch.has != spoiled[i].has || got.response.fetch.defects != spoiled[i].defects)
            fail_msg("%s", spoiled[i].text);
        dispose(&got);
    }
}

static const char *const broken[] = {
    "* 0 FETCH (UID 1)",
    "* 4294967296 FETCH (UID 1)",
    "* 1 FETCH",
    "* 1 FETCH ",
    "* 1 FETCH UID 1",
    "* 1 FETCH (UID)",
    "* 1 FETCH (UID )",
    "* 1 FETCH (UID 0)",
    "* 1 FETCH (UID 4294967296)",
    "* 1 FETCH (UID 1 UID 2)",
    "* 1 FETCH (UID 1  FLAGS ())",
    "* 1 FETCH (UID 1 )",
    "* 1 FETCH (UID 1) ",
    "* 1 FETCH (UID 1)x",
    "* 1 FETCH (UID 1 X)",
    "* 1 FETCH (UID 1 X (a)",
    "* 1 FETCH (UID 1 X \"a)",
    "* 1 FETCH (UID 1 BODY[ NIL)",
    "* 1 FETCH (UID 1 BODY[]<> NIL)",
    "* 1 FETCH (UID 1 BODY[]<x> NIL)",
    "* 1 FETCH (UID 1 BODY[]x NIL)",
    "* 1 FETCH (UID 1 BODY[] x)",
    "* 1 FETCH (UID 1 \"FLAGS\" ())",
};

static void a_broken_response_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(broken); i++) {
        parsed got;
        parse(broken[i], strlen(broken[i]), &got);
        if (got.good)
            fail_msg("%s", broken[i]);
        dispose(&got);
    }
}

static const struct {
    const char *text;
    size_t len;
    mgw_imap_body_form form;
    const char *section;
    uint32_t offset;
    const char *value;
    uint32_t extra;
} bodies[] = {
    { "* 1 FETCH (UID 1 BODY[] NIL)", 28, MGW_IMAP_BODY_INLINE, "", 0, NULL, 0 },
    { "* 1 FETCH (UID 1 BODY[1.MIME] \"\")", 33, MGW_IMAP_BODY_INLINE, "1.MIME", 0, "", 0 },
    { "* 1 FETCH (UID 1 body[2]<7> \"a\\\"b\")", 35, MGW_IMAP_BODY_INLINE, "2", 7, "a\"b", 0 },
    { "* 1 FETCH (UID 1 BODY[] \0)", 26, MGW_IMAP_BODY_STREAMED, "", 0, NULL, 0 },
    { "* 1 FETCH (BODY[] \0 BODY[1] NIL BODY[] \"\")", 42, MGW_IMAP_BODY_STREAMED, "", 0, NULL, 2 },
    { "* 1 FETCH (BODY[HEADER.FIELDS (DATE \"FROM\")] \"x\")", 49, MGW_IMAP_BODY_INLINE,
        "HEADER.FIELDS (DATE \"FROM\")", 0, "x", 0 },
    { "* 1 FETCH (BINARY[1] \"x\" RFC822 \0 RFC822.HEADER NIL)", 52, MGW_IMAP_BODY_NONE, NULL, 0, NULL, 0 },
};

static void bodies_are_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(bodies); i++) {
        parsed got;
        parse(bodies[i].text, bodies[i].len, &got);
        assert_true(got.good);
        assert_int_equal(got.response.body, bodies[i].form);
        assert_int_equal(got.response.extra_bodies, bodies[i].extra);
        assert_text(got.response.body_name.section, bodies[i].section);
        assert_int_equal(got.response.body_name.offset, bodies[i].offset);
        assert_text(got.response.body_text, bodies[i].value);
        dispose(&got);
    }
}

static void addresses_beyond_the_cap_are_dropped(void **state)
{
    (void)state;
    mgw_imap_limits limits = mgw_imap_default_limits;
    limits.addresses = 1;
    mgw_arena arena;
    mgw_arena_init(&arena, 10000);
    mgw_imap_lexer lexer = mgw_imap_lexer_of(
        MGW_LIT("(NIL NIL ((NIL NIL \"a\" \"x\")(NIL NIL \"b\" \"x\")) NIL NIL NIL NIL NIL NIL NIL)"), &arena);
    mgw_imap_envelope envelope = { 0 };
    assert_true(mgw_imap_parse_envelope(&lexer, &limits, &envelope));
    assert_addresses(envelope.from, "-|a|x;");
    assert_int_equal(lexer.dropped, 1);
    mgw_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_envelope_of_rfc_3501),
        cmocka_unit_test(groups_literals_and_oddities),
        cmocka_unit_test(a_spoiled_item_costs_itself),
        cmocka_unit_test(a_broken_response_is_refused),
        cmocka_unit_test(bodies_are_named),
        cmocka_unit_test(addresses_beyond_the_cap_are_dropped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
