/* How long acks took: a histogram of fixed size whose steps are an eighth of their value. */
#ifndef SIFT_FLEETGEN_LATENCY_H
#define SIFT_FLEETGEN_LATENCY_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { SIFT_GEN_LATENCY_STEPS = 8, SIFT_GEN_LATENCY_BUCKETS = 62 * SIFT_GEN_LATENCY_STEPS };

/* Zeroed is empty. */
struct sift_gen_latency {
  uint64_t count;
  int64_t max_ns;
  uint64_t buckets[SIFT_GEN_LATENCY_BUCKETS];
};

void sift_gen_latency_add(struct sift_gen_latency *latency, int64_t ns);
void sift_gen_latency_merge(struct sift_gen_latency *latency, const struct sift_gen_latency *other);

/* What `share` (0 to 1) of them did not exceed, at most an eighth too high; 0 where there are none. */
int64_t sift_gen_latency_quantile(const struct sift_gen_latency *latency, double share);

#ifdef __cplusplus
}
#endif
#endif
