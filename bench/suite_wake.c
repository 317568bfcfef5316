/* Batches → lines that may match: Hyperscan alone over all patterns, our ways beside it, and the scanner as a whole. */
#include <stdlib.h>

#include "bench/inputs.h"
#include "bench/suite.h"
#include "engine/database_internal.h"
#include "engine/scanner.h"

enum way { BARE, SAMPLER, PORTABLE, LITERALS, REST, WAYS };

struct wake {
  const struct sift_database *database;
  struct bench_input text;
  hs_scratch_t *scratch;
  struct sift_scanner *scanner;
  enum way way;
  const char *batch;
  uint32_t batch_len;
  uint64_t woken;
};

static struct wake *make(double share) {
  struct wake *self = calloc(1, sizeof *self);
  bench_require(self != NULL, "out of memory");
  self->database = bench_database();
  bench_input_mix(&self->text, share, BENCH_INPUT_BYTES);
  return self;
}

/* What Hyperscan looks by in this way; the sampler's ways ask it for nothing, but need a scratch as well. */
static const hs_database_t *database_of(const struct wake *self) {
  const hs_database_t *const databases[WAYS] = {self->database->wake, self->database->wake, self->database->wake,
                                                self->database->literals, self->database->rest};
  return databases[self->way];
}

static void *open_wake(int variant) {
  struct wake *self = make(0.001);
  self->way = (enum way)variant;
  bench_require(self->database->sampler != NULL && database_of(self) != NULL &&
                    hs_alloc_scratch(database_of(self), &self->scratch) == HS_SUCCESS,
                "the built-in pack has no sampler, literals or rest");
  return self;
}

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *context) {
  (void)id;
  (void)from;
  (void)to;
  (void)flags;
  ((struct wake *)context)->woken++;
  return 0;
}

/* As the scanner does: the rest of the line need not be looked at. */
static uint32_t on_sample(void *context, uint32_t to) {
  struct wake *self = context;
  const char *newline = memchr(self->batch + to - 1, '\n', self->batch_len - (to - 1));
  self->woken++;
  return newline != NULL ? (uint32_t)(newline - self->batch) : self->batch_len;
}

static void look(struct wake *self) {
  switch (self->way) {
  case SAMPLER:
    sift_sampler_scan(self->database->sampler, self->batch, self->batch_len, on_sample, self);
    break;
  case PORTABLE:
    sift_sampler_scan_portable(self->database->sampler, self->batch, self->batch_len, on_sample, self);
    break;
  default:
    bench_require(hs_scan(database_of(self), self->batch, self->batch_len, 0, self->scratch, on_match, self) == HS_SUCCESS,
                  "hs_scan failed");
  }
}

static struct bench_work run_wake(void *state) {
  struct wake *self = state;
  struct sift_span text = sift_span(self->text.bytes, self->text.len);
  self->woken = 0;
  for (size_t at = 0; at < text.len; at += self->batch_len) {
    self->batch = text.data + at;
    self->batch_len = bench_batch_len(text, at);
    look(self);
  }
  bench_require(self->way == REST || self->woken > 0, "nothing is woken");
  return (struct bench_work){.bytes = text.len, .items = self->text.records};
}

static void *open_scan(int variant) {
  struct wake *self = make(0.001);
  bench_require(sift_scanner_new(&self->scanner, self->database, (enum sift_scan_mode)variant) == SIFT_OK, "out of memory");
  return self;
}

static bool count_hit(void *context, const struct sift_hit *hit) {
  (void)hit;
  ((struct wake *)context)->woken++;
  return true;
}

static struct bench_work run_scan(void *state) {
  struct wake *self = state;
  struct sift_span text = sift_span(self->text.bytes, self->text.len);
  self->woken = 0;
  for (size_t at = 0; at < text.len;) {
    uint32_t len = bench_batch_len(text, at);
    bench_require(sift_scanner_scan(self->scanner, text.data + at, len, count_hit, self) == SIFT_OK, "a batch cannot be scanned");
    at += len;
  }
  bench_require(self->woken > 0, "nothing is hit");
  return (struct bench_work){.bytes = text.len, .items = self->text.records};
}

static void close_wake(void *state) {
  struct wake *self = state;
  hs_free_scratch(self->scratch);
  sift_scanner_free(self->scanner);
  free(self->text.bytes);
  free(self);
}

static const struct bench_stage stages[] = {
    {"wake/hs_scan", "lines", open_wake, run_wake, close_wake, BARE},
    {"wake/sampler", "lines", open_wake, run_wake, close_wake, SAMPLER},
    {"wake/sampler_portable", "lines", open_wake, run_wake, close_wake, PORTABLE},
    {"wake/literals", "lines", open_wake, run_wake, close_wake, LITERALS},
    {"wake/rest", "lines", open_wake, run_wake, close_wake, REST},
    {"scan/adaptive", "lines", open_scan, run_scan, close_wake, SIFT_SCAN_ADAPTIVE},
    {"scan/sampler", "lines", open_scan, run_scan, close_wake, SIFT_SCAN_SAMPLER},
    {"scan/full_wake", "lines", open_scan, run_scan, close_wake, SIFT_SCAN_BATCH},
    {"scan/dense", "lines", open_scan, run_scan, close_wake, SIFT_SCAN_DENSE},
    {"scan/lines", "lines", open_scan, run_scan, close_wake, SIFT_SCAN_LINES},
};
const struct bench_suite bench_suite_wake = BENCH_SUITE(stages);
