/* A row of Spaces as one stream of records in the order of time: what files are written from, and what a sender would send. */
#ifndef SIFT_FLEETGEN_STREAM_H
#define SIFT_FLEETGEN_STREAM_H

#include "tools/fleetgen/life.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Borrowed until the next call on the stream. */
struct sift_gen_record {
  uint64_t index;         /* of the Space */
  struct sift_span space; /* "owner/name" */
  enum sift_gen_channel channel;
  int64_t time_ns;       /* since 1970-01-01 UTC */
  struct sift_span text; /* one line without its newline; may hold '\r' and escapes */
  bool broken;           /* `text` is not UTF-8 */
};

/* What came of a Space, known once its last record was read. */
struct sift_gen_sum {
  uint64_t bytes;    /* of text, a newline a record */
  uint32_t faults;   /* how often a fault was told */
  uint32_t decoys;   /* errors within build steps that ended well */
  uint32_t attempts; /* that the logs show, by their marks */
};

/* One thread. Memory: a small one for each Space to come, its text only while it talks. */
struct sift_gen_stream;

/* Streams Spaces `first` to `first + count - 1`. Borrows the fleet. SIFT_ENOMEM, and *out is NULL. */
enum sift_status sift_gen_stream_new(struct sift_gen_stream **out, const struct sift_gen_fleet *fleet, uint64_t first,
                                     size_t count);

/* What Spaces repeat is then taken from `memo`, which must outlive the stream, instead of being made again: records are the same.
 * To be set before the first record. */
void sift_gen_stream_remember(struct sift_gen_stream *stream, struct sift_gen_memo *memo);
void sift_gen_stream_free(struct sift_gen_stream *stream);

/* The next record; SIFT_END after the last, SIFT_ENOMEM. Records of equal time come in the order of their Spaces. */
enum sift_status sift_gen_stream_next(struct sift_gen_stream *stream, struct sift_gen_record *out);

/* Of the stream's `at`-th Space; final after SIFT_END. */
struct sift_gen_sum sift_gen_stream_sum(const struct sift_gen_stream *stream, size_t at);

#ifdef __cplusplus
}
#endif
#endif
