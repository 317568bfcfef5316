#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/strike.h"

static const int64_t WINDOW_NS = SIFT_WINDOW_SECONDS * INT64_C(1000000000);

static void strike(struct sift_fleet *fleet, uint32_t class_index, int64_t time_ns, uint64_t hash) {
  assert_int_equal(test_strike(fleet, test_class_series(class_index), time_ns, hash), SIFT_OK);
}

static void a_window_holds_what_falls_into_its_five_minutes(void **state) {
  (void)state;
  struct sift_fleet fleet;
  sift_fleet_init(&fleet);
  strike(&fleet, 0, 2 * WINDOW_NS, 1);
  strike(&fleet, 0, 3 * WINDOW_NS - 1, 2);
  strike(&fleet, 0, 3 * WINDOW_NS, 1);
  assert_int_equal(fleet.window_count, 2);
  assert_int_equal(fleet.windows[0].start_s, 600);
  assert_int_equal(sift_sketch_estimate(&fleet.windows[0].spaces), 2);
  assert_int_equal(sift_sketch_estimate(&fleet.windows[1].spaces), 1);
  sift_fleet_release(&fleet);
}

static void times_before_1970_fall_into_the_window_that_begins_before_them(void **state) {
  (void)state;
  struct sift_fleet fleet;
  sift_fleet_init(&fleet);
  strike(&fleet, 0, -1, 1);
  strike(&fleet, 0, -WINDOW_NS, 2);
  assert_int_equal(fleet.window_count, 1);
  assert_int_equal(fleet.windows[0].start_s, -300);
  sift_fleet_release(&fleet);
}

static void undated_strikes_belong_to_no_window(void **state) {
  (void)state;
  struct sift_fleet fleet;
  sift_fleet_init(&fleet);
  strike(&fleet, 0, SIFT_TIME_NONE, 1);
  assert_int_equal(fleet.window_count, 0);
  sift_fleet_release(&fleet);
}

static void windows_are_sorted_by_class_then_start(void **state) {
  (void)state;
  struct sift_fleet fleet;
  sift_fleet_init(&fleet);
  for (int64_t i = 0; i < 500; i++) {
    strike(&fleet, (uint32_t)(i % 7), (i * 263 % 500) * WINDOW_NS, 1);
  }
  assert_int_equal(fleet.window_count, 500);
  for (size_t i = 1; i < fleet.window_count; i++) {
    const struct sift_window *a = &fleet.windows[i - 1];
    const struct sift_window *b = &fleet.windows[i];
    assert_true(a->series.class_index < b->series.class_index ||
                (a->series.class_index == b->series.class_index && a->start_s < b->start_s));
  }
  sift_fleet_release(&fleet);
}

static void the_newest_windows_of_each_class_stay(void **state) {
  (void)state;
  struct sift_fleet rising, falling;
  sift_fleet_init(&rising);
  sift_fleet_init(&falling);
  const int64_t count = SIFT_WINDOWS_MAX + 300;
  for (int64_t i = 0; i < count; i++) {
    strike(&rising, 1, i * WINDOW_NS, 1);
    strike(&falling, 1, (count - 1 - i) * WINDOW_NS, 1);
  }
  strike(&rising, 0, 0, 1);
  strike(&rising, 2, 0, 1);
  assert_int_equal(rising.window_count, SIFT_WINDOWS_MAX + 2);
  assert_int_equal(rising.windows[0].series.class_index, 0);
  assert_int_equal(rising.windows[1].start_s, 300 * SIFT_WINDOW_SECONDS);
  assert_int_equal(falling.window_count, SIFT_WINDOWS_MAX);
  for (size_t i = 0; i < SIFT_WINDOWS_MAX; i++) {
    assert_int_equal(falling.windows[i].start_s, rising.windows[i + 1].start_s);
  }
  sift_fleet_release(&rising);
  sift_fleet_release(&falling);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_window_holds_what_falls_into_its_five_minutes),
      cmocka_unit_test(times_before_1970_fall_into_the_window_that_begins_before_them),
      cmocka_unit_test(undated_strikes_belong_to_no_window),
      cmocka_unit_test(windows_are_sorted_by_class_then_start),
      cmocka_unit_test(the_newest_windows_of_each_class_stay),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
