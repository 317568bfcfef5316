/* Findings as a page that stands by itself. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tools/measure/blame.h"
#include "tools/measure/findings.h"
#include "tools/measure/plot.h"

static const char head[] =
    "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>spacesift bench</title>\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n<style>\n"
    "body{font:14px/1.45 system-ui,sans-serif;max-width:1000px;margin:2em auto;padding:0 1em;color:#222;background:#fff}\n"
    "h1{font-size:1.4em}h2{font-size:1.1em;margin-top:2em}\n"
    "table{border-collapse:collapse;margin:.5em 0}th,td{padding:.2em .8em .2em 0;text-align:left;vertical-align:top}\n"
    "th{border-bottom:1px solid #999;font-weight:600}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}\n"
    ".why{color:#555}.over{color:#b00020;font-weight:600}figure{display:inline-block;margin:.5em 1em .5em 0}\n"
    "figcaption{font-weight:600}svg{width:460px;max-width:100%;font:11px system-ui,sans-serif}svg text{fill:#444}\n"
    ".grid{stroke:#ddd}polyline{fill:none;stroke-width:2}.l0{stroke:#1f6feb}circle.l0{fill:#1f6feb}svg .t0{fill:#1f6feb}\n"
    ".l1{stroke:#d1590a}circle.l1{fill:#d1590a}svg .t1{fill:#d1590a}\n"
    "</style></head><body>\n<h1>spacesift bench</h1>\n";

static void put_row(struct sift_text *text, const char *name, const char *value) {
  sift_text_format(text, "<tr><th>%s</th><td>", name);
  sift_html_escape(text, sift_span_of(value));
  sift_text_put(text, "</td></tr>\n");
}

/* ---- what was measured, and on what ---- */

static void put_setting(struct sift_text *text, const struct sift_findings *findings) {
  const struct sift_figures *figures = findings->figures;
  const struct sift_host *host = findings->host;
  const struct sift_corpus *corpus = figures->corpus;
  char value[512];
  char bytes[2][SIFT_NUMBER_BYTES];
  char lines[SIFT_NUMBER_BYTES];
  sift_text_put(text, "<table>\n");
  snprintf(value, sizeof value, "%.100s %.40s, hash %s: %zu rules, %zu patterns, %zu of them decided by PCRE2",
           figures->ruleset->name, figures->ruleset->version, figures->ruleset->hash_text, figures->ruleset->rule_count,
           figures->sizes.parts.patterns, figures->sizes.parts.prefiltered);
  put_row(text, "rules", value);
  if (figures->profile_bytes > 0) {
    snprintf(value, sizeof value, "chosen by %s of logs (--profile)", sift_text_bytes(bytes[0], figures->profile_bytes));
    put_row(text, "texts that wake lines", value);
  }
  snprintf(value, sizeof value, "%s, %s lines in %zu files (%.200s%s)%s; a timed run goes through %s",
           sift_text_bytes(bytes[0], corpus->len), sift_text_number(lines, corpus->lines), corpus->part_count,
           corpus->part_count > 0 ? corpus->parts[0].name : "", corpus->part_count > 1 ? ", …" : "",
           corpus->cut ? ", cut at --corpus-bytes-max" : "", sift_text_bytes(bytes[1], figures->sample_bytes));
  put_row(text, "corpus", value);
  char mhz[32] = "";
  if (host->mhz > 0) {
    snprintf(mhz, sizeof mhz, ", %.0f MHz", host->mhz);
  }
  snprintf(value, sizeof value, "%s, %u of %u cores%s%s%s; load %.2f %.2f %.2f", host->cpu, host->cores, host->cpus, mhz,
           host->governor[0] != '\0' ? ", " : "", host->governor, host->load[0], host->load[1], host->load[2]);
  put_row(text, "machine", value);
  snprintf(value, sizeof value, "spacesift %s, %s, build %s; Hyperscan %s (%s), PCRE2 %s, zstd %s", host->version, host->compiler,
           host->build, host->hyperscan, host->platform, host->pcre, host->zstd);
  put_row(text, "program", value);
  put_row(text, "date", host->date);
  sift_text_put(text, "</table>\n");
}

static void put_size(struct sift_text *text, const char *name, size_t size) {
  char bytes[SIFT_NUMBER_BYTES];
  put_row(text, name, sift_text_bytes(bytes, size));
}

