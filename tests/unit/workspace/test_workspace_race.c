/* SPDX-License-Identifier: MIT */
/* A workspace under attack by its own user: names that change while they are looked up, and many savers at once. */
#include "scratch.h"

#include <stdatomic.h>
#include <time.h>

enum { SAVES = 2000, SAVERS = 4, SAVES_EACH = 100 };

/*
 * Swaps a directory of the workspace with a link that leads out, as fast as it can. A moment's rest now and then lets
 * the other thread go on where only one runs at a time, as under valgrind; an odd number makes it rest in either state.
 */
typedef struct swapper {
    const char *one;
    const char *other;
    atomic_bool stop;
    unsigned long swaps;
} swapper;

static void *swap(void *context)
{
    swapper *swapping = context;
    const struct timespec moment = { 0, 1000 };
    while (!atomic_load(&swapping->stop)) {
        if (renameat2(AT_FDCWD, swapping->one, AT_FDCWD, swapping->other, RENAME_EXCHANGE) == 0)
            swapping->swaps++;
        if (swapping->swaps % 51 == 0)
            (void)nanosleep(&moment, NULL);
    }
    return NULL;
}

typedef struct tally {
    unsigned long good;
    unsigned long refused;
    unsigned long other;
} tally;

/* Where the link has become the directory again before it was looked at closely, it is just not found. */
static void count_status(tally *counts, smgw_status status)
{
    counts->good += status == SMGW_OK;
    counts->refused += status == SMGW_ERR_REFUSED || status == SMGW_ERR_NOT_FOUND;
    counts->other += status != SMGW_OK && status != SMGW_ERR_REFUSED && status != SMGW_ERR_NOT_FOUND;
}

static void save_many(const scratch *made, tally *counts)
{
    char text[16];
    for (unsigned i = 0; i < SAVES; i++) {
        smgw_saved saved = SMGW_SAVED_INIT;
        (void)snprintf(text, sizeof text, "%u", i);
        count_status(counts, save(made, "in", "a", mgw_bytes_str(text), &saved, NULL));
    }
}

static void read_many(const scratch *made, tally *counts)
{
    for (unsigned i = 0; i < SAVES; i++) {
        mgw_ws_source source;
        char found[8] = "";
        smgw_status status = mgw_ws_open_read(made->workspace, MGW_LIT("in/secret"), 100, &source, NULL);
        count_status(counts, status);
        if (status != SMGW_OK)
            continue;
        counts->other += read(source.fd, found, sizeof found - 1) != 6 || strcmp(found, "inside") != 0;
        (void)close(source.fd);
    }
}

/* Runs `work` while ws/in is sometimes the directory and sometimes the link. Returns what became of it. */
static tally run_against_swapper(const scratch *made, void (*work)(const scratch *, tally *))
{
    char one[200];
    char other[200];
    (void)snprintf(one, sizeof one, "%s/in", made->inside);
    (void)snprintf(other, sizeof other, "%s/link", made->inside);
    assert_int_equal(mkdir(one, 0700), 0);
    write_text(below(made->inside, "in/secret"), "inside");
    assert_int_equal(symlink(made->outside, other), 0);
    swapper swapping = { one, other, false, 0 };
    tally counts = { 0, 0, 0 };
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, swap, &swapping), 0);
    work(made, &counts);
    atomic_store(&swapping.stop, true);
    assert_int_equal(pthread_join(thread, NULL), 0);
    print_message("%lu swaps, %lu good, %lu refused\n", swapping.swaps, counts.good, counts.refused);
    assert_true(swapping.swaps > 0);
    assert_int_equal(counts.other, 0);
    assert_int_equal(counts.good + counts.refused, SAVES);
    return counts;
}

