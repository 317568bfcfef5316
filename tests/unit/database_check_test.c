#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/support/rules.h"

static size_t check(const struct test_rule *rules, bool with_pcre, char *first, size_t size) {
  struct sift_ruleset *ruleset = test_ruleset(rules, 1);
  struct sift_database *database = test_database(ruleset);
  struct sift_problems problems;
  sift_problems_init(&problems);
  enum sift_status status = sift_database_check(database, with_pcre, &problems);
  size_t errors = problems.errors;
  assert_int_equal(status, errors > 0 ? SIFT_ERULES : SIFT_OK);
  first[0] = '\0';
  if (problems.count > 0) {
    snprintf(first, size, "%s %s %s", problems.items[0].subject, problems.items[0].field, problems.items[0].message);
  }
  sift_problems_release(&problems);
  sift_database_free(database);
  sift_ruleset_free(ruleset);
  return errors;
}

static void examples_that_hold_are_no_problem(void **state) {
  (void)state;
  char first[256];
  const struct test_rule good[] = {
      {.id = "r", .any = {"disk (?!half)full"}, .none = {"not"}, .match = {"disk full"}, .no_match = {"disk not full"}}};
  assert_int_equal(check(good, true, first, sizeof first), 0);
  assert_int_equal(check(good, false, first, sizeof first), 0);
}

static void a_failing_example_is_told_once_where_both_engines_agree(void **state) {
  (void)state;
  char first[256];
  const struct test_rule missing[] = {{.id = "r", .any = {"disk full"}, .match = {"disk full", "disk is full"}, .no_match = {"x"}}};
  assert_int_equal(check(missing, true, first, sizeof first), 1);
  assert_string_equal(first, "r examples.match[2] does not match");
  const struct test_rule greedy[] = {{.id = "r", .any = {"disk"}, .match = {"disk"}, .no_match = {"a disk"}}};
  assert_int_equal(check(greedy, true, first, sizeof first), 1);
  assert_string_equal(first, "r examples.no_match[1] matches");
}

static void the_engine_is_named_where_only_one_fails_an_example(void **state) {
  (void)state;
  char first[256];
  /* PCRE2 gives up on the first branch, at its limit of steps; Hyperscan does not go back and forth. */
  const struct test_rule dear[] = {{.id = "r", .any = {"^(?:a+)+b|c$"}, .match = {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac"}}};
  assert_int_equal(check(dear, true, first, sizeof first), 1);
  assert_string_equal(first, "r examples.match[1] does not match as PCRE2 reads it");
  const struct test_rule wrong[] = {{.id = "r", .any = {"disk"}, .match = {"dusk"}}};
  assert_int_equal(check(wrong, false, first, sizeof first), 1);
  assert_string_equal(first, "r examples.match[1] does not match as Hyperscan reads it");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(examples_that_hold_are_no_problem),
      cmocka_unit_test(a_failing_example_is_told_once_where_both_engines_agree),
      cmocka_unit_test(the_engine_is_named_where_only_one_fails_an_example),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
