/* Examples that prove something although not all patterns of their rule are good: run in the same run as errors are told of. */
#ifndef SIFT_PATTERNS_PROOF_H
#define SIFT_PATTERNS_PROOF_H

#include "engine/ruleset.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What of a rule's patterns may be missing, or not what was meant. Without all of `any`, no line is sure to be no match; without
 * all of `all` and `none`, none is sure to be one. */
struct sift_doubt {
  bool any, others;
};

/* Whether an error was told of this very place. */
bool sift_proof_told(const struct sift_problems *problems, const char *file, unsigned line, unsigned column);

/* Runs, through PCRE2 alone, the examples that the good patterns of their rule decide, and adds an error for each that fails.
 * A pattern without text (NULL), or that an error was told of, is none that is good. `doubts`: by rule, what else is known to
 * be missing; NULL: nothing, and rules whose patterns are all good were run before. SIFT_OK whatever was found, SIFT_ENOMEM. */
enum sift_status sift_proof_run(const struct sift_ruleset *ruleset, const struct sift_doubt *doubts,
                                struct sift_problems *problems);

#ifdef __cplusplus
}
#endif
#endif
