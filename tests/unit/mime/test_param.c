/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "base/buf.h"
#include "mime/mail.h"
#include "mime/param.h"
#include "support/failing_alloc.h"

#include <string.h>

static mgw_bytes str(const char *text)
{
    return mgw_bytes_str(text);
}

static const struct field_case {
    const char *text;
    const char *value;
    const char *name;
    const char *param;
    uint32_t defects;
} field_cases[] = {
    { "text/plain", "text/plain", "charset", "", 0 },
    { " Text / PLAIN ; Charset=US-ASCII", "text/plain", "charset", "US-ASCII", 0 },
    /* RFC 2045 section 5.1. */
    { "text/plain; charset=us-ascii (Plain text)", "text/plain", "charset", "us-ascii", 0 },
    { "text/plain; charset=\"us-ascii\"", "text/plain", "charset", "us-ascii", 0 },
    { "(a (nested) \\) comment) text/(c)html;(c)charset(c)=(c)utf-8", "text/html", "charset", "utf-8", 0 },
    { "a/b;\r\n name=\"x\\\"y\\\\z; k=v\"; k=w", "a/b", "name", "x\"y\\z; k=v", 0 },
    { "a/b;\r\n name=\"x\\\"y\\\\z; k=v\"; k=w", "a/b", "k", "w", 0 },
    { "attachment; filename=\"a\r\n b\"", "attachment", "filename", "a b", 0 },
    { "attachment; filename=my report.pdf", "attachment", "filename", "my report.pdf", 1 },
    { "attachment; filename=\"open", "attachment", "filename", "open", 1 },
    { "attachment; filename=\"a\"b; x=y", "attachment", "x", "y", 1 },
    { "text/plain charset=utf-8; x=y", "text/plain", "x", "y", 1 },
    { "a/b; k; l=m", "a/b", "l", "m", 1 },
    { "a/b; =v; l=m", "a/b", "l", "m", 1 },
    { "a/b;; l=m;", "a/b", "l", "m", 0 },
    { "a/b; l=; l=m", "a/b", "l", "m", 1 }, /* no value is no parameter */
    { "a/b; l=\"\"; l=m", "a/b", "l", "", 1 },
    { "a/b; l=\"", "a/b", "l", "", 1 },
    { "a/b; k=1; K=2", "a/b", "k", "1", 1 }, /* M10 */
    { "", "", "k", "", 0 },
    { ";k=v", "", "k", "v", 0 },
    { "(", "", "k", "", 0 },
    { "a/b; k=\"\\", "a/b", "k", "\\", 1 },
    /* RFC 2231 section 3 and 4. */
    { "message/external-body; access-type=URL;\r\n URL*0=\"ftp://\";\r\n URL*1=\"cs.utk.edu/pub/moore/x.ps\"",
        "message/external-body", "url", "ftp://cs.utk.edu/pub/moore/x.ps", 0 },
    { "application/x-stuff; title*=us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A", "application/x-stuff", "title",
        "This is ***fun***", 0 },
    { "application/x-stuff\r\n ;title*0*=us-ascii'en'This%20is%20even%20more%20\r\n ;title*1*=%2A%2A%2Afun%2A%2A%2A%20"
      "\r\n ;title*2=\"isn't it!\"",
        "application/x-stuff", "title", "This is even more ***fun*** isn't it!", 0 },
    { "a; f*1*=%62; f*0*=utf-8''%61", "a", "f", "ab", 0 },
    { "a; f*0*=utf-8''%C3; f*1*=%BC", "a", "f", "\xc3\xbc", 0 }, /* a character split between segments */
    { "a; f*=iso-8859-1'de'%FC", "a", "f", "\xc3\xbc", 0 },
    { "a; f*=ISO-8859-1''%fc; f=plain", "a", "f", "\xc3\xbc", 0 }, /* the extended form wins */
    { "a; f*=x-unknown''%fc", "a", "f", "\xef\xbf\xbd", 0 },
    { "a; f*=%C3%BC", "a", "f", "\xc3\xbc", 1 }, /* no charset and language */
    { "a; f*=utf-8''100%", "a", "f", "100%", 1 },
    { "a; f*=utf-8''%4", "a", "f", "%4", 1 },
    { "a; f*=utf-8''a%00b%0d%0ac", "a", "f", "a b c", 0 },
    { "a; f*1=b", "a", "f", "", 0 },         /* no segment 0 */
    { "a; f*0=a; f*2=c", "a", "f", "a", 0 }, /* ends at the gap */
    { "a; f*99999999999999999999=b; f=c", "a", "f", "c", 0 },
    { "a; f*0*=utf-8''%2e%2e; f*1*=%2fetc%2fpasswd", "a", "f", "../etc/passwd", 0 }, /* M22 */
    { "a; f=\"=?utf-8?B?Li4vLi4vZXZpbA==?=\"", "a", "f", "../../evil", 0 },          /* M24 */
    { "a; f==?utf-8?Q?gr=C3=BCn?=", "a", "f", "gr\xc3\xbcn", 0 },
    { "a; f=\"gr\xc3\xbcn\"", "a", "f", "gr\xc3\xbcn", 0 },
    { "a; f=\"gr\xfcn\"", "a", "f", "gr\xef\xbf\xbdn", 0 },
};

