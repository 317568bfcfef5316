#include "tools/measure/versus.h"

#include <stdlib.h>
#include <string.h>

#include "engine/batch.h"
#include "tools/measure/series.h"

static const enum sift_way compared[] = {SIFT_WAY_BARE_BLOCK, SIFT_WAY_WAKE, SIFT_WAY_PATH};
enum { COMPARED = sizeof compared / sizeof compared[0] };

static enum sift_status read_sizes(struct sift_sizes *out, const struct sift_database *database) {
  char *bytes = NULL;
  enum sift_status status = sift_database_info(database, &out->parts);
  if (status == SIFT_OK) {
    status = sift_database_serialize(database, &bytes, &out->stored);
  }
  free(bytes);
  out->database = out->parts.wake_bytes + out->parts.rest_bytes + out->parts.confirm_bytes;
  return status;
}

/* Ours and theirs of one way next to each other, so that each pair of runs is a pair in time. */
static enum sift_status compare_way(struct sift_versus *versus, const struct sift_versus_config *config, enum sift_way way,
                                    const struct sift_pieces *pieces) {
  struct sift_runner runners[2] = {{0}};
  struct sift_figures pair = {0};
  enum sift_status status = sift_runner_init(&runners[0], way, config->ours, pieces, 0);
  if (status == SIFT_OK) {
    status = sift_runner_init(&runners[1], way, config->theirs, pieces, 0);
  }
  if (status == SIFT_OK) {
    status = sift_series_add(&pair, runners, 2, config->rounds);
  }
  if (status == SIFT_OK) {
    versus->our_timings[way] = pair.series[0].timing;
    versus->their_timings[way] = pair.series[1].timing;
    versus->speed[way] = sift_ratio_of(pair.series[1].timing.cpu, pair.series[0].timing.cpu, pair.series[0].timing.rounds);
  }
  sift_runner_release(&runners[0]);
  sift_runner_release(&runners[1]);
  sift_figures_release(&pair);
  return status;
}

/* A rule that one set lacks is told of where it hits anything. */
static void add_rule(struct sift_versus *versus, struct sift_versus_rule rule) {
  if (rule.our_hits != rule.their_hits) {
    versus->rules[versus->rule_count++] = rule;
  }
}

/* Both are sorted by id. */
static void compare_hits(struct sift_versus *versus, const struct sift_rule_cost *our_costs,
                         const struct sift_rule_cost *their_costs) {
  size_t i = 0;
  size_t k = 0;
  while (i < versus->ours->rule_count || k < versus->theirs->rule_count) {
    const char *our = i < versus->ours->rule_count ? versus->ours->rules[i].id : NULL;
    const char *their = k < versus->theirs->rule_count ? versus->theirs->rules[k].id : NULL;
    int order = our == NULL ? 1 : their == NULL ? -1 : strcmp(our, their);
    add_rule(versus, (struct sift_versus_rule){.id = order <= 0 ? our : their,
                                               .ours = order <= 0,
                                               .theirs = order >= 0,
                                               .our_hits = order <= 0 ? our_costs[i].hits : 0,
                                               .their_hits = order >= 0 ? their_costs[k].hits : 0});
    i += order <= 0;
    k += order >= 0;
  }
}

static int most_different(const void *a, const void *b) {
  const struct sift_versus_rule *x = a;
  const struct sift_versus_rule *y = b;
  uint64_t more = x->our_hits > x->their_hits ? x->our_hits - x->their_hits : x->their_hits - x->our_hits;
  uint64_t less = y->our_hits > y->their_hits ? y->our_hits - y->their_hits : y->their_hits - y->our_hits;
  return more != less ? (more > less ? -1 : 1) : strcmp(x->id, y->id);
}

static enum sift_status compare_found(struct sift_versus *versus, const struct sift_versus_config *config) {
  struct sift_pieces all = {0};
  struct sift_rule_cost *costs = calloc(versus->theirs->rule_count + 1, sizeof *costs);
  versus->rules = calloc(versus->ours->rule_count + versus->theirs->rule_count + 1, sizeof *versus->rules);
  enum sift_status status = costs != NULL && versus->rules != NULL ? SIFT_OK : SIFT_ENOMEM;
  if (status == SIFT_OK) {
    status = sift_pieces_cut(&all, config->figures->corpus, SIFT_BATCH_BYTES, 0);
  }
  if (status == SIFT_OK) {
    const struct sift_path_config path = {.database = config->theirs, .pieces = &all};
    status = sift_path_run(&path, &versus->their_found);
  }
  if (status == SIFT_OK) {
    status = sift_rule_costs_count(costs, config->theirs, &all);
  }
  if (status == SIFT_OK) {
    compare_hits(versus, config->figures->costs, costs);
    qsort(versus->rules, versus->rule_count, sizeof *versus->rules, most_different);
  }
  sift_pieces_release(&all);
  free(costs);
  return status;
}

enum sift_status sift_versus_run(struct sift_versus *out, const struct sift_versus_config *config) {
  struct sift_pieces sample = {0};
  *out = (struct sift_versus){
      .ours = sift_database_ruleset(config->ours),
      .theirs = sift_database_ruleset(config->theirs),
      .our_compile_seconds = config->figures->compile_seconds,
      .their_compile_seconds = config->their_compile_seconds,
      .our_sizes = config->figures->sizes,
      .our_found = config->figures->found,
  };
  enum sift_status status = read_sizes(&out->their_sizes, config->theirs);
  if (status == SIFT_OK) {
    status = sift_pieces_cut(&sample, config->figures->corpus, SIFT_BATCH_BYTES, config->figures->sample_bytes);
  }
  for (int i = 0; i < COMPARED && status == SIFT_OK; i++) {
    status = compare_way(out, config, compared[i], &sample);
  }
  if (status == SIFT_OK) {
    status = compare_found(out, config);
  }
  sift_pieces_release(&sample);
  if (status != SIFT_OK) {
    sift_versus_release(out);
  }
  return status;
}

void sift_versus_release(struct sift_versus *versus) {
  free(versus->rules);
  *versus = (struct sift_versus){0};
}
