/* One JSON object a record: finds the four fields that matter. A thin C face of simdjson, which no other file includes. */
#ifndef SIFT_INGEST_JSON_RECORDS_H
#define SIFT_INGEST_JSON_RECORDS_H

#include "engine/reason.h"
#include "engine/span.h"
#include "ingest/wrapping.h"

#ifdef __cplusplus
extern "C" {
#endif

enum sift_json_kind { SIFT_JSON_ABSENT, SIFT_JSON_STRING, SIFT_JSON_NUMBER, SIFT_JSON_OTHER };

enum { SIFT_JSON_DEPTH_MAX = 64 };

/* `raw` is as the JSON has it: a string without its quotes, its escapes not decoded. */
struct sift_json_value {
  enum sift_json_kind kind;
  bool escaped; /* a string with some backslash */
  struct sift_span raw;
};

struct sift_json_record {
  struct sift_json_value text, space, channel, time;
  bool repaired; /* it held invalid UTF-8: the values borrow from the reader, until its next read, instead of from the line */
};

/* One a worker; grows to the longest line. */
struct sift_json_reader;
struct sift_json_reader *sift_json_reader_new(void); /* NULL when memory is out */
void sift_json_reader_free(struct sift_json_reader *reader);

/* Reads one object out of `line`, behind which SIFT_PADDING bytes are readable. Of two keys that are alike the first counts.
 * SIFT_REASONS when it could be read, else SIFT_REASON_JSON_SYNTAX or SIFT_REASON_JSON_DEPTH (deeper than
 * SIFT_JSON_DEPTH_MAX). Whole lines are checked: brackets, commas, numbers and words everywhere, control characters and the
 * text's quotes; what is not checked is escapes inside strings that nobody asked for. */
enum sift_reason sift_json_reader_read(struct sift_json_reader *reader, struct sift_span line, const struct sift_fields *fields,
                                       struct sift_json_record *out);

#ifdef __cplusplus
}
#endif
#endif
