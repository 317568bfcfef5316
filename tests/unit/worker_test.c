#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "engine/clean.h"
#include "engine/stamp.h"
#include "engine/worker.h"
#include "tests/support/rules.h"

static const struct test_rule rules[] = {
    {.id = "a-costly", .any = {"costly (?=(?:a+)+$)"}, .channel = "run"},
    {.id = "a-costly-too", .any = {"costly (?=(?:a+)+$)"}, .channel = "run"},
    {.id = "build-only", .severity = SIFT_ERROR, .any = {"only in builds"}, .channel = "build"},
    {.id = "failed", .mark = SIFT_MARK_STEP_FAILED, .any = {"^--> ERROR"}},
    {.id = "fault", .severity = SIFT_ERROR, .any = {"No module named '(?<module>\\w+)'"}, .captures = {"module"}},
    {.id = "launch", .class_id = "unhealthy", .severity = SIFT_FATAL, .incident = true, .any = {"Launch timed out"}},
    {.id = "ok", .mark = SIFT_MARK_STEP_OK, .any = {"^(?:DONE|CACHED)"}},
    {.id = "push", .class_id = "incident-push", .severity = SIFT_ERROR, .any = {"push refused"}},
    {.id = "queued", .mark = SIFT_MARK_QUEUED, .any = {"^===== Build Queued"}},
    {.id = "start", .mark = SIFT_MARK_STEP_START, .any = {"^--> (?!ERROR)"}},
    {.id = "startup", .mark = SIFT_MARK_STARTUP, .any = {"^===== Application Startup"}},
};
enum { RULES = sizeof rules / sizeof rules[0] };

struct fixture {
  struct sift_ruleset *ruleset;
  struct sift_database *database;
  struct sift_worker *worker;
  size_t event_bytes;
  struct sift_event_sink sink;
};

static enum sift_status count_events(void *context, struct sift_span block) {
  struct fixture *fixture = context;
  fixture->event_bytes += block.len;
  return SIFT_OK;
}

static int set_up(void **state) {
  struct fixture *fixture = calloc(1, sizeof *fixture);
  fixture->ruleset = test_ruleset(rules, RULES);
  fixture->database = test_database(fixture->ruleset);
  fixture->sink = (struct sift_event_sink){count_events, fixture};
  const struct sift_worker_config config = {.database = fixture->database, .events = &fixture->sink, .spaces_max = 1000};
  assert_int_equal(sift_worker_new(&fixture->worker, &config), SIFT_OK);
  *state = fixture;
  return 0;
}

static int tear_down(void **state) {
  struct fixture *fixture = *state;
  sift_worker_free(fixture->worker);
  sift_database_free(fixture->database);
  sift_ruleset_free(fixture->ruleset);
  free(fixture);
  return 0;
}

static void feed_raw(struct fixture *fixture, const char *space, const char *channel, const char *text) {
  enum sift_reason reason;
  char *padded = test_padded(text, strlen(text));
  struct sift_batch batch = {
      .text = padded,
      .len = (uint32_t)strlen(text),
      .bytes = strlen(text),
      .lines = sift_survey(text, strlen(text)).newlines,
      .stream = sift_streams_find(sift_worker_streams(fixture->worker), sift_span_of(space), sift_span_of(channel), &reason),
  };
  assert_int_equal(sift_worker_batch(fixture->worker, &batch), SIFT_OK);
  free(padded);
}

static void shard(struct fixture *fixture, const char *source, const char *space, const char *channel, const char *text) {
  assert_int_equal(sift_worker_begin(fixture->worker, sift_span_of(source)), SIFT_OK);
  feed_raw(fixture, space, channel, text);
  assert_int_equal(sift_worker_end(fixture->worker, 0), SIFT_OK);
}

