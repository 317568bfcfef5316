/* A journal in a directory of its own, for the tests of its parts. Included behind cmocka.h. */
#ifndef SIFT_TESTS_JOURNAL_SUPPORT_H
#define SIFT_TESTS_JOURNAL_SUPPORT_H

#include "ingest/serve/journal.h"
#include "tests/unit/serve_support.h"

enum { WAIT_MS = 20000 };

struct journal_fixture {
  char path[TEST_PATH_BYTES];
  char error[SIFT_JOURNAL_ERROR_BYTES];
  struct test_disk disk;
  struct sift_journal_config config;
  struct sift_journal_found found;
  struct sift_journal *journal;
  struct sift_journal_packer *packer;
};

static inline int journal_set_up(void **state) {
  struct journal_fixture *fixture = calloc(1, sizeof *fixture);
  assert_non_null(fixture);
  make_directory(fixture->path);
  test_disk_init(&fixture->disk);
  fixture->config = (struct sift_journal_config){.directory = fixture->path, .header = {"head", 4}, .disk = &fixture->disk.ops};
  assert_int_equal(sift_journal_packer_new(&fixture->packer, 0), SIFT_OK);
  *state = fixture;
  return 0;
}

static inline int journal_tear_down(void **state) {
  struct journal_fixture *fixture = *state;
  sift_journal_free(fixture->journal);
  sift_journal_packer_free(fixture->packer);
  remove_directory(fixture->path);
  free(fixture);
  return 0;
}

static inline void journal_close(struct journal_fixture *fixture) {
  sift_journal_free(fixture->journal);
  fixture->journal = NULL;
}

/* A closed journal's directory is another, empty one. */
static inline void journal_start_over(struct journal_fixture *fixture) {
  journal_close(fixture);
  remove_directory(fixture->path);
  make_directory(fixture->path);
  fixture->disk.file_count = 0;
}

static inline void journal_open(struct journal_fixture *fixture) {
  journal_close(fixture);
  enum sift_status status =
      sift_journal_open(&fixture->journal, &fixture->config, &fixture->found, fixture->error, sizeof fixture->error);
  if (status != SIFT_OK) {
    fail_msg("%s", fixture->error);
  }
}

/* The text that entry `seq` of these tests holds: some are long and do not compress well. */
static inline size_t payload_of(uint64_t seq, char *out, size_t size) {
  size_t len = (size_t)snprintf(out, size, "entry %llu of loop %llu", (unsigned long long)seq, (unsigned long long)seq % 3);
  uint64_t random = seq * 0x9E3779B97F4A7C15U + 1;
  for (size_t want = len + (seq % 7) * 40; len < want && len < size; len++) {
    random ^= random << 13;
    random ^= random >> 7;
    random ^= random << 17;
    out[len] = (char)random;
  }
  return len;
}

/* Appends the next entry; its number must be `seq`. */
static inline void journal_append(struct journal_fixture *fixture, uint64_t seq) {
  char text[1024];
  uint64_t got = 0;
  struct sift_span payload = {text, payload_of(seq, text, sizeof text)};
  assert_int_equal(sift_journal_append(fixture->journal, fixture->packer, (uint32_t)(seq % 3), seq / 3, payload, &got), SIFT_OK);
  assert_int_equal(got, seq);
}

static inline void journal_append_range(struct journal_fixture *fixture, uint64_t from, uint64_t to) {
  for (uint64_t seq = from; seq <= to; seq++) {
    journal_append(fixture, seq);
  }
  assert_int_equal(sift_journal_wait(fixture->journal, to, WAIT_MS), SIFT_OK);
}

/* What a replay gave. */
struct replayed {
  uint64_t count, first, last;
  uint64_t damages;
  char name[TEST_NAME_BYTES], text[TEST_NAME_BYTES]; /* of the last damage */
  uint64_t offset, bytes;
  uint64_t absent[64]; /* numbers between first and last that did not come */
  size_t absent_count;
  struct sift_journal_replay result;
};

/* Every entry must be what was appended under its number, and they must come in order. */
static inline enum sift_status replay_entry(void *context, const struct sift_journal_entry *entry) {
  struct replayed *replayed = context;
  char text[1024];
  size_t len = payload_of(entry->seq, text, sizeof text);
  assert_true(sift_span_equal(entry->payload, sift_span(text, len)));
  assert_int_equal(entry->loop, entry->seq % 3);
  assert_int_equal(entry->loop_seq, entry->seq / 3);
  assert_true(entry->seq > replayed->last);
  for (uint64_t seq = replayed->last + 1; replayed->count > 0 && seq < entry->seq && replayed->absent_count < 64; seq++) {
    replayed->absent[replayed->absent_count++] = seq;
  }
  replayed->first = replayed->count == 0 ? entry->seq : replayed->first;
  replayed->last = entry->seq;
  replayed->count++;
  return SIFT_OK;
}

static inline void replay_damage(void *context, const struct sift_journal_damage *damage) {
  struct replayed *replayed = context;
  replayed->damages++;
  snprintf(replayed->name, sizeof replayed->name, "%s", damage->name);
  snprintf(replayed->text, sizeof replayed->text, "%s", damage->text);
  replayed->offset = damage->offset;
  replayed->bytes = damage->bytes;
}

static inline struct replayed journal_replay(struct journal_fixture *fixture, uint64_t after_seq) {
  struct replayed replayed = {0};
  struct sift_journal_visitor visitor = {replay_entry, replay_damage, &replayed};
  assert_int_equal(sift_journal_replay(fixture->journal, after_seq, &visitor, &replayed.result), SIFT_OK);
  assert_int_equal(replayed.result.entries, replayed.count);
  assert_int_equal(replayed.result.damages, replayed.damages);
  return replayed;
}

/* Where each item of a segment ends; returns their number. */
static inline size_t item_ends(const char *bytes, size_t size, size_t *ends, size_t ends_max) {
  struct sift_state_bytes rest = {sift_span(bytes, size)};
  struct sift_segment_reader *reader = NULL;
  struct sift_segment_item item;
  size_t count = 0;
  assert_int_equal(sift_segment_reader_new(&reader, sift_state_bytes_input(&rest)), SIFT_OK);
  while (sift_segment_next(reader, &item) == SIFT_OK) {
    assert_int_equal(item.fault, SIFT_SEGMENT_WHOLE);
    assert_true(count < ends_max);
    ends[count++] = (size_t)(item.offset + item.bytes);
  }
  sift_segment_reader_free(reader);
  return count;
}

#endif
