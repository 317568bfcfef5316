#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tools/measure/figures.h"

static void names_tell_way_and_place(void **state) {
  (void)state;
  static const struct {
    struct sift_point point;
    const char *name;
  } known[] = {
      {{.way = SIFT_WAY_BARE_STREAM, .chart = SIFT_CHART_WAY}, "bare/stream"},
      {{.way = SIFT_WAY_PATH, .chart = SIFT_CHART_BATCH, .at = 65536}, "path/batch:65536"},
      {{.way = SIFT_WAY_PATH, .chart = SIFT_CHART_THREADS, .at = 2}, "path/threads:2"},
      {{.way = SIFT_WAY_BARE_BLOCK, .chart = SIFT_CHART_RULES, .at = UINT64_MAX}, "bare/block/rules:18446744073709551615"}};
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
    char name[SIFT_SERIES_NAME_BYTES];
    sift_series_name(name, &known[i].point);
    assert_string_equal(name, known[i].name);
  }
}

static void ratios_are_of_the_bare_scan_of_the_same_rounds(void **state) {
  (void)state;
  struct sift_point series[] = {{SIFT_WAY_PATH, SIFT_CHART_RULES, 5, {.cpu = {9, 9}, .rounds = 2, .bytes = 10}},
                                {SIFT_WAY_BARE_BLOCK, SIFT_CHART_WAY, 0, {.cpu = {4, 8}, .rounds = 2, .bytes = 10}},
                                {SIFT_WAY_PATH, SIFT_CHART_WAY, 0, {.cpu = {1, 2}, .rounds = 2, .bytes = 10}}};
  struct sift_figures figures = {.series = series, .series_count = 3};
  assert_ptr_equal(sift_figures_way(&figures, SIFT_WAY_PATH), &series[2]);
  assert_null(sift_figures_way(&figures, SIFT_WAY_WAKE));
  struct sift_ratio ratio = sift_figures_ratio(&figures, SIFT_WAY_PATH);
  assert_true(ratio.value > 3.99 && ratio.value < 4.01 && ratio.pairs == 2);
  assert_int_equal(sift_figures_ratio(&figures, SIFT_WAY_WAKE).pairs, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(names_tell_way_and_place),
      cmocka_unit_test(ratios_are_of_the_bare_scan_of_the_same_rounds),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
