/* SPDX-License-Identifier: MIT */
/* A trail in a directory of its own, on a clock that stands, whose writes fail when a test says so. */
#ifndef TESTS_UNIT_AUDIT_FIXTURE_H
#define TESTS_UNIT_AUDIT_FIXTURE_H

#include "support/test.h"

#include "audit/audit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What the next writes to a file descriptor meet; the library's write() ends here. */
typedef struct fault {
    int error;    /* The write fails with this, or 0. */
    size_t bytes; /* Where error is 0: no more than this is written. */
} fault;

static const fault *faults;
static size_t faults_left;
static unsigned writes;

ssize_t write(int fd, const void *data, size_t len)
{
    writes++;
    if (faults_left > 0) {
        const fault next = *faults++;
        faults_left--;
        if (next.error != 0) {
            errno = next.error;
            return -1;
        }
        if (len > next.bytes)
            len = next.bytes;
    }
    return (ssize_t)syscall(SYS_write, fd, data, len);
}

static inline void meet(const fault *list, size_t count)
{
    faults = list;
    faults_left = count;
    writes = 0;
}

typedef struct fixture {
    char directory[64];
    char path[100];
    int64_t now;
    bool refuse;
    char taken[MGW_AUDIT_LINE_MAX];
} fixture;

static inline int setup(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    if (f == NULL)
        return -1;
    snprintf(f->directory, sizeof f->directory, "/tmp/smgw-audit-XXXXXX");
    if (mkdtemp(f->directory) == NULL)
        return -1;
    snprintf(f->path, sizeof f->path, "%s/trail", f->directory);
    *state = f;
    return 0;
}

static inline int teardown(void **state)
{
    fixture *f = *state;
    meet(NULL, 0);
    unlink(f->path);
    rmdir(f->directory);
    free(f);
    return 0;
}

static inline int64_t fake_clock(void *context)
{
    const fixture *f = context;
    return f->now;
}

static inline bool take(void *context, const char *record, size_t len)
{
    fixture *f = context;
    if (f->refuse)
        return false;
    memcpy(f->taken, record, len);
    f->taken[len] = '\0';
    return true;
}

static inline mgw_audit *open_audit(fixture *f, smgw_audit_sink sink, smgw_audit_failure on_failure)
{
    smgw_audit_options options = SMGW_AUDIT_OPTIONS_INIT;
    options.sink = sink;
    options.path = f->path;
    options.callback = take;
    options.callback_context = f;
    options.on_failure = on_failure;
    mgw_audit *audit = NULL;
    smgw_error error = SMGW_ERROR_INIT;
    assert_int_equal(mgw_audit_new(&audit, &options, &error), SMGW_OK);
    mgw_audit_set_clock(audit, fake_clock, f);
    return audit;
}

static inline smgw_status emit(mgw_audit *audit, uint64_t number, smgw_error *error)
{
    mgw_audit_record record;
    mgw_audit_begin(&record, audit, MGW_AUDIT_EMAIL_SENT, MGW_LIT("work"));
    mgw_audit_u64(&record, "n", number);
    return mgw_audit_commit(&record, error);
}

#define LINE(seq, n) \
    "{\"timestamp\":\"1970-01-01T00:00:00.000Z\",\"seq\":" seq ",\"level\":\"INFO\",\"event\":\"EMAIL_SENT\"," \
    "\"account\":\"work\",\"details\":{\"n\":" n "}"

#define WITH_PLACE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

#endif
