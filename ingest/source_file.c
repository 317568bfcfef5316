/* Files, pipes and standard input. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ingest/source_internal.h"

/* A read takes no more at once: enough to keep the disk busy, little enough to stay in the cache. */
enum { READ_BYTES_MAX = 256 * 1024 };

struct file {
  struct sift_source base;
  int fd;
};

/* Standard input may have been made non-blocking by whoever shares it. */
static bool wait_readable(int fd) {
  struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
  return poll(&poll_fd, 1, -1) >= 0 || errno == EINTR;
}

static enum sift_status file_read(struct sift_source *source, char *buffer, size_t size, size_t *got) {
  const struct file *file = (const struct file *)source;
  size_t want = size < READ_BYTES_MAX ? size : READ_BYTES_MAX;
  for (;;) {
    ssize_t len = read(file->fd, buffer, want);
    if (len > 0) {
      *got = (size_t)len;
      source->consumed += *got;
      return SIFT_OK;
    }
    if (len == 0) {
      return SIFT_END;
    }
    bool again = errno == EINTR || (errno == EAGAIN && wait_readable(file->fd));
    if (!again) {
      return sift_source_fail(source, SIFT_EIO, SIFT_REASON_UNREADABLE);
    }
  }
}

static void file_free(struct sift_source *source) {
  struct file *file = (struct file *)source;
  if (file->fd != STDIN_FILENO) {
    close(file->fd);
  }
  free(file);
}

static bool readable_kind(mode_t mode) {
  return S_ISREG(mode) || S_ISFIFO(mode);
}

/* A named pipe is opened as one waits for its writer; anything else so that, had it been exchanged for a pipe or device
 * since the look, the open would not hang. */
static enum sift_status open_path(int *fd, const char *path, enum sift_reason *reason) {
  struct stat info;
  *reason = SIFT_REASON_UNREADABLE;
  if (stat(path, &info) != 0) {
    return SIFT_EIO;
  }
  if (!readable_kind(info.st_mode)) {
    *reason = SIFT_REASON_NOT_A_FILE;
    return SIFT_EFORMAT;
  }
  int wait = S_ISFIFO(info.st_mode) ? 0 : O_NONBLOCK;
  do {
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | wait);
  } while (*fd < 0 && errno == EINTR);
  if (*fd < 0) {
    return SIFT_EIO;
  }
  if (fstat(*fd, &info) != 0 || !readable_kind(info.st_mode)) {
    close(*fd);
    *reason = SIFT_REASON_NOT_A_FILE;
    return SIFT_EFORMAT;
  }
  if (S_ISREG(info.st_mode)) {
    (void)posix_fadvise(*fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  }
  *reason = SIFT_REASONS;
  return SIFT_OK;
}

enum sift_status sift_source_file(struct sift_source **out, const char *path, enum sift_reason *reason) {
  static const struct sift_source_ops ops = {"file", file_read, file_free};
  int fd = STDIN_FILENO;
  *out = NULL;
  *reason = SIFT_REASONS;
  if (strcmp(path, "-") != 0) {
    enum sift_status status = open_path(&fd, path, reason);
    if (status != SIFT_OK) {
      return status;
    }
  }
  struct file *file = malloc(sizeof *file);
  if (file == NULL) {
    if (fd != STDIN_FILENO) {
      close(fd);
    }
    return SIFT_ENOMEM;
  }
  *file = (struct file){.base = {.ops = &ops, .reason = SIFT_REASONS}, .fd = fd};
  *out = &file->base;
  return SIFT_OK;
}
