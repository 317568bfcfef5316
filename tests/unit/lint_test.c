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
  "\n    examples: {match: [some words here, w, w], no_match: [other words there, x, x]}\n" more

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
  expect(RULE("a", "['more', 'words.*$']", ""), 1, "any[2]", "ends with .*");
  expect(RULE("a", "[words]", "    none: ['.*x']\n"), 1, "none[1]", "begins with .*");
  expect(RULE("a", "['(?:^|: )(?:.*words|more)']", ""), 0, "", "");
  expect(RULE("a", "['(?:.*words|more)']", ""), 1, "any[1]", "begins with .*");
  expect(RULE("a", "['(?i)^(?:more|(?i:.*words))']", ""), 1, "any[1]", "begins with .*");
  expect(RULE("a", "['more|.*words']", ""), 1, "any[1]", "begins with .*");
  expect(RULE("a", "['(?<=x)words', '(?<begin>.*)other', '(?!.*x)third', 'more(?:.*fourth)']", ""), 0, "", "");
  expect(RULE("a", "['words(?<rest>.*)', 'other.+', 'third.{0,9}']", ""), 0, "", "");
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
  expect("  - {id: a, class: c, severity: info, title: T, any: [some words], examples: {match: [some words, w, w], no_match: "
         "[else, x, x]}}\n",
         1, "examples.no_match", "shares a word");
  expect("  - {id: a, class: c, severity: info, title: T, any: [some words], examples: {match: [some words, w, w], no_match: [x, "
         "x, no "
         "WORDS]}}\n",
         0, "", "");
}

static void few_examples_are_warned_of(void **state) {
  (void)state;
  const char *head = "  - {id: a, class: c, severity: info, title: T, any: [some words], examples: ";
  char rules[256];
  snprintf(rules, sizeof rules, "%s{match: [some words, w], no_match: [no words, x, x]}}\n", head);
  expect(rules, 1, "examples.match", "2 matching examples: give at least 3");
  snprintf(rules, sizeof rules, "%s{match: [some words, w, w], no_match: [no words]}}\n", head);
  expect(rules, 1, "examples.no_match", "1 near-miss example: give at least 3");
}

/* Rule a's first pattern within rule b's, both of class c. */
#define SHADOW(a, b, more_a, more_b) RULE("a", "['" a "']", more_a) RULE("b", "['" b "']", more_b)

static void patterns_in_the_shadow_of_another_of_their_rule_are_warned_of(void **state) {
  (void)state;
  expect(RULE("a", "['Error: words', 'words']", ""), 1, "any[1]", "any[2] of this rule, at line 9, matches all");
  expect(RULE("a", "['words', 'more', '^more words$']", ""), 1, "any[3]", "any[1] of this rule");
  expect(RULE("a", "['words(?: here)?', 'word[s]']", ""), 1, "any[2]", "any[1] of this rule"); /* the same: told once */
  expect(RULE("a", "['words (?<x>\\w+) here', 'words']", "    capture: [x]\n"), 0, "", "");
  expect(RULE("a", "['words (?<x>\\w+) here', 'words']", ""), 1, "any[1]", "needless");
  expect(RULE("a", "['words$', 'words here', 'WORDS', '^words,']", ""), 0, "", "");
}

static void patterns_in_the_shadow_of_another_rule_are_warned_of_with_both_places(void **state) {
  (void)state;
  expect(SHADOW("some words here", "words", "", ""), 1, "any[1]",
         "rule 'b' of the same class matches every such line too, by its pattern at t.yaml:15:11");
  expect(SHADOW("some words here", "words", "    all: [x]\n", ""), 1, "any[1]", "rule 'b'");
  expect(SHADOW("some words here", "words", "    channels: [run]\n", ""), 1, "any[1]", "rule 'b'");
  expect(SHADOW("some words here", "words", "    mark: built\n", "    mark: built\n"), 1, "any[1]", "rule 'b'");
}

