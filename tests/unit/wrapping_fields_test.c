#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "engine/batch.h"
#include "ingest/wrapping_internal.h"

static char error[200];

static void expect_path(const struct sift_field_path *path, const char *want) {
  char joined[200] = "";
  for (size_t i = 0; i < path->count; i++) {
    strcat(joined, i > 0 ? "." : "");
    strncat(joined, path->parts[i].name, path->parts[i].len);
  }
  assert_string_equal(joined, want);
}

static void arguments_fold_in_turn(void **state) {
  (void)state;
  struct sift_fields fields = {0};
  assert_int_equal(sift_fields_parse(&fields, "text=message,space=kubernetes.labels.space", error, sizeof error), SIFT_OK);
  assert_int_equal(sift_fields_parse(&fields, "time=@timestamp", error, sizeof error), SIFT_OK);
  assert_true(fields.given);
  expect_path(&fields.text, "message");
  expect_path(&fields.space, "kubernetes.labels.space");
  expect_path(&fields.time, "@timestamp");
  expect_path(&fields.channel, "");
  assert_int_equal(sift_fields_parse(&fields, "spaces", error, sizeof error), SIFT_OK);
  expect_path(&fields.text, "data");
  expect_path(&fields.time, "timestamp");
  expect_path(&fields.space, "kubernetes.labels.space");
}

static void wrong_arguments_are_explained_and_change_nothing(void **state) {
  (void)state;
  const char *const wrong[] = {"",        "text",    "text=", "colour=red",     "text=a..b",
                               "text=.a", "text=a.", "=",     "text=a,,time=b", "text=a.b.c.d.e.f.g.h.i",
                               "time"};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    struct sift_fields fields = {0};
    error[0] = '\0';
    assert_int_equal(sift_fields_parse(&fields, wrong[i], error, sizeof error), SIFT_EINVAL);
    assert_non_null(strstr(error, "text=message"));
    assert_false(fields.given || fields.text.count > 0);
  }
  char long_part[200] = "text=";
  memset(long_part + 5, 'a', 129);
  long_part[134] = '\0';
  struct sift_fields fields = {0};
  char small[128];
  assert_int_equal(sift_fields_parse(&fields, long_part, small, sizeof small), SIFT_EINVAL);
  long_part[133] = '\0';
  assert_int_equal(sift_fields_parse(&fields, long_part, small, sizeof small), SIFT_OK);
}

static struct sift_fields settled_by(struct sift_fields fields, const char *json) {
  char line[1000] = "";
  struct sift_json_reader *reader = sift_json_reader_new();
  strcpy(line, json);
  sift_fields_settle(&fields, reader, sift_span_of(line));
  sift_json_reader_free(reader);
  return fields;
}

static void the_first_name_of_the_table_goes(void **state) {
  (void)state;
  struct sift_fields none = {0};
  struct sift_fields hub = settled_by(none, "{\"data\":\"x\",\"timestamp\":\"t\"}");
  expect_path(&hub.text, "data");
  expect_path(&hub.time, "timestamp");
  expect_path(&hub.space, "");
  struct sift_fields docker = settled_by(none, "{\"log\":\"x\\n\",\"stream\":\"stdout\",\"time\":\"t\"}");
  expect_path(&docker.text, "log");
  expect_path(&docker.time, "time");
  expect_path(&docker.channel, "");
  struct sift_fields mixed =
      settled_by(none, "{\"data\":{\"a\":1},\"message\":\"x\",\"ts\":1.5,\"labels\":{\"space\":\"o/n\"},\"channel\":\"run\"}");
  expect_path(&mixed.text, "message");
  expect_path(&mixed.time, "ts");
  expect_path(&mixed.space, "labels.space");
  expect_path(&mixed.channel, "channel");
}

static void what_is_given_stays(void **state) {
  (void)state;
  struct sift_fields fields = {0};
  assert_int_equal(sift_fields_parse(&fields, "text=other", error, sizeof error), SIFT_OK);
  fields = settled_by(fields, "{\"data\":\"x\",\"time\":\"t\"}");
  expect_path(&fields.text, "other");
  expect_path(&fields.time, "time");
  assert_false(sift_fields_settled(&fields));
}

static void broken_json_settles_nothing(void **state) {
  (void)state;
  struct sift_fields none = {0};
  struct sift_fields fields = settled_by(none, "{\"data\":\"x\",");
  assert_int_equal(fields.text.count, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(arguments_fold_in_turn),           cmocka_unit_test(wrong_arguments_are_explained_and_change_nothing),
      cmocka_unit_test(the_first_name_of_the_table_goes), cmocka_unit_test(what_is_given_stays),
      cmocka_unit_test(broken_json_settles_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
