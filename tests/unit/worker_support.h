/* A rule set, its database, and a chain of a worker that tells and one that replays. Included behind cmocka.h. */
#ifndef SIFT_TESTS_WORKER_SUPPORT_H
#define SIFT_TESTS_WORKER_SUPPORT_H

#include "tests/support/live_worker.h"

struct chain {
  struct sift_ruleset *ruleset;
  struct sift_database *database;
  struct sift_pack events;
  struct sift_event_sink sink;
  struct sift_worker *whole;    /* scans and tallies */
  struct sift_worker *teller;   /* scans and tells */
  struct sift_worker *replayer; /* tallies what is told */
};

static inline void chain_workers(struct chain *chain) {
  chain->whole = live_worker(chain->database, NULL, 0);
  chain->teller = live_worker(chain->database, &chain->sink, 0);
  chain->replayer = live_worker(chain->database, NULL, 0);
}

static inline void chain_free_workers(struct chain *chain) {
  sift_worker_free(chain->whole);
  sift_worker_free(chain->teller);
  sift_worker_free(chain->replayer);
}

static inline int chain_set_up(void **state) {
  struct chain *chain = calloc(1, sizeof *chain);
  assert_non_null(chain);
  chain->ruleset = test_ruleset(live_rules, LIVE_RULES);
  chain->database = test_database(chain->ruleset);
  chain->sink = (struct sift_event_sink){live_keep_events, &chain->events};
  chain_workers(chain);
  *state = chain;
  return 0;
}

static inline int chain_tear_down(void **state) {
  struct chain *chain = *state;
  chain_free_workers(chain);
  sift_pack_release(&chain->events);
  sift_database_free(chain->database);
  sift_ruleset_free(chain->ruleset);
  free(chain);
  return 0;
}

/* What the teller has told so far goes to `to`, and is forgotten. */
static inline void chain_hand_on(struct chain *chain, struct sift_worker *to) {
  assert_int_equal(sift_worker_flush_events(chain->teller), SIFT_OK);
  assert_int_equal(live_replay(to, sift_span(chain->events.bytes, chain->events.len)), 0);
  chain->events.len = 0;
}

/* A line of a table of streams, at an offset that rises by itself. */
static inline void chain_line(struct chain *chain, unsigned stream, int64_t time_ns, const char *text) {
  static uint64_t offset;
  struct live_line line = {.stream = stream, .offset = offset, .time_ns = time_ns};
  snprintf(line.text, sizeof line.text, "%s", text);
  offset += strlen(text);
  live_feed(chain->whole, &line);
  live_feed(chain->teller, &line);
}

static inline void assert_same_tallies(const struct chain *chain, struct sift_worker *a, struct sift_worker *b, bool end) {
  struct sift_state_buffer one;
  struct sift_state_buffer other;
  live_state(a, chain->ruleset, end, &one);
  live_state(b, chain->ruleset, end, &other);
  if (!live_same_state(&one, &other)) {
    char *x = live_text(chain->ruleset, &one);
    char *y = live_text(chain->ruleset, &other);
    assert_string_equal(x, y);
    fail_msg("states differ in what their text does not show");
  }
  sift_state_buffer_release(&one);
  sift_state_buffer_release(&other);
}

static inline void assert_tally(const struct chain *chain, struct sift_worker *worker, bool end, const char *want) {
  struct sift_state_buffer state;
  live_state(worker, chain->ruleset, end, &state);
  char *text = live_text(chain->ruleset, &state);
  assert_string_equal(text, want);
  free(text);
  sift_state_buffer_release(&state);
}

#endif
