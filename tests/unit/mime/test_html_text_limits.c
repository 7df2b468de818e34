/* SPDX-License-Identifier: MIT */
/*
 * Hostile pages of 4 MB. Each is given the time that no linear reader needs, and every quadratic one exceeds.
 */
#include "support/test.h"

#include "base/utf8.h"
#include "mime/html_text.h"

#include "simplemailgw/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { SIZE = 4 * 1000 * 1000, MAX_SECONDS = 60, OUT_MAX = 16 * 1024 * 1024 };

static const struct flood {
    const char *start;
    const char *unit; /* Repeated to the size. */
    const char *end;
    bool cut;
} floods[] = {
    { "", "<div>", "", true },
    { "", "<b>x", "", true },
    { "", "<p>x", "", false },
    { "", "<p>x</p>", "", false },
    { "", "<ul><li>x", "", true },
    { "", "<blockquote>x", "", true },
    { "", "<table><tr><td>x", "", true },
    { "", "<b><p>x</b></p>", "", false },
    { "", "</i>", "", false },
    { "", "<br>", "", false },
    { "<body>", "<body a=b>", "", false },
    { "", "<html a=b>", "", false },
    { "", "&amp;", "", false },
    { "", "<style>a", "", false },
    { "", "&#x41;", "", false },
    { "", "&#99999999999999;", "", false },
    { "", "&", "", false },
    { "&", "a", "", true },
    { "", "<", "", false },
    { "", "< ", "", false },
    { "<a ", "b c ", ">", false },
    { "<a href='", "x ", "'>", true },
    { "<a href='", "x ", "", true },
    { "", "<!--", "", false },
    { "<!--", "- -", "", false },
    { "", "<!-- x -->", "", false },
    { "", "<!x", "", false },
    { "", "<![if x]>", "", false },
    { "", "<?x", "", false },
    { "", "<!DOCTYPE html>", "", false },
    { "<script>", "<", "", false },
    { "<script>", " </scrip", "", false },
    { "", "<style>x</style>", "", false },
    { "", "<script>x", "</script>", false },
    { "", "<p style='a:b;display:none;c:d'>x</p>", "", false },
    { "", "<a href='https://a.test/'>x</a>", "", false },
    { "", "<a href='https://a.test/'>x", "", false },
    { "<pre>", " \n", "", false },
    { "", "&zwnj;&nbsp;", "", false },
    { "", "\xff", "", false },
    { "", "\x01", "", false },
    { "", "word ", "", false },
    { "", "x", "", true },
    { "", "\n", "", false },
};

/* `start`, then `unit` repeated up to `size`, then `end`. */
static char *make_page(const char *start, const char *unit, const char *end, size_t size, size_t *len)
{
    mgw_bytes head = mgw_bytes_str(start);
    mgw_bytes part = mgw_bytes_str(unit);
    mgw_bytes tail = mgw_bytes_str(end);
    char *page = malloc(size + head.len + part.len + tail.len + 1);
    assert_non_null(page);
    memcpy(page, head.data, head.len);
    *len = head.len;
    for (; *len < size; *len += part.len)
        memcpy(page + *len, part.data, part.len);
    memcpy(page + *len, tail.data, tail.len);
    *len += tail.len;
    return page;
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Returns the defects. */
static uint32_t convert(const char *name, const char *page, size_t len)
{
    mgw_buf out = MGW_BUF_INIT(OUT_MAX);
    mgw_html_text result;
    double start = now();
    assert_int_equal(mgw_html_to_text(mgw_bytes_of(page, len), &out, &result), SMGW_OK);
    double seconds = now() - start;
    if (seconds > MAX_SECONDS)
        fail_msg("%s: %.1f s", name, seconds);
    assert_true(mgw_utf8_valid(out.data, out.len));
    mgw_buf_free(&out);
    return result.defects;
}

static void takes_floods_in_linear_time(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(floods); i++) {
        const struct flood *f = &floods[i];
        size_t len;
        char *page = make_page(f->start, f->unit, f->end, SIZE, &len);
        bool cut = (convert(f->unit, page, len) & SMGW_VIEW_CUT) != 0;
        free(page);
        if (cut != f->cut)
            fail_msg("%s%s: %s", f->start, f->unit, cut ? "cut" : "not cut");
    }
}

