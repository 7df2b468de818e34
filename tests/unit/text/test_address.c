/* SPDX-License-Identifier: MIT */
#include "unit/text/rows.h"

#include "text/address.h"

#include "simplemailgw/sanitize.h"

static void addresses(void **state)
{
    (void)state;
    static const check_row rows[] = {
        { B("user@example.com"), SMGW_RULE_OK },
        { B("a.b+tag@sub.example.co.uk"), SMGW_RULE_OK },
        { B("USER@EXAMPLE.COM"), SMGW_RULE_OK },
        { B("o'brien@example.com"), SMGW_RULE_OK },
        { B("#$&'*+-/?=^_`{|}~@example.com"), SMGW_RULE_OK },
        { B("user@xn--strae-oqa.de"), SMGW_RULE_OK },
        { B("user@1.example"), SMGW_RULE_OK },
        { B("a=b?c@example.com"), SMGW_RULE_OK },
        { B(""), SMGW_RULE_EMPTY },
        { B("user"), SMGW_RULE_SYNTAX },
        { B("@"), SMGW_RULE_SYNTAX },
        { B("@example.com"), SMGW_RULE_SYNTAX },
        { B("user@"), SMGW_RULE_SYNTAX },
        { B("user@@example.com"), SMGW_RULE_SYNTAX },
        { B("user@evil.com@example.com"), SMGW_RULE_SYNTAX },
        { B(".user@example.com"), SMGW_RULE_SYNTAX },
        { B("user.@example.com"), SMGW_RULE_SYNTAX },
        { B("us..er@example.com"), SMGW_RULE_SYNTAX },
        { B("=?utf-8?q?a?=@example.com"), SMGW_RULE_SYNTAX },
        { B("a=?b@example.com"), SMGW_RULE_SYNTAX },
        { B("-oQ/tmp@example.com"), SMGW_RULE_CHARACTER },
        { B("|cat@example.com"), SMGW_RULE_CHARACTER },
        { B("user!x@example.com"), SMGW_RULE_CHARACTER },
        { B("user%evil.com@example.com"), SMGW_RULE_CHARACTER },
        { B("\"user\"@example.com"), SMGW_RULE_CHARACTER },
        { B("us\\er@example.com"), SMGW_RULE_CHARACTER },
        { B("us,er@example.com"), SMGW_RULE_CHARACTER },
        { B("us:er@example.com"), SMGW_RULE_CHARACTER },
        { B("us;er@example.com"), SMGW_RULE_CHARACTER },
        { B("us(er@example.com"), SMGW_RULE_CHARACTER },
        { B("us[er@example.com"), SMGW_RULE_CHARACTER },
        { B("<user@example.com>"), SMGW_RULE_CHARACTER },
        { B("user@example.com "), SMGW_RULE_SPACE },
        { B("us er@example.com"), SMGW_RULE_SPACE },
        { B("us\ter@example.com"), SMGW_RULE_CONTROL },
        { B("user@example.com\r\n"), SMGW_RULE_LINE_BREAK },
        { B("user@example.com\0.evil.com"), SMGW_RULE_NUL },
        { B("us\303\251r@example.com"), SMGW_RULE_NON_ASCII },
        { B("user@ban\342\204\252.com"), SMGW_RULE_NON_ASCII },
        { B("user@localhost"), SMGW_RULE_DOMAIN },
        { B("user@example.com."), SMGW_RULE_DOMAIN },
        { B("user@.example.com"), SMGW_RULE_DOMAIN },
        { B("user@example..com"), SMGW_RULE_DOMAIN },
        { B("user@-example.com"), SMGW_RULE_DOMAIN },
        { B("user@example-.com"), SMGW_RULE_DOMAIN },
        { B("user@ex_ample.com"), SMGW_RULE_DOMAIN },
        { B("user@example.com;evil.com"), SMGW_RULE_DOMAIN },
        { B("user@example.com(x)"), SMGW_RULE_DOMAIN },
        { B("user@[127.0.0.1]"), SMGW_RULE_DOMAIN },
        { B("user@[IPv6:::1]"), SMGW_RULE_DOMAIN },
        { B("user@127.0.0.1"), SMGW_RULE_DOMAIN },
        { B("user@127.1"), SMGW_RULE_DOMAIN },
        { B("user@example.0x7f"), SMGW_RULE_DOMAIN },
        { B("user@example.0x"), SMGW_RULE_DOMAIN },
        { B("user@example.com:25"), SMGW_RULE_DOMAIN },
    };
    check_rows(smgw_validate_email, rows, COUNT_OF(rows));
    check_controls(smgw_validate_email, "user@example.com");
    assert_int_equal(smgw_validate_email_str("user@example.com"), SMGW_RULE_OK);
}

