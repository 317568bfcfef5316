#include "tests/unit/report_fixture.h"

#include "engine/report.h"
#include "tools/spacesift/report_text.h"

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

/* The text report of the fixture's Space alone. */
static char *report(unsigned width, uint64_t top) {
  struct sift_report_input input = {.ruleset = fixture.ruleset, .top = top};
  struct sift_census census = {.now_ns = SIFT_TIME_NONE};
  struct sift_summary summary;
  struct sift_triage *triage = NULL;
  struct sift_verdict verdict;
  struct sift_report_text *text = NULL;
  char *bytes = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&bytes, &size);
  assert_non_null(out);
  assert_int_equal(sift_fleet_init(&census.fleet), SIFT_OK);
  assert_int_equal(sift_summary_init(&summary, fixture.ruleset), SIFT_OK);
  assert_int_equal(sift_triage_new(&triage, fixture.ruleset, &census.incidents), SIFT_OK);
  assert_int_equal(sift_report_text_new(&text, &input, width, false), SIFT_OK);
  sift_triage_judge(triage, &fixture.space, &verdict);
  assert_int_equal(sift_summary_add(&summary, &fixture.space, &verdict, fixture.ruleset), SIFT_OK);
  assert_int_equal(sift_report_text_add(text, &fixture.space, &verdict), SIFT_OK);
  sift_summary_finish(&summary);
  assert_int_equal(sift_report_text_write(text, out, &census, &summary), SIFT_OK);
  sift_report_text_free(text);
  sift_triage_free(triage);
  sift_summary_release(&summary);
  sift_census_release(&census);
  fclose(out);
  return bytes;
}

static size_t longest_proof(const char *text) {
  const char *line = strstr(text, "    proof");
  assert_non_null(line);
  return strcspn(line, "\n");
}

static void log_lines_are_cut_to_the_width(void **state) {
  (void)state;
  char line[400];
  memset(line, 'x', sizeof line);
  line[sizeof line - 1] = '\0';
  see_line(&fixture, "crash-exit", T0, 0, false, line, NULL);
  const size_t ellipsis = strlen("…") - 1;
  const struct { unsigned width, columns; } widths[] = {{80, 80}, {0, 120}, {5, 40}};
  for (size_t i = 0; i < 3; i++) {
    char *text = report(widths[i].width, 20);
    assert_int_equal(longest_proof(text), widths[i].columns + ellipsis);
    free(text);
  }
}

static void a_fine_fleet_says_so(void **state) {
  (void)state;
  char *text = report(80, 20);
  assert_has(text, "1 Space, of which 0 need someone\n");
  assert_has(text, "\nNo Space needs someone.\n");
  free(text);
}

static void lines_that_name_no_space_are_judged_too(void **state) {
  (void)state;
  fixture.space.name = sift_span_of("-");
  see(&fixture, "crash-exit", T0, 0);
  char *text = report(80, 20);
  assert_has(text, "0 Spaces, of which 0 need someone\n");
  assert_has(text, "\nSpaces that need someone\n  -  unclassified");
  free(text);
}

static void without_room_for_any_only_their_number_is_told(void **state) {
  (void)state;
  see(&fixture, "crash-exit", T0, 0);
  char *text = report(80, 0);
  assert_has(text, "and 1 more");
  assert_has_not(text, "acme/demo");
  free(text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(log_lines_are_cut_to_the_width),
      TEST(a_fine_fleet_says_so),
      TEST(lines_that_name_no_space_are_judged_too),
      TEST(without_room_for_any_only_their_number_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
