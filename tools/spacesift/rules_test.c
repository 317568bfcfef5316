/* spacesift rules test: labelled cases through the whole chain, and logs in which nothing may be found. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/report.h"
#include "patterns/nearest.h"
#include "tools/spacesift/cases.h"
#include "tools/spacesift/cli.h"
#include "tools/spacesift/evidence_text.h"
#include "tools/spacesift/negatives.h"
#include "tools/spacesift/rules.h"
#include "tools/spacesift/score.h"
#include "tools/spacesift/trial.h"

enum { WIDTH = 160, SOURCE_BYTES = 4096, WRONG_LISTED_MAX = 1000 };

/* What a Space in peace is called, whichever node said so. */
static const char healthy[] = "healthy";

struct test {
  const struct sift_rules_options *options;
  struct sift_rules rules;
  struct sift_cases *cases;
  struct sift_trial *trial;
  struct sift_score score;
  struct sift_negatives negatives;
  uint64_t woken;        /* healthy cases with a hit of severity error or worse */
  uint64_t wrong_listed; /* of the wrong ones, at most WRONG_LISTED_MAX */
  struct sift_text text; /* the wrong cases, for people */
  struct sift_json json; /* or the document */
};

/* ---- labels ---- */

static const char *find_verdict(const struct sift_node *nodes, size_t count, struct sift_span label, struct sift_nearest *nearest) {
  for (size_t i = 0; i < count; i++) {
    if (nodes[i].verdict != NULL && sift_span_equal(sift_span_of(nodes[i].verdict), label)) {
      return nodes[i].verdict;
    }
    if (nodes[i].verdict != NULL) {
      sift_nearest_try(nearest, nodes[i].verdict);
    }
    const char *found = find_verdict(nodes[i].children, nodes[i].child_count, label, nearest);
    if (found != NULL) {
      return found;
    }
  }
  return NULL;
}

/* A label that no node gives could never be right: NULL, and the error is told. */
static const char *label_of(const struct test *test, const char *path, const struct sift_case *item) {
  struct sift_nearest nearest = sift_nearest_to(item->label);
  if (sift_span_equal(item->label, sift_span_of(healthy))) {
    return healthy;
  }
  const struct sift_tree *tree = &test->rules.ruleset->tree;
  const char *verdict = find_verdict(tree->nodes, tree->count, item->label, &nearest);
  if (verdict == NULL) {
    char hint[160];
    sift_nearest_hint(&nearest, "docs/verdicts.md lists those of the built-in pack", hint, sizeof hint);
    sift_say("%s:%llu: no node of the tree gives the verdict '%.*s'; %s", path, (unsigned long long)item->line,
             (int)(item->label.len < 80 ? item->label.len : 80), item->label.data, hint);
  }
  return verdict;
}

static const char *said_of(const struct sift_verdict *verdict) {
  return verdict->severity < SIFT_WARNING ? healthy : verdict->id;
}

/* ---- wrong cases ---- */

static void put_walk(struct sift_text *text, const struct sift_trial *trial) {
  size_t count = 0;
  const struct sift_step *steps = sift_trial_path(trial, &count);
  const char *before = "";
  sift_text_label(text, "walk");
  for (size_t i = 0; i < count; i++) {
    if (steps[i].holds) {
      sift_text_format(text, "%s%s", before, steps[i].node->id);
      before = " > ";
    }
  }
  sift_text_put(text, "\n");
}

static void put_wrong(struct test *test, const char *path, const struct sift_case *item, const char *label,
                      const struct sift_verdict *verdict) {
  struct sift_text *text = &test->text;
  sift_text_safe(text, sift_span_of(path), SIZE_MAX);
  sift_text_format(text, ":%llu ", (unsigned long long)item->line);
  sift_text_safe(text, item->id, 64);
  sift_text_format(text, " (%s): ", item->kind);
  sift_text_style(text, SIFT_STYLE_RED);
  sift_text_format(text, "%s, but it is %s\n", verdict->id, label);
  sift_text_style(text, SIFT_STYLE_PLAIN);
  put_walk(text, test->trial);
  for (size_t i = 0; i < verdict->current_count; i++) {
    const struct sift_rule *rule = &test->rules.ruleset->rules[verdict->current[i]->rule];
    bool proof = verdict->current[i] == verdict->proof;
    sift_text_label(text, proof ? "proof" : "beside");
    sift_text_format(text, "%s (%s)\n", rule->id, test->rules.ruleset->classes[rule->class_index].id);
    sift_text_evidence(text, "", verdict->current[i], WIDTH);
  }
}

