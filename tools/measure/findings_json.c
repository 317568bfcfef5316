/* Findings in the JSON of Google Benchmark (docs/user_guide.md there, "Output Formats"), so that its compare.py reads them. */
#include <stdio.h>
#include <string.h>

#include "tools/measure/blame.h"
#include "tools/measure/findings.h"

static void put_text(struct sift_json *json, const char *key, const char *text) {
  sift_json_key(json, key);
  sift_json_text(json, text);
}

static void put_unsigned(struct sift_json *json, const char *key, uint64_t value) {
  sift_json_key(json, key);
  sift_json_unsigned(json, value);
}

static void put_double(struct sift_json *json, const char *key, double value) {
  sift_json_key(json, key);
  sift_json_double(json, value);
}

static void put_ratio(struct sift_json *json, const char *key, const struct sift_ratio *ratio) {
  sift_json_key(json, key);
  sift_json_open(json, '{');
  put_double(json, "value", ratio->value);
  put_double(json, "low", ratio->low);
  put_double(json, "high", ratio->high);
  put_unsigned(json, "pairs", ratio->pairs);
  sift_json_close(json, '}');
}

/* ---- context ---- */

static void put_ruleset(struct sift_json *json, const struct sift_figures *figures) {
  const struct sift_ruleset *ruleset = figures->ruleset;
  sift_json_open(json, '{');
  put_text(json, "name", ruleset->name);
  put_text(json, "version", ruleset->version);
  put_text(json, "hash", ruleset->hash_text);
  put_unsigned(json, "rules", ruleset->rule_count);
  put_unsigned(json, "profile_bytes", figures->profile_bytes);
  sift_json_close(json, '}');
}

static void put_corpus(struct sift_json *json, const struct sift_figures *figures) {
  const struct sift_corpus *corpus = figures->corpus;
  sift_json_open(json, '{');
  put_unsigned(json, "bytes", corpus->len);
  put_unsigned(json, "lines", corpus->lines);
  sift_json_key(json, "cut");
  sift_json_bool(json, corpus->cut);
  put_unsigned(json, "bytes_max", corpus->bytes_max);
  put_unsigned(json, "sample_bytes", figures->sample_bytes);
  sift_json_key(json, "files");
  sift_json_open(json, '[');
  for (size_t i = 0; i < corpus->part_count; i++) {
    sift_json_open(json, '{');
    put_text(json, "name", corpus->parts[i].name);
    put_unsigned(json, "bytes", corpus->parts[i].end - corpus->parts[i].begin);
    sift_json_close(json, '}');
  }
  sift_json_close(json, ']');
  sift_json_close(json, '}');
}

static void put_host(struct sift_json *json, const struct sift_host *host) {
  put_text(json, "date", host->date);
  put_text(json, "host_name", host->name);
  put_text(json, "executable", "spacesift");
  put_unsigned(json, "num_cpus", host->cpus);
  put_unsigned(json, "usable_cores", host->cores);
  put_unsigned(json, "mhz_per_cpu", (uint64_t)host->mhz);
  sift_json_key(json, "cpu_scaling_enabled");
  sift_json_bool(json, host->governor[0] != '\0' && strcmp(host->governor, "performance") != 0);
  put_text(json, "cpu_scaling_governor", host->governor);
  sift_json_key(json, "caches");
  sift_json_open(json, '[');
  sift_json_close(json, ']');
  sift_json_key(json, "load_avg");
  sift_json_open(json, '[');
  for (int i = 0; i < 3; i++) {
    sift_json_double(json, host->load[i]);
  }
  sift_json_close(json, ']');
  put_text(json, "library_build_type", strcmp(host->build, "Release") == 0 ? "release" : "debug");
  put_unsigned(json, "json_schema_version", 1);
  put_text(json, "cpu_model", host->cpu);
  put_text(json, "compiler", host->compiler);
  put_text(json, "build_type", host->build);
  put_text(json, "spacesift", host->version);
  put_text(json, "hyperscan", host->hyperscan);
  put_text(json, "hyperscan_platform", host->platform);
  put_text(json, "pcre2", host->pcre);
  put_text(json, "zstd", host->zstd);
}

static void put_context(struct sift_json *json, const struct sift_findings *findings) {
  sift_json_key(json, "context");
  sift_json_open(json, '{');
  put_host(json, findings->host);
  sift_json_key(json, "rules");
  put_ruleset(json, findings->figures);
  sift_json_key(json, "corpus");
  put_corpus(json, findings->figures);
  sift_json_close(json, '}');
}

