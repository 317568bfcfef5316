/* Many files → workers: lists the shards, spreads them over threads largest first, folds the tallies. */
#ifndef SIFT_INGEST_SHARDS_H
#define SIFT_INGEST_SHARDS_H

#include <stdatomic.h>

#include "engine/worker.h"
#include "ingest/layout.h"
#include "ingest/source.h"
#include "ingest/wrapping.h"

struct sift_shard {
  char *path;       /* to open; "-" is standard input */
  const char *name; /* in states and events: see docs/state.md, "Names of sources"; points into path or is "-" */
  uint64_t size;    /* on disk, 0 where unknown */
};

/* The list of what to read, damage of the walk included. */
struct sift_shards {
  struct sift_shard *items;
  size_t count, capacity;
  uint64_t bytes; /* on disk, together */
};

void sift_shards_init(struct sift_shards *shards);
void sift_shards_release(struct sift_shards *shards);

/* Adds a file, or all files below a directory (links followed, loops and doubles found by device and inode). What cannot
 * be read is counted in `fleet`. SIFT_ENOMEM only. */
enum sift_status sift_shards_add(struct sift_shards *shards, const char *path, const struct sift_layout *layout, struct sift_fleet *fleet);

/* Live counters, for a progress line; written by workers once a batch. */
struct sift_progress {
  _Atomic uint64_t compressed_bytes, bytes, shards, hits;
};

struct sift_scan_config {
  struct sift_worker_config worker;
  unsigned jobs;
  enum sift_format format;
  struct sift_fields fields;
  const struct sift_layout *layout;
  struct sift_source_limits limits;
};

/* Reads all shards with `jobs` threads. On return `merged` yields the Spaces and the fleet of all; its memory belongs to
 * the returned scan. The first fatal status is returned (SIFT_ENOMEM, SIFT_EENGINE, what the event sink said). */
struct sift_scan;
enum sift_status sift_scan_new(struct sift_scan **out, const struct sift_scan_config *config);
enum sift_status sift_scan_run(struct sift_scan *scan, struct sift_shards *shards, struct sift_progress *progress);
/* The fleet record of the walk, to be counted with the rest. */
struct sift_fleet *sift_scan_fleet(struct sift_scan *scan);
/* A new pass over the result: may be asked for more than once. */
enum sift_status sift_scan_merged(struct sift_scan *scan, struct sift_state_merger **out);
void sift_scan_free(struct sift_scan *scan);

/* Cores that this process may use: affinity and the cgroup's CPU limit; at least 1. */
unsigned sift_cores(void);

#endif
