#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ingest/serve/http_listen.h"

static const char token[] = "0123456789abcdef";

static bool local4(const char *text) {
  struct sockaddr_in address = {.sin_family = AF_INET};
  assert_int_equal(inet_pton(AF_INET, text, &address.sin_addr), 1);
  return sift_http_is_local((struct sockaddr *)&address);
}

static bool local6(const char *text) {
  struct sockaddr_in6 address = {.sin6_family = AF_INET6};
  assert_int_equal(inet_pton(AF_INET6, text, &address.sin6_addr), 1);
  return sift_http_is_local((struct sockaddr *)&address);
}

static void test_only_loopback_is_local(void **state) {
  (void)state;
  assert_true(local4("127.0.0.1"));
  assert_true(local4("127.255.1.2"));
  assert_false(local4("0.0.0.0"));
  assert_false(local4("128.0.0.1"));
  assert_false(local4("10.0.0.1"));
  assert_true(local6("::1"));
  assert_true(local6("::ffff:127.0.0.1"));
  assert_false(local6("::"));
  assert_false(local6("::ffff:10.0.0.1"));
  assert_false(local6("fe80::1"));
}

static void test_a_free_port_is_told(void **state) {
  (void)state;
  struct sift_http_listen listening;
  char error[256] = "";
  assert_int_equal(sift_http_listen_open(&listening, "127.0.0.1:0", error, sizeof error), SIFT_OK);
  assert_true(listening.local);
  assert_int_equal(strncmp(listening.text, "127.0.0.1:", 10), 0);
  assert_true(strtoul(listening.text + 10, NULL, 10) > 0);
  assert_true((fcntl(listening.fd, F_GETFD) & FD_CLOEXEC) != 0);
  assert_true((fcntl(listening.fd, F_GETFL) & O_NONBLOCK) != 0);
  struct sift_http_listen second;
  assert_int_equal(sift_http_listen_open(&second, listening.text, error, sizeof error), SIFT_EIO);
  assert_non_null(strstr(error, "in use"));
  sift_http_listen_close(&listening);
  sift_http_listen_close(&listening); /* twice is fine */
}

static void check(const char *address, const char *token_file, enum sift_status status, const char *says) {
  char error[512] = "";
  assert_int_equal(sift_http_listen_check(address, token_file, error, sizeof error), status);
  assert_non_null(strstr(error, says));
}

static void test_an_address_is_checked_without_binding_it(void **state) {
  (void)state;
  check("127.0.0.1:1", NULL, SIFT_OK, ""); /* nobody here may bind it, or somebody has */
  check("[::1]:9464", NULL, SIFT_OK, "");
  check("unix:/nowhere/at/all", NULL, SIFT_OK, "");
  check("unix:relative", NULL, SIFT_EINVAL, "absolute path");
  check("127.0.0.1", NULL, SIFT_EINVAL, "is no address");
  check("127.0.0.1:65536", NULL, SIFT_EINVAL, "is no address");
  check("0.0.0.0:9464", NULL, SIFT_EINVAL, "bearer token is needed");
  check("0.0.0.0:9464", "/nowhere/at/all", SIFT_EIO, "cannot read the token");
  check("127.0.0.1:9464", "/nowhere/at/all", SIFT_EIO, "cannot read the token");
}

static void test_a_socket_may_be_handed_over(void **state) {
  (void)state;
  struct sift_http_listen made;
  struct sift_http_listen taken;
  char error[256] = "";
  assert_int_equal(sift_http_listen_open(&made, "127.0.0.1:0", error, sizeof error), SIFT_OK);
  assert_int_equal(sift_http_listen_take(&taken, made.fd, error, sizeof error), SIFT_OK);
  assert_string_equal(taken.text, made.text);
  sift_http_listen_close(&taken);
  int quiet = socket(AF_INET, SOCK_STREAM, 0);
  assert_int_equal(sift_http_listen_take(&taken, quiet, error, sizeof error), SIFT_EINVAL);
  assert_int_equal(sift_http_listen_take(&taken, STDIN_FILENO, error, sizeof error), SIFT_EINVAL);
  assert_non_null(strstr(error, "no listening"));
  close(quiet);
}

