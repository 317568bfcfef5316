#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/strike.h"

enum { EVENTS = 24000, PARTS = 5 };

static uint64_t next(uint64_t *random) {
  *random = *random * UINT64_C(6364136223846793005) + 1442695040888963407;
  return *random >> 20;
}

/* What happens to a fleet, one thing at a time: enough of each to pass every cap. */
struct thing {
  bool damage;
  enum sift_reason reason;
  char source[32];
  char space[16], text[16];
  uint64_t offset;
  struct sift_series series;
  int64_t time_ns;
};

static struct thing make_thing(uint64_t *random) {
  struct thing thing = {.damage = next(random) % 3 == 0};
  thing.reason = (enum sift_reason)(next(random) % SIFT_REASONS);
  snprintf(thing.source, sizeof thing.source, "shard-%llu", (unsigned long long)(next(random) % 50));
  thing.offset = next(random) % 300;
  thing.series = (struct sift_series){next(random) % 4 == 0, next(random) % 8 == 0 ? 5 : SIFT_RULE_NONE};
  thing.time_ns = (int64_t)(next(random) % 2300) * SIFT_WINDOW_SECONDS * 1000000000;
  if (next(random) % 2 == 0) {
    thing.time_ns = INT64_C(2290) * SIFT_WINDOW_SECONDS * 1000000000 + (int64_t)(next(random) % 1000);
  }
  snprintf(thing.space, sizeof thing.space, "s/%llu", (unsigned long long)(next(random) % 900));
  snprintf(thing.text, sizeof thing.text, "line %llu", (unsigned long long)(next(random) % 3));
  return thing;
}

static void happen(struct sift_fleet *fleet, const struct thing *thing) {
  fleet->lines++;
  fleet->bytes += thing->offset;
  fleet->newest_ns = thing->time_ns > fleet->newest_ns ? thing->time_ns : fleet->newest_ns;
  if (thing->damage) {
    assert_int_equal(sift_fleet_damage(fleet, thing->reason, sift_span_of(thing->source), thing->offset), SIFT_OK);
  } else {
    assert_int_equal(test_strike_space(fleet, thing->series, thing->time_ns, thing->space, thing->text), SIFT_OK);
    assert_int_equal(sift_sketch_add(&fleet->overflow, sift_space_hash(sift_span_of(thing->space))), SIFT_OK);
  }
}

static void assert_same_sketch(const struct sift_sketch *a, const struct sift_sketch *b) {
  assert_int_equal(a->count, b->count);
  assert_int_equal(a->registers != NULL, b->registers != NULL);
  if (a->registers != NULL) {
    assert_memory_equal(a->registers, b->registers, 1 << SIFT_SKETCH_BITS);
  } else if (a->count > 0) {
    assert_memory_equal(a->hashes, b->hashes, a->count * sizeof *a->hashes);
  }
}

static void assert_same_witnesses(const struct sift_witnesses *a, const struct sift_witnesses *b) {
  assert_int_equal(a->count, b->count);
  for (uint32_t i = 0; i < a->count; i++) {
    assert_int_equal(a->items[i].time_ns, b->items[i].time_ns);
    assert_true(sift_span_equal(sift_witness_space(&a->items[i]), sift_witness_space(&b->items[i])));
    assert_true(sift_span_equal(sift_witness_text(&a->items[i]), sift_witness_text(&b->items[i])));
  }
}

static void assert_same(const struct sift_fleet *a, const struct sift_fleet *b) {
  assert_int_equal(a->lines, b->lines);
  assert_int_equal(a->bytes, b->bytes);
  assert_int_equal(a->newest_ns, b->newest_ns);
  assert_memory_equal(a->reasons, b->reasons, sizeof a->reasons);
  assert_same_sketch(&a->overflow, &b->overflow);
  assert_int_equal(a->damage_count, b->damage_count);
  for (size_t i = 0; i < a->damage_count; i++) {
    assert_string_equal(a->damages[i].source, b->damages[i].source);
    assert_int_equal(a->damages[i].offset, b->damages[i].offset);
    assert_int_equal(a->damages[i].reason, b->damages[i].reason);
  }
  assert_int_equal(a->window_count, b->window_count);
  for (size_t i = 0; i < a->window_count; i++) {
    assert_int_equal(sift_series_compare(a->windows[i].series, b->windows[i].series), 0);
    assert_int_equal(a->windows[i].start_s, b->windows[i].start_s);
    assert_same_sketch(&a->windows[i].spaces, &b->windows[i].spaces);
    assert_same_witnesses(&a->windows[i].witnesses, &b->windows[i].witnesses);
  }
}

