/* SPDX-License-Identifier: MIT */
/* The rate limiter. Its rows are little scenarios; each is a named function here, found by the text of its input. */
#include "security/catalogue.h"

#include "base/clock.h"
#include "config/environment.h"
#include "policy/limiter.h"
#include "policy/rate_limiter.h"

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* What the wall clock is wrong by, for the whole program, and which clock was asked last. */
static int64_t wall_clock_jump;
static clockid_t last_clock;

/* Stands in for libc's function, so that a scenario can move the wall clock. */
int clock_gettime(clockid_t clock, struct timespec *time)
{
    int result = (int)syscall(SYS_clock_gettime, clock, time);
    last_clock = clock;
    if (clock == CLOCK_REALTIME)
        time->tv_sec += wall_clock_jump;
    return result;
}

/* A clock that stands still until a scenario moves it. */
typedef struct stage {
    smgw_rate_limiter *limiter;
    uint64_t now;
    unsigned sleeps;
} stage;

static uint64_t stage_now(void *context)
{
    return ((stage *)context)->now;
}

static void stage_sleep(void *context, uint64_t time)
{
    stage *s = context;
    s->sleeps++;
    s->now = time > s->now ? time : s->now;
}

static smgw_status stage_open(stage *s, uint32_t tokens, uint32_t period_ms, uint32_t max_buckets)
{
    mgw_limiter_clock clock = { stage_now, stage_sleep, s };
    smgw_rate_limiter_options options = SMGW_RATE_LIMITER_OPTIONS_INIT;
    options.tokens = tokens;
    options.period_ms = period_ms;
    options.max_buckets = max_buckets;
    return mgw_rate_limiter_new(&s->limiter, &options, &clock, NULL);
}

static bool take(stage *s, const char *key, uint32_t tokens)
{
    return smgw_rate_limiter_try(s->limiter, key, strlen(key), tokens, NULL) == SMGW_OK;
}

/* Takes one token at each time, in nanoseconds, and writes '1' for a token and '0' for none. */
static void take_at(stage *s, const uint64_t *times, size_t count, outcome *o)
{
    o->accepted = o->has_output = true;
    for (size_t i = 0; i < count; i++) {
        s->now = times[i];
        mgw_buf_add_byte(&o->output, take(s, "a", 1) ? '1' : '0');
    }
}

static void burst(stage *s, outcome *o)
{
    static const uint64_t times[4] = { 0 };
    if (stage_open(s, 3, 60000, 16) == SMGW_OK)
        take_at(s, times, 4, o);
}

static void refill(stage *s, outcome *o)
{
    static const uint64_t times[] = { 0, 0, 0, 19999999 * UINT64_C(1000), 20 * MGW_NS_PER_S };
    if (stage_open(s, 3, 60000, 16) == SMGW_OK)
        take_at(s, times, 5, o);
}

static void wall_clock_jumps(stage *s, outcome *o)
{
    static const int64_t year = 365 * 86400;
    static const int64_t jumps[] = { 0, -year, year, year };
    smgw_rate_limiter_options options = SMGW_RATE_LIMITER_OPTIONS_INIT;
    options.tokens = 3;
    options.period_ms = 3600000;
    unsigned taken = 0;
    if (smgw_rate_limiter_new(&s->limiter, &options, NULL) != SMGW_OK)
        return;
    for (size_t i = 0; i < 4; i++) {
        wall_clock_jump = jumps[i];
        taken = taken * 10 + take(s, "a", 1);
    }
    wall_clock_jump = 0;
    outcome_property(o, taken == 1110);
}

static void clock_goes_back(stage *s, outcome *o)
{
    static const uint64_t times[] = { 100, 100, 100, 50, 0, 119 };
    if (stage_open(s, 3, 60000, 16) != SMGW_OK)
        return;
    uint64_t in_ns[6];
    for (size_t i = 0; i < 6; i++)
        in_ns[i] = times[i] * MGW_NS_PER_S;
    take_at(s, in_ns, 6, o);
    outcome_property(o, mgw_bytes_equal(mgw_buf_bytes(&o->output), MGW_LIT("111000")));
}

static void endless_gap(stage *s, outcome *o)
{
    static const uint64_t times[] = { 0, 0, 0, 0, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX };
    if (stage_open(s, 3, 60000, 16) != SMGW_OK)
        return;
    take_at(s, times, 8, o);
    outcome_property(o, mgw_bytes_equal(mgw_buf_bytes(&o->output), MGW_LIT("11101110")));
}

static void no_rate(stage *s, outcome *o)
{
    o->accepted = stage_open(s, 0, 60000, 16) == SMGW_OK;
}

static void greatest_rate(stage *s, outcome *o)
{
    o->accepted = stage_open(s, UINT32_MAX, 1, 16) == SMGW_OK && take(s, "a", UINT32_MAX) && !take(s, "a", 1);
}

/* A rate below zero can only be written where it is text. */
static bool configures(char *rate)
{
    char *variables[] = { (char[]){ "EMAIL_SMTP_HOST=smtp.example.com" }, (char[]){ "EMAIL_USERNAME=ada@example.com" },
        (char[]){ "EMAIL_PASSWORD=secret" }, rate, NULL };
    mgw_config *config = NULL;
    bool loaded = mgw_config_from_environ(&config, variables, NULL) == SMGW_OK;
    mgw_config_free(config);
    return loaded;
}

