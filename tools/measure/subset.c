#include "tools/measure/subset.h"

#include <stdlib.h>

enum sift_status sift_subset_make(struct sift_subset *out, const struct sift_ruleset *whole, const bool *keep) {
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
  enum sift_status status = sift_database_compile(&out->database, &out->ruleset, &problems);
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
