#include "tools/measure/subset.h"

#include <stdlib.h>

#include "engine/database_internal.h"
#include "engine/pattern.h"

enum sift_status sift_subset_make(struct sift_subset *out, const struct sift_ruleset *whole, const bool *keep,
                                  struct sift_span typical) {
  *out = (struct sift_subset){.ruleset = *whole};
  out->ruleset.rules = calloc(whole->rule_count + 1, sizeof *out->ruleset.rules);
  out->ruleset.rule_count = 0;
  if (out->ruleset.rules == NULL) {
    return SIFT_ENOMEM;
  }
  for (size_t i = 0; i < whole->rule_count; i++) {
    if (keep[i]) {
      out->ruleset.rules[out->ruleset.rule_count++] = whole->rules[i];
    }
  }
  struct sift_problems problems;
  sift_problems_init(&problems);
  enum sift_status status = sift_database_compile_for(&out->database, &out->ruleset, typical, &problems);
  sift_problems_release(&problems);
  if (status != SIFT_OK) {
    sift_subset_release(out);
  }
  return status == SIFT_ERULES ? SIFT_EENGINE : status; /* all of them were taken before */
}

void sift_subset_release(struct sift_subset *subset) {
  sift_database_free(subset->database);
  free(subset->ruleset.rules);
  *subset = (struct sift_subset){0};
}

/* Marked so that neither sampler nor literals nor rest take the rule in, and that no match of it is a hit: what is left of it has no `any`. */
static void leave_out_rule(struct sift_compiled *compiled) {
  compiled->role = SIFT_ROLE_ALL;
  compiled->atoms = (struct sift_texts){NULL, 0};
}

static enum sift_status compile_rest(struct sift_database *database) {
  const char **texts = calloc(database->pattern_count + 1U, sizeof *texts);
  unsigned *flags = calloc(database->pattern_count + 1U, sizeof *flags);
  unsigned *ids = calloc(database->pattern_count + 1U, sizeof *ids);
  unsigned count = 0;
  struct sift_arena arena;
  hs_compile_error_t *error = NULL;
  sift_arena_init(&arena);
  enum sift_status status = texts != NULL && flags != NULL && ids != NULL ? SIFT_OK : SIFT_ENOMEM;
  for (uint32_t i = 0; i < database->pattern_count && status == SIFT_OK; i++) {
    const struct sift_compiled *compiled = &database->patterns[i];
    if (compiled->role == SIFT_ROLE_ANY && compiled->atoms.count == 0) {
      const char *text = compiled->pattern->text;
      if (compiled->in_line && !sift_pattern_in_line(&text, &arena, compiled->pattern->text)) {
        status = SIFT_ENOMEM;
      }
      texts[count] = text;
      flags[count] = sift_wake_flags(compiled);
      ids[count++] = i;
    }
  }
  if (status == SIFT_OK && count > 0 &&
      hs_compile_multi(texts, flags, ids, count, HS_MODE_BLOCK, NULL, &database->rest, &error) != HS_SUCCESS) {
    hs_free_compile_error(error);
    status = SIFT_EENGINE;
  }
  free(texts);
  free(flags);
  free(ids);
  sift_arena_release(&arena);
  return status;
}

enum sift_status sift_subset_leave_out(struct sift_database **out, const struct sift_database *whole, const bool *keep) {
  struct sift_database *database = NULL;
  *out = NULL;
  enum sift_status status = sift_database_number(&database, whole->ruleset);
  if (status != SIFT_OK) {
    return status;
  }
  for (uint32_t i = 0; i < whole->pattern_count; i++) {
    database->patterns[i].prefiltered = whole->patterns[i].prefiltered;
    database->patterns[i].in_line = whole->patterns[i].in_line;
    database->patterns[i].atoms = whole->patterns[i].atoms;
    database->patterns[i].windows = whole->patterns[i].windows;
    if (!keep[whole->patterns[i].rule]) {
      leave_out_rule(&database->patterns[i]);
    }
  }
  status = compile_rest(database);
  if (status == SIFT_OK) {
    status = sift_database_literals(database);
  }
  if (status == SIFT_OK) {
    status = sift_database_sampler(database);
  }
  database->wake = whole->wake;
  database->confirm = whole->confirm;
  if (status != SIFT_OK) {
    sift_subset_leave_out_free(database);
    return status;
  }
  *out = database;
  return SIFT_OK;
}

void sift_subset_leave_out_free(struct sift_database *database) {
  if (database != NULL) {
    database->wake = NULL; /* the whole's */
    database->confirm = NULL;
    sift_database_free(database);
  }
}
