#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <pthread.h>
#include <time.h>

#include "ingest/serve/applier.h"
#include "ingest/serve/entry.h"
#include "tests/unit/worker_support.h"

#define T0 INT64_C(1700000000000000000)
enum { ENTRIES = 600, PUSHERS = 3 };

struct fixture {
  struct chain *chain;
  struct sift_budget budget;
  struct sift_chunk_ids *ids;
  struct sift_applier *applier;
};

static struct sift_applier *make_applier(struct fixture *fixture, uint64_t seq_after) {
  struct sift_applier *applier = NULL;
  const struct sift_applier_config config = {.database = fixture->chain->database,
                                             .spaces_max = 1000,
                                             .seq_after = seq_after,
                                             .budget = &fixture->budget,
                                             .ids = fixture->ids};
  assert_int_equal(sift_applier_new(&applier, &config), SIFT_OK);
  return applier;
}

static int set_up(void **state) {
  struct fixture *fixture = calloc(1, sizeof *fixture);
  void *chain = NULL;
  chain_set_up(&chain);
  fixture->chain = chain;
  fixture->budget.limit = 1 << 20;
  assert_int_equal(sift_chunk_ids_new(&fixture->ids, 0, 0), SIFT_OK);
  fixture->applier = make_applier(fixture, 0);
  *state = fixture;
  return 0;
}

static int tear_down(void **state) {
  struct fixture *fixture = *state;
  void *chain = fixture->chain;
  sift_applier_stop(fixture->applier);
  sift_applier_free(fixture->applier);
  sift_chunk_ids_free(fixture->ids);
  assert_int_equal(fixture->budget.used, 0);
  chain_tear_down(&chain);
  free(fixture);
  return 0;
}

/* The payload of one line, which the chain's `whole` tallies besides. */
static struct sift_pack entry_of(struct chain *chain, const struct live_line *line) {
  struct sift_pack payload = {0};
  char text[sizeof line->text];
  memcpy(text, line->text, sizeof text);
  size_t len = sift_clean_plain(text, strlen(text));
  const struct sift_entry_lines lines = {sift_span_of(live_spaces[line->stream]), sift_survey(text, len).newlines, len};
  live_feed(chain->whole, line);
  live_feed(chain->teller, line);
  assert_int_equal(sift_worker_flush_events(chain->teller), SIFT_OK);
  const struct sift_entry entry = {.source = sift_span_of("tcp://live"),
                                   .received_ns = T0,
                                   .events = sift_span(chain->events.bytes, chain->events.len),
                                   .lines = &lines,
                                   .line_count = 1,
                                   .offset_end = line->offset + len};
  assert_int_equal(sift_entry_encode(&entry, &payload), SIFT_OK);
  chain->events.len = 0;
  return payload;
}

static struct sift_pack text_entry(struct chain *chain, uint64_t offset, const char *text) {
  struct live_line line = {.offset = offset, .time_ns = T0};
  snprintf(line.text, sizeof line.text, "%s", text);
  return entry_of(chain, &line);
}

static void push(struct fixture *fixture, uint64_t seq, struct sift_pack payload) {
  assert_int_equal(sift_applier_push(fixture->applier, seq, payload.bytes, payload.len), SIFT_OK);
}

static void random_entries(struct fixture *fixture, struct sift_pack *payloads, uint64_t seed) {
  struct test_random random = {seed};
  struct live_line line = {.time_ns = T0};
  for (size_t i = 0; i < ENTRIES; i++) {
    live_random_line(&random, &line, 3);
    line.offset += 300;
    line.time_ns += test_random_below(&random, 100) * INT64_C(1000000);
    payloads[i] = entry_of(fixture->chain, &line);
  }
}

/* Runs are the folder's from now on. */
static void hand_over(struct sift_applied *applied, struct live_runs *runs) {
  for (size_t i = 0; i < applied->run_count; i++) {
    assert_true(runs->count < LIVE_RUNS_MAX);
    runs->items[runs->count++] = applied->runs[i];
  }
  applied->run_count = 0;
}

static struct sift_applied collect(struct fixture *fixture) {
  struct sift_applied applied;
  assert_int_equal(sift_applier_collect(fixture->applier, &applied), SIFT_OK);
  return applied;
}

static void wait_for(const struct fixture *fixture, uint64_t seq) {
  const struct timespec pause = {.tv_nsec = 1000000};
  for (int i = 0; sift_applier_seq(fixture->applier) < seq; i++) {
    assert_true(i < 20000);
    nanosleep(&pause, NULL);
  }
}

