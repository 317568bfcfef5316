#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/unit/worker_support.h"

enum { SECOND = 1000000000 };
#define T0 INT64_C(1700000000000000000)

static void marks_that_open_count_before_the_evidence_of_their_line_and_those_that_close_after_it(void **state) {
  struct chain *chain = *state;
  chain_line(chain, 0, T0, "--> RUN x, No module named 'inside', DONE\n");
  chain_line(chain, 0, T0, "No module named 'outside'\n");
  assert_tally(chain, chain->whole, false,
               "a/b 2\n"
               "  module x1 No module named 'outside'|outside|\n"
               "  module demoted x1 --> RUN x, No module named 'inside', DONE|inside|\n"
               "  ok x1 \n"
               "  start x1 \n");
}

static void a_new_attempt_settles_the_step_before_it_as_it_stands(void **state) {
  struct chain *chain = *state;
  chain_line(chain, 0, T0, "--> RUN x\n");
  chain_line(chain, 0, T0, "No module named 'torn'\n");
  chain_line(chain, 0, T0, "===== Build Queued =====\n");
  chain_line(chain, 0, T0, "DONE\n"); /* of no step */
  assert_tally(chain, chain->whole, false,
               "a/b 4\n"
               "  module x1 No module named 'torn'|torn|\n"
               "  ok x1 \n"
               "  queued x1 ===== Build Queued =====\n"
               "  start x1 \n");
}

static void evidence_that_waits_is_in_no_tally_until_its_step_ends(void **state) {
  struct chain *chain = *state;
  chain_line(chain, 0, T0, "--> RUN x\n");
  chain_line(chain, 0, T0, "No module named 'waits'\n");
  assert_tally(chain, chain->whole, false, "a/b 2\n  start x1 \n");
  chain_line(chain, 0, T0, "--> ERROR: process\n");
  assert_tally(chain, chain->whole, false, "a/b 1\n  failed x1 --> ERROR: process\n  module x1 No module named 'waits'|waits|\n");
}

static void a_live_line_without_a_time_is_dated_by_what_has_passed_since_the_last_dated_one(void **state) {
  struct chain *chain = *state;
  struct live_line line = {.stream = 0, .time_ns = T0, .arrived_ns = T0 + 10 * (int64_t)SECOND, .text = "Warning: a\n"};
  live_feed(chain->whole, &line);
  assert_int_equal(sift_worker_fleet(chain->whole)->newest_ns, T0);
  line.time_ns = SIFT_TIME_NONE;
  line.arrived_ns += 7 * (int64_t)SECOND;
  live_feed(chain->whole, &line);
  assert_int_equal(sift_worker_fleet(chain->whole)->newest_ns, T0 + 7 * (int64_t)SECOND);
  line.arrived_ns -= 100 * (int64_t)SECOND; /* our clock was set back: the line's does not go back */
  live_feed(chain->whole, &line);
  assert_int_equal(sift_worker_fleet(chain->whole)->newest_ns, T0 + 7 * (int64_t)SECOND);
  line =
      (struct live_line){.stream = 2, .time_ns = SIFT_TIME_NONE, .arrived_ns = T0 + 60 * (int64_t)SECOND, .text = "Warning: b\n"};
  live_feed(chain->whole, &line); /* a stream of which nothing is known: when it came */
  assert_int_equal(sift_worker_fleet(chain->whole)->newest_ns, T0 + 60 * (int64_t)SECOND);
}

static void clocks_at_the_ends_of_time_are_none_to_count_on(void **state) {
  struct chain *chain = *state;
  struct live_line line = {.stream = 0, .time_ns = INT64_MAX - 1, .arrived_ns = T0, .text = "Warning: a\n"};
  live_feed(chain->whole, &line);
  line.time_ns = SIFT_TIME_NONE;
  line.arrived_ns = T0 + SECOND;
  live_feed(chain->whole, &line);
  assert_true(sift_worker_fleet(chain->whole)->newest_ns == INT64_MAX - 1);
  line = (struct live_line){.stream = 2, .time_ns = SIFT_TIME_NONE, .arrived_ns = T0, .text = "2026-01-01T00:00:00Z Warning: b\n"};
  live_feed(chain->whole, &line); /* nothing is known before it */
  line = (struct live_line){.stream = 4, .time_ns = INT64_MIN + 1, .arrived_ns = T0, .text = "Warning: c\n"};
  live_feed(chain->whole, &line);
  line = (struct live_line){.stream = 4, .time_ns = SIFT_TIME_NONE, .arrived_ns = T0, .text = "2026-01-01T00:00:00Z Warning: d\n"};
  live_feed(chain->whole, &line); /* too far a leap */
  assert_int_equal(sift_worker_fleet(chain->whole)->hits, 5);
}

