/* The first pass over a fleet: how many Spaces there are, and which incidents. */
#ifndef SIFT_TOOLS_CENSUS_H
#define SIFT_TOOLS_CENSUS_H

#include "engine/incident.h"
#include "tools/spacesift/report_output.h"

/* Owns a copy of the fleet's record, so that it outlives the pass. */
struct sift_census {
  struct sift_fleet fleet;
  struct sift_incidents incidents;
  uint64_t spaces; /* "-" aside; those beyond the cap included, as estimated */
  int64_t now_ns;
};

/* SIFT_ENOMEM, or what the pass ended with; then there is nothing to release. */
enum sift_status sift_census_take(struct sift_census *out, const struct sift_report_input *input);
void sift_census_release(struct sift_census *census);

#endif