/* All that was collected, what waits in open steps as the last overlay has it, is what `whole` has at its end. */
static void assert_whole(struct fixture *fixture, struct live_runs *runs, struct sift_applied *last) {
  struct sift_state_buffer got;
  struct sift_state_buffer want;
  assert_true(runs->count < LIVE_RUNS_MAX);
  runs->items[runs->count++] = (struct sift_run){last->overlay.bytes, last->overlay.size, 0};
  last->overlay = (struct sift_state_buffer){0};
  live_fold(fixture->chain->ruleset, runs, &got);
  live_state(fixture->chain->whole, fixture->chain->ruleset, true, &want);
  char *x = live_text(fixture->chain->ruleset, &got);
  char *y = live_text(fixture->chain->ruleset, &want);
  assert_string_equal(x, y);
  assert_true(live_same_state(&got, &want));
  free(x);
  free(y);
  sift_state_buffer_release(&got);
  sift_state_buffer_release(&want);
}

/* ---- order ---- */

static void entries_are_applied_in_the_order_of_their_numbers(void **state) {
  struct fixture *fixture = *state;
  static struct live_runs runs;
  struct sift_pack steps[4] = {
      text_entry(fixture->chain, 0, "--> RUN x\n"),
      text_entry(fixture->chain, 100, "No module named 'x'\n"),
      text_entry(fixture->chain, 200, "DONE\n"),
      text_entry(fixture->chain, 300, "No module named 'y'\n"),
  };
  push(fixture, 3, steps[2]);
  push(fixture, 1, steps[0]);
  push(fixture, 4, steps[3]);
  assert_int_equal(sift_applier_start(fixture->applier), SIFT_OK);
  wait_for(fixture, 1);
  struct sift_applied applied = collect(fixture); /* the gap is waited for */
  assert_int_equal(applied.seq, 1);
  assert_true(fixture->budget.used > 0);
  hand_over(&applied, &runs);
  sift_applied_release(&applied);
  push(fixture, 2, steps[1]);
  wait_for(fixture, 4);
  applied = collect(fixture);
  assert_int_equal(applied.seq, 4);
  assert_ptr_equal(applied.database, fixture->chain->database);
  hand_over(&applied, &runs);
  assert_whole(fixture, &runs, &applied);
  sift_applied_release(&applied);
}

static void stopping_applies_what_is_queued(void **state) {
  struct fixture *fixture = *state;
  static struct live_runs runs;
  static struct sift_pack payloads[ENTRIES];
  random_entries(fixture, payloads, 1);
  for (size_t i = 0; i < ENTRIES; i++) {
    push(fixture, i + 1, payloads[i]);
  }
  assert_int_equal(sift_applier_seq(fixture->applier), 0);
  assert_int_equal(sift_applier_start(fixture->applier), SIFT_OK);
  sift_applier_stop(fixture->applier);
  assert_int_equal(sift_applier_seq(fixture->applier), ENTRIES);
  struct sift_applied applied = collect(fixture);
  hand_over(&applied, &runs);
  assert_whole(fixture, &runs, &applied);
  sift_applied_release(&applied);
}

static void stopping_does_not_wait_for_an_entry_that_never_comes(void **state) {
  struct fixture *fixture = *state;
  struct sift_pack payload = text_entry(fixture->chain, 0, "Warning: a\n");
  assert_int_equal(sift_applier_start(fixture->applier), SIFT_OK);
  push(fixture, 2, payload);
  sift_applier_stop(fixture->applier);
  assert_int_equal(sift_applier_seq(fixture->applier), 0);
  assert_true(fixture->budget.used > 0); /* it goes with the applier, which tear_down() looks at */
}

/* ---- under load ---- */

struct pusher {
  struct fixture *fixture;
  struct sift_pack *payloads;
  const uint32_t *order;
  _Atomic uint32_t *next;
};

static void *push_all(void *context) {
  struct pusher *pusher = context;
  for (;;) {
    uint32_t at = (*pusher->next)++;
    if (at >= ENTRIES) {
      return NULL;
    }
    uint32_t i = pusher->order[at];
    live_must(sift_applier_push(pusher->fixture->applier, i + 1, pusher->payloads[i].bytes, pusher->payloads[i].len) == SIFT_OK);
  }
}

/* Nearly in order, as loops push. */
static void shuffle_a_little(uint32_t *order, uint64_t seed) {
  struct test_random random = {seed};
  for (uint32_t i = 0; i < ENTRIES; i++) {
    order[i] = i;
  }
  for (uint32_t i = 0; i + 8 < ENTRIES; i++) {
    uint32_t other = i + test_random_below(&random, 8);
    uint32_t swapped = order[i];
    order[i] = order[other];
    order[other] = swapped;
  }
}

