/* The Spaces that a worker has met: a hash table while it is small, sealed into sorted states in memory when it is not.
 *
 * Sealing keeps memory near what the distinct Spaces need in their compressed form (some 50 bytes each), however large the
 * fleet: it is the plan of a log-structured merge tree. As tallies are commutative, when it happens changes no result. */
#ifndef SIFT_ENGINE_TALLY_H
#define SIFT_ENGINE_TALLY_H

#include "engine/ruleset.h"
#include "engine/space.h"
#include "engine/state.h"
#include "engine/worker.h"

/* A sealed part of the tally. Runs stand in falling order of tier. */
struct sift_tally_run {
  struct sift_state_buffer state;
  unsigned tier;   /* how often its Spaces were folded */
  uint64_t spaces; /* in it */
};

struct sift_tally {
  struct sift_state_header header; /* of every run */
  struct sift_arena header_arena;
  struct sift_arena arena;   /* all Spaces and their texts */
  struct sift_space **slots; /* open addressing, a power of two, at most half full */
  uint32_t slot_count;
  uint32_t space_count;
  uint64_t epoch;   /* changes when pointers to Spaces become stale */
  size_t bytes_max; /* of the arena, before it is sealed */
  uint64_t spaces_max;
  struct sift_tally_run *runs;
  size_t run_count, run_capacity;
};

/* `bytes_max` 0: the usual. Borrows the rule set. */
enum sift_status sift_tally_init(struct sift_tally *tally, const struct sift_ruleset *ruleset, size_t bytes_max,
                                 uint64_t spaces_max);
void sift_tally_release(struct sift_tally *tally);

/* The Space of that name, made where new; good until sift_tally_settle() seals. NULL when memory is out. */
struct sift_space *sift_tally_space(struct sift_tally *tally, struct sift_span name, uint64_t name_hash);

/* Between batches: seals when the table has grown over its limit, and folds runs when there are many. */
enum sift_status sift_tally_settle(struct sift_tally *tally);

/* Lets all runs go: someone else has them by now. */
void sift_tally_clear(struct sift_tally *tally);

/* Seals what is left, with `fleet` as the fleet record of the last run. */
enum sift_status sift_tally_finish(struct sift_tally *tally, const struct sift_fleet *fleet);

#endif
