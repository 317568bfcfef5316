/* One JSON object a line → its fields, and their strings → bytes. */
#include <stdlib.h>

#include "bench/inputs.h"
#include "bench/suite.h"
#include "engine/batch.h"
#include "ingest/json_records.h"
#include "ingest/json_text.h"

struct json {
  const struct bench_input *input;
  struct sift_json_reader *reader;
  struct sift_fields fields;
  struct sift_span *strings; /* what stands between the quotes of `data` */
  char *out;
};

static bool next_line(const struct bench_input *input, size_t *at, struct sift_span *line) {
  if (*at >= input->len) {
    return false;
  }
  const char *newline = memchr(input->bytes + *at, '\n', input->len - *at);
  size_t len = newline != NULL ? (size_t)(newline - input->bytes) - *at : input->len - *at;
  *line = sift_span(input->bytes + *at, len);
  *at += len + 1;
  return true;
}

static void *open_json(int variant) {
  (void)variant;
  char error[160];
  struct json *self = calloc(1, sizeof *self);
  bench_require(self != NULL && (self->reader = sift_json_reader_new()) != NULL, "out of memory");
  self->input = bench_input(SIFT_GEN_JSONL);
  self->strings = calloc(self->input->records, sizeof self->strings[0]);
  self->out = malloc(self->input->len + SIFT_PADDING);
  bench_require(self->strings != NULL && self->out != NULL, "out of memory");
  bench_require(sift_fields_parse(&self->fields, "spaces", error, sizeof error) == SIFT_OK, "the preset is unknown");
  struct sift_span line;
  struct sift_json_record record;
  size_t count = 0;
  for (size_t at = 0; next_line(self->input, &at, &line) && count < self->input->records;) {
    bench_require(sift_json_reader_read(self->reader, line, &self->fields, &record) == SIFT_REASONS, "a record cannot be read");
    self->strings[count++] = record.repaired ? sift_span_of("") : record.text.raw;
  }
  bench_require(count == self->input->records, "records are missing");
  return self;
}

static struct bench_work run_read(void *state) {
  struct json *self = state;
  struct bench_work work = {.bytes = self->input->len};
  struct sift_span line;
  struct sift_json_record record;
  for (size_t at = 0; next_line(self->input, &at, &line);) {
    work.items += sift_json_reader_read(self->reader, line, &self->fields, &record) == SIFT_REASONS;
  }
  bench_require(work.items == self->input->records, "a record cannot be read");
  return work;
}

static struct bench_work run_unescape(void *state) {
  struct json *self = state;
  struct bench_work work = {0};
  for (size_t i = 0; i < self->input->records; i++) {
    size_t len = 0;
    work.items += sift_json_unescape(self->strings[i], self->out, &len);
    work.bytes += self->strings[i].len;
  }
  bench_require(work.items == self->input->records, "a string cannot be read");
  return work;
}

static void close_json(void *state) {
  struct json *self = state;
  sift_json_reader_free(self->reader);
  free(self->strings);
  free(self->out);
  free(self);
}

static const struct bench_stage stages[] = {
    {"json/read", "records", open_json, run_read, close_json, 0},
    {"json/unescape", "strings", open_json, run_unescape, close_json, 0},
};
const struct bench_suite bench_suite_json = BENCH_SUITE(stages);
