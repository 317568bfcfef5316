/* Compiled databases and the built-in rules as read, on disk: XDG_CACHE_HOME/spacesift, 0700, one file a rule set, trusted only if
 * all of its seals hold. */
#ifndef SIFT_PATTERNS_CACHE_H
#define SIFT_PATTERNS_CACHE_H

#include "engine/database.h"

/* As sift_rules_load(). The built-in pack (path NULL) comes from the cache where it was read by this program before, and is
 * kept there otherwise: reading YAML is most of a start. Where the cache cannot be used the pack is read, and nothing is said:
 * sift_rules_compile() says it. `use_cache` false: leave the disk alone. */
enum sift_status sift_rules_load_kept(struct sift_ruleset **out, const char *path, bool use_cache, struct sift_problems *problems);

/* The compiled form of a sealed rule set: from the cache where it is whole and of this engine, else compiled, checked
 * (sift_database_check with PCRE2) and stored. A cache that cannot be used or written is only a slower start: a warning
 * among the problems. `use_cache` false: compile and leave the disk alone. */
enum sift_status sift_rules_compile(struct sift_database **out, const struct sift_ruleset *ruleset, bool use_cache,
                                    struct sift_problems *problems);

/* Compiles and checks with a specimen of the text that will be scanned (sift_database_compile_for), and stores the result in the
 * cache under a name of its own: sift_rules_compile() takes it from there before the plain one, for the same rules. Where the
 * cache cannot be used, *kept is false and a warning among the problems says why. */
enum sift_status sift_rules_compile_profiled(struct sift_database **out, const struct sift_ruleset *ruleset,
                                             struct sift_span typical, bool *kept, struct sift_problems *problems);

#endif
