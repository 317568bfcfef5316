#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wrapping_support.h"

#define EVENT(time, text) "data: {\"data\":\"" text "\",\"timestamp\":\"2024-01-31T10:20:" time "Z\"}\n\n"

static struct unwrapped *sse(const char *text) {
  return unwrap_as(SIFT_FORMAT_SSE, text);
}

static void only_data_lines_with_an_object_are_records(void **state) {
  (void)state;
  struct unwrapped *out = sse(": keep-alive\n\nretry: 5\nevent: log\nid: 7\ndata:\ndata: [1]\ndata: text\n" EVENT(
      "01", "one") "data:{\"data\":\"two\"}\r\n\r\ndata: \t {\"data\":\"three\"}\n{\"data\":\"no\"}\n");
  assert_string_equal(out->text, "one\ntwo\nthree\n");
  assert_int_equal(out->count, 3);
  assert_int_equal(out->records[0].line, 8);
  assert_int_equal(out->reasons[SIFT_REASON_JSON_SYNTAX], 0);
  unwrapped_free(out);
}

static void broken_events_are_told(void **state) {
  (void)state;
  struct unwrapped *out = sse("data: {\"data\":\n" EVENT("01", "one") "data: {\"x\":1}\n");
  assert_string_equal(out->text, "one\n");
  assert_int_equal(out->reasons[SIFT_REASON_JSON_SYNTAX], 1);
  assert_int_equal(out->reasons[SIFT_REASON_JSON_TEXT], 1);
  unwrapped_free(out);
}

static void the_replay_behind_a_reconnect_is_skipped(void **state) {
  (void)state;
  struct unwrapped *out =
      sse(EVENT("01", "a") EVENT("02", "b") EVENT("03", "c") EVENT("01", "a") EVENT("02", "b") EVENT("03", "c") EVENT("04", "d"));
  assert_string_equal(out->text, "a\nb\nc\nd\n");
  unwrapped_free(out);
}

static void each_space_of_a_mixed_stream_replays_by_itself(void **state) {
  (void)state;
  struct unwrapped *out = sse("data: {\"space\":\"a/a\",\"data\":\"x\",\"timestamp\":\"2024-01-31T10:20:01Z\"}\n"
                              "data: {\"space\":\"a/a\",\"data\":\"y\",\"timestamp\":\"2024-01-31T10:20:09Z\"}\n"
                              "data: {\"space\":\"b/b\",\"data\":\"x\",\"timestamp\":\"2024-01-31T10:20:01Z\"}\n"
                              "data: {\"space\":\"a/a\",\"data\":\"x\",\"timestamp\":\"2024-01-31T10:20:01Z\"}\n"
                              "data: {\"space\":\"b/b\",\"data\":\"z\",\"timestamp\":\"2024-01-31T10:20:02Z\"}\n"
                              "data: {\"space\":\"a/a\",\"data\":\"y\",\"timestamp\":\"2024-01-31T10:20:09Z\"}\n"
                              "data: {\"space\":\"a/a\",\"data\":\"z\",\"timestamp\":\"2024-01-31T10:20:09Z\"}\n");
  assert_string_equal(out->text, "x\ny\nx\nz\nz\n");
  unwrapped_free(out);
}

static void a_long_event_is_told_and_a_long_comment_is_not(void **state) {
  (void)state;
  static char text[9000];
  memset(text, 'x', sizeof text - 1);
  memcpy(text, ": ", 2);
  text[3000] = '\n';
  memcpy(text + 3001, "data: {", 7);
  text[8000] = '\n';
  strcpy(text + 8001, EVENT("01", "one"));
  struct sift_wrapping_config config = {.format = SIFT_FORMAT_SSE, .space = sift_span_of("o/n")};
  struct unwrapped *out = unwrap_sized(text, strlen(text), &config, 500, 1000);
  assert_string_equal(out->text, "one\n");
  assert_int_equal(out->reasons[SIFT_REASON_RECORD_TOO_LONG], 1);
  assert_int_equal(out->last_offset, 3001);
  unwrapped_free(out);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(only_data_lines_with_an_object_are_records),
      cmocka_unit_test(broken_events_are_told),
      cmocka_unit_test(the_replay_behind_a_reconnect_is_skipped),
      cmocka_unit_test(each_space_of_a_mixed_stream_replays_by_itself),
      cmocka_unit_test(a_long_event_is_told_and_a_long_comment_is_not),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
