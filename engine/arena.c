#include "engine/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 16, CHUNK_BYTES = 64 * 1024 };

struct sift_arena_chunk {
  struct sift_arena_chunk *next;
  size_t size;
  alignas(ALIGNMENT) char bytes[];
};

void sift_arena_init(struct sift_arena *arena) {
  *arena = (struct sift_arena){0};
}

static void free_chunks(struct sift_arena_chunk *chunk) {
  while (chunk != NULL) {
    struct sift_arena_chunk *next = chunk->next;
    free(chunk);
    chunk = next;
  }
}

void sift_arena_release(struct sift_arena *arena) {
  free_chunks(arena->chunks);
  sift_arena_init(arena);
}

void sift_arena_reset(struct sift_arena *arena) {
  struct sift_arena_chunk *kept = arena->chunks;
  if (kept == NULL) {
    return;
  }
  free_chunks(kept->next);
  kept->next = NULL;
  arena->next = kept->bytes;
  arena->room = kept->size;
  arena->bytes = kept->size;
}

static int grow(struct sift_arena *arena, size_t size) {
  size_t chunk_size = size > CHUNK_BYTES ? size : CHUNK_BYTES;
  struct sift_arena_chunk *chunk = malloc(sizeof *chunk + chunk_size);
  if (chunk == NULL) {
    return -1;
  }
  chunk->size = chunk_size;
  chunk->next = arena->chunks;
  arena->chunks = chunk;
  arena->next = chunk->bytes;
  arena->room = chunk_size;
  arena->bytes += chunk_size;
  return 0;
}

void *sift_arena_alloc(struct sift_arena *arena, size_t size) {
  if (size > (size_t)-1 / 2) {
    return NULL;
  }
  size_t rounded = (size + (size == 0) + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
  if (rounded > arena->room && grow(arena, rounded) != 0) {
    return NULL;
  }
  void *out = arena->next;
  arena->next += rounded;
  arena->room -= rounded;
  return memset(out, 0, rounded);
}

char *sift_arena_copy(struct sift_arena *arena, struct sift_span bytes) {
  char *out = sift_arena_alloc(arena, bytes.len + 1);
  if (out != NULL && bytes.len > 0) {
    memcpy(out, bytes.data, bytes.len);
  }
  return out;
}

size_t sift_arena_bytes(const struct sift_arena *arena) {
  return arena->bytes;
}