static void shuffle(struct thing *things, size_t count, uint64_t *random) {
  for (size_t i = count; i > 1; i--) {
    size_t j = (size_t)(next(random) % i);
    struct thing kept = things[i - 1];
    things[i - 1] = things[j];
    things[j] = kept;
  }
}

static void any_order_split_and_grouping_gives_the_same_record(void **state) {
  (void)state;
  uint64_t random = 42;
  struct thing *things = calloc(EVENTS, sizeof *things);
  assert_non_null(things);
  struct sift_fleet whole;
  assert_int_equal(sift_fleet_init(&whole), SIFT_OK);
  for (size_t i = 0; i < EVENTS; i++) {
    things[i] = make_thing(&random);
    happen(&whole, &things[i]);
  }
  assert_int_equal(whole.damage_count, SIFT_DAMAGES_MAX);
  assert_int_equal(whole.windows[SIFT_WINDOWS_MAX - 1].series.class_index, 0);
  assert_int_equal(whole.windows[SIFT_WINDOWS_MAX].series.rule, 5);
  bool registers = false;
  for (size_t i = 0; i < whole.window_count; i++) {
    registers = registers || whole.windows[i].spaces.registers != NULL;
  }
  assert_true(registers);
  for (int round = 0; round < 6; round++) {
    struct sift_fleet parts[PARTS], left, right, tail;
    shuffle(things, EVENTS, &random);
    sift_fleet_init(&left);
    sift_fleet_init(&right);
    sift_fleet_init(&tail);
    for (size_t p = 0; p < PARTS; p++) {
      sift_fleet_init(&parts[p]);
    }
    for (size_t i = 0; i < EVENTS; i++) {
      happen(&parts[next(&random) % PARTS], &things[i]);
    }
    for (size_t p = 0; p < PARTS; p++) {
      assert_int_equal(sift_fleet_merge(&left, &parts[p]), SIFT_OK);
      assert_int_equal(sift_fleet_merge(p < 2 ? &right : &tail, &parts[PARTS - 1 - p]), SIFT_OK);
    }
    assert_int_equal(sift_fleet_merge(&right, &tail), SIFT_OK);
    assert_same(&left, &whole);
    assert_same(&right, &whole);
    sift_fleet_release(&left);
    sift_fleet_release(&right);
    sift_fleet_release(&tail);
    for (size_t p = 0; p < PARTS; p++) {
      sift_fleet_release(&parts[p]);
    }
  }
  sift_fleet_release(&whole);
  free(things);
}

static void merging_an_empty_record_changes_nothing(void **state) {
  (void)state;
  uint64_t random = 7;
  struct sift_fleet fleet, same, empty;
  sift_fleet_init(&fleet);
  sift_fleet_init(&same);
  sift_fleet_init(&empty);
  for (int i = 0; i < 200; i++) {
    struct thing thing = make_thing(&random);
    happen(&fleet, &thing);
    happen(&same, &thing);
  }
  assert_int_equal(sift_fleet_merge(&fleet, &empty), SIFT_OK);
  assert_same(&fleet, &same);
  assert_int_equal(sift_fleet_merge(&empty, &fleet), SIFT_OK);
  assert_same(&empty, &same);
  sift_fleet_release(&fleet);
  sift_fleet_release(&same);
  sift_fleet_release(&empty);
}

static void all_totals_are_summed(void **state) {
  (void)state;
  struct sift_fleet a, b;
  sift_fleet_init(&a);
  sift_fleet_init(&b);
  assert_int_equal(a.newest_ns, SIFT_TIME_NONE);
  a.shards = 1, a.lines = 2, a.bytes = 3, a.compressed_bytes = 4, a.hits = 5, a.records_dropped = 6;
  b.shards = 10, b.lines = 20, b.bytes = 30, b.compressed_bytes = 40, b.hits = 50, b.records_dropped = 60, b.newest_ns = 7;
  assert_int_equal(sift_fleet_merge(&a, &b), SIFT_OK);
  assert_int_equal(a.shards, 11);
  assert_int_equal(a.lines, 22);
  assert_int_equal(a.bytes, 33);
  assert_int_equal(a.compressed_bytes, 44);
  assert_int_equal(a.hits, 55);
  assert_int_equal(a.records_dropped, 66);
  assert_int_equal(a.newest_ns, 7);
  sift_fleet_release(&a);
  sift_fleet_release(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(any_order_split_and_grouping_gives_the_same_record),
      cmocka_unit_test(merging_an_empty_record_changes_nothing),
      cmocka_unit_test(all_totals_are_summed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
