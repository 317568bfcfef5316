#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "press.h"
#include "tests/support/live.h"

static struct sift_origin *usual;

static struct sift_origin *origin_of(const char *space, const char *channel) {
  struct sift_origin *origin = NULL;
  char error[200];
  assert_int_equal(sift_origin_new(&origin, SIFT_PROTOCOL_LINES, space, channel, NULL, NULL, error, sizeof error), SIFT_OK);
  return origin;
}

static int make_origin(void **state) {
  (void)state;
  usual = origin_of(NULL, NULL);
  return 0;
}

static int free_origin(void **state) {
  (void)state;
  sift_origin_free(usual);
  return 0;
}

/* Sends the bytes in all kinds of pieces; what is told must be `log` each time. */
static void expect_bytes(struct live *out, struct sift_span bytes, size_t line_max, const char *log) {
  static const size_t steps[] = {0, 1, 2, 3, 7, 64, 1000};
  for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
    size_t left_max = 0;
    live_init(out, usual);
    out->config.limits.line_bytes_max = line_max;
    live_run(out, sift_lines_protocol_new, bytes, steps[i], &left_max);
    assert_string_equal(out->log, log);
    assert_true(left_max <= line_max + 64);
    if (i + 1 < sizeof steps / sizeof steps[0]) {
      live_release(out);
    }
  }
}

static void expect(struct live *out, const char *bytes, const char *log) {
  expect_bytes(out, sift_span_of(bytes), 1000, log);
}

static void plain_text_passes_in_blocks_of_whole_lines(void **state) {
  (void)state;
  struct live out;
  expect(&out, "one\n\ntwo\r\n  three\n", "T ||one\n\ntwo\r\n  three\n");
  assert_int_equal(out.damages, 0);
  assert_int_equal(out.status, SIFT_OK);
  live_release(&out);
  expect(&out, "one\nno newline", "T ||one\nno newline~");
  assert_int_equal(out.damages, 0);
  live_release(&out);
  expect(&out, "", "");
  live_release(&out);
}

static void raw_text_has_the_origin_that_its_connection_tells(void **state) {
  (void)state;
  struct sift_origin *origin = origin_of("{absent}|host/{peer}", "run");
  struct live out;
  size_t left = 0;
  live_init(&out, origin);
  live_run(&out, sift_lines_protocol_new, sift_span_of("a\n"), 0, &left);
  assert_string_equal(out.log, "T host/10.0.0.7|run|a\n");
  live_release(&out);
  sift_origin_free(origin);
}

static void a_line_over_the_limit_is_cut_there_and_counted_once(void **state) {
  (void)state;
  struct live out;
  expect_bytes(&out, sift_span_of("short\n0123456789ABCDEFGHIJxyz\nnext\n"), 10, "T ||short\n0123456789~ABCDEFGHIJ~xyz\nnext\n");
  assert_int_equal(out.damage[SIFT_REASON_LINE_CUT], 1);
  live_release(&out);
  expect_bytes(&out, sift_span_of("a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\n"), 10, "T ||a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\n");
  assert_int_equal(out.damages, 0);
  live_release(&out);
  expect_bytes(&out, sift_span_of("0123456789\n0123456789ABCDEFGHIJ"), 10, "T ||0123456789\n0123456789~ABCDEFGHIJ~");
  assert_int_equal(out.damage[SIFT_REASON_LINE_CUT], 1);
  live_release(&out);
}

#define RECORD(text) "{\"timestamp\":\"2024-01-31T10:20:30Z\",\"space\":\"o/n\",\"channel\":\"build\",\"data\":\"" text "\"}"
#define TOLD(text) "R o/n|build|1706696430.000000000|" text "\n"

static void json_is_told_by_the_first_line_and_escapes_are_decoded(void **state) {
  (void)state;
  struct live out;
  expect(&out, RECORD("one") "\r\n\n  \n" RECORD("a\\n\\tb \\u00e9\\\"") "\n" RECORD("last"),
         TOLD("one") TOLD("a\n\tb \xc3\xa9\"") TOLD("last"));
  assert_int_equal(out.damages, 0);
  live_release(&out);
  expect(&out, "{\"space\":\"o\\/n\",\"channel\":\"\\u0072un\",\"log\":\"a\\nb\"}", "R o/n|run|-|a\nb\n");
  live_release(&out);
  expect(&out, "\xef\xbb\xbf \n\n{ \"log\":\"x\",\"time\":1706696430.5}\n", "R ||1706696430.500000000|x\n");
  live_release(&out);
}

