/* Two rule sets on one corpus, in alternating runs. */
#ifndef SIFT_MEASURE_VERSUS_H
#define SIFT_MEASURE_VERSUS_H

#include "tools/measure/figures.h"

/* A rule whose hits differ. */
struct sift_versus_rule {
  const char *id;    /* borrowed from either rule set */
  bool ours, theirs; /* which of the sets has it */
  uint64_t our_hits, their_hits;
};

/* "Ours" is the set that is measured, "theirs" the one it is compared with. */
struct sift_versus {
  const struct sift_ruleset *ours, *theirs;
  double our_compile_seconds, their_compile_seconds;
  struct sift_sizes our_sizes, their_sizes;
  struct sift_path_result our_found, their_found;
  struct sift_timing our_timings[SIFT_WAYS], their_timings[SIFT_WAYS]; /* rounds 0: the way was not compared */
  struct sift_ratio speed[SIFT_WAYS];                                  /* ours as a multiple of theirs: above 1 is faster */
  struct sift_versus_rule *rules;
  size_t rule_count;
};

struct sift_versus_config {
  const struct sift_database *ours, *theirs;
  const struct sift_figures *figures; /* of ours */
  double their_compile_seconds;
  unsigned rounds;
};

/* Compares the bare scan, the wake scan and the whole path. Borrows both rule sets. SIFT_ENOMEM, SIFT_EENGINE. */
enum sift_status sift_versus_run(struct sift_versus *out, const struct sift_versus_config *config);
void sift_versus_release(struct sift_versus *versus);

#endif
