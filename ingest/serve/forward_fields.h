/* The values of an origin's variables in one msgpack map, in one walk over it: the paths are a tree of names. */
#ifndef SIFT_SERVE_FORWARD_FIELDS_H
#define SIFT_SERVE_FORWARD_FIELDS_H

#include "engine/unpack.h"
#include "ingest/serve/origin.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Immutable. */
struct sift_forward_fields;

/* Of the variables that are fields. Borrows the names. SIFT_ENOMEM, and *out is NULL. */
enum sift_status sift_forward_fields_new(struct sift_forward_fields **out, const struct sift_variable *variables, size_t count);
void sift_forward_fields_free(struct sift_forward_fields *fields);

enum { SIFT_SCALAR_BYTES_MAX = 32 };

/* at[i] is of variable i. Numbers and booleans stand in `scalars` as text, all else is lent from the map. */
struct sift_forward_values {
  struct sift_span at[SIFT_VARIABLES_MAX];
  uint32_t found; /* bit i: at[i] was found in this map; of two keys that are alike the first counts */
  size_t scalar_count;
  char scalars[SIFT_VARIABLES_MAX][SIFT_SCALAR_BYTES_MAX];
};

/* Takes the map that stands at the cursor; what is found goes over what `values` holds. Not to be used after a fault. nil,
 * maps and arrays are absent; an EventTime counts as its seconds with their fraction. */
void sift_forward_fields_take(const struct sift_forward_fields *fields, struct sift_cursor *map,
                              struct sift_forward_values *values);

#ifdef __cplusplus
}
#endif
#endif
