#include "engine/character.h"

#include <assert.h>

/* What may follow a lead byte: how many bytes, and the range of the first of them. */
struct lead {
  unsigned tail;
  unsigned char low, high;
};

static struct lead lead_of(unsigned char byte) {
  if (byte < 0xC2 || byte > 0xF4) {
    return (struct lead){0, 0, 0};
  }
  if (byte < 0xE0) {
    return (struct lead){1, 0x80, 0xBF};
  }
  if (byte < 0xF0) {
    return (struct lead){2, byte == 0xE0 ? 0xA0 : 0x80, byte == 0xED ? 0x9F : 0xBF};
  }
  return (struct lead){3, byte == 0xF0 ? 0x90 : 0x80, byte == 0xF4 ? 0x8F : 0xBF};
}

uint32_t sift_character_next(struct sift_span text, size_t *len) {
  assert(text.len > 0);
  const unsigned char *bytes = (const unsigned char *)text.data;
  *len = 1;
  if (bytes[0] < 0x80) {
    return bytes[0];
  }
  struct lead lead = lead_of(bytes[0]);
  if (lead.tail == 0) {
    return SIFT_NO_CHARACTER;
  }
  uint32_t code = bytes[0] & (0x3Fu >> lead.tail);
  for (unsigned i = 1; i <= lead.tail; i++) {
    unsigned char low = i == 1 ? lead.low : 0x80;
    unsigned char high = i == 1 ? lead.high : 0xBF;
    if (i >= text.len || bytes[i] < low || bytes[i] > high) {
      return SIFT_NO_CHARACTER;
    }
    code = code << 6 | (bytes[i] & 0x3Fu);
    *len = i + 1;
  }
  return code;
}
