/* A growing text and the records that stand in it, in the order of their time. */
#ifndef SIFT_FLEETGEN_TEXT_H
#define SIFT_FLEETGEN_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

enum sift_gen_channel { SIFT_GEN_BUILD, SIFT_GEN_RUN, SIFT_GEN_PLATFORM, SIFT_GEN_CHANNELS };

/* "build", "run", "platform". */
const char *sift_gen_channel_name(enum sift_gen_channel channel);

/* One line without its newline. */
struct sift_gen_line {
  int64_t time_ns;
  uint32_t at; /* in the text */
  uint32_t len;
  uint8_t channel;
  bool broken; /* holds bytes that are not UTF-8 */
};

/* Owns both arrays. Running out of memory sets `failed`, which stays; the content is then of no use. */
struct sift_gen_text {
  char *bytes;
  size_t len, capacity;
  struct sift_gen_line *lines;
  size_t line_count, line_capacity;
  size_t line_start; /* where the open line begins */
  bool line_broken;
  bool failed;
};

void sift_gen_text_init(struct sift_gen_text *text);
void sift_gen_text_release(struct sift_gen_text *text);
void sift_gen_text_clear(struct sift_gen_text *text);

/* Slow path of sift_gen_text_room(). */
bool sift_gen_text_grow(struct sift_gen_text *text, size_t more);

/* Room for `more` bytes behind `len`, and one, so that it is a place even in an empty text; or NULL. The caller moves `len`. */
static inline char *sift_gen_text_room(struct sift_gen_text *text, size_t more) {
  if (text->capacity - text->len <= more && !sift_gen_text_grow(text, more)) {
    return NULL;
  }
  return text->bytes + text->len;
}

/* As memcpy(), without a call for the short pieces that most text is made of. */
static inline void sift_gen_text_copy(char *to, const char *from, size_t len) {
  if (len > 32) {
    memcpy(to, from, len);
  } else if (len >= 16) {
    char head[16];
    char tail[16];
    memcpy(head, from, 16);
    memcpy(tail, from + len - 16, 16);
    memcpy(to, head, 16);
    memcpy(to + len - 16, tail, 16);
  } else if (len >= 8) {
    char head[8];
    char tail[8];
    memcpy(head, from, 8);
    memcpy(tail, from + len - 8, 8);
    memcpy(to, head, 8);
    memcpy(to + len - 8, tail, 8);
  } else if (len >= 4) {
    char head[4];
    char tail[4];
    memcpy(head, from, 4);
    memcpy(tail, from + len - 4, 4);
    memcpy(to, head, 4);
    memcpy(to + len - 4, tail, 4);
  } else {
    for (size_t i = 0; i < len; i++) {
      to[i] = from[i];
    }
  }
}

static inline void sift_gen_text_put(struct sift_gen_text *text, const char *bytes, size_t len) {
  char *room = sift_gen_text_room(text, len);
  if (room != NULL) {
    sift_gen_text_copy(room, bytes, len);
    text->len += len;
  }
}

/* Decimal, with leading zeros up to `width`. */
void sift_gen_text_number(struct sift_gen_text *text, uint64_t value, unsigned width);

/* Closes the open line as a record. */
void sift_gen_text_line(struct sift_gen_text *text, enum sift_gen_channel channel, int64_t time_ns);

#ifdef __cplusplus
}
#endif
#endif
