#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/space.h"
#include "engine/stamp.h"
#include "ingest/facts_file.h"
#include "tests/unit/press.h"

static struct sift_facts *facts;
static struct sift_problems problems;
static struct sift_facts_file_result result;
static struct sift_facts_file_config config;

static int make(void **state) {
  (void)state;
  sift_problems_init(&problems);
  config = (struct sift_facts_file_config){.now_ns = SIFT_TIME_NONE};
  return sift_facts_new(&facts) == SIFT_OK ? 0 : -1;
}

static int drop(void **state) {
  (void)state;
  sift_facts_free(facts);
  sift_problems_release(&problems);
  return 0;
}

static enum sift_status read_bytes(const char *bytes, size_t len) {
  struct sift_source *memory = NULL;
  struct sift_source *source = NULL;
  enum sift_reason reason = SIFT_REASONS;
  assert_int_equal(sift_source_memory(&memory, bytes, len, 7), SIFT_OK);
  assert_int_equal(sift_source_detect(&source, memory, NULL, &reason), SIFT_OK);
  enum sift_status status = sift_facts_file_read_source(facts, source, "facts.json", &config, &problems, &result);
  sift_source_free(source);
  return status;
}

static enum sift_status read_text(const char *text) {
  return read_bytes(text, strlen(text));
}

/* The one problem told, as a person sees its beginning. */
static void check_problem(const char *beginning) {
  char *text = NULL;
  size_t len = 0;
  FILE *out = open_memstream(&text, &len);
  assert_non_null(out);
  sift_problems_print(&problems, out);
  fclose(out);
  if (strncmp(text, beginning, strlen(beginning)) != 0 || problems.count != 1) {
    fail_msg("told (%zu): %s\nwanted: %s", problems.count, text, beginning);
  }
  assert_true(strlen(problems.items[0].hint) > 0);
  free(text);
}

static void check_stage(const char *space, const char *stage) {
  struct sift_fact_sheet sheet;
  size_t index = sift_facts_find(facts, sift_span_of(space));
  assert_true(index != SIZE_MAX);
  sift_facts_at(facts, index, &sheet);
  assert_true(sift_span_equal(sheet.values[SIFT_FACT_STAGE], sift_span_of(stage)));
}

static void seal(void) {
  assert_int_equal(sift_facts_seal(facts), SIFT_OK);
}

static void lines_and_lists_give_a_sheet_a_space(void **state) {
  (void)state;
  assert_int_equal(read_text("{\"space\":\"o/a\",\"stage\":\"RUNNING\"}\r\n{\"space\":\"o/b\",\"stage\":\"PAUSED\"}\r\n"), SIFT_OK);
  assert_int_equal(result.sheets, 2);
  assert_int_equal(
      read_text("[\n  {\"id\": \"o/c\",\n   \"runtime\": {\"stage\": \"BUILDING\"}},\n  {\"id\":\"o/d\",\"sdk\":\"static\"}\n]"),
      SIFT_OK);
  assert_int_equal(result.sheets, 2);
  assert_int_equal(result.skipped, 0);
  assert_int_equal(problems.count, 0);
  seal();
  assert_int_equal(sift_facts_count(facts), 4);
  check_stage("o/b", "PAUSED");
  check_stage("o/c", "BUILDING");
  check_stage("o/d", "");
}

static void the_bare_runtime_is_of_the_space_that_the_caller_names(void **state) {
  (void)state;
  config.default_space = sift_span_of("o/n");
  assert_int_equal(read_text("{\n  \"stage\": \"RUNNING\"\n}\n"), SIFT_OK);
  assert_int_equal(problems.count, 0);
  seal();
  check_stage("o/n", "RUNNING");
}

static void an_object_that_names_no_space_is_told(void **state) {
  (void)state;
  assert_int_equal(read_text("{\"space\":\"o/a\",\"stage\":\"RUNNING\"}\n  {\"stage\":\"RUNNING\"}\n"), SIFT_OK);
  assert_int_equal(result.skipped, 1);
  check_problem("facts.json:2:3: warning: names no Space; add \"space\"");
}

static void an_object_without_facts_is_told(void **state) {
  (void)state;
  assert_int_equal(read_text("{\"space\":\"o/a\",\"stage\":\"RUNNING\"}\n{\"space\":\"o/b\",\"likes\":3}\n"), SIFT_OK);
  assert_int_equal(result.skipped, 1);
  check_problem("facts.json:2:1: warning: 'o/b': says nothing that is known as a fact; ");
}

