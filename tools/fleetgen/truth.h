/* truth.jsonl: what is right about each Space. */
#ifndef SIFT_FLEETGEN_TRUTH_H
#define SIFT_FLEETGEN_TRUTH_H

#include "tools/fleetgen/stream.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Appends one Space's line: space, verdict, branch, attempts (that the logs show), decoys, incident, cause (what the incident's Spaces show, else
 * ""), bytes (of its text). */
void sift_gen_truth_put(struct sift_gen_text *out, const struct sift_gen_fleet *fleet, uint64_t index, struct sift_gen_sum sum);

#ifdef __cplusplus
}
#endif
#endif
