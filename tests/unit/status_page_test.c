#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "engine/space.h"
#include "engine/status_page.h"

static struct sift_status_page *fresh(void) {
  struct sift_status_page *page = NULL;
  assert_int_equal(sift_status_page_new(&page), SIFT_OK);
  return page;
}

static void report(struct sift_status_page *page, const char *title, enum sift_component_state state, int64_t starts_ns,
                   int64_t ends_ns) {
  assert_int_equal(sift_status_page_add_report(page, sift_span_of(title), state, starts_ns, ends_ns), SIFT_OK);
}

static const char *title_at(const struct sift_status_page *page, const char *word, int64_t now_ns) {
  const struct sift_status_report *found = sift_status_page_report(page, sift_span_of(word), now_ns);
  return found != NULL ? found->title : "(none)";
}

static void names_lead_back_to_their_states(void **state) {
  (void)state;
  for (unsigned i = 0; i < SIFT_COMPONENT_STATES; i++) {
    const char *name = sift_component_state_name((enum sift_component_state)i);
    assert_int_equal(sift_component_state_parse(sift_span_of(name)), i);
  }
  assert_int_equal(sift_component_state_parse(sift_span_of("on fire")), SIFT_COMPONENT_UNKNOWN);
  assert_int_equal(sift_component_state_parse(sift_span_of("")), SIFT_COMPONENT_UNKNOWN);
}

static void a_component_is_found_by_its_whole_name_in_any_case(void **state) {
  (void)state;
  struct sift_status_page *page = fresh();
  char name[] = "Spaces";
  assert_int_equal(sift_status_page_add_component(page, sift_span_of("Spaces Proxy"), SIFT_COMPONENT_DOWNTIME), SIFT_OK);
  assert_int_equal(sift_status_page_add_component(page, sift_span_of(name), SIFT_COMPONENT_DEGRADED), SIFT_OK);
  memset(name, 'x', sizeof name);
  const struct sift_component *found = sift_status_page_component(page, sift_span_of("spaceS"));
  assert_non_null(found);
  assert_string_equal(found->name, "Spaces");
  assert_int_equal(found->state, SIFT_COMPONENT_DEGRADED);
  assert_null(sift_status_page_component(page, sift_span_of("Space")));
  assert_null(sift_status_page_component(page, sift_span_of("Spaces P")));
  assert_null(sift_status_page_component(page, sift_span_of("")));
  sift_status_page_free(page);
  sift_status_page_free(NULL);
}

static void of_doubles_the_worse_component_counts(void **state) {
  (void)state;
  struct sift_status_page *page = fresh();
  const enum sift_component_state states[] = {SIFT_COMPONENT_OPERATIONAL, SIFT_COMPONENT_DOWNTIME, SIFT_COMPONENT_MAINTENANCE};
  for (int i = 0; i < 3; i++) {
    assert_int_equal(sift_status_page_add_component(page, sift_span_of("Hub"), states[i]), SIFT_OK);
  }
  assert_int_equal(sift_status_page_component(page, sift_span_of("hub"))->state, SIFT_COMPONENT_DOWNTIME);
  sift_status_page_free(page);
}

static void a_report_counts_only_while_it_is_open(void **state) {
  (void)state;
  struct sift_status_page *page = fresh();
  report(page, "Spaces: a", SIFT_COMPONENT_DEGRADED, 10, 20);
  report(page, "Spaces: b", SIFT_COMPONENT_MAINTENANCE, 15, SIFT_TIME_NONE);
  report(page, "Spaces: c", SIFT_COMPONENT_RESOLVED, 15, SIFT_TIME_NONE);
  report(page, "Hub: d", SIFT_COMPONENT_DOWNTIME, SIFT_TIME_NONE, 12);
  assert_string_equal(title_at(page, "spaces", 9), "(none)");
  assert_string_equal(title_at(page, "spaces", 10), "Spaces: a");
  assert_string_equal(title_at(page, "spaces", 19), "Spaces: a");
  assert_string_equal(title_at(page, "spaces", 20), "Spaces: b");
  assert_string_equal(title_at(page, "spaces", SIFT_TIME_NONE), "Spaces: b");
  assert_string_equal(title_at(page, "hub", 0), "Hub: d");
  assert_string_equal(title_at(page, "hub", 12), "(none)");
  assert_string_equal(title_at(page, "hub", SIFT_TIME_NONE), "(none)");
  sift_status_page_free(page);
}

