#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ingest/serve/hub.h"
#include "ingest/serve/journal_internal.h"
#include "tests/unit/journal_support.h"

enum { ENTRIES = 24, MANY = 200, STEPS = 40 };

/* Segments of a few entries, so that new ones begin all the time. */
static void use_small_segments(struct journal_fixture *fixture) {
  fixture->config.segment_bytes = 900;
}

static void expect_all(struct journal_fixture *fixture, uint64_t last) {
  journal_open(fixture);
  struct replayed replayed = journal_replay(fixture, 0);
  assert_int_equal(replayed.count, last);
  assert_int_equal(replayed.result.missing, 0);
  assert_int_equal(replayed.last, last);
}

/* --- trouble that passes ----------------------------------------------------------------------------------------------- */

struct failure {
  unsigned kinds;
  int error;
  bool half;
};
static const struct failure failures[] = {
    {DISK_CREATE, ENOSPC, false},
    {DISK_WRITE, ENOSPC, false},
    {DISK_WRITE, ENOSPC, true},
    {DISK_SYNC, EIO, false},
    {DISK_WRITE | DISK_TRUNCATE, EIO, true},
    {DISK_SYNC | DISK_UNLINK, EIO, false},
    {DISK_ANY, ENOSPC, true},
};

/* Each step fails once or three times in a row; all is written in the end, once, and outlasts a power cut. */
static void every_failure_is_overcome(void **state) {
  struct journal_fixture *fixture = *state;
  use_small_segments(fixture);
  for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++) {
    for (uint64_t step = 0; step < STEPS; step += 1 + step / 6) {
      struct sift_journal_stats stats;
      fixture->disk.half = failures[i].half;
      journal_open(fixture);
      test_disk_plan(&fixture->disk, failures[i].kinds, step, step % 2 == 0 ? 1 : 3, failures[i].error);
      uint64_t from = fixture->found.next_seq;
      for (uint64_t seq = from; seq < from + ENTRIES; seq += 3) {
        journal_append_range(fixture, seq, seq + 2);
      }
      sift_journal_stats(fixture->journal, &stats);
      assert_int_equal(stats.errors > 0, test_disk_count(&fixture->disk) > step);
      assert_int_equal(stats.error, 0);
      assert_string_equal(stats.text, "");
      assert_int_equal(stats.queued_bytes, 0);
      journal_close(fixture);
      test_disk_plan(&fixture->disk, 0, 0, 0, 0);
      test_disk_cut_power(&fixture->disk, fixture->path);
      expect_all(fixture, from + ENTRIES - 1);
      journal_close(fixture);
    }
    journal_start_over(fixture);
  }
}

static void a_write_that_fails_again_and_again_leaves_no_damage(void **state) {
  struct journal_fixture *fixture = *state;
  struct sift_journal_stats stats;
  fixture->disk.half = true;
  fixture->disk.every = 2;
  journal_open(fixture);
  test_disk_plan(&fixture->disk, DISK_WRITE, 1, UINT64_MAX, ENOSPC);
  for (uint64_t seq = 1; seq <= ENTRIES; seq += 2) {
    journal_append_range(fixture, seq, seq + 1);
  }
  sift_journal_stats(fixture->journal, &stats);
  assert_true(stats.errors >= ENTRIES / 2 - 2); /* of each commit but the first two */
  assert_int_equal(stats.segments, 1);
  /* More than goes into one write: the first succeed, the one behind does not. */
  test_disk_plan(&fixture->disk, DISK_WRITE, 0, 5, ENOSPC);
  journal_append_range(fixture, ENTRIES + 1, MANY);
  test_disk_plan(&fixture->disk, 0, 0, 0, 0);
  sift_journal_stats(fixture->journal, &stats);
  journal_close(fixture);
  size_t size = 0;
  size_t ends[MANY + 1];
  char *bytes = read_bytes(fixture->path, "journal-00000000000000000001.zst", &size);
  assert_int_equal(item_ends(bytes, size, ends, MANY + 1), MANY + 1);
  assert_int_equal(size, stats.segment_bytes);
  free(bytes);
}

/* --- a disk that dies -------------------------------------------------------------------------------------------------- */

static void note_durable(void *context, uint64_t durable) {
  *(uint64_t *)context = durable; /* read once the writer is gone */
}

