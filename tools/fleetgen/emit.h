/* How records stand in a file: raw lines, JSON Lines, server-sent events, or a collector's mixed shard. */
#ifndef SIFT_FLEETGEN_EMIT_H
#define SIFT_FLEETGEN_EMIT_H

#include "tools/fleetgen/stream.h"

#ifdef __cplusplus
extern "C" {
#endif

enum sift_gen_format { SIFT_GEN_RAW, SIFT_GEN_JSONL, SIFT_GEN_SSE, SIFT_GEN_MIXED };

/* Wraps the records of one file. */
struct sift_gen_emitter {
  enum sift_gen_format format;
  struct sift_gen_day day;
  struct sift_rng rng;
  bool seconds;                /* timestamps without milliseconds */
  unsigned flavour;            /* of a mixed shard: which collector wrote it */
  uint32_t until_keep_alive;   /* sse: events */
  uint32_t until_reconnect;    /* sse: events; 0: none */
  struct sift_gen_text replay; /* sse: all that was sent, while a reconnect is still to come */
};

/* A file begins. `seed` makes its peculiarities. */
void sift_gen_emitter_begin(struct sift_gen_emitter *emitter, enum sift_gen_format format, uint64_t seed);
void sift_gen_emitter_init(struct sift_gen_emitter *emitter);
void sift_gen_emitter_release(struct sift_gen_emitter *emitter);

/* Appends the record as it stands in the file. */
void sift_gen_emit(struct sift_gen_emitter *emitter, struct sift_gen_text *out, const struct sift_gen_record *record);

#ifdef __cplusplus
}
#endif
#endif
