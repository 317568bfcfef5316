/* Borrowed bytes: a pointer and a length, passed by value, never owned. */
#ifndef SIFT_ENGINE_SPAN_H
#define SIFT_ENGINE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* `data` may be NULL only where `len` is 0. Not NUL-terminated unless its owner says so. */
struct sift_span {
  const char *data;
  size_t len;
};

static inline struct sift_span sift_span(const char *data, size_t len) {
  struct sift_span span = {data, len};
  return span;
}

/* The bytes of a C string without its NUL; `text` may be NULL (an empty span). */
static inline struct sift_span sift_span_of(const char *text) {
  return sift_span(text, text != NULL ? strlen(text) : 0);
}

static inline bool sift_span_equal(struct sift_span a, struct sift_span b) {
  return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* Byte order, a prefix before what it begins: < 0, 0 or > 0. */
static inline int sift_span_compare(struct sift_span a, struct sift_span b) {
  size_t len = a.len < b.len ? a.len : b.len;
  int order = len > 0 ? memcmp(a.data, b.data, len) : 0;
  return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

static inline bool sift_span_starts(struct sift_span span, const char *prefix) {
  size_t len = strlen(prefix);
  return span.len >= len && memcmp(span.data, prefix, len) == 0;
}

#ifdef __cplusplus
}
#endif
#endif
