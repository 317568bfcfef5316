/* Lends events to whoever watches: a bounded queue of blocks that loops publish into only while somebody listens. */
#ifndef SIFT_INGEST_SERVE_TAP_H
#define SIFT_INGEST_SERVE_TAP_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/span.h"
#include "engine/status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sift_tap;

/* `bytes_max`: of all blocks that wait; a block that does not fit is dropped and counted. `wake` is called by publishing
 * threads, without any lock held, when the first block comes to an empty queue; it must be quick (an eventfd). */
enum sift_status sift_tap_new(struct sift_tap **out, size_t bytes_max, void (*wake)(void *context), void *context);
void sift_tap_free(struct sift_tap *tap); /* when nobody publishes any more */

/* Any thread: whether someone listens; one relaxed load. */
bool sift_tap_wanted(const struct sift_tap *tap);

/* Any thread: copies a block of whole events, as sift_event_encode() makes them, where someone listens. `header`: the header
 * of the rule set's events (sift_event_encode_header), which the block is decoded behind. */
void sift_tap_publish(struct sift_tap *tap, struct sift_span header, struct sift_span block);

/* The one that takes. Listening on or off; off forgets what waits. */
void sift_tap_listen(struct sift_tap *tap, bool listen);

/* The oldest block, header and events in one piece, to be freed with free(); false where none waits. */
bool sift_tap_take(struct sift_tap *tap, char **bytes, size_t *size);

uint64_t sift_tap_dropped(const struct sift_tap *tap); /* blocks; any thread */

#ifdef __cplusplus
}
#endif
#endif
