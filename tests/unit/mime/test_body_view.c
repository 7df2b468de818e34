/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "mime/body_view.h"
#include "support/failing_alloc.h"

#include <stdio.h>
#include <stdlib.h>

/*
 * The spans of a text as one letter for each line: b body, s signature, 1 to 9 the level of a quote.
 */
static void describe(const smgw_view *view, char *out, size_t size)
{
    size_t len;
    size_t count;
    const char *text = smgw_view_text(view, &len);
    const smgw_view_span *spans = smgw_view_spans(view, &count);
    size_t at = 0;
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(spans[i].start, at);
        assert_true(spans[i].len > 0);
        char letter = spans[i].kind == SMGW_VIEW_BODY ? 'b' : spans[i].kind == SMGW_VIEW_SIGNATURE ? 's'
                                                                                                  : (char)('0' + spans[i].level);
        for (size_t end = at + spans[i].len; at < end; at++) {
            if (at == 0 || text[at - 1] == '\n') {
                assert_true(used + 1 < size);
                out[used++] = letter;
            }
        }
        assert_true(at == len || text[at - 1] == '\n');
    }
    assert_int_equal(at, len);
    out[used] = '\0';
}

static const struct mark_case {
    smgw_view_source source;
    const char *text;
    const char *lines;
} mark_cases[] = {
    { SMGW_VIEW_PLAIN, "", "" },
    { SMGW_VIEW_PLAIN, "a", "b" },
    { SMGW_VIEW_PLAIN, "a\nb\n", "bb" },
    { SMGW_VIEW_PLAIN, "a\r\n> q\r\n>> r\r\n> > s\r\nb\r\n", "b122b" },
    { SMGW_VIEW_PLAIN, "> q\n>\n> r\nb", "111b" },
    { SMGW_VIEW_PLAIN, "On Monday, Ann <ann@a.test> wrote:\n> q\nb", "11b" },
    { SMGW_VIEW_PLAIN, "Hi.\n\nOn Mon, 3 Mar 2025 at 10:00, Ann Example <ann@a.test>\nwrote:\n\n> q\n", "bb1111" },
    { SMGW_VIEW_PLAIN, "Am 3.3.25 schrieb Ann:\n> q\n", "11" },
    { SMGW_VIEW_PLAIN, "Le lun. 3 mars 2025, Ann a \xc3\xa9" "crit\xc2\xa0:\n> q\n", "11" },
    { SMGW_VIEW_PLAIN, "On Monday, Ann wrote:\nnothing quoted\n", "bb" },
    { SMGW_VIEW_PLAIN, "On Monday, Ann wrote:\n\nnot next to it\n\n> q\n", "bbbb1" },
    { SMGW_VIEW_PLAIN, "My text:\n> q\n", "b1" },
    { SMGW_VIEW_PLAIN, "a\n-- \nAnn\nExample\n", "bsss" },
    { SMGW_VIEW_PLAIN, "a\n--\nAnn\n", "bbb" },
    { SMGW_VIEW_PLAIN, "a\n-- \nAnn\n\nOn Monday, Bob wrote:\n> q\n> -- \n> Bob\nb\n", "bssss111b" },
    { SMGW_VIEW_PLAIN, "a\n-----Original Message-----\nFrom: Bob\n> q\n-- \nBob\n", "b11211" },
    { SMGW_VIEW_PLAIN, "a\n-----Urspr\xc3\xbcngliche Nachricht-----\nVon: Bob\n", "b11" },
    { SMGW_VIEW_PLAIN, "a\n--Original Message--\n", "bb" },
    { SMGW_VIEW_FLOWED, "a \nb\n> q \n> r\n >own\n> > own\n-- \nAnn\n", "b1b1ss" },
    { SMGW_VIEW_FLOWED_DELSP, "\xe4\xbd\xa0 \n\xe5\xa5\xbd\n", "b" },
    /* Gmail */
    { SMGW_VIEW_HTML,
        "<div dir=\"ltr\">Yes.<div><br></div><div>Ann</div></div><br><div class=\"gmail_quote gmail_quote_container\">"
        "<div dir=\"ltr\" class=\"gmail_attr\">On Mon, Mar 3, 2025 at 10:00\xe2\x80\xaf" "AM Bob &lt;<a "
        "href=\"mailto:bob@b.test\">bob@b.test</a>&gt; wrote:<br></div><blockquote class=\"gmail_quote\" style=\"margin:0px 0px "
        "0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex\"><div>Shall we?<br></div><blockquote>Old"
        "</blockquote></blockquote></div>",
        "bbbb112" },
    { SMGW_VIEW_HTML, "<div>a</div><div><br></div><span class=\"gmail_signature_prefix\">-- </span><br><div>Ann</div>", "bbss" },
    /* Apple Mail */
    { SMGW_VIEW_HTML,
        "<html><head></head><body style=\"overflow-wrap: break-word;\">Yes.<br id=\"lineBreakAtBeginningOfMessage\"><div>"
        "<br><blockquote type=\"cite\"><div>On 3 Mar 2025, at 10:00, Bob &lt;bob@b.test&gt; wrote:</div><br "
        "class=\"Apple-interchange-newline\"><div><p>Shall we?</p></div></blockquote></div><br></body></html>",
        "bb111" },
    /* Outlook on the web, and Outlook */
    { SMGW_VIEW_HTML,
        "<div class=\"elementToProof\">Yes.</div><div id=\"appendonsend\"></div><hr style=\"display:inline-block;width:98%\">"
        "<div id=\"divRplyFwdMsg\" dir=\"ltr\"><font face=\"Calibri\"><b>From:</b> Bob<br><b>Sent:</b> Monday</font><div>&nbsp;"
        "</div></div><div>Shall we?</div>",
        "bb1111" },
    { SMGW_VIEW_HTML,
        "<p class=MsoNormal>Hi,<o:p></o:p></p><p class=MsoNormal><o:p>&nbsp;</o:p></p><p class=MsoNormal>Yes.</p>"
        "<p class=MsoNormal>-----Original Message-----<br>From: Bob</p><p class=MsoNormal>Shall we?</p>",
        "bbb111" },
    { SMGW_VIEW_HTML, "&gt; own", "b" },
};

