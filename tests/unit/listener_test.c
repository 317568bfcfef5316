#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ingest/serve/listener.h"

static struct sift_arena arena;
static char error[SIFT_LISTENER_ERROR_BYTES];

static int set_up(void **state) {
  (void)state;
  sift_arena_init(&arena);
  memset(error, 'x', sizeof error);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  sift_arena_release(&arena);
  return 0;
}

static struct sift_listener_config parse(const char *url) {
  struct sift_listener_config listener;
  assert_int_equal(sift_listener_parse(&listener, &arena, url, error), SIFT_OK);
  return listener;
}

static void expect_refused(const char *url, const char *says) {
  struct sift_listener_config listener;
  assert_int_equal(sift_listener_parse(&listener, &arena, url, error), SIFT_EINVAL);
  if (strstr(error, says) == NULL) {
    fail_msg("%s: %s", url, error);
  }
}

static void the_scheme_says_protocol_and_transport(void **state) {
  (void)state;
  struct sift_listener_config listener = parse("tcp://127.0.0.1:5140");
  assert_int_equal(listener.kind, SIFT_PROTOCOL_LINES);
  assert_int_equal(listener.place, SIFT_LISTEN_ADDRESS);
  assert_false(listener.tls);
  assert_string_equal(listener.name, "tcp://127.0.0.1:5140");
  assert_string_equal(listener.host, "127.0.0.1");
  assert_string_equal(listener.port, "5140");
  assert_null(listener.space);
  listener = parse("syslog+tls://logs.example.org:6514");
  assert_int_equal(listener.kind, SIFT_PROTOCOL_SYSLOG);
  assert_true(listener.tls);
  listener = parse("forward+unix:///run/spacesift.sock?space={tag}");
  assert_int_equal(listener.kind, SIFT_PROTOCOL_FORWARD);
  assert_int_equal(listener.place, SIFT_LISTEN_UNIX);
  assert_string_equal(listener.path, "/run/spacesift.sock");
  assert_string_equal(listener.space, "{tag}");
  assert_string_equal(listener.name, "forward+unix:///run/spacesift.sock");
  listener = parse("tcp+systemd+tls://name");
  assert_int_equal(listener.place, SIFT_LISTEN_SYSTEMD);
  assert_true(listener.tls);
  assert_string_equal(listener.path, "name");
  assert_string_equal(parse("tcp+systemd://").path, "");
}

static void addresses_may_be_ipv6_or_any(void **state) {
  (void)state;
  struct sift_listener_config listener = parse("tcp://[2001:db8::1]:514");
  assert_string_equal(listener.host, "2001:db8::1");
  assert_string_equal(listener.port, "514");
  assert_string_equal(parse("tcp://:0").host, "");
  assert_string_equal(parse("tcp://:65535").port, "65535");
}

static void values_are_percent_decoded(void **state) {
  (void)state;
  struct sift_listener_config listener =
      parse("tcp://:1?space=a%26b%3dc%25&channel=run&time={t}&text=%41%5a%5A&cert=/c&key=/k&client-ca=/a");
  assert_string_equal(listener.space, "a&b=c%");
  assert_string_equal(listener.channel, "run");
  assert_string_equal(listener.time, "{t}");
  assert_string_equal(listener.text, "AZZ");
  assert_string_equal(listener.certificate, "/c");
  assert_string_equal(listener.key, "/k");
  assert_string_equal(listener.client_ca, "/a");
  listener = parse("forward://:1?shared-key-file=/s&users-file=/u&hostname=h&");
  assert_string_equal(listener.shared_key_file, "/s");
  assert_string_equal(listener.users_file, "/u");
  assert_string_equal(listener.hostname, "h");
}

