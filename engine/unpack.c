#include "engine/unpack.h"

#include "engine/unpack_head.h"

void sift_cursor_fail(struct sift_cursor *cursor, enum sift_fault fault) {
  if (cursor->fault == SIFT_FAULT_NONE) {
    cursor->fault = fault;
  }
  cursor->at = cursor->end;
}

static bool needs(struct sift_cursor *cursor, uint64_t size) {
  if ((uint64_t)(cursor->end - cursor->at) >= size) {
    return true;
  }
  sift_cursor_fail(cursor, SIFT_FAULT_SHORT);
  return false;
}

/* The next byte; after a fault one that begins no object (0xC1 is never used). */
static uint8_t take_byte(struct sift_cursor *cursor) {
  return needs(cursor, 1) ? (uint8_t)*cursor->at++ : 0xC1;
}

static uint64_t take_big(struct sift_cursor *cursor, unsigned count) {
  uint64_t value = 0;
  if (needs(cursor, count)) {
    memcpy(&value, cursor->at, count);
    value = __builtin_bswap64(value) >> (64 - 8 * count);
    cursor->at += count;
  }
  return value;
}

static uint64_t bad(struct sift_cursor *cursor) {
  sift_cursor_fail(cursor, SIFT_FAULT_BAD);
  return 0;
}

uint64_t sift_take_any_unsigned(struct sift_cursor *cursor) {
  uint8_t head = take_byte(cursor);
  if (head < 0x80) {
    return head;
  }
  return head >= 0xCC && head <= 0xCF ? take_big(cursor, 1U << (head - 0xCC)) : bad(cursor);
}

int64_t sift_take_signed(struct sift_cursor *cursor) {
  if (cursor->at < cursor->end) {
    uint8_t head = (uint8_t)*cursor->at;
    if (head >= 0xE0) {
      cursor->at++;
      return (int8_t)head;
    }
    if (head >= 0xD0 && head <= 0xD3) {
      cursor->at++;
      unsigned count = 1U << (head - 0xD0);
      uint64_t sign = UINT64_C(1) << (8 * count - 1);
      return (int64_t)((take_big(cursor, count) ^ sign) - sign);
    }
  }
  uint64_t value = sift_take_unsigned(cursor);
  return value <= INT64_MAX ? (int64_t)value : (int64_t)bad(cursor);
}

bool sift_take_bool(struct sift_cursor *cursor) {
  uint8_t head = take_byte(cursor);
  sift_cursor_expect(cursor, head == 0xC2 || head == 0xC3);
  return head == 0xC3;
}

/* A count in its head byte, which begins with `fixed`, or in the 2 or 4 bytes behind a `wide` or `wide` + 1. */
static uint32_t take_count(struct sift_cursor *cursor, uint8_t fixed, uint8_t wide, uint32_t count_max) {
  uint8_t head = take_byte(cursor);
  if ((head & 0xF0) == fixed) {
    return (head & 0x0FU) <= count_max ? head & 0x0FU : (uint32_t)bad(cursor);
  }
  if (head != wide && head != wide + 1) {
    return (uint32_t)bad(cursor);
  }
  uint64_t count = take_big(cursor, head == wide ? 2 : 4);
  return count <= count_max ? (uint32_t)count : (uint32_t)bad(cursor);
}

uint32_t sift_take_long_array(struct sift_cursor *cursor, uint32_t count_max) {
  return take_count(cursor, 0x90, 0xDC, count_max);
}

uint32_t sift_take_any_array(struct sift_cursor *cursor, uint32_t count_max) {
  uint32_t count = take_count(cursor, 0x90, 0xDC, count_max);
  return needs(cursor, count) ? count : 0;
}

uint32_t sift_take_map(struct sift_cursor *cursor, uint32_t count_max) {
  uint32_t count = take_count(cursor, 0x80, 0xDE, count_max);
  return needs(cursor, 2 * (uint64_t)count) ? count : 0;
}

