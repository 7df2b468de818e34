/* SPDX-License-Identifier: MIT */
/*
 * What the checks on every message cost: nanoseconds of processor time a call, the median of several batches, beside
 * the aim. It measures and never judges: the exit code is 0 unless a call gives a wrong answer. --quick runs through
 * it in a moment.
 */
#include "policy/whitelist.h"

#include "simplemailgw/rate_limiter.h"
#include "simplemailgw/sanitize.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BATCHES = 51, QUESTIONS = 1 << 16, ADDRESS_SIZE = 40 };

typedef struct question {
    size_t len;
    char address[ADDRESS_SIZE];
} question;

typedef struct setting {
    size_t calls;   /* In a batch. */
    size_t entries; /* Of the whitelist. */
    smgw_rate_limiter *limiter;
    mgw_whitelist *whitelist;
    question *hits; /* QUESTIONS of each, spread over the whole list. */
    question *misses;
} setting;

/* Makes `calls` calls; returns how many gave the right answer. */
typedef size_t (*batch_fn)(const setting *s, size_t calls);

static size_t subject_batch(const setting *s, size_t calls)
{
    static const char subject[] = "Quarterly report for the northern region, second revision, x";
    char out[sizeof subject];
    size_t right = 0;
    (void)s;
    for (size_t i = 0; i < calls; i++) {
        size_t len = 0;
        if (smgw_sanitize_subject(subject, sizeof subject - 1, out, sizeof out, &len) == SMGW_RULE_OK)
            right += len == sizeof subject - 1;
    }
    return right;
}

static size_t email_batch(const setting *s, size_t calls)
{
    static const char address[] = "ada.lovelace@mail.example.com";
    size_t right = 0;
    (void)s;
    for (size_t i = 0; i < calls; i++)
        right += smgw_validate_email(address, sizeof address - 1) == SMGW_RULE_OK;
    return right;
}

static size_t limiter_batch(const setting *s, size_t calls)
{
    static const char key[] = "work/smtp";
    size_t right = 0;
    for (size_t i = 0; i < calls; i++)
        right += smgw_rate_limiter_try(s->limiter, key, sizeof key - 1, 1, NULL) == SMGW_OK;
    return right;
}

static size_t ask(const setting *s, const question *questions, size_t calls, bool expected)
{
    size_t right = 0;
    for (size_t i = 0; i < calls; i++) {
        const question *q = &questions[i % QUESTIONS];
        right += mgw_whitelist_allows(s->whitelist, mgw_bytes_of(q->address, q->len)) == expected;
    }
    return right;
}

static size_t hit_batch(const setting *s, size_t calls)
{
    return ask(s, s->hits, calls, true);
}

static size_t miss_batch(const setting *s, size_t calls)
{
    return ask(s, s->misses, calls, false);
}

static const struct {
    const char *name;
    batch_fn batch;
    unsigned aim_ns;
} benchmarks[] = {
    { "sanitize_subject, 60 clean bytes", subject_batch, 50 },
    { "validate_email, 29 bytes", email_batch, 50 },
    { "rate_limiter_try, one key", limiter_batch, 50 },
    { "whitelist, a listed domain", hit_batch, 200 },
    { "whitelist, an unknown domain", miss_batch, 200 },
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

/* Nanoseconds a call; negative where an answer was wrong. The first batch only warms up. */
static double measure(const setting *s, batch_fn batch)
{
    double costs[BATCHES];
    if (batch(s, s->calls) != s->calls)
        return -1;
    for (size_t i = 0; i < BATCHES; i++) {
        double start = nanoseconds();
        size_t right = batch(s, s->calls);
        costs[i] = (nanoseconds() - start) / (double)s->calls;
        if (right != s->calls)
            return -1;
    }
    qsort(costs, BATCHES, sizeof costs[0], compare);
    return costs[BATCHES / 2];
}

static bool make_limiter(setting *s)
{
    smgw_rate_limiter_options options = SMGW_RATE_LIMITER_OPTIONS_INIT;
    options.tokens = UINT32_MAX; /* So that every try succeeds. */
    options.period_ms = 1;
    return smgw_rate_limiter_new(&s->limiter, &options, NULL) == SMGW_OK;
}

static bool make_whitelist(setting *s)
{
    char(*texts)[ADDRESS_SIZE] = calloc(s->entries, sizeof *texts);
    mgw_bytes *domains = calloc(s->entries, sizeof *domains);
    for (size_t i = 0; texts != NULL && domains != NULL && i < s->entries; i++) {
        int len = snprintf(texts[i], sizeof texts[i], "host-%zu.example.com", i);
        domains[i] = mgw_bytes_of(texts[i], (size_t)len);
    }
    bool made = texts != NULL && domains != NULL &&
        mgw_whitelist_new(&s->whitelist, SMGW_RECIPIENTS_LISTED, domains, s->entries, NULL, 0, NULL) == SMGW_OK;
    free(domains);
    free(texts);
    return made;
}

static void write_question(question *q, const char *top, size_t entry)
{
    q->len = (size_t)snprintf(q->address, sizeof q->address, "ada@Host-%zu.example.%s", entry, top);
}

static bool make_questions(setting *s)
{
    uint64_t random = 1;
    s->hits = calloc(QUESTIONS, sizeof *s->hits);
    s->misses = calloc(QUESTIONS, sizeof *s->misses);
    for (size_t i = 0; s->hits != NULL && s->misses != NULL && i < QUESTIONS; i++) {
        random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        size_t entry = (size_t)(random >> 20) % s->entries;
        write_question(&s->hits[i], "com", entry);
        write_question(&s->misses[i], "org", entry);
    }
    return s->hits != NULL && s->misses != NULL;
}

static int run(const setting *s)
{
    int wrong = 0;
    printf("%-36s %10s %6s\n", "", "ns a call", "aim");
    for (size_t i = 0; i < sizeof benchmarks / sizeof benchmarks[0]; i++) {
        double cost = measure(s, benchmarks[i].batch);
        if (cost < 0) {
            printf("%-36s gives a wrong answer\n", benchmarks[i].name);
            wrong = 1;
            continue;
        }
        printf("%-36s %10.1f %6u\n", benchmarks[i].name, cost, benchmarks[i].aim_ns);
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
    setting s = { .calls = quick ? 100 : 50000, .entries = quick ? 1000 : 1000000 };
    int result = 1;
    if (make_limiter(&s) && make_whitelist(&s) && make_questions(&s)) {
        printf("a whitelist of %zu entries, the median of %d batches of %zu calls\n", s.entries, BATCHES, s.calls);
        result = run(&s);
    }
    free(s.misses);
    free(s.hits);
    mgw_whitelist_free(s.whitelist);
    smgw_rate_limiter_free(s.limiter);
    return result;
}
