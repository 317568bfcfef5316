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

/* Writes DIR/truth.jsonl from the sums of all Spaces. SIFT_EIO with a message in `error` (at least 512 bytes), SIFT_ENOMEM. */
enum sift_status sift_gen_truth_write(const struct sift_gen_fleet *fleet, const struct sift_gen_sum *sums, const char *directory,
                                      char *error, size_t error_size);

#ifdef __cplusplus
}
#endif
#endif
