/* What one scanned batch leaves behind: its events, and what must be counted besides. The payload of a journal entry.
 *
 * Whoever scans writes entries; the applier reads them, in the order of their sequence numbers, in life as in a replay. So
 * the tally is a function of the journal. Format: docs/journal.md, "Payload". */
#ifndef SIFT_INGEST_SERVE_ENTRY_H
#define SIFT_INGEST_SERVE_ENTRY_H

#include "engine/pack.h"
#include "engine/reason.h"
#include "engine/status.h"
#include "ingest/serve/chunk_ids.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sift_worker;

/* Lines of one Space in the batch. */
struct sift_entry_lines {
  struct sift_span space;
  uint64_t lines, bytes;
};

struct sift_entry_damage {
  enum sift_reason reason;
  uint64_t count;
  uint64_t offset; /* of the first */
};

/* All is borrowed for the call. */
struct sift_entry {
  struct sift_span source; /* of the damage */
  int64_t received_ns;     /* Unix */
  struct sift_span events; /* as sift_event_encode() makes them, whole */
  const struct sift_entry_lines *lines;
  size_t line_count;
  const struct sift_entry_damage *damages;
  size_t damage_count;
  const struct sift_chunk_key *chunks; /* Forward chunks that are complete with this entry */
  size_t chunk_count;
  uint64_t offset_end; /* the source's offsets so far are below: a restart goes on from here */
};

/* Appends the payload. SIFT_ENOMEM. */
enum sift_status sift_entry_encode(const struct sift_entry *entry, struct sift_pack *out);

/* What an applied entry told besides. */
struct sift_entry_applied {
  uint64_t events, unknown_events; /* the latter of rules that are no more */
  uint64_t offset_end;
  int64_t received_ns;
};

/* Applies a payload to a live worker. `ids` (or NULL) takes the chunks, as durable with `seq`. SIFT_ECORRUPT where the payload is none
 * of ours: what stands before the fault was applied. SIFT_ENOMEM. */
enum sift_status sift_entry_apply(struct sift_span payload, uint64_t seq, struct sift_worker *worker, struct sift_chunk_ids *ids,
                                  struct sift_entry_applied *out);

#ifdef __cplusplus
}
#endif
#endif
