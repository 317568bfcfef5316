/* One JSON object a record: finds the fields that matter. A thin C face of simdjson, which no other file includes. */
#ifndef SIFT_INGEST_JSON_RECORDS_H
#define SIFT_INGEST_JSON_RECORDS_H

#include <stdint.h>

#include "engine/reason.h"
#include "engine/span.h"
#include "ingest/wrapping.h"

#ifdef __cplusplus
extern "C" {
#endif

enum sift_json_kind { SIFT_JSON_ABSENT, SIFT_JSON_STRING, SIFT_JSON_NUMBER, SIFT_JSON_OTHER };

enum { SIFT_JSON_DEPTH_MAX = 64, SIFT_JSON_PATHS_MAX = 32 };

/* `raw` is as the JSON has it: a string without its quotes, its escapes not decoded; of an object or array the bracket alone. */
struct sift_json_value {
  enum sift_json_kind kind;
  bool escaped; /* a string with some backslash */
  struct sift_span raw;
};

struct sift_json_record {
  struct sift_json_value text, space, channel, time;
  bool repaired; /* it held invalid UTF-8: the values borrow from the reader, until its next read, instead of from the line */
};

/* Any paths, prepared once to be asked of many lines. The paths are borrowed; one without parts finds nothing. */
struct sift_json_paths {
  const struct sift_field_path *paths[SIFT_JSON_PATHS_MAX];
  uint32_t alive;                           /* bit i: path i has parts */
  uint32_t by_len[SIFT_PATH_PARTS_MAX][32]; /* by depth and a key's length modulo 32: the paths that it may be part of */
};

/* At most SIFT_JSON_PATHS_MAX paths. */
void sift_json_paths_init(struct sift_json_paths *paths, const struct sift_field_path *const *list, size_t count);

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

/* The same for any paths: values[i] is what path i leads to. *repaired as above. */
enum sift_reason sift_json_reader_find(struct sift_json_reader *reader, struct sift_span line, const struct sift_json_paths *paths,
                                       struct sift_json_value *values, bool *repaired);

#ifdef __cplusplus
}
#endif
#endif
