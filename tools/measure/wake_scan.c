#include "tools/measure/wake_scan.h"

#include <stdlib.h>
#include <string.h>

#include "engine/database_internal.h"

struct sift_wake {
  const struct sift_database *database;
  hs_scratch_t *scratch;
  const char *text;
  uint32_t len;
  uint64_t woken; /* counted, so that the callbacks do something */
};

static bool fit_scratch(struct sift_wake *wake, const hs_database_t *database) {
  return database == NULL || hs_alloc_scratch(database, &wake->scratch) == HS_SUCCESS;
}

enum sift_status sift_wake_new(struct sift_wake **out, const struct sift_database *database) {
  *out = NULL;
  struct sift_wake *wake = calloc(1, sizeof *wake);
  if (wake == NULL) {
    return SIFT_ENOMEM;
  }
  wake->database = database;
  if (!fit_scratch(wake, database->literals) || !fit_scratch(wake, database->rest)) {
    sift_wake_free(wake);
    return SIFT_ENOMEM;
  }
  *out = wake;
  return SIFT_OK;
}

void sift_wake_free(struct sift_wake *wake) {
  if (wake != NULL) {
    hs_free_scratch(wake->scratch);
    free(wake);
  }
}

/* As the scanner does: the rest of the line need not be looked at. */
static uint32_t on_sample(void *context, uint32_t to) {
  struct sift_wake *wake = context;
  const char *newline = memchr(wake->text + to - 1, '\n', wake->len - (to - 1));
  wake->woken++;
  return newline != NULL ? (uint32_t)(newline - wake->text) : wake->len;
}

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *context) {
  struct sift_wake *wake = context;
  (void)id;
  (void)from;
  (void)to;
  (void)flags;
  wake->woken++;
  return 0;
}

static bool run_one(struct sift_wake *wake, const hs_database_t *database) {
  return database == NULL || hs_scan(database, wake->text, wake->len, 0, wake->scratch, on_match, wake) == HS_SUCCESS;
}

enum sift_status sift_wake_run(struct sift_wake *wake, const struct sift_pieces *pieces) {
  const struct sift_database *database = wake->database;
  for (size_t i = 0; i < pieces->count; i++) {
    wake->text = pieces->corpus->text + pieces->items[i].begin;
    wake->len = pieces->items[i].len;
    if (database->sampler != NULL) {
      sift_sampler_scan(database->sampler, wake->text, wake->len, on_sample, wake);
    }
    if (!run_one(wake, database->literals) || !run_one(wake, database->rest)) {
      return SIFT_EENGINE;
    }
  }
  return SIFT_OK;
}

uint64_t sift_wake_matches(const struct sift_wake *wake) {
  return wake->woken;
}
