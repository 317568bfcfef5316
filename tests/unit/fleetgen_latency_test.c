#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tools/fleetgen/latency.h"

static void quantiles_are_at_most_an_eighth_too_high(void **state) {
  (void)state;
  static struct sift_gen_latency latency;
  for (int64_t i = 1; i <= 10000; i++) {
    sift_gen_latency_add(&latency, i * 1000);
  }
  int64_t half = sift_gen_latency_quantile(&latency, 0.5);
  int64_t most = sift_gen_latency_quantile(&latency, 0.99);
  assert_in_range(half, 5000 * 1000, 5000 * 1125);
  assert_in_range(most, 9900 * 1000, 10000 * 1000);
  assert_int_equal(sift_gen_latency_quantile(&latency, 1), 10000 * 1000);
  assert_int_equal(latency.max_ns, 10000 * 1000);
}

static void small_and_huge_values_have_a_place(void **state) {
  (void)state;
  static struct sift_gen_latency latency;
  assert_int_equal(sift_gen_latency_quantile(&latency, 0.5), 0);
  sift_gen_latency_add(&latency, -5);
  assert_int_equal(sift_gen_latency_quantile(&latency, 0.5), 0);
  sift_gen_latency_add(&latency, INT64_MAX);
  assert_int_equal(sift_gen_latency_quantile(&latency, 1), INT64_MAX);
  assert_int_equal(latency.count, 2);
}

static void merged_is_as_if_added_to_one(void **state) {
  (void)state;
  static struct sift_gen_latency one;
  static struct sift_gen_latency two;
  static struct sift_gen_latency all;
  for (int64_t i = 0; i < 1000; i++) {
    sift_gen_latency_add(i % 3 == 0 ? &one : &two, i * i);
    sift_gen_latency_add(&all, i * i);
  }
  sift_gen_latency_merge(&one, &two);
  assert_memory_equal(&one, &all, sizeof(one));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(quantiles_are_at_most_an_eighth_too_high),
      cmocka_unit_test(small_and_huge_values_have_a_place),
      cmocka_unit_test(merged_is_as_if_added_to_one),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
