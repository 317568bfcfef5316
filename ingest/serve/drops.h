/* Whose records were dropped for lack of memory, where it was said to drop them: counted by Space, a bounded number of them. */
#ifndef SIFT_INGEST_SERVE_DROPS_H
#define SIFT_INGEST_SERVE_DROPS_H

#include "engine/json.h"
#include "engine/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SIFT_DROPS_SPACES_MAX = 10000 };

/* Shared by all loops, under one lock: dropping is rare, and no way of a record that is kept. */
struct sift_drops;
enum sift_status sift_drops_new(struct sift_drops **out);
void sift_drops_free(struct sift_drops *drops);

/* Counts records of a Space; beyond SIFT_DROPS_SPACES_MAX of them, and for names that are none, under "~overflow". Any thread. */
void sift_drops_count(struct sift_drops *drops, struct sift_span space, uint64_t records);

/* An array of {"space", "records"}, in order of names, since the process began. Any thread. */
void sift_drops_write(struct sift_drops *drops, struct sift_json *json);

#ifdef __cplusplus
}
#endif
#endif
