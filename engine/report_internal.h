/* Keys with their values, as the objects of the report have them: inline, so that the keys' lengths are known. */
#ifndef SIFT_ENGINE_REPORT_INTERNAL_H
#define SIFT_ENGINE_REPORT_INTERNAL_H

#include "engine/report.h"

static inline void sift_json_put_text(struct sift_json *json, const char *key, const char *text) {
  sift_json_key(json, key);
  sift_json_text(json, text);
}

/* null for "". */
static inline void sift_json_put_text_or_null(struct sift_json *json, const char *key, const char *text) {
  sift_json_key(json, key);
  if (text[0] == '\0') {
    sift_json_null(json);
  } else {
    sift_json_text(json, text);
  }
}

static inline void sift_json_put_count(struct sift_json *json, const char *key, uint64_t value) {
  sift_json_key(json, key);
  sift_json_unsigned(json, value);
}

/* The keys "class" and "rule", which is null where the series is the class's own. */
void sift_json_put_series(struct sift_json *json, const struct sift_ruleset *ruleset, struct sift_series series);
void sift_json_put_seconds(struct sift_json *json, const char *key, int64_t time_s); /* Unix time */

#endif
