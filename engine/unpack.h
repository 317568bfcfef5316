/* Reads msgpack from memory that may lie: a cursor that never passes its end and allocates nothing.
 *
 * The first fault sticks and moves the cursor to its end, so callers may read on and ask once a record; but a count must be
 * asked for its fault before it is looped over, which sift_take_array() and sift_take_map() make cheap: they compare it with
 * the bytes that are left, as every object needs one. */
#ifndef SIFT_ENGINE_UNPACK_H
#define SIFT_ENGINE_UNPACK_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/span.h"

enum sift_fault {
  SIFT_FAULT_NONE,
  SIFT_FAULT_SHORT, /* the bytes end before the object does: more of them may help */
  SIFT_FAULT_BAD,   /* not what was asked for, whatever follows */
};

struct sift_cursor {
  const char *at, *end;
  enum sift_fault fault;
};

static inline struct sift_cursor sift_cursor(struct sift_span bytes) {
  struct sift_cursor cursor = {bytes.data, bytes.data + bytes.len, SIFT_FAULT_NONE};
  return cursor;
}

void sift_cursor_fail(struct sift_cursor *cursor, enum sift_fault fault);

/* Goes bad unless `holds`. */
static inline void sift_cursor_expect(struct sift_cursor *cursor, bool holds) {
  if (!holds) {
    sift_cursor_fail(cursor, SIFT_FAULT_BAD);
  }
}

/* Each returns 0, false or an empty span on a fault. The common short forms are read right here. */
uint64_t sift_take_any_unsigned(struct sift_cursor *cursor);
static inline uint64_t sift_take_unsigned(struct sift_cursor *cursor) {
  if (cursor->end - cursor->at >= 9) {
    unsigned head = (unsigned char)*cursor->at;
    if (head < 0x80) {
      cursor->at++;
      return head;
    }
    if (head >= 0xCC && head <= 0xCF) {
      unsigned count = 1U << (head - 0xCC);
      uint64_t big;
      memcpy(&big, cursor->at + 1, sizeof big);
      cursor->at += 1 + count;
      return __builtin_bswap64(big) >> (64 - 8 * count);
    }
  }
  return sift_take_any_unsigned(cursor);
}
int64_t sift_take_signed(struct sift_cursor *cursor);
bool sift_take_bool(struct sift_cursor *cursor);

/* Takes a nil if one stands there; no fault if not. */
static inline bool sift_take_nil(struct sift_cursor *cursor) {
  bool nil = cursor->at < cursor->end && (unsigned char)*cursor->at == 0xC0;
  cursor->at += nil;
  return nil;
}

/* Counts over `count_max` are bad; those that the bytes left cannot hold are short. */
uint32_t sift_take_any_array(struct sift_cursor *cursor, uint32_t count_max);
static inline uint32_t sift_take_array(struct sift_cursor *cursor, uint32_t count_max) {
  if (cursor->end - cursor->at >= 16) {
    unsigned head = (unsigned char)*cursor->at;
    if ((head & 0xF0) == 0x90 && (head & 0x0F) <= count_max) {
      cursor->at++;
      return head & 0x0F;
    }
  }
  return sift_take_any_array(cursor, count_max);
}
uint32_t sift_take_map(struct sift_cursor *cursor, uint32_t count_max);

/* The head of an array whose items the cursor need not hold all at once. */
uint32_t sift_take_long_array(struct sift_cursor *cursor, uint32_t count_max);

/* str or bin of at most `len_max` bytes, borrowed. */
struct sift_span sift_take_any_text(struct sift_cursor *cursor, uint32_t len_max);
static inline struct sift_span sift_take_text(struct sift_cursor *cursor, uint32_t len_max) {
  if (cursor->end - cursor->at >= 2) {
    unsigned head = (unsigned char)*cursor->at;
    bool fixed = (head & 0xE0) == 0xA0;
    size_t len = fixed ? head & 0x1F : (unsigned char)cursor->at[1];
    size_t head_len = fixed ? 1 : 2;
    if ((fixed || head == 0xD9) && len <= len_max && (size_t)(cursor->end - cursor->at) >= head_len + len) {
      const char *data = cursor->at + head_len;
      cursor->at = data + len;
      return sift_span(data, len);
    }
  }
  return sift_take_any_text(cursor, len_max);
}

/* Reads small objects where their bytes are known to be there: at most SIFT_DASH_MAX for each. Lives in registers, so a run of
 * numbers costs a fraction of what a cursor takes. `good` falls where something else stands there and stays so; the values
 * are then of no meaning, and a cursor says what is wrong. */
enum { SIFT_DASH_MAX = 9 };
struct sift_dash {
  const char *at;
  bool good;
};

static inline bool sift_dash_is(struct sift_dash *dash, unsigned byte) {
  bool is = (unsigned char)*dash->at == byte;
  dash->at += is;
  return is;
}

static inline uint64_t sift_dash_unsigned(struct sift_dash *dash) {
  unsigned head = (unsigned char)*dash->at++;
  if (head < 0x80) {
    return head;
  }
  dash->good = dash->good && head >= 0xCC && head <= 0xCF;
  unsigned count = 1U << (head & 3);
  uint64_t big;
  memcpy(&big, dash->at, sizeof big);
  dash->at += count;
  return __builtin_bswap64(big) >> (64 - 8 * count);
}

/* That very str, or bad. */
void sift_take_key(struct sift_cursor *cursor, const char *key);

/* A timestamp (extension type -1) as ns since 1970; nil gives INT64_MIN; one that 64 bits cannot hold is bad. */
int64_t sift_take_time(struct sift_cursor *cursor);

/* Whatever object stands there, of any depth. */
void sift_take_any(struct sift_cursor *cursor);

#endif
