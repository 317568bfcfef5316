#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "press.h"
#include "tests/support/live.h"

enum { MESSAGE_MAX = 120 };

static struct sift_origin *usual;

static int make_origin(void **state) {
  (void)state;
  char error[200];
  return sift_origin_new(&usual, SIFT_PROTOCOL_SYSLOG, NULL, NULL, NULL, NULL, error, sizeof error);
}

static int free_origin(void **state) {
  (void)state;
  sift_origin_free(usual);
  return 0;
}

/* Sends the bytes in all kinds of pieces; what is told must be `log` each time. */
static void expect_bytes(struct live *out, const struct sift_origin *origin, struct sift_span bytes, const char *log) {
  static const size_t steps[] = {0, 1, 2, 3, 7, 64};
  for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
    size_t left_max = 0;
    live_init(out, origin);
    out->config.limits.line_bytes_max = MESSAGE_MAX;
    out->scratch.now_ns = INT64_C(1718409600) * 1000000000; /* 2024-06-15 */
    live_run(out, sift_syslog_protocol_new, bytes, steps[i], &left_max);
    assert_string_equal(out->log, log);
    assert_true(left_max <= MESSAGE_MAX + 64);
    if (i + 1 < sizeof steps / sizeof steps[0]) {
      live_release(out);
    }
  }
}

static void expect(struct live *out, const char *bytes, const char *log) {
  expect_bytes(out, usual, sift_span_of(bytes), log);
}

static void expect_well(const char *bytes, const char *log) {
  struct live out;
  expect(&out, bytes, log);
  assert_int_equal(out.damages, 0);
  assert_int_equal(out.status, SIFT_OK);
  live_release(&out);
}

static void newline_frames_are_read(void **state) {
  (void)state;
  expect_well("<13>1 - h o/n - - - one\n<13>1 - h o/n - - - two\r\n\n\n<13>1 - h o/n - - - three",
              "R o/n||-|one\nR o/n||-|two\nR o/n||-|three\n");
  expect_well("<13>Jun 14 10:00:00 h app[1]: text\n", "R app||1718359200.000000000|text\n");
}

static void nul_frames_are_read(void **state) {
  (void)state;
  struct live out;
  expect_bytes(&out, usual, sift_span("<13>one\0<13>two\n\0\0<13>three\0", 29), "R ||-|one\nR ||-|two\nR ||-|three\n");
  assert_int_equal(out.damages, 0);
  live_release(&out);
}

static void counted_frames_are_read(void **state) {
  (void)state;
  expect_well("7 <13>one7 <13>two9 <13>three", "R ||-|one\nR ||-|two\nR ||-|three\n");
}

static void a_newline_at_the_end_of_a_counted_frame_is_no_text(void **state) {
  (void)state;
  expect_well("8 <13>one\n8 <13>two\n", "R ||-|one\nR ||-|two\n");
}

static void a_newline_within_a_counted_frame_divides_lines(void **state) {
  (void)state;
  expect_well("11 <13>one\ntwo8 <13>two\n", "R ||-|one\ntwo\nR ||-|two\n");
}

static void a_newline_between_counted_frames_is_passed_over(void **state) {
  (void)state;
  expect_well("7 <13>one\n7 <13>two\n", "R ||-|one\nR ||-|two\n");
}

static void framing_is_told_frame_by_frame(void **state) {
  (void)state;
  expect_well("<13>one\n7 <13>two<13>three\n8 <13>four", "R ||-|one\nR ||-|two\nR ||-|three\nR ||-|four\n");
}

static void a_line_that_begins_with_a_date_or_number_is_no_count(void **state) {
  (void)state;
  expect_well("2024-01-31T10:20:30Z x\n20240131 y\n404 not found\n12 zebras\n12345678 <13>z\n7 <13>two",
              "R ||1706696430.000000000|2024-01-31T10:20:30Z x\nR ||-|20240131 y\nR ||-|404 not found\nR ||-|12 zebras\n"
              "R ||-|12345678 <13>z\nR ||-|two\n");
  expect_well("17", "R ||-|17\n");
  expect_well("17 ", "R ||-|17 \n");
  expect_well("0 <13>x\n", "R ||-|0 <13>x\n");
}

static void counted_frames_without_pri_are_read_where_all_were_counted(void **state) {
  (void)state;
  expect_well("7 <13>one3 two5 three", "R ||-|one\nR ||-|two\nR ||-|three\n");
  expect_well("7 <13>one<13>line\n3 two\n", "R ||-|one\nR ||-|line\nR ||-|3 two\n");
}

