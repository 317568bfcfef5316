/* The hits of a text, kept: what stages behind the scanner run over. */
#ifndef SIFT_BENCH_HITS_H
#define SIFT_BENCH_HITS_H

#include "bench/inputs.h"
#include "engine/ruleset.h"

struct bench_hit {
  uint32_t rule, field_count;
  struct sift_span text; /* the line */
  struct sift_span fields[SIFT_CAPTURES_MAX];
};

struct bench_hits {
  struct bench_input text; /* of which every line hits */
  struct bench_hit *items;
  size_t count, capacity;
};

/* Of `bytes` of lines that hit. */
void bench_hits_make(struct bench_hits *hits, size_t bytes);
void bench_hits_release(struct bench_hits *hits);

#endif
