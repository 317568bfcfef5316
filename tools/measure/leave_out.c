#include "tools/measure/leave_out.h"

#include <stdlib.h>
#include <string.h>

#include "engine/batch.h"
#include "engine/database_internal.h"
#include "tools/measure/clock.h"
#include "tools/measure/path.h"
#include "tools/measure/subset.h"
#include "tools/measure/timing.h"

/* So many measurements shall fit into the time, as a search seldom needs more; each passes over as much text as that allows, which makes it
 * more or less sure. */
enum { MEASUREMENTS_USUAL = SIFT_MEASUREMENTS_MAX / 2 };
static const double gain_min = 0.01, run_seconds_min = 0.004;

struct session {
  const struct sift_leave_out *config;
  bool *keep;
  struct sift_pieces pieces; /* that a run passes over */
};

static enum sift_status run_path(void *context) {
  return sift_path_run(context, NULL);
}

static enum sift_status measure(void *context, const uint32_t *rules, size_t count, struct sift_ratio *gain) {
  struct session *session = context;
  const struct sift_leave_out *config = session->config;
  const struct sift_ruleset *ruleset = sift_database_ruleset(config->database);
  struct sift_database *less = NULL;
  struct sift_timing timings[2] = {{.rounds = 0}};
  for (size_t i = 0; i < ruleset->rule_count; i++) {
    session->keep[i] = true;
  }
  for (size_t i = 0; i < count; i++) {
    session->keep[rules[i]] = false;
  }
  enum sift_status status = sift_subset_leave_out(&less, config->database, session->keep);
  if (status != SIFT_OK) {
    return status;
  }
  struct sift_path_config with = {.database = config->database, .pieces = &session->pieces};
  struct sift_path_config without = {.database = less, .pieces = &session->pieces};
  const struct sift_subject subjects[] = {{run_path, &with, session->pieces.bytes}, {run_path, &without, session->pieces.bytes}};
  status = sift_time_in_turn(subjects, 2, config->rounds, timings);
  *gain = sift_ratio_of(timings[0].cpu, timings[1].cpu, timings[0].rounds);
  sift_subset_leave_out_free(less);
  return status;
}

/* What a rule keeps in use that it shares with few: all of it goes only when the last one of them is left out. */
enum shared { SHARED_REST, SHARED_LITERALS, SHARED_NOTHING, SHAREDS };

/* A rule and how much it is suspected. */
struct suspect {
  uint32_t rule;
  enum shared shared;
  double seconds;
};

static int most_suspected(const void *a, const void *b) {
  const struct suspect *x = a;
  const struct suspect *y = b;
  if (x->shared != y->shared) {
    return x->shared < y->shared ? -1 : 1;
  }
  if (x->seconds != y->seconds) {
    return x->seconds > y->seconds ? -1 : 1;
  }
  return (x->rule > y->rule) - (x->rule < y->rule);
}

static enum shared pattern_shares(const struct sift_compiled *compiled) {
  if (compiled->role != SIFT_ROLE_ANY) {
    return SHARED_NOTHING;
  }
  for (size_t i = 0; i < compiled->atoms.count; i++) {
    if (compiled->windows[i] == SIFT_WINDOW_NONE) {
      return SHARED_LITERALS;
    }
  }
  return compiled->atoms.count > 0 ? SHARED_NOTHING : SHARED_REST;
}

static enum shared rule_shares(const struct sift_database *database, uint32_t rule) {
  enum shared shared = SHARED_NOTHING;
  for (uint32_t i = database->first[rule]; i < database->first[rule + 1]; i++) {
    enum shared own = pattern_shares(&database->patterns[i]);
    shared = own < shared ? own : shared;
  }
  return shared;
}

/* Those that wake by the rest database come first, then those by the literals; counts[] is how many share what. */
static void put_in_order(const struct sift_leave_out *config, struct suspect *suspects, uint32_t *order, size_t *counts) {
  size_t count = sift_database_ruleset(config->database)->rule_count;
  memset(counts, 0, SHAREDS * sizeof *counts);
  for (uint32_t i = 0; i < count; i++) {
    suspects[i] =
        (struct suspect){i, rule_shares(config->database, i), config->costs[i].confirm_seconds + config->costs[i].pcre_seconds};
    counts[suspects[i].shared]++;
  }
  qsort(suspects, count, sizeof *suspects, most_suspected);
  for (size_t i = 0; i < count; i++) {
    order[i] = suspects[i].rule;
  }
}

/* Measures how long it takes to leave a rule out, and to run the whole; what text is then left for a run. */
static enum sift_status cut_pieces(struct session *session) {
  const struct sift_leave_out *config = session->config;
  struct sift_path_config path = {.database = config->database, .pieces = config->pieces};
  struct sift_database *less = NULL;
  memset(session->keep, 1, sift_database_ruleset(config->database)->rule_count * sizeof *session->keep);
  double begun = sift_clock_cpu();
  enum sift_status status = sift_subset_leave_out(&less, config->database, session->keep);
  double made = sift_clock_cpu();
  sift_subset_leave_out_free(less);
  if (status == SIFT_OK) {
    status = run_path(&path);
  }
  double whole = sift_clock_cpu() - made;
  double each = (config->seconds / MEASUREMENTS_USUAL - (made - begun)) / (2 * (config->rounds + 1.0));
  each = each > run_seconds_min ? each : run_seconds_min;
  double bytes = (double)config->pieces->bytes * each / (whole > 1e-6 ? whole : 1e-6);
  bytes = bytes < (double)config->pieces->bytes ? bytes : (double)config->pieces->bytes;
  return status == SIFT_OK ? sift_pieces_cut(&session->pieces, config->pieces->corpus, SIFT_BATCH_BYTES, (size_t)bytes + 1)
                           : status;
}

enum sift_status sift_leave_out_run(struct sift_marginal *out, const struct sift_leave_out *config) {
  size_t count = sift_database_ruleset(config->database)->rule_count;
  struct session session = {config, calloc(count + 1, sizeof(bool)), {.items = NULL}};
  struct suspect *suspects = calloc(count + 1, sizeof *suspects);
  uint32_t *order = calloc(count + 1, sizeof *order);
  enum sift_status status = session.keep != NULL && suspects != NULL && order != NULL ? SIFT_OK : SIFT_ENOMEM;
  *out = (struct sift_marginal){0};
  if (status == SIFT_OK) {
    status = cut_pieces(&session);
  }
  if (status == SIFT_OK) {
    size_t counts[SHAREDS];
    put_in_order(config, suspects, order, counts);
    const struct sift_marginal_config marginal = {
        .first = counts[SHARED_REST],
        .second = counts[SHARED_LITERALS],
        .order = order,
        .count = count,
        .measurements_max = SIFT_MEASUREMENTS_MAX,
        .gain_min = gain_min,
        .measure = measure,
        .context = &session,
    };
    status = sift_marginal_find(out, &marginal);
  }
  sift_pieces_release(&session.pieces);
  free(session.keep);
  free(suspects);
  free(order);
  return status;
}
