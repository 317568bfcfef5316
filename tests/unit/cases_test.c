#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tools/spacesift/cases.h"

static FILE *file_of(const char *text) {
  FILE *file = tmpfile();
  assert_non_null(file);
  assert_true(fputs(text, file) >= 0);
  rewind(file);
  return file;
}

static void a_case_is_read_with_its_escapes_decoded(void **state) {
  (void)state;
  struct sift_cases *cases = NULL;
  struct sift_case item;
  FILE *file =
      file_of("\n{\"id\": \"a\", \"kind\": \"container\", \"log\": \"one\\n\\u00e9\", \"label\": \"oom\", \"also\": [1, {}]}\r\n"
              "{\"kind\":\"unknown\",\"log\":\"\",\"label\":\"healthy\",\"ambiguous\":true}");
  assert_int_equal(sift_cases_new(&cases), SIFT_OK);
  sift_cases_begin(cases, file);
  assert_int_equal(sift_cases_next(cases, &item), SIFT_OK);
  assert_true(sift_span_equal(item.logs[0].text, sift_span_of("one\n\xc3\xa9")));
  assert_true(sift_span_equal(item.id, sift_span_of("a")));
  assert_true(sift_span_equal(item.label, sift_span_of("oom")));
  assert_string_equal(item.logs[0].channel, "run");
  assert_false(item.ambiguous);
  assert_int_equal(item.line, 2);
  assert_int_equal(sift_cases_next(cases, &item), SIFT_OK);
  assert_string_equal(item.logs[0].channel, "-");
  assert_true(item.ambiguous);
  assert_int_equal(item.id.len, 0);
  assert_int_equal(sift_cases_next(cases, &item), SIFT_END);
  sift_cases_free(cases);
  fclose(file);
}

static void a_case_may_have_several_logs(void **state) {
  (void)state;
  struct sift_cases *cases = NULL;
  struct sift_case item;
  FILE *file = file_of("{\"label\": \"oom\", \"logs\": {\"run\": \"up\\n\", \"other\": 1, \"build\": \"built\"}, \"sdk\": null}\n"
                       "{\"label\": \"oom\", \"kind\": \"build\", \"logs\": {\"platform\": \"\"}}\n");
  assert_int_equal(sift_cases_new(&cases), SIFT_OK);
  sift_cases_begin(cases, file);
  assert_int_equal(sift_cases_next(cases, &item), SIFT_OK);
  assert_string_equal(item.kind, "logs");
  assert_int_equal(item.log_count, 2);
  assert_string_equal(item.logs[0].channel, "build");
  assert_true(sift_span_equal(item.logs[0].text, sift_span_of("built")));
  assert_string_equal(item.logs[1].channel, "run");
  assert_true(sift_span_equal(item.logs[1].text, sift_span_of("up\n")));
  assert_int_equal(sift_cases_next(cases, &item), SIFT_OK);
  assert_int_equal(item.log_count, 1);
  assert_string_equal(item.logs[0].channel, "platform");
  assert_int_equal(item.logs[0].text.len, 0);
  sift_cases_free(cases);
  fclose(file);
}

static void what_is_no_case_is_named(void **state) {
  (void)state;
  static const struct {
    const char *text, *error;
  } bad[] = {
      {"[1]\n", "no JSON object"},
      {"{\"kind\":\"build\",\"log\":\"x\"\n", "no JSON object"},
      {"{\"kind\":\"build\",\"label\":\"oom\"}\n", "'log' is missing"},
      {"{\"kind\":\"build\",\"log\":7,\"label\":\"oom\"}\n", "'log' is no text"},
      {"{\"kind\":\"build\",\"log\":\"\\q\",\"label\":\"oom\"}\n", "escape"},
      {"{\"kind\":\"bild\",\"log\":\"x\",\"label\":\"oom\"}\n", "the kind 'bild' is unknown"},
      {"{\"kind\":\"build\",\"log\":\"x\",\"label\":\"oom\",\"ambiguous\":\"yes\"}\n", "'ambiguous' must be true or false"},
      {"{\"logs\":{\"run\":7},\"label\":\"oom\"}\n", "'logs.run' is no text"},
      {"{\"logs\":{\"runs\":\"x\"},\"label\":\"oom\"}\n", "there are build, run and platform"},
      {"{\"logs\":[\"run\"],\"label\":\"oom\"}\n", "'logs' must be an object of texts by channel"},
      {"{\"logs\":null,\"label\":\"oom\"}\n", "'logs' must be an object of texts by channel"},
      {"{\"logs\":{\"container\":\"x\",\"build\":\"\"},\"label\":\"oom\"}\n", "did you mean 'run'?"},
      {"{\"log\":\"x\",\"kind\":\"build\",\"logs\":{\"run\":\"\"},\"label\":\"oom\"}\n", "'log' and 'logs' both stand there"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    struct sift_cases *cases = NULL;
    struct sift_case item;
    FILE *file = file_of(bad[i].text);
    assert_int_equal(sift_cases_new(&cases), SIFT_OK);
    sift_cases_begin(cases, file);
    assert_int_equal(sift_cases_next(cases, &item), SIFT_EFORMAT);
    assert_int_equal(sift_cases_line(cases), 1);
    assert_non_null(strstr(sift_cases_error(cases), bad[i].error));
    sift_cases_free(cases);
    fclose(file);
  }
}

static void an_endless_line_is_refused(void **state) {
  (void)state;
  struct sift_cases *cases = NULL;
  struct sift_case item;
  FILE *file = tmpfile();
  char block[4096];
  memset(block, 'x', sizeof block);
  for (size_t sum = 0; sum <= SIFT_CASE_BYTES_MAX; sum += sizeof block) {
    assert_int_equal(fwrite(block, 1, sizeof block, file), sizeof block);
  }
  rewind(file);
  assert_int_equal(sift_cases_new(&cases), SIFT_OK);
  sift_cases_begin(cases, file);
  assert_int_equal(sift_cases_next(cases, &item), SIFT_EFORMAT);
  assert_non_null(strstr(sift_cases_error(cases), "longer than 4 MiB"));
  sift_cases_free(cases);
  fclose(file);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_case_is_read_with_its_escapes_decoded),
      cmocka_unit_test(a_case_may_have_several_logs),
      cmocka_unit_test(what_is_no_case_is_named),
      cmocka_unit_test(an_endless_line_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
