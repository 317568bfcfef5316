/* Woken lines → hits: the confirm database over single lines, and PCRE2 for the captures of those that hit. */
#include <stdlib.h>

#include "bench/hits.h"
#include "bench/suite.h"
#include "engine/database_internal.h"

enum { CONFIRM_BYTES = 2 * 1024 * 1024 };

struct confirm {
  const struct sift_database *database;
  struct bench_input text;
  hs_scratch_t *scratch;
  uint64_t matches;
};

static void *open_confirm(int percent) {
  struct confirm *self = calloc(1, sizeof *self);
  bench_require(self != NULL, "out of memory");
  self->database = bench_database();
  bench_input_mix(&self->text, percent / 100.0, CONFIRM_BYTES);
  bench_require(hs_alloc_scratch(self->database->confirm, &self->scratch) == HS_SUCCESS, "out of memory");
  return self;
}

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *context) {
  (void)id;
  (void)from;
  (void)to;
  (void)flags;
  ++*(uint64_t *)context;
  return 0;
}

static struct bench_work run_confirm(void *state) {
  struct confirm *self = state;
  self->matches = 0;
  for (size_t at = 0; at < self->text.len;) {
    const char *line = self->text.bytes + at;
    const char *newline = memchr(line, '\n', self->text.len - at);
    size_t len = newline != NULL ? (size_t)(newline - line) : self->text.len - at;
    bench_require(hs_scan(self->database->confirm, line, (unsigned)len, 0, self->scratch, on_match, &self->matches) == HS_SUCCESS,
                  "hs_scan failed");
    at += len + 1;
  }
  return (struct bench_work){.bytes = self->text.len, .items = self->text.records};
}

static void close_confirm(void *state) {
  struct confirm *self = state;
  hs_free_scratch(self->scratch);
  free(self->text.bytes);
  free(self);
}

/* ---- captures ---- */

/* A line and the program that takes its values. */
struct look {
  const struct sift_program *program;
  struct sift_span text;
};

struct captures {
  struct bench_hits hits;
  struct look *looks;
  size_t count;
  uint64_t bytes;
  pcre2_match_data *match;
  pcre2_match_context *limits;
};

static bool matches(const struct captures *self, const struct sift_program *program, struct sift_span text) {
  return pcre2_match(program->code, (PCRE2_SPTR)text.data, text.len, 0, 0, self->match, self->limits) >= 0;
}

/* The first `any` pattern of the rule that matches, as the scanner does. */
static const struct sift_program *program_of(const struct captures *self, const struct bench_hit *hit) {
  const struct sift_database *database = bench_database();
  const struct sift_rule *rule = &database->ruleset->rules[hit->rule];
  for (uint32_t i = database->first[hit->rule]; i < database->first[hit->rule + 1]; i++) {
    const struct sift_program *program = sift_program_get(&database->patterns[i], rule, true);
    bench_require(program != NULL, "out of memory");
    if (database->patterns[i].role == SIFT_ROLE_ANY && matches(self, program, hit->text)) {
      return program;
    }
  }
  return NULL;
}

static void *open_captures(int variant) {
  (void)variant;
  struct captures *self = calloc(1, sizeof *self);
  bench_require(self != NULL, "out of memory");
  bench_hits_make(&self->hits, CONFIRM_BYTES);
  self->looks = malloc(self->hits.count * sizeof self->looks[0]);
  self->match = pcre2_match_data_create(64, NULL);
  self->limits = sift_pcre_limits();
  bench_require(self->looks != NULL && self->match != NULL && self->limits != NULL, "out of memory");
  for (size_t i = 0; i < self->hits.count; i++) {
    const struct bench_hit *hit = &self->hits.items[i];
    const struct sift_program *program = hit->field_count > 0 ? program_of(self, hit) : NULL;
    if (program != NULL) {
      self->looks[self->count++] = (struct look){program, hit->text};
      self->bytes += hit->text.len;
    }
  }
  return self;
}

static struct bench_work run_captures(void *state) {
  struct captures *self = state;
  uint64_t found = 0;
  for (size_t i = 0; i < self->count; i++) {
    found += matches(self, self->looks[i].program, self->looks[i].text);
  }
  bench_require(found == self->count, "PCRE2 gave up");
  return (struct bench_work){.bytes = self->bytes, .items = self->count};
}

static void close_captures(void *state) {
  struct captures *self = state;
  pcre2_match_data_free(self->match);
  pcre2_match_context_free(self->limits);
  bench_hits_release(&self->hits);
  free(self->looks);
  free(self);
}

static const struct bench_stage stages[] = {
    {"confirm/hits", "lines", open_confirm, run_confirm, close_confirm, 100},
    {"confirm/no_hits", "lines", open_confirm, run_confirm, close_confirm, 0},
    {"captures/pcre2", "lines", open_captures, run_captures, close_captures, 0},
};
const struct bench_suite bench_suite_confirm = BENCH_SUITE(stages);
