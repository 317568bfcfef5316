/* Findings for people, within 100 columns. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tools/measure/blame.h"
#include "tools/measure/findings.h"

enum { LABEL_COLUMNS = 11, RULE_COLUMNS = 28, GAIN_COLUMNS = 22, GROUP_SHOWN = 4, TITLE_COLUMNS = 30, LINE_BYTES = 256 };

static void put_label(struct sift_text *text, const char *label) {
  sift_text_style(text, SIFT_STYLE_BOLD);
  sift_text_column(text, sift_span_of(label), LABEL_COLUMNS);
  sift_text_style(text, SIFT_STYLE_PLAIN);
}

static void put_heading(struct sift_text *text, const char *heading) {
  sift_text_style(text, SIFT_STYLE_BOLD);
  sift_text_format(text, "\n%s", heading);
  sift_text_style(text, SIFT_STYLE_PLAIN);
}

/* ---- what was measured, and on what ---- */

static void put_corpus(struct sift_text *text, const struct sift_figures *figures) {
  const struct sift_corpus *corpus = figures->corpus;
  char bytes[SIFT_NUMBER_BYTES];
  char lines[SIFT_NUMBER_BYTES];
  char sample[SIFT_NUMBER_BYTES];
  put_label(text, "corpus");
  sift_text_format(text, "%s, %s lines in %zu file%s", sift_text_bytes(bytes, corpus->len), sift_text_number(lines, corpus->lines),
                   corpus->part_count, corpus->part_count == 1 ? "" : "s");
  sift_text_format(text, "; a timed run goes through %s\n", sift_text_bytes(sample, figures->sample_bytes));
  put_label(text, "");
  for (size_t i = 0; i < corpus->part_count && i < 2; i++) {
    sift_text_put(text, i > 0 ? ", " : "");
    sift_text_safe(text, sift_span_of(corpus->parts[i].name), 36);
  }
  sift_text_put(text, corpus->part_count > 2 ? ", ...\n" : "\n");
  if (corpus->cut) {
    put_label(text, "");
    sift_text_format(text, "there is more: read up to --corpus-bytes-max (%s), each file from its begin\n",
                     sift_text_bytes(bytes, corpus->bytes_max));
  }
}

static void put_host(struct sift_text *text, const struct sift_host *host) {
  put_label(text, "machine");
  sift_text_safe(text, sift_span_of(host->cpu), 48);
  sift_text_format(text, ", %u of %u cores", host->cores, host->cpus);
  if (host->mhz > 0) {
    sift_text_format(text, ", %.0f MHz", host->mhz);
  }
  sift_text_format(text, "%s%s\n", host->governor[0] != '\0' ? ", " : "", host->governor);
  put_label(text, "");
  sift_text_format(text, "%s, load %.2f %.2f %.2f\n", host->date, host->load[0], host->load[1], host->load[2]);
  put_label(text, "program");
  sift_text_format(text, "spacesift %s, %s, build %s\n", host->version, host->compiler, host->build);
  put_label(text, "");
  sift_text_format(text, "Hyperscan %s (%s), PCRE2 %.5s, zstd %s\n", host->hyperscan, host->platform, host->pcre, host->zstd);
}

static void put_rules(struct sift_text *text, const struct sift_figures *figures) {
  const struct sift_ruleset *ruleset = figures->ruleset;
  const struct sift_database_info *info = &figures->sizes.parts;
  put_label(text, "rules");
  sift_text_safe(text, sift_span_of(ruleset->name), 40);
  sift_text_put(text, " ");
  sift_text_safe(text, sift_span_of(ruleset->version), 16);
  sift_text_format(text, ", hash %.12s: %zu rules, %zu patterns, %zu of them decided by PCRE2\n", ruleset->hash_text,
                   ruleset->rule_count, info->patterns, info->prefiltered);
  if (figures->profile_bytes > 0) {
    char bytes[SIFT_NUMBER_BYTES];
    put_label(text, "");
    sift_text_format(text, "the texts that wake lines were chosen by %s of logs (--profile)\n",
                     sift_text_bytes(bytes, figures->profile_bytes));
  }
}

