#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/support/rules.h"

/* Compiling `pattern` must fail, with `part` in the message of exactly one problem. */
static void expect_refused(const char *pattern, const char *part) {
  const struct test_rule rules[] = {{.id = "rule", .any = {"good text", pattern}}};
  struct sift_ruleset *ruleset = test_ruleset(rules, 1);
  struct sift_database *database = NULL;
  struct sift_problems problems;
  sift_problems_init(&problems);
  assert_int_equal(sift_database_compile(&database, ruleset, &problems), SIFT_ERULES);
  assert_null(database);
  assert_int_equal(problems.count, 1);
  assert_non_null(strstr(problems.items[0].message, part));
  assert_string_equal(problems.items[0].subject, "rule");
  assert_string_equal(problems.items[0].field, "any[2]");
  sift_problems_release(&problems);
  sift_ruleset_free(ruleset);
}

static void patterns_that_cannot_be_are_refused_with_the_reason(void **state) {
  (void)state;
  expect_refused("un(closed", "not a valid pattern");
  expect_refused("x*", "can match an empty line");
  expect_refused("^$", "can match an empty line");
}

static void all_bad_patterns_are_told_in_one_go(void **state) {
  (void)state;
  const struct test_rule rules[] = {{.id = "a", .any = {"(", "a?"}}, {.id = "b", .any = {"fine"}, .none = {"[z-a]"}}};
  struct sift_ruleset *ruleset = test_ruleset(rules, 2);
  struct sift_database *database = NULL;
  struct sift_problems problems;
  sift_problems_init(&problems);
  assert_int_equal(sift_database_compile(&database, ruleset, &problems), SIFT_ERULES);
  assert_int_equal(problems.errors, 3);
  sift_problems_release(&problems);
  sift_ruleset_free(ruleset);
}

/* Compiling must fail, with these errors as "subject field message", in this order. */
static void expect_errors(const struct test_rule *rules, size_t count, const char *const *expected, size_t expected_count) {
  struct sift_ruleset *ruleset = test_ruleset(rules, count);
  struct sift_database *database = NULL;
  struct sift_problems problems;
  sift_problems_init(&problems);
  assert_int_equal(sift_database_compile(&database, ruleset, &problems), SIFT_ERULES);
  assert_null(database);
  assert_int_equal(problems.errors, expected_count);
  for (size_t i = 0; i < expected_count; i++) {
    char said[400];
    snprintf(said, sizeof said, "%s %s %s", problems.items[i].subject, problems.items[i].field, problems.items[i].message);
    assert_string_equal(said, expected[i]);
  }
  sift_problems_release(&problems);
  sift_ruleset_free(ruleset);
}

static void bad_patterns_do_not_hide_the_examples_of_other_rules(void **state) {
  (void)state;
  const struct test_rule rules[] = {{.id = "a", .any = {"fine", "a?"}, .match = {"none"}, .no_match = {"fine"}},
                                    {.id = "b", .any = {"good"}, .match = {"goad"}, .no_match = {"a good one"}}};
  static const char *const expected[] = {"a any[2] can match an empty line", "b examples.match[1] does not match",
                                         "b examples.no_match[1] matches"};
  expect_errors(rules, 2, expected, 3);
}

/* These pass hs_expression_info(), and are found out only when they are compiled. */
static void patterns_refused_in_earnest_hide_nothing(void **state) {
  (void)state;
  static const char large[] = ".*(?:.q.{1,9}){300}";
  const struct test_rule rules[] = {{.id = "a", .any = {large, "fine"}, .match = {"none"}},
                                    {.id = "b", .any = {"good"}, .none = {"bad", ".*(?:.r.{1,9}){300}"}},
                                    {.id = "c", .any = {"text"}, .match = {"test"}}};
  static const char *const expected[] = {"a any[1] Pattern is too large.", "b none[2] Pattern is too large.",
                                         "c examples.match[1] does not match"};
  assert_true(sift_database_takes(&(struct sift_pattern){.text = large}));
  expect_errors(rules, 3, expected, 3);
}

static void patterns_beyond_hyperscan_are_prefiltered(void **state) {
  (void)state;
  const struct test_rule rules[] = {{.id = "rule", .any = {"plain", "ahead(?!x)", "(ab|cd)e\\1"}}};
  struct sift_ruleset *ruleset = test_ruleset(rules, 1);
  struct sift_database *database = test_database(ruleset);
  struct sift_database_info info;
  assert_int_equal(sift_database_info(database, &info), SIFT_OK);
  assert_int_equal(info.patterns, 3);
  assert_int_equal(info.prefiltered, 2);
  assert_true(info.wake_bytes > 0 && info.confirm_bytes > 0 && info.scratch_bytes > 0);
  sift_database_free(database);
  sift_ruleset_free(ruleset);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(patterns_that_cannot_be_are_refused_with_the_reason),
      cmocka_unit_test(all_bad_patterns_are_told_in_one_go),
      cmocka_unit_test(bad_patterns_do_not_hide_the_examples_of_other_rules),
      cmocka_unit_test(patterns_refused_in_earnest_hide_nothing),
      cmocka_unit_test(patterns_beyond_hyperscan_are_prefiltered),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