static void reads_fields_as_far_as_they_make_sense(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(field_cases); i++) {
        mgw_arena arena;
        mgw_arena_init(&arena, 1 << 20);
        mgw_param_field field;
        uint32_t defects = 0;
        assert_int_equal(mgw_param_field_parse(&arena, str(field_cases[i].text), &field, &defects), SMGW_OK);
        assert_string_equal(field.value, field_cases[i].value);
        assert_string_equal(mgw_param_text(&arena, field.params, field_cases[i].name, &defects), field_cases[i].param);
        assert_int_equal(defects, field_cases[i].defects);
        mgw_arena_free(&arena);
    }
}

static void decodes_pairs_from_elsewhere(void **state)
{
    (void)state;
    mgw_arena arena;
    mgw_arena_init(&arena, 1 << 20);
    const mgw_param type[] = { { str("CHARSET"), str("utf-8") }, { str("NAME"), str("old.txt") } };
    const mgw_param disposition[] = { { str("FILENAME*1*"), str("%BC.txt") },
        { str("FILENAME*0*"), str("UTF-8''%C3") } };
    mgw_param_list types = { type, COUNT_OF(type) }, dispositions = { disposition, COUNT_OF(disposition) };
    mgw_param_list none = { NULL, 0 };
    assert_string_equal(mgw_param_filename(&arena, dispositions, types, NULL), "\xc3\xbc.txt");
    assert_string_equal(mgw_param_filename(&arena, none, types, NULL), "old.txt");
    assert_string_equal(mgw_param_filename(&arena, none, none, NULL), "");
    mgw_bytes raw;
    assert_true(mgw_param_raw(types, "charset", &raw));
    assert_int_equal(raw.len, 5);
    assert_false(mgw_param_raw(dispositions, "filename", &raw));
    mgw_arena_free(&arena);
}

static void too_many_parameters_are_a_defect(void **state)
{
    (void)state;
    mgw_buf text = MGW_BUF_INIT(SIZE_MAX);
    mgw_buf_add_str(&text, "a/b");
    for (uint64_t i = 0; i < 5000; i++) {
        mgw_buf_add_str(&text, ";p");
        mgw_buf_add_u64(&text, i);
        mgw_buf_add_str(&text, "=v");
    }
    mgw_arena arena;
    mgw_arena_init(&arena, 1 << 20);
    mgw_param_field field;
    uint32_t defects = 0;
    assert_int_equal(mgw_param_field_parse(&arena, mgw_buf_bytes(&text), &field, &defects), SMGW_OK);
    assert_int_equal(field.params.count, MGW_PARAM_MAX);
    assert_int_equal(defects, 1);
    assert_string_equal(mgw_param_text(&arena, field.params, "p99", NULL), "v");
    assert_string_equal(mgw_param_text(&arena, field.params, "p100", NULL), "");
    mgw_arena_free(&arena);
    mgw_buf_free(&text);
}

