#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "ingest/serve/port.h"
#include "tests/unit/serve_support.h"

struct fixture {
  char path[TEST_PATH_BYTES];
  char url[2 * TEST_PATH_BYTES];
  struct sift_arena arena;
  struct sift_listener_config config;
  struct sift_port port;
  char error[SIFT_PORT_ERROR_BYTES];
};

static int set_up(void **state) {
  struct fixture *fixture = calloc(1, sizeof *fixture);
  make_directory(fixture->path);
  sift_arena_init(&fixture->arena);
  fixture->port.fd = -1;
  *state = fixture;
  return 0;
}

static int tear_down(void **state) {
  struct fixture *fixture = *state;
  sift_port_release(&fixture->port);
  sift_arena_release(&fixture->arena);
  remove_directory(fixture->path);
  free(fixture);
  return 0;
}

static void prepare(struct fixture *fixture, struct sift_port *port, const char *url) {
  char wrong[SIFT_LISTENER_ERROR_BYTES];
  assert_int_equal(sift_listener_parse(&fixture->config, &fixture->arena, url, wrong), SIFT_OK);
  assert_int_equal(sift_port_prepare(port, &fixture->config, &fixture->arena, fixture->error), SIFT_OK);
}

static enum sift_status open_port(struct fixture *fixture, struct sift_port *port) {
  return sift_port_open(port, &fixture->arena, fixture->error);
}

static const char *unix_url(struct fixture *fixture) {
  snprintf(fixture->url, sizeof fixture->url, "tcp+unix://%s/socket", fixture->path);
  return fixture->url;
}

static struct sockaddr_un unix_address(const struct fixture *fixture) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "%.90s/socket", fixture->path);
  return address;
}

static bool exists(const struct fixture *fixture) {
  struct stat stat;
  struct sockaddr_un address = unix_address(fixture);
  return lstat(address.sun_path, &stat) == 0;
}

static int connect_to(int family, const struct sockaddr *address, socklen_t len) {
  int fd = socket(family, SOCK_STREAM, 0);
  assert_true(fd >= 0 && connect(fd, address, len) == 0);
  return fd;
}

