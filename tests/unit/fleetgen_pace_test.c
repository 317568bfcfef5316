#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tools/fleetgen/pace.h"

static void lines_are_due_one_after_the_other(void **state) {
  (void)state;
  struct sift_gen_pace pace = {.rate = 100, .start_ns = 7};
  assert_int_equal(sift_gen_pace_due(&pace, 1), 7);
  assert_int_equal(sift_gen_pace_due(&pace, 1), 7 + 10000000);
  assert_int_equal(sift_gen_pace_due(&pace, 8), 7 + 9 * 10000000);
  assert_int_equal(sift_gen_pace_due(&pace, 1), 7 + 10 * 10000000);
}

static void slow_rates_take_their_time(void **state) {
  (void)state;
  struct sift_gen_pace pace = {.rate = 0.5};
  (void)sift_gen_pace_due(&pace, 1);
  assert_int_equal(sift_gen_pace_due(&pace, 1), INT64_C(2000000000));
}

static void without_a_rate_all_is_due_at_once(void **state) {
  (void)state;
  struct sift_gen_pace pace = {.start_ns = 3};
  assert_int_equal(sift_gen_pace_due(&pace, 1000000), 3);
  assert_int_equal(sift_gen_pace_due(&pace, 1000000), 3);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(lines_are_due_one_after_the_other),
      cmocka_unit_test(slow_rates_take_their_time),
      cmocka_unit_test(without_a_rate_all_is_due_at_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