static void what_the_hub_says_instead_of_facts_is_passed_on(void **state) {
  (void)state;
  assert_int_equal(read_text("{\"error\":\"Invalid credentials\"}"), SIFT_EFORMAT);
  assert_int_equal(problems.errors, 1);
  assert_non_null(strstr(problems.items[0].message, "Invalid credentials"));
}

static void a_broken_record_is_skipped_and_the_rest_is_used(void **state) {
  (void)state;
  const char *const broken[][2] = {
      {"{\"space\":\"o/b\",\"stage\":\"RUN",
       "facts.json:2:28: warning: the object that begins at line 2, column 1 breaks off here"},
      {"{\"space\":\"o/b\",\"stage\"}", "facts.json:2:1: warning: the object that begins here is not valid JSON; skipped; "},
      {"{\"space\":\"o/b\",\"stage\":{\"a\":1", "facts.json:3:1: warning: the object that begins at line 2, column 1 breaks off"},
      {"data: {\"space\":\"o/b\"}", "facts.json:2:1: warning: is no JSON object; skipped; "},
      {"\"o/b\"", "facts.json:2:1: warning: is no JSON object; skipped; "},
  };
  for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
    char text[300];
    snprintf(text, sizeof text, "{\"space\":\"o/a\",\"stage\":\"RUNNING\"}\n%s\n{\"space\":\"o/c\",\"stage\":\"RUNNING\"}\n",
             broken[i][0]);
    assert_int_equal(read_text(text), SIFT_OK);
    assert_int_equal(result.sheets, 2);
    assert_int_equal(result.skipped, 1);
    assert_false(result.damaged);
    check_problem(broken[i][1]);
    drop(NULL);
    make(NULL);
  }
}

static void a_deeply_nested_record_is_skipped(void **state) {
  (void)state;
  enum { DEEP = 100000 };
  static char text[2 * DEEP + 200];
  size_t at = (size_t)snprintf(text, sizeof text, "{\"space\":\"o/a\",\"stage\":\"RUNNING\"}\n{\"a\":");
  memset(text + at, '[', DEEP);
  memset(text + at + DEEP, ']', DEEP);
  snprintf(text + at + (size_t)2 * DEEP, 100, "}\n{\"space\":\"o/c\",\"stage\":\"RUNNING\"}\n");
  assert_int_equal(read_text(text), SIFT_OK);
  assert_int_equal(result.sheets, 2);
  check_problem("facts.json:2:1: warning: is nested too deeply; skipped; ");
}

static void a_record_over_the_limit_is_skipped(void **state) {
  (void)state;
  enum { LONG = SIFT_FACTS_RECORD_BYTES_MAX };
  char *text = malloc(LONG + 300);
  assert_non_null(text);
  int at = snprintf(text, 200, "[{\"space\":\"o/a\",\"stage\":\"RUNNING\"},\n{\"space\":\"o/b\",\"stage\":\"X\",\"x\":\"");
  memset(text + at, 'x', LONG);
  snprintf(text + at + LONG, 100, "\"},{\"space\":\"o/c\",\"stage\":\"RUNNING\"}]");
  struct sift_source *source = NULL;
  assert_int_equal(sift_source_memory(&source, text, strlen(text), 0), SIFT_OK);
  assert_int_equal(sift_facts_file_read_source(facts, source, "facts.json", &config, &problems, &result), SIFT_OK);
  sift_source_free(source);
  free(text);
  assert_int_equal(result.sheets, 2);
  assert_int_equal(result.skipped, 1);
  check_problem("facts.json:2:1: warning: the object that begins here is longer than 1 MiB; skipped; ");
}

static void a_file_that_is_cut_off_is_told(void **state) {
  (void)state;
  assert_int_equal(read_text("{\"space\":\"o/a\",\"stage\":\"RUNNING\"}\n{\"space\":\"o/b\",\"sta"), SIFT_OK);
  assert_true(result.damaged);
  assert_int_equal(result.skipped, 1);
  check_problem("facts.json:2:1: warning: the file ends within the object that begins here; skipped; fetch");
  drop(NULL);
  make(NULL);
  assert_int_equal(read_text("[{\"space\":\"o/a\",\"stage\":\"RUNNING\"},\n"), SIFT_OK);
  assert_true(result.damaged);
  assert_int_equal(result.skipped, 0);
  check_problem("facts.json:2:1: warning: the file ends before its list does; fetch");
}