/* Whether `seq` became durable, which a busy machine may take its time for; false once the disk is in trouble. */
static bool reached(struct journal_fixture *fixture, uint64_t seq) {
  struct sift_journal_stats stats = {0};
  for (unsigned ms = 0; ms < WAIT_MS && stats.error == 0; ms += 5) {
    if (sift_journal_wait(fixture->journal, seq, 5) == SIFT_OK) {
      return true;
    }
    sift_journal_stats(fixture->journal, &stats);
  }
  return false;
}

/* From some step on nothing works; then the power goes. What was durable is found again, nothing else is invented. */
static void what_was_durable_outlasts_a_power_cut_at_any_step(void **state) {
  struct journal_fixture *fixture = *state;
  use_small_segments(fixture);
  for (int half = 0; half < 2; half++) {
    for (uint64_t step = 0; step < STEPS; step++) {
      uint64_t durable = 0;
      fixture->disk.half = half;
      fixture->config.notify = note_durable;
      fixture->config.context = &durable;
      journal_open(fixture);
      test_disk_plan(&fixture->disk, DISK_ANY, step, UINT64_MAX, EIO);
      for (uint64_t seq = 1; seq <= ENTRIES; seq++) {
        journal_append(fixture, seq);
        if (seq % 2 == 0 && !reached(fixture, seq)) {
          break;
        }
      }
      journal_close(fixture);
      assert_true(step > 30 || durable < ENTRIES);
      uint64_t last = durable;
      assert_true(test_disk_count(&fixture->disk) >= step);
      test_disk_plan(&fixture->disk, 0, 0, 0, 0);
      test_disk_cut_power(&fixture->disk, fixture->path);
      expect_all(fixture, last);
      journal_append_range(fixture, last + 1, last + 2);
      expect_all(fixture, last + 2);
      journal_start_over(fixture);
    }
  }
}

/* The same, but the process only is killed: what no sync covered may be there, whole and in order. */
static void a_kill_in_trouble_loses_nothing_and_doubles_nothing(void **state) {
  struct journal_fixture *fixture = *state;
  use_small_segments(fixture);
  for (uint64_t step = 0; step < STEPS; step++) {
    fixture->disk.half = true;
    journal_open(fixture);
    test_disk_plan(&fixture->disk, DISK_ANY, step, UINT64_MAX, EIO);
    for (uint64_t seq = 1; seq <= ENTRIES; seq++) {
      journal_append(fixture, seq);
    }
    (void)reached(fixture, ENTRIES);
    uint64_t durable = sift_journal_durable(fixture->journal);
    journal_close(fixture);
    test_disk_plan(&fixture->disk, 0, 0, 0, 0);
    journal_open(fixture);
    struct replayed replayed = journal_replay(fixture, 0);
    assert_true(replayed.count >= durable);
    assert_int_equal(replayed.last, replayed.count);
    assert_int_equal(replayed.result.missing, 0);
    journal_start_over(fixture);
  }
}

/* --- what is told ------------------------------------------------------------------------------------------------------ */

struct told {
  pthread_mutex_t mutex;
  int troubles, recoveries, notes;
  uint64_t durable;
  char text[SIFT_JOURNAL_ERROR_BYTES];
};

static void take_trouble(void *context, const char *text) {
  struct told *told = context;
  pthread_mutex_lock(&told->mutex);
  told->troubles += text != NULL;
  told->recoveries += text == NULL;
  if (text != NULL) {
    snprintf(told->text, sizeof told->text, "%s", text);
  }
  pthread_mutex_unlock(&told->mutex);
}

static void take_note(void *context, uint64_t durable) {
  struct told *told = context;
  pthread_mutex_lock(&told->mutex);
  assert_true(durable > told->durable);
  told->durable = durable;
  told->notes++;
  pthread_mutex_unlock(&told->mutex);
}