static void pushed_by_threads_and_collected_meanwhile_it_comes_to_the_same(void **state) {
  struct fixture *fixture = *state;
  static struct live_runs runs;
  static struct sift_pack payloads[ENTRIES];
  static uint32_t order[ENTRIES];
  _Atomic uint32_t next = 0;
  pthread_t threads[PUSHERS];
  random_entries(fixture, payloads, 2);
  shuffle_a_little(order, 2);
  struct pusher pusher = {fixture, payloads, order, &next};
  assert_int_equal(sift_applier_start(fixture->applier), SIFT_OK);
  for (int i = 0; i < PUSHERS; i++) {
    assert_int_equal(pthread_create(&threads[i], NULL, push_all, &pusher), 0);
  }
  uint64_t before = 0;
  struct sift_applied applied = collect(fixture);
  for (int i = 0; i < 100 && applied.seq < ENTRIES; i++) {
    assert_true(applied.seq >= before);
    before = applied.seq;
    hand_over(&applied, &runs);
    sift_applied_release(&applied);
    applied = collect(fixture);
  }
  for (int i = 0; i < PUSHERS; i++) {
    pthread_join(threads[i], NULL);
  }
  hand_over(&applied, &runs);
  sift_applied_release(&applied);
  wait_for(fixture, ENTRIES);
  applied = collect(fixture);
  assert_int_equal(applied.seq, ENTRIES);
  hand_over(&applied, &runs);
  assert_whole(fixture, &runs, &applied);
  sift_applied_release(&applied);
}

/* ---- rules change ---- */

static void a_change_to_equal_rules_under_load_changes_nothing(void **state) {
  struct fixture *fixture = *state;
  static struct live_runs runs;
  static struct sift_pack payloads[ENTRIES];
  static uint32_t order[ENTRIES];
  _Atomic uint32_t next = 0;
  pthread_t threads[PUSHERS];
  struct sift_database *database = test_database(fixture->chain->ruleset);
  random_entries(fixture, payloads, 3);
  shuffle_a_little(order, 3);
  struct pusher pusher = {fixture, payloads, order, &next};
  assert_int_equal(sift_applier_start(fixture->applier), SIFT_OK);
  for (int i = 0; i < PUSHERS; i++) {
    assert_int_equal(pthread_create(&threads[i], NULL, push_all, &pusher), 0);
  }
  struct sift_applied old;
  for (int i = 0; i < 6; i++) {
    assert_int_equal(sift_applier_swap(fixture->applier, i % 2 == 0 ? database : fixture->chain->database, &old), SIFT_OK);
    assert_ptr_equal(old.database, i % 2 == 0 ? fixture->chain->database : database);
    hand_over(&old, &runs);
    sift_applied_release(&old);
  }
  for (int i = 0; i < PUSHERS; i++) {
    pthread_join(threads[i], NULL);
  }
  wait_for(fixture, ENTRIES);
  struct sift_applied applied = collect(fixture);
  hand_over(&applied, &runs);
  assert_whole(fixture, &runs, &applied);
  sift_applied_release(&applied);
  sift_applier_stop(fixture->applier);
  sift_database_free(database);
}

static void what_is_told_by_rules_that_went_is_passed_over(void **state) {
  struct fixture *fixture = *state;
  static struct live_runs runs;
  struct sift_ruleset *ruleset = test_ruleset(live_rules + 3, 1); /* module */
  struct sift_database *database = test_database(ruleset);
  struct sift_applied old;
  struct sift_state_buffer got;
  struct sift_pack first = text_entry(fixture->chain, 0, "Memory limit exceeded, No module named 'x'\n");
  struct sift_pack second = text_entry(fixture->chain, 100, "Memory limit exceeded, No module named 'y'\n");
  assert_int_equal(sift_applier_start(fixture->applier), SIFT_OK);
  push(fixture, 1, first);
  wait_for(fixture, 1);
  assert_int_equal(sift_applier_swap(fixture->applier, database, &old), SIFT_OK);
  assert_int_equal(old.seq, 1);
  assert_true(old.run_count > 0);
  sift_applied_release(&old);
  push(fixture, 2, second);
  wait_for(fixture, 2);
  struct sift_applied applied = collect(fixture);
  assert_ptr_equal(applied.database, database);
  hand_over(&applied, &runs);
  sift_applied_release(&applied);
  live_fold(ruleset, &runs, &got);
  char *text = live_text(ruleset, &got);
  assert_string_equal(text, "a/b 1\n  module x1 Memory limit exceeded, No module named 'y'|y|\n");
  free(text);
  sift_state_buffer_release(&got);
  sift_applier_stop(fixture->applier);
  sift_applier_free(fixture->applier);
  fixture->applier = make_applier(fixture, 0);
  sift_database_free(database);
  sift_ruleset_free(ruleset);
}

/* ---- replays ---- */

