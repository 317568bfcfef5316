/* Entries → tallies: one thread that applies what all loops scanned, in the order of the journal.
 *
 * So the tally is a function of the journal: a restart that replays it comes to the same. Hits are few beside lines, so one
 * thread is enough; where it is not, its queue counts against the memory limit, and reading stops. */
#ifndef SIFT_INGEST_SERVE_APPLIER_H
#define SIFT_INGEST_SERVE_APPLIER_H

#include "engine/worker.h"
#include "ingest/serve/budget.h"
#include "ingest/serve/chunk_ids.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sift_applier_config {
  const struct sift_database *database;
  uint64_t spaces_max;
  uint64_t seq_after; /* the next entry's sequence number is one more */
  struct sift_budget *budget;
  struct sift_chunk_ids *ids; /* for replays; NULL: none */
};

struct sift_applier;
enum sift_status sift_applier_new(struct sift_applier **out, const struct sift_applier_config *config);
void sift_applier_free(struct sift_applier *applier); /* stopped, or never started */

/* Before start: what a checkpoint kept of streams, and entries of a replay, in order. */
enum sift_status sift_applier_restore(struct sift_applier *applier, struct sift_span streams);
enum sift_status sift_applier_replay(struct sift_applier *applier, uint64_t seq, struct sift_span payload);
/* The replay is over: the next entry is `seq` + 1, even where entries were missing before. */
void sift_applier_replayed(struct sift_applier *applier, uint64_t seq);
uint64_t sift_applier_replayed_offset(const struct sift_applier *applier); /* the largest offset_end that was applied */

enum sift_status sift_applier_start(struct sift_applier *applier);
/* Applies what is queued and ends the thread. */
void sift_applier_stop(struct sift_applier *applier);

/* Queues an entry, whose payload (malloc'd) it takes over. Sequence numbers come nearly in order; gaps are waited for, so each must come.
 * Any thread. */
enum sift_status sift_applier_push(struct sift_applier *applier, uint64_t seq, char *payload, size_t len);

/* What has been tallied since the last time; runs and overlay are the caller's. */
struct sift_applied {
  uint64_t seq; /* all entries up to it are in */
  struct sift_run *runs;
  size_t run_count;
  struct sift_state_buffer overlay;
  struct sift_pack streams;             /* what is remembered of streams at `seq`: see sift_worker_keep() */
  const struct sift_database *database; /* whose rules made the runs */
};
void sift_applied_release(struct sift_applied *applied);

/* Waits for the thread, or after stop does it here. Any one thread. */
enum sift_status sift_applier_collect(struct sift_applier *applier, struct sift_applied *out);

/* The next entries are tallied by these rules; what was tallied by the old ones comes out as if collected. The caller keeps
 * both databases until it has seen to that. Any one thread. */
enum sift_status sift_applier_swap(struct sift_applier *applier, const struct sift_database *database, struct sift_applied *old);

/* The first thing that went wrong, after which nothing is applied any more: memory is out, or a bug. Any thread. */
enum sift_status sift_applier_status(const struct sift_applier *applier);
uint64_t sift_applier_seq(const struct sift_applier *applier); /* applied so far; any thread */

#ifdef __cplusplus
}
#endif
#endif
