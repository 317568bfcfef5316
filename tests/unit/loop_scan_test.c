#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "engine/stream_internal.h"
#include "tests/unit/loop_support.h"

/* Straight into a listener's gather, as a connection does it. */
static void gather(struct world *world, size_t port, const char *space, const char *text) {
  struct sift_gather *into = &world->loop->intakes[port].gather;
  uint32_t stream = sift_loop_stream(world->loop, port, sift_span_of(space), sift_span_of("build"));
  uint32_t before = into->len;
  assert_int_equal(sift_gather_record(into, stream, sift_span_of(text), SIFT_TIME_NONE), SIFT_OK);
  sift_loop_hold(world->loop, into->len - before);
}

static void what_was_gathered_becomes_an_entry(void **state) {
  struct world *world = *state;
  gather(world, PORT_LINES, "a/b", "No module named 'x'");
  gather(world, PORT_LINES, "c/d", "plain");
  gather(world, PORT_FORWARD, "a/b", "Warning: y");
  assert_int_equal(sift_loop_flush_all(world->loop), SIFT_OK);
  assert_int_equal(world->loop->last_seq, 2);
  assert_int_equal(world->loop->counters.batches, 2);
  assert_int_equal(world->loop->counters.hits, 2);
  assert_int_equal(world->loop->queued, 0);
  assert_int_equal(sift_loop_flush_all(world->loop), SIFT_OK); /* nothing came meanwhile */
  assert_int_equal(world->loop->last_seq, 2);
  world_expect(world, "a/b 2\n  module x1 No module named 'x'|x|\n  warning x1 Warning: y\nc/d 1\n");
}

static void damage_and_chunks_without_a_record_are_an_entry_too(void **state) {
  struct world *world = *state;
  const struct sift_chunk_key key = sift_chunk_key(sift_span_of("chunk"));
  uint64_t seq = 0;
  struct sift_applied applied;
  assert_int_equal(sift_chunk_ids_take(world->hub.ids, key, sift_realtime_ns(), &seq), SIFT_CHUNK_ABSENT);
  sift_loop_damage(world->loop, PORT_LINES, SIFT_REASON_LINE_CUT, 3);
  assert_int_equal(sift_loop_chunk_done(world->loop, PORT_FORWARD, key), SIFT_OK);
  assert_int_equal(sift_loop_flush_all(world->loop), SIFT_OK);
  assert_int_equal(world->loop->last_seq, 2);
  assert_int_equal(sift_chunk_ids_find(world->hub.ids, key, sift_realtime_ns(), &seq), SIFT_CHUNK_TAKEN);
  assert_int_equal(seq, 2);
  assert_int_equal(world->loop->counters.damage[SIFT_REASON_LINE_CUT], 3);
  assert_int_equal(sift_applier_start(world->hub.applier), SIFT_OK);
  sift_applier_stop(world->hub.applier);
  assert_int_equal(sift_applier_collect(world->hub.applier, &applied), SIFT_OK);
  assert_int_equal(applied.seq, 2);
  sift_applied_release(&applied);
}

static void a_raw_block_is_scanned_where_it_stands_behind_what_came_before(void **state) {
  struct world *world = *state;
  static const char block[] = "No module named 'x'\r\n\x1b[31mDONE\x1b[0m\nNo module named 'y'\n";
  char *text = test_padded(block, sizeof block - 1);
  gather(world, PORT_LINES, "a/b", "--> RUN x");
  uint32_t stream = sift_loop_stream(world->loop, PORT_LINES, sift_span_of("a/b"), sift_span_of("build"));
  assert_int_equal(sift_loop_scan_raw(world->loop, PORT_LINES, stream, text, sizeof block - 1, sift_survey(text, sizeof block - 1)),
                   SIFT_OK);
  assert_int_equal(world->loop->last_seq, 2);
  assert_int_equal(world->loop->intakes[PORT_LINES].gather.offset, 10 + sizeof block - 1);
  world_expect(world, "a/b 4\n  module x1 No module named 'y'|y|\n  module demoted x1 No module named 'x'|x|\n"
                      "  ok x1 \n  start x1 \n");
  free(text);
}

static void names_that_are_none_are_counted_under_a_dash(void **state) {
  struct world *world = *state;
  gather(world, PORT_LINES, "no/valid/name", "x");
  gather(world, PORT_LINES, "", "x");
  assert_int_equal(sift_loop_flush_all(world->loop), SIFT_OK);
  assert_int_equal(world->loop->counters.damage[SIFT_REASON_BAD_SPACE_NAME], 1);
  assert_int_equal(world->loop->counters.damage[SIFT_REASON_NO_SPACE], 0); /* its lines are counted by who applies */
  world_expect(world, "- 2\n");
}

