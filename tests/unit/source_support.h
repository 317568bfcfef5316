/* Reading sources to their end, for the tests of the kinds of source. Included behind cmocka.h. */
#ifndef SIFT_TESTS_SOURCE_SUPPORT_H
#define SIFT_TESTS_SOURCE_SUPPORT_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "ingest/source.h"

enum { DRAIN_BYTES_MAX = 1 << 22 };

/* What came out of a source, and how it ended. */
struct drained {
  char *bytes;
  size_t len;
  enum sift_status status;
  enum sift_reason reason;
  uint64_t consumed;
  char kind[16];
};

static inline void drained_free(struct drained *drained) {
  free(drained->bytes);
}

/* Reads to the end in pieces of `room`. */
static inline struct drained drain_source(struct sift_source *source, size_t room) {
  struct drained out = {.bytes = malloc(DRAIN_BYTES_MAX)};
  strncpy(out.kind, source->ops->name, sizeof out.kind - 1);
  assert_non_null(out.bytes);
  size_t got = 0;
  while (out.len + room <= DRAIN_BYTES_MAX && (out.status = sift_source_read(source, out.bytes + out.len, room, &got)) == SIFT_OK) {
    out.len += got;
  }
  out.reason = source->reason;
  out.consumed = source->consumed;
  return out;
}

/* Detects what `bytes` are, handed out `step` at a time. */
static inline struct drained drain(const char *bytes, size_t len, size_t step, size_t room) {
  struct sift_source *memory = NULL;
  struct sift_source *source = NULL;
  enum sift_reason reason = SIFT_REASONS;
  assert_int_equal(sift_source_memory(&memory, bytes, len, step), SIFT_OK);
  enum sift_status status = sift_source_detect(&source, memory, NULL, &reason);
  if (status != SIFT_OK) {
    assert_null(source);
    return (struct drained){.status = status, .reason = reason};
  }
  struct drained out = drain_source(source, room);
  sift_source_free(source);
  return out;
}

static const struct { size_t step, room; } drain_ways[] = {{0, 1 << 16}, {1, 7}, {3, 1 << 16}, {0, 1}, {1000, 333}};

/* The same result however the bytes come and go. */
static inline void expect_drain(const char *bytes, size_t len, const char *want, size_t want_len, enum sift_status status,
                                enum sift_reason reason) {
  for (size_t i = 0; i < sizeof drain_ways / sizeof drain_ways[0]; i++) {
    struct drained out = drain(bytes, len, drain_ways[i].step, drain_ways[i].room);
    assert_int_equal(out.status, status);
    assert_int_equal(out.reason, reason);
    assert_int_equal(out.len, want_len);
    if (want_len > 0) {
      assert_memory_equal(out.bytes, want, want_len);
    }
    if (status == SIFT_END && reason == SIFT_REASONS) {
      assert_int_equal(out.consumed, len);
    }
    drained_free(&out);
  }
}

#endif
