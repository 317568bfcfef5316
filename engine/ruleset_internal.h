/* What the parts of the rule set share among themselves. */
#ifndef SIFT_ENGINE_RULESET_INTERNAL_H
#define SIFT_ENGINE_RULESET_INTERNAL_H

#include "engine/ruleset.h"

/* Sets hash and hash_text from the sorted rule set: everything that can change a result or its wording, but neither the
 * places in files nor the examples. SIFT_ENOMEM. */
enum sift_status sift_ruleset_hash(struct sift_ruleset *ruleset);

/* Sorts classes, rules and channels, and renumbers all that refers to them. Two of one id are left side by side. SIFT_ENOMEM. */
enum sift_status sift_ruleset_sort(struct sift_ruleset *ruleset);

#endif
