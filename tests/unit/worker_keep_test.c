#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/unit/worker_support.h"

#define T0 INT64_C(1700000000000000000)

static void keep_into(const struct sift_worker *worker, struct sift_pack *kept) {
  kept->len = 0;
  assert_int_equal(sift_worker_keep(worker, kept), SIFT_OK);
}

/* The worker is replaced by one that knows only what it kept. */
static void replace(struct sift_worker **worker, const struct sift_database *database, const struct sift_event_sink *sink) {
  struct sift_pack kept = {0};
  struct sift_pack again = {0};
  struct sift_worker *fresh = live_worker(database, sink, 0);
  keep_into(*worker, &kept);
  assert_int_equal(sift_worker_restore(fresh, sift_span(kept.bytes, kept.len)), SIFT_OK);
  keep_into(fresh, &again);
  assert_int_equal(again.len, kept.len);
  assert_memory_equal(again.bytes, kept.bytes, kept.len);
  sift_pack_release(&kept);
  sift_pack_release(&again);
  sift_worker_free(*worker);
  *worker = fresh;
}

static void next_line(struct test_random *random, struct live_line *line) {
  live_random_line(random, line, 3);
  line->offset += 1 + test_random_below(random, 300);
  line->time_ns = T0 + test_random_below(random, 4000) * INT64_C(1000000000);
  line->time_ns = test_random_below(random, 4) == 0 ? SIFT_TIME_NONE : line->time_ns;
  line->arrived_ns += 1000;
}

/* Both states, released. */
static void assert_equal_states(const struct chain *chain, struct sift_state_buffer *one, struct sift_state_buffer *other) {
  char *x = live_text(chain->ruleset, one);
  char *y = live_text(chain->ruleset, other);
  assert_string_equal(x, y);
  assert_true(live_same_state(one, other));
  free(x);
  free(y);
  sift_state_buffer_release(one);
  sift_state_buffer_release(other);
}

static void keeping_and_restoring_in_the_middle_changes_nothing(void **state) {
  struct chain *chain = *state;
  static struct live_runs runs;
  for (uint64_t seed = 1; seed <= 80; seed++) {
    struct test_random random = {seed};
    struct live_line line = {.arrived_ns = T0};
    for (unsigned i = 0, lines = test_random_below(&random, 150); i < lines; i++) {
      next_line(&random, &line);
      live_feed(chain->whole, &line);
      live_feed(chain->teller, &line);
      live_count(chain->replayer, &line);
      if (test_random_below(&random, 20) == 0) {
        chain_hand_on(chain, chain->replayer);
        live_take_runs(chain->replayer, &runs);
        replace(&chain->replayer, chain->database, NULL);
        replace(&chain->teller, chain->database, &chain->sink);
      }
    }
    chain_hand_on(chain, chain->replayer);
    assert_int_equal(sift_worker_end(chain->replayer, 0), SIFT_OK);
    live_take_runs(chain->replayer, &runs);
    struct sift_state_buffer replayed;
    struct sift_state_buffer whole;
    live_fold(chain->ruleset, &runs, &replayed);
    live_state(chain->whole, chain->ruleset, true, &whole);
    assert_equal_states(chain, &replayed, &whole);
    chain_free_workers(chain);
    chain_workers(chain);
  }
}

static void streams_of_which_nothing_is_known_are_not_kept(void **state) {
  struct chain *chain = *state;
  struct sift_pack none = {0};
  struct sift_pack some = {0};
  keep_into(chain->whole, &none);
  chain_line(chain, 0, SIFT_TIME_NONE, "plain chatter\n");
  keep_into(chain->whole, &some);
  assert_int_equal(some.len, none.len);
  chain_line(chain, 0, SIFT_TIME_NONE, "--> RUN x\n");
  keep_into(chain->whole, &some);
  assert_true(some.len > none.len);
  sift_pack_release(&none);
  sift_pack_release(&some);
}

/* ---- other rules ---- */

/* The chain's open step, taken over by a worker of `rules`, in which the step then fails: its tally as text, to be freed. */
static char *settled_by(struct chain *chain, const struct test_rule *rules, size_t count) {
  struct sift_ruleset *ruleset = test_ruleset(rules, count);
  struct sift_database *database = test_database(ruleset);
  struct sift_worker *worker = live_worker(database, NULL, 0);
  struct sift_pack kept = {0};
  struct sift_state_buffer tally;
  const struct live_line end = {.stream = 0, .offset = 1 << 20, .time_ns = T0 + 9, .text = "--> ERROR: process\n"};
  keep_into(chain->whole, &kept);
  assert_int_equal(sift_worker_restore(worker, sift_span(kept.bytes, kept.len)), SIFT_OK);
  live_feed(worker, &end);
  live_state(worker, ruleset, false, &tally);
  char *text = live_text(ruleset, &tally);
  sift_state_buffer_release(&tally);
  sift_pack_release(&kept);
  sift_worker_free(worker);
  sift_database_free(database);
  sift_ruleset_free(ruleset);
  return text;
}

