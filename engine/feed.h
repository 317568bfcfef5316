/* A window of bytes over an input: slides forward as records are taken, grows only for one that does not fit. */
#ifndef SIFT_ENGINE_FEED_H
#define SIFT_ENGINE_FEED_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/span.h"
#include "engine/state.h"

/* Embedded; `limit` may be changed between calls. All other fields are private. */
struct sift_feed {
  struct sift_state_input input;
  char *bytes;
  size_t start, end, capacity;
  size_t limit;    /* the largest window, so the largest record */
  uint64_t offset; /* of bytes[0] in the input */
  bool ended;
};

/* SIFT_ENOMEM. */
enum sift_status sift_feed_init(struct sift_feed *feed, struct sift_state_input input, size_t limit);
void sift_feed_release(struct sift_feed *feed);

/* What stands in the window, borrowed until the next call of more; and forget the first `size` bytes of it. */
struct sift_span sift_feed_window(const struct sift_feed *feed);
void sift_feed_take(struct sift_feed *feed, size_t size);

/* Where the window begins in the input. */
uint64_t sift_feed_offset(const struct sift_feed *feed);

/* Reads on: SIFT_OK where bytes were added, SIFT_END where there are none, SIFT_ELIMIT where the window is full and may not
 * grow, or what the input says. `fill`: goes on until the window is full, so that a record that is tried again after each
 * call is tried few times; else returns with what is there, for streams that someone watches. */
enum sift_status sift_feed_more(struct sift_feed *feed, bool fill);

#endif
