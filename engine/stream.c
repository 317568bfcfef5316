#include <assert.h>
#include <stdlib.h>
#include <xxhash.h>

#include "engine/stream_internal.h"

enum { SLOTS_START = 1024 };

/* ASCII letters, digits, "-", "_" and ".", as bits. Names are looked at wherever a state is read. */
static bool name_byte(char c) {
  static const uint64_t bits[4] = {UINT64_C(0x03FF600000000000), UINT64_C(0x07FFFFFE87FFFFFE)};
  unsigned char byte = (unsigned char)c;
  return (bits[byte >> 6] >> (byte & 63) & 1) != 0;
}

/* "." and ".." would lead astray whoever uses a name as a path. */
static bool part_valid(const char *part, size_t len) {
  return len > 0 && !(part[0] == '.' && (len == 1 || (len == 2 && part[1] == '.')));
}

bool sift_space_name_valid(struct sift_span name) {
  if (name.len == 0 || name.len > SIFT_SPACE_NAME_MAX) {
    return false;
  }
  size_t part = 0;
  unsigned slashes = 0;
  for (size_t i = 0; i < name.len; i++) {
    if (name.data[i] == '/') {
      if (++slashes > 1 || !part_valid(name.data, i)) {
        return false;
      }
      part = i + 1;
    } else if (!name_byte(name.data[i])) {
      return false;
    }
  }
  return part_valid(name.data + part, name.len - part);
}

static bool channel_valid(struct sift_span channel) {
  if (channel.len == 0 || channel.len > SIFT_CHANNEL_NAME_MAX) {
    return false;
  }
  for (size_t i = 0; i < channel.len; i++) {
    char c = channel.data[i];
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_')) {
      return false;
    }
  }
  return true;
}

enum sift_status sift_streams_init(struct sift_streams *streams, const struct sift_ruleset *ruleset) {
  *streams = (struct sift_streams){.ruleset = ruleset, .slot_count = SLOTS_START};
  sift_arena_init(&streams->names);
  streams->slots = calloc(SLOTS_START, sizeof *streams->slots);
  return streams->slots != NULL ? sift_streams_reset(streams) : SIFT_ENOMEM;
}

void sift_streams_release(struct sift_streams *streams) {
  free(streams->items);
  free(streams->slots);
  sift_arena_release(&streams->names);
}

static void place(struct sift_streams *streams, uint32_t number) {
  uint32_t mask = streams->slot_count - 1;
  uint32_t at = (uint32_t)streams->items[number].hash & mask;
  while (streams->slots[at] != 0) {
    at = (at + 1) & mask;
  }
  streams->slots[at] = number + 1;
}

static bool grow(struct sift_streams *streams) {
  if (streams->count == streams->capacity) {
    uint32_t capacity = streams->capacity == 0 ? 64 : streams->capacity * 2;
    struct sift_stream *items = realloc(streams->items, capacity * sizeof *items);
    if (items == NULL) {
      return false;
    }
    streams->items = items;
    streams->capacity = capacity;
  }
  if ((streams->count + 1) * 2 <= streams->slot_count) {
    return true;
  }
  uint32_t *slots = calloc(2 * (size_t)streams->slot_count, sizeof *slots);
  if (slots == NULL) {
    return false;
  }
  free(streams->slots);
  streams->slots = slots;
  streams->slot_count *= 2;
  for (uint32_t i = 0; i < streams->count; i++) {
    place(streams, i);
  }
  return true;
}

static uint64_t key_of(struct sift_span space, struct sift_span channel) {
  return XXH3_64bits_withSeed(channel.data, channel.len, XXH3_64bits(space.data, space.len));
}

/* Returns stream 0 where memory is out: its lines are then counted under "-". */
static uint32_t add(struct sift_streams *streams, uint64_t key, struct sift_span space, struct sift_span channel) {
  char *name = sift_arena_copy(&streams->names, space);
  char *channel_name = sift_arena_copy(&streams->names, channel);
  if (name == NULL || channel_name == NULL || !grow(streams)) {
    return 0;
  }
  streams->items[streams->count] = (struct sift_stream){
      .hash = key,
      .space_hash = sift_space_hash(space),
      .space = sift_span(name, space.len),
      .channel = channel_name,
      .channel_bit = sift_ruleset_channel_bit(streams->ruleset, channel),
      .floor_ns = SIFT_TIME_NONE,
  };
  place(streams, streams->count);
  return streams->count++;
}

uint32_t sift_streams_find(struct sift_streams *streams, struct sift_span space, struct sift_span channel,
                           enum sift_reason *reason) {
  *reason = SIFT_REASONS;
  bool unnamed = space.len == 0 || (space.len == 1 && space.data[0] == '-');
  if (unnamed || !sift_space_name_valid(space)) {
    *reason = unnamed ? SIFT_REASON_NO_SPACE : SIFT_REASON_BAD_SPACE_NAME;
    space = sift_span("-", 1);
  }
  if (!channel_valid(channel)) {
    channel = sift_span("-", 1);
  }
  uint64_t key = key_of(space, channel);
  uint32_t mask = streams->slot_count - 1;
  for (uint32_t at = (uint32_t)key & mask; streams->slots[at] != 0; at = (at + 1) & mask) {
    const struct sift_stream *stream = &streams->items[streams->slots[at] - 1];
    if (stream->hash == key && sift_span_equal(stream->space, space) && sift_span_equal(sift_span_of(stream->channel), channel)) {
      return streams->slots[at] - 1;
    }
  }
  return add(streams, key, space, channel);
}

uint64_t sift_streams_generation(const struct sift_streams *streams) {
  return streams->generation;
}

enum sift_status sift_streams_reset(struct sift_streams *streams) {
  memset(streams->slots, 0, streams->slot_count * sizeof *streams->slots);
  sift_arena_reset(&streams->names);
  streams->count = 0;
  streams->generation++;
  enum sift_reason reason;
  sift_streams_find(streams, sift_span("-", 1), sift_span("-", 1), &reason);
  return streams->count == 1 ? SIFT_OK : SIFT_ENOMEM;
}
