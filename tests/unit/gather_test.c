#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/space.h"
#include "ingest/serve/gather.h"
#include "tests/property/random.h"

static void add(struct sift_gather *gather, uint32_t stream, const char *text) {
  assert_int_equal(sift_gather_record(gather, stream, sift_span_of(text), 5), SIFT_OK);
}

static struct sift_batch batch_of(struct sift_gather *gather) {
  struct sift_batch batch;
  sift_gather_batch(gather, 77, &batch);
  return batch;
}

static void records_become_one_batch_each_with_its_own_place(void **state) {
  struct sift_gather gather = {.offset = 1000};
  (void)state;
  assert_true(sift_gather_empty(&gather));
  add(&gather, 3, "one\n");
  add(&gather, 4, "two"); /* its newline is added */
  assert_int_equal(sift_gather_record(&gather, 3, sift_span_of("a\nb\n"), SIFT_TIME_NONE), SIFT_OK);
  assert_false(sift_gather_empty(&gather));
  struct sift_batch batch = batch_of(&gather);
  assert_int_equal(batch.len, 12);
  assert_memory_equal(batch.text, "one\ntwo\na\nb\n", 12);
  for (int i = 0; i < SIFT_PADDING; i++) {
    assert_int_equal(batch.text[12 + i], 0);
  }
  assert_int_equal(batch.record_count, 3);
  assert_int_equal(batch.lines, 4);
  assert_int_equal(batch.bytes, 12);
  assert_int_equal(batch.arrived_ns, 77);
  assert_int_equal(batch.records[0].offset, 1000);
  assert_int_equal(batch.records[1].offset, 1004);
  assert_int_equal(batch.records[1].text, 4);
  assert_int_equal(batch.records[1].stream, 4);
  assert_int_equal(batch.records[1].time_ns, 5);
  assert_null(batch.records[1].time);
  assert_int_equal(batch.records[2].lines, 2);
  assert_int_equal(batch.records[2].time_ns, SIFT_TIME_NONE);
  sift_gather_release(&gather);
}

static void offsets_go_on_over_batches_and_the_rest_begins_anew(void **state) {
  struct sift_gather gather = {0};
  (void)state;
  add(&gather, 0, "abc");
  (void)batch_of(&gather);
  sift_gather_clear(&gather);
  assert_true(sift_gather_empty(&gather));
  assert_int_equal(gather.counted_count, 0);
  add(&gather, 0, "d");
  struct sift_batch batch = batch_of(&gather);
  assert_int_equal(batch.records[0].offset, 4);
  assert_int_equal(batch.lines, 1);
  assert_memory_equal(batch.text, "d\n", 2);
  sift_gather_release(&gather);
}

static void lines_are_counted_by_stream_each_once(void **state) {
  struct sift_gather gather = {0};
  uint64_t want[1000] = {0};
  struct test_random random = {1};
  (void)state;
  for (int round = 0; round < 3; round++) { /* the table is used again */
    memset(want, 0, sizeof want);
    for (int i = 0; i < 5000; i++) {
      uint32_t stream = test_random_below(&random, 1000);
      add(&gather, stream * 7919, "ab\ncd");
      want[stream] += 2;
    }
    for (uint32_t i = 0; i < gather.counted_count; i++) {
      assert_int_equal(gather.counted[i].stream % 7919, 0);
      uint32_t stream = gather.counted[i].stream / 7919;
      assert_int_equal(gather.counted[i].lines, want[stream]);
      assert_int_equal(gather.counted[i].bytes, 3 * want[stream]);
      want[stream] = 0;
    }
    for (int i = 0; i < 1000; i++) {
      assert_int_equal(want[i], 0);
    }
    sift_gather_clear(&gather);
  }
  sift_gather_release(&gather);
}

static void escape_sequences_and_returns_are_taken_out(void **state) {
  struct sift_gather gather = {0};
  (void)state;
  add(&gather, 0, "a\x1b[31mb\x1b[0m\n");
  add(&gather, 0, "10%\r20%\r30%");
  add(&gather, 0, "cut \x1b[");
  add(&gather, 0, "\x1b[2K");
  struct sift_batch batch = batch_of(&gather);
  assert_int_equal(batch.len, strlen("ab\n10%\n20%\n30%\ncut \n\n"));
  assert_memory_equal(batch.text, "ab\n10%\n20%\n30%\ncut \n\n", batch.len);
  assert_int_equal(batch.lines, 4); /* as the sender counts them */
  assert_int_equal(batch.records[2].offset, 15);
  sift_gather_release(&gather);
}

