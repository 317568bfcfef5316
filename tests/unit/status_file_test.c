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
#include "ingest/status_file.h"
#include "tests/unit/press.h"

static struct sift_status_page *page;
static struct sift_problems problems;
static struct sift_status_file_result result;
static struct sift_status_file_config config;

static int make(void **state) {
  (void)state;
  sift_problems_init(&problems);
  config = (struct sift_status_file_config){.now_ns = SIFT_TIME_NONE};
  return sift_status_page_new(&page) == SIFT_OK ? 0 : -1;
}

static int drop(void **state) {
  (void)state;
  sift_status_page_free(page);
  sift_problems_release(&problems);
  return 0;
}

static enum sift_status read_bytes(const char *bytes, size_t len) {
  struct sift_source *memory = NULL;
  struct sift_source *source = NULL;
  enum sift_reason reason = SIFT_REASONS;
  assert_int_equal(sift_source_memory(&memory, bytes, len, 100), SIFT_OK);
  assert_int_equal(sift_source_detect(&source, memory, NULL, &reason), SIFT_OK);
  enum sift_status status = sift_status_file_read_source(page, source, "status.json", &config, &problems, &result);
  sift_source_free(source);
  return status;
}

static enum sift_status read_text(const char *text) {
  return read_bytes(text, strlen(text));
}

/* Whether problem number `index`, as a person sees it, begins so. */
static void check_problem(size_t index, const char *beginning) {
  char *text = NULL;
  size_t len = 0;
  FILE *out = open_memstream(&text, &len);
  assert_non_null(out);
  sift_problems_print(&problems, out);
  fclose(out);
  char *line = text;
  for (size_t i = 0; i < index && line != NULL; i++) {
    line = strchr(line, '\n');
    line = line != NULL ? line + 1 : NULL;
  }
  if (line == NULL || strncmp(line, beginning, strlen(beginning)) != 0) {
    fail_msg("told: %s\nwanted as number %zu: %s", text, index, beginning);
  }
  free(text);
}

static void check_component(const char *name, enum sift_component_state state) {
  const struct sift_component *component = sift_status_page_component(page, sift_span_of(name));
  assert_non_null(component);
  assert_int_equal(component->state, state);
}

#define DATA "{\"data\":{\"id\":\"1\",\"type\":\"status_page\",\"attributes\":{\"aggregate_state\":\"degraded\"}},\n"
#define SPACES                                                                                                                     \
  "{\"id\":\"2\",\"type\":\"status_page_resource\",\"attributes\":{\"public_name\":\"Spaces\",\"status\":\"downtime\","            \
  "\"status_history\":[{\"day\":\"2026-01-01\",\"status\":\"operational\"}]}}"
#define REPORT                                                                                                                     \
  "{\"id\":\"3\",\"type\":\"status_report\",\"attributes\":{\"title\":\"Spaces are "                                               \
  "\\u201cslow\\u201d\",\"aggregate_state\":\"degraded\","                                                                         \
  "\"starts_at\":\"2026-01-31T10:00:00.000Z\",\"ends_at\":null}}"

static void components_and_reports_are_taken(void **state) {
  (void)state;
  assert_int_equal(read_text(DATA "\"included\":[{\"type\":\"status_page_section\",\"attributes\":{\"name\":\"x\"}},\n" SPACES ",\n"
                                  "{\"type\":\"status_page_resource\",\"attributes\":{\"public_name\":\" Spaces Proxy \","
                                  "\"status\":\"operational\"}},\n" REPORT "]}"),
                   SIFT_OK);
  assert_int_equal(problems.count, 0);
  assert_int_equal(result.components, 3);
  assert_int_equal(result.reports, 1);
  check_component("aggregate", SIFT_COMPONENT_DEGRADED);
  check_component("Spaces", SIFT_COMPONENT_DOWNTIME);
  check_component("Spaces Proxy", SIFT_COMPONENT_OPERATIONAL);
  const struct sift_status_report *report = sift_status_page_report(page, sift_span_of("spaces"), SIFT_TIME_NONE);
  assert_non_null(report);
  assert_string_equal(report->title, "Spaces are \xe2\x80\x9cslow\xe2\x80\x9d");
  assert_int_equal(report->state, SIFT_COMPONENT_DEGRADED);
  assert_int_equal(report->starts_ns, sift_stamp_parse(sift_span_of("2026-01-31T10:00:00Z")));
  assert_true(report->ends_ns == SIFT_TIME_NONE);
}

static void pages_of_another_kind_are_refused_with_the_right_address(void **state) {
  (void)state;
  const char *const others[] = {"\n <!DOCTYPE html><html></html>",
                                "{\"page\":{\"id\":\"x\"},\"components\":[],\"status\":{\"indicator\":\"none\"}}",
                                "{\"hello\":1}",
                                "[]",
                                "{\"data\":[],\"included\":{}}",
                                "not json",
                                "{\"data\":null,\"included\":null}",
                                "\xFF\xFE{\x01}"};
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
    assert_int_equal(read_text(others[i]), SIFT_EFORMAT);
    assert_int_equal(problems.errors, i + 1);
    const struct sift_problem *last = &problems.items[problems.count - 1];
    assert_false(last->warning);
    assert_true(strstr(last->hint, "https://status.huggingface.co/index.json") != NULL || strstr(last->hint, "UTF-8") != NULL);
  }
}

