/* SPDX-License-Identifier: MIT */
#include "text/date.h"

#include <stdio.h>

enum { DATE_BYTES_MAX = 256, YEAR_MIN = 1900, YEAR_MAX = 9999 };

static const char MONTHS[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
static const char WEEKDAYS[7][4] = { "Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed" }; /* 1970 began on a Thursday. */

typedef struct civil {
    unsigned year;
    unsigned month; /* 1 to 12. */
    unsigned day;
    unsigned hour;
    unsigned minute;
    unsigned second; /* 60 is a leap second. */
    int offset;      /* Seconds that local time is ahead of UTC. */
} civil;

static bool is_leap_year(unsigned year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static unsigned days_in_month(unsigned year, unsigned month)
{
    static const unsigned char days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    return month == 2 && is_leap_year(year) ? 29 : days[month - 1];
}

static bool day_exists(unsigned year, unsigned month, unsigned day)
{
    return year >= YEAR_MIN && year <= YEAR_MAX && month >= 1 && month <= 12 && day >= 1 &&
        day <= days_in_month(year, month);
}

static int64_t days_before_year(unsigned year)
{
    int64_t past = (int64_t)year - 1;
    return past * 365 + past / 4 - past / 100 + past / 400;
}

/* Days since 1970-01-01. */
static int64_t day_number(unsigned year, unsigned month, unsigned day)
{
    int64_t days = days_before_year(year) - days_before_year(1970);
    for (unsigned m = 1; m < month; m++)
        days += days_in_month(year, m);
    return days + day - 1;
}

static bool to_seconds(const civil *date, int64_t *seconds)
{
    if (!day_exists(date->year, date->month, date->day) || date->hour > 23 || date->minute > 59 || date->second > 60)
        return false;
    int64_t days = day_number(date->year, date->month, date->day);
    *seconds = ((days * 24 + date->hour) * 60 + date->minute) * 60 + date->second - date->offset;
    return true;
}

/* The month, 1 to 12, that a name such as "Nov" stands for; 0 for none. */
static unsigned month_named(mgw_bytes name)
{
    for (unsigned i = 0; i < 12; i++)
        if (mgw_bytes_equal_fold(name, mgw_bytes_of(MONTHS[i], 3)))
            return i + 1;
    return 0;
}

bool mgw_date_format(int64_t seconds, char out[MGW_DATE_SIZE])
{
    enum { DAY = 86400 };
    int64_t days = seconds / DAY - (seconds % DAY < 0 ? 1 : 0);
    if (days < day_number(YEAR_MIN, 1, 1) || days > day_number(YEAR_MAX, 12, 31))
        return false;
    unsigned in_day = (unsigned)(seconds - days * DAY);

    unsigned year = (unsigned)(1970 + days / 366); /* At most a few years too early or, before 1970, too late. */
    while (day_number(year, 1, 1) > days)
        year--;
    while (day_number(year, 12, 31) < days)
        year++;
    unsigned month = 1;
    while (day_number(year, month, days_in_month(year, month)) < days)
        month++;
    unsigned day = (unsigned)(days - day_number(year, month, 1)) + 1;
    size_t weekday = (size_t)((days % 7 + 7) % 7);
    snprintf(out, MGW_DATE_SIZE, "%s, %02u %s %04u %02u:%02u:%02u +0000", WEEKDAYS[weekday], day % 100,
        MONTHS[month - 1], year % 10000, in_day / 3600 % 24, in_day / 60 % 60, in_day % 60);
    return true;
}

/* A reader over the text that is left. */
typedef struct cursor {
    mgw_bytes rest;
} cursor;

static void advance(cursor *c, size_t count)
{
    c->rest = mgw_bytes_slice(c->rest, count, c->rest.len);
}

static unsigned char peek(const cursor *c)
{
    return c->rest.len > 0 ? (unsigned char)c->rest.data[0] : 0;
}

static bool take(cursor *c, char expected)
{
    if (c->rest.len == 0 || c->rest.data[0] != expected)
        return false;
    advance(c, 1);
    return true;
}

/* A number of `min` to `max` digits, not followed by a further one. */
static bool take_number(cursor *c, size_t min, size_t max, unsigned *number)
{
    size_t digits = 0;
    unsigned value = 0;
    for (; digits < c->rest.len && mgw_is_digit((unsigned char)c->rest.data[digits]); digits++) {
        if (digits == max)
            return false;
        value = value * 10 + (unsigned)(c->rest.data[digits] - '0');
    }
    if (digits < min)
        return false;
    advance(c, digits);
    *number = value;
    return true;
}

static mgw_bytes take_word(cursor *c)
{
    size_t len = 0;
    while (len < c->rest.len && mgw_is_alpha((unsigned char)c->rest.data[len]))
        len++;
    mgw_bytes word = mgw_bytes_slice(c->rest, 0, len);
    advance(c, len);
    return word;
}

static bool take_month(cursor *c, unsigned *month)
{
    *month = month_named(take_word(c));
    return *month != 0;
}

/* Skips a comment, which may hold others (CFWS of RFC 5322 section 3.2.2). False where it does not end. */
static bool skip_comment(cursor *c)
{
    size_t depth = 0;
    do {
        switch (peek(c)) {
        case '(':
            depth++;
            break;
        case ')':
            depth--;
            break;
        case '\\':
            advance(c, 1);
            break;
        default:
            break;
        }
        advance(c, 1);
    } while (depth > 0 && c->rest.len > 0);
    return depth == 0;
}

static bool skip_space(cursor *c)
{
    while (c->rest.len > 0) {
        unsigned char next = peek(c);
        if (next == '(') {
            if (!skip_comment(c))
                return false;
        } else if (mgw_is_wsp(next) || next == '\r' || next == '\n') {
            advance(c, 1);
        } else {
            return true;
        }
    }
    return true;
}

/* The name before the comma; which one it is does not matter, the date says it better. */
static bool take_weekday(cursor *c)
{
    if (!mgw_is_alpha(peek(c)))
        return true;
    take_word(c);
    return skip_space(c) && take(c, ',') && skip_space(c);
}

/* Years of two and three digits count as RFC 5322 section 4.3 says. */
static bool take_year(cursor *c, unsigned *year)
{
    size_t before = c->rest.len;
    if (!take_number(c, 2, 4, year))
        return false;
    size_t digits = before - c->rest.len;
    if (digits == 2)
        *year += *year < 50 ? 2000 : 1900;
    else if (digits == 3)
        *year += 1900;
    return true;
}

static bool take_time(cursor *c, civil *date)
{
    if (!take_number(c, 1, 2, &date->hour) || !skip_space(c) || !take(c, ':') || !skip_space(c) ||
        !take_number(c, 2, 2, &date->minute) || !skip_space(c))
        return false;
    if (!take(c, ':'))
        return true;
    return skip_space(c) && take_number(c, 2, 2, &date->second);
}

/* The zones of RFC 5322 section 4.3; any other name says nothing, which that section reads as -0000. */
static int zone_named(mgw_bytes name)
{
    static const struct {
        char name[4];
        int hours;
    } zones[] = {
        { "EST", -5 }, { "EDT", -4 }, { "CST", -6 }, { "CDT", -5 },
        { "MST", -7 }, { "MDT", -6 }, { "PST", -8 }, { "PDT", -7 },
    };
    for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++)
        if (mgw_bytes_equal_fold(name, mgw_bytes_str(zones[i].name)))
            return zones[i].hours * 3600;
    return 0;
}

static bool take_offset(cursor *c, int *offset)
{
    int sign = peek(c) == '-' ? -1 : 1;
    unsigned hhmm = 0;
    if (!(take(c, '+') || take(c, '-')) || !take_number(c, 4, 4, &hhmm) || hhmm % 100 > 59)
        return false;
    *offset = sign * (int)(hhmm / 100 * 3600 + hhmm % 100 * 60);
    return true;
}

static bool take_zone(cursor *c, int *offset)
{
    if (c->rest.len == 0)
        return true;
    if (!mgw_is_alpha(peek(c)))
        return take_offset(c, offset);
    *offset = zone_named(take_word(c));
    return true;
}

bool mgw_date_parse(mgw_bytes text, int64_t *seconds)
{
    if (text.len > DATE_BYTES_MAX)
        return false;
    cursor c = { text };
    civil date = { 0 };
    bool ok = skip_space(&c) && take_weekday(&c) && take_number(&c, 1, 2, &date.day) && skip_space(&c) &&
        take_month(&c, &date.month) && skip_space(&c) && take_year(&c, &date.year) && skip_space(&c) &&
        take_time(&c, &date) && skip_space(&c) && take_zone(&c, &date.offset) && skip_space(&c);
    return ok && c.rest.len == 0 && to_seconds(&date, seconds);
}

/* "1-Jan-2024", with the day in `min_digits` or two digits. */
static bool take_imap_date(cursor *c, size_t min_digits, civil *date)
{
    return take_number(c, min_digits, 2, &date->day) && take(c, '-') && take_month(c, &date->month) && take(c, '-') &&
        take_number(c, 4, 4, &date->year);
}

bool mgw_date_parse_internal(mgw_bytes text, int64_t *seconds)
{
    cursor c = { text };
    civil date = { 0 };
    size_t day_digits = take(&c, ' ') ? 1 : 2; /* date-day-fixed: a day below 10 is padded with a space. */
    bool ok = take_imap_date(&c, day_digits, &date) && take(&c, ' ') && take_number(&c, 2, 2, &date.hour) &&
        take(&c, ':') && take_number(&c, 2, 2, &date.minute) && take(&c, ':') &&
        take_number(&c, 2, 2, &date.second) && take(&c, ' ') && take_offset(&c, &date.offset);
    return ok && c.rest.len == 0 && to_seconds(&date, seconds);
}

bool mgw_date_to_imap(mgw_bytes iso, char out[MGW_DATE_IMAP_SIZE])
{
    cursor c = { iso };
    unsigned year = 0, month = 0, day = 0;
    bool ok = take_number(&c, 4, 4, &year) && take(&c, '-') && take_number(&c, 2, 2, &month) && take(&c, '-') &&
        take_number(&c, 2, 2, &day) && c.rest.len == 0;
    if (!ok || !day_exists(year, month, day))
        return false;
    snprintf(out, MGW_DATE_IMAP_SIZE, "%u-%s-%04u", day % 100, MONTHS[month - 1], year % 10000);
    return true;
}

bool mgw_date_is_imap(mgw_bytes text)
{
    cursor c = { text };
    civil date = { 0 };
    return take_imap_date(&c, 1, &date) && c.rest.len == 0 && day_exists(date.year, date.month, date.day);
}
