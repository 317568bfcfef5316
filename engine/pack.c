#include "engine/pack.h"

#include <stdlib.h>

#include "engine/utf8.h"

void sift_pack_release(struct sift_pack *pack) {
  free(pack->bytes);
  *pack = (struct sift_pack){0};
}

char *sift_pack_reserve(struct sift_pack *pack, size_t size) {
  if (pack->capacity - pack->len < size) {
    size_t capacity = pack->capacity < 1024 ? 1024 : pack->capacity;
    while (capacity - pack->len < size) {
      if (capacity > SIZE_MAX / 2) {
        return NULL;
      }
      capacity *= 2;
    }
    char *bytes = realloc(pack->bytes, capacity);
    if (bytes == NULL) {
      return NULL;
    }
    pack->bytes = bytes;
    pack->capacity = capacity;
  }
  return pack->bytes + pack->len;
}

char *sift_put_text_head(char *at, struct sift_span text) {
  return sift_utf8_valid(text) ? sift_put_str_head(at, text.len) : sift_put_bin_head(at, text.len);
}

char *sift_put_text(char *at, struct sift_span text) {
  return sift_put_bytes(sift_put_text_head(at, text), text);
}

char *sift_put_time(char *at, int64_t time_ns) {
  int64_t seconds = time_ns / 1000000000;
  int64_t rest = time_ns % 1000000000;
  if (rest < 0) {
    seconds--;
    rest += 1000000000;
  }
  uint64_t nanoseconds = (uint64_t)rest;
  if (seconds < 0 || seconds >> 34 != 0) {
    at = sift_put_big(at, 0xC70CFF, 3);
    return sift_put_big(sift_put_big(at, nanoseconds, 4), (uint64_t)seconds, 8);
  }
  if (nanoseconds == 0 && seconds <= UINT32_MAX) {
    return sift_put_big(sift_put_big(at, 0xD6FF, 2), (uint64_t)seconds, 4);
  }
  return sift_put_big(sift_put_big(at, 0xD7FF, 2), nanoseconds << 34 | (uint64_t)seconds, 8);
}
