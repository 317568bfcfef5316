#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>

#include "tools/measure/child.h"

static struct sift_child_result run(const char *script, double seconds, size_t bytes) {
  const char *const argv[] = {"sh", "-c", script, NULL};
  struct sift_child_result result;
  const struct sift_child_config config = {.program = "sh", .argv = argv, .out_bytes_max = bytes, .seconds_max = seconds};
  assert_int_equal(sift_child_run(&result, &config), SIFT_OK);
  return result;
}

static void what_is_printed_is_taken_and_the_first_complaint(void **state) {
  (void)state;
  struct sift_child_result result = run("cat; echo one; echo first >&2; echo second >&2; echo two", 60, 100);
  assert_true(sift_child_good(&result));
  assert_int_equal(result.out_len, 8);
  assert_memory_equal(result.out, "one\ntwo\n", 8);
  assert_string_equal(result.complaint, "first\n");
  sift_child_release(&result);
}

static void how_it_ended_is_told(void **state) {
  (void)state;
  struct sift_child_result result = run("exit 7", 60, 100);
  assert_false(sift_child_good(&result));
  assert_int_equal(result.exit_status, 7);
  sift_child_release(&result);
  result = run("kill -9 $$", 60, 100);
  assert_false(sift_child_good(&result));
  assert_int_equal(result.signal, SIGKILL);
  sift_child_release(&result);
}

static void neither_time_nor_output_goes_beyond_its_bounds(void **state) {
  (void)state;
  struct sift_child_result result = run("exec sleep 100", 0.05, 100);
  assert_true(result.late && !sift_child_good(&result));
  sift_child_release(&result);
  result = run("exec sleep 100 >&- 2>&-", 0.05, 100); /* its ends are closed, and still it does not end */
  assert_true(result.late && !sift_child_good(&result));
  sift_child_release(&result);
  result = run("echo 123456789; exec sleep 100", 60, 9);
  assert_true(result.too_much && !sift_child_good(&result));
  sift_child_release(&result);
}

static void what_is_no_program_is_told(void **state) {
  (void)state;
  static const char *const argv[] = {"x", NULL};
  struct sift_child_result result;
  const struct sift_child_config config = {.program = "/nowhere/at/all", .argv = argv, .out_bytes_max = 10, .seconds_max = 60};
  assert_int_equal(sift_child_run(&result, &config), SIFT_OK);
  assert_int_equal(result.start_error, ENOENT);
  assert_false(sift_child_good(&result));
  sift_child_release(&result);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_printed_is_taken_and_the_first_complaint),
      cmocka_unit_test(how_it_ended_is_told),
      cmocka_unit_test(neither_time_nor_output_goes_beyond_its_bounds),
      cmocka_unit_test(what_is_no_program_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