static void what_only_looks_like_json_is_raw(void **state) {
  (void)state;
  struct live out;
  expect(&out, "{'a': 1}\n{\"log\":\"x\"}\n", "T ||{'a': 1}\n{\"log\":\"x\"}\n");
  live_release(&out);
  expect(&out, "text\n{\"log\":\"x\"}\n", "T ||text\n{\"log\":\"x\"}\n");
  live_release(&out);
  expect(&out, "{", "T ||{~");
  live_release(&out);
  expect(&out, "\xef\xbb\xbfraw\n", "T ||raw\n");
  live_release(&out);
  expect(&out, "                                                                          {\"log\":\"x\"}\n",
         "T ||                                                                          {\"log\":\"x\"}\n");
  live_release(&out);
}

static void bad_json_is_counted_and_nothing_else_is_lost(void **state) {
  (void)state;
  struct live out;
  expect(&out,
         RECORD("one") "\nnot json\n{\"data\":\"x\n" RECORD("two") "\n{\"other\":1}\n{\"data\":null}\n" RECORD("a\\q") "\n" RECORD(
             "three") "\n",
         TOLD("one") TOLD("two") TOLD("three"));
  assert_int_equal(out.damage[SIFT_REASON_JSON_SYNTAX], 3);
  assert_int_equal(out.damage[SIFT_REASON_JSON_TEXT], 2);
  assert_int_equal(out.damages, 5);
  assert_int_equal(out.status, SIFT_OK);
  live_release(&out);
  expect(&out, "{\"data\":\"x\",\"time\":\"soon\"}\n{\"data\":\"a\xff\"}\n{\"data\":7}\n{\"data\":true}\n",
         "R ||-|x\nR ||-|a\xef\xbf\xbd\nR ||-|7\nR ||-|true\n");
  assert_int_equal(out.damage[SIFT_REASON_BAD_TIME], 1);
  assert_int_equal(out.damage[SIFT_REASON_UTF8_REPAIRED], 1);
  live_release(&out);
  expect(&out, "{\"data\":\"\"}\n", "R ||-|\n");
  live_release(&out);
}

static void a_record_over_the_limit_is_dropped_and_the_next_one_stays(void **state) {
  (void)state;
  struct live out;
  expect_bytes(&out, sift_span_of("{\"log\":\"1\"}\n{\"log\":\"0123456789012345678901234567890123456789\"}\n{\"log\":\"2\"}\n"), 20,
               "R ||-|1\nR ||-|2\n");
  assert_int_equal(out.damage[SIFT_REASON_RECORD_TOO_LONG], 1);
  live_release(&out);
  expect_bytes(&out, sift_span_of("{\"log\":\"1\"}\n{\"log\":\"0123456789012345678901234567890123456789"), 20, "R ||-|1\n");
  assert_int_equal(out.damage[SIFT_REASON_RECORD_TOO_LONG], 1);
  live_release(&out);
}

static struct sift_span (*const presses[])(struct sift_span) = {press_zstd, press_gzip};

static void compressed_streams_are_told_by_magic(void **state) {
  (void)state;
  struct live out;
  for (size_t i = 0; i < 2; i++) {
    struct sift_span pressed = press_join(presses[i](sift_span_of("one\ntw")), presses[i](sift_span_of("o\nthree")));
    expect_bytes(&out, pressed, 1000, "T ||one\ntwo\nthree~");
    assert_int_equal(out.damages, 0);
    live_release(&out);
    press_free(pressed);
    pressed = press_join(presses[i](sift_span_of(RECORD("one") "\n{\"log\"")), presses[i](sift_span_of(":\"x\"}\n")));
    expect_bytes(&out, pressed, 1000, TOLD("one") "R ||-|x\n");
    live_release(&out);
    press_free(pressed);
  }
}

