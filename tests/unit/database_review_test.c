#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/support/rules.h"

/* Reviewing must find these and no others, as "line:column subject field message", in this order. */
static void expect_found(const struct sift_ruleset *ruleset, const char *const *expected, size_t count) {
  struct sift_problems problems;
  sift_problems_init(&problems);
  assert_int_equal(sift_database_review(ruleset, &problems), count > 0 ? SIFT_ERULES : SIFT_OK);
  assert_int_equal(problems.errors, count);
  assert_int_equal(problems.warnings, 0);
  for (size_t i = 0; i < count; i++) {
    const struct sift_problem *problem = &problems.items[i];
    char said[400];
    snprintf(said, sizeof said, "%u:%u %s %s %s", problem->line, problem->column, problem->subject, problem->field,
             problem->message);
    assert_string_equal(said, expected[i]);
    assert_true(problem->hint[0] != '\0');
  }
  sift_problems_release(&problems);
}

static void a_good_set_is_good(void **state) {
  (void)state;
  const struct test_rule rules[] = {{.id = "a",
                                     .any = {"disk (?!half)full"},
                                     .none = {"not"},
                                     .match = {"disk full"},
                                     .no_match = {"disk not full", "disk half"}}};
  struct sift_ruleset *ruleset = test_ruleset(rules, 1);
  expect_found(ruleset, NULL, 0);
  sift_ruleset_free(ruleset);
}

static void an_empty_set_is_reviewed_too(void **state) {
  (void)state;
  struct sift_ruleset *ruleset = NULL;
  assert_int_equal(sift_ruleset_new(&ruleset), SIFT_OK);
  expect_found(ruleset, NULL, 0);
  sift_ruleset_free(ruleset);
}

static void every_bad_pattern_and_the_examples_of_sound_rules_are_told(void **state) {
  (void)state;
  const struct test_rule rules[] = {
      {.id = "a",
       .any = {"fine", "un(closed"},
       .all = {"x*"},
       .none = {"fine", "a{1,40000}"},
       .match = {"no"},
       .no_match = {"fine"}},
      {.id = "b", .any = {"good"}, .all = {"all"}, .match = {"all good", "good"}, .no_match = {"all", "all is good"}}};
  static const char *const expected[] = {
      "0:0 a any[2] not a valid pattern: missing closing parenthesis at character 10",
      "0:0 a all[1] can match an empty line",
      "0:0 a none[2] Hyperscan refuses it: Bounded repeat is too large.",
      "0:0 b examples.match[2] does not match",
      "0:0 b examples.no_match[2] matches",
  };
  struct sift_ruleset *ruleset = test_ruleset(rules, 2);
  expect_found(ruleset, expected, 5);
  sift_ruleset_free(ruleset);
}

/* As the loader leaves a set that it could not read whole: not sealed, texts missing. */
static void what_could_not_be_read_is_passed_over_but_counted(void **state) {
  (void)state;
  const struct sift_pattern holes[] = {{NULL, 4, 9}, {"a?", 5, 9}};
  const struct sift_pattern whole[] = {{"good", 8, 9}};
  const struct sift_span lines[] = {{NULL, 0}, {"bad", 3}};
  struct sift_ruleset *ruleset = NULL;
  assert_int_equal(sift_ruleset_new(&ruleset), SIFT_OK);
  struct sift_rule *rule = sift_ruleset_add_rule(ruleset);
  *rule = (struct sift_rule){
      .id = "z", .file = "f", .line = 3, .column = 5, .any = {holes, 2}, .match = {lines, 2}, .title = "", .reference = ""};
  rule = sift_ruleset_add_rule(ruleset);
  *rule = (struct sift_rule){
      .id = "", .file = "f", .line = 7, .column = 5, .any = {whole, 1}, .match = {lines, 2}, .title = "", .reference = ""};
  static const char *const expected[] = {"5:9 z any[2] can match an empty line", "7:5  examples.match[2] does not match"};
  expect_found(ruleset, expected, 2);
  sift_ruleset_free(ruleset);
}

static void a_single_pattern_is_judged_by_both_libraries(void **state) {
  (void)state;
  static const char *const good[] = {"a", "a+", "(?<n>a)\\1", "a(?=b)", "^a$", "\\d"};
  static const char *const bad[] = {"(", "", "a*", "^$", "(?=a)", "a{1,40000}", "\\C"};
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
    assert_true(sift_database_takes(&(struct sift_pattern){.text = good[i]}));
  }
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    assert_false(sift_database_takes(&(struct sift_pattern){.text = bad[i]}));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_good_set_is_good),
      cmocka_unit_test(an_empty_set_is_reviewed_too),
      cmocka_unit_test(every_bad_pattern_and_the_examples_of_sound_rules_are_told),
      cmocka_unit_test(what_could_not_be_read_is_passed_over_but_counted),
      cmocka_unit_test(a_single_pattern_is_judged_by_both_libraries),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
