/* Hits → a worker's tally: all of one Space, as in a shard of one log, or of many, as in a collector's. */
#include <stdio.h>
#include <stdlib.h>

#include "bench/hits.h"
#include "bench/suite.h"
#include "engine/tally.h"

enum { TALLY_BYTES = 1024 * 1024, SPACES_MAX = 10000, NAME_BYTES = 48, SETTLE = 1000 };

struct tally {
  struct bench_hits hits;
  uint32_t spaces;
  char (*names)[NAME_BYTES];
  uint64_t *hashes;
};

static void *open_tally(int variant) {
  struct tally *self = calloc(1, sizeof *self);
  bench_require(self != NULL, "out of memory");
  bench_hits_make(&self->hits, TALLY_BYTES);
  self->spaces = (uint32_t)variant;
  self->names = calloc(self->spaces, NAME_BYTES);
  self->hashes = calloc(self->spaces, sizeof self->hashes[0]);
  bench_require(self->names != NULL && self->hashes != NULL, "out of memory");
  for (uint32_t i = 0; i < self->spaces; i++) {
    snprintf(self->names[i], NAME_BYTES, "some-owner-%u/space-number-%u", i % 97, i);
    self->hashes[i] = sift_space_hash(sift_span_of(self->names[i]));
  }
  return self;
}

static void observe(const struct tally *self, struct sift_tally *tally, size_t number) {
  const struct bench_hit *hit = &self->hits.items[number];
  size_t at = number * 7919 % self->spaces; /* a prime: neighbours are of different Spaces */
  const struct sift_instant instant = {INT64_C(1769853605000000000) + (int64_t)number * 1000000, number * 311,
                                       "shard-0001.jsonl.zst"};
  const struct sift_observation seen = {.rule = hit->rule,
                                        .count = 1,
                                        .first = instant,
                                        .last = instant,
                                        .text = hit->text,
                                        .line = number + 1,
                                        .fields = hit->fields,
                                        .field_count = hit->field_count};
  struct sift_space *space = sift_tally_space(tally, sift_span_of(self->names[at]), self->hashes[at]);
  bench_require(space != NULL && sift_space_observe(space, &tally->arena, &seen), "out of memory");
}

static struct bench_work run_tally(void *state) {
  struct tally *self = state;
  struct sift_tally tally;
  bench_require(sift_tally_init(&tally, sift_database_ruleset(bench_database()), 0, 1000000) == SIFT_OK, "out of memory");
  for (size_t i = 0; i < self->hits.count; i++) {
    observe(self, &tally, i);
    bench_require(i % SETTLE != 0 || sift_tally_settle(&tally) == SIFT_OK, "out of memory");
  }
  sift_tally_release(&tally);
  return (struct bench_work){.bytes = self->hits.text.len, .items = self->hits.count};
}

static void close_tally(void *state) {
  struct tally *self = state;
  bench_hits_release(&self->hits);
  free(self->names);
  free(self->hashes);
  free(self);
}

static const struct bench_stage stages[] = {
    {"tally/one_space", "hits", open_tally, run_tally, close_tally, 1},
    {"tally/many_spaces", "hits", open_tally, run_tally, close_tally, SPACES_MAX},
};
const struct bench_suite bench_suite_tally = BENCH_SUITE(stages);
