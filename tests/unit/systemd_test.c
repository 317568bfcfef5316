#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "ingest/serve/systemd.h"
#include "tests/unit/serve_support.h"

/* ---- sockets: in a child, as each is given once a process, and they must stand at descriptor 3 and on ---- */

enum { LISTENING, DATAGRAM, NOT_LISTENING, LISTENING_TOO, SOCKETS };

static void place(int number, int fd) {
  if (fd != 3 + number) {
    dup2(fd, 3 + number);
    close(fd);
  }
}

static void open_sockets(void) {
  int fds[SOCKETS];
  for (int i = 0; i < SOCKETS; i++) { /* away from where they are to stand */
    int fd = socket(AF_INET, i == DATAGRAM ? SOCK_DGRAM : SOCK_STREAM, 0);
    fds[i] = fcntl(fd, F_DUPFD, 40);
    close(fd);
    if (i == LISTENING || i == LISTENING_TOO) {
      listen(fds[i], 1);
    }
  }
  for (int i = 0; i < SOCKETS; i++) {
    place(i, fds[i]);
  }
}

/* Exit status of what `check` says in a child, whose environment is as systemd would make it. */
static int in_child(const char *count, const char *names, bool ours, bool (*check)(void)) {
  pid_t child = fork();
  if (child == 0) {
    char pid[16];
    snprintf(pid, sizeof pid, "%d", (int)getpid() + !ours);
    setenv("LISTEN_PID", pid, 1);
    setenv("LISTEN_FDS", count, 1);
    (void)(names != NULL ? setenv("LISTEN_FDNAMES", names, 1) : unsetenv("LISTEN_FDNAMES"));
    open_sockets();
    _exit(check() ? 0 : 1);
  }
  int status = -1;
  assert_int_equal(waitpid(child, &status, 0), child);
  return status;
}

static bool gives(const char *name, int fd) {
  return sift_systemd_socket(name) == fd;
}

static bool first_then_the_other(void) {
  return gives("", 3) && gives("", 6) && gives("", -1) && (fcntl(3, F_GETFL) & O_NONBLOCK) != 0 &&
         (fcntl(3, F_GETFD) & FD_CLOEXEC) != 0;
}

static bool by_name(void) {
  return gives("log", -1) && gives("logs", 6) && gives("logs", -1) && gives("a", 3) && gives("datagrams", -1) && gives("idle", -1);
}

static bool none(void) {
  return gives("", -1) && gives("a", -1);
}

static bool only_the_first(void) {
  return gives("", 3) && gives("", -1);
}

static void listening_stream_sockets_are_given_once_each(void **state) {
  (void)state;
  assert_int_equal(in_child("4", NULL, true, first_then_the_other), 0);
  assert_int_equal(in_child("4", "a:datagrams:idle:logs", true, by_name), 0);
  assert_int_equal(in_child("1", "a:datagrams:idle:logs", true, only_the_first), 0);
  assert_int_equal(in_child("99999999", NULL, true, first_then_the_other), 0); /* descriptors that are none are passed over */
}

static void what_is_meant_for_another_process_or_is_no_number_is_left_alone(void **state) {
  (void)state;
  assert_int_equal(in_child("4", "a:datagrams:idle:logs", false, none), 0);
  assert_int_equal(in_child("", NULL, true, none), 0);
  assert_int_equal(in_child("4x", NULL, true, none), 0);
  assert_int_equal(in_child("-1", "", true, first_then_the_other) == 0 || in_child("-1", "", true, none) == 0, 1);
}

/* ---- telling ---- */

static int bind_receiver(const struct sockaddr_un *address, socklen_t len) {
  int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  assert_true(fd >= 0);
  assert_int_equal(bind(fd, (const struct sockaddr *)address, len), 0);
  return fd;
}

static void expect_heard(int fd, const char *want) {
  char text[64] = "";
  ssize_t len = recv(fd, text, sizeof text - 1, 0);
  assert_int_equal(len, (ssize_t)strlen(want));
  assert_string_equal(text, want);
}

static void states_are_told_to_a_path_and_to_an_abstract_name(void **state) {
  (void)state;
  char directory[TEST_PATH_BYTES];
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  make_directory(directory);
  snprintf(address.sun_path, sizeof address.sun_path, "%.90s/notify", directory);
  int fd = bind_receiver(&address, sizeof address);
  setenv("NOTIFY_SOCKET", address.sun_path, 1);
  sift_systemd_tell("READY=1");
  expect_heard(fd, "READY=1");
  close(fd);
  sift_systemd_tell("STOPPING=1"); /* nobody hears it, and nothing happens */
  remove_directory(directory);

  char name[64];
  int len = snprintf(name, sizeof name, "@spacesift-test-%d", (int)getpid());
  memset(address.sun_path, 0, sizeof address.sun_path);
  memcpy(address.sun_path + 1, name + 1, (size_t)len - 1);
  fd = bind_receiver(&address, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (size_t)len));
  setenv("NOTIFY_SOCKET", name, 1);
  sift_systemd_tell("WATCHDOG=1");
  expect_heard(fd, "WATCHDOG=1");
  close(fd);
}

static void where_no_one_wants_to_hear_nothing_is_told(void **state) {
  (void)state;
  char path[300];
  memset(path, 'p', sizeof path);
  path[0] = '/';
  path[sizeof path - 1] = '\0';
  setenv("NOTIFY_SOCKET", path, 1); /* longer than an address can be */
  sift_systemd_tell("READY=1");
  setenv("NOTIFY_SOCKET", "relative", 1);
  sift_systemd_tell("READY=1");
  setenv("NOTIFY_SOCKET", "", 1);
  sift_systemd_tell("READY=1");
  unsetenv("NOTIFY_SOCKET");
  sift_systemd_tell("READY=1");
}

static void the_watchdogs_interval_is_ours_or_none(void **state) {
  (void)state;
  char pid[16];
  unsetenv("WATCHDOG_PID");
  unsetenv("WATCHDOG_USEC");
  assert_int_equal(sift_systemd_watchdog_us(), 0);
  setenv("WATCHDOG_USEC", "30000000", 1);
  assert_int_equal(sift_systemd_watchdog_us(), 30000000);
  snprintf(pid, sizeof pid, "%d", (int)getpid());
  setenv("WATCHDOG_PID", pid, 1);
  assert_int_equal(sift_systemd_watchdog_us(), 30000000);
  setenv("WATCHDOG_PID", "1", 1);
  assert_int_equal(sift_systemd_watchdog_us(), 0);
  setenv("WATCHDOG_PID", pid, 1);
  setenv("WATCHDOG_USEC", "soon", 1);
  assert_int_equal(sift_systemd_watchdog_us(), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(listening_stream_sockets_are_given_once_each),
      cmocka_unit_test(what_is_meant_for_another_process_or_is_no_number_is_left_alone),
      cmocka_unit_test(states_are_told_to_a_path_and_to_an_abstract_name),
      cmocka_unit_test(where_no_one_wants_to_hear_nothing_is_told),
      cmocka_unit_test(the_watchdogs_interval_is_ours_or_none),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
