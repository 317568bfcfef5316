#include "tools/measure/versus.h"

#include <stdlib.h>
#include <string.h>

#include "engine/batch.h"
#include "tools/measure/series.h"

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
    versus->ours.timings[way] = pair.series[0].timing;
    versus->theirs.timings[way] = pair.series[1].timing;
  }
  sift_runner_release(&runners[0]);
  sift_runner_release(&runners[1]);
  sift_figures_release(&pair);
  return status;
}

/* Both are sorted by id. */
static enum sift_status compare_hits(struct sift_versus *versus) {
  const struct sift_lap *ours = &versus->ours.lap;
  const struct sift_lap *theirs = &versus->theirs.lap;
  versus->rules = calloc(ours->rule_count + theirs->rule_count + 1, sizeof *versus->rules);
  if (versus->rules == NULL) {
    return SIFT_ENOMEM;
  }
  size_t i = 0;
  size_t k = 0;
  while (i < ours->rule_count || k < theirs->rule_count) {
    const struct sift_lap_rule *our = i < ours->rule_count ? &ours->rules[i] : NULL;
    const struct sift_lap_rule *their = k < theirs->rule_count ? &theirs->rules[k] : NULL;
    int order = our == NULL ? 1 : their == NULL ? -1 : strcmp(our->id, their->id);
    struct sift_versus_rule rule = {.ours = order <= 0, .theirs = order >= 0};
    if (their != NULL && rule.theirs) {
      rule.id = their->id;
      rule.their_hits = their->hits;
    }
    if (our != NULL && rule.ours) {
      rule.id = our->id;
      rule.our_hits = our->hits;
    }
    if (rule.our_hits != rule.their_hits) { /* a rule that one side lacks is told of where it hits anything */
      versus->rules[versus->rule_count++] = rule;
    }
    i += order <= 0;
    k += order >= 0;
  }
  return SIFT_OK;
}

static int most_different(const void *a, const void *b) {
  const struct sift_versus_rule *x = a;
  const struct sift_versus_rule *y = b;
  uint64_t more = x->our_hits > x->their_hits ? x->our_hits - x->their_hits : x->their_hits - x->our_hits;
  uint64_t less = y->our_hits > y->their_hits ? y->our_hits - y->their_hits : y->their_hits - y->our_hits;
  return more != less ? (more > less ? -1 : 1) : strcmp(x->id, y->id);
}

/* By byte of text, as two programs may not have read the same. */
static struct sift_ratio speed_ratio(const struct sift_timing *ours, const struct sift_timing *theirs) {
  double over[SIFT_ROUNDS_MAX];
  unsigned rounds = ours->rounds < theirs->rounds ? ours->rounds : theirs->rounds;
  double scale = theirs->bytes > 0 && ours->bytes > 0 ? (double)ours->bytes / (double)theirs->bytes : 1;
  for (unsigned i = 0; i < rounds; i++) {
    over[i] = theirs->cpu[i] * scale;
  }
  return sift_ratio_of(over, ours->cpu, rounds);
}

enum sift_status sift_versus_judge(struct sift_versus *versus) {
  const struct sift_lap *ours = &versus->ours.lap;
  const struct sift_lap *theirs = &versus->theirs.lap;
  for (int i = 0; i < SIFT_WAYS; i++) {
    versus->speed[i] = speed_ratio(&versus->ours.timings[i], &versus->theirs.timings[i]);
  }
  versus->compile = speed_ratio(&versus->ours.compile, &versus->theirs.compile);
  versus->same_corpus = ours->corpus_bytes == theirs->corpus_bytes && ours->corpus_lines == theirs->corpus_lines;
  enum sift_status status = compare_hits(versus);
  if (status == SIFT_OK) {
    qsort(versus->rules, versus->rule_count, sizeof *versus->rules, most_different);
    versus->same_hits = versus->rule_count == 0 && ours->found.hits == theirs->found.hits;
  }
  return status;
}

static enum sift_status tell_side(struct sift_versus_side *side, const struct sift_database *database,
                                  const struct sift_versus_config *config, double compile_seconds) {
  const struct sift_lap_config lap = {.database = database, .corpus = config->corpus, .compile_seconds = compile_seconds};
  side->compile = (struct sift_timing){.cpu = {compile_seconds}, .wall = {compile_seconds}, .rounds = 1};
  return sift_lap_count(&side->lap, &lap);
}

static enum sift_status compare_ways(struct sift_versus *versus, const struct sift_versus_config *config) {
  struct sift_pieces sample = {0};
  enum sift_status status = sift_pieces_cut(&sample, config->corpus, SIFT_BATCH_BYTES, config->sample_bytes);
  for (size_t i = 0; sift_compared_ways[i] != SIFT_WAYS && status == SIFT_OK; i++) {
    status = compare_way(versus, config, sift_compared_ways[i], &sample);
  }
  sift_pieces_release(&sample);
  return status;
}

enum sift_status sift_versus_run(struct sift_versus *out, const struct sift_versus_config *config) {
  *out = (struct sift_versus){.path = NULL};
  enum sift_status status = tell_side(&out->ours, config->ours, config, config->our_compile_seconds);
  if (status == SIFT_OK) {
    status = tell_side(&out->theirs, config->theirs, config, config->their_compile_seconds);
  }
  if (status == SIFT_OK) {
    status = compare_ways(out, config);
  }
  if (status == SIFT_OK) {
    status = sift_versus_judge(out);
  }
  if (status != SIFT_OK) {
    sift_versus_release(out);
  }
  return status;
}

void sift_versus_release(struct sift_versus *versus) {
  sift_lap_release(&versus->ours.lap);
  sift_lap_release(&versus->theirs.lap);
  free(versus->rules);
  *versus = (struct sift_versus){0};
}
