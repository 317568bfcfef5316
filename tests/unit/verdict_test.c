#include "tests/unit/triage_fixture.h"

#include <stdio.h>

#include "engine/report.h"

static struct fixture fixture;

static int begin(void **state) {
  (void)state;
  fixture_begin(&fixture);
  return 0;
}

static int end(void **state) {
  (void)state;
  fixture_end(&fixture);
  return 0;
}

static const char *filled(const char *text, size_t size) {
  static char out[256];
  const struct sift_evidence *evidence = evidence_of(&fixture, "deps-module");
  assert_true(size <= sizeof out);
  memset(out, '#', sizeof out);
  sift_report_fill(out, size, text, &fixture.ruleset->rules[evidence->rule], &evidence->sample);
  assert_true(strlen(out) < size);
  return out;
}

static void names_of_captures_are_replaced_by_their_values(void **state) {
  (void)state;
  see(&fixture, "deps-module", T0, 0);
  assert_string_equal(filled("{module} is not installed, {module}", 256), "torch is not installed, torch");
  assert_string_equal(filled("plain", 256), "plain");
  assert_string_equal(filled("", 256), "");
}

static void unknown_names_and_empty_values_become_an_ellipsis(void **state) {
  (void)state;
  see_line(&fixture, "deps-module", T0, 0, false, "x", "");
  assert_string_equal(filled("{module} and {port}", 256), "… and …");
  char out[32];
  sift_report_fill(out, sizeof out, "{module}!", NULL, NULL);
  assert_string_equal(out, "…!");
}

static void other_braces_stand_for_themselves(void **state) {
  (void)state;
  see(&fixture, "deps-module", T0, 0);
  assert_string_equal(filled("{} {a b} {module {module} {", 256), "{} {a b} {module torch {");
}

static void a_cut_stays_within_the_size_and_whole_characters(void **state) {
  (void)state;
  see_line(&fixture, "deps-module", T0, 0, false, "x", "éé");
  assert_string_equal(filled("{module}", 5), "éé");
  assert_string_equal(filled("{module}", 4), "é");
  assert_string_equal(filled("ab{module}cd", 5), "abé");
  assert_string_equal(filled("abc", 1), "");
}

static struct sift_node node(const char *title, const char *const *actions, size_t count, const char *reference) {
  return (struct sift_node){.id = "n",
                            .question = "",
                            .verdict = "dep_missing_module",
                            .branch = "",
                            .title = title,
                            .actions = actions,
                            .action_count = count,
                            .reference = reference};
}

static void words_are_the_nodes_own_or_the_deciding_rules(void **state) {
  (void)state;
  see(&fixture, "deps-module", T0, 0);
  const char *const actions[] = {"Rebuild after adding {module}"};
  struct sift_node plain = node("", actions, 1, "");
  struct sift_node worded = node("No {module}", NULL, 0, "https://example.org/node");
  struct sift_verdict verdict = {.node = &plain, .id = plain.verdict, .proof = evidence_of(&fixture, "deps-module")};
  char text[128];
  sift_verdict_title(text, sizeof text, fixture.ruleset, &verdict);
  assert_string_equal(text, "torch is not installed");
  assert_true(sift_verdict_action(text, sizeof text, fixture.ruleset, &verdict, 0));
  assert_string_equal(text, "Add torch to requirements.txt");
  assert_true(sift_verdict_action(text, sizeof text, fixture.ruleset, &verdict, 1));
  assert_string_equal(text, "Rebuild after adding torch");
  assert_false(sift_verdict_action(text, sizeof text, fixture.ruleset, &verdict, 2));
  assert_string_equal(sift_verdict_reference(fixture.ruleset, &verdict), "https://example.org/deps");
  verdict.node = &worded;
  sift_verdict_title(text, sizeof text, fixture.ruleset, &verdict);
  assert_string_equal(text, "No torch");
  assert_string_equal(sift_verdict_reference(fixture.ruleset, &verdict), "https://example.org/node");
}

static void a_verdict_without_proof_has_words_too(void **state) {
  (void)state;
  struct sift_node plain = node("", NULL, 0, "");
  struct sift_verdict verdict = {.node = &plain, .id = plain.verdict};
  char text[128];
  sift_verdict_title(text, sizeof text, fixture.ruleset, &verdict);
  assert_string_equal(text, "dep_missing_module");
  assert_false(sift_verdict_action(text, sizeof text, fixture.ruleset, &verdict, 0));
  assert_string_equal(sift_verdict_reference(fixture.ruleset, &verdict), "");
}

static void also_names_other_classes_with_errors_once(void **state) {
  (void)state;
  see(&fixture, "deps-module", T0, 0);
  see(&fixture, "crash-exit", T0, 10);
  see(&fixture, "crash-fatal", T0, 20);
  see(&fixture, "push-refused", T0, 30);
  see(&fixture, "deps-warning", T0, 40);
  const struct sift_incidents none = {0};
  struct sift_triage *triage = NULL;
  struct sift_verdict verdict;
  uint32_t classes[SIFT_PROOFS_MAX];
  assert_int_equal(sift_triage_new(&triage, fixture.ruleset, &none), SIFT_OK);
  sift_triage_judge(triage, &fixture.space, &verdict);
  verdict.proof = evidence_of(&fixture, "deps-module");
  assert_int_equal(sift_verdict_also(classes, fixture.ruleset, &verdict), 2);
  assert_int_equal(classes[0], class_index(&fixture, "crash"));
  assert_int_equal(classes[1], class_index(&fixture, "push"));
  verdict.proof = NULL;
  assert_int_equal(sift_verdict_also(classes, fixture.ruleset, &verdict), 3);
  sift_triage_free(triage);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(names_of_captures_are_replaced_by_their_values),
      TEST(unknown_names_and_empty_values_become_an_ellipsis),
      TEST(other_braces_stand_for_themselves),
      TEST(a_cut_stays_within_the_size_and_whole_characters),
      TEST(words_are_the_nodes_own_or_the_deciding_rules),
      TEST(a_verdict_without_proof_has_words_too),
      TEST(also_names_other_classes_with_errors_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