static void what_is_wrong_is_said_with_what_to_type(void **state) {
  (void)state;
  static const char *const schemes[] = {"",           "tcp",          "127.0.0.1:1",       "http://x:1",     "tcpx://x:1",
                                        "tcp+://x:1", "tcp++tls://x", "+tls://x:1",        "tcp+tls+tls://", "tcp+unix+systemd://x",
                                        "TCP://x:1",  "tcp+ssl://x",  "tcp+unix+unix:///a"};
  for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
    expect_refused(schemes[i], "is no listener: type e.g. tcp://127.0.0.1:5140");
  }
  expect_refused("tcp://", "has no port: write HOST:PORT");
  expect_refused("tcp://localhost", "has no port");
  expect_refused("tcp://localhost:", "is no port");
  expect_refused("tcp://localhost:http", "is no port");
  expect_refused("tcp://localhost:65536", "is no port: write a number from 0 to 65535");
  expect_refused("tcp://localhost:000080", "is no port");
  expect_refused("tcp://::1:80", "write an IPv6 address in brackets");
  expect_refused("tcp+unix://run/x", "write an absolute one");
  expect_refused("tcp+unix:///", "write an absolute one");
  expect_refused("tcp://:1?space", "has no value: write OPTION=VALUE");
  expect_refused("tcp://:1?space=", "'space' has no value");
  expect_refused("tcp://:1?space=%00x", "NUL");
  expect_refused("tcp://:1?space=%4", "a percent sign begins a byte in hexadecimal, as in %26; write %25");
  expect_refused("tcp://:1?space=%", "a percent sign");
  expect_refused("tcp://:1?space=%4g", "a percent sign");
  expect_refused("tcp://:1?space=a&space=b", "'space' is given twice");
  expect_refused("tcp://:1?spaces=a", "there is no option 'spaces': use space, channel");
  expect_refused("tcp://:1?=a", "there is no option ''");
}

static void messages_stay_in_bounds_however_long_the_url(void **state) {
  (void)state;
  char url[5000] = "tcp+unix:///";
  size_t len = strlen(url);
  memset(url + len, 'p', sizeof url - len - 1);
  url[sizeof url - 1] = '\0';
  expect_refused(url, "at most 100 bytes");
  memcpy(url, "tcp://:1?", 9);
  expect_refused(url, "has no value");
  memcpy(url, "udp", 3);
  expect_refused(url, "is no listener");
}

static void what_goes_together_is_checked(void **state) {
  (void)state;
  static const struct {
    const char *url, *says;
  } cases[] = {
      {"tcp+tls://:1", "TLS needs a certificate and its key"},
      {"tcp+tls://:1?cert=/c", "TLS needs a certificate and its key"},
      {"tcp+tls://:1?key=/k", "TLS needs a certificate and its key"},
      {"tcp://:1?cert=/c", "add +tls to the scheme"},
      {"tcp://:1?key=/k", "add +tls to the scheme"},
      {"tcp://:1?client-ca=/a", "add +tls to the scheme"},
      {"tcp://:1?shared-key-file=/s", "are for forward listeners"},
      {"syslog://:1?hostname=h", "are for forward listeners"},
      {"forward://:1?users-file=/u", "need a shared-key-file"},
      {"forward://:1?hostname=h", "need a shared-key-file"},
      {"forward://:1?shared-key-file=/s&users-file=/u&hostname=h", NULL},
      {"tcp+tls://:1?cert=/c&key=/k&client-ca=/a", NULL},
      {"tcp://:1?space=x", NULL},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct sift_listener_config listener = parse(cases[i].url);
    enum sift_status status = sift_listener_check(&listener, error);
    assert_int_equal(status, cases[i].says != NULL ? SIFT_EINVAL : SIFT_OK);
    if (cases[i].says != NULL && strstr(error, cases[i].says) == NULL) {
      fail_msg("%s: %s", cases[i].url, error);
    }
  }
}

static void options_of_a_file_are_taken_as_they_stand(void **state) {
  (void)state;
  struct sift_listener_config listener = parse("tcp://:1");
  assert_int_equal(sift_listener_set(&listener, &arena, sift_span_of("space"), sift_span_of("100%"), error), SIFT_OK);
  assert_string_equal(listener.space, "100%");
  assert_int_equal(sift_listener_set(&listener, &arena, sift_span_of("url"), sift_span_of("x"), error), SIFT_EINVAL);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      TEST(the_scheme_says_protocol_and_transport),
      TEST(addresses_may_be_ipv6_or_any),
      TEST(values_are_percent_decoded),
      TEST(what_is_wrong_is_said_with_what_to_type),
      TEST(messages_stay_in_bounds_however_long_the_url),
      TEST(what_goes_together_is_checked),
      TEST(options_of_a_file_are_taken_as_they_stand),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
