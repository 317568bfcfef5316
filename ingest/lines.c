#include "ingest/lines.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/batch.h"

struct sift_lines {
  char *buffer;
  size_t capacity;     /* of the buffer, SIFT_PADDING aside */
  size_t capacity_max; /* a longest line and its newline: so no line of a chunk can be longer */
  size_t line_bytes_max;
  size_t chunk_bytes;
  size_t target;     /* a chunk goes when so much is at hand: chunk_bytes, more while a line is longer */
  size_t begin, end; /* buffer[begin..end) is not handed out */
  uint64_t offset;   /* of buffer[begin] in the input */
  uint64_t line;     /* newlines before buffer[begin] in the input */
  bool continues;    /* buffer[begin] continues a line that was cut */
  bool finished, flush;
};

enum sift_status sift_lines_new(struct sift_lines **out, uint32_t chunk_bytes, uint32_t line_bytes_max) {
  assert(chunk_bytes > 0 && line_bytes_max > 0);
  struct sift_lines *lines = malloc(sizeof *lines);
  *out = NULL;
  if (lines == NULL) {
    return SIFT_ENOMEM;
  }
  size_t capacity_max = (size_t)line_bytes_max + 1;
  size_t capacity = chunk_bytes < capacity_max ? chunk_bytes : capacity_max;
  char *buffer = malloc(capacity + SIFT_PADDING);
  if (buffer == NULL) {
    free(lines);
    return SIFT_ENOMEM;
  }
  memset(buffer + capacity, 0, SIFT_PADDING);
  *lines = (struct sift_lines){.buffer = buffer,
                               .capacity = capacity,
                               .capacity_max = capacity_max,
                               .line_bytes_max = line_bytes_max,
                               .chunk_bytes = capacity,
                               .target = capacity};
  *out = lines;
  return SIFT_OK;
}

void sift_lines_free(struct sift_lines *lines) {
  if (lines != NULL) {
    free(lines->buffer);
    free(lines);
  }
}

void sift_lines_reset(struct sift_lines *lines) {
  lines->target = lines->chunk_bytes;
  lines->begin = 0;
  lines->end = 0;
  lines->offset = 0;
  lines->line = 0;
  lines->continues = false;
  lines->finished = false;
  lines->flush = false;
}

void sift_lines_resize(struct sift_lines *lines, uint32_t chunk_bytes) {
  assert(chunk_bytes > 0);
  lines->chunk_bytes = chunk_bytes < lines->capacity_max ? chunk_bytes : lines->capacity_max;
  lines->target = lines->chunk_bytes;
}

/* Sees to it that more fits than is at hand. */
static bool make_room(struct sift_lines *lines) {
  while (lines->target <= lines->end && lines->target < lines->capacity_max) {
    lines->target = lines->target * 2 < lines->capacity_max ? lines->target * 2 : lines->capacity_max;
  }
  assert(lines->end < lines->target);
  if (lines->target <= lines->capacity) {
    return true;
  }
  char *buffer = realloc(lines->buffer, lines->target + SIFT_PADDING);
  if (buffer == NULL) {
    return false;
  }
  memset(buffer + lines->target, 0, SIFT_PADDING);
  lines->buffer = buffer;
  lines->capacity = lines->target;
  return true;
}

char *sift_lines_reserve(struct sift_lines *lines, size_t *room) {
  assert(!lines->finished);
  if (lines->begin > 0) {
    memmove(lines->buffer, lines->buffer + lines->begin, lines->end - lines->begin);
    lines->end -= lines->begin;
    lines->begin = 0;
  }
  *room = 0;
  if (!make_room(lines)) {
    return NULL;
  }
  *room = lines->target - lines->end;
  return lines->buffer + lines->end;
}

void sift_lines_commit(struct sift_lines *lines, size_t filled) {
  assert(filled <= lines->target - lines->end);
  lines->end += filled;
}

void sift_lines_finish(struct sift_lines *lines) {
  lines->finished = true;
}

void sift_lines_flush(struct sift_lines *lines) {
  lines->flush = true;
}

/* How much of what is at hand may go now; *cut where it ends within a line. */
static size_t sendable(struct sift_lines *lines, bool *cut) {
  const char *text = lines->buffer + lines->begin;
  size_t len = lines->end - lines->begin;
  bool full = lines->begin == 0 && lines->end >= lines->target;
  *cut = false;
  if (len == 0 || !(full || lines->finished || lines->flush)) {
    return 0;
  }
  const char *newline = memrchr(text, '\n', len);
  if (newline != NULL) {
    return (size_t)(newline - text) + 1;
  }
  *cut = len > lines->line_bytes_max;
  if (*cut) {
    return lines->line_bytes_max;
  }
  return lines->finished ? len : 0;
}

enum sift_status sift_lines_next(struct sift_lines *lines, struct sift_chunk *out) {
  bool cut = false;
  size_t len = sendable(lines, &cut);
  if (len == 0) {
    lines->flush = false;
    return SIFT_END;
  }
  char *text = lines->buffer + lines->begin;
  *out = (struct sift_chunk){.text = text,
                             .len = (uint32_t)len,
                             .offset = lines->offset,
                             .line = lines->line,
                             .survey = sift_survey(text, len),
                             .continues = lines->continues,
                             .cut = cut};
  lines->begin += len;
  lines->offset += len;
  lines->line += out->survey.newlines;
  lines->continues = cut;
  lines->target = lines->chunk_bytes;
  lines->flush = false;
  return SIFT_OK;
}
