/* What Google Benchmark runs: stages in groups. Stages are C, which reaches what C++ cannot include; main.cc hands them over. */
#ifndef SIFT_BENCH_SUITE_H
#define SIFT_BENCH_SUITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What one run went through. `seconds` of CPU, where only a part of the run counts; 0: all of it. */
struct bench_work {
  uint64_t bytes, items; /* at least one item; bytes 0 where they say nothing */
  double seconds;
};

/* One thing to measure. `open` makes all that runs need, and never fails: see bench_require(). */
struct bench_stage {
  const char *name; /* "wake/sampler" */
  const char *items;
  void *(*open)(int variant);
  struct bench_work (*run)(void *state); /* the same work each time */
  void (*close)(void *state);
  int variant;
};

struct bench_suite {
  const struct bench_stage *stages;
  size_t count;
};
#define BENCH_SUITE(stages)                                                                                                        \
  { (stages), sizeof(stages) / sizeof(stages)[0] }

extern const struct bench_suite bench_suite_decompress, bench_suite_lines, bench_suite_unwrap, bench_suite_wake,
    bench_suite_confirm, bench_suite_events, bench_suite_tally, bench_suite_state, bench_suite_triage, bench_suite_json,
    bench_suite_protocols, bench_suite_gather;

/* Lets go of what stages share (inputs.h). */
void bench_inputs_release(void);

/* Ends the program with a message; and where something does not hold. */
__attribute__((noreturn)) void bench_fail(const char *what);
static inline void bench_require(bool holds, const char *what) {
  if (!holds) {
    bench_fail(what);
  }
}

#ifdef __cplusplus
}
#endif
#endif
