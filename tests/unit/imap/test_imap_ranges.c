/* SPDX-License-Identifier: MIT */
#include "support/failing_alloc.h"
#include "support/test.h"

#include "imap/ranges.h"

#include <stdio.h>

static bool holds(mgw_bytes set, uint32_t uid)
{
    mgw_imap_ranges ranges;
    assert_true(mgw_imap_ranges_of(set, &ranges));
    bool held = mgw_imap_ranges_hold(&ranges, uid);
    mgw_imap_ranges_free(&ranges);
    return held;
}

static void sets_hold_what_they_name(void **state)
{
    (void)state;
    const mgw_bytes set = MGW_LIT("5,9:7,4294967295");
    const uint32_t in[] = { 5, 7, 8, 9, UINT32_MAX };
    const uint32_t out[] = { 1, 4, 6, 10, UINT32_MAX - 1 };
    for (size_t i = 0; i < COUNT_OF(in); i++) {
        assert_true(holds(set, in[i]));
        assert_false(holds(set, out[i]));
        assert_true(holds(MGW_LIT("12:*"), out[i]));
    }
}

static const struct {
    const char *set;
    size_t count;
    uint32_t first, last; /* Of the first range. */
} rows[] = {
    { "7", 1, 7, 7 },
    { "9,3,6", 3, 3, 3 },
    { "1,2,3", 1, 1, 3 },
    { "5:9,1:2,3:4", 1, 1, 9 },
    { "1:100,20,30:40,102", 2, 1, 100 },
    { "4294967294,4294967295,1:4294967295", 1, 1, UINT32_MAX },
    { "4:4,4,4:4", 1, 4, 4 },
    { "3,*", 1, 0, UINT32_MAX },
    { "8,,x,0,4294967296,1:", 1, 8, 8 },
    { "", 0, 0, 0 },
    { ":", 0, 0, 0 },
};

static void ranges_are_sorted_and_joined(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        mgw_imap_ranges ranges;
        assert_true(mgw_imap_ranges_of(mgw_bytes_str(rows[i].set), &ranges));
        if (ranges.count != rows[i].count)
            fail_msg("'%s': %zu", rows[i].set, ranges.count);
        if (ranges.count > 0) {
            assert_int_equal(ranges.items[0].first, rows[i].first);
            assert_int_equal(ranges.items[0].last, rows[i].last);
        }
        mgw_imap_ranges_free(&ranges);
    }
}

/* Every third UID, highest first. */
static void a_thousand_items_are_searched(void **state)
{
    (void)state;
    char set[8000];
    size_t len = 0;
    for (unsigned n = 1000; n > 0; n--)
        len += (size_t)snprintf(set + len, sizeof set - len, n > 1 ? "%u," : "%u", 3 * n);
    mgw_imap_ranges ranges;
    assert_true(mgw_imap_ranges_of(mgw_bytes_of(set, len), &ranges));
    assert_int_equal(ranges.count, 1000);
    for (uint32_t uid = 0; uid < 3010; uid++)
        assert_int_equal(mgw_imap_ranges_hold(&ranges, uid), uid > 0 && uid <= 3000 && uid % 3 == 0);
    mgw_imap_ranges_free(&ranges);
}

static void without_memory_nothing_is_held(void **state)
{
    (void)state;
    mgw_imap_ranges ranges;
    failing_alloc_start(1);
    bool made = mgw_imap_ranges_of(MGW_LIT("1:5"), &ranges);
    assert_true(failing_alloc_stop());
    assert_false(made);
    assert_false(mgw_imap_ranges_hold(&ranges, 3));
    mgw_imap_ranges_free(&ranges);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets_hold_what_they_name),
        cmocka_unit_test(ranges_are_sorted_and_joined),
        cmocka_unit_test(a_thousand_items_are_searched),
        cmocka_unit_test(without_memory_nothing_is_held),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
