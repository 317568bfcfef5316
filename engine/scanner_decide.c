/* Many lines at once: the wake database tells which pattern matched where, and if the pattern keeps within a line, that is what the
 * confirm database would tell of the line alone. So a line in which only such patterns were found, of rules that ask for nothing
 * more, is decided; others are confirmed. One scan of many lines costs about half of as many scans of one.
 *
 * A pattern that is not found among the lines does not match any of them: the wake database misses nothing (engine/scanner.c). */
#include <stdlib.h>
#include <string.h>

#include "engine/batch.h"
#include "engine/scanner_internal.h"

/* More are put in order, so that those told twice go; where they do not, the lines are confirmed one by one. */
enum { FINDS_MAX = 16 * 1024 };

static int by_line(const void *a, const void *b) {
  const struct sift_find *x = a;
  const struct sift_find *y = b;
  int order = (x->line > y->line) - (x->line < y->line);
  return order != 0 ? order : (x->pattern > y->pattern) - (x->pattern < y->pattern);
}

/* Hyperscan tells a pattern at each place where a match may end. */
static void settle_finds(struct sift_finds *finds) {
  uint32_t kept = 0;
  qsort(finds->items, finds->count, sizeof finds->items[0], by_line);
  for (uint32_t i = 0; i < finds->count; i++) {
    if (kept == 0 || by_line(&finds->items[kept - 1], &finds->items[i]) != 0) {
      finds->items[kept++] = finds->items[i];
    }
  }
  finds->count = kept;
}

/* The last line that begins at `at` or before it; the first where none does. Mostly it is that of the find before, or the next. */
static uint32_t line_of(const struct sift_finds *finds, uint32_t at) {
  uint32_t low = finds->last_line;
  uint32_t high = finds->line_count;
  if (finds->begins[low] > at) {
    high = low;
    low = 0;
  } else if (low + 1 == high || finds->begins[low + 1] > at) {
    return low;
  }
  while (high - low > 1) {
    uint32_t middle = low + (high - low) / 2;
    *(finds->begins[middle] <= at ? &low : &high) = middle;
  }
  return low;
}

static int on_find(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *context) {
  (void)from;
  (void)flags;
  struct sift_finds *finds = context;
  const struct sift_find find = {line_of(finds, (uint32_t)to - 1), id};
  finds->last_line = find.line;
  if (finds->count > 0) {
    struct sift_find last = finds->items[finds->count - 1];
    if (by_line(&last, &find) == 0) {
      return 0;
    }
    finds->disordered = finds->disordered || find.line < last.line;
  }
  if (finds->count == FINDS_MAX) {
    settle_finds(finds);
    finds->full = finds->count > FINDS_MAX / 2;
  }
  if (finds->full) {
    return 1;
  }
  finds->items[finds->count++] = find;
  return 0;
}

/* Whether a match among the lines decides: that of a pattern that may cross lines, or may be a mere prefilter, does not, nor where
 * the rule wants to know of other patterns. */
static bool decides(const struct sift_database *database, uint32_t pattern) {
  const struct sift_compiled *compiled = &database->patterns[pattern];
  const struct sift_rule *rule = &database->ruleset->rules[compiled->rule];
  return compiled->in_line && !compiled->prefiltered && rule->all.count == 0 && rule->none.count == 0;
}

/* Whether all finds of a line decide; those are then in scanner->matched, each once. */
static bool take_finds(struct sift_scanner *scanner, const struct sift_find *finds, uint32_t count) {
  scanner->matched_count = 0;
  for (uint32_t i = 0; i < count; i++) {
    if (!decides(scanner->database, finds[i].pattern)) {
      return false;
    }
    bool known = false;
    for (uint32_t k = 0; k < scanner->matched_count && !known; k++) {
      known = scanner->matched[k] == finds[i].pattern;
    }
    if (!known) {
      scanner->matched[scanner->matched_count++] = finds[i].pattern;
    }
  }
  return true;
}

static enum sift_status confirm_all(struct sift_scanner *scanner) {
  enum sift_status status = SIFT_OK;
  for (uint32_t i = 0; i < scanner->woken_count && status == SIFT_OK; i++) {
    status = sift_scanner_confirm(scanner, scanner->woken[i]);
  }
  return status;
}

