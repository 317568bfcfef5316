#include "tools/measure/timing.h"

#include <assert.h>

#include "tools/measure/clock.h"
#include "tools/measure/statistics.h"

static_assert((int)SIFT_ROUNDS_MAX <= (int)SIFT_VALUES_MAX, "all rounds count");

static enum sift_status run_once(const struct sift_subject *subject, double *cpu, double *wall) {
  double wall_begun = sift_clock_wall();
  double cpu_begun = sift_clock_cpu();
  enum sift_status status = subject->run(subject->context);
  *cpu = sift_clock_cpu() - cpu_begun;
  *wall = sift_clock_wall() - wall_begun;
  return status;
}

enum sift_status sift_time_in_turn(const struct sift_subject *subjects, size_t count, unsigned rounds,
                                   struct sift_timing *timings) {
  enum sift_status status = SIFT_OK;
  assert(rounds <= SIFT_ROUNDS_MAX);
  for (size_t i = 0; i < count && status == SIFT_OK; i++) {
    double unused[2];
    timings[i].rounds = 0;
    timings[i].bytes = subjects[i].bytes;
    status = run_once(&subjects[i], &unused[0], &unused[1]);
  }
  for (unsigned round = 0; round < rounds && status == SIFT_OK; round++) {
    for (size_t k = 0; k < count && status == SIFT_OK; k++) {
      size_t i = round % 2 == 0 ? k : count - 1 - k;
      status = run_once(&subjects[i], &timings[i].cpu[round], &timings[i].wall[round]);
      timings[i].rounds = round + 1;
    }
  }
  return status;
}

static double speed(uint64_t bytes, double seconds) {
  return seconds > 0 ? (double)bytes / seconds : 0;
}

double sift_timing_speed(const struct sift_timing *timing) {
  return speed(timing->bytes, sift_median(timing->cpu, timing->rounds));
}

double sift_timing_wall_speed(const struct sift_timing *timing) {
  return speed(timing->bytes, sift_median(timing->wall, timing->rounds));
}

double sift_timing_spread(const struct sift_timing *timing) {
  return sift_spread(timing->cpu, timing->rounds);
}