static void put_sizes(struct sift_text *text, const struct sift_figures *figures) {
  const struct sift_sizes *sizes = &figures->sizes;
  char out[5][SIFT_NUMBER_BYTES];
  put_label(text, "compile");
  sift_text_format(text, "%.2f s of CPU; start from the compiled form (%s) %.1f ms\n", figures->compile_seconds,
                   sift_text_bytes(out[0], sizes->stored), 1e3 * figures->start_seconds);
  put_label(text, "databases");
  sift_text_format(text, "wake %s, literals %s, rest %s, confirm %s; scratch %s\n",
                   sift_text_bytes(out[0], sizes->parts.wake_bytes), sift_text_bytes(out[4], sizes->parts.literals_bytes),
                   sift_text_bytes(out[1], sizes->parts.rest_bytes), sift_text_bytes(out[2], sizes->parts.confirm_bytes),
                   sift_text_bytes(out[3], sizes->parts.scratch_bytes));
  put_label(text, "");
  sift_text_format(text, "bare, stream mode %s (%s a stream), vectored mode %s\n", sift_text_bytes(out[0], sizes->stream),
                   sift_text_bytes(out[1], sizes->stream_state), sift_text_bytes(out[2], sizes->vectored));
}

const char *sift_findings_found(char out[SIFT_FOUND_BYTES], const struct sift_figures *figures) {
  const struct sift_path_result *found = &figures->found;
  char number[3][SIFT_NUMBER_BYTES];
  double lines = figures->corpus->lines > 0 ? (double)figures->corpus->lines : 1;
  snprintf(out, SIFT_FOUND_BYTES, "%s hit%s (%.1f a million lines); %s line%s woken, %s of them refused",
           sift_text_number(number[0], found->hits), found->hits == 1 ? "" : "s", 1e6 * (double)found->hits / lines,
           sift_text_number(number[1], found->woken), found->woken == 1 ? "" : "s",
           sift_text_number(number[2], found->woken - found->confirmed));
  return out;
}

static void put_found(struct sift_text *text, const struct sift_figures *figures) {
  char found[SIFT_FOUND_BYTES];
  put_label(text, "found");
  sift_text_format(text, "%s\n", sift_findings_found(found, figures));
}

/* ---- throughput ---- */

static double mega(double speed) {
  return speed / 1e6;
}

static void put_ways(struct sift_text *text, const struct sift_figures *figures) {
  put_heading(text, "Throughput, MB of text a second of CPU");
  sift_text_format(text, " (median of %u rounds)\n", figures->rounds);
  sift_text_format(text, "%-*s %9s %8s %10s %16s\n", TITLE_COLUMNS, "", "MB/s", "spread", "to bare", "95 %");
  for (int i = 0; i < SIFT_WAYS; i++) {
    const struct sift_point *series = sift_figures_way(figures, (enum sift_way)i);
    if (series == NULL) {
      continue;
    }
    struct sift_ratio ratio = sift_figures_ratio(figures, (enum sift_way)i);
    sift_text_format(text, "%-*s %9.1f %6.1f %% %10.2f ", TITLE_COLUMNS, sift_way_title((enum sift_way)i),
                     mega(sift_timing_speed(&series->timing)), 100 * sift_timing_spread(&series->timing), ratio.value);
    sift_text_format(text, isfinite(ratio.high) ? "%7.2f to %5.2f\n" : "      one round\n", ratio.low, ratio.high);
  }
}

static const struct sift_point *series_at(const struct sift_figures *figures, enum sift_chart chart, enum sift_way way,
                                          uint64_t at) {
  for (size_t i = 0; i < figures->series_count; i++) {
    const struct sift_point *series = &figures->series[i];
    if (series->chart == chart && series->way == way && series->at == at) {
      return series;
    }
  }
  return NULL;
}

static void put_at(struct sift_text *text, enum sift_chart chart, uint64_t at) {
  char bytes[SIFT_NUMBER_BYTES];
  if (chart == SIFT_CHART_BATCH) {
    snprintf(bytes, sizeof bytes, "%llu KiB", (unsigned long long)at / 1024);
  } else {
    sift_text_number(bytes, at);
  }
  sift_text_format(text, "%10s", bytes);
}

/* A row a place on the axis: bare scan and whole path by CPU, and by the wall where that is the point. */
static void put_chart(struct sift_text *text, const struct sift_figures *figures, enum sift_chart chart, const char *heading,
                      const char *axis) {
  bool threads = chart == SIFT_CHART_THREADS;
  put_heading(text, heading);
  sift_text_format(text, "\n%10s %14s %14s\n", axis, threads ? "path, by wall" : "bare scan", threads ? "by CPU" : "whole path");
  for (size_t i = 0; i < figures->series_count; i++) {
    const struct sift_point *series = &figures->series[i];
    if (series->chart != chart || series->way != SIFT_WAY_PATH) {
      continue;
    }
    const struct sift_point *bare = series_at(figures, chart, SIFT_WAY_BARE_BLOCK, series->at);
    double first = threads ? sift_timing_wall_speed(&series->timing) : bare != NULL ? sift_timing_speed(&bare->timing) : 0;
    put_at(text, chart, series->at);
    sift_text_format(text, " %14.1f %14.1f\n", mega(first), mega(sift_timing_speed(&series->timing)));
  }
}

