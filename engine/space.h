/* The tally of one Space: everything known about it, in fields that merge by sum, min, max or union. */
#ifndef SIFT_ENGINE_SPACE_H
#define SIFT_ENGINE_SPACE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/arena.h"
#include "engine/span.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SIFT_TIME_NONE INT64_MIN /* an undated instant: before every dated one */

/* A point in the life of a fleet, totally ordered by time, then source, then offset. */
struct sift_instant {
  int64_t time_ns;    /* since 1970-01-01 UTC, or SIFT_TIME_NONE */
  uint64_t offset;    /* of the line in the decompressed source */
  const char *source; /* NUL-terminated; owned by whoever owns the Space */
};

/* < 0, 0, > 0. Sources with the same address are equal without a look. */
int sift_instant_compare_places(const struct sift_instant *a, const struct sift_instant *b); /* where the times are equal */
static inline int sift_instant_compare(const struct sift_instant *a, const struct sift_instant *b) {
  if (a->time_ns != b->time_ns) {
    return a->time_ns < b->time_ns ? -1 : 1;
  }
  return sift_instant_compare_places(a, b);
}

enum {
  SIFT_SAMPLE_BYTES_MAX = 512, /* text of a sample; cut beyond, not inside a UTF-8 character */
  SIFT_FIELD_BYTES_MAX = 256,  /* a captured value; cut alike */
};

/* The line that stands for an evidence, taken at `last`. */
struct sift_sample {
  char *bytes; /* text, then the captured values; see sift_sample_field() */
  uint32_t text_len;
  uint32_t size; /* of bytes in use */
  uint32_t capacity;
  uint64_t line; /* line number in the source from 1, or 0 where unknown */
};

/* The hits of one rule in one Space, apart for those whose build step ended well (demoted). Keyed by (rule, demoted). */
struct sift_evidence {
  uint32_t rule; /* index in the sealed rule set */
  bool demoted;
  uint64_t count;
  struct sift_instant first, last;
  struct sift_sample sample;
};

struct sift_space {
  struct sift_span name;           /* "owner/name", or "-" for lines that name no Space */
  uint64_t lines, bytes;           /* of decoded text, newlines included */
  struct sift_instant first, last; /* over its hits; offset 0 and source "" while there is none */
  struct sift_evidence *evidence;  /* in any order until sift_space_sort() */
  uint32_t evidence_count;
  uint32_t evidence_capacity;
};

/* What one hit adds. `fields` are the captured values in the order of the rule's captures. */
struct sift_observation {
  uint32_t rule;
  bool demoted;
  uint64_t count; /* 1, or more when a whole step is settled at once */
  struct sift_instant first, last;
  struct sift_span text; /* of the line at `last` */
  uint64_t line;
  const struct sift_span *fields;
  uint32_t field_count;
};

/* Folds one observation in; all memory comes from `arena`, and a sample is rewritten in place, so that the memory of a
 * Space does not grow with its hits. Sources are borrowed: they must live as long as the arena. False when memory is out. */
bool sift_space_observe(struct sift_space *space, struct sift_arena *arena, const struct sift_observation *seen);

/* Folds `from` into `into`: commutative and associative up to the order of evidence. Copies texts and sources into
 * `arena`. False when memory is out. */
bool sift_space_merge(struct sift_space *into, struct sift_arena *arena, const struct sift_space *from);

/* The same, but texts and sources stay where they are: `from` must live as long as `into`. */
bool sift_space_merge_borrowed(struct sift_space *into, struct sift_arena *arena, const struct sift_space *from);

/* Orders evidence by rule, undemoted first: the order of states and reports. */
void sift_space_sort(struct sift_space *space);

/* Text of the sample, and its captured value `index` (empty where the group took no part). */
struct sift_span sift_sample_text(const struct sift_sample *sample);
struct sift_span sift_sample_field(const struct sift_sample *sample, uint32_t index);

/* XXH3 64 of a Space's name: by which sketches and tables know it. */
uint64_t sift_space_hash(struct sift_span name);

/* `len` or a little less, so that a cut at it does not split a UTF-8 character of `text`. */
size_t sift_cut_utf8(struct sift_span text, size_t len);

#ifdef __cplusplus
}
#endif
#endif