/* ---- benchmarks ---- */

/* What all rounds of one benchmark share. */
struct family {
  const char *name;
  unsigned index, threads, rounds;
};

/* What one round took, and the text it went through: 0 where it is not text that is measured. */
struct turn {
  unsigned round;
  double wall, cpu; /* seconds */
  uint64_t bytes;
};

/* An iteration is a million bytes: how much a round goes through depends on how fast it is, and compare.py looks at times alone. */
static void put_times(struct sift_json *json, const struct turn *turn) {
  double megabytes = turn->bytes > 0 ? (double)turn->bytes / 1e6 : 1;
  put_unsigned(json, "iterations", megabytes > 1 ? (uint64_t)(megabytes + 0.5) : 1);
  put_double(json, "real_time", 1e6 * turn->wall / megabytes);
  put_double(json, "cpu_time", 1e6 * turn->cpu / megabytes);
  put_text(json, "time_unit", "us");
}

static void open_round(struct sift_json *json, const struct family *family, const struct turn *turn) {
  sift_json_open(json, '{');
  put_text(json, "name", family->name);
  put_unsigned(json, "family_index", family->index);
  put_unsigned(json, "per_family_instance_index", 0);
  put_text(json, "run_name", family->name);
  put_text(json, "run_type", "iteration");
  put_unsigned(json, "repetitions", family->rounds);
  put_unsigned(json, "repetition_index", turn->round);
  put_unsigned(json, "threads", family->threads);
  put_times(json, turn);
}

static void put_series(struct sift_json *json, const struct sift_point *series, const char *prefix, unsigned index) {
  char name[SIFT_SERIES_NAME_BYTES];
  char full[SIFT_SERIES_NAME_BYTES + 16];
  bool threads = series->chart == SIFT_CHART_THREADS;
  sift_series_name(name, series);
  snprintf(full, sizeof full, "%s%s", prefix, name);
  const struct family family = {full, index, threads ? (unsigned)series->at : 1, series->timing.rounds};
  for (unsigned i = 0; i < series->timing.rounds; i++) {
    const struct turn turn = {i, series->timing.wall[i], series->timing.cpu[i], series->timing.bytes};
    double seconds = threads ? turn.wall : turn.cpu;
    open_round(json, &family, &turn);
    put_double(json, "bytes_per_second", seconds > 0 ? (double)series->timing.bytes / seconds : 0);
    put_unsigned(json, "bytes", series->timing.bytes);
    if (series->chart != SIFT_CHART_WAY) {
      static const char *const axes[SIFT_CHARTS] = {"", "batch_bytes", "jobs", "rules"};
      put_unsigned(json, axes[series->chart], series->at);
    }
    sift_json_close(json, '}');
  }
}

/* What is measured once, with what belongs to it as counters. */
static void put_once(struct sift_json *json, const char *name, unsigned index, double seconds) {
  const struct family family = {name, index, 1, 1};
  open_round(json, &family, &(struct turn){.wall = seconds, .cpu = seconds});
}

static void put_sizes(struct sift_json *json, const struct sift_sizes *sizes) {
  put_unsigned(json, "wake_bytes", sizes->parts.wake_bytes);
  put_unsigned(json, "literals_bytes", sizes->parts.literals_bytes);
  put_unsigned(json, "rest_bytes", sizes->parts.rest_bytes);
  put_unsigned(json, "confirm_bytes", sizes->parts.confirm_bytes);
  put_unsigned(json, "database_bytes", sizes->database);
  put_unsigned(json, "scratch_bytes", sizes->parts.scratch_bytes);
  put_unsigned(json, "stored_bytes", sizes->stored);
}

/* What compiling took in each round of two programs; within one it is done once, and stands in `compile` and `against`. */
static void put_compiles(struct sift_json *json, const struct sift_versus *versus, unsigned *index) {
  for (int side = 0; versus != NULL && versus->path != NULL && side < 2; side++) {
    const struct sift_timing *timing = side == 0 ? &versus->ours.compile : &versus->theirs.compile;
    const struct family family = {side == 0 ? "this/compile" : "that/compile", (*index)++, 1, timing->rounds};
    for (unsigned i = 0; i < timing->rounds; i++) {
      open_round(json, &family, &(struct turn){.round = i, .wall = timing->wall[i], .cpu = timing->cpu[i]});
      sift_json_close(json, '}');
    }
  }
}