static struct sift_span counted(struct sift_span pressed) {
  char prefix[32];
  int len = snprintf(prefix, sizeof prefix, "%zu z", pressed.len + 1);
  return press_join(press_copy(prefix, (size_t)len), pressed);
}

static void compressed_records_of_rsyslog_are_read_among_lines(void **state) {
  (void)state;
  struct live out;
  struct sift_span bytes = press_join(press_copy("<13>one\n", 8), counted(press_zlib(sift_span_of("<13>1 - h o/n - - - a#012b"))));
  bytes = press_join(bytes, counted(press_zlib(sift_span_of("<13>two\n"))));
  bytes = press_join(bytes, press_copy("<13>three\n", 10));
  expect_bytes(&out, usual, bytes, "R ||-|one\nR o/n||-|a\nb\nR ||-|two\nR ||-|three\n");
  assert_int_equal(out.damages, 0);
  live_release(&out);
  press_free(bytes);
}

static void a_damaged_compressed_record_is_dropped_and_counted(void **state) {
  (void)state;
  struct live out;
  struct sift_span pressed = press_zlib(sift_span_of("<13>one"));
  ((char *)(uintptr_t)pressed.data)[pressed.len - 1] ^= 1;
  struct sift_span bytes = press_join(counted(pressed), press_copy("<13>two\n", 8));
  expect_bytes(&out, usual, bytes, "R ||-|two\n");
  assert_int_equal(out.damage[SIFT_REASON_CORRUPT], 1);
  assert_int_equal(out.damages, 1);
  assert_int_equal(out.status, SIFT_OK);
  live_release(&out);
  press_free(bytes);
}

static void a_compressed_bomb_is_cut_at_the_limit(void **state) {
  (void)state;
  char text[5000];
  char log[MESSAGE_MAX + 20] = "R ||-|";
  struct live out;
  memset(text, 'x', sizeof text);
  memset(log + 6, 'x', MESSAGE_MAX);
  strcat(log, "\nR ||-|two\n");
  struct sift_span bytes = press_join(counted(press_zlib(sift_span(text, sizeof text))), press_copy("<13>two\n", 8));
  expect_bytes(&out, usual, bytes, log);
  assert_int_equal(out.damage[SIFT_REASON_FRAME_TOO_LONG], 1);
  assert_true(out.scratch.inflated.capacity <= 1024);
  live_release(&out);
  press_free(bytes);
}

static void a_stream_compressed_as_a_whole_is_read(void **state) {
  (void)state;
  struct live out;
  struct sift_span record = counted(press_zlib(sift_span_of("<13>two")));
  struct sift_span text = press_join(press_join(press_copy("<13>one\n", 8), record), press_copy("<13>three\n5", 11));
  static struct sift_span (*const presses[])(struct sift_span) = {press_zlib, press_gzip, press_zstd};
  for (size_t i = 0; i < 3; i++) {
    struct sift_span bytes = presses[i](text);
    expect_bytes(&out, usual, bytes, "R ||-|one\nR ||-|two\nR ||-|three\nR ||-|5\n");
    assert_int_equal(out.damages, 0);
    live_release(&out);
    press_free(bytes);
    bytes = press_join(presses[i](text), press_copy("<13>junk", 8));
    expect_bytes(&out, usual, bytes, "R ||-|one\nR ||-|two\nR ||-|three\nR ||-|5\n");
    assert_int_equal(out.damage[SIFT_REASON_TRAILING_BYTES], 1);
    assert_int_equal(out.status, SIFT_ECORRUPT);
    live_release(&out);
    press_free(bytes);
  }
  press_free(text);
}

static void a_compressed_stream_without_an_end_is_whole_behind_whole_messages(void **state) {
  (void)state;
  /* What rsyslog sends: flushed behind each message, never ended. */
  static const unsigned char flushed[] = {0x78, 0x9c, 0x00, 0x08, 0x00, 0xf7, 0xff, '<', '1', '3', '>', 'o', 'n', 'e', '\n'};
  struct live out;
  expect_bytes(&out, usual, sift_span((const char *)flushed, sizeof flushed), "R ||-|one\n");
  assert_int_equal(out.damages, 0);
  live_release(&out);
  expect_bytes(&out, usual, sift_span((const char *)flushed, sizeof flushed - 1), "R ||-|one\n");
  assert_int_equal(out.damage[SIFT_REASON_TRUNCATED], 1);
  live_release(&out);
}

