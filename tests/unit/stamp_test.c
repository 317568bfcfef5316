#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <time.h>

#include "engine/space.h"
#include "engine/stamp.h"

#define S INT64_C(1000000000)
#define BASE (INT64_C(1706696430) * S) /* 2024-01-31T10:20:30Z */

static int64_t read(const char *line) {
  return sift_stamp_read(sift_span_of(line), SIFT_TIME_NONE);
}

static int64_t parse(const char *value) {
  return sift_stamp_parse(sift_span_of(value));
}

static void every_form_of_a_line_is_read(void **state) {
  (void)state;
  assert_int_equal(read("2024-01-31T10:20:30Z started"), BASE);
  assert_int_equal(read("2024-01-31T10:20:30.25Z stdout F x"), BASE + S / 4);
  assert_int_equal(read("2024-01-31T10:20:30.123456789+00:00"), BASE + 123456789);
  assert_int_equal(read("2024-01-31 10:20:30,123 - app - INFO"), BASE + 123000000);
  assert_int_equal(read("[2024-01-31 10:20:30 +0000] [7] [INFO]"), BASE);
  assert_int_equal(read("2024-01-31 15:50:30 +0530 x"), BASE);
  assert_int_equal(read("2024-01-31T05:20:30-05:00"), BASE);
  assert_int_equal(read("===== Application Startup at 2024-01-31 10:20:30 ====="), BASE);
  assert_int_equal(read("===== Build Queued at 2024-01-31 10:20:30 / Commit SHA: abc1234 ====="), BASE);
  assert_int_equal(read("<34>1 2024-01-31T10:20:30.003Z host app"), BASE + 3000000);
}

static void the_first_time_of_a_line_counts_and_late_ones_do_not(void **state) {
  (void)state;
  assert_int_equal(read("a 2024-01-31 10:20:30 b 2025-01-31 10:20:30"), BASE);
  assert_int_equal(read("2024-13-31 10:20:30 2024-01-31 10:20:30"), BASE);
  char line[200];
  memset(line, 'x', sizeof line);
  memcpy(line + 109, "2024-01-31 10:20:30", 19);
  assert_int_equal(sift_stamp_read(sift_span(line, sizeof line), SIFT_TIME_NONE), BASE);
  memset(line, 'x', sizeof line);
  memcpy(line + 110, "2024-01-31 10:20:30", 19);
  assert_int_equal(sift_stamp_read(sift_span(line, sizeof line), SIFT_TIME_NONE), SIFT_TIME_NONE);
}

static void what_is_no_time_is_none(void **state) {
  (void)state;
  const char *const lines[] = {"",
                               "-",
                               "2024-01-31",
                               "2024-01-31 10:20",
                               "2024-02-30 10:20:30",
                               "2023-02-29 10:20:30",
                               "2024-01-31 24:20:30",
                               "2024-01-31 10:60:30",
                               "2024-01-31 10:20:61",
                               "1989-12-31 23:59:59",
                               "2101-01-01 00:00:00",
                               "12024-01-31 10:20:30",
                               "2024-01-31_10:20:30",
                               "2024-00-31 10:20:30",
                               "2024/01/31 10:20:30",
                               "0000-00-00 00:00:00"};
  for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
    assert_int_equal(read(lines[i]), SIFT_TIME_NONE);
  }
  assert_int_equal(read("2024-02-29 00:00:00"), INT64_C(1709164800) * S);
}

static void a_leap_second_is_the_one_before(void **state) {
  (void)state;
  assert_int_equal(read("2016-12-31T23:59:60Z"), read("2016-12-31T23:59:59Z"));
}

static void a_dash_behind_a_time_is_no_zone_unless_it_is_one(void **state) {
  (void)state;
  assert_int_equal(read("2024-01-31 10:20:30 - app"), BASE);
  assert_int_equal(read("2024-01-31 10:20:30 -42"), BASE);
  assert_int_equal(read("2024-01-31 10:20:30-INFO"), BASE);
  assert_int_equal(read("2024-01-31 10:20:30 -12345"), BASE);
  assert_int_equal(read("2024-01-31 10:20:30 -9999"), BASE);
}

static void a_time_in_a_zone_that_is_none_is_not_taken_for_utc(void **state) {
  (void)state;
  const char *const lines[] = {"2024-01-31T10:20:30+99:99",  "2024-01-31T10:20:30.5+24:00", "2024-01-31 10:20:30 -05:60",
                               "2024-01-31 10:20:30 +99:99", "2024-01-31T10:20:30-9999",    "2024-01-31 10:20:30,123+2400 x"};
  for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
    assert_int_equal(read(lines[i]), SIFT_TIME_NONE);
    assert_int_equal(parse(lines[i]), SIFT_TIME_NONE);
  }
  assert_int_equal(read("2024-01-31T10:20:30+23:59"), BASE - (23 * 60 + 59) * 60 * S);
  assert_int_equal(read("2024-01-31T10:20:30-2359"), BASE + (23 * 60 + 59) * 60 * S);
  assert_int_equal(read("2024-01-31T10:20:30+99:99 2024-01-31T10:20:30Z"), BASE);
}

