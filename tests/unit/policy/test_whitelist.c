/* SPDX-License-Identifier: MIT */
/* Rows A71 to A83 and G08 to G12 of the attack catalogue. */
#include "support/test.h"

#include "base/alloc.h"
#include "policy/whitelist.h"
#include "support/failing_alloc.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

static mgw_whitelist *make(const mgw_bytes *domains, size_t domain_count, const mgw_bytes *addresses,
    size_t address_count)
{
    mgw_whitelist *list = NULL;
    smgw_error error = SMGW_ERROR_INIT;
    smgw_status status = mgw_whitelist_new(&list, SMGW_RECIPIENTS_LISTED, domains, domain_count, addresses,
        address_count, &error);
    assert_int_equal(status, SMGW_OK);
    assert_int_equal(error.status, SMGW_OK);
    return list;
}

static void allows_exactly_what_is_listed(void **state)
{
    (void)state;
    const mgw_bytes domains[] = { MGW_LIT("example.com"), MGW_LIT("XN--Bcher-KVA.example"), MGW_LIT("Example.COM") };
    const mgw_bytes addresses[] = { MGW_LIT("boss@other.org"), MGW_LIT("Chief@Third.net"), MGW_LIT("u@example.com"),
        MGW_LIT("^_`{}~AZ09@third.net") };
    const struct {
        mgw_bytes address;
        bool allowed;
    } rows[] = {
        { MGW_LIT("u@example.com"), true },
        { MGW_LIT("U@EXAMPLE.COM"), true },
        { MGW_LIT("u@xn--bcher-kva.EXAMPLE"), true },
        { MGW_LIT("BOSS@Other.ORG"), true },
        { MGW_LIT("chief@third.net"), true },
        { MGW_LIT("^_`{}~az09@third.NET"), true },
        { MGW_LIT("~_`{}~az09@third.net"), false },
        { MGW_LIT("^_@{}~az09@third.net"), false },
        { MGW_LIT("x@other.org"), false },
        { MGW_LIT("boss@third.net"), false },
        { MGW_LIT("u@sub.example.com"), false },
        { MGW_LIT("u@example.com.evil.com"), false },
        { MGW_LIT("u@evil-example.com"), false },
        { MGW_LIT("u@xexample.com"), false },
        { MGW_LIT("u@xample.com"), false },
        { MGW_LIT("u@example.co"), false },
        { MGW_LIT("u@example.com."), false },
        { MGW_LIT("u@example.com "), false },
        { MGW_LIT(" u@example.com"), false },
        { MGW_LIT("u@example.com\n"), false },
        { MGW_LIT("u\n@example.com"), false },
        { MGW_LIT("u@example.com\0"), false },
        { MGW_LIT("u@example.com\0.evil.com"), false },
        { MGW_LIT("u@examp\xc4\xb1" "e.com"), false },
        { MGW_LIT("u@example\xe3\x80\x82" "com"), false },
        { MGW_LIT("evil@evil.com@example.com"), false },
        { MGW_LIT("\"evil@evil.com\"@example.com"), false },
        { MGW_LIT("u@evil.com,u@example.com"), false },
        { MGW_LIT("<u@example.com>"), false },
        { MGW_LIT("boss+x@other.org"), false },
        { MGW_LIT("bo.ss@other.org"), false },
        { MGW_LIT("example.com"), false },
        { MGW_LIT("@example.com"), false },
        { MGW_LIT("u@"), false },
        { MGW_LIT("@"), false },
        { MGW_LIT(""), false },
        { { NULL, 0 }, false },
    };
    mgw_whitelist *list = make(domains, COUNT_OF(domains), addresses, COUNT_OF(addresses));
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (mgw_whitelist_allows(list, rows[i].address) != rows[i].allowed)
            fail_msg("row %zu: %.*s", i, (int)rows[i].address.len, rows[i].address.data);
    mgw_whitelist_free(list);
}

static void one_kind_of_entry_alone_works(void **state)
{
    (void)state;
    const mgw_bytes domain = MGW_LIT("example.com");
    const mgw_bytes address = MGW_LIT("boss@other.org");
    mgw_whitelist *list = make(&domain, 1, NULL, 0);
    assert_true(mgw_whitelist_allows(list, MGW_LIT("u@example.com")));
    assert_false(mgw_whitelist_allows(list, address));
    mgw_whitelist_free(list);
    list = make(NULL, 0, &address, 1);
    assert_true(mgw_whitelist_allows(list, address));
    assert_false(mgw_whitelist_allows(list, MGW_LIT("u@example.com")));
    mgw_whitelist_free(list);
}

