/* What the parts of the lint share. */
#ifndef SIFT_PATTERNS_LINT_INTERNAL_H
#define SIFT_PATTERNS_LINT_INTERNAL_H

#include "engine/ruleset.h"

/* Where a warning is about. */
struct sift_spot {
  const char *file;
  unsigned line, column;
  const char *subject;
};

void sift_lint_warn(struct sift_problems *problems, struct sift_spot spot, const char *field, const char *hint, const char *format,
                    ...) __attribute__((format(printf, 5, 6)));

/* All rules, by themselves and beside each other. A pattern or text without data is passed over, and a rule of no channel meets no
 * other; the set need not be sealed. */
void sift_lint_rules(const struct sift_ruleset *ruleset, struct sift_problems *problems);

/* One rule by itself. */
void sift_lint_patterns(const struct sift_rule *rule, struct sift_problems *problems);
void sift_lint_texts(const struct sift_rule *rule, struct sift_problems *problems);

/* Patterns that match nothing but what another pattern of the rule, or of another rule that says the same, matches too. The set
 * must be whole: what of it could not be read might tell two rules apart. */
void sift_lint_shadows(const struct sift_ruleset *ruleset, struct sift_problems *problems);

/* The tree, and the classes that it and the rules leave unused. */
void sift_lint_tree(const struct sift_ruleset *ruleset, struct sift_problems *problems);

#endif