static void odd_values_are_told_where_they_stand(void **state) {
  (void)state;
  assert_int_equal(read_text("[\n {\"id\":\"o/n\",\n  \"runtime\":{\"stage\":\"RUNNING\"},\n  \"cardData\":{\"app_port\":[1]}}]"),
                   SIFT_OK);
  assert_int_equal(result.sheets, 1);
  assert_int_equal(result.odd, 1);
  check_problem(
      "facts.json:4:26: warning: 'o/n': cardData.app_port: no value of this kind was expected; it counts as unknown; write");
}

static void sheets_that_contradict_each_other_are_told(void **state) {
  (void)state;
  assert_int_equal(read_text("{\"space\":\"o/n\",\"stage\":\"RUNNING\"}\n{\"space\":\"o/n\",\"stage\":\"RUNNING\"}\n"
                             "{\"space\":\"o/n\",\"stage\":\"PAUSED\"}\n"),
                   SIFT_OK);
  assert_int_equal(result.sheets, 3);
  assert_int_equal(result.contradictory, 1);
  check_problem(
      "facts.json:3:1: warning: 'o/n': differs from an earlier sheet of this Space; the later of the two counts; give both");
  seal();
  check_stage("o/n", "PAUSED");
}

static void stages_at_two_times_are_no_contradiction(void **state) {
  (void)state;
  assert_int_equal(read_text("{\"space\":\"o/n\",\"stage\":\"RUNNING\",\"time\":\"2026-01-02T00:00:00Z\"}\n"
                             "{\"space\":\"o/n\",\"stage\":\"BUILDING\",\"time\":\"2026-01-01T00:00:00Z\"}\n"),
                   SIFT_OK);
  assert_int_equal(result.contradictory, 0);
  assert_int_equal(problems.count, 0);
  seal();
  check_stage("o/n", "RUNNING");
}

static void facts_from_the_future_count_as_undated(void **state) {
  (void)state;
  config.now_ns = sift_stamp_parse(sift_span_of("2026-01-31T10:00:00Z"));
  assert_int_equal(read_text("{\"space\":\"o/a\",\"stage\":\"RUNNING\",\"time\":\"2026-01-31T10:05:00Z\"}\n"
                             "{\"space\":\"o/b\",\"stage\":\"RUNNING\",\"time\":\"2026-01-31T10:05:01Z\"}\n"
                             "{\"space\":\"o/b\",\"stage\":\"RUNNING\",\"time\":\"2026-01-30T10:00:00Z\"}\n"),
                   SIFT_OK);
  assert_int_equal(result.future, 1);
  check_problem("facts.json:2:1: warning: 'o/b': time: is in the future; the facts count as undated; check the clock");
  seal();
  struct sift_fact_sheet sheet;
  sift_facts_at(facts, sift_facts_find(facts, sift_span_of("o/b")), &sheet);
  assert_int_equal(sheet.time_ns, sift_stamp_parse(sift_span_of("2026-01-30T10:00:00Z")));
}

static void html_and_utf16_are_refused_at_once(void **state) {
  (void)state;
  assert_int_equal(read_text("<!doctype html>\n<html>\n<body>{}</body>\n"), SIFT_EFORMAT);
  check_problem("facts.json:1:1: error: is HTML or XML, not JSON; ask");
  drop(NULL);
  make(NULL);
  assert_int_equal(read_bytes("\xFF\xFE{\0}\0\n\0", 8), SIFT_EFORMAT);
  check_problem("facts.json:1:1: error: is UTF-16; save it as UTF-8");
  drop(NULL);
  make(NULL);
  assert_int_equal(read_bytes("{\0\"\0a\0\"\0:\0001\0}\0", 14), SIFT_EFORMAT);
  check_problem("facts.json:1:1: error: is UTF-16; save it as UTF-8");
}

static void a_file_of_which_nothing_can_be_used_is_an_error(void **state) {
  (void)state;
  assert_int_equal(read_text("Not Found\n"), SIFT_EFORMAT);
  assert_int_equal(problems.errors, 1);
  assert_int_equal(problems.warnings, 1);
  assert_int_equal(read_text("{\"space\":\"o/n\",\"da"), SIFT_EFORMAT);
  assert_int_equal(problems.errors, 2);
}

static void an_empty_list_is_only_a_warning(void **state) {
  (void)state;
  assert_int_equal(read_text(" []\n"), SIFT_OK);
  check_problem("facts.json: warning: holds no facts; check");
}

