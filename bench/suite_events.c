/* Hits ↔ msgpack. */
#include <stdlib.h>

#include "bench/hits.h"
#include "bench/suite.h"
#include "engine/event.h"
#include "engine/event_read.h"

enum { EVENT_BYTES = 1024 * 1024, BLOCK_BYTES = 64 * 1024 };

struct events {
  struct bench_hits hits;
  struct sift_event_encoder *encoder;
  struct sift_pack written; /* header and all events */
};

static void encode(const struct events *self, size_t number) {
  const struct bench_hit *hit = &self->hits.items[number];
  const struct sift_event event = {.time_ns = INT64_C(1769853605000000000) + (int64_t)number * 1000000,
                                   .space = sift_span_of("some-owner/some-space"),
                                   .channel = sift_span_of("run"),
                                   .source = sift_span_of("shard-0001.jsonl.zst"),
                                   .text = hit->text,
                                   .rule = hit->rule,
                                   .offset = number * 311,
                                   .line = number + 1,
                                   .fields = hit->fields,
                                   .field_count = hit->field_count};
  bench_require(sift_event_encode(self->encoder, &event) == SIFT_OK, "out of memory");
}

static void *open_events(int variant) {
  (void)variant;
  struct events *self = calloc(1, sizeof *self);
  bench_require(self != NULL, "out of memory");
  bench_hits_make(&self->hits, EVENT_BYTES);
  bench_require(sift_event_encoder_new(&self->encoder, sift_database_ruleset(bench_database())) == SIFT_OK &&
                    sift_event_header(&self->written, sift_database_ruleset(bench_database())) == SIFT_OK,
                "out of memory");
  for (size_t i = 0; i < self->hits.count; i++) {
    encode(self, i);
  }
  struct sift_span block = sift_event_block(self->encoder);
  char *at = sift_pack_reserve(&self->written, block.len);
  bench_require(at != NULL, "out of memory");
  sift_pack_commit(&self->written, sift_put_bytes(at, block));
  sift_event_clear(self->encoder);
  return self;
}

static struct bench_work run_encode(void *state) {
  struct events *self = state;
  struct bench_work work = {.items = self->hits.count};
  for (size_t i = 0; i < self->hits.count; i++) {
    encode(self, i);
    size_t len = sift_event_block(self->encoder).len;
    if (len >= BLOCK_BYTES || i + 1 == self->hits.count) {
      work.bytes += len;
      sift_event_clear(self->encoder);
    }
  }
  return work;
}

static struct bench_work run_read(void *state) {
  struct events *self = state;
  struct sift_state_bytes bytes = {sift_span(self->written.bytes, self->written.len)};
  struct sift_event_reader *reader = NULL;
  const struct sift_event_record *event = NULL;
  struct bench_work work = {.bytes = self->written.len};
  bench_require(sift_event_reader_new(&reader, sift_state_bytes_input(&bytes)) == SIFT_OK, "out of memory");
  while (sift_event_next(reader, &event) == SIFT_OK) {
    work.items++;
  }
  sift_event_reader_free(reader);
  bench_require(work.items == self->hits.count, "not all events came back");
  return work;
}

static void close_events(void *state) {
  struct events *self = state;
  sift_event_encoder_free(self->encoder);
  sift_pack_release(&self->written);
  bench_hits_release(&self->hits);
  free(self);
}

static const struct bench_stage stages[] = {
    {"events/encode", "events", open_events, run_encode, close_events, 0},
    {"events/read", "events", open_events, run_read, close_events, 0},
};
const struct bench_suite bench_suite_events = BENCH_SUITE(stages);
