#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/measure_support.h"
#include "tools/measure/wake_scan.h"

/* 100 lines of the sampler, 200 of the literal matcher (half of them no hits), 100 of the rest database. */
static void what_wakes_is_what_each_of_the_three_finds(void **state) {
  (void)state;
  static const uint32_t batches[] = {30, 1000000};
  for (int i = 0; i < 2; i++) {
    struct scene scene;
    struct sift_wake *wake = NULL;
    scene_init(&scene, batches[i]);
    assert_int_equal(sift_wake_new(&wake, scene.database), SIFT_OK);
    assert_int_equal(sift_wake_run(wake, &scene.pieces), SIFT_OK);
    assert_int_equal(sift_wake_matches(wake), 400);
    sift_wake_free(wake);
    scene_release(&scene);
  }
  sift_wake_free(NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_wakes_is_what_each_of_the_three_finds),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
