/* Loading rules with several mistakes each: what must be said, in order of place, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "patterns/loader.h"

#define HEAD "ruleset: {name: t, version: v}\nclasses: [{id: c, title: C}]\nrules:\n"
#define BASE "class: c, severity: info, title: T"
#define FINE "examples: {match: [word here], no_match: [ward here]}"

/* The messages as they are printed, without "t.yaml:" and what to do, a line each. */
static void expect(const char *text, const char *expected) {
  struct sift_rule_file file = {"t.yaml", sift_span_of(text)};
  struct sift_problems problems;
  struct sift_ruleset *ruleset = NULL;
  sift_problems_init(&problems);
  assert_int_equal(sift_rules_parse(&ruleset, &file, 1, &problems), SIFT_ERULES);
  assert_null(ruleset);
  char *printed = NULL;
  size_t len = 0;
  FILE *stream = open_memstream(&printed, &len);
  assert_non_null(stream);
  sift_problems_print(&problems, stream);
  fclose(stream);
  char said[4096] = "";
  size_t used = 0;
  for (char *line = strtok(printed, "\n"); line != NULL; line = strtok(NULL, "\n")) {
    const char *remedy = strstr(line, "; ");
    assert_true(strncmp(line, "t.yaml:", 7) == 0 && remedy != NULL);
    used += (size_t)snprintf(said + used, sizeof said - used, "%.*s\n", (int)(remedy - line - 7), line + 7);
    assert_true(used < sizeof said);
  }
  assert_string_equal(said, expected);
  free(printed);
  sift_problems_release(&problems);
}

static void a_wrong_field_hides_neither_patterns_nor_examples(void **state) {
  (void)state;
  expect(HEAD "  - {id: a, class: c, severity: eror, title: T, any: [word, '('], " FINE "}\n"
              "  - {id: b, class: d, severity: info, title: T, any: [word], examples: {match: [ward], no_match: [word]}}\n",
         "4:33: error: 'a': severity: 'eror' is none of info, warning, error, fatal\n"
         "4:61: error: 'a': any[2]: not a valid pattern: missing closing parenthesis at character 2\n"
         "5:5: error: 'b': examples.match[1]: does not match\n"
         "5:5: error: 'b': examples.no_match[1]: matches\n"
         "5:20: error: 'b': class: the set has no class 'd'\n"
         "5:55: warning: 'b': any: rule 'a' has the same pattern, at t.yaml:4\n");
}

static void a_rule_without_a_good_id_is_judged_too(void **state) {
  (void)state;
  expect(HEAD "  - {" BASE ", any: ['x*'], " FINE "}\n"
              "  - {id: A, " BASE ", any: [ward], " FINE "}\n",
         "4:5: error: id: a rule needs this field\n"
         "4:48: error: any[1]: can match an empty line\n"
         "5:5: error: examples.match[1]: does not match\n"
         "5:5: error: examples.no_match[1]: matches\n"
         "5:10: error: id: 'A' is no valid name\n");
}

static void an_entry_that_is_no_text_counts_in_the_numbers_of_the_others(void **state) {
  (void)state;
  expect(HEAD "  - {id: a, " BASE ", any: [404, 'a?'], " FINE "}\n"
              "  - {id: b, " BASE ", any: [word], examples: {match: [true, ward], no_match: [ward, [x], word]}}\n",
         "4:55: error: 'a': any[1]: must be a text, but without quotes '404' is a number\n"
         "4:60: error: 'a': any[2]: can match an empty line\n"
         "5:5: error: 'b': examples.match[2]: does not match\n"
         "5:5: error: 'b': examples.no_match[3]: matches\n"
         "5:81: error: 'b': examples.match[1]: must be a text, but without quotes 'true' is true or false\n"
         "5:111: error: 'b': examples.no_match[2]: must be a text, here is a list\n");
}

static void a_pattern_is_told_of_once(void **state) {
  (void)state;
  expect(HEAD "  - {id: a, " BASE ", any: ['\\A(', \"\\0*\"], " FINE "}\n",
         "4:55: error: 'a': any[1]: \\A is not allowed in patterns\n"
         "4:62: error: 'a': any[2]: the pattern holds a NUL byte\n");
}

