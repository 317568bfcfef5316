#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/batch.h"
#include "ingest/json_records.h"

static struct sift_json_reader *reader;

static int make_reader(void **state) {
  (void)state;
  reader = sift_json_reader_new();
  return reader == NULL ? -1 : 0;
}

static int free_reader(void **state) {
  (void)state;
  sift_json_reader_free(reader);
  return 0;
}

static struct sift_fields fields_of(const char *argument) {
  struct sift_fields fields = {0};
  char error[200];
  assert_int_equal(sift_fields_parse(&fields, argument, error, sizeof error), SIFT_OK);
  return fields;
}

/* The line stands in exactly as much memory as it may be read. */
static char line_memory[1 << 16];

static enum sift_reason read_line(const char *line, const char *fields, struct sift_json_record *out) {
  struct sift_fields paths = fields_of(fields);
  size_t len = strlen(line);
  memset(line_memory, '}', sizeof line_memory);
  memcpy(line_memory, line, len);
  return sift_json_reader_read(reader, sift_span(line_memory, len), &paths, out);
}

static void check_value(const struct sift_json_value *value, enum sift_json_kind kind, const char *raw) {
  assert_int_equal(value->kind, kind);
  assert_int_equal(value->raw.len, strlen(raw));
  assert_memory_equal(value->raw.data, raw, value->raw.len);
}

static void the_four_fields_are_found_in_any_order(void **state) {
  (void)state;
  struct sift_json_record record;
  const char fields[] = "text=data,space=repo,channel=log.kind,time=ts";
  assert_int_equal(
      read_line("{\"ts\": 1706696430.5 , \"log\" : {\"a\":[1,{}],\"kind\":\"run\"}, \"repo\":\"o/n\" ,\"data\":\"hi\"} ", fields,
                &record),
      SIFT_REASONS);
  check_value(&record.time, SIFT_JSON_NUMBER, "1706696430.5");
  check_value(&record.channel, SIFT_JSON_STRING, "run");
  check_value(&record.space, SIFT_JSON_STRING, "o/n");
  check_value(&record.text, SIFT_JSON_STRING, "hi");
  assert_false(record.text.escaped || record.repaired);
}

static void escapes_are_told_and_left_in_place(void **state) {
  (void)state;
  struct sift_json_record record;
  assert_int_equal(read_line("{\"data\":\"say \\\"hi\\\" \"}", "text=data", &record), SIFT_REASONS);
  check_value(&record.text, SIFT_JSON_STRING, "say \\\"hi\\\" ");
  assert_true(record.text.escaped);
}

static void an_escaped_key_is_the_key_that_it_means(void **state) {
  (void)state;
  struct sift_json_record record;
  assert_int_equal(read_line("{\"d\\u0061ta\":\"x\"}", "text=data", &record), SIFT_REASONS);
  check_value(&record.text, SIFT_JSON_STRING, "x");
  assert_int_equal(read_line("{\"a\\q\":\"x\"}", "text=data", &record), SIFT_REASON_JSON_SYNTAX);
}

static void of_two_equal_keys_the_first_counts(void **state) {
  (void)state;
  struct sift_json_record record;
  assert_int_equal(read_line("{\"data\":\"first\",\"data\":\"second\"}", "text=data", &record), SIFT_REASONS);
  check_value(&record.text, SIFT_JSON_STRING, "first");
}

static void other_kinds_of_values_are_told(void **state) {
  (void)state;
  struct sift_json_record record;
  const char *const others[] = {"{\"data\":null}", "{\"data\":true}", "{\"data\":{}}", "{\"data\":[\"x\"]}"};
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
    assert_int_equal(read_line(others[i], "text=data", &record), SIFT_REASONS);
    assert_int_equal(record.text.kind, SIFT_JSON_OTHER);
  }
  assert_int_equal(read_line("{}", "text=data", &record), SIFT_REASONS);
  assert_int_equal(record.text.kind, SIFT_JSON_ABSENT);
}

