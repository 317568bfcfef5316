/* Chunks of whole lines → batches, per format: raw, JSON Lines, server-sent events. */
#include <stdlib.h>

#include "bench/clock.h"
#include "bench/inputs.h"
#include "bench/suite.h"
#include "engine/batch.h"
#include "engine/worker.h"
#include "ingest/lines.h"
#include "ingest/wrapping.h"

struct unwrap {
  const struct bench_input *input;
  struct sift_wrapping_config config;
  struct sift_worker *worker; /* for its streams */
  struct sift_wrapping *wrapping;
  struct sift_lines *lines;
  uint64_t damages;
};

static void count_damage(void *context, enum sift_reason reason, uint64_t offset) {
  (void)reason;
  (void)offset;
  ((struct unwrap *)context)->damages++;
}

static void *open_unwrap(int variant) {
  struct unwrap *self = calloc(1, sizeof *self);
  const struct sift_worker_config worker = {.database = bench_database(), .spaces_max = 1000000};
  enum sift_gen_format format = (enum sift_gen_format)variant;
  bench_require(self != NULL && sift_worker_new(&self->worker, &worker) == SIFT_OK &&
                    sift_wrapping_new(&self->wrapping) == SIFT_OK &&
                    sift_lines_new(&self->lines, format == SIFT_GEN_RAW ? SIFT_BATCH_BYTES : SIFT_WRAPPED_BYTES,
                                   SIFT_LINE_BYTES_MAX) == SIFT_OK,
                "out of memory");
  self->input = bench_input(format);
  self->config = (struct sift_wrapping_config){.format = format == SIFT_GEN_RAW   ? SIFT_FORMAT_RAW
                                                         : format == SIFT_GEN_SSE ? SIFT_FORMAT_SSE
                                                                                  : SIFT_FORMAT_JSONL,
                                               .space = sift_span_of("owner/name"),
                                               .channel = sift_span_of("run")};
  return self;
}

static void unwrap_chunks(struct unwrap *self, struct bench_work *work) {
  struct sift_chunk chunk;
  struct sift_batch batch;
  while (sift_lines_next(self->lines, &chunk) == SIFT_OK) {
    double begun = bench_cpu_seconds();
    enum sift_status status = sift_wrapping_unwrap(self->wrapping, &chunk, &batch);
    work->seconds += bench_cpu_seconds() - begun;
    bench_require(status == SIFT_OK, "a chunk cannot be unwrapped");
    work->items += batch.lines;
  }
}

static struct bench_work run_unwrap(void *state) {
  struct unwrap *self = state;
  const struct bench_input *input = self->input;
  struct bench_work work = {.bytes = input->len};
  self->damages = 0;
  sift_lines_reset(self->lines);
  bench_require(sift_worker_begin(self->worker, sift_span_of("shard")) == SIFT_OK &&
                    sift_wrapping_begin(self->wrapping, &self->config, sift_worker_streams(self->worker),
                                        (struct sift_wrapping_report){count_damage, self}) == SIFT_OK,
                "a shard cannot begin");
  for (size_t at = 0; at < input->len;) {
    size_t room = 0;
    char *into = sift_lines_reserve(self->lines, &room);
    bench_require(into != NULL, "out of memory");
    room = room < input->len - at ? room : input->len - at;
    memcpy(into, input->bytes + at, room);
    sift_lines_commit(self->lines, room);
    at += room;
    if (at == input->len) {
      sift_lines_finish(self->lines);
    }
    unwrap_chunks(self, &work);
  }
  bench_require(self->damages < work.items / 10, "records cannot be read");
  return work;
}

static void close_unwrap(void *state) {
  struct unwrap *self = state;
  sift_lines_free(self->lines);
  sift_wrapping_free(self->wrapping);
  sift_worker_free(self->worker);
  free(self);
}

static const struct bench_stage stages[] = {
    {"unwrap/raw", "lines", open_unwrap, run_unwrap, close_unwrap, SIFT_GEN_RAW},
    {"unwrap/jsonl", "records", open_unwrap, run_unwrap, close_unwrap, SIFT_GEN_JSONL},
    {"unwrap/jsonl_mixed", "records", open_unwrap, run_unwrap, close_unwrap, SIFT_GEN_MIXED},
    {"unwrap/sse", "records", open_unwrap, run_unwrap, close_unwrap, SIFT_GEN_SSE},
};
const struct bench_suite bench_suite_unwrap = BENCH_SUITE(stages);
