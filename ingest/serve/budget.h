/* The memory that all connections together may hold: counted by every loop, asked by every loop. */
#ifndef SIFT_INGEST_SERVE_BUDGET_H
#define SIFT_INGEST_SERVE_BUDGET_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct sift_budget {
  _Atomic size_t used;
  size_t limit;
};

static inline void sift_budget_take(struct sift_budget *budget, size_t bytes) {
  atomic_fetch_add_explicit(&budget->used, bytes, memory_order_relaxed);
}

static inline void sift_budget_give(struct sift_budget *budget, size_t bytes) {
  atomic_fetch_sub_explicit(&budget->used, bytes, memory_order_relaxed);
}

/* Whether reading must stop. */
static inline bool sift_budget_over(const struct sift_budget *budget) {
  return atomic_load_explicit(&budget->used, memory_order_relaxed) >= budget->limit;
}

/* Whether there is room enough again to read on: some way below the limit, so that it does not go back and forth. */
static inline bool sift_budget_relaxed(const struct sift_budget *budget) {
  return atomic_load_explicit(&budget->used, memory_order_relaxed) < budget->limit - budget->limit / 8;
}

#endif
