#include "patterns/cache_tidy.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { HASH_DIGITS = 32, HALF_SECONDS = 3600 };

enum kind {
  KIND_OTHER,
  KIND_KEPT,
  KIND_HALF, /* what a writer gives its final name when it is whole */
};

/* A file that may stay. */
struct entry {
  char name[NAME_MAX + 1];
  struct timespec used;
};

static const char *past(const char *at, const char *word) {
  size_t len = strlen(word);
  return at != NULL && strncmp(at, word, len) == 0 ? at + len : NULL;
}

static const char *past_hash(const char *at) {
  size_t len = at != NULL ? strspn(at, "0123456789abcdef") : 0;
  return len == HASH_DIGITS ? at + len : NULL;
}

/* HASH[-BUILD][-profile].db */
static const char *past_database(const char *name) {
  const char *at = past_hash(name);
  if (at != NULL && *at == '-' && isxdigit((unsigned char)at[1])) {
    at += 1 + strspn(at + 1, "0123456789abcdef");
  }
  const char *profiled = past(at, "-profile");
  return past(profiled != NULL ? profiled : at, ".db");
}

static enum kind kind_of(const char *name) {
  const char *end = past_database(name);
  if (end == NULL) {
    end = past(past_hash(past(name, "builtin-")), ".rules");
  }
  if (end == NULL) {
    return KIND_OTHER;
  }
  if (*end == '\0') {
    return KIND_KEPT;
  }
  return *end == '.' && strlen(end) == sizeof ".XXXXXX" - 1 ? KIND_HALF : KIND_OTHER;
}

static bool before(const struct entry *a, const struct entry *b) {
  if (a->used.tv_sec != b->used.tv_sec) {
    return a->used.tv_sec < b->used.tv_sec;
  }
  return a->used.tv_nsec != b->used.tv_nsec ? a->used.tv_nsec < b->used.tv_nsec : strcmp(a->name, b->name) < 0;
}

/* Takes the place of the one used longest ago, which goes; or goes itself. */
static void take_turn(int directory, struct entry *kept, const struct entry *entry) {
  struct entry *oldest = kept;
  for (size_t i = 1; i < SIFT_CACHE_FILES_MAX; i++) {
    oldest = before(&kept[i], oldest) ? &kept[i] : oldest;
  }
  bool stays = before(oldest, entry);
  (void)unlinkat(directory, stays ? oldest->name : entry->name, 0);
  if (stays) {
    *oldest = *entry;
  }
}

/* The time of the last change stays: that is when the file was made. */
void sift_cache_touch(int fd) {
  const struct timespec times[2] = {{.tv_nsec = UTIME_NOW}, {.tv_nsec = UTIME_OMIT}};
  (void)futimens(fd, times);
}

static struct timespec later(struct timespec a, struct timespec b) {
  bool first = a.tv_sec != b.tv_sec ? a.tv_sec > b.tv_sec : a.tv_nsec > b.tv_nsec;
  return first ? a : b;
}

void sift_cache_tidy(const char *path) {
  DIR *directory = opendir(path);
  if (directory == NULL) {
    return;
  }
  struct entry kept[SIFT_CACHE_FILES_MAX];
  size_t count = 0;
  time_t now = time(NULL);
  const struct dirent *found = NULL;
  while ((found = readdir(directory)) != NULL) {
    enum kind kind = kind_of(found->d_name);
    struct stat st;
    if (kind == KIND_OTHER || fstatat(dirfd(directory), found->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode)) {
      continue;
    }
    struct entry entry = {.used = later(st.st_atim, st.st_mtim)};
    snprintf(entry.name, sizeof entry.name, "%s", found->d_name);
    if (kind == KIND_HALF) {
      if (st.st_mtim.tv_sec < now - HALF_SECONDS) {
        (void)unlinkat(dirfd(directory), entry.name, 0);
      }
    } else if (count < SIFT_CACHE_FILES_MAX) {
      kept[count++] = entry;
    } else {
      take_turn(dirfd(directory), kept, &entry);
    }
  }
  closedir(directory);
}
