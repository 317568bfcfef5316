/* Runs what is to be compared in turn, round by round, and keeps what each run took. */
#ifndef SIFT_MEASURE_TIMING_H
#define SIFT_MEASURE_TIMING_H

#include <stddef.h>
#include <stdint.h>

#include "engine/status.h"

enum { SIFT_ROUNDS_MAX = 64 };

/* Seconds of each round, and what one run goes through. */
struct sift_timing {
  double cpu[SIFT_ROUNDS_MAX], wall[SIFT_ROUNDS_MAX];
  unsigned rounds;
  uint64_t bytes;
};

/* Something that can be run again and again. */
struct sift_subject {
  enum sift_status (*run)(void *context);
  void *context;
  uint64_t bytes; /* of text that a run passes over */
};

/* One round to warm up, which is not kept, then `rounds` of them: every other one goes through the subjects backwards, so that what
 * drifts on the machine meets all alike (ABBA). timings[i] is of subjects[i]. The first failure ends it. */
enum sift_status sift_time_in_turn(const struct sift_subject *subjects, size_t count, unsigned rounds, struct sift_timing *timings);

/* Bytes a second of CPU, by the median; 0 where nothing was measured. And by the wall. */
double sift_timing_speed(const struct sift_timing *timing);
double sift_timing_wall_speed(const struct sift_timing *timing);

/* How far a single run may be off, as a share. */
double sift_timing_spread(const struct sift_timing *timing);

#endif
