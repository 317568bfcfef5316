#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "ingest/serve/journal_internal.h"

enum { ENTRIES = 5 };

/* A segment of a header and some entries, in memory. */
struct segment {
  char *bytes;
  size_t size;
  size_t ends[ENTRIES + 1]; /* of the header, of each entry */
};

static struct sift_span content_of(int i, char text[512]) {
  size_t len = (size_t)snprintf(text, 512, "payload %d ", i);
  for (; len < 500; len++) {
    text[len] = (char)((unsigned)(i + 1) * 2654435761U * (unsigned)(len * len) >> 13);
  }
  return sift_span(text, len);
}

static void add(struct segment *segment, struct sift_journal_packer *packer, struct sift_seal seal, struct sift_span payload) {
  struct sift_journal_block *block = NULL;
  assert_int_equal(sift_journal_pack(packer, payload, &seal, &block), SIFT_OK);
  sift_journal_block_seal(block, &seal, seal.seq);
  segment->bytes = realloc(segment->bytes, segment->size + block->size);
  assert_non_null(segment->bytes);
  memcpy(segment->bytes + segment->size, block->bytes, block->size);
  segment->size += block->size;
  free(block);
}

static int set_up(void **state) {
  struct segment *segment = calloc(1, sizeof *segment);
  struct sift_journal_packer *packer = NULL;
  char text[512];
  assert_non_null(segment);
  assert_int_equal(sift_journal_packer_new(&packer, 0), SIFT_OK);
  add(segment, packer, (struct sift_seal){.kind = SIFT_SEAL_HEADER}, sift_span_of("head"));
  segment->ends[0] = segment->size;
  for (int i = 1; i <= ENTRIES; i++) {
    add(segment, packer, (struct sift_seal){.kind = SIFT_SEAL_ENTRY, .seq = (uint64_t)i}, content_of(i, text));
    segment->ends[i] = segment->size;
  }
  sift_journal_packer_free(packer);
  *state = segment;
  return 0;
}

static int tear_down(void **state) {
  struct segment *segment = *state;
  free(segment->bytes);
  free(segment);
  return 0;
}

/* Gives a few bytes a read. */
struct dribble {
  struct sift_span rest;
  size_t step;
};

static enum sift_status dribble(void *context, char *buffer, size_t size, size_t *got) {
  struct dribble *input = context;
  *got = size < input->step ? size : input->step;
  *got = *got < input->rest.len ? *got : input->rest.len;
  memcpy(buffer, input->rest.data, *got);
  input->rest = sift_span(input->rest.data + *got, input->rest.len - *got);
  return SIFT_OK;
}

/* Reads all: a bit for each entry that came whole; items must lie end to end and entries say what was written. */
struct outcome {
  unsigned entries;
  int headers, damages;
  uint64_t damaged_bytes, damage_offset;
  enum sift_segment_fault fault;
};

static struct outcome read_all(const char *bytes, size_t size, size_t step) {
  struct dribble input = {sift_span(bytes, size), step};
  struct sift_segment_reader *reader = NULL;
  struct sift_segment_item item;
  struct outcome outcome = {0};
  uint64_t at = 0;
  assert_int_equal(sift_segment_reader_new(&reader, (struct sift_state_input){.read = dribble, .context = &input}), SIFT_OK);
  enum sift_status status = SIFT_OK;
  while ((status = sift_segment_next(reader, &item)) == SIFT_OK) {
    assert_int_equal(item.offset, at);
    assert_true(item.bytes > 0);
    at += item.bytes;
    if (item.fault != SIFT_SEGMENT_WHOLE) {
      outcome.damages++;
      outcome.damaged_bytes += item.bytes;
      outcome.damage_offset = item.offset;
      outcome.fault = item.fault;
      continue;
    }
    char text[512];
    struct sift_span payload = {0};
    assert_int_equal(sift_segment_payload(reader, &item, &payload), SIFT_OK);
    if (item.seal.kind == SIFT_SEAL_HEADER) {
      outcome.headers++;
      assert_true(sift_span_equal(payload, sift_span_of("head")));
    } else {
      assert_true(sift_span_equal(payload, content_of((int)item.seal.seq, text)));
      outcome.entries |= 1U << item.seal.seq;
    }
  }
  assert_int_equal(status, SIFT_END);
  assert_int_equal(at, size);
  sift_segment_reader_free(reader);
  return outcome;
}

static void entries_come_in_any_pieces(void **state) {
  struct segment *segment = *state;
  for (size_t step = 1; step < 4000; step = step * 3 + 1) {
    struct outcome outcome = read_all(segment->bytes, segment->size, step);
    assert_int_equal(outcome.entries, 0x3E);
    assert_int_equal(outcome.headers, 1);
    assert_int_equal(outcome.damages, 0);
  }
}

static void a_file_cut_anywhere_keeps_the_entries_before(void **state) {
  struct segment *segment = *state;
  for (size_t size = 0; size < segment->size; size++) {
    struct outcome outcome = read_all(segment->bytes, size, 4096);
    unsigned expected = 0;
    size_t end = 0;
    for (int i = 0; i <= ENTRIES && segment->ends[i] <= size; i++) {
      expected |= i > 0 ? 1U << i : 0;
      end = segment->ends[i];
    }
    assert_int_equal(outcome.entries, expected);
    assert_int_equal(outcome.damages, size > end);
    if (size > end) {
      assert_int_equal(outcome.fault, SIFT_SEGMENT_TORN);
      assert_int_equal(outcome.damage_offset, end);
    }
  }
}

