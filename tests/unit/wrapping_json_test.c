#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wrapping_support.h"

#define LINE(text) "{\"data\":\"" text "\",\"timestamp\":\"2024-01-31T10:20:30Z\",\"space\":\"a/b\",\"channel\":\"build\"}\n"

static struct unwrapped *jsonl(const char *text) {
  return unwrap_as(SIFT_FORMAT_JSONL, text);
}

static void records_have_text_stream_time_offset_and_line(void **state) {
  (void)state;
  struct unwrapped *out = jsonl(LINE("one") "\n  \r\n" LINE("two\\n") "{\"data\":\"three\"}");
  assert_string_equal(out->text, "one\ntwo\nthree\n");
  assert_int_equal(out->count, 3);
  assert_string_equal(space_of(out, 0), "a/b");
  assert_string_equal(channel_of(out, 0), "build");
  assert_string_equal(space_of(out, 2), "o/n");
  assert_string_equal(channel_of(out, 2), "run");
  assert_string_equal(out->records[0].time, "2024-01-31T10:20:30Z");
  assert_string_equal(out->records[2].time, "");
  assert_int_equal(out->records[1].line, 3);
  assert_int_equal(out->records[1].offset, strlen(LINE("one") "\n  \r\n"));
  assert_int_equal(out->records[2].text, 8);
  assert_int_equal(out->lines, 5);
  unwrapped_free(out);
}

static void text_is_what_the_program_printed(void **state) {
  (void)state;
  struct unwrapped *out =
      jsonl(LINE("\\u001b[31mred\\u001b[0m\\r50%\\n\\tEnd\\n") LINE("") LINE("\\n") LINE("\\ud83d") LINE("a\\u0000b"));
  assert_memory_equal(out->text, "red\n50%\n\tEnd\n\n\n\xef\xbf\xbd\na\0b\n", out->len);
  assert_int_equal(out->len, 13 + 1 + 1 + 4 + 4);
  assert_int_equal(out->count, 5);
  unwrapped_free(out);
}

static void bad_records_are_told_and_good_ones_around_them_stay(void **state) {
  (void)state;
  struct unwrapped *out = jsonl(LINE("one") "{\"data\":\"x\n"
                                            "not json\n"
                                            "[1]\n"
                                            "{\"data\":7}\n"
                                            "{\"other\":\"x\"}\n" LINE("a\\q") LINE("two"));
  assert_string_equal(out->text, "one\ntwo\n");
  assert_int_equal(out->reasons[SIFT_REASON_JSON_SYNTAX], 4);
  assert_int_equal(out->reasons[SIFT_REASON_JSON_TEXT], 2);
  assert_string_equal(space_of(out, 1), "a/b");
  unwrapped_free(out);
}

static void invalid_utf8_is_repaired_and_told_once_a_record(void **state) {
  (void)state;
  struct unwrapped *out =
      jsonl("{\"data\":\"a\xff\xfe z\",\"timestamp\":\"2024-01-31T10:20:30Z\",\"space\":\"a/b\"}\n" LINE("two"));
  assert_string_equal(out->text, "a\xef\xbf\xbd\xef\xbf\xbd z\ntwo\n");
  assert_string_equal(out->records[0].time, "2024-01-31T10:20:30Z");
  assert_string_equal(space_of(out, 0), "a/b");
  assert_int_equal(out->reasons[SIFT_REASON_UTF8_REPAIRED], 1);
  unwrapped_free(out);
}

static void a_record_of_invalid_bytes_alone_fits(void **state) {
  (void)state;
  enum { BYTES = 200000 };
  char *text = malloc(BYTES + 100);
  strcpy(text, "{\"data\":\"");
  memset(text + 9, 0xff, BYTES);
  strcpy(text + 9 + BYTES, "\"}\n");
  struct unwrapped *out = jsonl(text);
  assert_int_equal(out->len, 3 * BYTES + 1);
  unwrapped_free(out);
  free(text);
}