/* What the worker's tally holds, as text: a Space a line, then its evidence. */
static void expect(struct fixture *fixture, const char *want) {
  char text[4096] = "";
  size_t len = 0;
  const struct sift_run *runs = NULL;
  size_t count = 0;
  assert_int_equal(sift_worker_runs(fixture->worker, &runs, &count), SIFT_OK);
  for (size_t i = 0; i < count; i++) {
    struct sift_state_bytes bytes = {sift_span(runs[i].bytes, runs[i].size)};
    struct sift_state_reader *reader = NULL;
    const struct sift_space *space = NULL;
    assert_int_equal(sift_state_reader_new(&reader, sift_state_bytes_input(&bytes)), SIFT_OK);
    while (sift_state_next(reader, &space) == SIFT_OK) {
      len += (size_t)snprintf(text + len, sizeof text - len, "%.*s %llu\n", (int)space->name.len, space->name.data,
                              (unsigned long long)space->lines);
      for (uint32_t j = 0; j < space->evidence_count; j++) {
        const struct sift_evidence *evidence = &space->evidence[j];
        char time[40];
        time[sift_stamp_format(evidence->last.time_ns, time)] = '\0';
        len += (size_t)snprintf(text + len, sizeof text - len, "  %s%s x%llu %s@%llu line %llu %s\n",
                                fixture->ruleset->rules[evidence->rule].id, evidence->demoted ? " demoted" : "",
                                (unsigned long long)evidence->count, evidence->last.source,
                                (unsigned long long)evidence->last.offset, (unsigned long long)evidence->sample.line, time);
      }
    }
    sift_state_reader_free(reader);
  }
  assert_string_equal(text, want);
}

static void evidence_of_a_step_that_ended_well_is_demoted(void **state) {
  shard(*state, "s", "a/b", "build", "--> RUN pip || true\nNo module named 'x'\nDONE 1.0s\nNo module named 'y'\n");
  expect(*state, "a/b 4\n"
                 "  fault x1 s@50 line 4 \n"
                 "  fault demoted x1 s@20 line 2 \n"
                 "  ok x1 s@40 line 3 \n"
                 "  start x1 s@0 line 1 \n");
}

static void evidence_of_a_step_that_failed_or_never_ended_stands(void **state) {
  shard(*state, "s", "a/b", "build", "--> RUN x\nNo module named 'x'\n--> ERROR: process\n");
  shard(*state, "t", "c/d", "build", "--> RUN x\nNo module named 'x'\n");
  expect(*state, "a/b 3\n"
                 "  failed x1 s@30 line 3 \n"
                 "  fault x1 s@10 line 2 \n"
                 "  start x1 s@0 line 1 \n"
                 "c/d 2\n"
                 "  fault x1 t@10 line 2 \n"
                 "  start x1 t@0 line 1 \n");
}

static void parallel_steps_are_settled_when_all_have_ended(void **state) {
  shard(*state, "s", "a/b", "build", "--> FROM x\n--> FROM y\nDONE\nNo module named 'x'\nDONE\n");
  shard(*state, "t", "c/d", "build", "--> FROM x\n--> FROM y\nDONE\nNo module named 'x'\n--> ERROR: y\n");
  expect(*state, "a/b 5\n"
                 "  fault demoted x1 s@27 line 4 \n"
                 "  ok x2 s@47 line 5 \n"
                 "  start x2 s@11 line 2 \n"
                 "c/d 5\n"
                 "  failed x1 t@47 line 5 \n"
                 "  fault x1 t@27 line 4 \n"
                 "  ok x1 t@22 line 3 \n"
                 "  start x2 t@11 line 2 \n");
}

static void steps_of_one_space_do_not_touch_another(void **state) {
  struct fixture *fixture = *state;
  assert_int_equal(sift_worker_begin(fixture->worker, sift_span_of("mixed")), SIFT_OK);
  feed_raw(fixture, "a/b", "build", "--> RUN x\n");
  feed_raw(fixture, "c/d", "build", "No module named 'x'\n");
  feed_raw(fixture, "a/b", "run", "No module named 'z'\n");
  feed_raw(fixture, "a/b", "build", "DONE\n");
  assert_int_equal(sift_worker_end(fixture->worker, 0), SIFT_OK);
  expect(fixture, "a/b 3\n"
                  "  fault x1 mixed@0 line 1 \n"
                  "  ok x1 mixed@0 line 1 \n"
                  "  start x1 mixed@0 line 1 \n"
                  "c/d 1\n"
                  "  fault x1 mixed@0 line 1 \n");
}

