#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/measure_support.h"
#include "tools/measure/leave_out.h"

/* What shares the rest database comes first, then what shares the literals, then the others; each group is a loss of its own. */
static void rules_that_share_something_dear_are_left_out_together(void **state) {
  (void)state;
  struct scene scene;
  struct sift_marginal marginal;
  struct sift_rule_cost costs[SCENE_RULES] = {{.hits = 0}};
  scene_init(&scene, 1000);
  const struct sift_leave_out config = {
      .database = scene.database, .costs = costs, .pieces = &scene.pieces, .rounds = 2, .seconds = 0.01};
  assert_int_equal(sift_leave_out_run(&marginal, &config), SIFT_OK);
  static const uint32_t expected[SCENE_RULES] = {1, 0, 2};
  assert_memory_equal(marginal.order, expected, sizeof expected);
  assert_true(marginal.measurements >= 3 && marginal.measurements <= SIFT_MEASUREMENTS_MAX);
  for (size_t i = 1; i < marginal.group_count; i++) {
    assert_true(marginal.groups[i - 1].gain.value >= marginal.groups[i].gain.value);
  }
  sift_marginal_release(&marginal);
  scene_release(&scene);
}

static void dear_lines_come_first_among_their_like(void **state) {
  (void)state;
  static const struct test_rule rules[] = {{.id = "a", .any = {"zyzzyva quux"}}, {.id = "b", .any = {"flummoxed entirely"}}};
  struct scene scene;
  struct sift_marginal marginal;
  struct sift_rule_cost costs[2] = {{.confirm_seconds = 1}, {.confirm_seconds = 0.5, .pcre_seconds = 1}};
  scene_init(&scene, 1000);
  struct sift_ruleset *ruleset = test_ruleset(rules, 2);
  struct sift_database *database = test_database(ruleset);
  const struct sift_leave_out config = {
      .database = database, .costs = costs, .pieces = &scene.pieces, .rounds = 2, .seconds = 0.01};
  assert_int_equal(sift_leave_out_run(&marginal, &config), SIFT_OK);
  assert_int_equal(marginal.order[0], 1);
  sift_marginal_release(&marginal);
  sift_database_free(database);
  sift_ruleset_free(ruleset);
  scene_release(&scene);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rules_that_share_something_dear_are_left_out_together),
      cmocka_unit_test(dear_lines_come_first_among_their_like),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