/* Each of these would match `word` if all were read that was meant; but `ward` matches whatever else was meant. */
static void examples_are_run_as_far_as_missing_patterns_let_them_decide(void **state) {
  (void)state;
  expect(HEAD "  - {id: a, " BASE ", any: [404, ward], " FINE "}\n"
              "  - {id: b, " BASE ", any: word, " FINE "}\n"
              "  - {id: c, " BASE ", anny: [word], any: [ward], " FINE "}\n"
              "  - {id: d, " BASE ", any: [*word, ward], " FINE "}\n",
         "4:5: error: 'a': examples.no_match[1]: matches\n"
         "4:55: error: 'a': any[1]: must be a text, but without quotes '404' is a number\n"
         "5:54: error: 'b': any: must be a list, here is a text\n"
         "6:5: error: 'c': examples.no_match[1]: matches\n"
         "6:49: error: 'c': anny: a rule has no such field\n"
         "7:55: error: aliases are not used in rule files\n");
}

/* With part of `all` or `none` unknown, a line that the good patterns refuse is surely none of the rule's. */
static void a_missing_pattern_of_all_or_none_leaves_the_lines_that_must_match(void **state) {
  (void)state;
  expect(HEAD "  - {id: a, " BASE ", any: [word], all: ['('], examples: {match: [ward here, word here], no_match: [word here]}}\n"
              "  - {id: b, " BASE ", any: [word], none: [404], examples: {match: [ward here, word here], no_match: [word here]}}\n"
              "  - {id: c, " BASE ", any: [ward, '('], none: ['('], examples: {match: [word here], no_match: [ward here]}}\n",
         "4:5: error: 'a': examples.match[1]: does not match\n"
         "4:68: error: 'a': all[1]: not a valid pattern: missing closing parenthesis at character 2\n"
         "5:5: error: 'b': examples.match[1]: does not match\n"
         "5:69: error: 'b': none[1]: must be a text, but without quotes '404' is a number\n"
         "6:61: error: 'c': any[2]: not a valid pattern: missing closing parenthesis at character 2\n"
         "6:74: error: 'c': none[1]: not a valid pattern: missing closing parenthesis at character 2\n");
}

/* A field that no rule has is what its name is near to, or nothing that matches lines, unless it is a list. */
static void an_unknown_field_keeps_back_only_the_examples_that_it_could_change(void **state) {
  (void)state;
  expect(HEAD "  - {id: a, " BASE ", any: [ward], actoins: [x], examples: {match: [word], no_match: [x]}}\n"
              "  - {id: b, " BASE ", any: [ward], noen: [x], examples: {match: [word], no_match: [ward]}}\n"
              "  - {id: c, " BASE ", any: [ward], comment: x, examples: {match: [word], no_match: [x]}}\n"
              "  - {id: d, " BASE ", any: [ward], comments: [x], examples: {match: [word], no_match: [ward]}}\n",
         "4:5: error: 'a': examples.match[1]: does not match\n"
         "4:62: error: 'a': actoins: a rule has no such field\n"
         "5:5: error: 'b': examples.match[1]: does not match\n"
         "5:62: error: 'b': noen: a rule has no such field\n"
         "6:5: error: 'c': examples.match[1]: does not match\n"
         "6:62: error: 'c': comment: a rule has no such field\n"
         "7:5: warning: 'd': examples.no_match: no line shares a word with the lines that match, so nothing is proved\n"
         "7:62: error: 'd': comments: a rule has no such field\n");
}

static void errors_do_not_hide_warnings(void **state) {
  (void)state;
  expect(HEAD
         "  - {id: a, " BASE ", any: ['.*word', 404], " FINE "}\n"
         "  - {id: b, class: c, severity: eror, title: 'The {thing}', any: [word], examples: {match: [word], no_match: [ward]}}\n"
         "  - {id: c, " BASE ", any: [(, xy], " FINE "}\n",
         "4:55: warning: 'a': any[1]: begins with .*\n"
         "4:65: error: 'a': any[2]: must be a text, but without quotes '404' is a number\n"
         "5:5: warning: 'b': examples.no_match: no line shares a word with the lines that match, so nothing is proved\n"
         "5:5: warning: 'b': title: {thing} is not captured\n"
         "5:33: error: 'b': severity: 'eror' is none of info, warning, error, fatal\n"
         "6:55: error: 'c': any[1]: not a valid pattern: missing closing parenthesis at character 2\n"
         "6:58: warning: 'c': any[2]: the longest text that must stand in the line has 2 bytes\n");
}

