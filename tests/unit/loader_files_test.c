#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "patterns/loader.h"

static char folder[64];

static int make_folder(void **state) {
  (void)state;
  strcpy(folder, "/tmp/loader_files_test.XXXXXX");
  return mkdtemp(folder) != NULL ? 0 : -1;
}

static int remove_folder(void **state) {
  (void)state;
  char command[100];
  snprintf(command, sizeof command, "rm -r %s", folder);
  return system(command);
}

static const char *in_folder(const char *name) {
  static char path[200];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

static void write_file(const char *name, const char *text) {
  FILE *file = fopen(in_folder(name), "wb");
  assert_non_null(file);
  fputs(text, file);
  assert_int_equal(fclose(file), 0);
}

static void expect_refused(const char *path, enum sift_status status, const char *part) {
  struct sift_problems problems;
  struct sift_ruleset *ruleset = NULL;
  sift_problems_init(&problems);
  assert_int_equal(sift_rules_load(&ruleset, path, &problems), status);
  assert_null(ruleset);
  assert_true(problems.errors >= 1);
  if (strstr(problems.items[0].message, part) == NULL) {
    fail_msg("'%s' does not say '%s'", problems.items[0].message, part);
  }
  assert_true(strncmp(problems.items[0].file, path, strlen(path)) == 0);
  sift_problems_release(&problems);
}

static struct sift_ruleset *load(const char *path) {
  struct sift_problems problems;
  struct sift_ruleset *ruleset = NULL;
  sift_problems_init(&problems);
  enum sift_status status = sift_rules_load(&ruleset, path, &problems);
  sift_problems_print(&problems, stderr);
  assert_int_equal(status, SIFT_OK);
  sift_problems_release(&problems);
  return ruleset;
}

static void one_file_is_a_set(void **state) {
  (void)state;
  struct sift_ruleset *ruleset = load(SIFT_TEST_DATA "/rules/good/minimal.yaml");
  assert_string_equal(ruleset->name, "minimal");
  assert_string_equal(ruleset->rules[0].file, SIFT_TEST_DATA "/rules/good/minimal.yaml");
  sift_ruleset_free(ruleset);
}

static void a_directory_is_read_with_or_without_a_slash_and_other_files_are_left_alone(void **state) {
  (void)state;
  struct sift_ruleset *with = load(SIFT_TEST_DATA "/rules/good/split/");
  struct sift_ruleset *without = load(SIFT_TEST_DATA "/rules/good/split");
  assert_int_equal(with->rule_count, 3);
  assert_string_equal(with->hash_text, without->hash_text);
  assert_string_equal(with->rules[0].file, SIFT_TEST_DATA "/rules/good/split/30-more.yml");
  sift_ruleset_free(with);
  sift_ruleset_free(without);
}

static void what_cannot_be_read_is_told(void **state) {
  (void)state;
  expect_refused("/nowhere/at/all", SIFT_EIO, "No such file");
  expect_refused("/dev/null", SIFT_EIO, "no regular file");
  expect_refused(in_folder(""), SIFT_EIO, "holds no *.yaml file");
  write_file(".hidden.yaml", "rules: []\n");
  write_file("a.yaml~", "rules: []\n");
  expect_refused(in_folder(""), SIFT_EIO, "holds no *.yaml file");
}

static void a_named_pipe_does_not_hang(void **state) {
  (void)state;
  assert_int_equal(mkfifo(in_folder("pipe.yaml"), 0600), 0);
  expect_refused(in_folder("pipe.yaml"), SIFT_EIO, "no regular file");
  unlink(in_folder("pipe.yaml"));
}

static void a_huge_file_is_refused_without_reading_it(void **state) {
  (void)state;
  write_file("huge.yaml", "");
  assert_int_equal(truncate(in_folder("huge.yaml"), (off_t)100 << 30), 0);
  expect_refused(in_folder("huge.yaml"), SIFT_EIO, "larger than 16 MiB");
  unlink(in_folder("huge.yaml"));
}

static void every_unreadable_file_of_a_directory_is_told(void **state) {
  (void)state;
  struct sift_problems problems;
  struct sift_ruleset *ruleset = NULL;
  assert_int_equal(mkdir(in_folder("b.yaml"), 0700), 0);
  assert_int_equal(symlink("missing", in_folder("a.yaml")), 0);
  sift_problems_init(&problems);
  assert_int_equal(sift_rules_load(&ruleset, folder, &problems), SIFT_EIO);
  assert_int_equal(problems.errors, 2);
  sift_problems_release(&problems);
  rmdir(in_folder("b.yaml"));
  unlink(in_folder("a.yaml"));
}

static void an_unreadable_file_does_not_hide_what_is_wrong_in_the_others(void **state) {
  (void)state;
  struct sift_problems problems;
  struct sift_ruleset *ruleset = NULL;
  assert_int_equal(symlink("missing", in_folder("a.yaml")), 0);
  write_file("b.yaml", "rules:\n  - {id: b, class: there, severity: eror, title: T, any: [word], "
                       "examples: {match: [ward], no_match: [x]}}\n");
  sift_problems_init(&problems);
  assert_int_equal(sift_rules_load(&ruleset, folder, &problems), SIFT_EIO);
  assert_null(ruleset);
  assert_int_equal(problems.errors, 3);
  assert_string_equal(problems.items[1].field, "severity");
  assert_string_equal(problems.items[2].field, "examples.match[1]");
  sift_problems_release(&problems);
  write_file("b.yaml", "rules:\n  - {id: b, class: there, severity: error, title: T, any: [word], "
                       "examples: {match: [word], no_match: [x]}}\n");
  sift_problems_init(&problems);
  assert_int_equal(sift_rules_load(&ruleset, folder, &problems), SIFT_EIO);
  assert_null(ruleset);
  assert_int_equal(problems.errors, 1); /* the class may stand in the file that cannot be read */
  sift_problems_release(&problems);
}

static void sixty_four_mib_are_the_limit_of_a_directory(void **state) {
  (void)state;
  for (int i = 0; i < 5; i++) {
    char name[24];
    snprintf(name, sizeof name, "%d.yaml", i);
    write_file(name, "");
    assert_int_equal(truncate(in_folder(name), 16 << 20), 0);
  }
  expect_refused(folder, SIFT_EIO, "larger than 64 MiB");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(one_file_is_a_set),
      cmocka_unit_test(a_directory_is_read_with_or_without_a_slash_and_other_files_are_left_alone),
      cmocka_unit_test_setup_teardown(what_cannot_be_read_is_told, make_folder, remove_folder),
      cmocka_unit_test_setup_teardown(a_named_pipe_does_not_hang, make_folder, remove_folder),
      cmocka_unit_test_setup_teardown(a_huge_file_is_refused_without_reading_it, make_folder, remove_folder),
      cmocka_unit_test_setup_teardown(every_unreadable_file_of_a_directory_is_told, make_folder, remove_folder),
      cmocka_unit_test_setup_teardown(an_unreadable_file_does_not_hide_what_is_wrong_in_the_others, make_folder, remove_folder),
      cmocka_unit_test_setup_teardown(sixty_four_mib_are_the_limit_of_a_directory, make_folder, remove_folder),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