static void what_can_not_be_used_is_told_and_the_rest_is_taken(void **state) {
  (void)state;
  assert_int_equal(
      read_text(DATA "\"included\":[\n"
                     "{\"type\":\"status_page_resource\",\"attributes\":{\"public_name\":null,\"status\":\"downtime\"}},\n"
                     "7,\n"
                     "{\"type\":\"status_report\",\"attributes\":{\"title\":\"\"}},\n"
                     "{\"type\" \"status_report\"},\n"
                     "{\"type\":\"status_page_resource\",\"attributes\":{\"public_name\":\"Hub\",\"status\":\"on fire\"}},\n"
                     "{\"type\":\"status_page_resource\",\"attributes\":{\"public_name\":\"API\"}},\n"
                     "{\"type\":\"status_report\",\"attributes\":{\"title\":\"t\",\"aggregate_state\":\"unknown\","
                     "\"starts_at\":[1],\"ends_at\":\"\"}},\n" SPACES "]}"),
      SIFT_OK);
  assert_int_equal(result.components, 4);
  assert_int_equal(result.reports, 1);
  assert_int_equal(result.skipped, 4);
  assert_int_equal(result.odd, 3);
  assert_int_equal(problems.errors, 0);
  check_problem(0, "status.json:3:1: warning: a component without a public_name; skipped; ");
  check_problem(1, "status.json:4:1: warning: the object expected here is not valid JSON; skipped; ");
  check_problem(2, "status.json:5:1: warning: a report without a title; skipped; ");
  check_problem(3, "status.json:6:1: warning: the object expected here is not valid JSON; skipped; ");
  check_problem(4, "status.json:7:75: warning: status: is no state that is known; it counts as unknown; known are ");
  check_problem(5, "status.json:8:1: warning: status: is missing; it counts as unknown; ");
  check_problem(6, "status.json:9:91: warning: starts_at: is no time, or not within 1990 to 2100; it counts as unknown; ");
  check_component("Hub", SIFT_COMPONENT_UNKNOWN);
  check_component("Spaces", SIFT_COMPONENT_DOWNTIME);
}

static void a_page_that_is_cut_off_gives_what_it_has(void **state) {
  (void)state;
  assert_int_equal(read_text(DATA "\"included\":[" SPACES ",\n{\"type\":\"status_rep"), SIFT_OK);
  assert_true(result.damaged);
  assert_int_equal(result.components, 2);
  check_problem(0, "status.json:3:1: warning: the object expected here is not valid JSON; skipped; ");
  check_problem(1, "status.json:3:20: warning: the page ends, or breaks off, before its JSON does; fetch it again");
}

static void a_page_without_components_is_told(void **state) {
  (void)state;
  assert_int_equal(read_text("{\"data\":{\"attributes\":{\"aggregate_state\":\"operational\"}}}"), SIFT_OK);
  check_component("aggregate", SIFT_COMPONENT_OPERATIONAL);
  check_problem(0, "status.json:1:1: warning: lists no components; fetch https");
}

static void doubles_that_differ_are_told_and_the_worse_counts(void **state) {
  (void)state;
  assert_int_equal(read_text(DATA "\"included\":[" SPACES ",\n"
                                  "{\"type\":\"status_page_resource\",\"attributes\":{\"public_name\":\"spaces\",\"status\":"
                                  "\"operational\"}}," SPACES "]}"),
                   SIFT_OK);
  assert_int_equal(result.contradictory, 1);
  check_problem(0, "status.json:3:1: warning: a component of this name has another state; the worse counts; ");
  check_component("Spaces", SIFT_COMPONENT_DOWNTIME);
}

static void a_report_that_ends_before_it_begins_is_told(void **state) {
  (void)state;
  assert_int_equal(
      read_text("{\"included\":[{\"type\":\"status_report\",\"attributes\":{\"title\":\"t\",\"aggregate_state\":\"downtime\","
                "\"starts_at\":\"2026-01-31T10:00:00Z\",\"ends_at\":\"2026-01-30T10:00:00Z\"}}]}"),
      SIFT_OK);
  assert_int_equal(result.contradictory, 1);
  check_problem(0, "status.json:1:14: warning: the report ends before it begins; it counts as over; ");
}

static void a_page_from_the_future_is_told(void **state) {
  (void)state;
  config.now_ns = sift_stamp_parse(sift_span_of("2026-01-31T10:00:00Z"));
  const char *const pages[] = {
      "{\"data\":{\"attributes\":{\"aggregate_state\":\"operational\",\"updated_at\":\"2026-01-31T10:05:00Z\"}},\"included\":[]}",
      "{\"data\":{\"attributes\":{\"aggregate_state\":\"operational\",\"updated_at\":\"2026-01-31T10:05:01Z\"}},\"included\":[]}"};
  for (int i = 0; i < 2; i++) {
    assert_int_equal(read_text(pages[i]), SIFT_OK);
    assert_int_equal(result.future, i);
  }
  assert_int_equal(problems.count, 1);
  check_problem(0, "status.json:1:69: warning: updated_at: is in the future; ");
}

