#include "patterns/cache_tidy.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { HASH_DIGITS = 32, BUILD_DIGITS = 16, HOUR_S = 3600, OTHERS_MAX = SIFT_CACHE_FILES_MAX - 1 };

enum kind {
  KIND_OTHER,
  KIND_KEPT,
  KIND_HALF, /* what a writer gives its final name when it is whole */
};

/* A file that may stay. */
struct entry {
  char name[NAME_MAX + 1];
  struct timespec used;
  ino_t inode;
  uint64_t bytes;
};

/* The directory, and what may stay in it beside `stored`. */
struct tidying {
  int directory;
  const char *stored;
  struct stat stored_stat;
  struct entry others[OTHERS_MAX];
  size_t count;
};

/* ---- names ---- */

static const char *past(const char *at, const char *word) {
  size_t len = strlen(word);
  return at != NULL && strncmp(at, word, len) == 0 ? at + len : NULL;
}

static const char *past_hex(const char *at, size_t digits) {
  return at != NULL && strspn(at, "0123456789abcdef") == digits ? at + digits : NULL;
}

/* HASH-BUILD.db, HASH-BUILD-profile.db, builtin-HASH.rules */
static const char *past_name(const char *name) {
  const char *build = past_hex(past(past_hex(name, HASH_DIGITS), "-"), BUILD_DIGITS);
  const char *profiled = past(build, "-profile");
  const char *database = past(profiled != NULL ? profiled : build, ".db");
  return database != NULL ? database : past(past_hex(past(name, "builtin-"), HASH_DIGITS), ".rules");
}

static enum kind kind_of(const char *name) {
  const char *end = past_name(name);
  if (end == NULL) {
    return KIND_OTHER;
  }
  size_t marked = strlen(SIFT_CACHE_HALF) - strlen("XXXXXX");
  bool half = strncmp(end, SIFT_CACHE_HALF, marked) == 0 && strlen(end) == strlen(SIFT_CACHE_HALF);
  return *end == '\0' ? KIND_KEPT : half ? KIND_HALF : KIND_OTHER;
}

/* ---- times ---- */

/* The time of the last change stays: that is when the file was made. */
void sift_cache_touch(int fd) {
  const struct timespec times[2] = {{.tv_nsec = UTIME_NOW}, {.tv_nsec = UTIME_OMIT}};
  (void)futimens(fd, times);
}

static int compare_times(struct timespec a, struct timespec b) {
  if (a.tv_sec != b.tv_sec) {
    return a.tv_sec < b.tv_sec ? -1 : 1;
  }
  return (a.tv_nsec > b.tv_nsec) - (a.tv_nsec < b.tv_nsec);
}

static struct timespec used_at(const struct stat *st, time_t now) {
  struct timespec used = compare_times(st->st_atim, st->st_mtim) > 0 ? st->st_atim : st->st_mtim;
  return used.tv_sec <= now + HOUR_S ? used : (struct timespec){0};
}

/* Used last comes first. */
static int by_use(const void *a, const void *b) {
  const struct entry *x = a;
  const struct entry *y = b;
  int order = compare_times(y->used, x->used);
  return order != 0 ? order : strcmp(x->name, y->name);
}

/* ---- files ---- */

static bool is_own_file(int directory, const char *name, struct stat *st) {
  return fstatat(directory, name, st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st->st_mode) && st->st_uid == geteuid();
}

/* Unless it was used or put there anew in the meantime. */
static void let_go(const struct tidying *tidying, const struct entry *entry) {
  struct stat st;
  if (is_own_file(tidying->directory, entry->name, &st) && st.st_ino == entry->inode &&
      compare_times(used_at(&st, tidying->stored_stat.st_mtim.tv_sec), entry->used) == 0) {
    (void)unlinkat(tidying->directory, entry->name, 0);
  }
}

/* Where there is no room, the one used longest ago goes. */
static void take(struct tidying *tidying, const struct entry *entry) {
  struct entry *longest = NULL;
  for (size_t i = 0; i < tidying->count; i++) {
    struct entry *other = &tidying->others[i];
    if (strcmp(other->name, entry->name) == 0) {
      return; /* a directory that changes may show a name twice */
    }
    longest = longest == NULL || by_use(longest, other) < 0 ? other : longest;
  }
  if (tidying->count < OTHERS_MAX) {
    tidying->others[tidying->count++] = *entry;
  } else if (by_use(entry, longest) < 0) {
    let_go(tidying, longest);
    *longest = *entry;
  } else {
    let_go(tidying, entry);
  }
}

static void look_at(struct tidying *tidying, const char *name) {
  enum kind kind = kind_of(name);
  struct stat st;
  if (kind == KIND_OTHER || strcmp(name, tidying->stored) == 0 || !is_own_file(tidying->directory, name, &st)) {
    return;
  }
  time_t now = tidying->stored_stat.st_mtim.tv_sec;
  struct entry entry = {.used = used_at(&st, now), .inode = st.st_ino, .bytes = (uint64_t)st.st_size};
  snprintf(entry.name, sizeof entry.name, "%s", name);
  if (kind == KIND_KEPT) {
    take(tidying, &entry);
  } else if (st.st_mtim.tv_sec < now - HOUR_S || st.st_mtim.tv_sec > now + HOUR_S) {
    let_go(tidying, &entry);
  }
}

static void keep_within_bytes(struct tidying *tidying) {
  uint64_t bytes = (uint64_t)tidying->stored_stat.st_size;
  qsort(tidying->others, tidying->count, sizeof tidying->others[0], by_use);
  for (size_t i = 0; i < tidying->count; i++) {
    bytes += tidying->others[i].bytes;
    if (bytes > (uint64_t)SIFT_CACHE_MIB_MAX << 20) {
      let_go(tidying, &tidying->others[i]);
    }
  }
}

/* The directory as it was opened, whatever its name leads to by now. */
static bool is_ours_alone(int directory) {
  struct stat st;
  return fstat(directory, &st) == 0 && st.st_uid == geteuid() && (st.st_mode & 077) == 0;
}

void sift_cache_tidy(const char *path, const char *stored) {
  DIR *directory = opendir(path);
  if (directory == NULL) {
    return;
  }
  struct tidying tidying = {.directory = dirfd(directory), .stored = stored};
  const struct dirent *found = NULL;
  if (is_ours_alone(tidying.directory) && is_own_file(tidying.directory, stored, &tidying.stored_stat)) {
    while ((found = readdir(directory)) != NULL) {
      look_at(&tidying, found->d_name);
    }
    keep_within_bytes(&tidying);
  }
  closedir(directory);
}
