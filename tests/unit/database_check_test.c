#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/support/rules.h"

static size_t check(const struct test_rule *rules, size_t count, char *first, size_t size) {
  struct sift_ruleset *ruleset = test_ruleset(rules, count);
  struct sift_database *database = test_database(ruleset);
  struct sift_problems problems;
  sift_problems_init(&problems);
  enum sift_status status = sift_database_check(database, true, &problems);
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

static void examples_are_held_to_their_word_by_both_engines(void **state) {
  (void)state;
  char first[256];
  const struct test_rule good[] = {
      {.id = "r", .any = {"disk (?!half)full"}, .none = {"not"}, .match = {"disk full"}, .no_match = {"disk not full"}}};
  assert_int_equal(check(good, 1, first, sizeof first), 0);
  const struct test_rule missing[] = {{.id = "r", .any = {"disk full"}, .match = {"disk full", "disk is full"}, .no_match = {"x"}}};
  assert_int_equal(check(missing, 1, first, sizeof first), 2);
  assert_string_equal(first, "r examples.match[2] does not match as Hyperscan reads it");
  const struct test_rule greedy[] = {{.id = "r", .any = {"disk"}, .match = {"disk"}, .no_match = {"a disk"}}};
  assert_int_equal(check(greedy, 1, first, sizeof first), 2);
  assert_string_equal(first, "r examples.no_match[1] matches as Hyperscan reads it");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(examples_are_held_to_their_word_by_both_engines),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
