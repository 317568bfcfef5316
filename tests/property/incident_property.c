/* Incidents do not depend on how the input was split: random strikes over any number of fleets, written as states or not,
 * folded in any order and grouping, give the same state byte for byte and the same incidents. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/report.h"
#include "engine/state.h"
#include "tests/property/random.h"
#include "tests/support/rules.h"
#include "tests/support/strike.h"

enum { STRIKES_MAX = 4000, FLEETS_MAX = 6, WINDOWS = 120, SPACES = 300 };

static const struct test_rule rules[] = {
    {.id = "capacity", .class_id = "incident-capacity", .severity = SIFT_FATAL, .any = {"no hardware"}},
    {.id = "launch", .class_id = "unhealthy", .severity = SIFT_FATAL, .incident = true, .any = {"launch timed out"}},
    {.id = "push", .class_id = "incident-push", .severity = SIFT_ERROR, .incident = true, .any = {"push refused"}},
    {.id = "push-other", .class_id = "incident-push", .severity = SIFT_ERROR, .any = {"push failed"}},
};

struct hit {
  struct sift_series series;
  int64_t time_ns;
  uint32_t space, line;
};

static void must(bool good) {
  if (!good) {
    abort();
  }
}

/* Some at any time, some crowded into an outbreak; times of whole seconds, as most logs have, so that many are equal. */
static size_t make_hits(struct test_random *random, const struct sift_ruleset *ruleset, struct hit *hits) {
  size_t count = test_random_below(random, STRIKES_MAX);
  uint32_t outbreak = test_random_below(random, WINDOWS);
  for (size_t i = 0; i < count; i++) {
    uint32_t rule = test_random_below(random, (uint32_t)ruleset->rule_count);
    bool crowded = test_random_below(random, 3) == 0;
    uint32_t window = crowded ? outbreak + test_random_below(random, 4) : test_random_below(random, WINDOWS);
    hits[i] = (struct hit){
        .series = {ruleset->rules[rule].class_index, test_random_below(random, 2) == 0 ? rule : SIFT_RULE_NONE},
        .time_ns = ((int64_t)window * SIFT_WINDOW_SECONDS + test_random_below(random, SIFT_WINDOW_SECONDS)) * 1000000000,
        .space = test_random_below(random, SPACES),
        .line = test_random_below(random, 3),
    };
  }
  return count;
}

static void strike(struct sift_fleet *fleet, const struct hit *hit) {
  char space[16];
  char text[32];
  snprintf(space, sizeof space, "s/%u", hit->space);
  snprintf(text, sizeof text, "line %u", hit->line);
  must(test_strike_space(fleet, hit->series, hit->time_ns, space, text) == SIFT_OK);
}

static void write_state(const struct sift_state_header *header, const struct sift_fleet *fleet, struct sift_state_buffer *out) {
  struct sift_state_writer *writer = NULL;
  *out = (struct sift_state_buffer){0};
  must(sift_state_writer_new(&writer, sift_state_buffer_output(out), header) == SIFT_OK);
  must(sift_state_finish(writer, fleet) == SIFT_OK);
  sift_state_writer_free(writer);
}

/* By way of its bytes. */
static void merge_read(struct sift_fleet *into, const struct sift_state_header *header, const struct sift_fleet *from) {
  struct sift_state_buffer state;
  struct sift_state_reader *reader = NULL;
  const struct sift_space *space = NULL;
  write_state(header, from, &state);
  struct sift_state_bytes bytes = {sift_span(state.bytes, state.size)};
  must(sift_state_reader_new(&reader, sift_state_bytes_input(&bytes)) == SIFT_OK);
  must(sift_state_next(reader, &space) == SIFT_END);
  must(sift_fleet_merge(into, sift_state_reader_fleet(reader)) == SIFT_OK);
  sift_state_reader_free(reader);
  sift_state_buffer_release(&state);
}

