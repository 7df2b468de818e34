/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "mime/html_text.h"
#include "support/failing_alloc.h"

#include "simplemailgw/view.h"

enum { HIDDEN = SMGW_VIEW_HIDDEN, UNSAFE = SMGW_VIEW_UNSAFE_LINK, MISMATCH = SMGW_VIEW_LINK_MISMATCH, CUT = SMGW_VIEW_CUT };

typedef struct html_case {
    const char *html;
    const char *text;
    uint32_t defects;
} html_case;

static const html_case layout_cases[] = {
    { "", "", 0 },
    { "plain", "plain", 0 },
    { "  a \n\t b  ", "a b", 0 },
    { "a&nbsp;&nbsp;b", "a b", 0 },
    { "<p>a</p><p>b</p>", "a\n\nb", 0 },
    { "<p>a<p>b", "a\n\nb", 0 },
    { "a<br>b<br/>c", "a\nb\nc", 0 },
    { "a<br><br><br><br>b", "a\n\nb", 0 },
    { "<div>a</div><div>b</div>", "a\nb", 0 },
    { "<div>a<br></div><div><br></div><div>b</div>", "a\n\nb", 0 },
    { "<div><div><div>a</div></div></div><div>b</div>", "a\nb", 0 },
    { "a<b>b</b>c <i>d</i>", "abc d", 0 },
    { "<h1>Head</h1>text<h2>Two</h2>", "Head\n\ntext\n\nTwo", 0 },
    { "a<hr>b", "a\n-----\nb", 0 },
    { "<ul><li>a</li><li>b<ul><li>c</ul></li></ul>d", "- a\n- b\n  - c\n\nd", 0 },
    { "<ol start=9><li>a<li>b</ol>", "9. a\n10. b", 0 },
    { "<ol start=-1><li>a</ol><ol start=99999999999><li>b</ol>", "1. a\n\n1. b", 0 },
    { "<li>stray", "- stray", 0 },
    { "<ul><li></li><li>x</li></ul>y", "- x\n\ny", 0 },
    { "<table><tr><th>Item<th>Price</tr><tr><td>Tea</td><td>3 &euro;</td></tr></table>after",
        "Item | Price\nTea | 3 \xe2\x82\xac\nafter", 0 },
    { "<table><tr><td><table><tr><td>inner</td></tr></table></td><td></td><td>x</td></tr></table>", "inner\nx", 0 },
    { "<blockquote>a<blockquote>b</blockquote>c</blockquote>d", "> a\n>> b\n> c\nd", 0 },
    { "x<blockquote><p>a</p><p>b</p></blockquote>", "x\n\n> a\n>\n> b", 0 },
    { "<blockquote><ul><li>a</ul></blockquote>", "> - a", 0 },
    { "&gt; own text", " > own text", 0 },
    { "<blockquote>&gt; own</blockquote>", "> > own", 0 },
    { "<pre>  a\n    b\r\n\r\nc</pre>d", "  a\n    b\n\nc\nd", 0 },
    { "<div style='white-space: pre-wrap'>a  b\nc</div>", "a  b\nc", 0 },
    { "<img src=x alt='Our logo'>Hi<img src=y alt=''><img src=z>", "Our logo Hi", 0 },
    { "a<!-- b -->c<!--[if mso]><b>d</b><![endif]-->e", "ace", 0 },
    { "<![if !mso]>shown<![endif]>", "shown", 0 },
    { "<!DOCTYPE html PUBLIC \"-//W3C//DTD HTML 4.01//EN\">a<!DOCTYPE x>b", "ab", 0 },
    { "<?xml version='1.0'?>a<?php echo 1 ?>b", "ab", 0 },
    { "<head><title>T</title><style>p{}</style><script>var a='<p>x';</script></head>a", "a", 0 },
    { "<noscript>shown</noscript>", "shown", 0 },
    { "<select><option>x</select><textarea>y</textarea><iframe>z</iframe>a", "a", 0 },
    { "<svg><text>x</text></svg><math>y</math>a", "a", 0 },
    { "&lt;b&gt; &amp;amp; &#65;&#x42; &#x1F600; &auml; &nosuch; &", "<b> &amp; AB \xf0\x9f\x98\x80 \xc3\xa4 &nosuch; &", 0 },
    { "<meta charset=utf-16><meta http-equiv=Content-Type content='text/html; charset=iso-8859-1'>\xc3\xbc", "\xc3\xbc", 0 },
    { "a\xff" "b", "a\xef\xbf\xbd" "b", SMGW_VIEW_INVALID },
    { "a\x01\x1b" "b\x7f", "ab", SMGW_VIEW_CONTROL },
    { "\xef\xbb\xbf" "a", "a", 0 },
    { "a&#8238;b&#x200b;c\xe2\x80\xae", "abc", SMGW_VIEW_INVISIBLE },
    { "<html><head></head><body>a</body></html>b<body>c", "abc", 0 },
    { "it&#146;s", "it\xe2\x80\x99s", 0 },
    { "&#1;&#27;&#155;a", "\xe2\x80\xba" "a", 0 }, /* a C1 number means Windows-1252 */
};

