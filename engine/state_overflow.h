/* The Space into which a merge folds those beyond its cap. Internal to the engine. */
#ifndef SIFT_ENGINE_STATE_OVERFLOW_H
#define SIFT_ENGINE_STATE_OVERFLOW_H

#include "engine/state.h"

struct sift_overflow {
  struct sift_arena arena; /* of the Space's texts and sources */
  size_t bytes_max;        /* of the arena, before what is stale in it is let go */
  struct sift_space space;
  bool any; /* something was folded */
};

void sift_overflow_init(struct sift_overflow *overflow);
void sift_overflow_release(struct sift_overflow *overflow);

/* Copies what it keeps. Memory does not grow with the number of Spaces, only with that of their rules. SIFT_ENOMEM. */
enum sift_status sift_overflow_fold(struct sift_overflow *overflow, const struct sift_space *space);

#endif