static void a_report_must_name_the_whole_word(void **state) {
  (void)state;
  struct sift_status_page *page = fresh();
  report(page, "Workspaces and spaces_proxy and \xc3\xa9spaces", SIFT_COMPONENT_DOWNTIME, 0, SIFT_TIME_NONE);
  assert_string_equal(title_at(page, "spaces", 1), "(none)");
  assert_string_equal(title_at(page, "", 1), "(none)");
  assert_string_equal(title_at(page, "Workspaces and spaces_proxy and \xc3\xa9spaces and more", 1), "(none)");
  report(page, "HF: SPACES, slow", SIFT_COMPONENT_DEGRADED, 0, SIFT_TIME_NONE);
  assert_string_equal(title_at(page, "Spaces", 1), "HF: SPACES, slow");
  assert_string_equal(title_at(page, "slow", 1), "HF: SPACES, slow");
  assert_string_equal(title_at(page, "spaces, SLOW", 1), "HF: SPACES, slow");
  sift_status_page_free(page);
}

static void the_worst_report_counts_and_of_equals_the_first(void **state) {
  (void)state;
  struct sift_status_page *page = fresh();
  report(page, "Spaces 1", SIFT_COMPONENT_MAINTENANCE, 0, SIFT_TIME_NONE);
  report(page, "Spaces 2", SIFT_COMPONENT_DOWNTIME, 0, SIFT_TIME_NONE);
  report(page, "Spaces 3", SIFT_COMPONENT_DOWNTIME, 0, SIFT_TIME_NONE);
  report(page, "Spaces 4", SIFT_COMPONENT_DEGRADED, 0, SIFT_TIME_NONE);
  assert_string_equal(title_at(page, "spaces", 1), "Spaces 2");
  sift_status_page_free(page);
}

static void past_the_most_nothing_is_taken(void **state) {
  (void)state;
  struct sift_status_page *page = fresh();
  for (int i = 0; i < SIFT_COMPONENTS_MAX; i++) {
    assert_int_equal(sift_status_page_add_component(page, sift_span_of("c"), SIFT_COMPONENT_OPERATIONAL), SIFT_OK);
  }
  assert_int_equal(sift_status_page_add_component(page, sift_span_of("last"), SIFT_COMPONENT_OPERATIONAL), SIFT_ELIMIT);
  assert_null(sift_status_page_component(page, sift_span_of("last")));
  for (int i = 0; i < SIFT_STATUS_REPORTS_MAX; i++) {
    report(page, "r", SIFT_COMPONENT_DEGRADED, 0, SIFT_TIME_NONE);
  }
  assert_int_equal(sift_status_page_add_report(page, sift_span_of("last"), SIFT_COMPONENT_DEGRADED, 0, 1), SIFT_ELIMIT);
  assert_string_equal(title_at(page, "last", 0), "(none)");
  sift_status_page_free(page);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(names_lead_back_to_their_states),       cmocka_unit_test(a_component_is_found_by_its_whole_name_in_any_case),
      cmocka_unit_test(of_doubles_the_worse_component_counts), cmocka_unit_test(a_report_counts_only_while_it_is_open),
      cmocka_unit_test(a_report_must_name_the_whole_word),     cmocka_unit_test(the_worst_report_counts_and_of_equals_the_first),
      cmocka_unit_test(past_the_most_nothing_is_taken),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
