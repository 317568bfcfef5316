#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/strike.h"
#include "tests/unit/state_support.h"

/* The fleet of a state, read back by way of a merge into an empty one, so that it is ours. */
static struct sift_fleet read_fleet(const struct sift_state_buffer *state) {
  struct sift_state_bytes bytes = {sift_span(state->bytes, state->size)};
  struct sift_state_reader *reader = NULL;
  const struct sift_space *space = NULL;
  struct sift_fleet fleet;
  assert_int_equal(sift_fleet_init(&fleet), SIFT_OK);
  assert_int_equal(sift_state_reader_new(&reader, sift_state_bytes_input(&bytes)), SIFT_OK);
  assert_int_equal(sift_state_next(reader, &space), SIFT_END);
  assert_int_equal(sift_fleet_merge(&fleet, sift_state_reader_fleet(reader)), SIFT_OK);
  sift_state_reader_free(reader);
  return fleet;
}

static struct sift_fleet round_trip(const struct sift_fleet *fleet) {
  struct sift_state_buffer first = support_state(NULL, 0, fleet);
  struct sift_fleet back = read_fleet(&first);
  struct sift_state_buffer second = support_state(NULL, 0, &back);
  support_assert_same(&first, &second);
  sift_state_buffer_release(&first);
  sift_state_buffer_release(&second);
  return back;
}

static void an_empty_fleet_comes_back_empty(void **state) {
  (void)state;
  struct sift_fleet fleet;
  assert_int_equal(sift_fleet_init(&fleet), SIFT_OK);
  struct sift_fleet back = round_trip(&fleet);
  assert_true(back.newest_ns == SIFT_TIME_NONE);
  assert_int_equal(back.window_count + back.damage_count + back.lines, 0);
  sift_fleet_release(&back);
  sift_fleet_release(&fleet);
}

static void all_counters_come_back(void **state) {
  (void)state;
  struct sift_fleet fleet;
  assert_int_equal(sift_fleet_init(&fleet), SIFT_OK);
  fleet.shards = 1;
  fleet.lines = UINT64_MAX;
  fleet.bytes = 3;
  fleet.compressed_bytes = 4;
  fleet.hits = 5;
  fleet.records_dropped = 6;
  fleet.newest_ns = INT64_MIN + 1;
  for (unsigned i = 0; i < SIFT_REASONS; i++) {
    fleet.reasons[i] = i * 1000;
  }
  struct sift_fleet back = round_trip(&fleet);
  assert_int_equal(back.shards, 1);
  assert_true(back.lines == UINT64_MAX);
  assert_int_equal(back.bytes, 3);
  assert_int_equal(back.compressed_bytes, 4);
  assert_int_equal(back.hits, 5);
  assert_int_equal(back.records_dropped, 6);
  assert_true(back.newest_ns == INT64_MIN + 1);
  assert_memory_equal(back.reasons, fleet.reasons, sizeof fleet.reasons);
  sift_fleet_release(&back);
  sift_fleet_release(&fleet);
}

static void damages_come_back_and_are_not_counted_twice(void **state) {
  (void)state;
  struct sift_fleet fleet;
  assert_int_equal(sift_fleet_init(&fleet), SIFT_OK);
  char source[6000];
  memset(source, 'x', sizeof source);
  for (unsigned i = 0; i < SIFT_DAMAGES_MAX + 200; i++) {
    struct sift_span name = sift_span(source, i % 3 == 0 ? sizeof source : i % 40); /* longer than a state keeps, too */
    assert_int_equal(sift_fleet_damage(&fleet, SIFT_REASON_TRUNCATED, name, i), SIFT_OK);
  }
  struct sift_fleet back = round_trip(&fleet);
  assert_int_equal(back.reasons[SIFT_REASON_TRUNCATED], SIFT_DAMAGES_MAX + 200);
  assert_int_equal(back.damage_count, SIFT_DAMAGES_MAX);
  assert_int_equal(strlen(back.damages[SIFT_DAMAGES_MAX - 1].source), 4096);
  assert_string_equal(back.damages[0].source, fleet.damages[0].source);
  assert_int_equal(back.damages[0].offset, fleet.damages[0].offset);
  sift_fleet_release(&back);
  sift_fleet_release(&fleet);
}

static struct sift_series series_of(unsigned i) {
  return (struct sift_series){i & 1, i & 2 ? i / 4 % 4 : SIFT_RULE_NONE};
}

static void windows_of_both_forms_come_back_however_many(void **state) {
  (void)state;
  struct sift_fleet fleet;
  uint64_t seed = 5;
  assert_int_equal(sift_fleet_init(&fleet), SIFT_OK);
  for (unsigned i = 0; i < 1500; i++) {
    int64_t time_ns = (int64_t)i * SIFT_WINDOW_SECONDS * 1000000000 - INT64_C(90000000000000);
    unsigned spaces = i % 50 == 0 ? 1000 : 1 + i % 7;
    for (unsigned j = 0; j < spaces; j++) {
      assert_int_equal(test_strike(&fleet, series_of(i), time_ns, support_random(&seed) >> 20), SIFT_OK);
    }
  }
  struct sift_fleet back = round_trip(&fleet);
  assert_int_equal(back.window_count, 1500);
  for (size_t i = 0; i < back.window_count; i++) {
    assert_int_equal(sift_series_compare(back.windows[i].series, fleet.windows[i].series), 0);
    assert_int_equal(back.windows[i].start_s, fleet.windows[i].start_s);
    assert_int_equal(sift_sketch_estimate(&back.windows[i].spaces), sift_sketch_estimate(&fleet.windows[i].spaces));
  }
  sift_fleet_release(&back);
  sift_fleet_release(&fleet);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_empty_fleet_comes_back_empty),
      cmocka_unit_test(all_counters_come_back),
      cmocka_unit_test(damages_come_back_and_are_not_counted_twice),
      cmocka_unit_test(windows_of_both_forms_come_back_however_many),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
