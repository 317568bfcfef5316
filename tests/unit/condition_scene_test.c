#include "tests/unit/triage_fixture.h"

#include "tests/unit/scene_support.h"

/* Each condition is asked as the only node of a tree. */
static struct fixture fixture;
static const struct sift_incidents no_incidents;
static struct sift_scene scene;

static int begin(void **state) {
  (void)state;
  fixture_begin(&fixture);
  scene = (struct sift_scene){.now_ns = T0, .page_now_ns = T0};
  return 0;
}

static int end(void **state) {
  (void)state;
  sift_facts_free((struct sift_facts *)scene.facts);
  sift_status_page_free((struct sift_status_page *)scene.page);
  fixture_end(&fixture);
  return 0;
}

/* Whether the condition holds; what it rests on is then told as the step's. */
static bool holds(struct sift_condition condition) {
  struct sift_node node = {
      .id = "n", .question = "", .verdict = "yes", .branch = "", .title = "", .reference = "", .when = condition};
  fixture.ruleset->tree.nodes = &node;
  fixture.ruleset->tree.count = 1;
  struct sift_triage *triage = NULL;
  struct sift_verdict verdict;
  assert_int_equal(sift_triage_new(&triage, fixture.ruleset, &no_incidents), SIFT_OK);
  sift_triage_set_scene(triage, &scene);
  sift_triage_judge(triage, &fixture.space, &verdict);
  size_t steps = 0;
  const struct sift_step *path = sift_triage_path(triage, &steps);
  bool held = path[0].holds;
  if (condition.kind != SIFT_COND_AGE) {
    assert_int_equal(path[0].outside != NULL, held);
  }
  sift_triage_free(triage);
  fixture.ruleset->tree.nodes = NULL;
  fixture.ruleset->tree.count = 0;
  return held;
}

static struct sift_condition fact_is(enum sift_fact fact, const char *value) {
  return (struct sift_condition){.kind = SIFT_COND_FACT, .index = fact, .value = sift_span_of(value)};
}

static struct sift_condition known(enum sift_fact fact) {
  return (struct sift_condition){.kind = SIFT_COND_KNOWN, .index = fact};
}

static void a_fact_is_known_or_nothing_is(void **state) {
  (void)state;
  assert_false(holds(fact_is(SIFT_FACT_STAGE, "BUILDING")));
  assert_false(holds(known(SIFT_FACT_STAGE)));
  scene.facts = facts_of("acme/other", SIFT_FACT_STAGE, "BUILDING", SIFT_FACT_SDK, "docker");
  assert_false(holds(fact_is(SIFT_FACT_STAGE, "BUILDING"))); /* another's */
  sift_facts_free((struct sift_facts *)scene.facts);
  scene.facts = facts_of("acme/demo", SIFT_FACT_STAGE, "BUILDING", SIFT_FACT_SDK, "docker");
  assert_true(holds(fact_is(SIFT_FACT_STAGE, "BUILDING")));
  assert_false(holds(fact_is(SIFT_FACT_STAGE, "BUILD")));
  assert_true(holds(known(SIFT_FACT_SDK)));
  assert_false(holds(known(SIFT_FACT_APP_PORT)));
}

static void facts_older_than_the_attempt_tell_of_another(void **state) {
  (void)state;
  struct sift_facts *facts = NULL;
  assert_int_equal(sift_facts_new(&facts), SIFT_OK);
  know(facts, "acme/demo", SIFT_FACT_STAGE, "RUNTIME_ERROR", SIFT_FACT_SDK, "", T0);
  assert_int_equal(sift_facts_seal(facts), SIFT_OK);
  scene.facts = facts;
  see(&fixture, "life-startup", T0, 10);
  assert_true(holds(fact_is(SIFT_FACT_STAGE, "RUNTIME_ERROR")));
  see(&fixture, "life-startup", T0 + 1, 20);
  assert_false(holds(fact_is(SIFT_FACT_STAGE, "RUNTIME_ERROR")));
}

static void a_captured_value_is_compared_with_a_fact(void **state) {
  (void)state;
  struct sift_condition differs = {
      .kind = SIFT_COND_DIFFERS, .index = rule_index(&fixture, "deps-module"), .other = SIFT_FACT_APP_PORT};
  struct sift_condition same = differs;
  same.kind = SIFT_COND_SAME;
  see_line(&fixture, "deps-module", T0, 10, false, "listening on 08000", "08000");
  assert_false(holds(differs)); /* no fact to compare with */
  assert_false(holds(same));
  scene.facts = facts_of("acme/demo", SIFT_FACT_APP_PORT, "7860", SIFT_FACT_SDK, "docker");
  assert_true(holds(differs));
  assert_false(holds(same));
  sift_facts_free((struct sift_facts *)scene.facts);
  scene.facts = facts_of("acme/demo", SIFT_FACT_APP_PORT, "8000", SIFT_FACT_SDK, "docker");
  assert_false(holds(differs)); /* numbers, whatever zeros stand before them */
  assert_true(holds(same));
  same.index = differs.index = rule_index(&fixture, "crash-exit");
  assert_false(holds(differs)); /* no evidence */
  assert_false(holds(same));
}