static void put_benchmarks(struct sift_json *json, const struct sift_findings *findings) {
  const struct sift_figures *figures = findings->figures;
  unsigned index = 0;
  sift_json_key(json, "benchmarks");
  sift_json_open(json, '[');
  put_once(json, "compile", index++, figures->compile_seconds);
  put_sizes(json, &figures->sizes);
  put_unsigned(json, "bare_stream_bytes", figures->sizes.stream);
  put_unsigned(json, "bare_stream_state_bytes", figures->sizes.stream_state);
  put_unsigned(json, "bare_vectored_bytes", figures->sizes.vectored);
  sift_json_close(json, '}');
  put_once(json, "start", index++, figures->start_seconds);
  sift_json_close(json, '}');
  for (size_t i = 0; i < figures->series_count; i++) {
    put_series(json, &figures->series[i], "", index++);
  }
  put_compiles(json, findings->versus, &index);
  for (int i = 0; findings->versus != NULL && i < SIFT_WAYS; i++) {
    const struct sift_versus *versus = findings->versus;
    const struct sift_point ours = {.way = (enum sift_way)i, .timing = versus->ours.timings[i]};
    const struct sift_point theirs = {.way = (enum sift_way)i, .timing = versus->theirs.timings[i]};
    put_series(json, &ours, "this/", index++);
    put_series(json, &theirs, "that/", index++);
  }
  sift_json_close(json, ']');
}

/* ---- what the format has no place for ---- */

static void put_found(struct sift_json *json, const struct sift_path_result *found) {
  sift_json_open(json, '{');
  put_unsigned(json, "hits", found->hits);
  put_unsigned(json, "woken_lines", found->woken);
  put_unsigned(json, "confirmed_lines", found->confirmed);
  put_unsigned(json, "match_limit", found->limited);
  sift_json_close(json, '}');
}

static void put_rule(struct sift_json *json, const char *id, const struct sift_rule_cost *cost) {
  sift_json_open(json, '{');
  put_text(json, "rule", id);
  put_unsigned(json, "hits", cost->hits);
  put_unsigned(json, "woken_lines", cost->woken);
  put_unsigned(json, "refused_lines", cost->refused);
  put_double(json, "confirm_ms", 1e3 * cost->confirm_seconds);
  put_double(json, "pcre_ms", 1e3 * cost->pcre_seconds);
  sift_json_key(json, "reasons");
  sift_json_open(json, '[');
  for (int i = 0; i < SIFT_FAULTS; i++) {
    if ((cost->faults >> i & 1) != 0) {
      sift_json_open(json, '{');
      put_text(json, "reason", sift_fault_name((enum sift_fault)i));
      put_text(json, "text", sift_fault_text((enum sift_fault)i));
      put_text(json, "advice", sift_fault_advice((enum sift_fault)i));
      sift_json_close(json, '}');
    }
  }
  sift_json_close(json, ']');
  sift_json_close(json, '}');
}

static void put_rules(struct sift_json *json, const struct sift_figures *figures) {
  sift_json_key(json, "rules");
  sift_json_open(json, '[');
  for (size_t i = 0; i < figures->ruleset->rule_count; i++) {
    put_rule(json, figures->ruleset->rules[i].id, &figures->costs[i]);
  }
  sift_json_close(json, ']');
}

static void put_marginal(struct sift_json *json, const struct sift_figures *figures) {
  const struct sift_marginal *marginal = &figures->marginal;
  sift_json_key(json, "marginal");
  sift_json_open(json, '{');
  put_unsigned(json, "measurements", marginal->measurements);
  sift_json_key(json, "groups");
  sift_json_open(json, '[');
  for (size_t i = 0; i < marginal->group_count; i++) {
    const struct sift_marginal_group *group = &marginal->groups[i];
    sift_json_open(json, '{');
    put_ratio(json, "gain", &group->gain);
    sift_json_key(json, "unsplit");
    sift_json_bool(json, group->unsplit);
    sift_json_key(json, "rules");
    sift_json_open(json, '[');
    for (uint32_t k = 0; k < group->count; k++) {
      sift_json_text(json, figures->ruleset->rules[marginal->order[group->first + k]].id);
    }
    sift_json_close(json, ']');
    sift_json_close(json, '}');
  }
  sift_json_close(json, ']');
  sift_json_close(json, '}');
}

static void put_ratios(struct sift_json *json, const struct sift_figures *figures) {
  sift_json_key(json, "to_bare");
  sift_json_open(json, '{');
  for (int i = 0; i < SIFT_WAYS; i++) {
    struct sift_ratio ratio = sift_figures_ratio(figures, (enum sift_way)i);
    put_ratio(json, sift_way_name((enum sift_way)i), &ratio);
  }
  sift_json_close(json, '}');
}

