/* The first bytes of a msgpack object: how many they are, and how much belongs to the object behind them. For those who
 * walk over objects, whole (unpack.h) or as they come. */
#ifndef SIFT_ENGINE_UNPACK_HEAD_H
#define SIFT_ENGINE_UNPACK_HEAD_H

#include <stdint.h>
#include <string.h>

enum {
  SIFT_HEAD_BYTES_MAX = 5, /* a map of 32 bits, and the like */
  SIFT_HEAD_BAD = 0xFF,    /* 0xC1 begins no object */
};

/* One for each first byte. `width`: bytes of a count behind it, which counts payload bytes (per_count 0), the items of an
 * array (1) or the pairs of a map (2). */
struct sift_head_row {
  uint8_t width, per_count, payload, items;
};
extern const struct sift_head_row sift_head_rows[256];

struct sift_head {
  uint32_t len;     /* of the head itself, its count included; 0: `left` ends within it */
  uint64_t payload; /* bytes that follow the head */
  uint64_t items;   /* whole objects that follow those */
};

/* False where no object begins so. `left` is at least 1. */
static inline int sift_head_read(const char *at, uint64_t left, struct sift_head *head) {
  struct sift_head_row row = sift_head_rows[(unsigned char)*at];
  head->len = 1U + row.width;
  head->payload = row.payload;
  head->items = row.items;
  if (row.width == 0) {
    return 1;
  }
  if (row.width == SIFT_HEAD_BAD) {
    return 0;
  }
  if (left < head->len) {
    head->len = 0;
    return 1;
  }
  uint32_t count = 0;
  for (unsigned i = 1; i <= row.width; i++) {
    count = count << 8 | (unsigned char)at[i];
  }
  head->payload += row.per_count == 0 ? count : 0;
  head->items = (uint64_t)row.per_count * count;
  return 1;
}

#endif
