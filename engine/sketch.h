/* How many distinct 64-bit hashes were seen: exact while few, a HyperLogLog beyond. Union is exact in both forms. */
#ifndef SIFT_ENGINE_SKETCH_H
#define SIFT_ENGINE_SKETCH_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
  SIFT_SKETCH_EXACT = 128, /* hashes kept one by one */
  SIFT_SKETCH_BITS = 10,   /* 1,024 registers: standard error 3.3 % (Flajolet et al., 2007) */
};

/* The form depends only on the set seen, never on the order: equal sets are equal bytes. */
struct sift_sketch {
  uint32_t count; /* exact: hashes held */
  uint32_t capacity;
  uint64_t *hashes;   /* exact: sorted */
  uint8_t *registers; /* beyond: 1 << SIFT_SKETCH_BITS, else NULL */
};

void sift_sketch_init(struct sift_sketch *sketch);
void sift_sketch_release(struct sift_sketch *sketch);
enum sift_status sift_sketch_add(struct sift_sketch *sketch, uint64_t hash);
enum sift_status sift_sketch_merge(struct sift_sketch *into, const struct sift_sketch *from);

/* Distinct hashes: exact up to SIFT_SKETCH_EXACT, else the HyperLogLog estimate with linear counting for small ranges. */
uint64_t sift_sketch_estimate(const struct sift_sketch *sketch);

/* Whether `hash` was seen: exact in the exact form; in the other "perhaps", so true. */
bool sift_sketch_maybe(const struct sift_sketch *sketch, uint64_t hash);

#ifdef __cplusplus
}
#endif
#endif
