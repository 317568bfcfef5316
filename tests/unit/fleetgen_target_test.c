#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "tools/fleetgen/target.h"

static struct sift_gen_target good(const char *url) {
  struct sift_gen_target target;
  char error[256] = "";
  if (sift_gen_target_parse(&target, url, error, sizeof(error)) != SIFT_OK) {
    fail_msg("%s: %s", url, error);
  }
  assert_string_equal(target.url, url);
  return target;
}

static void bad(const char *url, const char *hint) {
  struct sift_gen_target target;
  char error[256] = "";
  assert_int_equal(sift_gen_target_parse(&target, url, error, sizeof(error)), SIFT_EINVAL);
  if (strstr(error, hint) == NULL) {
    fail_msg("%s: \"%s\" does not say \"%s\"", url, error, hint);
  }
}

static void each_protocol_has_a_scheme(void **state) {
  (void)state;
  assert_int_equal(good("tcp://localhost:9000").protocol, SIFT_GEN_LINES);
  assert_int_equal(good("syslog://localhost:514").protocol, SIFT_GEN_SYSLOG);
  assert_int_equal(good("forward://localhost:24224").protocol, SIFT_GEN_FORWARD);
}

static void host_and_port_are_taken_apart(void **state) {
  (void)state;
  struct sift_gen_target target = good("forward+tls://logs.example.org:65535");
  assert_true(target.tls);
  assert_string_equal(target.host, "logs.example.org");
  assert_string_equal(target.port, "65535");
  assert_string_equal(target.path, "");
  target = good("tcp://[fe80::1%eth0]:1");
  assert_false(target.tls);
  assert_string_equal(target.host, "fe80::1%eth0");
  assert_string_equal(target.port, "1");
}

static void unix_sockets_have_a_path_and_no_host(void **state) {
  (void)state;
  struct sift_gen_target target = good("syslog+unix:///run/a:b.sock");
  assert_string_equal(target.path, "/run/a:b.sock");
  assert_string_equal(target.host, "");
  char url[300] = "tcp+unix://";
  memset(url + strlen(url), 'x', 280);
  memcpy(url + 11, "/", 1);
  url[11 + SIFT_GEN_SOCKET_PATH_MAX - 1] = '\0';
  assert_int_equal(strlen(good(url).path), SIFT_GEN_SOCKET_PATH_MAX - 1);
  url[11 + SIFT_GEN_SOCKET_PATH_MAX - 1] = 'x';
  url[11 + SIFT_GEN_SOCKET_PATH_MAX] = '\0';
  bad(url, "shorter");
}

static void what_is_wrong_is_said_with_what_to_type(void **state) {
  (void)state;
  bad("", "forward://HOST:PORT");
  bad("localhost:24224", "forward://HOST:PORT");
  bad("http://localhost:80", "forward://localhost:24224");
  bad("://localhost:80", "forward://localhost:24224");
  bad("tcp+ssl://localhost:80", "tcp+tls://HOST:PORT");
  bad("tcp+tls+unix:///run/a", "+tls, +unix or nothing");
  bad("forward://localhost", "HOST:PORT");
  bad("forward://:24224", "HOST:PORT");
  bad("forward://[::1:24224", "[::1]:PORT");
  bad("forward://[::1]24224", "HOST:PORT");
  bad("forward://::1:24224", "brackets");
  bad("tcp://localhost:", "1 to 65535");
  bad("tcp://localhost:0", "1 to 65535");
  bad("tcp://localhost:65536", "1 to 65535");
  bad("tcp://localhost:100000", "1 to 65535");
  bad("tcp://localhost:-1", "1 to 65535");
  bad("tcp://localhost:80/path", "options");
  bad("tcp+unix://run/a", "three slashes");
  bad("tcp+unix:///", "three slashes");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_protocol_has_a_scheme),
      cmocka_unit_test(host_and_port_are_taken_apart),
      cmocka_unit_test(unix_sockets_have_a_path_and_no_host),
      cmocka_unit_test(what_is_wrong_is_said_with_what_to_type),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
