/* Wake, then confirm. What wakes runs over the whole batch, where its matches may cross lines; each match only says "look at
 * this line". The confirm database then sees that line alone, and what it finds is the result. So hits are those of scanning
 * line by line, whatever the batch.
 *
 * No hit is missed by the wake database: a pattern that matches within a line ends somewhere in it, Hyperscan reports every
 * end offset, and with HS_FLAG_MULTILINE the anchors hold at the same places in the batch as in the line alone. Nor by the
 * sampler: it wakes every line in which a text stands that the pattern cannot match without (engine/atoms.h), and the
 * patterns without such texts are in a wake database of their own.
 *
 * Which lines are woken: scanner_wake.c. What they are: scanner_confirm.c, or, where most match, scanner_decide.c. */
#include "engine/scanner.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/scanner_internal.h"

/* With so much of a batch woken, the sampler has spared nothing, and goes without work for the next. The text is probed again soon,
 * as a batch holds many sources and logs change: after one batch, and each time that it is found as dense, after twice as many. */
enum { DENSE_PERCENT = 60, DENSE_BATCHES_MAX = 16, WOKEN_START = 1024 };

static bool fit_scratch(hs_scratch_t **scratch, const hs_database_t *database) {
  return database == NULL || hs_alloc_scratch(database, scratch) == HS_SUCCESS;
}

enum sift_status sift_scanner_new(struct sift_scanner **out, const struct sift_database *database, enum sift_scan_mode mode) {
  *out = NULL;
  struct sift_scanner *scanner = calloc(1, sizeof *scanner);
  if (scanner == NULL) {
    return SIFT_ENOMEM;
  }
  scanner->database = database;
  scanner->mode = mode;
  scanner->woken_capacity = WOKEN_START;
  scanner->woken = malloc(WOKEN_START * sizeof *scanner->woken);
  scanner->matched = malloc((database->pattern_count + 1) * sizeof *scanner->matched);
  scanner->match = pcre2_match_data_create(64, NULL);
  scanner->limits = sift_pcre_limits();
  /* The largest first: scratch that is too small is made anew. */
  bool scratch = fit_scratch(&scanner->scratch, database->confirm) && fit_scratch(&scanner->scratch, database->wake) &&
                 fit_scratch(&scanner->scratch, database->rest) && fit_scratch(&scanner->scratch, database->literals);
  if (scanner->woken == NULL || scanner->matched == NULL || scanner->match == NULL || scanner->limits == NULL || !scratch) {
    sift_scanner_free(scanner);
    return SIFT_ENOMEM;
  }
  *out = scanner;
  return SIFT_OK;
}

void sift_scanner_free(struct sift_scanner *scanner) {
  if (scanner == NULL) {
    return;
  }
  hs_free_scratch(scanner->scratch);
  pcre2_match_data_free(scanner->match);
  pcre2_match_context_free(scanner->limits);
  free(scanner->woken);
  free(scanner->matched);
  sift_finds_release(&scanner->finds);
  free(scanner);
}

void sift_scanner_on_limit(struct sift_scanner *scanner, sift_limit_fn on_limit, void *context) {
  scanner->on_limit = on_limit;
  scanner->limit_context = context;
}

const struct sift_scanner_stats *sift_scanner_stats(const struct sift_scanner *scanner) {
  return &scanner->stats;
}

/* ---- one batch ---- */

static enum sift_status confirm_each(struct sift_scanner *scanner, enum sift_status status) {
  for (size_t i = 0; i < scanner->woken_count && status == SIFT_OK; i++) {
    status = sift_scanner_confirm(scanner, scanner->woken[i]);
  }
  return status;
}

static enum sift_status scan_sampled(struct sift_scanner *scanner) {
  enum sift_status status = sift_scanner_wake(scanner, true);
  uint64_t woken_bytes = 0;
  for (size_t i = 0; i < scanner->woken_count; i++) {
    woken_bytes += scanner->woken[i].end - scanner->woken[i].start;
  }
  if (woken_bytes * 100 <= (uint64_t)scanner->len * DENSE_PERCENT) {
    scanner->dense_run = 0;
  } else if (scanner->dense_run < DENSE_BATCHES_MAX) {
    scanner->dense_run = scanner->dense_run == 0 ? 1 : 2 * scanner->dense_run;
  }
  scanner->dense_left = scanner->dense_run;
  return status == SIFT_OK ? sift_scanner_decide(scanner) : status;
}

static enum sift_status scan_adaptive(struct sift_scanner *scanner) {
  if (scanner->dense_left == 0) {
    return scan_sampled(scanner);
  }
  scanner->dense_left--;
  return sift_scanner_decide_all(scanner);
}

enum sift_status sift_scanner_scan(struct sift_scanner *scanner, const char *text, uint32_t len, sift_hit_fn on_hit,
                                   void *context) {
  assert(text != NULL || len == 0);
  scanner->stats.batches++;
  scanner->stats.bytes += len;
  if (len == 0 || scanner->database->wake == NULL) {
    return SIFT_OK;
  }
  scanner->text = text;
  scanner->len = len;
  scanner->on_hit = on_hit;
  scanner->context = context;
  switch (scanner->mode) {
  case SIFT_SCAN_SAMPLER:
    return scan_sampled(scanner);
  case SIFT_SCAN_DENSE:
    return sift_scanner_decide_all(scanner);
  case SIFT_SCAN_BATCH:
    return confirm_each(scanner, sift_scanner_wake(scanner, false));
  case SIFT_SCAN_EXAMPLES:
    return confirm_each(scanner, sift_scanner_wake(scanner, true));
  case SIFT_SCAN_LINES:
    return confirm_each(scanner, sift_scanner_wake_all(scanner));
  case SIFT_SCAN_ADAPTIVE:
    break;
  }
  return scan_adaptive(scanner);
}