static void port_0_takes_a_free_port_and_is_named_after_it(void **state) {
  struct fixture *fixture = *state;
  char peer[64];
  char byte = 0;
  prepare(fixture, &fixture->port, "syslog://127.0.0.1:0");
  assert_string_equal(fixture->port.bound, "syslog://127.0.0.1:0");
  assert_int_equal(open_port(fixture, &fixture->port), SIFT_OK);
  struct sockaddr_in address;
  socklen_t len = sizeof address;
  char name[64];
  assert_int_equal(getsockname(fixture->port.fd, (struct sockaddr *)&address, &len), 0);
  snprintf(name, sizeof name, "syslog://127.0.0.1:%u", ntohs(address.sin_port));
  assert_string_equal(fixture->port.bound, name);
  assert_int_equal(sift_port_accept(&fixture->port, peer, sizeof peer), -1); /* nobody yet, and no wait */
  assert_int_equal(errno, EAGAIN);
  int client = connect_to(AF_INET, (const struct sockaddr *)&address, len);
  int fd = sift_port_accept(&fixture->port, peer, sizeof peer);
  assert_true(fd >= 0);
  assert_string_equal(peer, "127.0.0.1");
  assert_true((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0 && (fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
  assert_int_equal(recv(fd, &byte, 1, 0), -1);
  close(client);
  close(fd);
}

static void a_port_that_is_taken_is_told(void **state) {
  struct fixture *fixture = *state;
  struct sift_port other;
  prepare(fixture, &fixture->port, "tcp://127.0.0.1:0");
  assert_int_equal(open_port(fixture, &fixture->port), SIFT_OK);
  prepare(fixture, &other, fixture->port.bound);
  assert_int_equal(open_port(fixture, &other), SIFT_EIO);
  assert_non_null(strstr(fixture->error, "cannot listen: Address already in use"));
  assert_non_null(strstr(fixture->error, fixture->port.bound));
  sift_port_release(&other);
}

static void a_host_that_is_none_is_told(void **state) {
  struct fixture *fixture = *state;
  prepare(fixture, &fixture->port, "tcp://256.256.256.256:0");
  assert_int_equal(open_port(fixture, &fixture->port), SIFT_EIO);
  assert_non_null(strstr(fixture->error, "tcp://256.256.256.256:0: cannot listen: "));
}

static void a_unix_socket_is_there_from_open_to_release(void **state) {
  struct fixture *fixture = *state;
  struct sockaddr_un address = unix_address(fixture);
  char peer[64];
  prepare(fixture, &fixture->port, unix_url(fixture));
  assert_false(exists(fixture));
  assert_int_equal(open_port(fixture, &fixture->port), SIFT_OK);
  int client = connect_to(AF_UNIX, (const struct sockaddr *)&address, sizeof address);
  int fd = sift_port_accept(&fixture->port, peer, sizeof peer);
  assert_true(fd >= 0);
  assert_string_equal(peer, "unix");
  close(client);
  close(fd);
  sift_port_release(&fixture->port);
  assert_false(exists(fixture));
}

/* Bound and left behind, as by a process that was killed; or alive, with its descriptor. */
static int leave_socket(const struct fixture *fixture, int backlog, bool alive) {
  struct sockaddr_un address = unix_address(fixture);
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
  assert_int_equal(listen(fd, backlog), 0);
  if (!alive) {
    close(fd);
  }
  return fd;
}

static void a_socket_that_was_left_behind_is_replaced(void **state) {
  struct fixture *fixture = *state;
  leave_socket(fixture, 1, false);
  prepare(fixture, &fixture->port, unix_url(fixture));
  assert_int_equal(open_port(fixture, &fixture->port), SIFT_OK);
}

static void a_socket_that_another_server_listens_on_stays(void **state) {
  struct fixture *fixture = *state;
  int other = leave_socket(fixture, 8, true);
  prepare(fixture, &fixture->port, unix_url(fixture));
  assert_int_equal(open_port(fixture, &fixture->port), SIFT_EIO);
  assert_non_null(strstr(fixture->error, "Address already in use"));
  sift_port_release(&fixture->port);
  assert_true(exists(fixture));
  close(other);
  struct sockaddr_un address = unix_address(fixture);
  unlink(address.sun_path);
}

static void a_server_with_a_full_backlog_is_not_waited_for(void **state) {
  struct fixture *fixture = *state;
  struct sockaddr_un address = unix_address(fixture);
  int other = leave_socket(fixture, 0, true);
  int clients[64];
  int count = 0;
  for (; count < 64; count++) {
    clients[count] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (connect(clients[count], (const struct sockaddr *)&address, sizeof address) != 0) {
      break;
    }
  }
  assert_true(count < 64);
  alarm(20); /* it would wait for ever */
  prepare(fixture, &fixture->port, unix_url(fixture));
  assert_int_equal(open_port(fixture, &fixture->port), SIFT_EIO);
  alarm(0);
  assert_true(exists(fixture));
  for (int i = 0; i <= count; i++) {
    close(clients[i]);
  }
  close(other);
  unlink(address.sun_path);
}

static void a_file_that_is_no_socket_is_never_removed(void **state) {
  struct fixture *fixture = *state;
  write_bytes_to(fixture->path, "socket", "precious", 8);
  prepare(fixture, &fixture->port, unix_url(fixture));
  assert_int_equal(open_port(fixture, &fixture->port), SIFT_EIO);
  sift_port_release(&fixture->port);
  assert_true(exists(fixture));
}

static void what_systemd_does_not_pass_is_told(void **state) {
  struct fixture *fixture = *state;
  prepare(fixture, &fixture->port, "tcp+systemd://logs");
  assert_int_equal(open_port(fixture, &fixture->port), SIFT_EIO);
  assert_non_null(strstr(fixture->error, "FileDescriptorName="));
}

static void a_template_that_is_wrong_is_told_with_its_listener(void **state) {
  struct fixture *fixture = *state;
  char wrong[SIFT_LISTENER_ERROR_BYTES];
  assert_int_equal(sift_listener_parse(&fixture->config, &fixture->arena, "tcp://:1?space={", wrong), SIFT_OK);
  assert_int_equal(sift_port_prepare(&fixture->port, &fixture->config, &fixture->arena, fixture->error), SIFT_EINVAL);
  assert_int_equal(strncmp(fixture->error, "tcp://:1: ", 10), 0);
  assert_null(fixture->port.origin);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      TEST(port_0_takes_a_free_port_and_is_named_after_it),
      TEST(a_port_that_is_taken_is_told),
      TEST(a_host_that_is_none_is_told),
      TEST(a_unix_socket_is_there_from_open_to_release),
      TEST(a_socket_that_was_left_behind_is_replaced),
      TEST(a_socket_that_another_server_listens_on_stays),
      TEST(a_server_with_a_full_backlog_is_not_waited_for),
      TEST(a_file_that_is_no_socket_is_never_removed),
      TEST(what_systemd_does_not_pass_is_told),
      TEST(a_template_that_is_wrong_is_told_with_its_listener),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
