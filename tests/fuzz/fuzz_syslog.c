/* Property: whatever a peer sends to a `syslog` listener, what the sink is told and what is counted is the same however the
 * bytes are cut, and no more is left over than a message may be long; every span of a message lies within its frame. Streams
 * that are compressed as a whole and damaged are left out: libzstd tells damage a little differently as it comes in pieces. */
#include <assert.h>

#include "ingest/serve/syslog_message.h"
#include "tests/support/live.h"

enum { MESSAGE_BYTES_MAX = 100 };

static struct sift_origin *origin_of(const char *space, const char *text) {
  struct sift_origin *origin = NULL;
  char error[200];
  if (sift_origin_new(&origin, SIFT_PROTOCOL_SYSLOG, space, NULL, NULL, text, error, sizeof error) != SIFT_OK) {
    abort();
  }
  return origin;
}

static void run(struct live *live, const struct sift_origin *origin, struct sift_span bytes, size_t step) {
  size_t left = 0;
  live_init(live, origin);
  live->config.limits.line_bytes_max = MESSAGE_BYTES_MAX;
  live->scratch.now_ns = INT64_C(1718409600) * 1000000000;
  live_run(live, sift_syslog_protocol_new, bytes, step, &left);
  assert(left <= MESSAGE_BYTES_MAX + 64);
}

static bool torn(struct sift_span bytes, const struct live *live) {
  bool undecided = false;
  return live->damages > 0 && sift_unpress_detect(bytes, true, &undecided) != SIFT_UNPRESS_NONE;
}

static void within(struct sift_span part, struct sift_span frame) {
  assert(part.len == 0 || (part.data >= frame.data && part.data + part.len <= frame.data + frame.len));
}

/* The frame stands alone in its memory, without padding. */
static void check_message(const char *bytes, size_t len) {
  char *out = malloc(len + 1);
  char *tight = malloc(len > 0 ? len : 1);
  memcpy(tight, bytes, len);
  struct sift_span frame = sift_span(tight, len);
  struct sift_syslog_message message;
  sift_syslog_message_read(frame, INT64_C(1718409600) * 1000000000, &message);
  const struct sift_span parts[] = {message.host, message.app, message.procid, message.msgid, message.data, message.text};
  for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
    within(parts[i], frame);
  }
  assert(message.text.data != NULL && message.facility < 24 && message.severity < 8);
  struct sift_span value = sift_syslog_parameter(message.data, sift_span_of("a"), sift_span_of("b"));
  within(value, frame);
  assert(sift_syslog_unescape(value, out) <= value.len);
  free(tight);
  free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct sift_origin *origins[2];
  if (origins[0] == NULL) {
    origins[0] = origin_of(NULL, NULL);
    origins[1] = origin_of("{host}/{sd.a.b}|{procid}", "{severity} {facility}: {sd.a@1.b}{message}");
  }
  if (size == 0) {
    return 0;
  }
  struct live whole;
  struct live pieces;
  struct sift_span bytes = sift_span((const char *)data + 1, size - 1);
  run(&whole, origins[data[0] % 2], bytes, 0);
  run(&pieces, origins[data[0] % 2], bytes, 1 + data[0] % 61);
  if (!torn(bytes, &whole) && !torn(bytes, &pieces)) {
    assert(whole.status == pieces.status && whole.len == pieces.len && memcmp(whole.log, pieces.log, whole.len) == 0);
    assert(memcmp(whole.damage, pieces.damage, sizeof whole.damage) == 0);
  }
  live_release(&whole);
  live_release(&pieces);
  check_message(bytes.data, bytes.len);
  return 0;
}
