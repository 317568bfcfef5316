/* What a checkpoint keeps beside the tallies: the streams as they were. The manifest's `extra`. */
#ifndef SIFT_INGEST_SERVE_RECALL_H
#define SIFT_INGEST_SERVE_RECALL_H

#include "engine/pack.h"
#include "engine/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* `streams` as sift_worker_keep() makes them. SIFT_ENOMEM. */
enum sift_status sift_recall_write(struct sift_pack *out, struct sift_span streams);

/* Borrowed from `extra`. SIFT_ECORRUPT where it is none. */
enum sift_status sift_recall_read(struct sift_span extra, struct sift_span *streams);

#ifdef __cplusplus
}
#endif
#endif
