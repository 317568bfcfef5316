/* What conditions of the tree say of each other, whatever the Space: proved from how they are built. What is not proved is not
 * claimed, and nothing is of a kind of condition that is not known here. */
#ifndef SIFT_PATTERNS_LOGIC_H
#define SIFT_PATTERNS_LOGIC_H

#include "engine/ruleset.h"

/* What is asked of a rule set again and again, and how much may still be asked: a proof that takes too long is none. */
struct sift_logic {
  const struct sift_ruleset *ruleset;
  size_t steps;                                     /* left of the question */
  size_t rules[SIFT_CLASSES_MAX];                   /* by class: how many rules */
  size_t faults[SIFT_CLASSES_MAX][SIFT_SEVERITIES]; /* of these, how many are no mark and at least so severe */
  bool marks[SIFT_MARKS];                           /* some rule sets it */
};

/* The rule set is borrowed, and need not be sealed. */
void sift_logic_init(struct sift_logic *logic, const struct sift_ruleset *ruleset);

/* Enough for what people write; `steps` is set to it anew before one or several questions. */
enum { SIFT_LOGIC_STEPS = 100000 };

/* Whether `b` holds wherever `a` does. */
bool sift_logic_implies(struct sift_logic *logic, const struct sift_condition *a, const struct sift_condition *b);

/* Whether the two never hold together. */
bool sift_logic_excludes(struct sift_logic *logic, const struct sift_condition *a, const struct sift_condition *b);

bool sift_logic_always(struct sift_logic *logic, const struct sift_condition *condition);

/* Whether it never holds. `*culprit` is then the part that shows it: a condition that can never hold by itself, or the later of
 * two that exclude each other, of which `*other` is the first; else `*other` is NULL. */
bool sift_logic_never(struct sift_logic *logic, const struct sift_condition *condition, const struct sift_condition **culprit,
                      const struct sift_condition **other);

#endif
