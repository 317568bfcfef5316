/* Times the whole path with and without some rules, for the marginal costs. */
#ifndef SIFT_MEASURE_LEAVE_OUT_H
#define SIFT_MEASURE_LEAVE_OUT_H

#include "engine/database.h"
#include "tools/measure/corpus.h"
#include "tools/measure/marginal.h"
#include "tools/measure/rule_costs.h"

enum { SIFT_MEASUREMENTS_MAX = 48 };

struct sift_leave_out {
  const struct sift_database *database;
  const struct sift_rule_cost
      *costs; /* say which rules to suspect: those that wake through the rest database or the literals, and dear ones */
  const struct sift_pieces *pieces;
  unsigned rounds;
  double seconds; /* that there are for all of it, about */
};

/* SIFT_ENOMEM, SIFT_EENGINE, and there is nothing to release. */
enum sift_status sift_leave_out_run(struct sift_marginal *out, const struct sift_leave_out *config);

#endif
