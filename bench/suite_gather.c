/* Small records → batches that are worth a scan. */
#include <stdlib.h>

#include "bench/inputs.h"
#include "bench/suite.h"
#include "ingest/serve/gather.h"

enum { STREAMS = 300, RUN = 4 };

struct gather {
  const struct bench_input *raw;
  struct sift_gather gather;
};

static void *open_gather(int variant) {
  (void)variant;
  struct gather *self = calloc(1, sizeof *self);
  bench_require(self != NULL, "out of memory");
  self->raw = bench_input(SIFT_GEN_RAW);
  return self;
}

static uint64_t flush(struct gather *self) {
  struct sift_batch batch;
  sift_gather_batch(&self->gather, 1, &batch);
  uint64_t count = batch.record_count;
  sift_gather_clear(&self->gather);
  return count;
}

static struct bench_work run_records(void *state) {
  struct gather *self = state;
  struct bench_work work = {.bytes = self->raw->len};
  uint64_t number = 0;
  for (size_t at = 0; at < self->raw->len; number++) {
    const char *line = self->raw->bytes + at;
    const char *newline = memchr(line, '\n', self->raw->len - at);
    size_t len = newline != NULL ? (size_t)(newline - line) : self->raw->len - at;
    bench_require(sift_gather_record(&self->gather, (uint32_t)(number / RUN % STREAMS), sift_span(line, len),
                                     INT64_C(1769853605000000000)) == SIFT_OK,
                  "out of memory");
    work.items += sift_gather_full(&self->gather) ? flush(self) : 0;
    at += len + 1;
  }
  work.items += flush(self);
  bench_require(work.items == number, "records are missing");
  return work;
}

/* Blocks of raw lines, as newline TCP brings them. */
static struct bench_work run_lines(void *state) {
  struct gather *self = state;
  struct sift_span text = sift_span(self->raw->bytes, self->raw->len);
  struct bench_work work = {.bytes = text.len};
  for (size_t at = 0; at < text.len;) {
    uint32_t len = bench_batch_len(text, at);
    bench_require(sift_gather_lines(&self->gather, 0, sift_span(text.data + at, len)) == SIFT_OK, "out of memory");
    work.items += flush(self);
    at += len;
  }
  return work;
}

static void close_gather(void *state) {
  struct gather *self = state;
  sift_gather_release(&self->gather);
  free(self);
}

static const struct bench_stage stages[] = {
    {"gather/records", "records", open_gather, run_records, close_gather, 0},
    {"gather/lines", "lines", open_gather, run_lines, close_gather, 0},
};
const struct bench_suite bench_suite_gather = BENCH_SUITE(stages);