static void lines_without_a_time_take_that_of_the_mark_before(void **state) {
  shard(*state, "s", "a/b", "run",
        "No module named 'a'\n===== Application Startup at 2024-08-11 05:37:46 =====\nNo module named 'b'\n");
  expect(*state, "a/b 3\n"
                 "  fault x2 s@75 line 3 2024-08-11T05:37:46Z\n"
                 "  startup x1 s@20 line 2 2024-08-11T05:37:46Z\n");
}

static void an_applications_clock_counts_only_if_it_goes_on(void **state) {
  shard(*state, "s", "a/b", "run",
        "===== Application Startup at 2024-08-11 05:37:46 =====\n"
        "2024-08-11 05:40:00,123 push refused\n"
        "1999-01-01 00:00:00 only in builds\n"
        "2091-01-01 00:00:00 No module named 'b'\n");
  expect(*state, "a/b 4\n"
                 "  fault x1 s@127 line 4 2024-08-11T05:40:00.123Z\n"
                 "  push x1 s@55 line 2 2024-08-11T05:40:00.123Z\n"
                 "  startup x1 s@0 line 1 2024-08-11T05:37:46Z\n");
}

static void a_rule_applies_to_its_channels_and_to_the_unknown_one(void **state) {
  shard(*state, "s", "a/b", "run", "only in builds\n");
  shard(*state, "t", "c/d", "build", "only in builds\n");
  shard(*state, "u", "e/f", "", "only in builds\n");
  expect(*state, "a/b 1\n"
                 "c/d 1\n  build-only x1 t@0 line 1 \n"
                 "e/f 1\n  build-only x1 u@0 line 1 \n");
}

static void lines_of_no_space_are_counted_under_a_dash(void **state) {
  struct fixture *fixture = *state;
  shard(fixture, "s", "", "", "No module named 'x'\nfine\n");
  assert_int_equal(sift_worker_fleet(fixture->worker)->reasons[SIFT_REASON_NO_SPACE], 2);
  expect(fixture, "- 2\n  fault x1 s@0 line 1 \n");
}

static void records_give_their_own_time_offset_and_line(void **state) {
  struct fixture *fixture = *state;
  enum sift_reason reason;
  assert_int_equal(sift_worker_begin(fixture->worker, sift_span_of("s")), SIFT_OK);
  struct sift_streams *streams = sift_worker_streams(fixture->worker);
  const char text[] = "fine\nNo module named 'x'\nNo module named 'y'\n";
  const char good[] = "2024-01-01T00:00:00Z";
  const char bad[] = "9999999999999999999999";
  const struct sift_record records[] = {
      {.text = 0,
       .lines = 1,
       .stream = sift_streams_find(streams, sift_span_of("a/b"), sift_span_of("run"), &reason),
       .offset = 1000,
       .time_ns = SIFT_TIME_NONE},
      {.text = 5,
       .lines = 1,
       .stream = sift_streams_find(streams, sift_span_of("c/d"), sift_span_of("run"), &reason),
       .offset = 2000,
       .line = 1,
       .time = good,
       .time_len = sizeof good - 1,
       .time_ns = SIFT_TIME_NONE},
      {.text = 25,
       .lines = 1,
       .stream = sift_streams_find(streams, sift_span_of("a/b"), sift_span_of("run"), &reason),
       .offset = 3000,
       .line = 2,
       .time = bad,
       .time_len = sizeof bad - 1},
  };
  char *padded = test_padded(text, sizeof text - 1);
  const struct sift_batch batch = {
      .text = padded, .len = sizeof text - 1, .lines = 3, .line = 70, .records = records, .record_count = 3};
  assert_int_equal(sift_worker_batch(fixture->worker, &batch), SIFT_OK);
  assert_int_equal(sift_worker_end(fixture->worker, 0), SIFT_OK);
  assert_int_equal(sift_worker_fleet(fixture->worker)->reasons[SIFT_REASON_BAD_TIME], 1);
  expect(fixture, "a/b 2\n  fault x1 s@3000 line 73 \n"
                  "c/d 1\n  fault x1 s@2000 line 72 2024-01-01T00:00:00Z\n");
  free(padded);
}