/* Hits in random order over 1 to FLEETS_MAX fleets, which are folded two by two until one is left. */
static void split_and_fold(struct test_random *random, const struct sift_state_header *header, struct hit *hits, size_t count,
                           struct sift_fleet *out) {
  struct sift_fleet fleets[FLEETS_MAX];
  size_t left = 1 + test_random_below(random, FLEETS_MAX);
  for (size_t i = 0; i < left; i++) {
    must(sift_fleet_init(&fleets[i]) == SIFT_OK);
  }
  for (size_t i = count; i > 1; i--) {
    size_t other = test_random_below(random, (uint32_t)i);
    struct hit held = hits[i - 1];
    hits[i - 1] = hits[other];
    hits[other] = held;
  }
  for (size_t i = 0; i < count; i++) {
    strike(&fleets[test_random_below(random, (uint32_t)left)], &hits[i]);
  }
  while (left > 1) {
    size_t into = test_random_below(random, (uint32_t)left - 1);
    struct sift_fleet *last = &fleets[left - 1];
    if (test_random_below(random, 2) == 0) {
      merge_read(&fleets[into], header, last);
    } else {
      must(sift_fleet_merge(&fleets[into], last) == SIFT_OK);
    }
    sift_fleet_release(last);
    left--;
  }
  *out = fleets[0];
}

static size_t incidents_of(const struct sift_ruleset *ruleset, const struct sift_fleet *fleet, struct sift_json *json) {
  struct sift_incidents incidents;
  must(sift_incidents_find(&incidents, ruleset, fleet, SPACES) == SIFT_OK);
  size_t count = incidents.count;
  for (size_t i = 0; i < count; i++) {
    sift_report_incident(json, ruleset, &incidents.items[i]);
  }
  must(!json->failed);
  sift_incidents_release(&incidents);
  return count;
}

static bool round_fails(const struct sift_ruleset *ruleset, const struct sift_state_header *header, uint64_t seed, size_t *found) {
  static struct hit hits[STRIKES_MAX];
  struct test_random random = {seed};
  struct sift_fleet whole;
  struct sift_fleet folded;
  struct sift_state_buffer wanted;
  struct sift_state_buffer got;
  struct sift_json told;
  struct sift_json told_too;
  size_t count = make_hits(&random, ruleset, hits);
  must(sift_fleet_init(&whole) == SIFT_OK);
  for (size_t i = 0; i < count; i++) {
    strike(&whole, &hits[i]);
  }
  split_and_fold(&random, header, hits, count, &folded);
  write_state(header, &whole, &wanted);
  write_state(header, &folded, &got);
  sift_json_init(&told);
  sift_json_init(&told_too);
  *found += incidents_of(ruleset, &whole, &told);
  incidents_of(ruleset, &folded, &told_too);
  bool same = wanted.size == got.size && memcmp(wanted.bytes, got.bytes, got.size) == 0 &&
              sift_span_equal(sift_span(told.bytes, told.len), sift_span(told_too.bytes, told_too.len));
  sift_json_release(&told);
  sift_json_release(&told_too);
  sift_state_buffer_release(&wanted);
  sift_state_buffer_release(&got);
  sift_fleet_release(&whole);
  sift_fleet_release(&folded);
  return !same;
}

int main(void) {
  struct sift_ruleset *ruleset = test_ruleset(rules, sizeof rules / sizeof rules[0]);
  struct sift_state_header header;
  struct sift_arena arena;
  uint64_t seed = test_seed(1);
  unsigned rounds = test_rounds(150);
  size_t found = 0;
  int failed = 0;
  sift_arena_init(&arena);
  must(sift_state_header_make(&header, ruleset, &arena) == SIFT_OK);
  for (unsigned i = 0; i < rounds && !failed; i++) {
    if (round_fails(ruleset, &header, seed + i, &found)) {
      fprintf(stderr, "FAILED: repeat with SIFT_PROPERTY_SEED=%llu SIFT_PROPERTY_ROUNDS=1\n", (unsigned long long)(seed + i));
      failed = 1;
    }
  }
  if (!failed && rounds >= 100 && found < rounds) {
    fprintf(stderr, "FAILED: only %zu incidents in %u rounds: nothing was tried\n", found, rounds);
    failed = 1;
  }
  sift_arena_release(&arena);
  sift_ruleset_free(ruleset);
  if (!failed) {
    printf("%u rounds, %zu incidents: order, split and grouping change nothing\n", rounds, found);
  }
  return failed;
}
