/* The table of streams as the worker sees it. Not for other rooms. */
#ifndef SIFT_ENGINE_STREAM_INTERNAL_H
#define SIFT_ENGINE_STREAM_INTERNAL_H

#include "engine/arena.h"
#include "engine/space.h"
#include "engine/stream.h"

struct sift_pending;

/* One Space's channel within one shard. */
struct sift_stream {
  uint64_t hash;          /* of Space and channel: the table's key */
  uint64_t space_hash;    /* XXH3 64 of the Space's name */
  struct sift_span space; /* NUL-terminated */
  const char *channel;
  uint32_t channel_bit;         /* as sift_ruleset_channel_bit() gives it */
  uint32_t steps_open;          /* build steps begun and not ended */
  int64_t floor_ns;             /* time of the last dated line that mattered, or SIFT_TIME_NONE */
  int64_t floor_arrived_ns;     /* live: when the line came that set it, or 0 */
  struct sift_pending *pending; /* evidence of open steps, or NULL */
  struct sift_space *tally;     /* the Space's tally, while `tally_epoch` is the tally's */
  uint64_t tally_epoch;
};

struct sift_streams {
  const struct sift_ruleset *ruleset;
  struct sift_stream *items; /* by number */
  uint32_t count, capacity;
  uint32_t *slots; /* open addressing: number + 1, or 0; a power of two, at most half full */
  uint32_t slot_count;
  struct sift_arena names;
  uint64_t generation;
};

enum sift_status sift_streams_init(struct sift_streams *streams, const struct sift_ruleset *ruleset);
void sift_streams_release(struct sift_streams *streams);

/* Forgets all streams; stream 0 is then that of Space "-", channel "-". SIFT_ENOMEM. */
enum sift_status sift_streams_reset(struct sift_streams *streams);

#endif