static void a_flipped_byte_costs_its_entry_only(void **state) {
  struct segment *segment = *state;
  for (size_t at = segment->ends[1]; at < segment->ends[2]; at++) {
    segment->bytes[at] = (char)(segment->bytes[at] ^ 0x55);
    struct outcome outcome = read_all(segment->bytes, segment->size, 4096);
    assert_int_equal(outcome.entries, 0x3E & ~(1U << 2));
    assert_int_equal(outcome.damages, 1);
    assert_int_equal(outcome.damage_offset, segment->ends[1]);
    assert_int_equal(outcome.damaged_bytes, segment->ends[2] - segment->ends[1]);
    bool in_seal = at < segment->ends[1] + SIFT_SEAL_BYTES;
    assert_int_equal(outcome.fault, in_seal ? SIFT_SEGMENT_JUNK : SIFT_SEGMENT_FRAME);
    segment->bytes[at] = (char)(segment->bytes[at] ^ 0x55);
  }
}

static void bytes_that_are_gone_or_too_many_cost_no_entry_behind(void **state) {
  struct segment *segment = *state;
  size_t size = segment->size + 3000;
  char *bytes = calloc(1, size);
  assert_non_null(bytes);
  memcpy(bytes, segment->bytes, segment->ends[2]);
  for (size_t i = 0; i < 3000; i++) { /* that look like seals */
    bytes[segment->ends[2] + i] = "\x5E\x2A\x4D\x18\x30\x00\x00\x00"[i % 8];
  }
  memcpy(bytes + segment->ends[2] + 3000, segment->bytes + segment->ends[2], segment->size - segment->ends[2]);
  for (size_t step = 1; step < 4000; step = step * 5 + 2) {
    struct outcome outcome = read_all(bytes, size, step);
    assert_int_equal(outcome.entries, 0x3E);
    assert_int_equal(outcome.damages, 1);
    assert_int_equal(outcome.damaged_bytes, 3000);
    assert_int_equal(outcome.fault, SIFT_SEGMENT_JUNK);
  }
  /* The front of entry 3 is missing. */
  size_t gone = 20;
  memcpy(bytes, segment->bytes, segment->ends[2]);
  memcpy(bytes + segment->ends[2], segment->bytes + segment->ends[2] + gone, segment->size - segment->ends[2] - gone);
  struct outcome outcome = read_all(bytes, segment->size - gone, 4096);
  assert_int_equal(outcome.entries, 0x3E & ~(1U << 3));
  free(bytes);
}

static void an_entry_of_another_version_is_passed_over_whole(void **state) {
  struct segment *segment = *state;
  struct sift_seal seal;
  char *at = segment->bytes + segment->ends[0];
  assert_true(sift_seal_take(&seal, at));
  seal.version = 2;
  sift_seal_put(at, &seal);
  struct outcome outcome = read_all(segment->bytes, segment->size, 4096);
  assert_int_equal(outcome.entries, 0x3E & ~(1U << 1));
  assert_int_equal(outcome.fault, SIFT_SEGMENT_VERSION);
}

static void a_content_of_another_length_than_sealed_is_corrupt(void **state) {
  struct segment *segment = *state;
  for (int change = -1; change <= 1; change += 2) {
    struct sift_seal seal;
    char *at = segment->bytes + segment->ends[0];
    assert_true(sift_seal_take(&seal, at));
    seal.payload_bytes = (uint32_t)((int)seal.payload_bytes + change);
    sift_seal_put(at, &seal);
    struct sift_state_bytes rest = {sift_span(at, segment->ends[1] - segment->ends[0])};
    struct sift_segment_reader *reader = NULL;
    struct sift_segment_item item;
    struct sift_span payload;
    assert_int_equal(sift_segment_reader_new(&reader, sift_state_bytes_input(&rest)), SIFT_OK);
    assert_int_equal(sift_segment_next(reader, &item), SIFT_OK);
    assert_int_equal(item.fault, SIFT_SEGMENT_WHOLE);
    assert_int_equal(sift_segment_payload(reader, &item, &payload), SIFT_ECORRUPT);
    sift_segment_reader_free(reader);
    seal.payload_bytes = (uint32_t)((int)seal.payload_bytes - change);
    sift_seal_put(at, &seal);
  }
}

#define SEGMENT_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      SEGMENT_TEST(entries_come_in_any_pieces),
      SEGMENT_TEST(a_file_cut_anywhere_keeps_the_entries_before),
      SEGMENT_TEST(a_flipped_byte_costs_its_entry_only),
      SEGMENT_TEST(bytes_that_are_gone_or_too_many_cost_no_entry_behind),
      SEGMENT_TEST(an_entry_of_another_version_is_passed_over_whole),
      SEGMENT_TEST(a_content_of_another_length_than_sealed_is_corrupt),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
