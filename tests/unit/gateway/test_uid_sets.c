/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "gateway/uid_sets.h"
#include "imap/types.h"
#include "support/failing_alloc.h"

#include "simplemailgw/sanitize.h"

#include <stdlib.h>
#include <string.h>

typedef struct set_case {
    uint32_t uids[8];
    size_t count;
    const char *set;
} set_case;

static void uids_become_one_set(void **state)
{
    (void)state;
    static const set_case rows[] = {
        { { 1 }, 1, "1" },
        { { 5, 7, 6 }, 3, "5:7" },
        { { 9, 3, 9, 3 }, 4, "3,9" },
        { { 8, 1, 2, 4, 3, 10, 11 }, 7, "1:4,8,10:11" },
        { { 4294967295, 4294967294, 1 }, 3, "1,4294967294:4294967295" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        mgw_uid_sets sets;
        mgw_bytes set;
        assert_int_equal(mgw_uid_sets_init(&sets, rows[i].uids, rows[i].count), SMGW_OK);
        assert_true(mgw_uid_sets_next(&sets, &set));
        assert_int_equal(set.len, strlen(rows[i].set));
        assert_memory_equal(set.data, rows[i].set, set.len);
        assert_false(mgw_uid_sets_next(&sets, &set));
        mgw_uid_sets_free(&sets);
    }
}

/* Every second UID from `first` on, in falling order: no ranges. */
static void check_scattered(uint32_t first, size_t count)
{
    uint32_t *uids = calloc(count, sizeof *uids);
    assert_non_null(uids);
    for (size_t i = 0; i < count; i++)
        uids[i] = first + 2 * (uint32_t)(count - 1 - i);
    mgw_uid_sets sets;
    assert_int_equal(mgw_uid_sets_init(&sets, uids, count), SMGW_OK);
    assert_int_equal(mgw_uid_sets_last(&sets), uids[0]);
    mgw_bytes set;
    size_t found = 0;
    while (mgw_uid_sets_next(&sets, &set)) {
        assert_in_range(set.len, 1, MGW_UID_SET_MAX);
        assert_int_equal(smgw_validate_uid_set(set.data, set.len), SMGW_RULE_OK);
        mgw_imap_uid_cursor cursor = mgw_imap_uid_cursor_of(set);
        for (uint32_t uid; mgw_imap_uid_cursor_next(&cursor, &uid); found++)
            assert_int_equal(uid, first + 2 * found);
    }
    assert_int_equal(found, count);
    mgw_uid_sets_free(&sets);
    free(uids);
}

static void many_uids_become_several_sets(void **state)
{
    (void)state;
    check_scattered(1, 10000);
    check_scattered(4294967295U - 2 * 9999, 10000);
    check_scattered(1, 999);
}

static void short_memory_leaves_nothing(void **state)
{
    (void)state;
    static const uint32_t uids[] = { 1, 3 };
    unsigned long failures = 0;
    for (unsigned long n = 1;; n++) {
        mgw_uid_sets sets;
        failing_alloc_start(n);
        smgw_status status = mgw_uid_sets_init(&sets, uids, COUNT_OF(uids));
        bool failed = failing_alloc_stop();
        mgw_uid_sets_free(&sets);
        assert_int_equal(status, failed ? SMGW_ERR_NO_MEMORY : SMGW_OK);
        if (!failed)
            break;
        failures++;
    }
    assert_int_equal(failures, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uids_become_one_set),
        cmocka_unit_test(many_uids_become_several_sets),
        cmocka_unit_test(short_memory_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
