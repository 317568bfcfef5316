/* Measures a rule set on a corpus: from the compiled databases to figures. */
#ifndef SIFT_MEASURE_MEASURE_H
#define SIFT_MEASURE_MEASURE_H

#include "tools/measure/figures.h"

struct sift_measure_config {
  const struct sift_database *database;
  const struct sift_corpus *corpus;
  struct sift_span typical;           /* the specimen that it was compiled for: parts of it are compiled for it too */
  size_t profile_bytes;               /* of that specimen, where it is the caller's own; 0 where it is the shipped one */
  double compile_seconds;             /* what compiling it took, measured by whoever did */
  double seconds;                     /* that all timed runs together shall take, about */
  unsigned rounds;                    /* 1 to SIFT_ROUNDS_MAX */
  unsigned threads;                   /* the most to try */
  uint64_t seed;                      /* of the order in which the curve takes rules in */
  bool marginal;                      /* look for what each rule costs the whole */
  void (*progress)(const char *what); /* told of each stage; may be NULL */
};

/* Fills `out`, which borrows rule set and corpus. SIFT_ENOMEM, SIFT_EENGINE, and nothing is left to release. */
enum sift_status sift_measure_run(struct sift_figures *out, const struct sift_measure_config *config);

#endif
