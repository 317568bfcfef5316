/* Text as it comes → chunks of whole lines, cleaned of terminal control; and the times that lines carry. */
#include <stdlib.h>

#include "bench/clock.h"
#include "bench/inputs.h"
#include "bench/suite.h"
#include "engine/batch.h"
#include "engine/clean.h"
#include "engine/stamp.h"
#include "ingest/lines.h"

struct lines {
  const struct bench_input *raw;
  struct sift_lines *lines;
  char *copy;
};

static void *open_lines(int variant) {
  (void)variant;
  struct lines *self = calloc(1, sizeof *self);
  bench_require(self != NULL && (self->copy = malloc(SIFT_BATCH_BYTES + SIFT_PADDING)) != NULL &&
                    sift_lines_new(&self->lines, SIFT_BATCH_BYTES, SIFT_LINE_BYTES_MAX) == SIFT_OK,
                "out of memory");
  self->raw = bench_input(SIFT_GEN_RAW);
  return self;
}

static void close_lines(void *state) {
  struct lines *self = state;
  sift_lines_free(self->lines);
  free(self->copy);
  free(self);
}

/* The copy into the buffer is part of it: a source writes there. */
static struct bench_work run_split(void *state) {
  struct lines *self = state;
  struct bench_work work = {.bytes = self->raw->len};
  struct sift_chunk chunk;
  sift_lines_reset(self->lines);
  for (size_t at = 0; at < self->raw->len;) {
    size_t room = 0;
    char *into = sift_lines_reserve(self->lines, &room);
    bench_require(into != NULL, "out of memory");
    room = room < self->raw->len - at ? room : self->raw->len - at;
    memcpy(into, self->raw->bytes + at, room);
    sift_lines_commit(self->lines, room);
    at += room;
    if (at == self->raw->len) {
      sift_lines_finish(self->lines);
    }
    while (sift_lines_next(self->lines, &chunk) == SIFT_OK) {
      work.items += chunk.survey.newlines;
    }
  }
  return work;
}

static struct bench_work run_survey(void *state) {
  struct lines *self = state;
  struct sift_span text = sift_span(self->raw->bytes, self->raw->len);
  struct bench_work work = {.bytes = text.len};
  for (size_t at = 0; at < text.len;) {
    uint32_t len = bench_batch_len(text, at);
    work.items += sift_survey(text.data + at, len).newlines;
    at += len;
  }
  return work;
}

static struct bench_work run_clean(void *state) {
  struct lines *self = state;
  struct sift_span text = sift_span(self->raw->bytes, self->raw->len);
  struct bench_work work = {.bytes = text.len, .items = self->raw->records};
  size_t kept = 0;
  for (size_t at = 0; at < text.len;) {
    uint32_t len = bench_batch_len(text, at);
    memcpy(self->copy, text.data + at, len);
    double begun = bench_cpu_seconds();
    kept += sift_clean_plain(self->copy, len);
    work.seconds += bench_cpu_seconds() - begun;
    at += len;
  }
  bench_require(kept > 0 && kept < text.len, "nothing to clean");
  return work;
}

static struct bench_work run_stamp(void *state) {
  struct lines *self = state;
  struct bench_work work = {.bytes = self->raw->len};
  uint64_t dated = 0;
  for (size_t at = 0; at < self->raw->len;) {
    const char *line = self->raw->bytes + at;
    const char *newline = memchr(line, '\n', self->raw->len - at);
    size_t len = newline != NULL ? (size_t)(newline - line) : self->raw->len - at;
    dated += sift_stamp_read(sift_span(line, len), SIFT_TIME_NONE) != SIFT_TIME_NONE;
    work.items++;
    at += len + 1;
  }
  bench_require(dated > 0, "no line has a time");
  return work;
}

static const struct bench_stage stages[] = {
    {"lines/split", "lines", open_lines, run_split, close_lines, 0},
    {"lines/survey", "lines", open_lines, run_survey, close_lines, 0},
    {"lines/clean", "lines", open_lines, run_clean, close_lines, 0},
    {"lines/stamp", "lines", open_lines, run_stamp, close_lines, 0},
};
const struct bench_suite bench_suite_lines = BENCH_SUITE(stages);
