/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "base/bytes.h"
#include "base/clock.h"

static void numbers_are_whole_and_in_range(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t max;
        bool ok;
        uint64_t value;
    } cases[] = {
        { "0", UINT64_MAX, true, 0 },
        { "18446744073709551615", UINT64_MAX, true, UINT64_MAX },
        { "18446744073709551616", UINT64_MAX, false, 0 },
        { "99999999999999999999", UINT64_MAX, false, 0 },
        { "000000000000000000001", UINT64_MAX, false, 0 },
        { "007", 7, true, 7 },
        { "8", 7, false, 0 },
        { "", UINT64_MAX, false, 0 },
        { "+1", UINT64_MAX, false, 0 },
        { "1 ", UINT64_MAX, false, 0 },
        { "0x1", UINT64_MAX, false, 0 },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint64_t value = 42;
        bool ok = mgw_bytes_to_u64(mgw_bytes_str(cases[i].text), cases[i].max, &value);
        assert_int_equal(ok, cases[i].ok);
        assert_int_equal(value, ok ? cases[i].value : 42);
    }
}

static void folding_is_ascii_only(void **state)
{
    (void)state;
    assert_true(mgw_bytes_equal_fold(MGW_LIT("BANK.com"), MGW_LIT("bank.COM")));
    assert_false(mgw_bytes_equal_fold(MGW_LIT("ban\342\204\252"), MGW_LIT("bank")));
    assert_false(mgw_bytes_equal_fold(MGW_LIT("a"), MGW_LIT("ab")));
    assert_true(mgw_bytes_equal_fold(MGW_LIT(""), mgw_bytes_str(NULL)));
    assert_int_equal(mgw_lower('['), '[');
    assert_int_equal(mgw_lower(0xc4), 0xc4);
}

static void trim_and_slice_clip(void **state)
{
    (void)state;
    assert_true(mgw_bytes_equal(mgw_bytes_trim(MGW_LIT(" \t a b\t ")), MGW_LIT("a b")));
    assert_int_equal(mgw_bytes_trim(MGW_LIT("  ")).len, 0);
    assert_true(mgw_bytes_equal(mgw_bytes_slice(MGW_LIT("abc"), 1, 100), MGW_LIT("bc")));
    assert_int_equal(mgw_bytes_slice(MGW_LIT("abc"), 100, SIZE_MAX).len, 0);
    assert_int_equal(mgw_bytes_find(MGW_LIT("a\0b"), 'b'), 2);
    assert_int_equal(mgw_bytes_find(MGW_LIT("abc"), 'z'), 3);
}

static void hex_both_ways(void **state)
{
    (void)state;
    char out[5];
    mgw_hex((const unsigned char *)"\xab\x01", 2, out);
    assert_string_equal(out, "ab01");
    assert_int_equal(mgw_hex_value('F'), 15);
    assert_int_equal(mgw_hex_value('g'), -1);
    assert_int_equal(mgw_hex_value('/'), -1);
}

static void deadlines_saturate_and_round_up(void **state)
{
    (void)state;
    assert_int_equal(mgw_deadline_after(5, UINT64_MAX), UINT64_MAX);
    assert_int_equal(mgw_deadline_after(5, 2), 2000005);
    assert_int_equal(mgw_deadline_left_ms(10, 10), 0);
    assert_int_equal(mgw_deadline_left_ms(0, 1), 1);
    assert_int_equal(mgw_deadline_left_ms(0, 1000000), 1);
    assert_int_equal(mgw_deadline_left_ms(0, 1000001), 2);
    assert_int_equal(mgw_deadline_left_ms(0, UINT64_MAX), INT32_MAX);
    uint64_t first = mgw_clock_now();
    assert_true(mgw_clock_now() >= first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_whole_and_in_range),
        cmocka_unit_test(folding_is_ascii_only),
        cmocka_unit_test(trim_and_slice_clip),
        cmocka_unit_test(hex_both_ways),
        cmocka_unit_test(deadlines_saturate_and_round_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
