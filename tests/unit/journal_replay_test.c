#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ingest/serve/journal_internal.h"
#include "tests/unit/journal_support.h"

enum { ENTRIES = 60 };

/* Many small segments, all closed. */
static void fill(struct journal_fixture *fixture) {
  fixture->config.segment_bytes = 1000;
  journal_open(fixture);
  journal_append_range(fixture, 1, ENTRIES);
  journal_open(fixture);
  assert_true(fixture->found.segments > 5);
}

static void entries_come_in_order_from_behind_any_number(void **state) {
  struct journal_fixture *fixture = *state;
  fill(fixture);
  for (uint64_t after = 0; after <= ENTRIES; after++) {
    struct replayed replayed = journal_replay(fixture, after);
    assert_int_equal(replayed.count, ENTRIES - after);
    assert_int_equal(replayed.first, after < ENTRIES ? after + 1 : 0);
    assert_int_equal(replayed.absent_count + replayed.result.missing + replayed.damages, 0);
  }
}

/* The name of the segment in the middle, and its bytes. */
static char *middle(struct journal_fixture *fixture, char name[SIFT_JOURNAL_NAME_BYTES], uint64_t *first, size_t *size) {
  char path[2 * TEST_PATH_BYTES];
  for (*first = ENTRIES / 2;; ++*first) {
    assert_true(*first < ENTRIES);
    sift_journal_name(name, *first);
    snprintf(path, sizeof path, "%s/%s", fixture->path, name);
    if (access(path, F_OK) == 0) {
      return read_bytes(fixture->path, name, size);
    }
  }
}

static void a_damaged_entry_is_named_and_the_others_still_come(void **state) {
  struct journal_fixture *fixture = *state;
  char name[SIFT_JOURNAL_NAME_BYTES];
  uint64_t first = 0;
  size_t size = 0;
  size_t ends[64];
  fill(fixture);
  char *bytes = middle(fixture, name, &first, &size);
  assert_true(item_ends(bytes, size, ends, 64) > 3);
  for (size_t at = ends[1]; at < ends[2]; at++) {
    bytes[at] ^= 0x10;
    write_bytes_to(fixture->path, name, bytes, size);
    struct replayed replayed = journal_replay(fixture, 0);
    assert_int_equal(replayed.count, ENTRIES - 1);
    assert_int_equal(replayed.result.missing, 1);
    assert_int_equal(replayed.absent[0], first + 1);
    assert_int_equal(replayed.damages, 1);
    assert_string_equal(replayed.name, name);
    assert_int_equal(replayed.offset, ends[1]);
    assert_int_equal(replayed.bytes, ends[2] - ends[1]);
    /* What the checkpoint holds is not missed. */
    assert_int_equal(journal_replay(fixture, first + 1).result.missing, 0);
    bytes[at] ^= 0x10;
  }
  free(bytes);
}

static void segments_that_are_gone_or_empty_are_missed(void **state) {
  struct journal_fixture *fixture = *state;
  char name[SIFT_JOURNAL_NAME_BYTES];
  char path[2 * TEST_PATH_BYTES];
  uint64_t first = 0;
  size_t size = 0;
  size_t ends[64];
  fill(fixture);
  char *bytes = middle(fixture, name, &first, &size);
  size_t entries = item_ends(bytes, size, ends, 64) - 1;
  write_bytes_to(fixture->path, name, "", 0);
  struct replayed replayed = journal_replay(fixture, 0);
  assert_int_equal(replayed.count, ENTRIES - entries);
  assert_int_equal(replayed.result.missing, entries);
  snprintf(path, sizeof path, "%s/%s", fixture->path, name);
  assert_int_equal(unlink(path), 0);
  replayed = journal_replay(fixture, 0); /* it was there at opening */
  assert_int_equal(replayed.result.missing, entries);
  assert_int_equal(replayed.damages, 1);
  assert_string_equal(replayed.text, strerror(ENOENT));
  journal_open(fixture);
  replayed = journal_replay(fixture, 0);
  assert_int_equal(replayed.result.missing, entries);
  free(bytes);
}

