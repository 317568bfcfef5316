#include "engine/state_overflow.h"

enum { BYTES_START = 1 << 20 };

void sift_overflow_init(struct sift_overflow *overflow) {
  *overflow = (struct sift_overflow){.bytes_max = BYTES_START, .space.name = sift_span_of(SIFT_OVERFLOW_NAME)};
  sift_arena_init(&overflow->arena);
}

void sift_overflow_release(struct sift_overflow *overflow) {
  sift_arena_release(&overflow->arena);
  sift_overflow_init(overflow);
}

/* Sources and samples that were replaced stay behind in the arena, so now and then what is in use moves to a new one. */
static enum sift_status compact(struct sift_overflow *overflow) {
  struct sift_arena arena;
  struct sift_space copy = {.name = overflow->space.name};
  sift_arena_init(&arena);
  if (!sift_space_merge(&copy, &arena, &overflow->space)) {
    sift_arena_release(&arena);
    return SIFT_ENOMEM;
  }
  sift_arena_release(&overflow->arena);
  overflow->arena = arena;
  overflow->space = copy;
  size_t twice = 2 * sift_arena_bytes(&arena);
  overflow->bytes_max = twice > BYTES_START ? twice : BYTES_START;
  return SIFT_OK;
}

enum sift_status sift_overflow_fold(struct sift_overflow *overflow, const struct sift_space *space) {
  overflow->any = true;
  if (!sift_space_merge(&overflow->space, &overflow->arena, space)) {
    return SIFT_ENOMEM;
  }
  return sift_arena_bytes(&overflow->arena) > overflow->bytes_max ? compact(overflow) : SIFT_OK;
}
