/* A directory for a test, and a disk over the real one that fails, dies or loses power when it is told to. Included behind
 * cmocka.h. */
#ifndef SIFT_TESTS_SERVE_SUPPORT_H
#define SIFT_TESTS_SERVE_SUPPORT_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ingest/serve/disk.h"

enum { TEST_PATH_BYTES = 256, TEST_FILES_MAX = 256, TEST_NAME_BYTES = 80 };

/* --- directories ------------------------------------------------------------------------------------------------------- */

static inline void make_directory(char path[TEST_PATH_BYTES]) {
  const char *base = getenv("TMPDIR");
  snprintf(path, TEST_PATH_BYTES, "%.200s/spacesift-test-XXXXXX", base != NULL ? base : "/tmp");
  assert_non_null(mkdtemp(path));
}

static inline void remove_directory(const char *path) {
  DIR *list = opendir(path);
  struct dirent *entry = NULL;
  assert_non_null(list);
  while ((entry = readdir(list)) != NULL) {
    if (entry->d_name[0] != '.') {
      unlinkat(dirfd(list), entry->d_name, 0);
    }
  }
  closedir(list);
  assert_int_equal(rmdir(path), 0);
}

/* A whole file in memory, to be freed. */
static inline char *read_bytes(const char *directory, const char *name, size_t *size) {
  char path[2 * TEST_PATH_BYTES];
  struct stat stat;
  snprintf(path, sizeof path, "%s/%s", directory, name);
  int file = open(path, O_RDONLY);
  assert_true(file >= 0);
  assert_int_equal(fstat(file, &stat), 0);
  *size = (size_t)stat.st_size;
  char *bytes = malloc(*size + 1);
  assert_non_null(bytes);
  assert_int_equal(read(file, bytes, *size), *size);
  close(file);
  return bytes;
}

static inline void write_bytes_to(const char *directory, const char *name, const char *bytes, size_t size) {
  char path[2 * TEST_PATH_BYTES];
  snprintf(path, sizeof path, "%s/%s", directory, name);
  int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  assert_true(file >= 0);
  assert_int_equal(write(file, bytes, size), size);
  close(file);
}

/* --- a disk that fails ------------------------------------------------------------------------------------------------- */

enum {
  DISK_CREATE = 1,
  DISK_WRITE = 2,
  DISK_SYNC = 4,
  DISK_TRUNCATE = 8,
  DISK_RENAME = 16,
  DISK_UNLINK = 32,
  DISK_ANY = 63,
};

/* What of a file would outlast a power cut. */
struct test_file {
  ino_t inode;                                              /* 0: gone */
  char name[TEST_NAME_BYTES], synced_name[TEST_NAME_BYTES]; /* synced_name "": it would be gone */
  uint64_t synced_bytes;
};

struct test_disk {
  struct sift_disk ops;
  pthread_mutex_t mutex;
  unsigned kinds;       /* that are counted, and fail */
  uint64_t count;       /* of such operations so far */
  uint64_t from, until; /* those numbered from <= n < until fail */
  int error;            /* with this errno */
  unsigned every;       /* not 0: of those, one in so many */
  bool half;            /* a failing write writes half of its first part */
  int64_t now_ns;       /* 0: the real clock */
  struct test_file files[TEST_FILES_MAX];
  size_t file_count;
};

/* Under the mutex. */
static inline bool test_disk_fails(struct test_disk *disk, unsigned kind) {
  if ((disk->kinds & kind) == 0) {
    return false;
  }
  uint64_t number = disk->count++;
  bool fails = number >= disk->from && number < disk->until && (disk->every == 0 || number % disk->every == 0);
  if (fails) {
    errno = disk->error;
  }
  return fails;
}

static inline struct test_file *test_disk_file(struct test_disk *disk, int file) {
  struct stat stat;
  assert_int_equal(fstat(file, &stat), 0);
  for (size_t i = 0; i < disk->file_count; i++) {
    if (disk->files[i].inode == stat.st_ino) {
      return &disk->files[i];
    }
  }
  return NULL;
}

static inline uint64_t size_of(int file) {
  struct stat stat;
  assert_int_equal(fstat(file, &stat), 0);
  return (uint64_t)stat.st_size;
}

static inline int test_create(void *context, int directory, const char *name) {
  struct test_disk *disk = context;
  pthread_mutex_lock(&disk->mutex);
  int file = test_disk_fails(disk, DISK_CREATE) ? -1 : sift_disk_real()->create(NULL, directory, name);
  if (file >= 0) {
    struct stat stat;
    assert_int_equal(fstat(file, &stat), 0);
    assert_true(disk->file_count < TEST_FILES_MAX);
    struct test_file *entry = &disk->files[disk->file_count++];
    *entry = (struct test_file){.inode = stat.st_ino};
    snprintf(entry->name, sizeof entry->name, "%s", name);
  }
  pthread_mutex_unlock(&disk->mutex);
  return file;
}

static inline ssize_t test_write(void *context, int file, const struct iovec *parts, int count) {
  struct test_disk *disk = context;
  pthread_mutex_lock(&disk->mutex);
  ssize_t result = -1;
  if (!test_disk_fails(disk, DISK_WRITE)) {
    result = sift_disk_real()->write(NULL, file, parts, count);
  } else if (disk->half) {
    struct iovec half = {parts->iov_base, parts->iov_len / 2 + 1};
    assert_true(sift_disk_real()->write(NULL, file, &half, 1) > 0);
    errno = disk->error;
  }
  pthread_mutex_unlock(&disk->mutex);
  return result;
}

