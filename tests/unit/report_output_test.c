#include "tests/support/strike.h"
#include "tests/unit/report_fixture.h"

static struct archive archive;

static int begin(void **state) {
  (void)state;
  archive_begin(&archive);
  return 0;
}

static int end(void **state) {
  (void)state;
  archive_end(&archive);
  return 0;
}

/* Three Spaces and what names none; push struck 20 Spaces at T0, among them b/push. */
static void make_fleet(void) {
  fixture_space(&archive.fixture, "-");
  archive_add(&archive);
  fixture_space(&archive.fixture, "a/deps");
  see_line(&archive.fixture, "deps-module", T0, 20, false, "No module named 'torch'", "torch");
  archive_add(&archive);
  fixture_space(&archive.fixture, "b/push");
  see(&archive.fixture, "push-refused", T0, 0);
  archive_add(&archive);
  fixture_space(&archive.fixture, "c/fine");
  archive_add(&archive);
  const struct sift_series push = test_class_series(class_index(&archive.fixture, "push"));
  for (uint64_t i = 0; i < 20; i++) {
    assert_int_equal(test_strike(&archive.fleet, push, T0, i), SIFT_OK);
  }
  assert_int_equal(test_strike_space(&archive.fleet, push, T0, "b/push", "push-refused"), SIFT_OK);
  archive.fleet.newest_ns = T0;
  archive_finish(&archive);
}

static char *write_report(enum sift_report_kind kind, bool colour) {
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  struct sift_report_input input = archive_input(&archive);
  assert_non_null(out);
  assert_int_equal(sift_report_write(out, &input, kind, colour), SIFT_OK);
  fclose(out);
  return text;
}

static void kinds_are_known_by_name(void **state) {
  (void)state;
  enum sift_report_kind kind;
  assert_true(sift_report_kind_parse("jsonl", &kind));
  assert_int_equal(kind, SIFT_REPORT_JSONL);
  assert_true(sift_report_kind_parse("none", &kind));
  assert_int_equal(kind, SIFT_REPORT_NONE);
  assert_false(sift_report_kind_parse("JSON", &kind));
  assert_false(sift_report_kind_parse("", &kind));
}

static void jsonl_is_one_object_a_line(void **state) {
  (void)state;
  make_fleet();
  char *text = write_report(SIFT_REPORT_JSONL, false);
  const char *const begins[] = {"{\"type\":\"space\",\"space\":\"-\"",       "{\"type\":\"space\",\"space\":\"a/deps\"",
                                "{\"type\":\"space\",\"space\":\"b/push\"",  "{\"type\":\"space\",\"space\":\"c/fine\"",
                                "{\"type\":\"incident\",\"class\":\"push\"", "{\"type\":\"summary\""};
  char *line = text;
  for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++) {
    char *newline = strchr(line, '\n');
    assert_non_null(newline);
    assert_memory_equal(line, begins[i], strlen(begins[i]));
    assert_int_equal(newline[-1], '}');
    line = newline + 1;
  }
  assert_string_equal(line, "");
  assert_has(text, "\"spaces\":3,\"need_someone\":2");
  assert_has(text, "\"incident\":{\"class\":\"push\"");
  assert_int_equal(archive.passes, 2);
  free(text);
}

static void json_is_the_same_in_one_document(void **state) {
  (void)state;
  make_fleet();
  char *lines = write_report(SIFT_REPORT_JSONL, false);
  char *document = write_report(SIFT_REPORT_JSON, false);
  char expected[16384] = "{\"spaces\":[\n";
  size_t n = 0;
  for (char *line = strtok(lines, "\n"); line != NULL; line = strtok(NULL, "\n"), n++) {
    const char *before = n == 0 ? "" : n == 4 ? "\n],\"incidents\":[\n" : n == 5 ? "\n],\"summary\":\n" : ",\n";
    size_t len = strlen(expected);
    snprintf(expected + len, sizeof expected - len, "%s%s", before, line);
  }
  strcat(expected, "}\n");
  assert_string_equal(document, expected);
  free(lines);
  free(document);
}

