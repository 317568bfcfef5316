#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tools/measure/statistics.h"

static void near_to(double value, double expected, double error) {
  assert_true(fabs(value - expected) <= error);
}

static void the_median_does_not_care_for_order_or_outliers(void **state) {
  (void)state;
  static const double odd[] = {5, 1, 1000, 3, 2};
  static const double even[] = {4, 1, 3, 2};
  near_to(sift_median(odd, 5), 3, 0);
  near_to(sift_median(even, 4), 2.5, 0);
  near_to(sift_median(NULL, 0), 0, 0);
}

static void the_spread_is_half_of_what_lies_between_the_quartiles(void **state) {
  (void)state;
  static const double values[] = {90, 110, 100, 95, 105};
  near_to(sift_spread(values, 5), 0.05, 1e-9);
  near_to(sift_spread(values, 1), 0, 0);
}

/* Reference: R, t.test(log(over / under)), its interval taken back by exp(). */
static void a_ratio_has_the_interval_of_students_t(void **state) {
  (void)state;
  static const double over[] = {2.0, 2.2, 1.8, 2.1};
  static const double under[] = {1.0, 1.0, 1.0, 1.0};
  struct sift_ratio ratio = sift_ratio_of(over, under, 4);
  double mean = (log(2.0) + log(2.2) + log(1.8) + log(2.1)) / 4;
  double squares = 0;
  for (int i = 0; i < 4; i++) {
    squares += (log(over[i]) - mean) * (log(over[i]) - mean);
  }
  double half = 3.182446 * sqrt(squares / 3 / 4);
  near_to(ratio.value, exp(mean), 1e-9);
  near_to(ratio.low, exp(mean - half), 1e-3);
  near_to(ratio.high, exp(mean + half), 1e-3);
  assert_int_equal(ratio.pairs, 4);
  assert_true(sift_ratio_tells(&ratio));
}

static void noise_tells_nothing_and_one_pair_even_less(void **state) {
  (void)state;
  static const double over[] = {1.0, 1.1, 0.9, 1.0};
  static const double under[] = {1.0, 1.0, 1.0, 1.05};
  struct sift_ratio noise = sift_ratio_of(over, under, 4);
  assert_false(sift_ratio_tells(&noise));
  struct sift_ratio one = sift_ratio_of(over + 1, under + 1, 1);
  near_to(one.value, 1.1, 1e-9);
  assert_true(isinf(one.high) && one.low <= 0);
  assert_false(sift_ratio_tells(&one));
}

static void what_all_rounds_share_falls_out_of_a_ratio(void **state) {
  (void)state;
  static const double over[] = {2, 20, 200, 2000};
  static const double under[] = {1, 10, 100, 1000};
  struct sift_ratio ratio = sift_ratio_of(over, under, 4);
  near_to(ratio.low, 2, 1e-6);
  near_to(ratio.high, 2, 1e-6);
}

static void pairs_that_were_not_measured_are_passed_over(void **state) {
  (void)state;
  static const double over[] = {2, 0, 2};
  static const double under[] = {1, 1, 0};
  assert_int_equal(sift_ratio_of(over, under, 3).pairs, 1);
  near_to(sift_ratio_of(NULL, NULL, 0).value, 1, 0);
}

static void students_quantiles_are_those_of_the_tables(void **state) {
  (void)state;
  near_to(sift_student(1), 12.706, 1e-3);
  near_to(sift_student(10), 2.228, 1e-3);
  near_to(sift_student(60), 2.000, 2e-3);
  near_to(sift_student(1000), 1.962, 2e-3);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_median_does_not_care_for_order_or_outliers),
      cmocka_unit_test(the_spread_is_half_of_what_lies_between_the_quartiles),
      cmocka_unit_test(a_ratio_has_the_interval_of_students_t),
      cmocka_unit_test(noise_tells_nothing_and_one_pair_even_less),
      cmocka_unit_test(what_all_rounds_share_falls_out_of_a_ratio),
      cmocka_unit_test(pairs_that_were_not_measured_are_passed_over),
      cmocka_unit_test(students_quantiles_are_those_of_the_tables),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
