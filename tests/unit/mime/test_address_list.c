/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "mime/address_list.h"
#include "support/failing_alloc.h"

#include <stdlib.h>
#include <string.h>

static const struct list_case {
    const char *text;
    const char *expected; /* "name <address>" of each entry, joined by '|'. */
    uint32_t defects;
} list_cases[] = {
    { "", "", 0 },
    { " ,, , ", "", 0 },
    { "a@example.com", " <a@example.com>", 0 },
    { "<a@example.com>", " <a@example.com>", 0 },
    /* RFC 5322 appendix A.1.2 and A.1.3. */
    { "\"Joe Q. Public\" <john.q.public@example.com>", "Joe Q. Public <john.q.public@example.com>", 0 },
    { "Mary Smith <mary@x.test>, jdoe@example.org, Who? <one@y.test>",
        "Mary Smith <mary@x.test>| <jdoe@example.org>|Who? <one@y.test>", 0 },
    { "<boss@nil.test>, \"Giant; \\\"Big\\\" Box\" <sysservices@example.net>",
        " <boss@nil.test>|Giant; \"Big\" Box <sysservices@example.net>", 0 },
    { "A Group:Ed Jones <c@a.test>,joe@where.test,John <jdoe@one.test>;",
        "Ed Jones <c@a.test>| <joe@where.test>|John <jdoe@one.test>", 0 },
    { "Undisclosed recipients:;", "Undisclosed recipients <>", 0 },
    { "A:;, b@x.org", "A <>| <b@x.org>", 0 },
    { "A: ;b@x.org", "A <>| <b@x.org>", 0 },
    { "A:a@x.org", " <a@x.org>", 0 },
    /* Appendix A.5 and A.6. */
    { "Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>", "Pete <pete@silly.test>", 0 },
    { "A Group(Some people)\r\n     :Chris Jones <c@(Chris's host.)public.example>,\r\n"
      "         joe@example.org,\r\n  John <jdoe@one.test> (my dear friend); (the end of the group)",
        "Chris Jones <c@public.example>| <joe@example.org>|John <jdoe@one.test>|the end of the group <>", 1 },
    { "Joe Q. Public <john.q.public@example.com>", "Joe Q. Public <john.q.public@example.com>", 0 },
    { "Mary Smith <@node.test,@b.test:mary@example.net>, , jdoe@test  . example",
        "Mary Smith <mary@example.net>| <jdoe@test.example>", 0 },
    { "john @ example . com (John)", "John <john@example.com>", 0 },
    /* Names in any script. */
    { "=?iso-8859-1?q?J=FCrgen?= =?utf-8?q?_M?= <j@x.org>", "J\xc3\xbcrgen M <j@x.org>", 0 },
    { "=?utf-8?q?=22=2C_evil=40x=2Ecom?= <j@x.org>", "\", evil@x.com <j@x.org>", 0 },
    { "J\xc3\xbcrgen <j@x.org>", "J\xc3\xbcrgen <j@x.org>", 0 },
    { "\"a\r\n b\" <j@x.org>", "a b <j@x.org>", 0 },
    { "a@x.org (=?utf-8?q?J=C3=BCrgen?=)", "J\xc3\xbcrgen <a@x.org>", 0 },
    /* A quoted local part stays as it is sent; nothing inside it is an '@' or a separator. */
    { "\"a b@c,d\"@x.org", " <\"a b@c,d\"@x.org>", 0 },
    { "x <\"a\\\">\"@x.org>", "x <\"a\\\">\"@x.org>", 0 },
    { "user@[IPv6:2001:db8::1], b@x.org", " <user@[IPv6:2001:db8::1]>| <b@x.org>", 0 },
    /* The words of an encoded word are a name, never an address (A52 to A54). */
    { "=?utf-8?q?user=40evil.com=3e=00?=@example.com", " <=?utf-8?q?user=40evil.com=3e=00?=@example.com>", 0 },
    /* What is no mailbox has a name only. */
    { "no mailbox", "no mailbox <>", 1 },
    { "John Smith john@x.org", "John Smith john@x.org <>", 1 },
    { "<>", "", 1 },
    { "Mailer <MAILER-DAEMON>", "Mailer <>", 1 },
    { "a <b c@x.org>", "a <>", 1 },
    { "a <b@x.org", "a <>", 1 },
    { "\"open <b@x.org>", "open <b@x.org> <>", 2 },
    { "(open b@x.org", "open b@x.org <>", 2 },
    { "a <b@x.org> <c@x.org>", "a <>", 1 },
    { "a <b@x.org> c <d@x.org> <e@x.org>, f <g@x.org>", "a c <>|f <g@x.org>", 1 },
    { "a <b <c@x.org>", "a <>", 1 },
    { "a <@x.org <b@x.org:c@x.org>", "a <>", 1 },
    { "<b@x.org><c@x.org>", "", 1 },
    { "a <b@x.org@y.org>", "a <>", 1 },
    { "a <b@\"x.org> <c\">", "a <>", 1 },
    { "\"a\"@x.org\"> <c\"", "a@x.org> <c <>", 1 },
    { "a@x.org>", "a@x.org> <>", 1 },
    { "a <b@x.org> c", "a c <b@x.org>", 0 },
    { ";;;", "", 0 },
    { ":", "", 0 },
    { "\"", "", 2 },
    { "\"\\", "\\ <>", 2 },
    { "[", "[ <>", 1 },
};

