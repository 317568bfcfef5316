#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/journal_support.h"

enum { ENTRIES = 60, KEEP_BYTES = 2500 };

static uint64_t segments(struct journal_fixture *fixture) {
  struct sift_journal_stats stats;
  sift_journal_stats(fixture->journal, &stats);
  return stats.segments;
}

/* How many of them stand in the directory. */
static uint64_t count_files(struct journal_fixture *fixture) {
  DIR *list = opendir(fixture->path);
  struct dirent *entry = NULL;
  uint64_t count = 0;
  uint64_t seq = 0;
  assert_non_null(list);
  while ((entry = readdir(list)) != NULL) {
    count += sift_journal_name_parse(entry->d_name, &seq);
  }
  closedir(list);
  return count;
}

static void await_segments(struct journal_fixture *fixture, uint64_t most) {
  for (int i = 0; i < 20000 && segments(fixture) > most; i++) {
    usleep(1000);
  }
  assert_true(segments(fixture) <= most);
  assert_int_equal(count_files(fixture), segments(fixture));
}

static void fill(struct journal_fixture *fixture) {
  fixture->config.segment_bytes = 1000;
  journal_open(fixture);
  for (uint64_t seq = 1; seq <= ENTRIES; seq += 2) {
    journal_append_range(fixture, seq, seq + 1);
  }
}

static void the_oldest_go_when_there_are_too_many_bytes(void **state) {
  struct journal_fixture *fixture = *state;
  struct sift_journal_stats stats;
  fixture->config.keep_bytes = KEEP_BYTES;
  fill(fixture);
  uint64_t all = segments(fixture);
  assert_true(all > 6); /* nothing is released, so all stay */
  assert_int_equal(count_files(fixture), all);
  sift_journal_release(fixture->journal, ENTRIES);
  await_segments(fixture, 3);
  sift_journal_stats(fixture->journal, &stats);
  assert_in_range(stats.segment_bytes, KEEP_BYTES - 1800, KEEP_BYTES);
  journal_open(fixture);
  assert_int_equal(fixture->found.segments, stats.segments);
  assert_int_equal(fixture->found.bytes, stats.segment_bytes);
  struct replayed replayed = journal_replay(fixture, ENTRIES - 5);
  assert_int_equal(replayed.count, 5);
  assert_int_equal(replayed.result.missing, 0);
}

static void no_entry_above_the_released_ones_goes(void **state) {
  struct journal_fixture *fixture = *state;
  fixture->config.keep_bytes = 1;
  fill(fixture);
  for (uint64_t seq = 1; seq < ENTRIES; seq += 7) {
    uint64_t before = segments(fixture);
    sift_journal_release(fixture->journal, seq);
    usleep(3000);
    journal_append_range(fixture, ENTRIES + seq / 7 + 1, ENTRIES + seq / 7 + 1);
    assert_true(segments(fixture) <= before + 1);
    DIR *list = opendir(fixture->path);
    struct dirent *entry = NULL;
    uint64_t oldest = UINT64_MAX;
    uint64_t first = 0;
    assert_non_null(list);
    while ((entry = readdir(list)) != NULL) {
      if (sift_journal_name_parse(entry->d_name, &first) && first < oldest) {
        oldest = first;
      }
    }
    closedir(list);
    assert_true(oldest <= seq + 1);
  }
  await_segments(fixture, 8);
}

static void the_old_go_by_age(void **state) {
  struct journal_fixture *fixture = *state;
  fixture->config.keep_age_ns = 1000;
  test_disk_set_now(&fixture->disk, 10000);
  fill(fixture);
  uint64_t all = segments(fixture);
  sift_journal_release(fixture->journal, ENTRIES);
  usleep(20000);
  assert_int_equal(segments(fixture), all);
  test_disk_set_now(&fixture->disk, 11001);
  sift_journal_release(fixture->journal, ENTRIES);
  await_segments(fixture, 1);
}

static void a_segment_that_cannot_be_removed_is_tried_again(void **state) {
  struct journal_fixture *fixture = *state;
  struct sift_journal_stats stats;
  fixture->config.keep_bytes = KEEP_BYTES;
  fill(fixture);
  uint64_t all = segments(fixture);
  test_disk_plan(&fixture->disk, DISK_UNLINK, 0, 1, EPERM);
  sift_journal_release(fixture->journal, ENTRIES);
  do {
    usleep(1000);
    sift_journal_stats(fixture->journal, &stats);
  } while (stats.errors == 0);
  assert_int_equal(stats.error, EPERM);
  assert_non_null(strstr(stats.text, "cannot remove "));
  assert_int_equal(stats.segments, all);
  sift_journal_release(fixture->journal, 1); /* an older number takes nothing back */
  await_segments(fixture, 3);
  journal_append_range(fixture, ENTRIES + 1, ENTRIES + 2);
  sift_journal_stats(fixture->journal, &stats);
  assert_int_equal(stats.error, 0);
}

#define FILES_TEST(name) cmocka_unit_test_setup_teardown(name, journal_set_up, journal_tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      FILES_TEST(the_oldest_go_when_there_are_too_many_bytes),
      FILES_TEST(no_entry_above_the_released_ones_goes),
      FILES_TEST(the_old_go_by_age),
      FILES_TEST(a_segment_that_cannot_be_removed_is_tried_again),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
