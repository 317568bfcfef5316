#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/state_support.h"

static bool text_is(struct sift_span span, const char *text) {
  return sift_span_equal(span, sift_span_of(text));
}

static void instants_are_ordered_by_time_then_source_then_offset(void **state) {
  (void)state;
  char other_a[] = "a";
  const struct sift_instant order[] = {
      {SIFT_TIME_NONE, 9, "z"}, {-5, 0, "a"}, {7, 9, "a"}, {7, 10, other_a}, {7, 1, "b"}, {7, 1, "ba"}, {8, 0, ""},
  };
  for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
    for (size_t j = 0; j < sizeof order / sizeof order[0]; j++) {
      int expected = (i > j) - (i < j);
      int got = sift_instant_compare(&order[i], &order[j]);
      assert_int_equal((got > 0) - (got < 0), expected);
    }
  }
}

static void a_cut_does_not_split_a_character(void **state) {
  (void)state;
  struct sift_span text = sift_span_of("ab\xE2\x82\xAC"
                                       "cd"); /* a b € c d */
  const size_t expected[] = {0, 1, 2, 2, 2, 5, 6, 7, 7};
  for (size_t len = 0; len < 9; len++) {
    assert_int_equal(sift_cut_utf8(text, len), expected[len]);
  }
  struct sift_span stray = sift_span_of("a\x80\x80\x80\x80\x80");
  assert_int_equal(sift_cut_utf8(stray, 5), 5);
  struct sift_span wide = sift_span_of("\xF0\x9F\x98\x80!");
  assert_int_equal(sift_cut_utf8(wide, 3), 0);
  assert_int_equal(sift_cut_utf8(wide, 4), 4);
}

static void hits_of_one_rule_are_summed_and_span_their_instants(void **state) {
  (void)state;
  struct sift_arena arena;
  sift_arena_init(&arena);
  struct sift_space space = {.name = sift_span_of("a/b")};
  const int64_t times[] = {50, 20, 90, 60};
  for (int i = 0; i < 4; i++) {
    struct sift_observation seen = support_hit(1, times[i], "s", 0, "x");
    assert_true(sift_space_observe(&space, &arena, &seen));
  }
  struct sift_observation step = support_hit(1, 10, "s", 0, "step");
  step.count = 5;
  step.last.time_ns = 70;
  assert_true(sift_space_observe(&space, &arena, &step));
  assert_int_equal(space.evidence_count, 1);
  assert_int_equal(space.evidence[0].count, 9);
  assert_int_equal(space.evidence[0].first.time_ns, 10);
  assert_int_equal(space.evidence[0].last.time_ns, 90);
  assert_int_equal(space.first.time_ns, 10);
  assert_int_equal(space.last.time_ns, 90);
  sift_arena_release(&arena);
}

static void demoted_hits_are_kept_apart(void **state) {
  (void)state;
  struct sift_arena arena;
  sift_arena_init(&arena);
  struct sift_space space = {.name = sift_span_of("a/b")};
  for (int i = 0; i < 6; i++) {
    struct sift_observation seen = support_hit(2, i, "s", 0, "x");
    seen.demoted = i < 2;
    assert_true(sift_space_observe(&space, &arena, &seen));
  }
  sift_space_sort(&space);
  assert_int_equal(space.evidence_count, 2);
  assert_false(space.evidence[0].demoted);
  assert_int_equal(space.evidence[0].count, 4);
  assert_int_equal(space.evidence[1].count, 2);
  sift_arena_release(&arena);
}

static void the_sample_is_that_of_the_last_instant_with_its_fields(void **state) {
  (void)state;
  struct sift_arena arena;
  sift_arena_init(&arena);
  struct sift_space space = {.name = sift_span_of("a/b")};
  struct sift_span fields[3] = {sift_span_of("torch"), sift_span(NULL, 0), sift_span_of("\xFF\xFE")};
  struct sift_observation late = support_hit(0, 100, "s", 40, "late");
  late.fields = fields;
  late.field_count = 3;
  struct sift_observation early = support_hit(0, 90, "s", 90, "early, and a much longer text than the other one had before it");
  assert_true(sift_space_observe(&space, &arena, &early));
  assert_true(sift_space_observe(&space, &arena, &late));
  assert_true(sift_space_observe(&space, &arena, &early));
  const struct sift_sample *sample = &space.evidence[0].sample;
  assert_true(text_is(sift_sample_text(sample), "late"));
  assert_int_equal(sample->line, 5);
  assert_true(text_is(sift_sample_field(sample, 0), "torch"));
  assert_int_equal(sift_sample_field(sample, 1).len, 0);
  assert_true(text_is(sift_sample_field(sample, 2), "\xFF\xFE"));
  assert_int_equal(sift_sample_field(sample, 3).len, 0);
  sift_arena_release(&arena);
}

