/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "base/clock.h"
#include "policy/limiter_table.h"
#include "support/failing_alloc.h"

#include <stdio.h>

static const mgw_hash_key hash_key = { 1, 2 };

static mgw_limiter_key key_of(const char *text)
{
    mgw_limiter_key key;
    assert_int_equal(mgw_limiter_key_of(mgw_bytes_str(text), &key), SMGW_RULE_OK);
    return key;
}

static mgw_limiter_key numbered(unsigned number)
{
    char text[20];
    snprintf(text, sizeof text, "key-%u", number);
    return key_of(text);
}

static void keys_are_canonical(void **state)
{
    (void)state;
    char longest[256];
    memset(longest, 'x', sizeof longest);
    const struct {
        mgw_bytes text;
        smgw_rule rule;
    } rows[] = {
        { MGW_LIT("a"), SMGW_RULE_OK },
        { MGW_LIT("a b"), SMGW_RULE_OK },
        { MGW_LIT("\0"), SMGW_RULE_OK },
        { mgw_bytes_of(longest, 255), SMGW_RULE_OK },
        { mgw_bytes_of(longest, 256), SMGW_RULE_TOO_LONG },
        { MGW_LIT(""), SMGW_RULE_EMPTY },
        { { NULL, 0 }, SMGW_RULE_EMPTY },
        { MGW_LIT("a "), SMGW_RULE_SPACE },
        { MGW_LIT(" a"), SMGW_RULE_SPACE },
        { MGW_LIT("a\t"), SMGW_RULE_SPACE },
        { MGW_LIT(" "), SMGW_RULE_SPACE },
    };
    mgw_limiter_key key;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_int_equal(mgw_limiter_key_of(rows[i].text, &key), rows[i].rule);
    assert_int_equal(mgw_limiter_key_of(MGW_LIT("WoRk\xc9"), &key), SMGW_RULE_OK);
    assert_int_equal(key.len, 5);
    assert_memory_equal(key.data, "work\xc9", 5);
}

static void take_one(mgw_limiter_table *table, const mgw_rate *rate, const mgw_limiter_key *key, uint64_t now)
{
    mgw_bucket *bucket = NULL;
    assert_int_equal(mgw_limiter_table_get(table, key, now, &bucket), SMGW_OK);
    assert_int_equal(mgw_bucket_take(bucket, rate, now, 1, 0), 0);
    mgw_limiter_table_settle(table, bucket);
}

static void keeps_every_bucket_apart(void **state)
{
    (void)state;
    const mgw_rate rate = mgw_rate_of(60, 60000);
    mgw_limiter_table table = { .max = 5000, .hash_key = hash_key };
    mgw_limiter_key key = numbered(0);
    assert_null(mgw_limiter_table_find(&table, &key));
    for (unsigned i = 0; i < 5000; i++) {
        key = numbered(i);
        for (unsigned takes = 0; takes <= i % 4; takes++)
            take_one(&table, &rate, &key, 0);
    }
    assert_int_equal(table.used, 5000);
    for (unsigned i = 0; i < 5000; i++) {
        key = numbered(i);
        const mgw_bucket *bucket = mgw_limiter_table_find(&table, &key);
        assert_non_null(bucket);
        assert_int_equal(bucket->takes, i % 4 + 1);
    }
    mgw_limiter_table_free(&table);
}

static void refuses_beyond_the_cap_until_one_is_full(void **state)
{
    (void)state;
    const mgw_rate rate = mgw_rate_of(60, 60000);
    mgw_limiter_table table = { .max = 100, .hash_key = hash_key };
    mgw_bucket *bucket = NULL;
    for (unsigned i = 0; i < 100; i++) {
        mgw_limiter_key key = numbered(i);
        take_one(&table, &rate, &key, i); /* Full again at i + 1 s. */
    }
    mgw_limiter_key late = numbered(1000);
    assert_int_equal(mgw_limiter_table_get(&table, &late, 100, &bucket), SMGW_ERR_TOO_LARGE);
    assert_null(mgw_limiter_table_find(&table, &late));
    assert_int_equal(mgw_limiter_table_get(&table, &late, MGW_NS_PER_S - 1, &bucket), SMGW_ERR_TOO_LARGE);
    take_one(&table, &rate, &late, MGW_NS_PER_S);
    mgw_limiter_key first = numbered(0);
    mgw_limiter_key second = numbered(1);
    assert_null(mgw_limiter_table_find(&table, &first));
    assert_non_null(mgw_limiter_table_find(&table, &second));
    assert_int_equal(table.used, 100);
    take_one(&table, &rate, &second, MGW_NS_PER_S); /* One that is in use is never in the way. */
    mgw_limiter_table_free(&table);
}

/* A million keys come and go; the memory is that of the hundred that are in use at a time. */
static void memory_follows_the_keys_in_use(void **state)
{
    (void)state;
    const mgw_rate rate = mgw_rate_of(100, 1000);
    mgw_limiter_table table = { .max = 1048576, .hash_key = hash_key };
    for (unsigned i = 0; i < 1000000; i++) {
        mgw_limiter_key key = numbered(i);
        take_one(&table, &rate, &key, (uint64_t)i * 100000);
        assert_true(table.slot_count <= 1024);
    }
    mgw_limiter_table_free(&table);
}