/* What an error may have taken away is not said to be missing. */
static void warnings_that_an_error_leaves_in_doubt_are_kept_back(void **state) {
  (void)state;
  expect(HEAD "  - {id: a, class: c, severity: info, title: 'The {thing}', any: ['(?<thing>word)'], captrue: [thing], " FINE "}\n"
              "  - {id: b, class: d, severity: info, title: T, any: [word], examples: {match: [word], no_match: [1]}}\n"
              "  - {id: c, " BASE ", any: [word], channels: run, " FINE "}\n"
              "tree: [{id: n, question: Q, when: {always: true}, verdict: v, severity: info, title: T}, {id: o, question: Q}]\n",
         "4:86: error: 'a': captrue: a rule has no such field\n"
         "5:20: error: 'b': class: the set has no class 'd'\n"
         "5:99: error: 'b': examples.no_match[1]: must be a text, but without quotes '1' is a number\n"
         "6:72: error: 'c': channels: must be a list, here is a text\n"
         "7:90: error: 'o': when: a tree node needs this field\n"
         "7:90: error: 'o': verdict: the node decides nothing\n");
}

static void the_tree_is_linted_where_no_error_touches_it(void **state) {
  (void)state;
  expect("ruleset: {name: t, version: v}\nclasses: [{id: c, title: C}, {id: d, title: D}]\nrules:\n"
         "  - {id: a, class: c, severity: eror, title: T, any: [word], " FINE "}\n",
         "2:30: warning: 'd': no rule is of this class\n"
         "4:33: error: 'a': severity: 'eror' is none of info, warning, error, fatal\n");
  expect("ruleset: {name: t, version: v}\nclasses: [{id: c, title: C}, {id: d, title: D}]\nrules:\n"
         "  - {id: a, class: e, severity: info, title: T, any: [word], " FINE "}\n",
         "4:20: error: 'a': class: the set has no class 'e'\n");
}

static void errors_of_other_rules_do_not_keep_examples_from_running(void **state) {
  (void)state;
  expect(HEAD "  - {id: a, " BASE ", any: [ward], examples: {match: [word], no_match: [x]}}\n"
              "  - {id: b, " BASE ", any: [404], " FINE "}\n"
              "  - {id: c, " BASE ", any: [ward], examples: {match: [word], no_match: [x]}}\n"
              "tree: [{id: n, any: 1}]\n",
         "4:5: error: 'a': examples.match[1]: does not match\n"
         "5:55: error: 'b': any[1]: must be a text, but without quotes '404' is a number\n"
         "6:5: error: 'c': examples.match[1]: does not match\n"
         "6:55: warning: 'c': any: rule 'a' has the same pattern, at t.yaml:4\n"
         "7:8: error: 'n': question: a tree node needs this field\n"
         "7:8: error: 'n': when: a tree node needs this field\n"
         "7:8: error: 'n': verdict: the node decides nothing\n"
         "7:16: error: 'n': any: a tree node has no such field\n");
}

static void a_file_that_is_beyond_reading_does_not_hide_the_patterns_of_others(void **state) {
  (void)state;
  const struct sift_rule_file files[] = {{"broken.yaml", sift_span_of("classes: [\n")},
                                         {"t.yaml", sift_span_of("rules:\n  - {id: a, " BASE ", any: ['('], " FINE "}\n")}};
  struct sift_problems problems;
  struct sift_ruleset *ruleset = NULL;
  sift_problems_init(&problems);
  assert_int_equal(sift_rules_parse(&ruleset, files, 2, &problems), SIFT_ERULES);
  assert_int_equal(problems.errors, 2);
  assert_string_equal(problems.items[1].file, "t.yaml");
  assert_string_equal(problems.items[1].field, "any[1]");
  sift_problems_release(&problems);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_wrong_field_hides_neither_patterns_nor_examples),
      cmocka_unit_test(a_rule_without_a_good_id_is_judged_too),
      cmocka_unit_test(an_entry_that_is_no_text_counts_in_the_numbers_of_the_others),
      cmocka_unit_test(a_pattern_is_told_of_once),
      cmocka_unit_test(examples_are_run_as_far_as_missing_patterns_let_them_decide),
      cmocka_unit_test(a_missing_pattern_of_all_or_none_leaves_the_lines_that_must_match),
      cmocka_unit_test(an_unknown_field_keeps_back_only_the_examples_that_it_could_change),
      cmocka_unit_test(errors_do_not_hide_warnings),
      cmocka_unit_test(warnings_that_an_error_leaves_in_doubt_are_kept_back),
      cmocka_unit_test(the_tree_is_linted_where_no_error_touches_it),
      cmocka_unit_test(errors_of_other_rules_do_not_keep_examples_from_running),
      cmocka_unit_test(a_file_that_is_beyond_reading_does_not_hide_the_patterns_of_others),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
