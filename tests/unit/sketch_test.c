#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "engine/sketch.h"

/* splitmix64 (Steele, Lea, Flood, 2014): well mixed values of a counter. */
static uint64_t mix(uint64_t value) {
  value += UINT64_C(0x9E3779B97F4A7C15);
  value = (value ^ value >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
  value = (value ^ value >> 27) * UINT64_C(0x94D049BB133111EB);
  return value ^ value >> 31;
}

static void add_range(struct sift_sketch *sketch, uint64_t from, uint64_t to) {
  for (uint64_t i = from; i < to; i++) {
    assert_int_equal(sift_sketch_add(sketch, mix(i)), SIFT_OK);
  }
}

static void assert_same(const struct sift_sketch *a, const struct sift_sketch *b) {
  assert_int_equal(a->registers != NULL, b->registers != NULL);
  assert_int_equal(a->count, b->count);
  if (a->registers != NULL) {
    assert_memory_equal(a->registers, b->registers, 1 << SIFT_SKETCH_BITS);
  } else if (a->count > 0) {
    assert_memory_equal(a->hashes, b->hashes, a->count * sizeof *a->hashes);
  }
}

static void few_are_counted_exactly_and_doubles_once(void **state) {
  (void)state;
  struct sift_sketch sketch;
  sift_sketch_init(&sketch);
  assert_int_equal(sift_sketch_estimate(&sketch), 0);
  for (uint64_t n = 1; n <= SIFT_SKETCH_EXACT; n++) {
    add_range(&sketch, 0, n);
    assert_int_equal(sift_sketch_estimate(&sketch), n);
  }
  assert_null(sketch.registers);
  for (uint32_t i = 1; i < sketch.count; i++) {
    assert_true(sketch.hashes[i - 1] < sketch.hashes[i]);
  }
  sift_sketch_release(&sketch);
}

static void the_form_changes_only_with_one_more_distinct_hash(void **state) {
  (void)state;
  struct sift_sketch sketch;
  sift_sketch_init(&sketch);
  add_range(&sketch, 0, SIFT_SKETCH_EXACT);
  add_range(&sketch, 0, SIFT_SKETCH_EXACT);
  assert_null(sketch.registers);
  add_range(&sketch, SIFT_SKETCH_EXACT, SIFT_SKETCH_EXACT + 1);
  assert_non_null(sketch.registers);
  assert_null(sketch.hashes);
  assert_true(sift_sketch_estimate(&sketch) > SIFT_SKETCH_EXACT);
  sift_sketch_release(&sketch);
}

static void many_are_estimated_within_five_standard_errors(void **state) {
  (void)state;
  for (uint64_t n = 200; n <= 200000; n *= 3) {
    struct sift_sketch sketch;
    sift_sketch_init(&sketch);
    add_range(&sketch, n << 20, (n << 20) + n);
    double estimate = (double)sift_sketch_estimate(&sketch);
    assert_true(estimate > 0.835 * (double)n && estimate < 1.165 * (double)n);
    sift_sketch_release(&sketch);
  }
}

static void any_order_and_split_gives_equal_bytes(void **state) {
  (void)state;
  const uint64_t sizes[] = {0, 1, 60, 127, 128, 129, 200, 5000};
  for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
    uint64_t n = sizes[s];
    struct sift_sketch whole, parts[3], left, right;
    sift_sketch_init(&whole);
    sift_sketch_init(&left);
    sift_sketch_init(&right);
    add_range(&whole, 0, n);
    for (size_t p = 0; p < 3; p++) {
      sift_sketch_init(&parts[p]);
    }
    for (uint64_t i = n; i-- > 0;) {
      assert_int_equal(sift_sketch_add(&parts[mix(i ^ 77) % 3], mix(i)), SIFT_OK);
      assert_int_equal(sift_sketch_add(&parts[mix(i ^ 99) % 3], mix(i)), SIFT_OK);
    }
    for (size_t p = 0; p < 3; p++) {
      assert_int_equal(sift_sketch_merge(&left, &parts[p]), SIFT_OK);
      assert_int_equal(sift_sketch_merge(&right, &parts[2 - p]), SIFT_OK);
    }
    assert_same(&whole, &left);
    assert_same(&whole, &right);
    sift_sketch_release(&whole);
    sift_sketch_release(&left);
    sift_sketch_release(&right);
    for (size_t p = 0; p < 3; p++) {
      sift_sketch_release(&parts[p]);
    }
  }
}

static void maybe_is_exact_while_few_and_yes_beyond(void **state) {
  (void)state;
  struct sift_sketch sketch;
  sift_sketch_init(&sketch);
  assert_false(sift_sketch_maybe(&sketch, 0));
  add_range(&sketch, 0, 100);
  assert_true(sift_sketch_maybe(&sketch, mix(50)));
  assert_false(sift_sketch_maybe(&sketch, mix(100)));
  add_range(&sketch, 100, 1000);
  assert_true(sift_sketch_maybe(&sketch, mix(5000)));
  sift_sketch_release(&sketch);
}

static void extreme_hashes_stay_within_the_registers(void **state) {
  (void)state;
  struct sift_sketch sketch;
  sift_sketch_init(&sketch);
  add_range(&sketch, 0, SIFT_SKETCH_EXACT + 1);
  assert_int_equal(sift_sketch_add(&sketch, 0), SIFT_OK);
  assert_int_equal(sift_sketch_add(&sketch, UINT64_MAX), SIFT_OK);
  assert_int_equal(sketch.registers[0], 64 - SIFT_SKETCH_BITS + 1);
  assert_true(sketch.registers[(1 << SIFT_SKETCH_BITS) - 1] >= 1);
  sift_sketch_release(&sketch);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(few_are_counted_exactly_and_doubles_once),
      cmocka_unit_test(the_form_changes_only_with_one_more_distinct_hash),
      cmocka_unit_test(many_are_estimated_within_five_standard_errors),
      cmocka_unit_test(any_order_and_split_gives_equal_bytes),
      cmocka_unit_test(maybe_is_exact_while_few_and_yes_beyond),
      cmocka_unit_test(extreme_hashes_stay_within_the_registers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
