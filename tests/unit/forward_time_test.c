#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "engine/space.h"
#include "ingest/serve/forward_time.h"

/* One object, in memory of its own: what it is as a time, and that all of it is taken. */
static void expect(const char *bytes, size_t len, enum sift_forward_moment moment, int64_t time_ns) {
  char *owned = malloc(len);
  assert_non_null(owned);
  memcpy(owned, bytes, len);
  struct sift_cursor cursor = sift_cursor(sift_span(owned, len));
  int64_t got = 0;
  assert_int_equal(sift_forward_take_time(&cursor, &got), moment);
  assert_true(got == time_ns);
  assert_int_equal(cursor.fault, SIFT_FAULT_NONE);
  assert_ptr_equal(cursor.at, cursor.end);
  free(owned);
}

#define EXPECT(literal, moment, time_ns) expect(literal, sizeof(literal) - 1, moment, time_ns)

static void event_times_come_in_two_forms(void **state) {
  (void)state;
  EXPECT("\xD7\x00\x69\x7D\xD7\x1E\x00\x00\x00\x05", SIFT_MOMENT_TIME, 1769854750000000005);
  EXPECT("\xC7\x08\x00\x69\x7D\xD7\x1E\x00\x00\x00\x05", SIFT_MOMENT_TIME, 1769854750000000005);
}

static void integers_are_seconds_in_any_width(void **state) {
  (void)state;
  EXPECT("\xCE\x69\x7D\xD7\x1E", SIFT_MOMENT_TIME, 1769854750000000000);
  EXPECT("\xCF\x00\x00\x00\x00\x69\x7D\xD7\x1E", SIFT_MOMENT_TIME, 1769854750000000000);
  EXPECT("\xD2\x69\x7D\xD7\x1E", SIFT_MOMENT_TIME, 1769854750000000000);
  EXPECT("\xD3\x00\x00\x00\x00\x69\x7D\xD7\x1E", SIFT_MOMENT_TIME, 1769854750000000000);
}

static void floats_have_microseconds(void **state) {
  (void)state;
  EXPECT("\xCB\x41\xDA\x5F\x75\xC7\xA0\x00\x00", SIFT_MOMENT_TIME, 1769854750500000000);
  EXPECT("\xCB\x41\xDA\x5F\x75\xC7\xBF\xFF\xFF", SIFT_MOMENT_TIME, 1769854751000000000); /* .9999998 */
  EXPECT("\xCA\x4E\xD2\xFB\xAE", SIFT_MOMENT_TIME, 1769854720000000000);
}

static void nil_and_zero_are_no_time(void **state) {
  (void)state;
  EXPECT("\xC0", SIFT_MOMENT_NONE, SIFT_TIME_NONE);
  EXPECT("\x00", SIFT_MOMENT_NONE, SIFT_TIME_NONE);
  EXPECT("\xD7\x00\x00\x00\x00\x00\x00\x00\x00\x00", SIFT_MOMENT_NONE, SIFT_TIME_NONE);
  EXPECT("\xCB\x00\x00\x00\x00\x00\x00\x00\x00", SIFT_MOMENT_NONE, SIFT_TIME_NONE);
}

static void group_markers_stand_in_a_times_place(void **state) {
  (void)state;
  EXPECT("\xD7\x00\xFF\xFF\xFF\xFF\x00\x00\x00\x00", SIFT_MOMENT_GROUP_BEGIN, SIFT_TIME_NONE);
  EXPECT("\xD7\x00\xFF\xFF\xFF\xFE\x00\x00\x00\x00", SIFT_MOMENT_GROUP_END, SIFT_TIME_NONE);
}

static void what_no_log_was_written_at_is_bad(void **state) {
  (void)state;
  EXPECT("\x01", SIFT_MOMENT_BAD, SIFT_TIME_NONE);
  EXPECT("\xFF", SIFT_MOMENT_BAD, SIFT_TIME_NONE);
  EXPECT("\xCF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", SIFT_MOMENT_BAD, SIFT_TIME_NONE);
  EXPECT("\xCF\x00\x00\x01\x9C\x11\x00\x00\x00", SIFT_MOMENT_BAD, SIFT_TIME_NONE); /* milliseconds */
  EXPECT("\xD7\x00\x69\x7D\xD7\x1E\x3B\x9A\xCA\x00", SIFT_MOMENT_BAD, SIFT_TIME_NONE);
  EXPECT("\xCE\x25\x9E\x9D\x7F", SIFT_MOMENT_BAD, SIFT_TIME_NONE); /* the second before 1990 */
  EXPECT("\xCE\x25\x9E\x9D\x80", SIFT_MOMENT_TIME, 631152000000000000);
  EXPECT("\xCB\x7F\xF8\x00\x00\x00\x00\x00\x00", SIFT_MOMENT_BAD, SIFT_TIME_NONE); /* NaN */
  EXPECT("\xCB\x7F\xEF\xFF\xFF\xFF\xFF\xFF\xFF", SIFT_MOMENT_BAD, SIFT_TIME_NONE);
  EXPECT("\xA4soon", SIFT_MOMENT_BAD, SIFT_TIME_NONE);
  EXPECT("\x81\x01\x91\x02", SIFT_MOMENT_BAD, SIFT_TIME_NONE);
  EXPECT("\xD7\x01\x69\x7D\xD7\x1E\x00\x00\x00\x05", SIFT_MOMENT_BAD, SIFT_TIME_NONE); /* another type */
}

static void a_time_cut_off_is_a_fault(void **state) {
  (void)state;
  static const char *const cut[] = {"\xD7", "\xCB\x41", "\xCE\x69\x7D", "\xA4so", ""};
  for (size_t i = 0; i < 5; i++) {
    size_t len = strlen(cut[i]);
    char *owned = malloc(len + 1);
    assert_non_null(owned);
    memcpy(owned, cut[i], len);
    struct sift_cursor cursor = sift_cursor(sift_span(owned, len));
    int64_t time_ns = 0;
    sift_forward_take_time(&cursor, &time_ns);
    assert_int_equal(cursor.fault, SIFT_FAULT_SHORT);
    free(owned);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(event_times_come_in_two_forms),
      cmocka_unit_test(integers_are_seconds_in_any_width),
      cmocka_unit_test(floats_have_microseconds),
      cmocka_unit_test(nil_and_zero_are_no_time),
      cmocka_unit_test(group_markers_stand_in_a_times_place),
      cmocka_unit_test(what_no_log_was_written_at_is_bad),
      cmocka_unit_test(a_time_cut_off_is_a_fault),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
