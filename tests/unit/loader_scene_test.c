#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/crowd.h"
#include "engine/status_page.h"
#include "patterns/loader.h"

static const char head[] = "ruleset: {name: t, version: '1'}\n"
                           "classes: [{id: c, title: C}]\n"
                           "rules:\n"
                           "  - {id: r, class: c, severity: info, title: R, any: ['port (?<port>\\d+)'], capture: [port],\n"
                           "     examples: {match: ['port 1'], no_match: ['port x']}}\n"
                           "tree:\n"
                           "  - {id: n, question: Q, verdict: v, severity: info, when: ";

static struct sift_problems problems;

static int begin(void **state) {
  (void)state;
  sift_problems_init(&problems);
  return 0;
}

static int end(void **state) {
  (void)state;
  sift_problems_release(&problems);
  return 0;
}

/* The rule set of which the only node has this condition, or NULL. */
static struct sift_ruleset *load(const char *when) {
  char text[2048];
  int len = snprintf(text, sizeof text, "%s%s}\n", head, when);
  struct sift_rule_file file = {.name = "t.yaml", .bytes = sift_span(text, (size_t)len)};
  struct sift_ruleset *ruleset = NULL;
  enum sift_status status = sift_rules_parse(&ruleset, &file, 1, &problems);
  assert_true((status == SIFT_OK) == (ruleset != NULL));
  return ruleset;
}

static struct sift_ruleset *ruleset;

static const struct sift_condition *good(const char *when) {
  ruleset = load(when);
  if (ruleset == NULL) {
    sift_problems_print(&problems, stderr);
  }
  assert_non_null(ruleset);
  return &ruleset->tree.nodes[0].when;
}

static void done(void) {
  sift_ruleset_free(ruleset);
}

static void assert_text(struct sift_span span, const char *text) {
  assert_int_equal(span.len, strlen(text));
  assert_memory_equal(span.data, text, span.len);
}

static void a_fact_takes_a_value_or_a_list(void **state) {
  (void)state;
  const struct sift_condition *one = good("{fact: {abuse: true}}");
  assert_int_equal(one->kind, SIFT_COND_FACT);
  assert_int_equal(one->index, SIFT_FACT_ABUSE);
  assert_text(one->value, "true");
  done();
  const struct sift_condition *list = good("{fact: {stage: [PAUSED, SLEEPING]}}");
  assert_int_equal(list->kind, SIFT_COND_ANY);
  assert_int_equal(list->child_count, 2);
  assert_text(list->children[1].value, "SLEEPING");
  assert_int_equal(list->children[1].index, SIFT_FACT_STAGE);
  done();
  assert_int_equal(good("{known: app_port}")->index, SIFT_FACT_APP_PORT);
  done();
}

static void a_comparison_finds_the_capture(void **state) {
  (void)state;
  const struct sift_condition *differs = good("{differs: {rule: r, capture: port, fact: app_port}}");
  assert_int_equal(differs->kind, SIFT_COND_DIFFERS);
  assert_int_equal(differs->index, 0);
  assert_int_equal(differs->other, SIFT_FACT_APP_PORT);
  assert_int_equal(differs->low, 0);
  assert_int_equal(differs->classes, 1);
  done();
  const struct sift_condition *same = good("{same: {rule: [r], capture: port, fact: app_port}}");
  assert_int_equal(same->kind, SIFT_COND_ANY);
  assert_int_equal(same->children[0].kind, SIFT_COND_SAME);
  done();
}

static void the_page_the_crowd_and_the_lasting(void **state) {
  (void)state;
  const struct sift_condition *status = good("{status: {component: [Spaces, Spaces Proxy], state: [degraded, downtime]}}");
  assert_int_equal(status->kind, SIFT_COND_ANY);
  assert_text(status->children[1].value, "Spaces Proxy");
  assert_int_equal(status->children[1].index, 1U << SIFT_COMPONENT_DEGRADED | 1U << SIFT_COMPONENT_DOWNTIME);
  done();
  const struct sift_condition *crowd = good("{crowd: {of: silent, spaces: 10, percent: 20}}");
  assert_int_equal(crowd->kind, SIFT_COND_CROWD);
  assert_int_equal(crowd->index, SIFT_CROWD_SILENT);
  assert_int_equal(crowd->low, 10);
  assert_int_equal(crowd->high, 20);
  done();
  const struct sift_condition *lasted = good("{lasted: {phase: [building, queued], minutes: 90}}");
  assert_int_equal(lasted->kind, SIFT_COND_LASTED);
  assert_int_equal(lasted->index, 1U << SIFT_PHASE_BUILDING | 1U << SIFT_PHASE_QUEUED);
  assert_int_equal(lasted->low, 90);
  done();
  assert_true(good("{age: {mark: startup, minutes: startup_timeout}}")->low == SIFT_MINUTES_STARTUP_TIMEOUT);
  done();
}

/* Each is refused where it stands, in line 7, with a hint. */
static void what_is_wrong_is_named_with_its_place(void **state) {
  (void)state;
  static const struct {
    const char *when, *message;
  } cases[] = {
      {"{fact: PAUSED}", "must be a mapping"},
      {"{fact: {}}", "one fact"},
      {"{fact: {stag: PAUSED}}", "stag"},
      {"{fact: {stage: PAUSED, sdk: docker}}", "one fact"},
      {"{fact: {stage: {a: b}}}", "must be a text"},
      {"{fact: {stage: ''}}", "must be a text"},
      {"{fact: {stage: []}}", "empty"},
      {"{known: colour}", "colour"},
      {"{differs: {rule: r, fact: app_port}}", "capture"},
      {"{differs: {rule: r, capture: host, fact: app_port}}", "captures no 'host'"},
      {"{differs: {rule: nobody, capture: port, fact: app_port}}", "nobody"},
      {"{same: {rule: r, capture: port, fact: colour}}", "colour"},
      {"{status: {component: Spaces}}", "state"},
      {"{status: {component: Spaces, state: bad}}", "bad"},
      {"{status: {component: [], state: degraded}}", "empty"},
      {"{crowd: {of: nobody, spaces: 1, percent: 1}}", "nobody"},
      {"{crowd: {of: queued, spaces: 0, percent: 1}}", "always, or never"},
      {"{crowd: {of: queued, spaces: 1, percent: 101}}", "always, or never"},
      {"{crowd: {of: queued, spaces: 1}}", "percent"},
      {"{lasted: {phase: here, minutes: 1}}", "here"},
      {"{lasted: {phase: queued, minutes: 99999999}}", "more than"},
      {"{lasted: {phase: queued}}", "minutes"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    assert_null(load(cases[i].when));
    bool named = false;
    for (size_t p = 0; p < problems.count; p++) {
      const struct sift_problem *problem = &problems.items[p];
      bool said = strstr(problem->message, cases[i].message) != NULL || strstr(problem->field, cases[i].message) != NULL;
      named = named || (said && problem->line == 7 && problem->column > 1 && strcmp(problem->subject, "n") == 0);
    }
    if (!named) {
      sift_problems_print(&problems, stderr);
      fail_msg("%s", cases[i].when);
    }
    sift_problems_release(&problems);
    sift_problems_init(&problems);
  }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(a_fact_takes_a_value_or_a_list),
      TEST(a_comparison_finds_the_capture),
      TEST(the_page_the_crowd_and_the_lasting),
      TEST(what_is_wrong_is_named_with_its_place),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
