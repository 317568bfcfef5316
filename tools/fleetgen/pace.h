/* When lines are due, so that all connections together send so many a second. */
#ifndef SIFT_FLEETGEN_PACE_H
#define SIFT_FLEETGEN_PACE_H

#include <stdatomic.h>
#include <stdint.h>

/* Shared by all connections. What a slow server held up is made up for: the pace is that of the whole, not of each moment. */
struct sift_gen_pace {
  double rate; /* lines a second; 0: all are due at once */
  int64_t start_ns;
  atomic_uint_fast64_t issued; /* lines */
};

/* When the last of the next `lines` (1 or more) lines is due. Any thread. */
static inline int64_t sift_gen_pace_due(struct sift_gen_pace *pace, uint32_t lines) {
  if (pace->rate <= 0) {
    return pace->start_ns;
  }
  uint64_t before = atomic_fetch_add_explicit(&pace->issued, lines, memory_order_relaxed);
  return pace->start_ns + (int64_t)((double)(before + lines - 1) * (1e9 / pace->rate));
}

#endif
