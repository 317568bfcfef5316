/* The Spaces of bench_input_state(), in memory: what states are written from and verdicts are made of. */
#ifndef SIFT_BENCH_SPACES_H
#define SIFT_BENCH_SPACES_H

#include "bench/inputs.h"

struct bench_spaces {
  struct sift_space *items; /* sorted, in order of name */
  size_t count, capacity;
  struct sift_arena arena;
  struct sift_state_bytes bytes;
  struct sift_state_reader *reader; /* at its end: it lends header and fleet */
};

void bench_spaces_make(struct bench_spaces *spaces);
void bench_spaces_release(struct bench_spaces *spaces);

#endif