static void trouble_is_told_once_and_so_is_its_end(void **state) {
  struct journal_fixture *fixture = *state;
  struct sift_journal_stats stats;
  struct told told = {.mutex = PTHREAD_MUTEX_INITIALIZER};
  fixture->config.trouble = take_trouble;
  fixture->config.notify = take_note;
  fixture->config.context = &told;
  journal_open(fixture);
  journal_append_range(fixture, 1, 3);
  test_disk_plan(&fixture->disk, DISK_WRITE, 0, UINT64_MAX, ENOSPC);
  journal_append(fixture, 4);
  while (test_disk_count(&fixture->disk) < 3) {
    usleep(1000);
  }
  assert_int_equal(sift_journal_wait(fixture->journal, 4, 1), SIFT_ELIMIT);
  assert_int_equal(sift_journal_durable(fixture->journal), 3);
  assert_true(sift_journal_queued_bytes(fixture->journal) > SIFT_SEAL_BYTES);
  sift_journal_stats(fixture->journal, &stats);
  assert_int_equal(stats.error, ENOSPC);
  assert_non_null(strstr(stats.text, "cannot write "));
  assert_non_null(strstr(stats.text, fixture->path));
  assert_non_null(strstr(stats.text, strerror(ENOSPC)));
  test_disk_plan(&fixture->disk, 0, 0, 0, 0);
  assert_int_equal(sift_journal_wait(fixture->journal, 4, WAIT_MS), SIFT_OK);
  journal_close(fixture);
  assert_int_equal(told.troubles, 1);
  assert_int_equal(told.recoveries, 1);
  assert_string_equal(told.text, stats.text);
  assert_int_equal(told.durable, 4);
  assert_in_range(told.notes, 2, 4);
}

static void a_failed_sync_is_never_asked_again_of_the_same_file(void **state) {
  struct journal_fixture *fixture = *state;
  journal_open(fixture);
  journal_append_range(fixture, 1, 2);
  test_disk_plan(&fixture->disk, DISK_SYNC, 0, 1, EIO);
  journal_append_range(fixture, 3, 4);
  journal_close(fixture);
  size_t size = 0;
  char *bytes = read_bytes(fixture->path, "journal-00000000000000000003.zst", &size);
  assert_true(size > 0);
  free(bytes);
  expect_all(fixture, 4);
}

/* --- pace and segments ------------------------------------------------------------------------------------------------- */

static void what_is_queued_together_shares_a_sync(void **state) {
  struct journal_fixture *fixture = *state;
  struct sift_journal_stats stats;
  fixture->config.sync_interval_ms = 400;
  journal_open(fixture);
  int64_t begun_ns = sift_disk_real()->now_ns(NULL);
  journal_append_range(fixture, 1, 1);
  journal_append_range(fixture, 2, 201);
  assert_true(sift_disk_real()->now_ns(NULL) - begun_ns > INT64_C(300) * 1000000);
  sift_journal_stats(fixture->journal, &stats);
  assert_in_range(stats.syncs, 2, 100); /* of 201 entries; how few depends on what else the machine does */
  assert_true(stats.sync_ns_sum >= stats.sync_ns_max && stats.sync_ns_max > 0);
  expect_all(fixture, 201);
}

static void a_segment_ends_when_it_is_large_or_old(void **state) {
  struct journal_fixture *fixture = *state;
  struct sift_journal_stats stats;
  fixture->config.segment_bytes = 20000;
  fixture->config.segment_age_ns = 1000;
  test_disk_set_now(&fixture->disk, 5000);
  journal_open(fixture);
  journal_append_range(fixture, 1, 10);
  journal_append_range(fixture, 11, 12);
  sift_journal_stats(fixture->journal, &stats);
  assert_int_equal(stats.segments, 1);
  test_disk_set_now(&fixture->disk, 6001);
  journal_append_range(fixture, 13, 14);
  sift_journal_stats(fixture->journal, &stats);
  assert_int_equal(stats.segments, 2);
  journal_append_range(fixture, 15, 300);
  sift_journal_stats(fixture->journal, &stats);
  assert_in_range(stats.segments, 3, 6);
  assert_true(stats.segment_bytes / stats.segments < 22000);
  expect_all(fixture, 300);
}

