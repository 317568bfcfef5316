/* How many Spaces of the fleet stand where: what "other Spaces show the same" means for what leaves no line in a log. */
#ifndef SIFT_ENGINE_CROWD_H
#define SIFT_ENGINE_CROWD_H

#include "engine/facts.h"
#include "engine/ruleset.h"
#include "engine/space.h"
#include "engine/tree.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A phase, or what is no phase. The names are those of the phases, and "silent". */
enum sift_crowd_kind {
  SIFT_CROWD_SILENT = SIFT_PHASES, /* no line in any log, while the facts say that it is being built or started */
  SIFT_CROWD_KINDS
};

const char *sift_crowd_kind_name(enum sift_crowd_kind kind);

/* Counts only: sums over any split of the fleet are the same. Zeroed at first. */
struct sift_crowd {
  uint64_t spaces; /* "-" and "~overflow" aside */
  uint64_t of[SIFT_CROWD_KINDS];
};

/* Counts one Space: at the phase of its attempt, unless the facts say that it has settled. `facts` may be NULL. */
void sift_crowd_add(struct sift_crowd *crowd, const struct sift_ruleset *ruleset, const struct sift_space *space,
                    const struct sift_facts *facts);

/* Whether at least `spaces` of them, and `percent` of all, are of the kind. */
bool sift_crowd_is_there(const struct sift_crowd *crowd, enum sift_crowd_kind kind, uint64_t spaces, uint64_t percent);

/* Whether the facts say that the Space is being built or started, its first version or another. */
bool sift_stage_is_unsettled(struct sift_span stage);

#ifdef __cplusplus
}
#endif
#endif
