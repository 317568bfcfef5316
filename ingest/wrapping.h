/* How records stand in a shard: raw lines, JSON Lines or server-sent events → batches of decoded text. */
#ifndef SIFT_INGEST_WRAPPING_H
#define SIFT_INGEST_WRAPPING_H

#include "engine/batch.h"
#include "engine/reason.h"
#include "engine/stream.h"
#include "ingest/lines.h"

#ifdef __cplusplus
extern "C" {
#endif

enum sift_format { SIFT_FORMAT_AUTO, SIFT_FORMAT_RAW, SIFT_FORMAT_JSONL, SIFT_FORMAT_SSE };

bool sift_format_parse(struct sift_span name, enum sift_format *out); /* "auto", "raw", "jsonl", "sse" */

enum { SIFT_PATH_PARTS_MAX = 8, SIFT_PATH_PART_BYTES_MAX = 128 };

/* A dotted path into a JSON object, e.g. kubernetes.labels.space; no parts: not given. */
struct sift_field_path {
  struct {
    char name[SIFT_PATH_PART_BYTES_MAX];
    size_t len;
  } parts[SIFT_PATH_PARTS_MAX];
  size_t count;
};

/* Where a record's text, Space, channel and time stand. */
struct sift_fields {
  bool given; /* false: told by the first record, among the names that collectors use */
  struct sift_field_path text, space, channel, time;
};

/* Reads `--field`: a preset ("spaces": data, timestamp) or "text=…,space=…,channel=…,time=…", several folded in turn.
 * On SIFT_EINVAL `error` (at least 128 bytes) says what to type instead. */
enum sift_status sift_fields_parse(struct sift_fields *fields, const char *argument, char *error, size_t error_size);

/* Who is told of a record that could not be used: offset in the decompressed input. */
struct sift_wrapping_report {
  void (*damage)(void *context, enum sift_reason reason, uint64_t offset);
  void *context;
};

struct sift_wrapping_config {
  enum sift_format format;
  struct sift_fields fields;
  struct sift_span space, channel; /* from the shard's path; "" where it tells none. A record's own go first */
};

/* One a worker, reused for each shard. */
struct sift_wrapping;
enum sift_status sift_wrapping_new(struct sift_wrapping **out);
void sift_wrapping_free(struct sift_wrapping *wrapping);

/* A shard begins. `streams` gives the numbers for records; both borrowed until the next begin. */
enum sift_status sift_wrapping_begin(struct sift_wrapping *wrapping, const struct sift_wrapping_config *config,
                                     struct sift_streams *streams, struct sift_wrapping_report report);

/* Turns a chunk of whole lines into a batch, borrowed until the next call; the chunk must live as long. Raw text is cleaned
 * in place. A batch may be empty. The first chunk settles an automatic format. */
enum sift_status sift_wrapping_unwrap(struct sift_wrapping *wrapping, const struct sift_chunk *chunk, struct sift_batch *out);

/* What the format was told to be. */
enum sift_format sift_wrapping_format(const struct sift_wrapping *wrapping);

#ifdef __cplusplus
}
#endif
#endif