static void what_only_begins_like_a_compressed_stream_is_text(void **state) {
  (void)state;
  expect_well("x\n", "R ||-|x\n");
  expect_well("x", "R ||-|x\n");
  expect_well("xy\n", "R ||-|xy\n");
  expect_well("(a\n", "R ||-|(a\n");
}

static void lines_without_header_belong_to_the_message_before(void **state) {
  (void)state;
  /* As syslog-ng's network() sends a message of several lines. */
  expect_well("orphan\n<11>Jun 11 22:14:15 h o/n[1]: Traceback one\n  File \"x\"\n\tx\n<13>1 - h p/q - - [space id=\"p/q\" "
              "channel=\"run\"] y\n"
              "2024-01-31T10:20:30Z z\n7 <13>two\nrest\n",
              "R ||-|orphan\nR o/n||1718144055.000000000|Traceback one\nR o/n||1718144055.000000000|  File \"x\"\n"
              "R o/n||1718144055.000000000|\tx\nR p/q|run|-|y\nR p/q|run|1706696430.000000000|2024-01-31T10:20:30Z z\nR ||-|two\n"
              "R ||-|rest\n");
}

static void a_name_too_long_to_be_one_is_not_remembered(void **state) {
  (void)state;
  char space[300];
  char log[400];
  char error[200];
  struct sift_origin *origin = NULL;
  struct live out;
  memset(space, 'a', sizeof space);
  strcpy(space + sizeof space - 6, "{app}");
  assert_int_equal(sift_origin_new(&origin, SIFT_PROTOCOL_SYSLOG, space, NULL, NULL, NULL, error, sizeof error), SIFT_OK);
  snprintf(log, sizeof log, "R %.294sx||-|y\nR ||-|rest\n", space);
  expect_bytes(&out, origin, sift_span_of("<13>1 - h x - - - y\nrest\n"), log);
  live_release(&out);
  sift_origin_free(origin);
}

static void folded_lines_and_tabs_are_unfolded(void **state) {
  (void)state;
  expect_well("<13>1 - h o/n - - - Traceback:#012  File \"a\"#012#011x\n", "R o/n||-|Traceback:\n  File \"a\"\n\tx\n");
}

static void structured_data_tells_space_and_channel(void **state) {
  (void)state;
  expect_well("<13>1 - h sshd - - [x a=\"b\"][space@32473 id=\"o/n\" channel=\"b\\\"\"] t\n", "R o/n|b\"|-|t\n");
  expect_well("<13>1 - h sshd - - [space id=\"o\\]n\" channel=\"b\\\"\"] t\n", "R o]n|b\"|-|t\n");
}

static void all_variables_have_their_values(void **state) {
  (void)state;
  struct sift_origin *origin = NULL;
  struct live out;
  char error[200];
  assert_int_equal(sift_origin_new(&origin, SIFT_PROTOCOL_SYSLOG, "{host}/{app}/{procid}/{msgid}/{peer}", "{facility}.{severity}",
                                   "{sd.x.time}", "{sd.x@1.a}{sd.x.a}:{message}", error, sizeof error),
                   SIFT_OK);
  expect_bytes(&out, origin, sift_span_of("<131>1 - h a p m [x@1 a=\"\\]1\" time=\"1706696430\"] text\n"),
               "R h/a/p/m/10.0.0.7|local0.err|1706696430.000000000|]1]1:text\n");
  assert_int_equal(out.damages, 0);
  live_release(&out);
  expect_bytes(&out, origin, sift_span_of("<131>1 - h a p m [x@1 a=\"b\" time=\"soon\"] text\n"),
               "R h/a/p/m/10.0.0.7|local0.err|-|bb:text\n");
  assert_int_equal(out.damage[SIFT_REASON_BAD_TIME], 1);
  live_release(&out);
  sift_origin_free(origin);
}

/* "R ||-|", then as much of a text of x's as a message may be long. */
static const char *cut_log(const char *rest) {
  static char log[MESSAGE_MAX + 100];
  strcpy(log, "R ||-|");
  memset(log + 6, 'x', MESSAGE_MAX);
  strcpy(log + 6 + MESSAGE_MAX, rest);
  return log;
}

static void an_oversized_line_is_cut_and_its_rest_dropped(void **state) {
  (void)state;
  struct live out;
  char bytes[2000];
  memset(bytes, 'x', sizeof bytes);
  strcpy(bytes + 1500, "\n<13>two\n");
  expect(&out, bytes, cut_log("\nR ||-|two\n"));
  assert_int_equal(out.damage[SIFT_REASON_FRAME_TOO_LONG], 1);
  assert_int_equal(out.damages, 1);
  live_release(&out);
  strcpy(bytes + MESSAGE_MAX, "\n<13>two\n");
  expect(&out, bytes, cut_log("\nR ||-|two\n"));
  assert_int_equal(out.damages, 0);
  live_release(&out);
  strcpy(bytes + MESSAGE_MAX, "x\n<13>two\n");
  expect(&out, bytes, cut_log("\nR ||-|two\n"));
  assert_int_equal(out.damages, 1);
  live_release(&out);
}

