/* The memory that all connections together may hold, and what waits for the disk: counted and asked by every loop. */
#ifndef SIFT_INGEST_SERVE_BUDGET_H
#define SIFT_INGEST_SERVE_BUDGET_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "ingest/serve/journal.h"

struct sift_budget {
  _Atomic size_t used;
  size_t limit;
  const struct sift_journal *journal; /* NULL: none. Set before anybody asks */
};

static inline void sift_budget_take(struct sift_budget *budget, size_t bytes) {
  atomic_fetch_add_explicit(&budget->used, bytes, memory_order_relaxed);
}

static inline void sift_budget_give(struct sift_budget *budget, size_t bytes) {
  atomic_fetch_sub_explicit(&budget->used, bytes, memory_order_relaxed);
}

/* What is held, entries that are not durable yet included: a disk in trouble must stop reading as a slow scan does. */
static inline size_t sift_budget_held(const struct sift_budget *budget) {
  size_t used = atomic_load_explicit(&budget->used, memory_order_relaxed);
  return budget->journal != NULL ? used + (size_t)sift_journal_queued_bytes(budget->journal) : used;
}

/* Whether reading must stop. */
static inline bool sift_budget_over(const struct sift_budget *budget) {
  return sift_budget_held(budget) >= budget->limit;
}

/* Whether there is room enough again to read on: some way below the limit, so that it does not go back and forth. */
static inline bool sift_budget_relaxed(const struct sift_budget *budget) {
  return sift_budget_held(budget) < budget->limit - budget->limit / 8;
}

#endif