/* `start`, then `count` times: `before`, a number, `between`, the number again, `after`. */
static char *numbered(const char *start, const char *before, const char *between, const char *after, size_t *len)
{
    enum { COUNT = 500000, ROOM = 64 };
    char *page = malloc((size_t)COUNT * ROOM + ROOM);
    assert_non_null(page);
    *len = (size_t)snprintf(page, ROOM, "%s", start);
    for (size_t i = 0; i < COUNT; i++)
        *len += (size_t)snprintf(page + *len, ROOM, "%s%zx%s%zx%s", before, i, between, i, after);
    return page;
}

static void takes_many_names_in_linear_time(void **state)
{
    (void)state;
    size_t len;
    char *page = numbered("", "<x", "></x", ">", &len);
    assert_true(convert("elements", page, len) & SMGW_VIEW_CUT);
    free(page);
    page = numbered("", "<p a", " b", ">", &len);
    assert_true(convert("attributes", page, len) & SMGW_VIEW_CUT);
    free(page);
    page = numbered("<p ", "a", "='>' b", " ", &len);
    assert_true(convert("attributes of one", page, len) & SMGW_VIEW_CUT);
    free(page);
}

/* An end tag that matches nothing looks through all that is open. */
static void charges_for_what_does_not_match(void **state)
{
    (void)state;
    size_t open_len;
    size_t end_len;
    char *opened = make_page("", "<b>", "", (size_t)3 * 3900, &open_len);
    opened[open_len] = '\0';
    char *page = make_page(opened, "</i>", "", SIZE, &end_len);
    free(opened);
    assert_true(convert("end tags", page, end_len) & SMGW_VIEW_CUT);
    free(page);
}

static void shortens_the_data_of_images_only(void **state)
{
    (void)state;
    size_t len;
    char *page = make_page("one <img alt=two src=\"data:image/png;base64,", "QUJD", "\"> three", 1000000, &len);
    mgw_buf out = MGW_BUF_INIT(1000);
    mgw_html_text result;
    assert_int_equal(mgw_html_to_text(mgw_bytes_of(page, len), &out, &result), SMGW_OK);
    assert_string_equal(mgw_buf_str(&out), "one two three");
    assert_int_equal(result.defects, 0);
    mgw_buf_free(&out);
    free(page);
}

/* How many elements may be open: the text in the innermost is there, or not. */
static bool deep_text_is_there(size_t depth)
{
    size_t len;
    char *page = make_page("", "<b>", "deep", 3 * depth, &len);
    mgw_buf out = MGW_BUF_INIT(1000);
    mgw_html_text result;
    assert_int_equal(mgw_html_to_text(mgw_bytes_of(page, len), &out, &result), SMGW_OK);
    bool there = strcmp(mgw_buf_str(&out), "deep") == 0;
    assert_int_equal((result.defects & SMGW_VIEW_CUT) != 0, !there);
    mgw_buf_free(&out);
    free(page);
    return there;
}

static void limits_the_depth(void **state)
{
    (void)state;
    assert_true(deep_text_is_there(MGW_HTML_MAX_DEPTH - 2)); /* html and body are open too */
    assert_false(deep_text_is_there(MGW_HTML_MAX_DEPTH - 1));
    assert_false(deep_text_is_there(100000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_floods_in_linear_time),
        cmocka_unit_test(takes_many_names_in_linear_time),
        cmocka_unit_test(charges_for_what_does_not_match),
        cmocka_unit_test(shortens_the_data_of_images_only),
        cmocka_unit_test(limits_the_depth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
