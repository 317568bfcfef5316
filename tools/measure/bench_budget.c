#include "tools/measure/bench_budget.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "patterns/fields.h"

enum { BUDGET_BYTES_MAX = 64 * 1024 };

static const char *const names[SIFT_LIMITS] = {
    [SIFT_LIMIT_THROUGHPUT_RATIO] = "min_throughput_ratio",
    [SIFT_LIMIT_WAKE_RATIO] = "min_wake_ratio",
    [SIFT_LIMIT_DATABASE] = "max_database_bytes",
    [SIFT_LIMIT_SCRATCH] = "max_scratch_bytes",
    [SIFT_LIMIT_COMPILE] = "max_compile_seconds",
    [SIFT_LIMIT_HITS] = "max_hits_per_million_lines",
    [SIFT_LIMIT_MARGINAL] = "max_rule_share",
    [SIFT_LIMIT_REFUSED] = "max_refused_wakes_ratio",
    [SIFT_LIMIT_AGAINST] = "min_against_ratio",
    [SIFT_LIMIT_DIFFERING] = "max_differing_rules",
};

const char *sift_limit_name(enum sift_limit limit) {
  return names[limit];
}

const char *sift_limit_lacks(enum sift_limit limit, const struct sift_bench_plan *plan) {
  bool against = limit == SIFT_LIMIT_AGAINST || limit == SIFT_LIMIT_DIFFERING;
  bool interval = limit == SIFT_LIMIT_AGAINST || limit == SIFT_LIMIT_THROUGHPUT_RATIO || limit == SIFT_LIMIT_WAKE_RATIO;
  if (against && !plan->compares) {
    return "nothing is compared: name --against or --against-program";
  }
  if (limit == SIFT_LIMIT_MARGINAL && !plan->marginal) {
    return "what rules cost is not looked for: leave out --no-marginal";
  }
  if ((interval || limit == SIFT_LIMIT_MARGINAL) && plan->rounds < 2) {
    return "one round has no interval: take --rounds 2 or more";
  }
  return NULL;
}

const char *sift_limit_figure(char out[SIFT_LIMIT_FIGURE_BYTES], double value) {
  bool whole = floor(value) == value;
  const char *format = value < 1000 || value >= 1e15 ? "%.6g" : whole ? "%.0f" : "%.2f";
  snprintf(out, SIFT_LIMIT_FIGURE_BYTES, format, value);
  return out;
}

/* ---- reading ---- */

/* Shares are at most 1. */
static bool is_share(enum sift_limit limit) {
  return limit == SIFT_LIMIT_MARGINAL || limit == SIFT_LIMIT_REFUSED;
}

static const char *hint_of(enum sift_limit limit) {
  if (limit == SIFT_LIMIT_DIFFERING) {
    return "write a whole number such as 0";
  }
  return is_share(limit) ? "write a share from 0 to 1, e.g. 0.05" : "write a number such as 0.75 or 1000000";
}

static void read_limit(struct sift_reading *reading, struct sift_bench_budget *budget, enum sift_limit limit,
                       const struct sift_yaml *node) {
  const char *hint = hint_of(limit);
  char *end = NULL;
  bool scalar = node->kind == SIFT_YAML_SCALAR && node->plain && node->text.len > 0;
  char first = scalar ? node->text.data[0] : '\0';
  double value = scalar ? strtod(node->text.data, &end) : 0;
  bool number = scalar && ((first >= '0' && first <= '9') || first == '.') && end == node->text.data + node->text.len &&
                strcspn(node->text.data, "xXnNpP") == node->text.len && isfinite(value);
  if (!number) {
    sift_reading_error(reading, node, names[limit], hint, "is no number");
  } else if (is_share(limit) && value > 1) {
    sift_reading_error(reading, node, names[limit], hint, "is more than all");
  } else if (limit == SIFT_LIMIT_DIFFERING && floor(value) != value) {
    sift_reading_error(reading, node, names[limit], hint, "is no whole number");
  } else {
    budget->set[limit] = true;
    budget->limits[limit] = value;
  }
}

static void read_budget(struct sift_reading *reading, struct sift_bench_budget *budget, const struct sift_yaml *root) {
  struct sift_field fields[SIFT_LIMITS];
  for (int i = 0; i < SIFT_LIMITS; i++) {
    fields[i] = (struct sift_field){names[i], false};
  }
  if (!sift_read_map(reading, root, "a budget", "", fields, SIFT_LIMITS)) {
    return;
  }
  if (root->count == 0) {
    sift_reading_error(reading, root, "", "write a limit such as min_throughput_ratio: 1.0",
                       "a budget without a limit says nothing");
  }
  for (int i = 0; i < SIFT_LIMITS; i++) {
    const struct sift_yaml *node = sift_yaml_get(root, names[i]);
    if (node != NULL) {
      read_limit(reading, budget, (enum sift_limit)i, node);
    }
  }
}

enum sift_status sift_bench_budget_parse(struct sift_bench_budget *out, const char *file, struct sift_span bytes,
                                         struct sift_problems *problems) {
  struct sift_arena arena;
  const struct sift_yaml *root = NULL;
  size_t errors = problems->errors;
  *out = (struct sift_bench_budget){.set = {false}};
  sift_arena_init(&arena);
  enum sift_status status = sift_yaml_parse(&root, &arena, file, bytes, problems);
  struct sift_reading reading = {.problems = problems, .arena = &arena, .file = file, .subject = ""};
  if (status != SIFT_ENOMEM && root != NULL) {
    read_budget(&reading, out, root);
  } else if (status == SIFT_OK) {
    sift_problems_add(problems, &(struct sift_problem){.file = file,
                                                       .line = 1,
                                                       .column = 1,
                                                       .subject = "",
                                                       .field = "",
                                                       .message = "the budget is empty",
                                                       .hint = "write a limit such as min_throughput_ratio: 1.0"});
  }
  sift_arena_release(&arena);
  if (status == SIFT_ENOMEM || reading.no_memory) {
    return SIFT_ENOMEM;
  }
  return problems->errors > errors ? SIFT_ERULES : SIFT_OK;
}

