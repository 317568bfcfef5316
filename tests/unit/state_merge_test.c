#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/state_support.h"

enum { STATES_MAX = 8 };

/* An open merge of states in memory. */
struct merge {
  struct sift_state_bytes inputs[STATES_MAX];
  struct sift_state_reader *readers[STATES_MAX];
  size_t count;
  struct sift_state_merger *merger;
};

static enum sift_status open_merge(struct merge *merge, const struct sift_state_buffer *states, size_t count, uint64_t spaces_max) {
  *merge = (struct merge){.count = count};
  for (size_t i = 0; i < count; i++) {
    merge->inputs[i].rest = sift_span(states[i].bytes, states[i].size);
    assert_int_equal(sift_state_reader_new(&merge->readers[i], sift_state_bytes_input(&merge->inputs[i])), SIFT_OK);
  }
  return sift_state_merger_new(&merge->merger, merge->readers, count, spaces_max);
}

static void close_merge(struct merge *merge) {
  sift_state_merger_free(merge->merger);
  for (size_t i = 0; i < merge->count; i++) {
    sift_state_reader_free(merge->readers[i]);
  }
}

static struct sift_state_buffer folded(const struct sift_state_buffer *states, size_t count, uint64_t spaces_max) {
  struct merge merge;
  struct sift_state_buffer out = {0};
  struct sift_state_writer *writer = NULL;
  const struct sift_space *space = NULL;
  enum sift_status status = SIFT_OK;
  assert_int_equal(open_merge(&merge, states, count, spaces_max), SIFT_OK);
  assert_int_equal(sift_state_writer_new(&writer, sift_state_buffer_output(&out), &support_header), SIFT_OK);
  while ((status = sift_state_merger_next(merge.merger, &space)) == SIFT_OK) {
    assert_int_equal(sift_state_write(writer, space), SIFT_OK); /* asserts the order too */
  }
  assert_int_equal(status, SIFT_END);
  assert_int_equal(sift_state_merger_next(merge.merger, &space), SIFT_END);
  assert_int_equal(sift_state_finish(writer, sift_state_merger_fleet(merge.merger)), SIFT_OK);
  sift_state_writer_free(writer);
  close_merge(&merge);
  return out;
}

/* Of a class or of one of its rules; what names no Space strikes nothing. */
static enum sift_status strike_by(struct sift_fleet *fleet, const struct sift_observation *seen, struct sift_span space) {
  const struct sift_strike strike = {.series = {seen->rule % 2, seen->demoted ? seen->rule : SIFT_RULE_NONE},
                                     .time_ns = space.len > 1 ? seen->last.time_ns : SIFT_TIME_NONE,
                                     .space = space,
                                     .text = seen->text,
                                     .space_hash = sift_space_hash(space)};
  return sift_fleet_strike(fleet, &strike);
}

/* A state of some of the names "s/00" to "s/29" and "-", with random hits. */
static struct sift_state_buffer random_state(uint64_t *seed) {
  struct sift_arena arena;
  sift_arena_init(&arena);
  struct sift_space spaces[31];
  struct sift_fleet fleet;
  size_t count = 0;
  assert_int_equal(sift_fleet_init(&fleet), SIFT_OK);
  for (unsigned i = 0; i <= 30; i++) {
    if (support_random(seed) % 3 == 0) {
      continue;
    }
    char name[16];
    snprintf(name, sizeof name, i == 0 ? "-" : "s/%02u", i - 1);
    struct sift_space *space = &spaces[count++];
    *space = (struct sift_space){.lines = support_random(seed) % 100, .bytes = 10};
    space->name = sift_span(sift_arena_copy(&arena, sift_span_of(name)), strlen(name));
    for (uint64_t hits = support_random(seed) % 6; hits > 0; hits--) {
      struct sift_observation seen = support_random_hit(seed);
      assert_true(sift_space_observe(space, &arena, &seen));
      assert_int_equal(strike_by(&fleet, &seen, space->name), SIFT_OK);
    }
    fleet.lines += space->lines;
  }
  assert_int_equal(sift_fleet_damage(&fleet, SIFT_REASON_EMPTY, sift_span_of("e"), support_random(seed) % 4), SIFT_OK);
  struct sift_state_buffer state = support_state(spaces, count, &fleet);
  sift_fleet_release(&fleet);
  sift_arena_release(&arena);
  return state;
}

