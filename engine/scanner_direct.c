/* Where most lines match, looking for what may match and then at each line anew is twice the work. The wake database tells which
 * pattern matched where; if the pattern keeps within a line, that is what the confirm database would tell of the line alone. So a
 * line in which only such patterns were found, of rules that ask for nothing more, is decided; others are confirmed.
 *
 * A pattern that was not found in the batch does not match the line: the wake database misses nothing (engine/scanner.c). */
#include <stdlib.h>
#include <string.h>

#include "engine/scanner_internal.h"

/* More are put in order, so that those told twice go; where they do not, the batch is looked at line by line. */
enum { FINDS_MAX = 16 * 1024 };

static int by_line(const void *a, const void *b) {
  const struct sift_find *x = a;
  const struct sift_find *y = b;
  int order = (x->start > y->start) - (x->start < y->start);
  return order != 0 ? order : (x->pattern > y->pattern) - (x->pattern < y->pattern);
}

/* Hyperscan tells a pattern at each place where a match may end. */
static void settle_finds(struct sift_scanner *scanner) {
  uint32_t kept = 0;
  qsort(scanner->finds, scanner->find_count, sizeof scanner->finds[0], by_line);
  for (uint32_t i = 0; i < scanner->find_count; i++) {
    if (kept == 0 || by_line(&scanner->finds[kept - 1], &scanner->finds[i]) != 0) {
      scanner->finds[kept++] = scanner->finds[i];
    }
  }
  scanner->find_count = kept;
}

static int on_find(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *context) {
  (void)from;
  (void)flags;
  struct sift_scanner *scanner = context;
  const struct sift_line *line = sift_scanner_wake_line(scanner, (uint32_t)to);
  if (line == NULL) {
    return 1;
  }
  const struct sift_find find = {line->start, id};
  const struct sift_find *last = scanner->find_count > 0 ? &scanner->finds[scanner->find_count - 1] : NULL;
  if (last != NULL && by_line(last, &find) == 0) {
    return 0;
  }
  scanner->finds_disordered = scanner->finds_disordered || (last != NULL && find.start < last->start);
  if (scanner->find_count == FINDS_MAX) {
    settle_finds(scanner);
    scanner->finds_full = scanner->find_count > FINDS_MAX / 2;
    if (scanner->finds_full) {
      return 1;
    }
  }
  scanner->finds[scanner->find_count++] = find;
  return 0;
}

/* Whether a match in the batch decides: that of a pattern that may cross lines, or may be a mere prefilter, does not, nor where the
 * rule wants to know of other patterns. */
static bool decides(const struct sift_database *database, uint32_t pattern) {
  const struct sift_compiled *compiled = &database->patterns[pattern];
  const struct sift_rule *rule = &database->ruleset->rules[compiled->rule];
  return compiled->in_line && !compiled->prefiltered && rule->all.count == 0 && rule->none.count == 0;
}

/* Whether all finds of the line decide; those are then in scanner->matched, each once. */
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

static enum sift_status tell_lines(struct sift_scanner *scanner) {
  enum sift_status status = SIFT_OK;
  uint32_t next = 0;
  for (size_t i = 0; i < scanner->woken_count && status == SIFT_OK; i++) {
    struct sift_line line = scanner->woken[i];
    uint32_t first = next;
    while (next < scanner->find_count && scanner->finds[next].start == line.start) {
      next++;
    }
    if (line.start < line.end && take_finds(scanner, scanner->finds + first, next - first)) {
      scanner->stats.woken++;
      status = sift_scanner_tell(scanner, line);
    } else {
      status = sift_scanner_confirm(scanner, line);
    }
  }
  return status;
}

enum sift_status sift_scanner_direct(struct sift_scanner *scanner) {
  if (scanner->finds == NULL) {
    scanner->finds = malloc(FINDS_MAX * sizeof *scanner->finds);
  }
  if (scanner->finds == NULL) {
    return SIFT_ENOMEM;
  }
  scanner->find_count = 0;
  scanner->finds_full = false;
  scanner->finds_disordered = false;
  scanner->woken_count = 0;
  scanner->woken_disordered = false;
  hs_error_t result = hs_scan(scanner->database->wake, scanner->text, scanner->len, 0, scanner->scratch, on_find, scanner);
  if (scanner->out_of_memory) {
    return SIFT_ENOMEM;
  }
  if (scanner->finds_full) {
    return sift_scanner_lines(scanner);
  }
  if (result != HS_SUCCESS) {
    return SIFT_EENGINE;
  }
  sift_scanner_settle_woken(scanner);
  if (scanner->finds_disordered) {
    settle_finds(scanner);
  }
  return tell_lines(scanner);
}