static void rules_change_between_two_batches_and_open_steps_are_remembered(void **state) {
  struct world *world = *state;
  struct sift_database *database = test_database(world->ruleset);
  gather(world, PORT_LINES, "a/b", "2026-01-01T00:00:00Z Warning: dated");
  gather(world, PORT_LINES, "a/b", "--> RUN x");
  sift_loop_swap(world->loop, database);
  assert_ptr_equal(sift_loop_database(world->loop), world->database);
  world_turn(world);
  assert_ptr_equal(sift_loop_database(world->loop), database);
  gather(world, PORT_LINES, "a/b", "No module named 'x'");
  gather(world, PORT_LINES, "a/b", "DONE");
  assert_int_equal(sift_loop_flush_all(world->loop), SIFT_OK);
  world_expect(world, "a/b 4\n  module demoted x1 No module named 'x'|x|\n  ok x1 \n  start x1 \n"
                      "  warning x1 2026-01-01T00:00:00Z Warning: dated\n");
  sift_loop_free(world->loop); /* before its rules go */
  sift_database_free(database);
  assert_int_equal(sift_loop_new(&world->loop, &world->hub, 0, world->database, 0), SIFT_OK);
}

static void records_that_wait_keep_their_space_when_streams_are_forgotten(void **state) {
  struct world *world = *state;
  char name[32];
  gather(world, PORT_FORWARD, "aaa/waits", "Warning: w");
  for (unsigned i = 0; i < SIFT_STREAMS_MAX + 10; i++) {
    snprintf(name, sizeof name, "many/s%u", i);
    gather(world, PORT_LINES, name, "x");
    if (sift_gather_full(&world->loop->intakes[PORT_LINES].gather)) {
      assert_int_equal(sift_loop_flush(world->loop, PORT_LINES), SIFT_OK);
    }
    assert_true(sift_worker_streams(world->loop->worker)->count <= SIFT_STREAMS_MAX);
  }
  assert_int_equal(sift_loop_flush_all(world->loop), SIFT_OK);
  assert_int_equal(world->fatal, SIFT_OK);
  struct sift_applied applied;
  assert_int_equal(sift_applier_start(world->hub.applier), SIFT_OK);
  sift_applier_stop(world->hub.applier);
  assert_int_equal(sift_applier_collect(world->hub.applier, &applied), SIFT_OK);
  unsigned found = 0;
  for (size_t i = 0; i < applied.run_count; i++) {
    struct sift_state_bytes bytes = {sift_span(applied.runs[i].bytes, applied.runs[i].size)};
    struct sift_state_reader *reader = NULL;
    const struct sift_space *space = NULL;
    assert_int_equal(sift_state_reader_new(&reader, sift_state_bytes_input(&bytes)), SIFT_OK);
    while (sift_state_next(reader, &space) == SIFT_OK) {
      bool waits = sift_span_equal(space->name, sift_span_of("aaa/waits"));
      assert_int_equal(space->evidence_count, waits ? 1 : 0);
      assert_true(space->lines <= 1 || waits);
      found += waits;
    }
    sift_state_reader_free(reader);
  }
  assert_int_equal(found, 1);
  sift_applied_release(&applied);
}

static void many_hits_are_several_entries_and_none_is_lost(void **state) {
  struct world *world = *state;
  char *text = malloc((size_t)SIFT_BATCH_BYTES * 8 + SIFT_PADDING);
  size_t len = 0;
  unsigned lines = 0;
  for (; len + 64 < SIFT_BATCH_BYTES * 8; lines++) {
    len += (size_t)sprintf(text + len, "Warning: No module named 'm%u'\n", lines);
  }
  memset(text + len, 0, SIFT_PADDING);
  uint32_t stream = sift_loop_stream(world->loop, PORT_LINES, sift_span_of("a/b"), sift_span_of("build"));
  assert_int_equal(sift_loop_scan_raw(world->loop, PORT_LINES, stream, text, len, sift_survey(text, len)), SIFT_OK);
  assert_true(world->loop->last_seq > 1);
  assert_int_equal(world->loop->counters.hits, 2 * lines);
  char want[200];
  snprintf(want, sizeof want,
           "a/b %u\n  module x%u Warning: No module named 'm%u'|m%u|\n  warning x%u Warning: No module named 'm%u'\n", lines, lines,
           lines - 1, lines - 1, lines, lines - 1);
  world_expect(world, want);
  free(text);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
  const struct CMUnitTest tests[] = {
      TEST(what_was_gathered_becomes_an_entry),
      TEST(damage_and_chunks_without_a_record_are_an_entry_too),
      TEST(a_raw_block_is_scanned_where_it_stands_behind_what_came_before),
      TEST(names_that_are_none_are_counted_under_a_dash),
      TEST(rules_change_between_two_batches_and_open_steps_are_remembered),
      TEST(records_that_wait_keep_their_space_when_streams_are_forgotten),
      TEST(many_hits_are_several_entries_and_none_is_lost),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
