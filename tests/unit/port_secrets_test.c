#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "ingest/serve/port_internal.h"
#include "tests/unit/serve_support.h"

struct fixture {
  char path[TEST_PATH_BYTES];
  char key_file[TEST_PATH_BYTES + 16], users_file[TEST_PATH_BYTES + 16];
  struct sift_arena arena;
  struct sift_port port;
  char error[SIFT_PORT_ERROR_BYTES];
};

static int set_up(void **state) {
  struct fixture *fixture = calloc(1, sizeof *fixture);
  make_directory(fixture->path);
  snprintf(fixture->key_file, sizeof fixture->key_file, "%s/key", fixture->path);
  snprintf(fixture->users_file, sizeof fixture->users_file, "%s/users", fixture->path);
  sift_arena_init(&fixture->arena);
  fixture->port.config =
      (struct sift_listener_config){.name = "forward://:1", .shared_key_file = fixture->key_file, .hostname = "me"};
  *state = fixture;
  return 0;
}

static int tear_down(void **state) {
  struct fixture *fixture = *state;
  sift_arena_release(&fixture->arena);
  remove_directory(fixture->path);
  free(fixture);
  return 0;
}

static enum sift_status read_key(struct fixture *fixture, const char *bytes, size_t len) {
  write_bytes_to(fixture->path, "key", bytes, len);
  return sift_port_secrets(&fixture->port, &fixture->arena, fixture->error);
}

static enum sift_status read_users(struct fixture *fixture, const char *text) {
  write_bytes_to(fixture->path, "users", text, strlen(text));
  fixture->port.config.users_file = fixture->users_file;
  return read_key(fixture, "secret", 6);
}

static void expect_error(const struct fixture *fixture, const char *file, const char *says) {
  assert_false(fixture->port.has_auth);
  if (strstr(fixture->error, file) == NULL || strstr(fixture->error, says) == NULL) {
    fail_msg("%s", fixture->error);
  }
}

static void the_key_is_the_file_without_its_last_newlines(void **state) {
  struct fixture *fixture = *state;
  static const char *const files[] = {"se cret\n", "se cret\r\n", "se cret", "se cret\n\n"};
  for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
    assert_int_equal(read_key(fixture, files[i], strlen(files[i])), SIFT_OK);
    assert_true(fixture->port.has_auth);
    assert_true(sift_span_equal(fixture->port.auth.shared_key, sift_span_of("se cret")));
  }
  assert_true(sift_span_equal(fixture->port.auth.self_hostname, sift_span_of("me")));
  assert_int_equal(fixture->port.auth.user_count, 0);
  assert_int_equal(read_key(fixture, "a\0b\n", 4), SIFT_OK); /* any bytes are a secret */
  assert_int_equal(fixture->port.auth.shared_key.len, 3);
}

static void a_key_that_cannot_be_had_is_refused(void **state) {
  struct fixture *fixture = *state;
  assert_int_equal(sift_port_secrets(&fixture->port, &fixture->arena, fixture->error), SIFT_EIO);
  expect_error(fixture, fixture->key_file, "cannot be read: No such file");
  assert_int_equal(read_key(fixture, "\n\n", 2), SIFT_EINVAL);
  expect_error(fixture, fixture->key_file, "is empty: write the shared key into it");
  fixture->port.config.shared_key_file = fixture->path;
  assert_int_equal(sift_port_secrets(&fixture->port, &fixture->arena, fixture->error), SIFT_EIO);
  expect_error(fixture, fixture->path, "cannot be read: Is a directory");
}

static void a_file_is_taken_whole_or_not_at_all(void **state) {
  struct fixture *fixture = *state;
  enum { MAX = 64 * 1024 };
  char *large = malloc(MAX + 1);
  memset(large, 'k', MAX + 1);
  assert_int_equal(read_key(fixture, large, MAX), SIFT_OK);
  assert_int_equal(fixture->port.auth.shared_key.len, MAX);
  fixture->port.has_auth = false;
  assert_int_equal(read_key(fixture, large, MAX + 1), SIFT_EINVAL);
  expect_error(fixture, fixture->key_file, "is larger than 64 KiB");
  free(large);
}