static void long_lines_grow_across_blocks_of_a_compressed_stream(void **state) {
  (void)state;
  enum { LINE = 300 * 1000, LINES = 3 };
  char *text = malloc(LINE * LINES);
  memset(text, 'a', LINE * LINES);
  for (size_t i = 1; i <= LINES; i++) {
    text[i * LINE - 1] = '\n';
  }
  for (size_t i = 0; i < 2; i++) {
    static const size_t steps[] = {0, 1, 100};
    struct sift_span pressed = press_join(presses[i](sift_span(text, LINE * LINES)), presses[i](sift_span_of("end\n")));
    for (size_t step = 0; step < 3; step++) {
      struct live out;
      size_t left = 0;
      live_init(&out, usual);
      live_run(&out, sift_lines_protocol_new, pressed, steps[step], &left);
      assert_int_equal(out.status, SIFT_OK);
      assert_int_equal(out.len, 4 + LINE * LINES + 4);
      assert_memory_equal(out.log + 4, text, LINE * LINES);
      assert_int_equal(out.damages, 0);
      live_release(&out);
    }
    press_free(pressed);
  }
  free(text);
}

static void a_damaged_or_cut_stream_is_counted_and_closed(void **state) {
  (void)state;
  for (size_t i = 0; i < 2; i++) {
    struct live out;
    struct sift_span pressed = press_join(presses[i](sift_span_of("one\ntwo")), press_copy("junk", 4));
    expect_bytes(&out, pressed, 1000, "T ||one\ntwo~");
    assert_int_equal(out.status, SIFT_ECORRUPT);
    assert_int_equal(out.damage[SIFT_REASON_TRAILING_BYTES], 1);
    assert_int_equal(out.damages, 1);
    live_release(&out);
    press_free(pressed);
    pressed = presses[i](sift_span_of("one\ntwo"));
    size_t left = 0;
    live_init(&out, usual);
    live_run(&out, sift_lines_protocol_new, sift_span(pressed.data, pressed.len - 1), 0, &left);
    assert_string_equal(out.log, "T ||one\ntwo~");
    assert_int_equal(out.damage[SIFT_REASON_TRUNCATED], 1);
    live_release(&out);
    press_free(pressed);
  }
}

static void a_bomb_costs_bounded_memory(void **state) {
  (void)state;
  enum { BOMB = 64 * 1024 * 1024, LINE_MAX_BYTES = 100 * 1000 };
  char *zeros = calloc(1, BOMB);
  for (size_t i = 0; i < 2; i++) {
    struct sift_span pressed = presses[i](sift_span(zeros, BOMB));
    struct live out;
    size_t left = 0;
    live_init(&out, usual);
    out.config.limits.line_bytes_max = LINE_MAX_BYTES;
    live_run(&out, sift_lines_protocol_new, pressed, 0, &left);
    assert_int_equal(out.status, SIFT_OK);
    assert_int_equal(out.damage[SIFT_REASON_LINE_CUT], 1);
    assert_true(out.scratch.block.capacity <= 512 * 1024);
    live_release(&out);
    press_free(pressed);
  }
  free(zeros);
}

static void what_the_sink_refuses_ends_the_call(void **state) {
  (void)state;
  static const char *const inputs[] = {"one\ntwo\n", RECORD("one") "\n" RECORD("two") "\n"};
  for (size_t i = 0; i < 2; i++) {
    struct live out;
    size_t left = 0;
    live_init(&out, usual);
    out.refuse = SIFT_EIO;
    live_run(&out, sift_lines_protocol_new, sift_span_of(inputs[i]), 0, &left);
    assert_int_equal(out.status, SIFT_EIO);
    assert_true(out.records <= 1);
    live_release(&out);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(plain_text_passes_in_blocks_of_whole_lines),
      cmocka_unit_test(raw_text_has_the_origin_that_its_connection_tells),
      cmocka_unit_test(a_line_over_the_limit_is_cut_there_and_counted_once),
      cmocka_unit_test(json_is_told_by_the_first_line_and_escapes_are_decoded),
      cmocka_unit_test(what_only_looks_like_json_is_raw),
      cmocka_unit_test(bad_json_is_counted_and_nothing_else_is_lost),
      cmocka_unit_test(a_record_over_the_limit_is_dropped_and_the_next_one_stays),
      cmocka_unit_test(compressed_streams_are_told_by_magic),
      cmocka_unit_test(long_lines_grow_across_blocks_of_a_compressed_stream),
      cmocka_unit_test(a_damaged_or_cut_stream_is_counted_and_closed),
      cmocka_unit_test(a_bomb_costs_bounded_memory),
      cmocka_unit_test(what_the_sink_refuses_ends_the_call),
  };
  return cmocka_run_group_tests(tests, make_origin, free_origin);
}
