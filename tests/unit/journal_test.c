#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <zstd.h>

#include "engine/event.h"
#include "engine/event_read.h"
#include "engine/pack.h"
#include "ingest/source.h"
#include "tests/unit/journal_support.h"

enum { THREADS = 4, EACH = 500 };

/* --- many threads ------------------------------------------------------------------------------------------------------ */

struct appender {
  struct sift_journal *journal;
  uint32_t loop;
  uint64_t seqs[EACH];
};

static void *append_many(void *context) {
  struct appender *appender = context;
  struct sift_journal_packer *packer = NULL;
  assert_int_equal(sift_journal_packer_new(&packer, 0), SIFT_OK);
  for (uint64_t i = 0; i < EACH; i++) {
    char text[64];
    size_t len = (size_t)snprintf(text, sizeof text, "loop %u entry %llu", appender->loop, (unsigned long long)i);
    assert_int_equal(
        sift_journal_append(appender->journal, packer, appender->loop, i + 1, sift_span(text, len), &appender->seqs[i]), SIFT_OK);
  }
  sift_journal_packer_free(packer);
  return NULL;
}

struct seen {
  struct appender *appenders;
  uint64_t next[THREADS];
  uint64_t seq;
};

static enum sift_status check_entry(void *context, const struct sift_journal_entry *entry) {
  struct seen *seen = context;
  char text[64];
  assert_in_range(entry->loop, 0, THREADS - 1);
  assert_int_equal(entry->seq, ++seen->seq);
  assert_int_equal(entry->loop_seq, ++seen->next[entry->loop]);
  assert_int_equal(entry->seq, seen->appenders[entry->loop].seqs[entry->loop_seq - 1]);
  size_t len = (size_t)snprintf(text, sizeof text, "loop %u entry %llu", entry->loop, (unsigned long long)entry->loop_seq - 1);
  assert_true(sift_span_equal(entry->payload, sift_span(text, len)));
  return SIFT_OK;
}

static void threads_append_together_and_each_keeps_its_order(void **state) {
  struct journal_fixture *fixture = *state;
  struct appender appenders[THREADS];
  pthread_t threads[THREADS];
  struct seen seen = {.appenders = appenders};
  struct sift_journal_replay result;
  struct sift_journal_visitor visitor = {check_entry, NULL, &seen};
  fixture->config.segment_bytes = 20000;
  journal_open(fixture);
  for (uint32_t i = 0; i < THREADS; i++) {
    appenders[i] = (struct appender){.journal = fixture->journal, .loop = i};
    assert_int_equal(pthread_create(&threads[i], NULL, append_many, &appenders[i]), 0);
  }
  for (uint32_t i = 0; i < THREADS; i++) {
    pthread_join(threads[i], NULL);
  }
  assert_int_equal(sift_journal_wait(fixture->journal, THREADS * EACH, WAIT_MS), SIFT_OK);
  assert_int_equal(sift_journal_durable(fixture->journal), THREADS * EACH);
  journal_open(fixture);
  assert_int_equal(sift_journal_replay(fixture->journal, 0, &visitor, &result), SIFT_OK);
  assert_int_equal(result.entries, THREADS * EACH);
}

/* --- closing and bounds ------------------------------------------------------------------------------------------------ */

static void closing_writes_what_is_queued(void **state) {
  struct journal_fixture *fixture = *state;
  fixture->config.sync_interval_ms = 10000; /* which closing does not wait for */
  journal_open(fixture);
  journal_append_range(fixture, 1, 1);
  for (uint64_t seq = 2; seq <= 50; seq++) {
    journal_append(fixture, seq);
  }
  journal_open(fixture);
  assert_int_equal(journal_replay(fixture, 0).count, 50);
}

static void closing_does_not_wait_for_a_dead_disk(void **state) {
  struct journal_fixture *fixture = *state;
  journal_open(fixture);
  test_disk_plan(&fixture->disk, DISK_ANY, 0, UINT64_MAX, EIO);
  journal_append(fixture, 1);
  journal_close(fixture);
  assert_true(test_disk_count(&fixture->disk) > 0);
  test_disk_plan(&fixture->disk, 0, 0, 0, 0);
  journal_open(fixture);
  assert_int_equal(fixture->found.next_seq, 1);
}

static void the_queue_is_counted_until_it_is_durable(void **state) {
  struct journal_fixture *fixture = *state;
  struct sift_journal_stats stats;
  journal_open(fixture);
  test_disk_plan(&fixture->disk, DISK_ANY, 0, UINT64_MAX, EIO);
  uint64_t before = 0;
  for (uint64_t seq = 1; seq <= 20; seq++) {
    journal_append(fixture, seq);
    assert_true(sift_journal_queued_bytes(fixture->journal) > before + SIFT_SEAL_BYTES);
    before = sift_journal_queued_bytes(fixture->journal);
  }
  sift_journal_stats(fixture->journal, &stats);
  assert_int_equal(stats.appended, 20);
  assert_int_equal(stats.durable, 0);
  test_disk_plan(&fixture->disk, 0, 0, 0, 0);
  assert_int_equal(sift_journal_wait(fixture->journal, 20, WAIT_MS), SIFT_OK);
  journal_append_range(fixture, 21, 21); /* behind which the count is settled */
  sift_journal_stats(fixture->journal, &stats);
  assert_true(sift_journal_queued_bytes(fixture->journal) < before);
}

