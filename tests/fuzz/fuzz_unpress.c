/* Property: any bytes, taken for a stream of any format, decode to the same text however they are cut, unless they are damaged
 * (libzstd tells damage a little differently as its input comes in pieces). A body never gets longer than its limit. */
#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/batch.h"
#include "ingest/serve/unpress.h"

enum { OUT_BYTES_MAX = 1 << 20, WINDOW_LOG_MAX = 20, BODY_BYTES_MAX = 100 * 1000 };

struct outcome {
  size_t len;
  enum sift_status status;
  enum sift_reason reason;
  bool whole, full;
};

static struct outcome drain(struct sift_unpress *unpress, enum sift_unpress_format format, const uint8_t *data, size_t size,
                            size_t step, size_t room, char *out) {
  struct outcome end = {.reason = SIFT_REASONS};
  if (sift_unpress_begin(unpress, format, WINDOW_LOG_MAX) != SIFT_OK) {
    abort();
  }
  for (size_t at = 0; at < size && end.status == SIFT_OK && !end.full; at += step) {
    size_t len = size - at < step ? size - at : step;
    char *piece = malloc(len + SIFT_PADDING); /* alone, so that a look beyond its padding is found */
    memcpy(piece, data + at, len);
    memset(piece + len, 0, SIFT_PADDING);
    struct sift_span in = sift_span(piece, len);
    size_t got = 0;
    do {
      end.status = sift_unpress_feed(unpress, &in, out + end.len, room, &got, &end.reason);
      assert(got <= room && (end.status == SIFT_OK) == (end.reason == SIFT_REASONS));
      end.len += got;
      end.full = end.len + room > OUT_BYTES_MAX;
    } while (end.status == SIFT_OK && got == room && !end.full);
    assert(end.status != SIFT_OK || end.full || in.len == 0);
    free(piece);
  }
  end.whole = sift_unpress_whole(unpress);
  return end;
}

static void check_body(struct sift_unpress *unpress, const uint8_t *data, size_t size) {
  struct sift_bytes bytes = {0};
  size_t len = 0;
  enum sift_reason reason = SIFT_REASONS;
  char *body = malloc(size + SIFT_PADDING);
  memcpy(body, data, size);
  memset(body + size, 0, SIFT_PADDING);
  enum sift_status status =
      sift_unpress_body(unpress, sift_span(body, size), WINDOW_LOG_MAX, BODY_BYTES_MAX, &bytes, &len, &reason);
  assert((status == SIFT_OK) == (reason == SIFT_REASONS) && bytes.capacity <= 3 * BODY_BYTES_MAX);
  assert(status != SIFT_OK || len <= BODY_BYTES_MAX);
  sift_bytes_release(&bytes);
  free(body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static char one[OUT_BYTES_MAX];
  static char two[OUT_BYTES_MAX];
  struct sift_unpress *unpress = NULL;
  if (size < 2 || sift_unpress_new(&unpress) != SIFT_OK) {
    return 0;
  }
  size_t step = 1 + data[0] % 64;
  size_t room = 1 + (size_t)data[1] * 16;
  for (int format = SIFT_UNPRESS_ZSTD; format <= SIFT_UNPRESS_ZLIB; format++) {
    struct outcome whole = drain(unpress, (enum sift_unpress_format)format, data + 2, size - 2, size, 65536, one);
    struct outcome pieces = drain(unpress, (enum sift_unpress_format)format, data + 2, size - 2, step, room, two);
    if (whole.status == SIFT_OK && pieces.status == SIFT_OK && !whole.full && !pieces.full) {
      assert(whole.len == pieces.len && whole.whole == pieces.whole && memcmp(one, two, whole.len) == 0);
    }
  }
  check_body(unpress, data + 2, size - 2);
  sift_unpress_free(unpress);
  return 0;
}