static void test_a_socket_file_goes_with_its_server(void **state) {
  (void)state;
  char directory[] = "/tmp/http_listen_XXXXXX";
  char path[64];
  char address[80];
  char error[256] = "";
  struct stat info;
  struct sift_http_listen listening;
  assert_non_null(mkdtemp(directory));
  snprintf(path, sizeof path, "%s/s", directory);
  snprintf(address, sizeof address, "unix:%s", path);
  assert_int_equal(sift_http_listen_open(&listening, address, error, sizeof error), SIFT_OK);
  assert_true(listening.local);
  assert_int_equal(stat(path, &info), 0);
  assert_int_equal(info.st_mode & 0777, 0660);
  sift_http_listen_close(&listening);
  assert_int_not_equal(stat(path, &info), 0);
  int file = open(path, O_CREAT | O_WRONLY, 0600); /* no socket: it stays */
  close(file);
  assert_int_equal(sift_http_listen_open(&listening, address, error, sizeof error), SIFT_EIO);
  assert_int_equal(stat(path, &info), 0);
  unlink(path);
  rmdir(directory);
}

static void test_only_the_whole_token_fits(void **state) {
  (void)state;
  assert_true(sift_http_token_fits(token, "Bearer 0123456789abcdef"));
  assert_true(sift_http_token_fits(token, "bearer 0123456789abcdef"));
  static const char *const wrong[] = {NULL,
                                      "",
                                      "Bearer",
                                      "Bearer ",
                                      "Bearer 0",
                                      "Bearer 0123456789abcde",
                                      "Bearer 0123456789abcdef0",
                                      "Bearer 0123456789abcdef0123456789abcdef",
                                      "Bearer  0123456789abcdef",
                                      "Bearer 0123456789ABCDEF",
                                      "Basic 0123456789abcdef",
                                      "0123456789abcdef"};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    assert_false(sift_http_token_fits(token, wrong[i]));
  }
}

static void test_a_token_file_is_read_with_care(void **state) {
  (void)state;
  static const struct {
    const char *content;
    mode_t mode;
    enum sift_status status;
  } cases[] = {
      {"0123456789abcdef", 0600, SIFT_OK},
      {" \t0123456789abcdef\r\n\n", 0640, SIFT_OK},
      {"0123456789abcde\n", 0600, SIFT_EINVAL},
      {"0123456789 abcdef", 0600, SIFT_EINVAL},
      {"", 0600, SIFT_EINVAL},
      {"0123456789abcdef", 0604, SIFT_EINVAL},
      {"0123456789\xC3\xA9"
       "abcdef",
       0600, SIFT_EINVAL},
  };
  char path[] = "/tmp/http_token_XXXXXX";
  char error[256];
  char *read = NULL;
  int file = mkstemp(path);
  assert_true(file >= 0);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    assert_int_equal(ftruncate(file, 0), 0);
    size_t len = strlen(cases[i].content);
    assert_int_equal(pwrite(file, cases[i].content, len, 0), len);
    assert_int_equal(fchmod(file, cases[i].mode), 0);
    error[0] = '\0';
    assert_int_equal(sift_http_token_read(&read, path, error, sizeof error), cases[i].status);
    if (cases[i].status == SIFT_OK) {
      assert_string_equal(read, token);
    } else {
      assert_null(read);
      assert_non_null(strstr(error, path));
    }
    free(read);
  }
  close(file);
  unlink(path);
  assert_int_equal(sift_http_token_read(&read, path, error, sizeof error), SIFT_EIO);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_only_loopback_is_local),
      cmocka_unit_test(test_a_free_port_is_told),
      cmocka_unit_test(test_an_address_is_checked_without_binding_it),
      cmocka_unit_test(test_a_socket_may_be_handed_over),
      cmocka_unit_test(test_a_socket_file_goes_with_its_server),
      cmocka_unit_test(test_only_the_whole_token_fits),
      cmocka_unit_test(test_a_token_file_is_read_with_care),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
