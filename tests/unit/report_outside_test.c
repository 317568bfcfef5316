#include "tests/unit/triage_fixture.h"

#include "engine/report.h"
#include "tests/unit/scene_support.h"

static struct fixture fixture;
static struct sift_verdict verdict;
static struct sift_scene scene;

static int begin(void **state) {
  (void)state;
  fixture_begin(&fixture);
  scene = (struct sift_scene){.now_ns = T0, .page_now_ns = T0};
  verdict = (struct sift_verdict){.has_facts = true};
  for (int i = 0; i < SIFT_FACTS; i++) {
    verdict.facts.values[i] = sift_span_of("");
  }
  return 0;
}

static int end(void **state) {
  (void)state;
  fixture_end(&fixture);
  return 0;
}

static void assert_words(struct sift_condition condition, const char *words) {
  char out[256];
  sift_report_outside(out, sizeof out, fixture.ruleset, &condition, &verdict, &scene);
  assert_string_equal(out, words);
}

static void facts_and_comparisons_are_named(void **state) {
  (void)state;
  verdict.facts.values[SIFT_FACT_STAGE] = sift_span_of("PAUSED");
  verdict.facts.values[SIFT_FACT_APP_PORT] = sift_span_of("7860");
  assert_words((struct sift_condition){.kind = SIFT_COND_FACT, .index = SIFT_FACT_STAGE}, "stage is PAUSED");
  assert_words((struct sift_condition){.kind = SIFT_COND_KNOWN, .index = SIFT_FACT_APP_PORT}, "app_port is 7860");
  struct sift_condition compare = {
      .kind = SIFT_COND_DIFFERS, .index = rule_index(&fixture, "deps-module"), .other = SIFT_FACT_APP_PORT};
  assert_words(compare, "module is not app_port, which is 7860");
  compare.kind = SIFT_COND_SAME;
  assert_words(compare, "module is app_port, which is 7860");
  assert_words((struct sift_condition){.kind = SIFT_COND_ALWAYS}, "");
}

static void the_page_and_the_crowd_are_quoted(void **state) {
  (void)state;
  struct sift_status_page *page = NULL;
  assert_int_equal(sift_status_page_new(&page), SIFT_OK);
  assert_int_equal(sift_status_page_add_component(page, sift_span_of("Spaces"), SIFT_COMPONENT_DEGRADED), SIFT_OK);
  assert_int_equal(sift_status_page_add_report(page, sift_span_of("Builds are slow"), SIFT_COMPONENT_DOWNTIME, T0, SIFT_TIME_NONE),
                   SIFT_OK);
  struct sift_crowd crowd = {.spaces = 40, .of[SIFT_CROWD_SILENT] = 12};
  scene.page = page;
  scene.crowd = &crowd;
  struct sift_condition status = {
      .kind = SIFT_COND_STATUS, .index = 1U << SIFT_COMPONENT_DEGRADED, .value = sift_span_of("Spaces")};
  assert_words(status, "the status page: Spaces is degraded");
  status.index = 1U << SIFT_COMPONENT_DOWNTIME;
  status.value = sift_span_of("builds");
  assert_words(status, "the status page: \"Builds are slow\" is downtime");
  assert_words((struct sift_condition){.kind = SIFT_COND_CROWD, .index = SIFT_CROWD_SILENT}, "12 of 40 Spaces are silent");
  sift_status_page_free(page);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(facts_and_comparisons_are_named),
      TEST(the_page_and_the_crowd_are_quoted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