static void of_two_texts_at_one_instant_the_smaller_stands_in_any_order(void **state) {
  (void)state;
  const char *const texts[] = {"bbb", "aab", "aa"};
  for (int first = 0; first < 3; first++) {
    struct sift_arena arena;
    sift_arena_init(&arena);
    struct sift_space space = {.name = sift_span_of("a/b")};
    for (int i = 0; i < 3; i++) {
      struct sift_observation seen = support_hit(0, 5, "s", 1, texts[(first + i) % 3]);
      assert_true(sift_space_observe(&space, &arena, &seen));
    }
    assert_true(text_is(sift_sample_text(&space.evidence[0].sample), "aa"));
    sift_arena_release(&arena);
  }
}

static void long_texts_and_fields_are_cut_between_characters(void **state) {
  (void)state;
  struct sift_arena arena;
  sift_arena_init(&arena);
  char text[SIFT_SAMPLE_BYTES_MAX + 10];
  memset(text, 'x', sizeof text);
  memcpy(text + SIFT_SAMPLE_BYTES_MAX - 1, "\xC3\xA9", 2);
  memcpy(text + SIFT_FIELD_BYTES_MAX - 1, "\xC3\xA9", 2);
  struct sift_space space = {.name = sift_span_of("a/b")};
  struct sift_span fields[SIFT_CAPTURES_MAX + 1];
  for (int i = 0; i <= SIFT_CAPTURES_MAX; i++) {
    fields[i] = sift_span(text, sizeof text);
  }
  struct sift_observation seen = support_hit(0, 5, "s", 1, "");
  seen.text = sift_span(text, sizeof text);
  seen.fields = fields;
  seen.field_count = SIFT_CAPTURES_MAX + 1;
  assert_true(sift_space_observe(&space, &arena, &seen));
  assert_true(sift_space_observe(&space, &arena, &seen)); /* a tie of the largest samples */
  const struct sift_sample *sample = &space.evidence[0].sample;
  assert_int_equal(sift_sample_text(sample).len, SIFT_SAMPLE_BYTES_MAX - 1);
  assert_int_equal(sift_sample_field(sample, 0).len, SIFT_FIELD_BYTES_MAX - 1);
  assert_int_equal(sift_sample_field(sample, SIFT_CAPTURES_MAX - 1).len, SIFT_FIELD_BYTES_MAX - 1);
  assert_int_equal(sift_sample_field(sample, SIFT_CAPTURES_MAX).len, 0);
  sift_arena_release(&arena);
}

static void memory_does_not_grow_with_hits(void **state) {
  (void)state;
  struct sift_arena arena;
  sift_arena_init(&arena);
  struct sift_space space = {.name = sift_span_of("a/b")};
  char text[SIFT_SAMPLE_BYTES_MAX];
  memset(text, 'x', sizeof text);
  for (int i = 0; i < 200000; i++) {
    struct sift_observation seen = support_hit((uint32_t)(i % 4), i, "s", (uint64_t)i, "");
    seen.text = sift_span(text, (size_t)i % sizeof text);
    assert_true(sift_space_observe(&space, &arena, &seen));
  }
  assert_int_equal(sift_arena_bytes(&arena), 64 * 1024); /* one chunk */
  sift_arena_release(&arena);
}

static void many_rules_in_one_space_are_all_counted(void **state) {
  (void)state;
  struct sift_arena arena;
  sift_arena_init(&arena);
  struct sift_space space = {.name = sift_span_of("a/b")};
  for (int i = 0; i < 5000; i++) {
    struct sift_observation seen = support_hit((uint32_t)(i * 7 % 100), i, "s", 0, "x");
    assert_true(sift_space_observe(&space, &arena, &seen));
  }
  sift_space_sort(&space);
  assert_int_equal(space.evidence_count, 100);
  for (uint32_t i = 0; i < 100; i++) {
    assert_int_equal(space.evidence[i].rule, i);
    assert_int_equal(space.evidence[i].count, 50);
  }
  sift_arena_release(&arena);
}

enum { HITS = 60, PARTS = 4 };

/* All hits into one Space. */
static struct sift_state_buffer observed(const struct sift_observation *hits, size_t count) {
  struct sift_arena arena;
  sift_arena_init(&arena);
  struct sift_space space = {.name = sift_span_of("a/b")};
  for (size_t i = 0; i < count; i++) {
    assert_true(sift_space_observe(&space, &arena, &hits[i]));
  }
  space.lines = count;
  struct sift_state_buffer bytes = support_encode(&space);
  sift_arena_release(&arena);
  return bytes;
}

/* The same hits dealt to some Spaces, which are then folded in some order and grouping. */
static struct sift_state_buffer split_and_merged(const struct sift_observation *hits, size_t count, uint64_t *seed) {
  struct sift_arena arena;
  sift_arena_init(&arena);
  struct sift_space parts[PARTS] = {0};
  for (size_t i = 0; i < count; i++) {
    struct sift_space *part = &parts[support_random(seed) % PARTS];
    part->lines++;
    assert_true(sift_space_observe(part, &arena, &hits[i]));
  }
  size_t left = PARTS;
  while (left > 1) {
    size_t into = support_random(seed) % left;
    size_t from = (into + 1 + support_random(seed) % (left - 1)) % left;
    bool merged = support_random(seed) % 2 == 0 ? sift_space_merge(&parts[into], &arena, &parts[from])
                                                : sift_space_merge_borrowed(&parts[into], &arena, &parts[from]);
    assert_true(merged);
    parts[from] = parts[--left];
  }
  parts[0].name = sift_span_of("a/b");
  struct sift_state_buffer bytes = support_encode(&parts[0]);
  sift_arena_release(&arena);
  return bytes;
}