static void a_listing_without_stages_is_told(void **state) {
  (void)state;
  assert_int_equal(read_text("[{\"id\":\"o/n\",\"sdk\":\"docker\"}]"), SIFT_OK);
  check_problem("facts.json: warning: tells no stage of any Space; ask the Hub for /api/spaces?author=NAME&expand[]=runtime");
}

static void invalid_utf8_is_repaired_and_told(void **state) {
  (void)state;
  assert_int_equal(read_text("{\"space\":\"o/n\",\"stage\":\"RUNNING\",\"errorMessage\":\"\xff\"}"), SIFT_OK);
  assert_int_equal(result.sheets, 1);
  check_problem("facts.json:1:1: warning: 'o/n': held invalid UTF-8, which was replaced; save");
}

static void damage_of_the_compression_keeps_what_was_before(void **state) {
  (void)state;
  static char text[200000];
  size_t len = 0;
  for (int i = 0; len < sizeof text - 100; i++) {
    len += (size_t)snprintf(text + len, sizeof text - len, "{\"space\":\"o/n%d\",\"stage\":\"S%d\"}\n", i, i * 7919 % 10007);
  }
  struct sift_span pressed = press_zstd(sift_span(text, len));
  assert_int_equal(read_bytes(pressed.data, pressed.len), SIFT_OK);
  assert_int_equal(problems.count, 0);
  uint64_t all = result.sheets;
  assert_int_equal(read_bytes(pressed.data, pressed.len - 3), SIFT_OK);
  assert_true(result.damaged && result.sheets > 0 && result.sheets <= all);
  assert_true(problems.warnings > 0 && problems.errors == 0);
  assert_string_equal(problems.items[problems.count - 1].message, sift_reason_text(SIFT_REASON_TRUNCATED));
  press_free(pressed);
}

static void files_are_opened_by_name(void **state) {
  (void)state;
  char path[] = "/tmp/facts_file_test_XXXXXX";
  int fd = mkstemp(path);
  assert_true(fd >= 0);
  assert_int_equal(sift_facts_file_read(facts, path, &config, &problems, &result), SIFT_OK);
  assert_int_equal(problems.warnings, 1);
  assert_non_null(strstr(problems.items[0].message, "is empty"));
  const char text[] = "{\"space\":\"o/n\",\"stage\":\"RUNNING\"}\n";
  assert_int_equal(write(fd, text, sizeof text - 1), sizeof text - 1);
  assert_int_equal(sift_facts_file_read(facts, path, &config, &problems, &result), SIFT_OK);
  assert_int_equal(result.sheets, 1);
  close(fd);
  unlink(path);
  assert_int_equal(sift_facts_file_read(facts, path, &config, &problems, &result), SIFT_EIO);
  assert_int_equal(problems.errors, 1);
  assert_true(sift_facts_file_read(facts, "/", &config, &problems, &result) < 0);
  assert_int_equal(problems.errors, 2);
}

#define UNIT(test) cmocka_unit_test_setup_teardown(test, make, drop)

int main(void) {
  const struct CMUnitTest tests[] = {
      UNIT(lines_and_lists_give_a_sheet_a_space),
      UNIT(the_bare_runtime_is_of_the_space_that_the_caller_names),
      UNIT(an_object_that_names_no_space_is_told),
      UNIT(an_object_without_facts_is_told),
      UNIT(what_the_hub_says_instead_of_facts_is_passed_on),
      UNIT(a_broken_record_is_skipped_and_the_rest_is_used),
      UNIT(a_deeply_nested_record_is_skipped),
      UNIT(a_record_over_the_limit_is_skipped),
      UNIT(a_file_that_is_cut_off_is_told),
      UNIT(odd_values_are_told_where_they_stand),
      UNIT(sheets_that_contradict_each_other_are_told),
      UNIT(stages_at_two_times_are_no_contradiction),
      UNIT(facts_from_the_future_count_as_undated),
      UNIT(html_and_utf16_are_refused_at_once),
      UNIT(a_file_of_which_nothing_can_be_used_is_an_error),
      UNIT(an_empty_list_is_only_a_warning),
      UNIT(a_listing_without_stages_is_told),
      UNIT(invalid_utf8_is_repaired_and_told),
      UNIT(damage_of_the_compression_keeps_what_was_before),
      UNIT(files_are_opened_by_name),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