static void more_than_is_taken_is_told_once(void **state) {
  (void)state;
  enum { MORE = 50 };
  char *text = calloc(SIFT_COMPONENTS_MAX + MORE, 200);
  assert_non_null(text);
  size_t at = (size_t)sprintf(text, "{\"included\":[");
  for (int i = 0; i < SIFT_COMPONENTS_MAX + MORE; i++) {
    at += (size_t)sprintf(text + at,
                          "%s{\"type\":\"status_page_resource\",\"attributes\":{\"public_name\":\"c%d\",\"status\":\"downtime\"}}",
                          i > 0 ? "," : "", i);
  }
  sprintf(text + at, "]}");
  assert_int_equal(read_text(text), SIFT_OK);
  free(text);
  assert_int_equal(result.components, SIFT_COMPONENTS_MAX);
  assert_int_equal(result.skipped, MORE);
  assert_int_equal(problems.count, 1);
}

static void a_huge_file_is_refused(void **state) {
  (void)state;
  struct sift_source *source = NULL;
  size_t len = SIFT_STATUS_FILE_BYTES_MAX + 1;
  char *text = malloc(len);
  assert_non_null(text);
  memset(text, ' ', len);
  static const char good[] = "{\"included\":[" SPACES "]}";
  memcpy(text, good, sizeof good - 1);
  for (size_t more = 0; more < 2; more++) {
    assert_int_equal(sift_source_memory(&source, text, len - 1 + more, 0), SIFT_OK);
    assert_int_equal(sift_status_file_read_source(page, source, "status.json", &config, &problems, &result),
                     more == 0 ? SIFT_OK : SIFT_ELIMIT);
    sift_source_free(source);
  }
  free(text);
  check_problem(0, "status.json: error: is longer than 8 MiB; ");
}

static void odd_bytes_are_survived(void **state) {
  (void)state;
  assert_int_equal(
      read_text("\xEF\xBB\xBF\r\n{\"included\":[\r\n{\"type\":\"status_page_resource\",\"attributes\":{\"public_name\":"
                "\"S\xff\\ud800\",\"status\":\"downtime\"}}]}"),
      SIFT_OK);
  check_component("S\xef\xbf\xbd\xef\xbf\xbd", SIFT_COMPONENT_DOWNTIME);
  assert_int_equal(problems.count, 1);
  check_problem(0, "status.json:1:1: warning: held invalid UTF-8, which was replaced; ");
}

static void damaged_compression_gives_what_was_before(void **state) {
  (void)state;
  struct sift_span pressed = press_zstd(sift_span_of(DATA "\"included\":[" SPACES "]}"));
  assert_int_equal(read_bytes(pressed.data, pressed.len), SIFT_OK);
  assert_int_equal(problems.count, 0);
  assert_int_equal(read_bytes(pressed.data, pressed.len - 1), SIFT_OK);
  assert_true(result.damaged);
  assert_int_equal(problems.warnings, 1);
  assert_int_equal(read_bytes(pressed.data, 12), SIFT_ETRUNCATED);
  press_free(pressed);
}

static void files_are_opened_by_name(void **state) {
  (void)state;
  char path[] = "/tmp/status_file_test_XXXXXX";
  int fd = mkstemp(path);
  assert_true(fd >= 0);
  assert_int_equal(sift_status_file_read(page, path, &config, &problems, &result), SIFT_EFORMAT);
  const char text[] = "{\"included\":[" SPACES "]}";
  assert_int_equal(write(fd, text, sizeof text - 1), sizeof text - 1);
  assert_int_equal(sift_status_file_read(page, path, &config, &problems, &result), SIFT_OK);
  assert_int_equal(result.components, 1);
  close(fd);
  unlink(path);
  assert_int_equal(sift_status_file_read(page, path, &config, &problems, &result), SIFT_EIO);
  assert_int_equal(problems.errors, 2);
}

#define UNIT(test) cmocka_unit_test_setup_teardown(test, make, drop)

int main(void) {
  const struct CMUnitTest tests[] = {
      UNIT(components_and_reports_are_taken),
      UNIT(pages_of_another_kind_are_refused_with_the_right_address),
      UNIT(what_can_not_be_used_is_told_and_the_rest_is_taken),
      UNIT(a_page_that_is_cut_off_gives_what_it_has),
      UNIT(a_page_without_components_is_told),
      UNIT(doubles_that_differ_are_told_and_the_worse_counts),
      UNIT(a_report_that_ends_before_it_begins_is_told),
      UNIT(a_page_from_the_future_is_told),
      UNIT(more_than_is_taken_is_told_once),
      UNIT(a_huge_file_is_refused),
      UNIT(odd_bytes_are_survived),
      UNIT(damaged_compression_gives_what_was_before),
      UNIT(files_are_opened_by_name),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