/* ---- rules ---- */

static void put_cost(struct sift_text *text, const struct sift_figures *figures, uint32_t rule) {
  const struct sift_rule_cost *cost = &figures->costs[rule];
  char out[3][SIFT_NUMBER_BYTES];
  sift_text_column(text, sift_span_of(figures->ruleset->rules[rule].id), RULE_COLUMNS);
  sift_text_format(text, " %9s %9s %9s %8.1f %7.1f\n", sift_text_number(out[0], cost->hits), sift_text_number(out[1], cost->woken),
                   sift_text_number(out[2], cost->refused), 1e3 * cost->confirm_seconds, 1e3 * cost->pcre_seconds);
}

static void put_fault(struct sift_text *text, enum sift_fault fault) {
  sift_text_format(text, "    %s\n", sift_fault_text(fault));
  sift_text_style(text, SIFT_STYLE_DIM);
  sift_text_format(text, "      > %s\n", sift_fault_advice(fault));
  sift_text_style(text, SIFT_STYLE_PLAIN);
}

static void put_faults(struct sift_text *text, uint32_t faults) {
  for (int i = 0; i < SIFT_FAULTS; i++) {
    if ((faults >> i & 1) != 0) {
      put_fault(text, (enum sift_fault)i);
    }
  }
}

static void put_columns(struct sift_text *text, const char *first) {
  sift_text_format(text, "%-*s %-*s %9s %9s %9s %8s %7s\n", GAIN_COLUMNS, first, RULE_COLUMNS, "rule", "hits", "woken", "refused",
                   "confirm", "PCRE2");
}

/* Of a rule among others: the first reason alone. */
static void put_first_fault(struct sift_text *text, const struct sift_figures *figures, uint32_t rule) {
  enum sift_fault fault = sift_blame_first(figures->costs[rule].faults);
  if (fault != SIFT_FAULTS) {
    put_fault(text, fault);
  }
}

static void put_group(struct sift_text *text, const struct sift_figures *figures, const struct sift_marginal_group *group) {
  const uint32_t *rules = figures->marginal.order + group->first;
  char gain[LINE_BYTES];
  snprintf(gain, sizeof gain, "%.1f %% (%.1f..%.1f)", 100 * (group->gain.value - 1), 100 * (group->gain.low - 1),
           100 * (group->gain.high - 1));
  for (uint32_t i = 0; i < group->count && i < GROUP_SHOWN; i++) {
    sift_text_format(text, "%-*s ", GAIN_COLUMNS, i == 0 ? gain : "  and with it");
    put_cost(text, figures, rules[i]);
    if (group->count == 1) {
      put_faults(text, figures->costs[rules[i]].faults);
    } else {
      put_first_fault(text, figures, rules[i]);
    }
  }
  if (group->count > GROUP_SHOWN) {
    sift_text_format(text, "%-*s and %u more\n", GAIN_COLUMNS, "", group->count - GROUP_SHOWN);
  }
}

const char *sift_findings_no_marginal(const struct sift_figures *figures) {
  if (figures->marginal.measurements > 0) {
    return NULL;
  }
  return figures->rounds < 2 ? "Not measured: one round tells no gain from noise; take --rounds 2 or more."
                             : "Not measured: --no-marginal.";
}

static void put_marginal(struct sift_text *text, const struct sift_figures *figures) {
  const struct sift_marginal *marginal = &figures->marginal;
  put_heading(text, "What the whole path gains without a rule");
  const char *why_not = sift_findings_no_marginal(figures);
  if (why_not != NULL) {
    sift_text_format(text, "\n%s\n", why_not);
    return;
  }
  sift_text_format(text, " (%u sets timed; confirm and PCRE2 in ms over the corpus)\n", marginal->measurements);
  if (marginal->group_count == 0) {
    sift_text_put(text, "No rule stands out: leaving any out gains less than noise or 1 %.\n");
    return;
  }
  put_columns(text, "gain (95 %)");
  for (size_t i = 0; i < marginal->group_count; i++) {
    put_group(text, figures, &marginal->groups[i]);
  }
}

static bool in_a_group(const struct sift_marginal *marginal, uint32_t rule) {
  for (size_t i = 0; i < marginal->group_count; i++) {
    for (uint32_t k = 0; k < marginal->groups[i].count; k++) {
      if (marginal->order[marginal->groups[i].first + k] == rule) {
        return true;
      }
    }
  }
  return false;
}

