#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ingest/serve/checkpoint_internal.h"
#include "tests/unit/checkpoint_support.h"

enum { STEPS = 16 };

static void the_newest_comes_back_and_two_are_kept(void **state) {
  struct checkpoint_fixture *fixture = *state;
  assert_int_equal(load_value(fixture, SIFT_OK), 0);
  write_bytes_to(fixture->path, "other", "stays", 5);
  for (int value = 1; value <= 5; value++) {
    assert_int_equal(write_checkpoint(fixture, value), SIFT_OK);
    assert_int_equal(load_value(fixture, SIFT_OK), value);
    assert_int_equal(count_files(fixture), value == 1 ? 3 : 5);
    if (value == 3) {
      checkpoints_open(fixture);
    }
  }
  assert_int_equal(fixture->refusals, 0);
}

/* Each step fails once: the old stands, and the next try succeeds and leaves no rests. */
static void a_failure_leaves_the_old_and_is_told(void **state) {
  struct checkpoint_fixture *fixture = *state;
  int value = 1;
  int failures = 0;
  fixture->disk.half = true;
  assert_int_equal(write_checkpoint(fixture, value), SIFT_OK);
  for (uint64_t step = 0; step < STEPS; step++) {
    fixture->disk.file_count = 0;
    test_disk_plan(&fixture->disk, DISK_ANY & ~(unsigned)DISK_UNLINK, step, 1, ENOSPC);
    enum sift_status status = write_checkpoint(fixture, value + 1);
    test_disk_plan(&fixture->disk, 0, 0, 0, 0);
    if (status == SIFT_OK) {
      value++;
      assert_int_equal(load_value(fixture, SIFT_OK), value);
      continue;
    }
    failures++;
    assert_int_equal(status, SIFT_EIO);
    assert_non_null(strstr(fixture->error, fixture->path));
    assert_non_null(strstr(fixture->error, strerror(ENOSPC)));
    int found = load_value(fixture, SIFT_OK);
    assert_true(found == value || found == value + 1); /* the last step: the names are there, but may not last */
    assert_int_equal(write_checkpoint(fixture, value + 2), SIFT_OK);
    value += 2;
    assert_int_equal(load_value(fixture, SIFT_OK), value);
    assert_int_equal(count_files(fixture), 4);
  }
  assert_int_equal(failures, 13); /* create, parts, sync, rename; create, write, sync, rename; sync of the directory */
}

/* The process or the power goes at each step: the old or the new, never anything else. */
static void a_crash_at_any_step_leaves_the_old_or_the_new(void **state) {
  struct checkpoint_fixture *fixture = *state;
  int value = 1;
  fixture->disk.half = true;
  assert_int_equal(write_checkpoint(fixture, value), SIFT_OK);
  assert_int_equal(write_checkpoint(fixture, ++value), SIFT_OK);
  for (int power = 0; power < 2; power++) {
    for (uint64_t step = 0; step < STEPS; step++) {
      test_disk_plan(&fixture->disk, DISK_ANY, step, UINT64_MAX, EIO);
      enum sift_status status = write_checkpoint(fixture, value + 1);
      test_disk_plan(&fixture->disk, 0, 0, 0, 0);
      if (power) {
        test_disk_cut_power(&fixture->disk, fixture->path);
      }
      checkpoints_open(fixture);
      int found = load_value(fixture, SIFT_OK);
      assert_true(status == SIFT_OK ? found == value + 1 : found == value || found == value + 1);
      assert_true(!power || status == SIFT_OK || found == value);
      assert_int_equal(write_checkpoint(fixture, found + 1), SIFT_OK);
      value = found + 1;
      assert_int_equal(load_value(fixture, SIFT_OK), value);
      assert_int_equal(count_files(fixture), 4);
    }
  }
}

static enum sift_status refuse_state(void *context, struct sift_state_output output) {
  (void)context;
  (void)output;
  return SIFT_ENOMEM;
}

static void what_the_state_says_is_passed_on(void **state) {
  struct checkpoint_fixture *fixture = *state;
  struct sift_checkpoint_content content = {.write_state = refuse_state};
  assert_int_equal(sift_checkpoints_write(fixture->checkpoints, &content, fixture->error, sizeof fixture->error), SIFT_ENOMEM);
  assert_non_null(strstr(fixture->error, "out of memory"));
  assert_int_equal(count_files(fixture), 0);
  content.position_count = SIFT_CHECKPOINT_LOOPS_MAX + 1;
  assert_int_equal(sift_checkpoints_write(fixture->checkpoints, &content, fixture->error, sizeof fixture->error), SIFT_ELIMIT);
}

static void names_are_told_apart(void **state) {
  (void)state;
  char name[SIFT_CHECKPOINT_NAME_BYTES];
  uint64_t number = 0;
  enum sift_checkpoint_part part = SIFT_CHECKPOINT_UNFINISHED;
  sift_checkpoint_name(name, 42, SIFT_CHECKPOINT_MANIFEST, false);
  assert_string_equal(name, "checkpoint-00000000000000000042.manifest");
  assert_true(sift_checkpoint_name_parse(name, &number, &part));
  assert_true(number == 42 && part == SIFT_CHECKPOINT_MANIFEST);
  sift_checkpoint_name(name, INT64_MAX, SIFT_CHECKPOINT_STATE, true);
  assert_true(sift_checkpoint_name_parse(name, &number, &part));
  assert_true(number == INT64_MAX && part == SIFT_CHECKPOINT_UNFINISHED);
  static const char *const others[] = {"checkpoint-42.state",
                                       "checkpoint-00000000000000000042",
                                       "checkpoint-00000000000000000042.states",
                                       "checkpoint-00000000000000000042.state.newer",
                                       "checkpoint-000000000000000000042.state",
                                       "checkpoint-99999999999999999999.state",
                                       "checkpoint-18446744073709551615.state",
                                       "lock"};
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
    assert_false(sift_checkpoint_name_parse(others[i], &number, &part));
  }
}

static void a_directory_that_cannot_be_is_told(void **state) {
  struct checkpoint_fixture *fixture = *state;
  struct sift_checkpoints *checkpoints = NULL;
  char path[2 * TEST_PATH_BYTES];
  snprintf(path, sizeof path, "%s/no/such", fixture->path);
  assert_int_equal(sift_checkpoints_open(&checkpoints, path, NULL, fixture->error, sizeof fixture->error), SIFT_EIO);
  assert_null(checkpoints);
  assert_non_null(strstr(fixture->error, "no/such"));
}

#define CHECKPOINT_TEST(name) cmocka_unit_test_setup_teardown(name, checkpoint_set_up, checkpoint_tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      CHECKPOINT_TEST(the_newest_comes_back_and_two_are_kept),
      CHECKPOINT_TEST(a_failure_leaves_the_old_and_is_told),
      CHECKPOINT_TEST(a_crash_at_any_step_leaves_the_old_or_the_new),
      CHECKPOINT_TEST(what_the_state_says_is_passed_on),
      CHECKPOINT_TEST(names_are_told_apart),
      CHECKPOINT_TEST(a_directory_that_cannot_be_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
