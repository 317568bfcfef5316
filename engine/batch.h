/* Contiguous text of many records plus where each begins: what the scanner eats. Knows nothing of files or sockets. */
#ifndef SIFT_ENGINE_BATCH_H
#define SIFT_ENGINE_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/space.h"
#include "engine/span.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
  SIFT_BATCH_BYTES = 128 * 1024,     /* the usual size: text, zstd window and Hyperscan tables share L2; see docs/performance.md */
  SIFT_WRAPPED_BYTES = 256 * 1024,   /* of wrapped input that is made into one batch: a third or so of it is text */
  SIFT_LINE_BYTES_MAX = 1024 * 1024, /* a longer line is cut into pieces of this length, each scanned */
  SIFT_PADDING = 64,                 /* readable bytes behind every text: Hyperscan 5.4.0 and simdjson read past the end */
};

/* One record of a wrapped input (JSON Lines, SSE): its decoded text is one or more whole lines of the batch. */
struct sift_record {
  uint32_t text;   /* where its text begins in the batch */
  uint32_t stream; /* which (Space, channel): from sift_streams_find() */
  uint64_t offset; /* of the record in the decompressed input */
  uint32_t lines;  /* that its text has: its own newlines, and one for its end where that has none */
  uint32_t line;   /* lines of the input before this record's, counted from the batch's first */
  uint32_t time_len;
  const char *time; /* its time as the wrapping wrote it, borrowed while the batch lives; NULL where none */
  int64_t time_ns;  /* where `time` is NULL: the record's time, or SIFT_TIME_NONE */
};

/* Removed bytes: from text position `at` on, `removed` bytes of the input are missing in all. Rising in both. */
struct sift_edit {
  uint32_t at;
  uint32_t removed;
};

/* Borrowed from whoever filled it until that is asked for the next one. Every line of `text` ends in '\n', the last one
 * perhaps not; SIFT_PADDING readable bytes follow. */
struct sift_batch {
  char *text;
  uint32_t len;
  uint64_t offset;                   /* raw: of text[0] in the decompressed input */
  uint64_t lines;                    /* lines that begin in this batch, as the input counts them */
  uint64_t line;                     /* lines of the input before this batch: a hit on its first line has the number line + 1 */
  uint64_t bytes;                    /* of the decompressed input that this batch stands for, record wrapping included */
  uint32_t stream;                   /* raw: whose text it is; not used where records are given */
  const struct sift_record *records; /* NULL for raw text: every line is a record of `stream` */
  uint32_t record_count;
  const struct sift_edit *edits; /* raw only: escape sequences taken out */
  uint32_t edit_count;
  const uint32_t *returns; /* raw only: text positions of lone '\r' made '\n' */
  uint32_t return_count;
  int64_t arrived_ns; /* live input: when it came, Unix time; 0: archived. Dates lines that nothing else dates */
};

#ifdef __cplusplus
}
#endif
#endif
