#include "tests/unit/report_fixture.h"

#include "tools/spacesift/explain_text.h"

static struct archive archive;
static struct sift_node nodes[2];

static int begin(void **state) {
  (void)state;
  archive_begin(&archive);
  nodes[0] = (struct sift_node){.id = "crash",
                                .question = "Did it crash?",
                                .verdict = "startup_crash",
                                .branch = "6A",
                                .title = "",
                                .reference = "",
                                .severity = SIFT_ERROR,
                                .confidence = SIFT_HIGH,
                                .when = {.kind = SIFT_COND_CLASS, .index = class_index(&archive.fixture, "crash")}};
  nodes[1] = (struct sift_node){.id = "deps",
                                .question = "Is a module missing?",
                                .verdict = "dep_missing_module",
                                .branch = "7",
                                .title = "",
                                .reference = "",
                                .severity = SIFT_ERROR,
                                .confidence = SIFT_HIGH,
                                .when = {.kind = SIFT_COND_CLASS, .index = class_index(&archive.fixture, "deps")}};
  archive.fixture.ruleset->tree.nodes = nodes;
  archive.fixture.ruleset->tree.count = 2;
  fixture_space(&archive.fixture, "a/other");
  archive_add(&archive);
  fixture_space(&archive.fixture, "b/demo");
  see(&archive.fixture, "crash-fatal", T0 - SECOND, 0);
  see(&archive.fixture, "life-startup", T0, 10);
  see_line(&archive.fixture, "deps-module", T0 + SECOND, 20, false, "No module named \x1b[1m'torch'", "torch");
  see_line(&archive.fixture, "crash-exit", T0 + SECOND, 30, true, "demoted", NULL);
  archive_add(&archive);
  archive_finish(&archive);
  return 0;
}

static int end(void **state) {
  (void)state;
  archive.fixture.ruleset->tree.nodes = NULL;
  archive.fixture.ruleset->tree.count = 0;
  archive_end(&archive);
  return 0;
}

static char *explain(const char *space, enum sift_report_kind kind, enum sift_status expected) {
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  struct sift_report_input input = archive_input(&archive);
  assert_non_null(out);
  assert_int_equal(sift_explain_write(out, &input, sift_span_of(space), kind, false), expected);
  fclose(out);
  return text;
}

static void the_walk_is_told_node_by_node_with_what_decided(void **state) {
  (void)state;
  char *text = explain("b/demo", SIFT_REPORT_TEXT, SIFT_OK);
  assert_has(text, "b/demo  dep_missing_module  branch 7  starting\n    what   torch is not installed\n");
  assert_has(text, "    proof  No module named \\x1b[1m'torch'\n           a.log:3 (byte 20), 2026-01-31T10:00:01Z\n");
  assert_has(text, "\nAttempt 1: starting\n    last startup     2026-01-31T10:00:00Z, a.log (byte 10)\n");
  assert_has(text, "  no  Did it crash?  [crash]\n  yes Is a module missing?  [deps] by deps-module\n  so: dep_missing_module\n");
  assert_has(text, "\nWhat to do\n  1. Add torch to requirements.txt\n\nRead more: https://example.org/deps\n");
  assert_null(strchr(text, '\x1b'));
  free(text);
}

static void evidence_stands_by_what_it_weighs(void **state) {
  (void)state;
  char *text = explain("b/demo", SIFT_REPORT_TEXT, SIFT_OK);
  const char *current = strstr(text, "\nEvidence of this attempt\n  error   deps-module (deps)\n");
  const char *demoted = strstr(text, "\nSeen in build steps that ended well, so of no weight\n  error   crash-exit (crash)\n");
  const char *history = strstr(text, "\nOlder than this attempt\n  fatal   crash-fatal (crash)\n");
  assert_true(current != NULL && current < demoted && demoted < history);
  free(text);
}

static void a_space_without_marks_or_evidence_is_explained_too(void **state) {
  (void)state;
  char *text = explain("a/other", SIFT_REPORT_TEXT, SIFT_OK);
  assert_has(text, "a/other  no_fault_seen");
  assert_has(text, "no mark of its life");
  assert_has_not(text, "Evidence");
  free(text);
}

static void json_holds_the_space_and_the_path(void **state) {
  (void)state;
  char *text = explain("b/demo", SIFT_REPORT_JSON, SIFT_OK);
  assert_has(text, "{\"space\":{\"type\":\"space\",\"space\":\"b/demo\"");
  assert_has(text, ",\"path\":[{\"id\":\"crash\",");
  assert_has(text, "}]}\n");
  free(text);
}

static void an_unknown_space_is_told_by_the_status_alone(void **state) {
  (void)state;
  char *text = explain("c/none", SIFT_REPORT_TEXT, SIFT_END);
  assert_string_equal(text, "");
  free(text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(the_walk_is_told_node_by_node_with_what_decided),    TEST(evidence_stands_by_what_it_weighs),
      TEST(a_space_without_marks_or_evidence_is_explained_too), TEST(json_holds_the_space_and_the_path),
      TEST(an_unknown_space_is_told_by_the_status_alone),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
