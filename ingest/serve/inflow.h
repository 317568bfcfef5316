/* A connection that is one compressed stream: inflates it block by block, and keeps what the protocol leaves of a block. */
#ifndef SIFT_SERVE_INFLOW_H
#define SIFT_SERVE_INFLOW_H

#include <stdbool.h>
#include <stddef.h>

#include "ingest/serve/scratch.h"
#include "ingest/serve/unpress.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One a connection; zeroed is a plain stream, which costs nothing. */
struct sift_inflow {
  struct sift_unpress *unpress; /* NULL: a plain stream */
  struct sift_bytes carry;      /* what was left over, carry_len bytes */
  size_t carry_len;
};

/* Who takes the text: like sift_protocol_ops.feed, or with `last`, finish. */
struct sift_inflow_eater {
  void *context;
  enum sift_status (*eat)(void *context, char *text, size_t len, bool last, size_t *used);
};

/* SIFT_ENOMEM, or SIFT_OK. */
enum sift_status sift_inflow_begin(struct sift_inflow *inflow, enum sift_unpress_format format, unsigned window_log_max);
void sift_inflow_release(struct sift_inflow *inflow);

/* Memory that it holds; 0 for a plain stream. */
size_t sift_inflow_bytes(const struct sift_inflow *inflow);

/* Inflates all of `bytes`, behind which SIFT_PADDING bytes are readable, into scratch->block (128 KiB at a time) and has it
 * eaten. SIFT_ECORRUPT with *reason where the stream is broken, once what was decoded is eaten; else the eater's error or
 * SIFT_ENOMEM, *reason being SIFT_REASONS. */
enum sift_status sift_inflow_feed(struct sift_inflow *inflow, struct sift_protocol_scratch *scratch, const char *bytes, size_t len,
                                  const struct sift_inflow_eater *eater, enum sift_reason *reason);

/* The stream is over, or broken: what is left over is eaten as the last of it. */
enum sift_status sift_inflow_finish(struct sift_inflow *inflow, const struct sift_inflow_eater *eater);

#ifdef __cplusplus
}
#endif
#endif