static void a_new_header_opens_a_new_segment_where_it_was_set(void **state) {
  struct journal_fixture *fixture = *state;
  size_t size = 0;
  journal_open(fixture);
  journal_append(fixture, 1);
  assert_int_equal(sift_journal_set_header(fixture->journal, fixture->packer, sift_span_of("other head")), SIFT_OK);
  journal_append(fixture, 2);
  journal_append_range(fixture, 3, 3);
  journal_close(fixture);
  char *bytes = read_bytes(fixture->path, "journal-00000000000000000002.zst", &size);
  struct sift_state_bytes rest = {sift_span(bytes, size)};
  struct sift_segment_reader *reader = NULL;
  struct sift_segment_item item;
  struct sift_span payload;
  assert_int_equal(sift_segment_reader_new(&reader, sift_state_bytes_input(&rest)), SIFT_OK);
  assert_int_equal(sift_segment_next(reader, &item), SIFT_OK);
  assert_int_equal(item.seal.kind, SIFT_SEAL_HEADER);
  assert_int_equal(sift_segment_payload(reader, &item, &payload), SIFT_OK);
  assert_true(sift_span_equal(payload, sift_span_of("other head")));
  sift_segment_reader_free(reader);
  free(bytes);
  expect_all(fixture, 3);
}

static struct sift_journal_stats stats_of(struct journal_fixture *fixture) {
  struct sift_journal_stats stats;
  sift_journal_stats(fixture->journal, &stats);
  return stats;
}

static void the_age_of_the_oldest_entry_that_waits_is_told(void **state) {
  struct journal_fixture *fixture = *state;
  journal_open(fixture);
  journal_append_range(fixture, 1, 2);
  assert_int_equal(stats_of(fixture).oldest_ns, 0);
  test_disk_plan(&fixture->disk, DISK_ANY, 0, UINT64_MAX, ENOSPC);
  int64_t before_ns = sift_journal_clock_ns();
  journal_append(fixture, 3);
  int64_t after_ns = sift_journal_clock_ns();
  int64_t oldest_ns = stats_of(fixture).oldest_ns;
  assert_in_range(oldest_ns, before_ns, after_ns);
  for (uint64_t seq = 4; seq < 8; seq++) {
    journal_append(fixture, seq);
    assert_int_equal(stats_of(fixture).oldest_ns, oldest_ns);
  }
  test_disk_plan(&fixture->disk, 0, 0, 0, 0);
  assert_int_equal(sift_journal_wait(fixture->journal, 7, WAIT_MS), SIFT_OK);
  assert_int_equal(stats_of(fixture).oldest_ns, 0);
}

static void what_waits_for_the_disk_counts_towards_the_memory_limit(void **state) {
  struct journal_fixture *fixture = *state;
  journal_open(fixture);
  struct sift_hub hub = {.journal = fixture->journal, .budget.limit = 4096};
  journal_append_range(fixture, 1, 50);
  assert_false(sift_hub_over(&hub));
  test_disk_plan(&fixture->disk, DISK_ANY, 0, UINT64_MAX, ENOSPC);
  uint64_t seq = 50;
  while (!sift_hub_over(&hub) && seq < 200) {
    journal_append(fixture, ++seq);
  }
  assert_in_range(seq, 55, 150);
  assert_false(sift_hub_relaxed(&hub));
  test_disk_plan(&fixture->disk, 0, 0, 0, 0);
  assert_int_equal(sift_journal_wait(fixture->journal, seq, WAIT_MS), SIFT_OK);
  assert_false(sift_hub_over(&hub));
  assert_true(sift_hub_relaxed(&hub));
}

#define WRITER_TEST(name) cmocka_unit_test_setup_teardown(name, journal_set_up, journal_tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      WRITER_TEST(every_failure_is_overcome),
      WRITER_TEST(a_write_that_fails_again_and_again_leaves_no_damage),
      WRITER_TEST(what_was_durable_outlasts_a_power_cut_at_any_step),
      WRITER_TEST(a_kill_in_trouble_loses_nothing_and_doubles_nothing),
      WRITER_TEST(trouble_is_told_once_and_so_is_its_end),
      WRITER_TEST(a_failed_sync_is_never_asked_again_of_the_same_file),
      WRITER_TEST(what_is_queued_together_shares_a_sync),
      WRITER_TEST(a_segment_ends_when_it_is_large_or_old),
      WRITER_TEST(the_age_of_the_oldest_entry_that_waits_is_told),
      WRITER_TEST(what_waits_for_the_disk_counts_towards_the_memory_limit),
      WRITER_TEST(a_new_header_opens_a_new_segment_where_it_was_set),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
