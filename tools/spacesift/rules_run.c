/* The actions of `spacesift rules`, once it is known what is wanted. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "patterns/cache.h"
#include "patterns/lint.h"
#include "patterns/loader.h"
#include "patterns/nearest.h"
#include "patterns/proof.h"
#include "tools/spacesift/cli.h"
#include "tools/spacesift/output.h"
#include "tools/spacesift/profile.h"
#include "tools/spacesift/rules.h"

static size_t count_nodes(const struct sift_node *nodes, size_t count) {
  size_t sum = count;
  for (size_t i = 0; i < count; i++) {
    sum += count_nodes(nodes[i].children, nodes[i].child_count);
  }
  return sum;
}

/* Each step that can be taken is, so that one run shows all there is to mend. */
static enum sift_status check(struct sift_ruleset **ruleset, const char *path, struct sift_problems *problems) {
  struct sift_database *database = NULL;
  enum sift_status status = sift_rules_load(ruleset, path, problems);
  if (status != SIFT_OK) {
    return status;
  }
  sift_rules_lint(*ruleset, problems);
  status = sift_database_compile(&database, *ruleset, problems);
  if (status == SIFT_OK) {
    status = sift_database_check(database, true, problems);
  } else if (status == SIFT_ERULES && sift_proof_run(*ruleset, NULL, problems) == SIFT_ENOMEM) {
    status = SIFT_ENOMEM;
  }
  sift_database_free(database);
  return status;
}

static const char *plural(size_t count) {
  return count == 1 ? "" : "s";
}

int sift_rules_run_check(const struct sift_rules_options *options) {
  struct sift_problems problems;
  struct sift_ruleset *ruleset = NULL;
  sift_problems_init(&problems);
  enum sift_status status = check(&ruleset, options->path, &problems);
  sift_problems_print(&problems, stderr);
  if (status != SIFT_OK && problems.errors == 0) {
    sift_say("cannot check the rules: %s", sift_status_text(status));
  }
  if (ruleset != NULL) {
    size_t nodes = count_nodes(ruleset->tree.nodes, ruleset->tree.count);
    printf("%zu rule%s, %zu class%s, %zu tree node%s, ", ruleset->rule_count, plural(ruleset->rule_count), ruleset->class_count,
           ruleset->class_count == 1 ? "" : "es", nodes, plural(nodes));
  }
  printf("%zu error%s, %zu warning%s\n", problems.errors, plural(problems.errors), problems.warnings, plural(problems.warnings));
  bool good = status == SIFT_OK && problems.errors == 0;
  sift_problems_release(&problems);
  sift_ruleset_free(ruleset);
  return good ? SIFT_EXIT_OK : SIFT_EXIT_USAGE;
}

static int write_bytes(const char *path, const char *bytes, size_t size) {
  struct sift_output output;
  if (!sift_output_open(&output, path)) {
    return SIFT_EXIT_USAGE;
  }
  bool good = sift_output_write(&output, bytes, size) == SIFT_OK;
  return sift_output_close(&output, good) ? SIFT_EXIT_OK : SIFT_EXIT_USAGE;
}

static int write_text(const struct sift_text *text, enum sift_status status) {
  if (text->failed) {
    status = SIFT_ENOMEM;
  }
  if (status != SIFT_OK) {
    sift_say("cannot show the rules: %s", sift_status_text(status));
    return SIFT_EXIT_USAGE;
  }
  return write_bytes("-", text->bytes, text->len);
}

static int list_json(const struct sift_ruleset *ruleset) {
  struct sift_json json;
  sift_json_init(&json);
  sift_rules_list_json(&json, ruleset);
  int exit_status = SIFT_EXIT_USAGE;
  if (json.failed) {
    sift_say("cannot show the rules: %s", sift_status_text(SIFT_ENOMEM));
  } else {
    exit_status = write_bytes("-", json.bytes, json.len);
  }
  sift_json_release(&json);
  return exit_status;
}

int sift_rules_run_list(const struct sift_rules_options *options) {
  struct sift_rules rules;
  int exit_status = sift_rules_open(&rules, options->path, false, false, false);
  if (exit_status != SIFT_EXIT_OK) {
    return exit_status;
  }
  if (options->json) {
    exit_status = list_json(rules.ruleset);
  } else {
    struct sift_text text;
    sift_text_init(&text, sift_colour_wanted(stdout));
    sift_rules_list(&text, rules.ruleset);
    exit_status = write_text(&text, SIFT_OK);
    sift_text_release(&text);
  }
  sift_rules_close(&rules);
  return exit_status;
}

