/* Wake, then confirm. What wakes runs over the whole batch, where its matches may cross lines; each match only says "look at
 * this line". The confirm database then sees that line alone, and what it finds is the result. So hits are those of scanning
 * line by line, whatever the batch.
 *
 * No hit is missed by the wake database: a pattern that matches within a line ends somewhere in it, Hyperscan reports every
 * end offset, and with HS_FLAG_MULTILINE the anchors hold at the same places in the batch as in the line alone. Nor by the
 * sampler: it wakes every line in which a text stands that the pattern cannot match without (engine/atoms.h), and the
 * patterns without such texts are in a wake database of their own. */
#include "engine/scanner.h"

#include <assert.h>
#include <stdlib.h>
#include <strings.h>

#include "engine/database_internal.h"

/* Line by line pays once so much of the text is woken that wake and confirm together cost more than confirming it all; a cheaper
 * wake moves that up. A source is probed again after a while because logs change. */
enum { DENSE_PERCENT = 80, DENSE_PERCENT_WAKE = 55, DENSE_BATCHES = 16, WOKEN_START = 1024 };

/* The sampler wakes some lines in vain, each of which costs a look of the confirm database; where so much of the text is
 * woken in vain, the whole wake database is cheaper. */
enum { VAIN_PERCENT = 30, VAIN_BATCHES = 16 };

struct line {
  uint32_t start, end; /* end: of the text, where the newline stands or the batch ends */
};

struct sift_scanner {
  const struct sift_database *database;
  enum sift_scan_mode mode;
  hs_scratch_t *scratch;
  pcre2_match_data *match;
  pcre2_match_context *limits;
  struct line *woken;
  size_t woken_count, woken_capacity;
  bool woken_disordered;
  bool out_of_memory;
  uint32_t *matched; /* pattern numbers that matched the line at hand */
  uint32_t matched_count;
  unsigned dense_left; /* batches to go line by line */
  unsigned vain_left;  /* batches to go without the sampler */
  const char *text;
  uint32_t len;
  sift_hit_fn on_hit;
  void *context;
  sift_limit_fn on_limit;
  void *limit_context;
  struct sift_scanner_stats stats;
};

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
  bool scratch = fit_scratch(&scanner->scratch, database->wake) && fit_scratch(&scanner->scratch, database->literals) &&
                 fit_scratch(&scanner->scratch, database->rest) && fit_scratch(&scanner->scratch, database->confirm);
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
  free(scanner);
}

void sift_scanner_on_limit(struct sift_scanner *scanner, sift_limit_fn on_limit, void *context) {
  scanner->on_limit = on_limit;
  scanner->limit_context = context;
}

const struct sift_scanner_stats *sift_scanner_stats(const struct sift_scanner *scanner) {
  return &scanner->stats;
}

/* ---- wake ---- */

