/* Makes Spaces, fleets and states for the tests of engine/state_*.c and engine/space.c. Included after cmocka.h. */
#ifndef TESTS_UNIT_STATE_SUPPORT_H
#define TESTS_UNIT_STATE_SUPPORT_H

#include <stdio.h>
#include <stdlib.h>
#include <zstd.h>

#include "engine/pack.h"
#include "engine/state.h"

static const char *const support_rules[] = {"alpha", "beta", "delta", "gamma"};
static const char *const support_classes[] = {"network", "oom"};
static const struct sift_state_header support_header = {
    .ruleset_name = "spaces",
    .ruleset_version = "1",
    .ruleset_hash = "0123456789abcdef0123456789abcdef",
    .rules = support_rules,
    .rule_count = 4,
    .classes = support_classes,
    .class_count = 2,
};

/* xorshift64: the same numbers on every machine. */
static inline uint64_t support_random(uint64_t *seed) {
  *seed ^= *seed << 13;
  *seed ^= *seed >> 7;
  *seed ^= *seed << 17;
  return *seed;
}

static inline struct sift_observation support_hit(uint32_t rule, int64_t time_ns, const char *source, uint64_t offset,
                                                  const char *text) {
  struct sift_observation seen = {.rule = rule, .count = 1, .text = sift_span_of(text), .line = offset / 10 + 1};
  seen.first = (struct sift_instant){time_ns, offset, source};
  seen.last = seen.first;
  return seen;
}

/* A random hit with few distinct values, so that ties and equal keys happen; texts and fields are static. */
static inline struct sift_observation support_random_hit(uint64_t *seed) {
  static const char *const texts[] = {"", "short", "a longer line of text, which says more", "\xC3\xA9t\xC3\xA9", "bad \xFF byte"};
  static const char *const sources[] = {"a.log", "b.log", "c\xFF.log"};
  static struct sift_span fields[5][2];
  uint64_t word = support_random(seed);
  unsigned text = (unsigned)(word % 5);
  fields[text][0] = sift_span_of(texts[(text + 1) % 5]);
  fields[text][1] = sift_span_of(texts[(text + 3) % 5]);
  int64_t time_ns = word >> 8 & 7 ? INT64_C(1760000000000000000) + (int64_t)(word >> 16 & 3) * 1500000 : SIFT_TIME_NONE;
  struct sift_observation seen =
      support_hit((uint32_t)(word >> 20 & 3), time_ns, sources[(word >> 24) % 3], word >> 28 & 3, texts[text]);
  seen.demoted = (word >> 32 & 1) != 0;
  seen.count = 1 + (word >> 33 & 1);
  seen.line = word >> 34 & 1;
  seen.fields = fields[text];
  seen.field_count = (uint32_t)(word >> 35 & 1) * 2;
  return seen;
}

static inline void support_write_space(struct sift_state_writer *writer, struct sift_space *space) {
  sift_space_sort(space);
  assert_int_equal(sift_state_write(writer, space), SIFT_OK);
}

/* A state of sorted Spaces and a fleet (NULL: an empty one). */
static inline struct sift_state_buffer support_state(struct sift_space *spaces, size_t count, const struct sift_fleet *fleet) {
  struct sift_state_buffer buffer = {0};
  struct sift_state_writer *writer = NULL;
  struct sift_fleet none;
  assert_int_equal(sift_fleet_init(&none), SIFT_OK);
  assert_int_equal(sift_state_writer_new(&writer, sift_state_buffer_output(&buffer), &support_header), SIFT_OK);
  for (size_t i = 0; i < count; i++) {
    support_write_space(writer, &spaces[i]);
  }
  assert_int_equal(sift_state_finish(writer, fleet != NULL ? fleet : &none), SIFT_OK);
  sift_state_writer_free(writer);
  sift_fleet_release(&none);
  return buffer;
}

/* A state holds one Space: the canonical bytes of a tally, to compare. */
static inline struct sift_state_buffer support_encode(const struct sift_space *space) {
  struct sift_space copy = *space;
  return support_state(&copy, 1, NULL);
}

static inline void support_assert_same(const struct sift_state_buffer *a, const struct sift_state_buffer *b) {
  assert_int_equal(a->size, b->size);
  assert_memory_equal(a->bytes, b->bytes, a->size);
}

/* The content of a state, decompressed; the caller frees it. */
static inline struct sift_pack support_content(const struct sift_state_buffer *state) {
  struct sift_pack content = {0};
  size_t room = 1 << 22;
  content.bytes = malloc(room);
  assert_non_null(content.bytes);
  content.len = ZSTD_decompress(content.bytes, room, state->bytes, state->size);
  content.capacity = room;
  assert_false(ZSTD_isError(content.len));
  return content;
}

/* The other way: any content as a frame with a right checksum, which only a hostile writer would make. */
static inline struct sift_state_buffer support_frame(const char *content, size_t len) {
  struct sift_state_buffer state = {0};
  state.capacity = ZSTD_compressBound(len);
  state.bytes = malloc(state.capacity);
  assert_non_null(state.bytes);
  state.size = ZSTD_compress(state.bytes, state.capacity, content, len, 1);
  assert_false(ZSTD_isError(state.size));
  return state;
}

/* Reads a state to its end or its first error, which is returned. */
static inline enum sift_status support_read(const char *bytes, size_t size, size_t *spaces) {
  struct sift_state_bytes input = {sift_span(bytes, size)};
  struct sift_state_reader *reader = NULL;
  enum sift_status status = sift_state_reader_new(&reader, sift_state_bytes_input(&input));
  const struct sift_space *space = NULL;
  *spaces = 0;
  while (status == SIFT_OK && (status = sift_state_next(reader, &space)) == SIFT_OK) {
    ++*spaces;
  }
  sift_state_reader_free(reader);
  return status;
}

#endif