static void who_tells_events_only_tallies_and_counts_nothing(void **state) {
  struct chain *chain = *state;
  chain_line(chain, 0, T0, "--> RUN x\n");
  chain_line(chain, 3, T0, "No module named 'nobodys'\n");
  assert_int_equal(sift_worker_damage(chain->teller, SIFT_REASON_LINE_CUT, 1), SIFT_OK);
  const struct sift_fleet *fleet = sift_worker_fleet(chain->teller);
  assert_int_equal(fleet->hits, 2);
  assert_int_equal(fleet->lines, 0);
  assert_int_equal(fleet->reasons[SIFT_REASON_NO_SPACE], 0);
  assert_int_equal(fleet->reasons[SIFT_REASON_LINE_CUT], 0);
  assert_tally(chain, chain->teller, false, "");
}

/* ---- blocks ---- */

struct blocks {
  unsigned count;
  bool together;
};

/* Each line of the test hits two rules, of which "warning" is the last. */
static enum sift_status look_at_block(void *context, struct sift_span block) {
  struct blocks *blocks = context;
  struct sift_cursor cursor = sift_cursor(block);
  struct sift_event_record event = {0};
  unsigned events = 0;
  for (; cursor.at < cursor.end && cursor.fault == SIFT_FAULT_NONE; events++) {
    sift_event_take(&cursor, &event);
  }
  blocks->count++;
  blocks->together = blocks->together && events % 2 == 0 && sift_span_equal(event.rule, sift_span_of("warning"));
  return SIFT_OK;
}

static void the_events_of_a_line_stand_in_one_block(void **state) {
  struct chain *chain = *state;
  struct blocks blocks = {0, true};
  const struct sift_event_sink sink = {look_at_block, &blocks};
  struct sift_worker *worker = live_worker(chain->database, &sink, 0);
  for (unsigned i = 0; i < 6000; i++) { /* lines of several lengths, so that blocks fill at any place */
    struct live_line line = {.stream = 0, .offset = i, .time_ns = T0};
    snprintf(line.text, sizeof line.text, "No module named 'm' warning: %.*s\n", (int)(i % 97),
             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    live_feed(worker, &line);
  }
  assert_int_equal(sift_worker_flush_events(worker), SIFT_OK);
  assert_true(blocks.count > 5);
  assert_true(blocks.together);
  sift_worker_free(worker);
}

static enum sift_status refuse_block(void *context, struct sift_span block) {
  (void)context;
  (void)block;
  return SIFT_EIO;
}

static void what_the_sink_refuses_is_told_and_sticks(void **state) {
  struct chain *chain = *state;
  const struct sift_event_sink sink = {refuse_block, NULL};
  struct sift_worker *worker = live_worker(chain->database, &sink, 0);
  const struct live_line line = {.stream = 0, .time_ns = T0, .text = "Warning: a\n"};
  live_feed(worker, &line);
  assert_int_equal(sift_worker_flush_events(worker), SIFT_EIO);
  assert_int_equal(sift_worker_flush_events(worker), SIFT_EIO);
  sift_worker_free(worker);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, chain_set_up, chain_tear_down)
  const struct CMUnitTest tests[] = {
      TEST(marks_that_open_count_before_the_evidence_of_their_line_and_those_that_close_after_it),
      TEST(a_new_attempt_settles_the_step_before_it_as_it_stands),
      TEST(evidence_that_waits_is_in_no_tally_until_its_step_ends),
      TEST(a_live_line_without_a_time_is_dated_by_what_has_passed_since_the_last_dated_one),
      TEST(clocks_at_the_ends_of_time_are_none_to_count_on),
      TEST(who_tells_events_only_tallies_and_counts_nothing),
      TEST(the_events_of_a_line_stand_in_one_block),
      TEST(what_the_sink_refuses_is_told_and_sticks),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
