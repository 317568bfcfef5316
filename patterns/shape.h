/* What a pattern matches, as a tree of parts: read as far as it takes to tell that one pattern matches whatever another does. */
#ifndef SIFT_PATTERNS_SHAPE_H
#define SIFT_PATTERNS_SHAPE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/arena.h"
#include "engine/span.h"

#ifdef __cplusplus
extern "C" {
#endif

enum sift_part_kind {
  SIFT_PART_BYTES, /* one byte of a set */
  SIFT_PART_GROUP, /* one of its branches */
  SIFT_PART_PLACE, /* takes no byte: ^ $ \b \B and look-around */
  SIFT_PART_WHOLE, /* takes bytes, and is the same only where it is written the same: \p{Lu}, [[:alpha:]], (?>…), x++ */
};

#define SIFT_PART_UNLIMITED UINT32_MAX

struct sift_part {
  enum sift_part_kind kind;
  bool caseless;
  uint32_t min, max;                  /* how often it stands there; SIFT_PART_UNLIMITED */
  uint64_t bytes[4];                  /* BYTES: bit b % 64 of bytes[b / 64]; never that of the newline */
  struct sift_span text;              /* as it is written, without its repeat */
  const struct sift_branch *branches; /* GROUP */
  const struct sift_part *next;       /* what follows in the branch */
};

struct sift_branch {
  const struct sift_part *first; /* NULL: empty */
  const struct sift_branch *next;
};

struct sift_shape {
  const struct sift_branch *branches;
  /* Letters in lower case, by bits as above: what stands alone at some place of the pattern, and what does so in every match. */
  uint64_t holds[4], needs[4];
};

/* Borrows from `pattern` and the arena. False where the pattern holds what is not compared (back-references, conditions, options
 * other than i, …), nests too deeply, or memory is out. */
bool sift_shape_read(struct sift_shape *out, struct sift_arena *arena, const char *pattern);

/* Whether `wide` is sure to match every line that `narrow` matches. False where that is not so, not told by the shapes, or would
 * take too long to tell. */
bool sift_shape_covers(const struct sift_shape *wide, const struct sift_shape *narrow);

static inline bool sift_bytes_within(const uint64_t a[4], const uint64_t b[4]) {
  return (a[0] & ~b[0]) == 0 && (a[1] & ~b[1]) == 0 && (a[2] & ~b[2]) == 0 && (a[3] & ~b[3]) == 0;
}

#ifdef __cplusplus
}
#endif
#endif
