/* The (Space, channel) pairs of one shard, and what must be remembered of each while its lines pass by. */
#ifndef SIFT_ENGINE_STREAM_H
#define SIFT_ENGINE_STREAM_H

#include "engine/reason.h"
#include "engine/ruleset.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Streams of a shard that are remembered; see sift_streams_generation(). */
enum { SIFT_STREAMS_MAX = 256 * 1024 };

enum { SIFT_SPACE_NAME_MAX = 192, SIFT_CHANNEL_NAME_MAX = 32 };

/* One a worker; emptied at each shard's begin. One thread. */
struct sift_streams;

/* The number of the stream of a Space's channel, to be put into records; made where new. `space` that is empty or no valid
 * name gives the stream of Space "-" and the reason in *reason (SIFT_REASONS where all is well). An empty channel is "-".
 * A channel that is no word of [a-z0-9_-] of at most 32 bytes counts as "-". Never fails: when memory is out, stream 0. */
uint32_t sift_streams_find(struct sift_streams *streams, struct sift_span space, struct sift_span channel,
                           enum sift_reason *reason);

/* Changes whenever numbers lose their meaning: at each shard's begin, and between two batches where a shard has shown more
 * than SIFT_STREAMS_MAX streams, which are then all forgotten (stream_limit). Whoever keeps numbers asks before each batch. */
uint64_t sift_streams_generation(const struct sift_streams *streams);

/* owner/name or name: letters, digits, '.', '_', '-', at most one '/', no empty part, no "." or ".." part. */
bool sift_space_name_valid(struct sift_span name);

#ifdef __cplusplus
}
#endif
#endif
