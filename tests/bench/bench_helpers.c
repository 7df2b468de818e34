/* SPDX-License-Identifier: MIT */
/*
 * What the checks on every message cost: nanoseconds of processor time a call, the least and the median of several
 * batches, beside the aim and beside a peer that does a part of the same work with the C library alone. It measures and
 * never judges: the exit code is 0 unless a call gives a wrong answer. --quick runs through it in a moment.
 */
#include "policy/whitelist.h"

#include "simplemailgw/rate_limiter.h"
#include "simplemailgw/sanitize.h"

#include <ctype.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum { BATCHES = 51, QUESTIONS = 1 << 16, ADDRESS_SIZE = 40 };

static const char subject[] = "Quarterly report for the northern region, second revision, x";
static const char email[] = "ada.lovelace@mail.example.com";

typedef struct question {
    size_t len;
    char address[ADDRESS_SIZE];
} question;

/* Domains, sorted, and a whitelist of them. */
typedef struct list {
    size_t count;
    char (*domains)[ADDRESS_SIZE];
    mgw_whitelist *whitelist;
    question *hits; /* QUESTIONS of each, spread over the whole list. */
    question *misses;
} list;

typedef struct job {
    smgw_rate_limiter *limiter;
    const list *list;
    bool listed; /* What is asked for. */
} job;

/* Makes `calls` calls; returns how many gave the right answer. */
typedef size_t (*batch_fn)(const job *j, size_t calls);

static size_t subject_batch(const job *j, size_t calls)
{
    char out[sizeof subject];
    size_t right = 0;
    (void)j;
    for (size_t i = 0; i < calls; i++) {
        size_t len = 0;
        if (smgw_sanitize_subject(subject, sizeof subject - 1, out, sizeof out, &len) == SMGW_RULE_OK)
            right += len == sizeof subject - 1;
    }
    return right;
}

static size_t subject_peer(const job *j, size_t calls)
{
    char out[sizeof subject];
    size_t right = 0;
    (void)j;
    for (size_t i = 0; i < calls; i++) {
        size_t len = 0;
        memcpy(out, subject, sizeof subject);
        while (isprint((unsigned char)out[len]))
            len++;
        right += len == sizeof subject - 1;
    }
    return right;
}

static size_t email_batch(const job *j, size_t calls)
{
    size_t right = 0;
    (void)j;
    for (size_t i = 0; i < calls; i++)
        right += smgw_validate_email(email, sizeof email - 1) == SMGW_RULE_OK;
    return right;
}

static bool is_plain(unsigned char c)
{
    return isalnum(c) || c == '.' || c == '@' || c == '-' || c == '_' || c == '+';
}

static size_t email_peer(const job *j, size_t calls)
{
    size_t right = 0;
    (void)j;
    for (size_t i = 0; i < calls; i++) {
        size_t len = 0;
        while (is_plain((unsigned char)email[len]))
            len++;
        right += len == sizeof email - 1 && memchr(email, '@', len) != NULL;
    }
    return right;
}

static size_t limiter_batch(const job *j, size_t calls)
{
    static const char key[] = "work/smtp";
    size_t right = 0;
    for (size_t i = 0; i < calls; i++)
        right += smgw_rate_limiter_try(j->limiter, key, sizeof key - 1, 1, NULL) == SMGW_OK;
    return right;
}

static size_t limiter_peer(const job *j, size_t calls)
{
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    struct timespec now;
    size_t right = 0;
    (void)j;
    for (size_t i = 0; i < calls; i++) {
        pthread_mutex_lock(&lock);
        right += clock_gettime(CLOCK_MONOTONIC, &now) == 0;
        pthread_mutex_unlock(&lock);
    }
    return right;
}

static const question *question_of(const job *j, size_t number)
{
    return &(j->listed ? j->list->hits : j->list->misses)[number % QUESTIONS];
}