static void open_a_step(struct chain *chain) {
  chain_line(chain, 0, T0, "--> RUN x\n");
  chain_line(chain, 0, T0 + 1, "No module named 'x' from y\n");
  chain_line(chain, 0, T0 + 2, "Memory limit exceeded\n");
  chain_line(chain, 0, T0 + 3, "Memory limit exceeded\n");
}

static void a_rule_set_without_some_rules_takes_over_the_others(void **state) {
  const struct test_rule fewer[] = {live_rules[0], live_rules[2]};
  open_a_step(*state);
  char *text = settled_by(*state, fewer, 2);
  assert_string_equal(text, "a/b 1\n  failed x1 --> ERROR: process\n  memory x2 Memory limit exceeded\n");
  free(text);
}

static void a_rule_set_with_more_rules_takes_over_all(void **state) {
  struct test_rule more[LIVE_RULES + 2];
  more[0] = (struct test_rule){.id = "aaa-new", .any = {"aaa"}};
  memcpy(more + 1, live_rules, sizeof live_rules);
  more[LIVE_RULES + 1] = (struct test_rule){.id = "zzz-new", .any = {"zzz"}};
  open_a_step(*state);
  char *text = settled_by(*state, more, LIVE_RULES + 2);
  assert_string_equal(text, "a/b 1\n  failed x1 --> ERROR: process\n  memory x2 Memory limit exceeded\n"
                            "  module x1 No module named 'x' from y|x|y\n");
  free(text);
}

static void evidence_of_a_rule_that_takes_other_values_now_is_left(void **state) {
  struct test_rule changed[] = {
      live_rules[0],
      live_rules[2],
      {.id = "module", .severity = SIFT_ERROR, .any = {"No module named '(?<module>\\w+)'"}, .captures = {"module"}}};
  open_a_step(*state);
  char *text = settled_by(*state, changed, 3);
  assert_string_equal(text, "a/b 1\n  failed x1 --> ERROR: process\n  memory x2 Memory limit exceeded\n");
  free(text);
}

/* ---- overlays ---- */

static void an_overlay_adds_what_settling_would_and_leaves_the_worker_as_it_was(void **state) {
  struct chain *chain = *state;
  static struct live_runs with_overlay;
  static struct live_runs later;
  for (uint64_t seed = 1; seed <= 60; seed++) {
    struct test_random random = {seed};
    struct live_line line = {.arrived_ns = T0};
    struct sift_worker *ends = live_worker(chain->database, NULL, 0);
    struct sift_pack before = {0};
    struct sift_pack after = {0};
    for (unsigned i = 0, lines = test_random_below(&random, 100); i < lines; i++) {
      next_line(&random, &line);
      live_feed(chain->whole, &line);
      live_feed(chain->replayer, &line);
      live_feed(ends, &line);
    }
    keep_into(chain->whole, &before);
    struct sift_state_buffer overlay;
    assert_int_equal(sift_worker_overlay(chain->whole, &overlay), SIFT_OK);
    keep_into(chain->whole, &after);
    assert_int_equal(before.len, after.len);
    assert_memory_equal(before.bytes, after.bytes, before.len);
    /* Tallies and overlay together are those of an end. */
    live_take_runs(chain->whole, &with_overlay);
    for (size_t i = 0; i < with_overlay.count; i++) {
      char *copy = malloc(with_overlay.items[i].size);
      memcpy(copy, with_overlay.items[i].bytes, with_overlay.items[i].size);
      later.items[later.count++] = (struct sift_run){copy, with_overlay.items[i].size, 0};
    }
    with_overlay.items[with_overlay.count++] = (struct sift_run){overlay.bytes, overlay.size, 0};
    struct sift_state_buffer one;
    struct sift_state_buffer other;
    live_fold(chain->ruleset, &with_overlay, &one);
    live_state(ends, chain->ruleset, true, &other);
    assert_equal_states(chain, &one, &other);
    /* It goes on as one that was never asked. */
    for (unsigned i = 0; i < 40; i++) {
      next_line(&random, &line);
      live_feed(chain->whole, &line);
      live_feed(chain->replayer, &line);
    }
    assert_int_equal(sift_worker_end(chain->whole, 0), SIFT_OK);
    live_take_runs(chain->whole, &later);
    live_fold(chain->ruleset, &later, &one);
    live_state(chain->replayer, chain->ruleset, true, &other);
    assert_equal_states(chain, &one, &other);
    sift_pack_release(&before);
    sift_pack_release(&after);
    sift_worker_free(ends);
    chain_free_workers(chain);
    chain_workers(chain);
  }
}

/* ---- hostile bytes ---- */

static struct sift_pack kept_of_much(struct chain *chain) {
  struct sift_pack kept = {0};
  struct test_random random = {7};
  struct live_line line = {.arrived_ns = T0};
  open_a_step(chain);
  for (unsigned i = 0; i < 60; i++) {
    next_line(&random, &line);
    live_feed(chain->whole, &line);
  }
  keep_into(chain->whole, &kept);
  assert_true(kept.len > 300);
  return kept;
}