static void put_path_json(struct sift_json *json, const struct sift_trial *trial) {
  size_t count = 0;
  const struct sift_step *steps = sift_trial_path(trial, &count);
  sift_json_key(json, "path");
  sift_json_open(json, '[');
  for (size_t i = 0; i < count; i++) {
    if (steps[i].holds) {
      sift_json_text(json, steps[i].node->id);
    }
  }
  sift_json_close(json, ']');
}

static void put_wrong_json(struct test *test, const char *path, const struct sift_case *item, const char *label,
                           const struct sift_verdict *verdict) {
  struct sift_json *json = &test->json;
  sift_json_open(json, '{');
  sift_json_key(json, "file");
  sift_json_text(json, path);
  sift_json_key(json, "line");
  sift_json_unsigned(json, item->line);
  sift_json_key(json, "id");
  sift_json_string(json, item->id);
  sift_json_key(json, "label");
  sift_json_text(json, label);
  sift_json_key(json, "verdict");
  sift_json_text(json, verdict->id);
  put_path_json(json, test->trial);
  sift_json_key(json, "rule");
  if (verdict->proof != NULL) {
    sift_json_text(json, test->rules.ruleset->rules[verdict->proof->rule].id);
    sift_json_key(json, "text");
    sift_json_string(json, sift_sample_text(&verdict->proof->sample));
  } else {
    sift_json_null(json);
  }
  sift_json_close(json, '}');
}

/* ---- cases ---- */

static bool has_error(const struct test *test, const struct sift_verdict *verdict) {
  for (size_t i = 0; i < verdict->current_count; i++) {
    if (test->rules.ruleset->rules[verdict->current[i]->rule].severity >= SIFT_ERROR) {
      return true;
    }
  }
  return false;
}

static enum sift_status judge(struct test *test, const char *path, const struct sift_case *item, const char *label) {
  char source[SOURCE_BYTES];
  struct sift_verdict verdict;
  int len = snprintf(source, sizeof source, "%.3000s:%llu", path, (unsigned long long)item->line);
  enum sift_status status = sift_trial_run(test->trial, sift_span(source, (size_t)len), item->logs, item->log_count, &verdict);
  if (status != SIFT_OK) {
    return status;
  }
  const char *said = said_of(&verdict);
  bool right = strcmp(said, label) == 0;
  if (item->ambiguous) {
    test->score.ambiguous++;
    test->score.ambiguous_right += right;
    return SIFT_OK;
  }
  test->woken += label == healthy && has_error(test, &verdict);
  if (!right && test->wrong_listed < WRONG_LISTED_MAX) {
    test->wrong_listed++;
    (test->options->json ? put_wrong_json : put_wrong)(test, path, item, label, &verdict);
  }
  return sift_score_add(&test->score, label, said);
}

static int run_file(struct test *test, const char *path, FILE *file) {
  struct sift_case item;
  enum sift_status status = SIFT_OK;
  sift_cases_begin(test->cases, file);
  while ((status = sift_cases_next(test->cases, &item)) == SIFT_OK) {
    const char *label = label_of(test, path, &item);
    if (label == NULL) {
      return SIFT_EXIT_USAGE;
    }
    status = judge(test, path, &item, label);
    if (status != SIFT_OK) {
      sift_say("cannot judge %s:%llu: %s", path, (unsigned long long)item.line, sift_status_text(status));
      return SIFT_EXIT_USAGE;
    }
  }
  if (status != SIFT_END) {
    sift_say("%s:%llu: %s", path, (unsigned long long)sift_cases_line(test->cases), sift_cases_error(test->cases));
    return SIFT_EXIT_USAGE;
  }
  return SIFT_EXIT_OK;
}

static int run_path(struct test *test, const char *path) {
  FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
  if (file == NULL) {
    sift_say("cannot read the cases in %s: %s", path, strerror(errno));
    return SIFT_EXIT_USAGE;
  }
  uint64_t before = test->score.cases + test->score.ambiguous;
  int status = run_file(test, path, file);
  if (file != stdin) {
    fclose(file);
  }
  if (status == SIFT_EXIT_OK && before == test->score.cases + test->score.ambiguous) {
    sift_say("%s holds no case; docs/rules.md shows what one looks like", path);
    return SIFT_EXIT_USAGE;
  }
  return status;
}