/* An address of these lengths; the domain is cut into labels of at most 63. */
static smgw_rule check_lengths(size_t local, size_t domain)
{
    char text[400];
    memset(text, 'a', sizeof text);
    text[local] = '@';
    for (size_t i = 63; i + 1 < domain; i += 64)
        text[local + 1 + i] = '.';
    return smgw_validate_email(text, local + 1 + domain);
}

static void lengths_of_addresses(void **state)
{
    (void)state;
    assert_int_equal(check_lengths(64, 100), SMGW_RULE_OK);
    assert_int_equal(check_lengths(65, 100), SMGW_RULE_TOO_LONG);
    assert_int_equal(check_lengths(1, 252), SMGW_RULE_OK);
    assert_int_equal(check_lengths(1, 253), SMGW_RULE_TOO_LONG);
    assert_int_equal(check_lengths(64, 189), SMGW_RULE_OK);
    assert_int_equal(check_lengths(64, 190), SMGW_RULE_TOO_LONG);
}

static void domains(void **state)
{
    (void)state;
    static const check_row rows[] = {
        { B("example.com"), SMGW_RULE_OK },        { B("a.b"), SMGW_RULE_OK },
        { B("1.2.3.a"), SMGW_RULE_OK },            { B("xn--a.example"), SMGW_RULE_OK },
        { B("r3---sn.example"), SMGW_RULE_OK },    { B(""), SMGW_RULE_EMPTY },
        { B("com"), SMGW_RULE_DOMAIN },            { B(".com"), SMGW_RULE_DOMAIN },
        { B("*.com"), SMGW_RULE_DOMAIN },          { B("@example.com"), SMGW_RULE_DOMAIN },
        { B("example.com,b.com"), SMGW_RULE_DOMAIN }, { B("example.com/x"), SMGW_RULE_DOMAIN },
        { B("1.2.3.4"), SMGW_RULE_DOMAIN },        { B("::1"), SMGW_RULE_DOMAIN },
        { B("."), SMGW_RULE_DOMAIN },              { B(".."), SMGW_RULE_DOMAIN },
        { B("examp\304\261e.com"), SMGW_RULE_NON_ASCII }, { B(" example.com"), SMGW_RULE_SPACE },
    };
    check_rows(mgw_validate_domain, rows, COUNT_OF(rows));
    check_controls(mgw_validate_domain, "example.com");

    char label[] = "a.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"; /* 2 + 64 */
    assert_int_equal(mgw_validate_domain(label, 65), SMGW_RULE_OK);
    assert_int_equal(mgw_validate_domain(label, 66), SMGW_RULE_DOMAIN);
    char *name = repeat('a', 255);
    for (size_t i = 50; i < 255; i += 51)
        name[i] = '.';
    assert_int_equal(mgw_validate_domain(name, 253), SMGW_RULE_OK);
    assert_int_equal(mgw_validate_domain(name, 254), SMGW_RULE_TOO_LONG);
    free(name);
}

