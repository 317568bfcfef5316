/* Sets of bytes: what a dot, a character, an escape or a class stands for, as PCRE2 has it without UTF, in the C locale. */
#include <string.h>

#include "engine/pattern.h"

static void put(uint64_t set[4], unsigned byte) {
  set[byte / 64] |= UINT64_C(1) << byte % 64;
}

static void put_range(uint64_t set[4], unsigned first, unsigned last) {
  for (unsigned byte = first; byte <= last; byte++) {
    put(set, byte);
  }
}

static void invert(uint64_t set[4]) {
  for (int i = 0; i < 4; i++) {
    set[i] = ~set[i];
  }
}

static void join(uint64_t set[4], const uint64_t more[4]) {
  for (int i = 0; i < 4; i++) {
    set[i] |= more[i];
  }
}

static void fold(uint64_t set[4]) {
  const uint64_t upper = set[1] & UINT64_C(0x07fffffe);
  const uint64_t lower = set[1] & UINT64_C(0x07fffffe) << 32;
  set[1] |= upper << 32 | lower >> 32;
}

/* \d \w \s and their opposites. */
static bool kind_of(char letter, uint64_t set[4]) {
  memset(set, 0, 4 * sizeof set[0]);
  switch (letter) {
  case 'D':
  case 'd':
    put_range(set, '0', '9');
    break;
  case 'W':
  case 'w':
    put_range(set, '0', '9');
    put_range(set, 'A', 'Z');
    put_range(set, 'a', 'z');
    put(set, '_');
    break;
  case 'S':
  case 's':
    put_range(set, '\t', '\r');
    put(set, ' ');
    break;
  default:
    return false;
  }
  if (letter < 'a') {
    invert(set);
  }
  return true;
}

static int hex(char digit) {
  const char *digits = "0123456789abcdef";
  const char *found = digit != '\0' ? strchr(digits, digit | (digit >= 'A' ? 0x20 : 0)) : NULL;
  return found != NULL ? (int)(found - digits) : -1;
}

/* The byte that an escape of a letter stands for, or -1; `*at` moves behind it. */
static int escaped_byte(struct sift_span text, size_t *at) {
  static const char letters[] = "tnrfea";
  static const char bytes[] = "\t\n\r\f\033\a";
  if (*at + 1 >= text.len) {
    return -1;
  }
  char letter = text.data[*at + 1];
  const char *found = letter != '\0' ? strchr(letters, letter) : NULL;
  if (found != NULL) {
    *at += 2;
    return bytes[found - letters];
  }
  if (letter == 'x' && *at + 3 < text.len && hex(text.data[*at + 2]) >= 0 && hex(text.data[*at + 3]) >= 0) {
    int byte = hex(text.data[*at + 2]) * 16 + hex(text.data[*at + 3]);
    *at += 4;
    return byte;
  }
  bool plain = (letter < '0' || letter > '9') && ((letter | 0x20) < 'a' || (letter | 0x20) > 'z');
  *at += 2;
  return plain ? (unsigned char)letter : -1;
}

/* One byte of a class, or -1. */
static int class_byte(struct sift_span text, size_t *at) {
  if (text.data[*at] == '\\') {
    return escaped_byte(text, at);
  }
  return (unsigned char)text.data[(*at)++];
}

/* One byte, range or \d of a class. */
static bool class_item(struct sift_span text, size_t *at, uint64_t set[4]) {
  uint64_t kind[4];
  size_t end = text.len - 1;
  if (text.data[*at] == '[' && *at + 1 < end && strchr(":.=", text.data[*at + 1]) != NULL) {
    return false;
  }
  if (text.data[*at] == '\\' && *at + 1 < end && kind_of(text.data[*at + 1], kind)) {
    *at += 2;
    join(set, kind);
    return *at + 1 >= end || text.data[*at] != '-'; /* else not every library takes it alike */
  }
  int first = class_byte(text, at);
  if (first < 0 || *at > end) {
    return false;
  }
  if (*at + 1 >= end || text.data[*at] != '-') {
    put(set, (unsigned)first);
    return true;
  }
  (*at)++;
  int last = text.data[*at] == '[' ? -1 : class_byte(text, at);
  if (last < first || *at > end) {
    return false;
  }
  put_range(set, (unsigned)first, (unsigned)last);
  return true;
}

static bool class_of(struct sift_span text, bool caseless, uint64_t set[4]) {
  if (text.len < 3 || text.data[text.len - 1] != ']') {
    return false;
  }
  bool negative = text.data[1] == '^';
  size_t at = 1 + negative;
  bool first = true;
  while (at < text.len - 1 || first) {
    if (at >= text.len - 1 || !class_item(text, &at, set)) {
      return false;
    }
    first = false;
  }
  if (caseless) {
    fold(set);
  }
  if (negative) {
    invert(set);
  }
  return true;
}

static bool one_byte(struct sift_span text, bool quoted, bool caseless, uint64_t set[4]) {
  size_t at = 0;
  int byte = quoted || text.data[0] != '\\' || text.len == 1 ? (unsigned char)text.data[at++] : escaped_byte(text, &at);
  if (byte < 0 || at != text.len) {
    return false;
  }
  put(set, (unsigned)byte);
  if (caseless) {
    fold(set);
  }
  return true;
}

bool sift_bytes_of(struct sift_span text, bool quoted, bool caseless, uint64_t out[4]) {
  bool good = text.len > 0;
  memset(out, 0, 4 * sizeof out[0]);
  if (!good) {
    return false;
  }
  if (!quoted && text.data[0] == '.') {
    put(out, '\n');
    invert(out);
  } else if (!quoted && text.data[0] == '[') {
    good = class_of(text, caseless, out);
  } else if (quoted || text.data[0] != '\\' || text.len != 2 || !kind_of(text.data[1], out)) {
    memset(out, 0, 4 * sizeof out[0]);
    good = one_byte(text, quoted, caseless, out);
  }
  return good;
}
