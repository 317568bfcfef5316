#include "tests/unit/triage_fixture.h"

#include "tests/unit/scene_support.h"

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

static void a_space_counts_where_its_attempt_stands(void **state) {
  (void)state;
  struct sift_crowd crowd = {0};
  sift_crowd_add(&crowd, fixture.ruleset, &fixture.space, NULL);
  see(&fixture, "life-queued", T0, 1);
  sift_crowd_add(&crowd, fixture.ruleset, &fixture.space, NULL);
  see(&fixture, "life-startup", T0 + 1, 2);
  sift_crowd_add(&crowd, fixture.ruleset, &fixture.space, NULL);
  assert_int_equal(crowd.spaces, 3);
  assert_int_equal(crowd.of[SIFT_PHASE_UNKNOWN], 1);
  assert_int_equal(crowd.of[SIFT_PHASE_QUEUED], 1);
  assert_int_equal(crowd.of[SIFT_PHASE_STARTING], 1);
}

static uint64_t silent(const char *stage, const char *message, uint64_t lines) {
  struct sift_crowd crowd = {0};
  struct sift_facts *facts = facts_of("acme/demo", SIFT_FACT_STAGE, stage, SIFT_FACT_ERROR_MESSAGE, message);
  fixture.space.lines = lines;
  sift_crowd_add(&crowd, fixture.ruleset, &fixture.space, facts);
  sift_facts_free(facts);
  return crowd.of[SIFT_CROWD_SILENT];
}

static void silent_is_who_is_built_without_a_line(void **state) {
  (void)state;
  assert_int_equal(silent("BUILDING", "", 0), 1);
  assert_int_equal(silent("APP_STARTING", "", 0), 1);
  assert_int_equal(silent("BUILDING", "", 1), 0);
  assert_int_equal(silent("BUILDING", "Scheduling failure", 0), 0);
  assert_int_equal(silent("RUNNING", "", 0), 0);
  assert_int_equal(silent("SOMETHING_NEW", "", 0), 0);
}

static void who_has_settled_stands_in_no_queue(void **state) {
  (void)state;
  static const char *const stages[] = {"RUNNING", "PAUSED", "BUILD_ERROR", "SLEEPING"};
  see(&fixture, "life-queued", T0, 1);
  fixture.space.lines = 1;
  for (size_t i = 0; i < sizeof stages / sizeof stages[0]; i++) {
    struct sift_crowd crowd = {0};
    struct sift_facts *facts = facts_of("acme/demo", SIFT_FACT_STAGE, stages[i], SIFT_FACT_SDK, "");
    sift_crowd_add(&crowd, fixture.ruleset, &fixture.space, facts);
    sift_facts_free(facts);
    assert_int_equal(crowd.spaces, 1);
    assert_int_equal(crowd.of[SIFT_PHASE_QUEUED], 0);
  }
  struct sift_crowd crowd = {0};
  struct sift_facts *facts = facts_of("acme/demo", SIFT_FACT_STAGE, "BUILDING", SIFT_FACT_SDK, "");
  sift_crowd_add(&crowd, fixture.ruleset, &fixture.space, facts);
  sift_facts_free(facts);
  assert_int_equal(crowd.of[SIFT_PHASE_QUEUED], 1);
}

static void kinds_are_phases_and_silent(void **state) {
  (void)state;
  assert_string_equal(sift_crowd_kind_name((enum sift_crowd_kind)SIFT_PHASE_QUEUED), "queued");
  assert_string_equal(sift_crowd_kind_name(SIFT_CROWD_SILENT), "silent");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(a_space_counts_where_its_attempt_stands),
      TEST(silent_is_who_is_built_without_a_line),
      TEST(who_has_settled_stands_in_no_queue),
      TEST(kinds_are_phases_and_silent),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