static void an_empty_fleet_is_a_whole_document_too(void **state) {
  (void)state;
  archive_finish(&archive);
  char *document = write_report(SIFT_REPORT_JSON, false);
  assert_has(document, "{\"spaces\":[\n],\"incidents\":[\n],\"summary\":\n{\"type\":\"summary\"");
  free(document);
  document = write_report(SIFT_REPORT_TEXT, false);
  assert_has(document, "0 Spaces, of which 0 need someone\n");
  assert_has(document, "No line was read, so nothing is known of any Space.\n");
  free(document);
}

static void text_has_its_sections_in_order(void **state) {
  (void)state;
  make_fleet();
  char *text = write_report(SIFT_REPORT_TEXT, false);
  const char *const parts[] = {"3 Spaces, of which 2 need someone",
                               "\nSpaces by verdict\n",
                               "\nSpaces with evidence, by class\n",
                               "\nIncidents\n",
                               "\nSpaces that need someone\n",
                               "a/deps",
                               "b/push"};
  const char *last = text;
  for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
    const char *at = strstr(last, parts[i]);
    if (at == NULL) {
      print_error("no %s after %s", parts[i], last);
      fail();
    }
    last = at;
  }
  assert_null(strchr(text, '\x1b'));
  free(text);
  text = write_report(SIFT_REPORT_TEXT, true);
  assert_non_null(strchr(text, '\x1b'));
  free(text);
}

static void none_writes_and_reads_nothing(void **state) {
  (void)state;
  make_fleet();
  char *text = write_report(SIFT_REPORT_NONE, false);
  assert_string_equal(text, "");
  assert_int_equal(archive.passes, 0);
  free(text);
}

static void a_stream_that_takes_nothing_is_an_error(void **state) {
  (void)state;
  make_fleet();
  struct sift_report_input input = archive_input(&archive);
  for (enum sift_report_kind kind = SIFT_REPORT_TEXT; kind <= SIFT_REPORT_JSONL; kind++) {
    FILE *full = fopen("/dev/full", "w");
    assert_non_null(full);
    assert_int_equal(sift_report_write(full, &input, kind, false), SIFT_EIO);
    fclose(full);
  }
}

static void a_damaged_state_is_handed_on(void **state) {
  (void)state;
  make_fleet();
  archive.state.size -= 9;
  struct sift_report_input input = archive_input(&archive);
  FILE *out = fopen("/dev/null", "w");
  assert_non_null(out);
  assert_true(sift_report_write(out, &input, SIFT_REPORT_JSONL, false) < 0);
  fclose(out);
}

static void more_than_a_block_is_written_whole(void **state) {
  (void)state;
  static char names[2000][16];
  for (int i = 0; i < 2000; i++) {
    snprintf(names[i], sizeof names[i], "s/%04d", i);
    fixture_space(&archive.fixture, names[i]);
    see(&archive.fixture, "deps-module", T0, 0);
    archive_add(&archive);
  }
  archive_finish(&archive);
  char *text = write_report(SIFT_REPORT_JSONL, false);
  size_t lines = 0;
  for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++) {
    lines++;
  }
  assert_int_equal(lines, 2001);
  assert_has(text, "\"space\":\"s/1999\"");
  free(text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(kinds_are_known_by_name),
      TEST(jsonl_is_one_object_a_line),
      TEST(json_is_the_same_in_one_document),
      TEST(an_empty_fleet_is_a_whole_document_too),
      TEST(text_has_its_sections_in_order),
      TEST(none_writes_and_reads_nothing),
      TEST(a_stream_that_takes_nothing_is_an_error),
      TEST(a_damaged_state_is_handed_on),
      TEST(more_than_a_block_is_written_whole),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
