#include "ingest/json_text.h"

#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { REPLACEMENT = 0xfffd };

/* Copies up to the next backslash; both move on. With SSE2 it may write up to 15 bytes more than it tells of. */
static void copy_plain(const char **in, const char *end, char **out) {
  const char *at = *in;
  char *to = *out;
#ifdef __SSE2__
  for (; end - at >= 16; at += 16, to += 16) {
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
    unsigned mask = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
    if (mask != 0) {
      unsigned plain = (unsigned)__builtin_ctz(mask);
      memmove(to, at, plain);
      *in = at + plain;
      *out = to + plain;
      return;
    }
    _mm_storeu_si128((__m128i *)(void *)to, bytes);
  }
#endif
  while (at < end && *at != '\\') {
    *to++ = *at++;
  }
  *in = at;
  *out = to;
}

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  char lower = (char)(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* Four hexadecimal digits, or -1. */
static int32_t hex_unit(const char *at, const char *end) {
  if (end - at < 4) {
    return -1;
  }
  int32_t unit = 0;
  for (int i = 0; i < 4; i++) {
    int digit = hex_digit(at[i]);
    if (digit < 0) {
      return -1;
    }
    unit = unit * 16 + digit;
  }
  return unit;
}

static char *put_utf8(char *out, int32_t point) {
  if (point < 0x80) {
    *out++ = (char)point;
  } else if (point < 0x800) {
    *out++ = (char)(0xc0 | (point >> 6));
    *out++ = (char)(0x80 | (point & 0x3f));
  } else if (point < 0x10000) {
    *out++ = (char)(0xe0 | (point >> 12));
    *out++ = (char)(0x80 | ((point >> 6) & 0x3f));
    *out++ = (char)(0x80 | (point & 0x3f));
  } else {
    *out++ = (char)(0xf0 | (point >> 18));
    *out++ = (char)(0x80 | ((point >> 12) & 0x3f));
    *out++ = (char)(0x80 | ((point >> 6) & 0x3f));
    *out++ = (char)(0x80 | (point & 0x3f));
  }
  return out;
}

/* Behind "\u": one code point out of one or two units. NULL when the digits are wrong. */
static const char *read_unicode(const char *at, const char *end, int32_t *point) {
  *point = hex_unit(at, end);
  if (*point < 0) {
    return NULL;
  }
  at += 4;
  if (*point < 0xd800 || *point > 0xdfff) {
    return at;
  }
  int32_t low = *point < 0xdc00 && end - at >= 6 && at[0] == '\\' && at[1] == 'u' ? hex_unit(at + 2, end) : -1;
  if (low < 0xdc00 || low > 0xdfff) {
    *point = REPLACEMENT;
    return at;
  }
  *point = 0x10000 + ((*point - 0xd800) << 10) + (low - 0xdc00);
  return at + 6;
}

/* The byte that a one-letter escape stands for, or -1. */
static int short_escape(char c) {
  switch (c) {
  case 'n':
    return '\n';
  case '"':
  case '\\':
  case '/':
    return c;
  case 't':
    return '\t';
  case 'r':
    return '\r';
  case 'b':
    return '\b';
  case 'f':
    return '\f';
  default:
    return -1;
  }
}

bool sift_json_unescape(struct sift_span raw, char *out, size_t *len) {
  const char *in = raw.data;
  const char *end = raw.data + raw.len;
  char *to = out;
  *len = 0;
  for (copy_plain(&in, end, &to); in < end; copy_plain(&in, end, &to)) {
    if (end - in < 2) {
      return false;
    }
    int byte = short_escape(in[1]);
    if (byte >= 0) {
      *to++ = (char)byte;
      in += 2;
      continue;
    }
    int32_t point = 0;
    in = in[1] == 'u' ? read_unicode(in + 2, end, &point) : NULL;
    if (in == NULL) {
      return false;
    }
    to = put_utf8(to, point);
  }
  *len = (size_t)(to - out);
  return true;
}

static bool continues(const char *at, const char *end, unsigned char low, unsigned char high) {
  return at < end && (unsigned char)*at >= low && (unsigned char)*at <= high;
}

/* Length of the longest well-formed beginning of a character at `at`; *whole when that is all of it. Table 3-7 of Unicode. */
static size_t utf8_part(const char *at, const char *end, bool *whole) {
  unsigned char lead = (unsigned char)*at;
  *whole = lead < 0x80;
  if (lead < 0xc2 || lead > 0xf4) {
    return 1;
  }
  size_t size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  unsigned char low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  unsigned char high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  size_t len = 1;
  while (len < size && continues(at + len, end, low, high)) {
    len++;
    low = 0x80;
    high = 0xbf;
  }
  *whole = len == size;
  return len;
}

size_t sift_utf8_repair(struct sift_span text, char *out) {
  const char *end = text.data + text.len;
  char *to = out;
  for (const char *at = text.data; at < end;) {
    bool whole = false;
    size_t len = utf8_part(at, end, &whole);
    if (whole) {
      memcpy(to, at, len);
      to += len;
    } else {
      to = put_utf8(to, REPLACEMENT);
    }
    at += len;
  }
  return (size_t)(to - out);
}

static size_t skip_digits(struct sift_span token, size_t at) {
  while (at < token.len && token.data[at] >= '0' && token.data[at] <= '9') {
    at++;
  }
  return at;
}

static bool number_valid(struct sift_span token) {
  size_t start = token.len > 0 && token.data[0] == '-';
  size_t at = skip_digits(token, start);
  if (at == start || (at > start + 1 && token.data[start] == '0')) {
    return false;
  }
  if (at < token.len && token.data[at] == '.') {
    size_t fraction = at + 1;
    at = skip_digits(token, fraction);
    if (at == fraction) {
      return false;
    }
  }
  if (at < token.len && (token.data[at] == 'e' || token.data[at] == 'E')) {
    at++;
    at += at < token.len && (token.data[at] == '+' || token.data[at] == '-');
    size_t exponent = at;
    at = skip_digits(token, exponent);
    if (at == exponent) {
      return false;
    }
  }
  return at == token.len;
}

bool sift_json_scalar_valid(struct sift_span token) {
  return sift_span_equal(token, sift_span_of("true")) || sift_span_equal(token, sift_span_of("false")) ||
         sift_span_equal(token, sift_span_of("null")) || number_valid(token);
}