static const html_case link_cases[] = {
    { "<a href='https://a.test/x?a=1&amp;b=2'>shop</a>.", "shop <https://a.test/x?a=1&b=2>.", 0 },
    { "<a href='https://a.test/'>https://a.test</a>", "https://a.test", 0 },
    { "<a href='https://a.test/'>A.test</a>", "A.test", 0 },
    { "<a href='mailto:ann@a.test'>ann@a.test</a>", "ann@a.test", 0 },
    { "<a href='mailto:ann@a.test'>Ann</a>", "Ann <mailto:ann@a.test>", 0 },
    { "<a href='tel:+49-1'>call</a>", "call <tel:+49-1>", 0 },
    { "<a href='https://a.test/'><img src=x></a>", "<https://a.test/>", 0 },
    { "<a href='#top'>top</a> <a href='/rel'>rel</a> <a name=x>n</a> <a href=''>e</a>", "top rel n e", 0 },
    { "<a href='javascript:alert(1)'>x</a>", "x", UNSAFE },
    { "<a href='JaVa\tScript&colon;alert(1)'>x</a>", "x", 0 }, /* &colon; is no entity of HTML 4: no scheme */
    { "<a href=' java&#10;script:alert(1)'>x</a>", "x", UNSAFE },
    { "<a href='data:text/html,x'>x</a>", "x", UNSAFE },
    { "<a href='file:///etc/passwd'>x</a>", "x", UNSAFE },
    { "<a href='ht&#x200b;tps://a.test/\"<b>'>x</a>", "x <https://a.test/%22%3Cb%3E>", 0 },
    { "<a href='https://evil.test/'>https://bank.test/login</a>", "https://bank.test/login <https://evil.test/>", MISMATCH },
    { "<a href='https://evil.test/'>www.bank.test</a>", "www.bank.test <https://evil.test/>", MISMATCH },
    { "<a href='https://bank.test@evil.test/'>https://bank.test</a>", "https://bank.test <https://bank.test@evil.test/>",
        MISMATCH },
    { "<a href='http://www.bank.test:80/x'>https://bank.test/login</a>", "https://bank.test/login <http://www.bank.test:80/x>",
        0 },
    { "<a href='https://a.test/'>one<a href='https://b.test/'>two</a>", "one <https://a.test/>two <https://b.test/>", 0 },
    { "<a href='https://a.test/'>open", "open <https://a.test/>", 0 },
    { "<a href='https://a.test/'><div>block</div></a>next", "block <https://a.test/>\nnext", 0 },
};

static const html_case hidden_cases[] = {
    { "a<div style='display:none'>x</div>b", "ab", HIDDEN },
    { "a<span style='DISPLAY : NONE !important;display:block'>x</span>", "a", HIDDEN },
    { "a<span style='display:none;display:inline'>x</span>", "ax", 0 },
    { "a<span style='disp/*c*/lay:no\\6e e'>x</span>", "a", HIDDEN },
    { "a<span style=\"font-family:'a;b';display:none\">x</span>", "a", HIDDEN },
    { "a<span style='visibility:hidden'>x</span>", "a", HIDDEN },
    { "a<span style='opacity:0.0'>x</span><span style='opacity:0.5'>y</span>", "ay", HIDDEN },
    { "a<span style='mso-hide:all'>x</span>", "a", HIDDEN },
    { "a<div style='max-height:0px;overflow:hidden'>x</div>", "a", HIDDEN },
    { "a<span style='height:0'>x</span>", "ax", 0 },
    { "a<span hidden>x</span><span aria-hidden=TRUE>y</span><span aria-hidden=false>z</span>", "az", HIDDEN },
    { "a<span style='font-size:0'>x</span>", "a", HIDDEN },
    { "a<span style='font:0/0 a'>x</span>", "a", HIDDEN },
    { "<td style='font-size:0px'><div style='font-size:13px'>seen</div></td>", "seen", 0 },
    { "<div style='font-size:0'><div style='font:bold 13px/1.2 Arial'>seen</div></div>", "seen", 0 },
    { "a<div style='font-size:0'><div style='font-size:2em'>x</div></div>", "a", HIDDEN },
    { "a<div style='display:none'><p style='display:block'>x</p><div hidden>y</div></div>b", "ab", HIDDEN },
    { "a<div style='display:none'>&nbsp;&zwnj; </div>b", "ab", 0 },
    { "a<div style='display:none'><a href='javascript:x'><img alt=q></a><br><li></div>b", "ab", 0 },
    { "a<script>x</script><style>y</style><template>z</template>", "a", 0 },
    { "a<script>if (1 < 2) '</p>'</script>b", "ab", 0 },
    { "<p>a<script>x</p>", "a", 0 },
};

