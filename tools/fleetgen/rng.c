#include "tools/fleetgen/rng.h"

#include <assert.h>

static uint64_t splitmix(uint64_t *state) {
  uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return z ^ (z >> 31);
}

uint64_t sift_rng_mix(uint64_t seed, uint64_t value) {
  uint64_t state = seed;
  state = splitmix(&state) ^ (value * UINT64_C(0xd6e8feb86659fd93));
  return splitmix(&state);
}

void sift_rng_init(struct sift_rng *rng, uint64_t seed) {
  for (unsigned i = 0; i < 4; i++) {
    rng->s[i] = splitmix(&seed);
  }
}

uint64_t sift_rng_below64(struct sift_rng *rng, uint64_t n) {
  __extension__ typedef unsigned __int128 wide;
  return (uint64_t)(((wide)sift_rng_next(rng) * n) >> 64);
}

int64_t sift_rng_range(struct sift_rng *rng, int64_t low, int64_t high) {
  assert(low <= high);
  return low + (int64_t)sift_rng_below64(rng, (uint64_t)(high - low) + 1);
}

bool sift_rng_chance(struct sift_rng *rng, double percent) {
  return sift_rng_unit(rng) * 100.0 < percent;
}

double sift_rng_unit(struct sift_rng *rng) {
  return (double)(sift_rng_next(rng) >> 11) * 0x1p-53;
}
