/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "mime/header.h"
#include "mime/param.h"
#include "mime/address_list.h"
#include "support/failing_alloc.h"

#include <string.h>

static const struct block_case {
    const char *block;
    const char *fields; /* "name=value" of each, joined by '|'. */
    uint32_t defects;
} block_cases[] = {
    { "", "", 0 },
    { "\r\nX: y", "", 0 },
    { "\nX: y", "", 0 },
    { "A: b\r\nC:d\r\n\r\nE: f", "A= b|C=d", 0 },
    { "A: b\nC: d", "A= b|C= d", 0 },
    { "A: b\r\n c\r\n\td\r\nE: f\r\n", "A= b\r\n c\r\n\td|E= f", 0 },
    { "A: b\r\n \r\nE: f\r\n", "A= b\r\n |E= f", 0 }, /* a line of blanks continues (obs-FWS) */
    { "A : b\r\nB\t : c\r\n", "A= b|B= c", 2 },
    { "A:\r\nB:", "A=|B=", 0 },
    { "no colon\r\n more\r\nA: b\r\n", "A= b", 1 },
    { " first\r\nA: b\r\n", "A= b", 1 },
    { ": x\r\nA: b\r\n", "A= b", 1 },
    { "a b: x\r\nA: b\r\n", "A= b", 1 },
    { "n\xc3\xa4me: x\r\nA: b\r\n", "A= b", 1 },
    { "A: b\rC: d\r\n", "A= b\rC: d", 0 }, /* a CR alone ends no line */
    { "A: b\r\r\n", "A= b\r", 0 },
};

static void reads_blocks(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(block_cases); i++) {
        mgw_header_reader reader;
        mgw_header_reader_init(&reader, mgw_bytes_str(block_cases[i].block));
        mgw_buf got = MGW_BUF_INIT(SIZE_MAX);
        mgw_header_field field;
        smgw_status status;
        while ((status = mgw_header_next(&reader, &field)) == SMGW_OK) {
            mgw_buf_add_str(&got, got.len > 0 ? "|" : "");
            mgw_buf_add_bytes(&got, field.name);
            mgw_buf_add_str(&got, "=");
            mgw_buf_add_bytes(&got, field.value);
        }
        assert_int_equal(status, SMGW_DONE);
        assert_string_equal(mgw_buf_str(&got), block_cases[i].fields);
        assert_int_equal(reader.defects, block_cases[i].defects);
        mgw_buf_free(&got);
    }
}

static void the_number_of_fields_is_limited(void **state)
{
    (void)state;
    mgw_buf block = MGW_BUF_INIT(SIZE_MAX);
    for (size_t i = 0; i <= MGW_HEADER_MAX_FIELDS; i++)
        mgw_buf_add_str(&block, i % 2 == 0 ? "A: b\n" : "junk\n");
    mgw_header_reader reader;
    mgw_header_reader_init(&reader, mgw_buf_bytes(&block));
    mgw_header_field field;
    size_t count = 0;
    smgw_status status;
    while ((status = mgw_header_next(&reader, &field)) == SMGW_OK)
        count++;
    assert_int_equal(status, SMGW_ERR_TOO_LARGE);
    assert_int_equal(count, MGW_HEADER_MAX_FIELDS / 2);
    mgw_buf_free(&block);
}

/* Ends with CRLF; each line break folds; no line is longer than `max`. */
static void assert_field(mgw_bytes field, size_t max)
{
    size_t line = 0;
    assert_true(field.len >= 2);
    for (size_t i = 0; i < field.len; i++) {
        if (field.data[i] != '\r') {
            assert_int_not_equal(field.data[i], '\n');
            line++;
            continue;
        }
        assert_int_equal(field.data[++i], '\n');
        assert_true(line <= max);
        line = 0;
        assert_true(i + 1 == field.len || mgw_is_wsp((unsigned char)field.data[i + 1]));
    }
    assert_int_equal(line, 0);
}

