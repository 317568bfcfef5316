#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/measure_support.h"
#include "tools/measure/bare.h"

static void each_mode_runs_and_tells_its_size(void **state) {
  (void)state;
  struct scene scene;
  scene_init(&scene, 100);
  for (int mode = 0; mode < SIFT_BARE_MODES; mode++) {
    struct sift_bare *bare = NULL;
    assert_int_equal(sift_bare_new(&bare, scene.database, (enum sift_bare_mode)mode), SIFT_OK);
    assert_int_equal(sift_bare_run(bare, &scene.pieces), SIFT_OK);
    assert_int_equal(sift_bare_run(bare, &scene.pieces), SIFT_OK);
    assert_true(sift_bare_bytes(bare) > 0);
    assert_int_equal(sift_bare_stream_bytes(bare) > 0, mode == SIFT_BARE_STREAM);
    sift_bare_free(bare);
  }
  scene_release(&scene);
}

/* A match that lies across two pieces of a part is found by streams and vectors alone, so each piece is where it belongs. */
static void modes_see_what_they_say(void **state) {
  (void)state;
  static const char text[] = "zyzzyva quux zyzzyva quux";
  struct scene scene;
  scene_init(&scene, 100);
  char *padded = test_padded(text, sizeof text - 1);
  struct sift_corpus_part parts[2] = {{"one", 0, 20}, {"two", 20, 25}};
  struct sift_corpus corpus = {.text = padded, .len = 25, .parts = parts, .part_count = 2};
  struct sift_piece items[3] = {{0, 6, 0, 0}, {6, 14, 0, 0}, {20, 5, 1, 0}};
  const struct sift_pieces pieces = {.corpus = &corpus, .items = items, .count = 3};
  static const uint64_t expected[SIFT_BARE_MODES] = {0, 1, 1}; /* the second text lies across two parts: never */
  for (int mode = 0; mode < SIFT_BARE_MODES; mode++) {
    struct sift_bare *bare = NULL;
    assert_int_equal(sift_bare_new(&bare, scene.database, (enum sift_bare_mode)mode), SIFT_OK);
    assert_int_equal(sift_bare_run(bare, &pieces), SIFT_OK);
    assert_int_equal(sift_bare_matches(bare), expected[mode]);
    sift_bare_free(bare);
  }
  free(padded);
  scene_release(&scene);
}

static void without_a_scan_there_is_nothing_to_run(void **state) {
  (void)state;
  struct sift_pieces none = {.count = 0};
  assert_int_equal(sift_bare_run(NULL, &none), SIFT_OK);
  assert_int_equal(sift_bare_bytes(NULL), 0);
  assert_string_equal(sift_bare_mode_name(SIFT_BARE_VECTORED), "vectored");
  sift_bare_free(NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_mode_runs_and_tells_its_size),
      cmocka_unit_test(modes_see_what_they_say),
      cmocka_unit_test(without_a_scan_there_is_nothing_to_run),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
