#include "ingest/replay.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "engine/space.h"

enum { SLOTS = 2 * SIFT_REPLAY_EVENTS };

static_assert((SLOTS & (SLOTS - 1)) == 0, "a power of two");

/* One distinct event. `seen` counts it outside replays; `skipped` within the replay number `pass`. */
struct event {
  uint64_t hash;
  uint32_t seen, skipped, pass;
};

/* `tag` is half of the event's hash, so that looking for another one seldom leads to the ring. */
struct slot {
  uint32_t place; /* 1 + index into the ring, or 0 */
  uint32_t tag;
};

struct stream {
  int64_t high_ns;
  uint32_t pass; /* of the replay under way, 0: none */
};

struct sift_replay {
  uint32_t count;  /* events remembered so far, before the ring goes round */
  uint32_t oldest; /* of a full ring */
  uint32_t pass;   /* the last replay's number */
  struct stream streams[SIFT_REPLAY_STREAMS];
  struct event ring[SIFT_REPLAY_EVENTS];
  struct slot slots[SLOTS]; /* open addressing */
};

void sift_replay_reset(struct sift_replay *replay) {
  if (replay->count > 0) {
    memset(replay->slots, 0, sizeof replay->slots);
  }
  replay->count = 0;
  replay->oldest = 0;
  replay->pass = 0;
  for (size_t i = 0; i < SIFT_REPLAY_STREAMS; i++) {
    replay->streams[i] = (struct stream){.high_ns = SIFT_TIME_NONE};
  }
}

struct sift_replay *sift_replay_new(void) {
  struct sift_replay *replay = calloc(1, sizeof *replay);
  if (replay != NULL) {
    sift_replay_reset(replay);
  }
  return replay;
}

void sift_replay_free(struct sift_replay *replay) {
  free(replay);
}

static uint32_t tag_of(uint64_t hash) {
  return (uint32_t)(hash >> 32);
}

static uint32_t home(uint32_t tag) {
  return tag & (SLOTS - 1);
}

static bool holds(const struct sift_replay *replay, const struct slot *slot, uint64_t hash) {
  return slot->tag == tag_of(hash) && replay->ring[slot->place - 1].hash == hash;
}

/* The slot of the event, or the empty one where it would stand. */
static uint32_t find_slot(const struct sift_replay *replay, uint64_t hash) {
  uint32_t at = home(tag_of(hash));
  while (replay->slots[at].place != 0 && !holds(replay, &replay->slots[at], hash)) {
    at = (at + 1) & (SLOTS - 1);
  }
  return at;
}

/* Empties a slot and closes the gap: whoever was pushed past it moves back (Knuth, TAOCP 6.4, algorithm R). */
static void remove_slot(struct sift_replay *replay, uint32_t gap) {
  for (uint32_t at = (gap + 1) & (SLOTS - 1); replay->slots[at].place != 0; at = (at + 1) & (SLOTS - 1)) {
    uint32_t wanted = home(replay->slots[at].tag);
    if (((at - wanted) & (SLOTS - 1)) >= ((at - gap) & (SLOTS - 1))) {
      replay->slots[gap] = replay->slots[at];
      gap = at;
    }
  }
  replay->slots[gap] = (struct slot){0};
}

static void remember(struct sift_replay *replay, uint64_t hash) {
  uint32_t place = replay->count;
  if (place == SIFT_REPLAY_EVENTS) {
    place = replay->oldest;
    replay->oldest = (place + 1) % SIFT_REPLAY_EVENTS;
    remove_slot(replay, find_slot(replay, replay->ring[place].hash));
  } else {
    replay->count++;
  }
  replay->ring[place] = (struct event){.hash = hash, .seen = 1};
  replay->slots[find_slot(replay, hash)] = (struct slot){.place = place + 1, .tag = tag_of(hash)};
}

static bool hub_mark(struct sift_span text) {
  return sift_span_starts(text, "===== ");
}

static bool begins_replay(const struct stream *stream, int64_t time_ns, struct sift_span text) {
  return (time_ns != SIFT_TIME_NONE && time_ns < stream->high_ns) || hub_mark(text);
}

/* Whether the replay under way still has this event to skip. */
static bool skip(struct event *event, uint32_t pass) {
  if (event->pass != pass) {
    event->pass = pass;
    event->skipped = 0;
  }
  if (event->skipped == event->seen) {
    return false;
  }
  event->skipped++;
  return true;
}

bool sift_replay_seen(struct sift_replay *replay, uint32_t stream_number, int64_t time_ns, struct sift_span time,
                      struct sift_span text) {
  uint64_t hash = XXH3_64bits_withSeed(text.data, text.len, XXH3_64bits_withSeed(time.data, time.len, stream_number));
  struct stream *stream = &replay->streams[stream_number % SIFT_REPLAY_STREAMS];
  uint32_t place = replay->slots[find_slot(replay, hash)].place;
  struct event *event = place != 0 ? &replay->ring[place - 1] : NULL;
  if (event != NULL && stream->pass != 0 && skip(event, stream->pass)) {
    return true;
  }
  if (event != NULL && begins_replay(stream, time_ns, text)) {
    stream->pass = ++replay->pass;
    return skip(event, stream->pass);
  }
  stream->pass = 0;
  stream->high_ns = time_ns > stream->high_ns ? time_ns : stream->high_ns;
  if (event != NULL) {
    event->seen++;
  } else {
    remember(replay, hash);
  }
  return false;
}
