#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "patterns/cache_tidy.h"

#define HASH "0123456789abcdef0123456789abcde"
#define STORED "00000000000000000000000000000000-0000000000000000.db" /* first by name */

struct place {
  char path[64];
  int fd;
};

/* A file that was used so long ago. */
static void make(const struct place *place, const char *name, time_t seconds_ago) {
  int fd = openat(place->fd, name, O_CREAT | O_WRONLY, 0600);
  const struct timespec times[2] = {{.tv_sec = time(NULL) - seconds_ago}, {.tv_sec = time(NULL) - seconds_ago}};
  assert_true(fd >= 0);
  assert_int_equal(futimens(fd, times), 0);
  close(fd);
}

static int set_up(void **state) {
  struct place *place = calloc(1, sizeof *place);
  assert_non_null(place);
  strcpy(place->path, "/tmp/cache_tidy_test.XXXXXX");
  assert_non_null(mkdtemp(place->path));
  place->fd = open(place->path, O_RDONLY | O_DIRECTORY);
  assert_true(place->fd >= 0);
  make(place, STORED, 0);
  *state = place;
  return 0;
}

static int tear_down(void **state) {
  struct place *place = *state;
  char command[128];
  close(place->fd);
  snprintf(command, sizeof command, "rm -r %s", place->path);
  int failed = system(command);
  free(place);
  return failed;
}

static bool is_there(const struct place *place, const char *name) {
  return faccessat(place->fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* The i-th of many, by name not in the order of use. */
static const char *name_of(int i) {
  static char name[128];
  static const char *const forms[] = {HASH "%x-cf0687288e99f367.db", HASH "%x-cf0687288e99f367-profile.db",
                                      HASH "%x-aa0687288e99f367.db", "builtin-" HASH "%x.rules"};
  char digit[2] = {"0123456789abcdef"[i / 4 * 7 % 16], '\0'};
  const char *form = forms[i % 4];
  const char *at = strstr(form, "%x");
  snprintf(name, sizeof name, "%.*s%s%s", (int)(at - form), form, digit, at + 2);
  return name;
}

static void those_used_last_stay(void **state) {
  const struct place *place = *state;
  enum { FILES = 64 };
  for (int i = 0; i < FILES; i++) {
    make(place, name_of(i), 100 + i * 37 % FILES);
  }
  sift_cache_tidy(place->path, STORED);
  for (int i = 0; i < FILES; i++) {
    assert_int_equal(is_there(place, name_of(i)), i * 37 % FILES < SIFT_CACHE_FILES_MAX - 1);
  }
}

static void few_files_stay_however_old(void **state) {
  const struct place *place = *state;
  for (int i = 0; i < SIFT_CACHE_FILES_MAX - 1; i++) {
    make(place, name_of(i), 100000000 + i);
  }
  sift_cache_tidy(place->path, STORED);
  for (int i = 0; i < SIFT_CACHE_FILES_MAX - 1; i++) {
    assert_true(is_there(place, name_of(i)));
  }
}

static void a_file_that_was_touched_is_young(void **state) {
  const struct place *place = *state;
  for (int i = 0; i < SIFT_CACHE_FILES_MAX; i++) {
    make(place, name_of(i), 1000 + i);
  }
  int fd = openat(place->fd, name_of(SIFT_CACHE_FILES_MAX - 1), O_RDONLY);
  sift_cache_touch(fd);
  close(fd);
  sift_cache_tidy(place->path, STORED);
  assert_true(is_there(place, name_of(SIFT_CACHE_FILES_MAX - 1)));
  assert_false(is_there(place, name_of(SIFT_CACHE_FILES_MAX - 2)));
}

static void what_was_left_half_written_goes_once_it_is_old(void **state) {
  const struct place *place = *state;
  make(place, HASH "f-cf0687288e99f367.db.tmp-aB3dE6", 4000);
  make(place, "builtin-" HASH "f.rules.tmp-aB3dE6", 4000);
  make(place, HASH "f-cf0687288e99f367.db.tmp-zzzzzz", 60);
  sift_cache_tidy(place->path, STORED);
  assert_false(is_there(place, HASH "f-cf0687288e99f367.db.tmp-aB3dE6"));
  assert_false(is_there(place, "builtin-" HASH "f.rules.tmp-aB3dE6"));
  assert_true(is_there(place, HASH "f-cf0687288e99f367.db.tmp-zzzzzz"));
}

static void what_others_keep_there_is_left_alone(void **state) {
  const struct place *place = *state;
  static const char *const others[] = {"notes.db",
                                       HASH ".db",
                                       HASH "0.txt",
                                       "builtin-.rules",
                                       HASH "0-cf0687288e99f367.db.bak",
                                       HASH "0-cf0687288e99f367.db.backup",
                                       HASH "0x-cf0687288e99f367.db",
                                       HASH "0-.db"};
  char link[] = HASH "f-0000000000000000.db";
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
    make(place, others[i], 1000000);
  }
  assert_int_equal(symlinkat("notes.db", place->fd, link), 0);
  assert_int_equal(mkdirat(place->fd, HASH "e-0000000000000000.db", 0700), 0);
  for (int i = 0; i < SIFT_CACHE_FILES_MAX; i++) {
    make(place, name_of(i), 10);
  }
  sift_cache_tidy(place->path, STORED);
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
    assert_true(is_there(place, others[i]));
  }
  assert_true(is_there(place, link));
  assert_true(is_there(place, HASH "e-0000000000000000.db"));
}

