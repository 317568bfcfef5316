#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/space.h"
#include "ingest/replay.h"

static struct sift_replay *replay;

static int make_replay(void **state) {
  (void)state;
  replay = sift_replay_new();
  return replay == NULL ? -1 : 0;
}

static int free_replay(void **state) {
  (void)state;
  sift_replay_free(replay);
  return 0;
}

static bool seen(uint32_t stream, int64_t time, const char *text) {
  char written[32];
  snprintf(written, sizeof written, "%lld", (long long)time);
  return sift_replay_seen(replay, stream, time, sift_span_of(written), sift_span_of(text));
}

/* Any stream, broken off and begun anew any number of times, comes out as if it had never been. */
static void any_reconnects_leave_the_stream_as_it_was(void **state) {
  (void)state;
  unsigned seed = 4;
  for (int round = 0; round < 300; round++) {
    enum { EVENTS = 400 };
    int64_t times[EVENTS];
    int texts[EVENTS];
    int64_t now = 1000;
    size_t fresh = 0;
    sift_replay_reset(replay);
    for (size_t i = 0; i < EVENTS; i++) {
      now += rand_r(&seed) % 3 == 0;
      times[i] = now;
      texts[i] = rand_r(&seed) % 4;
    }
    for (size_t reached = 0; reached < EVENTS;) {
      size_t stop = reached + (size_t)rand_r(&seed) % 150;
      stop = stop < EVENTS ? stop : EVENTS;
      for (size_t i = 0; i < stop; i++) {
        char text[64];
        snprintf(text, sizeof text, i == 0 ? "===== Application Startup =====" : "text %d", texts[i]);
        bool skipped = seen(1, times[i], text);
        assert_int_equal(skipped, i < reached);
        fresh += !skipped;
      }
      reached = stop > reached ? stop : reached;
    }
    assert_int_equal(fresh, EVENTS);
  }
}

static void equal_lines_within_a_second_are_many(void **state) {
  (void)state;
  sift_replay_reset(replay);
  for (int i = 0; i < 10; i++) {
    assert_false(seen(1, 5, "same"));
  }
  assert_false(seen(1, 6, "later"));
  for (int i = 0; i < 10; i++) {
    assert_true(seen(1, 5, "same"));
  }
  assert_true(seen(1, 6, "later"));
  assert_false(seen(1, 6, "later"));
}

static void a_log_of_one_instant_is_recognised_by_its_mark(void **state) {
  (void)state;
  sift_replay_reset(replay);
  assert_false(seen(1, 5, "===== Build Queued at x =====\n"));
  assert_false(seen(1, 5, "a"));
  assert_false(seen(1, 5, "a"));
  assert_true(seen(1, 5, "===== Build Queued at x =====\n"));
  assert_true(seen(1, 5, "a"));
  assert_true(seen(1, 5, "a"));
  assert_false(seen(1, 5, "a"));
}

static void an_event_out_of_order_is_no_replay(void **state) {
  (void)state;
  sift_replay_reset(replay);
  assert_false(seen(1, 5, "a"));
  assert_false(seen(1, 9, "b"));
  assert_false(seen(1, 7, "late"));
  assert_false(seen(1, 9, "b"));
}

static void undated_events_are_kept(void **state) {
  (void)state;
  sift_replay_reset(replay);
  assert_false(seen(1, 5, "a"));
  assert_false(seen(1, SIFT_TIME_NONE, "b"));
  assert_false(seen(1, SIFT_TIME_NONE, "b"));
}

static void memory_is_bounded_and_the_newest_events_are_known(void **state) {
  (void)state;
  sift_replay_reset(replay);
  enum { MANY = 3 * SIFT_REPLAY_EVENTS };
  for (int i = 0; i < MANY; i++) {
    assert_false(seen(1, i, "x"));
  }
  for (int i = MANY - SIFT_REPLAY_EVENTS; i < MANY; i++) {
    assert_true(seen(1, i, "x"));
  }
  assert_false(seen(1, 0, "x"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(any_reconnects_leave_the_stream_as_it_was),
      cmocka_unit_test(equal_lines_within_a_second_are_many),
      cmocka_unit_test(a_log_of_one_instant_is_recognised_by_its_mark),
      cmocka_unit_test(an_event_out_of_order_is_no_replay),
      cmocka_unit_test(undated_events_are_kept),
      cmocka_unit_test(memory_is_bounded_and_the_newest_events_are_known),
  };
  return cmocka_run_group_tests(tests, make_replay, free_replay);
}
