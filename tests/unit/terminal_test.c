#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "tools/spacesift/terminal.h"

static struct sift_text text;

static int begin(void **state) {
  (void)state;
  sift_text_init(&text, false);
  return 0;
}

static int end(void **state) {
  (void)state;
  sift_text_release(&text);
  return 0;
}

static void assert_text(const char *expected) {
  assert_false(text.failed);
  assert_int_equal(text.len, strlen(expected));
  assert_memory_equal(text.bytes, expected, text.len);
  sift_text_clear(&text);
}

static void assert_safe(const char *bytes, size_t len, size_t columns, const char *expected, size_t taken) {
  assert_int_equal(sift_text_safe(&text, sift_span(bytes, len), columns), taken);
  assert_text(expected);
}

static void control_bytes_are_written_out(void **state) {
  (void)state;
  assert_safe("\x1b[31mred\r\n\a\x7f", 12, 100, "\\x1b[31mred\\x0d\\x0a\\x07\\x7f", 27);
  assert_safe("a\tb", 3, 100, "a b", 3);
  assert_safe("\0", 1, 100, "\\x00", 4);
}

static void eight_bit_controls_and_invalid_bytes_are_written_out(void **state) {
  (void)state;
  assert_safe("\xC2\x9B"
              "31m",
              5, 100, "\\u{9b}31m", 9);
  assert_safe("\xFF\xE2\x82", 3, 100, "\\xff\\xe2\\x82", 12);
}

static void characters_that_turn_or_hide_text_are_written_out(void **state) {
  (void)state;
  assert_safe("a\u202Eb", 5, 100, "a\\u{202e}b", 10);
  assert_safe("\u200B\uFEFF\u2066", 9, 100, "\\u{200b}\\u{feff}\\u{2066}", 24);
}

static void other_characters_stay_and_wide_ones_take_two_columns(void **state) {
  (void)state;
  assert_safe("é€", 5, 100, "é€", 2);
  assert_safe("日本🎬", 10, 100, "日本🎬", 6);
  assert_safe("e\u0301", 3, 100, "e\u0301", 1);
}

static void a_cut_ends_in_an_ellipsis_within_the_columns(void **state) {
  (void)state;
  assert_safe("abcdef", 6, 6, "abcdef", 6);
  assert_safe("abcdef", 6, 5, "abcd…", 5);
  assert_safe("abcdef", 6, 1, "…", 1);
  assert_safe("abcdef", 6, 0, "", 0);
  assert_safe("日本", 6, 3, "日…", 3);
  assert_safe("a\x1b\x1b", 3, 6, "a\\x1b…", 6);
}

static void a_column_is_filled_up(void **state) {
  (void)state;
  sift_text_column(&text, sift_span_of("ab"), 4);
  assert_text("ab  ");
  sift_text_column(&text, sift_span_of("abcdef"), 4);
  assert_text("abc…");
}

static void styles_appear_only_where_colour_is_wanted(void **state) {
  (void)state;
  sift_text_style(&text, SIFT_STYLE_RED);
  assert_text("");
  text.colour = true;
  sift_text_style(&text, sift_text_severity_style(SIFT_FATAL));
  sift_text_style(&text, SIFT_STYLE_PLAIN);
  assert_text("\x1b[31m\x1b[0m");
}

static void numbers_are_grouped_and_bytes_rounded(void **state) {
  (void)state;
  char out[SIFT_NUMBER_BYTES];
  assert_string_equal(sift_text_number(out, 0), "0");
  assert_string_equal(sift_text_number(out, 999), "999");
  assert_string_equal(sift_text_number(out, 1000), "1,000");
  assert_string_equal(sift_text_number(out, UINT64_MAX), "18,446,744,073,709,551,615");
  assert_string_equal(sift_text_bytes(out, 999), "999 B");
  assert_string_equal(sift_text_bytes(out, 1000), "1.0 kB");
  assert_string_equal(sift_text_bytes(out, 999999), "1.0 MB");
  assert_string_equal(sift_text_bytes(out, UINT64_MAX), "18.4 EB");
}

static void a_stream_that_takes_nothing_is_an_error(void **state) {
  (void)state;
  FILE *full = fopen("/dev/full", "w");
  assert_non_null(full);
  setvbuf(full, NULL, _IONBF, 0);
  sift_text_put(&text, "x");
  assert_int_equal(sift_text_write(&text, full), SIFT_EIO);
  assert_int_equal(sift_terminal_width(full), 0);
  fclose(full);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(control_bytes_are_written_out),
      TEST(eight_bit_controls_and_invalid_bytes_are_written_out),
      TEST(characters_that_turn_or_hide_text_are_written_out),
      TEST(other_characters_stay_and_wide_ones_take_two_columns),
      TEST(a_cut_ends_in_an_ellipsis_within_the_columns),
      TEST(a_column_is_filled_up),
      TEST(styles_appear_only_where_colour_is_wanted),
      TEST(numbers_are_grouped_and_bytes_rounded),
      TEST(a_stream_that_takes_nothing_is_an_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
