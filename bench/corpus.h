/* Texts with a chosen share of lines that hit, mixed from the lines of a real or generated fleet. */
#ifndef SIFT_BENCH_CORPUS_H
#define SIFT_BENCH_CORPUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/database.h"
#include "ingest/shards.h"

/* Lines that hit nothing and lines that do, each pool in the order of the input. */
struct bench_pools {
  char *quiet, *loud; /* text, SIFT_PADDING behind */
  size_t quiet_len, loud_len;
  size_t quiet_lines, loud_lines;
};

/* Reads up to `bytes_max` of text of the shards. False, with a message, where there is too little of either kind. */
bool bench_pools_read(struct bench_pools *pools, const struct sift_shards *shards, const struct sift_database *database,
                      size_t bytes_max);

/* The same of raw text at hand. */
bool bench_pools_sort(struct bench_pools *pools, struct sift_span text, const struct sift_database *database);
void bench_pools_release(struct bench_pools *pools);

/* Exactly `len` bytes or a little less, whole lines, of which every `1 / share`-th is a loud one (share 0: none). Quiet text
 * is taken in runs as it stood in the input, so that it looks and compresses like it. SIFT_PADDING behind; to be freed. */
char *bench_mix(const struct bench_pools *pools, size_t *len, double share);

/* Writes `text` as one zstd file of level 3, as the zstd program would. False where it cannot. */
bool bench_compress_to(const char *path, const char *text, size_t len);

#endif
