/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "base/arena.h"
#include "base/buf.h"
#include "support/failing_alloc.h"

static void appends_in_order(void **state)
{
    (void)state;
    mgw_buf buf = MGW_BUF_INIT(100);
    mgw_buf_add_str(&buf, "a");
    mgw_buf_add(&buf, "\0b", 2);
    mgw_buf_add_byte(&buf, 'c');
    mgw_buf_add_u64(&buf, UINT64_MAX);
    mgw_buf_add_u64(&buf, 0);
    assert_int_equal(buf.status, SMGW_OK);
    assert_int_equal(buf.len, 4 + 20 + 1);
    assert_memory_equal(buf.data, "a\0bc184467440737095516150", 25);
    mgw_buf_free(&buf);
}

static void cap_is_exact_and_failure_sticks(void **state)
{
    (void)state;
    mgw_buf buf = MGW_BUF_INIT(4);
    assert_int_equal(mgw_buf_add(&buf, "abcd", 4), SMGW_OK);
    assert_int_equal(mgw_buf_add(&buf, "e", 1), SMGW_ERR_TOO_LARGE);
    assert_int_equal(mgw_buf_add(&buf, "", 0), SMGW_ERR_TOO_LARGE);
    assert_memory_equal(buf.data, "abcd", 4);
    assert_int_equal(buf.len, 4);
    mgw_buf_clear(&buf);
    assert_int_equal(mgw_buf_add(&buf, "e", 1), SMGW_OK);
    mgw_buf_free(&buf);
}

static void grows_over_many_appends(void **state)
{
    (void)state;
    mgw_buf buf = MGW_BUF_INIT(SIZE_MAX);
    for (size_t i = 0; i < 100000; i++)
        assert_int_equal(mgw_buf_add_byte(&buf, (char)('a' + i % 26)), SMGW_OK);
    for (size_t i = 0; i < buf.len; i++)
        assert_int_equal(buf.data[i], 'a' + i % 26);
    assert_null(mgw_buf_reserve(&buf, SIZE_MAX - 10));
    assert_int_not_equal(buf.status, SMGW_OK);
    mgw_buf_free(&buf);
}

static void consume_and_truncate_clip(void **state)
{
    (void)state;
    mgw_buf buf = MGW_BUF_INIT(100);
    mgw_buf_add_str(&buf, "hello world");
    mgw_buf_consume(&buf, 6);
    assert_string_equal(mgw_buf_str(&buf), "world");
    mgw_buf_truncate(&buf, 3);
    assert_string_equal(mgw_buf_str(&buf), "wor");
    mgw_buf_truncate(&buf, 30);
    mgw_buf_consume(&buf, 30);
    assert_string_equal(mgw_buf_str(&buf), "");
    mgw_buf_free(&buf);
}

static void failed_allocation_keeps_the_bytes(void **state)
{
    (void)state;
    mgw_buf buf = MGW_BUF_INIT(10000);
    mgw_buf_add_str(&buf, "kept");
    char big[1000] = { 0 };
    failing_alloc_start(1);
    assert_int_equal(mgw_buf_add(&buf, big, sizeof big), SMGW_ERR_NO_MEMORY);
    assert_true(failing_alloc_stop());
    assert_int_equal(mgw_buf_add_str(&buf, "more"), SMGW_ERR_NO_MEMORY);
    assert_int_equal(buf.len, 4);
    assert_memory_equal(buf.data, "kept", 4);
    mgw_buf_free(&buf);
}

static void arena_aligns_caps_and_fails_cleanly(void **state)
{
    (void)state;
    mgw_arena arena;
    mgw_arena_init(&arena, 20000);
    for (size_t i = 1; i < 100; i++) {
        unsigned char *piece = mgw_arena_alloc(&arena, 1, i);
        assert_non_null(piece);
        assert_int_equal((uintptr_t)piece % sizeof(void *), 0);
        for (size_t j = 0; j < i; j++)
            assert_int_equal(piece[j], 0);
        memset(piece, 0xff, i);
    }
    assert_string_equal(mgw_arena_strndup(&arena, MGW_LIT("text")), "text");
    assert_null(mgw_arena_alloc(&arena, SIZE_MAX / 2, 3));
    assert_int_equal(arena.status, SMGW_ERR_TOO_LARGE);
    mgw_arena_free(&arena);
    failing_alloc_start(1);
    assert_null(mgw_arena_alloc(&arena, 1, 1));
    assert_true(failing_alloc_stop());
    assert_int_equal(arena.status, SMGW_ERR_NO_MEMORY);
    mgw_arena_free(&arena);
}

/* Many small pieces take no more memory than a few large ones. */
static void arena_counts_what_it_takes(void **state)
{
    (void)state;
    mgw_arena arena;
    mgw_arena_init(&arena, 4096);
    size_t pieces = 0;
    const char *first = mgw_arena_alloc(&arena, 1, 1);
    const char *last = first;
    for (const char *next = first; next != NULL; next = mgw_arena_alloc(&arena, 1, 1)) {
        last = next;
        pieces++;
    }
    assert_int_equal(arena.status, SMGW_ERR_TOO_LARGE);
    assert_true(pieces > 1);
    assert_true((size_t)(last - first) / (pieces - 1) * pieces <= 4096);
    mgw_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(appends_in_order),
        cmocka_unit_test(cap_is_exact_and_failure_sticks),
        cmocka_unit_test(grows_over_many_appends),
        cmocka_unit_test(consume_and_truncate_clip),
        cmocka_unit_test(failed_allocation_keeps_the_bytes),
        cmocka_unit_test(arena_aligns_caps_and_fails_cleanly),
        cmocka_unit_test(arena_counts_what_it_takes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