static void put_sizes(struct sift_text *text, const struct sift_figures *figures) {
  char value[64];
  sift_text_put(text, "<h2>Compilation and sizes</h2>\n<table>\n");
  snprintf(value, sizeof value, "%.2f s of CPU", figures->compile_seconds);
  put_row(text, "compile", value);
  snprintf(value, sizeof value, "%.1f ms of CPU", 1e3 * figures->start_seconds);
  put_row(text, "start from the compiled form", value);
  put_size(text, "wake database", figures->sizes.parts.wake_bytes);
  put_size(text, "literals database", figures->sizes.parts.literals_bytes);
  put_size(text, "rest database", figures->sizes.parts.rest_bytes);
  put_size(text, "confirm database", figures->sizes.parts.confirm_bytes);
  put_size(text, "scratch, a worker", figures->sizes.parts.scratch_bytes);
  put_size(text, "compiled form", figures->sizes.stored);
  put_size(text, "bare, stream mode", figures->sizes.stream);
  put_size(text, "state of such a stream", figures->sizes.stream_state);
  put_size(text, "bare, vectored mode", figures->sizes.vectored);
  sift_text_put(text, "</table>\n");
}

static void put_found(struct sift_text *text, const struct sift_figures *figures) {
  char found[SIFT_FOUND_BYTES];
  sift_text_format(text, "<p>Found: %s.</p>\n", sift_findings_found(found, figures));
}

/* ---- throughput ---- */

static void put_ways(struct sift_text *text, const struct sift_figures *figures) {
  sift_text_put(text, "<h2>Throughput</h2>\n<table><tr><th></th><th class=\"n\">MB/s of CPU</th><th class=\"n\">spread</th>"
                      "<th class=\"n\">to bare</th><th class=\"n\">95 %</th></tr>\n");
  for (int i = 0; i < SIFT_WAYS; i++) {
    const struct sift_point *series = sift_figures_way(figures, (enum sift_way)i);
    struct sift_ratio ratio = sift_figures_ratio(figures, (enum sift_way)i);
    if (series == NULL) {
      continue;
    }
    sift_text_format(text, "<tr><td>%s</td><td class=\"n\">%.1f</td><td class=\"n\">%.1f %%</td><td class=\"n\">%.2f</td>",
                     sift_way_title((enum sift_way)i), sift_timing_speed(&series->timing) / 1e6,
                     100 * sift_timing_spread(&series->timing), ratio.value);
    sift_text_format(text, isfinite(ratio.high) ? "<td class=\"n\">%.2f to %.2f</td></tr>\n" : "<td>one round</td></tr>\n",
                     ratio.low, ratio.high);
  }
  sift_text_put(text, "</table>\n");
}

static void put_plot(struct sift_text *text, const struct sift_figures *figures, enum sift_chart chart, const char *title,
                     const char *axis) {
  bool threads = chart == SIFT_CHART_THREADS;
  struct sift_plot plot = {.title = title, .x_name = axis, .y_name = threads ? "MB/s by the wall" : "MB/s of CPU"};
  plot.count = threads ? 1 : 2; /* the bare scan is not run by threads */
  plot.binary = chart == SIFT_CHART_BATCH;
  plot.lines[0].name = "whole path";
  plot.lines[1].name = "bare hs_scan";
  for (size_t i = 0; i < figures->series_count; i++) {
    const struct sift_point *series = &figures->series[i];
    if (series->chart == chart) {
      double speed = threads ? sift_timing_wall_speed(&series->timing) : sift_timing_speed(&series->timing);
      sift_plot_add(&plot.lines[series->way == SIFT_WAY_PATH ? 0 : 1], (double)series->at, speed / 1e6);
    }
  }
  sift_plot_svg(text, &plot);
}

/* ---- rules ---- */

static void put_cells(struct sift_text *text, const struct sift_figures *figures, uint32_t rule) {
  const struct sift_rule_cost *cost = &figures->costs[rule];
  sift_text_put(text, "<td>");
  sift_html_escape(text, sift_span_of(figures->ruleset->rules[rule].id));
  sift_text_put(text, "<br><span class=\"why\">");
  sift_html_escape(text, sift_span_of(figures->ruleset->rules[rule].title));
  sift_text_put(text, "</span></td>");
  sift_text_format(text, "<td class=\"n\">%llu</td><td class=\"n\">%llu</td><td class=\"n\">%llu</td>",
                   (unsigned long long)cost->hits, (unsigned long long)cost->woken, (unsigned long long)cost->refused);
  sift_text_format(text, "<td class=\"n\">%.1f</td><td class=\"n\">%.1f</td><td class=\"why\">", 1e3 * cost->confirm_seconds,
                   1e3 * cost->pcre_seconds);
  for (int i = 0; i < SIFT_FAULTS; i++) {
    if ((cost->faults >> i & 1) != 0) {
      sift_html_escape(text, sift_span_of(sift_fault_text((enum sift_fault)i)));
      sift_text_put(text, ": <em>");
      sift_html_escape(text, sift_span_of(sift_fault_advice((enum sift_fault)i)));
      sift_text_put(text, "</em><br>");
    }
  }
  sift_text_put(text, "</td></tr>\n");
}

