/* The sections of the text report that tell of the whole fleet. */
#ifndef SIFT_TOOLS_FLEET_TEXT_H
#define SIFT_TOOLS_FLEET_TEXT_H

#include "engine/report.h"
#include "tools/spacesift/census.h"
#include "tools/spacesift/terminal.h"

/* What was read, and how fast where `seconds` is known. */
void sift_text_totals(struct sift_text *text, const struct sift_ruleset *ruleset, const struct sift_census *census,
                      const struct sift_summary *summary, double seconds);

/* Spaces by verdict, worst first; then by class of current evidence, most first. */
void sift_text_verdicts(struct sift_text *text, const struct sift_summary *summary);
enum sift_status sift_text_classes(struct sift_text *text, const struct sift_ruleset *ruleset, const struct sift_summary *summary,
                                   unsigned width);

/* Damaged places and what else was counted; nothing where all was well. */
void sift_text_damage(struct sift_text *text, const struct sift_fleet *fleet, unsigned width);

/* Incidents, each with its course in time; nothing where there are none. */
void sift_text_incidents(struct sift_text *text, const struct sift_ruleset *ruleset, const struct sift_incidents *incidents,
                         unsigned width);

#endif