static void an_empty_record_is_an_empty_line(void **state) {
  struct sift_gather gather = {0};
  (void)state;
  assert_int_equal(sift_gather_record(&gather, 0, sift_span(NULL, 0), 1), SIFT_OK);
  struct sift_batch batch = batch_of(&gather);
  assert_int_equal(batch.len, 1);
  assert_int_equal(batch.lines, 1);
  assert_int_equal(batch.text[0], '\n');
  sift_gather_release(&gather);
}

static void raw_lines_are_a_record_each(void **state) {
  struct sift_gather gather = {0};
  (void)state;
  assert_int_equal(sift_gather_lines(&gather, 2, sift_span_of("a\n\nbc\nrest")), SIFT_OK);
  assert_int_equal(sift_gather_lines(&gather, 2, sift_span("", 0)), SIFT_OK);
  struct sift_batch batch = batch_of(&gather);
  assert_int_equal(batch.record_count, 4);
  assert_memory_equal(batch.text, "a\n\nbc\nrest\n", 11);
  assert_int_equal(batch.records[3].offset, 6);
  assert_int_equal(batch.records[3].time_ns, SIFT_TIME_NONE);
  assert_int_equal(batch.lines, 4);
  sift_gather_release(&gather);
}

static void it_is_full_by_bytes_or_by_records_and_takes_the_longest_line_even_then(void **state) {
  struct sift_gather gather = {0};
  char *longest = malloc(SIFT_LINE_BYTES_MAX);
  unsigned records = 0;
  (void)state;
  memset(longest, 'x', SIFT_LINE_BYTES_MAX);
  while (!sift_gather_full(&gather)) {
    add(&gather, 0, "");
    records++;
  }
  assert_int_equal(records, 16 * 1024);
  sift_gather_clear(&gather);
  assert_false(sift_gather_full(&gather));
  assert_int_equal(sift_gather_record(&gather, 0, sift_span(longest, SIFT_BATCH_BYTES - 2), 0), SIFT_OK);
  assert_false(sift_gather_full(&gather));
  assert_int_equal(sift_gather_record(&gather, 0, sift_span(longest, SIFT_LINE_BYTES_MAX), 0), SIFT_OK);
  assert_true(sift_gather_full(&gather));
  struct sift_batch batch = batch_of(&gather);
  assert_int_equal(batch.len, SIFT_BATCH_BYTES - 1 + SIFT_LINE_BYTES_MAX + 1);
  assert_int_equal(batch.text[batch.len - 1], '\n');
  assert_true(gather.capacity < 4 * SIFT_LINE_BYTES_MAX);
  sift_gather_release(&gather);
  free(longest);
}

/* Streams share slots; none may be left over, for those would be counted to others, and in the end fill the table. */
static void clearing_leaves_no_slot_taken(void **state) {
  (void)state;
  struct sift_gather gather = {0};
  uint64_t random = 1;
  for (uint32_t round = 0; round < 50; round++) {
    for (uint32_t i = 0; i < 100; i++) {
      random = random * 6364136223846793005U + 1442695040888963407U;
      assert_int_equal(sift_gather_record(&gather, (uint32_t)(random >> 44), sift_span_of("text"), SIFT_TIME_NONE), SIFT_OK);
    }
    assert_in_range(gather.counted_count, 90, 100);
    sift_gather_clear(&gather);
    for (uint32_t slot = 0; slot < gather.slot_count; slot++) {
      assert_int_equal(gather.slots[slot], 0);
    }
  }
  sift_gather_release(&gather);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(records_become_one_batch_each_with_its_own_place),
      cmocka_unit_test(offsets_go_on_over_batches_and_the_rest_begins_anew),
      cmocka_unit_test(lines_are_counted_by_stream_each_once),
      cmocka_unit_test(escape_sequences_and_returns_are_taken_out),
      cmocka_unit_test(an_empty_record_is_an_empty_line),
      cmocka_unit_test(raw_lines_are_a_record_each),
      cmocka_unit_test(clearing_leaves_no_slot_taken),
      cmocka_unit_test(it_is_full_by_bytes_or_by_records_and_takes_the_longest_line_even_then),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