static void folding_does_not_follow_the_locale(void **state)
{
    (void)state;
    const mgw_bytes domain = MGW_LIT("bank.com");
    char before[64];
    snprintf(before, sizeof before, "%s", setlocale(LC_ALL, NULL));
    if (setlocale(LC_ALL, "tr_TR.UTF-8") == NULL)
        print_message("the locale tr_TR.UTF-8 is not installed: checked in the present one\n");
    mgw_whitelist *list = make(&domain, 1, NULL, 0);
    assert_true(mgw_whitelist_allows(list, MGW_LIT("I@BANK.COM")));
    assert_false(mgw_whitelist_allows(list, MGW_LIT("u@ban\xe2\x84\xaa.com")));
    mgw_whitelist_free(list);
    setlocale(LC_ALL, before);
}

static void nothing_listed_is_nobody(void **state)
{
    (void)state;
    mgw_whitelist *list = make(NULL, 0, NULL, 0);
    assert_false(mgw_whitelist_allows(list, MGW_LIT("u@example.com")));
    assert_false(mgw_whitelist_allows(list, MGW_LIT("")));
    mgw_whitelist_free(list);
    mgw_whitelist_free(NULL);
}

static void anybody_has_to_be_asked_for_and_goes_with_no_list(void **state)
{
    (void)state;
    const mgw_bytes domain = MGW_LIT("example.com");
    const mgw_bytes address = MGW_LIT("boss@other.org");
    mgw_whitelist *list = NULL;
    smgw_error error = SMGW_ERROR_INIT;
    assert_int_equal(mgw_whitelist_new(&list, SMGW_RECIPIENTS_ANY, NULL, 0, NULL, 0, NULL), SMGW_OK);
    assert_true(mgw_whitelist_allows(list, MGW_LIT("u@anywhere.org")));
    assert_false(mgw_whitelist_allows(list, MGW_LIT("u@anywhere.org\r\nBcc: e@evil.com")));
    mgw_whitelist_free(list);
    assert_int_equal(mgw_whitelist_new(&list, SMGW_RECIPIENTS_ANY, &domain, 1, NULL, 0, &error), SMGW_ERR_CONFIG);
    assert_string_equal(error.field, "recipient_policy");
    assert_null(list);
    assert_int_equal(mgw_whitelist_new(&list, SMGW_RECIPIENTS_ANY, NULL, 0, &address, 1, NULL), SMGW_ERR_CONFIG);
    assert_int_equal(mgw_whitelist_new(&list, (smgw_recipient_policy)2, NULL, 0, NULL, 0, NULL), SMGW_ERR_CONFIG);
    assert_null(list);
}

static void unacceptable_entries_are_named(void **state)
{
    (void)state;
    const mgw_bytes bad_domains[] = {
        MGW_LIT("*"), MGW_LIT("*.example.com"), MGW_LIT("@example.com"), MGW_LIT(".com"), MGW_LIT("example.com."),
        MGW_LIT("example.com;evil.com"), MGW_LIT("examp\xc4\xb1" "e.com"), MGW_LIT(""), MGW_LIT(" example.com"),
        MGW_LIT("example..com"), MGW_LIT("com"), MGW_LIT("127.0.0.1"), MGW_LIT("[127.0.0.1]"), MGW_LIT("a@b.com"),
        MGW_LIT("exa\0mple.com"), MGW_LIT("example.com\n"),
    };
    const mgw_bytes bad_addresses[] = {
        MGW_LIT("Boss <b@x.com>"), MGW_LIT("example.com"), MGW_LIT("@example.com"), MGW_LIT("*@example.com "),
        MGW_LIT("b@x.com;c@x.com"), MGW_LIT("us\xc3\xa9r@example.com"), MGW_LIT(""), MGW_LIT("b@x.com\r\n"),
    };
    const mgw_bytes good_domain = MGW_LIT("example.com");
    const mgw_bytes good_address = MGW_LIT("b@example.com");
    for (size_t i = 0; i < COUNT_OF(bad_domains); i++) {
        const mgw_bytes domains[] = { good_domain, bad_domains[i] };
        mgw_whitelist *list = (mgw_whitelist *)&good_domain;
        smgw_error error = SMGW_ERROR_INIT;
        assert_int_equal(mgw_whitelist_new(&list, SMGW_RECIPIENTS_LISTED, domains, 2, NULL, 0, &error),
            SMGW_ERR_CONFIG);
        assert_null(list);
        assert_string_equal(error.field, "recipient_domains[1]");
        assert_int_not_equal(error.rule, SMGW_RULE_OK);
    }
    for (size_t i = 0; i < COUNT_OF(bad_addresses); i++) {
        const mgw_bytes addresses[] = { good_address, good_address, bad_addresses[i] };
        mgw_whitelist *list = NULL;
        smgw_error error = SMGW_ERROR_INIT;
        assert_int_equal(mgw_whitelist_new(&list, SMGW_RECIPIENTS_LISTED, &good_domain, 1, addresses, 3, &error),
            SMGW_ERR_CONFIG);
        assert_null(list);
        assert_string_equal(error.field, "recipient_addresses[2]");
        assert_int_not_equal(error.rule, SMGW_RULE_OK);
    }
    mgw_whitelist *list = NULL;
    assert_int_equal(mgw_whitelist_new(&list, SMGW_RECIPIENTS_LISTED, &good_domain, SIZE_MAX, NULL, 0, NULL),
        SMGW_ERR_TOO_LARGE);
    assert_int_equal(mgw_whitelist_new(&list, SMGW_RECIPIENTS_LISTED, NULL, 0, &good_address, SIZE_MAX, NULL),
        SMGW_ERR_TOO_LARGE);
}

