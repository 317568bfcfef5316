/* The first pass over a fleet: how many Spaces there are, which incidents, where the Spaces stand. */
#ifndef SIFT_TOOLS_CENSUS_H
#define SIFT_TOOLS_CENSUS_H

#include "engine/facts_tally.h"
#include "engine/triage.h"
#include "tools/spacesift/report_output.h"

/* Owns a copy of the fleet's record, so that it outlives the pass. */
struct sift_census {
  struct sift_fleet fleet;
  struct sift_incidents incidents;
  uint64_t spaces; /* "-" aside; those beyond the cap included, as estimated */
  struct sift_crowd crowd;
  struct sift_facts_tally *facts; /* what the facts add to the tallies, or NULL */
  int64_t now_ns;
};

/* SIFT_ENOMEM, SIFT_EENGINE, or what the pass ended with; then there is nothing to release. */
enum sift_status sift_census_take(struct sift_census *out, const struct sift_report_input *input);
void sift_census_release(struct sift_census *census);

/* What triage is to know besides the log. Borrows both. */
struct sift_scene sift_census_scene(const struct sift_census *census, const struct sift_report_input *input);

/* A pass over the input and what the facts add to it. */
struct sift_census_pass;
enum sift_status sift_census_pass_new(struct sift_census_pass **out, const struct sift_census *census,
                                      const struct sift_report_input *input);
struct sift_state_merger *sift_census_pass_merger(struct sift_census_pass *pass);
void sift_census_pass_free(struct sift_census_pass *pass);

#endif
