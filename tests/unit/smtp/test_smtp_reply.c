/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "smtp/reply.h"
#include "support/failing_alloc.h"

typedef struct reply_case {
    const char *name;
    mgw_bytes input;
    mgw_smtp_parse parse;
    int code;
    size_t lines;
    size_t consumed;
    const char *enhanced;
    const char *text;
} reply_case;

#define BYTES(literal)                                                                                                 \
    {                                                                                                                  \
        literal, sizeof(literal) - 1                                                                                   \
    }
#define REPLY  MGW_SMTP_PARSE_REPLY
#define MORE   MGW_SMTP_PARSE_MORE
#define BROKEN MGW_SMTP_PARSE_BROKEN

static const reply_case cases[] = {
    { "one line", BYTES("250 ok\r\n"), REPLY, 250, 1, 8, "", "ok" },
    { "no text, with space", BYTES("250 \r\n"), REPLY, 250, 1, 6, "", "" },
    { "no text, no space", BYTES("250\r\n"), REPLY, 250, 1, 5, "", "" },
    { "two lines", BYTES("250-a\r\n250 b\r\n"), REPLY, 250, 2, 14, "", "a b" },
    { "a line without text in the middle", BYTES("250-a\r\n250-\r\n250 b\r\n"), REPLY, 250, 3, 20, "", "a b" },
    { "stops behind the reply", BYTES("250 a\r\n250 b\r\n"), REPLY, 250, 1, 7, "", "a" },
    { "lowest and highest first digit", BYTES("599 x\r\n"), REPLY, 599, 1, 7, "", "x" },
    { "enhanced", BYTES("550 5.7.1 no\r\n"), REPLY, 550, 1, 14, "5.7.1", "no" },
    { "enhanced on each line", BYTES("550-5.7.26 a\r\n550 5.7.26 b\r\n"), REPLY, 550, 2, 28, "5.7.26", "a b" },
    { "enhanced without text", BYTES("250 2.0.0\r\n"), REPLY, 250, 1, 11, "2.0.0", "" },
    { "enhanced of three digits", BYTES("450 4.123.456 x\r\n"), REPLY, 450, 1, 17, "4.123.456", "x" },
    { "enhanced too long", BYTES("450 4.1234.5 x\r\n"), REPLY, 450, 1, 16, "", "4.1234.5 x" },
    { "enhanced of another class", BYTES("550 4.7.1 no\r\n"), REPLY, 550, 1, 14, "", "4.7.1 no" },
    { "enhanced cut short", BYTES("550 5.7 no\r\n"), REPLY, 550, 1, 12, "", "5.7 no" },
    { "enhanced with an empty part", BYTES("550 5..1 no\r\n"), REPLY, 550, 1, 13, "", "5..1 no" },
    { "enhanced that runs on", BYTES("550 5.7.1no\r\n"), REPLY, 550, 1, 13, "", "5.7.1no" },
    { "no enhanced code in an intermediate reply", BYTES("354 3.0.0 x\r\n"), REPLY, 354, 1, 13, "", "3.0.0 x" },
    { "controls become harmless (V32)", BYTES("550 \033[2Jevil\r\n"), REPLY, 550, 1, 14, "", "?[2Jevil" },
    { "bytes that are no UTF-8", BYTES("550 \377\303\251\r\n"), REPLY, 550, 1, 9, "", "?\303\251" },
    { "bidi override", BYTES("550 \342\200\256x\r\n"), REPLY, 550, 1, 10, "", "?x" },
    { "nothing", BYTES(""), MORE, 0, 0, 0, NULL, NULL },
    { "a cut line", BYTES("250 2.0"), MORE, 0, 0, 7, NULL, NULL },
    { "a line with the CR only", BYTES("250 ok\r"), MORE, 0, 0, 7, NULL, NULL },
    { "a first line of more", BYTES("250-ok\r\n"), MORE, 250, 1, 8, NULL, NULL },
    { "four digits (V29)", BYTES("2200 x\r\n"), BROKEN, 0, 0, 8, NULL, NULL },
    { "two digits", BYTES("25 x\r\n"), BROKEN, 0, 0, 6, NULL, NULL },
    { "first digit 1", BYTES("150 x\r\n"), BROKEN, 0, 0, 7, NULL, NULL },
    { "first digit 6", BYTES("650 x\r\n"), BROKEN, 0, 0, 7, NULL, NULL },
    { "letters", BYTES("2x0 x\r\n"), BROKEN, 0, 0, 7, NULL, NULL },
    { "a sign", BYTES("+25 x\r\n"), BROKEN, 0, 0, 7, NULL, NULL },
    { "a space before", BYTES(" 250 x\r\n"), BROKEN, 0, 0, 8, NULL, NULL },
    { "a TAB behind the code", BYTES("250\tx\r\n"), BROKEN, 0, 0, 7, NULL, NULL },
    { "an empty line", BYTES("\r\n"), BROKEN, 0, 0, 2, NULL, NULL },
    { "another code on the second line", BYTES("250-a\r\n251 b\r\n"), BROKEN, 250, 1, 14, NULL, NULL },
    { "bare LF", BYTES("250 ok\n"), BROKEN, 0, 0, 7, NULL, NULL },
    { "bare LF inside", BYTES("250 o\nk\r\n"), BROKEN, 0, 0, 6, NULL, NULL },
    { "bare CR inside", BYTES("250 o\rk\r\n"), BROKEN, 0, 0, 9, NULL, NULL },
    { "CR CR LF", BYTES("250 ok\r\r\n"), BROKEN, 0, 0, 9, NULL, NULL },
    { "NUL", BYTES("250 o\0k\r\n"), BROKEN, 0, 0, 9, NULL, NULL },
    { "IMAP", BYTES("* OK hello\r\n"), BROKEN, 0, 0, 12, NULL, NULL },
};

