#include "engine/sketch.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { REGISTERS = 1 << SIFT_SKETCH_BITS, CAPACITY_MIN = 4 };

void sift_sketch_init(struct sift_sketch *sketch) {
  *sketch = (struct sift_sketch){0};
}

void sift_sketch_release(struct sift_sketch *sketch) {
  free(sketch->hashes);
  free(sketch->registers);
  sift_sketch_init(sketch);
}

/* The first bits of a hash choose the register, the length of the run of zeros behind them is its rank. */
static void observe(uint8_t *registers, uint64_t hash) {
  size_t index = (size_t)(hash >> (64 - SIFT_SKETCH_BITS));
  uint64_t rest = hash << SIFT_SKETCH_BITS;
  int rank = rest == 0 ? 64 - SIFT_SKETCH_BITS + 1 : __builtin_clzll(rest) + 1;
  if (registers[index] < rank) {
    registers[index] = (uint8_t)rank;
  }
}

/* Leaves the exact form for good. */
static enum sift_status make_registers(struct sift_sketch *sketch) {
  uint8_t *registers = calloc(REGISTERS, 1);
  if (registers == NULL) {
    return SIFT_ENOMEM;
  }
  for (uint32_t i = 0; i < sketch->count; i++) {
    observe(registers, sketch->hashes[i]);
  }
  sift_sketch_release(sketch);
  sketch->registers = registers;
  return SIFT_OK;
}

/* Where `hash` stands or would stand among the exact ones. */
static uint32_t place_of(const struct sift_sketch *sketch, uint64_t hash) {
  uint32_t low = 0;
  uint32_t high = sketch->count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (sketch->hashes[middle] < hash) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

static enum sift_status reserve(struct sift_sketch *sketch) {
  if (sketch->count < sketch->capacity) {
    return SIFT_OK;
  }
  uint32_t capacity = sketch->capacity == 0 ? CAPACITY_MIN : sketch->capacity * 2;
  uint64_t *hashes = realloc(sketch->hashes, capacity * sizeof *hashes);
  if (hashes == NULL) {
    return SIFT_ENOMEM;
  }
  sketch->hashes = hashes;
  sketch->capacity = capacity;
  return SIFT_OK;
}

static enum sift_status insert(struct sift_sketch *sketch, uint32_t place, uint64_t hash) {
  enum sift_status status = reserve(sketch);
  if (status != SIFT_OK) {
    return status;
  }
  memmove(&sketch->hashes[place + 1], &sketch->hashes[place], (sketch->count - place) * sizeof hash);
  sketch->hashes[place] = hash;
  sketch->count++;
  return SIFT_OK;
}

enum sift_status sift_sketch_add(struct sift_sketch *sketch, uint64_t hash) {
  if (sketch->registers == NULL) {
    uint32_t place = place_of(sketch, hash);
    if (place < sketch->count && sketch->hashes[place] == hash) {
      return SIFT_OK;
    }
    if (sketch->count < SIFT_SKETCH_EXACT) {
      return insert(sketch, place, hash);
    }
    enum sift_status status = make_registers(sketch);
    if (status != SIFT_OK) {
      return status;
    }
  }
  observe(sketch->registers, hash);
  return SIFT_OK;
}

enum sift_status sift_sketch_merge(struct sift_sketch *into, const struct sift_sketch *from) {
  assert(into != from);
  if (from->registers == NULL) {
    enum sift_status status = SIFT_OK;
    for (uint32_t i = 0; i < from->count && status == SIFT_OK; i++) {
      status = sift_sketch_add(into, from->hashes[i]);
    }
    return status;
  }
  if (into->registers == NULL && make_registers(into) != SIFT_OK) {
    return SIFT_ENOMEM;
  }
  for (size_t i = 0; i < REGISTERS; i++) {
    if (into->registers[i] < from->registers[i]) {
      into->registers[i] = from->registers[i];
    }
  }
  return SIFT_OK;
}

uint64_t sift_sketch_estimate(const struct sift_sketch *sketch) {
  if (sketch->registers == NULL) {
    return sketch->count;
  }
  double sum = 0;
  unsigned zeros = 0;
  for (size_t i = 0; i < REGISTERS; i++) {
    sum += ldexp(1.0, -sketch->registers[i]);
    zeros += sketch->registers[i] == 0;
  }
  /* Flajolet, Fusy, Gandouet, Meunier: HyperLogLog (2007), figure 3; with 64-bit hashes no correction for large ranges. */
  const double alpha = 0.7213 / (1 + 1.079 / REGISTERS);
  double estimate = alpha * REGISTERS * REGISTERS / sum;
  if (estimate <= 2.5 * REGISTERS && zeros > 0) {
    estimate = REGISTERS * log((double)REGISTERS / zeros);
  }
  uint64_t rounded = (uint64_t)llround(estimate);
  /* What is known for certain: the exact form was left. */
  return rounded > SIFT_SKETCH_EXACT ? rounded : SIFT_SKETCH_EXACT + 1;
}

bool sift_sketch_maybe(const struct sift_sketch *sketch, uint64_t hash) {
  if (sketch->registers != NULL) {
    return true;
  }
  uint32_t place = place_of(sketch, hash);
  return place < sketch->count && sketch->hashes[place] == hash;
}
