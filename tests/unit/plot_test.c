#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tools/measure/plot.h"

static char *drawn(const struct sift_plot *plot) {
  struct sift_text text;
  sift_text_init(&text, false);
  sift_plot_svg(&text, plot);
  sift_text_append(&text, sift_span("", 1));
  assert_false(text.failed);
  char *copy = strdup(text.bytes);
  sift_text_release(&text);
  return copy;
}

static void the_ends_of_the_axes_are_the_ends_of_the_frame(void **state) {
  (void)state;
  struct sift_plot plot = {.title = "t", .x_name = "x", .y_name = "y", .binary = true, .count = 1};
  plot.lines[0].name = "l";
  sift_plot_add(&plot.lines[0], 65536, 0);
  sift_plot_add(&plot.lines[0], 262144, 50);
  sift_plot_add(&plot.lines[0], 1048576, 100);
  char *svg = drawn(&plot);
  assert_non_null(strstr(svg, "points=\"56.0,216.0 252.0,122.0 448.0,28.0\""));
  assert_non_null(strstr(svg, ">64 KiB<"));
  assert_non_null(strstr(svg, ">1 MiB<"));
  free(svg);
}

static void one_point_stands_in_the_middle(void **state) {
  (void)state;
  struct sift_plot plot = {.title = "t", .x_name = "x", .y_name = "y", .count = 1};
  plot.lines[0].name = "l";
  sift_plot_add(&plot.lines[0], 1, 7);
  char *svg = drawn(&plot);
  assert_non_null(strstr(svg, "points=\"252.0,"));
  assert_null(strstr(svg, "nan"));
  free(svg);
}

static void nothing_is_drawn_of_nothing(void **state) {
  (void)state;
  struct sift_plot plot = {.title = "t", .x_name = "x", .y_name = "y", .count = 2};
  char *svg = drawn(&plot);
  assert_string_equal(svg, "");
  free(svg);
}

static void points_beyond_the_room_and_without_a_place_are_left_out(void **state) {
  (void)state;
  struct sift_plot_line line = {.count = 0};
  sift_plot_add(&line, 0, 5);
  sift_plot_add(&line, 1, 1.0 / 0.0);
  assert_int_equal(line.count, 0);
  for (int i = 0; i < 2 * SIFT_PLOT_POINTS_MAX; i++) {
    sift_plot_add(&line, i + 1, i);
  }
  assert_int_equal(line.count, SIFT_PLOT_POINTS_MAX);
}

static void markup_becomes_text(void **state) {
  (void)state;
  struct sift_text text;
  sift_text_init(&text, false);
  sift_html_escape(&text, sift_span_of("<a href='x'>\"&\x1b"));
  sift_text_append(&text, sift_span("", 1));
  assert_string_equal(text.bytes, "&lt;a href=&#39;x&#39;&gt;&quot;&amp;\xef\xbf\xbd");
  sift_text_release(&text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_ends_of_the_axes_are_the_ends_of_the_frame),
      cmocka_unit_test(one_point_stands_in_the_middle),
      cmocka_unit_test(nothing_is_drawn_of_nothing),
      cmocka_unit_test(points_beyond_the_room_and_without_a_place_are_left_out),
      cmocka_unit_test(markup_becomes_text),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
