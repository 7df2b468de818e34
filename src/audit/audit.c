/* SPDX-License-Identifier: MIT */
#include "audit/audit.h"

#include "audit/trail_file.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/write_once.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

struct mgw_audit {
    smgw_audit_options options;
    mgw_audit_clock clock;
    void *clock_context;
    int fd; /* -1 without a file descriptor behind the sink. */
    pthread_mutex_t lock; /* Guards all that follows. */
    uint64_t seq;         /* Of the record before. */
    uint64_t lost;
    bool torn; /* The last line that was written has no end. */
    bool gap;
    char line[1 + MGW_AUDIT_LINE_MAX]; /* The first byte is the line end that a torn line needs. */
};

enum { HEAD_MAX = 200, TAIL_MAX = 80 };
_Static_assert(HEAD_MAX + MGW_AUDIT_ACCOUNT_MAX + MGW_AUDIT_DETAILS_MAX + TAIL_MAX <= MGW_AUDIT_LINE_MAX,
    "every record fits its line");

static const struct {
    const char *name;
    const char *level;
} events[] = {
#define MGW_X(name, level) { #name, #level },
    MGW_AUDIT_EVENT_MAP(MGW_X)
#undef MGW_X
};

void smgw_audit_options_init(smgw_audit_options *options)
{
    *options = (smgw_audit_options)SMGW_AUDIT_OPTIONS_INIT;
}

static int64_t wall_clock(void *context)
{
    (void)context;
    return mgw_clock_wall_ms();
}

/* The name of the option that is not acceptable, or NULL. */
static const char *bad_option(const smgw_audit_options *options)
{
    if (options->struct_size != sizeof *options)
        return "audit.struct_size";
    if ((unsigned)options->sink > SMGW_AUDIT_NONE)
        return "audit.sink";
    if ((unsigned)options->on_failure > SMGW_AUDIT_WARN)
        return "audit.on_failure";
    if (options->sink == SMGW_AUDIT_FILE && (options->path == NULL || options->path[0] == '\0'))
        return "audit.path";
    if (options->sink == SMGW_AUDIT_CALLBACK && options->callback == NULL)
        return "audit.callback";
    return NULL;
}

static smgw_status open_sink(mgw_audit *audit, smgw_error *error)
{
    audit->fd = audit->options.sink == SMGW_AUDIT_STDERR ? STDERR_FILENO : -1;
    /* Whatever is opened next would take its number, and the records. */
    if (audit->options.sink == SMGW_AUDIT_STDERR && fcntl(STDERR_FILENO, F_GETFD) < 0)
        return mgw_error_set(error, SMGW_ERR_AUDIT, "audit.sink", "audit.sink: standard error is closed");
    if (audit->options.sink != SMGW_AUDIT_FILE)
        return SMGW_OK;
    mgw_audit_tail tail;
    smgw_status status = mgw_audit_file_open(audit->options.path, &audit->fd, &tail, error);
    audit->seq = tail.seq;
    audit->torn = tail.torn;
    audit->gap = tail.gap;
    return status;
}

smgw_status mgw_audit_new(mgw_audit **audit, const smgw_audit_options *options, smgw_error *error)
{
    static const smgw_audit_options defaults = SMGW_AUDIT_OPTIONS_INIT;
    *audit = NULL;
    if (options == NULL)
        options = &defaults;
    const char *bad = bad_option(options);
    if (bad != NULL)
        return mgw_error_set(error, SMGW_ERR_CONFIG, bad, "%s: missing or out of range", bad);
    mgw_audit *made = mgw_calloc(1, sizeof *made);
    if (made == NULL)
        return mgw_error_status(error, SMGW_ERR_NO_MEMORY);
    made->options = *options;
    made->clock = wall_clock;
    smgw_status status = open_sink(made, error);
    made->options.path = NULL; /* The caller's; it was needed for the opening only. */
    if (status != SMGW_OK || pthread_mutex_init(&made->lock, NULL) != 0) {
        if (made->options.sink == SMGW_AUDIT_FILE && made->fd >= 0)
            close(made->fd);
        mgw_free(made);
        return status != SMGW_OK ? status : mgw_error_status(error, SMGW_ERR_NO_MEMORY);
    }
    *audit = made;
    return SMGW_OK;
}

void mgw_audit_free(mgw_audit *audit)
{
    if (audit == NULL)
        return;
    if (audit->options.sink == SMGW_AUDIT_FILE)
        close(audit->fd);
    pthread_mutex_destroy(&audit->lock);
    mgw_free(audit);
}

void mgw_audit_set_clock(mgw_audit *audit, mgw_audit_clock clock, void *context)
{
    audit->clock = clock;
    audit->clock_context = context;
}

typedef struct line_writer {
    char *out;
    size_t len;
} line_writer;

/* Bounded by the sizes that the assertion above adds up. */
static void put(line_writer *line, const char *data, size_t len)
{
    memcpy(line->out + line->len, data, len);
    line->len += len;
}

