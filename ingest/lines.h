/* Gathers bytes into chunks of whole lines; knows nothing of files or sockets. */
#ifndef SIFT_INGEST_LINES_H
#define SIFT_INGEST_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/clean.h"
#include "engine/status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sift_lines;

/* Whole lines, borrowed until the next call on `lines`; SIFT_PADDING readable bytes follow. May be written to. */
struct sift_chunk {
  char *text;
  uint32_t len;
  uint64_t offset;           /* of text[0] in the decompressed input */
  uint64_t line;             /* newlines before it in the input */
  struct sift_survey survey; /* of its text, so that nobody need pass over it again */
  bool continues;            /* text[0] continues a line that was cut at the end of the chunk before */
  bool cut;                  /* the last line is not complete: it was cut at the limit, and the next chunk continues it */
};

/* Chunks hold about `chunk_bytes` (SIFT_BATCH_BYTES); a line longer than `line_bytes_max` is cut exactly there, counted from
 * its begin, whatever the sizes of reads and chunks. SIFT_ENOMEM, and *out is NULL. */
enum sift_status sift_lines_new(struct sift_lines **out, uint32_t chunk_bytes, uint32_t line_bytes_max);
void sift_lines_free(struct sift_lines *lines);
void sift_lines_reset(struct sift_lines *lines); /* for the next input */

/* Chunks of another size from the next reserve on: what is at hand stays. For wrapped input, of which less than half is text. */
void sift_lines_resize(struct sift_lines *lines, uint32_t chunk_bytes);

/* Room to fill, never empty while sift_lines_next() gives SIFT_END; borrowed until the next call. NULL when memory is out. */
char *sift_lines_reserve(struct sift_lines *lines, size_t *room);
void sift_lines_commit(struct sift_lines *lines, size_t filled);
void sift_lines_finish(struct sift_lines *lines); /* no more input: a last line without newline is handed out too */

/* The next chunk: SIFT_OK, or SIFT_END when more bytes are wanted (or all is said). Chunks end only when the buffer is full
 * of whole lines, or at finish or flush. */
enum sift_status sift_lines_next(struct sift_lines *lines, struct sift_chunk *out);

/* Hands out the whole lines at hand with the next sift_lines_next(), full or not: for live streams. */
void sift_lines_flush(struct sift_lines *lines);

#ifdef __cplusplus
}
#endif
#endif
