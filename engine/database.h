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

/* Compiles every pattern of a sealed rule set: the wake database (all `any` patterns, over whole batches), the sampler that
 * stands in for it with a database of what it cannot wake, the confirm database (all patterns, over one line), and PCRE2
 * programs for captures and for what Hyperscan cannot say. Each pattern that neither library takes, that can match an empty
 * line, or that holds \A, \Z, \z, \G, \R or \C is a problem, and all are reported, together with the failing examples of the
 * other rules. SIFT_ERULES then, and *out is NULL. Takes seconds for some hundred rules, nearly all of it in Hyperscan, for the
 * wake and the confirm database: what it makes is worth a cache. */
enum sift_status sift_database_compile(struct sift_database **out, const struct sift_ruleset *ruleset,
                                       struct sift_problems *problems);
/* The same, with the texts that wake lines chosen by a specimen of the text that will be scanned, in the place of
 * sift_typical_text(): only the speed is another one. `typical` is borrowed for the call. */
enum sift_status sift_database_compile_for(struct sift_database **out, const struct sift_ruleset *ruleset, struct sift_span typical,
                                           struct sift_problems *problems);
void sift_database_free(struct sift_database *database);

/* Runs every rule's examples through wake and confirm, and (`with_pcre`) through PCRE2 alone; each that fails is a problem
 * that names rule and example, and the library where only one fails it. SIFT_ERULES where any is found. */
enum sift_status sift_database_check(const struct sift_database *database, bool with_pcre, struct sift_problems *problems);

/* For a rule set that cannot be used: tells what the libraries say against the patterns, and which examples fail PCRE2, in
 * rules whose patterns are all good. The set need not be sealed. A pattern or an example without text (NULL) is one that
 * could not be read: it is passed over, and so are the examples of a rule with such a pattern. No databases are compiled.
 * SIFT_ERULES where anything was found, SIFT_ENOMEM. */
enum sift_status sift_database_review(const struct sift_ruleset *ruleset, struct sift_problems *problems);

/* Whether both libraries take the pattern, be it prefiltered, and it cannot match an empty line. */
bool sift_database_takes(const struct sift_pattern *pattern);

/* The compiled form, for a cache. `*bytes` is malloc'd and the caller's. */
enum sift_status sift_database_serialize(const struct sift_database *database, char **bytes, size_t *len);

/* What else the compiled form depends on than the rule set, as hexadecimal: format, libraries, platform. Files named after both
 * never take each other's place. */
enum { SIFT_DATABASE_BUILD_BYTES = 17 };
void sift_database_build_name(char out[SIFT_DATABASE_BUILD_BYTES]);

/* Back from the compiled form. SIFT_EVERSION where the rule set, Hyperscan, the platform or the format is another one,
 * SIFT_ECORRUPT where the checksum does not hold: it is verified before Hyperscan sees a byte. */
enum sift_status sift_database_deserialize(struct sift_database **out, const struct sift_ruleset *ruleset, struct sift_span bytes);

/* What `rules show`, `bench` and the start-up log tell. */
struct sift_database_info {
  size_t patterns, prefiltered; /* the latter are confirmed by PCRE2 */
  size_t wake_bytes, literals_bytes, rest_bytes, confirm_bytes, scratch_bytes;
};
enum sift_status sift_database_info(const struct sift_database *database, struct sift_database_info *out);
const struct sift_ruleset *sift_database_ruleset(const struct sift_database *database);

/* The texts of which one stands in every line that the pattern matches, in lower case: the sampler wakes it by them. None where
 * a database wakes it, or where it is no `any` pattern of the rule set. Borrowed. */
struct sift_texts sift_database_atoms(const struct sift_database *database, const struct sift_pattern *pattern);

/* "5.4.0 2020-…" and "avx512vbmi" or the like: part of every events header. Static storage. */
const char *sift_engine_version(void);
const char *sift_engine_platform(void);

#ifdef __cplusplus
}
#endif
#endif