static size_t whitelist_batch(const job *j, size_t calls)
{
    size_t right = 0;
    for (size_t i = 0; i < calls; i++) {
        const question *q = question_of(j, i);
        right += mgw_whitelist_allows(j->list->whitelist, mgw_bytes_of(q->address, q->len)) == j->listed;
    }
    return right;
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* Folds the domain and looks it up; checks nothing. */
static size_t bisect_peer(const job *j, size_t calls)
{
    size_t right = 0;
    for (size_t i = 0; i < calls; i++) {
        char domain[ADDRESS_SIZE] = "";
        const char *from = strchr(question_of(j, i)->address, '@') + 1;
        for (size_t k = 0; from[k] != '\0'; k++)
            domain[k] = (char)tolower((unsigned char)from[k]);
        right += (bsearch(domain, j->list->domains, j->list->count, ADDRESS_SIZE, compare_texts) != NULL) == j->listed;
    }
    return right;
}

/* Compares with one entry after the other. */
static size_t scan_peer(const job *j, size_t calls)
{
    size_t right = 0;
    for (size_t i = 0; i < calls; i++) {
        const char *domain = strchr(question_of(j, i)->address, '@') + 1;
        size_t k = 0;
        while (k < j->list->count && strncasecmp(j->list->domains[k], domain, ADDRESS_SIZE) != 0)
            k++;
        right += (k < j->list->count) == j->listed;
    }
    return right;
}

enum { FEW, MANY, LISTS };

static const struct {
    const char *name;
    batch_fn batch;
    unsigned aim_ns;
    const char *peer_name;
    batch_fn peer;
    size_t slower; /* So many times fewer calls are made of the peer. */
    int list;
    bool listed;
} benchmarks[] = {
    { "sanitize_subject, 60 clean bytes", subject_batch, 50, "memcpy, isprint", subject_peer, 1, FEW, true },
    { "validate_email, 29 bytes", email_batch, 50, "isalnum, memchr", email_peer, 1, FEW, true },
    { "rate_limiter_try, one key", limiter_batch, 50, "mutex, clock", limiter_peer, 1, FEW, true },
    { "short whitelist, a listed domain", whitelist_batch, 200, "strncasecmp", scan_peer, 100, FEW, true },
    { "short whitelist, an unknown domain", whitelist_batch, 200, "strncasecmp", scan_peer, 100, FEW, false },
    { "long whitelist, a listed domain", whitelist_batch, 200, "bsearch", bisect_peer, 10, MANY, true },
    { "long whitelist, an unknown domain", whitelist_batch, 200, "bsearch", bisect_peer, 10, MANY, false },
};

static int compare(const void *a, const void *b)
{
    const double left = *(const double *)a;
    const double right = *(const double *)b;
    return (left > right) - (left < right);
}

/* Of the processor, so that other programs on the machine count as little as can be. */
static double nanoseconds(void)
{
    struct timespec now = { 0, 0 };
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* Nanoseconds a call. */
typedef struct cost {
    double least;
    double median;
} cost;

/* False where an answer was wrong. The first batch only warms up. */
static bool measure(const job *j, batch_fn batch, size_t calls, cost *result)
{
    double costs[BATCHES];
    if (batch(j, calls) != calls)
        return false;
    for (size_t i = 0; i < BATCHES; i++) {
        double start = nanoseconds();
        size_t right = batch(j, calls);
        costs[i] = (nanoseconds() - start) / (double)calls;
        if (right != calls)
            return false;
    }
    qsort(costs, BATCHES, sizeof costs[0], compare);
    *result = (cost){ costs[0], costs[BATCHES / 2] };
    return true;
}

static bool make_limiter(smgw_rate_limiter **limiter)
{
    smgw_rate_limiter_options options = SMGW_RATE_LIMITER_OPTIONS_INIT;
    options.tokens = UINT32_MAX; /* So that every try succeeds. */
    options.period_ms = 1;
    return smgw_rate_limiter_new(limiter, &options, NULL) == SMGW_OK;
}

static void write_question(question *q, const char *top, size_t entry)
{
    q->len = (size_t)snprintf(q->address, sizeof q->address, "ada@Host-%zu.example.%s", entry, top);
}

static bool make_questions(list *made)
{
    uint64_t random = 1;
    made->hits = calloc(QUESTIONS, sizeof *made->hits);
    made->misses = calloc(QUESTIONS, sizeof *made->misses);
    for (size_t i = 0; made->hits != NULL && made->misses != NULL && i < QUESTIONS; i++) {
        random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        size_t entry = (size_t)(random >> 20) % made->count;
        write_question(&made->hits[i], "com", entry);
        write_question(&made->misses[i], "org", entry);
    }
    return made->hits != NULL && made->misses != NULL;
}

static bool make_whitelist(list *made)
{
    mgw_bytes *views = calloc(made->count, sizeof *views);
    for (size_t i = 0; views != NULL && i < made->count; i++)
        views[i] = mgw_bytes_str(made->domains[i]);
    bool ok = views != NULL && mgw_whitelist_new(&made->whitelist, SMGW_RECIPIENTS_LISTED, views, made->count, NULL, 0,
        NULL) == SMGW_OK;
    free(views);
    return ok;
}

static bool make_list(list *made, size_t count)
{
    made->count = count;
    made->domains = calloc(count, sizeof *made->domains);
    if (made->domains == NULL)
        return false;
    for (size_t i = 0; i < count; i++)
        snprintf(made->domains[i], sizeof made->domains[i], "host-%zu.example.com", i);
    qsort(made->domains, count, sizeof made->domains[0], compare_texts);
    return make_whitelist(made) && make_questions(made);
}

static void free_list(list *made)
{
    mgw_whitelist_free(made->whitelist);
    free(made->domains);
    free(made->hits);
    free(made->misses);
}

static int run(smgw_rate_limiter *limiter, const list lists[LISTS], size_t calls)
{
    int wrong = 0;
    printf("%-36s %8s %8s %6s   %-16s %8s %8s %6s\n", "", "least", "median", "aim", "peer", "least", "median", "ratio");
    for (size_t i = 0; i < sizeof benchmarks / sizeof benchmarks[0]; i++) {
        const job j = { limiter, &lists[benchmarks[i].list], benchmarks[i].listed };
        cost ours;
        cost peer;
        if (!measure(&j, benchmarks[i].batch, calls, &ours) ||
            !measure(&j, benchmarks[i].peer, calls / benchmarks[i].slower, &peer)) {
            printf("%-36s gives a wrong answer\n", benchmarks[i].name);
            wrong = 1;
            continue;
        }
        printf("%-36s %8.1f %8.1f %6u   %-16s %8.1f %8.1f %6.2f\n", benchmarks[i].name, ours.least, ours.median,
            benchmarks[i].aim_ns, benchmarks[i].peer_name, peer.least, peer.median, ours.median / peer.median);
    }
    return wrong;
}

int main(int argc, char **argv)
{
    bool quick = argc == 2 && strcmp(argv[1], "--quick") == 0;
    if (argc > 1 && !quick) {
        fprintf(stderr, "usage: %s [--quick]\n", argv[0]);
        return 2;
    }
    size_t calls = quick ? 100 : 50000;
    list lists[LISTS] = { { .count = 0 }, { .count = 0 } };
    smgw_rate_limiter *limiter = NULL;
    int result = 1;
    if (make_limiter(&limiter) && make_list(&lists[FEW], 1000) && make_list(&lists[MANY], quick ? 2000 : 1000000)) {
        printf("nanoseconds a call, in %d batches of %zu calls; ratio: our median to the peer's\n", BATCHES, calls);
        printf("whitelists of %zu and %zu domains\n", lists[FEW].count, lists[MANY].count);
        result = run(limiter, lists, calls);
    }
    for (size_t i = 0; i < LISTS; i++)
        free_list(&lists[i]);
    smgw_rate_limiter_free(limiter);
    return result;
}