static enum sift_status unreadable(const char *path, const char *message, struct sift_problems *problems) {
  sift_problems_add(problems, &(struct sift_problem){.file = path, .subject = "", .field = "", .message = message, .hint = ""});
  return SIFT_EIO;
}

enum sift_status sift_bench_budget_read(struct sift_bench_budget *out, const char *path, struct sift_problems *problems) {
  FILE *file = fopen(path, "re");
  if (file == NULL) {
    return unreadable(path, strerror(errno), problems);
  }
  char *bytes = malloc(BUDGET_BYTES_MAX + 1);
  size_t len = bytes != NULL ? fread(bytes, 1, BUDGET_BYTES_MAX + 1, file) : 0;
  enum sift_status status = SIFT_ENOMEM;
  if (bytes != NULL && ferror(file) != 0) {
    status = unreadable(path, "cannot be read", problems);
  } else if (bytes != NULL && len > BUDGET_BYTES_MAX) {
    status = unreadable(path, "is larger than 64 KiB: that is no budget", problems);
  } else if (bytes != NULL) {
    status = sift_bench_budget_parse(out, path, sift_span(bytes, len), problems);
  }
  fclose(file);
  free(bytes);
  return status;
}

/* ---- judging ---- */

static double per_million(uint64_t count, uint64_t lines) {
  return lines > 0 ? 1e6 * (double)count / (double)lines : 0;
}

static void judge_ratio(struct sift_bench_budget_line *line, const struct sift_figures *figures, enum sift_way way) {
  struct sift_ratio ratio = sift_figures_ratio(figures, way);
  line->value = ratio.value;
  line->unknown = ratio.pairs < 2; /* without an interval it could not be exceeded */
  line->kept = ratio.high >= line->bound;
}

/* Of a gain g, the share of the time that goes is 1 - 1 / g. */
static double share(double gain) {
  return gain > 1 ? 1 - 1 / gain : 0;
}

/* The dearest rule of those that were found by themselves: what many do together is no single rule's share. */
static void judge_marginal(struct sift_bench_budget_line *line, const struct sift_figures *figures) {
  const struct sift_marginal *marginal = &figures->marginal;
  line->unknown = marginal->measurements == 0 && figures->ruleset->rule_count > 0;
  line->kept = true;
  for (size_t i = 0; i < marginal->group_count; i++) {
    const struct sift_marginal_group *group = &marginal->groups[i];
    if (group->count == 1) {
      line->value = share(group->gain.value);
      line->kept = share(group->gain.low) <= line->bound;
      snprintf(line->rule, sizeof line->rule, "%.64s", figures->ruleset->rules[marginal->order[group->first]].id);
      return;
    }
  }
}

static void judge_against(struct sift_bench_budget_line *line, const struct sift_versus *versus) {
  const struct sift_ratio *ratio = versus != NULL ? &versus->speed[SIFT_WAY_PATH] : NULL;
  line->unknown = ratio == NULL || ratio->pairs < 2;
  line->value = line->unknown ? 0 : ratio->value;
  line->kept = !line->unknown && ratio->high >= line->bound;
}

static void judge_one(struct sift_bench_budget_line *line, const struct sift_figures *figures, const struct sift_versus *versus) {
  switch (line->limit) {
  case SIFT_LIMIT_AGAINST:
    judge_against(line, versus);
    return;
  case SIFT_LIMIT_DIFFERING:
    line->unknown = versus == NULL;
    line->value = versus != NULL ? (double)versus->rule_count : 0;
    break;
  case SIFT_LIMIT_THROUGHPUT_RATIO:
    judge_ratio(line, figures, SIFT_WAY_PATH);
    return;
  case SIFT_LIMIT_WAKE_RATIO:
    judge_ratio(line, figures, SIFT_WAY_WAKE);
    return;
  case SIFT_LIMIT_MARGINAL:
    judge_marginal(line, figures);
    return;
  case SIFT_LIMIT_DATABASE:
    line->value = (double)figures->sizes.database;
    break;
  case SIFT_LIMIT_SCRATCH:
    line->value = (double)figures->sizes.parts.scratch_bytes;
    break;
  case SIFT_LIMIT_COMPILE:
    line->value = figures->compile_seconds;
    break;
  case SIFT_LIMIT_HITS:
    line->value = per_million(figures->found.hits, figures->corpus->lines);
    break;
  default:
    line->value =
        figures->found.woken > 0 ? (double)(figures->found.woken - figures->found.confirmed) / (double)figures->found.woken : 0;
    break;
  }
  line->kept = line->value <= line->bound;
}

void sift_bench_budget_judge(struct sift_bench_budget_verdict *out, const struct sift_bench_budget *budget,
                             const struct sift_figures *figures, const struct sift_versus *versus) {
  *out = (struct sift_bench_budget_verdict){.kept = true};
  for (int i = 0; i < SIFT_LIMITS; i++) {
    if (budget->set[i]) {
      struct sift_bench_budget_line *line = &out->lines[out->count++];
      *line = (struct sift_bench_budget_line){.limit = (enum sift_limit)i, .bound = budget->limits[i]};
      judge_one(line, figures, versus);
      line->kept = line->kept && !line->unknown;
      out->kept = out->kept && line->kept;
    }
  }
}
