#include "tools/fleetgen/text.h"

#include <assert.h>
#include <stdlib.h>

enum { TEXT_BYTES_FIRST = 8 * 1024, LINES_FIRST = 128 };

const char *sift_gen_channel_name(enum sift_gen_channel channel) {
  static const char *const names[SIFT_GEN_CHANNELS] = {"build", "run", "platform"};
  assert(channel < SIFT_GEN_CHANNELS);
  return names[channel];
}

void sift_gen_text_init(struct sift_gen_text *text) {
  *text = (struct sift_gen_text){0};
}

void sift_gen_text_release(struct sift_gen_text *text) {
  free(text->bytes);
  free(text->lines);
  sift_gen_text_init(text);
}

void sift_gen_text_clear(struct sift_gen_text *text) {
  text->len = 0;
  text->line_count = 0;
  text->line_start = 0;
  text->line_broken = false;
}

bool sift_gen_text_grow(struct sift_gen_text *text, size_t more) {
  size_t capacity = text->capacity > 0 ? text->capacity : TEXT_BYTES_FIRST;
  while (capacity - text->len <= more) {
    capacity *= 2;
  }
  char *bytes = capacity <= UINT32_MAX ? realloc(text->bytes, capacity) : NULL;
  if (bytes == NULL) {
    text->failed = true;
    return false;
  }
  text->bytes = bytes;
  text->capacity = capacity;
  return true;
}

static unsigned digits_count(uint64_t value) {
  unsigned count = 1;
  for (; value >= 10; value /= 10) {
    count++;
  }
  return count;
}

void sift_gen_text_number(struct sift_gen_text *text, uint64_t value, unsigned width) {
  unsigned count = digits_count(value);
  count = count < width ? width : count;
  char *room = sift_gen_text_room(text, count);
  if (room == NULL) {
    return;
  }
  for (unsigned i = count; i > 0; i--, value /= 10) {
    room[i - 1] = (char)('0' + value % 10);
  }
  text->len += count;
}

void sift_gen_text_line(struct sift_gen_text *text, enum sift_gen_channel channel, int64_t time_ns) {
  if (text->line_count == text->line_capacity) {
    size_t capacity = text->line_capacity > 0 ? text->line_capacity * 2 : LINES_FIRST;
    struct sift_gen_line *lines = realloc(text->lines, capacity * sizeof(*lines));
    if (lines == NULL) {
      text->failed = true;
      return;
    }
    text->lines = lines;
    text->line_capacity = capacity;
  }
  text->lines[text->line_count++] = (struct sift_gen_line){.time_ns = time_ns,
                                                           .at = (uint32_t)text->line_start,
                                                           .len = (uint32_t)(text->len - text->line_start),
                                                           .channel = (uint8_t)channel,
                                                           .broken = text->line_broken};
  text->line_start = text->len;
  text->line_broken = false;
}
