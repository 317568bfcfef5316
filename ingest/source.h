/* Where bytes come from: a small vtable (pull bytes) with plain files, zstd and gzip behind it, told apart by magic. */
#ifndef SIFT_INGEST_SOURCE_H
#define SIFT_INGEST_SOURCE_H

#include <stddef.h>
#include <stdint.h>

#include "engine/reason.h"
#include "engine/status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sift_source;
struct sift_input;
struct ZSTD_DCtx_s;

/* What each kind of source implements. A new kind is one source_*.c and one line in the table of source.c. */
struct sift_source_ops {
  const char *name; /* "plain", "zstd", "gzip", "file", "memory" */
  /* Fills at most `size` bytes; SIFT_OK and *got > 0, SIFT_END, or an error with source->reason set. After an error or the
   * end it is not called again. What was decoded before damage is handed out first. */
  enum sift_status (*read)(struct sift_source *source, char *buffer, size_t size, size_t *got);
  void (*free)(struct sift_source *source);
};

/* First member of every kind of source. */
struct sift_source {
  const struct sift_source_ops *ops;
  enum sift_reason reason; /* why the last read failed; SIFT_REASONS where nothing did */
  uint64_t consumed;       /* bytes read from the file so far: for progress and for the place of damage */
};

/* What one source leaves for the next: a libzstd context with its window, and the buffer of packed bytes. One a thread; all zero
 * at first. Sources that borrow from it are freed before it is released; two at a time may, the second then makes its own. */
struct sift_source_spares {
  struct sift_input *input;
  struct ZSTD_DCtx_s *zstd;
};
void sift_source_spares_release(struct sift_source_spares *spares); /* leaves it all zero */

struct sift_source_limits {
  unsigned window_log_max;           /* zstd: largest window, 27 by default (128 MiB), 10 to 31 */
  struct sift_source_spares *spares; /* borrowed as long as the source lives; NULL: it makes all it needs, and frees it */
};

/* Opens a file ("-": standard input) and wraps the decompressor that its first bytes ask for; no magic known: plain.
 * On failure *out is NULL, *reason says why (unreadable, not_a_file, empty, …) and errno is set where the system refused.
 * An empty file gives SIFT_END with SIFT_REASON_EMPTY. */
enum sift_status sift_source_open(struct sift_source **out, const char *path, const struct sift_source_limits *limits,
                                  enum sift_reason *reason);

/* The same over another source of raw bytes, which it takes over, failure included. For tests and network streams. */
enum sift_status sift_source_detect(struct sift_source **out, struct sift_source *bytes, const struct sift_source_limits *limits,
                                    enum sift_reason *reason);

/* A source over borrowed memory that hands out at most `step` bytes a read (0: all). */
enum sift_status sift_source_memory(struct sift_source **out, const char *bytes, size_t size, size_t step);

enum sift_status sift_source_read(struct sift_source *source, char *buffer, size_t size, size_t *got);
void sift_source_free(struct sift_source *source);

#ifdef __cplusplus
}
#endif
#endif
