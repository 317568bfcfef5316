#include "engine/feed.h"

#include <assert.h>
#include <stdlib.h>

enum { WINDOW_START = 64 * 1024 };

enum sift_status sift_feed_init(struct sift_feed *feed, struct sift_state_input input, size_t limit) {
  assert(limit >= WINDOW_START);
  *feed = (struct sift_feed){.input = input, .limit = limit, .capacity = WINDOW_START};
  feed->bytes = malloc(WINDOW_START);
  return feed->bytes != NULL ? SIFT_OK : SIFT_ENOMEM;
}

void sift_feed_release(struct sift_feed *feed) {
  free(feed->bytes);
  *feed = (struct sift_feed){0};
}

struct sift_span sift_feed_window(const struct sift_feed *feed) {
  return sift_span(feed->bytes + feed->start, feed->end - feed->start);
}

void sift_feed_take(struct sift_feed *feed, size_t size) {
  assert(size <= feed->end - feed->start);
  feed->start += size;
}

uint64_t sift_feed_offset(const struct sift_feed *feed) {
  return feed->offset + feed->start;
}

static void slide(struct sift_feed *feed) {
  memmove(feed->bytes, feed->bytes + feed->start, feed->end - feed->start);
  feed->offset += feed->start;
  feed->end -= feed->start;
  feed->start = 0;
}

static enum sift_status grow(struct sift_feed *feed) {
  if (feed->capacity >= feed->limit) {
    return SIFT_ELIMIT;
  }
  size_t capacity = feed->capacity > feed->limit / 2 ? feed->limit : feed->capacity * 2;
  char *bytes = realloc(feed->bytes, capacity);
  if (bytes == NULL) {
    return SIFT_ENOMEM;
  }
  feed->bytes = bytes;
  feed->capacity = capacity;
  return SIFT_OK;
}

enum sift_status sift_feed_more(struct sift_feed *feed, bool fill) {
  slide(feed);
  enum sift_status status = feed->end == feed->capacity ? grow(feed) : SIFT_OK;
  size_t before = feed->end;
  while (status == SIFT_OK && !feed->ended && feed->end < feed->capacity && (fill || feed->end == before)) {
    size_t got = 0;
    status = feed->input.read(feed->input.context, feed->bytes + feed->end, feed->capacity - feed->end, &got);
    feed->end += got;
    feed->ended = got == 0;
  }
  if (status == SIFT_OK || status == SIFT_END) {
    return feed->end > before ? SIFT_OK : SIFT_END;
  }
  return status;
}
