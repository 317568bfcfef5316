/* Gathers records of one listener, small as they come, into batches that are worth a scan. One a listener in each loop. */
#ifndef SIFT_INGEST_SERVE_GATHER_H
#define SIFT_INGEST_SERVE_GATHER_H

#include "engine/batch.h"
#include "engine/clean.h"
#include "engine/status.h"
#include "ingest/serve/entry.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What is counted of one stream in the batch. */
struct sift_gathered {
  uint32_t stream;
  uint64_t lines, bytes;
};

/* Embedded; zeroed is ready. Buffers are made with the first record, and stay. */
struct sift_gather {
  char *text; /* SIFT_BATCH_BYTES and the longest record */
  uint32_t len, capacity;
  struct sift_record *records;
  uint32_t record_count, record_capacity;
  struct sift_gathered *counted; /* by stream, each once */
  uint32_t counted_count, counted_capacity;
  uint32_t *slots; /* of the counted: open addressing by stream, index + 1 */
  uint32_t slot_count;
  uint64_t lines, bytes;
  uint64_t offset; /* the next record's: bytes of text so far */
};
void sift_gather_release(struct sift_gather *gather);

/* Adds a record: its text is copied, escape sequences and lone '\r' taken out. `text` is at most SIFT_LINE_BYTES_MAX.
 * SIFT_ENOMEM. */
enum sift_status sift_gather_record(struct sift_gather *gather, uint32_t stream, struct sift_span text, int64_t time_ns);

/* Adds a block of whole raw lines of one stream, each with an offset of its own. */
enum sift_status sift_gather_lines(struct sift_gather *gather, uint32_t stream, struct sift_span text);

/* Whether the batch is worth a scan by its size. */
bool sift_gather_full(const struct sift_gather *gather);
static inline bool sift_gather_empty(const struct sift_gather *gather) {
  return gather->record_count == 0;
}

/* The batch so far, borrowed until the next call; then empty it. */
void sift_gather_batch(struct sift_gather *gather, int64_t arrived_ns, struct sift_batch *out);
void sift_gather_clear(struct sift_gather *gather);

#ifdef __cplusplus
}
#endif
#endif
