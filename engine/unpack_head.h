/* The first bytes of a msgpack object: how many they are, and how much belongs to the object behind them. For those who
 * walk over objects, whole (unpack.h) or as they come. */
#ifndef SIFT_ENGINE_UNPACK_HEAD_H
#define SIFT_ENGINE_UNPACK_HEAD_H

#include <stdbool.h>
#include <stdint.h>

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

/* What begins with such a byte: a str or bin, an array, a map. */
static inline bool sift_head_is_text(unsigned head) {
  return (head & 0xE0) == 0xA0 || (head >= 0xD9 && head <= 0xDB) || (head >= 0xC4 && head <= 0xC6);
}
static inline bool sift_head_is_array(unsigned head) {
  return (head & 0xF0) == 0x90 || head == 0xDC || head == 0xDD;
}
static inline bool sift_head_is_map(unsigned head) {
  return (head & 0xF0) == 0x80 || head == 0xDE || head == 0xDF;
}

struct sift_head {
  uint32_t len;     /* of the head itself, its count included; 0: `left` ends within it */
  uint64_t payload; /* bytes that follow the head */
  uint64_t items;   /* whole objects that follow those */
};

/* False where no object begins so. `left` is at least 1. */
static inline bool sift_head_read(const char *at, uint64_t left, struct sift_head *head) {
  struct sift_head_row row = sift_head_rows[(unsigned char)*at];
  head->len = 1U + row.width;
  head->payload = row.payload;
  head->items = row.items;
  if (row.width == 0) {
    return true;
  }
  if (row.width == SIFT_HEAD_BAD) {
    return false;
  }
  if (left < head->len) {
    head->len = 0;
    return true;
  }
  uint32_t count = 0;
  for (unsigned i = 1; i <= row.width; i++) {
    count = count << 8 | (unsigned char)at[i];
  }
  head->payload += row.per_count == 0 ? count : 0;
  head->items = (uint64_t)row.per_count * count;
  return true;
}

#endif