static void check_complete(const reply_case *c, const mgw_smtp_reply *reply)
{
    char enhanced[16];
    char text[64];
    mgw_smtp_reply_describe(reply, enhanced, sizeof enhanced, text, sizeof text);
    assert_string_equal(enhanced, c->enhanced);
    assert_string_equal(text, c->text);
}

static void whole(const reply_case *c)
{
    mgw_smtp_reply reply;
    size_t consumed = 99;
    mgw_smtp_reply_init(&reply);
    assert_int_equal(mgw_smtp_reply_feed(&reply, c->input, &consumed), c->parse);
    assert_int_equal(consumed, c->consumed);
    assert_int_equal(reply.code, c->code);
    assert_int_equal(reply.lines, c->lines);
    if (c->parse == REPLY)
        check_complete(c, &reply);
    mgw_smtp_reply_free(&reply);
}

static void byte_by_byte(const reply_case *c)
{
    mgw_smtp_reply reply;
    mgw_smtp_parse parse = MORE;
    mgw_smtp_reply_init(&reply);
    for (size_t i = 0; i < c->input.len && parse == MORE; i++) {
        size_t consumed = 99;
        parse = mgw_smtp_reply_feed(&reply, mgw_bytes_slice(c->input, i, 1), &consumed);
        assert_int_equal(consumed, 1);
    }
    assert_int_equal(parse, c->parse);
    assert_int_equal(reply.code, c->code);
    if (c->parse == REPLY)
        check_complete(c, &reply);
    mgw_smtp_reply_free(&reply);
}

static void reads_what_the_table_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        print_message("  %s\n", cases[i].name);
        whole(&cases[i]);
        byte_by_byte(&cases[i]);
    }
}

static mgw_smtp_parse feed(mgw_smtp_reply *reply, mgw_bytes input)
{
    size_t consumed = 0;
    return mgw_smtp_reply_feed(reply, input, &consumed);
}

static void reads_one_reply_after_another(void **state)
{
    (void)state;
    mgw_smtp_reply reply;
    mgw_bytes input = MGW_LIT("250-a\r\n250 b\r\n354 go\r\n550 5.1.1 no\r\n");
    static const int codes[] = { 250, 354, 550 };
    mgw_smtp_reply_init(&reply);
    for (size_t i = 0; i < COUNT_OF(codes); i++) {
        size_t consumed = 0;
        assert_int_equal(mgw_smtp_reply_feed(&reply, input, &consumed), REPLY);
        assert_int_equal(reply.code, codes[i]);
        input = mgw_bytes_slice(input, consumed, SIZE_MAX);
    }
    assert_int_equal(input.len, 0);
    mgw_smtp_reply_free(&reply);
}

