/* One worker's chain from batch to tally: scan, settle steps, date, tally, encode events. Touches no lock. */
#ifndef SIFT_ENGINE_WORKER_H
#define SIFT_ENGINE_WORKER_H

#include "engine/batch.h"
#include "engine/database.h"
#include "engine/fleet.h"
#include "engine/pack.h"
#include "engine/scanner.h"
#include "engine/state.h"
#include "engine/stream.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Takes blocks of encoded events, those of a line in one block; called by workers from their threads, so it must be safe for that. */
struct sift_event_sink {
  enum sift_status (*write)(void *context, struct sift_span block);
  void *context;
};

struct sift_worker_config {
  const struct sift_database *database;
  enum sift_scan_mode mode;
  const struct sift_event_sink *events; /* NULL: none are encoded */
  uint64_t spaces_max;                  /* cap on Spaces; see sift_state_merger_new() */
  size_t tally_bytes_max;               /* memory for Spaces before they are sealed; 0: 20 MiB. Changes no result */

  /* Live streams: one endless shard, whose lines come from the sources that sift_worker_source() names, and no shard is counted. */
  bool live;
  bool events_only; /* scans, dates and tells events; steps, tallies and counts are for who replays the events */
  bool aside;     /* what is read is no log: no shard and no line is counted, though its Spaces are there, and no attempt begins */
  bool no_strike; /* what is read came about at no known time: it strikes no window of incidents */
  /* Told of all damage besides; may be NULL. */
  void (*damage)(void *context, enum sift_reason reason, uint64_t offset);
  void *damage_context;
};

/* One thread at a time. */
struct sift_worker;
enum sift_status sift_worker_new(struct sift_worker **out, const struct sift_worker_config *config);
void sift_worker_free(struct sift_worker *worker);

/* A shard begins: `source` is its name in states and events. Streams of the shard before are forgotten. */
enum sift_status sift_worker_begin(struct sift_worker *worker, struct sift_span source);
struct sift_streams *sift_worker_streams(struct sift_worker *worker);

/* Scans a batch of the current shard, in order. SIFT_ENOMEM, SIFT_EENGINE, or what the event sink returned. */
enum sift_status sift_worker_batch(struct sift_worker *worker, const struct sift_batch *batch);

/* Counts something bad about the current shard; `offset` in the decompressed input. */
enum sift_status sift_worker_damage(struct sift_worker *worker, enum sift_reason reason, uint64_t offset);

/* The shard ends: what stands in a step without an end is settled as undemoted, events are flushed. */
enum sift_status sift_worker_end(struct sift_worker *worker, uint64_t compressed_bytes);

/* Hands out the worker's whole tally as sorted states to merge, and its fleet record. The worker is empty afterwards.
 * `*runs` is borrowed until the worker is used again; each run is a state in memory. */
struct sift_run {
  const char *bytes;
  size_t size;
  uint64_t spaces;
};
enum sift_status sift_worker_runs(struct sift_worker *worker, const struct sift_run **runs, size_t *count);

/* ---- live streams (worker_replay.c, worker_keep.c) ---- */

/* What comes next is from this source: SIFT_ENOMEM. Between batches. */
enum sift_status sift_worker_source(struct sift_worker *worker, struct sift_span source);

/* Hands the events of the batches so far to the sink. */
enum sift_status sift_worker_flush_events(struct sift_worker *worker);

/* Takes an event as if its line had just been scanned: the events of a line one after the other, the lines of a stream in
 * order. Rules that the rule set does not know are passed over; *known tells. After the last of a group of events comes
 * sift_worker_replayed(). */
struct sift_event_record;
enum sift_status sift_worker_replay(struct sift_worker *worker, const struct sift_event_record *event, bool *known);
enum sift_status sift_worker_replayed(struct sift_worker *worker);

/* Lines that were scanned elsewhere: counted for their Space and for the fleet. */
enum sift_status sift_worker_count(struct sift_worker *worker, struct sift_span space, uint64_t lines, uint64_t bytes);

/* The same for damage, `count` times over. */
enum sift_status sift_worker_damages(struct sift_worker *worker, enum sift_reason reason, uint64_t offset, uint64_t count);

/* The runs of sift_worker_runs() have been copied: they are let go, and a fleet record begins anew. */
enum sift_status sift_worker_emptied(struct sift_worker *worker);

/* After counting: folds what has grown large, as sift_worker_replayed() does. */
enum sift_status sift_worker_tidy_live(struct sift_worker *worker);

/* What is remembered of streams (open steps, what waits in them, clocks) as msgpack, and back: into a worker of the same or
 * another rule set, in which rules are found by their ids. SIFT_ECORRUPT where the bytes are none. */
enum sift_status sift_worker_keep(const struct sift_worker *worker, struct sift_pack *out);
enum sift_status sift_worker_restore(struct sift_worker *worker, struct sift_span kept);

/* What waits in open steps, as if they would never end, as a state: what a triage of this moment adds to the tallies. The
 * worker is as it was. */
enum sift_status sift_worker_overlay(struct sift_worker *worker, struct sift_state_buffer *out);

/* ---- */

/* The fleet record so far, without what only a merge can tell. Borrowed. */
const struct sift_fleet *sift_worker_fleet(const struct sift_worker *worker);
const struct sift_scanner_stats *sift_worker_stats(const struct sift_worker *worker);

#ifdef __cplusplus
}
#endif
#endif
