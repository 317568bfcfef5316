/* The first Spaces that something struck, each with the line that shows it: at most SIFT_WITNESSES_MAX, in bounded bytes. */
#ifndef SIFT_ENGINE_WITNESS_H
#define SIFT_ENGINE_WITNESS_H

#include <stdint.h>

#include "engine/span.h"
#include "engine/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
  SIFT_WITNESSES_MAX = 3,
  SIFT_WITNESS_TEXT_BYTES_MAX = 256, /* cut beyond, not inside a UTF-8 character */
};

/* A Space's earliest strike; among lines of one time, the least in byte order. */
struct sift_witness {
  int64_t time_ns;
  char *bytes; /* the Space's name, then the line */
  uint32_t name_len, text_len;
  uint32_t capacity; /* private */
};

/* Of distinct Spaces, the first by (earliest strike, name): a function of the set of strikes only, so that any order, split
 * and grouping of them gives the same. */
struct sift_witnesses {
  struct sift_witness *items; /* in that order */
  uint32_t count;
};

void sift_witnesses_init(struct sift_witnesses *witnesses);
void sift_witnesses_release(struct sift_witnesses *witnesses);

/* Copies what it keeps; a strike that is too late to be kept costs one comparison. `time_ns` must be a time, `space` not empty. SIFT_ENOMEM, and nothing
 * has changed. */
enum sift_status sift_witnesses_add(struct sift_witnesses *witnesses, int64_t time_ns, struct sift_span space,
                                    struct sift_span text);
enum sift_status sift_witnesses_merge(struct sift_witnesses *into, const struct sift_witnesses *from);

struct sift_span sift_witness_space(const struct sift_witness *witness);
struct sift_span sift_witness_text(const struct sift_witness *witness);

#ifdef __cplusplus
}
#endif
#endif