static void words_are_compared_byte_by_byte(void **state) {
  (void)state;
  struct sift_condition same = {.kind = SIFT_COND_SAME, .index = rule_index(&fixture, "deps-module"), .other = SIFT_FACT_COMMIT};
  scene.facts = facts_of("acme/demo", SIFT_FACT_COMMIT, "0a1b2c3", SIFT_FACT_SDK, "");
  see_line(&fixture, "deps-module", T0, 10, false, "commit", "0a1b2c3");
  assert_true(holds(same));
  see_line(&fixture, "deps-module", T0 + 1, 20, false, "commit", "a1b2c3");
  assert_false(holds(same));
}

static void the_page_speaks_by_component_or_by_report(void **state) {
  (void)state;
  struct sift_condition down = {.kind = SIFT_COND_STATUS,
                                .index = 1U << SIFT_COMPONENT_DEGRADED | 1U << SIFT_COMPONENT_DOWNTIME,
                                .value = sift_span_of("Spaces")};
  assert_false(holds(down)); /* no page */
  struct sift_status_page *page = NULL;
  assert_int_equal(sift_status_page_new(&page), SIFT_OK);
  scene.page = page;
  assert_int_equal(sift_status_page_add_component(page, sift_span_of("Spaces"), SIFT_COMPONENT_OPERATIONAL), SIFT_OK);
  assert_false(holds(down));
  assert_int_equal(sift_status_page_add_report(page, sift_span_of("Slow builds of Spaces"), SIFT_COMPONENT_DEGRADED,
                                               T0 - 600 * SECOND, SIFT_TIME_NONE),
                   SIFT_OK);
  assert_true(holds(down));
  scene.page_now_ns = T0 - 601 * SECOND; /* before it began */
  assert_false(holds(down));
  assert_int_equal(sift_status_page_add_component(page, sift_span_of("Spaces"), SIFT_COMPONENT_DOWNTIME), SIFT_OK);
  assert_true(holds(down));
}

static void a_crowd_needs_both_a_number_and_a_share(void **state) {
  (void)state;
  struct sift_crowd crowd = {.spaces = 100};
  struct sift_condition queued = {.kind = SIFT_COND_CROWD, .index = SIFT_PHASE_QUEUED, .low = 10, .high = 20};
  assert_false(holds(queued)); /* nobody counted */
  scene.crowd = &crowd;
  crowd.of[SIFT_PHASE_QUEUED] = 19;
  assert_false(holds(queued));
  crowd.of[SIFT_PHASE_QUEUED] = 20;
  assert_true(holds(queued));
  crowd = (struct sift_crowd){.spaces = 9, .of[SIFT_PHASE_QUEUED] = 9};
  assert_false(holds(queued));
}

static void the_startup_timeout_is_the_spaces_own(void **state) {
  (void)state;
  struct sift_condition age = {.kind = SIFT_COND_AGE, .index = SIFT_MARK_STARTUP, .low = SIFT_MINUTES_STARTUP_TIMEOUT};
  see(&fixture, "life-startup", T0, 10);
  scene.now_ns = T0 + 1800 * SECOND;
  assert_true(holds(age));
  scene.facts = facts_of("acme/demo", SIFT_FACT_STARTUP_TIMEOUT, "3600", SIFT_FACT_SDK, "");
  assert_false(holds(age));
  scene.now_ns = T0 + 3600 * SECOND;
  assert_true(holds(age));
}

/* What would have stopped the start did not, where the platform says that the Space runs. */
static void a_running_space_has_come_up(void **state) {
  (void)state;
  struct sift_condition after = {
      .kind = SIFT_COND_EVIDENCE_AFTER, .index = class_index(&fixture, "deps"), .other = SIFT_MARK_LISTENING};
  struct sift_condition both[] = {after, known(SIFT_FACT_STAGE)};
  struct sift_condition all = {.kind = SIFT_COND_ALL, .children = both, .child_count = 2};
  see(&fixture, "life-startup", T0 - SECOND, 1);
  see(&fixture, "deps-module", T0 - 1, 10);
  scene.facts = facts_of("acme/demo", SIFT_FACT_STAGE, "RUNTIME_ERROR", SIFT_FACT_SDK, "");
  assert_true(holds(all));
  sift_facts_free((struct sift_facts *)scene.facts);
  scene.facts = facts_of("acme/demo", SIFT_FACT_STAGE, "RUNNING", SIFT_FACT_SDK, "");
  assert_false(holds(all));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(a_fact_is_known_or_nothing_is),
      TEST(facts_older_than_the_attempt_tell_of_another),
      TEST(a_captured_value_is_compared_with_a_fact),
      TEST(words_are_compared_byte_by_byte),
      TEST(the_page_speaks_by_component_or_by_report),
      TEST(a_crowd_needs_both_a_number_and_a_share),
      TEST(the_startup_timeout_is_the_spaces_own),
      TEST(a_running_space_has_come_up),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
