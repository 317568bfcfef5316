#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ingest/cores.h"
#include "ingest/scan.h"

static char mount[] = "/tmp/sift_cores_XXXXXX";

static int make_mount(void **state) {
  (void)state;
  return mkdtemp(mount) == NULL ? -1 : 0;
}

static int remove_mount(void **state) {
  (void)state;
  char command[100];
  snprintf(command, sizeof command, "rm -r %s", mount);
  return system(command); /* NOLINT: a path of our own making */
}

static void put(const char *directory, const char *file, const char *text) {
  char path[300];
  snprintf(path, sizeof path, "%s/%s", mount, directory);
  mkdir(path, 0700);
  snprintf(path, sizeof path, "%s/%s/%s", mount, directory, file);
  FILE *out = fopen(path, "w");
  assert_non_null(out);
  fputs(text, out);
  fclose(out);
}

static unsigned quota(const char *groups) {
  char path[300];
  put("", "groups", groups);
  snprintf(path, sizeof path, "%s/groups", mount);
  return sift_cores_quota(path, mount);
}

static void the_smallest_quota_on_the_way_up_counts(void **state) {
  (void)state;
  put("a", "cpu.max", "400000 100000\n");
  put("a/b", "cpu.max", "max 100000\n");
  put("a/b/c", "cpu.max", "150000 100000\n");
  assert_int_equal(quota("0::/a/b/c\n"), 2);
  assert_int_equal(quota("0::/a/b\n"), 4);
  assert_int_equal(quota("0::/a/b/gone/away\n"), 4);
  assert_int_equal(quota("0::/elsewhere\n"), 0);
  put("", "cpu.max", "50000 100000\n");
  assert_int_equal(quota("0::/elsewhere\n"), 1);
  assert_int_equal(quota("0::/\n"), 1);
  put("", "cpu.max", "max 100000\n");
}

static void version_one_has_a_mount_of_its_own(void **state) {
  (void)state;
  put("cpu,cpuacct", "cpu.cfs_quota_us", "-1\n");
  put("cpu,cpuacct", "cpu.cfs_period_us", "100000\n");
  put("cpu,cpuacct/job", "cpu.cfs_quota_us", "250000\n");
  put("cpu,cpuacct/job", "cpu.cfs_period_us", "100000\n");
  assert_int_equal(quota("5:memory:/job\n4:cpu,cpuacct:/job\n"), 3);
  assert_int_equal(quota("4:cpu,cpuacct:/\n"), 0);
  assert_int_equal(quota("5:cpuset:/job\n"), 0);
}

static void nonsense_sets_no_limit(void **state) {
  (void)state;
  put("bad", "cpu.max", "what is this\n");
  assert_int_equal(quota("0::/bad\n"), 0);
  put("bad", "cpu.max", "100000 0\n");
  assert_int_equal(quota("0::/bad\n"), 0);
  put("bad", "cpu.max", "-5 100000\n");
  assert_int_equal(quota("0::/bad\n"), 0);
  assert_int_equal(quota("nonsense\n:\n0:\n"), 0);
  assert_int_equal(sift_cores_quota("/nonexistent", "/nonexistent"), 0);
}

static void there_is_at_least_one_core_and_no_more_than_the_machine_has(void **state) {
  (void)state;
  assert_in_range(sift_cores(), 1, (unsigned long)sysconf(_SC_NPROCESSORS_CONF));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_smallest_quota_on_the_way_up_counts),
      cmocka_unit_test(version_one_has_a_mount_of_its_own),
      cmocka_unit_test(nonsense_sets_no_limit),
      cmocka_unit_test(there_is_at_least_one_core_and_no_more_than_the_machine_has),
  };
  return cmocka_run_group_tests(tests, make_mount, remove_mount);
}
