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

/* Whether there are enough examples. */
void sift_lint_examples(const struct sift_rule *rule, struct sift_problems *problems);

/* Patterns that match nothing but what another pattern of the rule, or of another rule that says the same, matches too. The set
 * must be whole: what of it could not be read might tell two rules apart. */
void sift_lint_shadows(const struct sift_ruleset *ruleset, struct sift_problems *problems);

/* What the tree asks for. */
struct sift_uses {
  bool *rules;                    /* by rule: asked for by its id */
  bool classes[SIFT_CLASSES_MAX]; /* asked for by their id */
  bool marks[SIFT_MARKS];
  bool phases; /* some phase is asked for, and every mark may change it */
};

/* False where memory is out. */
bool sift_uses_init(struct sift_uses *uses, const struct sift_ruleset *ruleset);
void sift_uses_release(struct sift_uses *uses);

/* Classes without rules, and classes and rules that no node of the tree asks for. */
void sift_lint_uses(const struct sift_ruleset *ruleset, struct sift_problems *problems);

/* The tree, and the classes and rules that it leaves unused. The set need not be sealed. */
void sift_lint_tree(const struct sift_ruleset *ruleset, struct sift_problems *problems);

#endif
