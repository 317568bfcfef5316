/* What is allowed in a rule set but seldom meant: reported as warnings. */
#ifndef SIFT_PATTERNS_LINT_H
#define SIFT_PATTERNS_LINT_H

#include "engine/ruleset.h"

/* Adds a warning a finding. The rule set must be sealed. */
void sift_rules_lint(const struct sift_ruleset *ruleset, struct sift_problems *problems);

#endif
