/* Two rule sets, or two builds of the program, on one corpus, in alternating runs. */
#ifndef SIFT_MEASURE_VERSUS_H
#define SIFT_MEASURE_VERSUS_H

#include "tools/measure/figures.h"
#include "tools/measure/lap.h"

/* A rule whose hits differ. */
struct sift_versus_rule {
  const char *id;
  bool ours, theirs; /* which of the sides has it */
  uint64_t our_hits, their_hits;
};

/* One side: the rules, the program that ran them, and what it came to. */
struct sift_versus_side {
  struct sift_lap lap;                   /* of its first round: what does not change from round to round */
  struct sift_timing compile;            /* a round a run of the program; one where both sides ran within this one */
  struct sift_timing timings[SIFT_WAYS]; /* rounds 0: the way was not compared */
};

/* "Ours" is what is measured, "theirs" what it is compared with. */
struct sift_versus {
  struct sift_versus_side ours, theirs;
  const char *path;                   /* of their program, borrowed; NULL: this one ran both */
  struct sift_ratio speed[SIFT_WAYS]; /* ours as a multiple of theirs, by byte of text: above 1 is faster */
  struct sift_ratio compile;          /* the same of compiling */
  bool same_corpus;                   /* both read the same number of bytes and lines */
  bool same_hits;                     /* the same number by every rule */
  struct sift_versus_rule *rules;
  size_t rule_count;
};

struct sift_versus_config {
  const struct sift_database *ours, *theirs;
  const struct sift_corpus *corpus;
  double our_compile_seconds, their_compile_seconds;
  size_t sample_bytes; /* that a timed run passes over, about */
  unsigned rounds;
};

/* Compares the bare scan, the wake scan and the whole path within this program. SIFT_ENOMEM, SIFT_EENGINE. */
enum sift_status sift_versus_run(struct sift_versus *out, const struct sift_versus_config *config);
void sift_versus_release(struct sift_versus *versus);

/* ---- what both ways of comparing share ---- */

/* Ratios of all timings that are there, and what differs of the laps. SIFT_ENOMEM, and *versus keeps what it holds. */
enum sift_status sift_versus_judge(struct sift_versus *versus);

#endif
