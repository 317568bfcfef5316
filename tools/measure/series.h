/* Makes each way of scanning something that can be run in turn with the others. */
#ifndef SIFT_MEASURE_SERIES_H
#define SIFT_MEASURE_SERIES_H

#include "tools/measure/bare.h"
#include "tools/measure/figures.h"
#include "tools/measure/wake_scan.h"

/* One way over one set of pieces by one database: all borrowed. */
struct sift_runner {
  enum sift_way way;
  enum sift_chart chart;
  uint64_t at;
  const struct sift_pieces *pieces;
  struct sift_bare *bare;
  struct sift_wake *wake;
  struct sift_path_config path;
};

/* Makes what the way needs. sift_runner_release() even where it failed. `threads`: of the path ways; 0 is one. */
enum sift_status sift_runner_init(struct sift_runner *runner, enum sift_way way, const struct sift_database *database,
                                  const struct sift_pieces *pieces, unsigned threads);
void sift_runner_release(struct sift_runner *runner);

/* Runs them in turn and adds a series each. SIFT_ENOMEM, or what a run said. */
enum sift_status sift_series_add(struct sift_figures *figures, struct sift_runner *runners, size_t count, unsigned rounds);

#endif
