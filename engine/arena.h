/* Many small allocations with one lifetime: bump-allocated in chunks, freed all at once. */
#ifndef SIFT_ENGINE_ARENA_H
#define SIFT_ENGINE_ARENA_H

#include <stddef.h>

#include "engine/span.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sift_arena_chunk;

/* Embedded; all fields are private. One thread at a time. */
struct sift_arena {
  struct sift_arena_chunk *chunks; /* newest first */
  char *next;
  size_t room;
  size_t bytes; /* what the chunks hold together */
};

void sift_arena_init(struct sift_arena *arena);
void sift_arena_release(struct sift_arena *arena);

/* Forgets every allocation and keeps one chunk for the next use. */
void sift_arena_reset(struct sift_arena *arena);

/* `size` bytes, zeroed, aligned to 16, valid until release or reset. NULL when memory is out. */
void *sift_arena_alloc(struct sift_arena *arena, size_t size);

/* A NUL-terminated copy. NULL when memory is out. */
char *sift_arena_copy(struct sift_arena *arena, struct sift_span bytes);

/* Bytes that the arena holds from the system. */
size_t sift_arena_bytes(const struct sift_arena *arena);

#ifdef __cplusplus
}
#endif
#endif