static void no_save_escapes_while_a_link_is_swapped_in(void **state)
{
    const scratch *made = *state;
    tally counts = run_against_swapper(made, save_many);
    /* All that was saved lies in the directory, whatever that is called now; and nothing lies anywhere else. */
    struct stat info;
    assert_int_equal(lstat(below(made->inside, "in"), &info), 0);
    const char *directory = below(made->inside, S_ISDIR(info.st_mode) ? "in" : "link");
    assert_int_equal(count_entries(directory), counts.good + 1);
    assert_int_equal(count_entries(made->inside), 2);
    assert_int_equal(count_entries(made->outside), 1);
}

static void no_read_escapes_while_a_link_is_swapped_in(void **state)
{
    (void)run_against_swapper(*state, read_many);
}

typedef struct saver {
    pthread_t thread;
    const scratch *made;
    unsigned number;
    unsigned long good;
    unsigned long full;
    unsigned long other;
} saver;

/* Half of the files have the content that the other savers have, too. */
static void *save_own_and_shared(void *context)
{
    saver *saving = context;
    char text[2000];
    memset(text, 'x', sizeof text);
    for (unsigned i = 0; i < SAVES_EACH; i++) {
        smgw_saved saved = SMGW_SAVED_INIT;
        (void)snprintf(text, sizeof text, "%u of %u", i, i % 2 == 0 ? SAVERS : saving->number);
        smgw_status status = save(saving->made, NULL, "a", mgw_bytes_of(text, sizeof text), &saved, NULL);
        saving->good += status == SMGW_OK;
        saving->full += status == SMGW_ERR_TOO_LARGE;
        saving->other += status != SMGW_OK && status != SMGW_ERR_TOO_LARGE;
    }
    return NULL;
}

static void run_savers(const scratch *made, saver *savers)
{
    for (unsigned i = 0; i < SAVERS; i++) {
        savers[i] = (saver){ .made = made, .number = i };
        assert_int_equal(pthread_create(&savers[i].thread, NULL, save_own_and_shared, &savers[i]), 0);
    }
    for (unsigned i = 0; i < SAVERS; i++)
        assert_int_equal(pthread_join(savers[i].thread, NULL), 0);
}

static void savers_at_once_share_what_is_the_same(void **state)
{
    const scratch *made = *state;
    saver savers[SAVERS];
    run_savers(made, savers);
    for (unsigned i = 0; i < SAVERS; i++) {
        assert_int_equal(savers[i].good, SAVES_EACH);
        assert_int_equal(savers[i].full + savers[i].other, 0);
    }
    const uint64_t files = SAVES_EACH / 2 + SAVERS * SAVES_EACH / 2;
    assert_int_equal(count_entries(made->inside), files);
    assert_true(mgw_ws_has_room(made->workspace, QUOTA - 2000 * files));
    assert_false(mgw_ws_has_room(made->workspace, QUOTA - 2000 * files + 1));
}

static void savers_at_once_stay_within_the_quota(void **state)
{
    scratch *made = *state;
    saver savers[SAVERS];
    mgw_workspace_free(made->workspace);
    assert_int_equal(mgw_workspace_open(&made->workspace, made->inside, 100999, MAX_FILE, NULL), SMGW_OK);
    mgw_workspace_force(made->workspace, scratch_fallbacks);
    run_savers(made, savers);
    for (unsigned i = 0; i < SAVERS; i++) {
        assert_int_equal(savers[i].good + savers[i].full, SAVES_EACH);
        assert_true(savers[i].full > 0);
    }
    assert_int_equal(count_entries(made->inside), 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORKSPACE_TEST(no_save_escapes_while_a_link_is_swapped_in),
        WORKSPACE_TEST(no_read_escapes_while_a_link_is_swapped_in),
        WORKSPACE_TEST(savers_at_once_share_what_is_the_same),
        WORKSPACE_TEST(savers_at_once_stay_within_the_quota),
    };
    int failures = 0;
    /* In memory, where putting a file on disk costs nothing, the races are tighter. */
    if (access("/dev/shm", W_OK | X_OK) == 0)
        scratch_base = "/dev/shm";
    SCRATCH_RUN(tests, failures)
    return failures;
}
