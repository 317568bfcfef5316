#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wrapping_support.h"

static void expect_format(const char *text, enum sift_format format) {
  struct unwrapped *out = unwrap_as(SIFT_FORMAT_AUTO, text);
  assert_int_equal(out->format, format);
  unwrapped_free(out);
}

static void names_of_formats_are_read(void **state) {
  (void)state;
  enum sift_format format = SIFT_FORMAT_AUTO;
  assert_true(sift_format_parse(sift_span_of("sse"), &format));
  assert_int_equal(format, SIFT_FORMAT_SSE);
  assert_true(sift_format_parse(sift_span_of("jsonl"), &format));
  assert_int_equal(format, SIFT_FORMAT_JSONL);
  assert_false(sift_format_parse(sift_span_of("xml"), &format));
  assert_false(sift_format_parse(sift_span_of("json"), &format));
}

static void the_first_records_tell_the_format(void **state) {
  (void)state;
  expect_format("plain\ntext\n", SIFT_FORMAT_RAW);
  expect_format("\n\n{\"data\":\"x\",\"timestamp\":\"t\"}\n", SIFT_FORMAT_JSONL);
  expect_format("\xef\xbb\xbf{\"log\":\"x\",\"time\":\"t\"}\r\n", SIFT_FORMAT_JSONL);
  expect_format("{\"message\":\"x\",\"space\":\"o/n\"}\n", SIFT_FORMAT_JSONL);
  expect_format("data: {\"data\":\"x\",\"timestamp\":\"t\"}\n\n", SIFT_FORMAT_SSE);
  expect_format(": keep-alive\n\nretry: 5\ndata:{\"data\":\"x\"}\n", SIFT_FORMAT_SSE);
  expect_format("", SIFT_FORMAT_AUTO);
}

static void what_only_looks_alike_stays_raw(void **state) {
  (void)state;
  expect_format("{\"data\":\"x\"}\n", SIFT_FORMAT_RAW);
  expect_format("{\"level\":\"info\",\"time\":1}\n", SIFT_FORMAT_RAW);
  expect_format("[{\"data\":\"x\",\"time\":1}]\n", SIFT_FORMAT_RAW);
  expect_format("{\"message\":\"x\",\"time\":1}\nplain\nplain\n", SIFT_FORMAT_RAW);
  expect_format("data: loading\ndata: done\n", SIFT_FORMAT_RAW);
  expect_format("loading\ndata: {\"data\":\"x\"}\n", SIFT_FORMAT_RAW);
}

static void broken_lines_between_records_do_not_hide_the_format(void **state) {
  (void)state;
  expect_format("{\"data\":\"x\",\"time\":1}\n{broken\n{\"data\":\"x\",\"time\":1}\n", SIFT_FORMAT_JSONL);
  expect_format("{broken\n{\"data\":\"x\",\"time\":1}\n{\"data\":\"x\",\"time\":1}\n", SIFT_FORMAT_JSONL);
}

static void a_first_line_that_was_cut_is_told_by_its_begin(void **state) {
  (void)state;
  static char text[3000];
  memset(text, 'x', sizeof text - 1);
  memcpy(text, "{\"data\":\"", 9);
  struct sift_wrapping_config config = {.space = sift_span_of("o/n")};
  struct unwrapped *out = unwrap_sized(text, strlen(text), &config, 500, 1000);
  assert_int_equal(out->format, SIFT_FORMAT_JSONL);
  unwrapped_free(out);
  memcpy(text, "just text", 9);
  out = unwrap_sized(text, strlen(text), &config, 500, 1000);
  assert_int_equal(out->format, SIFT_FORMAT_RAW);
  unwrapped_free(out);
}

/* The same lines give the same text, lines apart from wrapping, and times, however they are wrapped and cut into chunks. */
static void the_formats_and_all_chunk_sizes_agree(void **state) {
  (void)state;
  static char raw[40000];
  static char jsonl[200000];
  static char sse[200000];
  raw[0] = jsonl[0] = sse[0] = '\0';
  for (int i = 0; i < 500; i++) {
    char line[300];
    snprintf(line, sizeof line, "line %d of some text", i);
    strcat(strcat(raw, line), "\n");
    snprintf(line, sizeof line, "{\"timestamp\":\"2024-01-31T10:%02d:%02dZ\",\"data\":\"line %d\\u0020of some text%s\"}", i / 60,
             i % 60, i, i % 2 == 0 ? "\\n" : "");
    strcat(strcat(jsonl, line), "\n");
    strcat(strcat(strcat(sse, "data: "), line), "\n\n");
  }
  const char *const texts[] = {raw, jsonl, sse};
  for (size_t i = 0; i < 3; i++) {
    for (uint32_t chunk = 300; chunk < 300000; chunk *= 7) {
      struct sift_wrapping_config config = {.space = sift_span_of("o/n"), .channel = sift_span_of("run")};
      struct unwrapped *out = unwrap_sized(texts[i], strlen(texts[i]), &config, chunk, SIFT_LINE_BYTES_MAX);
      assert_int_equal(out->format, i + 1);
      assert_string_equal(out->text, raw);
      assert_int_equal(out->count, i == 0 ? 0 : 500);
      assert_int_equal(out->lines, i == 2 ? 1000 : 500);
      for (size_t r = 0; r < out->count; r++) {
        assert_int_equal(out->records[r].line, i == 2 ? 2 * r : r);
        assert_memory_equal(texts[i] + out->records[r].offset, i == 2 ? "data: {" : "{\"times", 7);
      }
      unwrapped_free(out);
    }
  }
}

static void a_wrapping_is_used_for_shard_after_shard(void **state) {
  (void)state;
  struct unwrapped *out = calloc(1, sizeof *out);
  struct sift_wrapping *wrapping = NULL;
  assert_int_equal(sift_streams_init(&out->streams, &out->ruleset), SIFT_OK);
  assert_int_equal(sift_wrapping_new(&wrapping), SIFT_OK);
  struct sift_wrapping_report report = {keep_damage, out};
  const char *const texts[] = {"raw\n", "{\"msg\":\"m\",\"ts\":1}\n", "data: {\"data\":\"d\",\"timestamp\":\"\"}\n",
                               "{\"log\":\"l\",\"time\":1}\n"};
  for (size_t i = 0; i < 8; i++) {
    char text[100] = "";
    strcpy(text, texts[i % 4]);
    struct sift_wrapping_config config = {.space = sift_span_of("o/n")};
    struct sift_chunk chunk = {.text = text, .len = (uint32_t)strlen(text), .survey = sift_survey(text, strlen(text))};
    struct sift_batch batch;
    assert_int_equal(sift_wrapping_begin(wrapping, &config, &out->streams, report), SIFT_OK);
    assert_int_equal(sift_wrapping_unwrap(wrapping, &chunk, &batch), SIFT_OK);
    assert_memory_equal(batch.text, i % 4 == 0 ? "raw\n" : i % 4 == 1 ? "m\n" : i % 4 == 2 ? "d\n" : "l\n", batch.len);
    assert_true(batch.len >= 2);
  }
  sift_wrapping_free(wrapping);
  unwrapped_free(out);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(names_of_formats_are_read),
      cmocka_unit_test(the_first_records_tell_the_format),
      cmocka_unit_test(what_only_looks_alike_stays_raw),
      cmocka_unit_test(broken_lines_between_records_do_not_hide_the_format),
      cmocka_unit_test(a_first_line_that_was_cut_is_told_by_its_begin),
      cmocka_unit_test(the_formats_and_all_chunk_sizes_agree),
      cmocka_unit_test(a_wrapping_is_used_for_shard_after_shard),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
