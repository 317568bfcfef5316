/* Property: whatever a peer sends to a `lines` listener, what the sink is told is the same however the bytes are cut, and no
 * more is left over than a line may be long. Damaged compressed streams are left out: libzstd tells their damage a little
 * differently as they come in pieces. */
#include <assert.h>

#include "tests/support/live.h"

enum { LINE_BYTES_MAX = 100, LOG_BYTES_MAX = 1 << 20 };

static struct sift_origin *origin_of(const char *space, const char *text) {
  struct sift_origin *origin = NULL;
  char error[200];
  if (sift_origin_new(&origin, SIFT_PROTOCOL_LINES, space, NULL, NULL, text, error, sizeof error) != SIFT_OK) {
    abort();
  }
  return origin;
}

static void run(struct live *live, const struct sift_origin *origin, struct sift_span bytes, size_t step) {
  size_t left = 0;
  live_init(live, origin);
  live->config.limits.line_bytes_max = LINE_BYTES_MAX;
  live->config.limits.window_log_max = 20;
  live_run(live, sift_lines_protocol_new, bytes, step, &left);
  assert(left <= LINE_BYTES_MAX + 64);
}

static bool torn(const struct live *live) {
  return live->damage[SIFT_REASON_CORRUPT] + live->damage[SIFT_REASON_TRAILING_BYTES] + live->damage[SIFT_REASON_WINDOW_LIMIT] +
             live->damage[SIFT_REASON_DICTIONARY] + live->damage[SIFT_REASON_TRUNCATED] >
         0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct sift_origin *origins[2];
  if (origins[0] == NULL) {
    origins[0] = origin_of(NULL, NULL);
    origins[1] = origin_of("{peer}/{a.b}|{a}", "{log}-{log}|{x}");
  }
  if (size == 0) {
    return 0;
  }
  struct live whole;
  struct live pieces;
  struct sift_span bytes = sift_span((const char *)data + 1, size - 1);
  run(&whole, origins[data[0] % 2], bytes, 0);
  run(&pieces, origins[data[0] % 2], bytes, 1 + data[0] % 61);
  if (!torn(&whole) && !torn(&pieces)) {
    assert(whole.status == pieces.status && whole.len == pieces.len && memcmp(whole.log, pieces.log, whole.len) == 0);
    assert(memcmp(whole.damage, pieces.damage, sizeof whole.damage) == 0);
  }
  live_release(&whole);
  live_release(&pieces);
  return 0;
}
