#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "patterns/lint.h"
#include "patterns/loader.h"

/* Loads a set of class c (and more, by `classes`), with the given rules and tree, and lints it. */
static void lint(const char *classes, const char *rules, const char *tree, struct sift_problems *problems) {
  char text[4096];
  int len = snprintf(text, sizeof text, "ruleset: {name: t, version: v}\nclasses:\n  - {id: c, title: C}\n%srules:\n%s%s", classes,
                     rules, tree);
  struct sift_rule_file file = {"t.yaml", sift_span(text, (size_t)len)};
  struct sift_ruleset *ruleset = NULL;
  sift_problems_init(problems);
  enum sift_status status = sift_rules_parse(&ruleset, &file, 1, problems);
  sift_problems_print(problems, stderr);
  assert_int_equal(status, SIFT_OK);
  sift_rules_lint(ruleset, problems);
  assert_int_equal(problems->errors, 0);
  sift_ruleset_free(ruleset);
}

#define RULE(id, any, more)                                                                                                        \
  "  - id: " id "\n    class: c\n    severity: error\n    title: Title\n    any: " any                                             \
  "\n    examples: {match: [some words here], no_match: [other words there]}\n" more

static void expect(const char *rules, size_t warnings, const char *field, const char *part) {
  struct sift_problems problems;
  lint("", rules, "", &problems);
  if (problems.warnings != warnings) {
    sift_problems_print(&problems, stderr);
    fail_msg("%zu warnings, %zu expected", problems.warnings, warnings);
  }
  if (warnings > 0) {
    assert_string_equal(problems.items[0].field, field);
    assert_true(problems.items[0].warning);
    assert_true(problems.items[0].line > 0);
    assert_true(problems.items[0].hint[0] != '\0');
    if (strstr(problems.items[0].message, part) == NULL) {
      fail_msg("'%s' does not say '%s'", problems.items[0].message, part);
    }
  }
  sift_problems_release(&problems);
}

static void a_plain_rule_has_no_warning(void **state) {
  (void)state;
  expect(RULE("a", "['^Error: (?:one|two|three)', 'some .*words', 'text\\.\\*$']", ""), 0, "", "");
}

static void open_ends_are_warned_of(void **state) {
  (void)state;
  expect(RULE("a", "['.*words']", ""), 1, "any[1]", "begins with .*");
  expect(RULE("a", "['(?i)^.*?words']", ""), 1, "any[1]", "begins with .*");
  expect(RULE("a", "['words', 'words.*$']", ""), 1, "any[2]", "ends with .*");
  expect(RULE("a", "[words]", "    none: ['.*x']\n"), 1, "none[1]", "begins with .*");
  expect(RULE("a", "['words(?<rest>.*)', 'words.+', 'words.{0,9}']", ""), 0, "", "");
}

static void short_fixed_text_is_warned_of(void **state) {
  (void)state;
  expect(RULE("a", "['\\d+ abc']", ""), 0, "", "");
  expect(RULE("a", "['\\d+abc']", ""), 1, "any[1]", "3 bytes");
  expect(RULE("a", "['[a-z]+']", ""), 1, "any[1]", "0 bytes");
  expect(RULE("a", "[words]", "    all: ['\\d']\n"), 0, "", "");
}

static void doubled_patterns_are_warned_of_with_both_places(void **state) {
  (void)state;
  expect(RULE("a", "[words, more, words]", ""), 1, "any", "stands twice in this rule");
  expect(RULE("a", "[words]", "") RULE("b", "[words]", ""), 1, "any", "rule 'a' has the same pattern, at t.yaml:");
}

static void doubled_patterns_that_never_meet_are_fine(void **state) {
  (void)state;
  expect(RULE("a", "[words]", "    channels: [run]\n") RULE("b", "[words]", "    channels: [build]\n"), 0, "", "");
  expect(RULE("a", "[words]", "    all: ['x']\n") RULE("b", "[words]", "    none: ['x']\n"), 0, "", "");
  expect(RULE("a", "[words]", "    mark: failed\n") RULE("b", "[words]", ""), 0, "", "");
}

static void broken_patterns_draw_no_warning(void **state) {
  (void)state;
  expect(RULE("a", "[words, '.*(', '[z-a]', 'x*']", "    none: ['.*']\n"), 0, "", "");
  expect(RULE("a", "['words(', 'words(']", "") RULE("b", "['words(']", ""), 0, "", "");
  expect(RULE("a", "['.*(', '.*words']", ""), 1, "any[2]", "begins with .*");
}

