/* YAML → rule set; every error with file:line:column, the field and what to do. */
#ifndef SIFT_PATTERNS_LOADER_H
#define SIFT_PATTERNS_LOADER_H

#include "engine/ruleset.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A rule file in memory: the name is for messages. */
struct sift_rule_file {
  const char *name;
  struct sift_span bytes;
};

/* Loads a directory of *.yaml and *.yml files (not recursive, in order of name) or one file; NULL: the pack that is built
 * into the program. SIFT_ERULES with all problems found, warnings of the lint among them; SIFT_EIO where a file cannot be
 * read, with the problems of the others too. On failure *out is NULL. */
enum sift_status sift_rules_load(struct sift_ruleset **out, const char *path, struct sift_problems *problems);

/* The same from memory: for tests, fuzzing and the built-in pack. */
enum sift_status sift_rules_parse(struct sift_ruleset **out, const struct sift_rule_file *files, size_t count,
                                  struct sift_problems *problems);

/* The pack that is built in. */
const struct sift_rule_file *sift_rules_builtin(size_t *count);

/* Names the program's way to read rule files: a hash of the sources that do it. Static storage. */
const char *sift_rules_reader(void);

#ifdef __cplusplus
}
#endif
#endif