static void check(const html_case *c, const char *table, size_t index)
{
    mgw_buf out = MGW_BUF_INIT(100000);
    mgw_html_text result;
    assert_int_equal(mgw_html_to_text(mgw_bytes_str(c->html), &out, &result), SMGW_OK);
    const char *text = mgw_buf_str(&out);
    if (strcmp(text, c->text) != 0 || result.defects != c->defects)
        print_error("%s %zu: %s\n  gives \"%s\" 0x%x\n    not \"%s\" 0x%x\n", table, index, c->html, text,
                    (unsigned)result.defects, c->text, (unsigned)c->defects);
    assert_string_equal(text, c->text);
    assert_int_equal(result.defects, c->defects);
    mgw_buf_free(&out);
}

#define CHECK_ALL(table)                           \
    for (size_t i = 0; i < COUNT_OF(table); i++) \
    check(&(table)[i], #table, i)

static void lays_text_out(void **state)
{
    (void)state;
    CHECK_ALL(layout_cases);
}

static void shows_links_that_are_safe(void **state)
{
    (void)state;
    CHECK_ALL(link_cases);
}

static void leaves_out_what_is_not_seen(void **state)
{
    (void)state;
    CHECK_ALL(hidden_cases);
}

/* Every prefix of every case: a mail may end anywhere. */
static void takes_a_page_that_ends_anywhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(layout_cases); i++) {
        mgw_bytes html = mgw_bytes_str(layout_cases[i].html);
        for (size_t len = 0; len <= html.len; len++) {
            mgw_buf out = MGW_BUF_INIT(100000);
            mgw_html_text result;
            assert_int_equal(mgw_html_to_text(mgw_bytes_slice(html, 0, len), &out, &result), SMGW_OK);
            mgw_buf_free(&out);
        }
    }
}

static void stops_at_the_cap_of_the_output(void **state)
{
    (void)state;
    static const char html[] = "<p>one <a href='https://a.test/'>two</a></p><blockquote>three</blockquote>";
    for (size_t cap = 0; cap < 40; cap++) {
        mgw_buf out = MGW_BUF_INIT(cap);
        mgw_html_text result;
        assert_int_equal(mgw_html_to_text(mgw_bytes_str(html), &out, &result), SMGW_OK);
        assert_true(out.len <= cap);
        assert_int_equal(result.defects, cap < 34 ? CUT : 0);
        mgw_buf_free(&out);
    }
}

static void fails_whole_when_memory_is_short(void **state)
{
    (void)state;
    static const char html[] = "<ul><li>one <a href='https://a.test/x'>two</a></ul><p>three<p>some more text, past one block";
    unsigned long n = 1;
    for (;; n++) {
        mgw_buf out = MGW_BUF_INIT(1000);
        mgw_html_text result;
        failing_alloc_start(n);
        smgw_status status = mgw_html_to_text(mgw_bytes_str(html), &out, &result);
        bool failed = failing_alloc_stop();
        mgw_buf_free(&out);
        assert_int_equal(status, failed ? SMGW_ERR_NO_MEMORY : SMGW_OK);
        if (!failed)
            break;
    }
    assert_true(n > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lays_text_out),
        cmocka_unit_test(shows_links_that_are_safe),
        cmocka_unit_test(leaves_out_what_is_not_seen),
        cmocka_unit_test(takes_a_page_that_ends_anywhere),
        cmocka_unit_test(stops_at_the_cap_of_the_output),
        cmocka_unit_test(fails_whole_when_memory_is_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