static void hosts(void **state)
{
    (void)state;
    static const check_row rows[] = {
        { B("localhost"), SMGW_RULE_OK },          { B("mail.example.com"), SMGW_RULE_OK },
        { B("127.0.0.1"), SMGW_RULE_OK },          { B("::1"), SMGW_RULE_OK },
        { B("2001:db8::192.0.2.1"), SMGW_RULE_OK }, { B(""), SMGW_RULE_EMPTY },
        { B("127.1"), SMGW_RULE_DOMAIN },          { B("2130706433"), SMGW_RULE_DOMAIN },
        { B("0x7f000001"), SMGW_RULE_DOMAIN },     { B("127.0.0.01"), SMGW_RULE_DOMAIN },
        { B("256.0.0.1"), SMGW_RULE_DOMAIN },      { B("[::1]"), SMGW_RULE_DOMAIN },
        { B("fe80::1%eth0"), SMGW_RULE_DOMAIN },   { B("::1::"), SMGW_RULE_DOMAIN },
        { B("mail.example.com."), SMGW_RULE_DOMAIN }, { B("mail.example.com:25"), SMGW_RULE_DOMAIN },
        { B("user@mail.example.com"), SMGW_RULE_DOMAIN }, { B("evil.com/#"), SMGW_RULE_DOMAIN },
        { B("a b"), SMGW_RULE_SPACE },             { B("m\303\251.example"), SMGW_RULE_NON_ASCII },
        { B("mail.example.com\r\nX"), SMGW_RULE_LINE_BREAK }, { B("localhost\0"), SMGW_RULE_NUL },
    };
    check_rows(smgw_validate_host, rows, COUNT_OF(rows));
    check_controls(smgw_validate_host, "localhost");
    assert_int_equal(smgw_validate_host_str("localhost"), SMGW_RULE_OK);
}

static void ehlo_names(void **state)
{
    (void)state;
    static const check_row rows[] = {
        { B("client.example.com"), SMGW_RULE_OK }, { B("localhost"), SMGW_RULE_OK },
        { B("[127.0.0.1]"), SMGW_RULE_OK },        { B("[IPv6:::1]"), SMGW_RULE_OK },
        { B("[ipv6:2001:db8::1]"), SMGW_RULE_OK }, { B(""), SMGW_RULE_EMPTY },
        { B("127.0.0.1"), SMGW_RULE_DOMAIN },      { B("::1"), SMGW_RULE_DOMAIN },
        { B("[::1]"), SMGW_RULE_DOMAIN },          { B("[]"), SMGW_RULE_DOMAIN },
        { B("["), SMGW_RULE_DOMAIN },              { B("]"), SMGW_RULE_DOMAIN },
        { B("[127.0.0.1"), SMGW_RULE_DOMAIN },     { B("[IPv6:]"), SMGW_RULE_DOMAIN },
        { B("[IPv6:127.0.0.1]"), SMGW_RULE_DOMAIN }, { B("me AUTH=x"), SMGW_RULE_SPACE },
        { B("me\r\nRSET"), SMGW_RULE_LINE_BREAK }, { B("\303\251.example"), SMGW_RULE_NON_ASCII },
    };
    check_rows(smgw_validate_ehlo_name, rows, COUNT_OF(rows));
    check_controls(smgw_validate_ehlo_name, "client.example.com");
    char *name = repeat('a', 256);
    assert_int_equal(smgw_validate_ehlo_name(name, 256), SMGW_RULE_TOO_LONG);
    assert_int_equal(smgw_validate_ehlo_name(name, 255), SMGW_RULE_DOMAIN);
    assert_int_equal(smgw_validate_ehlo_name_str("localhost"), SMGW_RULE_OK);
    free(name);
}

static void splitting(void **state)
{
    (void)state;
    mgw_bytes local, domain;
    assert_true(mgw_address_split(MGW_LIT("a@b"), &local, &domain));
    assert_true(mgw_bytes_equal(local, MGW_LIT("a")) && mgw_bytes_equal(domain, MGW_LIT("b")));
    static const char *const bad[] = { "", "a", "@", "a@", "@b", "a@b@c", "@@" };
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(mgw_address_split(mgw_bytes_str(bad[i]), &local, &domain));
    assert_true(mgw_bytes_equal(local, MGW_LIT("a")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses),
        cmocka_unit_test(lengths_of_addresses),
        cmocka_unit_test(domains),
        cmocka_unit_test(hosts),
        cmocka_unit_test(ehlo_names),
        cmocka_unit_test(splitting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
