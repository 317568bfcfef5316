#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/journal_support.h"

static const char first_name[] = "journal-00000000000000000001.zst";

static void a_new_directory_has_nothing_and_numbers_begin_at_one(void **state) {
  struct journal_fixture *fixture = *state;
  journal_open(fixture);
  assert_int_equal(fixture->found.first_seq + fixture->found.last_seq + fixture->found.segments, 0);
  assert_int_equal(fixture->found.next_seq, 1);
  journal_close(fixture);
  fixture->config.seq_after = 500; /* what a checkpoint says */
  journal_open(fixture);
  assert_int_equal(fixture->found.next_seq, 501);
  assert_int_equal(sift_journal_durable(fixture->journal), 500);
  journal_append_range(fixture, 501, 502);
  fixture->config.seq_after = 0;
  journal_open(fixture);
  assert_int_equal(fixture->found.first_seq, 501);
  assert_int_equal(fixture->found.last_seq, 502);
  assert_int_equal(fixture->found.next_seq, 503);
  assert_int_equal(fixture->found.segments, 1);
}

static void a_second_opener_is_refused_and_told_who_has_it(void **state) {
  struct journal_fixture *fixture = *state;
  struct sift_journal *second = NULL;
  struct sift_journal_found found;
  char error[SIFT_JOURNAL_ERROR_BYTES];
  char pid[32];
  journal_open(fixture);
  assert_int_equal(sift_journal_open(&second, &fixture->config, &found, error, sizeof error), SIFT_EINVAL);
  assert_null(second);
  snprintf(pid, sizeof pid, "process, %ld:", (long)getpid());
  assert_non_null(strstr(error, pid));
  assert_non_null(strstr(error, fixture->path));
  journal_append_range(fixture, 1, 3); /* the first is none the worse */
  journal_close(fixture);
  assert_int_equal(sift_journal_open(&second, &fixture->config, &found, error, sizeof error), SIFT_OK);
  sift_journal_free(second);
}

static void a_directory_that_cannot_be_is_told(void **state) {
  struct journal_fixture *fixture = *state;
  struct sift_journal *journal = NULL;
  struct sift_journal_found found;
  char path[2 * TEST_PATH_BYTES];
  char error[SIFT_JOURNAL_ERROR_BYTES];
  struct sift_journal_config config = fixture->config;
  snprintf(path, sizeof path, "%s/no/such", fixture->path);
  config.directory = path;
  assert_int_equal(sift_journal_open(&journal, &config, &found, error, sizeof error), SIFT_EIO);
  assert_non_null(strstr(error, "no/such: No such file"));
}

/* A journal of 10 entries, cut or bent at the end. */
struct original {
  char *bytes;
  size_t size;
  size_t ends[11]; /* of the header, of each entry */
};

static struct original make_original(struct journal_fixture *fixture) {
  struct original original = {0};
  journal_open(fixture);
  journal_append_range(fixture, 1, 10);
  journal_close(fixture);
  original.bytes = read_bytes(fixture->path, first_name, &original.size);
  assert_int_equal(item_ends(original.bytes, original.size, original.ends, 11), 11);
  return original;
}

static void a_torn_tail_is_cut_at_the_last_whole_entry_wherever_it_tore(void **state) {
  struct journal_fixture *fixture = *state;
  struct original original = make_original(fixture);
  for (size_t size = original.ends[8]; size <= original.size; size++) {
    write_bytes_to(fixture->path, first_name, original.bytes, size);
    journal_open(fixture);
    uint64_t last = size == original.size ? 10 : size >= original.ends[9] ? 9 : 8;
    assert_int_equal(fixture->found.last_seq, last);
    assert_int_equal(fixture->found.next_seq, last + 1);
    assert_int_equal(fixture->found.torn_bytes, size - original.ends[last]);
    if (fixture->found.torn_bytes > 0) {
      assert_int_equal(fixture->found.torn_fault, SIFT_SEGMENT_TORN);
      assert_string_equal(fixture->found.torn_name, first_name);
    }
    journal_append_range(fixture, last + 1, last + 2);
    journal_open(fixture);
    struct replayed replayed = journal_replay(fixture, 0);
    assert_int_equal(replayed.count, last + 2);
    assert_int_equal(replayed.damages + replayed.result.missing, 0);
    journal_start_over(fixture);
  }
  free(original.bytes);
}

static void zeroes_and_other_junk_behind_the_last_entry_are_cut_too(void **state) {
  struct journal_fixture *fixture = *state;
  struct original original = make_original(fixture);
  char *bytes = calloc(1, original.size + 5000);
  assert_non_null(bytes);
  memcpy(bytes, original.bytes, original.size);
  write_bytes_to(fixture->path, first_name, bytes, original.size + 5000);
  journal_open(fixture);
  assert_int_equal(fixture->found.torn_bytes, 5000);
  assert_int_equal(fixture->found.torn_fault, SIFT_SEGMENT_JUNK);
  assert_int_equal(fixture->found.last_seq, 10);
  journal_close(fixture);
  bytes[original.size - 1] ^= 1; /* of the last entry's frame */
  write_bytes_to(fixture->path, first_name, bytes, original.size);
  journal_open(fixture);
  assert_int_equal(fixture->found.last_seq, 9);
  assert_int_equal(fixture->found.torn_fault, SIFT_SEGMENT_FRAME);
  free(bytes);
  free(original.bytes);
}

