/* Walks what one JSON object or array in memory holds without a look inside; what ends too early is walked as far as it goes. */
#ifndef SIFT_INGEST_JSON_SKIM_H
#define SIFT_INGEST_JSON_SKIM_H

#include <stdbool.h>

#include "engine/span.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sift_json_skim {
  const char *at, *end; /* private */
  bool object;          /* private */
  bool broken;          /* it ended before its bracket, or is no JSON from `at` on */
};

/* `text` begins with '{' or '[', blanks before it aside; anything else is broken at once. Borrowed. */
void sift_json_skim_begin(struct sift_json_skim *skim, struct sift_span text);

/* The next member: its key without quotes, escapes not decoded ("" in an array), and its value with quotes and brackets. False
 * after the last. A value that the text ends within is given as far as it goes, with `broken` set, and is the last one. What
 * stands inside values is not checked. */
bool sift_json_skim_next(struct sift_json_skim *skim, struct sift_span *key, struct sift_span *value);

#ifdef __cplusplus
}
#endif
#endif
