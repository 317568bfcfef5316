/* Strikes of Spaces by number, for tests of fleets: Space n is "s/n", and its line says so. */
#ifndef SIFT_TESTS_STRIKE_H
#define SIFT_TESTS_STRIKE_H

#include <stdio.h>

#include "engine/fleet.h"

static inline struct sift_series test_class_series(uint32_t class_index) {
  return (struct sift_series){class_index, SIFT_RULE_NONE};
}

static inline enum sift_status test_strike_space(struct sift_fleet *fleet, struct sift_series series, int64_t time_ns,
                                                 const char *space, const char *text) {
  const struct sift_strike strike = {.series = series,
                                     .time_ns = time_ns,
                                     .space = sift_span_of(space),
                                     .text = sift_span_of(text),
                                     .space_hash = sift_space_hash(sift_span_of(space))};
  return sift_fleet_strike(fleet, &strike);
}

static inline enum sift_status test_strike(struct sift_fleet *fleet, struct sift_series series, int64_t time_ns, uint64_t number) {
  char space[32];
  char text[48];
  snprintf(space, sizeof space, "s/%llu", (unsigned long long)number);
  snprintf(text, sizeof text, "%s was struck", space);
  return test_strike_space(fleet, series, time_ns, space, text);
}

#endif
