/* A sealed rule set as bytes and back, for a cache: what was once read from rule files need not be read from them again. */
#ifndef SIFT_ENGINE_RULESET_STORE_H
#define SIFT_ENGINE_RULESET_STORE_H

#include "engine/ruleset.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Where a stored rule set comes from: a hash over the rule files and the program's way to read them. */
struct sift_ruleset_origin {
  uint64_t hash[2];
};

/* All that the rule set holds: examples and places in files too. `*bytes` is malloc'd and the caller's. SIFT_ENOMEM;
 * SIFT_ELIMIT where the tree is too deep to be read again. */
enum sift_status sift_ruleset_store(const struct sift_ruleset *ruleset, const struct sift_ruleset_origin *origin, char **bytes,
                                    size_t *len);

/* Back from the bytes, which may be anything: every length, number and reference is checked, and the hash of what was read
 * must be the one that was stored. The rule set borrows nothing of them. SIFT_EVERSION where they are of another origin or
 * format, SIFT_ECORRUPT where they are damaged, SIFT_ENOMEM; *out is NULL then. */
enum sift_status sift_ruleset_restore(struct sift_ruleset **out, const struct sift_ruleset_origin *origin, struct sift_span bytes);

#ifdef __cplusplus
}
#endif
#endif
