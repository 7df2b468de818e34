/* SPDX-License-Identifier: MIT */
#include "unit/text/rows.h"

#include "text/date.h"

static void formats_and_reads_back(void **state)
{
    (void)state;
    static const struct {
        int64_t seconds;
        const char *text;
    } rows[] = {
        { 0, "Thu, 01 Jan 1970 00:00:00 +0000" },
        { -1, "Wed, 31 Dec 1969 23:59:59 +0000" },
        { 951782400, "Tue, 29 Feb 2000 00:00:00 +0000" },
        { 1795376920, "Sun, 22 Nov 2026 19:48:40 +0000" },
        { -2208988800, "Mon, 01 Jan 1900 00:00:00 +0000" },
        { 253402300799, "Fri, 31 Dec 9999 23:59:59 +0000" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char out[MGW_DATE_SIZE];
        int64_t back = 0;
        assert_true(mgw_date_format(rows[i].seconds, out));
        assert_string_equal(out, rows[i].text);
        assert_true(mgw_date_parse(mgw_bytes_str(out), &back));
        assert_int_equal(back, rows[i].seconds);
    }
    char out[MGW_DATE_SIZE];
    assert_false(mgw_date_format(-2208988801, out));
    assert_false(mgw_date_format(253402300800, out));
    assert_false(mgw_date_format(INT64_MIN, out));
    assert_false(mgw_date_format(INT64_MAX, out));
}

static void every_day_for_centuries(void **state)
{
    (void)state;
    for (int64_t day = -25567; day < 100000; day++) {
        char out[MGW_DATE_SIZE];
        int64_t back = 0;
        assert_true(mgw_date_format(day * 86400 + 86399, out));
        assert_true(mgw_date_parse(mgw_bytes_str(out), &back));
        assert_int_equal(back, day * 86400 + 86399);
    }
}

static void dates_of_messages(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t seconds;
    } rows[] = {
        { "Thu, 1 Jan 1970 00:00:00 +0000", 0 },
        { "1 Jan 1970 00:00 GMT", 0 },
        { "1 Jan 1970 00:00", 0 },
        { "1 jan 70 0:00:00 UT", 0 },
        { "1 Jan 070 00:00:00 Z", 0 },
        { "Thu,1 Jan 1970 00:00:00 EST", 18000 },
        { "1 Jan 1970 00:00:00 PDT", 25200 },
        { "1 Jan 1970 00:00:00 +0130", -5400 },
        { "1 Jan 1970 00:00:00 -0130", 5400 },
        { "1 Jan 1970 00:00:60 +0000", 60 },
        { "1 Jan 49 00:00:00 +0000", 2493072000 },
        { "Thu, 1 Jan\r\n 1970 00:00:00 +0000 (UTC)", 0 },
        { " (a (b) \\) c) Thu (x) , (y) 1 Jan 1970 00 : 00 : 00 +0000 ", 0 },
        { "1 Jan 1970 00:00:00 WET", 0 },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int64_t seconds = 99;
        if (!mgw_date_parse(mgw_bytes_str(rows[i].text), &seconds) || seconds != rows[i].seconds)
            fail_msg("%s: %lld", rows[i].text, (long long)seconds);
    }
}

static void no_dates_of_messages(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "", " ", "x", "Thu", "Thu,", "1", "1 Jan", "1 Jan 1970", "1 Jan 1970 00", "1 Jan 1970 00:0", "0 Jan 1970 00:00",
        "32 Jan 1970 00:00", "29 Feb 1970 00:00", "1 Foo 1970 00:00", "1 January 1970 00:00", "1 Jan 1 00:00",
        "1 Jan 10000 00:00", "1 Jan 1899 00:00", "1 Jan 1970 24:00", "1 Jan 1970 00:60", "1 Jan 1970 00:00:61",
        "1 Jan 1970 00:00:00 +000", "1 Jan 1970 00:00:00 +00000", "1 Jan 1970 00:00:00 +0060", "1 Jan 1970 00:00:00 + 0000",
        "1 Jan 1970 00:00:00 +0000 x", "1 Jan 1970 00:00:00 (", "1 Jan 1970 00:00:00 ((a)", "(", "(\\", "((((", ")",
        "Thu 1 Jan 1970 00:00:00", "001 Jan 1970 00:00", "-1 Jan 1970 00:00", "2026-11-22T19:48:39Z",
    };
    int64_t seconds = 99;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (mgw_date_parse(mgw_bytes_str(rows[i]), &seconds))
            fail_msg("accepted: %s", rows[i]);
    assert_false(mgw_date_parse(MGW_LIT("1 Jan 1970 00:00\0"), &seconds));
    char *comments = repeat('(', 100000);
    assert_false(mgw_date_parse(mgw_bytes_of(comments, 100000), &seconds));
    free(comments);
    assert_int_equal(seconds, 99);
}