/* Folds random groups of random order until one state is left. */
static struct sift_state_buffer folded_in_groups(const struct sift_state_buffer *states, size_t count, uint64_t spaces_max,
                                                 uint64_t *seed) {
  struct sift_state_buffer left[STATES_MAX];
  bool owned[STATES_MAX] = {false};
  memcpy(left, states, count * sizeof *left);
  while (count > 1) {
    size_t group = 2 + support_random(seed) % (count - 1);
    for (size_t i = 0; i < group; i++) {
      size_t j = i + support_random(seed) % (count - i);
      struct sift_state_buffer state = left[i];
      bool own = owned[i];
      left[i] = left[j];
      owned[i] = owned[j];
      left[j] = state;
      owned[j] = own;
    }
    struct sift_state_buffer one = folded(left, group, spaces_max);
    for (size_t i = 0; i < group; i++) {
      if (owned[i]) {
        sift_state_buffer_release(&left[i]);
      }
    }
    left[0] = one;
    owned[0] = true;
    for (size_t i = group; i < count; i++) {
      left[i - group + 1] = left[i];
      owned[i - group + 1] = owned[i];
    }
    count -= group - 1;
  }
  return left[0];
}

static void any_grouping_and_order_gives_the_same_bytes(void **state) {
  (void)state;
  uint64_t seed = 2463534242;
  const uint64_t caps[] = {UINT64_MAX, 30, 12, 1, 0};
  for (int round = 0; round < 60; round++) {
    struct sift_state_buffer states[STATES_MAX];
    size_t count = 2 + support_random(&seed) % (STATES_MAX - 1);
    for (size_t i = 0; i < count; i++) {
      states[i] = random_state(&seed);
    }
    uint64_t cap = caps[round % 5];
    struct sift_state_buffer at_once = folded(states, count, cap);
    struct sift_state_buffer in_groups = folded_in_groups(states, count, cap, &seed);
    support_assert_same(&at_once, &in_groups);
    struct sift_state_buffer again = folded(&at_once, 1, cap);
    support_assert_same(&at_once, &again);
    sift_state_buffer_release(&again);
    sift_state_buffer_release(&at_once);
    sift_state_buffer_release(&in_groups);
    for (size_t i = 0; i < count; i++) {
      sift_state_buffer_release(&states[i]);
    }
  }
}

static struct sift_state_buffer named_state(const char *const *names, size_t count) {
  struct sift_space spaces[8];
  for (size_t i = 0; i < count; i++) {
    spaces[i] = (struct sift_space){.name = sift_span_of(names[i]), .lines = 1};
  }
  return support_state(spaces, count, NULL);
}

static void names_beyond_the_cap_are_folded_into_the_overflow(void **state) {
  (void)state;
  const char *const one[] = {"-", "b", "d", "e"};
  const char *const two[] = {"a", "d", "f", "~overflow"};
  struct sift_state_buffer states[] = {named_state(one, 4), named_state(two, 4)};
  struct merge merge;
  assert_int_equal(open_merge(&merge, states, 2, 2), SIFT_OK);
  const char *const expected[] = {"-", "a", "b", "~overflow"};
  const uint64_t lines[] = {1, 1, 1, 5}; /* d twice, e, f, and what had overflowed before */
  const struct sift_space *space = NULL;
  for (size_t i = 0; i < 4; i++) {
    assert_int_equal(sift_state_merger_next(merge.merger, &space), SIFT_OK);
    assert_true(sift_span_equal(space->name, sift_span_of(expected[i])));
    assert_int_equal(space->lines, lines[i]);
  }
  assert_int_equal(sift_state_merger_next(merge.merger, &space), SIFT_END);
  const struct sift_fleet *fleet = sift_state_merger_fleet(merge.merger);
  assert_int_equal(sift_sketch_estimate(&fleet->overflow), 3);
  assert_int_equal(fleet->reasons[SIFT_REASON_SPACE_LIMIT], 3);
  assert_true(sift_sketch_maybe(&fleet->overflow, sift_space_hash(sift_span_of("d"))));
  close_merge(&merge);
  sift_state_buffer_release(&states[0]);
  sift_state_buffer_release(&states[1]);
}

