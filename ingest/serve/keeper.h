/* Keeps the picture of the fleet: collects what was tallied, builds views, writes checkpoints, changes rules, takes new facts. One thread of
 * its own beside those of the loops. */
#ifndef SIFT_INGEST_SERVE_KEEPER_H
#define SIFT_INGEST_SERVE_KEEPER_H

#include "ingest/serve/checkpoint.h"
#include "ingest/serve/hub.h"
#include "ingest/serve/lookout.h"
#include "ingest/serve/loop.h"
#include "ingest/serve/rulebox.h"

#ifdef __cplusplus
extern "C" {
#endif

/* All is borrowed and outlives the keeper. */
struct sift_keeper_config {
  struct sift_hub *hub;
  struct sift_loop *const *loops;
  size_t loop_count;
  struct sift_checkpoints *checkpoints; /* NULL: none are written */
  struct sift_server_counters *counters;
  struct sift_lookout *lookout; /* NULL: nothing but the logs is known. From start to stop the keeper's alone */
  uint64_t spaces_max;
  unsigned view_ms;       /* least time from one view to the next; a large fleet's are rarer: they may take a tenth of a core */
  unsigned checkpoint_ms; /* from one checkpoint to the next */
};

struct sift_keeper;

/* `rules`: those that the applier and the loops have; taken by reference. */
enum sift_status sift_keeper_new(struct sift_keeper **out, const struct sift_keeper_config *config, struct sift_rulebox *rules);
void sift_keeper_free(struct sift_keeper *keeper); /* stopped, or never started */

/* Before start: what is there only once the checkpoint has been taken up. */
void sift_keeper_attach(struct sift_keeper *keeper, size_t loop_count, struct sift_checkpoints *checkpoints);

/* Before start: the fleet as a checkpoint has it, of these or of other rules. `seq` is what the checkpoint covers. */
enum sift_status sift_keeper_restore(struct sift_keeper *keeper, struct sift_state_input state, uint64_t seq);

/* The first view is built here, so that there is one once this returns. */
enum sift_status sift_keeper_start(struct sift_keeper *keeper);

/* Changes the rules, in the keeper's own time; what comes of it is told to the log. The reference is the keeper's from now on. Any
 * thread. */
void sift_keeper_reload(struct sift_keeper *keeper, struct sift_rulebox *rules);

/* From now on rules stay as they are; a change that is under way comes to its end first, for which the loops must still go round.
 * To be called before they are stopped. */
void sift_keeper_settle(struct sift_keeper *keeper);

/* Looks at the files of facts and the status page at once, and reads them. Any thread. */
void sift_keeper_look(struct sift_keeper *keeper);

/* A last view and checkpoint, after the loops and the applier have stopped. SIFT_OK, or why the checkpoint could not be written (told
 * to the log). */
enum sift_status sift_keeper_stop(struct sift_keeper *keeper);

/* The current view, with a reference for the caller; NULL before the first. Any thread. */
struct sift_view *sift_keeper_view(struct sift_keeper *keeper);

#ifdef __cplusplus
}
#endif
#endif
