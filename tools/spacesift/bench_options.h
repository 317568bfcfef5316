/* The options of `spacesift bench`. */
#ifndef SIFT_TOOLS_BENCH_OPTIONS_H
#define SIFT_TOOLS_BENCH_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sift_bench_format { SIFT_BENCH_TABLE, SIFT_BENCH_JSON, SIFT_BENCH_HTML };

enum { SIFT_BENCH_PATHS_MAX = 1024 };

struct sift_bench_options {
  const char *rules, *against, *budget, *output; /* NULL: the built-in pack, nothing, nothing; "-" */
  const char *against_program;                   /* NULL: none */
  char *corpus[SIFT_BENCH_PATHS_MAX];
  size_t corpus_count;
  char *profile[SIFT_BENCH_PATHS_MAX]; /* logs that choose the texts which wake lines; none: the shipped specimen */
  size_t profile_count;
  uint64_t corpus_bytes_max, rounds, round_seconds_max, seconds, jobs, seed, top;
  uint64_t lap_bytes; /* of a timed run */
  enum sift_bench_format format;
  bool no_marginal, quiet;
  bool lap; /* one round for another build of the program, as a text that it reads */
};

/* Returns an exit status, what is wrong is told; *done where --help was printed. */
int sift_bench_options_parse(struct sift_bench_options *options, int argc, char **argv, bool *done);

#endif
