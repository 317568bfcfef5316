#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/checkpoint_support.h"

static const char old_manifest[] = "checkpoint-00000000000000000001.manifest";
static const char new_manifest[] = "checkpoint-00000000000000000002.manifest";
static const char new_state[] = "checkpoint-00000000000000000002.state";

static void write_two(struct checkpoint_fixture *fixture) {
  assert_int_equal(write_checkpoint(fixture, 1), SIFT_OK);
  assert_int_equal(write_checkpoint(fixture, 2), SIFT_OK);
}

static void expect_old(struct checkpoint_fixture *fixture, const char *name, const char *text) {
  assert_int_equal(load_value(fixture, SIFT_OK), 1);
  assert_int_equal(fixture->refusals, 1);
  assert_string_equal(fixture->refused_name, name);
  if (strstr(fixture->refused_text, text) == NULL) {
    fail_msg("'%s' is not in '%s'", text, fixture->refused_text);
  }
}

static void a_damaged_manifest_gives_way_to_the_one_before(void **state) {
  struct checkpoint_fixture *fixture = *state;
  size_t size = 0;
  write_two(fixture);
  char *bytes = read_bytes(fixture->path, new_manifest, &size);
  for (size_t at = 0; at < size; at++) {
    bytes[at] ^= 0x20;
    write_bytes_to(fixture->path, new_manifest, bytes, size);
    expect_old(fixture, new_manifest, "");
    bytes[at] ^= 0x20;
    write_bytes_to(fixture->path, new_manifest, bytes, at);
    expect_old(fixture, new_manifest, sift_status_text(SIFT_ETRUNCATED));
  }
  write_bytes_to(fixture->path, new_manifest, bytes, size);
  assert_int_equal(load_value(fixture, SIFT_OK), 2);
  free(bytes);
}

static void a_damaged_state_gives_way_to_the_one_before(void **state) {
  struct checkpoint_fixture *fixture = *state;
  size_t size = 0;
  char path[2 * TEST_PATH_BYTES];
  write_two(fixture);
  char *bytes = read_bytes(fixture->path, new_state, &size);
  for (size_t at = 0; at < size; at += 9973) {
    bytes[at] ^= 1;
    write_bytes_to(fixture->path, new_state, bytes, size);
    expect_old(fixture, new_state, "differs from what its manifest says");
    bytes[at] ^= 1;
    write_bytes_to(fixture->path, new_state, bytes, at);
    expect_old(fixture, new_state, "where its manifest says 150000");
  }
  snprintf(path, sizeof path, "%s/%s", fixture->path, new_state);
  assert_int_equal(unlink(path), 0);
  expect_old(fixture, new_state, strerror(ENOENT));
  assert_int_equal(mkfifo(path, 0600), 0); /* which must not be waited for */
  expect_old(fixture, new_state, "not a regular file");
  free(bytes);
}

static void a_manifest_under_another_number_is_refused(void **state) {
  struct checkpoint_fixture *fixture = *state;
  size_t size = 0;
  write_two(fixture);
  char *bytes = read_bytes(fixture->path, old_manifest, &size);
  write_bytes_to(fixture->path, new_manifest, bytes, size);
  expect_old(fixture, new_manifest, "the manifest of another checkpoint");
  free(bytes);
}

static void a_state_without_a_manifest_is_no_checkpoint(void **state) {
  struct checkpoint_fixture *fixture = *state;
  write_bytes_to(fixture->path, new_state, "half", 4);
  assert_int_equal(load_value(fixture, SIFT_OK), 0);
  assert_int_equal(fixture->refusals, 0);
}

static void where_all_are_damaged_nothing_is_made_up(void **state) {
  struct checkpoint_fixture *fixture = *state;
  write_two(fixture);
  write_bytes_to(fixture->path, new_manifest, "x", 1);
  write_bytes_to(fixture->path, old_manifest, "x", 1);
  assert_int_equal(load_value(fixture, SIFT_ECORRUPT), 0);
  assert_int_equal(fixture->refusals, 2);
  assert_int_equal(write_checkpoint(fixture, 7), SIFT_OK);
  assert_int_equal(load_value(fixture, SIFT_OK), 7);
  assert_int_equal(count_files(fixture), 2); /* the damaged ones are not worth keeping */
}

static void the_one_that_was_loaded_is_kept_not_the_damaged_one(void **state) {
  struct checkpoint_fixture *fixture = *state;
  write_two(fixture);
  write_bytes_to(fixture->path, new_state, "x", 1);
  checkpoints_open(fixture);
  assert_int_equal(load_value(fixture, SIFT_OK), 1);
  assert_int_equal(write_checkpoint(fixture, 3), SIFT_OK);
  write_bytes_to(fixture->path, "checkpoint-00000000000000000003.state", "x", 1);
  assert_int_equal(load_value(fixture, SIFT_OK), 1);
}

#define LOAD_TEST(name) cmocka_unit_test_setup_teardown(name, checkpoint_set_up, checkpoint_tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      LOAD_TEST(a_damaged_manifest_gives_way_to_the_one_before), LOAD_TEST(a_damaged_state_gives_way_to_the_one_before),
      LOAD_TEST(a_manifest_under_another_number_is_refused),     LOAD_TEST(a_state_without_a_manifest_is_no_checkpoint),
      LOAD_TEST(where_all_are_damaged_nothing_is_made_up),       LOAD_TEST(the_one_that_was_loaded_is_kept_not_the_damaged_one),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
