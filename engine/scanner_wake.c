/* Which lines of a batch may match. */
#include <stdlib.h>
#include <string.h>

#include "engine/scanner_internal.h"

static int by_start(const void *a, const void *b) {
  const struct sift_line *x = a;
  const struct sift_line *y = b;
  return (x->start > y->start) - (x->start < y->start);
}

/* Hyperscan promises no order among patterns: sorts, and drops lines woken twice. */
static void settle_woken(struct sift_scanner *scanner) {
  if (!scanner->woken_disordered) {
    return;
  }
  qsort(scanner->woken, scanner->woken_count, sizeof scanner->woken[0], by_start);
  size_t kept = 0;
  for (size_t i = 0; i < scanner->woken_count; i++) {
    if (kept == 0 || scanner->woken[kept - 1].start != scanner->woken[i].start) {
      scanner->woken[kept++] = scanner->woken[i];
    }
  }
  scanner->woken_count = kept;
  scanner->woken_disordered = false;
}

/* Room for one more; NULL when memory is out. Settling first keeps the list within the number of lines, however often
 * Hyperscan jumps back. */
static struct sift_line *woken_slot(struct sift_scanner *scanner) {
  bool full = scanner->woken_count == scanner->woken_capacity;
  if (full) {
    settle_woken(scanner);
  }
  if (full && scanner->woken_count > scanner->woken_capacity / 2) {
    struct sift_line *woken = realloc(scanner->woken, 2 * scanner->woken_capacity * sizeof *woken);
    if (woken == NULL) {
      scanner->out_of_memory = true;
      return NULL;
    }
    scanner->woken = woken;
    scanner->woken_capacity *= 2;
  }
  return &scanner->woken[scanner->woken_count++];
}

/* Puts the line that holds the byte before `to` on the list: a match within a line has its last byte in the line. NULL when memory
 * is out. */
static const struct sift_line *wake_line(struct sift_scanner *scanner, uint32_t to) {
  uint32_t at = to - 1;
  const struct sift_line *last = scanner->woken_count > 0 ? &scanner->woken[scanner->woken_count - 1] : NULL;
  if (last != NULL && at >= last->start && at <= last->end) {
    return last;
  }
  const char *text = scanner->text;
  const char *before = memrchr(text, '\n', at);
  const char *after = memchr(text + at, '\n', scanner->len - at);
  uint32_t start = before != NULL ? (uint32_t)(before + 1 - text) : 0;
  struct sift_line *line = woken_slot(scanner);
  if (line == NULL) {
    return NULL;
  }
  /* Only now, since making room may have put the list in order. */
  if (line > scanner->woken && start <= line[-1].start) {
    scanner->woken_disordered = true;
  }
  *line = (struct sift_line){start, after != NULL ? (uint32_t)(after - text) : scanner->len};
  return line;
}

static int on_wake(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *context) {
  (void)id;
  (void)from;
  (void)flags;
  return wake_line(context, (uint32_t)to) == NULL;
}

/* Where to go on: behind the line. */
static uint32_t on_sample(void *context, uint32_t to) {
  const struct sift_line *line = wake_line(context, to);
  return line != NULL ? line->end : UINT32_MAX;
}

static enum sift_status wake_by(struct sift_scanner *scanner, const hs_database_t *database) {
  hs_error_t result =
      database == NULL ? HS_SUCCESS : hs_scan(database, scanner->text, scanner->len, 0, scanner->scratch, on_wake, scanner);
  if (scanner->out_of_memory) {
    return SIFT_ENOMEM;
  }
  return result == HS_SUCCESS ? SIFT_OK : SIFT_EENGINE;
}

enum sift_status sift_scanner_wake(struct sift_scanner *scanner, bool sampler) {
  scanner->woken_count = 0;
  scanner->woken_disordered = false;
  if (sampler && scanner->database->sampler != NULL) {
    sift_sampler_scan(scanner->database->sampler, scanner->text, scanner->len, on_sample, scanner);
  }
  enum sift_status status = sampler ? wake_by(scanner, scanner->database->literals) : SIFT_OK;
  if (status == SIFT_OK) {
    status = wake_by(scanner, sampler ? scanner->database->rest : scanner->database->wake);
  }
  settle_woken(scanner);
  return status;
}

enum sift_status sift_scanner_wake_all(struct sift_scanner *scanner) {
  scanner->woken_count = 0;
  scanner->woken_disordered = false;
  for (uint32_t start = 0; start < scanner->len;) {
    const char *newline = memchr(scanner->text + start, '\n', scanner->len - start);
    uint32_t end = newline != NULL ? (uint32_t)(newline - scanner->text) : scanner->len;
    struct sift_line *line = start < end ? woken_slot(scanner) : NULL;
    if (line != NULL) {
      *line = (struct sift_line){start, end};
    }
    start = end + 1;
  }
  return scanner->out_of_memory ? SIFT_ENOMEM : SIFT_OK;
}