static enum sift_status tell_lines(struct sift_scanner *scanner) {
  const struct sift_finds *finds = &scanner->finds;
  enum sift_status status = SIFT_OK;
  uint32_t next = 0;
  for (uint32_t i = 0; i < finds->line_count && status == SIFT_OK; i++) {
    uint32_t first = next;
    while (next < finds->count && finds->items[next].line == i) {
      next++;
    }
    if (!take_finds(scanner, finds->items + first, next - first)) {
      status = sift_scanner_confirm(scanner, scanner->woken[i]);
      continue;
    }
    scanner->stats.woken++;
    status = scanner->matched_count > 0 ? sift_scanner_tell(scanner, scanner->woken[i]) : SIFT_OK;
  }
  return status;
}

/* ---- the lines ---- */

static bool make_room(struct sift_scanner *scanner) {
  struct sift_finds *finds = &scanner->finds;
  if (finds->items == NULL) {
    finds->items = malloc(FINDS_MAX * sizeof *finds->items);
  }
  if (finds->begins_capacity < scanner->woken_capacity) {
    free(finds->begins);
    finds->begins_capacity = scanner->woken_capacity;
    finds->begins = malloc(finds->begins_capacity * sizeof *finds->begins);
    finds->begins_capacity = finds->begins != NULL ? finds->begins_capacity : 0;
  }
  return finds->items != NULL && finds->begins != NULL;
}

/* Puts the woken lines together, each with a newline behind. Its length; UINT32_MAX when memory is out. */
static uint32_t gather(struct sift_scanner *scanner) {
  struct sift_finds *finds = &scanner->finds;
  size_t need = (size_t)scanner->len + scanner->woken_count + SIFT_PADDING;
  if (finds->text_capacity < need) {
    free(finds->text);
    finds->text = calloc(1, need);
    finds->text_capacity = finds->text != NULL ? need : 0;
  }
  if (finds->text == NULL || need > UINT32_MAX) {
    return UINT32_MAX;
  }
  uint32_t at = 0;
  for (uint32_t i = 0; i < scanner->woken_count; i++) {
    struct sift_line line = scanner->woken[i];
    finds->begins[i] = at;
    memcpy(finds->text + at, scanner->text + line.start, line.end - line.start);
    at += line.end - line.start;
    finds->text[at++] = '\n';
  }
  return at;
}

static enum sift_status decide(struct sift_scanner *scanner, const char *text, uint32_t len) {
  struct sift_finds *finds = &scanner->finds;
  finds->line_count = (uint32_t)scanner->woken_count;
  finds->count = 0;
  finds->last_line = 0;
  finds->full = false;
  finds->disordered = false;
  hs_error_t result = hs_scan(scanner->database->wake, text, len, 0, scanner->scratch, on_find, finds);
  if (finds->full) {
    return confirm_all(scanner);
  }
  if (result != HS_SUCCESS) {
    return SIFT_EENGINE;
  }
  if (finds->disordered) {
    settle_finds(finds);
  }
  return tell_lines(scanner);
}

enum sift_status sift_scanner_decide(struct sift_scanner *scanner) {
  if (scanner->woken_count < SIFT_DECIDE_LINES_MIN) {
    return confirm_all(scanner);
  }
  uint32_t len = make_room(scanner) ? gather(scanner) : UINT32_MAX;
  return len != UINT32_MAX ? decide(scanner, scanner->finds.text, len) : SIFT_ENOMEM;
}

enum sift_status sift_scanner_decide_all(struct sift_scanner *scanner) {
  scanner->stats.dense++;
  enum sift_status status = sift_scanner_wake_all(scanner);
  if (status != SIFT_OK || scanner->woken_count == 0) {
    return status;
  }
  if (!make_room(scanner)) {
    return SIFT_ENOMEM;
  }
  for (uint32_t i = 0; i < scanner->woken_count; i++) {
    scanner->finds.begins[i] = scanner->woken[i].start;
  }
  return decide(scanner, scanner->text, scanner->len);
}

void sift_finds_release(struct sift_finds *finds) {
  free(finds->items);
  free(finds->begins);
  free(finds->text);
}
