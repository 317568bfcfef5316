/* What a request asks for: paths and queries decoded, parameters understood. Bytes from anybody. */
#ifndef SIFT_INGEST_SERVE_HTTP_QUERY_H
#define SIFT_INGEST_SERVE_HTTP_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/ruleset.h"
#include "engine/span.h"
#include "engine/stream.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
  SIFT_QUERY_BYTES_MAX = 4096, /* of a path or a query as it was sent */
  SIFT_QUERY_ITEMS_MAX = 24,
  SIFT_PATH_SEGMENTS_MAX = 8,
  SIFT_CHOICES_MAX = 8, /* values of one parameter that may be given several times */
  SIFT_LIST_LIMIT = 100,
  SIFT_LIST_LIMIT_MAX = 1000,
};

/* Why something was refused, for the answer's body. Static texts but for `detail`, which may hold what was sent. */
struct sift_query_error {
  const char *error, *hint;
  char detail[64]; /* printable ASCII, "" where there is none */
};

/* Decoded segments of a path, NUL-terminated, none of them empty or with a NUL inside; "/" has none. Borrowed from the object. */
struct sift_http_path {
  const char *segments[SIFT_PATH_SEGMENTS_MAX];
  size_t count;
  char text[SIFT_QUERY_BYTES_MAX + 1];
};

/* Splits, then decodes, so an escaped '/' does not divide. False: too long, too many or empty segments, a bad escape. */
bool sift_http_path_parse(struct sift_http_path *path, struct sift_span raw);

/* Decoded pairs, NUL-terminated; '+' is a blank. Values point into the object. */
struct sift_query {
  struct {
    const char *name, *value;
  } items[SIFT_QUERY_ITEMS_MAX];
  size_t count;
  char text[SIFT_QUERY_BYTES_MAX + 1];
};

/* False, and why: too long, too many, an escape that is none, an escaped NUL. Empty items ("a=1&&b=2") are skipped. */
bool sift_query_parse(struct sift_query *query, struct sift_span raw, struct sift_query_error *error);

/* ?verdict=&class=&since=&limit=&cursor= */
struct sift_list_params {
  const char *verdict; /* NULL: any; borrowed from the query, as is the cursor */
  int class_index;     /* -1: any */
  int64_t since_ns;    /* SIFT_TIME_NONE: any */
  size_t limit;
  const char *cursor; /* a valid name, or NULL */
};

/* `since` is a time (engine/stamp.h) or an age: 90s, 15m, 24h, 7d before `now_ns`. False, and why: a name that is none of the
 * five, one given twice, a value of no use. */
bool sift_list_params_parse(struct sift_list_params *out, const struct sift_query *query, const struct sift_ruleset *ruleset,
                            int64_t now_ns, struct sift_query_error *error);

/* ?space=&class=&rule=&severity= of the stream; all but severity may be given up to SIFT_CHOICES_MAX times. */
struct sift_choice {
  const char *values[SIFT_CHOICES_MAX];
  size_t count; /* 0: any */
};
struct sift_event_params {
  struct sift_choice spaces, classes, rules;
  enum sift_severity severity; /* at least */
};

/* The values are borrowed from the query. Ids that the rule set lacks are refused. */
bool sift_event_params_parse(struct sift_event_params *out, const struct sift_query *query, const struct sift_ruleset *ruleset,
                             struct sift_query_error *error);

/* Whether an Accept header (NULL: none was sent) takes this type, e.g. ("application", "json"). */
bool sift_http_accepts(const char *accept, const char *type, const char *subtype);

/* Whether it names the type itself, not only a wildcard. */
bool sift_http_prefers(const char *accept, const char *type, const char *subtype);

#ifdef __cplusplus
}
#endif
#endif
