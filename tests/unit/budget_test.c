#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <pthread.h>

#include "ingest/serve/hub.h"

static void it_is_over_at_the_limit_and_relaxed_some_way_below(void **state) {
  struct sift_hub hub = {.budget = {.limit = 800}};
  (void)state;
  assert_false(sift_hub_over(&hub));
  assert_true(sift_hub_relaxed(&hub));
  sift_budget_take(&hub.budget, 700);
  assert_false(sift_hub_over(&hub));
  assert_false(sift_hub_relaxed(&hub));
  sift_budget_take(&hub.budget, 100);
  assert_true(sift_hub_over(&hub));
  sift_budget_give(&hub.budget, 100);
  assert_false(sift_hub_over(&hub));
  assert_false(sift_hub_relaxed(&hub)); /* it does not go back and forth */
  sift_budget_give(&hub.budget, 1);
  assert_true(sift_hub_relaxed(&hub));
}

static void a_limit_of_a_byte_can_be_met_and_left(void **state) {
  struct sift_hub hub = {.budget = {.limit = 1}};
  (void)state;
  assert_true(sift_hub_relaxed(&hub));
  sift_budget_take(&hub.budget, 1);
  assert_true(sift_hub_over(&hub));
  sift_budget_give(&hub.budget, 1);
  assert_true(sift_hub_relaxed(&hub));
}

static void *take_and_give(void *context) {
  for (size_t i = 1; i <= 20000; i++) {
    sift_budget_take(context, i);
    sift_budget_give(context, i);
  }
  return NULL;
}

static void threads_lose_no_byte(void **state) {
  struct sift_budget budget = {.limit = 1};
  pthread_t threads[3];
  (void)state;
  for (int i = 0; i < 3; i++) {
    assert_int_equal(pthread_create(&threads[i], NULL, take_and_give, &budget), 0);
  }
  for (int i = 0; i < 3; i++) {
    pthread_join(threads[i], NULL);
  }
  assert_int_equal(budget.used, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(it_is_over_at_the_limit_and_relaxed_some_way_below),
      cmocka_unit_test(a_limit_of_a_byte_can_be_met_and_left),
      cmocka_unit_test(threads_lose_no_byte),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