static void add_text(mgw_buf *out, const smgw_address *address)
{
    mgw_buf_add_str(out, out->len > 0 ? "|" : "");
    mgw_buf_add_str(out, address->name);
    mgw_buf_add_str(out, " <");
    mgw_buf_add_str(out, address->address);
    mgw_buf_add_str(out, ">");
}

static void reads_lists(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(list_cases); i++) {
        /* A block of just the text's size: the sanitizer sees a byte read too far. */
        size_t len = strlen(list_cases[i].text);
        char *text = malloc(len > 0 ? len : 1);
        assert_non_null(text);
        memcpy(text, list_cases[i].text, len);
        mgw_arena arena;
        mgw_arena_init(&arena, 1 << 20);
        mgw_address_list_reader reader;
        mgw_address_list_init(&reader, &arena, 10);
        assert_int_equal(mgw_address_list_add(&reader, mgw_bytes_of(text, len)), SMGW_OK);
        smgw_address_list list;
        assert_int_equal(mgw_address_list_finish(&reader, &list), SMGW_OK);
        mgw_buf got = MGW_BUF_INIT(SIZE_MAX);
        for (size_t k = 0; k < list.count; k++)
            add_text(&got, &list.items[k]);
        assert_string_equal(mgw_buf_str(&got), list_cases[i].expected);
        assert_int_equal(reader.defects, list_cases[i].defects);
        mgw_buf_free(&got);
        mgw_address_list_free(&reader);
        mgw_arena_free(&arena);
        free(text);
    }
}

static void several_fields_make_one_list(void **state)
{
    (void)state;
    mgw_arena arena;
    mgw_arena_init(&arena, 1 << 20);
    mgw_address_list_reader reader;
    mgw_address_list_init(&reader, &arena, 3);
    assert_int_equal(mgw_address_list_add(&reader, MGW_LIT("a@x.org, b@x.org")), SMGW_OK);
    assert_int_equal(mgw_address_list_add(&reader, MGW_LIT("c@x.org")), SMGW_OK);
    assert_int_equal(mgw_address_list_add(&reader, MGW_LIT("")), SMGW_OK);
    assert_int_equal(mgw_address_list_add(&reader, MGW_LIT("d@x.org")), SMGW_ERR_TOO_LARGE);
    smgw_address_list list;
    assert_int_equal(mgw_address_list_finish(&reader, &list), SMGW_OK);
    assert_int_equal(list.count, 3);
    assert_string_equal(list.items[2].address, "c@x.org");
    mgw_address_list_free(&reader);
    mgw_arena_free(&arena);
}

static void survives_every_failed_allocation(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(list_cases); i++)
        for (unsigned long n = 1;; n++) {
            mgw_arena arena;
            mgw_arena_init(&arena, 1 << 20);
            mgw_address_list_reader reader;
            mgw_address_list_init(&reader, &arena, 10);
            smgw_address_list list;
            failing_alloc_start(n);
            smgw_status status = mgw_address_list_add(&reader, mgw_bytes_str(list_cases[i].text));
            if (status == SMGW_OK)
                status = mgw_address_list_finish(&reader, &list);
            bool failed = failing_alloc_stop();
            assert_int_equal(status, failed ? SMGW_ERR_NO_MEMORY : SMGW_OK);
            mgw_address_list_free(&reader);
            mgw_arena_free(&arena);
            if (!failed)
                break;
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_lists),
        cmocka_unit_test(several_fields_make_one_list),
        cmocka_unit_test(survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
