/* Rule set → Hyperscan databases and PCRE2 programs; serialize; self-test. The only header-level face of both libraries. */
#ifndef SIFT_ENGINE_DATABASE_H
#define SIFT_ENGINE_DATABASE_H

#include "engine/problem.h"
#include "engine/ruleset.h"
#include "engine/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Immutable after its making and shared by threads. Borrows the rule set, which must outlive it. */
struct sift_database;

/* Compiles every pattern of a sealed rule set: the wake database (all `any` patterns, over whole batches), the confirm
 * database (all patterns, over one line), and PCRE2 programs for captures and for what Hyperscan cannot say. Each pattern
 * that neither library takes, that can match an empty line, or that holds \A, \Z, \z, \G, \R or \C is a problem, and all
 * are reported. SIFT_ERULES then, and *out is NULL. Takes about a second for a few hundred rules. */
enum sift_status sift_database_compile(struct sift_database **out, const struct sift_ruleset *ruleset,
                                       struct sift_problems *problems);
void sift_database_free(struct sift_database *database);

/* Runs every rule's examples through wake and confirm, and (`with_pcre`) through PCRE2 alone; each difference is a
 * problem that names rule and example. SIFT_ERULES where any is found. */
enum sift_status sift_database_check(const struct sift_database *database, bool with_pcre, struct sift_problems *problems);

/* The compiled form, for a cache. `*bytes` is malloc'd and the caller's. */
enum sift_status sift_database_serialize(const struct sift_database *database, char **bytes, size_t *len);

/* Back from the compiled form. SIFT_EVERSION where the rule set, Hyperscan, the platform or the format is another one,
 * SIFT_ECORRUPT where the checksum does not hold: it is verified before Hyperscan sees a byte. */
enum sift_status sift_database_deserialize(struct sift_database **out, const struct sift_ruleset *ruleset, struct sift_span bytes);

/* What `rules show`, `bench` and the start-up log tell. */
struct sift_database_info {
  size_t patterns, prefiltered; /* the latter are confirmed by PCRE2 */
  size_t wake_bytes, confirm_bytes, scratch_bytes;
};
enum sift_status sift_database_info(const struct sift_database *database, struct sift_database_info *out);
const struct sift_ruleset *sift_database_ruleset(const struct sift_database *database);

/* "5.4.0 2020-…" and "avx512vbmi" or the like: part of every events header. Static storage. */
const char *sift_engine_version(void);
const char *sift_engine_platform(void);

#ifdef __cplusplus
}
#endif
#endif
