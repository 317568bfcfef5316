#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tools/measure/host.h"

static void what_it_was_measured_on_is_told(void **state) {
  (void)state;
  struct sift_host host;
  sift_host_read(&host);
  assert_true(host.cores >= 1 && host.cpus >= 1);
  assert_true(host.cpu[0] != '\0' && strchr(host.cpu, '\n') == NULL);
  assert_true(host.hyperscan[0] != '\0' && host.pcre[0] != '\0' && host.zstd[0] != '\0' && host.platform[0] != '\0');
  assert_true(host.compiler[0] != '\0' && host.build[0] != '\0' && host.version[0] != '\0');
  assert_int_equal(strlen(host.date), strlen("2026-01-31T00:00:00+00:00"));
  assert_int_equal(host.date[10], 'T');
  assert_true(host.mhz >= 0);
}

static void a_sanitized_build_says_so(void **state) {
  (void)state;
  struct sift_host host;
  sift_host_read(&host);
  bool told = strstr(host.build, "sanitizers") != NULL || strcmp(host.build, "Debug") == 0;
  assert_int_equal(sift_host_slow_build(), told);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_it_was_measured_on_is_told),
      cmocka_unit_test(a_sanitized_build_says_so),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
