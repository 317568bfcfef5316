/* Limits that a rule set must keep, from a YAML file, and whether it does. */
#ifndef SIFT_MEASURE_BENCH_BUDGET_H
#define SIFT_MEASURE_BENCH_BUDGET_H

#include "engine/problem.h"
#include "tools/measure/figures.h"
#include "tools/measure/versus.h"

enum sift_limit {
  SIFT_LIMIT_THROUGHPUT_RATIO, /* min_throughput_ratio: whole path to the bare scan of the same run */
  SIFT_LIMIT_WAKE_RATIO,       /* min_wake_ratio: wake scan to the bare scan of the same run */
  SIFT_LIMIT_DATABASE,         /* max_database_bytes: wake, literals, rest and confirm */
  SIFT_LIMIT_SCRATCH,          /* max_scratch_bytes */
  SIFT_LIMIT_COMPILE,          /* max_compile_seconds: of CPU */
  SIFT_LIMIT_HITS,             /* max_hits_per_million_lines */
  SIFT_LIMIT_MARGINAL,         /* max_rule_share: of the whole path's time that leaving one rule out saves */
  SIFT_LIMIT_REFUSED,          /* max_refused_wakes_ratio: of the woken lines, those without a hit */
  SIFT_LIMIT_AGAINST,          /* min_against_ratio: whole path to that of --against */
  SIFT_LIMIT_DIFFERING,        /* max_differing_rules: whose hits are not those of --against */
  SIFT_LIMITS
};

struct sift_bench_budget {
  bool set[SIFT_LIMITS];
  double limits[SIFT_LIMITS];
};

const char *sift_limit_name(enum sift_limit limit); /* as in YAML */

/* What will be measured. */
struct sift_bench_plan {
  bool compares; /* with another rule set or program */
  bool marginal; /* what each rule costs the whole */
  unsigned rounds;
};

/* Why the plan cannot tell whether the limit is kept, and what to do; NULL where it can. */
const char *sift_limit_lacks(enum sift_limit limit, const struct sift_bench_plan *plan);

/* A bound or a value with the digits that it needs: no exponent where it is a number of bytes. Returns `out`. */
enum { SIFT_LIMIT_FIGURE_BYTES = 32 };
const char *sift_limit_figure(char out[SIFT_LIMIT_FIGURE_BYTES], double value);

/* Reads a mapping of limits. SIFT_ERULES with every problem, SIFT_ENOMEM. */
enum sift_status sift_bench_budget_parse(struct sift_bench_budget *out, const char *file, struct sift_span bytes,
                                         struct sift_problems *problems);

/* The same from a file: SIFT_EIO where it cannot be read, with a problem too. */
enum sift_status sift_bench_budget_read(struct sift_bench_budget *out, const char *path, struct sift_problems *problems);

/* One limit, and how it was kept. */
struct sift_bench_budget_line {
  enum sift_limit limit;
  double bound, value;
  bool kept;
  bool unknown;  /* not measured, e.g. marginal costs that were not asked for: not kept */
  char rule[65]; /* the rule it is about, or "" */
};

struct sift_bench_budget_verdict {
  struct sift_bench_budget_line lines[SIFT_LIMITS];
  size_t count;
  bool kept; /* all of them */
};

/* A throughput is too low, and a share too large, only where it is so beyond the noise: where the whole confidence interval is.
 * `versus` may be NULL: nothing was compared. */
void sift_bench_budget_judge(struct sift_bench_budget_verdict *out, const struct sift_bench_budget *budget,
                             const struct sift_figures *figures, const struct sift_versus *versus);

#endif