/* Every bucket that a sweep keeps is still found, whatever was dropped around it. */
static void dropping_keeps_the_others_reachable(void **state)
{
    (void)state;
    const mgw_rate rate = mgw_rate_of(1000, 1000);
    for (unsigned size = 1; size < 200; size++) {
        mgw_limiter_table table = { .max = size, .hash_key = { size, 7 } };
        for (unsigned i = 0; i < size; i++) {
            mgw_limiter_key key = numbered(i);
            take_one(&table, &rate, &key, i % 3 == 0 ? 0 : 500 * MGW_NS_PER_S);
        }
        mgw_limiter_key late = numbered(size);
        take_one(&table, &rate, &late, 500 * MGW_NS_PER_S);
        for (unsigned i = 0; i <= size; i++) {
            mgw_limiter_key key = numbered(i);
            assert_int_equal(mgw_limiter_table_find(&table, &key) != NULL, i == size || i % 3 != 0);
        }
        assert_int_equal(table.used, size + 1 - (size + 2) / 3);
        mgw_limiter_table_free(&table);
    }
}

/*
 * At the cap one bucket becomes full at a time, and a new key comes each time. To look at all buckets for each of them
 * would take minutes.
 */
static void new_keys_at_the_cap_are_cheap(void **state)
{
    (void)state;
    enum { KEYS = 200000 };
    const mgw_rate rate = mgw_rate_of(60, 60000);
    mgw_limiter_table table = { .max = KEYS, .hash_key = hash_key };
    mgw_bucket *bucket = NULL;
    for (unsigned i = 0; i < KEYS; i++) {
        mgw_limiter_key key = numbered(i);
        take_one(&table, &rate, &key, i);
    }
    for (unsigned i = 0; i < KEYS; i++) {
        mgw_limiter_key key = numbered(KEYS + i);
        uint64_t now = MGW_NS_PER_S + i;
        assert_int_equal(mgw_limiter_table_get(&table, &key, now - 1, &bucket), SMGW_ERR_TOO_LARGE);
        assert_int_equal(mgw_limiter_table_delay(&table, now - 1), 1);
        assert_int_equal(mgw_limiter_table_delay(&table, now), 0);
        take_one(&table, &rate, &key, now);
        assert_int_equal(table.used, KEYS);
    }
    mgw_limiter_table_free(&table);
}

/* Takes here and there, gives some back, lets time pass; then the delay is that of the bucket that is full first. */
static void delay_is_that_of_the_first_to_be_full(void **state)
{
    (void)state;
    enum { KEYS = 50, ROUNDS = 20000 };
    const mgw_rate rate = mgw_rate_of(7, 1000);
    mgw_limiter_table table = { .max = KEYS, .hash_key = hash_key };
    mgw_bucket *bucket = NULL;
    uint64_t now = 0;
    uint32_t random = 1;
    for (unsigned round = 0; round < ROUNDS; round++) {
        random = random * 1664525 + 1013904223;
        mgw_limiter_key key = numbered((random >> 16) % (KEYS + KEYS / 5));
        if (mgw_limiter_table_get(&table, &key, now, &bucket) == SMGW_OK) {
            (void)mgw_bucket_take(bucket, &rate, now, 1 + (random >> 8) % 7, 10 * MGW_NS_PER_S);
            mgw_limiter_table_settle(&table, bucket);
            if ((random >> 28) == 0) {
                mgw_bucket_give_back(bucket, &rate, now, 1);
                mgw_limiter_table_settle(&table, bucket);
            }
        }
        uint64_t first = UINT64_MAX;
        for (unsigned i = 0; i < KEYS + KEYS / 5; i++) {
            key = numbered(i);
            bucket = mgw_limiter_table_find(&table, &key);
            if (bucket != NULL && mgw_bucket_full_at(bucket) < first)
                first = mgw_bucket_full_at(bucket);
        }
        uint64_t expected = table.used < KEYS || first <= now ? 0 : first - now;
        assert_int_equal(mgw_limiter_table_delay(&table, now), expected);
        now += random % (20 * MGW_NS_PER_MS);
    }
    assert_int_equal(table.used, KEYS);
    mgw_limiter_table_free(&table);
}

static void failed_allocation_leaves_the_table_as_it_was(void **state)
{
    (void)state;
    const mgw_rate rate = mgw_rate_of(60, 60000);
    mgw_bucket *bucket = NULL;
    for (unsigned size = 0; size < 30; size++) {
        mgw_limiter_table table = { .max = 100, .hash_key = hash_key };
        for (unsigned i = 0; i < size; i++) {
            mgw_limiter_key key = numbered(i);
            take_one(&table, &rate, &key, 0);
        }
        mgw_limiter_key late = numbered(1000);
        for (unsigned long n = 1;; n++) {
            failing_alloc_start(n);
            smgw_status status = mgw_limiter_table_get(&table, &late, 0, &bucket);
            if (!failing_alloc_stop()) {
                assert_int_equal(status, SMGW_OK);
                assert_true(n > 1);
                break;
            }
            assert_int_equal(status, SMGW_ERR_NO_MEMORY);
            assert_int_equal(table.used, size);
            assert_null(mgw_limiter_table_find(&table, &late));
        }
        for (unsigned i = 0; i < size; i++) {
            mgw_limiter_key key = numbered(i);
            assert_non_null(mgw_limiter_table_find(&table, &key));
        }
        mgw_limiter_table_free(&table);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_canonical),
        cmocka_unit_test(keeps_every_bucket_apart),
        cmocka_unit_test(refuses_beyond_the_cap_until_one_is_full),
        cmocka_unit_test(memory_follows_the_keys_in_use),
        cmocka_unit_test(dropping_keeps_the_others_reachable),
        cmocka_unit_test(new_keys_at_the_cap_are_cheap),
        cmocka_unit_test(delay_is_that_of_the_first_to_be_full),
        cmocka_unit_test(failed_allocation_leaves_the_table_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
