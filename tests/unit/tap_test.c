#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "ingest/serve/tap.h"

static void wake(void *context) {
  __atomic_fetch_add((int *)context, 1, __ATOMIC_RELAXED);
}

static struct sift_tap *make(size_t bytes_max, int *woken) {
  struct sift_tap *tap = NULL;
  *woken = 0;
  assert_int_equal(sift_tap_new(&tap, bytes_max, wake, woken), SIFT_OK);
  return tap;
}

static void publish(struct sift_tap *tap, const char *events) {
  sift_tap_publish(tap, sift_span_of("H"), sift_span_of(events));
}

static void assert_taken(struct sift_tap *tap, const char *want) {
  char *bytes = NULL;
  size_t size = 0;
  assert_true(sift_tap_take(tap, &bytes, &size));
  assert_int_equal(size, strlen(want));
  assert_memory_equal(bytes, want, size);
  free(bytes);
}

static void assert_empty(struct sift_tap *tap) {
  char *bytes = NULL;
  size_t size = 0;
  assert_false(sift_tap_take(tap, &bytes, &size));
}

static void test_nothing_is_kept_while_nobody_listens(void **state) {
  (void)state;
  int woken;
  struct sift_tap *tap = make(100, &woken);
  assert_false(sift_tap_wanted(tap));
  publish(tap, "abc");
  assert_empty(tap);
  assert_int_equal(woken, 0);
  assert_int_equal(sift_tap_dropped(tap), 0);
  sift_tap_free(tap);
}

static void test_blocks_come_in_order_behind_their_header(void **state) {
  (void)state;
  int woken;
  struct sift_tap *tap = make(100, &woken);
  sift_tap_listen(tap, true);
  assert_true(sift_tap_wanted(tap));
  publish(tap, "one");
  publish(tap, "two");
  publish(tap, "");
  assert_int_equal(woken, 1); /* the queue was empty once */
  assert_taken(tap, "Hone");
  assert_taken(tap, "Htwo");
  assert_empty(tap);
  publish(tap, "three");
  assert_int_equal(woken, 2);
  sift_tap_free(tap); /* with a block in it */
}

static void test_what_does_not_fit_is_dropped_and_counted(void **state) {
  (void)state;
  int woken;
  struct sift_tap *tap = make(8, &woken);
  sift_tap_listen(tap, true);
  publish(tap, "123");  /* 4 of 8 */
  publish(tap, "1234"); /* 9 */
  publish(tap, "456");  /* 8 */
  publish(tap, "7");
  assert_int_equal(sift_tap_dropped(tap), 2);
  assert_taken(tap, "H123");
  assert_taken(tap, "H456");
  assert_empty(tap);
  publish(tap, "1234567");
  assert_taken(tap, "H1234567");
  sift_tap_free(tap);
}

static void test_to_stop_listening_forgets(void **state) {
  (void)state;
  int woken;
  struct sift_tap *tap = make(8, &woken);
  sift_tap_listen(tap, true);
  publish(tap, "1234567");
  sift_tap_listen(tap, false);
  assert_empty(tap);
  sift_tap_listen(tap, true);
  publish(tap, "1234567"); /* the room is free again */
  assert_taken(tap, "H1234567");
  sift_tap_free(tap);
}

enum { THREADS = 4, BLOCKS = 2000 };

static void *publish_many(void *context) {
  for (int i = 0; i < BLOCKS; i++) {
    publish(context, "0123456789");
  }
  return NULL;
}

static void test_every_block_is_taken_or_counted(void **state) {
  (void)state;
  int woken;
  struct sift_tap *tap = make(1000, &woken);
  sift_tap_listen(tap, true);
  pthread_t threads[THREADS];
  for (int i = 0; i < THREADS; i++) {
    assert_int_equal(pthread_create(&threads[i], NULL, publish_many, tap), 0);
  }
  uint64_t taken = 0;
  char *bytes = NULL;
  size_t size = 0;
  for (int i = 0; i < 20000; i++) {
    if (sift_tap_take(tap, &bytes, &size)) {
      free(bytes);
      taken++;
    }
  }
  for (int i = 0; i < THREADS; i++) {
    pthread_join(threads[i], NULL);
  }
  while (sift_tap_take(tap, &bytes, &size)) {
    free(bytes);
    taken++;
  }
  assert_int_equal(taken + sift_tap_dropped(tap), THREADS * BLOCKS);
  sift_tap_free(tap);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_nothing_is_kept_while_nobody_listens),
      cmocka_unit_test(test_blocks_come_in_order_behind_their_header),
      cmocka_unit_test(test_what_does_not_fit_is_dropped_and_counted),
      cmocka_unit_test(test_to_stop_listening_forgets),
      cmocka_unit_test(test_every_block_is_taken_or_counted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
