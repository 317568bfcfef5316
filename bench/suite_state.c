/* Tallies ↔ bytes, and the folding of two of them into one. */
#include <stdlib.h>

#include "bench/spaces.h"
#include "bench/suite.h"

struct state {
  struct bench_spaces spaces;
  struct sift_state_buffer out;
};

static void *open_state(int variant) {
  (void)variant;
  struct state *self = calloc(1, sizeof *self);
  bench_require(self != NULL, "out of memory");
  bench_spaces_make(&self->spaces);
  return self;
}

static struct bench_work run_write(void *state) {
  struct state *self = state;
  struct sift_state_writer *writer = NULL;
  self->out.size = 0;
  bench_require(sift_state_writer_new(&writer, sift_state_buffer_output(&self->out),
                                      sift_state_reader_header(self->spaces.reader)) == SIFT_OK,
                "out of memory");
  for (size_t i = 0; i < self->spaces.count; i++) {
    bench_require(sift_state_write(writer, &self->spaces.items[i]) == SIFT_OK, "a Space cannot be written");
  }
  bench_require(sift_state_finish(writer, sift_state_reader_fleet(self->spaces.reader)) == SIFT_OK, "a fleet cannot be written");
  sift_state_writer_free(writer);
  return (struct bench_work){.bytes = self->out.size, .items = self->spaces.count};
}

static struct bench_work run_read(void *state) {
  struct state *self = state;
  struct sift_state_bytes bytes = {bench_input_state()};
  struct sift_state_reader *reader = NULL;
  const struct sift_space *space = NULL;
  struct bench_work work = {.bytes = bytes.rest.len};
  bench_require(sift_state_reader_new(&reader, sift_state_bytes_input(&bytes)) == SIFT_OK, "out of memory");
  while (sift_state_next(reader, &space) == SIFT_OK) {
    work.items++;
  }
  sift_state_reader_free(reader);
  bench_require(work.items == self->spaces.count, "not all Spaces came back");
  return work;
}

static struct bench_work run_merge(void *state) {
  struct state *self = state;
  struct sift_state_bytes bytes[2] = {{bench_input_state()}, {bench_input_state()}};
  struct sift_state_reader *readers[2] = {NULL, NULL};
  struct sift_state_merger *merger = NULL;
  const struct sift_space *space = NULL;
  struct bench_work work = {.bytes = bytes[0].rest.len + bytes[1].rest.len};
  for (size_t i = 0; i < 2; i++) {
    bench_require(sift_state_reader_new(&readers[i], sift_state_bytes_input(&bytes[i])) == SIFT_OK, "out of memory");
  }
  bench_require(sift_state_merger_new(&merger, readers, 2, 1000000) == SIFT_OK, "out of memory");
  while (sift_state_merger_next(merger, &space) == SIFT_OK) {
    work.items++;
  }
  sift_state_merger_free(merger);
  sift_state_reader_free(readers[0]);
  sift_state_reader_free(readers[1]);
  bench_require(work.items == self->spaces.count, "a merge with itself has other Spaces");
  return work;
}

static void close_state(void *state) {
  struct state *self = state;
  bench_spaces_release(&self->spaces);
  sift_state_buffer_release(&self->out);
  free(self);
}

static const struct bench_stage stages[] = {
    {"state/write", "Spaces", open_state, run_write, close_state, 0},
    {"state/read", "Spaces", open_state, run_read, close_state, 0},
    {"state/merge", "Spaces", open_state, run_merge, close_state, 0},
};
const struct bench_suite bench_suite_state = BENCH_SUITE(stages);
