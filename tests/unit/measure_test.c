#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/typical.h"
#include "tests/unit/measure_support.h"
#include "tools/measure/measure.h"

static void expect_series(const struct sift_figures *figures, const char *expected) {
  bool found = false;
  for (size_t i = 0; i < figures->series_count; i++) {
    char name[SIFT_SERIES_NAME_BYTES];
    sift_series_name(name, &figures->series[i]);
    found = found || strcmp(name, expected) == 0;
  }
  assert_true(found);
}

static void the_whole_measure_counts_what_is_there(void **state) {
  (void)state;
  struct scene scene;
  struct sift_figures figures;
  scene_init(&scene, 1000);
  const struct sift_measure_config config = {.database = scene.database,
                                             .typical = sift_typical_text(),
                                             .corpus = &scene.corpus,
                                             .compile_seconds = 7,
                                             .seconds = 0.01,
                                             .rounds = 2,
                                             .threads = 3,
                                             .marginal = true};
  assert_int_equal(sift_measure_run(&figures, &config), SIFT_OK);
  assert_int_equal(figures.found.hits, 300);
  assert_int_equal(figures.costs[0].woken, 200);
  uint64_t hits = 0;
  for (int i = 0; i < SCENE_RULES; i++) {
    hits += figures.costs[i].hits;
  }
  assert_int_equal(hits, figures.found.hits);
  const struct sift_sizes *sizes = &figures.sizes;
  assert_true(sizes->parts.literals_bytes > 0 && sizes->parts.rest_bytes > 0);
  assert_int_equal(sizes->database,
                   sizes->parts.wake_bytes + sizes->parts.literals_bytes + sizes->parts.rest_bytes + sizes->parts.confirm_bytes);
  assert_true(figures.marginal.measurements >= 3 && figures.start_seconds > 0);
  static const char *const names[] = {"wake", "path/threads:1", "path/threads:2", "path/threads:3", "path/rules:1", "path/rules:3"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    expect_series(&figures, names[i]);
  }
  sift_figures_release(&figures);
  scene_release(&scene);
}

static void one_round_measures_no_gains(void **state) {
  (void)state;
  struct scene scene;
  struct sift_figures figures;
  scene_init(&scene, 1000);
  const struct sift_measure_config config = {.typical = sift_typical_text(),
                                             .database = scene.database,
                                             .corpus = &scene.corpus,
                                             .seconds = 0.01,
                                             .rounds = 1,
                                             .threads = 1,
                                             .marginal = true};
  assert_int_equal(sift_measure_run(&figures, &config), SIFT_OK);
  assert_int_equal(figures.marginal.measurements, 0);
  sift_figures_release(&figures);
  scene_release(&scene);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_whole_measure_counts_what_is_there),
      cmocka_unit_test(one_round_measures_no_gains),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
