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
  int64_t time_ns; /* private: the last time written, and its text in quotes: times come in runs */
  size_t time_len;
  char time[40];
};

void sift_json_init(struct sift_json *json);
void sift_json_release(struct sift_json *json);
void sift_json_clear(struct sift_json *json); /* empty again, memory kept */

/* Private: room for `more` bytes, or false. The bytes most of a report consists of, keys that the compiler knows, are copied
 * right here. */
bool sift_json_grow(struct sift_json *json, size_t more);
static inline bool sift_json_reserve(struct sift_json *json, size_t more) {
  return more <= json->capacity - json->len ? !json->failed : sift_json_grow(json, more);
}

/* '{' or '['. */
static inline void sift_json_open(struct sift_json *json, char bracket) {
  if (sift_json_reserve(json, 2)) {
    json->bytes[json->len] = ',';
    json->len += json->comma;
    json->bytes[json->len++] = bracket;
    json->comma = false;
  }
}

/* '}' or ']'. */
static inline void sift_json_close(struct sift_json *json, char bracket) {
  if (sift_json_reserve(json, 1)) {
    json->bytes[json->len++] = bracket;
    json->comma = true;
  }
}

/* Plain ASCII, not escaped. */
static inline void sift_json_key(struct sift_json *json, const char *key) {
  struct sift_span name = sift_span_of(key);
  if (!sift_json_reserve(json, name.len + 4)) {
    return;
  }
  char *at = json->bytes + json->len;
  *at = ',';
  at += json->comma;
  *at = '"';
  if (name.len > 0) {
    memcpy(at + 1, name.data, name.len);
  }
  at += 1 + name.len;
  at[0] = '"';
  at[1] = ':';
  json->len = (size_t)(at + 2 - json->bytes);
  json->comma = false;
}

/* Invalid UTF-8 becomes U+FFFD, control characters are escaped: the output is always valid JSON. */
void sift_json_string(struct sift_json *json, struct sift_span text);
static inline void sift_json_text(struct sift_json *json, const char *text) {
  sift_json_string(json, sift_span_of(text));
}
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