static double own_seconds(const struct sift_rule_cost *cost) {
  return cost->confirm_seconds + cost->pcre_seconds;
}

/* The next one in order of confirmation time after `last`; rule_count where there is none. */
static uint32_t next_dearest(const struct sift_figures *figures, uint32_t last) {
  uint32_t count = (uint32_t)figures->ruleset->rule_count;
  uint32_t best = count;
  for (uint32_t i = 0; i < count; i++) {
    double own = own_seconds(&figures->costs[i]);
    double before = last < count ? own_seconds(&figures->costs[last]) : INFINITY;
    bool later = own < before || (last < count && own <= before && i > last);
    if (own > 0 && later && (best == count || own > own_seconds(&figures->costs[best]))) {
      best = i;
    }
  }
  return best;
}

static void put_others(struct sift_text *text, const struct sift_findings *findings) {
  const struct sift_figures *figures = findings->figures;
  uint32_t count = (uint32_t)figures->ruleset->rule_count;
  size_t shown = 0;
  for (uint32_t rule = next_dearest(figures, count); rule < count && shown < findings->top; rule = next_dearest(figures, rule)) {
    if (in_a_group(&figures->marginal, rule)) {
      continue;
    }
    if (shown++ == 0) {
      put_heading(text, "Other rules, by what their lines cost to confirm\n");
      put_columns(text, "");
    }
    sift_text_format(text, "%-*s ", GAIN_COLUMNS, "");
    put_cost(text, figures, rule);
  }
}

/* ---- against another set ---- */

static void put_against_heading(struct sift_text *text, const struct sift_versus *versus) {
  const struct sift_lap *theirs = &versus->theirs.lap;
  put_heading(text, "Against ");
  sift_text_safe(text, sift_span_of(theirs->rules_name), 40);
  sift_text_put(text, " ");
  sift_text_safe(text, sift_span_of(theirs->rules_version), 16);
  sift_text_format(text, ", hash %.12s, in alternating runs\n", theirs->rules_hash);
  if (versus->path != NULL) {
    sift_text_put(text, "  by ");
    sift_text_safe(text, sift_span_of(versus->path), 90);
    sift_text_put(text, ":\n  ");
    sift_text_safe(text, sift_span_of(theirs->program), 94);
    sift_text_put(text, "\n");
  }
}

/* Two databases in one process lie at different places in memory, and their programs too: that alone was seen to make 4 % between
 * a set and itself, in every round alike. */
static const double place_matters = 0.05;

static const char *judgement(const struct sift_versus *versus, const struct sift_ratio *ratio) {
  if (!sift_ratio_tells(ratio)) {
    return "(noise)";
  }
  if (versus->path == NULL && fabs(ratio->value - 1) < place_matters) {
    return "(< 5 %)";
  }
  return ratio->value > 1 ? "faster" : "slower";
}

static void put_against_ratio(struct sift_text *text, const struct sift_versus *versus, const struct sift_ratio *ratio) {
  sift_text_format(text, " %8.3f ", ratio->value);
  sift_text_format(text, isfinite(ratio->high) ? "%6.3f to %5.3f %s\n" : "       one round\n", ratio->low, ratio->high,
                   judgement(versus, ratio));
}

static void put_pair(struct sift_text *text, const char *title, const char *ours, const char *theirs) {
  sift_text_format(text, "%-*s %12s %12s\n", TITLE_COLUMNS, title, ours, theirs);
}

static void put_against_sizes(struct sift_text *text, const struct sift_versus *versus) {
  const struct sift_sizes *ours = &versus->ours.lap.sizes;
  const struct sift_sizes *theirs = &versus->theirs.lap.sizes;
  char out[2][SIFT_NUMBER_BYTES];
  put_pair(text, "databases", sift_text_bytes(out[0], ours->database), sift_text_bytes(out[1], theirs->database));
  put_pair(text, "scratch", sift_text_bytes(out[0], ours->parts.scratch_bytes),
           sift_text_bytes(out[1], theirs->parts.scratch_bytes));
}