static void an_endless_line_ends_the_connection(void **state) {
  (void)state;
  struct live out;
  char *bytes = malloc(20 * MESSAGE_MAX + 1);
  memset(bytes, 'x', 20 * MESSAGE_MAX);
  bytes[20 * MESSAGE_MAX] = '\0';
  expect(&out, bytes, cut_log("\n"));
  assert_int_equal(out.damage[SIFT_REASON_FRAME_SYNTAX], 1);
  assert_int_equal(out.status, SIFT_EFORMAT);
  live_release(&out);
  free(bytes);
}

static void an_oversized_counted_frame_is_cut_and_the_next_one_stays(void **state) {
  (void)state;
  struct live out;
  char bytes[2000];
  memset(bytes, 'x', sizeof bytes);
  memcpy(bytes, "1000 <13>", 9);
  strcpy(bytes + 5 + 1000, "7 <13>two");
  char log[MESSAGE_MAX + 100] = "R ||-|";
  memset(log + 6, 'x', MESSAGE_MAX - 4);
  strcat(log, "\nR ||-|two\n");
  expect(&out, bytes, log);
  assert_int_equal(out.damage[SIFT_REASON_FRAME_TOO_LONG], 1);
  assert_int_equal(out.damages, 1);
  live_release(&out);
}

static void an_incomplete_counted_frame_is_told_and_counted(void **state) {
  (void)state;
  struct live out;
  expect(&out, "7 <13>one50 <13>two", "R ||-|one\nR ||-|two\n");
  assert_int_equal(out.damage[SIFT_REASON_TRUNCATED], 1);
  live_release(&out);
}

static void what_the_sink_refuses_ends_the_call(void **state) {
  (void)state;
  struct live out;
  size_t left = 0;
  live_init(&out, usual);
  out.refuse = SIFT_EIO;
  live_run(&out, sift_syslog_protocol_new, sift_span_of("<13>one\n<13>two\n"), 0, &left);
  assert_int_equal(out.status, SIFT_EIO);
  assert_int_equal(out.records, 1);
  live_release(&out);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(newline_frames_are_read),
      cmocka_unit_test(nul_frames_are_read),
      cmocka_unit_test(counted_frames_are_read),
      cmocka_unit_test(a_newline_at_the_end_of_a_counted_frame_is_no_text),
      cmocka_unit_test(a_newline_within_a_counted_frame_divides_lines),
      cmocka_unit_test(a_newline_between_counted_frames_is_passed_over),
      cmocka_unit_test(framing_is_told_frame_by_frame),
      cmocka_unit_test(a_line_that_begins_with_a_date_or_number_is_no_count),
      cmocka_unit_test(counted_frames_without_pri_are_read_where_all_were_counted),
      cmocka_unit_test(compressed_records_of_rsyslog_are_read_among_lines),
      cmocka_unit_test(a_damaged_compressed_record_is_dropped_and_counted),
      cmocka_unit_test(a_compressed_bomb_is_cut_at_the_limit),
      cmocka_unit_test(a_stream_compressed_as_a_whole_is_read),
      cmocka_unit_test(a_compressed_stream_without_an_end_is_whole_behind_whole_messages),
      cmocka_unit_test(what_only_begins_like_a_compressed_stream_is_text),
      cmocka_unit_test(lines_without_header_belong_to_the_message_before),
      cmocka_unit_test(a_name_too_long_to_be_one_is_not_remembered),
      cmocka_unit_test(folded_lines_and_tabs_are_unfolded),
      cmocka_unit_test(structured_data_tells_space_and_channel),
      cmocka_unit_test(all_variables_have_their_values),
      cmocka_unit_test(an_oversized_line_is_cut_and_its_rest_dropped),
      cmocka_unit_test(an_endless_line_ends_the_connection),
      cmocka_unit_test(an_oversized_counted_frame_is_cut_and_the_next_one_stays),
      cmocka_unit_test(an_incomplete_counted_frame_is_told_and_counted),
      cmocka_unit_test(what_the_sink_refuses_ends_the_call),
  };
  return cmocka_run_group_tests(tests, make_origin, free_origin);
}
