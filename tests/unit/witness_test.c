#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/witness.h"

static void add(struct sift_witnesses *witnesses, int64_t time_ns, const char *space, const char *text) {
  assert_int_equal(sift_witnesses_add(witnesses, time_ns, sift_span_of(space), sift_span_of(text)), SIFT_OK);
}

/* "space@time text" a line. */
static const char *told(const struct sift_witnesses *witnesses) {
  static char out[2048];
  size_t len = 0;
  out[0] = '\0';
  for (uint32_t i = 0; i < witnesses->count; i++) {
    const struct sift_witness *witness = &witnesses->items[i];
    struct sift_span space = sift_witness_space(witness);
    struct sift_span text = sift_witness_text(witness);
    len += (size_t)snprintf(out + len, sizeof out - len, "%.*s@%lld %.*s\n", (int)space.len, space.data,
                            (long long)witness->time_ns, (int)text.len, text.len > 0 ? text.data : "");
  }
  return out;
}

static void the_first_spaces_are_kept_in_order_of_time_then_name(void **state) {
  (void)state;
  struct sift_witnesses witnesses;
  sift_witnesses_init(&witnesses);
  add(&witnesses, 9, "a/late", "x");
  add(&witnesses, 5, "d/d", "x");
  add(&witnesses, 5, "c/c", "x");
  add(&witnesses, 5, "b/b", "y");
  assert_string_equal(told(&witnesses), "b/b@5 y\nc/c@5 x\nd/d@5 x\n");
  add(&witnesses, 6, "a/late", "x");
  add(&witnesses, 5, "e/e", "x");
  assert_string_equal(told(&witnesses), "b/b@5 y\nc/c@5 x\nd/d@5 x\n");
  add(&witnesses, -1, "z/first", "z");
  assert_string_equal(told(&witnesses), "z/first@-1 z\nb/b@5 y\nc/c@5 x\n");
  sift_witnesses_release(&witnesses);
}

static void a_space_stands_once_by_its_earliest_strike(void **state) {
  (void)state;
  struct sift_witnesses witnesses;
  sift_witnesses_init(&witnesses);
  add(&witnesses, 5, "a/a", "long enough to be copied over");
  add(&witnesses, 4, "b/b", "b");
  add(&witnesses, 6, "a/a", "later");
  add(&witnesses, 5, "a/a", "z greater");
  assert_string_equal(told(&witnesses), "b/b@4 b\na/a@5 long enough to be copied over\n");
  add(&witnesses, 5, "a/a", "a lesser");
  assert_string_equal(told(&witnesses), "b/b@4 b\na/a@5 a lesser\n");
  add(&witnesses, 3, "a/a", "z earlier");
  assert_string_equal(told(&witnesses), "a/a@3 z earlier\nb/b@4 b\n");
  sift_witnesses_release(&witnesses);
}

static void a_long_line_is_cut_between_characters(void **state) {
  (void)state;
  struct sift_witnesses witnesses;
  char text[SIFT_WITNESS_TEXT_BYTES_MAX + 20];
  sift_witnesses_init(&witnesses);
  memset(text, 'x', sizeof text);
  text[SIFT_WITNESS_TEXT_BYTES_MAX - 1] = '\xC3';
  text[SIFT_WITNESS_TEXT_BYTES_MAX] = '\xA9';
  assert_int_equal(sift_witnesses_add(&witnesses, 1, sift_span_of("a/a"), sift_span(text, sizeof text)), SIFT_OK);
  assert_int_equal(sift_witness_text(&witnesses.items[0]).len, SIFT_WITNESS_TEXT_BYTES_MAX - 1);
  text[0] = 'w'; /* it has its own copy */
  assert_int_equal(sift_witness_text(&witnesses.items[0]).data[0], 'x');
  add(&witnesses, 0, "b/b", "");
  assert_int_equal(sift_witness_text(&witnesses.items[0]).len, 0);
  sift_witnesses_release(&witnesses);
}

static void any_order_and_split_gives_the_same(void **state) {
  (void)state;
  unsigned random = 1;
  for (int round = 0; round < 2000; round++) {
    struct sift_witnesses whole, parts[3], folded;
    sift_witnesses_init(&whole);
    sift_witnesses_init(&folded);
    for (int p = 0; p < 3; p++) {
      sift_witnesses_init(&parts[p]);
    }
    for (int i = 0; i < 12; i++) {
      char space[8], text[8];
      random = random * 1664525u + 1013904223u;
      snprintf(space, sizeof space, "s/%u", random >> 20 & 7);
      snprintf(text, sizeof text, "%u", random >> 24 & 3);
      add(&whole, random >> 16 & 3, space, text);
      add(&parts[random >> 28 & 1 ? 2 : random >> 29 & 1], random >> 16 & 3, space, text);
    }
    for (int p = 2; p >= 0; p--) {
      assert_int_equal(sift_witnesses_merge(&folded, &parts[p]), SIFT_OK);
      sift_witnesses_release(&parts[p]);
    }
    char wanted[2048];
    snprintf(wanted, sizeof wanted, "%s", told(&whole));
    assert_string_equal(told(&folded), wanted);
    sift_witnesses_release(&whole);
    sift_witnesses_release(&folded);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_first_spaces_are_kept_in_order_of_time_then_name),
      cmocka_unit_test(a_space_stands_once_by_its_earliest_strike),
      cmocka_unit_test(a_long_line_is_cut_between_characters),
      cmocka_unit_test(any_order_and_split_gives_the_same),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
