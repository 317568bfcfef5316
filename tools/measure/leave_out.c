#include "tools/measure/leave_out.h"

#include <stdlib.h>

#include "engine/database_internal.h"
#include "tools/measure/clock.h"
#include "tools/measure/path.h"
#include "tools/measure/subset.h"
#include "tools/measure/timing.h"

/* However little time there is, a rule that stands out is found; gains below one percent drown in noise. */
enum { MEASUREMENTS_MIN = 20 };
static const double gain_min = 0.01;

struct session {
  const struct sift_leave_out *config;
  bool *keep;
};

static enum sift_status run_path(void *context) {
  return sift_path_run(context, NULL);
}

static enum sift_status measure(void *context, const uint32_t *rules, size_t count, struct sift_ratio *gain) {
  struct session *session = context;
  const struct sift_leave_out *config = session->config;
  const struct sift_ruleset *ruleset = sift_database_ruleset(config->database);
  struct sift_subset subset;
  struct sift_timing timings[2] = {{.rounds = 0}};
  for (size_t i = 0; i < ruleset->rule_count; i++) {
    session->keep[i] = true;
  }
  for (size_t i = 0; i < count; i++) {
    session->keep[rules[i]] = false;
  }
  enum sift_status status = sift_subset_make(&subset, ruleset, session->keep);
  if (status != SIFT_OK) {
    return status;
  }
  struct sift_path_config with = {.database = config->database, .pieces = config->pieces};
  struct sift_path_config without = {.database = subset.database, .pieces = config->pieces};
  const struct sift_subject subjects[] = {{run_path, &with, config->pieces->bytes}, {run_path, &without, config->pieces->bytes}};
  status = sift_time_in_turn(subjects, 2, config->rounds, timings);
  *gain = sift_ratio_of(timings[0].cpu, timings[1].cpu, timings[0].rounds);
  sift_subset_release(&subset);
  return status;
}

/* A rule and how much it is suspected. */
struct suspect {
  uint32_t rule;
  bool rest;
  double seconds;
};

static int most_suspected(const void *a, const void *b) {
  const struct suspect *x = a;
  const struct suspect *y = b;
  if (x->rest != y->rest) {
    return x->rest ? -1 : 1;
  }
  if (x->seconds != y->seconds) {
    return x->seconds > y->seconds ? -1 : 1;
  }
  return (x->rule > y->rule) - (x->rule < y->rule);
}

static bool wakes_by_rest(const struct sift_database *database, uint32_t rule) {
  for (uint32_t i = database->first[rule]; i < database->first[rule + 1]; i++) {
    if (database->patterns[i].role == SIFT_ROLE_ANY && database->patterns[i].atoms.count == 0) {
      return true;
    }
  }
  return false;
}

/* Returns how many wake by the rest database, which come first. */
static size_t put_in_order(const struct sift_leave_out *config, struct suspect *suspects, uint32_t *order) {
  size_t count = sift_database_ruleset(config->database)->rule_count;
  size_t rest = 0;
  for (uint32_t i = 0; i < count; i++) {
    suspects[i] =
        (struct suspect){i, wakes_by_rest(config->database, i), config->costs[i].confirm_seconds + config->costs[i].pcre_seconds};
    rest += suspects[i].rest;
  }
  qsort(suspects, count, sizeof *suspects, most_suspected);
  for (size_t i = 0; i < count; i++) {
    order[i] = suspects[i].rule;
  }
  return rest;
}

/* As many as the time is good for: each compiles a set nearly as large as the whole, and runs both by turns. */
static unsigned afford(const struct session *session, double run_seconds) {
  double each = session->config->compile_seconds + 2 * (session->config->rounds + 1.0) * run_seconds;
  double count = session->config->seconds / (each > 1e-6 ? each : 1e-6);
  return count < MEASUREMENTS_MIN ? MEASUREMENTS_MIN : count > SIFT_MEASUREMENTS_MAX ? SIFT_MEASUREMENTS_MAX : (unsigned)count;
}

enum sift_status sift_leave_out_run(struct sift_marginal *out, const struct sift_leave_out *config) {
  size_t count = sift_database_ruleset(config->database)->rule_count;
  struct session session = {config, calloc(count + 1, sizeof(bool))};
  struct suspect *suspects = calloc(count + 1, sizeof *suspects);
  uint32_t *order = calloc(count + 1, sizeof *order);
  enum sift_status status = session.keep != NULL && suspects != NULL && order != NULL ? SIFT_OK : SIFT_ENOMEM;
  *out = (struct sift_marginal){0};
  if (status == SIFT_OK) {
    struct sift_path_config path = {.database = config->database, .pieces = config->pieces};
    size_t first = put_in_order(config, suspects, order);
    double begun = sift_clock_cpu();
    status = run_path(&path);
    const struct sift_marginal_config marginal = {
        .order = order,
        .count = count,
        .first = first,
        .measurements_max = afford(&session, sift_clock_cpu() - begun),
        .gain_min = gain_min,
        .measure = measure,
        .context = &session,
    };
    status = status == SIFT_OK ? sift_marginal_find(out, &marginal) : status;
  }
  free(session.keep);
  free(suspects);
  free(order);
  return status;
}
