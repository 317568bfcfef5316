#include "ingest/serve/forward_time.h"

#include "engine/space.h"

enum {
  SECOND_NS = 1000000000,
  EVENT_TIME_BYTES = 8,
};

static const uint32_t group_begin_seconds = 0xFFFFFFFF;
static const uint32_t group_end_seconds = 0xFFFFFFFE;
static const int64_t first_second = 631152000; /* 1990-01-01 */
static const int64_t last_second = 4102444800; /* 2100-01-01 */

static uint32_t big32(const char *bytes) {
  uint32_t value;
  memcpy(&value, bytes, sizeof value);
  return __builtin_bswap32(value);
}

/* Extension type 0, as fixext 8 (d7 00) or ext 8 (c7 08 00). */
bool sift_forward_take_event_time(struct sift_cursor *cursor, uint32_t *seconds, uint32_t *nanoseconds) {
  struct sift_span left = sift_span(cursor->at, (size_t)(cursor->end - cursor->at));
  size_t head = 0;
  if (left.len >= 2 && memcmp(left.data, "\xD7\x00", 2) == 0) {
    head = 2;
  } else if (left.len >= 3 && memcmp(left.data, "\xC7\x08\x00", 3) == 0) {
    head = 3;
  }
  if (head == 0 || left.len < head + EVENT_TIME_BYTES) {
    return false;
  }
  *seconds = big32(left.data + head);
  *nanoseconds = big32(left.data + head + 4);
  cursor->at += head + EVENT_TIME_BYTES;
  return true;
}

bool sift_forward_take_float(struct sift_cursor *cursor, double *value, bool *is_single) {
  size_t left = (size_t)(cursor->end - cursor->at);
  unsigned head = left > 0 ? (unsigned char)*cursor->at : 0;
  if (head == 0xCA && left >= 5) {
    uint32_t bits = big32(cursor->at + 1);
    float single;
    memcpy(&single, &bits, sizeof single);
    *value = (double)single;
    *is_single = true;
    cursor->at += 5;
    return true;
  }
  if (head == 0xCB && left >= 9) {
    uint64_t bits;
    memcpy(&bits, cursor->at + 1, sizeof bits);
    bits = __builtin_bswap64(bits);
    memcpy(value, &bits, sizeof bits);
    *is_single = false;
    cursor->at += 9;
    return true;
  }
  return false;
}

static bool is_integer(unsigned head) {
  return head < 0x80 || head >= 0xE0 || (head >= 0xCC && head <= 0xD3);
}

/* Any integer; one that 63 bits cannot hold is no time anyway. */
static int64_t take_integer(struct sift_cursor *cursor, unsigned head) {
  if (head < 0x80 || (head >= 0xCC && head <= 0xCF)) {
    uint64_t value = sift_take_unsigned(cursor);
    return value <= INT64_MAX ? (int64_t)value : INT64_MAX;
  }
  return sift_take_signed(cursor);
}

static enum sift_forward_moment moment_of(int64_t seconds, int64_t nanoseconds, int64_t *time_ns) {
  if (seconds == 0 && nanoseconds == 0) {
    return SIFT_MOMENT_NONE;
  }
  if (seconds < first_second || seconds >= last_second || nanoseconds < 0 || nanoseconds >= SECOND_NS) {
    return SIFT_MOMENT_BAD;
  }
  *time_ns = seconds * SECOND_NS + nanoseconds;
  return SIFT_MOMENT_TIME;
}

static enum sift_forward_moment moment_of_float(double value, int64_t *time_ns) {
  if (value != 0 && !(value >= (double)first_second && value < (double)last_second)) {
    return SIFT_MOMENT_BAD; /* NaN too */
  }
  int64_t seconds = (int64_t)value;
  /* A double has some 0.2 us here; more digits would be made up. */
  int64_t microseconds = (int64_t)((value - (double)seconds) * 1e6 + 0.5);
  return moment_of(seconds + microseconds / 1000000, microseconds % 1000000 * 1000, time_ns);
}

enum sift_forward_moment sift_forward_take_time(struct sift_cursor *cursor, int64_t *time_ns) {
  uint32_t seconds = 0;
  uint32_t nanoseconds = 0;
  *time_ns = SIFT_TIME_NONE;
  if (sift_forward_take_event_time(cursor, &seconds, &nanoseconds)) {
    if (seconds >= group_end_seconds) {
      return seconds == group_begin_seconds ? SIFT_MOMENT_GROUP_BEGIN : SIFT_MOMENT_GROUP_END;
    }
    return moment_of(seconds, nanoseconds, time_ns);
  }
  if (cursor->at == cursor->end) {
    sift_cursor_fail(cursor, SIFT_FAULT_SHORT);
    return SIFT_MOMENT_NONE;
  }
  unsigned head = (unsigned char)*cursor->at;
  double value = 0;
  bool is_single = false;
  if (sift_take_nil(cursor)) {
    return SIFT_MOMENT_NONE;
  }
  if (is_integer(head)) {
    return moment_of(take_integer(cursor, head), 0, time_ns);
  }
  if (sift_forward_take_float(cursor, &value, &is_single)) {
    return moment_of_float(value, time_ns);
  }
  sift_take_any(cursor);
  return SIFT_MOMENT_BAD;
}