static void states_of_different_rules_are_refused(void **state) {
  (void)state;
  struct sift_state_header other = support_header;
  other.ruleset_hash = "another";
  struct sift_state_writer *writer = NULL;
  struct sift_fleet fleet;
  struct sift_state_buffer states[2] = {{0}, {0}};
  assert_int_equal(sift_fleet_init(&fleet), SIFT_OK);
  assert_int_equal(sift_state_writer_new(&writer, sift_state_buffer_output(&states[0]), &other), SIFT_OK);
  assert_int_equal(sift_state_finish(writer, &fleet), SIFT_OK);
  sift_state_writer_free(writer);
  states[1] = support_state(NULL, 0, NULL);
  struct merge merge;
  assert_int_equal(open_merge(&merge, states, 2, 10), SIFT_EVERSION);
  assert_null(merge.merger);
  close_merge(&merge);
  sift_state_buffer_release(&states[0]);
  sift_state_buffer_release(&states[1]);
}

/* More than a reader takes in at once. */
static struct sift_state_buffer long_state(void) {
  enum { SPACES = 10000 };
  static char names[SPACES][16];
  static struct sift_space spaces[SPACES];
  for (unsigned i = 0; i < SPACES; i++) {
    snprintf(names[i], sizeof names[i], "s/%06u", i);
    spaces[i] = (struct sift_space){.name = sift_span_of(names[i])};
  }
  return support_state(spaces, SPACES, NULL);
}

static void a_damaged_input_is_named_and_stays_an_error(void **state) {
  (void)state;
  struct sift_state_buffer states[3] = {long_state(), long_state(), long_state()};
  states[1].size -= 3;
  struct merge merge;
  const struct sift_space *space = NULL;
  enum sift_status status = SIFT_OK;
  assert_int_equal(open_merge(&merge, states, 3, 100), SIFT_OK);
  while ((status = sift_state_merger_next(merge.merger, &space)) == SIFT_OK) {}
  assert_int_equal(status, SIFT_ETRUNCATED);
  assert_int_equal(sift_state_merger_culprit(merge.merger), 1);
  assert_int_equal(sift_state_merger_next(merge.merger, &space), SIFT_ETRUNCATED);
  close_merge(&merge);
  for (size_t i = 0; i < 3; i++) {
    sift_state_buffer_release(&states[i]);
  }
}

static void nothing_folds_into_nothing(void **state) {
  (void)state;
  struct merge merge;
  const struct sift_space *space = NULL;
  assert_int_equal(open_merge(&merge, NULL, 0, 10), SIFT_OK);
  assert_int_equal(sift_state_merger_next(merge.merger, &space), SIFT_END);
  assert_int_equal(sift_state_merger_fleet(merge.merger)->shards, 0);
  close_merge(&merge);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(any_grouping_and_order_gives_the_same_bytes),
      cmocka_unit_test(names_beyond_the_cap_are_folded_into_the_overflow),
      cmocka_unit_test(states_of_different_rules_are_refused),
      cmocka_unit_test(a_damaged_input_is_named_and_stays_an_error),
      cmocka_unit_test(nothing_folds_into_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