static void no_window(stage *s, outcome *o)
{
    bool base = configures((char[]){ "EMAIL_RATE_LIMITS__SMTP_SENDS_PER_HOUR=1" });
    bool negative = configures((char[]){ "EMAIL_RATE_LIMITS__SMTP_SENDS_PER_HOUR=-1" });
    o->accepted = !base || negative || stage_open(s, 60, 0, 16) == SMGW_OK;
}

static void odd_amounts(stage *s, outcome *o)
{
    if (stage_open(s, 3, 60000, 16) != SMGW_OK)
        return;
    smgw_status more = smgw_rate_limiter_try(s->limiter, "a", 1, 4, NULL);
    outcome_property(o, take(s, "a", 0) && more == SMGW_ERR_INVALID && take(s, "a", 3));
}

/* The limiter's part: its memory is bounded, whatever keys come. That unknown accounts never get here is the gateway's. */
static void flood_of_names(stage *s, outcome *o)
{
    enum { NAMES = 1000000, BUCKETS = 4096 };
    unsigned taken = 0;
    if (stage_open(s, 3, 60000, BUCKETS) != SMGW_OK)
        return;
    for (unsigned i = 0; i < NAMES; i++) {
        mgw_buf name = MGW_BUF_INIT(32);
        mgw_buf_add_u64(&name, i);
        taken += take(s, mgw_buf_str(&name), 1);
        mgw_buf_free(&name);
    }
    o->accepted = taken != BUCKETS;
}

static void same_account(stage *s, outcome *o)
{
    if (stage_open(s, 3, 60000, 16) == SMGW_OK)
        outcome_property(o, take(s, "A", 3) && !take(s, "a", 1) &&
            smgw_rate_limiter_try(s->limiter, "a ", 2, 1, NULL) == SMGW_ERR_INVALID);
}

/* Each waiter is told its own time, and sleeps once until then. */
static void many_waiters(stage *s, outcome *o)
{
    enum { WAITERS = 1000 };
    mgw_rate rate = mgw_rate_of(1, 1000);
    mgw_bucket bucket = { 0 };
    bool apart = mgw_bucket_take(&bucket, &rate, 0, 1, 0) == 0;
    for (uint64_t i = 1; i <= WAITERS; i++)
        apart = apart && mgw_bucket_take(&bucket, &rate, 0, 1, UINT64_C(1) << 62) == i * MGW_NS_PER_S;
    if (stage_open(s, 1, 1000, 16) != SMGW_OK || !take(s, "a", 1))
        return;
    smgw_status waited = smgw_rate_limiter_wait(s->limiter, "a", 1, 1, 2000, NULL);
    outcome_property(o, apart && waited == SMGW_OK && s->sleeps <= 5); /* It may look up each 200 ms for a cancellation. */
}

/* CLOCK_MONOTONIC, which does not count suspend, as simplemailgw/rate_limiter.h says. */
static void suspend(stage *s, outcome *o)
{
    (void)s;
    mgw_clock_now();
    outcome_property(o, last_clock == CLOCK_MONOTONIC);
}

static void wait_for_nothing(stage *s, outcome *o)
{
    if (stage_open(s, 1, 60000, 16) != SMGW_OK || !take(s, "a", 1)) {
        o->accepted = true;
        return;
    }
    smgw_status status = smgw_rate_limiter_wait(s->limiter, "a", 1, 1, 0, NULL);
    o->accepted = status != SMGW_ERR_RATE_LIMITED || s->sleeps > 0;
}

static const struct {
    const char *input;
    void (*run)(stage *s, outcome *o);
} SCENARIOS[] = {
    { "rate=3/60s: acquire x4 at t=0", burst },
    { "acquire x3 at 0; 1 at 19.999999; 1 at 20.0", refill },
    { "CLOCK_REALTIME jumps -1y and +1y between acquires", wall_clock_jumps },
    { "monotonic clock returns a smaller value", clock_goes_back },
    { "delta = UINT64_MAX ns", endless_gap },
    { "rate=0", no_rate },
    { "rate=UINT32_MAX window=1", greatest_rate },
    { "rate=-1 or window=0", no_window },
    { "acquire(n=0), acquire(n=capacity+1)", odd_amounts },
    { "10^6 distinct unknown account names", flood_of_names },
    { "account \"A\" vs \"a\" vs \"a \"", same_account },
    { "1000 waiters on one token", many_waiters },
    { "suspend/resume 8 h", suspend },
    { "wait max_wait=0", wait_for_nothing },
};

static void rate_limiter(const row *r, outcome *o)
{
    stage s = { 0 };
    for (size_t i = 0; i < sizeof SCENARIOS / sizeof SCENARIOS[0]; i++)
        if (mgw_bytes_equal(r->input, mgw_bytes_str(SCENARIOS[i].input))) {
            SCENARIOS[i].run(&s, o);
            smgw_rate_limiter_free(s.limiter);
            return;
        }
    o->skipped = "scenario of the gateway, which charges the limiter: written as a named test, see tests/integration";
}

const surface LIMITER_SURFACES[] = {
    { "rate_limiter", rate_limiter },
    { NULL, NULL },
};
