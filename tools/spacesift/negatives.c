#include "tools/spacesift/negatives.h"

#include <stdlib.h>
#include <string.h>

#include "tools/spacesift/cli.h"
#include "tools/spacesift/limits.h"

enum { SAMPLE_COLUMNS = 120 };

struct sift_negative_rule {
  const struct sift_rule *rule;
  uint64_t hits;
  struct sift_span text; /* the last line that it hit */
};

enum sift_status sift_negatives_init(struct sift_negatives *negatives, const struct sift_database *database) {
  char error[160];
  memset(negatives, 0, sizeof *negatives);
  sift_arena_init(&negatives->arena);
  sift_shards_init(&negatives->shards);
  negatives->ruleset = sift_database_ruleset(database);
  negatives->rules = calloc(negatives->ruleset->rule_count + 1, sizeof *negatives->rules);
  if (negatives->rules == NULL || sift_layout_new(&negatives->layout, NULL, error, sizeof error) != SIFT_OK) {
    return SIFT_ENOMEM;
  }
  for (size_t i = 0; i < negatives->ruleset->rule_count; i++) {
    negatives->rules[i].rule = &negatives->ruleset->rules[i];
  }
  const struct sift_scan_config config = {
      .worker = {.database = database, .spaces_max = SIFT_SPACES_MAX},
      .jobs = sift_cores(),
      .format = SIFT_FORMAT_RAW,
      .layout = negatives->layout,
      .space = sift_span_of("negatives"),
      .limits = {.window_log_max = 27},
  };
  return sift_scan_new(&negatives->scan, &config);
}

void sift_negatives_release(struct sift_negatives *negatives) {
  if (negatives->ruleset == NULL) {
    return;
  }
  sift_scan_free(negatives->scan);
  sift_layout_free(negatives->layout);
  sift_shards_release(&negatives->shards);
  sift_arena_release(&negatives->arena);
  free(negatives->rules);
  memset(negatives, 0, sizeof *negatives);
}

enum sift_status sift_negatives_add(struct sift_negatives *negatives, const char *path) {
  enum sift_status status = sift_shards_add(&negatives->shards, path, negatives->layout, sift_scan_fleet(negatives->scan));
  if (status != SIFT_OK) {
    sift_say("cannot list %s: %s", path, sift_status_text(status));
  }
  return status;
}

static enum sift_status count_space(struct sift_negatives *negatives, const struct sift_space *space) {
  for (uint32_t i = 0; i < space->evidence_count; i++) {
    const struct sift_evidence *evidence = &space->evidence[i];
    struct sift_negative_rule *counted = &negatives->rules[evidence->rule];
    if (counted->rule->severity < SIFT_WARNING || counted->rule->mark != SIFT_MARK_NONE) {
      continue;
    }
    struct sift_span text = sift_sample_text(&evidence->sample);
    char *copy = sift_arena_copy(&negatives->arena, text);
    if (copy == NULL) {
      return SIFT_ENOMEM;
    }
    counted->text = sift_span(copy, text.len);
    counted->hits += evidence->count;
    negatives->hits += evidence->count;
    negatives->errors += counted->rule->severity >= SIFT_ERROR ? evidence->count : 0;
  }
  return SIFT_OK;
}

static enum sift_status count_all(struct sift_negatives *negatives) {
  struct sift_scan_pass *pass = NULL;
  const struct sift_space *space = NULL;
  enum sift_status status = sift_scan_pass_new(&pass, negatives->scan);
  while (status == SIFT_OK && (status = sift_state_merger_next(sift_scan_pass_merger(pass), &space)) == SIFT_OK) {
    status = count_space(negatives, space);
  }
  sift_scan_pass_free(pass);
  return status == SIFT_END ? SIFT_OK : status;
}