static void put_lap(struct sift_json *json, const char *key, const struct sift_lap *lap, const char *path) {
  sift_json_key(json, key);
  sift_json_open(json, '{');
  sift_json_key(json, "rules");
  sift_json_open(json, '{');
  put_text(json, "name", lap->rules_name);
  put_text(json, "version", lap->rules_version);
  put_text(json, "hash", lap->rules_hash);
  put_unsigned(json, "rules", lap->rule_count);
  sift_json_close(json, '}');
  put_text(json, "program", lap->program);
  if (path != NULL) {
    put_text(json, "path", path);
  }
  sift_json_key(json, "corpus");
  sift_json_open(json, '{');
  put_unsigned(json, "bytes", lap->corpus_bytes);
  put_unsigned(json, "lines", lap->corpus_lines);
  sift_json_close(json, '}');
  put_double(json, "compile_seconds", lap->compile_seconds);
  put_sizes(json, &lap->sizes);
  sift_json_key(json, "found");
  put_found(json, &lap->found);
  sift_json_close(json, '}');
}

static void put_hits(struct sift_json *json, const char *key, bool known, uint64_t hits) {
  sift_json_key(json, key);
  if (known) {
    sift_json_unsigned(json, hits);
  } else {
    sift_json_null(json);
  }
}

static void put_versus(struct sift_json *json, const struct sift_versus *versus) {
  sift_json_key(json, "against");
  sift_json_open(json, '{');
  put_lap(json, "this", &versus->ours.lap, NULL);
  put_lap(json, "that", &versus->theirs.lap, versus->path);
  sift_json_key(json, "same_hits");
  sift_json_bool(json, versus->same_hits);
  sift_json_key(json, "same_corpus");
  sift_json_bool(json, versus->same_corpus);
  sift_json_key(json, "speed");
  sift_json_open(json, '{');
  for (int i = 0; i < SIFT_WAYS; i++) {
    if (versus->ours.timings[i].rounds > 0) {
      put_ratio(json, sift_way_name((enum sift_way)i), &versus->speed[i]);
    }
  }
  if (versus->compile.pairs > 1) {
    put_ratio(json, "compile", &versus->compile);
  }
  sift_json_close(json, '}');
  sift_json_key(json, "hits");
  sift_json_open(json, '[');
  for (size_t i = 0; i < versus->rule_count; i++) {
    const struct sift_versus_rule *rule = &versus->rules[i];
    sift_json_open(json, '{');
    put_text(json, "rule", rule->id);
    put_hits(json, "this", rule->ours, rule->our_hits);
    put_hits(json, "that", rule->theirs, rule->their_hits);
    sift_json_close(json, '}');
  }
  sift_json_close(json, ']');
  sift_json_close(json, '}');
}

static void put_verdict(struct sift_json *json, const struct sift_bench_budget_verdict *verdict) {
  sift_json_key(json, "budget");
  sift_json_open(json, '{');
  sift_json_key(json, "kept");
  sift_json_bool(json, verdict->kept);
  sift_json_key(json, "limits");
  sift_json_open(json, '[');
  for (size_t i = 0; i < verdict->count; i++) {
    const struct sift_bench_budget_line *line = &verdict->lines[i];
    sift_json_open(json, '{');
    put_text(json, "limit", sift_limit_name(line->limit));
    put_double(json, "bound", line->bound);
    sift_json_key(json, "value");
    if (line->unknown) {
      sift_json_null(json);
    } else {
      sift_json_double(json, line->value);
    }
    sift_json_key(json, "kept");
    sift_json_bool(json, line->kept);
    put_text(json, "rule", line->rule);
    sift_json_close(json, '}');
  }
  sift_json_close(json, ']');
  sift_json_close(json, '}');
}

void sift_findings_json(struct sift_json *json, const struct sift_findings *findings) {
  sift_json_open(json, '{');
  put_context(json, findings);
  put_benchmarks(json, findings);
  sift_json_key(json, "found");
  put_found(json, &findings->figures->found);
  put_ratios(json, findings->figures);
  put_marginal(json, findings->figures);
  put_rules(json, findings->figures);
  if (findings->versus != NULL) {
    put_versus(json, findings->versus);
  }
  if (findings->verdict != NULL) {
    put_verdict(json, findings->verdict);
  }
  sift_json_close(json, '}');
  sift_json_raw(json, sift_span("\n", 1));
}