/* ---- the whole ---- */

static int set_up(struct test *test) {
  sift_text_init(&test->text, !test->options->json && sift_colour_wanted(stdout));
  sift_json_init(&test->json);
  int exit_status = sift_rules_open(&test->rules, test->options->path, true, true, false);
  if (exit_status != SIFT_EXIT_OK) {
    return exit_status;
  }
  enum sift_status status = sift_cases_new(&test->cases);
  status = status == SIFT_OK ? sift_trial_new(&test->trial, test->rules.database) : status;
  status = status == SIFT_OK ? sift_score_init(&test->score) : status;
  status = status == SIFT_OK ? sift_negatives_init(&test->negatives, test->rules.database) : status;
  if (status != SIFT_OK) {
    sift_say("cannot test the rules: %s", sift_status_text(status));
  }
  return status == SIFT_OK ? SIFT_EXIT_OK : SIFT_EXIT_USAGE;
}

static void tear_down(struct test *test) {
  sift_negatives_release(&test->negatives);
  sift_score_release(&test->score);
  sift_trial_free(test->trial);
  sift_cases_free(test->cases);
  sift_rules_close(&test->rules);
  sift_json_release(&test->json);
  sift_text_release(&test->text);
}

static enum sift_status write_text(struct test *test) {
  const struct sift_rules_options *options = test->options;
  struct sift_text *text = &test->text;
  if (options->case_count > 0) {
    sift_text_put(text, test->wrong_listed > 0 ? "\n" : "");
    sift_score_text(text, &test->score);
    sift_text_format(text, "healthy cases with a hit of severity error or worse: %llu\n", (unsigned long long)test->woken);
  }
  if (options->negative_count > 0) {
    sift_text_put(text, options->case_count > 0 ? "\n" : "");
    sift_negatives_text(text, &test->negatives);
  }
  return sift_text_write(text, stdout);
}

/* The wrong cases stand in the document already: the array of them is open. */
static enum sift_status write_json(struct test *test) {
  struct sift_json *json = &test->json;
  sift_json_close(json, ']');
  sift_score_json(json, &test->score);
  sift_json_key(json, "healthy_with_errors");
  sift_json_unsigned(json, test->woken);
  sift_json_key(json, "negatives");
  sift_negatives_json(json, &test->negatives);
  sift_json_close(json, '}');
  sift_json_raw(json, sift_span("\n", 1));
  if (json->failed) {
    return SIFT_ENOMEM;
  }
  return fwrite(json->bytes, 1, json->len, stdout) == json->len ? SIFT_OK : SIFT_EIO;
}

static int run(struct test *test) {
  const struct sift_rules_options *options = test->options;
  int status = SIFT_EXIT_OK;
  sift_json_open(&test->json, '{');
  sift_json_key(&test->json, "wrong");
  sift_json_open(&test->json, '[');
  for (size_t i = 0; i < options->case_count && status == SIFT_EXIT_OK; i++) {
    status = run_path(test, options->cases[i]);
  }
  for (size_t i = 0; i < options->negative_count && status == SIFT_EXIT_OK; i++) {
    status = sift_negatives_add(&test->negatives, options->negatives[i]) == SIFT_OK ? SIFT_EXIT_OK : SIFT_EXIT_USAGE;
  }
  if (status == SIFT_EXIT_OK && options->negative_count > 0) {
    status = sift_negatives_run(&test->negatives);
  }
  if (status != SIFT_EXIT_OK) {
    return status;
  }
  enum sift_status written = options->json ? write_json(test) : write_text(test);
  if (written != SIFT_OK || fflush(stdout) != 0) {
    sift_say("cannot write the result: %s", written == SIFT_ENOMEM ? sift_status_text(written) : strerror(errno));
    return SIFT_EXIT_USAGE;
  }
  return test->score.right < test->score.cases ? SIFT_EXIT_DAMAGE : SIFT_EXIT_OK;
}

int sift_rules_run_test(const struct sift_rules_options *options) {
  struct test test = {.options = options};
  int status = set_up(&test);
  if (status == SIFT_EXIT_OK) {
    status = run(&test);
  }
  tear_down(&test);
  return status;
}