/* A clock that was ahead once, or a machine whose clock is: what was just written stays, and the next one too. */
static void what_was_just_stored_stays_whatever_the_times_of_others(void **state) {
  const struct place *place = *state;
  static const time_t ago[] = {-86400, 0};
  for (size_t k = 0; k < sizeof ago / sizeof ago[0]; k++) {
    for (int i = 0; i < 40; i++) {
      make(place, name_of(i), ago[k]);
    }
    sift_cache_tidy(place->path, STORED);
    assert_true(is_there(place, STORED));
  }
  make(place, name_of(50), 5);
  for (int i = 0; i < 40; i++) {
    make(place, name_of(i), -86400);
  }
  sift_cache_tidy(place->path, STORED);
  assert_true(is_there(place, name_of(50))); /* times ahead tell nothing */
}

static void many_bytes_are_too_many_files(void **state) {
  const struct place *place = *state;
  for (int i = 0; i < 4; i++) {
    make(place, name_of(i), 100 + i);
    int fd = openat(place->fd, name_of(i), O_WRONLY);
    assert_int_equal(ftruncate(fd, (off_t)400 << 20), 0); /* no block of it is on disk */
    close(fd);
    make(place, name_of(i), 100 + i);
  }
  sift_cache_tidy(place->path, STORED);
  for (int i = 0; i < 4; i++) {
    assert_int_equal(is_there(place, name_of(i)), i < 2);
  }
}

static void a_directory_that_others_may_enter_is_left_alone(void **state) {
  const struct place *place = *state;
  for (int i = 0; i < 40; i++) {
    make(place, name_of(i), 100 + i);
  }
  assert_int_equal(fchmod(place->fd, 0750), 0);
  sift_cache_tidy(place->path, STORED);
  for (int i = 0; i < 40; i++) {
    assert_true(is_there(place, name_of(i)));
  }
}

static void a_directory_that_is_not_there_is_no_error(void **state) {
  (void)state;
  sift_cache_tidy("/nowhere/at/all", STORED);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      TEST(those_used_last_stay),
      TEST(few_files_stay_however_old),
      TEST(a_file_that_was_touched_is_young),
      TEST(what_was_left_half_written_goes_once_it_is_old),
      TEST(what_others_keep_there_is_left_alone),
      TEST(what_was_just_stored_stays_whatever_the_times_of_others),
      TEST(many_bytes_are_too_many_files),
      TEST(a_directory_that_others_may_enter_is_left_alone),
      TEST(a_directory_that_is_not_there_is_no_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