static void a_restart_from_what_was_collected_and_a_replay_of_the_rest_come_to_the_same(void **state) {
  struct fixture *fixture = *state;
  static struct live_runs runs;
  static struct sift_pack payloads[ENTRIES];
  random_entries(fixture, payloads, 4);
  uint64_t seq = 0;
  for (size_t cut = 1; cut <= ENTRIES; cut += 97) {
    for (; seq < cut; seq++) {
      assert_int_equal(sift_applier_replay(fixture->applier, seq + 1, sift_span(payloads[seq].bytes, payloads[seq].len)), SIFT_OK);
    }
    struct sift_applied applied = collect(fixture);
    assert_int_equal(applied.seq, cut);
    hand_over(&applied, &runs);
    sift_applier_free(fixture->applier); /* a crash */
    fixture->applier = make_applier(fixture, applied.seq);
    assert_int_equal(sift_applier_restore(fixture->applier, sift_span(applied.streams.bytes, applied.streams.len)), SIFT_OK);
    sift_applied_release(&applied);
  }
  for (; seq < ENTRIES - 10; seq++) {
    assert_int_equal(sift_applier_replay(fixture->applier, seq + 1, sift_span(payloads[seq].bytes, payloads[seq].len)), SIFT_OK);
  }
  assert_int_equal(sift_applier_replayed_offset(fixture->applier) > 300 * (seq - 1), true);
  for (uint64_t i = 0; i < seq; i++) {
    sift_pack_release(&payloads[i]);
  }
  assert_int_equal(sift_applier_start(fixture->applier), SIFT_OK);
  for (; seq < ENTRIES; seq++) {
    push(fixture, seq + 1, payloads[seq]);
  }
  wait_for(fixture, ENTRIES);
  struct sift_applied applied = collect(fixture);
  hand_over(&applied, &runs);
  assert_whole(fixture, &runs, &applied);
  sift_applied_release(&applied);
}

static void a_replay_that_lacks_entries_is_gone_on_from(void **state) {
  struct fixture *fixture = *state;
  struct sift_pack payload = text_entry(fixture->chain, 0, "Warning: a\n");
  sift_applier_replayed(fixture->applier, 41);
  assert_int_equal(sift_applier_start(fixture->applier), SIFT_OK);
  push(fixture, 42, payload);
  wait_for(fixture, 42);
}

static void chunks_are_known_after_a_replay_and_left_to_the_loops_in_life(void **state) {
  struct fixture *fixture = *state;
  struct sift_pack payload = {0};
  const struct sift_chunk_key key = sift_chunk_key(sift_span_of("chunk"));
  const struct sift_entry entry = {.source = sift_span_of("x"), .received_ns = T0, .chunks = &key, .chunk_count = 1};
  assert_int_equal(sift_entry_encode(&entry, &payload), SIFT_OK);
  assert_int_equal(sift_applier_replay(fixture->applier, 1, sift_span(payload.bytes, payload.len)), SIFT_OK);
  uint64_t seq = 0;
  assert_int_equal(sift_chunk_ids_find(fixture->ids, key, T0, &seq), SIFT_CHUNK_TAKEN);
  assert_int_equal(seq, 1);
  sift_chunk_ids_forget(fixture->ids, key);
  size_t count = sift_chunk_ids_count(fixture->ids);
  assert_int_equal(sift_applier_start(fixture->applier), SIFT_OK);
  push(fixture, 2, payload);
  wait_for(fixture, 2);
  assert_int_equal(sift_chunk_ids_count(fixture->ids), count);
}

static void a_payload_that_is_none_is_told_and_nothing_is_applied_after_it(void **state) {
  struct fixture *fixture = *state;
  struct sift_applied applied;
  struct sift_pack good = text_entry(fixture->chain, 0, "Warning: a\n");
  char *bad = calloc(1, 3);
  bad[0] = 'b';
  assert_int_equal(sift_applier_start(fixture->applier), SIFT_OK);
  assert_int_equal(sift_applier_push(fixture->applier, 1, bad, 3), SIFT_OK);
  push(fixture, 2, good);
  wait_for(fixture, 2); /* memory is given back all the same */
  assert_int_equal(sift_applier_status(fixture->applier), SIFT_ECORRUPT);
  assert_int_equal(sift_applier_collect(fixture->applier, &applied), SIFT_ECORRUPT);
  assert_int_equal(applied.run_count, 0);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      TEST(entries_are_applied_in_the_order_of_their_numbers),
      TEST(stopping_applies_what_is_queued),
      TEST(stopping_does_not_wait_for_an_entry_that_never_comes),
      TEST(pushed_by_threads_and_collected_meanwhile_it_comes_to_the_same),
      TEST(a_change_to_equal_rules_under_load_changes_nothing),
      TEST(what_is_told_by_rules_that_went_is_passed_over),
      TEST(a_restart_from_what_was_collected_and_a_replay_of_the_rest_come_to_the_same),
      TEST(a_replay_that_lacks_entries_is_gone_on_from),
      TEST(chunks_are_known_after_a_replay_and_left_to_the_loops_in_life),
      TEST(a_payload_that_is_none_is_told_and_nothing_is_applied_after_it),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
