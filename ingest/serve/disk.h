/* What the journal and the checkpoints ask of the disk, as a table, so that tests can let every step fail. */
#ifndef SIFT_INGEST_SERVE_DISK_H
#define SIFT_INGEST_SERVE_DISK_H

#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "engine/state.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Each does what the system call of its name does: negative, with errno, where it fails. Names are within `directory`, an
 * open descriptor. Any thread. */
struct sift_disk {
  void *context;
  int (*create)(void *context, int directory, const char *name); /* a new file, mode 0600, to append to: its descriptor */
  ssize_t (*write)(void *context, int file, const struct iovec *parts, int count);
  int (*sync)(void *context, int file); /* as fdatasync; a directory too */
  int (*truncate)(void *context, int file, uint64_t size);
  int (*rename)(void *context, int directory, const char *from, const char *to);
  int (*unlink)(void *context, int directory, const char *name);
  int64_t (*now_ns)(void *context); /* since 1970 */
};

/* The real one. Static storage. */
const struct sift_disk *sift_disk_real(void);

/* Writes all of the parts, which it uses up. SIFT_EIO with errno; some of it may then be written. */
enum sift_status sift_disk_write(const struct sift_disk *disk, int file, struct iovec *parts, int count);

/* Opens a directory, made with mode 0700 where there is none (its parent must exist). *out is a descriptor to close, or -1
 * with SIFT_EIO and errno. */
enum sift_status sift_disk_open_directory(int *out, const char *path);

/* Calls `each` with every name in the directory until one returns another status than SIFT_OK, which is passed on. SIFT_EIO
 * with errno. */
enum sift_status sift_disk_list(int directory, enum sift_status (*each)(void *context, const char *name), void *context);

/* An open file, borrowed, as an input. SIFT_EIO with errno. */
struct sift_disk_file {
  int file;
};
struct sift_state_input sift_disk_input(struct sift_disk_file *file);

#ifdef __cplusplus
}
#endif
#endif
