#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "engine/batch.h"
#include "ingest/serve/bytes.h"

static void what_is_there_is_kept_and_padded(void **state) {
  (void)state;
  struct sift_bytes bytes = {0};
  assert_true(sift_bytes_reserve(&bytes, 0));
  assert_null(bytes.data);
  assert_true(sift_bytes_reserve(&bytes, 5));
  memcpy(bytes.data, "hello", 5);
  assert_true(sift_bytes_reserve(&bytes, 100 * 1000));
  assert_true(bytes.capacity >= 100 * 1000 && bytes.capacity < 300 * 1000);
  assert_memory_equal(bytes.data, "hello", 5);
  for (size_t i = 0; i < SIFT_PADDING; i++) {
    assert_int_equal(bytes.data[bytes.capacity + i], 0);
  }
  sift_bytes_release(&bytes);
  assert_null(bytes.data);
}

static void what_fits_costs_nothing(void **state) {
  (void)state;
  struct sift_bytes bytes = {0};
  assert_true(sift_bytes_reserve(&bytes, 1000));
  char *data = bytes.data;
  size_t capacity = bytes.capacity;
  assert_true(sift_bytes_reserve(&bytes, capacity));
  assert_ptr_equal(bytes.data, data);
  sift_bytes_release(&bytes);
}

static void more_than_there_can_be_is_refused_and_nothing_changes(void **state) {
  (void)state;
  struct sift_bytes bytes = {0};
  assert_true(sift_bytes_reserve(&bytes, 10));
  char *data = bytes.data;
  assert_false(sift_bytes_reserve(&bytes, SIZE_MAX));
  assert_ptr_equal(bytes.data, data);
  sift_bytes_release(&bytes);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_there_is_kept_and_padded),
      cmocka_unit_test(what_fits_costs_nothing),
      cmocka_unit_test(more_than_there_can_be_is_refused_and_nothing_changes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
