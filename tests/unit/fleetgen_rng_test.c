#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tools/fleetgen/rng.h"

/* The reference sequence of xoshiro256** for the state 1, 2, 3, 4. */
static void the_sequence_is_that_of_the_published_generator(void **state) {
  (void)state;
  struct sift_rng rng = {{1, 2, 3, 4}};
  const uint64_t expected[] = {11520, 0, 1509978240, 1215971899390074240};
  for (size_t i = 0; i < 4; i++) {
    assert_true(sift_rng_next(&rng) == expected[i]);
  }
}

static void a_seed_always_gives_the_same_sequence(void **state) {
  (void)state;
  struct sift_rng one;
  struct sift_rng two;
  struct sift_rng other;
  sift_rng_init(&one, 7);
  sift_rng_init(&two, 7);
  sift_rng_init(&other, 8);
  unsigned equal = 0;
  for (int i = 0; i < 100; i++) {
    uint64_t value = sift_rng_next(&one);
    assert_true(value == sift_rng_next(&two));
    equal += value == sift_rng_next(&other);
  }
  assert_int_equal(equal, 0);
}

static void numbers_stay_within_their_bounds_and_reach_them(void **state) {
  (void)state;
  struct sift_rng rng;
  sift_rng_init(&rng, 1);
  unsigned seen[5] = {0};
  for (int i = 0; i < 1000; i++) {
    uint32_t value = sift_rng_below(&rng, 5);
    assert_true(value < 5);
    seen[value]++;
    int64_t ranged = sift_rng_range(&rng, -3, 3);
    assert_true(ranged >= -3 && ranged <= 3);
    double unit = sift_rng_unit(&rng);
    assert_true(unit >= 0 && unit < 1);
  }
  for (size_t i = 0; i < 5; i++) {
    assert_true(seen[i] > 120);
  }
  assert_int_equal(sift_rng_below(&rng, 1), 0);
  assert_int_equal(sift_rng_below(&rng, 0), 0);
  assert_int_equal(sift_rng_range(&rng, 9, 9), 9);
}

static void a_chance_of_nothing_never_comes_and_one_of_all_always_does(void **state) {
  (void)state;
  struct sift_rng rng;
  sift_rng_init(&rng, 2);
  unsigned half = 0;
  for (int i = 0; i < 1000; i++) {
    assert_false(sift_rng_chance(&rng, 0));
    assert_true(sift_rng_chance(&rng, 100));
    half += sift_rng_chance(&rng, 50);
  }
  assert_true(half > 400 && half < 600);
}

static void mixing_keeps_parts_apart(void **state) {
  (void)state;
  assert_true(sift_rng_mix(1, 2) != sift_rng_mix(2, 1));
  assert_true(sift_rng_mix(1, 0) != sift_rng_mix(1, 1));
  assert_true(sift_rng_mix(1, 2) == sift_rng_mix(1, 2));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_sequence_is_that_of_the_published_generator),
      cmocka_unit_test(a_seed_always_gives_the_same_sequence),
      cmocka_unit_test(numbers_stay_within_their_bounds_and_reach_them),
      cmocka_unit_test(a_chance_of_nothing_never_comes_and_one_of_all_always_does),
      cmocka_unit_test(mixing_keeps_parts_apart),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