static int unknown_rule(const struct sift_ruleset *ruleset, const char *id) {
  struct sift_nearest nearest = sift_nearest_to(sift_span_of(id));
  for (size_t i = 0; i < ruleset->rule_count; i++) {
    sift_nearest_try(&nearest, ruleset->rules[i].id);
  }
  char hint[128];
  sift_nearest_hint(&nearest, "'spacesift rules list' lists them", hint, sizeof hint);
  sift_say("there is no rule '%s'; %s", id, hint);
  return SIFT_EXIT_USAGE;
}

int sift_rules_run_show(const struct sift_rules_options *options) {
  struct sift_rules rules;
  int exit_status = sift_rules_open(&rules, options->path, false, false, false);
  if (exit_status != SIFT_EXIT_OK) {
    return exit_status;
  }
  int index = sift_ruleset_find_rule(rules.ruleset, sift_span_of(options->id));
  if (index < 0) {
    exit_status = unknown_rule(rules.ruleset, options->id);
  } else {
    struct sift_text text;
    sift_text_init(&text, sift_colour_wanted(stdout));
    exit_status = write_text(&text, sift_rules_show(&text, rules.ruleset, &rules.ruleset->rules[index]));
    sift_text_release(&text);
  }
  sift_rules_close(&rules);
  return exit_status;
}

static int write_databases(const struct sift_rules *rules, const char *path) {
  char *bytes = NULL;
  size_t len = 0;
  enum sift_status status = sift_database_serialize(rules->database, &bytes, &len);
  int exit_status = SIFT_EXIT_USAGE;
  if (status != SIFT_OK) {
    sift_say("cannot serialize the databases: %s", sift_status_text(status));
  } else {
    exit_status = write_bytes(path, bytes, len);
  }
  free(bytes);
  return exit_status;
}

static int compile_profiled(struct sift_rules *rules, const struct sift_rules_options *options) {
  struct sift_corpus corpus = {0};
  struct sift_problems problems;
  bool kept = false;
  sift_problems_init(&problems);
  char *paths[SIFT_TEST_PATHS_MAX];
  for (size_t i = 0; i < options->profile_count; i++) {
    paths[i] = (char *)(uintptr_t)options->profile[i]; /* main()'s own words */
  }
  int exit_status = sift_profile_read(&corpus, paths, options->profile_count);
  if (exit_status == SIFT_EXIT_OK) {
    enum sift_status status =
        sift_rules_compile_profiled(&rules->database, rules->ruleset, sift_span(corpus.text, corpus.len), &kept, &problems);
    sift_problems_print(&problems, stderr);
    if (status != SIFT_OK && problems.errors == 0) {
      sift_say("cannot compile the rules: %s", sift_status_text(status));
    }
    exit_status = status == SIFT_OK && (kept || options->output != NULL) ? SIFT_EXIT_OK : SIFT_EXIT_USAGE;
  }
  sift_problems_release(&problems);
  sift_corpus_release(&corpus);
  return exit_status;
}

int sift_rules_run_compile(const struct sift_rules_options *options) {
  struct sift_rules rules;
  bool profiled = options->profile_count > 0;
  int exit_status = sift_rules_open(&rules, options->path, !profiled, false, false);
  if (exit_status != SIFT_EXIT_OK) {
    return exit_status;
  }
  if (profiled) {
    exit_status = compile_profiled(&rules, options);
  }
  if (exit_status == SIFT_EXIT_OK && options->output != NULL) {
    exit_status = write_databases(&rules, options->output);
  }
  sift_rules_close(&rules);
  return exit_status;
}

int sift_rules_run_export(const struct sift_rules_options *options) {
  struct sift_rules rules;
  int exit_status = sift_rules_open(&rules, options->path, false, false, false);
  if (exit_status != SIFT_EXIT_OK) {
    return exit_status;
  }
  struct sift_text text;
  sift_text_init(&text, false);
  exit_status = write_text(&text, sift_rules_export(&text, rules.ruleset));
  sift_text_release(&text);
  sift_rules_close(&rules);
  return exit_status;
}