static void broken_json_is_noticed_wherever_it_breaks(void **state) {
  (void)state;
  const char *const broken[] = {"",
                                "x",
                                "[]",
                                "[{\"a\":1}]",
                                "\"a\"",
                                "{",
                                "{\"a\"}",
                                "{\"a\":}",
                                "{\"a\":1,}",
                                "{\"a\":1 \"b\":2}",
                                "{\"a\":1}}",
                                "{\"a\":1},",
                                "{\"a\":nul}",
                                "{\"a\":01}",
                                "{\"a\":[1,]}",
                                "{\"a\":[1 2]}",
                                "{\"a\":{\"b\":}}",
                                "{\"a\":[}",
                                "{\"a\":\"x}",
                                "{\"a\":'x'}",
                                "{a:1}",
                                "{\"a\":[1}",
                                "{\"a\":{\"b\":1}",
                                "{\"a\":1} x",
                                "{\"a\":1}{}",
                                "{\"a\":\"\x01\"}",
                                "{,}",
                                "{\"a\":tru,\"data\":\"x\"}",
                                "{\"a\":[[[}"};
  for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
    struct sift_json_record record;
    if (read_line(broken[i], "text=data", &record) != SIFT_REASON_JSON_SYNTAX) {
      fail_msg("passed as JSON: %s", broken[i]);
    }
  }
}

static void deep_nesting_is_refused_whatever_holds_it(void **state) {
  (void)state;
  enum { DEEP = 20000 };
  static char line[2 * DEEP + 100];
  const int depths[] = {SIFT_JSON_DEPTH_MAX - 1, SIFT_JSON_DEPTH_MAX, DEEP};
  for (size_t i = 0; i < 3; i++) {
    int at = 5;
    memcpy(line, "{\"a\":", 5);
    memset(line + at, '[', (size_t)depths[i]);
    at += depths[i];
    memset(line + at, ']', (size_t)depths[i]);
    at += depths[i];
    memcpy(line + at, "}", 2);
    struct sift_json_record record;
    assert_int_equal(read_line(line, "text=data", &record), i == 0 ? SIFT_REASONS : SIFT_REASON_JSON_DEPTH);
  }
}

static void invalid_utf8_is_repaired(void **state) {
  (void)state;
  struct sift_json_record record;
  assert_int_equal(read_line("{\"data\":\"a\xff z\",\"n\":\"\xc3\"}", "text=data", &record), SIFT_REASONS);
  assert_true(record.repaired);
  check_value(&record.text, SIFT_JSON_STRING, "a\xef\xbf\xbd z");
}

static void any_damage_to_a_good_line_is_survived(void **state) {
  (void)state;
  const char good[] = "{\"data\":\"text \\u00e9\",\"a\":[1,{\"b\":null}],\"timestamp\":\"2024-01-31T10:20:30Z\"}";
  unsigned seed = 11;
  struct sift_fields fields = fields_of("spaces");
  for (int round = 0; round < 20000; round++) {
    size_t len = (size_t)rand_r(&seed) % sizeof good;
    char *exact = malloc(len + SIFT_PADDING);
    memcpy(exact, good, len);
    memset(exact + len, good[(size_t)rand_r(&seed) % sizeof good], SIFT_PADDING);
    for (int i = rand_r(&seed) % 4; i > 0 && len > 0; i--) {
      exact[(size_t)rand_r(&seed) % len] = (char)rand_r(&seed);
    }
    struct sift_json_record record;
    enum sift_reason reason = sift_json_reader_read(reader, sift_span(exact, len), &fields, &record);
    assert_true(reason == SIFT_REASONS || reason == SIFT_REASON_JSON_SYNTAX);
    free(exact);
  }
}

static struct sift_field_path path_of(const char *text) {
  char argument[300];
  snprintf(argument, sizeof argument, "text=%s", text);
  return fields_of(argument).text;
}

