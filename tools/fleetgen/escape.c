#include "tools/fleetgen/escape.h"

#include <endian.h>

enum { ESCAPE_BYTES_MAX = 6 };

/* What JSON must escape, and bytes that are never UTF-8. */
static bool special(unsigned char c, bool broken) {
  return c < 0x20 || c == '"' || c == '\\' || (broken && c >= 0xc0 && (c < 0xc2 || c > 0xf4));
}

/* At most ESCAPE_BYTES_MAX bytes; gives where they end. */
static char *special_write(char *room, unsigned char c) {
  static const char hex[] = "0123456789abcdef";
  static const char shorts[] = "\"\"\\\\\rr\nn\tt\bb\ff";
  if (c >= 0xc0) {
    memcpy(room, "\\ufffd", ESCAPE_BYTES_MAX);
    return room + ESCAPE_BYTES_MAX;
  }
  for (size_t i = 0; i + 1 < sizeof(shorts); i += 2) {
    if ((unsigned char)shorts[i] == c) {
      room[0] = '\\';
      room[1] = shorts[i + 1];
      return room + 2;
    }
  }
  const char escape[ESCAPE_BYTES_MAX] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
  memcpy(room, escape, sizeof(escape));
  return room + sizeof(escape);
}

/* Which bytes of a word JSON must escape: their high bits, of which the lowest that is set is right (Mycroft's test for a zero or a
 * small byte; a borrow may set bits above it). */
static uint64_t specials_of(uint64_t word) {
  const uint64_t ones = UINT64_C(0x0101010101010101);
  uint64_t quote = word ^ (ones * '"');
  uint64_t backslash = word ^ (ones * '\\');
  uint64_t found = ((word - ones * 0x20) & ~word) | ((quote - ones) & ~quote) | ((backslash - ones) & ~backslash);
  return found & (ones << 7);
}

/* Escapes as it copies, eight bytes at a time. */
static void plain_put(struct sift_gen_text *out, struct sift_span text) {
  char *room = sift_gen_text_room(out, text.len * ESCAPE_BYTES_MAX + sizeof(uint64_t));
  if (room == NULL) {
    return;
  }
  size_t i = 0;
  while (i + sizeof(uint64_t) <= text.len) {
    uint64_t word;
    memcpy(&word, text.data + i, sizeof(word));
    memcpy(room, &word, sizeof(word));
    uint64_t found = specials_of(le64toh(word));
    size_t plain = found != 0 ? (size_t)__builtin_ctzll(found) / 8 : sizeof(word);
    room += plain;
    i += plain;
    if (found != 0) {
      room = special_write(room, (unsigned char)text.data[i++]);
    }
  }
  for (; i < text.len; i++) {
    if (special((unsigned char)text.data[i], false)) {
      room = special_write(room, (unsigned char)text.data[i]);
    } else {
      *room++ = text.data[i];
    }
  }
  out->len = (size_t)(room - out->bytes);
}

static void broken_put(struct sift_gen_text *out, struct sift_span text) {
  char *room = sift_gen_text_room(out, text.len * ESCAPE_BYTES_MAX);
  for (size_t i = 0; room != NULL && i < text.len; i++) {
    if (special((unsigned char)text.data[i], true)) {
      room = special_write(room, (unsigned char)text.data[i]);
    } else {
      *room++ = text.data[i];
    }
  }
  out->len = room != NULL ? (size_t)(room - out->bytes) : out->len;
}

void sift_gen_escape_put(struct sift_gen_text *out, struct sift_span text, bool broken) {
  if (broken) {
    broken_put(out, text);
  } else {
    plain_put(out, text);
  }
}