static void writes_text(void **state)
{
    (void)state;
    mgw_buf out = MGW_BUF_INIT(SIZE_MAX);
    assert_int_equal(mgw_header_write_text(&out, "Subject", MGW_LIT("Hello world")), SMGW_OK);
    assert_string_equal(mgw_buf_str(&out), "Subject: Hello world\r\n");
    mgw_buf_clear(&out);
    /* H24: a word longer than a line may be. */
    char word[2000];
    memset(word, 'a', sizeof word);
    assert_int_equal(mgw_header_write_text(&out, "Subject", mgw_bytes_of(word, sizeof word)), SMGW_OK);
    assert_field(mgw_buf_bytes(&out), 78);
    mgw_buf_clear(&out);
    mgw_buf_add_str(&out, "before");
    assert_int_equal(mgw_header_write_text(&out, "Subject", MGW_LIT("a\r\nBcc: x")), SMGW_ERR_INVALID);
    assert_int_equal(mgw_header_write_text(&out, "Subject", MGW_LIT("a\xff")), SMGW_ERR_INVALID);
    assert_int_equal(mgw_header_write_plain(&out, "Date", "a\nb"), SMGW_ERR_INVALID);
    assert_int_equal(mgw_header_write_ids(&out, "References", MGW_LIT("<a@b> x")), SMGW_ERR_INVALID);
    assert_int_equal(mgw_header_write_ids(&out, "References", MGW_LIT("<a@b>\r\n<c@d>")), SMGW_ERR_INVALID);
    assert_string_equal(mgw_buf_str(&out), "before"); /* nothing half written */
    mgw_buf_free(&out);
}

static void folds_ids(void **state)
{
    (void)state;
    mgw_buf ids = MGW_BUF_INIT(SIZE_MAX), out = MGW_BUF_INIT(SIZE_MAX);
    for (size_t i = 0; i < 50; i++)
        mgw_buf_add_str(&ids, i == 0 ? "<0123456789@example.com>" : " <0123456789@example.com>");
    assert_int_equal(mgw_header_write_ids(&out, "References", mgw_buf_bytes(&ids)), SMGW_OK);
    assert_field(mgw_buf_bytes(&out), 78);
    mgw_buf_free(&ids);
    mgw_buf_free(&out);
}

static const char *const names[] = {
    "",
    "Ada",
    "Ada Lovelace",
    "Boss <ceo@corp.com>",   /* H22 */
    "a\" <evil@x.com>, \"b", /* H23 */
    "a, b; c: d",
    "back\\slash\\",
    "=?utf-8?Q?x=0D=0ABcc:_e=40x?=",
    "J\xc3\xbcrgen \"J\" M\xc3\xbcller",
    "\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80 \xf0\x9f\x98\x80",
    "\xe6\x97\xa5\xe6\x9c\xac\xe6\x97\xa5\xe6\x9c\xac (a long name) \xe6\x97\xa5\xe6\x9c\xac\xe6\x97\xa5\xe6\x9c\xac",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "(comment)",
    "a@b.c",
    ".",
};

/* However awkward the names, a reader finds the same names and addresses, and no further mailbox. */
static void lists_come_back_as_they_were(void **state)
{
    (void)state;
    mgw_buf out = MGW_BUF_INIT(SIZE_MAX);
    mgw_header_list list;
    mgw_header_list_begin(&list, &out, "To");
    for (size_t i = 0; i < COUNT_OF(names); i++)
        mgw_header_list_add(&list, mgw_bytes_str(names[i]), MGW_LIT("someone@example.com"));
    assert_int_equal(mgw_header_list_end(&list), SMGW_OK);
    assert_field(mgw_buf_bytes(&out), 78);
    mgw_arena arena;
    mgw_arena_init(&arena, 1 << 20);
    mgw_address_list_reader reader;
    mgw_address_list_init(&reader, &arena, 100);
    assert_int_equal(mgw_address_list_add(&reader, mgw_bytes_slice(mgw_buf_bytes(&out), 3, out.len)), SMGW_OK);
    smgw_address_list got;
    assert_int_equal(mgw_address_list_finish(&reader, &got), SMGW_OK);
    assert_int_equal(got.count, COUNT_OF(names));
    assert_int_equal(reader.defects, 0);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        assert_string_equal(got.items[i].name, names[i]);
        assert_string_equal(got.items[i].address, "someone@example.com");
    }
    mgw_address_list_free(&reader);
    mgw_arena_free(&arena);
    mgw_buf_free(&out);
}