static int by_start(const void *a, const void *b) {
  const struct line *x = a;
  const struct line *y = b;
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
static struct line *woken_slot(struct sift_scanner *scanner) {
  bool full = scanner->woken_count == scanner->woken_capacity;
  if (full) {
    settle_woken(scanner);
  }
  if (full && scanner->woken_count > scanner->woken_capacity / 2) {
    struct line *woken = realloc(scanner->woken, 2 * scanner->woken_capacity * sizeof *woken);
    if (woken == NULL) {
      scanner->out_of_memory = true;
      return NULL;
    }
    scanner->woken = woken;
    scanner->woken_capacity *= 2;
  }
  return &scanner->woken[scanner->woken_count++];
}

/* Wakes the line that holds the byte before `to`: a match within a line has its last byte in the line. Returns where the
 * line ends, or UINT32_MAX when memory is out. */
static uint32_t wake_line(struct sift_scanner *scanner, uint32_t to) {
  uint32_t at = to - 1;
  const struct line *last = scanner->woken_count > 0 ? &scanner->woken[scanner->woken_count - 1] : NULL;
  if (last != NULL && at >= last->start && at <= last->end) {
    return last->end;
  }
  const char *text = scanner->text;
  const char *before = memrchr(text, '\n', at);
  const char *after = memchr(text + at, '\n', scanner->len - at);
  uint32_t start = before != NULL ? (uint32_t)(before + 1 - text) : 0;
  struct line *line = woken_slot(scanner);
  if (line == NULL) {
    return UINT32_MAX;
  }
  /* Only now, since making room may have put the list in order. */
  if (line > scanner->woken && start <= line[-1].start) {
    scanner->woken_disordered = true;
  }
  *line = (struct line){start, after != NULL ? (uint32_t)(after - text) : scanner->len};
  return line->end;
}

static int on_wake(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *context) {
  (void)id;
  (void)from;
  (void)flags;
  return wake_line(context, (uint32_t)to) == UINT32_MAX;
}

static uint32_t on_sample(void *context, uint32_t to) {
  return wake_line(context, to);
}

static enum sift_status wake_by(struct sift_scanner *scanner, const hs_database_t *database) {
  hs_error_t result =
      database == NULL ? HS_SUCCESS : hs_scan(database, scanner->text, scanner->len, 0, scanner->scratch, on_wake, scanner);
  if (scanner->out_of_memory) {
    return SIFT_ENOMEM;
  }
  return result == HS_SUCCESS ? SIFT_OK : SIFT_EENGINE;
}

/* Lists the lines to look at, in order. */
static enum sift_status wake(struct sift_scanner *scanner, bool sampler) {
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

/* ---- confirm ---- */

static int on_confirm(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *context) {
  (void)from;
  (void)to;
  (void)flags;
  struct sift_scanner *scanner = context;
  if (scanner->matched_count < scanner->database->pattern_count) { /* HS_FLAG_SINGLEMATCH: each at most once */
    scanner->matched[scanner->matched_count++] = id;
  }
  return 0;
}

/* Few patterns match a line, mostly one: insertion sort. */
static void sort_matched(uint32_t *ids, uint32_t count) {
  for (uint32_t i = 1; i < count; i++) {
    uint32_t id = ids[i];
    uint32_t at = i;
    for (; at > 0 && ids[at - 1] > id; at--) {
      ids[at] = ids[at - 1];
    }
    ids[at] = id;
  }
}

/* Whether one of the texts that the pattern needs stands in the line. Without one, giving up has lost nothing; and it must not be
 * told, since the sampler may not wake such a line. */
static bool may_match(const struct sift_compiled *compiled, struct sift_span line) {
  bool found = compiled->atoms.count == 0;
  for (size_t i = 0; i < compiled->atoms.count && !found; i++) {
    struct sift_span atom = compiled->atoms.items[i];
    for (size_t at = 0; at + atom.len <= line.len && !found; at++) {
      found = strncasecmp(line.data + at, atom.data, atom.len) == 0;
    }
  }
  return found;
}

/* Runs PCRE2 over the line, of a long one over its begin; the program where it matches, whose groups are then in
 * scanner->match, else NULL. Giving up at a limit is no match, and counted. */
static const struct sift_program *pcre_match(struct sift_scanner *scanner, struct sift_compiled *compiled, struct sift_span line) {
  const struct sift_rule *rule = &scanner->database->ruleset->rules[compiled->rule];
  const struct sift_program *program = sift_program_get(compiled, rule, scanner->mode != SIFT_SCAN_EXAMPLES);
  if (program == NULL) {
    scanner->out_of_memory = true;
    return NULL;
  }
  bool cut = line.len > SIFT_PCRE_LINE_BYTES_MAX;
  size_t len = cut ? SIFT_PCRE_LINE_BYTES_MAX : line.len;
  uint32_t options = cut ? PCRE2_NOTEOL : 0;
  int result = pcre2_match(program->code, (PCRE2_SPTR)line.data, len, 0, options, scanner->match, scanner->limits);
  if (result < 0 && result != PCRE2_ERROR_NOMATCH && may_match(compiled, line)) {
    scanner->stats.limited++;
  }
  return result >= 0 ? program : NULL;
}

static bool holds(struct sift_scanner *scanner, struct sift_compiled *compiled, struct sift_span line) {
  return !compiled->prefiltered || pcre_match(scanner, compiled, line) != NULL;
}

/* Whether the patterns that matched, all of one rule, make a hit of it. */
static bool rule_hits(struct sift_scanner *scanner, const struct sift_rule *rule, const uint32_t *ids, uint32_t count,
                      struct sift_span line) {
  bool any = false;
  size_t all = 0;
  for (uint32_t i = 0; i < count; i++) {
    struct sift_compiled *compiled = &scanner->database->patterns[ids[i]];
    if (compiled->role != SIFT_ROLE_ANY && !any) {
      return false; /* those of `any` come first; batch mode may not even wake such a line */
    }
    if ((compiled->role == SIFT_ROLE_ANY && any) || !holds(scanner, compiled, line)) {
      continue;
    }
    switch (compiled->role) {
    case SIFT_ROLE_ANY:
      any = true;
      break;
    case SIFT_ROLE_ALL:
      all++;
      break;
    case SIFT_ROLE_NONE:
      return false;
    }
  }
  return any && all == rule->all.count;
}

static struct sift_span group_text(struct sift_scanner *scanner, uint32_t group, struct sift_span line) {
  if (group == 0 || group >= pcre2_get_ovector_count(scanner->match)) {
    return sift_span(NULL, 0);
  }
  const size_t *bounds = pcre2_get_ovector_pointer(scanner->match) + 2 * (size_t)group;
  if (bounds[0] == PCRE2_UNSET || bounds[0] > bounds[1]) {
    return sift_span(NULL, 0);
  }
  return sift_span(line.data + bounds[0], bounds[1] - bounds[0]);
}

/* The captured values of the first `any` pattern that matches. */
static void capture(struct sift_scanner *scanner, const struct sift_rule *rule, const uint32_t *ids, uint32_t count,
                    struct sift_span line, struct sift_span *fields) {
  for (size_t field = 0; field < rule->captures.count; field++) {
    fields[field] = sift_span(NULL, 0);
  }
  for (uint32_t i = 0; i < count; i++) {
    struct sift_compiled *compiled = &scanner->database->patterns[ids[i]];
    const struct sift_program *program = compiled->role == SIFT_ROLE_ANY ? pcre_match(scanner, compiled, line) : NULL;
    if (program == NULL) {
      continue;
    }
    for (size_t field = 0; field < rule->captures.count; field++) {
      fields[field] = group_text(scanner, program->groups[field], line);
    }
    return;
  }
}

/* Turns the sorted numbers of matched patterns into hits, rule by rule. False: the callback wants no more. */
static bool emit_hits(struct sift_scanner *scanner, struct line line) {
  const struct sift_database *database = scanner->database;
  struct sift_span text = sift_span(scanner->text + line.start, line.end - line.start);
  struct sift_span fields[SIFT_CAPTURES_MAX];
  bool confirmed = false;
  uint32_t next = 0;
  for (uint32_t i = 0; i < scanner->matched_count; i = next) {
    uint32_t number = database->patterns[scanner->matched[i]].rule;
    for (next = i + 1; next < scanner->matched_count && scanner->matched[next] < database->first[number + 1];) {
      next++;
    }
    const struct sift_rule *rule = &database->ruleset->rules[number];
    uint64_t limited = scanner->stats.limited;
    bool hits = rule_hits(scanner, rule, scanner->matched + i, next - i, text);
    if (hits && rule->captures.count > 0 && scanner->mode != SIFT_SCAN_EXAMPLES) {
      capture(scanner, rule, scanner->matched + i, next - i, text, fields);
    }
    if (scanner->stats.limited != limited && scanner->on_limit != NULL) {
      scanner->on_limit(scanner->limit_context, number, line.start, line.end - line.start);
    }
    if (!hits) {
      continue;
    }
    confirmed = true;
    scanner->stats.hits++;
    struct sift_hit hit = {number, line.start, line.end - line.start, fields, (uint32_t)rule->captures.count};
    if (!scanner->on_hit(scanner->context, &hit)) {
      return false;
    }
  }
  scanner->stats.confirmed += confirmed;
  return true;
}

static enum sift_status confirm_line(struct sift_scanner *scanner, struct line line) {
  if (line.start == line.end) {
    return SIFT_OK; /* no pattern matches nothing */
  }
  scanner->matched_count = 0;
  scanner->stats.woken++;
  if (hs_scan(scanner->database->confirm, scanner->text + line.start, line.end - line.start, 0, scanner->scratch, on_confirm,
              scanner) != HS_SUCCESS) {
    return SIFT_EENGINE;
  }
  if (scanner->matched_count == 0) {
    return SIFT_OK;
  }
  sort_matched(scanner->matched, scanner->matched_count);
  bool go_on = emit_hits(scanner, line);
  if (scanner->out_of_memory) {
    return SIFT_ENOMEM;
  }
  return go_on ? SIFT_OK : SIFT_END;
}

/* ---- one batch ---- */

static enum sift_status scan_lines(struct sift_scanner *scanner) {
  enum sift_status status = SIFT_OK;
  for (uint32_t start = 0; start < scanner->len && status == SIFT_OK;) {
    const char *newline = memchr(scanner->text + start, '\n', scanner->len - start);
    uint32_t end = newline != NULL ? (uint32_t)(newline - scanner->text) : scanner->len;
    status = confirm_line(scanner, (struct line){start, end});
    start = end + 1;
  }
  return status;
}

/* How much of the batch was woken, and how much of that in vain. */
struct yield {
  uint64_t woken_bytes, vain_bytes;
};

static enum sift_status confirm_woken(struct sift_scanner *scanner, struct yield *yield) {
  enum sift_status status = SIFT_OK;
  *yield = (struct yield){0, 0};
  for (size_t i = 0; i < scanner->woken_count && status == SIFT_OK; i++) {
    uint32_t len = scanner->woken[i].end - scanner->woken[i].start;
    uint64_t before = scanner->stats.confirmed;
    status = confirm_line(scanner, scanner->woken[i]);
    yield->woken_bytes += len;
    yield->vain_bytes += scanner->stats.confirmed == before ? len : 0;
  }
  return status;
}

static enum sift_status scan_woken(struct sift_scanner *scanner) {
  bool adaptive = scanner->mode == SIFT_SCAN_ADAPTIVE;
  bool sampler = scanner->mode == SIFT_SCAN_SAMPLER || scanner->mode == SIFT_SCAN_EXAMPLES || (adaptive && scanner->vain_left == 0);
  if (adaptive && !sampler) {
    scanner->vain_left--;
  }
  struct yield yield = {0, 0};
  enum sift_status status = wake(scanner, sampler);
  if (status == SIFT_OK) {
    status = confirm_woken(scanner, &yield);
  }
  uint64_t dense = sampler ? DENSE_PERCENT : DENSE_PERCENT_WAKE;
  if (adaptive && sampler && yield.vain_bytes * 100 > (uint64_t)scanner->len * VAIN_PERCENT) {
    scanner->vain_left = VAIN_BATCHES;
  } else if (adaptive && yield.woken_bytes * 100 > scanner->len * dense) {
    scanner->dense_left = DENSE_BATCHES;
  }
  return status;
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
  if (scanner->mode == SIFT_SCAN_LINES) {
    return scan_lines(scanner);
  }
  if (scanner->dense_left > 0) {
    scanner->dense_left--;
    return scan_lines(scanner);
  }
  return scan_woken(scanner);
}
