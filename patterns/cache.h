/* Compiled databases on disk: XDG_CACHE_HOME/spacesift, 0700, one file a rule set, trusted only if all of its seals hold. */
#ifndef SIFT_PATTERNS_CACHE_H
#define SIFT_PATTERNS_CACHE_H

#include "engine/database.h"

/* The compiled form of a sealed rule set: from the cache where it is whole and of this engine, else compiled, checked
 * (sift_database_check with PCRE2) and stored. A cache that cannot be used or written is only a slower start: a warning
 * among the problems. `use_cache` false: compile and leave the disk alone. */
enum sift_status sift_rules_compile(struct sift_database **out, const struct sift_ruleset *ruleset, bool use_cache,
                                    struct sift_problems *problems);

#endif