/* That hits are the same is the first thing that must hold of two builds. */
static void put_against_hits(struct sift_text *text, const struct sift_versus *versus) {
  const struct sift_lap *ours = &versus->ours.lap;
  const struct sift_lap *theirs = &versus->theirs.lap;
  char out[2][SIFT_NUMBER_BYTES];
  put_pair(text, "hits", sift_text_number(out[0], ours->found.hits), sift_text_number(out[1], theirs->found.hits));
  if (!versus->same_corpus) {
    put_pair(text, "lines read", sift_text_number(out[0], ours->corpus_lines), sift_text_number(out[1], theirs->corpus_lines));
    put_pair(text, "bytes read", sift_text_number(out[0], ours->corpus_bytes), sift_text_number(out[1], theirs->corpus_bytes));
    sift_text_put(text, "THE TEXT DIFFERS: the two programs read other text from the same files.\n");
  }
  if (versus->same_hits) {
    sift_text_put(text, "Both have the same hits, rule by rule.\n");
    return;
  }
  sift_text_style(text, SIFT_STYLE_RED);
  sift_text_format(text, "HITS DIFFER, of %zu rule%s:\n", versus->rule_count, versus->rule_count == 1 ? "" : "s");
  sift_text_style(text, SIFT_STYLE_PLAIN);
  for (size_t i = 0; i < versus->rule_count; i++) {
    const struct sift_versus_rule *rule = &versus->rules[i];
    sift_text_put(text, "  hits of ");
    sift_text_column(text, sift_span_of(rule->id), TITLE_COLUMNS - 10);
    sift_text_format(text, " %12s %12s\n", rule->ours ? sift_text_number(out[0], rule->our_hits) : "no such rule",
                     rule->theirs ? sift_text_number(out[1], rule->their_hits) : "no such rule");
  }
}

static void put_versus(struct sift_text *text, const struct sift_versus *versus) {
  put_against_heading(text, versus);
  sift_text_format(text, "%-*s %12s %12s %8s %16s\n", TITLE_COLUMNS, "", "this", "that", "ratio", "95 %");
  for (int i = 0; i < SIFT_WAYS; i++) {
    const struct sift_timing *ours = &versus->ours.timings[i];
    if (ours->rounds > 0) {
      sift_text_format(text, "%-*s %7.1f MB/s %7.1f MB/s", TITLE_COLUMNS, sift_way_title((enum sift_way)i),
                       mega(sift_timing_speed(ours)), mega(sift_timing_speed(&versus->theirs.timings[i])));
      put_against_ratio(text, versus, &versus->speed[i]);
    }
  }
  sift_text_format(text, "%-*s %10.2f s %10.2f s", TITLE_COLUMNS, "compile",
                   sift_median(versus->ours.compile.cpu, versus->ours.compile.rounds),
                   sift_median(versus->theirs.compile.cpu, versus->theirs.compile.rounds));
  put_against_ratio(text, versus, &versus->compile);
  put_against_sizes(text, versus);
  put_against_hits(text, versus);
}

static void put_verdict(struct sift_text *text, const struct sift_bench_budget_verdict *verdict) {
  char figure[SIFT_LIMIT_FIGURE_BYTES];
  put_heading(text, verdict->kept ? "Within the budget\n" : "Over the budget\n");
  for (size_t i = 0; i < verdict->count; i++) {
    const struct sift_bench_budget_line *line = &verdict->lines[i];
    sift_text_style(text, line->kept ? SIFT_STYLE_GREEN : SIFT_STYLE_RED);
    sift_text_format(text, "  %-8s", line->kept ? "kept" : "EXCEEDED");
    sift_text_style(text, SIFT_STYLE_PLAIN);
    sift_text_format(text, " %-28s %14s", sift_limit_name(line->limit), sift_limit_figure(figure, line->bound));
    sift_text_format(text, line->unknown ? "  was not measured" : "  is %s", sift_limit_figure(figure, line->value));
    sift_text_put(text, line->rule[0] != '\0' ? " for rule " : "");
    sift_text_safe(text, sift_span_of(line->rule), 20);
    sift_text_put(text, "\n");
  }
}

void sift_findings_table(struct sift_text *text, const struct sift_findings *findings) {
  const struct sift_figures *figures = findings->figures;
  put_rules(text, figures);
  put_corpus(text, figures);
  put_host(text, findings->host);
  put_sizes(text, figures);
  put_found(text, figures);
  put_ways(text, figures);
  put_chart(text, figures, SIFT_CHART_BATCH, "By size of batch, MB/s of CPU", "batch");
  put_chart(text, figures, SIFT_CHART_THREADS, "By number of threads, MB/s", "threads");
  put_chart(text, figures, SIFT_CHART_RULES, "By number of rules, MB/s of CPU", "rules");
  put_marginal(text, figures);
  put_others(text, findings);
  if (findings->versus != NULL) {
    put_versus(text, findings->versus);
  }
  if (findings->verdict != NULL) {
    put_verdict(text, findings->verdict);
  }
}
