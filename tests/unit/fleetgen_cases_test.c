#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "tools/fleetgen/cases.h"

static void cases_of_a_verdict_stand_together_and_agree_on_its_branch(void **state) {
  (void)state;
  size_t count;
  const struct sift_gen_case *cases = sift_gen_cases(&count);
  for (size_t i = 1; i < count; i++) {
    int order = strcmp(cases[i - 1].verdict, cases[i].verdict);
    assert_true(order <= 0);
    if (order == 0) {
      assert_string_equal(cases[i - 1].branch, cases[i].branch);
    }
  }
}

static void starts_cut_the_table_by_verdict(void **state) {
  (void)state;
  size_t starts[200];
  size_t count;
  const struct sift_gen_case *cases = sift_gen_cases(&count);
  assert_true(count < 200);
  size_t verdicts = sift_gen_case_starts(starts);
  assert_int_equal(starts[0], 0);
  assert_int_equal(starts[verdicts], count);
  for (size_t i = 0; i < verdicts; i++) {
    assert_true(starts[i] < starts[i + 1]);
    assert_string_equal(cases[starts[i]].verdict, cases[starts[i + 1] - 1].verdict);
  }
}

static void every_case_has_an_app_and_something_to_show(void **state) {
  (void)state;
  size_t count;
  const struct sift_gen_case *cases = sift_gen_cases(&count);
  size_t app_count;
  const struct sift_gen_app *apps = sift_gen_apps(&app_count);
  for (size_t i = 0; i < count; i++) {
    unsigned apps_of = 0;
    for (size_t k = 0; k < app_count; k++) {
      apps_of += (cases[i].families & (1u << apps[k].family)) != 0;
    }
    assert_true(apps_of > 0);
    bool shows = cases[i].fault != NULL || cases[i].platform != NULL;
    assert_true(shows || cases[i].shape == SIFT_GEN_SHAPE_QUEUED || cases[i].shape == SIFT_GEN_SHAPE_RECURRING);
    /* quoting and tracebacks are of the fault */
    assert_true(cases[i].fault != NULL || (!cases[i].quoted && !cases[i].traceback));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(cases_of_a_verdict_stand_together_and_agree_on_its_branch),
      cmocka_unit_test(starts_cut_the_table_by_verdict),
      cmocka_unit_test(every_case_has_an_app_and_something_to_show),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
