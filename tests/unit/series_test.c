#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/measure_support.h"
#include "tools/measure/series.h"

static void every_way_gives_a_series_of_its_rounds(void **state) {
  (void)state;
  struct scene scene;
  struct sift_runner runners[SIFT_WAYS];
  struct sift_figures figures = {0};
  scene_init(&scene, 1000);
  for (int i = 0; i < SIFT_WAYS; i++) {
    assert_int_equal(sift_runner_init(&runners[i], (enum sift_way)i, scene.database, &scene.pieces, 0), SIFT_OK);
  }
  for (size_t turn = 1; turn < 4; turn++) { /* the list grows */
    assert_int_equal(sift_series_add(&figures, runners, SIFT_WAYS, 2), SIFT_OK);
    assert_int_equal(figures.series_count, turn * SIFT_WAYS);
  }
  for (size_t i = 0; i < figures.series_count; i++) {
    assert_int_equal(figures.series[i].way, i % SIFT_WAYS);
    assert_int_equal(figures.series[i].timing.rounds, 2);
    assert_int_equal(figures.series[i].timing.bytes, scene.corpus.len);
  }
  for (int i = 0; i < SIFT_WAYS; i++) {
    sift_runner_release(&runners[i]);
  }
  sift_figures_release(&figures);
  scene_release(&scene);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_way_gives_a_series_of_its_rounds),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