static void syslog_takes_the_year_nearest(void **state) {
  (void)state;
  struct sift_span line = sift_span_of("Jan 31 10:20:30 host sshd: x");
  assert_int_equal(sift_stamp_read(line, BASE + 86400 * S), BASE);
  assert_int_equal(sift_stamp_read(line, SIFT_TIME_NONE), SIFT_TIME_NONE);
  struct sift_span december = sift_span_of("Dec 31 23:59:00 host x");
  assert_int_equal(sift_stamp_read(december, BASE), read("2023-12-31T23:59:00Z"));
  struct sift_span january = sift_span_of("Jan  1 00:00:01 host x");
  assert_int_equal(sift_stamp_read(january, read("2023-12-31T23:59:00Z")), read("2024-01-01T00:00:01Z"));
  assert_int_equal(sift_stamp_read(sift_span_of("Feb 29 00:00:00 x"), read("2023-03-01T00:00:00Z")), read("2024-02-29T00:00:00Z"));
  assert_int_equal(sift_stamp_read(sift_span_of("x Jan 31 10:20:30"), BASE), SIFT_TIME_NONE);
}

static void numbers_tell_their_unit_by_size(void **state) {
  (void)state;
  assert_int_equal(parse("1706696430"), BASE);
  assert_int_equal(parse("1706696430.25"), BASE + S / 4);
  assert_int_equal(parse("1706696430.123456789"), BASE + 123456789);
  assert_int_equal(parse("1706696430250"), BASE + S / 4);
  assert_int_equal(parse("1706696430250000"), BASE + S / 4);
  assert_int_equal(parse("1706696430250000001"), BASE + S / 4 + 1);
  assert_int_equal(parse("1.70669643025e9"), BASE + S / 4);
  assert_int_equal(parse(" 1706696430 "), BASE);
  assert_int_equal(parse("2024-01-31T10:20:30Z"), BASE);
}

static void absurd_numbers_are_none(void **state) {
  (void)state;
  const char *const values[] = {"0",           "-1",           "1",          "99999999999999999999999999",
                                "1e999999999", "1e-999999999", "9999999999", "1.2.3",
                                "0x10",        "nan",          "",           " ",
                                "+5",          "1706696430s"};
  for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
    assert_int_equal(parse(values[i]), SIFT_TIME_NONE);
  }
}

static void formatting_and_reading_are_inverse(void **state) {
  (void)state;
  int64_t times[] = {BASE, BASE + 1, BASE + 250 * 1000000, BASE + 999999999, INT64_C(631152000) * S, INT64_C(4133980799) * S};
  for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
    char text[36];
    size_t len = sift_stamp_format(times[i], text);
    assert_int_equal(len, strlen(text));
    assert_int_equal(parse(text), times[i]);
  }
  char text[36];
  assert_int_equal(sift_stamp_format(SIFT_TIME_NONE, text), 0);
  assert_string_equal(text, "");
  sift_stamp_format(BASE, text);
  assert_string_equal(text, "2024-01-31T10:20:30Z");
  sift_stamp_format(BASE + 5 * 1000000, text);
  assert_string_equal(text, "2024-01-31T10:20:30.005Z");
  sift_stamp_format(-1, text);
  assert_string_equal(text, "1969-12-31T23:59:59.999999999Z");
  assert_true(sift_stamp_format(INT64_MAX, text) < 36);
  assert_true(sift_stamp_format(INT64_MIN + 1, text) < 36);
}

static void every_day_agrees_with_the_c_library(void **state) {
  (void)state;
  for (int64_t s = INT64_C(631152000) + 86399; s < INT64_C(4133980800); s += 86400) {
    time_t when = (time_t)s;
    struct tm t;
    char want[36];
    char got[36];
    gmtime_r(&when, &t);
    strftime(want, sizeof want, "%Y-%m-%dT%H:%M:%SZ", &t);
    sift_stamp_format(s * S, got);
    assert_string_equal(got, want);
    assert_int_equal(read(want), s * S);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_form_of_a_line_is_read),
      cmocka_unit_test(the_first_time_of_a_line_counts_and_late_ones_do_not),
      cmocka_unit_test(what_is_no_time_is_none),
      cmocka_unit_test(a_leap_second_is_the_one_before),
      cmocka_unit_test(a_dash_behind_a_time_is_no_zone_unless_it_is_one),
      cmocka_unit_test(a_time_in_a_zone_that_is_none_is_not_taken_for_utc),
      cmocka_unit_test(syslog_takes_the_year_nearest),
      cmocka_unit_test(numbers_tell_their_unit_by_size),
      cmocka_unit_test(absurd_numbers_are_none),
      cmocka_unit_test(formatting_and_reading_are_inverse),
      cmocka_unit_test(every_day_agrees_with_the_c_library),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