struct sift_span sift_take_any_text(struct sift_cursor *cursor, uint32_t len_max) {
  uint8_t head = take_byte(cursor);
  uint64_t len = 0;
  if ((head & 0xE0) == 0xA0) {
    len = head & 0x1F;
  } else if (head >= 0xD9 && head <= 0xDB) {
    len = take_big(cursor, 1U << (head - 0xD9));
  } else if (head >= 0xC4 && head <= 0xC6) {
    len = take_big(cursor, 1U << (head - 0xC4));
  } else {
    bad(cursor);
  }
  sift_cursor_expect(cursor, len <= len_max);
  if (cursor->fault != SIFT_FAULT_NONE || !needs(cursor, len)) {
    return sift_span(cursor->end, 0);
  }
  struct sift_span text = sift_span(cursor->at, (size_t)len);
  cursor->at += len;
  return text;
}

void sift_take_key(struct sift_cursor *cursor, const char *key) {
  struct sift_span expected = sift_span_of(key);
  struct sift_span text = sift_take_text(cursor, UINT8_MAX);
  sift_cursor_expect(cursor, cursor->fault != SIFT_FAULT_NONE || sift_span_equal(text, expected));
}

int64_t sift_take_time(struct sift_cursor *cursor) {
  if (sift_take_nil(cursor)) {
    return INT64_MIN;
  }
  uint8_t head = take_byte(cursor);
  uint64_t len = head == 0xC7 ? take_big(cursor, 1) : head == 0xD6 ? 4 : head == 0xD7 ? 8 : 0;
  sift_cursor_expect(cursor, len == 4 || len == 8 || len == 12);
  sift_cursor_expect(cursor, take_byte(cursor) == 0xFF);
  int64_t seconds = 0;
  int64_t nanoseconds = 0;
  if (len == 12) {
    nanoseconds = (int64_t)take_big(cursor, 4);
    seconds = (int64_t)take_big(cursor, 8);
  } else if (len == 8) {
    uint64_t both = take_big(cursor, 8);
    nanoseconds = (int64_t)(both >> 34);
    seconds = (int64_t)(both & ((UINT64_C(1) << 34) - 1));
  } else {
    seconds = (int64_t)take_big(cursor, 4);
  }
  bool valid = nanoseconds < 1000000000;
  if (seconds < 0) { /* so that the product of a time just within 64 bits is too */
    seconds++;
    nanoseconds -= 1000000000;
  }
  int64_t time_ns = 0;
  bool fits =
      !__builtin_mul_overflow(seconds, INT64_C(1000000000), &time_ns) && !__builtin_add_overflow(time_ns, nanoseconds, &time_ns);
  sift_cursor_expect(cursor, fits && valid && time_ns != INT64_MIN);
  return cursor->fault == SIFT_FAULT_NONE ? time_ns : INT64_MIN;
}

/* Depth costs nothing here: only the number of objects still to come is kept, and each of them takes a byte. */
void sift_take_any(struct sift_cursor *cursor) {
  const char *at = cursor->at;
  uint64_t left = (uint64_t)(cursor->end - at);
  enum sift_fault fault = SIFT_FAULT_NONE;
  for (uint64_t open = 1; open > 0; open--) {
    struct sift_head head;
    if (left < open) {
      fault = SIFT_FAULT_SHORT;
      break;
    }
    if (!sift_head_read(at, left, &head)) {
      fault = SIFT_FAULT_BAD;
      break;
    }
    if (head.len == 0 || left - head.len < head.payload) {
      fault = SIFT_FAULT_SHORT;
      break;
    }
    uint64_t size = head.len + head.payload;
    at += size;
    left -= size;
    open += head.items;
  }
  cursor->at = at;
  if (fault != SIFT_FAULT_NONE) {
    sift_cursor_fail(cursor, fault);
  }
}
