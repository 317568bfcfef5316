/* Which chunks were taken, by their ids: the newest of them, so that one sent again is counted once. */
#ifndef SIFT_INGEST_SERVE_CHUNK_IDS_H
#define SIFT_INGEST_SERVE_CHUNK_IDS_H

#include "engine/pack.h"
#include "engine/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SIFT_CHUNK_IDS_MAX = 262144, SIFT_CHUNK_ID_BYTES = 32 /* of an id in an export */ };

/* XXH3-128 of an id: two ids of one key are not to be had by chance. */
struct sift_chunk_key {
  uint64_t low, high;
};
struct sift_chunk_key sift_chunk_key(struct sift_span id);

/* Shared by all loops: one mutex for each sixteenth of the keys. All times are ns since 1970. */
struct sift_chunk_ids;

/* `count_max`: about the newest so many are kept, none older than `age_max_ns`; 0: SIFT_CHUNK_IDS_MAX, any age. SIFT_ENOMEM. */
enum sift_status sift_chunk_ids_new(struct sift_chunk_ids **out, size_t count_max, int64_t age_max_ns);
void sift_chunk_ids_free(struct sift_chunk_ids *ids);

enum sift_chunk_state {
  SIFT_CHUNK_ABSENT,  /* not seen; by take: it is now, and pending */
  SIFT_CHUNK_PENDING, /* its records are being taken; their journal entry has no number yet */
  SIFT_CHUNK_TAKEN,   /* they are durable once the journal is up to *seq */
};

/* Asks and remembers in one step. Any thread. */
enum sift_chunk_state sift_chunk_ids_take(struct sift_chunk_ids *ids, struct sift_chunk_key key, int64_t now_ns, uint64_t *seq);

/* Only asks. Any thread. */
enum sift_chunk_state sift_chunk_ids_find(struct sift_chunk_ids *ids, struct sift_chunk_key key, int64_t now_ns, uint64_t *seq);

/* The journal entry (seq > 0) that holds a taken chunk's last records; nothing where the id is gone by now. Any thread. */
void sift_chunk_ids_settle(struct sift_chunk_ids *ids, struct sift_chunk_key key, uint64_t seq);

/* Its records were not taken after all: it may come again. Any thread. */
void sift_chunk_ids_forget(struct sift_chunk_ids *ids, struct sift_chunk_key key);

/* take and settle in one step: from a journal's replay, in order of time. */
void sift_chunk_ids_put(struct sift_chunk_ids *ids, struct sift_chunk_key key, int64_t time_ns, uint64_t seq);

size_t sift_chunk_ids_count(struct sift_chunk_ids *ids);

/* Appends the ids that are durable once the journal is up to `seq_max`, SIFT_CHUNK_ID_BYTES each, in order of time, then key:
 * the same ids give the same bytes. A checkpoint must not hold ids of entries that may yet be lost. SIFT_ENOMEM. */
enum sift_status sift_chunk_ids_export(struct sift_chunk_ids *ids, uint64_t seq_max, struct sift_pack *out);

/* Adds what an export holds. SIFT_ECORRUPT where it is none, and nothing is added. */
enum sift_status sift_chunk_ids_import(struct sift_chunk_ids *ids, struct sift_span bytes);

#ifdef __cplusplus
}
#endif
#endif
