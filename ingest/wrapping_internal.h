/* What the formats share: where records are gathered, and how one gets in. */
#ifndef SIFT_INGEST_WRAPPING_INTERNAL_H
#define SIFT_INGEST_WRAPPING_INTERNAL_H

#include "engine/clean.h"
#include "ingest/json_records.h"
#include "ingest/replay.h"
#include "ingest/stream_cache.h"
#include "ingest/wrapping.h"

enum { SIFT_SETTLE_RECORDS = 64 }; /* so many records may tell the names of fields that were not given */

struct sift_wrapping {
  enum sift_format format; /* SIFT_FORMAT_AUTO until the first chunk settles it */
  struct sift_fields fields;
  unsigned settling; /* records that may still tell names */
  struct sift_span space, channel;
  struct sift_streams *streams;
  struct sift_wrapping_report report;

  /* Raw text. */
  uint32_t raw_stream;
  struct sift_cleaner cleaner;

  /* Wrapped records: their decoded text, which never outgrows three bytes for one of the chunk's. */
  struct sift_json_reader *reader;
  struct sift_replay *replay; /* made for the first SSE shard */
  char *text;
  size_t text_len, text_capacity;
  struct sift_record *records;
  size_t record_count, record_capacity;
  struct sift_stream_cache cache;
  uint64_t generation; /* of the streams that the cache and raw_stream know */
};

/* One line of a chunk, its '\n' and '\r' left off. */
struct sift_input_line {
  char *data;
  size_t len;
  uint64_t offset; /* in the input */
  uint32_t number; /* from 0, within the chunk */
};

/* What a format does with each whole line of a chunk; false when memory is out. */
typedef bool (*sift_line_fn)(struct sift_wrapping *wrapping, const struct sift_input_line *line);

/* Calls `on_line` for every whole line, and reports one that was cut, once, where `is_record` holds. */
enum sift_status sift_wrapping_each_line(struct sift_wrapping *wrapping, const struct sift_chunk *chunk, sift_line_fn on_line,
                                         bool (*is_record)(struct sift_span line));

/* Reads one JSON object and adds it as a record of `line`. Replays are skipped where wrapping->replay is in use. */
bool sift_wrapping_add_json(struct sift_wrapping *wrapping, const struct sift_input_line *line, struct sift_span json);

enum sift_status sift_unwrap_raw(struct sift_wrapping *wrapping, const struct sift_chunk *chunk, struct sift_batch *out);
bool sift_unwrap_json_line(struct sift_wrapping *wrapping, const struct sift_input_line *line);
bool sift_unwrap_sse_line(struct sift_wrapping *wrapping, const struct sift_input_line *line);

/* Whether a line (its blanks at the begin left off) may begin a JSON record; whether it is an SSE data line with one. */
bool sift_json_record_begins(struct sift_span line);
bool sift_sse_record_begins(struct sift_span line);

/* The JSON of an SSE data line, or an empty span; whether a line is one that such a stream has. */
struct sift_span sift_sse_data(struct sift_span line);
bool sift_sse_line(struct sift_span line);

/* Fills in paths that are not given from what a record has; see the table in wrapping_fields.c. */
void sift_fields_settle(struct sift_fields *fields, struct sift_json_reader *reader, struct sift_span json);
/* Whether all paths are known. */
bool sift_fields_settled(const struct sift_fields *fields);

/* The text without the byte order mark that may begin an input. */
struct sift_span sift_wrapping_without_mark(struct sift_span text, uint64_t offset);

#endif