static void what_is_cut_anywhere_or_goes_on_is_refused(void **state) {
  struct chain *chain = *state;
  struct sift_pack kept = kept_of_much(chain);
  struct sift_worker *worker = live_worker(chain->database, NULL, 0);
  for (size_t len = 0; len < kept.len; len++) {
    char *exact = malloc(len + 1); /* so that a read past the end is seen */
    memcpy(exact, kept.bytes, len);
    assert_int_equal(sift_worker_restore(worker, sift_span(exact, len)), SIFT_ECORRUPT);
    free(exact);
  }
  sift_worker_free(worker);
  char *longer = malloc(kept.len + 1);
  memcpy(longer, kept.bytes, kept.len);
  longer[kept.len] = 0;
  worker = live_worker(chain->database, NULL, 0);
  assert_int_equal(sift_worker_restore(worker, sift_span(longer, kept.len + 1)), SIFT_ECORRUPT);
  sift_worker_free(worker);
  free(longer);
  sift_pack_release(&kept);
}

static void whatever_is_restored_the_tallies_can_be_read(void **state) {
  struct chain *chain = *state;
  struct sift_pack kept = kept_of_much(chain);
  unsigned refused = 0;
  for (uint64_t seed = 1; seed <= 4000; seed++) {
    struct test_random random = {seed};
    struct sift_worker *worker = NULL;
    char *bytes = malloc(kept.len);
    memcpy(bytes, kept.bytes, kept.len);
    for (unsigned i = 0, count = 1 + test_random_below(&random, 3); i < count; i++) {
      bytes[test_random_below(&random, (uint32_t)kept.len)] = (char)test_random_next(&random);
    }
    const struct sift_worker_config config = {.database = chain->database, .spaces_max = 1000, .live = true};
    assert_int_equal(sift_worker_new(&worker, &config), SIFT_OK);
    assert_int_equal(sift_worker_begin(worker, sift_span_of("")), SIFT_OK);
    enum sift_status status = sift_worker_restore(worker, sift_span(bytes, kept.len));
    assert_true(status == SIFT_OK || status == SIFT_ECORRUPT);
    refused += status == SIFT_ECORRUPT;
    struct sift_state_buffer tally;
    live_state(worker, chain->ruleset, true, &tally);
    free(live_text(chain->ruleset, &tally));
    sift_state_buffer_release(&tally);
    sift_worker_free(worker);
    free(bytes);
  }
  assert_true(refused > 100 && refused < 4000);
  sift_pack_release(&kept);
}

/* array of 2, version 1, one stream of a/b build with one open step, one evidence of `rule`, `count` times, first > last where
 * `backwards`. */
static enum sift_status restore_evidence(struct chain *chain, uint64_t count, bool backwards) {
  struct sift_pack pack = {0};
  char *at = sift_pack_reserve(&pack, 1024);
  assert_non_null(at);
  at = sift_put_array(sift_put_unsigned(sift_put_array(at, 2), 1), 1);
  at = sift_put_str(sift_put_str(sift_put_array(at, 6), sift_span_of("a/b")), sift_span_of("build"));
  at = sift_put_array(sift_put_nil(sift_put_nil(sift_put_unsigned(at, 1))), 1);
  at = sift_put_unsigned(sift_put_str(sift_put_array(at, 7), sift_span_of("memory")), count);
  for (int i = 0; i < 2; i++) {
    at = sift_put_time(sift_put_array(at, 3), T0 + (backwards ? -i : i));
    at = sift_put_unsigned(sift_put_str(at, sift_span_of("s")), 5);
  }
  at = sift_put_array(sift_put_unsigned(sift_put_str(at, sift_span_of("text")), 0), 0);
  sift_pack_commit(&pack, at);
  enum sift_status status = sift_worker_restore(chain->whole, sift_span(pack.bytes, pack.len));
  sift_pack_release(&pack);
  return status;
}

static void evidence_that_cannot_be_is_refused(void **state) {
  struct chain *chain = *state;
  assert_int_equal(restore_evidence(chain, 0, false), SIFT_ECORRUPT);
  assert_int_equal(restore_evidence(chain, 1, true), SIFT_ECORRUPT);
  assert_int_equal(restore_evidence(chain, 3, false), SIFT_OK);
  assert_tally(chain, chain->whole, true, "a/b 0\n  memory x3 text\n");
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, chain_set_up, chain_tear_down)
  const struct CMUnitTest tests[] = {
      TEST(keeping_and_restoring_in_the_middle_changes_nothing),
      TEST(streams_of_which_nothing_is_known_are_not_kept),
      TEST(a_rule_set_without_some_rules_takes_over_the_others),
      TEST(a_rule_set_with_more_rules_takes_over_all),
      TEST(evidence_of_a_rule_that_takes_other_values_now_is_left),
      TEST(an_overlay_adds_what_settling_would_and_leaves_the_worker_as_it_was),
      TEST(what_is_cut_anywhere_or_goes_on_is_refused),
      TEST(whatever_is_restored_the_tallies_can_be_read),
      TEST(evidence_that_cannot_be_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