static void damage_before_whole_entries_is_not_cut(void **state) {
  struct journal_fixture *fixture = *state;
  struct original original = make_original(fixture);
  original.bytes[original.ends[4] + 3] ^= 1;
  write_bytes_to(fixture->path, first_name, original.bytes, original.size);
  journal_open(fixture);
  assert_int_equal(fixture->found.torn_bytes, 0);
  assert_int_equal(fixture->found.last_seq, 10);
  assert_int_equal(journal_replay(fixture, 0).count, 9);
  free(original.bytes);
}

static void a_segment_without_an_entry_goes_but_its_number_counts(void **state) {
  struct journal_fixture *fixture = *state;
  struct original original = make_original(fixture);
  static const char later[] = "journal-00000000000000000015.zst";
  for (size_t size = 0; size <= original.ends[0]; size += original.ends[0] / 4) {
    write_bytes_to(fixture->path, later, original.bytes, size);
    journal_open(fixture);
    assert_int_equal(fixture->found.last_seq, 10);
    assert_int_equal(fixture->found.next_seq, 15);
    assert_int_equal(fixture->found.segments, 1);
    assert_int_equal(fixture->found.torn_bytes, size == original.ends[0] ? 0 : size);
    journal_close(fixture);
    char path[2 * TEST_PATH_BYTES];
    snprintf(path, sizeof path, "%s/%s", fixture->path, later);
    assert_int_equal(access(path, F_OK), -1);
  }
  free(original.bytes);
}

static void what_another_version_wrote_is_not_cut(void **state) {
  struct journal_fixture *fixture = *state;
  struct original original = make_original(fixture);
  struct sift_seal seal;
  assert_true(sift_seal_take(&seal, original.bytes + original.ends[9]));
  seal.version = SIFT_JOURNAL_VERSION + 1;
  sift_seal_put(original.bytes + original.ends[9], &seal);
  write_bytes_to(fixture->path, first_name, original.bytes, original.size);
  journal_open(fixture);
  assert_int_equal(fixture->found.torn_bytes, 0);
  assert_int_equal(fixture->found.next_seq, 11);
  struct replayed replayed = journal_replay(fixture, 0);
  assert_int_equal(replayed.count, 9);
  assert_int_equal(replayed.result.missing, 1);
  free(original.bytes);
}

/* What is found counts as durable, so it is synced; a disk that cannot do that is no disk to begin with. */
static void opening_syncs_what_it_finds_or_says_why_not(void **state) {
  struct journal_fixture *fixture = *state;
  struct original original = make_original(fixture);
  struct sift_journal *journal = NULL;
  char error[SIFT_JOURNAL_ERROR_BYTES];
  static const unsigned kinds[] = {DISK_SYNC, DISK_SYNC, DISK_TRUNCATE};
  static const uint64_t from[] = {0, 1, 0};
  for (size_t i = 0; i < 3; i++) {
    write_bytes_to(fixture->path, first_name, original.bytes, original.size - 1);
    test_disk_plan(&fixture->disk, kinds[i], from[i], 1, EIO);
    assert_int_equal(sift_journal_open(&journal, &fixture->config, &fixture->found, error, sizeof error), SIFT_EIO);
    assert_null(journal);
    assert_non_null(strstr(error, strerror(EIO)));
  }
  test_disk_plan(&fixture->disk, 0, 0, 0, 0);
  journal_open(fixture);
  assert_int_equal(fixture->found.last_seq, 9);
  free(original.bytes);
}

#define RECOVER_TEST(name) cmocka_unit_test_setup_teardown(name, journal_set_up, journal_tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      RECOVER_TEST(a_new_directory_has_nothing_and_numbers_begin_at_one),
      RECOVER_TEST(a_second_opener_is_refused_and_told_who_has_it),
      RECOVER_TEST(a_directory_that_cannot_be_is_told),
      RECOVER_TEST(a_torn_tail_is_cut_at_the_last_whole_entry_wherever_it_tore),
      RECOVER_TEST(zeroes_and_other_junk_behind_the_last_entry_are_cut_too),
      RECOVER_TEST(damage_before_whole_entries_is_not_cut),
      RECOVER_TEST(a_segment_without_an_entry_goes_but_its_number_counts),
      RECOVER_TEST(what_another_version_wrote_is_not_cut),
      RECOVER_TEST(opening_syncs_what_it_finds_or_says_why_not),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