static void a_hit_is_an_event_and_a_strike(void **state) {
  struct fixture *fixture = *state;
  shard(fixture, "s", "a/b", "run", "2024-08-11T05:40:00Z push refused\n2024-08-11T05:41:00Z push refused\n");
  const struct sift_fleet *fleet = sift_worker_fleet(fixture->worker);
  assert_int_equal(fleet->hits, 2);
  assert_true(fixture->event_bytes > 100);
  assert_int_equal(fleet->window_count, 1);
  assert_int_equal(sift_sketch_estimate(&fleet->windows[0].spaces), 1);
}

static void a_phrase_is_struck_for_itself_and_its_class_only_where_that_is_one(void **state) {
  struct fixture *fixture = *state;
  shard(fixture, "s", "a/b", "run", "2024-08-11T05:40:00Z Launch timed out\n2024-08-11T05:40:00Z No module named 'x'\n");
  const struct sift_fleet *fleet = sift_worker_fleet(fixture->worker);
  assert_int_equal(fleet->window_count, 1);
  assert_int_equal(fleet->windows[0].series.rule, sift_ruleset_find_rule(fixture->ruleset, sift_span_of("launch")));
  assert_int_equal(fleet->windows[0].witnesses.count, 1);
  const struct sift_witness *witness = &fleet->windows[0].witnesses.items[0];
  assert_true(sift_span_equal(sift_witness_space(witness), sift_span_of("a/b")));
  assert_true(sift_span_equal(sift_witness_text(witness), sift_span_of("2024-08-11T05:40:00Z Launch timed out")));
}

static void what_a_good_step_demotes_strikes_nothing(void **state) {
  struct fixture *fixture = *state;
  shard(fixture, "s", "a/b", "build",
        "2024-08-11T05:40:00Z x\n--> RUN x\n2024-08-11T05:40:01Z Launch timed out\n2024-08-11T05:40:01Z push refused\nDONE 1s\n"
        "--> RUN y\n2024-08-11T05:40:02Z push refused\n--> ERROR: y\n");
  const struct sift_fleet *fleet = sift_worker_fleet(fixture->worker);
  assert_int_equal(fleet->window_count, 1);
  assert_int_equal(fleet->windows[0].series.rule, SIFT_RULE_NONE);
}

/* One batch of `count` records, each of a Space of its own, from number `from` on. */
static void feed_many(struct fixture *fixture, uint32_t from, uint32_t count) {
  static char text[4096];
  static struct sift_record records[1024];
  char name[32];
  enum sift_reason reason;
  uint32_t len = 0;
  for (uint32_t i = 0; i < count; i++) {
    snprintf(name, sizeof name, "many/space-%u", from + i);
    struct sift_streams *streams = sift_worker_streams(fixture->worker);
    records[i] = (struct sift_record){.text = len,
                                      .stream = sift_streams_find(streams, sift_span_of(name), sift_span_of("run"), &reason),
                                      .lines = 1,
                                      .line = i,
                                      .time_ns = SIFT_TIME_NONE};
    memcpy(text + len, "x\n", 2);
    len += 2;
  }
  const struct sift_batch batch = {.text = text, .len = len, .lines = count, .records = records, .record_count = count};
  assert_int_equal(sift_worker_batch(fixture->worker, &batch), SIFT_OK);
}

