/* What each rule does to a corpus: lines it wakes, those refused, hits, and what their confirmation costs. */
#ifndef SIFT_MEASURE_RULE_COSTS_H
#define SIFT_MEASURE_RULE_COSTS_H

#include "engine/database.h"
#include "tools/measure/corpus.h"

/* Of one rule over the whole corpus. Times are CPU seconds: measured on a sample of the lines, then extended to all. */
struct sift_rule_cost {
  uint64_t hits;
  uint64_t woken;         /* lines that hold one of its texts, or that the rest database tells of */
  uint64_t refused;       /* of those, the lines without a hit of it */
  double confirm_seconds; /* the confirm database on its woken lines; a line that several rules wake counts for each */
  double pcre_seconds;    /* PCRE2 on those of them where it is asked: what Hyperscan cannot say, and captures */
  uint32_t sampled;       /* lines that were timed */
  uint32_t faults;        /* what it costs for: bits of tools/measure/blame.h, set by who measures the whole */
};

/* Goes through the corpus once more, apart from all timed runs. `out` has room for each rule. SIFT_ENOMEM, SIFT_EENGINE. */
enum sift_status sift_rule_costs_count(struct sift_rule_cost *out, const struct sift_database *database,
                                       const struct sift_pieces *pieces);

#endif
