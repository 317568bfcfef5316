#include "engine/json.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "engine/character.h"
#include "engine/space.h"
#include "engine/stamp.h"

enum { CAPACITY_MIN = 4096, NUMBER_BYTES = 32, DIGITS_MAX = 20 };

void sift_json_init(struct sift_json *json) {
  *json = (struct sift_json){.time_ns = SIFT_TIME_NONE};
}

void sift_json_release(struct sift_json *json) {
  free(json->bytes);
  sift_json_init(json);
}

void sift_json_clear(struct sift_json *json) {
  json->len = 0;
  json->comma = false;
}

bool sift_json_grow(struct sift_json *json, size_t more) {
  if (json->failed) {
    return false;
  }
  size_t capacity = json->capacity < CAPACITY_MIN ? CAPACITY_MIN : json->capacity * 2;
  while (capacity - json->len < more) {
    capacity *= 2;
  }
  char *bytes = realloc(json->bytes, capacity);
  if (bytes == NULL) {
    json->failed = true;
    return false;
  }
  json->bytes = bytes;
  json->capacity = capacity;
  return true;
}

static void put(struct sift_json *json, const char *bytes, size_t len) {
  if (len > 0 && sift_json_reserve(json, len)) {
    memcpy(json->bytes + json->len, bytes, len);
    json->len += len;
  }
}

static void put_byte(struct sift_json *json, char byte) {
  if (sift_json_reserve(json, 1)) {
    json->bytes[json->len++] = byte;
  }
}

static void begin_value(struct sift_json *json) {
  if (json->comma) {
    put_byte(json, ',');
  }
  json->comma = true;
}

static bool is_plain(char byte) {
  return (unsigned char)byte >= 0x20 && (unsigned char)byte < 0x80 && byte != '"' && byte != '\\';
}

/* How many bytes from the begin stand in JSON as they are: ASCII without control characters, quotes and backslashes. */
static size_t plain_prefix(struct sift_span text) {
  size_t i = 0;
#ifdef __SSE2__
  const __m128i space = _mm_set1_epi8(0x20);
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  for (; text.len - i >= 16; i += 16) {
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(text.data + i));
    /* Signed: bytes from 0x80 on are below the space too. */
    __m128i special = _mm_cmplt_epi8(bytes, space);
    special = _mm_or_si128(special, _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)));
    int mask = _mm_movemask_epi8(special);
    if (mask != 0) {
      return i + (size_t)__builtin_ctz((unsigned)mask);
    }
  }
#endif
  while (i < text.len && is_plain(text.data[i])) {
    i++;
  }
  return i;
}

static void put_control(struct sift_json *json, unsigned char byte) {
  static const char names[] = {['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't', ['"'] = '"', ['\\'] = '\\'};
  if (byte < sizeof names && names[byte] != '\0') {
    const char escape[2] = {'\\', names[byte]};
    put(json, escape, sizeof escape);
    return;
  }
  static const char digits[] = "0123456789abcdef";
  const char escape[6] = {'\\', 'u', '0', '0', digits[byte >> 4], digits[byte & 15]};
  put(json, escape, sizeof escape);
}

static void put_special(struct sift_json *json, uint32_t code, struct sift_span bytes) {
  if (code == SIFT_NO_CHARACTER) {
    put(json, "\xEF\xBF\xBD", 3);
  } else if (code < 0x80) {
    put_control(json, (unsigned char)code);
  } else {
    put(json, bytes.data, bytes.len);
  }
}

/* What follows the opening quote where some bytes do not stand as they are. */
static void put_mixed(struct sift_json *json, struct sift_span text) {
  while (text.len > 0 && !json->failed) {
    size_t len = plain_prefix(text);
    put(json, text.data, len);
    if (len < text.len) {
      text = sift_span(text.data + len, text.len - len);
      uint32_t code = sift_character_next(text, &len);
      put_special(json, code, sift_span(text.data, len));
    }
    text = sift_span(text.data + len, text.len - len);
  }
}

void sift_json_string(struct sift_json *json, struct sift_span text) {
  if (!sift_json_reserve(json, text.len + 3)) {
    return;
  }
  char *at = json->bytes + json->len;
  *at = ',';
  at += json->comma;
  *at++ = '"';
  size_t plain = plain_prefix(text);
  if (plain > 0) {
    memcpy(at, text.data, plain);
  }
  json->len = (size_t)(at + plain - json->bytes);
  json->comma = true;
  if (plain < text.len) {
    put_mixed(json, sift_span(text.data + plain, text.len - plain));
  }
  put_byte(json, '"');
}

/* Copied with what stands behind the digits: a copy of a fixed size is no call. */
static void put_unsigned(struct sift_json *json, uint64_t value) {
  char digits[2 * DIGITS_MAX] = {0};
  size_t at = DIGITS_MAX;
  do {
    digits[--at] = (char)('0' + value % 10);
    value /= 10;
  } while (value > 0);
  if (sift_json_reserve(json, DIGITS_MAX)) {
    memcpy(json->bytes + json->len, digits + at, DIGITS_MAX);
    json->len += DIGITS_MAX - at;
  }
}

void sift_json_unsigned(struct sift_json *json, uint64_t value) {
  begin_value(json);
  put_unsigned(json, value);
}

void sift_json_signed(struct sift_json *json, int64_t value) {
  begin_value(json);
  if (value < 0) {
    put_byte(json, '-');
  }
  put_unsigned(json, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void sift_json_double(struct sift_json *json, double value) {
  if (!isfinite(value)) {
    sift_json_null(json);
    return;
  }
  begin_value(json);
  char digits[NUMBER_BYTES];
  /* 15 digits are what a person expects to see; 17 always give the same double back. */
  int len = snprintf(digits, sizeof digits, "%.15g", value);
  if (strtod(digits, NULL) != value) {
    len = snprintf(digits, sizeof digits, "%.17g", value);
  }
  put(json, digits, (size_t)len);
}

void sift_json_bool(struct sift_json *json, bool value) {
  begin_value(json);
  put(json, value ? "true" : "false", value ? 4 : 5);
}

void sift_json_null(struct sift_json *json) {
  begin_value(json);
  put(json, "null", 4);
}

void sift_json_time(struct sift_json *json, int64_t time_ns) {
  if (time_ns == SIFT_TIME_NONE) {
    sift_json_null(json);
    return;
  }
  if (time_ns != json->time_ns) {
    json->time[0] = '"';
    json->time_len = sift_stamp_format(time_ns, json->time + 1) + 2;
    json->time[json->time_len - 1] = '"';
    json->time_ns = time_ns;
  }
  begin_value(json);
  if (sift_json_reserve(json, sizeof json->time)) {
    memcpy(json->bytes + json->len, json->time, sizeof json->time);
    json->len += json->time_len;
  }
}

void sift_json_raw(struct sift_json *json, struct sift_span text) {
  put(json, text.data, text.len);
  json->comma = false;
}