static const char rule_columns[] =
    "<th>rule</th><th class=\"n\">hits</th><th class=\"n\">woken</th><th class=\"n\">refused</th>"
    "<th class=\"n\">confirm, ms</th><th class=\"n\">PCRE2, ms</th><th>why, and what to do</th></tr>\n";

static void put_marginal(struct sift_text *text, const struct sift_figures *figures) {
  const struct sift_marginal *marginal = &figures->marginal;
  const char *why_not = sift_findings_no_marginal(figures);
  sift_text_put(text, "<h2>What the whole path gains without a rule</h2>\n");
  if (why_not != NULL) {
    sift_text_format(text, "<p>%s</p>\n", why_not);
    return;
  }
  sift_text_format(text, "<p>%u sets timed.</p>\n", marginal->measurements);
  if (marginal->group_count == 0) {
    sift_text_put(text, "<p>No rule stands out.</p>\n");
    return;
  }
  sift_text_put(text, "<table><tr><th>gain (95 %)</th>");
  sift_text_put(text, rule_columns);
  for (size_t i = 0; i < marginal->group_count; i++) {
    const struct sift_marginal_group *group = &marginal->groups[i];
    for (uint32_t k = 0; k < group->count; k++) {
      if (k == 0) {
        sift_text_format(text, "<tr><td>%.1f %% (%.1f to %.1f)</td>", 100 * (group->gain.value - 1), 100 * (group->gain.low - 1),
                         100 * (group->gain.high - 1));
      } else {
        sift_text_put(text, "<tr><td>and with it</td>");
      }
      put_cells(text, figures, marginal->order[group->first + k]);
    }
  }
  sift_text_put(text, "</table>\n");
}

static void put_rules(struct sift_text *text, const struct sift_figures *figures) {
  sift_text_put(text, "<h2>All rules that woke a line</h2>\n<table><tr>");
  sift_text_put(text, rule_columns);
  for (uint32_t i = 0; i < figures->ruleset->rule_count; i++) {
    if (figures->costs[i].woken > 0) {
      sift_text_put(text, "<tr>");
      put_cells(text, figures, i);
    }
  }
  sift_text_put(text, "</table>\n");
}

/* ---- comparison and budget ---- */

static void put_against_row(struct sift_text *text, const char *title, double ours, double theirs, const struct sift_ratio *ratio) {
  sift_text_format(text, "<tr><td>%s</td><td class=\"n\">%.2f</td><td class=\"n\">%.2f</td>", title, ours, theirs);
  sift_text_format(text, "<td class=\"n\">%.3f</td>", ratio->value);
  sift_text_format(text, isfinite(ratio->high) ? "<td class=\"n\">%.3f to %.3f</td></tr>\n" : "<td>one round</td></tr>\n",
                   ratio->low, ratio->high);
}

static void put_against_counts(struct sift_text *text, const char *title, uint64_t ours, uint64_t theirs) {
  sift_text_format(text, "<tr><td>%s</td><td class=\"n\">%llu</td><td class=\"n\">%llu</td><td></td><td></td></tr>\n", title,
                   (unsigned long long)ours, (unsigned long long)theirs);
}

static void put_against_rule(struct sift_text *text, const struct sift_versus_rule *rule) {
  sift_text_put(text, "<tr><td>hits of ");
  sift_html_escape(text, sift_span_of(rule->id));
  for (int side = 0; side < 2; side++) {
    if (side == 0 ? rule->ours : rule->theirs) {
      sift_text_format(text, "</td><td class=\"n\">%llu", (unsigned long long)(side == 0 ? rule->our_hits : rule->their_hits));
    } else {
      sift_text_put(text, "</td><td class=\"n\">no such rule");
    }
  }
  sift_text_put(text, "</td><td></td><td></td></tr>\n");
}

