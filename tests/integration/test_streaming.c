/* SPDX-License-Identifier: MIT */
/*
 * A 200 MB attachment goes out of the workspace, through both servers, and back into it, while the memory of this
 * process stays under 16 MB. Prints what it measured.
 */
#include "support/test.h"

#include "support/mail_servers.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK = 65536, CHUNKS = 3200, PEAK_LIMIT_KB = 16 * 1024 };

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MEMORY_IS_OURS false
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define MEMORY_IS_OURS false
#endif
#endif
#ifndef MEMORY_IS_OURS
#define MEMORY_IS_OURS true
#endif

/* The largest resident size of this process so far, in kB. */
static long peak_kb(void)
{
    FILE *status = fopen("/proc/self/status", "r");
    assert_non_null(status);
    char line[256];
    long peak = -1;
    while (fgets(line, sizeof line, status) != NULL)
        if (strncmp(line, "VmHWM:", 6) == 0)
            peak = strtol(line + 6, NULL, 10);
    fclose(status);
    return peak;
}

static void fill_chunk(unsigned char *chunk, uint32_t number)
{
    uint32_t value = number * 2654435761U + 1;
    for (size_t i = 0; i < CHUNK; i++) {
        value = value * 1664525U + 1013904223U;
        chunk[i] = (unsigned char)(value >> 24);
    }
}

static void write_file(const char *path)
{
    static unsigned char chunk[CHUNK];
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    assert_true(fd >= 0);
    for (uint32_t i = 0; i < CHUNKS; i++) {
        fill_chunk(chunk, i);
        assert_int_equal(write(fd, chunk, CHUNK), CHUNK);
    }
    close(fd);
}

static void check_file(const char *path)
{
    static unsigned char expected[CHUNK], chunk[CHUNK + 1];
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    for (uint32_t i = 0; i < CHUNKS; i++) {
        fill_chunk(expected, i);
        assert_int_equal(fread(chunk, 1, CHUNK, file), CHUNK);
        assert_memory_equal(chunk, expected, CHUNK);
    }
    assert_int_equal(fread(chunk, 1, 1, file), 0);
    fclose(file);
}

typedef struct watched {
    uint64_t last;
    uint64_t total;
    unsigned calls;
} watched;

static bool watch(void *context, uint64_t done, uint64_t total)
{
    watched *seen = context;
    assert_true(done >= seen->last);
    *seen = (watched){ done, total, seen->calls + 1 };
    return true;
}

static void two_hundred_megabytes_stream_both_ways(void **state)
{
    (void)state;
    char *workspace = make_test_directory();
    char path[400];
    snprintf(path, sizeof path, "%s/large.bin", workspace);
    write_file(path);
    test_gateway test;
    test_gateway_prepare(&test);
    test.options.workspace = workspace;
    test_gateway_start(&test);
    long before = peak_kb();

    smgw_error error = SMGW_ERROR_INIT;
    smgw_receipt receipt = SMGW_RECEIPT_INIT;
    smgw_call_options options = SMGW_CALL_OPTIONS_INIT;
    watched seen = { 0, 0, 0 };
    options.progress = watch;
    options.progress_context = &seen;
    smgw_message *message = simple_message("large");
    assert_ok(smgw_message_attach_file(message, "large.bin", NULL, &error), &error);
    assert_ok(smgw_send(test.gateway, "ada", message, &options, &receipt, &error), &error);
    smgw_message_free(message);
    assert_int_equal(seen.last, receipt.size);
    assert_int_equal(seen.total, receipt.size);
    assert_true(seen.calls > 100);
    long after_send = peak_kb();

    smgw_ref ref = wait_for_message(test.gateway, "ada", receipt.message_id);
    smgw_saved saved = SMGW_SAVED_INIT;
    seen = (watched){ 0, 0, 0 };
    assert_ok(smgw_save_attachment(test.gateway, "ada", &ref, "2", &options, &saved, &error), &error);
    assert_int_equal(saved.size, (uint64_t)CHUNK * CHUNKS);
    assert_true(seen.last > saved.size && seen.last == seen.total);
    long after_save = peak_kb();

    print_message("peak memory: %ld kB at the start, %ld kB after sending, %ld kB after saving %d MB\n", before,
        after_send, after_save, CHUNK / 1024 * CHUNKS / 1024);
    if (MEMORY_IS_OURS)
        assert_true(after_save <= PEAK_LIMIT_KB);
    snprintf(path, sizeof path, "%s/%s", workspace, saved.name);
    check_file(path);
    test_gateway_stop(&test);
    remove_test_directory(workspace);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(two_hundred_megabytes_stream_both_ways) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
