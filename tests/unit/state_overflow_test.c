#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/state_overflow.h"
#include "tests/unit/state_support.h"

/* A Space with one hit, whose source is long and its own. */
static void fold_one(struct sift_overflow *overflow, uint32_t number) {
  struct sift_arena arena;
  sift_arena_init(&arena);
  char source[120];
  snprintf(source, sizeof source, "%0100u", number);
  struct sift_space space = {.name = sift_span_of("a/b"), .lines = 1, .bytes = 10};
  struct sift_observation seen = support_hit(number % 3, (int64_t)number, source, number, "text");
  assert_true(sift_space_observe(&space, &arena, &seen));
  assert_int_equal(sift_overflow_fold(overflow, &space), SIFT_OK);
  sift_arena_release(&arena); /* what is kept was copied */
  memset(source, 'x', sizeof source);
}

static void memory_does_not_grow_with_spaces(void **state) {
  (void)state;
  struct sift_overflow overflow;
  sift_overflow_init(&overflow);
  assert_false(overflow.any);
  for (uint32_t i = 0; i < 60000; i++) {
    fold_one(&overflow, i);
    assert_true(sift_arena_bytes(&overflow.arena) <= 2 << 20);
  }
  assert_true(overflow.any);
  assert_int_equal(overflow.space.lines, 60000);
  assert_int_equal(overflow.space.evidence_count, 3);
  for (uint32_t i = 0; i < 3; i++) {
    const struct sift_evidence *evidence = &overflow.space.evidence[i];
    assert_int_equal(evidence->count, 20000);
    assert_int_equal(atoi(evidence->first.source + 90), i);
    assert_int_equal(atoi(evidence->last.source + 90), 59997 + i);
    assert_true(sift_span_equal(sift_sample_text(&evidence->sample), sift_span_of("text")));
  }
  sift_overflow_release(&overflow);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(memory_does_not_grow_with_spaces)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