static void put_str(line_writer *line, const char *text)
{
    put(line, text, strlen(text));
}

/* RFC 3339; years outside 1970 to 9999 are shown as the nearest moment inside. */
static void format_time(int64_t ms, char *out, size_t size)
{
    const int64_t last = INT64_C(253402300799999);
    int64_t shown = ms < 0 ? 0 : ms > last ? last : ms;
    time_t seconds = (time_t)(shown / 1000);
    struct tm utc;
    gmtime_r(&seconds, &utc);
    snprintf(out, size, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
        utc.tm_hour, utc.tm_min, utc.tm_sec, (int)(shown % 1000));
}

static void put_head(line_writer *line, mgw_audit *audit, mgw_audit_event event)
{
    char head[HEAD_MAX];
    char stamp[80];
    format_time(audit->clock(audit->clock_context), stamp, sizeof stamp);
    snprintf(head, sizeof head,
        "{\"timestamp\":\"%s\",\"seq\":%" PRIu64 ",\"level\":\"%s\",\"event\":\"%s\",\"account\":", stamp, audit->seq,
        events[event].level, events[event].name);
    put_str(line, head);
}

static void put_tail(line_writer *line, const mgw_audit *audit, bool truncated)
{
    char lost[TAIL_MAX / 2];
    if (truncated)
        put_str(line, ",\"truncated\":true");
    if (audit->gap)
        put_str(line, ",\"gap\":true");
    if (audit->lost > 0) {
        snprintf(lost, sizeof lost, ",\"lost\":%" PRIu64, audit->lost);
        put_str(line, lost);
    }
    put_str(line, "}\n");
}

/* Returns the length of the line with its end; it starts at audit->line + 1. */
static size_t compose(mgw_audit *audit, const mgw_audit_record *record)
{
    line_writer line = { audit->line + 1, 0 };
    put_head(&line, audit, record->event);
    if (record->account_len > 0) {
        put_str(&line, "\"");
        put(&line, record->account, record->account_len);
        put_str(&line, "\"");
    } else {
        put_str(&line, "null");
    }
    put_str(&line, ",\"details\":{");
    put(&line, record->details, record->details_len);
    put_str(&line, "}");
    put_tail(&line, audit, record->truncated);
    return line.len;
}

typedef enum write_result { WRITTEN, SPOILT, FAILED } write_result;

/*
 * One write. Where the line before is torn, its end goes out in front of this one. A line is spoilt where it was cut
 * short, or where it continues one that another process left torn.
 */
static write_result write_line(mgw_audit *audit, size_t len)
{
    audit->line[0] = '\n';
    const char *data = audit->torn ? audit->line : audit->line + 1;
    if (audit->torn)
        len++;
    ssize_t written = mgw_write_once(audit->fd, mgw_bytes_of(data, len));
    if (written <= 0) {
        if (written == 0)
            errno = EIO;
        return FAILED;
    }
    audit->torn = data[written - 1] != '\n';
    if ((size_t)written < len)
        return SPOILT;
    bool alone = audit->options.sink != SMGW_AUDIT_FILE || data[0] == '\n' || mgw_audit_file_starts_line(audit->fd, len);
    return alone ? WRITTEN : SPOILT;
}

/* Behind a spoilt line the record is written again; errno tells why that fails too. */
static bool write_record(mgw_audit *audit, const mgw_audit_record *record)
{
    write_result result = write_line(audit, compose(audit, record));
    if (result == SPOILT) {
        audit->gap = true;
        result = write_line(audit, compose(audit, record));
        if (result == SPOILT)
            errno = ENOSPC;
    }
    return result == WRITTEN;
}

static bool emit(mgw_audit *audit, const mgw_audit_record *record)
{
    if (audit->options.sink != SMGW_AUDIT_CALLBACK)
        return write_record(audit, record);
    size_t len = compose(audit, record) - 1;
    errno = 0;
    return audit->options.callback(audit->options.callback_context, audit->line + 1, len);
}

smgw_status mgw_audit_commit(mgw_audit_record *record, smgw_error *error)
{
    mgw_audit *audit = record->audit;
    if (audit->options.sink == SMGW_AUDIT_NONE)
        return SMGW_OK;
    pthread_mutex_lock(&audit->lock);
    audit->seq++;
    bool written = emit(audit, record);
    int reason = errno;
    audit->lost = written ? 0 : audit->lost + 1;
    if (written)
        audit->gap = false;
    pthread_mutex_unlock(&audit->lock);
    if (written || audit->options.on_failure == SMGW_AUDIT_WARN)
        return SMGW_OK;
    if (audit->options.sink == SMGW_AUDIT_CALLBACK)
        return mgw_error_set(error, SMGW_ERR_AUDIT, "audit", "audit: the callback did not take the record");
    return mgw_error_errno(error, SMGW_ERR_AUDIT, "audit: the record cannot be written", reason);
}
