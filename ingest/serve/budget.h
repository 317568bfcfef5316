/* The memory that all connections together may hold: counted by every loop, asked through the hub. */
#ifndef SIFT_INGEST_SERVE_BUDGET_H
#define SIFT_INGEST_SERVE_BUDGET_H

#include <stdatomic.h>
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

#endif