static void an_entry_that_is_too_large_takes_no_number(void **state) {
  struct journal_fixture *fixture = *state;
  uint64_t seq = 0;
  char *bytes = calloc(1, SIFT_JOURNAL_ENTRY_BYTES_MAX + 1);
  assert_non_null(bytes);
  journal_open(fixture);
  struct sift_span large = {bytes, SIFT_JOURNAL_ENTRY_BYTES_MAX + 1};
  assert_int_equal(sift_journal_append(fixture->journal, fixture->packer, 0, 1, large, &seq), SIFT_ELIMIT);
  assert_int_equal(sift_journal_set_header(fixture->journal, fixture->packer, large), SIFT_ELIMIT);
  journal_append_range(fixture, 1, 1);
  fixture->config.header = large;
  journal_close(fixture);
  assert_int_equal(sift_journal_open(&fixture->journal, &fixture->config, &fixture->found, fixture->error, sizeof fixture->error),
                   SIFT_ELIMIT);
  assert_non_null(strstr(fixture->error, "header"));
  free(bytes);
}

/* --- what others read -------------------------------------------------------------------------------------------------- */

static void any_zstd_decoder_reads_a_segment_as_one_stream(void **state) {
  struct journal_fixture *fixture = *state;
  char text[1024];
  char expected[8192];
  char got[8192];
  size_t size = 0;
  size_t len = 4;
  memcpy(expected, "head", 4);
  journal_open(fixture);
  journal_append_range(fixture, 1, 9);
  journal_close(fixture);
  for (uint64_t seq = 1; seq <= 9; seq++) {
    size_t more = payload_of(seq, text, sizeof text);
    memcpy(expected + len, text, more);
    len += more;
  }
  char *bytes = read_bytes(fixture->path, "journal-00000000000000000001.zst", &size);
  assert_int_equal(ZSTD_decompress(got, sizeof got, bytes, size), len);
  assert_memory_equal(got, expected, len);
  free(bytes);
}

static struct sift_event_encoder *make_encoder(void) {
  static struct sift_class classes[1] = {{.id = "oom"}};
  static struct sift_rule rules[1] = {{.id = "cuda", .severity = SIFT_ERROR}};
  static struct sift_ruleset ruleset = {
      .name = "spaces", .version = "1", .classes = classes, .class_count = 1, .rules = rules, .rule_count = 1};
  struct sift_event_encoder *encoder = NULL;
  assert_int_equal(sift_event_encoder_new(&encoder, &ruleset), SIFT_OK);
  return encoder;
}

static enum sift_status read_source(void *context, char *buffer, size_t size, size_t *got) {
  enum sift_status status = sift_source_read(context, buffer, size, got);
  return status == SIFT_END ? SIFT_OK : status;
}

static void the_readers_of_events_read_a_segment(void **state) {
  struct journal_fixture *fixture = *state;
  struct sift_event_encoder *encoder = make_encoder();
  struct sift_event event = {.time_ns = SIFT_TIME_NONE, .space = sift_span_of("owner/name"), .text = sift_span_of("CUDA")};
  uint64_t seq = 0;
  assert_int_equal(sift_event_encode_header(encoder, "0.1.0"), SIFT_OK);
  fixture->config.header = sift_event_block(encoder);
  journal_open(fixture);
  for (uint64_t i = 1; i <= 20; i++) {
    char accounts[64];
    char *at = sift_put_str(sift_put_map(accounts, 1), sift_span_of("journal"));
    at = sift_put_unsigned(at, i);
    assert_int_equal(
        sift_journal_append(fixture->journal, fixture->packer, 0, 2 * i - 1, sift_span(accounts, (size_t)(at - accounts)), &seq),
        SIFT_OK);
    sift_event_clear(encoder);
    event.offset = i;
    assert_int_equal(sift_event_encode(encoder, &event), SIFT_OK);
    assert_int_equal(sift_journal_append(fixture->journal, fixture->packer, 0, 2 * i, sift_event_block(encoder), &seq), SIFT_OK);
  }
  journal_close(fixture);
  sift_event_encoder_free(encoder);
  char path[2 * TEST_PATH_BYTES];
  snprintf(path, sizeof path, "%s/journal-00000000000000000001.zst", fixture->path);
  struct sift_source *source = NULL;
  struct sift_event_reader *reader = NULL;
  const struct sift_event_record *record = NULL;
  enum sift_reason reason = SIFT_REASONS;
  assert_int_equal(sift_source_open(&source, path, NULL, &reason), SIFT_OK);
  assert_int_equal(sift_event_reader_new(&reader, (struct sift_state_input){.read = read_source, .context = source}), SIFT_OK);
  uint64_t events = 0;
  while (sift_event_next(reader, &record) == SIFT_OK) {
    assert_int_equal(record->offset, ++events);
  }
  assert_int_equal(events, 20);
  assert_int_equal(sift_event_next(reader, &record), SIFT_END);
  sift_event_reader_free(reader);
  sift_source_free(source);
}

#define JOURNAL_TEST(name) cmocka_unit_test_setup_teardown(name, journal_set_up, journal_tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      JOURNAL_TEST(threads_append_together_and_each_keeps_its_order),
      JOURNAL_TEST(closing_writes_what_is_queued),
      JOURNAL_TEST(closing_does_not_wait_for_a_dead_disk),
      JOURNAL_TEST(the_queue_is_counted_until_it_is_durable),
      JOURNAL_TEST(an_entry_that_is_too_large_takes_no_number),
      JOURNAL_TEST(any_zstd_decoder_reads_a_segment_as_one_stream),
      JOURNAL_TEST(the_readers_of_events_read_a_segment),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
