/* Writes msgpack straight into memory that was reserved before: one store an object, no callback.
 *
 * Every put takes where to write and returns where the next goes; the caller has reserved the room: SIFT_PACK_MAX for each
 * head or number, plus the bytes of texts. Always the shortest form, so that equal values are equal bytes. */
#ifndef SIFT_ENGINE_PACK_H
#define SIFT_ENGINE_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/span.h"

enum { SIFT_PACK_MAX = 15 }; /* the longest of them: a timestamp of 96 bits */

/* A growing block of packed bytes. Zeroed at first. */
struct sift_pack {
  char *bytes;
  size_t len, capacity;
};
void sift_pack_release(struct sift_pack *pack);

/* Room for `size` bytes behind what is there, or NULL when memory is out. Then say where the writing stopped. */
char *sift_pack_reserve(struct sift_pack *pack, size_t size);
static inline void sift_pack_commit(struct sift_pack *pack, const char *at) {
  pack->len = (size_t)(at - pack->bytes);
}

static inline char *sift_put_byte(char *at, unsigned byte) {
  *at = (char)(unsigned char)byte;
  return at + 1;
}

/* The low `count` bytes of `value`, big-endian. */
static inline char *sift_put_big(char *at, uint64_t value, unsigned count) {
  uint64_t swapped = __builtin_bswap64(value << (64 - 8 * count));
  memcpy(at, &swapped, count);
  return at + count;
}

static inline char *sift_put_nil(char *at) {
  return sift_put_byte(at, 0xC0);
}

static inline char *sift_put_bool(char *at, bool value) {
  return sift_put_byte(at, value ? 0xC3 : 0xC2);
}

static inline char *sift_put_unsigned(char *at, uint64_t value) {
  if (value < 0x80) {
    return sift_put_byte(at, (unsigned)value);
  }
  if (value <= UINT8_MAX) {
    return sift_put_big(sift_put_byte(at, 0xCC), value, 1);
  }
  if (value <= UINT16_MAX) {
    return sift_put_big(sift_put_byte(at, 0xCD), value, 2);
  }
  if (value <= UINT32_MAX) {
    return sift_put_big(sift_put_byte(at, 0xCE), value, 4);
  }
  return sift_put_big(sift_put_byte(at, 0xCF), value, 8);
}

/* Negative values go out as int 64: rare here, so the shorter forms are not worth their code. */
static inline char *sift_put_signed(char *at, int64_t value) {
  return value >= 0 ? sift_put_unsigned(at, (uint64_t)value) : sift_put_big(sift_put_byte(at, 0xD3), (uint64_t)value, 8);
}

static inline char *sift_put_array(char *at, uint32_t count) {
  if (count < 16) {
    return sift_put_byte(at, 0x90U | count);
  }
  return count <= UINT16_MAX ? sift_put_big(sift_put_byte(at, 0xDC), count, 2) : sift_put_big(sift_put_byte(at, 0xDD), count, 4);
}

static inline char *sift_put_map(char *at, uint32_t count) {
  if (count < 16) {
    return sift_put_byte(at, 0x80U | count);
  }
  return count <= UINT16_MAX ? sift_put_big(sift_put_byte(at, 0xDE), count, 2) : sift_put_big(sift_put_byte(at, 0xDF), count, 4);
}

static inline char *sift_put_bytes(char *at, struct sift_span bytes) {
  if (bytes.len > 0) {
    memcpy(at, bytes.data, bytes.len);
  }
  return at + bytes.len;
}

static inline char *sift_put_str_head(char *at, size_t len) {
  if (len < 32) {
    return sift_put_byte(at, 0xA0U | (unsigned)len);
  }
  if (len <= UINT8_MAX) {
    return sift_put_big(sift_put_byte(at, 0xD9), len, 1);
  }
  return len <= UINT16_MAX ? sift_put_big(sift_put_byte(at, 0xDA), len, 2) : sift_put_big(sift_put_byte(at, 0xDB), len, 4);
}

static inline char *sift_put_bin_head(char *at, size_t len) {
  if (len <= UINT8_MAX) {
    return sift_put_big(sift_put_byte(at, 0xC4), len, 1);
  }
  return len <= UINT16_MAX ? sift_put_big(sift_put_byte(at, 0xC5), len, 2) : sift_put_big(sift_put_byte(at, 0xC6), len, 4);
}

/* Text that is known to be UTF-8. */
static inline char *sift_put_str(char *at, struct sift_span text) {
  return sift_put_bytes(sift_put_str_head(at, text.len), text);
}

/* The head that suits the bytes: str where they are UTF-8, else bin. */
char *sift_put_text_head(char *at, struct sift_span text);
char *sift_put_text(char *at, struct sift_span text);

/* Timestamp, extension type -1, in its shortest form (msgpack's spec.md, "Timestamp extension type"). */
char *sift_put_time(char *at, int64_t time_ns);

#endif
