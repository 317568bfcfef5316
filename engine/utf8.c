#include "engine/utf8.h"

#include <stdint.h>

/* Bytes of ASCII from `at` on, eight at a time, then one by one. */
static const uint8_t *skip_ascii(const uint8_t *at, const uint8_t *end) {
  while (end - at >= 8) {
    uint64_t word;
    memcpy(&word, at, sizeof word);
    if ((word & UINT64_C(0x8080808080808080)) != 0) {
      break;
    }
    at += 8;
  }
  while (at < end && *at < 0x80) {
    at++;
  }
  return at;
}

static bool is_continuation(uint8_t byte) {
  return (byte & 0xC0) == 0x80;
}

/* The length of the well-formed multi-byte character at `at`, or 0. The second byte's range rules out overlong forms,
 * surrogates and what lies above U+10FFFF. */
static size_t character_len(const uint8_t *at, size_t room) {
  uint8_t lead = at[0];
  if (lead < 0xC2 || lead > 0xF4 || room < 2) {
    return 0;
  }
  if (lead < 0xE0) {
    return is_continuation(at[1]) ? 2 : 0;
  }
  uint8_t low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  uint8_t high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  size_t len = lead < 0xF0 ? 3 : 4;
  if (room < len || at[1] < low || at[1] > high || !is_continuation(at[2])) {
    return 0;
  }
  return len == 3 || is_continuation(at[3]) ? len : 0;
}

bool sift_utf8_valid(struct sift_span bytes) {
  const uint8_t *at = (const uint8_t *)bytes.data;
  if (bytes.len == 0) {
    return true;
  }
  const uint8_t *end = at + bytes.len;
  while ((at = skip_ascii(at, end)) < end) {
    size_t len = character_len(at, (size_t)(end - at));
    if (len == 0) {
      return false;
    }
    at += len;
  }
  return true;
}
