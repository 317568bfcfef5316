#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/unit/worker_support.h"

#define T0 INT64_C(1700000000000000000)

static void replayed_events_come_to_the_tallies_of_who_scanned(void **state) {
  struct chain *chain = *state;
  for (uint64_t seed = 1; seed <= 120; seed++) {
    struct test_random random = {seed};
    struct live_line line = {.time_ns = T0};
    unsigned lines = test_random_below(&random, 120);
    for (unsigned i = 0; i < lines; i++) {
      live_random_line(&random, &line, 4);
      line.offset += 1 + test_random_below(&random, 300);
      line.time_ns = T0 + test_random_below(&random, 4000) * INT64_C(1000000000);
      line.time_ns = test_random_below(&random, 4) == 0 ? SIFT_TIME_NONE : line.time_ns;
      line.arrived_ns = T0 + (int64_t)i;
      live_feed(chain->whole, &line);
      live_feed(chain->teller, &line);
      live_count(chain->replayer, &line);
      if (test_random_below(&random, 10) == 0) {
        chain_hand_on(chain, chain->replayer);
      }
    }
    chain_hand_on(chain, chain->replayer);
    assert_same_tallies(chain, chain->whole, chain->replayer, seed % 2 == 0);
    chain_free_workers(chain);
    chain_workers(chain);
  }
}

static void lines_of_one_record_are_lines_of_their_own(void **state) {
  struct chain *chain = *state;
  /* "start" comes behind "module" in the order of rules: as one line, it would hold the evidence back. */
  chain_line(chain, 0, T0, "No module named 'x'\n--> RUN y\n");
  chain_hand_on(chain, chain->replayer);
  assert_tally(chain, chain->replayer, false, "a/b 0\n  module x1 No module named 'x'|x|\n  start x1 \n");
}

static void the_same_line_twice_in_one_record_counts_twice(void **state) {
  struct chain *chain = *state;
  chain_line(chain, 0, T0, "No module named 'x'\nNo module named 'x'\n");
  chain_hand_on(chain, chain->replayer);
  assert_tally(chain, chain->replayer, false, "a/b 0\n  module x2 No module named 'x'|x|\n");
}

static void events_of_rules_that_are_not_known_are_passed_over(void **state) {
  struct chain *chain = *state;
  struct sift_ruleset *fewer = test_ruleset(live_rules + 3, 3); /* module, ok, queued */
  struct sift_database *database = test_database(fewer);
  struct sift_worker *worker = live_worker(database, NULL, 0);
  struct sift_state_buffer tally;
  chain_line(chain, 0, T0, "--> RUN x\n");
  chain_line(chain, 0, T0, "No module named 'x' from warning\n");
  assert_int_equal(sift_worker_flush_events(chain->teller), SIFT_OK);
  assert_int_equal(live_replay(worker, sift_span(chain->events.bytes, chain->events.len)), 2);
  live_state(worker, fewer, false, &tally);
  char *text = live_text(fewer, &tally);
  assert_string_equal(text, "a/b 0\n  module x1 No module named 'x' from warning|x|warning\n");
  free(text);
  sift_state_buffer_release(&tally);
  sift_worker_free(worker);
  sift_database_free(database);
  sift_ruleset_free(fewer);
}

static void values_are_found_by_name_where_the_rule_takes_others_now(void **state) {
  struct chain *chain = *state;
  const struct test_rule changed[] = {{.id = "module",
                                       .severity = SIFT_ERROR,
                                       .any = {"No (?<kind>module) named '\\w+'( from (?<from>\\w+))?"},
                                       .captures = {"kind", "from"}}};
  struct sift_ruleset *ruleset = test_ruleset(changed, 1);
  struct sift_database *database = test_database(ruleset);
  struct sift_worker *worker = live_worker(database, NULL, 0);
  struct sift_state_buffer tally;
  chain_line(chain, 0, T0, "No module named 'x' from here\n");
  assert_int_equal(sift_worker_flush_events(chain->teller), SIFT_OK);
  assert_int_equal(live_replay(worker, sift_span(chain->events.bytes, chain->events.len)), 0);
  live_state(worker, ruleset, false, &tally);
  char *text = live_text(ruleset, &tally);
  assert_string_equal(text, "a/b 0\n  module x1 No module named 'x' from here||here\n");
  free(text);
  sift_state_buffer_release(&tally);
  sift_worker_free(worker);
  sift_database_free(database);
  sift_ruleset_free(ruleset);
}