static void escaped_times_and_names_are_decoded(void **state) {
  (void)state;
  struct unwrapped *out =
      jsonl("{\"space\":\"a\\/b\",\"channel\":\"bu\\u0069ld\",\"data\":\"x\",\"timestamp\":\"2024-01-31T10\\u003a20:30Z\"}\n"
            "{\"space\":\"a/b\",\"data\":\"y\",\"timestamp\":1706696430.5}\n");
  assert_string_equal(space_of(out, 0), "a/b");
  assert_string_equal(channel_of(out, 0), "build");
  assert_string_equal(out->records[0].time, "2024-01-31T10:20:30Z");
  assert_string_equal(out->records[1].time, "1706696430.5");
  unwrapped_free(out);
}

static void every_record_of_a_bad_or_absent_space_is_told(void **state) {
  (void)state;
  struct sift_wrapping_config config = {.format = SIFT_FORMAT_JSONL};
  const char text[] = "{\"data\":\"x\",\"space\":\"../etc\"}\n{\"data\":\"x\",\"space\":\"../"
                      "etc\"}\n{\"data\":\"x\"}\n{\"data\":\"x\",\"space\":\"a\\u0001\"}\n"
                      "{\"data\":\"x\",\"space\":null}\n";
  struct unwrapped *out = unwrap_sized(text, strlen(text), &config, 1000, 1000);
  assert_int_equal(out->count, 5);
  assert_int_equal(out->reasons[SIFT_REASON_BAD_SPACE_NAME], 3);
  assert_int_equal(out->reasons[SIFT_REASON_NO_SPACE], 2);
  assert_string_equal(space_of(out, 0), "-");
  unwrapped_free(out);
}

static void a_record_too_long_is_dropped_once_and_the_next_one_is_good(void **state) {
  (void)state;
  static char text[9000];
  memset(text, 'x', sizeof text);
  memcpy(text, "{\"data\":\"ok\"}\n{\"data\":\"", 23);
  strcpy(text + 8000, "\"}\n{\"data\":\"next\"}\n");
  struct sift_wrapping_config config = {.format = SIFT_FORMAT_JSONL, .space = sift_span_of("o/n")};
  struct unwrapped *out = unwrap_sized(text, strlen(text), &config, 500, 1000);
  assert_string_equal(out->text, "ok\nnext\n");
  assert_int_equal(out->reasons[SIFT_REASON_RECORD_TOO_LONG], 1);
  assert_int_equal(out->last_offset, 14);
  assert_int_equal(out->reasons[SIFT_REASON_JSON_SYNTAX], 0);
  assert_int_equal(out->records[1].line, 2);
  assert_int_equal(out->lines, 3);
  unwrapped_free(out);
}

static void later_records_may_tell_names_that_the_first_did_not(void **state) {
  (void)state;
  struct unwrapped *out = jsonl("{\"data\":\"starting\"}\n{\"data\":\"x\",\"space\":\"a/b\",\"ts\":1706696430}\n");
  assert_string_equal(space_of(out, 0), "o/n");
  assert_string_equal(space_of(out, 1), "a/b");
  assert_string_equal(out->records[1].time, "1706696430");
  unwrapped_free(out);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(records_have_text_stream_time_offset_and_line),
      cmocka_unit_test(text_is_what_the_program_printed),
      cmocka_unit_test(bad_records_are_told_and_good_ones_around_them_stay),
      cmocka_unit_test(invalid_utf8_is_repaired_and_told_once_a_record),
      cmocka_unit_test(a_record_of_invalid_bytes_alone_fits),
      cmocka_unit_test(escaped_times_and_names_are_decoded),
      cmocka_unit_test(every_record_of_a_bad_or_absent_space_is_told),
      cmocka_unit_test(a_record_too_long_is_dropped_once_and_the_next_one_is_good),
      cmocka_unit_test(later_records_may_tell_names_that_the_first_did_not),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