static smgw_view *make(const char *text, size_t len, smgw_view_source source)
{
    smgw_view_options options = SMGW_VIEW_OPTIONS_INIT;
    smgw_view *view;
    options.source = source;
    assert_int_equal(smgw_view_new(&view, text, len, &options, NULL), SMGW_OK);
    return view;
}

static void marks_quotes_and_signatures(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(mark_cases); i++) {
        const struct mark_case *c = &mark_cases[i];
        smgw_view *view = make(c->text, strlen(c->text), c->source);
        char lines[64];
        describe(view, lines, sizeof lines);
        if (strcmp(lines, c->lines) != 0)
            fail_msg("case %zu: %s, not %s, of:\n%s", i, lines, c->lines, smgw_view_text(view, NULL));
        smgw_view_free(view);
    }
}

static const struct clean_case {
    const char *text;
    const char *clean;
    uint32_t defects;
} clean_cases[] = {
    { "a\r\nb\rc\nd", "a\nb\nc\nd", 0 },
    { "a\x0b" "b\x0c" "c\xc2\x85" "d\xe2\x80\xa8" "e", "a\nb\nc\nd\ne", 0 },
    { "\ta \x07 b", "\ta  b", SMGW_VIEW_CONTROL },
    { "a\xff\xc3", "a\xef\xbf\xbd\xef\xbf\xbd", SMGW_VIEW_INVALID },
    { "a\xe2\x80\xae" "b\xe2\x80\x8b\xf3\xa0\x81\xa9", "ab", SMGW_VIEW_INVISIBLE },
    { "\xe2\x9d\xa4\xef\xb8\x8f", "\xe2\x9d\xa4\xef\xb8\x8f", 0 },
};