static void lines_and_damage_from_elsewhere_are_counted(void **state) {
  struct chain *chain = *state;
  struct sift_worker *worker = chain->replayer;
  assert_int_equal(sift_worker_count(worker, sift_span_of("a/b"), 3, 30), SIFT_OK);
  assert_int_equal(sift_worker_count(worker, sift_span_of("-"), 4, 40), SIFT_OK);
  assert_int_equal(sift_worker_count(worker, sift_span_of("no/valid/name"), 5, 50), SIFT_OK);
  assert_int_equal(sift_worker_damages(worker, SIFT_REASON_LINE_CUT, 77, 6), SIFT_OK);
  assert_int_equal(sift_worker_damages(worker, SIFT_REASON_BAD_TIME, 78, 0), SIFT_OK);
  assert_int_equal(sift_worker_tidy_live(worker), SIFT_OK);
  const struct sift_fleet *fleet = sift_worker_fleet(worker);
  assert_int_equal(fleet->lines, 12);
  assert_int_equal(fleet->bytes, 120);
  assert_int_equal(fleet->reasons[SIFT_REASON_NO_SPACE], 9);
  assert_int_equal(fleet->reasons[SIFT_REASON_LINE_CUT], 6);
  assert_int_equal(fleet->reasons[SIFT_REASON_BAD_TIME], 0);
  assert_int_equal(fleet->damage_count, 1);
  assert_int_equal(fleet->damages[0].offset, 77);
  assert_string_equal(fleet->damages[0].source, "tcp://live");
  assert_tally(chain, worker, false, "- 9\na/b 3\n");
}

static void a_worker_that_was_emptied_begins_anew(void **state) {
  struct chain *chain = *state;
  static struct live_runs runs;
  chain_line(chain, 0, T0, "--> RUN x\n");
  chain_line(chain, 0, T0, "No module named 'x'\n");
  chain_hand_on(chain, chain->replayer);
  live_take_runs(chain->replayer, &runs);
  assert_int_equal(sift_worker_fleet(chain->replayer)->hits, 0);
  chain_line(chain, 0, T0 + 1, "DONE\n"); /* what was open before is known still */
  chain_hand_on(chain, chain->replayer);
  live_take_runs(chain->replayer, &runs);
  struct sift_state_buffer folded;
  struct sift_state_buffer whole;
  live_fold(chain->ruleset, &runs, &folded);
  live_state(chain->whole, chain->ruleset, false, &whole);
  char *got = live_text(chain->ruleset, &folded);
  assert_string_equal(got, "a/b 0\n  module demoted x1 No module named 'x'|x|\n  ok x1 \n  start x1 \n");
  free(got);
  sift_state_buffer_release(&folded);
  sift_state_buffer_release(&whole);
}

static void more_sources_than_are_kept_apart_become_one(void **state) {
  struct chain *chain = *state;
  char name[32];
  for (unsigned i = 0; i < 5000; i++) {
    snprintf(name, sizeof name, "tcp://%u", i);
    assert_int_equal(sift_worker_source(chain->replayer, sift_span_of(name)), SIFT_OK);
  }
  assert_int_equal(sift_worker_damages(chain->replayer, SIFT_REASON_LINE_CUT, 1, 1), SIFT_OK);
  assert_string_equal(sift_worker_fleet(chain->replayer)->damages[0].source, "…");
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, chain_set_up, chain_tear_down)
  const struct CMUnitTest tests[] = {
      TEST(replayed_events_come_to_the_tallies_of_who_scanned),
      TEST(lines_of_one_record_are_lines_of_their_own),
      TEST(the_same_line_twice_in_one_record_counts_twice),
      TEST(events_of_rules_that_are_not_known_are_passed_over),
      TEST(values_are_found_by_name_where_the_rule_takes_others_now),
      TEST(lines_and_damage_from_elsewhere_are_counted),
      TEST(a_worker_that_was_emptied_begins_anew),
      TEST(more_sources_than_are_kept_apart_become_one),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
