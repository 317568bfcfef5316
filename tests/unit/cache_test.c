#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "patterns/cache.h"
#include "patterns/cache_tidy.h"
#include "patterns/loader.h"

struct place {
  char home[64], directory[96], file[512];
  size_t files;
};

static int set_up(void **state) {
  struct place *place = calloc(1, sizeof *place);
  assert_non_null(place);
  strcpy(place->home, "/tmp/cache_test.XXXXXX");
  assert_non_null(mkdtemp(place->home));
  snprintf(place->directory, sizeof place->directory, "%s/spacesift", place->home);
  assert_int_equal(setenv("XDG_CACHE_HOME", place->home, 1), 0);
  *state = place;
  return 0;
}

/* What is in the cache: how many files, and the name of one. */
static void look(struct place *place) {
  DIR *directory = opendir(place->directory);
  const struct dirent *entry = NULL;
  place->files = 0;
  while (directory != NULL && (entry = readdir(directory)) != NULL) {
    if (entry->d_name[0] != '.') {
      place->files++;
      snprintf(place->file, sizeof place->file, "%s/%s", place->directory, entry->d_name);
    }
  }
  if (directory != NULL) {
    closedir(directory);
  }
}

static int tear_down(void **state) {
  struct place *place = *state;
  for (look(place); place->files > 0; look(place)) {
    assert_int_equal(unlink(place->file), 0);
  }
  rmdir(place->directory);
  rmdir(place->home);
  free(place);
  return 0;
}

/* The hash of the rules as loaded. */
static void load(char hash[33], bool use_cache) {
  struct sift_problems problems;
  struct sift_ruleset *ruleset = NULL;
  sift_problems_init(&problems);
  assert_int_equal(sift_rules_load_kept(&ruleset, NULL, use_cache, &problems), SIFT_OK);
  assert_int_equal(problems.count, 0);
  memcpy(hash, ruleset->hash_text, 33);
  sift_ruleset_free(ruleset);
  sift_problems_release(&problems);
}

static ino_t inode(const char *path) {
  struct stat st;
  assert_int_equal(stat(path, &st), 0);
  return st.st_ino;
}

static void the_built_in_pack_is_read_once_and_then_kept(void **state) {
  struct place *place = *state;
  char parsed[33];
  char first[33];
  char second[33];
  load(parsed, false);
  look(place);
  assert_int_equal(place->files, 0);
  load(first, true);
  look(place);
  assert_int_equal(place->files, 1);
  ino_t kept = inode(place->file);
  load(second, true);
  look(place);
  assert_int_equal(place->files, 1);
  assert_int_equal(inode(place->file), kept);
  assert_string_equal(parsed, first);
  assert_string_equal(parsed, second);
}

static void a_damaged_one_is_read_anew_in_silence_and_mended(void **state) {
  struct place *place = *state;
  char first[33];
  char second[33];
  load(first, true);
  look(place);
  off_t cuts[] = {0, 7, 60, 5000};
  for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
    struct stat whole;
    struct stat mended;
    assert_int_equal(stat(place->file, &whole), 0);
    assert_int_equal(truncate(place->file, cuts[i]), 0);
    load(second, true);
    assert_string_equal(first, second);
    assert_int_equal(stat(place->file, &mended), 0);
    assert_int_equal(mended.st_size, whole.st_size);
  }
}

static void ones_own_rules_are_always_parsed(void **state) {
  struct place *place = *state;
  struct sift_problems problems;
  struct sift_ruleset *ruleset = NULL;
  sift_problems_init(&problems);
  assert_int_equal(sift_rules_load_kept(&ruleset, SIFT_TEST_DATA "/rules/good/split", true, &problems), SIFT_OK);
  look(place);
  assert_int_equal(place->files, 0);
  sift_ruleset_free(ruleset);
  sift_problems_release(&problems);
}

/* Files that look like those of the cache, used so long ago, or later than now. */
static void fill(const struct place *place, time_t seconds_ago) {
  for (unsigned i = 0; i < SIFT_CACHE_FILES_MAX + 8; i++) {
    char path[512];
    snprintf(path, sizeof path, "%s/%032x-cf0687288e99f367.db", place->directory, i);
    int fd = open(path, O_CREAT | O_WRONLY, 0600);
    const struct timespec times[2] = {{.tv_sec = time(NULL) - seconds_ago}, {.tv_sec = time(NULL) - seconds_ago}};
    assert_true(fd >= 0);
    assert_int_equal(futimens(fd, times), 0);
    close(fd);
  }
}

/* The kept pack; its path is in place->file if it is there. */
static bool pack_is_kept(struct place *place) {
  DIR *directory = opendir(place->directory);
  const struct dirent *entry = NULL;
  bool found = false;
  while ((entry = readdir(directory)) != NULL) {
    if (strncmp(entry->d_name, "builtin-", 8) == 0) {
      found = true;
      snprintf(place->file, sizeof place->file, "%s/%s", place->directory, entry->d_name);
    }
  }
  closedir(directory);
  return found;
}

static void what_is_kept_makes_room_for_itself(void **state) {
  struct place *place = *state;
  static const time_t ago[] = {1000, 0, -86400};
  char hash[33];
  assert_int_equal(mkdir(place->directory, 0700), 0);
  for (size_t i = 0; i < sizeof ago / sizeof ago[0]; i++) {
    fill(place, ago[i]);
    load(hash, true);
    look(place);
    assert_int_equal(place->files, SIFT_CACHE_FILES_MAX);
    assert_true(pack_is_kept(place));
    ino_t first = inode(place->file);
    load(hash, true);
    assert_int_equal(inode(place->file), first);
    assert_int_equal(unlink(place->file), 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(the_built_in_pack_is_read_once_and_then_kept, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_damaged_one_is_read_anew_in_silence_and_mended, set_up, tear_down),
      cmocka_unit_test_setup_teardown(ones_own_rules_are_always_parsed, set_up, tear_down),
      cmocka_unit_test_setup_teardown(what_is_kept_makes_room_for_itself, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
