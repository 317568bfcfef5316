/* Sends texts through lines and wrapping and keeps what comes out, for the tests of the formats. Included behind cmocka.h. */
#ifndef SIFT_TESTS_WRAPPING_SUPPORT_H
#define SIFT_TESTS_WRAPPING_SUPPORT_H

#include <stdlib.h>
#include <string.h>

#include "engine/stream_internal.h"
#include "ingest/lines.h"
#include "ingest/wrapping.h"

enum { KEPT_RECORDS_MAX = 4096, KEPT_BYTES_MAX = 1 << 20 };

struct kept_record {
  uint32_t text, stream, line;
  uint64_t offset;
  char time[80];
};

/* All batches of one shard, put together. */
struct unwrapped {
  struct sift_ruleset ruleset;
  struct sift_streams streams;
  char text[KEPT_BYTES_MAX];
  size_t len;
  struct kept_record records[KEPT_RECORDS_MAX];
  size_t count;
  unsigned reasons[SIFT_REASONS];
  uint64_t last_offset; /* of the last thing reported */
  uint64_t lines, bytes;
  enum sift_format format;
};

static inline void keep_damage(void *context, enum sift_reason reason, uint64_t offset) {
  struct unwrapped *out = context;
  out->reasons[reason]++;
  out->last_offset = offset;
}

static inline void keep_batch(struct unwrapped *out, const struct sift_batch *batch) {
  assert_true(out->len + batch->len < KEPT_BYTES_MAX);
  for (uint32_t i = 0; i < batch->record_count; i++) {
    const struct sift_record *from = &batch->records[i];
    struct kept_record *to = &out->records[out->count++];
    assert_true(out->count < KEPT_RECORDS_MAX && from->time_len < sizeof to->time);
    assert_true(from->text < batch->len);
    *to = (struct kept_record){.text = (uint32_t)out->len + from->text,
                               .stream = from->stream,
                               .line = (uint32_t)batch->line + from->line,
                               .offset = from->offset};
    memcpy(to->time, from->time_len > 0 ? from->time : "", from->time_len);
  }
  memcpy(out->text + out->len, batch->text, batch->len);
  out->len += batch->len;
  out->text[out->len] = '\0';
  out->lines += batch->lines;
  out->bytes += batch->bytes;
}

/* Chunks of about `chunk_bytes`, lines of at most `line_bytes_max`. Free with unwrapped_free(). */
static inline struct unwrapped *unwrap_sized(const char *text, size_t len, const struct sift_wrapping_config *config,
                                             uint32_t chunk_bytes, uint32_t line_bytes_max) {
  struct unwrapped *out = calloc(1, sizeof *out);
  struct sift_wrapping *wrapping = NULL;
  struct sift_lines *lines = NULL;
  assert_non_null(out);
  assert_int_equal(sift_streams_init(&out->streams, &out->ruleset), SIFT_OK);
  assert_int_equal(sift_wrapping_new(&wrapping), SIFT_OK);
  assert_int_equal(sift_lines_new(&lines, chunk_bytes, line_bytes_max), SIFT_OK);
  struct sift_wrapping_report report = {keep_damage, out};
  assert_int_equal(sift_wrapping_begin(wrapping, config, &out->streams, report), SIFT_OK);
  struct sift_chunk chunk;
  struct sift_batch batch;
  for (size_t at = 0; at <= len;) {
    if (at == len) {
      sift_lines_finish(lines);
      at++;
    } else {
      size_t room = 0;
      char *into = sift_lines_reserve(lines, &room);
      room = room < len - at ? room : len - at;
      memcpy(into, text + at, room);
      sift_lines_commit(lines, room);
      at += room;
    }
    while (sift_lines_next(lines, &chunk) == SIFT_OK) {
      assert_int_equal(sift_wrapping_unwrap(wrapping, &chunk, &batch), SIFT_OK);
      keep_batch(out, &batch);
    }
  }
  out->format = sift_wrapping_format(wrapping);
  sift_lines_free(lines);
  sift_wrapping_free(wrapping);
  assert_int_equal(out->bytes, len);
  return out;
}

static inline struct unwrapped *unwrap_as(enum sift_format format, const char *text) {
  struct sift_wrapping_config config = {.format = format, .space = sift_span_of("o/n"), .channel = sift_span_of("run")};
  return unwrap_sized(text, strlen(text), &config, SIFT_BATCH_BYTES, SIFT_LINE_BYTES_MAX);
}

static inline void unwrapped_free(struct unwrapped *unwrapped) {
  sift_streams_release(&unwrapped->streams);
  free(unwrapped);
}

static inline const char *space_of(const struct unwrapped *unwrapped, size_t record) {
  return unwrapped->streams.items[unwrapped->records[record].stream].space.data;
}

static inline const char *channel_of(const struct unwrapped *unwrapped, size_t record) {
  return unwrapped->streams.items[unwrapped->records[record].stream].channel;
}

#endif