static void put_against_heading(struct sift_text *text, const struct sift_versus *versus) {
  const struct sift_lap *theirs = &versus->theirs.lap;
  sift_text_put(text, "<h2>Against ");
  sift_html_escape(text, sift_span_of(theirs->rules_name));
  sift_text_put(text, " ");
  sift_html_escape(text, sift_span_of(theirs->rules_version));
  sift_text_put(text, "</h2>\n<p>hash ");
  sift_html_escape(text, sift_span_of(theirs->rules_hash));
  if (versus->path != NULL) {
    sift_text_put(text, ", by ");
    sift_html_escape(text, sift_span_of(versus->path));
    sift_text_put(text, ": ");
    sift_html_escape(text, sift_span_of(theirs->program));
  }
  sift_text_format(text, "</p>\n<p%s>%s</p>\n", versus->same_hits ? "" : " class=\"over\"",
                   versus->same_hits ? "Both have the same hits, rule by rule." : "Hits differ: see below.");
  if (!versus->same_corpus) {
    sift_text_put(text, "<p class=\"over\">The two programs read other text from the same files.</p>\n");
  }
}

static void put_versus(struct sift_text *text, const struct sift_versus *versus) {
  const struct sift_lap *ours = &versus->ours.lap;
  const struct sift_lap *theirs = &versus->theirs.lap;
  put_against_heading(text, versus);
  sift_text_put(text, "<table><tr><th></th><th class=\"n\">this</th><th class=\"n\">that</th><th class=\"n\">ratio of speed</th>"
                      "<th class=\"n\">95 %</th></tr>\n");
  for (int i = 0; i < SIFT_WAYS; i++) {
    if (versus->ours.timings[i].rounds > 0) {
      char title[64];
      snprintf(title, sizeof title, "%s, MB/s", sift_way_title((enum sift_way)i));
      put_against_row(text, title, sift_timing_speed(&versus->ours.timings[i]) / 1e6,
                      sift_timing_speed(&versus->theirs.timings[i]) / 1e6, &versus->speed[i]);
    }
  }
  put_against_row(text, "compile, s of CPU", sift_median(versus->ours.compile.cpu, versus->ours.compile.rounds),
                  sift_median(versus->theirs.compile.cpu, versus->theirs.compile.rounds), &versus->compile);
  put_against_counts(text, "databases, bytes", ours->sizes.database, theirs->sizes.database);
  put_against_counts(text, "scratch, bytes", ours->sizes.parts.scratch_bytes, theirs->sizes.parts.scratch_bytes);
  put_against_counts(text, "lines read", ours->corpus_lines, theirs->corpus_lines);
  put_against_counts(text, "hits", ours->found.hits, theirs->found.hits);
  for (size_t i = 0; i < versus->rule_count; i++) {
    put_against_rule(text, &versus->rules[i]);
  }
  sift_text_put(text, "</table>\n");
}

static void put_verdict(struct sift_text *text, const struct sift_bench_budget_verdict *verdict) {
  char figure[SIFT_LIMIT_FIGURE_BYTES];
  sift_text_format(
      text, "<h2>%s the budget</h2>\n<table><tr><th>limit</th><th class=\"n\">bound</th><th class=\"n\">value</th><th></th></tr>\n",
      verdict->kept ? "Within" : "Over");
  for (size_t i = 0; i < verdict->count; i++) {
    const struct sift_bench_budget_line *line = &verdict->lines[i];
    sift_text_format(text, "<tr><td>%s</td><td class=\"n\">%s</td>", sift_limit_name(line->limit),
                     sift_limit_figure(figure, line->bound));
    sift_text_format(text, line->unknown ? "<td class=\"n\">not measured</td>" : "<td class=\"n\">%s</td>",
                     sift_limit_figure(figure, line->value));
    sift_text_put(text, line->kept ? "<td>kept</td></tr>\n" : "<td class=\"over\">exceeded");
    if (!line->kept) {
      sift_text_put(text, line->rule[0] != '\0' ? " for rule " : "");
      sift_html_escape(text, sift_span_of(line->rule));
      sift_text_put(text, "</td></tr>\n");
    }
  }
  sift_text_put(text, "</table>\n");
}

void sift_findings_html(struct sift_text *text, const struct sift_findings *findings) {
  const struct sift_figures *figures = findings->figures;
  sift_text_put(text, head);
  put_setting(text, findings);
  if (findings->verdict != NULL) {
    put_verdict(text, findings->verdict);
  }
  put_found(text, figures);
  put_ways(text, figures);
  put_plot(text, figures, SIFT_CHART_BATCH, "By size of batch", "batch");
  put_plot(text, figures, SIFT_CHART_THREADS, "By number of threads", "threads");
  put_plot(text, figures, SIFT_CHART_RULES, "By number of rules", "rules");
  put_marginal(text, figures);
  if (findings->versus != NULL) {
    put_versus(text, findings->versus);
  }
  put_sizes(text, figures);
  put_rules(text, figures);
  sift_text_put(text, "</body></html>\n");
}