static void a_list_takes_no_bad_address(void **state)
{
    (void)state;
    static const char *const bad[] = { "", "a", "a@b.com>\r\nBcc: <x@y.com", "a@b.com, c@d.com", "\"a b\"@c.com" };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        mgw_buf out = MGW_BUF_INIT(SIZE_MAX);
        mgw_header_list list;
        mgw_header_list_begin(&list, &out, "To");
        mgw_header_list_add(&list, MGW_LIT("n"), mgw_bytes_str(bad[i]));
        mgw_header_list_add(&list, MGW_LIT("n"), MGW_LIT("a@b.com"));
        assert_int_equal(mgw_header_list_end(&list), SMGW_ERR_INVALID);
        assert_string_equal(mgw_buf_str(&out), "To:\r\n");
        mgw_buf_free(&out);
    }
}

static const struct param_case {
    const char *value;
    const char *written;
} param_cases[] = {
    { "report.pdf", "; filename=report.pdf" },
    { "my report.pdf", "; filename=\"my report.pdf\"" },
    { "", "; filename=\"\"" },
    { "a\"; x=\"b.exe", "; filename=\"a\\\"; x=\\\"b.exe\"" }, /* H52 */
    { "a\\", "; filename=\"a\\\\\"" },
    { "gr\xc3\xbcn.txt", "; filename*=utf-8''gr%C3%BCn.txt" },
    { "a\r\nBcc: x", "; filename*=utf-8''a%0D%0ABcc%3A%20x" },
    { "100%'*\xc3\xbc", "; filename*=utf-8''100%25%27%2A%C3%BC" },
};

static void writes_parameters(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(param_cases); i++) {
        mgw_buf out = MGW_BUF_INIT(SIZE_MAX);
        size_t column = 10;
        assert_int_equal(mgw_header_add_param(&out, &column, "filename", mgw_bytes_str(param_cases[i].value)), SMGW_OK);
        assert_string_equal(mgw_buf_str(&out), param_cases[i].written);
        assert_int_equal(column, 10 + out.len);
        mgw_buf_free(&out);
    }
    mgw_buf out = MGW_BUF_INIT(SIZE_MAX);
    size_t column = 0;
    assert_int_equal(mgw_header_add_param(&out, &column, "filename", MGW_LIT("a\xff")), SMGW_ERR_INVALID);
    assert_int_equal(out.len, 0);
    mgw_buf_free(&out);
}

/* Values of every length, of one to four bytes a character: short lines, no character split, read back the same. */
static void parameters_come_back_as_they_were(void **state)
{
    (void)state;
    static const char *const characters[] = { "a", "\"", " ", "\xc3\xbc", "\xe6\x97\xa5", "\xf0\x9f\x98\x80" };
    for (size_t kind = 0; kind < COUNT_OF(characters); kind++)
        for (size_t count = 1; count <= 255 / strlen(characters[kind]); count++) {
            mgw_buf value = MGW_BUF_INIT(SIZE_MAX), out = MGW_BUF_INIT(SIZE_MAX);
            mgw_buf_add_str(&value, "x");
            for (size_t i = 0; i < count; i++)
                mgw_buf_add_str(&value, characters[kind]);
            mgw_buf_add_str(&value, ".y");
            mgw_buf_add_str(&out, "attachment");
            size_t column = out.len;
            assert_int_equal(mgw_header_add_param(&out, &column, "filename", mgw_buf_bytes(&value)), SMGW_OK);
            assert_true(column <= 78);
            mgw_buf_add_str(&out, "\r\n");
            assert_field(mgw_buf_bytes(&out), 78);
            mgw_arena arena;
            mgw_arena_init(&arena, 1 << 20);
            mgw_param_field field;
            uint32_t defects = 0;
            assert_int_equal(mgw_param_field_parse(&arena, mgw_buf_bytes(&out), &field, &defects), SMGW_OK);
            assert_string_equal(mgw_param_text(&arena, field.params, "filename", &defects), mgw_buf_str(&value));
            assert_int_equal(defects, 0);
            mgw_arena_free(&arena);
            mgw_buf_free(&value);
            mgw_buf_free(&out);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_blocks),
        cmocka_unit_test(the_number_of_fields_is_limited),
        cmocka_unit_test(writes_text),
        cmocka_unit_test(folds_ids),
        cmocka_unit_test(lists_come_back_as_they_were),
        cmocka_unit_test(a_list_takes_no_bad_address),
        cmocka_unit_test(writes_parameters),
        cmocka_unit_test(parameters_come_back_as_they_were),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
