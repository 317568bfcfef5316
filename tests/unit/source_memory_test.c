#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "source_support.h"

static void bytes_come_in_steps_and_then_the_end(void **state) {
  (void)state;
  struct sift_source *source = NULL;
  char buffer[10];
  size_t got = 0;
  assert_int_equal(sift_source_memory(&source, "abcdefg", 7, 3), SIFT_OK);
  assert_int_equal(sift_source_read(source, buffer, 2, &got), SIFT_OK);
  assert_int_equal(got, 2);
  assert_int_equal(sift_source_read(source, buffer, sizeof buffer, &got), SIFT_OK);
  assert_int_equal(got, 3);
  assert_memory_equal(buffer, "cde", 3);
  assert_int_equal(sift_source_read(source, buffer, sizeof buffer, &got), SIFT_OK);
  assert_int_equal(got, 2);
  assert_int_equal(sift_source_read(source, buffer, sizeof buffer, &got), SIFT_END);
  assert_int_equal(got, 0);
  assert_int_equal(source->consumed, 7);
  sift_source_free(source);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(bytes_come_in_steps_and_then_the_end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