static void users_stand_one_a_line(void **state) {
  struct fixture *fixture = *state;
  assert_int_equal(read_users(fixture, "# who may\nalice:wonder:land\r\n\n\r\nbob:\ncarol:x y"), SIFT_OK);
  const struct sift_forward_user *users = fixture->port.auth.users;
  assert_int_equal(fixture->port.auth.user_count, 3);
  assert_true(sift_span_equal(users[0].name, sift_span_of("alice")));
  assert_true(sift_span_equal(users[0].password, sift_span_of("wonder:land")));
  assert_true(sift_span_equal(users[1].name, sift_span_of("bob")));
  assert_int_equal(users[1].password.len, 0);
  assert_true(sift_span_equal(users[2].password, sift_span_of("x y")));
}

static void a_line_that_is_no_user_is_named(void **state) {
  struct fixture *fixture = *state;
  assert_int_equal(read_users(fixture, "alice:a\nbob\n"), SIFT_EINVAL);
  expect_error(fixture, "/users:2: ", "write NAME:PASSWORD");
  assert_int_equal(read_users(fixture, "\n\n:password\n"), SIFT_EINVAL);
  expect_error(fixture, "/users:3: ", "write NAME:PASSWORD");
}

static void a_file_of_no_users_lets_nobody_in(void **state) {
  struct fixture *fixture = *state;
  assert_int_equal(read_users(fixture, ""), SIFT_EINVAL);
  expect_error(fixture, "/users", "names no user");
  assert_int_equal(read_users(fixture, "# nobody yet\n"), SIFT_EINVAL);
  expect_error(fixture, "/users", "names no user");
}

static void more_users_than_there_is_room_for_are_refused(void **state) {
  struct fixture *fixture = *state;
  char text[1025 * 8 + 16] = "";
  for (int i = 0; i < 1024; i++) {
    snprintf(text + strlen(text), 16, "u%d:p\n", i);
  }
  assert_int_equal(read_users(fixture, text), SIFT_OK);
  assert_int_equal(fixture->port.auth.user_count, 1024);
  fixture->port.has_auth = false;
  snprintf(text + strlen(text), 16, "u:p\n");
  assert_int_equal(read_users(fixture, text), SIFT_EINVAL);
  expect_error(fixture, "/users:1025: ", "at most 1024");
}

static void the_host_has_a_name(void **state) {
  struct fixture *fixture = *state;
  char name[SIFT_FORWARD_HOSTNAME_MAX + 2];
  memset(name, 'h', sizeof name);
  name[SIFT_FORWARD_HOSTNAME_MAX + 1] = '\0';
  fixture->port.config.hostname = name;
  assert_int_equal(read_key(fixture, "k", 1), SIFT_EINVAL);
  expect_error(fixture, "forward://:1", "hostname is longer than 255 bytes");
  name[SIFT_FORWARD_HOSTNAME_MAX] = '\0';
  assert_int_equal(read_key(fixture, "k", 1), SIFT_OK);
  assert_int_equal(fixture->port.auth.self_hostname.len, SIFT_FORWARD_HOSTNAME_MAX);
  fixture->port.config.hostname = NULL; /* the machine's */
  assert_int_equal(read_key(fixture, "k", 1), SIFT_OK);
  assert_true(fixture->port.auth.self_hostname.len > 0);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      TEST(the_key_is_the_file_without_its_last_newlines),
      TEST(a_key_that_cannot_be_had_is_refused),
      TEST(a_file_is_taken_whole_or_not_at_all),
      TEST(users_stand_one_a_line),
      TEST(a_line_that_is_no_user_is_named),
      TEST(a_file_of_no_users_lets_nobody_in),
      TEST(more_users_than_there_is_room_for_are_refused),
      TEST(the_host_has_a_name),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
