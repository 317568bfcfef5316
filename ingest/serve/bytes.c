#include "ingest/serve/bytes.h"

#include <stdlib.h>
#include <string.h>

#include "engine/batch.h"

enum { START_BYTES = 256 };

bool sift_bytes_reserve(struct sift_bytes *bytes, size_t size) {
  if (size <= bytes->capacity) {
    return true;
  }
  size_t capacity = bytes->capacity > 0 ? bytes->capacity : START_BYTES;
  while (capacity < size) {
    if (capacity > SIZE_MAX / 4) {
      return false;
    }
    capacity *= 2;
  }
  char *data = realloc(bytes->data, capacity + SIFT_PADDING);
  if (data == NULL) {
    return false;
  }
  memset(data + capacity, 0, SIFT_PADDING);
  *bytes = (struct sift_bytes){data, capacity};
  return true;
}

void sift_bytes_release(struct sift_bytes *bytes) {
  free(bytes->data);
  *bytes = (struct sift_bytes){NULL, 0};
}
