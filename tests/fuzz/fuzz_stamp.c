/* Property: a time read out of any bytes lies within 1990 to 2100 and is the same when it is written and read again. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/space.h"
#include "engine/stamp.h"

static void check(int64_t ns) {
  if (ns == SIFT_TIME_NONE) {
    return;
  }
  char text[36];
  size_t len = sift_stamp_format(ns, text);
  assert(len > 0 && len < sizeof text && text[len] == '\0');
  assert(strcmp(text, "1990") >= 0 && strcmp(text, "2101") < 0);
  assert(sift_stamp_parse(sift_span(text, len)) == ns);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *exact = malloc(size > 0 ? size : 1); /* so that a read past the end is seen */
  if (exact == NULL) {
    return 0;
  }
  if (size > 0) {
    memcpy(exact, data, size);
  }
  struct sift_span span = sift_span(exact, size);
  check(sift_stamp_read(span, SIFT_TIME_NONE));
  check(sift_stamp_read(span, INT64_C(1706696430000000000)));
  check(sift_stamp_parse(span));
  int64_t any = 0;
  memcpy(&any, exact, size < sizeof any ? size : sizeof any);
  char text[36];
  assert(sift_stamp_format(any, text) < sizeof text);
  free(exact);
  return 0;
}
