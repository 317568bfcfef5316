#include "patterns/nearest.h"

#include <stdio.h>

/* Longer names are no slips of the pen, and the tables below stay on the stack. */
enum { NAME_MAX_BYTES = 64 };

/* As many slips as a name of that length may hold and still be meant: one of a short name, at most three. */
static size_t slips(size_t len) {
  size_t some = len / 3;
  return some < 1 ? 1 : some > 3 ? 3 : some;
}

struct sift_nearest sift_nearest_to(struct sift_span name) {
  return (struct sift_nearest){.name = name, .distance = slips(name.len) + 1};
}

static size_t least(size_t a, size_t b) {
  return a < b ? a : b;
}

/* Optimal string alignment: insert, delete, replace, or swap two neighbours. Gives up, with `limit`, once no less is possible. */
static size_t distance(struct sift_span a, struct sift_span b, size_t limit) {
  size_t rows[3][NAME_MAX_BYTES + 1];
  size_t *before = rows[0];
  size_t *last = rows[1];
  size_t *now = rows[2];
  for (size_t j = 0; j <= b.len; j++) {
    last[j] = j;
    before[j] = 0;
  }
  for (size_t i = 1; i <= a.len; i++) {
    size_t row_least = now[0] = i;
    for (size_t j = 1; j <= b.len; j++) {
      size_t change = last[j - 1] + (a.data[i - 1] != b.data[j - 1]);
      now[j] = least(change, least(last[j], now[j - 1]) + 1);
      if (i > 1 && j > 1 && a.data[i - 1] == b.data[j - 2] && a.data[i - 2] == b.data[j - 1]) {
        now[j] = least(now[j], before[j - 2] + 1);
      }
      row_least = least(row_least, now[j]);
    }
    if (row_least >= limit) {
      return limit;
    }
    size_t *spare = before;
    before = last;
    last = now;
    now = spare;
  }
  return last[b.len];
}

void sift_nearest_try(struct sift_nearest *nearest, const char *candidate) {
  struct sift_span other = sift_span_of(candidate);
  size_t gap = other.len > nearest->name.len ? other.len - nearest->name.len : nearest->name.len - other.len;
  if (gap >= nearest->distance || other.len > NAME_MAX_BYTES || nearest->name.len > NAME_MAX_BYTES) {
    return;
  }
  size_t found = distance(nearest->name, other, nearest->distance);
  if (found < nearest->distance) {
    nearest->distance = found;
    nearest->best = candidate;
  }
}

void sift_nearest_hint(const struct sift_nearest *nearest, const char *otherwise, char *out, size_t size) {
  if (nearest->best != NULL) {
    snprintf(out, size, "did you mean '%s'?", nearest->best);
  } else {
    snprintf(out, size, "%s", otherwise);
  }
}
