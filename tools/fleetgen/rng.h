/* Random numbers that are the same on every machine: xoshiro256** 1.0 (Blackman and Vigna), seeded by splitmix64. */
#ifndef SIFT_FLEETGEN_RNG_H
#define SIFT_FLEETGEN_RNG_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sift_rng {
  uint64_t s[4];
};

/* Folds `value` into `seed`: seeds for parts that must not share a sequence. */
uint64_t sift_rng_mix(uint64_t seed, uint64_t value);

void sift_rng_init(struct sift_rng *rng, uint64_t seed);

static inline uint64_t sift_rng_next(struct sift_rng *rng) {
  uint64_t *s = rng->s;
  uint64_t product = s[1] * 5;
  uint64_t result = ((product << 7) | (product >> 57)) * 9;
  uint64_t t = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = (s[3] << 45) | (s[3] >> 19);
  return result;
}

/* 0 to n - 1; 0 for n = 0. The bias is below n / 2^32. */
static inline uint32_t sift_rng_below(struct sift_rng *rng, uint32_t n) {
  return (uint32_t)(((sift_rng_next(rng) >> 32) * n) >> 32);
}

/* As sift_rng_below(), for spans that need 64 bits. */
uint64_t sift_rng_below64(struct sift_rng *rng, uint64_t n);

/* `low` to `high`, both included. */
int64_t sift_rng_range(struct sift_rng *rng, int64_t low, int64_t high);

/* True in `percent` of 100. */
bool sift_rng_chance(struct sift_rng *rng, double percent);

/* 0 <= x < 1 with 53 bits. */
double sift_rng_unit(struct sift_rng *rng);

#ifdef __cplusplus
}
#endif
#endif
