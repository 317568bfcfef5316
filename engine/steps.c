#include "engine/steps.h"

enum { TIDY_BYTES = 4 * 1024 * 1024 };

void sift_steps_init(struct sift_steps *steps) {
  *steps = (struct sift_steps){.tidy_bytes = TIDY_BYTES};
  sift_arena_init(&steps->arena);
}

void sift_steps_release(struct sift_steps *steps) {
  sift_arena_release(&steps->arena);
}

static struct sift_pending *take_free(struct sift_steps *steps) {
  struct sift_pending *pending = steps->free;
  if (pending != NULL) {
    steps->free = pending->next_free;
  } else {
    pending = sift_arena_alloc(&steps->arena, sizeof *pending);
  }
  if (pending != NULL) {
    *pending = (struct sift_pending){.seen = {.name = sift_span("-", 1)}};
    steps->live++;
  }
  return pending;
}

enum sift_status sift_steps_hold(struct sift_steps *steps, struct sift_stream *stream, const struct sift_observation *seen) {
  if (stream->pending == NULL) {
    stream->pending = take_free(steps);
  }
  if (stream->pending == NULL || !sift_space_observe(&stream->pending->seen, &steps->arena, seen)) {
    return SIFT_ENOMEM;
  }
  return SIFT_OK;
}

struct sift_pending *sift_steps_take(struct sift_steps *steps, struct sift_stream *stream) {
  (void)steps;
  struct sift_pending *pending = stream->pending;
  stream->pending = NULL;
  return pending;
}

void sift_steps_give_back(struct sift_steps *steps, struct sift_pending *pending) {
  pending->next_free = steps->free;
  steps->free = pending;
  steps->live--;
  if (steps->live == 0) {
    sift_arena_reset(&steps->arena);
    steps->free = NULL;
  }
}

/* Copies what lives into a new arena: the texts of steps long settled stay behind. */
enum sift_status sift_steps_tidy(struct sift_steps *steps, struct sift_streams *streams) {
  if (sift_arena_bytes(&steps->arena) < steps->tidy_bytes) {
    return SIFT_OK;
  }
  struct sift_steps fresh;
  sift_steps_init(&fresh);
  for (uint32_t i = 0; i < streams->count; i++) {
    struct sift_stream *stream = &streams->items[i];
    if (stream->pending == NULL) {
      continue;
    }
    struct sift_pending *moved = take_free(&fresh);
    if (moved == NULL || !sift_space_merge(&moved->seen, &fresh.arena, &stream->pending->seen)) {
      sift_steps_release(&fresh); /* fatal for the worker: nothing reads the streams again */
      return SIFT_ENOMEM;
    }
    stream->pending = moved;
  }
  sift_arena_release(&steps->arena);
  size_t kept = sift_arena_bytes(&fresh.arena);
  fresh.tidy_bytes = 2 * kept > TIDY_BYTES ? 2 * kept : TIDY_BYTES;
  *steps = fresh;
  return SIFT_OK;
}
