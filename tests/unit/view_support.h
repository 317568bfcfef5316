/* Hits spread over runs, for the tests of views and of what reads them. Included after triage_fixture.h. */
#ifndef SIFT_TESTS_VIEW_SUPPORT_H
#define SIFT_TESTS_VIEW_SUPPORT_H

#include <stdlib.h>

#include "ingest/serve/view.h"

enum { VIEW_NAMES = 2300, VIEW_HITS = 6000 };

struct view_hit {
  unsigned name;
  uint32_t rule;
  int64_t time_ns;
  uint64_t offset;
  bool demoted;
};

struct view_world {
  struct fixture fixture;
  struct sift_arena arena;
  struct sift_state_header header;
  struct view_hit hits[VIEW_HITS];
};

static inline uint64_t view_random(uint64_t *seed) {
  *seed ^= *seed << 13;
  *seed ^= *seed >> 7;
  *seed ^= *seed << 17;
  return *seed;
}

static inline void view_world_begin(struct view_world *world, uint64_t seed) {
  fixture_begin(&world->fixture);
  sift_arena_init(&world->arena);
  assert_int_equal(sift_state_header_make(&world->header, world->fixture.ruleset, &world->arena), SIFT_OK);
  for (size_t i = 0; i < VIEW_HITS; i++) {
    uint64_t word = view_random(&seed);
    world->hits[i] = (struct view_hit){
        .name = (unsigned)(word % VIEW_NAMES),
        .rule = (uint32_t)((word >> 20) % world->fixture.ruleset->rule_count),
        .time_ns = T0 + (int64_t)((word >> 30) % 7200) * SECOND,
        .offset = i,
        .demoted = (word >> 50) % 5 == 0,
    };
  }
}

static inline void view_world_end(struct view_world *world) {
  sift_arena_release(&world->arena);
  fixture_end(&world->fixture);
}

static inline struct sift_view_rules view_world_rules(const struct view_world *world) {
  return (struct sift_view_rules){.ruleset = world->fixture.ruleset, .header = &world->header};
}

/* Names rise with their number; number 0 is "-". */
static inline size_t view_name(char out[32], unsigned number) {
  return number == 0 ? (size_t)snprintf(out, 32, "-") : (size_t)snprintf(out, 32, "owner%03u/space%04u", number / 7, number);
}

static inline void view_observe(struct sift_space *space, struct sift_arena *arena, struct sift_fleet *fleet,
                                const struct view_world *world, const struct view_hit *hit) {
  struct sift_instant at = {hit->time_ns, hit->offset, "live"};
  const struct sift_rule *rule = &world->fixture.ruleset->rules[hit->rule];
  struct sift_span value = sift_span_of("torch");
  struct sift_observation seen = {.rule = hit->rule,
                                  .demoted = hit->demoted,
                                  .count = 1,
                                  .first = at,
                                  .last = at,
                                  .text = sift_span_of(rule->id),
                                  .line = hit->offset + 1,
                                  .fields = &value,
                                  .field_count = (uint32_t)rule->captures.count};
  assert_true(sift_space_observe(space, arena, &seen));
  space->lines++;
  space->bytes += 10;
  fleet->lines++;
  fleet->hits++;
  fleet->newest_ns = hit->time_ns > fleet->newest_ns ? hit->time_ns : fleet->newest_ns;
  if (!hit->demoted && rule->severity >= SIFT_WARNING && hit->name != 0) {
    const struct sift_strike strike = {.series = {rule->class_index, SIFT_RULE_NONE},
                                       .time_ns = hit->time_ns,
                                       .space = space->name,
                                       .text = seen.text,
                                       .space_hash = sift_space_hash(space->name)};
    assert_int_equal(sift_fleet_strike(fleet, &strike), SIFT_OK);
  }
}

/* A state of the hits that `pick` takes. */
static inline struct sift_state_buffer view_state(const struct view_world *world, bool (*pick)(void *context, size_t index),
                                                  void *context) {
  static struct sift_space spaces[VIEW_NAMES];
  static char names[VIEW_NAMES][32];
  struct sift_arena arena;
  struct sift_fleet fleet;
  sift_arena_init(&arena);
  assert_int_equal(sift_fleet_init(&fleet), SIFT_OK);
  memset(spaces, 0, sizeof spaces);
  for (unsigned i = 0; i < VIEW_NAMES; i++) {
    spaces[i].name = sift_span(names[i], view_name(names[i], i));
    spaces[i].first.source = spaces[i].last.source = "";
  }
  for (size_t i = 0; i < VIEW_HITS; i++) {
    if (pick(context, i)) {
      view_observe(&spaces[world->hits[i].name], &arena, &fleet, world, &world->hits[i]);
    }
  }
  struct sift_state_buffer state = {0};
  struct sift_state_writer *writer = NULL;
  assert_int_equal(sift_state_writer_new(&writer, sift_state_buffer_output(&state), &world->header), SIFT_OK);
  for (unsigned i = 0; i < VIEW_NAMES; i++) {
    if (spaces[i].evidence_count > 0) {
      sift_space_sort(&spaces[i]);
      assert_int_equal(sift_state_write(writer, &spaces[i]), SIFT_OK);
    }
  }
  assert_int_equal(sift_state_finish(writer, &fleet), SIFT_OK);
  sift_state_writer_free(writer);
  sift_fleet_release(&fleet);
  sift_arena_release(&arena);
  return state;
}

static inline bool view_pick_all(void *context, size_t index) {
  (void)context;
  (void)index;
  return true;
}

static inline struct sift_run view_run(const struct sift_state_buffer *state) {
  return (struct sift_run){.bytes = state->bytes, .size = state->size};
}

/* A view of all hits. */
static inline struct sift_view *view_of_all(const struct view_world *world) {
  struct sift_state_buffer state = view_state(world, view_pick_all, NULL);
  struct sift_run run = view_run(&state);
  struct sift_view_input input = {
      .runs = &run, .run_count = 1, .rules = view_world_rules(world), .spaces_max = UINT64_MAX, .now_ns = SIFT_TIME_NONE};
  struct sift_view *view = NULL;
  assert_int_equal(sift_view_build(&view, &input), SIFT_OK);
  sift_state_buffer_release(&state);
  return view;
}

#endif
