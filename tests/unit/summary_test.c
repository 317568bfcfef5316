#include "tests/unit/triage_fixture.h"

#include <stdio.h>

#include "engine/report.h"

static struct fixture fixture;
static struct sift_summary summary;

static int begin(void **state) {
  (void)state;
  fixture_begin(&fixture);
  assert_int_equal(sift_summary_init(&summary, fixture.ruleset), SIFT_OK);
  return 0;
}

static int end(void **state) {
  (void)state;
  sift_summary_release(&summary);
  fixture_end(&fixture);
  return 0;
}

/* Counts the fixture's Space under a verdict made up. */
static void count(const char *id, enum sift_severity severity) {
  struct sift_verdict verdict = {.id = id, .severity = severity};
  sift_attempt_find(&verdict.attempt, fixture.ruleset, &fixture.space);
  assert_int_equal(sift_summary_add(&summary, &fixture.space, &verdict, fixture.ruleset), SIFT_OK);
}

static void verdicts_are_sorted_by_severity_then_count_then_name(void **state) {
  (void)state;
  const struct {
    const char *id;
    enum sift_severity severity;
    int times;
  } verdicts[] = {
      {"healthy", SIFT_INFO, 9}, {"b", SIFT_ERROR, 2}, {"a", SIFT_ERROR, 2}, {"oom", SIFT_FATAL, 1}, {"c", SIFT_ERROR, 3}};
  for (size_t i = 0; i < 5; i++) {
    for (int n = 0; n < verdicts[i].times; n++) {
      count(verdicts[i].id, verdicts[i].severity);
    }
  }
  sift_summary_finish(&summary);
  const char *const expected[] = {"oom", "c", "a", "b", "healthy"};
  const uint64_t counts[] = {1, 3, 2, 2, 9};
  assert_int_equal(summary.verdict_count, 5);
  for (size_t i = 0; i < 5; i++) {
    assert_string_equal(summary.verdicts[i], expected[i]);
    assert_int_equal(summary.verdict_counts[i], counts[i]);
  }
  assert_int_equal(summary.spaces, 17);
  assert_int_equal(summary.need_someone, 8);
}

static void one_verdict_of_two_nodes_counts_once_with_the_worse_severity(void **state) {
  (void)state;
  char copy[] = "oom";
  count("oom", SIFT_WARNING);
  count(copy, SIFT_ERROR);
  assert_int_equal(summary.verdict_count, 1);
  assert_int_equal(summary.verdict_counts[0], 2);
  assert_int_equal(summary.verdict_severities[0], SIFT_ERROR);
}

static void a_class_counts_a_space_once_by_current_evidence_only(void **state) {
  (void)state;
  see(&fixture, "push-refused", T0 - SECOND, 0);
  see(&fixture, "life-startup", T0, 10);
  see(&fixture, "crash-exit", T0, 20);
  see(&fixture, "crash-fatal", T0, 30);
  see_line(&fixture, "deps-module", T0, 40, true, "x", "y");
  count("crash", SIFT_ERROR);
  count("crash", SIFT_ERROR);
  assert_int_equal(summary.class_spaces[class_index(&fixture, "crash")], 2);
  assert_int_equal(summary.class_spaces[class_index(&fixture, "push")], 0);
  assert_int_equal(summary.class_spaces[class_index(&fixture, "deps")], 0);
  assert_int_equal(summary.class_spaces[class_index(&fixture, "life")], 0);
}

static void what_is_no_space_of_its_own_is_not_counted(void **state) {
  (void)state;
  fixture_space(&fixture, "-");
  count("crash", SIFT_ERROR);
  fixture_space(&fixture, "~overflow");
  count("crash", SIFT_ERROR);
  assert_int_equal(summary.spaces, 0);
  assert_int_equal(summary.need_someone, 0);
  assert_int_equal(summary.verdict_count, 0);
}

static void more_verdicts_than_first_room_are_all_kept(void **state) {
  (void)state;
  static char ids[300][8];
  for (int i = 0; i < 300; i++) {
    snprintf(ids[i], sizeof ids[i], "v%03d", i);
    count(ids[i], SIFT_ERROR);
  }
  sift_summary_finish(&summary);
  assert_int_equal(summary.verdict_count, 300);
  assert_string_equal(summary.verdicts[299], "v299");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(verdicts_are_sorted_by_severity_then_count_then_name),
      TEST(one_verdict_of_two_nodes_counts_once_with_the_worse_severity),
      TEST(a_class_counts_a_space_once_by_current_evidence_only),
      TEST(what_is_no_space_of_its_own_is_not_counted),
      TEST(more_verdicts_than_first_room_are_all_kept),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
