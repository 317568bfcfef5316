/* Evidence inside build steps waits here until it is known how the step ended. */
#ifndef SIFT_ENGINE_STEPS_H
#define SIFT_ENGINE_STEPS_H

#include "engine/stream_internal.h"

/* What waits for one stream: tallied already, so its size does not grow with the hits. */
struct sift_pending {
  struct sift_space seen;
  struct sift_pending *next_free;
};

/* One a worker. */
struct sift_steps {
  struct sift_arena arena;
  struct sift_pending *free;
  size_t live;       /* pendings in use */
  size_t tidy_bytes; /* arena size at which the dead weight of old steps is dropped */
};

void sift_steps_init(struct sift_steps *steps);
void sift_steps_release(struct sift_steps *steps);

/* Adds an observation to what waits for `stream`. SIFT_ENOMEM. */
enum sift_status sift_steps_hold(struct sift_steps *steps, struct sift_stream *stream, const struct sift_observation *seen);

/* Takes all that waits for `stream` (NULL: nothing does). To be given back with sift_steps_give_back(). */
struct sift_pending *sift_steps_take(struct sift_steps *steps, struct sift_stream *stream);
void sift_steps_give_back(struct sift_steps *steps, struct sift_pending *pending);

/* Between batches: drops dead weight once it is large. SIFT_ENOMEM. */
enum sift_status sift_steps_tidy(struct sift_steps *steps, struct sift_streams *streams);

#endif
