/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "base/bytes.h"
#include "base/utf8.h"

static void every_scalar_value_makes_the_round_trip(void **state)
{
    (void)state;
    for (uint32_t rune = 0; rune <= 0x110000; rune++) {
        char text[4];
        size_t len = mgw_utf8_encode(rune, text);
        bool scalar = rune <= 0x10ffff && (rune < 0xd800 || rune > 0xdfff);
        assert_int_equal(len > 0, scalar);
        if (!scalar)
            continue;
        uint32_t back = 0;
        assert_int_equal(mgw_utf8_decode(text, len, &back), len);
        assert_int_equal(back, rune);
        assert_int_equal(mgw_utf8_decode(text, len - 1, &back), 0);
    }
}

static void malformed_bytes_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "\xc0\x8a", "\xe0\x80\x8a", "\xf0\x80\x80\x8a", "\xed\xa0\x8a", "\xed\xbf\xbf", "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80", "\xff", "\xfe", "\x80", "\xbf", "\xc3", "\xc3(", "\xe2\x82", "\xe2(\xa1", "\xf0\x9f\x98",
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        uint32_t rune = 0;
        assert_int_equal(mgw_utf8_decode(bad[i], strlen(bad[i]), &rune), 0);
        assert_false(mgw_utf8_valid(bad[i], strlen(bad[i])));
    }
    assert_true(mgw_utf8_valid("a\0\303\251\360\237\230\200", 8));
    assert_true(mgw_utf8_valid("", 0));
}

static void cut_never_splits_a_character(void **state)
{
    (void)state;
    const char text[] = "a\303\251\342\202\254\360\237\230\200";
    static const size_t expected[] = { 0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10 };
    for (size_t max = 0; max < COUNT_OF(expected); max++)
        assert_int_equal(mgw_utf8_cut(text, sizeof text - 1, max), expected[max]);
}

static void classes(void **state)
{
    (void)state;
    static const uint32_t breaks[] = { '\n', '\r', 0x0b, 0x0c, 0x1c, 0x1d, 0x1e, 0x85, 0x2028, 0x2029 };
    for (size_t i = 0; i < COUNT_OF(breaks); i++) {
        assert_true(mgw_rune_is_line_break(breaks[i]));
        assert_true(mgw_rune_is_control(breaks[i]));
    }
    static const uint32_t hidden[] = { 0x200b, 0x202e, 0x2066, 0xfeff, 0xad, 0xfff0, 0x1bca0, 0x1d173, 0xe0041 };
    for (size_t i = 0; i < COUNT_OF(hidden); i++) {
        assert_true(mgw_rune_is_invisible(hidden[i]));
        assert_false(mgw_rune_is_printable(hidden[i]));
    }
    static const uint32_t plain[] = { ' ', '~', 0xe9, 0x65e5, 0x1f600 };
    for (size_t i = 0; i < COUNT_OF(plain); i++)
        assert_true(mgw_rune_is_printable(plain[i]));
    assert_false(mgw_rune_is_printable(0xffff));
    assert_false(mgw_rune_is_printable(0x9b));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_scalar_value_makes_the_round_trip),
        cmocka_unit_test(malformed_bytes_are_refused),
        cmocka_unit_test(cut_never_splits_a_character),
        cmocka_unit_test(classes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
