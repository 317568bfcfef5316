/* Borrowed memory as a source: for tests, and for bytes that came another way. */
#include <stdlib.h>
#include <string.h>

#include "ingest/source.h"

struct memory {
  struct sift_source base;
  const char *bytes;
  size_t size, step;
};

static enum sift_status memory_read(struct sift_source *source, char *buffer, size_t size, size_t *got) {
  struct memory *memory = (struct memory *)source;
  size_t left = memory->size - (size_t)source->consumed;
  size_t len = left < size ? left : size;
  if (memory->step > 0 && len > memory->step) {
    len = memory->step;
  }
  if (len == 0) {
    return SIFT_END;
  }
  memcpy(buffer, memory->bytes + source->consumed, len);
  source->consumed += len;
  *got = len;
  return SIFT_OK;
}

static void memory_free(struct sift_source *source) {
  free((struct memory *)source);
}

enum sift_status sift_source_memory(struct sift_source **out, const char *bytes, size_t size, size_t step) {
  static const struct sift_source_ops ops = {"memory", memory_read, memory_free};
  struct memory *memory = malloc(sizeof *memory);
  *out = NULL;
  if (memory == NULL) {
    return SIFT_ENOMEM;
  }
  *memory = (struct memory){.base = {.ops = &ops, .reason = SIFT_REASONS}, .bytes = bytes, .size = size, .step = step};
  *out = &memory->base;
  return SIFT_OK;
}