static void rules_that_something_tells_apart_stand_in_no_shadow(void **state) {
  (void)state;
  expect(SHADOW("some words here", "words", "", "    none: [here]\n"), 0, "", "");
  expect(SHADOW("some words here", "words", "", "    all: [x]\n"), 0, "", "");
  expect(SHADOW("some words here", "words", "", "    channels: [run]\n"), 0, "", "");
  expect(SHADOW("some words here", "words", "    channels: [run]\n", "    channels: [build]\n"), 0, "", "");
  expect(SHADOW("some words here", "words", "    mark: built\n", ""), 0, "", "");
  expect(SHADOW("some words here", "words(?! at)", "", ""), 0, "", "");
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
  expect_tree("", RULE("a", "[words]", "    mark: built\n"), "tree:\n" NODE("n", "{always: true}"), 1, "a", "its mark");
  expect_tree("", RULE("a", "[words]", ""), "tree:\n" NODE("m", "{not: {rule: a}}") NODE("n", "{always: true}"), 0, "", "");
  expect_tree("", RULE("a", "[words]", ""),
              "tree:\n" NODE("m", "{class_after: {class: c, mark: built}}") NODE("n", "{always: true}"), 0, "", "");
}

static void nodes_behind_one_that_always_decides_are_warned_of(void **state) {
  (void)state;
  const char *rules = RULE("a", "[words]", "");
  expect_tree("", rules,
              "tree:\n" NODE("x", "{class: c}") NODE("y", "{any: [{always: true}, {class: c}]}") NODE("z", "{watched: true}"), 1,
              "z", "never asked: 'y'");
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

/* Two rules of class c, and marks. */
#define RULES                                                                                                                      \
  RULE("a", "[words]", "")                                                                                                         \
  RULE("b", "[other]", "") RULE("m", "[built it]", "    mark: built\n") RULE("h", "[healthy now]", "    mark: healthy\n")
#define END NODE("end", "{always: true}")

static void rules_that_no_node_asks_for_are_warned_of(void **state) {
  (void)state;
  expect_tree("", RULES, "tree:\n" NODE("n", "{rule: a}") NODE("p", "{phase: built}") END, 1, "b",
              "no tree node asks for this rule");
  expect_tree("", RULES, "tree:\n" NODE("n", "{class: c}") END, 0, "", "");
  expect_tree("", RULES, "tree:\n" NODE("n", "{rule: [a, b]}") NODE("p", "{mark: built}") END, 1, "h", "its class or its mark");
  expect_tree("", RULES, "tree:\n" NODE("n", "{rule: [a, b]}") NODE("p", "{after: [built, healthy]}") END, 0, "", "");
  expect_tree("", RULE("a", "[words]", "") RULE("b", "[more here]", "    mark: step_ok\n"), "tree:\n" NODE("n", "{rule: a}") END, 0,
              "", "");
  /* What any fault would do is no use of this one. */
  expect_tree("", RULES, "tree:\n" NODE("n", "{rule: a}") NODE("p", "{phase: built}") NODE("f", "{fault: error}") END, 1, "b",
              "no tree node asks for this rule");
  expect_tree("", RULES, "", 0, "", "");
}

static void a_rule_that_the_tree_asks_for_stands_in_no_shadow(void **state) {
  (void)state;
  const char *rules = SHADOW("some words here", "words", "", "");
  expect_tree("", rules, "tree:\n" NODE("n", "{rule: a}") NODE("o", "{class: c}") END, 0, "", "");
  expect_tree("", rules, "tree:\n" NODE("n", "{rule: b}") NODE("o", "{class: c}") END, 1, "a", "rule 'b' of the same class");
}

static void nodes_that_are_never_reached_are_warned_of(void **state) {
  (void)state;
  static const struct {
    const char *first, *second;
  } dead[] = {
      {"{class: c}", "{class: c}"},
      {"{class: c}", "{rule: a}"},
      {"{class: c}", "{rule: [a, b]}"},
      {"{class: c}", "{all: [{mark: built}, {rule: a}]}"},
      {"{class: c}", "{class_after: {class: c, mark: built}}"},
      {"{rule: [a, b, m, h]}", "{class: c}"},
      {"{any: [{mark: built}, {class: c}]}", "{any: [{rule: b}, {after: [built, healthy]}]}"},
      {"{fault: warning}", "{any: [{fault: error}, {rule: a}]}"},
      {"{phase: [built, healthy]}", "{phase: built}"},
      {"{lines: {max: 9}}", "{lines: {min: 2, max: 9}}"},
      {"{age: {mark: built, minutes: 5}}", "{age: {mark: built, minutes: 10}}"},
      {"{not: {phase: built}}", "{phase: [queued, healthy]}"},
      {"{not: {class: c}}", "{not: {any: [{class: c}, {mark: built}]}}"},
      {"{all: [{class: c}, {mark: built}]}", "{all: [{watched: true}, {after: [built, healthy]}, {rule: b}]}"},
      {"{incident: true}", "{all: [{incident: true}, {mark: built}]}"},
  };
  for (size_t i = 0; i < sizeof dead / sizeof dead[0]; i++) {
    struct sift_problems problems;
    char tree[1024];
    snprintf(tree, sizeof tree,
             "tree:\n  - {id: one, question: Q, when: %s, verdict: v, severity: info}\n"
             "  - {id: two, question: Q, when: %s, verdict: v, severity: info}\n" NODE("c", "{any: [{class: c}, {phase: built}]}")
                 END,
             dead[i].first, dead[i].second);
    lint("", RULES, tree, &problems);
    if (problems.warnings != 1 || strcmp(problems.items[0].subject, "two") != 0 ||
        strstr(problems.items[0].message, "is never reached: 'one' before it, at line 32,") == NULL) {
      sift_problems_print(&problems, stderr);
      fail_msg("%s then %s: %zu warnings", dead[i].first, dead[i].second, problems.warnings);
    }
    sift_problems_release(&problems);
  }
}

static void nodes_that_may_be_reached_are_fine(void **state) {
  (void)state;
  static const struct {
    const char *first, *second;
  } alive[] = {
      {"{rule: a}", "{class: c}"},
      {"{rule: [a, b]}", "{class: c}"}, /* m and h are of the class too */
      {"{all: [{class: c}, {mark: built}]}", "{class: c}"},
      {"{class_after: {class: c, mark: built}}", "{class: c}"},
      {"{fault: error}", "{class: c}"}, /* a mark is no fault */
      {"{fault: fatal}", "{rule: a}"},
      {"{phase: built}", "{phase: [built, healthy]}"},
      {"{lines: {min: 2}}", "{lines: {max: 9}}"},
      {"{age: {mark: built, minutes: 10}}", "{age: {mark: built, minutes: 5}}"},
      {"{not: {rule: a}}", "{not: {class: d}}"},
      {"{not: {mark: built}}", "{after: [healthy, built]}"},
      {"{watched: true}", "{incident: true}"},
  };
  for (size_t i = 0; i < sizeof alive / sizeof alive[0]; i++) {
    char tree[1024];
    snprintf(tree, sizeof tree,
             "tree:\n  - {id: one, question: Q, when: %s, verdict: v, severity: info}\n"
             "  - {id: two, question: Q, when: %s, verdict: v, severity: info}\n" NODE(
                 "c", "{any: [{mark: healthy}, {mark: built}]}") NODE("d", "{class: [c, d]}") END,
             alive[i].first, alive[i].second);
    expect_tree(
        "  - {id: d, title: D}\n",
        RULES
        "  - {id: z, class: d, severity: info, title: T, any: [seas], examples: {match: [seas here, seas, c], no_match: [here, "
        "b, c]}}\n",
        tree, 0, "", "");
  }
}

static void what_stands_below_is_reached_only_through_what_is_above(void **state) {
  (void)state;
  const char *tree =
      "tree:\n" NODE("one", "{all: [{class: c}, {phase: built}]}") "  - id: group\n    question: Q\n"
                                                                   "    when: {phase: built}\n    children:\n      - {id: two, "
                                                                   "question: Q, when: {rule: a}, verdict: v, severity: "
                                                                   "info}\n" END;
  expect_tree("", RULES, tree, 1, "two", "'one' before it");
  tree = "tree:\n  - id: group\n    question: Q\n    when: {phase: built}\n    children:\n"
         "      - {id: two, question: Q, when: {all: [{class: c}, {phase: healthy}]}, verdict: v, severity: info}\n" END;
  expect_tree("", RULES, tree, 1, "two", "it is asked only where 'group' holds, which excludes it");
  /* A group may hold and decide nothing. */
  tree = "tree:\n  - id: group\n    question: Q\n    when: {class: c}\n    children:\n"
         "      - {id: one, question: Q, when: {phase: built}, verdict: v, severity: info}\n" NODE("two", "{class: c}") END;
  expect_tree("", RULES, tree, 0, "", "");
}

static void conditions_that_can_never_hold_are_warned_of(void **state) {
  (void)state;
  static const struct {
    const char *when, *part;
  } never[] = {
      {"{all: [{class: c}, {not: {class: c}}]}", "excludes the condition at 33:47"},
      {"{all: [{rule: a}, {not: {class: c}}]}", "excludes the condition at"},
      {"{all: [{rule: a}, {not: {rule: [a, b]}}]}", "excludes the condition at"},
      {"{all: [{any: [{phase: queued}, {lines: {max: 1}}]}, {all: [{phase: built}, {lines: {min: 2}}]}]}", "excludes"},
      {"{all: [{after: [built, healthy]}, {not: {mark: built}}]}", "excludes"},
      {"{all: [{after: [built, healthy]}, {after: [healthy, built]}]}", "excludes"},
      {"{after: [built, built]}", "does not come after itself"},
      {"{not: {always: true}}", "can never hold"},
      {"{not: {lines: {min: 0}}}", "can never hold"},
      {"{mark: queued}", "no rule sets the mark 'queued'"},
      {"{any: [{mark: queued}, {age: {mark: queued, minutes: 1}}]}", "can never hold"},
      {"{class_after: {class: d, mark: built}}", "no rule is of class 'd'"},
  };
  for (size_t i = 0; i < sizeof never / sizeof never[0]; i++) {
    struct sift_problems problems;
    char tree[1024];
    snprintf(tree, sizeof tree,
             "tree:\n  - {id: n, question: Q, when: %s, verdict: v, severity: info}\n" NODE("c", "{class: c}") END, never[i].when);
    lint("  - {id: d, title: D}\n", RULES, tree, &problems);
    bool found = problems.warnings == 2; /* that class d has no rule is the other */
    for (size_t w = 0; w < problems.warnings && found; w++) {
      const struct sift_problem *problem = &problems.items[w];
      found = strcmp(problem->subject, "d") == 0 ||
              (strcmp(problem->field, "when") == 0 && problem->column > 10 && strstr(problem->message, "can never hold") != NULL);
    }
    const struct sift_problem *told = &problems.items[strcmp(problems.items[0].subject, "n") == 0 ? 0 : 1];
    if (!found || strstr(told->message, never[i].part) == NULL) {
      sift_problems_print(&problems, stderr);
      fail_msg("%s: %zu warnings", never[i].when, problems.warnings);
    }
    sift_problems_release(&problems);
  }
}

static void children_that_change_nothing_are_warned_of(void **state) {
  (void)state;
#define PARENT(children)                                                                                                           \
  "tree:\n  - {id: p, question: Q, when: {class: c}, verdict: v, severity: info, children: [" children "]}\n" END
#define CHILD(id, when, more) "{id: " id ", question: Q, when: " when ", verdict: v, severity: info" more "}"
  expect_tree("", RULES, PARENT(CHILD("x", "{phase: built}", "")), 1, "x", "changes nothing: 'p' above it says the same");
  expect_tree("", RULES, PARENT(CHILD("x", "{phase: built}", ", title: Other")), 0, "", "");
  expect_tree("", RULES, PARENT(CHILD("x", "{phase: built}", ", actions: [Do it]")), 0, "", "");
  expect_tree("", RULES, PARENT(CHILD("x", "{rule: a}", "")), 0, "", ""); /* another line is the proof then */
  /* It keeps the walk from the one behind it. */
  expect_tree("", RULES, PARENT(CHILD("x", "{phase: built}", "") ", " CHILD("y", "{rule: a}", ", branch: '1'")), 0, "", "");
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
      cmocka_unit_test(few_examples_are_warned_of),
      cmocka_unit_test(patterns_in_the_shadow_of_another_of_their_rule_are_warned_of),
      cmocka_unit_test(patterns_in_the_shadow_of_another_rule_are_warned_of_with_both_places),
      cmocka_unit_test(rules_that_something_tells_apart_stand_in_no_shadow),
      cmocka_unit_test(rules_that_no_node_asks_for_are_warned_of),
      cmocka_unit_test(a_rule_that_the_tree_asks_for_stands_in_no_shadow),
      cmocka_unit_test(nodes_that_are_never_reached_are_warned_of),
      cmocka_unit_test(nodes_that_may_be_reached_are_fine),
      cmocka_unit_test(what_stands_below_is_reached_only_through_what_is_above),
      cmocka_unit_test(conditions_that_can_never_hold_are_warned_of),
      cmocka_unit_test(children_that_change_nothing_are_warned_of),
      cmocka_unit_test(unused_classes_are_warned_of),
      cmocka_unit_test(nodes_behind_one_that_always_decides_are_warned_of),
      cmocka_unit_test(a_tree_that_may_end_without_a_verdict_is_warned_of),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