static void many_paths_are_found_in_one_pass(void **state) {
  (void)state;
  static const char *const texts[] = {"a", "a.b", "c.d.e", "c.d", "log", "absent", "a", "kubernetes.labels.space-id"};
  enum { COUNT = sizeof texts / sizeof texts[0] + 1 };
  struct sift_field_path paths[COUNT] = {0};
  const struct sift_field_path *list[COUNT];
  struct sift_json_value values[SIFT_JSON_PATHS_MAX];
  struct sift_json_paths prepared;
  for (size_t i = 0; i < COUNT; i++) {
    paths[i] = i + 1 < COUNT ? path_of(texts[i]) : (struct sift_field_path){0};
    list[i] = &paths[i];
  }
  sift_json_paths_init(&prepared, list, COUNT);
  const char *line =
      "{\"c\":{\"d\":{\"e\":1,\"b\":2}},\"a\":\"A\\n\",\"log\":null,\"kubernetes\":{\"labels\":{\"space-id\":\"n\"}},"
      "\"a\":{\"b\":true}}";
  bool repaired = true;
  for (int round = 0; round < 2; round++) { /* what was found before is forgotten */
    size_t len = strlen(line);
    memset(line_memory, '}', sizeof line_memory);
    memcpy(line_memory, line, len);
    assert_int_equal(sift_json_reader_find(reader, sift_span(line_memory, len), &prepared, values, &repaired), SIFT_REASONS);
    assert_false(repaired);
  }
  check_value(&values[0], SIFT_JSON_STRING, "A\\n");
  assert_true(values[0].escaped);
  check_value(&values[1], SIFT_JSON_OTHER, "true");
  check_value(&values[2], SIFT_JSON_NUMBER, "1");
  check_value(&values[3], SIFT_JSON_OTHER, "{");
  check_value(&values[4], SIFT_JSON_OTHER, "null");
  assert_int_equal(values[5].kind, SIFT_JSON_ABSENT);
  check_value(&values[6], SIFT_JSON_STRING, "A\\n");
  check_value(&values[7], SIFT_JSON_STRING, "n");
  assert_int_equal(values[8].kind, SIFT_JSON_ABSENT);
}

static void keys_whose_lengths_differ_by_thirty_two_are_told_apart(void **state) {
  (void)state;
  struct sift_field_path path = path_of("ab");
  const struct sift_field_path *list[] = {&path};
  struct sift_json_paths prepared;
  struct sift_json_value value;
  bool repaired = false;
  sift_json_paths_init(&prepared, list, 1);
  const char *line = "{\"ab34567890123456789012345678901234\":\"x\"}";
  memset(line_memory, '}', sizeof line_memory);
  memcpy(line_memory, line, strlen(line));
  assert_int_equal(sift_json_reader_find(reader, sift_span(line_memory, strlen(line)), &prepared, &value, &repaired), SIFT_REASONS);
  assert_int_equal(value.kind, SIFT_JSON_ABSENT);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_four_fields_are_found_in_any_order),
      cmocka_unit_test(escapes_are_told_and_left_in_place),
      cmocka_unit_test(an_escaped_key_is_the_key_that_it_means),
      cmocka_unit_test(of_two_equal_keys_the_first_counts),
      cmocka_unit_test(other_kinds_of_values_are_told),
      cmocka_unit_test(broken_json_is_noticed_wherever_it_breaks),
      cmocka_unit_test(deep_nesting_is_refused_whatever_holds_it),
      cmocka_unit_test(invalid_utf8_is_repaired),
      cmocka_unit_test(any_damage_to_a_good_line_is_survived),
      cmocka_unit_test(many_paths_are_found_in_one_pass),
      cmocka_unit_test(keys_whose_lengths_differ_by_thirty_two_are_told_apart),
  };
  return cmocka_run_group_tests(tests, make_reader, free_reader);
}
