#include "ingest/stream_cache.h"

#include <assert.h>
#include <string.h>
#include <xxhash.h>

static_assert((SIFT_STREAM_CACHE_SLOTS & (SIFT_STREAM_CACHE_SLOTS - 1)) == 0, "a power of two");
static_assert(SIFT_SPACE_NAME_MAX <= UINT8_MAX && SIFT_CHANNEL_NAME_MAX <= UINT8_MAX, "lengths fit a byte");

void sift_stream_cache_clear(struct sift_stream_cache *cache) {
  for (size_t i = 0; i < SIFT_STREAM_CACHE_SLOTS; i++) {
    cache->slots[i].used = false;
  }
}

static bool holds(const struct sift_stream_slot *slot, uint64_t hash, struct sift_span space, struct sift_span channel) {
  return slot->used && slot->hash == hash && sift_span_equal(sift_span(slot->names, slot->space_len), space) &&
         sift_span_equal(sift_span(slot->names + slot->space_len, slot->channel_len), channel);
}

static void remember(struct sift_stream_slot *slot, uint64_t hash, struct sift_span space, struct sift_span channel) {
  slot->used = true;
  slot->hash = hash;
  slot->space_len = (uint8_t)space.len;
  slot->channel_len = (uint8_t)channel.len;
  if (space.len > 0) {
    memcpy(slot->names, space.data, space.len);
  }
  if (channel.len > 0) {
    memcpy(slot->names + space.len, channel.data, channel.len);
  }
}

uint32_t sift_stream_cache_find(struct sift_stream_cache *cache, struct sift_streams *streams, struct sift_span space,
                                struct sift_span channel, enum sift_reason *reason) {
  if (space.len > SIFT_SPACE_NAME_MAX || channel.len > SIFT_CHANNEL_NAME_MAX) {
    return sift_streams_find(streams, space, channel, reason);
  }
  uint64_t hash = XXH3_64bits_withSeed(channel.data, channel.len, XXH3_64bits(space.data, space.len));
  struct sift_stream_slot *slot = &cache->slots[hash & (SIFT_STREAM_CACHE_SLOTS - 1)];
  if (holds(slot, hash, space, channel)) {
    *reason = slot->reason;
    return slot->stream;
  }
  uint32_t stream = sift_streams_find(streams, space, channel, reason);
  remember(slot, hash, space, channel);
  slot->stream = stream;
  slot->reason = *reason;
  return stream;
}