static int worst_first(const void *a, const void *b) {
  const struct sift_negative_rule *x = a;
  const struct sift_negative_rule *y = b;
  if (x->rule->severity != y->rule->severity && (x->hits > 0) == (y->hits > 0)) {
    return x->rule->severity > y->rule->severity ? -1 : 1;
  }
  return x->hits != y->hits ? (x->hits > y->hits ? -1 : 1) : strcmp(x->rule->id, y->rule->id);
}

/* A path that cannot be read would count as a log without hits. */
static bool complain(const struct sift_fleet *fleet) {
  for (size_t i = 0; i < fleet->damage_count; i++) {
    sift_say("cannot use %s: %s", fleet->damages[i].source, sift_reason_text(fleet->damages[i].reason));
  }
  return fleet->damage_count > 0;
}

int sift_negatives_run(struct sift_negatives *negatives) {
  struct sift_progress progress = {0};
  sift_shards_sort(&negatives->shards);
  enum sift_status status = sift_scan_run(negatives->scan, &negatives->shards, &progress);
  status = status == SIFT_OK ? count_all(negatives) : status;
  if (status != SIFT_OK) {
    sift_say("cannot read the negatives: %s", sift_status_text(status));
    return SIFT_EXIT_USAGE;
  }
  if (complain(sift_scan_totals(negatives->scan))) {
    return SIFT_EXIT_USAGE;
  }
  negatives->lines = sift_scan_totals(negatives->scan)->lines;
  qsort(negatives->rules, negatives->ruleset->rule_count, sizeof *negatives->rules, worst_first);
  return SIFT_EXIT_OK;
}

static double per_million(uint64_t hits, uint64_t lines) {
  return lines > 0 ? 1e6 * (double)hits / (double)lines : 0;
}

void sift_negatives_text(struct sift_text *text, const struct sift_negatives *negatives) {
  char lines[SIFT_NUMBER_BYTES];
  sift_text_format(
      text, "negatives: %s lines; %llu hits of severity warning or worse (%.1f a million lines), %llu of error or worse (%.1f)\n",
      sift_text_number(lines, negatives->lines), (unsigned long long)negatives->hits,
      per_million(negatives->hits, negatives->lines), (unsigned long long)negatives->errors,
      per_million(negatives->errors, negatives->lines));
  for (size_t i = 0; i < negatives->ruleset->rule_count && negatives->rules[i].hits > 0; i++) {
    const struct sift_negative_rule *counted = &negatives->rules[i];
    sift_text_format(text, "%9llu  ", (unsigned long long)counted->hits);
    sift_text_style(text, sift_text_severity_style(counted->rule->severity));
    sift_text_format(text, "%-8s", sift_severity_name(counted->rule->severity));
    sift_text_style(text, SIFT_STYLE_PLAIN);
    sift_text_format(text, "%s\n           ", counted->rule->id);
    sift_text_safe(text, counted->text, SAMPLE_COLUMNS);
    sift_text_put(text, "\n");
  }
}

void sift_negatives_json(struct sift_json *json, const struct sift_negatives *negatives) {
  const uint64_t totals[] = {negatives->lines, negatives->hits, negatives->errors};
  static const char *const keys[] = {"lines", "hits", "errors"};
  sift_json_open(json, '{');
  for (size_t i = 0; i < 3; i++) {
    sift_json_key(json, keys[i]);
    sift_json_unsigned(json, totals[i]);
  }
  sift_json_key(json, "rules");
  sift_json_open(json, '[');
  for (size_t i = 0; i < negatives->ruleset->rule_count && negatives->rules[i].hits > 0; i++) {
    const struct sift_negative_rule *counted = &negatives->rules[i];
    sift_json_open(json, '{');
    sift_json_key(json, "rule");
    sift_json_text(json, counted->rule->id);
    sift_json_key(json, "severity");
    sift_json_text(json, sift_severity_name(counted->rule->severity));
    sift_json_key(json, "hits");
    sift_json_unsigned(json, counted->hits);
    sift_json_key(json, "text");
    sift_json_string(json, counted->text);
    sift_json_close(json, '}');
  }
  sift_json_close(json, ']');
  sift_json_close(json, '}');
}
