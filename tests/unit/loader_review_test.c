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
#define FINE "examples: {match: [word], no_match: [ward]}"

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
         "5:20: error: 'b': class: the set has no class 'd'\n");
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

/* Each of these would match `word` if all were read that was meant. */
static void examples_are_not_run_where_patterns_are_missing(void **state) {
  (void)state;
  expect(HEAD "  - {id: a, " BASE ", any: [404, ward], " FINE "}\n"
              "  - {id: b, " BASE ", any: word, " FINE "}\n"
              "  - {id: c, " BASE ", anny: [word], any: [ward], " FINE "}\n"
              "  - {id: d, " BASE ", any: [*word, ward], " FINE "}\n",
         "4:55: error: 'a': any[1]: must be a text, but without quotes '404' is a number\n"
         "5:54: error: 'b': any: must be a list, here is a text\n"
         "6:49: error: 'c': anny: a rule has no such field\n"
         "7:55: error: aliases are not used in rule files\n");
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
      cmocka_unit_test(examples_are_not_run_where_patterns_are_missing),
      cmocka_unit_test(errors_of_other_rules_do_not_keep_examples_from_running),
      cmocka_unit_test(a_file_that_is_beyond_reading_does_not_hide_the_patterns_of_others),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