static void any_order_and_split_of_hits_gives_the_same_bytes(void **state) {
  (void)state;
  uint64_t seed = 88172645463325252;
  for (int round = 0; round < 300; round++) {
    struct sift_observation hits[HITS];
    size_t count = 1 + support_random(&seed) % HITS;
    for (size_t i = 0; i < count; i++) {
      hits[i] = support_random_hit(&seed);
    }
    struct sift_state_buffer expected = observed(hits, count);
    for (size_t i = count - 1; i > 0; i--) {
      size_t j = support_random(&seed) % (i + 1);
      struct sift_observation held = hits[i];
      hits[i] = hits[j];
      hits[j] = held;
    }
    struct sift_state_buffer shuffled = observed(hits, count);
    struct sift_state_buffer merged = split_and_merged(hits, count, &seed);
    support_assert_same(&expected, &shuffled);
    support_assert_same(&expected, &merged);
    sift_state_buffer_release(&expected);
    sift_state_buffer_release(&shuffled);
    sift_state_buffer_release(&merged);
  }
}

static void a_merge_copies_what_it_keeps(void **state) {
  (void)state;
  struct sift_arena ours;
  struct sift_arena theirs;
  sift_arena_init(&ours);
  sift_arena_init(&theirs);
  char source[] = "shard";
  struct sift_space from = {.name = sift_span_of("a/b")};
  struct sift_observation seen = support_hit(3, 5, source, 1, "text");
  assert_true(sift_space_observe(&from, &theirs, &seen));
  struct sift_space into = {.name = sift_span_of("a/b")};
  assert_true(sift_space_merge(&into, &ours, &from));
  sift_arena_release(&theirs);
  memset(source, 'x', 5);
  assert_string_equal(into.first.source, "shard");
  assert_string_equal(into.evidence[0].last.source, "shard");
  assert_true(text_is(sift_sample_text(&into.evidence[0].sample), "text"));
  sift_arena_release(&ours);
}

static void a_borrowed_sample_is_never_written_to(void **state) {
  (void)state;
  struct sift_arena arena;
  sift_arena_init(&arena);
  struct sift_space from = {.name = sift_span_of("a/b")};
  struct sift_observation seen = support_hit(3, 5, "s", 1, "text");
  assert_true(sift_space_observe(&from, &arena, &seen));
  struct sift_space into = {.name = sift_span_of("a/b")};
  assert_true(sift_space_merge_borrowed(&into, &arena, &from));
  struct sift_observation later = support_hit(3, 6, "s", 1, "TEXT");
  assert_true(sift_space_observe(&into, &arena, &later));
  assert_true(text_is(sift_sample_text(&from.evidence[0].sample), "text"));
  assert_true(text_is(sift_sample_text(&into.evidence[0].sample), "TEXT"));
  sift_arena_release(&arena);
}

static void merging_with_a_space_without_hits_changes_no_instant(void **state) {
  (void)state;
  struct sift_arena arena;
  sift_arena_init(&arena);
  struct sift_space empty = {.name = sift_span_of("a/b"), .lines = 3, .bytes = 30};
  struct sift_space full = {.name = sift_span_of("a/b"), .lines = 1, .bytes = 10};
  struct sift_observation seen = support_hit(3, -5, "s", 1, "text");
  assert_true(sift_space_observe(&full, &arena, &seen));
  assert_true(sift_space_merge(&full, &arena, &empty));
  assert_int_equal(full.first.time_ns, -5);
  assert_int_equal(full.last.time_ns, -5);
  assert_true(sift_space_merge(&empty, &arena, &full));
  assert_int_equal(empty.first.time_ns, -5);
  assert_int_equal(empty.lines, 7);
  assert_int_equal(empty.bytes, 70);
  sift_arena_release(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(instants_are_ordered_by_time_then_source_then_offset),
      cmocka_unit_test(a_cut_does_not_split_a_character),
      cmocka_unit_test(hits_of_one_rule_are_summed_and_span_their_instants),
      cmocka_unit_test(demoted_hits_are_kept_apart),
      cmocka_unit_test(the_sample_is_that_of_the_last_instant_with_its_fields),
      cmocka_unit_test(of_two_texts_at_one_instant_the_smaller_stands_in_any_order),
      cmocka_unit_test(long_texts_and_fields_are_cut_between_characters),
      cmocka_unit_test(memory_does_not_grow_with_hits),
      cmocka_unit_test(many_rules_in_one_space_are_all_counted),
      cmocka_unit_test(any_order_and_split_of_hits_gives_the_same_bytes),
      cmocka_unit_test(a_merge_copies_what_it_keeps),
      cmocka_unit_test(a_borrowed_sample_is_never_written_to),
      cmocka_unit_test(merging_with_a_space_without_hits_changes_no_instant),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