static void repeated_parameters_count_as_well(void **state)
{
    (void)state;
    mgw_buf text = MGW_BUF_INIT(SIZE_MAX);
    mgw_buf_add_str(&text, "a/b");
    for (size_t i = 0; i + 1 < MGW_PARAM_MAX; i++)
        mgw_buf_add_str(&text, ";p=v");
    mgw_buf_add_str(&text, ";last=v;late=v");
    mgw_arena arena;
    mgw_arena_init(&arena, 1 << 20);
    mgw_param_field field;
    uint32_t defects = 0;
    assert_int_equal(mgw_param_field_parse(&arena, mgw_buf_bytes(&text), &field, &defects), SMGW_OK);
    assert_int_equal(field.params.count, 2);
    assert_int_equal(defects, MGW_PARAM_MAX - 2 + 1);
    assert_string_equal(mgw_param_text(&arena, field.params, "last", NULL), "v");
    assert_string_equal(mgw_param_text(&arena, field.params, "late", NULL), "");
    mgw_arena_free(&arena);
    mgw_buf_free(&text);
}

static void a_parameter_with_a_long_name_is_a_defect(void **state)
{
    (void)state;
    for (size_t len = MGW_PARAM_MAX_NAME; len <= MGW_PARAM_MAX_NAME + 1; len++) {
        mgw_buf text = MGW_BUF_INIT(SIZE_MAX);
        mgw_buf_add_str(&text, "a/b;");
        for (size_t i = 0; i < len; i++)
            mgw_buf_add_byte(&text, 'n');
        mgw_buf_add_str(&text, "=v; k=w");
        mgw_arena arena;
        mgw_arena_init(&arena, 1 << 20);
        mgw_param_field field;
        uint32_t defects = 0;
        assert_int_equal(mgw_param_field_parse(&arena, mgw_buf_bytes(&text), &field, &defects), SMGW_OK);
        assert_int_equal(field.params.count, len > MGW_PARAM_MAX_NAME ? 1 : 2);
        assert_int_equal(defects, len > MGW_PARAM_MAX_NAME ? 1 : 0);
        assert_string_equal(mgw_param_text(&arena, field.params, "k", NULL), "w");
        mgw_arena_free(&arena);
        mgw_buf_free(&text);
    }
}

static void a_value_too_large_is_told(void **state)
{
    (void)state;
    mgw_buf text = MGW_BUF_INIT(SIZE_MAX);
    mgw_buf_add_str(&text, "a/b; f*=utf-8''");
    for (size_t i = 0; i < MGW_MAIL_MAX_FIELD + 1; i++)
        mgw_buf_add_str(&text, "%41");
    mgw_arena arena;
    mgw_arena_init(&arena, 1 << 20);
    mgw_param_field field;
    uint32_t defects = 0;
    assert_int_equal(mgw_param_field_parse(&arena, mgw_buf_bytes(&text), &field, &defects), SMGW_OK);
    assert_ptr_equal(mgw_param_text(&arena, field.params, "f", NULL), mgw_mail_too_long);
    assert_int_equal(arena.status, SMGW_OK);
    mgw_arena_free(&arena);
    mgw_buf_free(&text);
}

static bool parse_all(void)
{
    mgw_arena arena;
    mgw_arena_init(&arena, 1 << 20);
    mgw_param_field field;
    uint32_t defects = 0;
    const char *text = NULL;
    smgw_status status = mgw_param_field_parse(
        &arena, str("a/b; f*0*=iso-8859-1''%fc; f*1=\"x\"; g=\"=?utf-8?Q?=C3=BC?=\""), &field, &defects);
    if (status == SMGW_OK && mgw_param_text(&arena, field.params, "f", NULL) != NULL)
        text = mgw_param_text(&arena, field.params, "g", NULL);
    assert_int_equal(text == NULL, arena.status != SMGW_OK);
    if (text == NULL)
        assert_int_equal(arena.status, SMGW_ERR_NO_MEMORY);
    mgw_arena_free(&arena);
    return text != NULL;
}

static void survives_every_failed_allocation(void **state)
{
    (void)state;
    unsigned long n = 1;
    for (;; n++) {
        failing_alloc_start(n);
        bool done = parse_all();
        if (!failing_alloc_stop()) {
            assert_true(done);
            break;
        }
        assert_false(done);
    }
    assert_true(n > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_fields_as_far_as_they_make_sense),
        cmocka_unit_test(decodes_pairs_from_elsewhere),
        cmocka_unit_test(too_many_parameters_are_a_defect),
        cmocka_unit_test(repeated_parameters_count_as_well),
        cmocka_unit_test(a_parameter_with_a_long_name_is_a_defect),
        cmocka_unit_test(a_value_too_large_is_told),
        cmocka_unit_test(survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
