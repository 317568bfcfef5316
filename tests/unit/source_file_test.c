#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "source_support.h"

static char directory[] = "/tmp/sift_source_file_XXXXXX";

static int make_directory(void **state) {
  (void)state;
  return mkdtemp(directory) == NULL ? -1 : 0;
}

static int remove_directory(void **state) {
  (void)state;
  return rmdir(directory);
}

static const char *path_of(const char *name) {
  static char path[200];
  snprintf(path, sizeof path, "%s/%s", directory, name);
  return path;
}

static void write_file(const char *path, const char *text) {
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  fputs(text, file);
  fclose(file);
}

static void expect_refused(const char *path, enum sift_status status, enum sift_reason reason) {
  struct sift_source *source = NULL;
  enum sift_reason told = SIFT_REASONS;
  assert_int_equal(sift_source_open(&source, path, NULL, &told), status);
  assert_int_equal(told, reason);
  assert_null(source);
}

static void a_file_is_read_whole(void **state) {
  (void)state;
  const char *path = path_of("file");
  write_file(path, "hello\n");
  struct sift_source *source = NULL;
  enum sift_reason reason = SIFT_REASONS;
  assert_int_equal(sift_source_open(&source, path, NULL, &reason), SIFT_OK);
  struct drained out = drain_source(source, 100);
  assert_int_equal(out.status, SIFT_END);
  assert_int_equal(out.consumed, 6);
  assert_memory_equal(out.bytes, "hello\n", 6);
  drained_free(&out);
  sift_source_free(source);
  unlink(path);
}

static void an_empty_file_is_empty(void **state) {
  (void)state;
  const char *path = path_of("empty");
  write_file(path, "");
  expect_refused(path, SIFT_END, SIFT_REASON_EMPTY);
  unlink(path);
}

static void what_cannot_be_opened_is_unreadable(void **state) {
  (void)state;
  expect_refused(path_of("absent"), SIFT_EIO, SIFT_REASON_UNREADABLE);
  assert_int_equal(errno, ENOENT);
}

static void directories_devices_and_sockets_are_no_files(void **state) {
  (void)state;
  expect_refused(directory, SIFT_EFORMAT, SIFT_REASON_NOT_A_FILE);
  expect_refused("/dev/zero", SIFT_EFORMAT, SIFT_REASON_NOT_A_FILE);
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  const char *path = path_of("socket");
  assert_true(strlen(path) < sizeof address.sun_path);
  memcpy(address.sun_path, path, strlen(path) + 1);
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
  expect_refused(path, SIFT_EFORMAT, SIFT_REASON_NOT_A_FILE);
  close(fd);
  unlink(path);
}

static void a_named_pipe_waits_for_its_writer(void **state) {
  (void)state;
  const char *path = path_of("pipe");
  assert_int_equal(mkfifo(path, 0600), 0);
  pid_t child = fork();
  if (child == 0) {
    usleep(20000);
    int fd = open(path, O_WRONLY);
    (void)!write(fd, "from a pipe\n", 12);
    close(fd);
    _exit(0);
  }
  struct sift_source *source = NULL;
  enum sift_reason reason = SIFT_REASONS;
  assert_int_equal(sift_source_open(&source, path, NULL, &reason), SIFT_OK);
  struct drained out = drain_source(source, 100);
  assert_int_equal(out.len, 12);
  drained_free(&out);
  sift_source_free(source);
  waitpid(child, NULL, 0);
  unlink(path);
}

static void standard_input_may_be_non_blocking_and_stays_open(void **state) {
  (void)state;
  int ends[2];
  assert_int_equal(pipe(ends), 0);
  int kept = dup(STDIN_FILENO);
  dup2(ends[0], STDIN_FILENO);
  fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK);
  pid_t child = fork();
  if (child == 0) {
    usleep(20000);
    (void)!write(ends[1], "late\n", 5);
    _exit(0);
  }
  close(ends[0]);
  close(ends[1]);
  struct sift_source *source = NULL;
  enum sift_reason reason = SIFT_REASONS;
  assert_int_equal(sift_source_open(&source, "-", NULL, &reason), SIFT_OK);
  struct drained out = drain_source(source, 100);
  assert_int_equal(out.len, 5);
  drained_free(&out);
  sift_source_free(source);
  assert_true(fcntl(STDIN_FILENO, F_GETFD) >= 0);
  dup2(kept, STDIN_FILENO);
  close(kept);
  waitpid(child, NULL, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_file_is_read_whole),
      cmocka_unit_test(an_empty_file_is_empty),
      cmocka_unit_test(what_cannot_be_opened_is_unreadable),
      cmocka_unit_test(directories_devices_and_sockets_are_no_files),
      cmocka_unit_test(a_named_pipe_waits_for_its_writer),
      cmocka_unit_test(standard_input_may_be_non_blocking_and_stays_open),
  };
  return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
