#include "ingest/serve/disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int real_create(void *context, int directory, const char *name) {
  (void)context;
  return openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, S_IRUSR | S_IWUSR);
}

static ssize_t real_write(void *context, int file, const struct iovec *parts, int count) {
  (void)context;
  return writev(file, parts, count);
}

static int real_sync(void *context, int file) {
  (void)context;
  return fdatasync(file);
}

static int real_truncate(void *context, int file, uint64_t size) {
  (void)context;
  return ftruncate(file, (off_t)size);
}

static int real_rename(void *context, int directory, const char *from, const char *to) {
  (void)context;
  return renameat(directory, from, directory, to);
}

static int real_unlink(void *context, int directory, const char *name) {
  (void)context;
  return unlinkat(directory, name, 0);
}

static int64_t real_now_ns(void *context) {
  (void)context;
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

const struct sift_disk *sift_disk_real(void) {
  static const struct sift_disk disk = {.create = real_create,
                                        .write = real_write,
                                        .sync = real_sync,
                                        .truncate = real_truncate,
                                        .rename = real_rename,
                                        .unlink = real_unlink,
                                        .now_ns = real_now_ns};
  return &disk;
}

enum sift_status sift_disk_write(const struct sift_disk *disk, int file, struct iovec *parts, int count) {
  while (count > 0) {
    if (parts->iov_len == 0) {
      parts++;
      count--;
      continue;
    }
    ssize_t done = disk->write(disk->context, file, parts, count < IOV_MAX ? count : IOV_MAX);
    if (done < 0 && errno == EINTR) {
      continue;
    }
    if (done <= 0) {
      errno = done < 0 ? errno : EIO; /* nothing taken and no reason: not to be tried for ever */
      return SIFT_EIO;
    }
    size_t left = (size_t)done;
    while (count > 0 && left >= parts->iov_len) {
      left -= parts->iov_len;
      parts++;
      count--;
    }
    if (count > 0) {
      parts->iov_base = (char *)parts->iov_base + left;
      parts->iov_len -= left;
    }
  }
  return SIFT_OK;
}

/* A new directory is there after a crash only once its parent is synced. */
static int sync_parent(int directory) {
  int parent = openat(directory, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (parent < 0) {
    return -1;
  }
  int result = fsync(parent);
  int error = errno;
  close(parent);
  errno = error;
  return result;
}

enum sift_status sift_disk_open_directory(int *out, const char *path) {
  bool made = mkdir(path, S_IRWXU) == 0;
  *out = -1;
  if (!made && errno != EEXIST) {
    return SIFT_EIO;
  }
  int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) {
    return SIFT_EIO;
  }
  if (made && sync_parent(directory) != 0) {
    int error = errno;
    close(directory);
    errno = error;
    return SIFT_EIO;
  }
  *out = directory;
  return SIFT_OK;
}

enum sift_status sift_disk_list(int directory, enum sift_status (*each)(void *context, const char *name), void *context) {
  int copy = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC); /* its own place in the list */
  if (copy < 0) {
    return SIFT_EIO;
  }
  DIR *list = fdopendir(copy);
  if (list == NULL) {
    close(copy);
    return SIFT_EIO;
  }
  enum sift_status status = SIFT_OK;
  struct dirent *entry = NULL;
  errno = 0;
  while (status == SIFT_OK && (entry = readdir(list)) != NULL) {
    status = each(context, entry->d_name);
    errno = status == SIFT_OK ? 0 : errno;
  }
  int error = errno;
  closedir(list);
  errno = error;
  return status == SIFT_OK && error != 0 ? SIFT_EIO : status;
}

static enum sift_status read_file(void *context, char *buffer, size_t size, size_t *got) {
  const struct sift_disk_file *input = context;
  ssize_t count = -1;
  do {
    count = read(input->file, buffer, size);
  } while (count < 0 && errno == EINTR);
  *got = count > 0 ? (size_t)count : 0;
  return count >= 0 ? SIFT_OK : SIFT_EIO;
}

struct sift_state_input sift_disk_input(struct sift_disk_file *file) {
  return (struct sift_state_input){.read = read_file, .context = file};
}
