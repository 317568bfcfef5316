/* For tests: presses text as peers do. Results are malloc'd, SIFT_PADDING readable bytes behind. */
#ifndef SIFT_TEST_PRESS_H
#define SIFT_TEST_PRESS_H

#include <isa-l/igzip_lib.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "engine/batch.h"
#include "engine/span.h"

static inline char *press_room(size_t size) {
  char *room = calloc(1, size + SIFT_PADDING);
  if (room == NULL) {
    abort();
  }
  return room;
}

static inline struct sift_span press_deflate(struct sift_span text, uint16_t flag) {
  struct isal_zstream *stream = calloc(1, sizeof *stream);
  size_t size = text.len + text.len / 2 + 1024;
  char *out = press_room(size);
  uint8_t *level = malloc(ISAL_DEF_LVL1_DEFAULT);
  if (stream == NULL || level == NULL) {
    abort();
  }
  isal_deflate_init(stream);
  stream->gzip_flag = flag;
  stream->level = 1;
  stream->level_buf = level;
  stream->level_buf_size = ISAL_DEF_LVL1_DEFAULT;
  stream->end_of_stream = 1;
  stream->next_in = (uint8_t *)(uintptr_t)text.data;
  stream->avail_in = (uint32_t)text.len;
  stream->next_out = (uint8_t *)out;
  stream->avail_out = (uint32_t)size;
  if (isal_deflate(stream) != COMP_OK || stream->avail_in > 0) {
    abort();
  }
  struct sift_span pressed = sift_span(out, size - stream->avail_out);
  free(level);
  free(stream);
  return pressed;
}

static inline struct sift_span press_gzip(struct sift_span text) {
  return press_deflate(text, IGZIP_GZIP);
}

static inline struct sift_span press_zlib(struct sift_span text) {
  return press_deflate(text, IGZIP_ZLIB);
}

static inline struct sift_span press_zstd(struct sift_span text) {
  size_t size = ZSTD_compressBound(text.len);
  char *out = press_room(size);
  ZSTD_CCtx *context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  size_t len = ZSTD_compress2(context, out, size, text.data, text.len);
  ZSTD_freeCCtx(context);
  if (ZSTD_isError(len)) {
    abort();
  }
  return sift_span(out, len);
}

/* Joins and frees. */
static inline struct sift_span press_join(struct sift_span a, struct sift_span b) {
  char *out = press_room(a.len + b.len);
  memcpy(out, a.data, a.len);
  memcpy(out + a.len, b.data, b.len);
  free((char *)(uintptr_t)a.data);
  free((char *)(uintptr_t)b.data);
  return sift_span(out, a.len + b.len);
}

static inline void press_free(struct sift_span pressed) {
  free((char *)(uintptr_t)pressed.data);
}

static inline struct sift_span press_copy(const char *bytes, size_t len) {
  char *out = press_room(len);
  memcpy(out, bytes, len);
  return sift_span(out, len);
}

#endif