/* After a failed sync a segment may hold entries that stand in the next one again, or another's. */
static void entries_that_stand_twice_come_once(void **state) {
  struct journal_fixture *fixture = *state;
  char name[SIFT_JOURNAL_NAME_BYTES];
  char next[SIFT_JOURNAL_NAME_BYTES];
  uint64_t first = 0;
  size_t size = 0;
  size_t next_size = 0;
  size_t ends[64];
  fill(fixture);
  char *bytes = middle(fixture, name, &first, &size);
  uint64_t entries = item_ends(bytes, size, ends, 64) - 1;
  sift_journal_name(next, first + entries);
  char *more = read_bytes(fixture->path, next, &next_size);
  bytes = realloc(bytes, size + next_size);
  assert_non_null(bytes);
  memcpy(bytes + size, more, next_size);
  write_bytes_to(fixture->path, name, bytes, size + next_size);
  struct replayed replayed = journal_replay(fixture, 0);
  assert_int_equal(replayed.count, ENTRIES);
  assert_int_equal(replayed.damages + replayed.result.missing, 0);
  /* An older one in a newer segment is told. */
  memcpy(bytes, more, next_size);
  free(more);
  size_t old_size = 0;
  char *old = read_bytes(fixture->path, name, &old_size);
  memcpy(bytes + next_size, old + ends[0], ends[1] - ends[0]);
  write_bytes_to(fixture->path, next, bytes, next_size + ends[1] - ends[0]);
  replayed = journal_replay(fixture, 0);
  assert_int_equal(replayed.count, ENTRIES);
  assert_int_equal(replayed.result.missing, 0);
  assert_string_equal(replayed.text, "an entry of another segment");
  free(old);
  free(bytes);
}

/* What a segment holds from the next one's first number on was never durable, and the number may since stand for another entry. */
static void a_number_belongs_to_the_segment_that_is_named_for_it(void **state) {
  struct journal_fixture *fixture = *state;
  char name[SIFT_JOURNAL_NAME_BYTES];
  uint64_t first = 0;
  size_t size = 0;
  size_t ends[64];
  fill(fixture);
  char *bytes = middle(fixture, name, &first, &size);
  uint64_t next = first + item_ends(bytes, size, ends, 64) - 1;
  struct sift_journal_block *block = NULL;
  struct sift_seal seal = {.kind = SIFT_SEAL_ENTRY};
  assert_int_equal(sift_journal_pack(fixture->packer, sift_span_of("never durable"), &seal, &block), SIFT_OK);
  sift_journal_block_seal(block, &seal, next);
  bytes = realloc(bytes, size + block->size);
  assert_non_null(bytes);
  memcpy(bytes + size, block->bytes, block->size);
  write_bytes_to(fixture->path, name, bytes, size + block->size);
  struct replayed replayed = journal_replay(fixture, 0); /* which looks at what each entry says */
  assert_int_equal(replayed.count, ENTRIES);
  assert_int_equal(replayed.damages + replayed.result.missing, 0);
  free(block);
  free(bytes);
}

static enum sift_status refuse(void *context, const struct sift_journal_entry *entry) {
  ++*(int *)context;
  return entry->seq == 7 ? SIFT_ELIMIT : SIFT_OK;
}

static void the_visitor_may_end_it(void **state) {
  struct journal_fixture *fixture = *state;
  int calls = 0;
  struct sift_journal_replay result;
  struct sift_journal_visitor visitor = {refuse, NULL, &calls};
  fill(fixture);
  assert_int_equal(sift_journal_replay(fixture->journal, 2, &visitor, &result), SIFT_ELIMIT);
  assert_int_equal(calls, 5);
}

#define REPLAY_TEST(name) cmocka_unit_test_setup_teardown(name, journal_set_up, journal_tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      REPLAY_TEST(entries_come_in_order_from_behind_any_number),
      REPLAY_TEST(a_damaged_entry_is_named_and_the_others_still_come),
      REPLAY_TEST(segments_that_are_gone_or_empty_are_missed),
      REPLAY_TEST(entries_that_stand_twice_come_once),
      REPLAY_TEST(a_number_belongs_to_the_segment_that_is_named_for_it),
      REPLAY_TEST(the_visitor_may_end_it),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
