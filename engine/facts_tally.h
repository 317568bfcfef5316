/* Facts → sorted states: every Space that the facts know, with what its error message says, to be merged with the tallies of
 * the logs. */
#ifndef SIFT_ENGINE_FACTS_TALLY_H
#define SIFT_ENGINE_FACTS_TALLY_H

#include "engine/facts.h"
#include "engine/worker.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Scans the error messages as channel "platform". A message is dated by its sheet's time, else by `now_ns`: facts tell how
 * things stand now. No line is counted. Only messages whose sheet has a time of its own strike windows of incidents: without
 * one nobody knows when it came about, and where all sheets bear one time, that is when the listing was fetched. `facts` are sealed. SIFT_ENOMEM, SIFT_EENGINE. */
struct sift_facts_tally;
enum sift_status sift_facts_tally_new(struct sift_facts_tally **out, const struct sift_database *database,
                                      const struct sift_facts *facts, int64_t now_ns);
void sift_facts_tally_free(struct sift_facts_tally *tally);

/* The states; borrowed. */
const struct sift_run *sift_facts_tally_runs(const struct sift_facts_tally *tally, size_t *count);

#ifdef __cplusplus
}
#endif
#endif
