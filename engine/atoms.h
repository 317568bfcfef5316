/* Which literal texts a pattern cannot match without. A thin C face of RE2's FilteredRE2, which no other file includes. */
#ifndef SIFT_ENGINE_ATOMS_H
#define SIFT_ENGINE_ATOMS_H

#include <stdint.h>

#include "engine/arena.h"
#include "engine/ruleset.h"
#include "engine/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SIFT_ATOMS_MAX = 64 }; /* of one pattern; more are no proof worth having */

/* How dear an atom is: smaller is better, at least 1. */
typedef uint64_t (*sift_atom_cost_fn)(void *context, struct sift_span atom);

/* Proves a set of texts of at least `len_min` bytes of which one stands, but for ASCII case, in all that the pattern matches.
 * Of the sets that FilteredRE2 can prove, one that is cheap by `cost` and no larger than it must be. The texts come from
 * `arena`, in lower case. out->count is 0 where nothing could be proved: the pattern may match anything then.
 *
 * The proof is made on a looser pattern: look-around is taken out, groups capture nothing, atomic groups and possessive
 * repeats become plain ones. What this reading does not know for certain is no proof. SIFT_ENOMEM. */
enum sift_status sift_atoms_prove(struct sift_texts *out, struct sift_arena *arena, const char *pattern, uint32_t len_min,
                                  sift_atom_cost_fn cost, void *context);

#ifdef __cplusplus
}
#endif
#endif
