#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/measure_support.h"
#include "tools/measure/path.h"

/* Whatever the batches and the threads. */
static void the_path_finds_what_is_there(void **state) {
  (void)state;
  static const uint32_t batches[] = {30, 1000, 1000000};
  for (int i = 0; i < 3; i++) {
    struct scene scene;
    scene_init(&scene, batches[i]);
    for (unsigned threads = 0; threads < 8; threads += 3) {
      struct sift_path_result found;
      const struct sift_path_config config = {.database = scene.database, .pieces = &scene.pieces, .threads = threads};
      assert_int_equal(sift_path_run(&config, &found), SIFT_OK);
      assert_int_equal(found.hits, 300);
      assert_int_equal(found.confirmed, 300);
      assert_true(found.woken >= found.confirmed);
      assert_int_equal(found.event_bytes, 0);
    }
    scene_release(&scene);
  }
}

static void events_are_made_where_they_are_asked_for(void **state) {
  (void)state;
  struct scene scene;
  struct sift_path_result found;
  scene_init(&scene, 1000);
  const struct sift_path_config config = {.database = scene.database, .pieces = &scene.pieces, .events = true};
  assert_int_equal(sift_path_run(&config, &found), SIFT_OK);
  assert_int_equal(found.hits, 300);
  assert_true(found.event_bytes > 0);
  scene_release(&scene);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_path_finds_what_is_there),
      cmocka_unit_test(events_are_made_where_they_are_asked_for),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
