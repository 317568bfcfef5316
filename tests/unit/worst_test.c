#include "tests/unit/report_fixture.h"

#include "engine/report.h"
#include "tools/spacesift/worst.h"

static struct fixture fixture;
static const struct sift_incidents no_incidents;

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

static void add(struct sift_worst *worst, const char *name, enum sift_severity severity, enum sift_confidence confidence,
                const struct sift_incident *incident) {
  struct sift_triage *triage = NULL;
  struct sift_verdict verdict;
  assert_int_equal(sift_triage_new(&triage, fixture.ruleset, &no_incidents), SIFT_OK);
  fixture.space.name = sift_span_of(name);
  sift_triage_judge(triage, &fixture.space, &verdict);
  verdict.severity = severity;
  verdict.confidence = confidence;
  verdict.incident = incident;
  assert_int_equal(sift_worst_add(worst, &fixture.space, &verdict), SIFT_OK);
  sift_triage_free(triage);
}

static char *written(struct sift_worst *worst) {
  struct sift_text text;
  sift_text_init(&text, false);
  sift_worst_write(worst, &text);
  sift_text_append(&text, sift_span("\0", 1));
  assert_false(text.failed);
  return text.bytes;
}

static void entries_are_written_worst_first_with_proof_and_next_action(void **state) {
  (void)state;
  struct sift_worst *worst = NULL;
  assert_int_equal(sift_worst_new(&worst, fixture.ruleset, 10, 100, false), SIFT_OK);
  see_line(&fixture, "deps-module", T0, 20, false, "No module named 'torch'", "torch");
  see(&fixture, "crash-exit", T0 - SECOND, 10);
  add(worst, "b/b", SIFT_ERROR, SIFT_HIGH, NULL);
  add(worst, "a/a", SIFT_ERROR, SIFT_LOW, NULL);
  add(worst, "c/longer", SIFT_FATAL, SIFT_LOW, NULL);
  add(worst, "d/d", SIFT_WARNING, SIFT_HIGH, NULL);
  assert_int_equal(sift_worst_count(worst), 3);
  char *text = written(worst);
  const char *expected = "  c/longer  unclassified  unknown, confidence low\n"
                         "    what   torch is not installed\n"
                         "    proof  No module named 'torch'\n"
                         "           a.log:3 (byte 20), 2026-01-31T10:00:00Z\n"
                         "    next   Add torch to requirements.txt\n"
                         "    also   crash\n"
                         "\n"
                         "  b/b       unclassified  unknown\n";
  assert_has(text, expected);
  assert_has(text, "\n  a/a       unclassified  unknown, confidence low\n");
  assert_has_not(text, "more");
  free(text);
  sift_worst_free(worst);
}

static void only_the_worst_are_kept_and_the_others_counted(void **state) {
  (void)state;
  struct sift_worst *worst = NULL;
  assert_int_equal(sift_worst_new(&worst, fixture.ruleset, 5, 100, false), SIFT_OK);
  char names[2000][16];
  for (unsigned i = 0; i < 2000; i++) {
    snprintf(names[i], sizeof names[i], "x/%04u", i * 997 % 2000);
    add(worst, names[i], SIFT_ERROR, SIFT_HIGH, NULL);
  }
  char *text = written(worst);
  const char *last = text;
  for (unsigned i = 0; i < 5; i++) {
    snprintf(names[0], sizeof names[0], "  x/%04u", i);
    const char *at = strstr(text, names[0]);
    assert_true(at != NULL && at >= last);
    last = at;
  }
  assert_has_not(text, "x/0005");
  assert_has(text, "and 1,995 more");
  free(text);
  sift_worst_free(worst);
}

static void none_are_kept_where_none_are_asked_for(void **state) {
  (void)state;
  struct sift_worst *worst = NULL;
  assert_int_equal(sift_worst_new(&worst, fixture.ruleset, 0, 100, false), SIFT_OK);
  add(worst, "a/a", SIFT_ERROR, SIFT_HIGH, NULL);
  char *text = written(worst);
  assert_has(text, "and 1 more");
  assert_has_not(text, "a/a");
  free(text);
  sift_worst_free(worst);
}

static void another_phrases_incident_explains_nothing(void **state) {
  (void)state;
  struct sift_worst *worst = NULL;
  struct sift_incident incident = {.series = {class_index(&fixture, "push"), rule_index(&fixture, "headline")}};
  assert_int_equal(sift_worst_new(&worst, fixture.ruleset, 5, 100, false), SIFT_OK);
  see(&fixture, "push-refused", T0, 0);
  add(worst, "a/in", SIFT_FATAL, SIFT_HIGH, &incident);
  add(worst, "b/alone", SIFT_ERROR, SIFT_HIGH, NULL);
  char *text = written(worst);
  assert_true(strstr(text, "a/in") < strstr(text, "b/alone"));
  free(text);
  sift_worst_free(worst);
}

static void spaces_that_an_incident_explains_come_last(void **state) {
  (void)state;
  struct sift_worst *worst = NULL;
  struct sift_incident incident = {.series = {class_index(&fixture, "push"), SIFT_RULE_NONE}};
  assert_int_equal(sift_worst_new(&worst, fixture.ruleset, 5, 100, false), SIFT_OK);
  see(&fixture, "push-refused", T0, 0);
  add(worst, "a/in", SIFT_FATAL, SIFT_HIGH, &incident);
  add(worst, "b/alone", SIFT_ERROR, SIFT_HIGH, NULL);
  char *text = written(worst);
  assert_true(strstr(text, "b/alone") < strstr(text, "a/in"));
  assert_has(text, "unknown, in an incident");
  free(text);
  sift_worst_free(worst);
}

static void log_text_reaches_no_terminal_raw(void **state) {
  (void)state;
  struct sift_worst *worst = NULL;
  assert_int_equal(sift_worst_new(&worst, fixture.ruleset, 5, 60, false), SIFT_OK);
  see_line(&fixture, "deps-module", T0, 0, false, "\x1b]0;owned\a and a very long line that goes on and on and on and on",
           "\x1b[2J");
  add(worst, "a/\x1b[31m", SIFT_ERROR, SIFT_HIGH, NULL);
  char *text = written(worst);
  assert_null(strchr(text, '\x1b'));
  assert_null(strchr(text, '\a'));
  assert_has(text, "a/\\x1b[31m");
  assert_has(text, "\\x1b]0;owned\\x07");
  assert_has(text, "…\n");
  assert_has(text, "Add \\x1b[2J to");
  free(text);
  sift_worst_free(worst);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(entries_are_written_worst_first_with_proof_and_next_action),
      TEST(only_the_worst_are_kept_and_the_others_counted),
      TEST(none_are_kept_where_none_are_asked_for),
      TEST(spaces_that_an_incident_explains_come_last),
      TEST(another_phrases_incident_explains_nothing),
      TEST(log_text_reaches_no_terminal_raw),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