static void more_streams_than_are_remembered_are_forgotten_between_batches(void **state) {
  struct fixture *fixture = *state;
  assert_int_equal(sift_worker_begin(fixture->worker, sift_span_of("s")), SIFT_OK);
  uint64_t generation = sift_streams_generation(sift_worker_streams(fixture->worker));
  feed_raw(fixture, "a/b", "build", "--> RUN x\nNo module named 'x'\n");
  for (uint32_t from = 0; from < SIFT_STREAMS_MAX; from += 1024) {
    assert_int_equal(sift_streams_generation(sift_worker_streams(fixture->worker)), generation);
    feed_many(fixture, from, 1024);
  }
  assert_int_not_equal(sift_streams_generation(sift_worker_streams(fixture->worker)), generation);
  assert_int_equal(sift_worker_fleet(fixture->worker)->reasons[SIFT_REASON_STREAM_LIMIT], 1);
  feed_raw(fixture, "a/b", "build", "DONE\n"); /* too late: what waited was settled as it stood */
  assert_int_equal(sift_worker_end(fixture->worker, 0), SIFT_OK);
  const struct sift_run *runs = NULL;
  size_t count = 0;
  uint64_t spaces = 0;
  assert_int_equal(sift_worker_runs(fixture->worker, &runs, &count), SIFT_OK);
  for (size_t i = 0; i < count; i++) {
    spaces += runs[i].spaces;
  }
  assert_true(spaces >= 1000); /* the cap of this worker */
}

#define COSTLY "costly aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"

static void a_line_too_costly_for_rules_is_counted_once_where_they_apply(void **state) {
  struct fixture *fixture = *state;
  shard(fixture, "s", "a/b", "run", "No module named 'x'\nx " COSTLY "\n" COSTLY " No module named 'y'\nNo module named 'z'\n");
  shard(fixture, "t", "a/b", "build", COSTLY "\n");
  const struct sift_fleet *fleet = sift_worker_fleet(fixture->worker);
  assert_int_equal(fleet->reasons[SIFT_REASON_MATCH_LIMIT], 2);
  assert_int_equal(fleet->damage_count, 2);
  assert_int_equal(fleet->damages[0].reason, SIFT_REASON_MATCH_LIMIT);
  assert_string_equal(fleet->damages[0].source, "s");
  assert_int_equal(fleet->damages[0].offset, 20);
  assert_int_equal(fleet->damages[1].offset, 71);
  expect(fixture, "a/b 5\n  fault x3 s@140 line 4 \n");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(evidence_of_a_step_that_ended_well_is_demoted, set_up, tear_down),
      cmocka_unit_test_setup_teardown(evidence_of_a_step_that_failed_or_never_ended_stands, set_up, tear_down),
      cmocka_unit_test_setup_teardown(parallel_steps_are_settled_when_all_have_ended, set_up, tear_down),
      cmocka_unit_test_setup_teardown(steps_of_one_space_do_not_touch_another, set_up, tear_down),
      cmocka_unit_test_setup_teardown(lines_without_a_time_take_that_of_the_mark_before, set_up, tear_down),
      cmocka_unit_test_setup_teardown(an_applications_clock_counts_only_if_it_goes_on, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_rule_applies_to_its_channels_and_to_the_unknown_one, set_up, tear_down),
      cmocka_unit_test_setup_teardown(lines_of_no_space_are_counted_under_a_dash, set_up, tear_down),
      cmocka_unit_test_setup_teardown(records_give_their_own_time_offset_and_line, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_hit_is_an_event_and_a_strike, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_phrase_is_struck_for_itself_and_its_class_only_where_that_is_one, set_up, tear_down),
      cmocka_unit_test_setup_teardown(what_a_good_step_demotes_strikes_nothing, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_line_too_costly_for_rules_is_counted_once_where_they_apply, set_up, tear_down),
      cmocka_unit_test_setup_teardown(more_streams_than_are_remembered_are_forgotten_between_batches, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