static void longest_entries_fit(void **state)
{
    (void)state;
    char domain[254];
    char address[255];
    memset(domain, 'd', sizeof domain);
    for (size_t i = 63; i < 253; i += 64)
        domain[i] = '.';
    memset(address, 'a', 64);
    address[64] = '@';
    memcpy(address + 65, domain, 189);
    const mgw_bytes longest_domain = mgw_bytes_of(domain, 253);
    const mgw_bytes longest_address = mgw_bytes_of(address, 254);
    mgw_whitelist *list = make(&longest_domain, 1, &longest_address, 1);
    assert_true(mgw_whitelist_allows(list, longest_address));
    assert_false(mgw_whitelist_allows(list, mgw_bytes_of(address, 255)));
    assert_false(mgw_whitelist_allows(list, mgw_bytes_of(address, 253)));
    mgw_whitelist_free(list);
}

static bool count_allocation(void *context)
{
    unsigned *count = context;
    ++*count;
    return true;
}

enum { MILLION = 1000000, WIDTH = 24 };

static void million_entries(void **state)
{
    (void)state;
    char(*texts)[WIDTH] = calloc(MILLION, WIDTH);
    mgw_bytes *domains = calloc(MILLION, sizeof *domains);
    char address[WIDTH + 4];
    unsigned allocations = 0;
    assert_non_null(texts);
    assert_non_null(domains);
    for (unsigned i = 0; i < MILLION; i++) {
        int len = snprintf(texts[i], WIDTH, "host-%u.example.com", i);
        domains[i] = mgw_bytes_of(texts[i], (size_t)len);
    }
    mgw_alloc_set_gate(count_allocation, &allocations);
    mgw_whitelist *list = make(domains, MILLION, NULL, 0);
    mgw_alloc_set_gate(NULL, NULL);
    assert_int_equal(allocations, 3); /* Two blocks, whatever the number of entries, and the handle. */
    for (unsigned i = 0; i < MILLION; i += 7) {
        int len = snprintf(address, sizeof address, "u@HOST-%u.example.com", i);
        assert_true(mgw_whitelist_allows(list, mgw_bytes_of(address, (size_t)len)));
        len = snprintf(address, sizeof address, "u@host-%u.example.org", i);
        assert_false(mgw_whitelist_allows(list, mgw_bytes_of(address, (size_t)len)));
    }
    mgw_whitelist_free(list);
    free(domains);
    free(texts);
}

static void failed_allocation_leaves_nothing(void **state)
{
    (void)state;
    const mgw_bytes domain = MGW_LIT("example.com");
    const mgw_bytes address = MGW_LIT("boss@other.org");
    mgw_whitelist *list = NULL;
    for (unsigned long n = 1;; n++) {
        failing_alloc_start(n);
        smgw_status status = mgw_whitelist_new(&list, SMGW_RECIPIENTS_LISTED, &domain, 1, &address, 1, NULL);
        if (!failing_alloc_stop()) {
            assert_int_equal(status, SMGW_OK);
            assert_int_equal(n, 4);
            break;
        }
        assert_int_equal(status, SMGW_ERR_NO_MEMORY);
        assert_null(list);
    }
    mgw_whitelist_free(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(allows_exactly_what_is_listed),
        cmocka_unit_test(one_kind_of_entry_alone_works),
        cmocka_unit_test(folding_does_not_follow_the_locale),
        cmocka_unit_test(nothing_listed_is_nobody),
        cmocka_unit_test(anybody_has_to_be_asked_for_and_goes_with_no_list),
        cmocka_unit_test(unacceptable_entries_are_named),
        cmocka_unit_test(longest_entries_fit),
        cmocka_unit_test(million_entries),
        cmocka_unit_test(failed_allocation_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
