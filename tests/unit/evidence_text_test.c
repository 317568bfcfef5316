#include "tests/unit/report_fixture.h"

#include "tools/spacesift/evidence_text.h"

static struct fixture fixture;
static struct sift_text text;

static int begin(void **state) {
  (void)state;
  fixture_begin(&fixture);
  sift_text_init(&text, false);
  return 0;
}

static int end(void **state) {
  (void)state;
  sift_text_release(&text);
  fixture_end(&fixture);
  return 0;
}

static void assert_text(const char *expected) {
  sift_text_append(&text, sift_span("\0", 1));
  assert_string_equal(text.bytes, expected);
  sift_text_clear(&text);
}

static void a_place_names_line_byte_time_and_count(void **state) {
  (void)state;
  see(&fixture, "crash-exit", T0, 20);
  sift_text_place(&text, evidence_of(&fixture, "crash-exit"));
  assert_text("a.log:3 (byte 20), 2026-01-31T10:00:00Z");
  for (int i = 0; i < 1999; i++) {
    see(&fixture, "crash-exit", T0, 20);
  }
  sift_text_place(&text, evidence_of(&fixture, "crash-exit"));
  assert_text("a.log:3 (byte 20), 2026-01-31T10:00:00Z, 2,000 times");
}

static void what_is_unknown_of_a_place_is_left_out(void **state) {
  (void)state;
  see(&fixture, "crash-exit", SIFT_TIME_NONE, 20);
  fixture.space.evidence[0].sample.line = 0;
  sift_text_place(&text, evidence_of(&fixture, "crash-exit"));
  assert_text("a.log (byte 20)");
}

static void labels_take_equal_columns(void **state) {
  (void)state;
  sift_text_line(&text, "what", sift_span_of("x"), 100);
  assert_text("    what   x\n");
  sift_text_line(&text, "", sift_span_of("x"), 100);
  assert_text("           x\n");
  sift_text_line(&text, "what", sift_span_of("abcdefgh"), SIFT_LABEL_COLUMNS + 4);
  assert_text("    what   abc…\n");
}

static void evidence_is_its_line_and_its_place(void **state) {
  (void)state;
  see_line(&fixture, "crash-exit", SIFT_TIME_NONE, 0, false, "Exit code: 1", NULL);
  sift_text_evidence(&text, "proof", evidence_of(&fixture, "crash-exit"), 100);
  assert_text("    proof  Exit code: 1\n           a.log:1 (byte 0)\n");
}

static void a_verdict_tells_branch_phase_attempt_and_doubt(void **state) {
  (void)state;
  struct sift_verdict verdict = {.id = "oom", .branch = "6A", .severity = SIFT_ERROR, .confidence = SIFT_HIGH};
  verdict.attempt.phase = SIFT_PHASE_FAILED;
  verdict.attempt.number = 1;
  sift_text_verdict(&text, &verdict);
  assert_text("oom  branch 6A  failed\n");
  struct sift_incident incident = {0};
  verdict.branch = "";
  verdict.attempt.number = 3;
  verdict.confidence = SIFT_MEDIUM;
  verdict.incident = &incident;
  sift_text_verdict(&text, &verdict);
  assert_text("oom  failed, attempt 3, confidence medium, in an incident\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(a_place_names_line_byte_time_and_count),
      TEST(what_is_unknown_of_a_place_is_left_out),
      TEST(labels_take_equal_columns),
      TEST(evidence_is_its_line_and_its_place),
      TEST(a_verdict_tells_branch_phase_attempt_and_doubt),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
