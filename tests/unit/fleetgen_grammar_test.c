#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "tools/fleetgen/cases.h"
#include "tools/fleetgen/notation.h"

static enum sift_status compile(const char *rules, char *error, size_t error_size) {
  struct sift_gen_notation notation;
  struct sift_gen_grammar grammar;
  struct sift_gen_file file = {"test", sift_span_of(rules)};
  enum sift_status status = sift_gen_notation_read(&notation, &file, 1, error, error_size);
  if (status == SIFT_OK) {
    status = sift_gen_grammar_init(&grammar, notation.rules, error, error_size);
    sift_gen_notation_release(&notation);
    if (status == SIFT_OK) {
      sift_gen_grammar_release(&grammar);
    }
  }
  return status;
}

static void wrong_rules_are_refused_by_name(void **state) {
  (void)state;
  const struct {
    const char *rules, *message;
  } wrong[] = {
      {"= a\n- {b}\n", "rule a: there is no rule \"b\""},
      {"= a\n- x\n= a\n- y\n", "rule a stands twice"},
      {"= a\n", "rule a: no alternatives"},
      {"= a\n- {b}\n= b\n- {a}\n", "rule a nests too deeply or within itself"},
      {"= a\n- x{9-3}y\n", "rule a: cannot read the slot at \"{9-3}y\""},
      {"= a\n- {3-\n", "rule a: cannot read the slot at \"{3-\""},
      {"- x\n", "test:1: an alternative needs a rule before it: = name"},
      {"= a\n| x\n", "test:2: a second line needs a first one, which begins with '-'"},
      {"= a\n- x\nnonsense\n", "test:3: a line begins with '#', '=', '-', '|' or '+' and a space"},
      {"=\n- x\n", "test:1: a rule needs a name: = name"},
  };
  for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
    char error[200] = "";
    assert_int_equal(compile(wrong[i].rules, error, sizeof(error)), SIFT_ERULES);
    assert_string_equal(error, wrong[i].message);
  }
}

static void deep_but_finite_rules_are_taken(void **state) {
  (void)state;
  char rules[1024] = "= r00\n- x\n";
  for (int i = 1; i < SIFT_GEN_DEPTH_MAX - 1; i++) {
    char rule[40];
    snprintf(rule, sizeof(rule), "= r%02d\n- {r%02d}\n", i, i - 1);
    strcat(rules, rule);
  }
  char error[200] = "";
  assert_int_equal(compile(rules, error, sizeof(error)), SIFT_OK);
  strcat(rules, "= r23\n- {r22}\n");
  assert_int_equal(compile(rules, error, sizeof(error)), SIFT_ERULES);
}

static bool named_by_a_case(const char *rule) {
  size_t count;
  const struct sift_gen_case *cases = sift_gen_cases(&count);
  for (size_t i = 0; i < count; i++) {
    if ((cases[i].fault != NULL && strcmp(cases[i].fault, rule) == 0) ||
        (cases[i].platform != NULL && strcmp(cases[i].platform, rule) == 0)) {
      return true;
    }
  }
  return false;
}

static bool named_by_an_app(const struct sift_gen_app *app, const char *rule) {
  const char *const names[] = {app->start, app->ready, app->chat, app->request_error};
  for (size_t i = 0; i < 4; i++) {
    if (names[i] != NULL && strcmp(names[i], rule) == 0) {
      return true;
    }
  }
  return false;
}

/* Rules that the program asks for by name. */
static bool asked_for(const char *rule) {
  static const char *const prefixes[] = {"head_", "body_", "tail_", "reason_"};
  static const char *const names[] = {"build_header", "decoy", "run_header", "traceback"};
  for (size_t i = 0; i < 4; i++) {
    if (strncmp(rule, prefixes[i], strlen(prefixes[i])) == 0 || strcmp(rule, names[i]) == 0) {
      return true;
    }
  }
  size_t count;
  const struct sift_gen_app *apps = sift_gen_apps(&count);
  for (size_t i = 0; i < count; i++) {
    if (named_by_an_app(&apps[i], rule)) {
      return true;
    }
  }
  return named_by_an_app(&sift_gen_app_quiet[0], rule) || named_by_a_case(rule);
}

static void the_built_in_grammar_has_every_rule_that_is_named_and_no_other(void **state) {
  (void)state;
  char error[200] = "";
  size_t count;
  const struct sift_gen_file *files = sift_gen_builtin(&count);
  struct sift_gen_notation notation;
  struct sift_gen_grammar grammar;
  assert_int_equal(sift_gen_notation_read(&notation, files, count, error, sizeof(error)), SIFT_OK);
  enum sift_status status = sift_gen_grammar_init(&grammar, notation.rules, error, sizeof(error));
  assert_string_equal(error, "");
  assert_int_equal(status, SIFT_OK);
  for (size_t i = 0; i < grammar.rule_count; i++) {
    if (grammar.rules[i].uses == 0 && !asked_for(grammar.rules[i].name)) {
      fail_msg("nothing names the rule %s", grammar.rules[i].name);
    }
  }
  const struct sift_gen_case *cases = sift_gen_cases(&count);
  for (size_t i = 0; i < count; i++) {
    const char *const names[] = {cases[i].fault, cases[i].platform};
    for (size_t k = 0; k < 2; k++) {
      if (names[k] != NULL) {
        assert_int_not_equal(sift_gen_grammar_find(&grammar, names[k], strlen(names[k])), SIFT_GEN_NO_RULE);
      }
    }
  }
  sift_gen_grammar_release(&grammar);
  sift_gen_notation_release(&notation);
}

static void a_rule_is_found_by_its_whole_name_only(void **state) {
  (void)state;
  char error[200];
  struct sift_gen_file file = {"test", sift_span_of("= ab\n- x\n= abc\n- y\n= a\n- z\n")};
  struct sift_gen_notation notation;
  struct sift_gen_grammar grammar;
  assert_int_equal(sift_gen_notation_read(&notation, &file, 1, error, sizeof(error)), SIFT_OK);
  assert_int_equal(sift_gen_grammar_init(&grammar, notation.rules, error, sizeof(error)), SIFT_OK);
  assert_string_equal(grammar.rules[sift_gen_grammar_find(&grammar, "abc", 2)].name, "ab");
  assert_string_equal(grammar.rules[sift_gen_grammar_find(&grammar, "abc", 3)].name, "abc");
  assert_int_equal(sift_gen_grammar_find(&grammar, "abcd", 4), SIFT_GEN_NO_RULE);
  assert_int_equal(sift_gen_grammar_find(&grammar, "", 0), SIFT_GEN_NO_RULE);
  sift_gen_grammar_release(&grammar);
  sift_gen_notation_release(&notation);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(wrong_rules_are_refused_by_name),
      cmocka_unit_test(deep_but_finite_rules_are_taken),
      cmocka_unit_test(the_built_in_grammar_has_every_rule_that_is_named_and_no_other),
      cmocka_unit_test(a_rule_is_found_by_its_whole_name_only),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
