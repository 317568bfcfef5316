#include "patterns/proof.h"

#include <string.h>

#include "engine/database.h"

bool sift_proof_told(const struct sift_problems *problems, const char *file, unsigned line, unsigned column) {
  for (size_t i = 0; i < problems->count; i++) {
    const struct sift_problem *problem = &problems->items[i];
    bool here = problem->line == line && problem->column == column;
    if (here && !problem->warning && strcmp(problem->file, file) == 0) {
      return true;
    }
  }
  return false;
}

/* The good ones of some patterns; `*doubt` where there are others. */
static bool keep_good(struct sift_ruleset *proofs, const struct sift_problems *told, const char *file,
                      const struct sift_patterns *patterns, struct sift_patterns *out, bool *doubt) {
  struct sift_pattern *items = sift_arena_alloc(&proofs->arena, (patterns->count + 1) * sizeof *items);
  if (items == NULL) {
    return false;
  }
  *out = (struct sift_patterns){items, 0};
  for (size_t i = 0; i < patterns->count; i++) {
    const struct sift_pattern *pattern = &patterns->items[i];
    if (pattern->text != NULL && !sift_proof_told(told, file, pattern->line, pattern->column)) {
      items[out->count++] = *pattern;
    } else {
      *doubt = true;
    }
  }
  return true;
}

static enum sift_status add_proof(struct sift_ruleset *proofs, const struct sift_rule *rule, const struct sift_doubt *known,
                                  const struct sift_problems *told) {
  struct sift_doubt doubt = known != NULL ? *known : (struct sift_doubt){false, false};
  struct sift_rule proof = {.id = rule->id, .file = rule->file, .line = rule->line, .column = rule->column};
  if (!keep_good(proofs, told, rule->file, &rule->any, &proof.any, &doubt.any) ||
      !keep_good(proofs, told, rule->file, &rule->all, &proof.all, &doubt.others) ||
      !keep_good(proofs, told, rule->file, &rule->none, &proof.none, &doubt.others)) {
    return SIFT_ENOMEM;
  }
  bool was_run = known == NULL && !doubt.any && !doubt.others;
  if (was_run || (doubt.any && doubt.others)) {
    return SIFT_OK;
  }
  proof.match = doubt.any ? proof.match : rule->match;
  proof.no_match = doubt.others ? proof.no_match : rule->no_match;
  struct sift_rule *added = sift_ruleset_add_rule(proofs);
  if (added == NULL) {
    return SIFT_ENOMEM;
  }
  *added = proof;
  return SIFT_OK;
}

enum sift_status sift_proof_run(const struct sift_ruleset *ruleset, const struct sift_doubt *doubts,
                                struct sift_problems *problems) {
  if (problems->count >= SIFT_PROBLEMS_MAX) {
    return SIFT_OK; /* none is shown any more, and what was told cannot be looked up */
  }
  struct sift_ruleset *proofs = NULL;
  enum sift_status status = sift_ruleset_new(&proofs);
  for (size_t i = 0; i < ruleset->rule_count && status == SIFT_OK; i++) {
    status = add_proof(proofs, &ruleset->rules[i], doubts != NULL ? &doubts[i] : NULL, problems);
  }
  if (status == SIFT_OK) {
    status = sift_database_review(proofs, problems);
  }
  sift_ruleset_free(proofs);
  return status == SIFT_ERULES ? SIFT_OK : status;
}
