#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tools/measure/timing.h"

static char order[64];

static enum sift_status run(void *context) {
  size_t len = strlen(order);
  order[len] = *(const char *)context;
  order[len + 1] = '\0';
  return *(const char *)context == '!' ? SIFT_EENGINE : SIFT_OK;
}

static void every_other_round_goes_backwards(void **state) {
  (void)state;
  char a = 'a';
  char b = 'b';
  const struct sift_subject subjects[] = {{run, &a, 10}, {run, &b, 20}};
  struct sift_timing timings[2];
  order[0] = '\0';
  assert_int_equal(sift_time_in_turn(subjects, 2, 3, timings), SIFT_OK);
  assert_string_equal(order, "ababbaab"); /* the first two warm up */
  assert_int_equal(timings[0].rounds, 3);
  assert_int_equal(timings[1].bytes, 20);
}

static void a_failure_ends_it(void **state) {
  (void)state;
  char bad = '!';
  const struct sift_subject subjects[] = {{run, &bad, 1}, {run, &bad, 1}};
  struct sift_timing timings[2];
  order[0] = '\0';
  assert_int_equal(sift_time_in_turn(subjects, 2, 3, timings), SIFT_EENGINE);
  assert_string_equal(order, "!");
}

static void speed_goes_by_the_median(void **state) {
  (void)state;
  const struct sift_timing timing = {.cpu = {1, 2, 50}, .wall = {2, 4, 100}, .rounds = 3, .bytes = 100};
  assert_true(sift_timing_speed(&timing) == 50);
  assert_true(sift_timing_wall_speed(&timing) == 25);
  assert_true(sift_timing_speed(&(struct sift_timing){.rounds = 0}) == 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_other_round_goes_backwards),
      cmocka_unit_test(a_failure_ends_it),
      cmocka_unit_test(speed_goes_by_the_median),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