static void length_of_a_date(void **state)
{
    (void)state;
    char *text = repeat(' ', 257);
    memcpy(text, "1 Jan 1970 00:00", 16);
    int64_t seconds = 99;
    assert_true(mgw_date_parse(mgw_bytes_of(text, 256), &seconds));
    assert_int_equal(seconds, 0);
    assert_false(mgw_date_parse(mgw_bytes_of(text, 257), &seconds));
    free(text);
}

static void internal_dates(void **state)
{
    (void)state;
    int64_t seconds = 99;
    assert_true(mgw_date_parse_internal(MGW_LIT("01-Jan-1970 00:00:01 +0000"), &seconds));
    assert_int_equal(seconds, 1);
    assert_true(mgw_date_parse_internal(MGW_LIT(" 1-JAN-1970 02:00:00 +0200"), &seconds));
    assert_int_equal(seconds, 0);
    static const char *const bad[] = {
        "", "1-Jan-1970 00:00:01 +0000", "01-Jan-1970 00:00 +0000", "01-Jan-70 00:00:01 +0000",
        "01-Jan-1970 00:00:01", "01-Jan-1970 00:00:01 GMT", "01-Jan-1970 00:00:01 +0000 ", "31-Feb-1970 00:00:01 +0000",
        "01-Jan-1970  00:00:01 +0000", "  1-Jan-1970 00:00:01 +0000",
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        if (mgw_date_parse_internal(mgw_bytes_str(bad[i]), &seconds))
            fail_msg("accepted: %s", bad[i]);
    assert_int_equal(seconds, 0);
}

static void dates_of_imap(void **state)
{
    (void)state;
    char out[MGW_DATE_IMAP_SIZE];
    assert_true(mgw_date_to_imap(MGW_LIT("2026-11-22"), out));
    assert_string_equal(out, "22-Nov-2026");
    assert_true(mgw_date_to_imap(MGW_LIT("2024-02-29"), out));
    assert_string_equal(out, "29-Feb-2024");
    assert_true(mgw_date_to_imap(MGW_LIT("9999-12-01"), out));
    assert_string_equal(out, "1-Dec-9999");
    static const char *const bad[] = { "", "2026-11-2", "2026-1-22", "26-11-22", "2026-13-01", "2026-00-01", "2026-01-00",
        "2023-02-29", "1900-02-29", "2026-11-22 ", " 2026-11-22", "2026/11/22", "1899-01-01", "10000-01-01", "+026-01-01" };
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        if (mgw_date_to_imap(mgw_bytes_str(bad[i]), out))
            fail_msg("accepted: %s", bad[i]);
    assert_true(mgw_date_is_imap(MGW_LIT("1-Jan-2024")));
    assert_true(mgw_date_is_imap(MGW_LIT("01-jAN-2024")));
    assert_false(mgw_date_is_imap(MGW_LIT("001-Jan-2024")));
    assert_false(mgw_date_is_imap(MGW_LIT("1-Jan-2024 ")));
    assert_false(mgw_date_is_imap(MGW_LIT("30-Feb-2024")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formats_and_reads_back), cmocka_unit_test(every_day_for_centuries),
        cmocka_unit_test(dates_of_messages),      cmocka_unit_test(no_dates_of_messages),
        cmocka_unit_test(length_of_a_date),       cmocka_unit_test(internal_dates),
        cmocka_unit_test(dates_of_imap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