static void names_that_are_not_captured_are_warned_of(void **state) {
  (void)state;
  expect(RULE("a", "['words (?<x>y)']", "    capture: [x]\n    actions: ['Set {x} and {y}']\n"), 1, "actions[1]",
         "{y} is not captured");
  expect(RULE("a", "['words (?<x>y)']", "    actions: ['Set {x}']\n"), 1, "actions[1]", "{x} is not captured");
  expect(RULE("a", "[words]", "    actions: ['Set ${HOME} to {a b} or {} or {1} or {']\n"), 0, "", "");
}

static void far_fetched_counter_examples_are_warned_of(void **state) {
  (void)state;
  expect("  - {id: a, class: c, severity: info, title: T, any: [some words], examples: {match: [some words], no_match: [else]}}\n",
         1, "examples.no_match", "shares a word");
  expect("  - {id: a, class: c, severity: info, title: T, any: [some words], examples: {match: [some words], no_match: [x, no "
         "WORDS]}}\n",
         0, "", "");
}

static void expect_tree(const char *classes, const char *rules, const char *tree, size_t warnings, const char *subject,
                        const char *part) {
  struct sift_problems problems;
  lint(classes, rules, tree, &problems);
  if (problems.warnings != warnings) {
    sift_problems_print(&problems, stderr);
    fail_msg("%zu warnings, %zu expected", problems.warnings, warnings);
  }
  if (warnings > 0) {
    assert_string_equal(problems.items[0].subject, subject);
    if (strstr(problems.items[0].message, part) == NULL) {
      fail_msg("'%s' does not say '%s'", problems.items[0].message, part);
    }
  }
  sift_problems_release(&problems);
}

#define NODE(id, when) "  - {id: " id ", question: Q, when: " when ", verdict: v, severity: info}\n"

static void unused_classes_are_warned_of(void **state) {
  (void)state;
  expect_tree("  - {id: d, title: D}\n", RULE("a", "[words]", ""), "", 1, "d", "no rule is of this class");
  expect_tree("", RULE("a", "[words]", ""), "tree:\n" NODE("n", "{always: true}"), 1, "c", "no tree node asks");
  expect_tree("", RULE("a", "[words]", "    mark: built\n"), "tree:\n" NODE("n", "{always: true}"), 0, "", "");
  expect_tree("", RULE("a", "[words]", ""), "tree:\n" NODE("m", "{not: {rule: a}}") NODE("n", "{always: true}"), 0, "", "");
  expect_tree("", RULE("a", "[words]", ""),
              "tree:\n" NODE("m", "{class_after: {class: c, mark: built}}") NODE("n", "{always: true}"), 0, "", "");
}

static void nodes_behind_one_that_always_decides_are_warned_of(void **state) {
  (void)state;
  const char *rules = RULE("a", "[words]", "");
  expect_tree("", rules, "tree:\n" NODE("x", "{class: c}") NODE("y", "{any: [{always: true}, {class: c}]}") NODE("z", "{class: c}"),
              1, "z", "never asked: 'y'");
  expect_tree("", rules,
              "tree:\n  - {id: g, question: Q, when: {always: true}, children: [{id: x, question: Q, when: {class: c}, verdict: v, "
              "severity: "
              "info}]}\n" NODE("z", "{all: [{always: true}, {always: true}]}"),
              0, "", "");
  expect_tree(
      "", rules,
      "tree:\n  - {id: g, question: Q, when: {always: true}, children: [{id: x, question: Q, when: {always: true}, verdict: v, "
      "severity: info}]}\n" NODE("z", "{class: c}"),
      1, "z", "never asked: 'g'");
}

static void a_tree_that_may_end_without_a_verdict_is_warned_of(void **state) {
  (void)state;
  expect_tree("", RULE("a", "[words]", ""), "tree:\n" NODE("x", "{class: c}"), 1, "x", "no verdict is given");
  expect_tree("", RULE("a", "[words]", ""), "", 0, "", "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_plain_rule_has_no_warning),
      cmocka_unit_test(open_ends_are_warned_of),
      cmocka_unit_test(short_fixed_text_is_warned_of),
      cmocka_unit_test(doubled_patterns_are_warned_of_with_both_places),
      cmocka_unit_test(doubled_patterns_that_never_meet_are_fine),
      cmocka_unit_test(broken_patterns_draw_no_warning),
      cmocka_unit_test(names_that_are_not_captured_are_warned_of),
      cmocka_unit_test(far_fetched_counter_examples_are_warned_of),
      cmocka_unit_test(unused_classes_are_warned_of),
      cmocka_unit_test(nodes_behind_one_that_always_decides_are_warned_of),
      cmocka_unit_test(a_tree_that_may_end_without_a_verdict_is_warned_of),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
