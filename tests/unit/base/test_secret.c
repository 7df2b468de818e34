/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "base/secret.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const char CANARY[] = "canary-5f1c";

/* The address sanitizer replaces mlock() by a function that does nothing and says it succeeded. */
#if defined(__SANITIZE_ADDRESS__)
#define MLOCK_IS_REPLACED true
#elif defined(__has_feature)
#define MLOCK_IS_REPLACED __has_feature(address_sanitizer)
#else
#define MLOCK_IS_REPLACED false
#endif

/* The VmFlags line of the mapping that holds `address`, or "". */
static void read_vm_flags(const void *address, char *flags, size_t size)
{
    flags[0] = '\0';
    FILE *smaps = fopen("/proc/self/smaps", "re");
    assert_non_null(smaps);
    char line[512];
    bool inside = false;
    while (fgets(line, sizeof line, smaps) != NULL) {
        unsigned long start = 0;
        unsigned long end = 0;
        if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
            inside = (uintptr_t)address >= start && (uintptr_t)address < end;
        else if (inside && strncmp(line, "VmFlags:", 8) == 0)
            (void)snprintf(flags, size, "%s", line);
    }
    (void)fclose(smaps);
}

/* Runs `body` in a child; its result is the child's exit status. */
static int in_child(int (*body)(mgw_secret *), mgw_secret *secret)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(body(secret));
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void holds_bytes_and_terminates_them(void **state)
{
    (void)state;
    mgw_secret secret = MGW_SECRET_INIT;
    assert_string_equal(mgw_secret_str(&secret), "");
    assert_int_equal(mgw_secret_bytes(&secret).len, 0);
    assert_int_equal(mgw_secret_set(&secret, MGW_LIT("a\0b")), SMGW_OK);
    assert_int_equal(mgw_secret_bytes(&secret).len, 3);
    assert_memory_equal(mgw_secret_str(&secret), "a\0b", 4);
    mgw_secret_free(&secret);
    assert_string_equal(mgw_secret_str(&secret), "");
    mgw_secret_free(&secret);
}

static void lengths_around_a_page_have_their_nul(void **state)
{
    (void)state;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t lengths[] = { 1, page - 1, page, page + 1, MGW_SECRET_MAX };
    static char text[MGW_SECRET_MAX + 1];
    memset(text, 'x', sizeof text);
    mgw_secret secret = MGW_SECRET_INIT;
    for (size_t i = 0; i < COUNT_OF(lengths); i++) {
        assert_int_equal(mgw_secret_set(&secret, mgw_bytes_of(text, lengths[i])), SMGW_OK);
        assert_int_equal(strlen(mgw_secret_str(&secret)), lengths[i]);
    }
    mgw_secret_free(&secret);
}

static void too_large_keeps_the_old_one(void **state)
{
    (void)state;
    static char text[MGW_SECRET_MAX + 1];
    mgw_secret secret = MGW_SECRET_INIT;
    assert_int_equal(mgw_secret_set(&secret, MGW_LIT("old")), SMGW_OK);
    assert_int_equal(mgw_secret_set(&secret, mgw_bytes_of(text, sizeof text)), SMGW_ERR_TOO_LARGE);
    assert_string_equal(mgw_secret_str(&secret), "old");
    mgw_secret_free(&secret);
}

static int set_without_memory(mgw_secret *secret)
{
    const struct rlimit nothing = { 0, 0 };
    if (setrlimit(RLIMIT_AS, &nothing) != 0)
        return 1;
    if (mgw_secret_set(secret, MGW_LIT("new")) != SMGW_ERR_NO_MEMORY)
        return 2;
    return secret->len == sizeof CANARY - 1 ? 0 : 3;
}

static void no_memory_keeps_the_old_one(void **state)
{
    (void)state;
    mgw_secret secret = MGW_SECRET_INIT;
    assert_int_equal(mgw_secret_set(&secret, mgw_bytes_str(CANARY)), SMGW_OK);
    assert_int_equal(in_child(set_without_memory, &secret), 0);
    mgw_secret_free(&secret);
}

static void set_anew_moves_and_unmaps(void **state)
{
    (void)state;
    mgw_secret secret = MGW_SECRET_INIT;
    assert_int_equal(mgw_secret_set(&secret, mgw_bytes_str(CANARY)), SMGW_OK);
    const char *old = mgw_secret_str(&secret);
    assert_int_equal(mgw_secret_set(&secret, MGW_LIT("new")), SMGW_OK);
    assert_ptr_not_equal(mgw_secret_str(&secret), old);
    assert_string_equal(mgw_secret_str(&secret), "new");
    char flags[512];
    read_vm_flags(old, flags, sizeof flags);
    assert_null(strstr(flags, " wf"));
    assert_int_equal(mgw_secret_set(&secret, MGW_LIT("")), SMGW_OK);
    assert_null(secret.pages);
}

