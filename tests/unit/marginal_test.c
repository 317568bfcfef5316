#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tools/measure/marginal.h"

enum { RULES = 200 };

/* A made-up set: what each rule costs by itself, and two that only cost while one of them is there. */
struct world {
  double own[RULES];
  uint32_t joint[2];
  double joint_cost;
  double chance; /* gain that the first measurement of each group seems to have */
  unsigned asked;
  size_t largest;
};

static enum sift_status measure(void *context, const uint32_t *rules, size_t count, struct sift_ratio *gain) {
  struct world *world = context;
  double saved = 0;
  unsigned together = 0;
  for (size_t i = 0; i < count; i++) {
    saved += world->own[rules[i]];
    together += rules[i] == world->joint[0] || rules[i] == world->joint[1];
  }
  saved += together == 2 ? world->joint_cost : 0;
  saved += world->asked < 8 ? world->chance : 0;
  world->asked++;
  world->largest = count > world->largest ? count : world->largest;
  double value = 1 / (1 - saved);
  *gain = (struct sift_ratio){value, value - 0.004, value + 0.004, 7};
  return SIFT_OK;
}

static struct world quiet_world(void) {
  return (struct world){.joint = {RULES, RULES}};
}

static void find(struct sift_marginal *out, struct world *world, size_t first, unsigned most) {
  uint32_t order[RULES];
  for (uint32_t i = 0; i < RULES; i++) {
    order[i] = RULES - 1 - i;
  }
  const struct sift_marginal_config config = {.order = order,
                                              .count = RULES,
                                              .first = first,
                                              .measurements_max = most,
                                              .gain_min = 0.01,
                                              .measure = measure,
                                              .context = world};
  assert_int_equal(sift_marginal_find(out, &config), SIFT_OK);
  assert_int_equal(out->measurements, world->asked);
  assert_true(world->asked <= most);
}

static uint32_t rule_of(const struct sift_marginal *marginal, size_t group, uint32_t k) {
  return marginal->order[marginal->groups[group].first + k];
}

static void dear_rules_are_found_one_by_one_and_the_worst_comes_first(void **state) {
  (void)state;
  struct world world = quiet_world();
  struct sift_marginal marginal;
  world.own[17] = 0.1;
  world.own[18] = 0.2;
  world.own[150] = 0.05;
  find(&marginal, &world, 0, 96);
  assert_int_equal(marginal.group_count, 3);
  static const uint32_t expected[] = {18, 17, 150};
  for (size_t i = 0; i < 3; i++) {
    assert_int_equal(marginal.groups[i].count, 1);
    assert_int_equal(rule_of(&marginal, i, 0), expected[i]);
    assert_false(marginal.groups[i].unsplit);
  }
  sift_marginal_release(&marginal);
}

static void a_set_in_which_nothing_is_dear_takes_a_measurement_a_group(void **state) {
  (void)state;
  struct world world = quiet_world();
  struct sift_marginal marginal;
  find(&marginal, &world, 0, 96);
  assert_int_equal(marginal.group_count, 0);
  assert_int_equal(world.asked, 8);
  sift_marginal_release(&marginal);
}

static void rules_that_cost_only_together_are_told_together(void **state) {
  (void)state;
  struct world world = quiet_world();
  struct sift_marginal marginal;
  world.joint[0] = RULES - 1; /* the first two of the order */
  world.joint[1] = RULES - 2;
  world.joint_cost = 0.3;
  find(&marginal, &world, 2, 96);
  assert_int_equal(marginal.group_count, 1);
  assert_int_equal(marginal.groups[0].count, 2);
  assert_int_equal(rule_of(&marginal, 0, 0) + rule_of(&marginal, 0, 1), 2 * RULES - 3);
  assert_false(marginal.groups[0].unsplit);
  sift_marginal_release(&marginal);
}

static void what_gains_by_itself_is_told_beside_the_rules_it_gains_with(void **state) {
  (void)state;
  struct world world = quiet_world();
  struct sift_marginal marginal;
  world.joint[0] = RULES - 1;
  world.joint[1] = RULES - 2;
  world.joint_cost = 0.3;
  world.own[RULES - 2] = 0.04;
  find(&marginal, &world, 2, 96);
  assert_int_equal(marginal.group_count, 2);
  assert_int_equal(marginal.groups[0].count, 2);
  assert_int_equal(marginal.groups[1].count, 1);
  assert_int_equal(rule_of(&marginal, 1, 0), RULES - 2);
  sift_marginal_release(&marginal);
}

static void what_seemed_to_gain_by_chance_is_not_told(void **state) {
  (void)state;
  struct world world = quiet_world();
  struct sift_marginal marginal;
  world.chance = 0.05;
  find(&marginal, &world, 0, 96);
  assert_int_equal(marginal.group_count, 0);
  sift_marginal_release(&marginal);
}

static void where_measurements_run_out_groups_stay_whole(void **state) {
  (void)state;
  struct world world = quiet_world();
  struct sift_marginal marginal;
  world.own[3] = 0.3;
  world.own[190] = 0.2;
  find(&marginal, &world, 0, 13);
  assert_true(marginal.group_count == 2);
  assert_true(marginal.groups[1].unsplit && marginal.groups[1].count > 1);
  sift_marginal_release(&marginal);
}

static void no_rules_are_not_measured(void **state) {
  (void)state;
  struct world world = quiet_world();
  struct sift_marginal marginal;
  const struct sift_marginal_config config = {.measurements_max = 10, .gain_min = 0.01, .measure = measure, .context = &world};
  assert_int_equal(sift_marginal_find(&marginal, &config), SIFT_OK);
  assert_int_equal(marginal.group_count + world.asked, 0);
  sift_marginal_release(&marginal);
}

static enum sift_status refuse(void *context, const uint32_t *rules, size_t count, struct sift_ratio *gain) {
  (void)context;
  (void)rules;
  (void)count;
  (void)gain;
  return SIFT_EENGINE;
}

static void a_failure_ends_it_and_leaves_nothing(void **state) {
  (void)state;
  static const uint32_t order[] = {0, 1};
  struct sift_marginal marginal;
  const struct sift_marginal_config config = {.order = order, .count = 2, .measurements_max = 10, .measure = refuse};
  assert_int_equal(sift_marginal_find(&marginal, &config), SIFT_EENGINE);
  assert_null(marginal.order);
  assert_null(marginal.groups);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(dear_rules_are_found_one_by_one_and_the_worst_comes_first),
      cmocka_unit_test(a_set_in_which_nothing_is_dear_takes_a_measurement_a_group),
      cmocka_unit_test(rules_that_cost_only_together_are_told_together),
      cmocka_unit_test(what_gains_by_itself_is_told_beside_the_rules_it_gains_with),
      cmocka_unit_test(what_seemed_to_gain_by_chance_is_not_told),
      cmocka_unit_test(where_measurements_run_out_groups_stay_whole),
      cmocka_unit_test(no_rules_are_not_measured),
      cmocka_unit_test(a_failure_ends_it_and_leaves_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