static void cleans_plain_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(clean_cases); i++) {
        smgw_view *view = make(clean_cases[i].text, strlen(clean_cases[i].text), SMGW_VIEW_PLAIN);
        assert_string_equal(smgw_view_text(view, NULL), clean_cases[i].clean);
        assert_int_equal(smgw_view_defects(view), clean_cases[i].defects);
        smgw_view_free(view);
    }
    smgw_view *view = make("a\0b", 3, SMGW_VIEW_PLAIN);
    assert_string_equal(smgw_view_text(view, NULL), "ab");
    smgw_view_free(view);
}

static void gives_pages_of_whole_characters(void **state)
{
    (void)state;
    static const char text[] = "a\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80z\xf0\x9f\x98\x80";
    smgw_view *view = make(text, sizeof text - 1, SMGW_VIEW_PLAIN);
    for (size_t max_len = 4; max_len < 20; max_len++) {
        char joined[sizeof text] = "";
        size_t used = 0;
        smgw_view_page page = SMGW_VIEW_PAGE_INIT;
        while (smgw_view_read(view, page.next, max_len, &page, NULL) == SMGW_OK) {
            assert_true(page.len > 0 && page.len <= max_len);
            assert_int_equal(smgw_text_flags(page.text, page.len), 0);
            memcpy(joined + used, page.text, page.len);
            used += page.len;
            assert_int_equal(page.next, used);
        }
        assert_int_equal(page.len, 0);
        assert_string_equal(joined, text);
    }
    smgw_view_free(view);
}

static void refuses_pages_that_cannot_be(void **state)
{
    (void)state;
    smgw_view *view = make("a\xc3\xbc", 3, SMGW_VIEW_PLAIN);
    smgw_error error = SMGW_ERROR_INIT;
    smgw_view_page page = SMGW_VIEW_PAGE_INIT;
    assert_int_equal(smgw_view_read(view, 2, 10, &page, &error), SMGW_ERR_INVALID);
    assert_string_equal(error.field, "offset");
    assert_int_equal(smgw_view_read(view, 4, 10, &page, &error), SMGW_ERR_INVALID);
    assert_int_equal(smgw_view_read(view, SIZE_MAX, 10, &page, &error), SMGW_ERR_INVALID);
    assert_int_equal(smgw_view_read(view, 0, 3, &page, &error), SMGW_ERR_INVALID);
    assert_string_equal(error.field, "max_len");
    assert_int_equal(smgw_view_read(view, 1, SIZE_MAX, &page, &error), SMGW_OK);
    assert_int_equal(page.len, 2);
    assert_int_equal(smgw_view_read(view, 3, 4, &page, &error), SMGW_DONE);
    smgw_view_free(view);
}

static void refuses_bad_options(void **state)
{
    (void)state;
    const smgw_view_options bad[] = {
        { 1, SMGW_VIEW_PLAIN, 100 },
        { sizeof(smgw_view_options), (smgw_view_source)(SMGW_VIEW_HTML + 1), 100 },
        { sizeof(smgw_view_options), SMGW_VIEW_PLAIN, 0 },
        { sizeof(smgw_view_options), SMGW_VIEW_PLAIN, MGW_VIEW_MAX_LEN + 1 },
    };
    static const char *const fields[] = { "options.struct_size", "options.source", "options.max_len", "options.max_len" };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        smgw_error error = SMGW_ERROR_INIT;
        smgw_view *view = (smgw_view *)&error;
        assert_int_equal(smgw_view_new(&view, "a", 1, &bad[i], &error), SMGW_ERR_INVALID);
        assert_null(view);
        assert_string_equal(error.field, fields[i]);
    }
    smgw_view *view;
    assert_int_equal(smgw_view_new(&view, NULL, 1, NULL, NULL), SMGW_ERR_INVALID);
    assert_int_equal(smgw_view_new(&view, NULL, 0, NULL, NULL), SMGW_OK);
    assert_string_equal(smgw_view_text(view, NULL), "");
    smgw_view_free(view);
    smgw_view_free(NULL);
}

