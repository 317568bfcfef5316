/* Values below STEPS have a bucket each; above, each power of two has STEPS of them. */
#include "tools/fleetgen/latency.h"

enum { STEPS_LOG = 3 };

static unsigned bucket_of(uint64_t value) {
  if (value < SIFT_GEN_LATENCY_STEPS) {
    return (unsigned)value;
  }
  unsigned power = 63U - (unsigned)__builtin_clzll(value);
  unsigned step = (unsigned)(value >> (power - STEPS_LOG)) - SIFT_GEN_LATENCY_STEPS;
  return (power - STEPS_LOG + 1) * SIFT_GEN_LATENCY_STEPS + step;
}

/* The largest value that falls into a bucket. */
static int64_t bucket_end(unsigned bucket) {
  if (bucket < SIFT_GEN_LATENCY_STEPS) {
    return bucket;
  }
  unsigned shift = bucket / SIFT_GEN_LATENCY_STEPS - 1;
  uint64_t step = SIFT_GEN_LATENCY_STEPS + bucket % SIFT_GEN_LATENCY_STEPS;
  return (int64_t)(((step + 1) << shift) - 1);
}

void sift_gen_latency_add(struct sift_gen_latency *latency, int64_t ns) {
  ns = ns > 0 ? ns : 0;
  latency->count++;
  latency->max_ns = ns > latency->max_ns ? ns : latency->max_ns;
  latency->buckets[bucket_of((uint64_t)ns)]++;
}

void sift_gen_latency_merge(struct sift_gen_latency *latency, const struct sift_gen_latency *other) {
  latency->count += other->count;
  latency->max_ns = other->max_ns > latency->max_ns ? other->max_ns : latency->max_ns;
  for (unsigned i = 0; i < SIFT_GEN_LATENCY_BUCKETS; i++) {
    latency->buckets[i] += other->buckets[i];
  }
}

int64_t sift_gen_latency_quantile(const struct sift_gen_latency *latency, double share) {
  uint64_t wanted = (uint64_t)(share * (double)latency->count);
  uint64_t seen = 0;
  for (unsigned i = 0; i < SIFT_GEN_LATENCY_BUCKETS && latency->count > 0; i++) {
    seen += latency->buckets[i];
    if (seen > wanted || seen == latency->count) {
      int64_t end = bucket_end(i);
      return end < latency->max_ns ? end : latency->max_ns;
    }
  }
  return 0;
}
