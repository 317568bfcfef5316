/* Writes JSON into a growing buffer. */
#ifndef SIFT_ENGINE_JSON_H
#define SIFT_ENGINE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/span.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Embedded; one thread. Commas are set by themselves. After `failed` (no memory) all calls do nothing. */
struct sift_json {
  char *bytes;
  size_t len, capacity;
  bool failed;
  bool comma;      /* private: the next value wants one */
  int64_t time_ns; /* private: the last time written, and its text: times come in runs */
  size_t time_len;
  char time[36];
};

void sift_json_init(struct sift_json *json);
void sift_json_release(struct sift_json *json);
void sift_json_clear(struct sift_json *json); /* empty again, memory kept */

void sift_json_open(struct sift_json *json, char bracket);   /* '{' or '[' */
void sift_json_close(struct sift_json *json, char bracket);  /* '}' or ']' */
void sift_json_key(struct sift_json *json, const char *key); /* plain ASCII, not escaped */
/* Invalid UTF-8 becomes U+FFFD, control characters are escaped: the output is always valid JSON. */
void sift_json_string(struct sift_json *json, struct sift_span text);
void sift_json_text(struct sift_json *json, const char *text);
void sift_json_unsigned(struct sift_json *json, uint64_t value);
void sift_json_signed(struct sift_json *json, int64_t value);
void sift_json_double(struct sift_json *json, double value); /* not finite: null */
void sift_json_bool(struct sift_json *json, bool value);
void sift_json_null(struct sift_json *json);
void sift_json_time(struct sift_json *json, int64_t time_ns);      /* RFC 3339 string, or null for SIFT_TIME_NONE */
void sift_json_raw(struct sift_json *json, struct sift_span text); /* as it is, e.g. "\n" between documents; resets the comma */

#ifdef __cplusplus
}
#endif
#endif
