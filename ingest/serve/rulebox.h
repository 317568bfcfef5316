/* Rules that serve works with, for as long as anybody does: scanners, tallies, views. Reference-counted. */
#ifndef SIFT_INGEST_SERVE_RULEBOX_H
#define SIFT_INGEST_SERVE_RULEBOX_H

#include "engine/arena.h"
#include "engine/database.h"
#include "engine/state.h"
#include "ingest/serve/view.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sift_rulebox {
  struct sift_ruleset *ruleset;
  struct sift_database *database;
  struct sift_state_header header;
  struct sift_arena arena;
  int refs; /* atomic; private */
};

/* Takes both over, failure included; one reference is the caller's. SIFT_ENOMEM. */
enum sift_status sift_rulebox_new(struct sift_rulebox **out, struct sift_ruleset *ruleset, struct sift_database *database);
void sift_rulebox_acquire(void *box); /* any thread */
void sift_rulebox_release(void *box); /* any thread; NULL is fine */

/* As views want it: they hold the box. */
struct sift_view_rules sift_rulebox_view(struct sift_rulebox *box);

#ifdef __cplusplus
}
#endif
#endif
