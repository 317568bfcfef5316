/* Remembers which (Space, channel) has which stream number: records of the same few streams follow each other. */
#ifndef SIFT_INGEST_STREAM_CACHE_H
#define SIFT_INGEST_STREAM_CACHE_H

#include "engine/stream.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SIFT_STREAM_CACHE_SLOTS = 1024 };

/* One pair; what does not fit is not remembered. */
struct sift_stream_slot {
  uint64_t hash;
  uint32_t stream;
  enum sift_reason reason;
  bool used;
  uint8_t space_len, channel_len;
  char names[SIFT_SPACE_NAME_MAX + SIFT_CHANNEL_NAME_MAX];
};

/* Direct-mapped. Clear it when the streams are emptied. */
struct sift_stream_cache {
  struct sift_stream_slot slots[SIFT_STREAM_CACHE_SLOTS];
};

void sift_stream_cache_clear(struct sift_stream_cache *cache);

/* As sift_streams_find(), the reason included: what is wrong with a name is told every time. */
uint32_t sift_stream_cache_find(struct sift_stream_cache *cache, struct sift_streams *streams, struct sift_span space,
                                struct sift_span channel, enum sift_reason *reason);

#ifdef __cplusplus
}
#endif
#endif
