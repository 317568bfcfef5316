/* The whole path over a corpus in memory: scan, confirm, captures, times, tally, and events where wanted. */
#ifndef SIFT_MEASURE_PATH_H
#define SIFT_MEASURE_PATH_H

#include "engine/database.h"
#include "tools/measure/corpus.h"

enum { SIFT_PATH_THREADS_MAX = 1024 };

struct sift_path_config {
  const struct sift_database *database;
  const struct sift_pieces *pieces;
  bool events;      /* encoded, then let go: writing them is the disk's affair */
  unsigned threads; /* each with a worker of its own; they share out the pieces. 0: one */
};

/* What a pass found. */
struct sift_path_result {
  uint64_t hits;
  uint64_t woken, confirmed; /* lines that were looked at alone, and those of them with a hit, before channels are asked */
  uint64_t limited;          /* times that PCRE2 gave up */
  uint64_t event_bytes;
};

/* One pass, workers made and freed within. Every part of the corpus is a Space's log of unknown channel, so each rule applies.
 * SIFT_ENOMEM, SIFT_EENGINE. `out` may be NULL. */
enum sift_status sift_path_run(const struct sift_path_config *config, struct sift_path_result *out);

#endif
