#include "tests/unit/triage_fixture.h"

#include "engine/triage.h"

static struct fixture fixture;

static int begin(void **state) {
  (void)state;
  fixture_begin(&fixture);
  return 0;
}

static int end(void **state) {
  (void)state;
  fixture_end(&fixture);
  return 0;
}

static struct sift_attempt attempt_now(void) {
  struct sift_attempt attempt;
  sift_attempt_find(&attempt, fixture.ruleset, &fixture.space);
  return attempt;
}

static void without_marks_there_is_no_attempt_and_all_is_current(void **state) {
  (void)state;
  see(&fixture, "crash-exit", T0, 10);
  struct sift_attempt attempt = attempt_now();
  assert_int_equal(attempt.number, 0);
  assert_int_equal(attempt.phase, SIFT_PHASE_UNKNOWN);
  assert_int_equal(attempt.start.time_ns, SIFT_TIME_NONE);
  assert_true(sift_attempt_holds(&attempt, fixture.ruleset, evidence_of(&fixture, "crash-exit")));
}

static void it_starts_at_the_later_of_queued_and_startup(void **state) {
  (void)state;
  see(&fixture, "life-queued", T0, 0);
  see(&fixture, "life-startup", T0 + SECOND, 100);
  assert_int_equal(attempt_now().start.offset, 100);
  see(&fixture, "life-queued", T0 + 2 * SECOND, 200);
  assert_int_equal(attempt_now().start.offset, 200);
}

static void evidence_from_its_start_on_is_current_and_older_is_history(void **state) {
  (void)state;
  see(&fixture, "crash-exit", T0, 50);
  see(&fixture, "life-startup", T0, 60);
  see(&fixture, "deps-module", T0, 60);
  struct sift_attempt attempt = attempt_now();
  assert_false(sift_attempt_holds(&attempt, fixture.ruleset, evidence_of(&fixture, "crash-exit")));
  assert_true(sift_attempt_holds(&attempt, fixture.ruleset, evidence_of(&fixture, "deps-module")));
}

static void an_undated_headline_stands_whatever_the_attempt(void **state) {
  (void)state;
  see(&fixture, "headline", SIFT_TIME_NONE, 0);
  see(&fixture, "crash-exit", SIFT_TIME_NONE, 0);
  see(&fixture, "life-startup", T0, 60);
  struct sift_attempt attempt = attempt_now();
  assert_true(sift_attempt_holds(&attempt, fixture.ruleset, evidence_of(&fixture, "headline")));
  assert_false(sift_attempt_holds(&attempt, fixture.ruleset, evidence_of(&fixture, "crash-exit")));
}

static void a_dated_headline_is_as_old_as_its_time(void **state) {
  (void)state;
  see(&fixture, "headline", T0 - SECOND, 0);
  see(&fixture, "life-startup", T0, 60);
  struct sift_attempt attempt = attempt_now();
  assert_false(sift_attempt_holds(&attempt, fixture.ruleset, evidence_of(&fixture, "headline")));
}

static void the_latest_mark_within_it_tells_the_phase(void **state) {
  (void)state;
  see(&fixture, "life-healthy", T0, 0);
  see(&fixture, "life-queued", T0 + SECOND, 10);
  assert_int_equal(attempt_now().phase, SIFT_PHASE_QUEUED);
  assert_false(attempt_now().has_mark[SIFT_MARK_HEALTHY]);
  see(&fixture, "life-step-ok", T0 + 2 * SECOND, 20);
  assert_int_equal(attempt_now().phase, SIFT_PHASE_BUILDING);
  see(&fixture, "life-startup", T0 + 3 * SECOND, 30);
  assert_int_equal(attempt_now().phase, SIFT_PHASE_STARTING);
  see(&fixture, "life-healthy", T0 + 4 * SECOND, 40);
  assert_int_equal(attempt_now().phase, SIFT_PHASE_HEALTHY);
  assert_true(attempt_now().has_mark[SIFT_MARK_HEALTHY]);
  see(&fixture, "life-failed", T0 + 5 * SECOND, 50);
  assert_int_equal(attempt_now().phase, SIFT_PHASE_FAILED);
}

static void of_marks_on_one_line_the_later_in_life_counts(void **state) {
  (void)state;
  see(&fixture, "life-failed", T0, 50);
  see(&fixture, "life-startup", T0, 50);
  assert_int_equal(attempt_now().phase, SIFT_PHASE_FAILED);
}

static void attempts_are_counted_by_the_rule_that_saw_most(void **state) {
  (void)state;
  for (int i = 0; i < 3; i++) {
    see(&fixture, "life-queued", T0 + i * 10 * SECOND, (uint64_t)i * 100);
    see(&fixture, "life-startup", T0 + (i * 10 + 5) * SECOND, (uint64_t)i * 100 + 50);
    see(&fixture, "life-startup-too", T0 + (i * 10 + 5) * SECOND, (uint64_t)i * 100 + 50);
  }
  assert_int_equal(attempt_now().number, 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(without_marks_there_is_no_attempt_and_all_is_current),
      TEST(it_starts_at_the_later_of_queued_and_startup),
      TEST(evidence_from_its_start_on_is_current_and_older_is_history),
      TEST(an_undated_headline_stands_whatever_the_attempt),
      TEST(a_dated_headline_is_as_old_as_its_time),
      TEST(the_latest_mark_within_it_tells_the_phase),
      TEST(of_marks_on_one_line_the_later_in_life_counts),
      TEST(attempts_are_counted_by_the_rule_that_saw_most),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
