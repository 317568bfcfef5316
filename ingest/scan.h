/* Shards → workers: spreads the shards over threads, largest first, and folds the tallies. */
#ifndef SIFT_INGEST_SCAN_H
#define SIFT_INGEST_SCAN_H

#include <stdatomic.h>

#include "engine/worker.h"
#include "ingest/layout.h"
#include "ingest/shards.h"
#include "ingest/source.h"
#include "ingest/wrapping.h"

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
  struct sift_span space, channel; /* of lines whose record and path name none; "" or valid names. Borrowed */
  struct sift_source_limits limits;
};

struct sift_scan;
enum sift_status sift_scan_new(struct sift_scan **out, const struct sift_scan_config *config);
void sift_scan_free(struct sift_scan *scan);

/* The fleet record of the walk, for sift_shards_add(): it is counted with the rest. Valid until the scan is freed. */
struct sift_fleet *sift_scan_fleet(struct sift_scan *scan);

/* Reads all shards; once a scan. The first fatal status is returned: SIFT_ENOMEM, SIFT_EENGINE, what the event sink said. */
enum sift_status sift_scan_run(struct sift_scan *scan, const struct sift_shards *shards, struct sift_progress *progress);

/* Totals and damage of a finished run, the walk included. Borrowed. */
const struct sift_fleet *sift_scan_totals(const struct sift_scan *scan);

/* A pass over the result: all Spaces in order, then the fleet. May be asked for again and again; each pass is freed by
 * sift_scan_pass_free(). */
struct sift_scan_pass;
enum sift_status sift_scan_pass_new(struct sift_scan_pass **out, struct sift_scan *scan);
struct sift_state_merger *sift_scan_pass_merger(struct sift_scan_pass *pass);
void sift_scan_pass_free(struct sift_scan_pass *pass);

/* The header of a state that holds the result. Borrowed. */
const struct sift_state_header *sift_scan_header(const struct sift_scan *scan);

/* Cores that this process may use: affinity and the cgroup's CPU limit; at least 1. */
unsigned sift_cores(void);

#endif
