#include "tools/measure/lap.h"

#include <stdlib.h>

#include "engine/batch.h"
#include "tools/measure/host.h"
#include "tools/measure/series.h"

const enum sift_way sift_compared_ways[] = {SIFT_WAY_BARE_BLOCK, SIFT_WAY_WAKE, SIFT_WAY_PATH, SIFT_WAY_EVENTS, SIFT_WAYS};

enum sift_status sift_sizes_read(struct sift_sizes *out, const struct sift_database *database) {
  char *bytes = NULL;
  enum sift_status status = sift_database_info(database, &out->parts);
  if (status == SIFT_OK) {
    status = sift_database_serialize(database, &bytes, &out->stored);
  }
  free(bytes);
  out->database = out->parts.wake_bytes + out->parts.literals_bytes + out->parts.rest_bytes + out->parts.confirm_bytes;
  return status;
}

static const char *describe_program(struct sift_arena *arena) {
  struct sift_host host;
  struct sift_text text;
  sift_host_read(&host);
  sift_text_init(&text, false);
  sift_text_format(&text, "spacesift %s, %s, build %s", host.version, host.compiler, host.build);
  const char *copy = text.failed ? NULL : sift_arena_copy(arena, sift_span(text.bytes, text.len));
  sift_text_release(&text);
  return copy;
}

static enum sift_status name_all(struct sift_lap *lap, const struct sift_ruleset *ruleset) {
  struct sift_arena *arena = &lap->texts;
  lap->program = describe_program(arena);
  lap->rules_name = sift_arena_copy(arena, sift_span_of(ruleset->name));
  lap->rules_version = sift_arena_copy(arena, sift_span_of(ruleset->version));
  lap->rules_hash = sift_arena_copy(arena, sift_span_of(ruleset->hash_text));
  lap->rules = sift_arena_alloc(arena, (ruleset->rule_count + 1) * sizeof *lap->rules);
  if (lap->program == NULL || lap->rules_name == NULL || lap->rules_version == NULL || lap->rules_hash == NULL ||
      lap->rules == NULL) {
    return SIFT_ENOMEM;
  }
  for (size_t i = 0; i < ruleset->rule_count; i++) {
    lap->rules[i].id = sift_arena_copy(arena, sift_span_of(ruleset->rules[i].id));
    if (lap->rules[i].id == NULL) {
      return SIFT_ENOMEM;
    }
  }
  lap->rule_count = ruleset->rule_count;
  return SIFT_OK;
}

static enum sift_status run_way(struct sift_lap *lap, const struct sift_database *database, const struct sift_pieces *pieces,
                                enum sift_way way) {
  struct sift_runner runner = {.way = way};
  struct sift_figures once = {0};
  enum sift_status status = sift_runner_init(&runner, way, database, pieces, 0);
  if (status == SIFT_OK) {
    status = sift_series_add(&once, &runner, 1, 1);
  }
  if (status == SIFT_OK) {
    const struct sift_timing *timing = &once.series[0].timing;
    lap->runs[way] = (struct sift_lap_run){true, timing->cpu[0], timing->wall[0], timing->bytes};
  }
  sift_runner_release(&runner);
  sift_figures_release(&once);
  return status;
}

static enum sift_status run_ways(struct sift_lap *lap, const struct sift_lap_config *config) {
  struct sift_pieces sample = {0};
  enum sift_status status = sift_pieces_cut(&sample, config->corpus, SIFT_BATCH_BYTES, config->sample_bytes);
  for (size_t i = 0; sift_compared_ways[i] != SIFT_WAYS && status == SIFT_OK; i++) {
    status = run_way(lap, config->database, &sample, sift_compared_ways[i]);
  }
  sift_pieces_release(&sample);
  return status;
}

static enum sift_status count_found(struct sift_lap *lap, const struct sift_lap_config *config) {
  struct sift_pieces all = {0};
  struct sift_rule_cost *costs = calloc(lap->rule_count + 1, sizeof *costs);
  enum sift_status status = costs != NULL ? sift_pieces_cut(&all, config->corpus, SIFT_BATCH_BYTES, 0) : SIFT_ENOMEM;
  if (status == SIFT_OK) {
    const struct sift_path_config path = {.database = config->database, .pieces = &all};
    status = sift_path_run(&path, &lap->found);
  }
  if (status == SIFT_OK) {
    status = sift_rule_costs_count(costs, config->database, &all);
  }
  for (size_t i = 0; i < lap->rule_count && status == SIFT_OK; i++) {
    lap->rules[i].hits = costs[i].hits;
  }
  sift_pieces_release(&all);
  free(costs);
  return status;
}

enum sift_status sift_lap_count(struct sift_lap *out, const struct sift_lap_config *config) {
  *out = (struct sift_lap){
      .corpus_bytes = config->corpus->len, .corpus_lines = config->corpus->lines, .compile_seconds = config->compile_seconds};
  sift_arena_init(&out->texts);
  enum sift_status status = name_all(out, sift_database_ruleset(config->database));
  if (status == SIFT_OK) {
    status = sift_sizes_read(&out->sizes, config->database);
  }
  if (status == SIFT_OK) {
    status = count_found(out, config);
  }
  if (status != SIFT_OK) {
    sift_lap_release(out);
  }
  return status;
}

enum sift_status sift_lap_run(struct sift_lap *out, const struct sift_lap_config *config) {
  enum sift_status status = sift_lap_count(out, config);
  if (status == SIFT_OK) {
    status = run_ways(out, config);
    if (status != SIFT_OK) {
      sift_lap_release(out);
    }
  }
  return status;
}

void sift_lap_release(struct sift_lap *lap) {
  sift_arena_release(&lap->texts);
  *lap = (struct sift_lap){0};
}