/* After a failed sync the cache calls clean what it has dropped, as kernels do. */
static inline int test_sync(void *context, int file) {
  struct test_disk *disk = context;
  struct stat stat;
  pthread_mutex_lock(&disk->mutex);
  assert_int_equal(fstat(file, &stat), 0);
  bool fails = test_disk_fails(disk, DISK_SYNC);
  struct test_file *entry = S_ISDIR(stat.st_mode) ? NULL : test_disk_file(disk, file);
  for (size_t i = 0; S_ISDIR(stat.st_mode) && !fails && i < disk->file_count; i++) {
    memcpy(disk->files[i].synced_name, disk->files[i].name, TEST_NAME_BYTES);
  }
  if (entry != NULL && !fails) {
    entry->synced_bytes = (uint64_t)stat.st_size;
  } else if (entry != NULL) {
    assert_int_equal(ftruncate(file, (off_t)entry->synced_bytes), 0);
    assert_int_equal(ftruncate(file, stat.st_size), 0);
    errno = disk->error;
  }
  pthread_mutex_unlock(&disk->mutex);
  return fails ? -1 : 0;
}

static inline int test_truncate(void *context, int file, uint64_t size) {
  struct test_disk *disk = context;
  pthread_mutex_lock(&disk->mutex);
  struct test_file *entry = test_disk_file(disk, file);
  int result = test_disk_fails(disk, DISK_TRUNCATE) ? -1 : sift_disk_real()->truncate(NULL, file, size);
  if (result == 0 && entry != NULL && entry->synced_bytes > size) {
    entry->synced_bytes = size;
  }
  pthread_mutex_unlock(&disk->mutex);
  return result;
}

static inline struct test_file *named(struct test_disk *disk, const char *name) {
  for (size_t i = disk->file_count; i > 0; i--) {
    if (strcmp(disk->files[i - 1].name, name) == 0) {
      return &disk->files[i - 1];
    }
  }
  return NULL;
}

static inline int test_rename(void *context, int directory, const char *from, const char *to) {
  struct test_disk *disk = context;
  pthread_mutex_lock(&disk->mutex);
  int result = test_disk_fails(disk, DISK_RENAME) ? -1 : sift_disk_real()->rename(NULL, directory, from, to);
  struct test_file *entry = named(disk, from);
  if (result == 0 && entry != NULL) {
    snprintf(entry->name, sizeof entry->name, "%s", to);
  }
  pthread_mutex_unlock(&disk->mutex);
  return result;
}

static inline int test_unlink(void *context, int directory, const char *name) {
  struct test_disk *disk = context;
  pthread_mutex_lock(&disk->mutex);
  int result = test_disk_fails(disk, DISK_UNLINK) ? -1 : sift_disk_real()->unlink(NULL, directory, name);
  struct test_file *entry = named(disk, name);
  if (result == 0 && entry != NULL) {
    *entry = (struct test_file){0};
  }
  pthread_mutex_unlock(&disk->mutex);
  return result;
}

static inline int64_t test_now_ns(void *context) {
  struct test_disk *disk = context;
  pthread_mutex_lock(&disk->mutex);
  int64_t now_ns = disk->now_ns;
  pthread_mutex_unlock(&disk->mutex);
  return now_ns != 0 ? now_ns : sift_disk_real()->now_ns(NULL);
}

static inline void test_disk_init(struct test_disk *disk) {
  memset(disk, 0, sizeof *disk);
  disk->ops = (struct sift_disk){.context = disk,
                                 .create = test_create,
                                 .write = test_write,
                                 .sync = test_sync,
                                 .truncate = test_truncate,
                                 .rename = test_rename,
                                 .unlink = test_unlink,
                                 .now_ns = test_now_ns};
  pthread_mutex_init(&disk->mutex, NULL);
}

/* From the `from`th operation of these kinds on, `count` of them fail. */
static inline void test_disk_plan(struct test_disk *disk, unsigned kinds, uint64_t from, uint64_t count, int error) {
  pthread_mutex_lock(&disk->mutex);
  disk->kinds = kinds;
  disk->count = 0;
  disk->from = from;
  disk->until = count > UINT64_MAX - from ? UINT64_MAX : from + count;
  disk->error = error;
  pthread_mutex_unlock(&disk->mutex);
}

static inline uint64_t test_disk_count(struct test_disk *disk) {
  pthread_mutex_lock(&disk->mutex);
  uint64_t count = disk->count;
  pthread_mutex_unlock(&disk->mutex);
  return count;
}

static inline void test_disk_set_now(struct test_disk *disk, int64_t now_ns) {
  pthread_mutex_lock(&disk->mutex);
  disk->now_ns = now_ns;
  pthread_mutex_unlock(&disk->mutex);
}

/* Takes from the files what no sync has covered. */
static inline void test_disk_cut_power(struct test_disk *disk, const char *path) {
  int directory = open(path, O_RDONLY | O_DIRECTORY);
  assert_true(directory >= 0);
  for (size_t i = 0; i < disk->file_count; i++) {
    struct test_file *entry = &disk->files[i];
    if (entry->name[0] == '\0') {
      continue;
    }
    if (entry->synced_name[0] == '\0') {
      assert_int_equal(unlinkat(directory, entry->name, 0), 0);
      continue;
    }
    assert_int_equal(renameat(directory, entry->name, directory, entry->synced_name), 0);
    int file = openat(directory, entry->synced_name, O_RDWR);
    assert_true(file >= 0 && size_of(file) >= entry->synced_bytes);
    assert_int_equal(ftruncate(file, (off_t)entry->synced_bytes), 0);
    close(file);
  }
  close(directory);
  disk->file_count = 0;
}

#endif