static void cuts_between_characters_at_the_limit(void **state)
{
    (void)state;
    static const smgw_view_source sources[] = { SMGW_VIEW_PLAIN, SMGW_VIEW_FLOWED, SMGW_VIEW_HTML };
    for (size_t i = 0; i < COUNT_OF(sources); i++) {
        for (size_t max_len = 1; max_len < 12; max_len++) {
            smgw_view_options options = { sizeof options, sources[i], max_len };
            smgw_view *view;
            size_t len;
            assert_int_equal(smgw_view_new(&view, "\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac", 9, &options, NULL), SMGW_OK);
            const char *text = smgw_view_text(view, &len);
            assert_true(len <= max_len);
            assert_int_equal(smgw_text_flags(text, len), 0);
            assert_int_equal((smgw_view_defects(view) & SMGW_VIEW_CUT) != 0, max_len < 9);
            smgw_view_free(view);
        }
    }
}

static void limits_the_spans(void **state)
{
    (void)state;
    enum { LINES = MGW_VIEW_MAX_SPANS + 1 };
    char *text = malloc((size_t)LINES * 2 + 1);
    assert_non_null(text);
    size_t len = 0;
    for (size_t i = 0; i < LINES; i++)
        len += (size_t)snprintf(text + len, 3, "%s\n", i % 2 == 0 ? "a" : ">");
    size_t count;
    smgw_view *view = make(text, len, SMGW_VIEW_PLAIN);
    const smgw_view_span *spans = smgw_view_spans(view, &count);
    assert_int_equal(count, MGW_VIEW_MAX_SPANS);
    assert_int_equal(spans[count - 1].start + spans[count - 1].len, len);
    assert_int_equal(smgw_view_defects(view), SMGW_VIEW_UNMARKED);
    smgw_view_free(view);
    view = make(text, len - 4, SMGW_VIEW_PLAIN);
    (void)smgw_view_spans(view, &count);
    assert_int_equal(count, MGW_VIEW_MAX_SPANS - 1);
    assert_int_equal(smgw_view_defects(view), 0);
    smgw_view_free(view);
    free(text);
}

static void leaves_nothing_behind_when_memory_is_short(void **state)
{
    (void)state;
    static const char text[] = "On Monday, Ann wrote: \n> a \n> b\n-- \nBob <b>and</b> <a href='https://a.test/'>others</a>\n";
    for (int source = SMGW_VIEW_PLAIN; source <= SMGW_VIEW_HTML; source++) {
        smgw_view_options options = { sizeof options, (smgw_view_source)source, 1000 };
        unsigned long n = 1;
        for (;; n++) {
            smgw_view *view;
            failing_alloc_start(n);
            smgw_status status = smgw_view_new(&view, text, sizeof text - 1, &options, NULL);
            bool failed = failing_alloc_stop();
            assert_int_equal(status, failed ? SMGW_ERR_NO_MEMORY : SMGW_OK);
            assert_int_equal(view == NULL, failed);
            smgw_view_free(view);
            if (!failed)
                break;
        }
        assert_true(n > 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(marks_quotes_and_signatures),
        cmocka_unit_test(cleans_plain_text),
        cmocka_unit_test(gives_pages_of_whole_characters),
        cmocka_unit_test(refuses_pages_that_cannot_be),
        cmocka_unit_test(refuses_bad_options),
        cmocka_unit_test(cuts_between_characters_at_the_limit),
        cmocka_unit_test(limits_the_spans),
        cmocka_unit_test(leaves_nothing_behind_when_memory_is_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
