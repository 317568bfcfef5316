/* Property: any bytes in any format give batches within bounds, and the same text and damage whatever the sizes of chunks. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "engine/stream_internal.h"
#include "ingest/lines.h"
#include "ingest/wrapping.h"

enum { LINE_BYTES_MAX = 2000 };

struct outcome {
  XXH3_state_t *text;
  uint64_t len, records, damages, lines, bytes;
};

static void on_damage(void *context, enum sift_reason reason, uint64_t offset) {
  struct outcome *outcome = context;
  assert(reason < SIFT_REASONS);
  outcome->damages += reason * 31 + offset * 7 + 1;
}

static void on_batch(struct outcome *outcome, const struct sift_batch *batch, size_t chunk_len) {
  assert(batch->len <= 3 * chunk_len);
  outcome->len += batch->len;
  outcome->lines += batch->lines;
  outcome->bytes += batch->bytes;
  for (uint32_t i = 0; i < batch->record_count; i++) {
    const struct sift_record *record = &batch->records[i];
    uint32_t end = i + 1 < batch->record_count ? batch->records[i + 1].text : batch->len;
    assert(record->text < end && batch->text[end - 1] == '\n');
    XXH3_64bits_update(outcome->text, batch->text + record->text, end - record->text);
    XXH3_64bits_update(outcome->text, &record->offset, sizeof record->offset);
    if (record->time_len > 0) {
      XXH3_64bits_update(outcome->text, record->time, record->time_len);
    }
    outcome->records++;
  }
}

static uint64_t run(const uint8_t *data, size_t size, enum sift_format format, uint32_t chunk_bytes, struct outcome *outcome) {
  static struct sift_ruleset ruleset;
  struct sift_streams streams;
  struct sift_wrapping *wrapping = NULL;
  struct sift_lines *lines = NULL;
  struct sift_wrapping_config config = {.format = format, .space = sift_span_of("o/n")};
  struct sift_wrapping_report report = {on_damage, outcome};
  *outcome = (struct outcome){.text = XXH3_createState()};
  XXH3_64bits_reset(outcome->text);
  if (sift_streams_init(&streams, &ruleset) != SIFT_OK || sift_wrapping_new(&wrapping) != SIFT_OK ||
      sift_lines_new(&lines, chunk_bytes, LINE_BYTES_MAX) != SIFT_OK ||
      sift_wrapping_begin(wrapping, &config, &streams, report) != SIFT_OK) {
    abort();
  }
  for (size_t at = 0; at <= size; at++) {
    size_t room = 0;
    if (at < size) {
      char *into = sift_lines_reserve(lines, &room);
      room = room < size - at ? room : size - at;
      memcpy(into, data + at, room);
      sift_lines_commit(lines, room);
      at += room - 1;
    } else {
      sift_lines_finish(lines);
    }
    struct sift_chunk chunk;
    struct sift_batch batch;
    while (sift_lines_next(lines, &chunk) == SIFT_OK) {
      if (sift_wrapping_unwrap(wrapping, &chunk, &batch) != SIFT_OK) {
        abort();
      }
      on_batch(outcome, &batch, chunk.len);
    }
  }
  assert(outcome->bytes == size);
  uint64_t hash = XXH3_64bits_digest(outcome->text);
  XXH3_freeState(outcome->text);
  sift_lines_free(lines);
  sift_wrapping_free(wrapping);
  sift_streams_release(&streams);
  return hash;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0) {
    return 0;
  }
  enum sift_format format = (enum sift_format)(data[0] % 4);
  struct outcome large;
  struct outcome small;
  uint64_t large_hash = run(data + 1, size - 1, format, 1 << 18, &large);
  if (format == SIFT_FORMAT_AUTO) {
    return 0; /* told by the first chunk, so by its size */
  }
  uint64_t small_hash = run(data + 1, size - 1, format, 100, &small);
  assert(large.damages == small.damages && large.records == small.records && large.lines == small.lines);
  assert(format == SIFT_FORMAT_RAW ? large.len == small.len : large_hash == small_hash);
  return 0;
}
