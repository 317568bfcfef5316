/* Which known name a misspelt one was meant to be. */
#ifndef SIFT_PATTERNS_NEAREST_H
#define SIFT_PATTERNS_NEAREST_H

#include <stddef.h>

#include "engine/span.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Compares one name with many. */
struct sift_nearest {
  struct sift_span name;
  const char *best; /* NULL while no name is near */
  size_t distance;
};

struct sift_nearest sift_nearest_to(struct sift_span name);

/* `candidate` must outlive the search. The first of several that are equally near stays. */
void sift_nearest_try(struct sift_nearest *nearest, const char *candidate);

/* Writes `did you mean 'best'?`, or `otherwise` where nothing is near. */
void sift_nearest_hint(const struct sift_nearest *nearest, const char *otherwise, char *out, size_t size);

#ifdef __cplusplus
}
#endif
#endif
