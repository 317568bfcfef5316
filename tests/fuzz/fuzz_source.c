/* Property: any bytes, taken for a file of any kind, come out the same however they are read, unless they are damaged: both
 * decoders tell damage a little differently as their input comes in pieces (libzstd 1.5.4 takes empty blocks within a frame only
 * at one go). Never is more used than there is, and damage always has a reason. What one source left of itself for the next, be
 * it at its end, at damage or in the midst, changes nothing of what the next gives. */
#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ingest/source.h"

enum { OUT_BYTES_MAX = 1 << 20 };

struct outcome {
  size_t len;
  enum sift_status status;
  enum sift_reason reason;
};

static struct outcome drain(const uint8_t *data, size_t size, size_t step, size_t room, struct sift_source_spares *spares,
                            char *out) {
  struct sift_source *memory = NULL;
  struct sift_source *source = NULL;
  struct sift_source_limits limits = {.window_log_max = 20, .spares = spares};
  struct outcome end = {0, SIFT_OK, SIFT_REASONS};
  if (sift_source_memory(&memory, (const char *)data, size, step) != SIFT_OK) {
    abort();
  }
  end.status = sift_source_detect(&source, memory, &limits, &end.reason);
  if (end.status != SIFT_OK) {
    return end;
  }
  size_t got = 0;
  while (end.len + room <= OUT_BYTES_MAX && (end.status = sift_source_read(source, out + end.len, room, &got)) == SIFT_OK) {
    end.len += got;
  }
  end.reason = source->reason;
  assert(source->consumed <= size);
  assert(end.status >= 0 || end.reason < SIFT_REASONS);
  sift_source_free(source);
  return end;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static char at_once[OUT_BYTES_MAX];
  static char again[OUT_BYTES_MAX];
  static char in_steps[OUT_BYTES_MAX];
  struct sift_source_spares spares = {0};
  struct outcome one = drain(data, size, 0, 1 << 16, NULL, at_once);
  (void)drain(data, size - size / 3, 0, 1 + size % 1000, &spares, again); /* cut short: mostly damaged */
  struct outcome same = drain(data, size, 0, 1 << 16, &spares, again);
  struct outcome other = drain(data, size, 1 + size % 13, 1 + size % 1000, &spares, in_steps);
  sift_source_spares_release(&spares);
  assert(same.status == one.status && same.reason == one.reason && same.len == one.len);
  assert(memcmp(at_once, again, one.len) == 0);
  if (one.status < 0 || other.status < 0) {
    return 0;
  }
  bool whole = one.status != SIFT_OK && other.status != SIFT_OK; /* neither stopped at the bound of this test */
  assert(!whole || (one.reason == other.reason && one.len == other.len));
  assert(memcmp(at_once, in_steps, one.len < other.len ? one.len : other.len) == 0);
  return 0;
}