static void views_show_each_line(void **state)
{
    (void)state;
    static const char *const expected[] = { "a", "", "", " b " };
    mgw_smtp_reply reply;
    mgw_bytes line;
    size_t position = 0;
    mgw_smtp_reply_init(&reply);
    assert_false(mgw_smtp_reply_line(&reply, &position, &line));
    assert_int_equal(feed(&reply, MGW_LIT("250-a\r\n250-\r\n250-\r\n250  b \r\n")), REPLY);
    for (size_t i = 0; i < COUNT_OF(expected); i++) {
        assert_true(mgw_smtp_reply_line(&reply, &position, &line));
        assert_true(mgw_bytes_equal(line, mgw_bytes_str(expected[i])));
    }
    assert_false(mgw_smtp_reply_line(&reply, &position, &line));
    mgw_smtp_reply_free(&reply);
}

/* A line of exactly `len` octets with its CRLF. */
static void add_line(mgw_buf *buf, size_t len)
{
    mgw_buf_add_str(buf, "250 ");
    while (buf->len < len - 2)
        mgw_buf_add_byte(buf, 'x');
    mgw_buf_add_str(buf, "\r\n");
}

static void line_limit_is_exact(void **state)
{
    (void)state;
    for (size_t extra = 0; extra < 2; extra++) {
        mgw_buf line = MGW_BUF_INIT(10000);
        mgw_smtp_reply reply;
        mgw_smtp_reply_init(&reply);
        add_line(&line, MGW_SMTP_REPLY_MAX_LINE + extra);
        assert_int_equal(feed(&reply, mgw_buf_bytes(&line)), extra == 0 ? REPLY : BROKEN);
        mgw_smtp_reply_free(&reply);
        mgw_buf_free(&line);
    }
}

static void endless_line_breaks_at_the_limit(void **state)
{
    (void)state;
    mgw_smtp_reply reply;
    size_t fed = 0;
    mgw_smtp_reply_init(&reply);
    while (fed < 100000 && feed(&reply, MGW_LIT("2")) == MORE)
        fed++;
    assert_int_equal(fed, MGW_SMTP_REPLY_MAX_LINE);
    mgw_smtp_reply_free(&reply);
}

static void line_count_limit_is_exact_and_stops_a_flood(void **state)
{
    (void)state;
    mgw_smtp_reply reply;
    size_t lines = 0;
    mgw_smtp_reply_init(&reply);
    for (size_t i = 1; i < MGW_SMTP_REPLY_MAX_LINES; i++)
        assert_int_equal(feed(&reply, MGW_LIT("220-x\r\n")), MORE);
    assert_int_equal(feed(&reply, MGW_LIT("220 x\r\n")), REPLY);
    mgw_smtp_reply_free(&reply);
    /* V27 */
    while (lines < 5000 && feed(&reply, MGW_LIT("220-x\r\n")) == MORE)
        lines++;
    assert_int_equal(lines, MGW_SMTP_REPLY_MAX_LINES);
    mgw_smtp_reply_free(&reply);
}

static void description_is_cut_to_its_field(void **state)
{
    (void)state;
    mgw_smtp_reply reply;
    mgw_smtp_reply_init(&reply);
    assert_int_equal(feed(&reply, MGW_LIT("550-5.123.456 abc\r\n550-5.0.0 \303\251d\r\n550 efg\r\n")), REPLY);
    for (size_t size = 1; size <= 16; size++) {
        char enhanced[16];
        char text[16];
        memset(text, 'Z', sizeof text);
        mgw_smtp_reply_describe(&reply, enhanced, 6, text, size);
        assert_string_equal(enhanced, "5.123");
        assert_true(strlen(text) < size);
        for (size_t i = size; i < sizeof text; i++)
            assert_int_equal(text[i], 'Z');
        if (size == 12)
            assert_string_equal(text, "abc \303\251d efg");
    }
    mgw_smtp_reply_free(&reply);
}

static void failed_allocation_is_told(void **state)
{
    (void)state;
    mgw_smtp_reply reply;
    mgw_smtp_reply_init(&reply);
    failing_alloc_start(1);
    assert_int_equal(feed(&reply, MGW_LIT("250 ok\r\n")), MGW_SMTP_PARSE_NO_MEMORY);
    assert_true(failing_alloc_stop());
    mgw_smtp_reply_free(&reply);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_the_table_says),
        cmocka_unit_test(reads_one_reply_after_another),
        cmocka_unit_test(views_show_each_line),
        cmocka_unit_test(line_limit_is_exact),
        cmocka_unit_test(endless_line_breaks_at_the_limit),
        cmocka_unit_test(line_count_limit_is_exact_and_stops_a_flood),
        cmocka_unit_test(description_is_cut_to_its_field),
        cmocka_unit_test(failed_allocation_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