/* The library's munmap(), so that a test sees the pages at the last moment that they are there. */
static const unsigned char *watched;
static bool was_wiped;

int munmap(void *address, size_t len)
{
    if (watched != NULL && address == (const void *)watched) {
        was_wiped = true;
        for (size_t i = 0; i < len; i++)
            was_wiped = was_wiped && watched[i] == 0;
        watched = NULL;
    }
    return (int)syscall(SYS_munmap, address, len);
}

static void pages_are_wiped_before_they_go_back(void **state)
{
    (void)state;
    mgw_secret secret = MGW_SECRET_INIT;
    assert_int_equal(mgw_secret_set(&secret, mgw_bytes_str(CANARY)), SMGW_OK);
    watched = (const unsigned char *)secret.pages;
    assert_int_equal(mgw_secret_set(&secret, MGW_LIT("new")), SMGW_OK);
    assert_null(watched);
    assert_true(was_wiped);
    was_wiped = false;
    watched = (const unsigned char *)secret.pages;
    mgw_secret_free(&secret);
    assert_null(watched);
    assert_true(was_wiped);
}

static void set_from_its_own_bytes(void **state)
{
    (void)state;
    mgw_secret secret = MGW_SECRET_INIT;
    assert_int_equal(mgw_secret_set(&secret, MGW_LIT("abcdef")), SMGW_OK);
    assert_int_equal(mgw_secret_set(&secret, mgw_bytes_slice(mgw_secret_bytes(&secret), 2, 3)), SMGW_OK);
    assert_string_equal(mgw_secret_str(&secret), "cde");
    mgw_secret_free(&secret);
}

static void pages_are_locked_and_stay_out_of_dumps_and_children(void **state)
{
    (void)state;
    mgw_secret secret = MGW_SECRET_INIT;
    assert_int_equal(mgw_secret_set(&secret, mgw_bytes_str(CANARY)), SMGW_OK);
    char flags[512];
    read_vm_flags(secret.pages, flags, sizeof flags);
    assert_non_null(strstr(flags, " dd"));
    assert_non_null(strstr(flags, " wf"));
    /* Locking depends on the machine's limit; what matters is that the flag tells the truth. */
    if (!MLOCK_IS_REPLACED)
        assert_int_equal(strstr(flags, " lo") != NULL, mgw_secret_is_locked(&secret));
    mgw_secret_free(&secret);
}

static int all_zero(mgw_secret *secret)
{
    for (size_t i = 0; i < secret->mapped; i++) {
        if (secret->pages[i] != 0)
            return 1;
    }
    return mgw_secret_str(secret)[0] == '\0' ? 0 : 2;
}

static void child_reads_zeros(void **state)
{
    (void)state;
    mgw_secret secret = MGW_SECRET_INIT;
    assert_int_equal(mgw_secret_set(&secret, mgw_bytes_str(CANARY)), SMGW_OK);
    assert_int_equal(in_child(all_zero, &secret), 0);
    assert_string_equal(mgw_secret_str(&secret), CANARY);
    mgw_secret_free(&secret);
}

/* Root may lock memory whatever the limit says, so the child becomes nobody first. */
static int set_without_locking(mgw_secret *secret)
{
    const struct rlimit nothing = { 0, 0 };
    if (setrlimit(RLIMIT_MEMLOCK, &nothing) != 0)
        return 1;
    if (geteuid() == 0 && setresuid(65534, 65534, 65534) != 0)
        return 2;
    if (mgw_secret_set(secret, mgw_bytes_str(CANARY)) != SMGW_OK)
        return 3;
    if (mgw_secret_is_locked(secret))
        return 4;
    return strcmp(mgw_secret_str(secret), CANARY) == 0 ? 0 : 5;
}

static void works_where_locking_is_refused_and_says_so(void **state)
{
    (void)state;
    if (MLOCK_IS_REPLACED) {
        print_message("the address sanitizer replaces mlock()\n");
        skip();
    }
    mgw_secret secret = MGW_SECRET_INIT;
    assert_true(mgw_secret_is_locked(&secret));
    assert_int_equal(in_child(set_without_locking, &secret), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holds_bytes_and_terminates_them),
        cmocka_unit_test(lengths_around_a_page_have_their_nul),
        cmocka_unit_test(too_large_keeps_the_old_one),
        cmocka_unit_test(no_memory_keeps_the_old_one),
        cmocka_unit_test(set_anew_moves_and_unmaps),
        cmocka_unit_test(pages_are_wiped_before_they_go_back),
        cmocka_unit_test(set_from_its_own_bytes),
        cmocka_unit_test(pages_are_locked_and_stay_out_of_dumps_and_children),
        cmocka_unit_test(child_reads_zeros),
        cmocka_unit_test(works_where_locking_is_refused_and_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
